/* debug/verify/blocks.c: the blocks, spans and runs of the old space agree with the lists and counts of them; see
 * check.h. */
#include "debug/verify/check.h"

/* ---- blocks ---- */

static void broken(check *c, const tni_block *block, const char *what) {
    tni_fatal(c->heap, "verify: %s: block %p of class %u: %s", c->when, (void *)tni_block_start(block), block->class,
              what);
}

static void check_block(check *c, tni_block *block) {
    const tni_run *run = &tni_runs_of(c->heap)->of[block->class];
    if ((block->state == TNI_BLOCK_CURRENT) != (run->block == block))
        broken(c, block, "invariant O3: it is current in one place only");
    if (run->block != block) return;
    unsigned bump = (unsigned)(run->bump + 8 - tni_block_start(block)) / 8;
    unsigned end = (unsigned)(run->end - tni_block_start(block)) / 8;
    if (bump < end && (tni_find_bit(tni_block_marks(block), NULL, bump) < end || tni_hole_end(block, bump) < end))
        broken(c, block, "invariant O2: something begins in the current hole");
}

/* A list of blocks for the classes from `first` on to before `end`. */
static size_t check_list(check *c, tni_block *list, unsigned first, unsigned end, tni_block_state state) {
    size_t n = 0;
    for (tni_block *b = list; b; b = b->next, n++)
        if (b->class < first || b->class >= end || b->state != state)
            broken(c, b, "invariant O3: it is on a list where it does not belong");
    return n;
}

static void check_blocks(check *c) {
    tni_old *old = &c->heap->old;
    size_t states[TNI_BLOCK_FULL + 1] = {0}, partial = 0, unswept = 0;
    for (size_t i = 0; i < c->heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&c->heap->regions, i);
        if (region->kind != TNI_BLOCKS_REGION) continue;
        for (unsigned b = 1; b < TNI_BLOCKS; b++) {
            bool is_free = region->free_blocks >> b & 1;
            states[is_free ? TNI_BLOCK_FREE : region->blocks[b].state]++;
            if (!is_free) check_block(c, &region->blocks[b]);
        }
    }
    for (unsigned k = 0; k < TNI_CLASSES; k++)
        partial += check_list(c, old->classes[k].partial, k, k + 1, TNI_BLOCK_PARTIAL);
    for (unsigned leaf = 0; leaf < 2; leaf++)
        unswept += check_list(c, old->unswept[leaf], leaf * TNI_SIZES, (leaf + 1) * TNI_SIZES, TNI_BLOCK_UNSWEPT);
    if (states[TNI_BLOCK_FREE] != old->free_blocks || partial != states[TNI_BLOCK_PARTIAL] ||
        unswept != states[TNI_BLOCK_UNSWEPT] || unswept != old->unswept_blocks)
        tni_fatal(c->heap,
                  "verify: %s: invariant O3: the block lists do not agree with the blocks: free %zu/%zu partial "
                  "%zu/%zu unswept %zu/%zu",
                  c->when, states[TNI_BLOCK_FREE], old->free_blocks, states[TNI_BLOCK_PARTIAL], partial,
                  states[TNI_BLOCK_UNSWEPT], unswept);
}

/* ---- spans and runs ---- */

/* The span at the grain, used or free, and free ones that should be in a list are counted; its end. */
static unsigned check_span(check *c, tni_region *region, unsigned grain, size_t *free) {
    bool used = tni_bit(region->used_grains, grain), first = tni_bit(region->first_grains, grain);
    unsigned grains = region->spans[grain], end = grain + grains;
    bool whole = grains && end <= TNI_GRAINS && tni_next_bit(region->used_grains, TNI_GRAINS, grain, !used) >= end;
    if (whole && !used) {
        whole = region->spans[end - 1] == grains && (end == TNI_GRAINS || tni_bit(region->used_grains, end));
        *free += grains >= TNI_SPAN_LEAST;
    }
    if (!whole || used != first)
        tni_fatal(c->heap, "verify: %s: invariant L1: region %p: grain %u begins no span", c->when, (void *)region,
                  grain);
    return end;
}

static void check_runs(check *c) {
    const tni_area *r = &c->heap->regions.area;
    size_t free = 0, filed = 0, kept = 0;
    for (size_t i = 0; i < r->top; i++) {
        if (!r->units[i].free) continue;
        kept += (size_t)r->units[i].pages * TNI_PAGE;
        free += !i || !r->units[i - 1].free;
    }
    for (unsigned list = 0; list < TNI_RUNS; list++)
        for (uint32_t at = r->runs[list]; at; at = r->units[at - 1].next, filed++) {
            size_t length = r->units[at - 1].run, end = at - 1 + length;
            bool whole = length && end <= r->top && r->units[end - 1].run == length && r->units[end - 1].free;
            if (!whole || (end < r->top && r->units[end].free) || list != (length < TNI_RUNS ? length : 0))
                filed = SIZE_MAX / 2;
        }
    if (free != filed || kept != r->kept_bytes)
        tni_fatal(c->heap,
                  "verify: %s: invariant L3: of %zu free runs %zu are on the right lists; %zu bytes are kept, not %zu",
                  c->when, free, filed, kept, r->kept_bytes);
}

static void check_spans(check *c) {
    const tni_large *large = &c->heap->large;
    size_t free = 0, filed = 0;
    for (size_t i = 0; i < c->heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&c->heap->regions, i);
        if (region->kind != TNI_PAGES_REGION) continue;
        for (unsigned grain = TNI_FIRST_GRAIN; grain < TNI_GRAINS;) grain = check_span(c, region, grain, &free);
    }
    for (unsigned length = TNI_SPAN_LEAST; length < TNI_GRAINS; length++) {
        bool any = false;
        for (uintptr_t at = large->free[length]; at; at = tni_span_link(at)->next, any = true)
            filed += *tni_span_at(at) == length;
        bool said = tni_bit(large->lengths, length) && large->words >> length / 64 & 1;
        if (any != said) filed = SIZE_MAX / 2;
    }
    if (free != filed)
        tni_fatal(c->heap, "verify: %s: invariant L1: of %zu free spans %zu are on the right lists", c->when,
                  free, filed);
}

/* ---- what counts against the limit ---- */

static void check_counts(check *c) {
    const tni_regions *all = &c->heap->regions;
    size_t blocks = 0, large = 0, heads = 0, mapped = 0;
    for (size_t i = 0; i < all->all.count; i++) {
        const tni_region *region = tni_region_at(all, i);
        if (!tni_area_has(&all->area, region)) mapped += region->bytes;
        heads += region->kind != TNI_HUGE_REGION;
        if (region->kind == TNI_BLOCKS_REGION) blocks += (size_t)__builtin_popcount(region->touched_blocks);
        if (region->kind == TNI_HUGE_REGION) large += region->bytes;
        for (unsigned w = 0; region->kind == TNI_PAGES_REGION && w < TNI_PAGES / 64; w++)
            large += (size_t)__builtin_popcountll(region->touched_pages[w]) * TNI_PAGE;
    }
    const tn_heap *h = c->heap;
    if (blocks != h->old.touched_blocks || large != h->large.touched_bytes || heads != all->heads ||
        mapped != all->mapped)
        tni_fatal(c->heap,
                  "verify: %s: invariant P2: the counts do not agree with the regions: blocks %zu/%zu large %zu/%zu "
                  "heads %zu/%zu mapped %zu/%zu",
                  c->when, blocks, h->old.touched_blocks, large, h->large.touched_bytes, heads, all->heads, mapped,
                  all->mapped);
}

void tni_verify_blocks(check *c) {
    check_blocks(c);
    check_spans(c);
    check_runs(c);
    check_counts(c);
}
