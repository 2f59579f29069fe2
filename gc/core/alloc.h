/* core/alloc.h: the slow paths of allocation. Fast ones are inline in tenure/alloc.h. */
#ifndef TNI_ALLOC_H
#define TNI_ALLOC_H

#include <stdbool.h>

#include "tenure/alloc.h"

/* A zeroed object of one of the collector's own types (core/type.h), or NULL with the failure reported. */
void *tni_alloc_builtin(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count);

/* False, and reported as TN_BAD_STATE of `function`, inside a raw window or a callback, or after tn_detach. */
bool tni_may_collect(tn_mutator *m, const char *function);

#endif
