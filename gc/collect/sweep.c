/* collect/sweep.c: see sweep.h. */
#include "collect/sweep.h"

#include <string.h>

#include "base/memcheck.h"
#include "collect/pacing/pacing.h"
#include "collect/special.h"
#include "heap/heap.h"
#include "space/walk.h"

enum {
    TRIES = 16,             /* blocks without a hole for a cell, before a free one is taken */
    SLACK = TNI_BLOCK / 128 /* a block with less in holes is full */
};

/* ---- dead objects ---- */

static void dispose_object(void *object, void *user) {
    if (tni_withheld(user, object)) return; /* it was called when the object died */
    const tni_layout *layout = tni_layout_of(user, tni_header(object));
    if (layout->disposed) tni_dispose(user, layout, object);
}

/* ---- blocks ---- */

/* The number of bits in the words that were added, at most 31 of them. */
typedef struct bit_sum {
    uint64_t bytes; /* eight counts */
} bit_sum;

TNI_INLINE void bit_sum_add(bit_sum *c, uint64_t word) {
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    c->bytes += (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
}

static unsigned bit_sum_take(bit_sum *c) {
    uint64_t pairs = (c->bytes & 0x00FF00FF00FF00FF) + (c->bytes >> 8 & 0x00FF00FF00FF00FF);
    c->bytes = 0;
    return (unsigned)(pairs * 0x0001000100010001 >> 48);
}

typedef struct holes_left {
    size_t live; /* bytes of marked cells */
    unsigned holes;
} holes_left;

/* Finds where the marked cells of the block end, without a look at them. A cell's bit, added to itself and to the ones
 * that stand for the inside of all cells and holes, is carried on to the bit where the next begins; and the difference
 * of the ends and the begins, as one number of 8192 bits, has a one for each word inside. With `sweep`, the used bits
 * become those of marked cells and of holes, but for a hole at the block's start. */
TNI_INLINE holes_left find_holes(tni_block *block, bool sweep) {
    enum { PART = 16 }; /* words */
    uint64_t *used = tni_block_used(block);
    const uint64_t *marks = tni_block_marks(block);
    uint64_t carry = 0, borrow = 0;
    size_t words = 0, holes = 0;
    for (unsigned from = 0; from < TNI_BLOCK_WORDS; from += PART) {
        bit_sum in = {0}, free = {0};
        for (unsigned w = from; w < from + PART; w++) {
            uint64_t m = marks[w], inside = ~used[w] | m, sum = inside + m, all = sum + carry, ends = all & used[w];
            carry = (sum < inside) | (all < sum);
            bit_sum_add(&in, ends - m - borrow);
            borrow = ends < m || (borrow && ends == m);
            bit_sum_add(&free, ends & ~m);
            if (sweep) used[w] = ends | m;
        }
        words += bit_sum_take(&in);
        holes += bit_sum_take(&free);
    }
    return (holes_left){words * 8, (unsigned)holes};
}

static void forbid(char *from, size_t bytes) { tni_forbid(from, bytes); }
/* Dispose callbacks, and what those who listen do with holes, are not for the pause of a major collection. */
static bool is_lazy(const tn_heap *heap, const tni_block *block) {
    return block->disposed || tni_is_heard(heap, TNI_BLOCK_SWEPT);
}

/* The block is free, or full, or for the class that fits its holes. */
static void file_swept(tni_old *old, tni_block *block, holes_left s) {
    if (TNI_MEMCHECKED) tni_each_hole(block, forbid);
    block->state = TNI_BLOCK_FULL;
    block->class = (uint8_t)tni_old_class_for(s.holes, TNI_BLOCK - s.live, block->class >= TNI_SIZES);
    if (!s.live) tni_old_give(old, block);
    else if (s.live < TNI_BLOCK - SLACK) tni_old_file_partial(old, block);
}

static void dispose_dead(tn_heap *heap, tni_block *block) {
    size_t before = tni_external_bytes(heap);
    tni_busy_begin(heap);
    tni_walk_block(block, tni_block_used(block), tni_block_marks(block), dispose_object, heap);
    tni_busy_end(heap);
    size_t after = tni_external_bytes(heap);
    if (after < before) tni_pacing_disposed(heap, before - after);
}

static void sweep_block(tn_heap *heap, tni_block *block) {
    if (block->disposed) dispose_dead(heap, block);
    holes_left s = find_holes(block, true);
    tni_block_used(block)[0] |= tni_old_first(&heap->old);
    tni_announce(heap, TNI_BLOCK_SWEPT, &(tni_event){.object = block});
    heap->old.unswept_blocks--;
    file_swept(&heap->old, block, s);
}

static bool sweep_one(tn_heap *heap, bool leaf) {
    tni_block *block = heap->old.unswept[leaf];
    if (!block) return false;
    heap->old.unswept[leaf] = block->next;
    sweep_block(heap, block);
    return true;
}

static tni_block *take_block(tn_heap *heap, unsigned class) {
    tni_block *block = tni_old_take_partial(&heap->old, class);
    while (!block && sweep_one(heap, class >= TNI_SIZES)) block = tni_old_take_partial(&heap->old, class);
    return block;
}

TNI_INLINE bool make_room(tn_heap *heap, unsigned class, size_t room) {
    tni_old *old = &heap->old;
    tni_runs *runs = tni_runs_of(heap);
    for (unsigned tries = 0; !tni_old_next_run(old, runs, class, room); tries++) {
        tni_block *block = tries < TRIES ? take_block(heap, class) : NULL;
        if (!block) block = tni_old_take(old, class);
        if (!block) block = take_block(heap, class);
        if (!block) return false;
        if (tni_old_use(old, runs, class, block, room)) break;
    }
    return true;
}

bool tni_sweep_room(tn_heap *heap, unsigned class, size_t room) { return make_room(heap, class, room); }

char *tni_sweep_cell(tn_heap *heap, unsigned class, size_t cell) {
    return make_room(heap, class, cell) ? tni_old_bump(&tni_runs_of(heap)->of[class], cell) : NULL;
}

/* ---- a whole sweep ---- */

typedef struct filing {
    size_t live; /* bytes of marked cells, and of the pages of marked large objects */
    tn_heap *heap;
} filing;

static void file_block(tni_block *block, void *user) {
    filing *f = user;
    tni_old *old = &f->heap->old;
    if (!is_lazy(f->heap, block)) {
        holes_left s = find_holes(block, true);
        tni_block_used(block)[0] |= tni_old_first(old);
        f->live += s.live;
        file_swept(old, block, s);
        return;
    }
    tni_block **unswept = &old->unswept[block->class >= TNI_SIZES];
    f->live += find_holes(block, false).live;
    block->state = TNI_BLOCK_UNSWEPT;
    block->next = *unswept;
    *unswept = block;
    old->unswept_blocks++;
}

static void file_large(void *object, void *user) {
    filing *f = user;
    if (tni_marked(object)) {
        f->live += tni_large_bytes(object);
        return;
    }
    if (tni_region_of(object)->disposed) dispose_object(object, f->heap);
    tni_large_free(&f->heap->large, object);
}

size_t tni_sweep_after_marking(tn_heap *heap) {
    filing f = {.heap = heap};
    for (unsigned k = 0; k < TNI_CLASSES; k++) heap->old.classes[k] = (tni_class){.partial = NULL};
    tni_walk_all(&heap->regions, &(tni_walk){file_block, file_large, &f});
    return f.live;
}

bool tni_sweep_some(tn_heap *heap, size_t blocks) {
    for (; blocks && (sweep_one(heap, false) || sweep_one(heap, true)); blocks--) {}
    return heap->old.unswept_blocks == 0;
}

void tni_sweep_all(tn_heap *heap) { tni_sweep_some(heap, SIZE_MAX); }

static void empty_header(void *hole, void *user) {
    (void)user;
    tni_allow((char *)hole - 8, 8); /* until it is swept again */
    tni_set_header(hole, 0);
}

/* All that begins in the block is in its used bits then. Without marks a hole will look like an object that died: one
 * that needs no dispose. */
static void end_block(tni_block *block, void *user) {
    (void)user;
    uint64_t *used = tni_block_used(block);
    const uint64_t *marks = tni_block_marks(block);
    if (block->disposed) tni_walk_block(block, used, marks, empty_header, NULL);
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++) used[w] |= marks[w];
}

void tni_sweep_before_marking(tn_heap *heap) {
    tni_sweep_all(heap);
    tni_old_retire_all(&heap->old, tni_runs_of(heap));
    const tni_walk end = {end_block, NULL, NULL};
    for (size_t i = 0; i < heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&heap->regions, i);
        tni_walk_region(region, &end);
        tni_region_clear_marks(region);
    }
}

/* ---- for the barrier's overflow, verify and the end ---- */

typedef struct visitor {
    tn_heap *heap;
    void (*visit)(void *object, void *user);
    void *user;
} visitor;

static void visit_object(void *object, void *user) {
    const visitor *v = user;
    if (!tni_withheld(v->heap, object)) v->visit(object, v->user);
}

static void visit_block(tni_block *block, void *user) {
    tni_walk_block(block, tni_block_marks(block), NULL, visit_object, user);
}

void tni_sweep_each_object(tn_heap *heap, void (*visit)(void *object, void *user), void *user) {
    visitor v = {heap, visit, user};
    tni_walk_all(&heap->regions, &(tni_walk){visit_block, visit_object, &v});
}

/* Only blocks that may hold objects with dispose are looked into. */
static void dispose_block(tni_block *block, void *user) {
    if (block->disposed) tni_walk_block(block, tni_block_marks(block), NULL, dispose_object, user);
}

void tni_sweep_dispose_all(tn_heap *heap) {
    tni_sweep_all(heap);
    tni_busy_begin(heap);
    tni_vector *young = &heap->mutators[0].young_disposed;
    for (size_t i = 0; i < young->count; i++) dispose_object((void *)young->at[i], heap);
    tni_walk_all(&heap->regions, &(tni_walk){dispose_block, dispose_object, heap});
    tni_busy_end(heap);
}
