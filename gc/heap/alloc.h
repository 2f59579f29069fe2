/* heap/alloc.h: the slow paths of allocation. Fast ones are inline in tenure/alloc.h. */
#ifndef TNI_ALLOC_H
#define TNI_ALLOC_H

#include <stdbool.h>

#include "base/vector.h"
#include "tenure/alloc.h"
#include "tenure/heap.h"

/* A zeroed object of one of the collector's own types (heap/type.h), or NULL with the failure reported. */
void *tni_alloc_builtin(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count);

/* False, and reported as TN_BAD_STATE of `function`, inside a raw window or a callback, or after tn_mutator_destroy. */
bool tni_may_collect(tn_mutator *m, const char *function);

/* The old space, or a large object that is young, is about to take `bytes` more: collects before, if that is due. */
void tni_collect_if_due(tn_heap *heap, bool young, size_t bytes);

/* Makes room for `extra` more in a list of objects that need attention, if need be by a collection of this kind; false when
 * there is none. Where collecting is not allowed, without regard to the limit. */
bool tni_keep_track(tn_mutator *m, tni_vector *list, size_t extra, tn_collection_kind kind);

#endif
