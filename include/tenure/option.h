/* tenure/option.h: tuning. The table in the README is what TENURE_HELP=1 prints.
 *
 * Built-in < config.options < environment < tn_option_set. In the environment, an option `heap_max` is
 * TENURE_HEAP_MAX (or another prefix, tn_config.env_prefix). Bytes take K, M, G, T, KiB, MiB, GiB, TiB in any case,
 * or % of the memory that the process may use; times take ns, us, ms, s. A bad value or unknown name gives one line
 * with name, value, what is accepted and the nearest name; the default is kept, unless strict=1: then tn_heap_create
 * fails. */
#ifndef TENURE_OPTION_H
#define TENURE_OPTION_H

#include "base.h"
#include "mutator.h"
#include "status.h"

TN_BEGIN_DECLS_

/* Changes an option at run time. TN_BAD_OPTION (unknown, out of range, or one that is fixed at creation). Never
 * collects; what it changes takes effect at the next collection at the latest. The mutator's thread. */
TN_API_ TN_NO_COLLECT tn_status tn_option_set(tn_mutator *m, const char *key, const char *value);

/* Writes an option's effective value as text into `text`, with the final 0. TN_BAD_OPTION for an unknown key. */
TN_API_ TN_NO_COLLECT tn_status tn_option_get(tn_mutator *m, const char *key, char *text, size_t size);

TN_END_DECLS_
#endif
