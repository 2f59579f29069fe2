/* mutator/alloc.c: allocation beyond the inline bump: more nursery, large and born-old objects, polling, and what to do
 * when memory is out, in the order of the contract: a minor collection, a full one, the host's hook, the reserve,
 * NULL. */
#include "mutator/alloc.h"

#include <stdio.h>
#include <string.h>

#include "collect/barrier.h"
#include "collect/collect.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "collect/stress.h"
#include "collect/sweep.h"
#include "heap/heap.h"

/* What is to be allocated: a header and its cell. For tn_reserve the cell is all of it. */
typedef struct request {
    tn_mutator *m;
    const char *function; /* for reports */
    const tn_place *place; /* of the allocation, for reports; or NULL */
    const tni_layout *layout;
    tn_header header;
    size_t cell, align;
} request;

/* Tries without collecting; NULL when there is no room. */
typedef void *(*attempt_fn)(const request *r);

/* ---- checks ---- */

TNI_INLINE bool may_allocate(tn_mutator *m, const char *function) {
    if (!tni_private(m)->attached) return tni_fail(m, TN_BAD_STATE, "%s: the mutator is detached", function), false;
    return tni_check_caller(m, function) && tni_check_hook(m, function);
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

bool tni_may_collect(tn_mutator *m, const char *function) {
    if (!may_allocate(m, function)) return false;
    if (!m->window) return true;
    tni_fail(m, TN_BAD_STATE, "%s: a raw window is open (TN_NO_GC at %s:%d)", function, m->window->file,
             m->window->line);
    return false;
}

/* Fills r->layout, header and cell; false when the request makes no sense, which is reported. */
static bool check(request *r, tn_type type, size_t size, size_t element, size_t count) {
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

/* ---- the nursery ---- */

static size_t young_padding(const request *r) { return tni_padding(r->m->alloc - 8, r->align); }
static char *young_end(const request *r) { return r->m->alloc - 8 + young_padding(r) + r->cell; }

static void *attempt_young(const request *r) {
    tn_mutator *m = r->m;
    if (!tni_nursery_extend(&m->heap->nursery, young_end(r))) return NULL;
    tni_set_limit(tni_private(m));
    size_t padding = young_padding(r);
    if (padding) tni_set_header(m->alloc, tni_padding_header(padding));
    void *object = m->alloc + padding;
    m->alloc += padding + r->cell;
    tni_set_header(object, r->header);
    return object;
}

static void *attempt_reserve(const request *r) {
    tni_mutator *p = tni_private(r->m);
    if (r->m->heap->born_old) tni_pacing_retry(r->m->heap); /* only the nursery keeps what is promised here */
    if (!tni_nursery_extend(&r->m->heap->nursery, young_end(r))) return NULL;
    p->reserved = young_end(r);
    tni_set_limit(p);
    return p->reserved;
}

/* ---- the old space ---- */

/* A born-old object enters the log, not armed, so that its initialising stores need no barrier; a large array of
 * references or values is then recorded by slot for the rest of its life. */
static void *born_old(const request *r, char *object) {
    tn_heap *heap = r->m->heap;
    tn_header header = r->header;
    bool leaf = r->layout->shape == TNI_LEAF_SHAPE, traced = r->layout->shape == TNI_TRACED;
    if (r->cell > TN_SMALL_MAX + 8 && !leaf && !traced) header |= TNI_SLOTS;
    tni_set_header(object, header);
    if (heap->born_old) tni_set_header(object, header | TN_HEADER_ARMED); /* no young object can be stored (P3) */
    else if (!leaf) tni_barrier_log_object(heap, object);
    return object;
}

/* A large object is young, and needs neither log nor barrier until a minor collection adopts it; where it cannot be (no
 * place in the range, or P3), it is born old. */
static void *born_large(const request *r, char *object) {
    tni_large *large = &r->m->heap->large;
    bool slots = r->layout->shape != TNI_LEAF_SHAPE && r->layout->shape != TNI_TRACED;
    if (r->m->heap->born_old || !tni_large_add_young(large, object)) {
        large->filled += r->cell;
        return born_old(r, object);
    }
    tni_set_header(object, r->header | TNI_YOUNG | (slots ? TNI_SLOTS : 0));
    return object;
}

static void *attempt_large(const request *r) {
    tn_heap *heap = r->m->heap;
    if (!tni_pacing_fits(heap, tni_large_cost(&heap->large, r->cell))) return NULL;
    bool zeroed = !(r->layout->flags & TN_UNZEROED);
    char *object = tni_large_alloc(&heap->large, r->cell, zeroed, r->layout->shape == TNI_LEAF_SHAPE);
    if (object && r->layout->disposed) tni_region_of(object)->disposed = true;
    const tni_event unzeroed = {.object = object, .bytes = r->cell - 8};
    if (object && !zeroed) tni_announce(heap, TNI_OBJECT_UNZEROED, &unzeroed);
    return object ? born_large(r, object) : NULL;
}

/* A small one takes a cell; the blocks that the nursery was promised (P1) are not touched. */
static void *attempt_old(const request *r) {
    tn_heap *heap = r->m->heap;
    size_t room = tni_old_room(&heap->old, r->cell, r->align);
    unsigned class = tni_class_of(room, r->layout->shape == TNI_LEAF_SHAPE);
    tni_run *run = &heap->old.runs[class];
    if (!tni_old_fits(run, room)) {
        if (!tni_pacing_fits(heap, TNI_BLOCK)) return NULL;
        if (tni_old_provide(&heap->old, heap->pacing->room.promised + 1) <= heap->pacing->room.promised) return NULL;
        if (!tni_sweep_room(heap, class, room)) return NULL;
    }
    char *cell = r->align > 8 ? tni_old_bump_aligned(&heap->old, run, r->cell, r->align) : tni_old_bump(run, r->cell);
    if (!heap->old.zeroed) memset(cell, 0, r->cell);
    if (r->layout->disposed) tni_block_of(cell)->disposed = 1;
    return born_old(r, cell + 8);
}

/* An object that need not be old. Where it is, room for it is no reason to collect: the nursery has some. */
static void *attempt_ordinary(const request *r) {
    tn_heap *heap = r->m->heap;
    if (heap->born_old) {
        void *object = heap->old.filled < heap->pacing->period.retry_at ? attempt_old(r) : NULL;
        if (object) return object;
        tni_pacing_retry(heap);
    }
    return attempt_young(r);
}

/* ---- when there is no room ---- */

static bool ask_host(tn_mutator *m, size_t bytes) {
    tn_heap *heap = m->heap;
    tni_mutator *p = tni_private(m);
    if (!heap->on_out_of_memory || p->hook_running) return false;
    p->hook_running = true; /* a longjmp out of it ends in tn_restore, which clears this */
    tni_set_limit(p);
    bool again = heap->on_out_of_memory(m, bytes, heap->host.user);
    p->hook_running = false;
    tni_set_limit(p);
    return again;
}

/* No collection can make room for it: none is made. */
static bool is_hopeless(const tn_heap *heap, size_t wanted) { return wanted > tni_largest(heap); }

static void *refuse(const request *r) {
    const tni_settings *o = &r->m->heap->options.value;
    char limit[32] = "none", memory[32];
    if (o->heap_max != SIZE_MAX) tni_format_bytes(limit, sizeof limit, o->heap_max);
    tni_format_bytes(memory, sizeof memory, o->memory);
    tni_fail(r->m, TN_OUT_OF_MEMORY,
             "%s: no room for %zu bytes, ever: the limit (heap_max) is %s, and the process may use %s of memory",
             r->function, r->cell, limit, memory);
    return NULL;
}

static const char *why_not(const tn_heap *heap) {
    if (heap->pacing->exhaustion.thrashing) return "collecting takes all the time";
    const tni_exhaustion *out = &heap->pacing->exhaustion;
    if (out->futile.refused) return "the last full collections did not help, so that none was made now";
    return "a full collection did not help";
}

static void *give_up(const request *r) {
    tn_heap *heap = r->m->heap;
    heap->pacing->room.reserve_spent = true;
    tni_begin_cycle(heap); /* the nursery is empty: nothing was allocated since the collection */
    char limit[32], used[32];
    tni_format_bytes(used, sizeof used, tni_committed(heap) + tni_external_bytes(heap));
    tni_format_bytes(limit, sizeof limit, heap->options.value.heap_max);
    if (heap->options.value.heap_max == SIZE_MAX) strcpy(limit, "none");
    tni_fail(
        r->m, TN_OUT_OF_MEMORY,
        "%s: no room for %zu bytes: %s are in use, the limit (heap_max) is %s, and %s: drop data or raise the limit",
        r->function, r->cell, used, limit, why_not(heap));
    return NULL;
}

/* Collects, then tries. */
static void *collect_for(const request *r, attempt_fn attempt, size_t wanted, tn_collection_kind kind,
                         tni_cause cause) {
    tn_heap *heap = r->m->heap;
    heap->pacing->room.least = wanted ? 0 : r->cell + tn_padding_bytes(r->align);
    heap->pacing->room.wanted = wanted;
    tni_collect(heap, kind, cause);
    return heap->pacing->exhaustion.thrashing ? NULL : attempt(r);
}

static void *collect_fully_for(const request *r, attempt_fn attempt, size_t wanted) {
    tni_pacer *p = r->m->heap->pacing;
    uint64_t since = tni_pacing_now(r->m->heap);
    void *object = collect_for(r, attempt, wanted, TN_FULL, TNI_CAUSE_MEMORY);
    if (object) p->exhaustion.futile = (tni_futile){0};
    else tni_pacing_futile(r->m->heap, r->cell, p->last_end - since);
    return object;
}

/* The steps of the contract. `wanted` is for the old space, else the nursery must hold it. A host that says that it has
 * made room is believed. */
static void *obtain(const request *r, attempt_fn attempt, size_t wanted, tni_cause cause) {
    tn_heap *heap = r->m->heap;
    void *object = NULL;
    if (!is_hopeless(heap, wanted)) object = collect_for(r, attempt, wanted, TN_MINOR, cause);
    if (!object && !is_hopeless(heap, wanted) && tni_pacing_may_help(heap, r->cell))
        object = collect_fully_for(r, attempt, wanted);
    while (!object && ask_host(r->m, r->cell))
        if (!is_hopeless(heap, wanted)) object = collect_fully_for(r, attempt, wanted);
    if (object) return object;
    return is_hopeless(heap, wanted) ? refuse(r) : give_up(r);
}

/* ---- the way of a request ---- */

static void *in_window(const request *r, bool young) {
    tn_mutator *m = r->m;
    if (m->heap->born_old) tni_pacing_retry(m->heap);
    void *object = !tni_private(m)->window_checked && young ? attempt_young(r) : NULL;
    if (object) return object;
    char at[200] = "";
    if (r->place) snprintf(at, sizeof at, "at %.180s:%d ", r->place->file, r->place->line);
    tni_fatal(m->heap,
              "%s: allocation of a '%.60s' (%zu bytes) %sin the raw window of %.180s:%d: call tn_reserve before "
              "TN_NO_GC",
              r->function, r->layout->desc->name, r->cell, at, m->window->file, m->window->line);
}

/* What an allocation does beside allocating: answer a request, collect under stress. */
static void poll(tn_mutator *m) {
    tn_heap *heap = m->heap;
    tni_mutator *p = tni_private(m);
    tni_announce(heap, TNI_SAFEPOINT, &(tni_event){0});
    if (AO_load(&m->stop)) tn_poll_slow(m);
    size_t stress = heap->options.value.stress;
    if (!stress || p->until_stress-- > 1) return;
    p->until_stress = tni_stress_distance(heap);
    bool major = heap->minors % 32 == 31;
    tni_collect(heap, major ? TN_MAJOR : TN_MINOR, TNI_CAUSE_STRESS);
}

void tni_collect_if_due(tn_heap *heap, bool young, size_t bytes) {
    if (tni_pacing_major_due(heap, young ? 0 : bytes)) tni_collect(heap, TN_MINOR, TNI_CAUSE_OLD);
    else if (young && tni_pacing_large_due(heap, bytes)) tni_collect(heap, TN_MINOR, TNI_CAUSE_LARGE);
}

static void *allocate(const request *r) {
    tn_mutator *m = r->m;
    tn_heap *heap = m->heap;
    bool large = r->cell > TN_SMALL_MAX + 8, old = r->layout->flags & TN_BORN_OLD || r->header & TNI_STABLE;
    char *reserved = tni_private(m)->reserved;
    if (!large && !old && reserved && young_end(r) <= reserved) return attempt_young(r);
    if (m->window) return in_window(r, !large && !old);
    poll(m);
    if (!large && !old) {
        bool due = heap->born_old && tni_pacing_major_due(heap, r->cell);
        if (due) tni_collect(heap, TN_MINOR, TNI_CAUSE_OLD);
        void *object = attempt_ordinary(r);
        return object ? object : obtain(r, attempt_ordinary, 0, TNI_CAUSE_NURSERY);
    }
    attempt_fn attempt = large ? attempt_large : attempt_old;
    size_t cost = large ? tni_large_cost(&heap->large, r->cell) : TNI_BLOCK;
    if (is_hopeless(heap, cost)) return obtain(r, attempt, cost, TNI_CAUSE_OLD);
    tni_collect_if_due(heap, large && !heap->born_old, large ? cost : r->cell);
    void *object = attempt(r);
    return object ? object : obtain(r, attempt, cost, TNI_CAUSE_OLD);
}

static void *allocate_recorded(const request *r) {
    void *object = allocate(r);
    if (object) tni_announce(r->m->heap, TNI_OBJECT_BORN, &(tni_event){.object = object, .place = r->place});
    return object;
}

/* Of a request that makes sense. */
static void *allocate_tracked(const request *r) {
    tn_mutator *m = r->m;
    tni_vector *disposed = &m->heap->mutators[0].young_disposed;
    if (r->layout->disposed && !tni_keep_track(m, disposed, 1, TN_MINOR))
        return tni_fail(m, TN_OUT_OF_MEMORY, "%s: no memory to keep track of another '%s'", r->function,
                        r->layout->desc->name),
               NULL;
    void *object = allocate_recorded(r);
    if (object && r->layout->disposed && tni_young(m->heap, object))
        tni_vector_push(disposed, &m->heap->faults, (uintptr_t)object);
    return object;
}

static __attribute__((noinline)) void *allocate_checked(tn_mutator *m, tn_type type, size_t size, size_t element,
                                                        size_t count, const tn_place *place) {
    request r = {.m = m, .function = element || count ? "tn_alloc_tail" : "tn_alloc", .place = place};
    if (!may_allocate(m, r.function) || !check(&r, type, size, element, count)) return NULL;
    return allocate_tracked(&r);
}

void *(tn_alloc_stable_sized)(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    if (!m) return NULL;
    request r = {.m = m, .function = "tn_alloc_stable", .place = m->here};
    m->here = NULL; /* taken */
    if (!may_allocate(m, r.function) || !check(&r, type, size, element, count)) return NULL;
    r.header |= TNI_STABLE;
    return allocate_tracked(&r);
}

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

static __attribute__((noinline)) void *allocate_any(tn_mutator *m, tn_type type, uint64_t sizes, size_t count,
                                                    const tn_place *place) {
    if (!m) return NULL;
    tni_private(m)->slow_allocations++;
    cell_need need = need_of(m, type, sizes, count);
    if (need.cell && tni_old_next_run(&m->heap->old, need.class, need.cell))
        return bump_old(&m->heap->old.runs[need.class], type, need.cell, count);
    return allocate_checked(m, type, (uint32_t)sizes, sizes >> 32, count, place);
}

/* Calls nothing but in its last step, so that it need not save a register. */
void *tn_alloc_slow_at_(tn_mutator *m, tn_type type, uint64_t sizes, size_t count, const tn_place *place) {
    if (TN_LIKELY_(m != NULL)) {
        cell_need need = need_of(m, type, sizes, count);
        tni_run *run = &m->heap->old.runs[need.class];
        if (need.cell && tni_old_fits(run, need.cell)) return bump_old(run, type, need.cell, count);
    }
    return allocate_any(m, type, sizes, count, place);
}

void *tn_alloc_slow(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    return tn_alloc_slow_at_(m, type, TN_SIZES_(size, element), count, NULL);
}

void *tni_alloc_builtin(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    request r = {.m = m,
                 .function = element ? "TN_WEAK_ARRAY_NEW" : "TN_WEAK_NEW",
                 .place = m->here,
                 .layout = &m->heap->types.layouts[type],
                 .header = TN_HEADER_OF_(type, count),
                 .cell = tn_cell_bytes(size + element * count),
                 .align = 8};
    m->here = NULL; /* taken */
    tni_private(m)->slow_allocations++;
    if (!may_allocate(m, r.function)) return NULL;
    if (count > UINT32_MAX)
        return tni_fail(m, TN_BAD_SIZE, "%s: %zu slots: the most is 2^32 - 1", r.function, count), NULL;
    return allocate_recorded(&r);
}

tn_status tn_reserve(tn_mutator *m, size_t bytes) {
    if (!m) return TN_BAD_ARGUMENT;
    if (bytes > TN_RESERVE_MAX)
        return tni_fail(m, TN_BAD_SIZE, "tn_reserve: %zu bytes: the most is TN_RESERVE_MAX, %zu", bytes,
                        TN_RESERVE_MAX);
    if (!may_allocate(m, "tn_reserve")) return TN_BAD_STATE;
    request r = {.m = m, .function = "tn_reserve", .cell = (bytes + 7) & ~(size_t)7, .align = 8};
    if (attempt_reserve(&r)) return TN_OK;
    if (!tni_may_collect(m, "tn_reserve")) return TN_BAD_STATE;
    return obtain(&r, attempt_reserve, 0, TNI_CAUSE_RESERVE) ? TN_OK : TN_OUT_OF_MEMORY;
}

void tn_window_limit_(tn_mutator *m) {
    tni_private(m)->window_checked = m->window != NULL;
    tni_set_limit(tni_private(m));
}
