/* collect/collect.h: one collection, from stop to restart. */
#ifndef TNI_COLLECT_H
#define TNI_COLLECT_H

#include "heap/moment.h"

/* Collects; a minor becomes a major when pacing says so. The caller has checked that no window is open and no
 * callback runs. */
void tni_collect(tn_heap *heap, tn_collection_kind kind, tni_cause cause);

/* Begins the next cycle of the nursery, which is empty, and points the mutator at it. */
void tni_begin_cycle(tn_heap *heap);

#endif
