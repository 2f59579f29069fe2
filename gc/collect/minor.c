/* collect/minor.c: see minor.h. Two hot loops take turns: gather collects slots that refer into the nursery, and
 * asks the cache for what they refer to; settle copies that, and queues it to be gathered from. */
#include "collect/minor.h"

#include <string.h>

#include "collect/barrier.h"
#include "collect/roots.h"
#include "collect/special.h"
#include "collect/stress.h"
#include "collect/sweep.h"
#include "collect/worker.h"
#include "heap/heap.h"
#include "heap/identity.h"

enum {
    BATCH = 64,    /* slots that are gathered before they are settled */
    LOG_AHEAD = 16, /* so many entries ahead what the logs name is asked for */
    WRITE_AHEAD = 640 /* bytes that copying asks for ahead of itself */
};

/* The state of one evacuation. The tracer is for callbacks and roots, whose slots are updated before it returns. */
typedef struct evacuation {
    tn_tracer tracer;
    uintptr_t base, reserved; /* of the range that has all young objects */
    uintptr_t nursery;        /* bytes of it: what lies after them is large */
    tni_filter filter;
    tn_format format;
    const tni_layout *layouts;
    tni_old *old;
    tni_runs *runs;           /* that it promotes to */
    void **push, **pop; /* of the queue */
} evacuation;

static __attribute__((noinline, cold)) void unknown_type(tn_heap *heap, const void *object, tn_header header) {
    tni_fatal(heap,
              "collection %llu: object %p has type %u, which nobody registered: its header is overwritten, or it was "
              "allocated with a wrong number",
              (unsigned long long)(heap->minors + 1), object, tni_header_type(header));
}

static __attribute__((noinline, cold)) void no_block(tn_heap *heap) {
    tni_fatal(heap, "collection %llu: invariant P1: no block for a survivor",
              (unsigned long long)(heap->minors + 1));
}

static __attribute__((noinline)) char *next_cell(tn_heap *heap, unsigned class, size_t bytes) {
    char *cell = heap->staying ? tni_stress_cell(heap, bytes, 8) : tni_sweep_cell(heap, class, bytes);
    if (!cell) no_block(heap);
    return cell;
}

/* A cell for an object that is moved. */
TNI_INLINE char *take_cell(evacuation *e, unsigned class, size_t bytes) {
    tni_run *run = &e->runs->of[class];
    if (TN_UNLIKELY_(!tni_old_fits(run, bytes))) return next_cell(e->tracer.heap, class, bytes);
    __builtin_prefetch(run->bump + WRITE_AHEAD, 1);
    return tni_old_bump(run, bytes);
}

/* The object at `from` is now at `to`; `header` is the new one. Queues it if it holds references. */
TNI_INLINE void settle_in(evacuation *e, char *from, char *to, tn_header header, bool leaf) {
    tni_set_header(to, header | TN_HEADER_ARMED);
    tni_set_header(from, (tn_header)(uintptr_t)to | TNI_FORWARDED);
    if (!leaf) *e->push++ = to;
}

/* A cell for an object of an aligned type; or it is none at all. */
static __attribute__((noinline)) char *aligned_cell(evacuation *e, const char *from, tn_header header, size_t cell,
                                                    const tni_layout *layout) {
    tn_heap *heap = e->tracer.heap;
    if (cell > TNI_CELL_MAX || layout->shape == TNI_UNREGISTERED) unknown_type(heap, from, header);
    if (heap->staying) {
        char *at = tni_stress_cell(heap, cell, layout->align);
        if (!at) no_block(heap);
        return at;
    }
    size_t room = tni_old_room(e->old, cell, layout->align);
    unsigned class = tni_class_of(room, layout->shape == TNI_LEAF_SHAPE);
    tni_run *run = &e->runs->of[class];
    if (!tni_old_fits(run, room) && !tni_sweep_room(heap, class, room)) no_block(heap);
    return tni_old_bump_aligned(e->old, run, cell, layout->align);
}

/* A large object that was young has survived: it is an old one from now on, where it is. */
static __attribute__((noinline)) void *adopt(evacuation *e, void *object, tn_header header, const tni_layout *layout) {
    if (!(header & TNI_YOUNG)) return object;
    tni_set_header(object, (header ^ TNI_YOUNG) | TN_HEADER_ARMED);
    if (layout->shape != TNI_LEAF_SHAPE) *e->push++ = object;
    return object;
}

/* Moves an object with a tail, a hash or an alignment, whose cell is not in its layout. The hash goes after the
 * object's bytes, into the new cell's last word. */
static __attribute__((noinline)) void *move_odd(evacuation *e, char *from, tn_header header, const tni_layout *layout) {
    if ((uintptr_t)from - e->base >= e->nursery) return adopt(e, from, header, layout);
    if (header & TN_HEADER_ARMED) return from; /* a copy that stays young, and has been made already (S1) */
    size_t cell = tni_object_cell(layout, header), bytes = cell - 8;
    bool leaf = layout->shape == TNI_LEAF_SHAPE;
    bool usual = cell <= TNI_CELL_MAX && layout->align == 8; /* 0: nobody has registered it */
    char *to = TN_LIKELY_(usual) ? take_cell(e, tni_class_of(cell, leaf), cell)
                                : aligned_cell(e, from, header, cell, layout);
    to += 8;
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
    const tn_header odd = TNI_HASHED | TNI_HASH_STORED | TN_HEADER_ARMED;
    if (TN_UNLIKELY_(!layout->cell || header & odd)) return move_odd(e, from, header, layout);
    size_t bytes = layout->cell - (size_t)8, at = bytes & 8;
    char *to = take_cell(e, layout->class, layout->cell) + 8;
    if (at) memcpy(to, from, 8);
    for (; at < bytes; at += 16) memcpy(to + at, from + at, 16);
    settle_in(e, from, to, header, layout->class >= TNI_SIZES);
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
    tni_filter filter;
    evacuation *e;
    uintptr_t *batch, *next;
} gathering;

TNI_INLINE gathering begin_gathering(evacuation *e, uintptr_t *batch) {
    return (gathering){.filter = e->filter, .e = e, .batch = batch, .next = batch};
}

TNI_INLINE void settle_all(gathering *g) {
    settle(g->e, g->batch, g->next);
    g->next = g->batch;
}

TNI_INLINE void append(gathering *g, void *young, uintptr_t entry) {
    __builtin_prefetch((char *)young - 8, 1);
    *g->next++ = entry;
    if (TN_UNLIKELY_(g->next == g->batch + BATCH)) settle_all(g);
}

TNI_INLINE void gather_ref(tn_tracer *t, void **slot) {
    gathering *g = (gathering *)t;
    if ((uintptr_t)*slot - g->filter.ref_base < g->filter.ref_size) append(g, *slot, (uintptr_t)slot);
}

/* Most values are immediates, or old: the barrier's filter tells them with a subtraction and a comparison. */
TNI_INLINE void gather_value(tn_tracer *t, tn_value *slot) {
    gathering *g = (gathering *)t;
    tn_value w = *slot;
    if (TN_LIKELY_(w - g->filter.value_base >= g->filter.value_size)) return;
    void *at = tni_value_ref(&g->e->format, w);
    if ((uintptr_t)at - g->filter.ref_base < g->filter.ref_size) append(g, at, (uintptr_t)slot | 1);
}

static void visit_large(evacuation *e, char *array);

TNI_INLINE void gather(gathering *g, const tni_layout *layouts, void *object) {
    tn_header header = tni_header(object);
    const tni_layout *layout = &layouts[tni_header_type(header)];
    if (TN_UNLIKELY_(!layout->row) && header & TNI_SLOTS) {
        visit_large(g->e, object);
        return;
    }
    tni_each_known_slot(&g->tracer, layout, object, header, gather_ref, gather_value);
    if (TN_UNLIKELY_(layout->shape == TNI_TRACED)) layout->desc->trace(&g->e->tracer, object);
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

static void arm(void *object) { tni_set_header(object, tni_header(object) | TN_HEADER_ARMED); }

/* A part of a large array. */
static __attribute__((noinline)) void visit_part(evacuation *e, void *array, const char *from, const char *to) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(e, batch);
    tn_header header = tni_header(array);
    tni_each_slot_between(&g.tracer, &e->layouts[tni_header_type(header)], array, header, from, to, gather_ref,
                          gather_value);
    settle_all(&g);
}

/* All of a large array (SLOTS), but for the memory that nobody has touched: there is nothing in it. */
static __attribute__((noinline)) void visit_large(evacuation *e, char *array) {
    tn_heap *heap = e->tracer.heap;
    tn_header header = tni_header(array);
    char *end = array + tni_object_bytes(&e->layouts[tni_header_type(header)], header), *to = end;
    if (tni_region_of(array)->kind == TNI_HUGE_REGION) {
        for (char *at = array; at < end; at = to) {
            at = tni_os_next_touched(&heap->worker->touched, &heap->faults, at, end, &to);
            if (at < end) visit_part(e, array, at, to);
        }
    } else {
        visit_part(e, array, array, end);
    }
}

/* Objects that were stored into are gathered from as a whole, and armed again. */
static void visit_logged(evacuation *e, const tni_vector *log) {
    tn_header armed = e->tracer.heap->staying ? 0 : TN_HEADER_ARMED;
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(e, batch);
    for (size_t i = 0; i < log->count; i++) {
        if (i + LOG_AHEAD < log->count) __builtin_prefetch((char *)log->at[i + LOG_AHEAD] - 8, 1);
        gather(&g, e->layouts, (void *)log->at[i]);
        tni_set_header((void *)log->at[i], tni_header((void *)log->at[i]) | armed);
    }
    settle_all(&g);
}

/* The dirty cards from number `first` on to before `end`, as far as they are this object's. */
static void visit_object_cards(evacuation *e, const tni_region *region, void *array, size_t first, size_t end) {
    unsigned shift = tni_card_shift(region);
    for (size_t w = first / 64; w * 64 < end; w++) {
        uint64_t bits = region->cards[w];
        if (w == first / 64) bits &= ~UINT64_C(0) << first % 64;
        if (w == end / 64) bits &= (UINT64_C(1) << end % 64) - 1;
        for (; bits; bits &= bits - 1) {
            const char *from = (const char *)region + ((w * 64 + (size_t)__builtin_ctzll(bits)) << shift);
            visit_part(e, array, from, from + ((size_t)1 << shift));
        }
    }
}

/* Two objects may have parts of one card. Young ones are visited if they live. */
static void visit_region_cards(evacuation *e, const tni_region *region) {
    size_t all = tni_card_of(region, (const char *)region + region->bytes - 1) + 1;
    if (region->kind == TNI_HUGE_REGION) {
        visit_object_cards(e, region, tni_huge_object(region), 0, all);
        return;
    }
    for (unsigned grain = 0; (grain = tni_next_object(region, grain)) < TNI_GRAINS; grain++) {
        char *object = tni_span_object(region, grain);
        if (tni_header(object) & TNI_YOUNG) continue;
        size_t last = tni_card_of(region, object + region->spans[grain] * TNI_GRAIN - TNI_OBJECT_OFFSET - 1);
        visit_object_cards(e, region, object, tni_card_of(region, object), last + 1);
    }
}

/* The dirty cards of arrays with more recorded stores than the log of slots holds. */
static void visit_carded(evacuation *e, const tni_vector *log) {
    for (size_t i = 0; i < log->count; i++) {
        tni_region *region = (tni_region *)log->at[i];
        size_t all = tni_card_of(region, (char *)region + region->bytes - 1) + 1;
        visit_region_cards(e, region);
        if (e->tracer.heap->staying) continue;
        memset(region->cards, 0, (all + 63) / 64 * sizeof *region->cards);
        region->carded = false;
    }
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

/* Slots outside of their objects. That of an object which was remembered may be gone; what is there now is visited with
 * the object. */
static void visit_outside(evacuation *e, const tni_vector *log) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(e, batch);
    for (size_t i = 0; i < log->count; i += 2) {
        uintptr_t entry = log->at[i + 1];
        if (!(tni_header((void *)log->at[i]) & TN_HEADER_ARMED)) continue;
        if (entry & 1) gather_value(&g.tracer, (tn_value *)(entry ^ 1));
        else gather_ref(&g.tracer, (void **)entry);
    }
    settle_all(&g);
}

static void visit_whole(evacuation *e, void *object) {
    uintptr_t batch[BATCH];
    gathering g = begin_gathering(e, batch);
    gather(&g, e->layouts, object);
    settle_all(&g);
}

static void visit_old_object(void *object, void *user) {
    if (tni_header(object) & TNI_YOUNG) return;
    evacuation *e = user;
    visit_whole(e, object);
    if (!e->tracer.heap->staying) arm(object);
}

static void visit_unprotected(evacuation *e, const tni_vector *list) {
    for (size_t i = 0; i < list->count; i++)
        if (!tni_young(e->tracer.heap, (void *)list->at[i])) visit_whole(e, (void *)list->at[i]);
}

void tni_remembered_visit(tn_heap *heap, tn_tracer *tracer) {
    evacuation *e = (evacuation *)tracer;
    tni_remembered *b = tni_remembered_of(heap);
    if (b->overflow) {
        tni_sweep_each_object(heap, visit_old_object, e);
    } else {
        visit_outside(e, &b->outside); /* before objects are armed again */
        visit_logged(e, &b->objects);
        visit_slots(e, &b->slots);
    }
    visit_carded(e, &b->carded);
    visit_unprotected(e, &b->unprotected);
    if (heap->staying) return; /* S2 */
    b->objects.count = b->slots.count = b->carded.count = b->outside.count = 0;
    b->small_slots = false;
    b->overflow = false;
}

/* Large objects that are young still were not reached; the others are old now. */
static void settle_large(tn_heap *heap) {
    tni_large *large = &heap->large;
    tni_young_large *young = &heap->mutators[0].young_large;
    for (size_t i = young->at.count; i-- > 0;) {
        char *object = (char *)young->at.at[i];
        tn_header header = tni_header(object);
        if (!(header & TNI_YOUNG)) {
            large->filled += tni_object_cell(tni_layout_of(heap, header), header);
            tni_stress_adopted(heap, object);
            continue;
        }
        tni_announce(heap, TNI_OBJECT_FREED, &(tni_event){.object = object});
        tni_large_free(large, object);
    }
    young->at.count = young->bytes = 0;
}

size_t tni_minor_evacuate(tn_heap *heap) {
    evacuation e = {
        .tracer = {visit_refs, visit_values, heap, true},
        .base = (uintptr_t)heap->nursery.base, .reserved = tni_young_range(heap), .nursery = heap->nursery.reserved,
        .filter = tni_barrier_filter_of(heap), .format = heap->format,
        .layouts = heap->types.layouts, .old = &heap->old,
        .runs = heap->staying ? tni_stress_runs() : tni_runs_of(heap),
        .push = heap->worker->queue.at, .pop = heap->worker->queue.at};
    tni_old_count(&heap->old, tni_runs_of(heap));
    uint64_t filled = heap->old.filled;
    tni_roots_young(heap, &e.tracer);
    drain(&e);
    tni_os_touched_end(&heap->worker->touched);
    tni_old_count(&heap->old, tni_runs_of(heap));
    size_t queued = (size_t)((char *)e.push - (char *)heap->worker->queue.at);
    if (queued > heap->worker->queue.touched) heap->worker->queue.touched = queued;
    tni_special_after_evacuation(heap);
    settle_large(heap);
    tni_stress_settle(heap);
    return (size_t)(heap->old.filled - filled);
}
