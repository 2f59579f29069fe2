/* debug/verify/references.c: every reference is one to an object, and every young one that must be recorded is; see
 * verify.h. It looks at the whole heap each time, so its loops must be quick. */
#include "debug/verify.h"

#include <stdio.h>

#include "base/os.h"
#include "collect/sweep.h"
#include "debug/callback.h"
#include "debug/describe.h"
#include "debug/lowmark.h"
#include "debug/verify/check.h"
#include "space/walk.h"

enum { CELLS_AHEAD = 16 }; /* the memory of so many root cells is prefetched */

/* ---- references ---- */

/* `what` a slot below a range's low-water mark holds, and what the host should have done. */
static const char *below_mark(check *c, const char *what) {
    char remedy[200];
    tni_lowmark_remedy(c->heap, c->range, remedy, sizeof remedy);
    snprintf(c->what, sizeof c->what, "%s, and %s", what, remedy);
    return c->what;
}

/* How the store that was not recorded should have been made. */
static const char *unrecorded(check *c, const void *slot) {
    if (c->range) return below_mark(c, "a young object");
    if (!c->object) return "a young object, and the store was not recorded: use TN_ROOT_SET";
    size_t offset = (size_t)((const char *)slot - (const char *)c->object);
    tn_header header = tni_header(c->object);
    if (offset < tni_object_bytes(tni_layout_of(c->heap, header), header))
        return "a young object, and the store was not recorded: use TN_SET, tn_write or tn_store";
    return "a young object, and the change was not recorded: call tn_revisit_object";
}

static __attribute__((noinline, cold)) void report_lost(check *c, const void *slot, const void *at) {
    bool young = tni_in_nursery(c->heap, at);
    const char *what = young ? "which is no object: it has moved or died (a missed root or barrier?)"
                             : "which is no object: freed, or never allocated (a missed root or barrier?)";
    if (young && c->range && !c->recorded) what = below_mark(c, "which is no object: it has moved or died");
    tni_verify_report(c, slot, at, false, what);
}

/* Whether an object begins at this address in the nursery, which has been walked. What was there when the store was
 * made may have died since (see check_old_objects). */
static bool begins_young(const check *c, const void *at) {
    if (!tni_in_nursery(c->heap, at)) return true; /* a large one; it was looked up */
    const char *object = (const char *)c->young;
    while (object < (const char *)at) {
        tn_header header = tni_header(object);
        object += tni_young_cell(tni_layout_of(c->heap, header), header);
    }
    return object == at && !tni_is_padding(tni_header(at));
}

static bool is_dirty(const check *c, const void *slot) {
    return !tni_young(c->heap, c->object) && tni_header(c->object) & TNI_SLOTS && tni_barrier_dirty(c->object, slot);
}

/* Whether a scanner visits the slot. Scanners do so in every collection, so then nothing need be recorded. */
typedef struct search {
    tn_tracer tracer;
    const char *slot;
    bool found;
} search;
static void search_refs(tn_tracer *t, void **first, size_t count) {
    search *s = (search *)t;
    if ((size_t)(s->slot - (const char *)first) < count * sizeof *first) s->found = true;
}
static void search_values(tn_tracer *t, tn_value *first, size_t count) {
    search_refs(t, (void **)(void *)first, count);
}

static bool is_scanned(const check *c, const void *slot) {
    search s = {.tracer = {search_refs, search_values, c->heap, false}, .slot = slot};
    tni_scanners_visit(c->heap, &s.tracer);
    return s.found;
}

static __attribute__((noinline)) void check_recorded(check *c, const void *slot, const void *at, uintptr_t entry) {
    if (tni_set_has(&c->slots, entry) || tni_set_has(&c->outside, entry) || (c->object && is_dirty(c, slot))) return;
    if (c->object && !tni_barrier_inside(c->heap, c->object, slot) && is_scanned(c, slot)) return;
    if (begins_young(c, at)) tni_verify_report(c, slot, at, true, unrecorded(c, slot));
    report_lost(c, slot, at);
}

TNI_INLINE void check_reference(check *c, const void *slot, const void *at, uintptr_t entry) {
    if (!at) return;
    uintptr_t offset = (uintptr_t)at - c->young;
    bool small = offset < c->young_bytes;
    size_t place;
    if (TN_UNLIKELY_(small ? (offset & 7) != 0 : !is_old_object(c, at, &place))) report_lost(c, slot, at);
    if (TN_UNLIKELY_(!c->recorded) && (small || tni_young(c->heap, at))) check_recorded(c, slot, at, entry);
}

TNI_INLINE void check_ref(tn_tracer *t, void **slot) { check_reference((check *)t, slot, *slot, (uintptr_t)slot); }

TNI_INLINE void check_value(tn_tracer *t, tn_value *slot) {
    check *c = (check *)t;
    check_reference(c, slot, tni_value_ref(&c->format, *slot), (uintptr_t)slot | 1);
}

static void check_refs(tn_tracer *t, void **first, size_t count) {
    for (size_t i = 0; i < count; i++) check_ref(t, first + i);
}

static void check_values(tn_tracer *t, tn_value *first, size_t count) {
    for (size_t i = 0; i < count; i++) check_value(t, first + i);
}

static __attribute__((noinline)) void check_traced(check *c, void *object, const tni_layout *layout) {
    if (!tni_check_trace(c->heap, object, layout, &c->traced)) { /* no memory: they are not known */
        layout->desc->trace(&c->tracer, object);
        return;
    }
    for (size_t i = 0; i < c->traced.count; i++) {
        uintptr_t slot = c->traced.at[i];
        if (slot & 1) check_value(&c->tracer, (tn_value *)(slot ^ 1));
        else check_ref(&c->tracer, (void **)slot);
    }
}

static __attribute__((noinline, cold)) void report_undescribed(check *c, const void *object, size_t offset, void *at) {
    char from[400], to[400];
    tni_describe(c->heap, object, from, sizeof from);
    tni_describe(c->heap, at, to, sizeof to);
    tni_fatal(
        c->heap,
        "verify: %s: object %s holds at offset %zu %s, which will move, and its type describes no reference there: "
        "is a field missing in TN_REFS or TN_VALUES?",
        c->when, from, offset, to);
}

/* Looks for words of the fixed part that the type does not describe, and that hold the address of a young object or a
 * value with one. (A number looks like that by chance hardly ever.) Types with a trace callback are left out: it may
 * visit such a word. */
static void check_undescribed(check *c, void *object, const tni_layout *layout) {
    const uintptr_t *word = object;
    for (size_t i = 0; i < layout->size / 8u && i < 64; i++) {
        if ((layout->refs | layout->values) >> i & 1) continue;
        bool plain = word[i] - c->young < c->young_bytes && !(word[i] & 7);
        uintptr_t at = plain ? word[i] : (uintptr_t)tni_value_ref(&c->format, word[i]);
        if (at - c->young < c->young_bytes && !(at & 7) && begins_young(c, (void *)at))
            report_undescribed(c, object, i * 8, (void *)at);
    }
}

TNI_INLINE void check_slots(check *c, void *object, tn_header header, const tni_layout *layout) {
    c->object = object;
    if (layout->shape != TNI_TRACED && tni_header_type(header) >= TN_FIRST_TYPE) check_undescribed(c, object, layout);
    tni_each_known_slot(&c->tracer, layout, object, header, check_ref, check_value);
    if (TN_UNLIKELY_(layout->shape == TNI_TRACED)) check_traced(c, object, layout);
    c->object = NULL;
}

static __attribute__((noinline, cold)) void report_young(check *c, const char *object, const char *last) {
    tni_fatal(c->heap,
              "verify: %s: young object %p has a broken header, %#llx; the one before, %p, is a '%s': "
              "written beyond its end, or allocated with a size or type that is not registered",
              c->when, (const void *)object, (unsigned long long)tni_header(object), (const void *)last,
              last ? tn_type_name(c->heap, tn_type_of(last)) : "none");
}

static __attribute__((noinline, cold)) void report_alignment(check *c, const char *object, const tni_layout *layout) {
    tni_fatal(
        c->heap,
        "verify: %s: object %p (%s) is not aligned to the %u bytes that its type asks for: allocate it with TN_NEW, "
        "tn_alloc or tn_alloc_slow, or give its type a number from TN_FIRST_SPECIAL on",
        c->when, (const void *)object, layout->desc->name, layout->align);
}

/* Walks the nursery: every object must end where the next one begins. Many have the same header as the one before. */
static void check_nursery(check *c) {
    char *object = (char *)c->young, *end_ = object + c->young_bytes, *last = NULL;
    c->recorded = true;
    while (object != end_) {
        tn_header header = tni_header(object);
        const tni_layout *layout = &c->layouts[tni_header_type(header)];
        if (object > end_ || layout->shape == TNI_UNREGISTERED || header & (TNI_FORWARDED | TN_HEADER_ARMED))
            report_young(c, object, last);
        size_t cell = tni_young_cell(layout, header);
        if (TN_UNLIKELY_(tni_is_padding(header))) {
            object += cell;
            continue;
        }
        bool leaf = layout->shape == TNI_LEAF_SHAPE;
        do {
            if (TN_UNLIKELY_((uintptr_t)object & (layout->align - 1u))) report_alignment(c, object, layout);
            if (!leaf) check_slots(c, object, header, layout);
            last = object;
            object += cell;
        } while (object < end_ && tni_header(object) == header);
    }
}

/* ---- the old space ---- */

static __attribute__((noinline, cold)) void report_cell(check *c, const char *object, size_t cell, size_t room) {
    const char *name = tni_layout_of(c->heap, tni_header(object))->desc->name;
    if (cell > room)
        tni_fatal(c->heap, "verify: %s: old object %p (%s) is larger than its cell: its header was overwritten",
                  c->when, (const void *)object, name);
    tni_fatal(c->heap, "verify: %s: invariant O1: behind old object %p (%s) of %zu bytes, %zu are lost", c->when,
              (const void *)object, name, cell, room - cell);
}

static __attribute__((noinline, cold)) void report_old(check *c, const void *object, const char *what) {
    tni_fatal(c->heap, "verify: %s: invariant %.2s: old object %p (%s) %s", c->when, what, object,
              tni_layout_of(c->heap, tni_header(object))->desc->name, what + 3);
}

/* An object that is no leaf. */
TNI_INLINE void check_old_object(check *c, void *object, tn_header header, const tni_layout *layout) {
    c->recorded = tni_remembered_of(c->heap)->overflow;
    if (TN_UNLIKELY_(header & TNI_LISTED && !tni_set_has(&c->unprotected, (uintptr_t)object)))
        report_old(c, object, "B4 is LISTED, and not in the list of unprotected objects");
    if (!(header & TN_HEADER_ARMED) && !c->recorded) {
        c->recorded = header & TNI_LISTED || tni_set_has(&c->objects, (uintptr_t)object);
        if (!c->recorded) report_old(c, object, "B1 is neither armed nor in the log");
    }
    check_slots(c, object, header, layout);
}

/* Sets a bit for each place of the block where an object, a hole, or the rest of the current hole begins. */
static void find_begins(const check *c, const tni_block *block, uint64_t begins[TNI_BLOCK_WORDS]) {
    const tni_run *run = &tni_runs_of(c->heap)->of[block->class];
    const uint64_t *marks = tni_block_marks(block), *used = tni_block_used(block);
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++) begins[w] = marks[w] | used[w];
    size_t bump = run->block == block ? (size_t)(run->bump + 8 - tni_block_start(block)) / 8 : TNI_BLOCK_BITS;
    if (bump < TNI_BLOCK_BITS) tni_bit_set(begins, bump);
}

/* Checks that each object ends where the next object or hole begins. There may be a slack of 8 bytes between them,
 * which is too small for a hole; where each object has pages of its own (quarantine), the rest of its page. */
static void check_block_objects(tni_block *block, void *user) {
    check *c = user;
    bool leaves = block->class >= TNI_SIZES,
         passed = tni_among_leaves(&c->heap->regions.leaves, tni_block_start(block));
    const uint64_t *marks = tni_block_marks(block);
    size_t slack = c->heap->old.paged ? 2 * TNI_PAGE + TNI_LEAD : 8;
    uint64_t *begins = c->begins;
    find_begins(c, block, begins);
    for (unsigned bit = tni_find_bit(begins, NULL, 0), next; bit < TNI_BLOCK_BITS; bit = next) {
        next = tni_find_bit(begins, NULL, bit + 1);
        char *object = tni_block_object(block, bit);
        if (!tni_bit(marks, bit) || tni_quarantined(c->heap, object)) continue;
        tn_header header = tni_header(object);
        const tni_layout *layout = &c->layouts[tni_header_type(header)];
        if (is_broken(header, layout)) tni_verify_header(c, object);
        size_t cell = tni_object_cell(layout, header);
        size_t room = (size_t)((next < TNI_BLOCK_BITS ? next : TNI_BLOCK_BITS + 1) - bit) * 8;
        if (TN_UNLIKELY_(room - cell > slack)) report_cell(c, object, cell, room);
        if (TN_UNLIKELY_((uintptr_t)object & (layout->align - 1u)))
            report_old(c, object, "O5 is not aligned as its type asks for");
        bool leaf = layout->shape == TNI_LEAF_SHAPE;
        if (TN_UNLIKELY_(leaf != leaves))
            report_old(c, object, leaves ? "O4 lies in a block of leaves" : "O4 lies in a block not of leaves");
        if (leaf) continue;
        if (TN_UNLIKELY_(passed)) report_old(c, object, "O4 is one whose references marking would pass over");
        check_old_object(c, object, header, layout);
    }
}

/* The list of young large objects; these are checked as those in the nursery. */
static void check_young_large(check *c) {
    const tni_vector *young = &tni_young_large_of(c->heap)->at;
    size_t bytes = 0, place;
    c->recorded = true;
    for (size_t i = 0; i < young->count; i++) {
        void *object = (void *)young->at[i];
        if (!tni_area_has(&c->heap->regions.area, object) || !is_old_object(c, object, &place))
            tni_fatal(c->heap, "verify: %s: invariant L2: %p is in the list of young large objects, and none", c->when,
                      object);
        tn_header header = tni_header(object);
        const tni_layout *layout = &c->layouts[tni_header_type(header)];
        if (is_broken(header, layout)) tni_verify_header(c, object);
        if ((header & (TNI_YOUNG | TN_HEADER_ARMED)) != TNI_YOUNG)
            report_old(c, object, "L2 is in the list of young ones, and armed or old");
        bytes += tni_large_bytes(object);
        if (layout->shape != TNI_LEAF_SHAPE) check_slots(c, object, header, layout);
    }
    if (bytes != tni_young_large_of(c->heap)->bytes)
        tni_fatal(c->heap, "verify: %s: invariant L2: the young large objects have %zu bytes, not %zu", c->when, bytes,
                  tni_young_large_of(c->heap)->bytes);
}

static void check_large_object(void *object, void *user) {
    check *c = user;
    if (tni_quarantined(c->heap, object)) return;
    tn_header header = tni_header(object);
    const tni_layout *layout = &c->layouts[tni_header_type(header)];
    if (is_broken(header, layout)) tni_verify_header(c, object);
    if ((uintptr_t)object & (layout->align - 1u)) report_old(c, object, "O5 is not aligned as its type asks for");
    if (!(header & TNI_YOUNG) == tni_set_has(&c->large, (uintptr_t)object))
        report_old(c, object, "L2 is young and not in the list, or old and in it");
    if (header & TNI_YOUNG) return;
    if (layout->shape == TNI_LEAF_SHAPE) return;
    if (tni_among_leaves(&c->heap->regions.leaves, object))
        report_old(c, object, "O4 is one whose references marking would pass over");
    check_old_object(c, object, header, layout);
}

/* Checks the old objects region by region, until the time is over. Begins with the region where it was over the last
 * time, so that all have their turn. */
static void check_old_objects(check *c, uint64_t since, uint64_t limit_ns) {
    tn_heap *heap = c->heap;
    const tni_walk walk = {check_block_objects, check_large_object, c};
    size_t count = heap->regions.all.count, first = tni_region_place(&heap->regions, heap->verification->from);
    for (size_t i = 0; i < count; i++) {
        tni_region *region = tni_region_at(&heap->regions, (first + i) % count);
        heap->verification->from = (uintptr_t)region;
        if (i && tni_os_now() - since > limit_ns) return;
        tni_walk_region(region, &walk);
    }
}

static void check_log(check *c) {
    const tni_vector *log = &tni_remembered_of(c->heap)->objects;
    for (size_t i = 0; i < log->count; i++) {
        const void *object = (const void *)log->at[i];
        size_t place;
        if (!is_old_object(c, object, &place))
            tni_fatal(c->heap, "verify: %s: invariant B2: %p is in the log, and no old object", c->when, object);
        if (tni_header(object) & (TN_HEADER_ARMED | TNI_YOUNG))
            report_old(c, object, "B2 is armed or young, and in the log");
    }
}

static void check_unprotected(check *c) {
    const tni_vector *list = &tni_remembered_of(c->heap)->unprotected;
    for (size_t i = 0; i < list->count; i++) {
        const void *object = (const void *)list->at[i];
        size_t place;
        bool young = (uintptr_t)object - c->young < c->young_bytes;
        if ((!young && !is_old_object(c, object, &place)) ||
            (tni_header(object) & (TNI_LISTED | TN_HEADER_ARMED)) != TNI_LISTED)
            tni_fatal(c->heap, "verify: %s: invariant B4: %p is in the list of unprotected objects, and is none",
                      c->when, object);
    }
    if (list->count != c->unprotected.count)
        tni_fatal(c->heap, "verify: %s: invariant B4: an object is in the list of unprotected ones twice", c->when);
}

/* Notes in bit 1 of the set's words which slots this object's trace callback visits. False when memory is out. */
static bool find_outside(check *c, void *object) {
    const tni_layout *layout = &c->layouts[tni_header_type(tni_header(object))];
    if (!tni_check_trace(c->heap, object, layout, &c->traced)) return false;
    for (size_t i = 0; i < c->traced.count; i++) {
        uintptr_t entry = c->traced.at[i], *at = tni_table_first(&c->outside, entry);
        while (at && (*at & ~(uintptr_t)2) != entry) at = tni_table_next(&c->outside, at);
        if (at) *at |= 2;
    }
    return true;
}

/* Checks that each slot recorded outside of its object is one that the object's trace callback visits (B5). Else its
 * memory was freed, or never was the object's. The set's words are changed: this is its last use. */
static void check_outside(check *c) {
    const tni_vector *log = &tni_remembered_of(c->heap)->outside;
    for (size_t i = 0; i < c->owners.capacity; i++) {
        void *owner = (void *)c->owners.at[i];
        if (owner && tni_header(owner) & TN_HEADER_ARMED && !find_outside(c, owner)) return;
    }
    for (size_t i = 0; i < log->count; i += 2) {
        void *object = (void *)log->at[i];
        if (!(tni_header(object) & TN_HEADER_ARMED) || !tni_set_has(&c->outside, log->at[i + 1])) continue;
        char text[400];
        tni_describe(c->heap, object, text, sizeof text);
        tni_fatal(
            c->heap,
            "verify: %s: invariant B5: object %s: its slot at %p was recorded by tn_revisit_slot, and its trace "
            "callback does not visit it: has the memory moved, or was it freed, without a call of tn_revisit_object?",
            c->when, text, (void *)(log->at[i + 1] & ~(uintptr_t)1));
    }
}

/* ---- roots ---- */

static void check_cells(check *c) {
    const tni_table *cells = &c->heap->roots.cells;
    c->root = "a global or root cell";
    for (size_t i = 0; i < cells->capacity; i++) {
        if (i + CELLS_AHEAD < cells->capacity) __builtin_prefetch((void *)cells->at[i + CELLS_AHEAD]);
        if (!cells->at[i]) continue;
        void **cell = (void **)(cells->at[i] & ~TNI_CELL_BITS);
        c->recorded = c->heap->roots.young_overflow || tni_set_has(&c->cells, (uintptr_t)cell);
        if (cells->at[i] & TNI_VALUE_CELL) check_value(&c->tracer, (tn_value *)(void *)cell);
        else check_ref(&c->tracer, cell);
    }
}

/* What stayed young is visited again from `stayed` on (S2). */
static void check_range(check *c, const tni_slots *s, bool rests) {
    char *base = *s->base, *top = *s->top, *low = rests ? top : s->low ? *s->low : base;
    c->range = s;
    c->recorded = false;
    for (char *at = base; at < top; at += sizeof(void *)) {
        c->recorded = at >= low || (size_t)(at - base) >= s->stayed;
        if (s->values) check_value(&c->tracer, (tn_value *)(void *)at);
        else check_ref(&c->tracer, (void **)(void *)at);
    }
    c->range = NULL;
}

static void check_handles(check *c) {
    c->recorded = true;
    c->root = "the handle";
    tni_handles_visit(c->heap, &c->tracer);
}

static void check_ranges(check *c) {
    const tni_ranges *r = &c->heap->roots.ranges;
    for (size_t i = 0; i < r->count; i++) check_range(c, &r->at[i], i >= r->active);
}

/* Of each kind of roots. The remembered set has checks of its own, and root cells are in the table of globals. A
 * scanner runs the host's code, which is called as rarely as possible: reach.c looks at its slots after a marking. */
static void leave_out(check *c) { (void)c; }
static void (*const root_checks[TNI_ROOT_KINDS])(check *c) = {
    [TNI_HANDLE_ROOTS] = check_handles, [TNI_REMEMBERED_ROOTS] = leave_out, [TNI_GLOBAL_ROOTS] = check_cells,
    [TNI_CELL_ROOTS] = leave_out,       [TNI_RANGE_ROOTS] = check_ranges,   [TNI_SCANNER_ROOTS] = leave_out,
};

static void check_roots(check *c) {
    for (unsigned kind = 0; kind < TNI_ROOT_KINDS; kind++) root_checks[kind](c);
}

uint64_t tni_verify_before_minor(tn_heap *heap, uint64_t limit_ns) {
    check *c = tni_verify_begin(heap, "before minor", heap->minors + 1, check_refs, check_values);
    uint64_t since = 0;
    if (c && tni_verify_sets(c)) {
        check_nursery(c);
        check_young_large(c);
        since = tni_os_now();
        tni_verify_blocks(c);
        check_roots(c);
        check_old_objects(c, since, limit_ns);
        check_log(c);
        check_unprotected(c);
        check_outside(c);
    }
    heap->verification->disposed.count = 0;
    tni_verify_end(c);
    return since ? tni_os_now() - since : 0;
}
