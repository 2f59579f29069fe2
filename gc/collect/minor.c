/* collect/minor.c: see minor.h. Two hot loops take turns: gather collects slots that refer into the nursery, and
 * asks the cache for what they refer to; settle copies that, and queues it to be gathered from. */
#include "collect/minor.h"

#include <string.h>

#include "collect/sweep.h"
#include "core/heap.h"

enum {
    BATCH = 64,    /* slots that are gathered before they are settled */
    LOG_AHEAD = 16, /* so many entries ahead what the logs name is asked for */
    WRITE_AHEAD = 640 /* bytes that copying asks for ahead of itself */
};

/* The state of one evacuation. The tracer is for callbacks and roots, whose slots are updated before it returns. */
typedef struct evacuation {
    tn_tracer tracer;
    uintptr_t base, reserved; /* of the range that has all young objects */
    uintptr_t nursery;        /* bytes of it: what lies behind them is large */
    tn_format format;
    const tni_layout *layouts;
    tni_old *old;
    void **push, **pop; /* of the queue */
} evacuation;

static __attribute__((noinline, cold)) void unknown_type(tn_heap *heap, const void *object, tn_header header) {
    tni_fatal(heap,
              "collection %llu: object %p has type %u, which nobody registered: its header is overwritten, or it was "
              "allocated with a wrong number",
              (unsigned long long)(heap->stats.minors + 1), object, tni_header_type(header));
}

static __attribute__((noinline)) char *next_cell(tn_heap *heap, unsigned lane, size_t bytes) {
    char *cell = tni_sweep_cell(heap, lane, bytes);
    if (!cell)
        tni_fatal(heap, "collection %llu: invariant P1: no block for a survivor",
                  (unsigned long long)(heap->stats.minors + 1));
    return cell;
}

/* A cell for an object that is moved. */
TNI_INLINE char *take_cell(evacuation *e, unsigned lane, size_t bytes) {
    tni_run *run = &e->old->runs[lane];
    if (TN_UNLIKELY(!tni_old_fits(run, bytes))) return next_cell(e->tracer.heap, lane, bytes);
    __builtin_prefetch(run->bump + WRITE_AHEAD, 1);
    return tni_old_bump(run, bytes);
}

/* The object at `from` is now at `to`; `header` is the new one. Queues it if it holds references. */
TNI_INLINE void settle_in(evacuation *e, char *from, char *to, tn_header header, bool leaf) {
    tni_set_header(to, header | TN_ARMED);
    tni_set_header(from, (tn_header)(uintptr_t)to | TNI_FORWARDED);
    if (!leaf) *e->push++ = to;
}

/* A large object that was young has survived: it is an old one from now on, where it is. */
static __attribute__((noinline)) void *adopt(evacuation *e, void *object, tn_header header, const tni_layout *layout) {
    if (!(header & TNI_YOUNG)) return object;
    tni_set_header(object, (header ^ TNI_YOUNG) | TN_ARMED);
    if (layout->shape != TNI_LEAF_SHAPE) *e->push++ = object;
    return object;
}

/* Moves an object with a tail or a hash, whose cell is not in its layout. The hash goes behind the object's bytes,
 * into the new cell's last word. */
static __attribute__((noinline)) void *move_odd(evacuation *e, char *from, tn_header header, const tni_layout *layout) {
    if ((uintptr_t)from - e->base >= e->nursery) return adopt(e, from, header, layout);
    size_t cell = tni_object_cell(layout, header), bytes = cell - 8;
    bool leaf = layout->shape == TNI_LEAF_SHAPE;
    if (TN_UNLIKELY(cell > TNI_CELL_MAX || layout->shape == TNI_UNREGISTERED))
        unknown_type(e->tracer.heap, from, header);
    char *to = take_cell(e, tni_lane_of(cell, leaf), cell) + 8;
    if (header & TNI_HASHED) {
        bytes -= 8;
        *(uint64_t *)(void *)(to + bytes) = tni_hash(e->tracer.heap, from);
        header ^= TNI_HASHED | TNI_HASH_STORED;
    }
    memcpy(to, from, bytes);
    settle_in(e, from, to, header, leaf);
    return to;
}

/* Moves a young object and returns its new address. The words of a plain one are copied in pairs. (A large one is not
 * plain.) */
TNI_INLINE void *move(evacuation *e, char *from, tn_header header) {
    const tni_layout *layout = &e->layouts[tni_header_type(header)];
    if (TN_UNLIKELY(!layout->cell || header & TNI_HASHED)) return move_odd(e, from, header, layout);
    size_t bytes = layout->cell - (size_t)8, at = bytes & 8;
    char *to = take_cell(e, layout->lane, layout->cell) + 8;
    if (at) memcpy(to, from, 8);
    for (; at < bytes; at += 16) memcpy(to + at, from + at, 16);
    settle_in(e, from, to, header, layout->lane >= TNI_SIZES);
    return to;
}

TNI_INLINE void *moved(evacuation *e, void *young) {
    tn_header header = tni_header(young);
    void *to = tni_forwarded(header);
    return to ? to : move(e, young, header);
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

/* ---- the two loops ---- */

/* Slots as in the barrier's log: bit 0 is set for a value. */
static __attribute__((noinline)) void settle(evacuation *e, const uintptr_t *entry, const uintptr_t *end) {
    for (; entry < end; entry++) {
        if (*entry & 1) update_value(e, (tn_value *)(*entry ^ 1));
        else update_ref(e, (void **)*entry);
    }
}

/* What is gathered, first in, first out. Its address goes nowhere, so that compilers keep it in registers. */
typedef struct gathering {
    tn_tracer tracer; /* only its place: what visits slots is handed one */
    uintptr_t base, reserved;
    tn_format format;
    evacuation *e;
    uintptr_t *batch, *next;
} gathering;

TNI_INLINE gathering begin_gathering(evacuation *e, uintptr_t *batch) {
    return (gathering){.base = e->base, .reserved = e->reserved, .format = e->format, .e = e, .batch = batch,
                       .next = batch};
}

TNI_INLINE void settle_all(gathering *g) {
    settle(g->e, g->batch, g->next);
    g->next = g->batch;
}

TNI_INLINE void append(gathering *g, void *young, uintptr_t entry) {
    __builtin_prefetch((char *)young - 8, 1);
    *g->next++ = entry;
    if (TN_UNLIKELY(g->next == g->batch + BATCH)) settle_all(g);
}

TNI_INLINE void gather_ref(tn_tracer *t, void **slot) {
    gathering *g = (gathering *)t;
    if ((uintptr_t)*slot - g->base < g->reserved) append(g, *slot, (uintptr_t)slot);
}

TNI_INLINE void gather_value(tn_tracer *t, tn_value *slot) {
    gathering *g = (gathering *)t;
    void *at = tni_value_ref(&g->format, *slot);
    if ((uintptr_t)at - g->base < g->reserved) append(g, at, (uintptr_t)slot | 1);
}

TNI_INLINE void gather(gathering *g, const tni_layout *layouts, void *object) {
    tn_header header = tni_header(object);
    const tni_layout *layout = &layouts[tni_header_type(header)];
    tni_each_known_slot(&g->tracer, layout, object, header, gather_ref, gather_value);
    if (TN_UNLIKELY(layout->shape == TNI_TRACED)) layout->desc->trace(&g->e->tracer, object);
}

static void visit_refs(tn_tracer *t, void **first, size_t count) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering((evacuation *)t, batch);
    for (void **end = first + count; first < end; first++) gather_ref(&g.tracer, first);
    settle_all(&g);
}

static void visit_values(tn_tracer *t, tn_value *first, size_t count) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering((evacuation *)t, batch);
    for (tn_value *end = first + count; first < end; first++) gather_value(&g.tracer, first);
    settle_all(&g);
}

static void drain(evacuation *e) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(e, batch);
    for (;;) {
        while (e->pop < e->push) gather(&g, e->layouts, *e->pop++);
        if (g.next == batch) return;
        settle_all(&g);
    }
}

/* ---- the remembered set ---- */

static void arm(void *object) { tni_set_header(object, tni_header(object) | TN_ARMED); }

/* Objects that were stored into are gathered from as a whole, and armed again. */
static void visit_logged(evacuation *e, const tni_vector *log) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(e, batch);
    for (size_t i = 0; i < log->count; i++) {
        if (i + LOG_AHEAD < log->count) __builtin_prefetch((char *)log->at[i + LOG_AHEAD] - 8, 1);
        gather(&g, e->layouts, (void *)log->at[i]);
        arm((void *)log->at[i]);
    }
    settle_all(&g);
}

/* Slots of large arrays, wherever they are. */
static void visit_slots(evacuation *e, const tni_vector *log) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(e, batch);
    for (size_t i = 0; i < log->count; i++) {
        if (i + LOG_AHEAD < log->count) __builtin_prefetch((void *)log->at[i + LOG_AHEAD], 1);
        uintptr_t entry = log->at[i];
        if (entry & 1) gather_value(&g.tracer, (tn_value *)(entry ^ 1));
        else gather_ref(&g.tracer, (void **)entry);
    }
    settle_all(&g);
}

static void visit_old_object(void *object, void *user) {
    if (tni_header(object) & TNI_YOUNG) return;
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(user, batch);
    gather(&g, g.e->layouts, object);
    settle_all(&g);
    arm(object);
}

static void visit_remembered(evacuation *e, tn_heap *heap) {
    tni_barrier *b = &heap->barrier;
    if (b->overflow) {
        tni_sweep_each_object(heap, visit_old_object, e);
    } else {
        visit_logged(e, &b->objects);
        visit_slots(e, &b->slots);
    }
    b->objects.count = b->slots.count = 0;
    b->overflow = false;
}

/* Large objects that are young still were not reached; the others are old now. */
static void settle_large(tn_heap *heap) {
    tni_large *large = &heap->large;
    for (size_t i = large->young.count; i-- > 0;) {
        char *object = (char *)large->young.at[i];
        tn_header header = tni_header(object);
        if (!(header & TNI_YOUNG)) {
            large->filled += tni_object_cell(tni_layout_of(heap, header), header);
            continue;
        }
        tni_site_forget(heap, object);
        tni_large_free(large, object);
    }
    large->young.count = large->young_bytes = 0;
}

size_t tni_minor_evacuate(tn_heap *heap) {
    evacuation e = {
        .tracer = {visit_refs, visit_values, heap},
        .base = (uintptr_t)heap->nursery.base, .reserved = tni_young_range(heap), .nursery = heap->nursery.reserved,
        .format = heap->format, .layouts = heap->types.layouts, .old = &heap->old,
        .push = heap->queue.at, .pop = heap->queue.at};
    tni_old_count(&heap->old);
    uint64_t filled = heap->old.filled;
    tni_handles_visit(heap, &e.tracer);
    visit_remembered(&e, heap);
    tni_roots_young(&heap->roots, &e.tracer);
    drain(&e);
    tni_old_count(&heap->old);
    tni_weak_minor(heap);
    settle_large(heap);
    return (size_t)(heap->old.filled - filled);
}
