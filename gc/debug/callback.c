/* debug/callback.c: see callback.h. */
#include "debug/callback.h"

#include "core/heap.h"

/* What one call of the callback has visited: addresses of slots. */
typedef struct visit {
    tn_tracer tracer;
    tni_vector slots;
    bool no_memory;
} visit;

static void visit_refs(tn_tracer *t, void **first, size_t count) {
    visit *v = (visit *)t;
    for (size_t i = 0; i < count; i++)
        if (!tni_vector_push(&v->slots, &t->heap->faults, (uintptr_t)(first + i))) v->no_memory = true;
}

static void visit_values(tn_tracer *t, tn_value *first, size_t count) {
    visit *v = (visit *)t;
    for (size_t i = 0; i < count; i++)
        if (!tni_vector_push(&v->slots, &t->heap->faults, (uintptr_t)(first + i) | 1)) v->no_memory = true;
}

static visit trace(tn_heap *heap, const tni_layout *layout, void *object) {
    visit v = {.tracer = {visit_refs, visit_values, heap}};
    heap->callback = (tni_callback){"trace", layout->desc};
    layout->desc->trace(&v.tracer, object);
    heap->callback = (tni_callback){0};
    return v;
}

static bool same(const visit *a, const visit *b) {
    if (a->slots.count != b->slots.count) return false;
    for (size_t i = 0; i < a->slots.count; i++)
        if (a->slots.at[i] != b->slots.at[i]) return false;
    return true;
}

static void check_place(tn_heap *heap, const tni_layout *layout, const char *object, uintptr_t slot) {
    const char *at = (const char *)(slot & ~(uintptr_t)1);
    size_t bytes = tni_object_bytes(layout, tni_header(object));
    if (!tni_owns(heap, at) || (size_t)(at - object) < bytes) return;
    tni_fatal(heap, "verify: the trace callback of type '%s' visits %p, in the heap but outside of its object %p",
              layout->desc->name, (const void *)at, (const void *)object);
}

void tni_check_trace(tn_heap *heap, void *object, const tni_layout *layout) {
    visit first = trace(heap, layout, object), second = trace(heap, layout, object);
    if (!first.no_memory && !second.no_memory && !same(&first, &second))
        tni_fatal(heap,
                  "verify: the trace callback of type '%s' visits %zu slots of object %p, and then %zu or others, "
                  "though nothing has changed",
                  layout->desc->name, first.slots.count, object, second.slots.count);
    for (size_t i = 0; i < first.slots.count; i++) check_place(heap, layout, object, first.slots.at[i]);
    tni_vector_free(&first.slots);
    tni_vector_free(&second.slots);
}

void tni_note_disposed(tn_heap *heap, const tni_layout *layout, const void *object) {
    if (!tni_vector_reserve(&heap->disposed, &heap->faults, 2)) return;
    heap->disposed.at[heap->disposed.count++] = (uintptr_t)object;
    heap->disposed.at[heap->disposed.count++] = (uintptr_t)layout;
}

const tni_layout *tni_disposed_at(const tn_heap *heap, const void *address) {
    for (size_t i = 0; i < heap->disposed.count; i += 2)
        if (heap->disposed.at[i] == (uintptr_t)address) return (const tni_layout *)heap->disposed.at[i + 1];
    return NULL;
}
