/* collect/pacing/born_old.h: whether objects are born old (pretenuring).
 *
 *     P3  while objects are born old (heap->born_old) the nursery is empty, so that no store needs to be recorded */
#ifndef TNI_BORN_OLD_H
#define TNI_BORN_OLD_H

#include "base/base.h"

/* So long objects are born old before a cycle of the nursery looks how much survives now. */
typedef struct tni_old_period {
    uint64_t retry_at;    /* it ends when old.filled is there */
    size_t bytes;         /* its length; */
    uint64_t from, began; /* where and when it began, */
    uint64_t gc_ns;       /* and the time that collections had taken by then */
    double old_byte_ns;   /* what a byte took in the last one, without major collections; 0: not known */
} tni_old_period;

void tni_set_born_old(tn_heap *heap, bool on);
/* After a cycle of the nursery: whether the next objects are born old. */
void tni_decide_born_old(tn_heap *heap, size_t used, size_t survived);
/* Ends a period: a nursery cycle begins, and what is allocated next is young. */
void tni_pacing_retry(tn_heap *heap);

#endif
