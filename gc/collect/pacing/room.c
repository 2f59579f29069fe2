/* collect/pacing/room.c: see room.h. */
#include "collect/pacing/room.h"

#include "base/os.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "collect/sweep.h"
#include "heap/heap.h"

#define CAPACITY_LAST ((size_t)1 << 10) /* but the reserve is handed out to the end */

/* Promotion can take up to 1.5 times the cell (a hash after a cell of 16 bytes), and the ends of blocks: 1.6. Where
 * a type has an alignment, up to 1.9 times (64 bytes, aligned to as many, with a hash: 72 become 136), and the ends:
 * 2.0. Or, where each cell has pages of its own, one for a cell of 16 bytes. In tenths. */
enum { GROWTH = 16, GROWTH_ALIGNED = 20 };
static size_t growth(const tn_heap *heap) {
    if (heap->old.paged) return TNI_PAGE / 16 * 10;
    return heap->types.aligned ? GROWTH_ALIGNED : GROWTH;
}
static size_t blocks_for(const tn_heap *heap, size_t capacity) {
    return capacity / 10 * growth(heap) / TNI_BLOCK + 1 + TNI_CLASSES;
}
/* The cycle itself, what it can promote with the heads of regions, and the queue: a word for each 16 bytes. In
 * tenths, and for a whole cycle. */
static size_t claim_tenths(const tn_heap *heap) { return growth(heap) + 16; }
static size_t claim_of(const tn_heap *heap, size_t capacity) { return capacity / 10 * claim_tenths(heap); }

static size_t affordable(const tn_heap *heap, size_t room_left, size_t capacity) {
    size_t least = heap->pacing->room.reserve_spent ? CAPACITY_LAST : TNI_CAPACITY_MIN;
    size_t by_room = room_left / claim_tenths(heap) * 10;
    if (capacity <= by_room) return capacity;
    return by_room >= least ? by_room : 0;
}

void tni_pacing_begin_cycle(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    size_t capacity = tni_max(tni_max(p->nursery, p->room.least), 2 * heap->nursery.kept);
    if (tni_room(heap) < claim_of(heap, capacity) + p->room.wanted)
        tni_sweep_all(heap); /* blocks that are not swept yet count as used */
    size_t have = tni_room(heap);
    capacity = affordable(heap, have > p->room.wanted ? have - p->room.wanted : 0, capacity);
    if (heap->born_old) capacity = 0;
    p->room.promised = blocks_for(heap, capacity);
    size_t blocks = capacity ? tni_old_provide(&heap->old, p->room.promised) : 0;
    if (capacity && blocks < p->room.promised) { /* the system has no more: make do with what there is */
        capacity = blocks > TNI_CLASSES + 1 ? (blocks - TNI_CLASSES - 1) * TNI_BLOCK / growth(heap) * 10 : 0;
        p->room.promised = blocks;
    }
    tni_nursery_begin(&heap->nursery, capacity);
    p->room.claim = claim_of(heap, (size_t)(heap->nursery.end - heap->nursery.start));
    if (!capacity) p->room.promised = 0;
    tni_make_room(heap, p->room.wanted);
    p->room.least = p->room.wanted = 0;
}

/* What this cycle was promised is for all that it has handed out, which has no aligned object, and four fifths of the
 * rest. */
void tni_pacing_aligned(tn_heap *heap) {
    tni_nursery *n = &heap->nursery;
    if (heap->old.paged) return;
    n->end = n->frontier + ((size_t)(n->end - n->frontier) / GROWTH_ALIGNED * GROWTH & ~(size_t)7);
}

/* Makes do with a shorter cycle: false when the present one has used more than that. */
static bool shorten(tn_heap *heap, size_t room_left) {
    tni_nursery *n = &heap->nursery;
    size_t capacity = room_left / claim_tenths(heap) * 10, used = (size_t)(n->frontier - n->start);
    if (capacity < used) return false;
    n->end = n->start + (capacity & ~(size_t)7);
    heap->pacing->room.claim = claim_of(heap, capacity);
    return true;
}

bool tni_pacing_fits(tn_heap *heap, size_t bytes) {
    size_t have = tni_room(heap);
    if (bytes > have) return false;
    if (have - bytes < heap->pacing->room.claim && !shorten(heap, have - bytes)) return false;
    tni_make_room(heap, bytes);
    return true;
}
