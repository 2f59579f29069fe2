/* collect/mark.c: see mark.h. */
#include "collect/mark.h"

#include <string.h>

#include "collect/sweep.h"
#include "core/heap.h"
#include "space/os.h"

enum {
    AHEAD = 64,            /* objects between prefetch and scan; a power of two */
    SLICE = 1024,          /* slots of a large array that are visited at a time */
    FIRST_CAPACITY = 4096  /* entries of the first stack */
};

/* Entries of the stack: an object, which is marked and is to be scanned; or the number of a slot and, on top of it, an array with
 * this bit set, whose slots from there on are to be visited. */
#define REST ((uintptr_t)1)

typedef struct marking {
    tn_tracer tracer;
    tn_format format;
    const tni_layout *layouts;
    void **top, **end; /* of the stack; its start is mark->stack */
    tni_mark *mark;
    bool overflow; /* something that should be on the stack is not */
    bool cannot_grow;
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
    if (TN_UNLIKELY(k->top == k->end) && (k->cannot_grow || !grow(k))) k->overflow = k->cannot_grow = true;
    else *k->top++ = object;
}

/* Sets the mark; false when it was set. */
TNI_INLINE bool set_mark(void *object) {
    size_t bit = tni_bit_of(object);
    uint64_t *word = &tni_region_of(object)->marks[bit / 64], mask = UINT64_C(1) << (bit % 64);
    if (*word & mask) return false;
    *word |= mask;
    return true;
}

/* Marks are set when an edge is seen, not when its object is scanned: the bits of a heap lie dense in the cache, its objects
 * do not, and most edges lead to what is marked already. Small leaves are known by their block (O4), and never touched. */
TNI_INLINE void mark(marking *k, void *object) {
    if (set_mark(object) && tni_block_of(object)->class_ < TNI_SIZES) push(k, object);
}

TNI_INLINE void visit_ref(tn_tracer *t, void **slot) {
    if (*slot) mark((marking *)t, *slot);
}
TNI_INLINE void visit_value(tn_tracer *t, tn_value *slot) {
    void *at = tni_value_ref(&((marking *)t)->format, *slot);
    if (at) mark((marking *)t, at);
}
static void visit_ref_root(tn_tracer *t, void **slot) { visit_ref(t, slot); }
static void visit_value_root(tn_tracer *t, tn_value *slot) { visit_value(t, slot); }

/* A large array is visited in slices, so that its slots do not all wait on the stack at once. */
static __attribute__((noinline)) void scan_slice(marking *k, char *array, size_t from) {
    tn_header header = tni_header(array);
    const tni_layout *layout = &k->layouts[tni_header_type(header)];
    size_t length = tni_header_length(header), to = length - from > SLICE ? from + SLICE : length;
    if (to < length && (k->end - k->top >= 2 || (!k->cannot_grow && grow(k)))) {
        *k->top++ = (void *)to;
        *k->top++ = array + REST;
    } else {
        to = length;
    }
    for (size_t i = from; i < to; i++) {
        void *slot = array + layout->size + i * sizeof(void *);
        if (layout->shape == TNI_REF_TAIL) visit_ref(&k->tracer, slot);
        else visit_value(&k->tracer, slot);
    }
}

TNI_INLINE void scan(marking *k, void *object) {
    tn_header header = tni_header(object);
    const tni_layout *layout = &k->layouts[tni_header_type(header)];
    bool array = layout->shape == TNI_REF_TAIL || layout->shape == TNI_VALUE_TAIL;
    if (TN_UNLIKELY(array && tni_header_length(header) > SLICE)) {
        tni_each_bit(&k->tracer, object, layout->refs, layout->values, visit_ref, visit_value);
        scan_slice(k, object, 0);
    } else {
        tni_each_slot(&k->tracer, layout, object, header, visit_ref, visit_value);
    }
}

/* Works the stack off through a ring: what enters it is prefetched, what leaves it has had time to arrive. (Cher, Hosking,
 * Vitek: Software prefetching for mark-sweep garbage collection, 2004.) Half of all small objects reach into a second line of
 * the cache: it is asked for as well, or the ring would wait for it. */
static void drain(marking *k) {
    void *ring[AHEAD];
    unsigned first = 0, last = 0;
    for (;;) {
        void **bottom = k->mark->stack;
        while (last - first < AHEAD && k->top > bottom) {
            char *object = *--k->top;
            if (TN_UNLIKELY((uintptr_t)object & REST)) {
                scan_slice(k, object - REST, (size_t)*--k->top);
                bottom = k->mark->stack;
                continue;
            }
            __builtin_prefetch(object - 8);
            __builtin_prefetch(object + 32);
            ring[last++ % AHEAD] = object;
        }
        if (first == last) return;
        scan(k, ring[first++ % AHEAD]);
    }
}

static void mark_roots(marking *k, tn_heap *heap) {
    tni_handles_visit(heap, &k->tracer);
    tni_roots_all(&heap->roots, &k->tracer);
    drain(k);
}

/* After an overflow some marked objects have not been scanned, and nobody knows which. */
static void scan_if_marked(void *object, void *user) {
    marking *k = user;
    if (!tni_marked(object)) return;
    tn_header header = tni_header(object);
    tni_each_slot(&k->tracer, &k->layouts[tni_header_type(header)], object, header, visit_ref, visit_value);
    drain(k);
}

static void clear_marks(tn_heap *heap) {
    for (size_t i = 0; i < heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&heap->regions, i);
        memset(region->marks, 0, sizeof region->marks);
    }
}

void tni_mark_heap(tn_heap *heap) {
    marking k = {.tracer = {visit_ref_root, visit_value_root, heap},
                 .format = heap->format,
                 .layouts = heap->types.layouts,
                 .mark = &heap->mark,
                 .top = heap->mark.stack,
                 .end = heap->mark.stack + heap->mark.capacity};
    tni_sweep_all(heap);
    clear_marks(heap);
    mark_roots(&k, heap);
    while (k.overflow) {
        k.overflow = false;
        tni_sweep_each_object(heap, scan_if_marked, &k);
    }
    if (heap->mark.capacity > FIRST_CAPACITY) { /* what a deep heap needed once it need not keep */
        tni_mark fresh;
        if (tni_mark_init(&fresh)) tni_mark_free(&heap->mark), heap->mark = fresh;
    }
}
