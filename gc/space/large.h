/* space/large.h: objects above TN_SMALL_MAX: they never move, and what they leave is kept for others.
 *
 * Below TNI_SPAN_MAX they take spans of a shared region, of grains of 1 KiB; above it a region of their own. The address of
 * each is a multiple of 64. One that lies in the heap's range is born young: it dies in the minor collection that finds
 * it dead, or is adopted by it, where it is.
 *
 *     L1  free grains in a row are one span, and, if any object fits, in the list of its length
 *     L2  an object with the bit TNI_YOUNG is in `young`, once; it lies in the range, and is not armed; no other object has
 *         the bit, and after a minor collection none
 *
 * Knows nothing of tracing. Callers: heap/alloc.c, collect/minor.c, collect/sweep.c, debug/verify/. */
#ifndef TNI_LARGE_H
#define TNI_LARGE_H

#include "space/region.h"

#define TNI_SPAN_MAX ((size_t)1 << 20) /* bytes of a cell in a shared region */
enum { TNI_YOUNG_MAX = 1 << 16 }; /* large objects: so many may be young at a time */

typedef struct tni_large {
    tni_regions *regions;
    bool paged;           /* no two objects share a page */
    uint64_t filled;      /* bytes of cells that ever came to be old */
    uint64_t allocated;   /* bytes of cells, ever */
    size_t used_bytes;    /* whole grains, or regions */
    size_t touched_bytes; /* of pages: used, or free and not given back; without what the range keeps */
    size_t on_trial;      /* bytes of regions that are (space/region.h) */
    tni_vector young;     /* objects */
    size_t young_bytes;   /* of `used_bytes`, by them */
    uintptr_t free[TNI_GRAINS];        /* the free spans of each length, the last freed first */
    uint64_t lengths[TNI_GRAINS / 64]; /* of which there are any, */
    uint32_t words;                    /* and the words of that which are not 0 */
} tni_large;

TNI_INLINE uint16_t *tni_span_at(uintptr_t span) {
    return &tni_region_of((void *)span)->spans[span % TNI_REGION / TNI_GRAIN];
}
/* Of a free span in a list: that of the one number in it that TNI_SPAN_LEAST divides first. */
TNI_INLINE tni_link *tni_span_link(uintptr_t span) {
    size_t grain = span % TNI_REGION / TNI_GRAIN;
    return &tni_region_of((void *)span)->links[(grain + TNI_SPAN_LEAST - 1) / TNI_SPAN_LEAST];
}

void tni_large_init(tni_large *large, tni_regions *regions, bool paged);
/* The bytes that a cell takes from the system: whole grains, for a huge one its region. */
size_t tni_large_cost(const tni_large *large, size_t cell);
/* A cell; returns the object's address, NULL when the system has no memory. It is zeroed, or the host will fill it, and it
 * holds anything. A leaf has no references. The object is neither young nor counted as old yet. */
char *tni_large_alloc(tni_large *large, size_t cell, bool zeroed, bool leaf);
/* The bytes that the object takes. */
TNI_INLINE size_t tni_large_bytes(const char *object) {
    const tni_region *region = tni_region_of(object);
    if (region->kind == TNI_HUGE_REGION) return region->bytes;
    return (size_t)region->spans[tni_grain_of(object)] * TNI_GRAIN;
}
/* Enters the object into the list of young ones, if it can be one. */
bool tni_large_add_young(tni_large *large, char *object);
/* The object's cell ends after `cell` bytes from now on: what it had behind is free. */
void tni_large_cut(tni_large *large, char *object, size_t cell);
/* Makes the object's cell of `from` bytes `cell` bytes long, where it is; false when what lies behind it is not free, and
 * nothing has changed. What is new is zeroed, or holds anything. */
bool tni_large_extend(tni_large *large, char *object, size_t from, size_t cell, bool zeroed);
/* Frees the object in a TNI_PAGES_REGION or TNI_HUGE_REGION; a huge one's region is then gone. */
void tni_large_free(tni_large *large, char *object);
/* Backs with huge pages what is filled of objects that fill some, until the clock says so. */
void tni_large_prepare(tni_large *large, uint64_t until);
/* Gives at most `most` regions without objects back to the system, while more than `keep` bytes are touched and free;
 * false when there are no more. */
bool tni_large_trim(tni_large *large, size_t keep, size_t most);
/* Gives free pages back, at least `most` bytes if there are so many. */
void tni_large_forget(tni_large *large, size_t most);

#endif
