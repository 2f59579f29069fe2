/* mutator/place.c: placing an object without a collection: in the nursery, in a hole of the old space, or as a large
 * one. */
#include "mutator/request.h"

#include <string.h>

#include "collect/barrier.h"
#include "collect/pacing/pacing.h"
#include "collect/sweep.h"

/* ---- the nursery ---- */

static size_t young_padding(const tni_request *r) { return tni_padding(r->m->alloc - 8, r->align); }

char *tni_young_end(const tni_request *r) { return r->m->alloc - 8 + young_padding(r) + r->cell; }

void *tni_try_young(const tni_request *r) {
    tn_mutator *m = r->m;
    if (!tni_nursery_extend(&m->heap->nursery, tni_young_end(r))) return NULL;
    tni_set_limit(tni_private(m));
    size_t padding = young_padding(r);
    if (padding) tni_set_header(m->alloc, tni_padding_header(padding));
    void *object = m->alloc + padding;
    m->alloc += padding + r->cell;
    tni_set_header(object, r->header);
    return object;
}

/* ---- the old space ---- */

/* A born-old object enters the log, not armed, so that its initialising stores need no barrier; a large array of
 * references or values is then recorded by slot for the rest of its life. */
static void *born_old(const tni_request *r, char *object) {
    tn_heap *heap = r->m->heap;
    tn_header header = r->header;
    bool leaf = r->layout->shape == TNI_LEAF_SHAPE, traced = r->layout->shape == TNI_TRACED;
    if (r->cell > TN_SMALL_MAX + 8 && !leaf && !traced) header |= TNI_SLOTS;
    tni_set_header(object, header);
    if (heap->born_old) tni_set_header(object, header | TN_HEADER_ARMED); /* no young object can be stored (P3) */
    else if (!leaf) tni_barrier_log_object(heap, object);
    return object;
}

/* A large object is young, and needs neither log nor barrier until a minor collection adopts it; where it cannot be (no
 * place in the range, or P3), it is born old. */
static void *born_large(const tni_request *r, char *object) {
    tni_large *large = &r->m->heap->large;
    bool slots = r->layout->shape != TNI_LEAF_SHAPE && r->layout->shape != TNI_TRACED;
    if (r->m->heap->born_old || !tni_large_add_young(large, &tni_private(r->m)->young_large, object)) {
        large->filled += r->cell;
        return born_old(r, object);
    }
    tni_set_header(object, r->header | TNI_YOUNG | (slots ? TNI_SLOTS : 0));
    return object;
}

void *tni_try_large(const tni_request *r) {
    tn_heap *heap = r->m->heap;
    if (!tni_pacing_fits(heap, tni_large_cost(&heap->large, r->cell))) return NULL;
    bool zeroed = !(r->layout->flags & TN_UNZEROED);
    char *object = tni_large_alloc(&heap->large, r->cell, zeroed, r->layout->shape == TNI_LEAF_SHAPE);
    if (object && r->layout->disposed) tni_region_of(object)->disposed = true;
    const tni_event unzeroed = {.object = object, .bytes = r->cell - 8};
    if (object && !zeroed) tni_announce(heap, TNI_OBJECT_UNZEROED, &unzeroed);
    return object ? born_large(r, object) : NULL;
}

/* A small one takes a cell; the blocks that the nursery was promised (P1) are not touched. */
void *tni_try_old(const tni_request *r) {
    tn_heap *heap = r->m->heap;
    size_t room = tni_old_room(&heap->old, r->cell, r->align);
    unsigned class = tni_class_of(room, r->layout->shape == TNI_LEAF_SHAPE);
    tni_run *run = &tni_private(r->m)->runs.of[class];
    if (!tni_old_fits(run, room)) {
        if (!tni_pacing_fits(heap, TNI_BLOCK)) return NULL;
        if (tni_old_provide(&heap->old, heap->pacing->room.promised + 1) <= heap->pacing->room.promised) return NULL;
        if (!tni_sweep_room(heap, class, room)) return NULL;
    }
    char *cell = r->align > 8 ? tni_old_bump_aligned(&heap->old, run, r->cell, r->align) : tni_old_bump(run, r->cell);
    if (!heap->old.zeroed) memset(cell, 0, r->cell);
    if (r->layout->disposed) tni_block_of(cell)->disposed = 1;
    return born_old(r, cell + 8);
}

/* An object that need not be old. Where it is, room for it is no reason to collect: the nursery has some. */
void *tni_try_ordinary(const tni_request *r) {
    tn_heap *heap = r->m->heap;
    if (heap->born_old) {
        void *object = heap->old.filled < heap->pacing->period.retry_at ? tni_try_old(r) : NULL;
        if (object) return object;
        tni_pacing_retry(heap);
    }
    return tni_try_young(r);
}
