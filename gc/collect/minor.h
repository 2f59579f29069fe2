/* collect/minor.h: the evacuation of the nursery (Cheney: A nonrecursive list compacting algorithm, 1970).
 *
 * Small survivors are copied to holes of the old space and queued. The queue is worked off from the front, so that
 * objects come to lie in breadth-first order: in trials with trees, later traversals were four to five times faster
 * than after copying with a stack. Large objects stay where they are: survivors become old, and the memory of the
 * others is free.
 *
 * An evacuation cannot fail: pacing has seen to the room for all survivors (P1), and the queue's address space is
 * reserved for the worst case. */
#ifndef TNI_MINOR_H
#define TNI_MINOR_H

#include <stddef.h>

#include "space/object.h"

typedef struct tni_queue {
    void **at;
    size_t bytes;   /* reserved: an entry for each object that can be young */
    size_t touched; /* of these, and not given back */
} tni_queue;

/* Returns the bytes that survived, as cells of the old space. The mutator's words for allocation are stale after it,
 * until the next cycle begins. */
size_t tni_minor_evacuate(tn_heap *heap);

/* Visits what the remembered set has recorded. The tracer is that of the evacuation. */
void tni_remembered_visit(tn_heap *heap, tn_tracer *tracer);

#endif
