/* space/region.c: see region.h. */
#include "space/region.h"

#include <string.h>

#include "space/os.h"

/* A small heap does not want two megabytes for a few objects: huge pages begin with this region of blocks. Where they
 * are slow to come, so many regions do without before the next try. */
enum { HUGE_PAGES_FROM = 5, WITHOUT_HUGE = 31 };

/* The place of the first region at or behind the address. */
static size_t find_place(const tni_regions *regions, uintptr_t address) {
    size_t low = 0, high = regions->all.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (regions->all.at[middle] < address) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void renumber(tni_regions *regions, size_t from) {
    for (size_t i = from; i < regions->all.count; i++) tni_region_at(regions, i)->index = i;
}

bool tni_region_has(const tni_regions *regions, const void *address) {
    size_t place = find_place(regions, (uintptr_t)address + 1);
    return place && (uintptr_t)address - regions->all.at[place - 1] < tni_region_at(regions, place - 1)->bytes;
}

static void want_huge(tni_regions *regions, tni_region *region, size_t bytes) {
    if (!regions->huge_pages) return;
    if (regions->without_huge) regions->without_huge--;
    else if (!tni_os_huge(region, bytes)) regions->without_huge = WITHOUT_HUGE;
}

tni_region *tni_region_open(tni_regions *regions, void *space, tni_region_kind kind, size_t bytes) {
    tni_region *region = space;
    bool many = kind == TNI_BLOCKS_REGION && ++regions->block_regions >= HUGE_PAGES_FROM;
    if (many || bytes > TNI_REGION) want_huge(regions, region, bytes);
    region->kind = kind;
    region->bytes = bytes;
    for (unsigned i = 0; i < TNI_BLOCKS; i++) region->blocks[i].number = (uint8_t)i;
    tni_vector *all = &regions->all;
    size_t place = find_place(regions, (uintptr_t)region);
    memmove(all->at + place + 1, all->at + place, (all->count - place) * sizeof *all->at);
    all->at[place] = (uintptr_t)region;
    all->count++;
    renumber(regions, place);
    if (place < regions->hint) regions->hint = place;
    return region;
}

tni_region *tni_region_new(tni_regions *regions, tni_region_kind kind, size_t bytes) {
    if (!tni_vector_reserve(&regions->all, regions->spare.count + 1)) return NULL;
    void *space = tni_os_map(bytes, TNI_REGION);
    return space ? tni_region_open(regions, space, kind, bytes) : NULL;
}

void *tni_region_map(tni_regions *regions) {
    if (!tni_vector_reserve(&regions->spare, 1) || !tni_vector_reserve(&regions->all, regions->spare.count + 1))
        return NULL;
    void *space = tni_os_map(TNI_REGION, TNI_REGION);
    if (space) tni_vector_push(&regions->spare, (uintptr_t)space);
    return space;
}

void tni_region_delete(tni_regions *regions, tni_region *region) {
    tni_vector *all = &regions->all;
    size_t place = region->index;
    all->count--;
    memmove(all->at + place, all->at + place + 1, (all->count - place) * sizeof *all->at);
    renumber(regions, place);
    if (region->kind == TNI_BLOCKS_REGION) regions->block_regions--;
    regions->hint = 0;
    tni_os_unmap(region, region->bytes);
}
