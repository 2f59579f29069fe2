/* mutator/alloc.c: the way of an allocation that the inline bump could not serve, from the public call down. */
#include "mutator/alloc.h"

#include "collect/collect.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "collect/stress.h"
#include "mutator/request.h"

enum { STRESS_MAJOR = 32 }; /* under `stress`, each collection of so many is a major one */

/* In this order. */
static void *allocate_out_of_line(tn_mutator *m, tn_type type, uint64_t sizes, size_t count, const tn_place *place);
static void *validate_and_allocate(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count,
                                   const tn_place *place);
static bool validate(tni_request *r, tn_type type, size_t size, size_t element, size_t count);
static void *allocate_and_note_dispose(const tni_request *r);
static void *allocate_and_announce(const tni_request *r);
static void *try_then_collect(const tni_request *r);
static void poll_for_allocation(tn_mutator *m);

/* ---- while objects are born old, most take a cell of a run ---- */

/* Most allocations while objects are born old need no more than a cell of a class. */
typedef struct cell_need {
    unsigned class;
    size_t cell; /* 0: it is not so simple */
} cell_need;

TNI_INLINE cell_need need_of(tn_mutator *m, tn_type type, uint64_t sizes, size_t count) {
    const cell_need other = {0, 0};
    size_t size = (uint32_t)sizes, element = sizes >> 32;
    if (!tni_private(m)->bump_old || type - TN_FIRST_TYPE >= TN_FIRST_SPECIAL - TN_FIRST_TYPE) return other;
    const tni_layout *l = &m->heap->types.layouts[type];
    if (size != l->size || ((element | count) && (element != l->tail_size || count > TN_SMALL_MAX))) return other;
    if (TN_LIKELY_(l->cell)) return (cell_need){l->class, l->cell};
    size_t cell = tn_cell_bytes(size + element * count);
    if (cell > TN_SMALL_MAX + 8 || l->align != 8) return other; /* 0: nobody has registered it */
    return (cell_need){tni_class_of(cell, l->shape == TNI_LEAF_SHAPE), cell};
}

TNI_INLINE void *bump_old(tni_run *run, tn_type type, size_t cell, size_t count) {
    char *at = tni_old_bump(run, cell);
    tni_set_header(at + 8, TN_HEADER_OF_(type, count) | TN_HEADER_ARMED);
    return at + 8;
}

/* ---- the public calls ---- */

/* Calls nothing but in its last step, so that it need not save a register. */
void *tn_alloc_slow_at_(tn_mutator *m, tn_type type, uint64_t sizes, size_t count, const tn_place *place) {
    if (TN_LIKELY_(m != NULL)) {
        cell_need need = need_of(m, type, sizes, count);
        tni_run *run = &tni_private(m)->runs.of[need.class];
        if (need.cell && tni_old_fits(run, need.cell)) return bump_old(run, type, need.cell, count);
    }
    return allocate_out_of_line(m, type, sizes, count, place);
}

void *tn_alloc_slow(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    return tn_alloc_slow_at_(m, type, TN_SIZES_(size, element), count, NULL);
}

void *(tn_alloc_stable_sized)(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    if (!m) return NULL;
    tni_request r = {.m = m, .function = "tn_alloc_stable", .place = m->here};
    m->here = NULL; /* taken */
    if (!tni_may_allocate(m, r.function) || !validate(&r, type, size, element, count)) return NULL;
    r.header |= TNI_STABLE;
    return allocate_and_note_dispose(&r);
}

void *tni_alloc_builtin(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    tni_request r = {.m = m,
                 .function = element ? "TN_WEAK_ARRAY_NEW" : "TN_WEAK_NEW",
                 .place = m->here,
                 .layout = &m->heap->types.layouts[type],
                 .header = TN_HEADER_OF_(type, count),
                 .cell = tn_cell_bytes(size + element * count),
                 .align = 8};
    m->here = NULL; /* taken */
    tni_private(m)->slow_allocations++;
    if (!tni_may_allocate(m, r.function)) return NULL;
    if (count > UINT32_MAX)
        return tni_fail(m, TN_BAD_SIZE, "%s: %zu slots: the most is 2^32 - 1", r.function, count), NULL;
    return allocate_and_announce(&r);
}

/* ---- the way down ---- */

static __attribute__((noinline)) void *allocate_out_of_line(tn_mutator *m, tn_type type, uint64_t sizes, size_t count,
                                                    const tn_place *place) {
    if (!m) return NULL;
    tni_private(m)->slow_allocations++;
    cell_need need = need_of(m, type, sizes, count);
    if (need.cell && tni_old_next_run(&m->heap->old, &tni_private(m)->runs, need.class, need.cell))
        return bump_old(&tni_private(m)->runs.of[need.class], type, need.cell, count);
    return validate_and_allocate(m, type, (uint32_t)sizes, sizes >> 32, count, place);
}

static __attribute__((noinline)) void *validate_and_allocate(tn_mutator *m, tn_type type, size_t size, size_t element,
                                                        size_t count, const tn_place *place) {
    tni_request r = {.m = m, .function = element || count ? "tn_alloc_tail" : "tn_alloc", .place = place};
    if (!tni_may_allocate(m, r.function) || !validate(&r, type, size, element, count)) return NULL;
    return allocate_and_note_dispose(&r);
}

/* Fills r->layout, header and cell; false when the request makes no sense, which is reported. */
static bool validate(tni_request *r, tn_type type, size_t size, size_t element, size_t count) {
    tn_mutator *m = r->m;
    const tni_layout *l = type < TN_TYPES_END ? &m->heap->types.layouts[type] : NULL;
    if (!l || l->shape == TNI_UNREGISTERED || type < TN_FIRST_TYPE)
        return tni_fail(m, TN_BAD_TYPE, "%s: type %u is not registered: call tn_type_create first", r->function, type),
               false;
    const char *name = l->desc->name;
    if (size != l->size)
        return tni_fail(m, TN_BAD_SIZE, "%s: %zu bytes asked for, but type '%.40s' has %u", r->function, size, name,
                        l->size),
               false;
    if ((element || count) && element != l->tail_size)
        return tni_fail(m, TN_BAD_SIZE, "%s: elements of %zu bytes asked for, but those of type '%.40s' have %u",
                        r->function, element, name, l->tail_size),
               false;
    if (count > UINT32_MAX)
        return tni_fail(m, TN_BAD_SIZE, "%s: a '%.40s' with %zu elements: the most is 2^32 - 1", r->function, name,
                        count),
               false;
    r->layout = l;
    r->align = l->align;
    r->header = TN_HEADER_OF_(type, count);
    r->cell = tn_cell_bytes(size + element * count);
    return true;
}

/* Of a request that makes sense. */
static void *allocate_and_note_dispose(const tni_request *r) {
    tn_mutator *m = r->m;
    tni_vector *disposed = &m->heap->mutators[0].young_disposed;
    if (r->layout->disposed && !tni_keep_track(m, disposed, 1, TN_MINOR))
        return tni_fail(m, TN_OUT_OF_MEMORY, "%s: no memory to keep track of another '%s'", r->function,
                        r->layout->desc->name),
               NULL;
    void *object = allocate_and_announce(r);
    if (object && r->layout->disposed && tni_young(m->heap, object))
        tni_vector_push(disposed, &m->heap->faults, (uintptr_t)object);
    return object;
}

static void *allocate_and_announce(const tni_request *r) {
    void *object = try_then_collect(r);
    if (object) tni_announce(r->m->heap, TNI_OBJECT_BORN, &(tni_event){.object = object, .place = r->place});
    return object;
}

static void *try_then_collect(const tni_request *r) {
    tn_mutator *m = r->m;
    tn_heap *heap = m->heap;
    bool large = r->cell > TN_SMALL_MAX + 8, old = r->layout->flags & TN_BORN_OLD || r->header & TNI_STABLE;
    char *reserved = tni_private(m)->reserved;
    if (!large && !old && reserved && tni_young_end(r) <= reserved) return tni_try_young(r);
    if (m->window) return tni_allocate_in_window(r, !large && !old);
    poll_for_allocation(m);
    if (!large && !old) {
        bool due = heap->born_old && tni_pacing_major_due(heap, r->cell);
        if (due) tni_collect(heap, TN_MINOR, TNI_CAUSE_OLD);
        void *object = tni_try_ordinary(r);
        return object ? object : tni_collect_until(r, tni_try_ordinary, 0, TNI_CAUSE_NURSERY);
    }
    tni_try_fn attempt = large ? tni_try_large : tni_try_old;
    size_t cost = large ? tni_large_cost(&heap->large, r->cell) : TNI_BLOCK;
    if (tni_is_hopeless(heap, cost)) return tni_collect_until(r, attempt, cost, TNI_CAUSE_OLD);
    tni_collect_if_due(heap, large && !heap->born_old, large ? cost : r->cell);
    void *object = attempt(r);
    return object ? object : tni_collect_until(r, attempt, cost, TNI_CAUSE_OLD);
}

/* What an allocation does beside allocating: answer a request, collect under stress. */
static void poll_for_allocation(tn_mutator *m) {
    tn_heap *heap = m->heap;
    tni_mutator *p = tni_private(m);
    tni_announce(heap, TNI_SAFEPOINT, &(tni_event){0});
    if (AO_load(&m->stop)) tn_poll_slow(m);
    size_t stress = heap->options.value.stress;
    if (!stress || p->until_stress-- > 1) return;
    p->until_stress = tni_stress_distance(heap);
    bool major = heap->minors % STRESS_MAJOR == STRESS_MAJOR - 1;
    tni_collect(heap, major ? TN_MAJOR : TN_MINOR, TNI_CAUSE_STRESS);
}

/* ---- for others ---- */

void tni_collect_if_due(tn_heap *heap, bool young, size_t bytes) {
    if (tni_pacing_major_due(heap, young ? 0 : bytes)) tni_collect(heap, TN_MINOR, TNI_CAUSE_OLD);
    else if (young && tni_pacing_large_due(heap, bytes)) tni_collect(heap, TN_MINOR, TNI_CAUSE_LARGE);
}

bool tni_may_allocate(tn_mutator *m, const char *function) {
    if (!tni_private(m)->attached) return tni_fail(m, TN_BAD_STATE, "%s: the mutator is detached", function), false;
    return tni_check_caller(m, function) && tni_check_hook(m, function);
}

bool tni_may_collect(tn_mutator *m, const char *function) {
    if (!tni_may_allocate(m, function)) return false;
    if (!m->window) return true;
    tni_fail(m, TN_BAD_STATE, "%s: a raw window is open (TN_NO_GC at %s:%d)", function, m->window->file,
             m->window->line);
    return false;
}

bool tni_keep_track(tn_mutator *m, tni_vector *list, size_t extra, tn_collection_kind kind) {
    tn_heap *heap = m->heap;
    tni_mutator *p = tni_private(m);
    bool may_collect = p->attached && !m->window && !p->busy && !p->hook_running;
    size_t growth = tni_list_growth(list, extra);
    if (growth && may_collect && !tni_may_grow(heap, growth)) {
        tni_collect(heap, kind, TNI_CAUSE_MEMORY);
        growth = tni_list_growth(list, extra);
        if (growth && !tni_may_grow(heap, growth)) return false;
    }
    return tni_vector_reserve(list, &heap->faults, extra);
}
