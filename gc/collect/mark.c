/* collect/mark.c: see mark.h. */
#include "collect/mark.h"

#include <string.h>

#include "base/os.h"
#include "collect/limit.h"
#include "collect/roots.h"
#include "collect/sweep.h"
#include "collect/worker.h"
#include "heap/heap.h"

enum {
    BATCH = TNI_MARK_BATCH,
    EDGES = TNI_MARK_EDGES,
    SLICE = 1024,         /* slots of a large array that are visited at a time */
    FIRST_CAPACITY = 4096 /* entries of the first stack */
};

/* An entry of the stack is an object, which is marked and is to be scanned. Or it is two words: the number of a slot
 * and, on top of it, an array with this bit set, whose slots from there on are to be visited. */
#define REST ((uintptr_t)1)

/* The tracer is for roots and callbacks. */
typedef struct marking {
    tn_tracer tracer;
    tn_format format;
    const tni_layout *layouts;
    const tni_leaves *leaves;
    void **top, **end; /* of the stack; its start is mark->stack */
    tni_marker *mark;
    tni_marker_room *room;
    bool overflow; /* something that should be on the stack is not */
    bool cannot_grow;
} marking;

bool tni_marker_init(tni_marker *mark, tni_faults *faults) {
    mark->capacity = FIRST_CAPACITY;
    mark->faults = faults;
    mark->stack = tni_os_map(faults, mark->capacity * sizeof(void *), TNI_PAGE);
    return mark->stack != NULL;
}

void tni_marker_free(tni_marker *mark) {
    if (mark->stack) tni_os_unmap(mark->stack, mark->capacity * sizeof(void *));
    mark->stack = NULL;
}

static __attribute__((noinline)) bool grow(marking *k) {
    /* The old stack is freed as soon as the new one is filled: one of them counts. */
    size_t bytes = k->mark->capacity * sizeof(void *);
    bool may = tni_may_grow(k->tracer.heap, bytes);
    void **bigger = may ? tni_os_map(k->mark->faults, bytes * 2, TNI_PAGE) : NULL;
    if (!bigger) {
        k->cannot_grow = true;
        return false;
    }
    memcpy(bigger, k->mark->stack, bytes);
    k->top = bigger + (k->top - k->mark->stack);
    tni_marker_free(k->mark);
    k->mark->stack = bigger;
    k->mark->capacity *= 2;
    k->end = bigger + k->mark->capacity;
    return true;
}

TNI_INLINE void push(marking *k, void *object) {
    if (TN_UNLIKELY_(k->top == k->end) && (k->cannot_grow || !grow(k))) k->overflow = k->cannot_grow = true;
    else *k->top++ = object;
}

TNI_INLINE uint64_t *mark_word(const void *object) {
    return &tni_region_of(object)->marks[tni_bit_of(object) / 64];
}

/* Marks an object; true if it was not marked and may hold references. Small leaves are known by their block (O4), and
 * never touched. */
TNI_INLINE bool mark(const tni_leaves *leaves, void *object) {
    uint64_t *word = mark_word(object), mask = UINT64_C(1) << (tni_bit_of(object) % 64);
    if (*word & mask) return false;
    *word |= mask;
    return !tni_among_leaves(leaves, object);
}

TNI_INLINE void mark_and_push(marking *k, void *object) {
    if (mark(k->leaves, object)) push(k, object);
}

/* ---- the loop ---- */

/* Edges that wait for their mark words. Its address goes nowhere, so that compilers keep it in registers. */
typedef struct gathering {
    tn_tracer tracer; /* only its place: what visits slots is handed one */
    tn_format format;
    marking *k;
    void **edges, **next;
} gathering;

TNI_INLINE gathering begin_gathering(marking *k, void **edges) {
    return (gathering){.format = k->format, .k = k, .edges = edges, .next = edges};
}

static bool make_room(marking *k, size_t entries) {
    while ((size_t)(k->end - k->top) < entries)
        if (k->cannot_grow || !grow(k)) return false;
    return true;
}

/* Where the stack has room for all of them, its top stays in a register. */
static __attribute__((noinline)) void mark_edges(marking *k, void **edge, void **end) {
    if (!make_room(k, (size_t)(end - edge))) {
        for (; edge < end; edge++) mark_and_push(k, *edge);
        return;
    }
    const tni_leaves *leaves = k->leaves;
    void **top = k->top;
    for (; edge < end; edge++)
        if (mark(leaves, *edge)) *top++ = *edge;
    k->top = top;
}

TNI_INLINE void settle(gathering *g) {
    mark_edges(g->k, g->edges, g->next);
    g->next = g->edges;
}

TNI_INLINE void append(gathering *g, void *object) {
    __builtin_prefetch(mark_word(object), 1);
    *g->next++ = object;
}

TNI_INLINE void make_sure(gathering *g, size_t edges) {
    if (TN_UNLIKELY_((size_t)(g->edges + EDGES - g->next) < edges)) settle(g);
}

TNI_INLINE void gather_ref(tn_tracer *t, void **slot) {
    make_sure((gathering *)t, 1);
    if (*slot) append((gathering *)t, *slot);
}
TNI_INLINE void gather_value(tn_tracer *t, tn_value *slot) {
    make_sure((gathering *)t, 1);
    void *at = tni_value_ref(&((gathering *)t)->format, *slot);
    if (at) append((gathering *)t, at);
}

TNI_INLINE void gather_row(gathering *g, void **slot, size_t count) {
    make_sure(g, count);
    for (void **end = slot + count; slot < end; slot++)
        if (*slot) append(g, *slot);
}

/* Any number of slots. */
TNI_INLINE void gather_refs(gathering *g, void **slot, size_t count) {
    for (size_t part; count; slot += part, count -= part) {
        part = count < EDGES ? count : EDGES;
        gather_row(g, slot, part);
    }
}

TNI_INLINE void gather_values(gathering *g, tn_value *slot, size_t count) {
    const tn_format format = g->format;
    for (tn_value *end; count; count -= (size_t)(end - slot), slot = end) {
        end = slot + (count < EDGES ? count : EDGES);
        make_sure(g, (size_t)(end - slot));
        for (tn_value *at = slot; at < end; at++) {
            void *object = tni_value_ref(&format, *at);
            if (object) append(g, object);
        }
    }
}

/* Where in the array, from slot `from` on, memory begins that was touched, and (*to) where it ends or can be asked for
 * again; both are `length` when nothing was. */
static size_t touched_slots(marking *k, char *array, const tni_layout *layout, size_t from, size_t length, size_t *to) {
    tn_heap *heap = k->tracer.heap;
    char *tail = array + layout->size, *end = tail + length * sizeof(void *), *last;
    char *first = tni_os_next_touched(&heap->worker->touched, &heap->faults, tail + from * sizeof(void *), end, &last);
    *to = ((size_t)(last - tail) + sizeof(void *) - 1) / sizeof(void *);
    return (size_t)(first - tail) / sizeof(void *);
}

/* The part of a large array from slot `from` on that is visited at a time, so that its elements do not all wait on the
 * stack at once; what is left is pushed. Memory that nobody has touched is passed over. Returns what becomes
 * the gathering's `next`: its address goes nowhere. */
static __attribute__((noinline)) void **gather_slice(marking *k, void **edges, void **next, char *array, size_t from) {
    gathering g = begin_gathering(k, edges);
    g.next = next;
    tn_header header = tni_header(array);
    const tni_layout *layout = &k->layouts[tni_header_type(header)];
    size_t length = tni_header_length(header), to = length;
    if (tni_region_of(array)->kind == TNI_HUGE_REGION) from = touched_slots(k, array, layout, from, length, &to);
    if (to - from > SLICE) to = from + SLICE;
    if (to < length && !make_room(k, 2)) to = length;
    if (to < length) {
        *k->top++ = (void *)to;
        *k->top++ = array + REST;
    }
    void *slots = array + layout->size + from * sizeof(void *);
    if (layout->shape == TNI_REF_TAIL) gather_refs(&g, slots, to - from);
    else gather_values(&g, slots, to - from);
    return g.next;
}

TNI_INLINE void gather(gathering *g, void *object) {
    tn_header header = tni_header(object);
    const tni_layout *layout = &g->k->layouts[tni_header_type(header)];
    if (TN_LIKELY_(layout->row)) {
        gather_row(g, (void **)object + layout->row_first, layout->row);
        return;
    }
    bool array = layout->shape == TNI_REF_TAIL || layout->shape == TNI_VALUE_TAIL;
    if (TN_UNLIKELY_(array && tni_header_length(header) > SLICE)) {
        tni_each_bit(&g->tracer, object, layout->refs, layout->values, gather_ref, gather_value);
        g->next = gather_slice(g->k, g->edges, g->next, object, 0);
        return;
    }
    tni_each_known_slot(&g->tracer, layout, object, header, gather_ref, gather_value);
    if (TN_UNLIKELY_(layout->shape == TNI_TRACED)) layout->desc->trace(&g->k->tracer, object);
}

/* The next objects of the stack. Half of all small ones reach into a second line of the cache: it is asked for as
 * well. */
TNI_INLINE unsigned take(gathering *g, void **batch) {
    marking *k = g->k;
    unsigned count = 0;
    void **top = k->top;
    while (count < BATCH && top > k->mark->stack) {
        char *object = *--top;
        if (TN_UNLIKELY_((uintptr_t)object & REST)) {
            k->top = top - 1;
            g->next = gather_slice(k, g->edges, g->next, object - REST, (size_t)*k->top);
            top = k->top;
            continue;
        }
        __builtin_prefetch(object - 8);
        __builtin_prefetch(object + 32);
        batch[count++] = object;
    }
    k->top = top;
    return count;
}

/* Works the stack off in batches of three steps. First the edges of some objects are gathered, and the cache is asked
 * for their mark words. Then the next objects are taken, and the cache is asked for their memory. Then the edges are
 * marked, and what is new is pushed. What a step reads was asked for one step before. So its branches, which nobody can
 * predict, wait for nothing. (Prefetching: Cher, Hosking, Vitek: Software prefetching for mark-sweep garbage
 * collection, 2004.) */
static void drain(marking *k) {
    void **batch = k->room->batch, **edges = k->room->edges;
    gathering g = begin_gathering(k, edges);
    for (unsigned count = 0;;) {
        for (unsigned i = 0; i < count; i++) gather(&g, batch[i]);
        count = take(&g, batch);
        if (!count && g.next == edges) return;
        settle(&g);
    }
}

static void visit_refs(tn_tracer *t, void **first, size_t count) {
    gathering g = begin_gathering((marking *)t, ((marking *)t)->room->visited);
    gather_refs(&g, first, count);
    settle(&g);
}

static void visit_values(tn_tracer *t, tn_value *first, size_t count) {
    gathering g = begin_gathering((marking *)t, ((marking *)t)->room->visited);
    gather_values(&g, first, count);
    settle(&g);
}

static void mark_roots(marking *k, tn_heap *heap) {
    tni_roots_all(heap, &k->tracer);
    drain(k);
}

/* After an overflow some marked objects have not been scanned, and nobody knows which. */
static void scan_if_marked(void *object, void *user) {
    gathering g = begin_gathering(user, ((marking *)user)->room->edges);
    if (!tni_marked(object)) return;
    gather(&g, object);
    settle(&g);
    drain(g.k);
}

void tni_mark_heap(tn_heap *heap) {
    marking k = {.tracer = {visit_refs, visit_values, heap, false},
                 .format = heap->format,
                 .layouts = heap->types.layouts,
                 .leaves = &heap->regions.leaves,
                 .mark = &heap->worker->mark,
                 .room = &heap->worker->room,
                 .top = heap->worker->mark.stack,
                 .end = heap->worker->mark.stack + heap->worker->mark.capacity};
    tni_sweep_before_marking(heap);
    mark_roots(&k, heap);
    while (k.overflow) {
        k.overflow = false;
        tni_sweep_each_object(heap, scan_if_marked, &k);
    }
    tni_os_touched_end(&heap->worker->touched);
    if (heap->worker->mark.capacity > FIRST_CAPACITY) { /* what a deep heap needed once it need not keep */
        tni_marker fresh;
        if (tni_marker_init(&fresh, &heap->faults)) tni_marker_free(&heap->worker->mark), heap->worker->mark = fresh;
    }
}
