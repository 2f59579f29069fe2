/* tenure/option.h: tuning. The README has the table that TENURE_HELP=1 prints.
 *
 * Built-in < config.options < environment < tn_option_set: the later ones win. In the environment, an option
 * `heap_max` is TENURE_HEAP_MAX (or with another prefix, tn_config.env_prefix); a variable that is empty counts as
 * unset. Bytes take K, M, G, T, KiB, MiB, GiB, TiB in any case, or % of the memory that the process may use; times take
 * ns, us, ms, s. A bad value or an unknown name gives one line with the name, the value, what is accepted and the
 * nearest name; the default is kept, unless strict=1: then tn_heap_create fails. */
#ifndef TENURE_OPTION_H
#define TENURE_OPTION_H

#include "base.h"
#include "status.h"

TN_BEGIN_DECLS_

/* Changes an option at run time. TN_BAD_OPTION: it is unknown, out of range, or fixed at creation. Takes effect at the
 * next collection at the latest. Never collects. The thread of the heap's mutator, or any while there is none.
 *
 * A heap_max below what is used is accepted: nothing is taken from the host. Allocation then fails with
 * TN_OUT_OF_MEMORY as soon as it needs more room and collecting does not bring use below the limit; it works again
 * when the host has dropped enough, or has raised heap_max. */
TN_API_ TN_NO_COLLECT tn_status tn_option_set(tn_heap *heap, const char *key, const char *value);

/* Writes an option's effective value as text into `text`, at most `size` bytes with the final 0. TN_BAD_OPTION for an
 * unknown key. Never collects. The same threads. */
TN_API_ TN_NO_COLLECT tn_status tn_option_get(tn_heap *heap, const char *key, char *text, size_t size);

TN_END_DECLS_
#endif
