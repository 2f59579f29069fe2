/* space/large.h: objects above TN_SMALL_MAX. They never move, and the memory of dead ones is kept for others.
 *
 * Objects below TNI_SPAN_MAX take spans of a shared region, which is divided into grains of 1 KiB. Larger ones take a
 * region of their own. The address of each is a multiple of 64. An object in the heap's range for large objects is born
 * young: the first minor collection frees it if it is dead, and makes it old if it is alive, without moving it.
 *
 *     L1  adjacent free grains are one span; if any object fits it, it is in the list of its length
 *     L2  an object with the bit TNI_YOUNG is in one tni_young_large, once; it lies in the range, and is not armed; no
 *         other object has the bit, and after a minor collection none has
 *
 * This file knows nothing of tracing. */
#ifndef TNI_LARGE_H
#define TNI_LARGE_H

#include "space/region.h"

#define TNI_SPAN_MAX ((size_t)1 << 20) /* bytes of a cell in a shared region */
#define TNI_KEPT (TNI_UNIT - TNI_BLOCK - TNI_OBJECT_OFFSET) /* bytes of a huge object in its first unit */
enum { TNI_YOUNG_MAX = 1 << 16 }; /* the most large objects that may be young at a time */

typedef struct tni_large {
    tni_regions *regions;
    bool paged;           /* no two objects share a page */
    uint64_t filled;      /* bytes of all cells that ever became old */
    uint64_t allocated;   /* bytes of all cells ever allocated */
    size_t used_bytes;    /* of live objects, in whole grains or regions */
    size_t touched_bytes; /* of pages that are used, or free and still resident; without those that the range keeps */
    size_t on_trial;      /* bytes of the regions that are on trial (space/region.h) */
    uintptr_t free[TNI_GRAINS];        /* [length]: the free spans of this length, the last freed first */
    uint64_t lengths[TNI_GRAINS / 64]; /* a bit for each length that has a free span */
    uint32_t words;                    /* a bit for each word of `lengths` that is not 0 */
} tni_large;

/* The large objects that are young, of one mutator (heap/mutator.h). */
typedef struct tni_young_large {
    tni_vector at;
    size_t bytes; /* of memory that they take: a part of tni_large.used_bytes */
} tni_young_large;

TNI_INLINE uint16_t *tni_span_at(uintptr_t span) {
    return &tni_region_of((void *)span)->spans[span % TNI_REGION / TNI_GRAIN];
}
/* The link of a free span in a list. It belongs to the first grain of the span whose number TNI_SPAN_LEAST divides. */
TNI_INLINE tni_link *tni_span_link(uintptr_t span) {
    size_t grain = span % TNI_REGION / TNI_GRAIN;
    return &tni_region_of((void *)span)->links[(grain + TNI_SPAN_LEAST - 1) / TNI_SPAN_LEAST];
}

void tni_large_init(tni_large *large, tni_regions *regions, bool paged);
/* The bytes that a cell takes from the system: whole grains, or a whole region for a huge one. */
size_t tni_large_cost(const tni_large *large, size_t cell);
/* Allocates a cell; returns the object's address, or NULL if the system has no memory. If it is not zeroed, it may hold
 * anything, and the host must fill it. A leaf has no references. The object is not in the list of young ones yet, and
 * not counted as old either. */
char *tni_large_alloc(tni_large *large, size_t cell, bool zeroed, bool leaf);
/* The bytes of memory that the object takes. */
TNI_INLINE size_t tni_large_bytes(const char *object) {
    const tni_region *region = tni_region_of(object);
    if (region->kind == TNI_HUGE_REGION) return region->bytes;
    return (size_t)region->spans[tni_grain_of(object)] * TNI_GRAIN;
}
/* Enters the object into the list of young ones. False if it cannot be young. */
bool tni_large_add_young(const tni_large *large, tni_young_large *young, char *object);
/* Cuts the object's cell to `cell` bytes; the memory after it becomes free. `young` is the list that it is in if it is
 * young, here and in what follows. */
void tni_large_cut(tni_large *large, tni_young_large *young, char *object, size_t cell);
/* Extends the object's cell from `from` to `cell` bytes without moving it. If the memory after it is not free, returns
 * false and changes nothing. The new part is zeroed, or may hold anything. */
bool tni_large_extend(tni_large *large, tni_young_large *young, char *object, size_t from, size_t cell, bool zeroed);
/* Gives the first `bytes` of an object's contents to another object, which may be of any kind. If both are huge, whole
 * units of memory are moved, so nothing but the first TNI_KEPT bytes of `from` remains then. */
void tni_large_hand_over(tni_large *large, char *from, char *to, size_t bytes);
/* Frees the object. A huge one's region is then gone. */
void tni_large_free(tni_large *large, char *object);
/* Asks for huge pages for the parts of large objects that are filled, until the time `until`. */
void tni_large_prepare(tni_large *large, uint64_t until);
/* Gives at most `most` regions without objects back to the system, while more than `keep` bytes are free and touched.
 * False when there are no more such regions. */
bool tni_large_trim(tni_large *large, size_t keep, size_t most);
/* Gives free pages back: `most` bytes or a little more, if there are so many. */
void tni_large_forget(tni_large *large, size_t most);

#endif
