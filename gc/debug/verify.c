/* debug/verify.c: see verify.h. Slow and simple on purpose: what it shares with the collector are the iterations over
 * objects, slots and roots, not the loops that copy and mark. */
#include "debug/verify.h"

#include <stdio.h>
#include <stdlib.h>

#include "collect/sweep.h"
#include "core/heap.h"
#include "debug/callback.h"
#include "debug/segv.h"
#include "space/os.h"

/* The state of one check: the tracer, then what checks a slot, and what that needs. */
typedef struct check {
    tn_tracer tracer;
    tni_ref_fn ref;
    tni_value_fn value;
    tn_heap *heap;
    const char *when;     /* "before minor collection 12" */
    char when_text[64];
    void *object;         /* whose slots are visited; NULL for roots */
    const char *root;     /* what kind of root, then */
    bool recorded;        /* young references are all right in this object */
    tni_vector objects, slots, cells; /* sorted copies of the logs */
    size_t disarmed;
    uint64_t *reached;    /* a bitmap as a region's marks, for each region */
    tni_vector stack;
    bool no_memory;       /* the trace is not complete: its check cannot be made this time */
} check;

/* ---- small tools ---- */

static int compare(const void *a, const void *b) {
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

static bool has(const tni_vector *v, uintptr_t word) {
    return v->count && bsearch(&word, v->at, v->count, sizeof word, compare);
}

/* A sorted copy; left empty when memory is out, and then `false`: the check cannot be made. */
static bool sorted_copy(check *c, tni_vector *to, const tni_vector *from) {
    if (!tni_vector_reserve(to, &c->heap->faults, from->count + 1)) return false;
    for (size_t i = 0; i < from->count; i++) to->at[i] = from->at[i];
    to->count = from->count;
    qsort(to->at, to->count, sizeof *to->at, compare);
    return true;
}

static void describe(tn_heap *heap, const void *object, char *text, size_t size) {
    const tn_type_desc *d = tni_layout_of(heap, tni_header(object))->desc;
    char own[64] = "", site[256];
    if (d && d->describe) d->describe(object, own, sizeof own);
    tni_site_of(heap, object, site, sizeof site);
    snprintf(text, size, "%p (%s%s%s%s)", object, d ? d->name : "no type", own[0] ? ": " : "", own, site);
}

/* What is no object any more, if anything is known of it. */
static void name_lost(tn_heap *heap, const void *target, char *text, size_t size) {
    char was[300];
    const tn_heap *other = tni_heap_of(heap, target);
    const tni_layout *disposed = tni_disposed_at(heap, target);
    if (disposed) snprintf(text, size, "%p (a '%s' that has been disposed of)", target, disposed->desc->name);
    else if (other) snprintf(text, size, "%p (in heap '%s', not in heap '%s')", target, other->name, heap->name);
    else if (tni_stale_text(heap, target, was, sizeof was)) snprintf(text, size, "%p (%s)", target, was);
    else snprintf(text, size, "%p", target);
}

/* Fatal: `what` is wrong with `target`, which the slot of the present object or root holds. */
static void report(check *c, const void *slot, const void *target, bool readable, const char *what) {
    char to[400], from[400], field[64] = "";
    if (!readable && tni_heap_of(c->heap, target)) what = "an object of another heap";
    if (!readable && tni_disposed_at(c->heap, target)) what = "which a dispose callback cannot bring back";
    if (readable) describe(c->heap, target, to, sizeof to);
    else name_lost(c->heap, target, to, sizeof to);
    if (!c->object) tni_fatal(c->heap, "verify: %s: %s at %p holds %s, %s", c->when, c->root, slot, to, what);
    describe(c->heap, c->object, from, sizeof from);
    tni_field_name(tni_layout_of(c->heap, tni_header(c->object)), c->object, slot, field, sizeof field);
    tni_fatal(c->heap, "verify: %s: object %s, field '%s' holds %s, %s", c->when, from, field, to, what);
}

static void visit_refs(tn_tracer *t, void **first, size_t count) {
    for (size_t i = 0; i < count; i++) ((check *)t)->ref(t, first + i);
}

static void visit_values(tn_tracer *t, tn_value *first, size_t count) {
    for (size_t i = 0; i < count; i++) ((check *)t)->value(t, first + i);
}

static void begin(check *c, tn_heap *heap, const char *when, uint64_t number, tni_ref_fn ref, tni_value_fn value) {
    *c = (check){.tracer = {visit_refs, visit_values, heap}, .ref = ref, .value = value, .heap = heap};
    snprintf(c->when_text, sizeof c->when_text, "%s collection %llu", when, (unsigned long long)number);
    c->when = c->when_text;
}

static void end(check *c) {
    tni_vector_free(&c->objects);
    tni_vector_free(&c->slots);
    tni_vector_free(&c->cells);
    tni_vector_free(&c->stack);
}

/* ---- is it an object? ---- */

static bool is_young_object(const tn_heap *heap, const void *at) {
    const tni_mutator *m = &heap->mutators[0];
    return (const char *)at > heap->nursery.start && (const char *)at < m->pub.alloc && ((uintptr_t)at & 7) == 0;
}

static bool is_old_object(const check *c, const void *at) {
    if ((uintptr_t)at & 7 || !tni_region_has(&c->heap->regions, at) || tni_quarantined(c->heap, at)) return false;
    tni_region *region = tni_region_of(at);
    if (region->kind == TNI_HUGE_REGION) return at == tni_huge_object(region);
    if (region->kind == TNI_PAGES_REGION) {
        unsigned page = (unsigned)((const char *)at - (const char *)region) / TNI_PAGE;
        return at == tni_page_object(region, page) && tni_bit(region->first_pages, page);
    }
    size_t bit = tni_bit_of(at);
    return bit >= TNI_BLOCK_BITS && tni_bit(region->marks, bit);
}

/* ---- before a minor collection: references ---- */

/* How the store that was not recorded should have been made. */
static const char *unrecorded(const check *c, const void *slot) {
    if (!c->object)
        return "a young object, and the store was not recorded: use TN_ROOT_SET, or lower the range's low-water mark";
    size_t offset = (size_t)((const char *)slot - (const char *)c->object);
    tn_header header = tni_header(c->object);
    if (offset < tni_object_bytes(tni_layout_of(c->heap, header), header))
        return "a young object, and the store was not recorded: use TN_SET, TN_WRITE or tn_write";
    return "a young object, and the change was not recorded: call tn_remember";
}

static void check_reference(check *c, const void *slot, const void *at, uintptr_t entry) {
    if (!at) return;
    if (!tni_young(c->heap, at)) {
        if (!is_old_object(c, at))
            report(c, slot, at, false, "which is no object: freed, or never allocated (a missed root or barrier?)");
        return;
    }
    if (!is_young_object(c->heap, at))
        report(c, slot, at, false, "which is no object: it has moved or died (a missed root or barrier?)");
    if (!c->recorded && !has(&c->slots, entry))
        report(c, slot, at, true, unrecorded(c, slot));
}

static void check_ref(tn_tracer *t, void **slot) { check_reference((check *)t, slot, *slot, (uintptr_t)slot); }

static void check_value(tn_tracer *t, tn_value *slot) {
    check *c = (check *)t;
    check_reference(c, slot, tni_value_ref(&c->heap->format, *slot), (uintptr_t)slot | 1);
}

static void check_slots(check *c, void *object) {
    tn_header header = tni_header(object);
    const tni_layout *layout = tni_layout_of(c->heap, header);
    c->object = object;
    if (layout->shape == TNI_TRACED) tni_check_trace(c->heap, object, layout);
    tni_each_slot(&c->tracer, layout, object, header, c->ref, c->value);
    c->object = NULL;
}

/* The bytes up to what begins next, or to the current hole's bump. */
static size_t room_of(const tni_old *old, const char *object) {
    const tni_block *block = tni_block_of(object);
    const tni_run *run = &old->runs[block->lane];
    unsigned bit = (unsigned)(tni_bit_of(object) % TNI_BLOCK_BITS);
    unsigned next = tni_find_bit(tni_block_marks(block), NULL, bit + 1);
    unsigned hole = tni_find_bit_before(tni_block_used(block), NULL, bit + 1, next);
    const char *end = tni_block_object(block, next < TNI_BLOCK_BITS || hole < next ? hole : TNI_BLOCK_BITS + 1);
    return (size_t)((run->block == block && object < run->bump && run->bump + 8 < end ? run->bump + 8 : end) - object);
}

/* 8 bytes are no hole, but a cell's slack; or the rest of its page is. */
static void check_cell(check *c, const char *object, const tni_layout *layout, size_t cell) {
    size_t room = room_of(&c->heap->old, object), slack = c->heap->old.paged ? TNI_PAGE - 1 : 8;
    if (cell > room)
        tni_fatal(c->heap, "verify: %s: old object %p (%s) is larger than its cell: its header was overwritten",
                  c->when, (const void *)object, layout->desc->name);
    if (cell + slack < room)
        tni_fatal(c->heap, "verify: %s: invariant O1: behind old object %p (%s) of %zu bytes, %zu are lost", c->when,
                  (const void *)object, layout->desc->name, cell, room - cell);
}

static void check_old_object(void *object, void *user) {
    check *c = user;
    tn_header header = tni_header(object);
    const tni_layout *layout = tni_layout_of(c->heap, header);
    if (layout->shape == TNI_UNREGISTERED || header & TNI_FORWARDED)
        tni_fatal(c->heap, "verify: %s: old object %p has a broken header, %#llx: its memory was overwritten",
                  c->when, object, (unsigned long long)header);
    if (tni_region_of(object)->kind == TNI_BLOCKS_REGION)
        check_cell(c, object, layout, tni_object_cell(layout, header));
    bool leaf = layout->shape == TNI_LEAF_SHAPE, leaves = tni_block_of(object)->lane >= TNI_SIZES;
    if (tni_region_of(object)->kind == TNI_BLOCKS_REGION && leaf != leaves)
        tni_fatal(c->heap, "verify: %s: invariant O4: old object %p (%s) lies in a block %s", c->when, object,
                  layout->desc->name, leaves ? "of leaves" : "not of leaves");
    if (leaf) return;
    if (tni_among_leaves(&c->heap->regions.leaves, object))
        tni_fatal(c->heap, "verify: %s: invariant O4: marking would pass over the references of old object %p (%s)",
                  c->when, object, layout->desc->name);
    bool overflow = c->heap->barrier.overflow, logged = has(&c->objects, (uintptr_t)object);
    if (!(header & TN_ARMED) && !logged && !overflow)
        tni_fatal(c->heap, "verify: %s: invariant B1: old object %p (%s) is neither armed nor in the log", c->when,
                  object, layout->desc->name);
    if (header & TN_ARMED && logged)
        tni_fatal(c->heap, "verify: %s: invariant B2: old object %p (%s) is armed and in the log", c->when, object,
                  layout->desc->name);
    c->recorded = logged || overflow;
    check_slots(c, object);
}

/* Walks the nursery: every object must end where the next one begins. */
static void check_nursery(check *c) {
    tn_heap *heap = c->heap;
    const tni_mutator *m = tni_mutator_of(heap);
    char *end_ = m ? m->pub.alloc : heap->nursery.start + 8, *last = NULL;
    c->recorded = true;
    for (char *object = heap->nursery.start + 8; object != end_;) {
        tn_header header = tni_header(object);
        const tni_layout *layout = tni_layout_of(heap, header);
        if (object > end_ || layout->shape == TNI_UNREGISTERED || header & (TNI_FORWARDED | TN_ARMED))
            tni_fatal(heap,
                      "verify: %s: young object %p has a broken header, %#llx; the one before, %p, is a '%s': "
                      "written beyond its end, or allocated with a size or type that is not registered",
                      c->when, (void *)object, (unsigned long long)header, (void *)last,
                      last ? tn_type_name(heap, tn_type_of(last)) : "none");
        check_slots(c, object);
        last = object;
        object += TN_CELL(tni_object_bytes(layout, header));
    }
}

/* ---- before a minor collection: roots ---- */

static void check_cells(check *c) {
    const tni_roots *r = &c->heap->roots;
    c->root = "a global or root cell";
    for (size_t i = 0; i < r->capacity; i++) {
        if (!r->cells[i]) continue;
        void **cell = (void **)(r->cells[i] & ~(uintptr_t)1);
        c->recorded = r->young_overflow || has(&c->cells, (uintptr_t)cell);
        check_ref(&c->tracer, cell);
    }
}

static void check_range(check *c, const tn_range_desc *d) {
    char *base = *(char **)d->base, *top = *(char **)d->top, *low = d->low ? *(char **)d->low : base;
    c->root = "below its low-water mark, the range's slot";
    c->recorded = false;
    for (char *at = base; at < top; at += sizeof(void *)) {
        if (at >= low) c->recorded = true, c->root = "the range's slot";
        if (d->values) check_value(&c->tracer, (tn_value *)(void *)at);
        else check_ref(&c->tracer, (void **)(void *)at);
    }
}

static void check_handles(check *c) {
    c->recorded = true;
    c->root = "the handle";
    tni_handles_visit(c->heap, &c->tracer);
}

/* ---- blocks ---- */

static void broken(check *c, const tni_block *block, const char *what) {
    tni_fatal(c->heap, "verify: %s: block %p of lane %u: %s", c->when, (void *)tni_block_start(block), block->lane,
              what);
}

static void check_block(check *c, tni_block *block) {
    const tni_run *run = &c->heap->old.runs[block->lane];
    if ((block->state == TNI_BLOCK_CURRENT) != (run->block == block))
        broken(c, block, "invariant O3: it is current in one place only");
    if (run->block != block) return;
    unsigned bump = (unsigned)(run->bump + 8 - tni_block_start(block)) / 8;
    unsigned end = (unsigned)(run->end - tni_block_start(block)) / 8;
    if (bump < end && (tni_find_bit(tni_block_marks(block), NULL, bump) < end || tni_hole_end(block, bump) < end))
        broken(c, block, "invariant O2: something begins in the current hole");
}

/* A list of blocks for the lanes from `first` on to before `end`. */
static size_t check_list(check *c, tni_block *list, unsigned first, unsigned end, tni_block_state state) {
    size_t n = 0;
    for (tni_block *b = list; b; b = b->next, n++)
        if (b->lane < first || b->lane >= end || b->state != state)
            broken(c, b, "invariant O3: it is on a list where it does not belong");
    return n;
}

static void check_blocks(check *c) {
    tni_old *old = &c->heap->old;
    size_t states[TNI_BLOCK_FULL + 1] = {0}, partial = 0, unswept = 0;
    for (size_t i = 0; i < c->heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&c->heap->regions, i);
        if (region->kind != TNI_BLOCKS_REGION) continue;
        for (unsigned b = 1; b < TNI_BLOCKS; b++) {
            bool is_free = region->free_blocks >> b & 1;
            states[is_free ? TNI_BLOCK_FREE : region->blocks[b].state]++;
            if (!is_free) check_block(c, &region->blocks[b]);
        }
    }
    for (unsigned k = 0; k < TNI_LANES; k++)
        partial += check_list(c, old->lanes[k].partial, k, k + 1, TNI_BLOCK_PARTIAL);
    for (unsigned leaf = 0; leaf < 2; leaf++)
        unswept += check_list(c, old->unswept[leaf], leaf * TNI_SIZES, (leaf + 1) * TNI_SIZES, TNI_BLOCK_UNSWEPT);
    if (states[TNI_BLOCK_FREE] != old->free_blocks || partial != states[TNI_BLOCK_PARTIAL] ||
        unswept != states[TNI_BLOCK_UNSWEPT] || unswept != old->unswept_blocks)
        tni_fatal(c->heap,
                  "verify: %s: invariant O3: the block lists do not agree with the blocks: free %zu/%zu partial "
                  "%zu/%zu unswept %zu/%zu",
                  c->when, states[TNI_BLOCK_FREE], old->free_blocks, states[TNI_BLOCK_PARTIAL], partial,
                  states[TNI_BLOCK_UNSWEPT], unswept);
}

/* ---- pages ---- */

/* The span at the page, used or free, and free ones are counted; its end. */
static unsigned check_span(check *c, tni_region *region, unsigned page, size_t *free) {
    bool used = tni_bit(region->used_pages, page), first = tni_bit(region->first_pages, page);
    unsigned pages = region->spans[page].pages, end = page + pages;
    bool whole = pages && end <= TNI_PAGES && tni_next_page(region->used_pages, page, !used) >= end;
    if (whole && !used) {
        whole = region->spans[end - 1].pages == pages && (end == TNI_PAGES || tni_bit(region->used_pages, end));
        ++*free;
    }
    if (!whole || used != first)
        tni_fatal(c->heap, "verify: %s: invariant L1: region %p: page %u begins no span", c->when, (void *)region,
                  page);
    return end;
}

static void check_pages(check *c) {
    const tni_large *large = &c->heap->large;
    size_t free = 0, filed = 0;
    for (size_t i = 0; i < c->heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&c->heap->regions, i);
        if (region->kind != TNI_PAGES_REGION) continue;
        for (unsigned page = TNI_FIRST_PAGE; page < TNI_PAGES;) page = check_span(c, region, page, &free);
    }
    for (unsigned length = 1; length < TNI_PAGES; length++) {
        bool any = false;
        for (uintptr_t at = large->free[length]; at; at = tni_span_at(at)->next, any = true)
            filed += tni_span_at(at)->pages == length;
        if (any != tni_bit(large->lengths, length)) filed = SIZE_MAX / 2;
    }
    if (free != filed)
        tni_fatal(c->heap, "verify: %s: invariant L1: of %zu free spans of pages %zu are on the right lists", c->when,
                  free, filed);
}

void tni_verify_before_minor(tn_heap *heap) {
    check c;
    begin(&c, heap, "before minor", heap->stats.minors + 1, check_ref, check_value);
    const tni_barrier *b = &heap->barrier;
    if (sorted_copy(&c, &c.objects, &b->objects) && sorted_copy(&c, &c.slots, &b->slots) &&
        sorted_copy(&c, &c.cells, &heap->roots.young)) {
        check_blocks(&c);
        check_pages(&c);
        check_nursery(&c);
        check_handles(&c);
        check_cells(&c);
        for (tn_range *r = heap->roots.ranges; r; r = r->next) check_range(&c, &r->desc);
        tni_sweep_each_object(heap, check_old_object, &c);
    }
    heap->disposed.count = 0;
    end(&c);
}

/* ---- after marking ---- */

static uint64_t *reached_bits(check *c, const void *object) {
    size_t place = tni_region_place(&c->heap->regions, (uintptr_t)tni_region_of(object));
    return c->reached + place * TNI_REGION_WORDS;
}

static void reach(check *c, const void *slot, void *at) {
    if (!at) return;
    if (tni_young(c->heap, at) || !is_old_object(c, at))
        report(c, slot, at, false,
               "which is no object: freed, moved, or never allocated (a missed root or barrier?)");
    if (!tni_marked(at)) report(c, slot, at, true, "which was not marked");
    uint64_t *bits = reached_bits(c, at);
    if (tni_bit(bits, tni_bit_of(at))) return;
    tni_bit_set(bits, tni_bit_of(at));
    if (!tni_vector_push(&c->stack, &c->heap->faults, (uintptr_t)at)) c->no_memory = true;
}

static void reach_ref(tn_tracer *t, void **slot) { reach((check *)t, slot, *slot); }
static void reach_value(tn_tracer *t, tn_value *slot) {
    check *c = (check *)t;
    reach(c, slot, tni_value_ref(&c->heap->format, *slot));
}

static void trace(check *c) {
    c->root = "a root";
    tni_handles_visit(c->heap, &c->tracer);
    tni_roots_all(&c->heap->roots, &c->tracer);
    while (c->stack.count) check_slots(c, (void *)c->stack.at[--c->stack.count]);
}

static void check_marked_object(void *object, void *user) {
    check *c = user;
    if (!tni_marked(object) || tni_bit(reached_bits(c, object), tni_bit_of(object))) return;
    char text[400];
    describe(c->heap, object, text, sizeof text);
    tni_fatal(c->heap, "verify: %s: object %s is marked, but nothing refers to it", c->when, text);
}

static void check_weak(check *c) {
    const tni_vector *v = &c->heap->weak.old;
    for (size_t i = 0; i < v->count; i++) {
        void *holder = (void *)v->at[i], *at;
        bool single = tn_type_of(holder) == TNI_WEAK_TYPE;
        size_t length = single ? 1 : tn_length(holder);
        for (size_t k = 0; k < length; k++) {
            at = single ? ((tn_weak *)holder)->referent : tni_value_ref(&c->heap->format, tni_weak_slots(holder)[k]);
            if (at && !tni_marked(at))
                tni_fatal(c->heap, "verify: %s: weak holder %p still refers to %p, which is dead", c->when, holder,
                          at);
        }
    }
}

void tni_verify_after_major(tn_heap *heap) {
    check c;
    begin(&c, heap, "after major", heap->stats.minors, reach_ref, reach_value);
    size_t bytes = (heap->regions.all.count + 1) * TNI_REGION_WORDS * sizeof(uint64_t);
    c.reached = tni_os_map(&heap->faults, bytes, TNI_PAGE);
    if (c.reached) {
        trace(&c);
        if (!c.no_memory) tni_sweep_each_object(heap, check_marked_object, &c);
        check_weak(&c);
    }
    if (c.reached) tni_os_unmap(c.reached, bytes);
    end(&c);
}
