/* collect/sweep.c: see sweep.h. */
#include "collect/sweep.h"

#include <string.h>

#include "core/heap.h"
#include "debug/poison.h"
#include "space/os.h"

/* ---- dead objects ---- */

static void dispose_object(void *object, void *user) {
    const tni_layout *layout = tni_layout_of(user, tni_header(object));
    if (layout->disposed) layout->desc->dispose(object);
}

/* Calls visit for each object of the block whose bit is in `bits & ~without` (`without` may be NULL). */
static void each_in_block(tn_heap *heap, tni_block *block, const uint64_t *bits, const uint64_t *without,
                          void (*visit)(void *object, void *user), void *user) {
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++)
        for (uint64_t rest = bits[w] & ~(without ? without[w] : 0); rest; rest &= rest - 1)
            visit(tni_block_object(&heap->old, block, w * 64 + (unsigned)__builtin_ctzll(rest)), user);
}

/* Calls visit for the objects of a region of large ones whose bit is set in used; it may free them, but no others. */
static void each_in_pages(tni_region *region, void (*visit)(void *object, void *user), void *user) {
    if (region->kind == TNI_HUGE_REGION) {
        visit((char *)region + TNI_BLOCK + 8, user);
        return;
    }
    for (unsigned page = TNI_FIRST_PAGE; page < TNI_PAGES; page++) {
        char *object = (char *)region + (size_t)page * TNI_PAGE + 8;
        if (tni_bit(region->used, tni_bit_of(object))) visit(object, user);
    }
}

/* ---- blocks ---- */

/* The block's used bits become its mark bits, and it is filed as free or partial: a full one was never unswept. */
static void sweep_block(tn_heap *heap, tni_block *block) {
    uint64_t *used = tni_block_used(block), *marks = tni_block_marks(block);
    if (block->disposed) {
        tni_busy_begin(heap);
        each_in_block(heap, block, used, marks, dispose_object, heap);
        tni_busy_end(heap);
    }
    if (heap->options.value.debug & TNI_DEBUG_POISON) each_in_block(heap, block, used, marks, tni_poison_cell, heap);
    bool any = false;
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++) {
        used[w] = marks[w];
        any |= used[w] != 0;
    }
    heap->old.unswept_blocks--;
    if (any) tni_old_file_partial(&heap->old, block);
    else tni_old_give(&heap->old, block);
}

static bool sweep_one(tn_heap *heap, tni_class *class_) {
    tni_block *block = class_->unswept;
    if (!block) return false;
    class_->unswept = block->next;
    sweep_block(heap, block);
    return true;
}

char *tni_sweep_cell(tn_heap *heap, unsigned c) {
    tni_old *old = &heap->old;
    tni_class *class_ = &old->classes[c];
    while (!tni_old_next_run(old, c)) {
        while (!class_->partial && sweep_one(heap, class_)) {}
        tni_block *block = tni_old_take_partial(old, c);
        if (!block) block = tni_old_take(old, c);
        if (!block) return NULL;
        if (tni_old_use(old, c, block)) break;
    }
    return tni_old_bump(&old->runs[c]);
}

/* ---- a whole sweep ---- */

/* The blocks of one class on their way to its unswept list, by how full they are: emptiest first, and within an
 * eighth by address. New objects then fill long runs and come to lie side by side; blocks that are nearly full are
 * left alone, and are emptier the next time. */
enum { EIGHTHS = 8 };
typedef struct filing {
    tni_block *first[TNI_CLASSES][EIGHTHS], *last[TNI_CLASSES][EIGHTHS];
    size_t live; /* bytes of marked cells, and of marked large objects */
    tn_heap *heap;
} filing;

static size_t count_marks(const tni_block *block) {
    const uint64_t *marks = tni_block_marks(block);
    size_t count = 0;
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++) count += (size_t)__builtin_popcountll(marks[w]);
    return count;
}

/* A block is free when nothing in it is marked and nothing is to be done about that; full when all is; else
 * unswept. */
static void file_block(filing *f, tni_block *block) {
    tni_old *old = &f->heap->old;
    unsigned c = block->class_;
    size_t count = count_marks(block), capacity = TNI_BLOCK / old->runs[c].cell;
    f->live += count * old->runs[c].cell;
    block->state = TNI_BLOCK_FULL;
    if (count == capacity) return;
    if (!count && !block->disposed && !(f->heap->options.value.debug & TNI_DEBUG_POISON)) {
        tni_old_give(old, block);
        return;
    }
    size_t eighth = count * EIGHTHS / capacity;
    if (f->last[c][eighth]) f->last[c][eighth]->next = block;
    else f->first[c][eighth] = block;
    f->last[c][eighth] = block;
    block->state = TNI_BLOCK_UNSWEPT;
    block->next = NULL;
    old->unswept_blocks++;
}

static void join(tni_class *class_, tni_block *const *first, tni_block *const *last) {
    class_->unswept = NULL;
    for (unsigned e = EIGHTHS; e-- > 0;) {
        if (!first[e]) continue;
        last[e]->next = class_->unswept;
        class_->unswept = first[e];
    }
}

static void file_large(void *object, void *user) {
    filing *f = user;
    if (tni_marked(object)) {
        tn_header header = tni_header(object);
        f->live += tni_object_cell(tni_layout_of(f->heap, header), header);
        return;
    }
    dispose_object(object, f->heap);
    tni_large_free(&f->heap->large, object);
}

/* Large objects may free their region, and no other. */
static void file_region(filing *f, tni_region *region) {
    if (region->kind != TNI_BLOCKS_REGION) {
        each_in_pages(region, file_large, f);
        return;
    }
    for (unsigned b = 1; b < TNI_BLOCKS; b++)
        if (!(region->free_blocks >> b & 1)) file_block(f, &region->blocks[b]);
}

size_t tni_sweep_begin(tn_heap *heap) {
    filing f = {.heap = heap};
    tni_old_retire_all(&heap->old);
    for (size_t i = 0, count; i < (count = heap->regions.all.count);) {
        file_region(&f, tni_region_at(&heap->regions, i));
        if (heap->regions.all.count == count) i++;
    }
    for (unsigned c = 0; c < TNI_CLASSES; c++) {
        heap->old.classes[c].partial = heap->old.classes[c].partial_end = NULL;
        join(&heap->old.classes[c], f.first[c], f.last[c]);
    }
    return f.live;
}

bool tni_sweep_some(tn_heap *heap, size_t blocks) {
    for (unsigned c = 0; c < TNI_CLASSES && heap->old.unswept_blocks; c++)
        for (; blocks && sweep_one(heap, &heap->old.classes[c]); blocks--) {}
    return heap->old.unswept_blocks == 0;
}

void tni_sweep_all(tn_heap *heap) { tni_sweep_some(heap, SIZE_MAX); }

/* ---- for the barrier's overflow, verify and the end ---- */

void tni_sweep_each_object(tn_heap *heap, void (*visit)(void *object, void *user), void *user) {
    tni_old_flush_all(&heap->old);
    for (size_t i = 0; i < heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&heap->regions, i);
        if (region->kind != TNI_BLOCKS_REGION) {
            each_in_pages(region, visit, user);
            continue;
        }
        for (unsigned b = 1; b < TNI_BLOCKS; b++) {
            tni_block *block = &region->blocks[b];
            if (region->free_blocks >> b & 1) continue;
            bool unswept = block->state == TNI_BLOCK_UNSWEPT;
            each_in_block(heap, block, unswept ? tni_block_marks(block) : tni_block_used(block), NULL, visit, user);
        }
    }
}

/* Only blocks that may hold objects with dispose are looked into. */
static void dispose_region(tn_heap *heap, tni_region *region) {
    if (region->kind != TNI_BLOCKS_REGION) {
        each_in_pages(region, dispose_object, heap);
        return;
    }
    for (unsigned b = 1; b < TNI_BLOCKS; b++) {
        tni_block *block = &region->blocks[b];
        if (!(region->free_blocks >> b & 1) && block->disposed)
            each_in_block(heap, block, tni_block_used(block), NULL, dispose_object, heap);
    }
}

void tni_sweep_dispose_all(tn_heap *heap) {
    tni_busy_begin(heap);
    tni_vector *young = &heap->weak.young_disposed;
    for (size_t i = 0; i < young->count; i++) dispose_object((void *)young->at[i], heap);
    tni_old_flush_all(&heap->old);
    for (size_t i = 0; i < heap->regions.all.count; i++) dispose_region(heap, tni_region_at(&heap->regions, i));
    tni_busy_end(heap);
}
