/* space/region.c: see region.h. */
#include "space/region.h"

#include <string.h>

#include "base/memcheck.h"
#include "base/os.h"

size_t tni_region_place(const tni_regions *regions, uintptr_t address) {
    size_t low = 0, high = regions->all.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (regions->all.at[middle] < address) low = middle + 1;
        else high = middle;
    }
    return low;
}

bool tni_region_has(const tni_regions *regions, const void *address) {
    size_t place = tni_region_place(regions, (uintptr_t)address + 1);
    return place && (uintptr_t)address - regions->all.at[place - 1] < tni_region_at(regions, place - 1)->bytes;
}

tni_region *tni_region_open(tni_regions *regions, void *space, tni_region_kind kind, size_t bytes) {
    tni_region *region = space;
    region->kind = kind;
    region->bytes = bytes;
    regions->heads += kind != TNI_HUGE_REGION;
    regions->mapped += tni_area_has(&regions->area, space) ? 0 : bytes;
    for (unsigned i = 0; i < TNI_BLOCKS; i++) region->blocks[i].number = (uint8_t)i;
    if (regions->leaves.regions[tni_leaf_word(region)]++) regions->leaves.blocks[tni_leaf_word(region)] = 0;
    tni_vector *all = &regions->all;
    size_t place = tni_region_place(regions, (uintptr_t)region);
    memmove(all->at + place + 1, all->at + place, (all->count - place) * sizeof *all->at);
    all->at[place] = (uintptr_t)region;
    all->count++;
    if (place < regions->hint) regions->hint = kind == TNI_BLOCKS_REGION ? place : regions->hint + 1;
    return region;
}

tni_region *tni_region_new(tni_regions *regions, tni_region_kind kind, size_t bytes, bool huge_pages) {
    if (!tni_vector_reserve(&regions->all, regions->faults, regions->spare.count + 1)) return NULL;
    tni_area *range = &regions->area;
    char *space = tni_area_take(range, bytes);
    if (!space) {
        space = tni_os_map(regions->faults, bytes, TNI_REGION);
        if (space && huge_pages) tni_os_huge(space, bytes);
        return space ? tni_region_open(regions, space, kind, bytes) : NULL;
    }
    if (huge_pages) tni_os_huge(space, bytes);
    tni_area_zero(range, space, TNI_BLOCK);
    tni_region *region = tni_region_open(regions, space, kind, bytes);
    for (unsigned page = TNI_FIRST_PAGE; kind == TNI_PAGES_REGION && page < tni_area_dirty(range, space); page++)
        tni_bit_set(region->touched_pages, page);
    return region;
}

void *tni_region_map(tni_regions *regions) {
    tni_faults *faults = regions->faults;
    if (!tni_vector_reserve(&regions->spare, faults, 1) ||
        !tni_vector_reserve(&regions->all, faults, regions->spare.count + 1))
        return NULL;
    void *space = tni_os_map(faults, TNI_REGION, TNI_REGION);
    if (space) tni_vector_push(&regions->spare, faults, (uintptr_t)space);
    return space;
}

void tni_region_set_leaves(tni_regions *regions, const tni_block *block, bool leaves) {
    size_t word = tni_leaf_word(block);
    uint32_t bit = UINT32_C(1) << block->number;
    if (regions->leaves.regions[word] > 1) return;
    if (leaves) regions->leaves.blocks[word] |= bit;
    else regions->leaves.blocks[word] &= ~bit;
}

void tni_region_clear_marks(tni_region *region) {
    switch (region->kind) {
    case TNI_BLOCKS_REGION:
        memset(region->marks + TNI_BLOCK_WORDS, 0, sizeof region->marks - TNI_BLOCK_WORDS * sizeof *region->marks);
        return;
    case TNI_PAGES_REGION:
        for (unsigned grain = 0; (grain = tni_next_object(region, grain)) < TNI_GRAINS; grain++)
            tni_bit_clear(region->marks, tni_bit_of(tni_span_object(region, grain)));
        return;
    case TNI_HUGE_REGION: tni_bit_clear(region->marks, tni_bit_of(tni_huge_object(region)));
    }
}

bool tni_region_resize(tni_regions *regions, tni_region *region, size_t bytes) {
    tni_area *range = &regions->area;
    if (tni_area_has(range, region)) return tni_area_resize(range, (char *)region, region->bytes, bytes);
    if (!tni_os_resize(regions->faults, region, region->bytes, bytes)) return false;
    regions->mapped += bytes - region->bytes;
    return true;
}

void tni_region_delete(tni_regions *regions, tni_region *region) {
    if (!--regions->leaves.regions[tni_leaf_word(region)]) regions->leaves.blocks[tni_leaf_word(region)] = 0;
    tni_vector *all = &regions->all;
    size_t place = tni_region_place(regions, (uintptr_t)region);
    all->count--;
    memmove(all->at + place, all->at + place + 1, (all->count - place) * sizeof *all->at);
    if (place < regions->hint) regions->hint--;
    regions->heads -= region->kind != TNI_HUGE_REGION;
    tni_unname(&region->name);
    if (tni_area_has(&regions->area, region)) {
        tni_area_give(&regions->area, (char *)region, region->bytes);
        return;
    }
    regions->mapped -= region->bytes;
    tni_allow(region, region->bytes); /* the next owner of these addresses may use them */
    tni_os_unmap(region, region->bytes);
}
