/* debug/verify/cache.h: what makes looking at every reference quick. A cache knows in which place of the vector
 * recently used regions are. And bits are set late, when the memory of their words has been prefetched. */
#ifndef TNI_VERIFY_CACHE_H
#define TNI_VERIFY_CACHE_H

#include "space/object.h"
#include "space/region.h"

enum {
    TNI_KNOWN = 256,  /* regions whose place is remembered, by their address */
    TNI_PENDING = 32  /* bits that wait for their memory */
};

/* A region of blocks, and its place in the vector of all. */
typedef struct tni_known {
    uintptr_t region;
    size_t place;
} tni_known;

/* NULL is a region of place 0, and this is none. */
TNI_INLINE void tni_known_begin(tni_known known[TNI_KNOWN]) { known[0].region = TNI_REGION; }

/* The one place that the region of this address may have. */
TNI_INLINE tni_known *tni_known_of(tni_known known[TNI_KNOWN], const void *at) {
    return &known[(uintptr_t)at / TNI_REGION % TNI_KNOWN];
}

/* Whether it is there. What is not aligned is not known. */
TNI_INLINE bool tni_known_has(const tni_known *k, const void *at) {
    return ((uintptr_t)at & (~(TNI_REGION - 1) | 7)) == k->region;
}

/* In a large heap the bits are far apart, in any order: a ring of those whose words the cache was asked for. */
typedef struct tni_pending {
    struct { uint64_t *word, mask; } bit[TNI_PENDING];
    unsigned next;
} tni_pending;

/* Empty: each place of the ring sets no bit of this word. */
TNI_INLINE void tni_pending_begin(tni_pending *p, uint64_t *word) {
    *p = (tni_pending){.next = 0};
    for (unsigned i = 0; i < TNI_PENDING; i++) p->bit[i].word = word;
}

/* The bit is set by the TNI_PENDING-th call after this one, or by tni_pending_end. */
TNI_INLINE void tni_pending_set(tni_pending *p, uint64_t *map, size_t bit) {
    unsigned i = p->next++ % TNI_PENDING;
    *p->bit[i].word |= p->bit[i].mask;
    p->bit[i].word = map + bit / 64;
    p->bit[i].mask = UINT64_C(1) << bit % 64;
    __builtin_prefetch(p->bit[i].word, 1);
}

TNI_INLINE void tni_pending_end(const tni_pending *p) {
    for (unsigned i = 0; i < TNI_PENDING; i++) *p->bit[i].word |= p->bit[i].mask;
}

#endif
