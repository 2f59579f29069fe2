/* space/large.h: objects above TN_SMALL_MAX: born old, never copied, freed eagerly after marking.
 *
 * Below TNI_SPAN_MAX they take pages of a shared region, above it a mapping of their own.
 *
 *     L1  free pages in a row are one span, and in the list of its length
 *
 * Knows nothing of tracing. Callers: core/alloc.c, collect/sweep.c, debug/verify.c. */
#ifndef TNI_LARGE_H
#define TNI_LARGE_H

#include "space/region.h"

#define TNI_SPAN_MAX ((size_t)1 << 20) /* bytes of a cell in a shared region */

typedef struct tni_large {
    tni_regions *regions;
    uint64_t filled;      /* bytes of cells that were ever allocated */
    size_t used_bytes;    /* whole pages */
    size_t touched_bytes; /* used, or free and not given back */
    uintptr_t free[TNI_PAGES];        /* the free spans of each length, the last freed first */
    uint64_t lengths[TNI_PAGES / 64]; /* of which there are any */
} tni_large;

TNI_INLINE tni_span *tni_span_at(uintptr_t page) {
    return &tni_region_of((void *)page)->spans[page % TNI_REGION / TNI_PAGE];
}

void tni_large_init(tni_large *large, tni_regions *regions);
/* The bytes that a cell takes from the system: whole pages, for a huge one its region. */
size_t tni_large_cost(size_t cell);
/* A cell; returns the object's address, NULL when the system has no memory. It is zeroed, or holds anything. A leaf has
 * no references. */
char *tni_large_alloc(tni_large *large, size_t cell, bool zeroed, bool leaf);
/* The bytes of the object's pages. */
TNI_INLINE size_t tni_large_bytes(const char *object) {
    const tni_region *region = tni_region_of(object);
    if (region->kind == TNI_HUGE_REGION) return region->bytes;
    return (size_t)region->spans[((uintptr_t)object & (TNI_REGION - 1)) / TNI_PAGE].pages * TNI_PAGE;
}
/* Frees the object in a TNI_PAGES_REGION or TNI_HUGE_REGION; a huge one's region is then gone. */
void tni_large_free(tni_large *large, char *object);
/* Gives at most `most` regions without objects back to the system, while more than `keep` bytes are touched and free;
 * false when there are no more. */
bool tni_large_trim(tni_large *large, size_t keep, size_t most);
/* Gives free pages back, at least `most` bytes if there are so many. */
void tni_large_forget(tni_large *large, size_t most);

#endif
