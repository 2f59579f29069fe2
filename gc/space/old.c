/* space/old.c: see old.h. */
#include "space/old.h"

#include <string.h>

#include "space/os.h"

static const uint32_t last_cell = (uint32_t)(TNI_BLOCK / 7 / 8 * 8); /* of the class above 8 KiB: seven in a block */

static uint32_t cell_of_size(unsigned c) {
    if (c < 15) return 16 + 8 * c;
    if (c == TNI_SIZES - 1) return last_cell;
    unsigned doubling = (c - 15) / 8, step = (c - 15) % 8 + 1;
    return (128u << doubling) + step * (16u << doubling);
}

static unsigned size_for(size_t cell) {
    if (cell <= 128) return cell <= 16 ? 0 : (unsigned)(cell - 9) / 8;
    if (cell > 8192) return TNI_SIZES - 1;
    /* cell is in (128 << doubling, 256 << doubling] */
    unsigned doubling = 63 - (unsigned)__builtin_clzll((cell - 1) >> 7);
    return 15 + 8 * doubling + (unsigned)((cell - 1 - ((size_t)128 << doubling)) >> (4 + doubling));
}

unsigned tni_class_for(size_t cell, bool leaf) { return size_for(cell) + (leaf ? (unsigned)TNI_SIZES : 0); }

void tni_old_init(tni_old *old, tni_regions *regions) {
    old->regions = regions;
    for (unsigned i = 0; i <= TNI_CELL_MAX / 8; i++) old->size_of[i] = (uint8_t)size_for(i * 8);
    for (unsigned c = 0; c < TNI_CLASSES; c++) old->runs[c].cell = cell_of_size(c % TNI_SIZES);
}

/* ---- runs ---- */

enum { RUN_MAX = 4096 }; /* bytes, if a cell is no longer: what is zeroed at a time stays in the first-level cache */

static void make_starts(tni_class *class_, uint32_t cell) {
    for (size_t at = 8; at + cell <= TNI_BLOCK + 8; at += cell) tni_bit_set(class_->starts, at >> 4);
    class_->ready = true;
}

/* The cell number of the object that has this bit: object offsets are 8 + k * cell, and no two share 16 bytes. */
static unsigned cell_of_bit(unsigned bit, uint32_t cell) { return (bit * 16 + 7) / cell; }

char *tni_block_object(const tni_old *old, const tni_block *block, unsigned bit) {
    uint32_t cell = old->runs[block->class_].cell;
    return tni_block_start(block) + 8 + cell_of_bit(bit, cell) * cell;
}

/* The first bit from `bit` on that is set in (a & ~b) ^ flip, TNI_BLOCK_BITS if none. b may be NULL. */
static unsigned find_bit(const uint64_t *a, const uint64_t *b, unsigned bit) {
    for (unsigned w = bit / 64; w < TNI_BLOCK_WORDS; w++) {
        uint64_t word = a[w] & ~(b ? b[w] : 0);
        if (w == bit / 64) word &= ~UINT64_C(0) << (bit % 64);
        if (word) return w * 64 + (unsigned)__builtin_ctzll(word);
    }
    return TNI_BLOCK_BITS;
}

static void zero(tni_run *run) { memset(run->bump, 0, (size_t)(run->limit - run->bump)); }

void tni_old_zeroed(tni_old *old, bool zeroed) {
    old->zeroed = zeroed;
    for (unsigned c = 0; zeroed && c < TNI_CLASSES; c++)
        if (old->runs[c].block) zero(&old->runs[c]);
}

/* The first free cell's bit at or behind bit number `from`. Its memory is asked for: it will be written soon. */
static unsigned find_free(const tni_run *run, const tni_class *class_, unsigned from) {
    unsigned free = find_bit(class_->starts, tni_block_used(run->block), from);
    const char *object = tni_block_start(run->block) + free * 16;
    if (free == TNI_BLOCK_BITS) return free;
    __builtin_prefetch(object, 1);
    __builtin_prefetch(object + 64, 1);
    return free;
}

/* Sets the run to the cells from bit `first` on, and looks for the next one: what remains of a long one is a run
 * again. */
static bool set_run(tni_old *old, unsigned c, unsigned first) {
    if (first == TNI_BLOCK_BITS) return false;
    tni_run *run = &old->runs[c];
    char *block = tni_block_start(run->block);
    unsigned last = find_bit(tni_block_used(run->block), NULL, first);
    unsigned begin = cell_of_bit(first, run->cell), most = begin + (RUN_MAX - 1) / run->cell + 1;
    unsigned end = last == TNI_BLOCK_BITS ? (unsigned)(TNI_BLOCK / run->cell) : cell_of_bit(last, run->cell);
    if (end > most) end = most, last = (unsigned)(8 + end * run->cell) / 16;
    run->start = run->bump = block + begin * run->cell;
    run->limit = block + end * run->cell;
    run->next = find_free(run, &old->classes[c], last);
    if (old->zeroed) zero(run);
    return true;
}

void tni_old_flush(tni_old *old, unsigned c) {
    tni_run *run = &old->runs[c];
    if (run->start == run->bump) return;
    const uint64_t *starts = old->classes[c].starts;
    uint64_t *used = tni_block_used(run->block);
    char *block = tni_block_start(run->block);
    size_t first = (size_t)(run->start + 8 - block) >> 4, end = (size_t)(run->bump + 8 - block) >> 4;
    for (size_t w = first / 64; w * 64 < end; w++) {
        uint64_t in = ~UINT64_C(0);
        if (w == first / 64) in &= ~UINT64_C(0) << (first % 64);
        if (w == end / 64) in &= (UINT64_C(1) << (end % 64)) - 1;
        used[w] |= starts[w] & in;
    }
    old->filled += (size_t)(run->bump - run->start);
    run->start = run->bump;
}

void tni_old_flush_all(tni_old *old) {
    for (unsigned c = 0; c < TNI_CLASSES; c++) tni_old_flush(old, c);
}

static void clear_run(tni_run *run) {
    run->start = run->bump = run->limit = NULL;
    run->block = NULL;
}

void tni_old_file_partial(tni_old *old, tni_block *block) {
    tni_class *class_ = &old->classes[block->class_];
    block->state = TNI_BLOCK_PARTIAL;
    block->next = NULL;
    if (class_->partial) class_->partial_end->next = block;
    else class_->partial = block;
    class_->partial_end = block;
}

tni_block *tni_old_take_partial(tni_old *old, unsigned c) {
    tni_block *block = old->classes[c].partial;
    if (block) old->classes[c].partial = block->next;
    return block;
}

void tni_old_retire_all(tni_old *old) {
    for (unsigned c = 0; c < TNI_CLASSES; c++) {
        tni_run *run = &old->runs[c];
        if (!run->block) continue;
        tni_old_flush(old, c);
        tni_old_file_partial(old, run->block);
        clear_run(run);
    }
}

bool tni_old_next_run(tni_old *old, unsigned c) {
    tni_run *run = &old->runs[c];
    if (!run->block) return false;
    tni_old_flush(old, c);
    if (set_run(old, c, run->next)) return true;
    run->block->state = TNI_BLOCK_FULL;
    clear_run(run);
    return false;
}

bool tni_old_use(tni_old *old, unsigned c, tni_block *block) {
    tni_run *run = &old->runs[c];
    run->block = block;
    block->state = TNI_BLOCK_CURRENT;
    if (set_run(old, c, find_free(run, &old->classes[c], 0))) return true;
    block->state = TNI_BLOCK_FULL;
    clear_run(run);
    return false;
}

/* ---- blocks ---- */

enum { REGION_BLOCKS = TNI_BLOCKS - 1 };

static size_t available(const tni_old *old) { return old->free_blocks + old->regions->spare.count * REGION_BLOCKS; }

size_t tni_old_provide(tni_old *old, size_t blocks) {
    while (available(old) < blocks && tni_region_map(old->regions)) {}
    return available(old);
}

/* Makes the blocks of a spare region free ones: the first time that its memory is touched. */
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
        tni_os_huge((void *)regions->spare.at[regions->spare.count - 1], TNI_REGION);
        open_spare(old);
    }
}

tni_block *tni_old_take(tni_old *old, unsigned c) {
    if (!tni_old_provide(old, 1)) return NULL;
    if (!old->free_blocks) open_spare(old);
    tni_region *region = NULL;
    for (;; old->regions->hint++) {
        region = tni_region_at(old->regions, old->regions->hint);
        if (region->kind == TNI_BLOCKS_REGION && region->free_blocks) break;
    }
    unsigned number = (unsigned)__builtin_ctz(region->free_blocks);
    uint32_t bit = UINT32_C(1) << number;
    region->free_blocks &= ~bit;
    if (!(region->touched_blocks & bit)) old->touched_blocks++;
    region->touched_blocks |= bit;
    old->free_blocks--;
    old->used_blocks++;
    tni_block *block = &region->blocks[number];
    block->class_ = (uint8_t)c;
    block->state = TNI_BLOCK_FULL;
    block->disposed = 0;
    tni_region_set_leaves(old->regions, block, c >= TNI_SIZES);
    if (!old->classes[c].ready) make_starts(&old->classes[c], old->runs[c].cell);
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

static void forget_free_blocks(tni_old *old, tni_region *region) {
    for (uint32_t rest = region->free_blocks & region->touched_blocks; rest; rest &= rest - 1) {
        unsigned number = (unsigned)__builtin_ctz(rest);
        tni_os_forget(tni_block_start(&region->blocks[number]), TNI_BLOCK);
        region->touched_blocks &= ~(UINT32_C(1) << number);
        old->touched_blocks--;
    }
}

void tni_old_trim(tni_old *old, size_t keep, bool forget) {
    tni_vector *spare = &old->regions->spare;
    while (spare->count && available(old) >= keep + REGION_BLOCKS)
        tni_os_unmap((void *)spare->at[--spare->count], TNI_REGION);
    for (size_t i = old->regions->all.count; i-- > 0;) {
        tni_region *region = tni_region_at(old->regions, i);
        if (region->kind != TNI_BLOCKS_REGION) continue;
        if (region->free_blocks == ~UINT32_C(1) && available(old) >= keep + REGION_BLOCKS) {
            old->free_blocks -= REGION_BLOCKS;
            old->touched_blocks -= (size_t)__builtin_popcount(region->touched_blocks);
            tni_region_delete(old->regions, region);
        } else if (forget) {
            forget_free_blocks(old, region);
        }
    }
}
