/* debug/cleared.h: a cleared slot of a weak array is not taken for an empty one (TENURE_DEBUG=weak).
 *
 * In an open-addressing table whose slots are weak, a search must go on past a slot that a collection has cleared
 * (tenure/weak.h). A table that stops there inserts what a later slot holds already. The mode finds this when it
 * happens: a reference is stored into a cleared slot, and another slot holds the same object, or a leaf of the same
 * type with the same bytes.
 *
 * Not every weak array is such a table. So the other slot must be one that linear probing would have come to: none of
 * the slots between the two was ever empty. And an array in which a reference has replaced another one is a cache, of
 * which nothing is said. What is left may still be a list that may hold an object twice: so this is a line in the log,
 * once for each array.
 *
 *     E1  `known` has each live weak array that was stored into since the mode is on, with a bit for each slot. The
 *         bit is set iff the last store into the slot was one of a reference. If the slot reads 0 then, a collection
 *         has cleared it */
#ifndef TNI_CLEARED_H
#define TNI_CLEARED_H

#include "base/table.h"
#include "tenure/weak.h"

typedef struct tni_cleared {
    tni_table known; /* of pointers to struct watched (cleared.c), by the array's address */
} tni_cleared;

/* The value is about to be stored into this slot of the array. */
void tni_cleared_stored(tn_heap *heap, tn_weak_array *array, tn_value *slot, tn_value value);
/* After evacuation and after marking: arrays have moved, or died. */
void tni_cleared_moved(tn_heap *heap);
void tni_cleared_marked(tn_heap *heap);
/* The mode may have been switched off. */
void tni_cleared_changed(tn_heap *heap);
void tni_cleared_free(tn_heap *heap);

#endif
