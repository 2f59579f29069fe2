/* collect/minor.c: see minor.h. The two hot functions are copy and tni_each_slot's instance in drain. */
#include "collect/minor.h"

#include "collect/sweep.h"
#include "core/heap.h"

enum { RING = 32 }; /* a power of two */

/* The state of one evacuation: the tracer that callbacks see, then what the loops need at hand. */
typedef struct evacuation {
    tn_tracer tracer;
    uintptr_t base, reserved; /* of the nursery */
    tn_format format;
    const tni_layout *layouts;
    tni_old *old;
    void **push, **pop; /* of the queue */
    uintptr_t ring[RING]; /* slots, as in the barrier's log: bit 0 is set for a value */
    unsigned head, tail;
    size_t survived;
} evacuation;

static __attribute__((noinline, cold)) void unknown_type(tn_heap *heap, const void *object, tn_header header) {
    tni_fatal(heap,
              "collection %llu: object %p has type %u, which nobody registered: its header is overwritten, or it was "
              "allocated with a wrong number",
              (unsigned long long)(heap->stats.minors + 1), object, tni_header_type(header));
}

static __attribute__((noinline)) char *next_cell(tn_heap *heap, unsigned class_) {
    char *cell = tni_sweep_cell(heap, class_);
    if (!cell)
        tni_fatal(heap, "collection %llu: invariant P1: no block for a survivor",
                  (unsigned long long)(heap->stats.minors + 1));
    return cell;
}

/* Room for an object with a tail or a hash, whose cell is not in its layout. */
static __attribute__((noinline)) size_t measure(evacuation *e, const tni_layout *layout, const void *from,
                                                tn_header header, unsigned *class_) {
    size_t cell = tni_object_cell(layout, header);
    if (TN_UNLIKELY(cell > TNI_CELL_MAX || layout->shape == TNI_UNREGISTERED))
        unknown_type(e->tracer.heap, from, header);
    *class_ = e->old->class_of[cell / 8];
    return cell;
}

/* The hash goes behind the object's `bytes`, into the new cell's last word. */
static __attribute__((noinline)) tn_header store_hash(evacuation *e, void *from, char *to, size_t bytes,
                                                      tn_header header) {
    *(uint64_t *)(void *)(to + bytes) = tni_hash(e->tracer.heap, from);
    return header ^ (TNI_HASHED | TNI_HASH_STORED);
}

/* Copies a young object, leaves its new address in the old header, and queues it if it holds references. */
TNI_INLINE void *copy(evacuation *e, char *from, tn_header header) {
    const tni_layout *layout = &e->layouts[tni_header_type(header)];
    size_t cell = layout->cell;
    unsigned class_ = layout->class_;
    if (TN_UNLIKELY(!cell || header & TNI_HASHED)) cell = measure(e, layout, from, header, &class_);
    char *to = tni_old_bump(&e->old->runs[class_]);
    if (TN_UNLIKELY(!to)) to = next_cell(e->tracer.heap, class_);
    to += 8;
    size_t bytes = cell - 8;
    if (TN_UNLIKELY(header & TNI_HASHED)) header = store_hash(e, from, to, bytes -= 8, header);
    for (size_t i = 0; i < bytes; i += 8) *(uint64_t *)(void *)(to + i) = *(const uint64_t *)(const void *)(from + i);
    tni_set_header(to, header | TN_ARMED);
    tni_set_header(from, (tn_header)(uintptr_t)to | TNI_FORWARDED);
    e->survived += cell;
    if (layout->shape > TNI_LEAF_SHAPE) *e->push++ = to;
    return to;
}

TNI_INLINE void *moved(evacuation *e, void *young) {
    tn_header header = tni_header(young);
    void *to = tni_forwarded(header);
    return to ? to : copy(e, young, header);
}

TNI_INLINE void update_ref(evacuation *e, void **slot) {
    void *at = *slot;
    if ((uintptr_t)at - e->base < e->reserved) *slot = moved(e, at);
}

TNI_INLINE void update_value(evacuation *e, tn_value *slot) {
    tn_value w = *slot;
    void *at = tni_value_ref(&e->format, w);
    if ((uintptr_t)at - e->base < e->reserved) *slot = tni_value_moved(&e->format, w, moved(e, at));
}

/* At once: for roots, and for callbacks, whose slots may be gone when they return. */
static void visit_ref_root(tn_tracer *t, void **slot) { update_ref((evacuation *)t, slot); }
static void visit_value_root(tn_tracer *t, tn_value *slot) { update_value((evacuation *)t, slot); }

TNI_INLINE void update_entry(evacuation *e, uintptr_t entry) {
    if (entry & 1) update_value(e, (tn_value *)(entry ^ 1));
    else update_ref(e, (void **)entry);
}

/* The oldest slot of the ring. By now what it refers to has had time to arrive in the cache. */
TNI_INLINE void settle(evacuation *e) { update_entry(e, e->ring[e->head++ % RING]); }

TNI_INLINE void defer(evacuation *e, void *young, uintptr_t entry) {
    __builtin_prefetch((char *)young - 8, 1);
    e->ring[e->tail++ % RING] = entry;
    if (e->tail - e->head == RING) settle(e);
}

/* For slots of objects: through the ring. First in, first out: the order stays the same. */
TNI_INLINE void visit_ref(tn_tracer *t, void **slot) {
    evacuation *e = (evacuation *)t;
    if ((uintptr_t)*slot - e->base < e->reserved) defer(e, *slot, (uintptr_t)slot);
}

TNI_INLINE void visit_value(tn_tracer *t, tn_value *slot) {
    evacuation *e = (evacuation *)t;
    void *at = tni_value_ref(&e->format, *slot);
    if ((uintptr_t)at - e->base < e->reserved) defer(e, at, (uintptr_t)slot | 1);
}

TNI_INLINE void scan(evacuation *e, void *object) {
    tn_header header = tni_header(object);
    tni_each_slot(&e->tracer, &e->layouts[tni_header_type(header)], object, header, visit_ref, visit_value);
}

static void drain(evacuation *e) {
    for (;;) {
        while (e->pop < e->push) scan(e, *e->pop++);
        if (e->head == e->tail) return;
        settle(e);
    }
}

/* Objects that were stored into are scanned whole and armed again. */
static void scan_logged_object(evacuation *e, void *object) {
    scan(e, object);
    tni_set_header(object, tni_header(object) | TN_ARMED);
}

static void scan_old_object(void *object, void *user) { scan_logged_object(user, object); }

static void visit_remembered(evacuation *e, tn_heap *heap) {
    tni_barrier *b = &heap->barrier;
    if (b->overflow) {
        tni_sweep_each_object(heap, scan_old_object, e);
    } else {
        for (size_t i = 0; i < b->objects.count; i++) scan_logged_object(e, (void *)b->objects.at[i]);
        for (size_t i = 0; i < b->slots.count; i++) update_entry(e, b->slots.at[i]);
    }
    b->objects.count = b->slots.count = 0;
    b->overflow = false;
}

size_t tni_minor_evacuate(tn_heap *heap) {
    evacuation e = {
        .tracer = {visit_ref_root, visit_value_root, heap},
        .base = (uintptr_t)heap->nursery.base, .reserved = heap->nursery.reserved,
        .format = heap->format, .layouts = heap->types.layouts, .old = &heap->old,
        .push = heap->queue.at, .pop = heap->queue.at};
    tni_handles_visit(heap, &e.tracer);
    visit_remembered(&e, heap);
    tni_roots_young(&heap->roots, &e.tracer);
    drain(&e);
    tni_old_flush_all(&heap->old);
    tni_weak_minor(heap);
    return e.survived;
}
