/* collect/special.c: see special.h. */
#include "collect/special.h"

#include "collect/barrier.h"
#include "collect/limit.h"
#include "heap/heap.h"

void tni_dispose(tn_heap *heap, const tni_layout *layout, void *object) {
    tni_callback *callback = &heap->mutators[0].callback;
    *callback = (tni_callback){"dispose", layout->desc};
    if (TN_UNLIKELY_(heap->answers.dispose != NULL)) heap->answers.dispose(heap, layout, object);
    else layout->desc->dispose(heap, object);
    *callback = (tni_callback){0};
    tni_announce(heap, TNI_OBJECT_DISPOSED, &(tni_event){.object = object, .layout = layout});
}

/* ---- weak references and weak arrays ---- */

static void update_slot(tn_heap *heap, tn_value *slot) {
    void *at = tni_value_ref(&heap->format, *slot);
    if (!tni_young(heap, at)) return;
    void *to = tni_survivor(heap, at);
    *slot = to ? tni_value_moved(&heap->format, *slot, to) : 0;
}

static void update_holder(tn_heap *heap, void *holder) {
    if (tn_type_of(holder) == TNI_WEAK_TYPE) {
        tn_weak *weak = holder;
        weak->referent = tni_survivor(heap, weak->referent);
        return;
    }
    size_t length = tn_length_of(holder);
    for (size_t i = 0; i < length; i++) update_slot(heap, &tni_weak_slots(holder)[i]);
}

static void update_old_arrays(tn_heap *heap) {
    tni_remembered *r = tni_remembered_of(heap);
    const tni_vector *old = &heap->special->old;
    if (r->weak_overflow)
        for (size_t i = 0; i < old->count; i++) update_holder(heap, (void *)old->at[i]);
    else
        for (size_t i = 0; i < r->weak_slots.count; i++) update_slot(heap, (tn_value *)r->weak_slots.at[i]);
    if (heap->staying) return; /* S2 */
    r->weak_slots.count = 0;
    r->weak_overflow = false;
}

/* A holder that is old now. Where survivors stay young, it may refer to any of them. */
static void add_old(tn_heap *heap, void *holder) {
    tni_vector *old = &heap->special->old;
    if (heap->staying) tni_remembered_of(heap)->weak_overflow = true;
    old->at[old->count++] = (uintptr_t)holder; /* W3 */
}

static void update_weak(tn_heap *heap) {
    tni_vector *young = &heap->mutators[0].young_weak;
    size_t kept = 0;
    update_old_arrays(heap);
    for (size_t i = 0; i < young->count; i++) {
        void *holder = tni_survivor(heap, (void *)young->at[i]);
        if (!holder) continue;
        update_holder(heap, holder);
        if (tni_in_nursery(heap, holder)) young->at[kept++] = (uintptr_t)holder;
        else add_old(heap, holder);
    }
    young->count = kept;
}

static void clear_dead(tn_heap *heap, void *holder) {
    if (tn_type_of(holder) == TNI_WEAK_TYPE) {
        tn_weak *weak = holder;
        if (weak->referent && !tni_marked(weak->referent)) weak->referent = NULL;
        return;
    }
    tn_value *slots = tni_weak_slots(holder);
    size_t length = tn_length_of(holder);
    for (size_t i = 0; i < length; i++) {
        void *at = tni_value_ref(&heap->format, slots[i]);
        if (at && !tni_marked(at)) slots[i] = 0;
    }
}

static void clear_weak(tn_heap *heap) {
    tni_vector *v = &heap->special->old;
    size_t kept = 0;
    for (size_t i = 0; i < v->count; i++) {
        void *holder = (void *)v->at[i];
        if (!tni_marked(holder)) continue;
        clear_dead(heap, holder);
        v->at[kept++] = (uintptr_t)holder;
    }
    v->count = kept;
}

/* ---- objects with dispose ---- */

/* Old ones need no list: blocks that may hold some are swept lazily (collect/sweep.c). */
static void dispose_young(tn_heap *heap) {
    tni_vector *v = &heap->mutators[0].young_disposed;
    size_t kept = 0;
    for (size_t i = 0; i < v->count; i++) {
        void *object = (void *)v->at[i], *to = tni_survivor(heap, object);
        if (!to) tni_dispose(heap, tni_layout_of(heap, tni_header(object)), object);
        else if (tni_in_nursery(heap, to)) v->at[kept++] = (uintptr_t)to;
        else tni_block_of(to)->disposed = 1;
    }
    v->count = kept;
}

/* ---- the kinds ---- */

/* In this order: a dispose callback sees weak references that are cleared already. */
static const struct {
    const char *name;
    void (*after_evacuation)(tn_heap *heap);
    void (*after_marking)(tn_heap *heap); /* NULL: nothing to do */
} kinds[] = {
    {"weak references and weak arrays", update_weak, clear_weak},
    {"objects without a barrier", tni_barrier_after_evacuation, tni_barrier_after_marking},
    {"objects with dispose", dispose_young, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

void tni_special_after_evacuation(tn_heap *heap) {
    for (unsigned i = 0; i < KINDS; i++) kinds[i].after_evacuation(heap);
}

void tni_special_after_marking(tn_heap *heap) {
    for (unsigned i = 0; i < KINDS; i++)
        if (kinds[i].after_marking) kinds[i].after_marking(heap);
}

size_t tni_special_bytes(const tn_heap *heap) {
    const tni_mutator *m = &heap->mutators[0];
    return tni_list_bytes(&heap->special->old) + tni_list_bytes(&m->young_weak) + tni_list_bytes(&m->young_disposed);
}

void tni_special_free(tn_heap *heap) {
    tni_vector_free(&heap->special->old);
    tni_vector_free(&heap->mutators[0].young_weak);
    tni_vector_free(&heap->mutators[0].young_disposed);
}
