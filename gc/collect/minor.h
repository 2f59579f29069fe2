/* collect/minor.h: evacuates the nursery into the old space, first in, first out.
 *
 * Large objects stay where they are: those that survive become old, the memory of the others is free. Small
 * survivors are copied to holes of the old space and queued; the queue is worked off from the front, so that objects
 * lie in breadth-first order. It cannot fail: pacing (P1) keeps blocks for all survivors, and the queue's address space
 * is reserved for the worst case. */
#ifndef TNI_MINOR_H
#define TNI_MINOR_H

#include <stddef.h>

#include "tenure/base.h"

typedef struct tni_queue {
    void **at;
    size_t bytes;   /* reserved: an entry for each object that can be young */
    size_t touched; /* of these, and not given back */
} tni_queue;

/* Returns the bytes that survived, as cells of the old space. The mutator's nursery words are then stale: pacing
 * begins the next cycle. */
size_t tni_minor_evacuate(tn_heap *heap);

#endif
