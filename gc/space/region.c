/* space/region.c: see region.h. */
#include "space/region.h"

#include "space/os.h"

/* A small heap does not want two megabytes for a few objects: huge pages begin with this region of blocks. */
enum { HUGE_PAGES_FROM = 3 };

tni_region *tni_region_new(tni_regions *regions, tni_region_kind kind, size_t bytes) {
    if (!tni_vector_reserve(&regions->all, 1)) return NULL;
    tni_region *region = tni_os_map(bytes, TNI_REGION);
    if (!region) return NULL;
    bool many = kind == TNI_BLOCKS_REGION && ++regions->block_regions >= HUGE_PAGES_FROM;
    if (regions->huge_pages && (many || bytes > TNI_REGION)) tni_os_huge(region, bytes);
    region->kind = kind;
    region->bytes = bytes;
    region->index = regions->all.count;
    for (unsigned i = 0; i < TNI_BLOCKS; i++) region->blocks[i].number = (uint8_t)i;
    tni_vector_push(&regions->all, (uintptr_t)region);
    return region;
}

void tni_region_delete(tni_regions *regions, tni_region *region) {
    tni_region *last = tni_region_at(regions, regions->all.count - 1);
    regions->all.at[region->index] = (uintptr_t)last;
    last->index = region->index;
    regions->all.count--;
    if (region->kind == TNI_BLOCKS_REGION) regions->block_regions--;
    regions->hint = 0;
    tni_os_unmap(region, region->bytes);
}
