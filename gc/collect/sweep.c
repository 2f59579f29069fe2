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

/* The block's used bits become its mark bits, and it is filed as free, partial or full. */
static void sweep_block(tn_heap *heap, tni_block *block) {
    uint64_t *used = tni_block_used(block), *marks = tni_block_marks(block);
    const uint64_t *starts = heap->old.classes[block->class_].starts;
    if (block->disposed) {
        tni_busy_begin(heap);
        each_in_block(heap, block, used, marks, dispose_object, heap);
        tni_busy_end(heap);
    }
    if (heap->options.value.debug & TNI_DEBUG_POISON) each_in_block(heap, block, used, marks, tni_poison_cell, heap);
    bool any = false, full = true;
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++) {
        used[w] = marks[w];
        any |= used[w] != 0;
        full &= used[w] == starts[w];
    }
    heap->old.unswept_blocks--;
    block->state = TNI_BLOCK_FULL;
    if (!any) {
        tni_old_give(&heap->old, block);
    } else if (!full) {
        tni_class *class_ = &heap->old.classes[block->class_];
        block->state = TNI_BLOCK_PARTIAL;
        block->next = class_->partial;
        class_->partial = block;
    }
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
        tni_block *block = class_->partial;
        if (block) class_->partial = block->next;
        else block = tni_old_take(old, c);
        if (!block) return NULL;
        if (tni_old_use(old, c, block)) break;
    }
    return tni_old_bump(&old->runs[c]);
}

/* ---- a whole sweep ---- */

/* How many objects of the block are marked. */
static size_t count_marks(const tni_block *block) {
    const uint64_t *marks = tni_block_marks(block);
    size_t count = 0;
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++) count += (size_t)__builtin_popcountll(marks[w]);
    return count;
}

/* Every block in use becomes unswept, or free when nothing in it is marked and nothing is to be done about that. Returns the
 * bytes that live in the region. */
static size_t file_blocks(tn_heap *heap, tni_region *region) {
    tni_old *old = &heap->old;
    bool poison = heap->options.value.debug & TNI_DEBUG_POISON;
    size_t live = 0;
    for (unsigned i = 1; i < TNI_BLOCKS; i++) {
        tni_block *block = &region->blocks[i];
        if (region->free_blocks >> i & 1) continue;
        size_t count = count_marks(block);
        if (!count && !block->disposed && !poison) {
            tni_old_give(old, block);
            continue;
        }
        live += count * old->runs[block->class_].cell;
        tni_class *class_ = &old->classes[block->class_];
        block->state = TNI_BLOCK_UNSWEPT;
        block->next = class_->unswept;
        class_->unswept = block;
        old->unswept_blocks++;
    }
    return live;
}

/* Adds the cell of a large object to the sum when it is marked, frees it when not. */
typedef struct large_sweep {
    tn_heap *heap;
    size_t live;
} large_sweep;

static void sweep_large(void *object, void *user) {
    large_sweep *s = user;
    if (tni_marked(object)) {
        tn_header header = tni_header(object);
        s->live += tni_object_cell(tni_layout_of(s->heap, header), header);
        return;
    }
    dispose_object(object, s->heap);
    tni_large_free(&s->heap->large, object);
}

size_t tni_sweep_begin(tn_heap *heap) {
    large_sweep s = {heap, 0};
    size_t live = 0;
    tni_old_retire_all(&heap->old);
    for (unsigned c = 0; c < TNI_CLASSES; c++) heap->old.classes[c].partial = NULL;
    for (size_t i = heap->regions.all.count; i-- > 0;) {
        tni_region *region = tni_region_at(&heap->regions, i);
        if (region->kind == TNI_BLOCKS_REGION) live += file_blocks(heap, region);
        else each_in_pages(region, sweep_large, &s);
    }
    tni_large_trim(&heap->large, false);
    return live + s.live;
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
