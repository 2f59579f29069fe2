/* collect/limit.c: see limit.h. */
#include "collect/limit.h"

#include "base/os.h"
#include "collect/barrier.h"
#include "collect/pacing/pacing.h"
#include "collect/special.h"
#include "collect/worker.h"
#include "heap/heap.h"

/* Kept back from objects, for marking: parts of the limit. With less the stack overflows, and the heap is looked
 * through again and again. */
#define MARKING 64
/* And for what cannot be foretold: a block that is begun in each class, and the heads of two regions. Small heaps
 * could not afford it: at most this part of the limit. */
#define EDGES 32

static size_t above(size_t a, size_t b) { return a > b ? a - b : 0; }

/* ---- what there is ---- */

static size_t handle_bytes(const tn_heap *heap) {
    const tni_mutator *m = &heap->mutators[0];
    return m->attached ? tni_max(m->handles_seen, tn_handle_count(&m->pub) * sizeof(void *)) : 0;
}

void tni_note_handles(tn_heap *heap) {
    if (heap->mutators[0].attached) heap->mutators[0].handles_seen = handle_bytes(heap);
}

size_t tni_bookkeeping(const tn_heap *heap) {
    return heap->regions.heads * TNI_BLOCK + heap->worker->mark.capacity * sizeof(void *) + handle_bytes(heap) +
           tni_roots_bytes(&heap->roots) + tni_barrier_bytes(heap) + tni_special_bytes(heap) +
           tni_list_bytes(&tni_young_large_of(heap)->at) + tni_list_bytes(&heap->regions.all) +
           tni_list_bytes(&heap->regions.spare);
}

/* What collections need, and will need again: it counts once, as a part of the cycle's claim. */
static size_t nursery_bytes(const tn_heap *heap) {
    const tni_nursery *n = &heap->nursery; /* what lies before `start` is sealed, and given back */
    return (size_t)(n->dirty - n->start);
}

/* What cannot be given back. */
static size_t taken(const tn_heap *heap) { return tni_old_bytes(heap) + tni_bookkeeping(heap); }

static size_t free_blocks(const tn_heap *heap) {
    return (heap->old.touched_blocks - heap->old.used_blocks) * TNI_BLOCK;
}
static size_t free_pages(const tn_heap *heap) {
    return heap->large.touched_bytes - heap->large.used_bytes + heap->regions.area.kept_bytes;
}

size_t tni_committed(const tn_heap *heap) {
    return taken(heap) + free_blocks(heap) + free_pages(heap) + nursery_bytes(heap) + heap->worker->queue.touched;
}

size_t tni_mapped(const tn_heap *heap) {
    size_t handles = heap->mutators[0].attached ? heap->options.value.handles : 0;
    size_t spaces = heap->regions.mapped + heap->regions.area.bytes + heap->regions.spare.count * TNI_REGION;
    const tni_worker *w = heap->worker;
    return spaces + heap->nursery.reserved + w->queue.bytes + w->mark.capacity * sizeof(void *) + handles;
}

/* ---- what there may be ---- */

static size_t edges(size_t max) { return tni_min((TNI_CLASSES + 2) * TNI_BLOCK, max / EDGES); }

size_t tni_room(const tn_heap *heap) {
    size_t max = heap->options.value.heap_max;
    size_t kept = max / MARKING + edges(max) + (heap->pacing->room.reserve_spent ? 0 : heap->options.value.reserve);
    return above(max, taken(heap) + tni_external_bytes(heap) + kept);
}

size_t tni_largest(const tn_heap *heap) {
    size_t max = heap->options.value.heap_max;
    return tni_min(max - max / MARKING - edges(max), heap->options.value.memory);
}

/* ---- giving back ---- */

/* The nursery's and the queue's pages beyond what this cycle can use, if there is one. */
static size_t beyond_cycle(const tn_heap *heap) {
    const tni_nursery *n = &heap->nursery;
    size_t capacity = heap->pacing->room.claim ? (size_t)(n->end - n->start) : 0;
    return above(nursery_bytes(heap), capacity) + above(heap->worker->queue.touched, capacity / 2);
}

static void trim_cycle(tn_heap *heap) {
    tni_nursery *n = &heap->nursery;
    tni_queue *q = &heap->worker->queue;
    bool runs = heap->pacing->room.claim != 0;
    size_t queued = runs ? tni_whole_pages((size_t)(n->end - n->start) / 2) : 0;
    tni_nursery_trim(n, runs ? (size_t)(n->end - n->base) : 0);
    if (q->touched <= queued) return;
    tni_os_forget((char *)q->at + queued, tni_whole_pages(q->touched) - queued);
    q->touched = queued;
}

/* Whole regions first: their heads go with them. */
static void give_back(tn_heap *heap, size_t bytes) {
    size_t had = tni_committed(heap), goal = above(had, bytes);
    if (beyond_cycle(heap)) trim_cycle(heap);
    if (tni_committed(heap) > goal && free_pages(heap)) {
        tni_large_trim(&heap->large, 0, SIZE_MAX);
        if (tni_committed(heap) > goal) tni_large_forget(&heap->large, tni_committed(heap) - goal);
    }
    if (tni_committed(heap) > goal && free_blocks(heap)) {
        tni_old_trim(&heap->old, heap->pacing->room.promised, SIZE_MAX);
        if (tni_committed(heap) > goal) tni_old_forget(&heap->old, tni_committed(heap) - goal);
    }
}

/* The bytes by which all of it would be beyond the limit with `bytes` more. */
static size_t excess(const tn_heap *heap, size_t bytes) {
    size_t cycle = heap->pacing->room.claim + beyond_cycle(heap);
    size_t all = taken(heap) + free_blocks(heap) + free_pages(heap);
    size_t max = above(heap->options.value.heap_max, tni_external_bytes(heap));
    return above(all + cycle + bytes, max);
}

void tni_make_room(tn_heap *heap, size_t bytes) {
    size_t over = excess(heap, bytes);
    if (over) give_back(heap, over);
}

bool tni_fits_now(const tn_heap *heap, size_t bytes) { return excess(heap, bytes) == 0; }

bool tni_may_grow(tn_heap *heap, size_t bytes) {
    tni_make_room(heap, bytes);
    return tni_fits_now(heap, bytes);
}

size_t tni_list_growth(const tni_vector *v, size_t extra) {
    if (v->capacity - v->count >= extra) return 0;
    return tni_max(v->capacity + 64, extra) * sizeof *v->at;
}

bool tni_list_reserve(tn_heap *heap, tni_vector *v, size_t extra) {
    size_t growth = tni_list_growth(v, extra);
    return !growth || (tni_may_grow(heap, growth) && tni_vector_reserve(v, &heap->faults, extra));
}
