/* heap/root.c: see root.h. */
#include "heap/root.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sized.h"
#include "heap/heap.h"

enum { RANGES_AHEAD = 8 }; /* so many ranges ahead the host's pointers are asked for */

/* ---- cells ---- */

static uint64_t cell_key(uintptr_t entry) { return entry & ~TNI_CELL_BITS; }

/* The entry's place, or NULL when the cell is not registered. */
static uintptr_t *find(const tni_roots *r, const void *cell) {
    for (uintptr_t *at = tni_table_first(&r->cells, (uintptr_t)cell); at; at = tni_table_next(&r->cells, at))
        if ((*at & ~TNI_CELL_BITS) == (uintptr_t)cell) return at;
    return NULL;
}

/* The object that a word refers to: a reference, or a value in an entry of this kind. */
static void *referent(const tn_heap *heap, uintptr_t bits, tn_value word) {
    return bits & TNI_VALUE_CELL ? tni_value_ref(&heap->format, word) : (void *)(uintptr_t)word;
}

/* The write barrier of a cell. When the list of young cells has outgrown the cells themselves, visiting all of them
 * is cheaper. */
static void store(tn_heap *heap, tn_value *cell, uintptr_t bits, tn_value word) {
    tni_roots *r = &heap->roots;
    if (tni_young(heap, referent(heap, bits, word)) && !tni_in_nursery(heap, referent(heap, bits, *cell)))
        if (r->young.count > r->cells.capacity || !tni_vector_push(&r->young, &heap->faults, (uintptr_t)cell))
            r->young_overflow = true;
    *cell = word;
}

static bool check_word(tn_mutator *m, uintptr_t bits, tn_value word, const char *function) {
    return tni_check_owner(m, referent(m->heap, bits, word), function);
}

static void announce(tn_mutator *m, void *root) {
    const tn_place *here = m->here;
    m->here = NULL; /* taken */
    tni_announce(m->heap, TNI_ROOT_ADDED, &(tni_event){.object = root, .place = here});
}

/* ---- globals ---- */

static bool new_slab(tni_roots *r, tni_faults *faults) {
    tni_slab *slab = tni_calloc(faults, 1, sizeof *slab);
    if (!slab) return false;
    r->slab_bytes += sizeof *slab + 8;
    slab->next = r->slabs;
    r->slabs = slab;
    for (size_t i = sizeof slab->cells / sizeof *slab->cells; i-- > 0;) {
        slab->cells[i] = r->free_globals;
        r->free_globals = &slab->cells[i];
    }
    return true;
}

static void *create_global(tn_mutator *m, uintptr_t bits, tn_value word, const char *function) {
    if (!m || !check_word(m, bits, word, function)) return NULL;
    tni_roots *r = &m->heap->roots;
    tni_faults *faults = &m->heap->faults;
    if ((!r->free_globals && !new_slab(r, faults)) || !tni_table_reserve(&r->cells, faults, cell_key)) {
        tni_fail(m, TN_OUT_OF_MEMORY, "%s: no memory for another global; %zu are in use", function, r->cells.count);
        return NULL;
    }
    void **cell = r->free_globals;
    r->free_globals = *cell;
    *cell = NULL;
    tni_table_put(&r->cells, (uintptr_t)cell | TNI_GLOBAL | bits, (uintptr_t)cell);
    announce(m, cell);
    store(m->heap, (void *)cell, bits, word);
    return cell;
}

static uintptr_t *find_global(tn_mutator *m, const void *global, const char *function) {
    uintptr_t *place = find(&m->heap->roots, global);
    if (place && *place & TNI_GLOBAL) return place;
    tni_fail(m, TN_NOT_FOUND, "%s: %p is no global of heap '%s': freed already, or never made here", function, global,
             m->heap->host.name);
    return NULL;
}

/* The kind of an entry is that of the call. */
static bool is_of_kind(tn_mutator *m, uintptr_t entry, uintptr_t bits, const char *function) {
    if ((entry & TNI_VALUE_CELL) == bits) return true;
    tni_fail(m, TN_NOT_FOUND, "%s: %p holds a %s", function, (void *)(entry & ~TNI_CELL_BITS),
             bits ? "reference, not a value" : "value, not a reference");
    return false;
}

static tn_status store_global(tn_mutator *m, const void *global, uintptr_t bits, tn_value word,
                              const char *function) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!check_word(m, bits, word, function)) return tn_last_status(m);
    const uintptr_t *place = find_global(m, global, function);
    if (!place || !is_of_kind(m, *place, bits, function)) return TN_NOT_FOUND;
    store(m->heap, (tn_value *)(uintptr_t)global, bits, word);
    return TN_OK;
}

void *const *(tn_global_create)(tn_mutator *m, const void *object) {
    return create_global(m, 0, (uintptr_t)object, "tn_global_create");
}
const tn_value *(tn_global_create_value)(tn_mutator *m, tn_value value) {
    return create_global(m, TNI_VALUE_CELL, value, "tn_global_create_value");
}
tn_status (tn_global_store)(tn_mutator *m, const void *global, const void *object) {
    return store_global(m, global, 0, (uintptr_t)object, "tn_global_store");
}
tn_status (tn_global_store_value)(tn_mutator *m, const tn_value *global, tn_value value) {
    return store_global(m, global, TNI_VALUE_CELL, value, "tn_global_store_value");
}

tn_status tn_global_destroy(tn_mutator *m, const void *global) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!tni_check_caller(m, "tn_global_destroy")) return TN_BAD_STATE;
    uintptr_t *place = find_global(m, global, "tn_global_destroy");
    if (!place) return TN_NOT_FOUND;
    tni_table_remove(&m->heap->roots.cells, place, cell_key);
    void **cell = (void **)(uintptr_t)global;
    *cell = m->heap->roots.free_globals;
    m->heap->roots.free_globals = cell;
    return TN_OK;
}

/* ---- root cells ---- */

static tn_status create_root(tn_mutator *m, tn_value *cell, uintptr_t bits, const char *function) {
    if (!m) return TN_BAD_ARGUMENT;
    tni_roots *r = &m->heap->roots;
    if (!cell || (uintptr_t)cell % sizeof(void *))
        return tni_fail(m, TN_BAD_ARGUMENT, "%s: cell %p is NULL or not aligned as a pointer", function, (void *)cell);
    if (!check_word(m, bits, *cell, function)) return tn_last_status(m);
    if (find(r, cell))
        return tni_fail(m, TN_BAD_ARGUMENT, "%s: cell %p is registered already", function, (void *)cell);
    if (!tni_table_reserve(&r->cells, &m->heap->faults, cell_key))
        return tni_fail(m, TN_OUT_OF_MEMORY, "%s: no memory for another root; %zu are in use", function,
                        r->cells.count);
    tni_table_put(&r->cells, (uintptr_t)cell | bits, (uintptr_t)cell);
    announce(m, cell);
    tn_value word = *cell;
    *cell = 0;
    store(m->heap, cell, bits, word);
    return TN_OK;
}

tn_status (tn_root_create)(tn_mutator *m, void *cell) { return create_root(m, cell, 0, "tn_root_create"); }
tn_status (tn_root_create_value)(tn_mutator *m, void *cell) {
    return create_root(m, cell, TNI_VALUE_CELL, "tn_root_create_value");
}

static uintptr_t *find_root(tn_mutator *m, const void *cell, const char *function) {
    uintptr_t *place = find(&m->heap->roots, cell);
    if (place && !(*place & TNI_GLOBAL)) return place;
    tni_fail(m, TN_NOT_FOUND, "%s: cell %p is not registered with tn_root_create", function, cell);
    return NULL;
}

tn_status tn_root_destroy(tn_mutator *m, void *cell) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!tni_check_caller(m, "tn_root_destroy")) return TN_BAD_STATE;
    uintptr_t *place = find_root(m, cell, "tn_root_destroy");
    if (!place) return TN_NOT_FOUND;
    tni_table_remove(&m->heap->roots.cells, place, cell_key);
    return TN_OK;
}

static tn_status store_root(tn_mutator *m, tn_value *cell, uintptr_t bits, tn_value word, const char *function) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!check_word(m, bits, word, function)) return tn_last_status(m);
    const uintptr_t *place = find_root(m, cell, function);
    if (!place || !is_of_kind(m, *place, bits, function)) return TN_NOT_FOUND;
    store(m->heap, cell, bits, word);
    return TN_OK;
}

tn_status (tn_root_store)(tn_mutator *m, void *cell, const void *object) {
    return store_root(m, cell, 0, (uintptr_t)object, "tn_root_store");
}
tn_status (tn_root_store_value)(tn_mutator *m, void *cell, tn_value value) {
    return store_root(m, cell, TNI_VALUE_CELL, value, "tn_root_store_value");
}

/* ---- ranges ---- */

static uint64_t own_key(uintptr_t entry) { return entry; }

static bool reserve_range(tni_ranges *s, tni_faults *faults) {
    if (!tni_table_reserve(&s->known, faults, own_key)) return false;
    if (s->count < s->capacity) return true;
    tni_slots *grown = tni_grown(s->at, faults, &s->capacity, sizeof *s->at);
    if (grown) s->at = grown;
    return grown != NULL;
}

static void swap_ranges(tni_ranges *s, size_t i, size_t k) {
    tni_slots other = s->at[i];
    s->at[i] = s->at[k];
    s->at[k] = other;
    s->at[i].range->index = i;
    s->at[k].range->index = k;
}

/* It is the last of the active ones. */
static void enter_range(tni_ranges *s, tn_range *range, const tn_range_desc *d) {
    range->index = s->count;
    s->at[s->count] = (tni_slots){.base = d->base, .top = d->top, .low = d->low, .range = range, .values = d->values};
    swap_ranges(s, s->count++, s->active++);
    tni_table_put(&s->known, (uintptr_t)range, (uintptr_t)range);
}

static bool read_desc(tn_mutator *m, tn_range_desc *to, const tn_range_desc *desc, size_t size) {
    bool known = desc && tni_read_sized(to, sizeof *to, offsetof(tn_range_desc, low), desc, size);
    if (known && to->base && to->top) return true;
    if (desc && !known)
        tni_fail(
            m, TN_BAD_ARGUMENT,
            "tn_range_create: a description of %zu bytes, where this version of the library (%s) has %zu: the host "
            "was compiled with other headers",
            size, tn_version(), sizeof *to);
    else tni_fail(m, TN_BAD_ARGUMENT, "tn_range_create: a range needs the addresses of base and top");
    return false;
}

tn_range *tn_range_create_(tn_mutator *m, const tn_range_desc *given, size_t size) {
    tn_range_desc copy, *desc = &copy;
    if (!m || !tni_check_caller(m, "tn_range_create") || !read_desc(m, desc, given, size)) return NULL;
    tni_ranges *s = &m->heap->roots.ranges;
    tn_range *range = tni_calloc(&m->heap->faults, 1, sizeof *range);
    if (!range || !reserve_range(s, &m->heap->faults)) {
        free(range);
        tni_fail(m, TN_OUT_OF_MEMORY, "tn_range_create: no memory for another range; there are %zu", s->count);
        return NULL;
    }
    enter_range(s, range, desc);
    announce(m, range);
    if (desc->low) *(char **)desc->low = *(char **)desc->base; /* nothing in it has been visited yet */
    return range;
}

static uintptr_t *range_place(const tn_heap *heap, const tn_range *range) {
    const tni_table *known = &heap->roots.ranges.known;
    uintptr_t *at = tni_table_first(known, (uintptr_t)range);
    while (at && *at != (uintptr_t)range) at = tni_table_next(known, at);
    return at;
}

bool tni_range_known(const tn_heap *heap, const tn_range *range) { return range_place(heap, range) != NULL; }

static uintptr_t *find_range(tn_mutator *m, const tn_range *range, const char *function) {
    if (!tni_check_caller(m, function)) return NULL;
    uintptr_t *place = range_place(m->heap, range);
    if (place) return place;
    tni_fail(m, TN_NOT_FOUND, "%s: %p is no range of heap '%s'", function, (const void *)range, m->heap->host.name);
    return NULL;
}

tn_status tn_range_destroy(tn_mutator *m, tn_range *range) {
    if (!m) return TN_BAD_ARGUMENT;
    uintptr_t *place = find_range(m, range, "tn_range_destroy");
    if (!place) return tn_last_status(m);
    tni_ranges *s = &m->heap->roots.ranges;
    if (range->index < s->active) swap_ranges(s, range->index, --s->active);
    swap_ranges(s, range->index, --s->count);
    tni_table_remove(&s->known, place, own_key);
    free(range);
    return TN_OK;
}

tn_status tn_range_suspend(tn_mutator *m, tn_range *range) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!find_range(m, range, "tn_range_suspend")) return tn_last_status(m);
    m->heap->roots.ranges.at[range->index].suspended = true;
    return TN_OK;
}

tn_status tn_range_resume(tn_mutator *m, tn_range *range) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!find_range(m, range, "tn_range_resume")) return tn_last_status(m);
    tni_ranges *s = &m->heap->roots.ranges;
    if (range->index >= s->active) swap_ranges(s, range->index, s->active++);
    s->at[range->index].suspended = false;
    return TN_OK;
}

/* ---- scanners ---- */

static uint64_t scan_key(tn_scan_fn scan, const void *user) {
    return ((uintptr_t)scan ^ (uintptr_t)scan << 32) + (uintptr_t)user;
}
static uint64_t scanner_key(uintptr_t entry) {
    const tni_scanner *s = (const tni_scanner *)entry;
    return scan_key(s->scan, s->user);
}

static uintptr_t *find_scanner(const tni_table *known, tn_scan_fn scan, const void *user) {
    uintptr_t *at = tni_table_first(known, scan_key(scan, user));
    while (at && (((tni_scanner *)*at)->scan != scan || ((tni_scanner *)*at)->user != user))
        at = tni_table_next(known, at);
    return at;
}

tn_status (tn_scanner_create)(tn_mutator *m, tn_scan_fn scan, void *user) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!tni_check_caller(m, "tn_scanner_create")) return TN_BAD_STATE;
    tni_scanners *s = &m->heap->roots.scanners;
    tni_faults *faults = &m->heap->faults;
    if (!scan) return tni_fail(m, TN_BAD_ARGUMENT, "tn_scanner_create: the function is NULL");
    if (find_scanner(&s->known, scan, user))
        return tni_fail(m, TN_BAD_ARGUMENT,
                        "tn_scanner_create: this function is registered already with this user pointer");
    tni_scanner *scanner = tni_calloc(faults, 1, sizeof *scanner);
    if (!scanner || !tni_table_reserve(&s->known, faults, scanner_key) || !tni_vector_reserve(&s->at, faults, 1)) {
        free(scanner);
        return tni_fail(m, TN_OUT_OF_MEMORY, "tn_scanner_create: no memory for another scanner; there are %zu",
                        s->at.count);
    }
    *scanner = (tni_scanner){scan, user, s->at.count};
    tni_vector_push(&s->at, faults, (uintptr_t)scanner);
    tni_table_put(&s->known, (uintptr_t)scanner, scan_key(scan, user));
    announce(m, scanner);
    return TN_OK;
}

tn_status tn_scanner_destroy(tn_mutator *m, tn_scan_fn scan, void *user) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!tni_check_caller(m, "tn_scanner_destroy")) return TN_BAD_STATE;
    tni_scanners *s = &m->heap->roots.scanners;
    uintptr_t *place = find_scanner(&s->known, scan, user);
    if (!place)
        return tni_fail(m, TN_NOT_FOUND, "tn_scanner_destroy: this function is not registered with this user pointer");
    tni_scanner *gone = (tni_scanner *)*place, *last = (tni_scanner *)s->at.at[--s->at.count];
    tni_table_remove(&s->known, place, scanner_key);
    s->at.at[gone->index] = (uintptr_t)last;
    last->index = gone->index;
    free(gone);
    return TN_OK;
}

/* ---- what the collector visits ---- */

static void visit_cell(uintptr_t entry, tn_tracer *tracer) {
    void *cell = (void *)(entry & ~TNI_CELL_BITS);
    if (entry & TNI_VALUE_CELL) tn_visit_value(tracer, cell);
    else tn_visit(tracer, cell);
}

void tni_cell_visit(tn_heap *heap, const void *cell, tn_tracer *tracer) {
    visit_cell(*find(&heap->roots, cell), tracer);
}

void tni_cells_all(tn_heap *heap, tn_tracer *tracer) {
    const tni_table *cells = &heap->roots.cells;
    for (size_t i = 0; i < cells->capacity; i++)
        if (cells->at[i]) visit_cell(cells->at[i], tracer);
}

/* A cell may have been removed since, and its memory be gone. */
void tni_cells_young(tn_heap *heap, tn_tracer *tracer) {
    tni_roots *r = &heap->roots;
    if (r->young_overflow) tni_cells_all(heap, tracer);
    for (size_t i = 0; i < r->young.count && !r->young_overflow; i++) {
        const uintptr_t *place = find(r, (void *)r->young.at[i]);
        if (place) visit_cell(*place, tracer);
    }
    if (heap->staying) return; /* S2 */
    r->young.count = 0;
    r->young_overflow = false;
}

void tni_scanner_visit(tn_heap *heap, const void *scanner, tn_tracer *tracer) {
    const tni_scanner *s = scanner;
    tni_callback *callback = &heap->mutators[0].callback, before = *callback;
    *callback = (tni_callback){"scanner", NULL};
    s->scan(tracer, s->user);
    *callback = before;
}

void tni_scanners_visit(tn_heap *heap, tn_tracer *tracer) {
    const tni_vector *scanners = &heap->roots.scanners.at;
    for (size_t i = 0; i < scanners->count; i++) tni_scanner_visit(heap, (const void *)scanners->at[i], tracer);
}

static void visit_slots(const tni_slots *s, char *from, tn_tracer *tracer) {
    char *to = *s->top;
    if (from >= to) return;
    size_t count = (size_t)(to - from) / sizeof(void *);
    if (s->values) tn_visit_values(tracer, from, count);
    else tn_visit_refs(tracer, from, count);
}

/* From the low-water mark, which is raised, or from where survivors have stayed young: both are written only where they
 * change. */
static void visit_changed(tni_slots *s, tn_tracer *tracer, bool staying) {
    char *base = *s->base, *low = s->low ? *s->low : base;
    size_t from = low < base ? 0 : (size_t)(low - base);
    if (TN_UNLIKELY_(s->stayed < from)) from = s->stayed;
    visit_slots(s, base + from, tracer);
    if (s->low && low != *s->top) *s->low = *s->top;
    if (TN_UNLIKELY_(staying)) s->stayed = from;
    else if (TN_UNLIKELY_(s->stayed != SIZE_MAX)) s->stayed = SIZE_MAX;
}

/* Suspended ones rest from now on; the range that comes in the place of one has not been visited. */
void tni_ranges_young(tn_heap *heap, tn_tracer *tracer) {
    tni_ranges *s = &heap->roots.ranges;
    for (size_t i = 0; i < s->active;) {
        if (i + RANGES_AHEAD < s->active) __builtin_prefetch(s->at[i + RANGES_AHEAD].base);
        visit_changed(&s->at[i], tracer, heap->staying);
        if (s->at[i].suspended && !heap->staying) swap_ranges(s, i, --s->active);
        else i++;
    }
}

void tni_ranges_all(tn_heap *heap, tn_tracer *tracer) {
    const tni_ranges *s = &heap->roots.ranges;
    for (size_t i = 0; i < s->count; i++) visit_slots(&s->at[i], *s->at[i].base, tracer);
}

void tni_range_visit(tn_heap *heap, const void *range, tn_tracer *tracer) {
    const tni_slots *s = &heap->roots.ranges.at[((const tn_range *)range)->index];
    visit_slots(s, *s->base, tracer);
}

void tni_handles_visit(tn_heap *heap, tn_tracer *tracer) {
    tni_mutator *m = tni_mutator_of(heap);
    if (!m) return;
    tn_visit_refs(tracer, m->handles_base, (size_t)((void **)m->pub.handles - m->handles_base));
    tn_visit_values(tracer, m->pub.values, (size_t)(m->values_end - m->pub.values));
}

/* ---- what there is ---- */

static void each_cell(const tn_heap *heap, bool globals, tni_root_fn visit, void *user) {
    const tni_table *cells = &heap->roots.cells;
    for (size_t i = 0; i < cells->capacity; i++) {
        uintptr_t cell = cells->at[i];
        if (cell && !!(cell & TNI_GLOBAL) == globals) visit((void *)(cell & ~TNI_CELL_BITS), user);
    }
}

void tni_globals_each(const tn_heap *heap, tni_root_fn visit, void *user) { each_cell(heap, true, visit, user); }
void tni_cells_each(const tn_heap *heap, tni_root_fn visit, void *user) { each_cell(heap, false, visit, user); }

void tni_ranges_each(const tn_heap *heap, tni_root_fn visit, void *user) {
    const tni_ranges *s = &heap->roots.ranges;
    for (size_t i = 0; i < s->count; i++) visit(s->at[i].range, user);
}

void tni_scanners_each(const tn_heap *heap, tni_root_fn visit, void *user) {
    const tni_vector *s = &heap->roots.scanners.at;
    for (size_t i = 0; i < s->count; i++) visit((const void *)s->at[i], user);
}

/* ---- in words ---- */

void tni_handle_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size) {
    (void)heap, (void)root;
    snprintf(text, size, "the handle %p", slot);
}

void tni_global_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size) {
    (void)heap, (void)slot;
    snprintf(text, size, "the global %p", root);
}

void tni_cell_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size) {
    (void)heap, (void)slot;
    snprintf(text, size, "the root %p", root);
}

void tni_range_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size) {
    const tni_slots *s = &heap->roots.ranges.at[((const tn_range *)root)->index];
    snprintf(text, size, "slot %zu of the range %p", (size_t)((const char *)slot - *s->base) / sizeof(void *), root);
}

void tni_scanner_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size) {
    const tni_scanner *s = root;
    (void)heap;
    snprintf(text, size, "the slot %p, which the scanner %p visits for user %p", slot, (void *)(uintptr_t)s->scan,
             s->user);
}

/* What malloc gives takes a word more. */
size_t tni_roots_bytes(const tni_roots *r) {
    size_t places = r->cells.capacity + r->young.capacity + r->ranges.known.capacity + r->scanners.known.capacity +
                    r->scanners.at.capacity;
    return r->slab_bytes + places * sizeof(uintptr_t) + r->ranges.capacity * sizeof *r->ranges.at +
           r->ranges.count * (sizeof(tn_range) + 8) + r->scanners.at.count * (sizeof(tni_scanner) + 8);
}

void tni_roots_free(tni_roots *r) {
    for (tni_slab *s = r->slabs, *next; s; s = next) next = s->next, free(s);
    for (size_t i = 0; i < r->ranges.count; i++) free(r->ranges.at[i].range);
    for (size_t i = 0; i < r->scanners.at.count; i++) free((void *)r->scanners.at.at[i]);
    free(r->ranges.at);
    free(r->ranges.known.at);
    free(r->scanners.known.at);
    free(r->cells.at);
    tni_vector_free(&r->scanners.at);
    tni_vector_free(&r->young);
}
