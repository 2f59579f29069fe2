/* collect/mark.h: the marker. It stops the world.
 *
 * Marks everything in the old space that the roots reach; the nursery is empty. Marked objects wait on a stack. They
 * are worked off in batches: the memory of a batch is asked for before it is needed (prefetching).
 *
 * When the stack cannot grow, because the system has no memory or the limit leaves none (collect/limit.h), an
 * overflow is noted, and the marked objects are visited again and again until nothing new is found. */
#ifndef TNI_MARK_H
#define TNI_MARK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/* What the marker's loops gather into. */
enum {
    TNI_MARK_BATCH = 128,               /* objects that are visited together */
    TNI_MARK_EDGES = 4 * TNI_MARK_BATCH /* references that are gathered from them */
};
typedef struct tni_marker_room {
    void *batch[TNI_MARK_BATCH], *edges[TNI_MARK_EDGES];
    void *visited[TNI_MARK_EDGES]; /* the same for roots and callbacks: callbacks run while `edges` is in use */
} tni_marker_room;

typedef struct tni_marker {
    void **stack;
    size_t capacity; /* entries */
    tni_faults *faults;
} tni_marker;

/* Clears the mark bits, and marks. */
void tni_mark_heap(tn_heap *heap);
bool tni_marker_init(tni_marker *mark, tni_faults *faults);
void tni_marker_free(tni_marker *mark);

#endif
