/* collect/mark.c: see mark.h. */
#include "collect/mark.h"

#include <string.h>

#include "collect/sweep.h"
#include "core/heap.h"
#include "space/os.h"

enum { PREFETCH = 16, FIRST_CAPACITY = 4096 }; /* a power of two; entries of the first stack */

typedef struct marking {
    tn_tracer tracer;
    tn_format format;
    const tni_layout *layouts;
    void **top, **end; /* of the stack; its start is mark->stack */
    tni_mark *mark;
    size_t live;
    bool overflow, cannot_grow;
} marking;

bool tni_mark_init(tni_mark *mark) {
    mark->capacity = FIRST_CAPACITY;
    mark->stack = tni_os_map(mark->capacity * sizeof(void *), TNI_PAGE);
    return mark->stack != NULL;
}

void tni_mark_free(tni_mark *mark) {
    if (mark->stack) tni_os_unmap(mark->stack, mark->capacity * sizeof(void *));
    mark->stack = NULL;
}

static __attribute__((noinline)) bool grow(marking *k) {
    size_t bytes = k->mark->capacity * sizeof(void *);
    void **bigger = tni_os_map(bytes * 2, TNI_PAGE);
    if (!bigger) return false;
    memcpy(bigger, k->mark->stack, bytes);
    k->top = bigger + (k->top - k->mark->stack);
    tni_mark_free(k->mark);
    k->mark->stack = bigger;
    k->mark->capacity *= 2;
    k->end = bigger + k->mark->capacity;
    return true;
}

TNI_INLINE void push(marking *k, void *object) {
    if (TN_UNLIKELY(k->top == k->end) && (k->cannot_grow || !grow(k))) {
        k->overflow = k->cannot_grow = true;
        return;
    }
    *k->top++ = object;
}

TNI_INLINE void visit_ref(tn_tracer *t, void **slot) {
    if (*slot) push((marking *)t, *slot);
}
TNI_INLINE void visit_value(tn_tracer *t, tn_value *slot) {
    void *at = tni_value_ref(&((marking *)t)->format, *slot);
    if (at) push((marking *)t, at);
}
static void visit_ref_root(tn_tracer *t, void **slot) { visit_ref(t, slot); }
static void visit_value_root(tn_tracer *t, tn_value *slot) { visit_value(t, slot); }

/* Sets the mark; false when it was set. */
TNI_INLINE bool set_mark(void *object) {
    size_t bit = tni_bit_of(object);
    uint64_t *word = &tni_region_of(object)->marks[bit / 64], mask = UINT64_C(1) << (bit % 64);
    if (*word & mask) return false;
    *word |= mask;
    return true;
}

TNI_INLINE void visit(marking *k, void *object) {
    if (!set_mark(object)) return;
    tn_header header = tni_header(object);
    const tni_layout *layout = &k->layouts[tni_header_type(header)];
    k->live += tni_object_cell(layout, header);
    if (layout->shape > TNI_LEAF_SHAPE) tni_each_slot(&k->tracer, layout, object, header, visit_ref, visit_value);
}

/* Works the stack off through a ring: what enters it is prefetched, what leaves it has had time to arrive. (Cher,
 * Hosking, Vitek: Software prefetching for mark-sweep garbage collection, 2004.) */
static void drain(marking *k) {
    void *ring[PREFETCH];
    unsigned head = 0, tail = 0;
    for (;;) {
        while (tail - head < PREFETCH && k->top > k->mark->stack) {
            void *object = *--k->top;
            __builtin_prefetch((char *)object - 8);
            __builtin_prefetch(&tni_region_of(object)->marks[tni_bit_of(object) / 64]);
            ring[tail++ % PREFETCH] = object;
        }
        if (head == tail) return;
        visit(k, ring[head++ % PREFETCH]);
    }
}

static void mark_roots(marking *k, tn_heap *heap) {
    tni_handles_visit(heap, &k->tracer);
    tni_roots_all(&heap->roots, &k->tracer);
    drain(k);
}

/* After an overflow: only what is not marked yet, or a wide object would fill the stack with the same children each
 * time. */
static void revisit_ref(tn_tracer *t, void **slot) {
    if (*slot && !tni_marked(*slot)) push((marking *)t, *slot);
}
static void revisit_value(tn_tracer *t, tn_value *slot) {
    void *at = tni_value_ref(&((marking *)t)->format, *slot);
    if (at && !tni_marked(at)) push((marking *)t, at);
}

static void scan_if_marked(void *object, void *user) {
    marking *k = user;
    if (!tni_marked(object)) return;
    tn_header header = tni_header(object);
    tni_each_slot(&k->tracer, &k->layouts[tni_header_type(header)], object, header, revisit_ref, revisit_value);
    drain(k);
}

static void clear_marks(tn_heap *heap) {
    for (size_t i = 0; i < heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&heap->regions, i);
        memset(region->marks, 0, sizeof region->marks);
    }
}

size_t tni_mark_heap(tn_heap *heap) {
    marking k = {.tracer = {visit_ref_root, visit_value_root, heap},
                 .format = heap->format,
                 .layouts = heap->types.layouts,
                 .mark = &heap->mark,
                 .top = heap->mark.stack,
                 .end = heap->mark.stack + heap->mark.capacity};
    tni_sweep_all(heap);
    clear_marks(heap);
    mark_roots(&k, heap);
    k.tracer.ref = revisit_ref;
    k.tracer.value = revisit_value;
    while (k.overflow) {
        k.overflow = false;
        tni_sweep_each_object(heap, scan_if_marked, &k);
    }
    if (heap->mark.capacity > FIRST_CAPACITY) { /* what a deep heap needed once it need not keep */
        tni_mark fresh;
        if (tni_mark_init(&fresh)) tni_mark_free(&heap->mark), heap->mark = fresh;
    }
    return k.live;
}
