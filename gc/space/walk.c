/* space/walk.c: see walk.h. */
#include "space/walk.h"

void tni_walk_block(const tni_block *block, const uint64_t *bits, const uint64_t *without,
                    void (*visit)(void *object, void *user), void *user) {
    for (unsigned bit = 0; (bit = tni_find_bit(bits, without, bit)) < TNI_BLOCK_BITS; bit++)
        visit(tni_block_object(block, bit), user);
}

static void walk_large(tni_region *region, const tni_walk *walk) {
    if (region->kind == TNI_HUGE_REGION) {
        walk->large(tni_huge_object(region), walk->user);
        return;
    }
    for (unsigned grain = 0; (grain = tni_next_object(region, grain)) < TNI_GRAINS; grain++)
        walk->large(tni_span_object(region, grain), walk->user);
}

/* Block 0 is the region's head. */
static void walk_blocks(tni_region *region, const tni_walk *walk) {
    for (unsigned b = 1; b < TNI_BLOCKS; b++)
        if (!(region->free_blocks >> b & 1)) walk->block(&region->blocks[b], walk->user);
}

void tni_walk_region(tni_region *region, const tni_walk *walk) {
    if (region->kind == TNI_BLOCKS_REGION) {
        if (walk->block) walk_blocks(region, walk);
    } else if (walk->large) {
        walk_large(region, walk);
    }
}

void tni_walk_all(tni_regions *regions, const tni_walk *walk) {
    for (size_t i = 0, count; i < (count = regions->all.count);) {
        tni_walk_region(tni_region_at(regions, i), walk);
        if (regions->all.count == count) i++; /* else another region has come to this place */
    }
}
