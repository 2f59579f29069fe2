/* collect/minor.h: evacuates the nursery into the old space, first in, first out.
 *
 * Large objects stay where they are: those that survive become old, the memory of the others is free. Small
 * survivors are copied to holes of the old space and queued; the queue is worked off from the front, so that
 * objects come to lie in breadth-first order: trials on trees found later traversal 4 to 5 times faster than with a
 * stack. Cannot fail: pacing (P1) has seen to the room, and the queue's address space is reserved for the worst case.
 * Caller: collect/collect.c. */
#ifndef TNI_MINOR_H
#define TNI_MINOR_H

#include <stddef.h>

#include "space/object.h"

typedef struct tni_queue {
    void **at;
    size_t bytes;   /* reserved: an entry for each object that can be young */
    size_t touched; /* of these, and not given back */
} tni_queue;

/* Returns the bytes that survived, as cells of the old space. The mutator's nursery words are then stale: pacing
 * begins the next cycle. */
size_t tni_minor_evacuate(tn_heap *heap);

/* Visits what the remembered set has recorded. The tracer is that of the evacuation. */
void tni_remembered_visit(tn_heap *heap, tn_tracer *tracer);

#endif
