/* collect/weak.h: weak references, weak arrays, and young objects with dispose.
 *
 *     W1  every live weak reference and weak array is in exactly one of the two lists, by the space that it lives in
 *     W2  only old weak arrays can hold young referents from the old space; such a slot is in barrier.weak_slots, or
 *         its weak_overflow is set
 *     W3  capacity in the old list is reserved at creation: moving an entry there cannot fail
 *     W4  every young object with dispose is in `young_disposed`
 *
 * So a minor collection looks at young entries only. Callers: heap/alloc.c, collect/minor.c, collect/collect.c. */
#ifndef TNI_WEAK_H
#define TNI_WEAK_H

#include "space/object.h"
#include "base/vector.h"

struct tn_weak {
    void *referent;
};
/* A weak array has no fixed part: its tail is its slots. */
TNI_INLINE tn_value *tni_weak_slots(const void *array) { return (tn_value *)(uintptr_t)array; }

typedef struct tni_weak {
    tni_vector young, old;     /* objects of the two weak types */
    tni_vector young_disposed; /* objects */
} tni_weak;

/* After evacuation: clears or updates young entries and moves the survivors to the old list; disposes of what
 * died. */
void tni_weak_minor(tn_heap *heap);
/* After marking: drops dead entries of the old list and clears the references to dead objects. */
void tni_weak_major(tn_heap *heap);
/* The identity hash (tn_hash_of). */
uint64_t tni_hash(tn_heap *heap, void *object);
void tni_weak_free(tni_weak *weak);

#endif
