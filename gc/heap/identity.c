/* heap/identity.c: see identity.h. */
#include "heap/identity.h"

#include "heap/heap.h"

/* The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): every bit
 * of the result depends on every bit of x, and no two x give the same. */
static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* What is not in the nursery never moves: its address is its identity. What is, is known by its address and the
 * nursery cycle that it was born in, and takes the hash along (space/object.h). */
uint64_t tni_hash(tn_heap *heap, void *object) {
    tn_header header = tni_header(object);
    uint64_t id = (uintptr_t)object;
    if (header & TNI_HASH_STORED) {
        size_t cell = tni_object_cell(tni_layout_of(heap, header), header);
        return *(uint64_t *)(void *)((char *)object + cell - 16);
    }
    if (tni_in_nursery(heap, object)) {
        if (!(header & TNI_HASHED)) tni_set_header(object, header | TNI_HASHED);
        id = ~(id << 16 ^ heap->minors);
    }
    uint64_t hash = mix(id);
    return hash ? hash : 1;
}
