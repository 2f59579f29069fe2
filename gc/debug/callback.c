/* debug/callback.c: see callback.h. */
#include "debug/callback.h"

#include "debug/verify.h"
#include "heap/heap.h"

/* A call of the callback: the first one enters addresses of slots, the second one is compared with them. */
typedef struct visit {
    tn_tracer tracer;
    tni_vector *slots;
    size_t count;
    bool second, differs, no_memory;
} visit;

static void enter(visit *v, uintptr_t slot) {
    if (!v->second) v->no_memory |= !tni_vector_push(v->slots, &v->tracer.heap->faults, slot);
    else if (v->count >= v->slots->count || v->slots->at[v->count] != slot) v->differs = true;
    v->count++;
}

static void visit_refs(tn_tracer *t, void **first, size_t count) {
    for (size_t i = 0; i < count; i++) enter((visit *)t, (uintptr_t)(first + i));
}

static void visit_values(tn_tracer *t, tn_value *first, size_t count) {
    for (size_t i = 0; i < count; i++) enter((visit *)t, (uintptr_t)(first + i) | 1);
}

static visit trace(tn_heap *heap, const tni_layout *layout, void *object, tni_vector *slots, bool second) {
    visit v = {.tracer = {visit_refs, visit_values, heap, false}, .slots = slots, .second = second};
    heap->mutators[0].callback = (tni_callback){"trace", layout->desc};
    layout->desc->trace(&v.tracer, object);
    heap->mutators[0].callback = (tni_callback){0};
    return v;
}

/* A slot that is not in the object itself may not lie in the heap. Slots of one page need only one look. */
static void check_places(tn_heap *heap, const tni_layout *layout, const char *object, const tni_vector *slots) {
    size_t bytes = tni_object_bytes(layout, tni_header(object));
    uintptr_t outside = 0;
    for (size_t i = 0; i < slots->count; i++) {
        const char *at = (const char *)(slots->at[i] & ~(uintptr_t)1);
        if ((size_t)(at - object) < bytes || (uintptr_t)at / TNI_PAGE == outside) continue;
        if (tni_owns(heap, at))
            tni_fatal(heap,
                      "verify: the trace callback of type '%s' visits %p, in the heap but outside of its object %p",
                      layout->desc->name, (const void *)at, (const void *)object);
        outside = (uintptr_t)at / TNI_PAGE;
    }
}

bool tni_check_trace(tn_heap *heap, void *object, const tni_layout *layout, tni_vector *slots) {
    slots->count = 0;
    visit first = trace(heap, layout, object, slots, false);
    if (first.no_memory) return false;
    visit second = trace(heap, layout, object, slots, true);
    if (second.differs || second.count != first.count)
        tni_fatal(heap,
                  "verify: the trace callback of type '%s' visits %zu slots of object %p, and then %zu or others, "
                  "though nothing has changed",
                  layout->desc->name, first.count, object, second.count);
    check_places(heap, layout, object, slots);
    return true;
}

void tni_note_disposed(tn_heap *heap, const tni_layout *layout, const void *object) {
    if (!tni_vector_reserve(&heap->verification->disposed, &heap->faults, 2)) return;
    heap->verification->disposed.at[heap->verification->disposed.count++] = (uintptr_t)object;
    heap->verification->disposed.at[heap->verification->disposed.count++] = (uintptr_t)layout;
}

const tni_layout *tni_disposed_at(const tn_heap *heap, const void *address) {
    const tni_vector *disposed = &heap->verification->disposed;
    for (size_t i = 0; i < disposed->count; i += 2)
        if (disposed->at[i] == (uintptr_t)address) return (const tni_layout *)disposed->at[i + 1];
    return NULL;
}
