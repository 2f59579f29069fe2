/* collect/special.h: the special objects: those that the collector settles after tracing, for they are not only what
 * refers to them and what they refer to.
 *
 *     W1  every live weak reference and weak array is in exactly one of the two lists, by the space that it lives in
 *     W2  only old weak arrays can hold young referents from the old space; such a slot is in the mutator's weak_slots,
 *         or its weak_overflow is set
 *     W3  capacity in the old list is reserved at creation: moving an entry there cannot fail
 *     W4  every young object with dispose is in the mutator's `young_disposed`
 *
 * So a minor collection visits young entries only. The kinds are rows of a table in special.c.
 *
 * To add a kind (ephemerons, guardians), write its lists: for young ones in heap/mutator.h, and for old ones here. Add
 * a row with the functions that settle them after an evacuation and after a marking. The rows are in the order in which
 * the kinds may see each other's effects. Check its invariant in debug/verify. */
#ifndef TNI_SPECIAL_H
#define TNI_SPECIAL_H

#include "base/vector.h"
#include "space/object.h"

typedef struct tni_special {
    tni_vector old; /* old weak references and weak arrays */
} tni_special;

/* Calls the dispose callback of a dead object. */
void tni_dispose(tn_heap *heap, const tni_layout *layout, void *object);
/* After evacuation, while headers in the nursery are forwarding pointers: young entries of each kind are settled, and
 * move to the old lists. */
void tni_special_after_evacuation(tn_heap *heap);
/* After marking, before sweeping: entries of the dead are dropped, and references to the dead are cleared. */
void tni_special_after_marking(tn_heap *heap);
void tni_special_free(tn_heap *heap);
/* The bytes of the lists. */
size_t tni_special_bytes(const tn_heap *heap);

#endif
