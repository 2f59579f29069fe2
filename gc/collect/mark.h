/* collect/mark.h: the stop-the-world marker.
 *
 * Marks everything that the roots reach in the old space; the nursery is empty. Marked objects wait on a stack. They
 * are scanned in batches of three steps (mark.c), so that the cache has fetched what a step reads. When the stack
 * cannot grow, for the system has no memory or the limit leaves none (collect/limit.h), `overflow` is set and the
 * marked objects are scanned again until nothing new is found. */
#ifndef TNI_MARK_H
#define TNI_MARK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

/* The batches of the marker's loops. They are in the heap, because a thread's stack may be small: no call of the
 * library takes more than 4 KiB of it (tests/unit/test_stack.c). */
enum {
    TNI_MARK_BATCH = 128,                 /* objects that are looked at together, */
    TNI_MARK_EDGES = 4 * TNI_MARK_BATCH   /* and edges that come of them */
};
typedef struct tni_mark_room {
    void *batch[TNI_MARK_BATCH], *edges[TNI_MARK_EDGES];
    void *visited[TNI_MARK_EDGES]; /* of roots, and of callbacks, which run while `edges` is in use */
} tni_mark_room;

typedef struct tni_mark {
    void **stack;
    size_t capacity; /* entries */
    tni_faults *faults;
} tni_mark;

/* Clears the mark bits, and marks. */
void tni_mark_heap(tn_heap *heap);
bool tni_mark_init(tni_mark *mark, tni_faults *faults);
void tni_mark_free(tni_mark *mark);

#endif
