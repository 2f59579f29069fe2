/* collect/limit.h: what the heap has taken from the system, and what it may still take below the hard limit (heap_max).
 *
 *     P2  together, the memory that the heap has touched and not given back, the memory that the nursery's cycle may
 *         still touch, and the external bytes stay below heap_max
 *
 * In a heap of less than 40 MiB the first block of a size class may lie above it.
 *
 * Everything that grows with the program counts. That is the nursery, the blocks, the pages of large objects, and the
 * heads of their regions, used or free. It is also the queue of the evacuation, the stack of the marker, the remembered
 * set, lists, and tables of roots. Of the handle stack counts what collections have seen in use. The heap's struct and
 * its table of types do not count (less than 512 KiB together), nor does what debug modes keep. Debug mode `verify`
 * checks that the counters agree with the regions.
 *
 * Free memory never makes an allocation fail: it goes back to the system when its place below the limit is wanted.
 * Lists that only save time (the remembered set, the marker's stack) stop growing instead. */
#ifndef TNI_LIMIT_H
#define TNI_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "space/object.h"
#include "base/vector.h"

/* The memory that is resident for the heap: it was touched, and not given back. The part of it that is neither for
 * objects nor free. And the address space that the heap has reserved or mapped. */
size_t tni_committed(const tn_heap *heap);
size_t tni_bookkeeping(const tn_heap *heap);
size_t tni_mapped(const tn_heap *heap);

/* The bytes that objects and the next cycle may still take if all free memory is given back. The reserve is not among
 * them while it is kept, nor is what a marking needs at least. */
size_t tni_room(const tn_heap *heap);
/* The most that an object can ever take, by heap_max and by the memory of the machine. Requests for more are refused at
 * once. */
size_t tni_largest(const tn_heap *heap);

/* Gives free memory back to the system if the cycle's claim and `bytes` more would not fit beside it. */
void tni_make_room(tn_heap *heap, size_t bytes);
/* Whether `bytes` more stay below the limit if nothing is given back. */
bool tni_fits_now(const tn_heap *heap, size_t bytes);
/* Whether lists and tables may grow by `bytes`. Gives free memory back to the system for that. */
bool tni_may_grow(tn_heap *heap, size_t bytes);
TNI_INLINE size_t tni_list_bytes(const tni_vector *v) { return v->capacity * sizeof *v->at; }
/* The bytes that a list grows by to have room for `extra` more words; 0 if it has the room already. */
size_t tni_list_growth(const tni_vector *v, size_t extra);
/* As tni_vector_reserve and tni_vector_push, within the limit. */
bool tni_list_reserve(tn_heap *heap, tni_vector *v, size_t extra);
TNI_INLINE bool tni_list_push(tn_heap *heap, tni_vector *v, uintptr_t word) {
    if (TN_UNLIKELY_(v->count == v->capacity) && !tni_list_reserve(heap, v, 1)) return false;
    v->at[v->count++] = word;
    return true;
}

/* Notes how deep the handle stack is, at the begin of a collection. */
void tni_note_handles(tn_heap *heap);

#endif
