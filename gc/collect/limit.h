/* collect/limit.h: what the heap has taken from the system, and what it may still take below the hard limit.
 *
 *     P2  what the heap has touched and not given back, what the nursery's cycle may still touch, and off-heap bytes stay
 *         together below heap_max; in heaps below 40 MiB the first block for cells of a size may be beyond it
 *
 * Everything counts that grows with the program: blocks, pages of large objects and the heads of their regions, used or
 * free; the nursery; the queue of the evacuation and the stack of the marker; logs, lists and tables of roots; and the
 * handle stack as far as it was seen to be used. Not counted are the heap's struct and its table of types (less than 512
 * KiB together), and what the debug modes keep for themselves.
 *
 * The counts that this is the sum of agree with the regions, which debug mode `verify` checks.
 *
 * Nothing that is free keeps an allocation from succeeding: it is given back to the system when its place below the limit
 * is wanted. Lists that only save time (the logs, the marker's stack) do without more memory there. Callers:
 * collect/pacing.c, collect/mark.c, collect/barrier.c, collect/weak.c, heap/alloc.c, observe/stats.c. */
#ifndef TNI_LIMIT_H
#define TNI_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "space/object.h"
#include "base/vector.h"

/* What is resident for the heap: touched, and not given back. Of that, what is no object's and no free memory; and the
 * address space that is reserved or mapped. */
size_t tni_committed(const tn_heap *heap);
size_t tni_bookkeeping(const tn_heap *heap);
size_t tni_mapped(const tn_heap *heap);

/* The bytes that objects and the next cycle may still take, if all that is free is given back; without the reserve while
 * that is kept, and without what marking needs at least. */
size_t tni_room(const tn_heap *heap);
/* The most that an object can ever take: more than heap_max, or than the machine has, is refused at once. */
size_t tni_largest(const tn_heap *heap);

/* Gives free memory back to the system where the cycle's claim and `bytes` more would not fit beside it. */
void tni_make_room(tn_heap *heap, size_t bytes);
/* Whether `bytes` more stay below the limit although nothing is given back. */
bool tni_fits_now(const tn_heap *heap, size_t bytes);
/* Whether bookkeeping may grow by `bytes`. Free memory goes back to the system for it. */
bool tni_may_grow(tn_heap *heap, size_t bytes);
/* The bytes that a list grows by to have room for `extra` more; 0 when it has. */
size_t tni_list_growth(const tni_vector *v, size_t extra);
/* As tni_vector_reserve and tni_vector_push, within the limit. */
bool tni_list_reserve(tn_heap *heap, tni_vector *v, size_t extra);
TNI_INLINE bool tni_list_push(tn_heap *heap, tni_vector *v, uintptr_t word) {
    if (TN_UNLIKELY_(v->count == v->capacity) && !tni_list_reserve(heap, v, 1)) return false;
    v->at[v->count++] = word;
    return true;
}

/* A collection begins: so deep the handle stack is. */
void tni_note_handles(tn_heap *heap);

#endif
