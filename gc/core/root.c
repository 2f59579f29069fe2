/* core/root.c: see root.h. */
#include "core/root.h"

#include <stdlib.h>
#include <string.h>

#include "core/heap.h"

/* ---- the hash set of cells: open addressing, linear probing, removal by shifting back ---- */

static size_t home(const tni_roots *r, uintptr_t entry) {
    uint64_t h = (entry & ~TNI_GLOBAL) * UINT64_C(0x9E3779B97F4A7C15); /* Fibonacci hashing (Knuth, vol. 3, 6.4) */
    return (size_t)(h >> 32) & (r->capacity - 1);
}

/* The entry's place, or NULL when the cell is not registered. */
static uintptr_t *find(const tni_roots *r, const void *cell) {
    if (!r->capacity || !cell) return NULL;
    for (size_t i = home(r, (uintptr_t)cell); r->cells[i]; i = (i + 1) & (r->capacity - 1))
        if ((r->cells[i] & ~TNI_GLOBAL) == (uintptr_t)cell) return &r->cells[i];
    return NULL;
}

static void put(tni_roots *r, uintptr_t entry) {
    size_t i = home(r, entry);
    while (r->cells[i]) i = (i + 1) & (r->capacity - 1);
    r->cells[i] = entry;
    r->count++;
}

static bool grow(tni_roots *r, tni_faults *faults) {
    if (r->count * 2 < r->capacity) return true;
    tni_roots bigger = {.capacity = r->capacity ? r->capacity * 2 : 64};
    bigger.cells = tni_calloc(faults, bigger.capacity, sizeof *bigger.cells);
    if (!bigger.cells) return r->count + 1 < r->capacity;
    for (size_t i = 0; i < r->capacity; i++)
        if (r->cells[i]) put(&bigger, r->cells[i]);
    free(r->cells);
    r->cells = bigger.cells;
    r->capacity = bigger.capacity;
    return true;
}

static void take_out(tni_roots *r, uintptr_t *place) {
    size_t mask = r->capacity - 1, hole = (size_t)(place - r->cells);
    for (size_t i = (hole + 1) & mask; r->cells[i]; i = (i + 1) & mask) {
        if (((i - home(r, r->cells[i])) & mask) < ((i - hole) & mask)) continue;
        r->cells[hole] = r->cells[i];
        hole = i;
    }
    r->cells[hole] = 0;
    r->count--;
}

/* The write barrier of a cell. When the list of young cells has outgrown the cells themselves, visiting all of them
 * is cheaper. */
static void store(tn_heap *heap, void **cell, const void *object) {
    tni_roots *r = &heap->roots;
    if (tni_young(heap, object) && !tni_in_nursery(heap, *cell))
        if (r->young.count > r->capacity || !tni_vector_push(&r->young, &heap->faults, (uintptr_t)cell))
            r->young_overflow = true;
    *cell = (void *)(uintptr_t)object;
}

/* ---- globals ---- */

static bool new_slab(tni_roots *r, tni_faults *faults) {
    tni_slab *slab = tni_calloc(faults, 1, sizeof *slab);
    if (!slab) return false;
    slab->next = r->slabs;
    r->slabs = slab;
    for (size_t i = sizeof slab->cells / sizeof *slab->cells; i-- > 0;) {
        slab->cells[i] = r->free_globals;
        r->free_globals = &slab->cells[i];
    }
    return true;
}

void *const *tn_global_new(tn_mutator *m, const void *object) {
    if (!m || !tni_check_owner(m, object, "tn_global_new")) return NULL;
    tni_roots *r = &m->heap->roots;
    tni_faults *faults = &m->heap->faults;
    if ((!r->free_globals && !new_slab(r, faults)) || !grow(r, faults)) {
        tni_fail(m, TN_OUT_OF_MEMORY, "tn_global_new: no memory for another global; %zu are in use", r->count);
        return NULL;
    }
    void **cell = r->free_globals;
    r->free_globals = *cell;
    *cell = NULL;
    put(r, (uintptr_t)cell | TNI_GLOBAL);
    tni_site_hold(m, cell);
    store(m->heap, cell, object);
    return cell;
}

static uintptr_t *find_global(tn_mutator *m, const void *global, const char *function) {
    uintptr_t *place = find(&m->heap->roots, global);
    if (place && *place & TNI_GLOBAL) return place;
    tni_fail(m, TN_NOT_FOUND, "%s: %p is no global of heap '%s': freed already, or never made here", function, global,
             m->heap->name);
    return NULL;
}

tn_status tn_global_set(tn_mutator *m, const void *global, const void *object) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!find_global(m, global, "tn_global_set")) return TN_NOT_FOUND;
    if (!tni_check_owner(m, object, "tn_global_set")) return tn_last_status(m);
    store(m->heap, (void **)(uintptr_t)global, object);
    return TN_OK;
}

tn_status tn_global_free(tn_mutator *m, const void *global) {
    if (!m) return TN_BAD_ARGUMENT;
    uintptr_t *place = find_global(m, global, "tn_global_free");
    if (!place) return TN_NOT_FOUND;
    take_out(&m->heap->roots, place);
    void **cell = (void **)(uintptr_t)global;
    *cell = m->heap->roots.free_globals;
    m->heap->roots.free_globals = cell;
    return TN_OK;
}

/* ---- root cells ---- */

tn_status (tn_root_add)(tn_mutator *m, void *cell) {
    if (!m) return TN_BAD_ARGUMENT;
    tni_roots *r = &m->heap->roots;
    if (!cell || (uintptr_t)cell % sizeof(void *))
        return tni_fail(m, TN_BAD_ARGUMENT, "tn_root_add: cell %p is NULL or not aligned as a pointer", cell);
    if (!tni_check_owner(m, *(void **)cell, "tn_root_add")) return tn_last_status(m);
    if (find(r, cell)) return tni_fail(m, TN_BAD_ARGUMENT, "tn_root_add: cell %p is registered already", cell);
    if (!grow(r, &m->heap->faults))
        return tni_fail(m, TN_OUT_OF_MEMORY, "tn_root_add: no memory for another root; %zu are in use", r->count);
    put(r, (uintptr_t)cell);
    tni_site_hold(m, cell);
    void *object = *(void **)cell;
    *(void **)cell = NULL;
    store(m->heap, cell, object);
    return TN_OK;
}

static uintptr_t *find_root(tn_mutator *m, const void *cell, const char *function) {
    uintptr_t *place = find(&m->heap->roots, cell);
    if (place && !(*place & TNI_GLOBAL)) return place;
    tni_fail(m, TN_NOT_FOUND, "%s: cell %p is not registered with tn_root_add", function, cell);
    return NULL;
}

tn_status tn_root_remove(tn_mutator *m, void *cell) {
    if (!m) return TN_BAD_ARGUMENT;
    uintptr_t *place = find_root(m, cell, "tn_root_remove");
    if (!place) return TN_NOT_FOUND;
    take_out(&m->heap->roots, place);
    return TN_OK;
}

tn_status tn_root_write(tn_mutator *m, void *cell, const void *object) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!find_root(m, cell, "tn_root_write")) return TN_NOT_FOUND;
    if (!tni_check_owner(m, object, "tn_root_write")) return tn_last_status(m);
    store(m->heap, cell, object);
    return TN_OK;
}

/* ---- ranges ---- */

tn_range *(tn_range_add)(tn_mutator *m, const tn_range_desc *desc) {
    if (!m) return NULL;
    if (!desc || !desc->base || !desc->top || (desc->values != 0 && desc->values != 1)) {
        tni_fail(m, TN_BAD_ARGUMENT, "tn_range_add: a range needs the addresses of base and top, and values 0 or 1");
        return NULL;
    }
    tn_range *range = tni_calloc(&m->heap->faults, 1, sizeof *range);
    if (!range) {
        tni_fail(m, TN_OUT_OF_MEMORY, "tn_range_add: no memory for another range");
        return NULL;
    }
    range->desc = *desc;
    range->next = m->heap->roots.ranges;
    m->heap->roots.ranges = range;
    tni_site_hold(m, range);
    if (desc->low) *(char **)desc->low = *(char **)desc->base; /* nothing in it has been visited yet */
    return range;
}

tn_status tn_range_remove(tn_mutator *m, tn_range *range) {
    if (!m) return TN_BAD_ARGUMENT;
    for (tn_range **at = &m->heap->roots.ranges; *at; at = &(*at)->next) {
        if (*at != range) continue;
        *at = range->next;
        free(range);
        return TN_OK;
    }
    return tni_fail(m, TN_NOT_FOUND, "tn_range_remove: %p is no range of heap '%s'", (void *)range, m->heap->name);
}

static void visit_range(const tn_range_desc *d, char *from, char *to, tn_tracer *tracer) {
    if (from >= to) return;
    size_t count = (size_t)(to - from) / sizeof(void *);
    if (d->values) tn_visit_values(tracer, from, count);
    else tn_visit_refs(tracer, from, count);
}

/* ---- scanners ---- */

static tni_scanner **find_scanner(tni_roots *r, tn_scan_fn scan, void *user) {
    tni_scanner **at = &r->scanners;
    while (*at && ((*at)->scan != scan || (*at)->user != user)) at = &(*at)->next;
    return at;
}

tn_status (tn_scanner_add)(tn_mutator *m, tn_scan_fn scan, void *user) {
    if (!m) return TN_BAD_ARGUMENT;
    tni_roots *r = &m->heap->roots;
    if (!scan) return tni_fail(m, TN_BAD_ARGUMENT, "tn_scanner_add: the function is NULL");
    if (*find_scanner(r, scan, user))
        return tni_fail(m, TN_BAD_ARGUMENT,
                        "tn_scanner_add: this function is registered already with this user pointer");
    tni_scanner *scanner = tni_calloc(&m->heap->faults, 1, sizeof *scanner);
    if (!scanner) return tni_fail(m, TN_OUT_OF_MEMORY, "tn_scanner_add: no memory for another scanner");
    *scanner = (tni_scanner){scan, user, r->scanners};
    r->scanners = scanner;
    tni_site_hold(m, scanner);
    return TN_OK;
}

tn_status tn_scanner_remove(tn_mutator *m, tn_scan_fn scan, void *user) {
    if (!m) return TN_BAD_ARGUMENT;
    tni_scanner **at = find_scanner(&m->heap->roots, scan, user);
    if (!*at)
        return tni_fail(m, TN_NOT_FOUND, "tn_scanner_remove: this function is not registered with this user pointer");
    tni_scanner *gone = *at;
    *at = gone->next;
    free(gone);
    return TN_OK;
}

/* ---- what the collector visits ---- */

static void visit_cells(tni_roots *r, tn_tracer *tracer) {
    for (size_t i = 0; i < r->capacity; i++)
        if (r->cells[i]) tn_visit(tracer, (void *)(r->cells[i] & ~TNI_GLOBAL));
}

static void visit_scanners(tni_roots *r, tn_tracer *tracer) {
    if (!r->scanners) return;
    tni_callback before = tracer->heap->callback;
    tracer->heap->callback = (tni_callback){"scanner", NULL};
    for (tni_scanner *s = r->scanners; s; s = s->next) s->scan(tracer, s->user);
    tracer->heap->callback = before;
}

void tni_roots_young(tni_roots *r, tn_tracer *tracer) {
    if (r->young_overflow) visit_cells(r, tracer);
    else /* a cell may have been removed since, and its memory be gone */
        for (size_t i = 0; i < r->young.count; i++)
            if (find(r, (void *)r->young.at[i])) tn_visit(tracer, (void *)r->young.at[i]);
    r->young.count = 0;
    r->young_overflow = false;
    for (tn_range *range = r->ranges; range; range = range->next) {
        const tn_range_desc *d = &range->desc;
        char *base = *(char **)d->base, *top = *(char **)d->top, *low = d->low ? *(char **)d->low : base;
        visit_range(d, low < base ? base : low, top, tracer);
        if (d->low) *(char **)d->low = top;
    }
    visit_scanners(r, tracer);
}

void tni_roots_all(tni_roots *r, tn_tracer *tracer) {
    visit_cells(r, tracer);
    for (tn_range *range = r->ranges; range; range = range->next)
        visit_range(&range->desc, *(char **)range->desc.base, *(char **)range->desc.top, tracer);
    visit_scanners(r, tracer);
}

void tni_handles_visit(tn_heap *heap, tn_tracer *tracer) {
    tni_mutator *m = tni_mutator_of(heap);
    if (!m) return;
    tn_visit_refs(tracer, m->handles_base, (size_t)((void **)m->pub.handles - m->handles_base));
    tn_visit_values(tracer, m->pub.values, (size_t)(m->values_end - m->pub.values));
}

void tni_roots_free(tni_roots *r) {
    free(r->cells);
    tni_vector_free(&r->young);
    for (tni_slab *s = r->slabs, *next; s; s = next) next = s->next, free(s);
    for (tn_range *s = r->ranges, *next; s; s = next) next = s->next, free(s);
    for (tni_scanner *s = r->scanners, *next; s; s = next) next = s->next, free(s);
}
