/* space/old.c: see old.h. */
#include "space/old.h"

#include <string.h>

#include "base/memcheck.h"
#include "base/os.h"

void tni_old_init(tni_old *old, tni_regions *regions) { old->regions = regions; }

/* ---- runs ---- */

enum { ZERO_BYTES = 4096 }; /* zeroed at a time, or a longer cell: they stay in the first-level cache */

static void count(tni_old *old, tni_run *run) {
    old->filled += (size_t)(run->bump - run->start);
    run->start = run->bump;
}

static void extend(const tni_old *old, tni_run *run, size_t cell) {
    size_t left = (size_t)(run->end - run->bump), most = cell > old->step ? cell : old->step;
    char *from = run->limit;
    run->limit = left <= most ? run->end : run->bump + most;
    if (old->zeroed) memset(from, 0, (size_t)(run->limit - from));
}

void tni_old_zeroed(tni_old *old, tni_runs *runs, bool zeroed) {
    old->zeroed = zeroed;
    old->step = old->paged ? 0 : zeroed ? ZERO_BYTES : SIZE_MAX;
    for (unsigned class = 0; zeroed && class < TNI_CLASSES; class++) runs->of[class].limit = runs->of[class].bump;
}

void tni_old_count(tni_old *old, tni_runs *runs) {
    for (unsigned class = 0; class < TNI_CLASSES; class++) count(old, &runs->of[class]);
}

/* If each cell has pages of its own, skips the rest of the last cell's page. */
TNI_INLINE void skip_page(const tni_old *old, tni_run *run) {
    if (TN_LIKELY_(!old->paged)) return;
    char *to = (char *)tni_whole_pages((uintptr_t)run->bump) + TNI_LEAD;
    run->bump = run->limit = to < run->end ? to : run->end;
}

/* If each cell has pages of its own, a hole ends with a page, because another cell uses the next one. False if the cell
 * does not fit. */
static __attribute__((noinline)) bool end_with_page(tni_run *run, size_t cell) {
    run->end = (char *)((uintptr_t)run->end & ~(uintptr_t)(TNI_PAGE - 1));
    return run->bump + cell <= run->end;
}

/* Finds the next hole before it is used, and prefetches its memory, which will be written soon. */
static void look_ahead(tni_run *run, unsigned from) {
    run->next = tni_hole_at(run->block, from);
    if (run->next == TNI_BLOCK_BITS) return;
    const char *object = tni_block_object(run->block, run->next);
    __builtin_prefetch(object, 1);
    __builtin_prefetch(object + 64, 1);
}

static void pass(tni_run *run, size_t bytes) {
    run->passed++;
    run->passed_bytes += (unsigned)bytes;
}

/* Makes [bump, end) a hole again. 8 bytes are too few for any cell: they are slack after the last one. */
static void leave(tni_old *old, tni_run *run, const char *end) {
    count(old, run);
    size_t bytes = (size_t)(end - run->bump);
    tni_forbid(run->bump, bytes);
    if (bytes <= 8) return;
    pass(run, bytes);
    tni_bit_set(tni_region_of(run->bump)->used, tni_bit_of(run->bump + 8));
}

static void leave_hole(tni_old *old, tni_run *run) { leave(old, run, run->end); }

char *tni_old_bump_aligned(tni_old *old, tni_run *run, size_t cell, size_t align) {
    char *from = run->bump + tni_padding(run->bump, align);
    if (from > run->bump) {
        leave(old, run, from);
        run->start = run->bump = from;
    }
    return tni_old_bump(run, cell);
}

static bool find_hole(tni_old *old, tni_run *run, size_t cell) {
    while (run->next != TNI_BLOCK_BITS) {
        unsigned first = run->next, end = tni_hole_end(run->block, first);
        look_ahead(run, end);
        size_t bytes = (size_t)(end - first) * 8;
        if (bytes < cell) {
            pass(run, bytes);
            continue;
        }
        run->start = run->bump = run->limit = tni_block_object(run->block, first) - 8;
        run->end = run->bump + bytes;
        if (TN_UNLIKELY_(old->paged) && !end_with_page(run, cell)) {
            pass(run, bytes);
            continue;
        }
        tni_allow(run->bump, bytes);
        extend(old, run, cell);
        return true;
    }
    return false;
}

unsigned tni_old_class_for(unsigned holes, size_t bytes, bool leaf) {
    /* If a share e of the block is dead, at random, the average byte of a hole lies in one of 1 + e times the mean
     * size. */
    size_t mean = bytes / (holes ? holes : 1), usual = mean + mean * bytes / TNI_BLOCK;
    return tni_class_of(usual < TNI_CELL_MAX ? usual | 1 : TNI_CELL_MAX, leaf);
}

/* The size class is done with its block: the holes that it passed are for a class of smaller cells. */
static void leave_block(tni_old *old, tni_run *run, unsigned class) {
    tni_block *block = run->block;
    unsigned lower = tni_old_class_for(run->passed, run->passed_bytes, class >= TNI_SIZES);
    *run = (tni_run){.block = NULL};
    block->state = TNI_BLOCK_FULL;
    if (class % TNI_SIZES == 0 || !run->passed_bytes) return;
    block->class = (uint8_t)(lower < class ? lower : class - 1);
    tni_old_file_partial(old, block);
}

void tni_old_file_partial(tni_old *old, tni_block *block) {
    tni_class *class = &old->classes[block->class];
    block->state = TNI_BLOCK_PARTIAL;
    block->next = NULL;
    if (class->partial) class->partial_end->next = block;
    else class->partial = block;
    class->partial_end = block;
}

static tni_block *take_from(tni_class *class) {
    tni_block *block = class->partial;
    if (block) class->partial = block->next;
    return block;
}

/* A block with long holes costs least to fill, so it is taken first. But the longest holes are left to cells that can
 * use no others, as long as there are other blocks. */
tni_block *tni_old_take_partial(tni_old *old, unsigned class) {
    enum { LONGER = 3 }; /* doublings: holes eight times as long as a cell */
    unsigned end = class < TNI_SIZES ? TNI_SIZES : TNI_CLASSES;
    unsigned first = class + LONGER < end ? class + LONGER : end - 1;
    tni_block *block = NULL;
    for (unsigned k = first + 1; !block && k-- > class;) block = take_from(&old->classes[k]);
    for (unsigned k = first + 1; !block && k < end; k++) block = take_from(&old->classes[k]);
    return block;
}

void tni_old_retire_all(tni_old *old, tni_runs *runs) {
    for (unsigned class = 0; class < TNI_CLASSES; class++) {
        tni_run *run = &runs->of[class];
        if (!run->block) continue;
        skip_page(old, run);
        leave_hole(old, run);
        tni_old_file_partial(old, run->block);
        *run = (tni_run){.block = NULL};
    }
}

void tni_old_cut(const tni_old *old, char *from, const char *to) {
    if (old->paged) from = (char *)tni_whole_pages((uintptr_t)from) + TNI_LEAD;
    if (from >= to || (uintptr_t)(from + 8) % TNI_BLOCK == 0) return;
    tni_set_header(from + 8, 0); /* in an unswept block the hole looks like a dead object: it must have no dispose */
    tni_forbid(from + 8, (size_t)(to - from) - 8);
    tni_bit_set(tni_region_of(from)->used, tni_bit_of(from + 8));
}

bool tni_old_next_run(tni_old *old, tni_runs *runs, unsigned class, size_t cell) {
    tni_run *run = &runs->of[class];
    if (!run->block) return false;
    skip_page(old, run);
    if ((size_t)(run->end - run->bump) >= cell) {
        count(old, run);
        extend(old, run, cell);
        return true;
    }
    leave_hole(old, run);
    if (find_hole(old, run, cell)) return true;
    leave_block(old, run, class);
    return false;
}

bool tni_old_use(tni_old *old, tni_runs *runs, unsigned class, tni_block *block, size_t cell) {
    tni_run *run = &runs->of[class];
    run->block = block;
    block->class = (uint8_t)class;
    block->state = TNI_BLOCK_CURRENT;
    look_ahead(run, 0);
    if (find_hole(old, run, cell)) return true;
    leave_block(old, run, class);
    return false;
}

/* ---- blocks ---- */

enum { REGION_BLOCKS = TNI_BLOCKS - 1 };

static size_t available(const tni_old *old) { return old->free_blocks + old->regions->spare.count * REGION_BLOCKS; }

size_t tni_old_provide(tni_old *old, size_t blocks) {
    while (available(old) < blocks && tni_region_map(old->regions)) {}
    return available(old);
}

/* Opens a spare region, whose blocks become free. This touches its memory for the first time. */
static void open_spare(tni_old *old) {
    void *space = (void *)old->regions->spare.at[--old->regions->spare.count];
    tni_region *region = tni_region_open(old->regions, space, TNI_BLOCKS_REGION, TNI_REGION);
    region->free_blocks = ~UINT32_C(1);
    old->free_blocks += REGION_BLOCKS;
}

void tni_old_prepare(tni_old *old, size_t blocks, uint64_t until) {
    tni_regions *regions = old->regions;
    if (!regions->huge_pages) return;
    while (old->free_blocks + REGION_BLOCKS <= blocks && tni_os_now() < until) {
        if (!regions->spare.count && !tni_region_map(regions)) return;
        void *space = (void *)regions->spare.at[regions->spare.count - 1];
        tni_os_huge(space, TNI_REGION);
        open_spare(old);
        tni_region_of(space)->touched_blocks = ~UINT32_C(1); /* the huge page holds all of them */
        old->touched_blocks += REGION_BLOCKS;
    }
}

tni_block *tni_old_take(tni_old *old, unsigned class) {
    if (!tni_old_provide(old, 1)) return NULL;
    if (!old->free_blocks) open_spare(old);
    tni_region *region = NULL;
    for (;; old->regions->hint++) {
        region = tni_region_at(old->regions, old->regions->hint);
        if (region->kind == TNI_BLOCKS_REGION && region->free_blocks) break;
    }
    uint32_t touched = region->free_blocks & region->touched_blocks;
    unsigned number = (unsigned)__builtin_ctz(touched ? touched : region->free_blocks);
    uint32_t bit = UINT32_C(1) << number;
    region->free_blocks &= ~bit;
    if (!(region->touched_blocks & bit)) old->touched_blocks++;
    region->touched_blocks |= bit;
    old->free_blocks--;
    old->used_blocks++;
    tni_block *block = &region->blocks[number];
    block->class = (uint8_t)class;
    block->state = TNI_BLOCK_FULL;
    block->disposed = 0;
    tni_block_used(block)[0] = tni_old_first(old); /* one hole */
    tni_region_set_leaves(old->regions, block, class >= TNI_SIZES);
    return block;
}

void tni_old_give(tni_old *old, tni_block *block) {
    tni_region *region = tni_block_region(block);
    memset(tni_block_used(block), 0, TNI_BLOCK_WORDS * sizeof(uint64_t));
    block->state = TNI_BLOCK_FREE;
    region->free_blocks |= UINT32_C(1) << block->number;
    old->free_blocks++;
    old->used_blocks--;
    size_t place = tni_region_place(old->regions, (uintptr_t)region);
    if (place < old->regions->hint) old->regions->hint = place;
}

/* Returns the bytes that were given back. */
static size_t forget_free_blocks(tni_old *old, tni_region *region, size_t most) {
    size_t done = 0;
    for (uint32_t rest = region->free_blocks & region->touched_blocks; rest && done < most; rest &= rest - 1) {
        unsigned number = (unsigned)__builtin_ctz(rest);
        tni_os_forget(tni_block_start(&region->blocks[number]), TNI_BLOCK);
        region->touched_blocks &= ~(UINT32_C(1) << number);
        old->touched_blocks--;
        done += TNI_BLOCK;
    }
    return done;
}

bool tni_old_trim(tni_old *old, size_t keep, size_t most) {
    tni_vector *spare = &old->regions->spare;
    for (; most && spare->count && available(old) >= keep + REGION_BLOCKS; most--)
        tni_os_unmap((void *)spare->at[--spare->count], TNI_REGION);
    for (size_t i = old->regions->all.count; most && i-- > 0 && available(old) >= keep + REGION_BLOCKS;) {
        tni_region *region = tni_region_at(old->regions, i);
        if (region->kind != TNI_BLOCKS_REGION || region->free_blocks != ~UINT32_C(1)) continue;
        old->free_blocks -= REGION_BLOCKS;
        old->touched_blocks -= (size_t)__builtin_popcount(region->touched_blocks);
        tni_region_delete(old->regions, region);
        most--;
    }
    return !most;
}

bool tni_old_forget_some(tni_old *old, size_t keep, size_t most) {
    size_t count = old->regions->all.count;
    if (!old->forget_at || old->forget_at > count) old->forget_at = count;
    for (; most && old->forget_at && old->touched_blocks > old->used_blocks + keep; most--) {
        tni_region *region = tni_region_at(old->regions, --old->forget_at);
        if (region->kind == TNI_BLOCKS_REGION) forget_free_blocks(old, region, SIZE_MAX);
    }
    if (most) old->forget_at = 0;
    return !most;
}

void tni_old_forget(tni_old *old, size_t most) {
    size_t done = 0;
    for (size_t i = old->regions->all.count; i-- > 0 && done < most;) {
        tni_region *region = tni_region_at(old->regions, i);
        if (region->kind == TNI_BLOCKS_REGION) done += forget_free_blocks(old, region, most - done);
    }
}

void tni_each_hole(const tni_block *block, void (*visit)(char *from, size_t bytes)) {
    for (unsigned bit = 0; (bit = tni_hole_at(block, bit)) < TNI_BLOCK_BITS; bit++)
        visit(tni_block_object(block, bit) - 8, (size_t)(tni_hole_end(block, bit) - bit) * 8);
}
