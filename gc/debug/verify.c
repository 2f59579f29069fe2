/* debug/verify.c: see verify.h. What it shares with the collector are the layouts of objects and the lists of roots and
 * regions, not the loops that copy and mark. It looks at everything each time: so its own are simple, but quick. */
#include "debug/verify.h"

#include <stdio.h>

#include "collect/sweep.h"
#include "heap/heap.h"
#include "debug/callback.h"
#include "debug/segv.h"
#include "base/os.h"

enum {
    KNOWN = 256,     /* regions whose place is remembered, by their address */
    CELLS_AHEAD = 16, /* root cells whose memory is asked for */
    WAITING = 32     /* bits that wait for their memory */
};

/* A region of blocks, and its place in the vector of all. */
typedef struct known {
    uintptr_t region;
    size_t place;
} known;

/* A copy of a log, by open addressing; 0 is a free place. */
typedef struct set {
    uintptr_t *at;
    size_t count, mask; /* count: of different words */
} set;

/* The state of one check: the tracer, and what its loops need. */
typedef struct check {
    tn_tracer tracer;
    tn_heap *heap;
    const tni_layout *layouts;
    tn_format format;
    uintptr_t young, young_bytes; /* where the nursery's objects are */
    const char *when;     /* "before minor collection 12" */
    char when_text[64];
    void *object;         /* whose slots are visited; NULL for roots */
    const char *root;     /* what kind of root, then */
    bool recorded;        /* young references are all right in this object */
    set objects, slots, owners, outside, unprotected, cells; /* of the logs */
    set large;            /* young large objects */
    tni_vector traced;    /* slots that a trace callback has visited */
    struct { uint64_t *word, mask; } waiting[WAITING]; /* to be set in */
    unsigned next;        /* of them */
    uint64_t *reached;    /* a bitmap as a region's marks, for each region: what a root or marked object refers to */
    bool wrong;           /* something that is reached is not marked: what? */
    uint64_t begins[TNI_BLOCK_WORDS]; /* of objects and holes in the present block */
    known known[KNOWN];
} check;

/* ---- small tools ---- */

static size_t home(const set *s, uintptr_t word) {
    return (size_t)(word * UINT64_C(0x9E3779B97F4A7C15) >> 24) & s->mask;
}

static bool has(const set *s, uintptr_t word) {
    if (!s->count) return false;
    size_t i = home(s, word);
    while (s->at[i] && s->at[i] != word) i = (i + 1) & s->mask;
    return s->at[i] == word;
}

/* Of the words at `first`, first + step, ... False when memory is out: the check cannot be made then. */
static bool make_set(check *c, set *s, const tni_vector *from, size_t first, size_t step) {
    if (!from->count) return true;
    for (s->mask = 63; s->mask < 2 * from->count;) s->mask = 2 * s->mask + 1;
    s->at = tni_calloc(&c->heap->faults, s->mask + 1, sizeof *s->at);
    if (!s->at) return false;
    for (size_t k = first; k < from->count; k += step) {
        size_t i = home(s, from->at[k]);
        while (s->at[i] && s->at[i] != from->at[k]) i = (i + 1) & s->mask;
        s->count += !s->at[i];
        s->at[i] = from->at[k];
    }
    return true;
}

static bool make_sets(check *c) {
    const tni_barrier *b = &c->heap->barrier;
    return make_set(c, &c->objects, &b->objects, 0, 1) && make_set(c, &c->slots, &b->slots, 0, 1) &&
           make_set(c, &c->owners, &b->outside, 0, 2) && make_set(c, &c->outside, &b->outside, 1, 2) &&
           make_set(c, &c->unprotected, &b->unprotected, 0, 1) && make_set(c, &c->large, &c->heap->large.young, 0, 1) &&
           make_set(c, &c->cells, &c->heap->roots.young, 0, 1);
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

typedef void (*refs_fn)(tn_tracer *tracer, void **first, size_t count);
typedef void (*values_fn)(tn_tracer *tracer, tn_value *first, size_t count);

/* NULL without memory, and the check is left out. It is too much for the stack of a thread. */
static check *begin(tn_heap *heap, const char *when, uint64_t number, refs_fn refs, values_fn values) {
    check *c = tni_calloc(&heap->faults, 1, sizeof *c);
    if (!c) return NULL;
    *c = (check){.tracer = {refs, values, heap, false}, .heap = heap, .layouts = heap->types.layouts, .format = heap->format,
                 .young = (uintptr_t)heap->nursery.start + 8, .young_bytes = tni_young_bytes(heap)};
    snprintf(c->when_text, sizeof c->when_text, "%s collection %llu", when, (unsigned long long)number);
    c->when = c->when_text;
    c->known[0].region = TNI_REGION; /* NULL is a region of this place, and this is none */
    return c;
}

static void end(check *c) {
    if (!c) return;
    free(c->objects.at);
    free(c->slots.at);
    free(c->owners.at);
    free(c->outside.at);
    free(c->unprotected.at);
    free(c->cells.at);
    free(c->large.at);
    tni_vector_free(&c->traced);
    free(c);
}

/* ---- is it an old object? ---- */

static bool is_in_block(const tni_region *region, const void *at) {
    size_t bit = tni_bit_of(at);
    return bit >= TNI_BLOCK_BITS && tni_bit(region->marks, bit);
}

static bool is_large(const tni_region *region, const void *at) {
    if (region->kind == TNI_HUGE_REGION) return at == tni_huge_object(region);
    unsigned grain = tni_grain_of(at);
    return at == tni_span_object(region, grain) && tni_bit(region->first_grains, grain);
}

static __attribute__((noinline)) bool look_up(check *c, const void *at, known *k, size_t *place) {
    const tni_regions *regions = &c->heap->regions;
    tni_region *region = tni_region_of(at); /* of a huge one only the first 2 MiB, where its object begins */
    *place = tni_region_place(regions, (uintptr_t)region);
    if (*place == regions->all.count || tni_region_at(regions, *place) != region || (uintptr_t)at & 7) return false;
    if (region->kind != TNI_BLOCKS_REGION) return is_large(region, at);
    *k = (known){(uintptr_t)region, *place};
    return is_in_block(region, at);
}

TNI_INLINE known *known_of(check *c, const void *at) { return &c->known[(uintptr_t)at / TNI_REGION % KNOWN]; }

/* What is not aligned is not known. */
TNI_INLINE bool is_known(const known *k, const void *at) {
    return ((uintptr_t)at & (~(TNI_REGION - 1) | 7)) == k->region;
}

/* Then its region is at this place in the vector of all. */
TNI_INLINE bool is_old_object(check *c, const void *at, size_t *place) {
    known *k = known_of(c, at);
    if (TN_UNLIKELY_(tni_quarantined(c->heap, at))) return false;
    if (TN_UNLIKELY_(!is_known(k, at))) return look_up(c, at, k, place);
    *place = k->place;
    return is_in_block((const tni_region *)k->region, at);
}

/* ---- before a minor collection: references ---- */

static const char suspended_slot[] = "the suspended range's slot";

/* How the store that was not recorded should have been made. */
static const char *unrecorded(const check *c, const void *slot) {
    if (c->root == suspended_slot) return "a young object: call tn_range_resume before writing";
    if (!c->object)
        return "a young object, and the store was not recorded: use TN_ROOT_SET, or lower the range's low-water mark";
    size_t offset = (size_t)((const char *)slot - (const char *)c->object);
    tn_header header = tni_header(c->object);
    if (offset < tni_object_bytes(tni_layout_of(c->heap, header), header))
        return "a young object, and the store was not recorded: use TN_SET, tn_write or tn_store";
    return "a young object, and the change was not recorded: call tn_revisit_object";
}

static __attribute__((noinline, cold)) void report_lost(check *c, const void *slot, const void *at) {
    report(c, slot, at, false,
           tni_in_nursery(c->heap, at) ? "which is no object: it has moved or died (a missed root or barrier?)"
                                  : "which is no object: freed, or never allocated (a missed root or barrier?)");
}

/* How far the next object or padding is. */
TNI_INLINE size_t young_cell(const tni_layout *layout, tn_header header) {
    return tni_is_padding(header) ? tni_padding_bytes(header) : tn_cell_bytes(tni_object_bytes(layout, header));
}

/* The nursery has been walked. What was there when the store was made may have died since (see check_old_objects). */
static bool begins_young(const check *c, const void *at) {
    if (!tni_in_nursery(c->heap, at)) return true; /* a large one; it was looked up */
    const char *object = (const char *)c->young;
    while (object < (const char *)at) {
        tn_header header = tni_header(object);
        object += young_cell(tni_layout_of(c->heap, header), header);
    }
    return object == at && !tni_is_padding(tni_header(at));
}

static bool is_dirty(const check *c, const void *slot) {
    return !tni_young(c->heap, c->object) && tni_header(c->object) & TNI_SLOTS && tni_barrier_dirty(c->object, slot);
}

static __attribute__((noinline)) void check_recorded(check *c, const void *slot, const void *at, uintptr_t entry) {
    if (has(&c->slots, entry) || has(&c->outside, entry) || (c->object && is_dirty(c, slot))) return;
    if (begins_young(c, at)) report(c, slot, at, true, unrecorded(c, slot));
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

TNI_INLINE void check_slots(check *c, void *object, tn_header header, const tni_layout *layout) {
    c->object = object;
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
    tni_fatal(c->heap,
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
        size_t cell = young_cell(layout, header);
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

/* ---- before a minor collection: the old space ---- */

static __attribute__((noinline, cold)) void report_cell(check *c, const char *object, size_t cell, size_t room) {
    const char *name = tni_layout_of(c->heap, tni_header(object))->desc->name;
    if (cell > room)
        tni_fatal(c->heap, "verify: %s: old object %p (%s) is larger than its cell: its header was overwritten",
                  c->when, (const void *)object, name);
    tni_fatal(c->heap, "verify: %s: invariant O1: behind old object %p (%s) of %zu bytes, %zu are lost", c->when,
              (const void *)object, name, cell, room - cell);
}

static __attribute__((noinline, cold)) void report_header(check *c, void *object) {
    tni_fatal(c->heap, "verify: %s: old object %p has a broken header, %#llx: its memory was overwritten", c->when,
              object, (unsigned long long)tni_header(object));
}

static __attribute__((noinline, cold)) void report_old(check *c, const void *object, const char *what) {
    tni_fatal(c->heap, "verify: %s: invariant %.2s: old object %p (%s) %s", c->when, what, object,
              tni_layout_of(c->heap, tni_header(object))->desc->name, what + 3);
}

TNI_INLINE bool is_broken(tn_header header, const tni_layout *layout) {
    return layout->shape == TNI_UNREGISTERED || header & TNI_FORWARDED;
}

/* An object that is no leaf. */
TNI_INLINE void check_old_object(check *c, void *object, tn_header header, const tni_layout *layout) {
    c->recorded = c->heap->barrier.overflow;
    if (TN_UNLIKELY_(header & TNI_LISTED && !has(&c->unprotected, (uintptr_t)object)))
        report_old(c, object, "B4 is LISTED, and not in the list of unprotected objects");
    if (!(header & TN_HEADER_ARMED) && !c->recorded) {
        c->recorded = header & TNI_LISTED || has(&c->objects, (uintptr_t)object);
        if (!c->recorded) report_old(c, object, "B1 is neither armed nor in the log");
    }
    check_slots(c, object, header, layout);
}

/* Where something begins in the block, as bits: objects, holes, and what is left of the current hole. */
static void find_begins(const check *c, const tni_block *block, uint64_t begins[TNI_BLOCK_WORDS]) {
    const tni_run *run = &c->heap->old.runs[block->lane];
    const uint64_t *marks = tni_block_marks(block), *used = tni_block_used(block);
    for (unsigned w = 0; w < TNI_BLOCK_WORDS; w++) begins[w] = marks[w] | used[w];
    size_t bump = run->block == block ? (size_t)(run->bump + 8 - tni_block_start(block)) / 8 : TNI_BLOCK_BITS;
    if (bump < TNI_BLOCK_BITS) tni_bit_set(begins, bump);
}

/* An object ends where the next one or a hole begins, or 8 bytes before: these are no hole, but a cell's slack; or its
 * page does. */
static void check_block_objects(check *c, const tni_block *block) {
    bool leaves = block->lane >= TNI_SIZES, passed = tni_among_leaves(&c->heap->regions.leaves, tni_block_start(block));
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
        if (is_broken(header, layout)) report_header(c, object);
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
    const tni_vector *young = &c->heap->large.young;
    size_t bytes = 0, place;
    c->recorded = true;
    for (size_t i = 0; i < young->count; i++) {
        void *object = (void *)young->at[i];
        if (!tni_range_has(&c->heap->regions.range, object) || !is_old_object(c, object, &place))
            tni_fatal(c->heap, "verify: %s: invariant L2: %p is in the list of young large objects, and none", c->when, object);
        tn_header header = tni_header(object);
        const tni_layout *layout = &c->layouts[tni_header_type(header)];
        if (is_broken(header, layout)) report_header(c, object);
        if ((header & (TNI_YOUNG | TN_HEADER_ARMED)) != TNI_YOUNG) report_old(c, object, "L2 is in the list of young ones, and armed or old");
        bytes += tni_large_bytes(object);
        if (layout->shape != TNI_LEAF_SHAPE) check_slots(c, object, header, layout);
    }
    if (bytes != c->heap->large.young_bytes)
        tni_fatal(c->heap, "verify: %s: invariant L2: the young large objects have %zu bytes, not %zu", c->when, bytes,
                  c->heap->large.young_bytes);
}

static void check_large_object(check *c, void *object) {
    if (tni_quarantined(c->heap, object)) return;
    tn_header header = tni_header(object);
    const tni_layout *layout = &c->layouts[tni_header_type(header)];
    if (is_broken(header, layout)) report_header(c, object);
    if ((uintptr_t)object & (layout->align - 1u)) report_old(c, object, "O5 is not aligned as its type asks for");
    if (!(header & TNI_YOUNG) == has(&c->large, (uintptr_t)object))
        report_old(c, object, "L2 is young and not in the list, or old and in it");
    if (header & TNI_YOUNG) return;
    if (layout->shape == TNI_LEAF_SHAPE) return;
    if (tni_among_leaves(&c->heap->regions.leaves, object))
        report_old(c, object, "O4 is one whose references marking would pass over");
    check_old_object(c, object, header, layout);
}

static void check_region_objects(check *c, tni_region *region) {
    if (region->kind == TNI_HUGE_REGION) {
        check_large_object(c, tni_huge_object(region));
    } else if (region->kind == TNI_PAGES_REGION) {
        for (unsigned grain = 0; (grain = tni_next_object(region, grain)) < TNI_GRAINS; grain++)
            check_large_object(c, tni_span_object(region, grain));
    } else {
        for (unsigned b = 1; b < TNI_BLOCKS; b++)
            if (!(region->free_blocks >> b & 1)) check_block_objects(c, &region->blocks[b]);
    }
}

/* From the region on where the time was over before, at least one, until it is again. */
static void check_old_objects(check *c, uint64_t since, uint64_t limit_ns) {
    tn_heap *heap = c->heap;
    size_t count = heap->regions.all.count, first = tni_region_place(&heap->regions, heap->verify_from);
    for (size_t i = 0; i < count; i++) {
        tni_region *region = tni_region_at(&heap->regions, (first + i) % count);
        heap->verify_from = (uintptr_t)region;
        if (i && tni_os_now() - since > limit_ns) return;
        check_region_objects(c, region);
    }
}

static void check_log(check *c) {
    const tni_vector *log = &c->heap->barrier.objects;
    for (size_t i = 0; i < log->count; i++) {
        const void *object = (const void *)log->at[i];
        size_t place;
        if (!is_old_object(c, object, &place))
            tni_fatal(c->heap, "verify: %s: invariant B2: %p is in the log, and no old object", c->when, object);
        if (tni_header(object) & (TN_HEADER_ARMED | TNI_YOUNG)) report_old(c, object, "B2 is armed or young, and in the log");
    }
}

static void check_unprotected(check *c) {
    const tni_vector *list = &c->heap->barrier.unprotected;
    for (size_t i = 0; i < list->count; i++) {
        const void *object = (const void *)list->at[i];
        size_t place;
        bool young = (uintptr_t)object - c->young < c->young_bytes;
        if ((!young && !is_old_object(c, object, &place)) ||
            (tni_header(object) & (TNI_LISTED | TN_HEADER_ARMED)) != TNI_LISTED)
            tni_fatal(c->heap, "verify: %s: invariant B4: %p is in the list of unprotected objects, and is none", c->when,
                      object);
    }
    if (list->count != c->unprotected.count)
        tni_fatal(c->heap, "verify: %s: invariant B4: an object is in the list of unprotected ones twice", c->when);
}

/* Notes in bit 1 of the set's words which slots this object's trace callback visits. False when memory is out. */
static bool find_outside(check *c, void *object) {
    const tni_layout *layout = &c->layouts[tni_header_type(tni_header(object))];
    if (!tni_check_trace(c->heap, object, layout, &c->traced)) return false;
    for (size_t i = 0; i < c->traced.count; i++) {
        uintptr_t entry = c->traced.at[i], *at = c->outside.at;
        size_t k = home(&c->outside, entry);
        while (at[k] && (at[k] & ~(uintptr_t)2) != entry) k = (k + 1) & c->outside.mask;
        if (at[k]) at[k] |= 2;
    }
    return true;
}

/* A slot that nothing visits is in memory that was freed, or never was its object's. This is the last use of the set. */
static void check_outside(check *c) {
    const tni_vector *log = &c->heap->barrier.outside;
    for (size_t i = 0; c->owners.count && i <= c->owners.mask; i++) {
        void *owner = (void *)c->owners.at[i];
        if (owner && tni_header(owner) & TN_HEADER_ARMED && !find_outside(c, owner)) return;
    }
    for (size_t i = 0; i < log->count; i += 2) {
        void *object = (void *)log->at[i];
        if (!(tni_header(object) & TN_HEADER_ARMED) || !has(&c->outside, log->at[i + 1])) continue;
        char text[400];
        describe(c->heap, object, text, sizeof text);
        tni_fatal(c->heap,
                  "verify: %s: invariant B5: object %s: its slot at %p was recorded by tn_revisit_slot, and its trace "
                  "callback does not visit it: has the memory moved, or was it freed, without a call of tn_revisit_object?",
                  c->when, text, (void *)(log->at[i + 1] & ~(uintptr_t)1));
    }
}

/* ---- before a minor collection: roots ---- */

static void check_cells(check *c) {
    const tni_table *cells = &c->heap->roots.cells;
    c->root = "a global or root cell";
    for (size_t i = 0; i < cells->capacity; i++) {
        if (i + CELLS_AHEAD < cells->capacity) __builtin_prefetch((void *)cells->at[i + CELLS_AHEAD]);
        if (!cells->at[i]) continue;
        void **cell = (void **)(cells->at[i] & ~TNI_CELL_BITS);
        c->recorded = c->heap->roots.young_overflow || has(&c->cells, (uintptr_t)cell);
        if (cells->at[i] & TNI_VALUE_CELL) check_value(&c->tracer, (tn_value *)(void *)cell);
        else check_ref(&c->tracer, cell);
    }
}

static void check_range(check *c, const tni_slots *s, bool rests) {
    char *base = *s->base, *top = *s->top, *low = rests ? top : s->low ? *s->low : base;
    c->root = rests ? suspended_slot : "below its low-water mark, the range's slot";
    c->recorded = false;
    for (char *at = base; at < top; at += sizeof(void *)) {
        if (at >= low) c->recorded = true, c->root = "the range's slot";
        if (s->values) check_value(&c->tracer, (tn_value *)(void *)at);
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

/* ---- spans and runs ---- */

/* The span at the grain, used or free, and free ones that should be in a list are counted; its end. */
static unsigned check_span(check *c, tni_region *region, unsigned grain, size_t *free) {
    bool used = tni_bit(region->used_grains, grain), first = tni_bit(region->first_grains, grain);
    unsigned grains = region->spans[grain], end = grain + grains;
    bool whole = grains && end <= TNI_GRAINS && tni_next_bit(region->used_grains, TNI_GRAINS, grain, !used) >= end;
    if (whole && !used) {
        whole = region->spans[end - 1] == grains && (end == TNI_GRAINS || tni_bit(region->used_grains, end));
        *free += grains >= TNI_SPAN_LEAST;
    }
    if (!whole || used != first)
        tni_fatal(c->heap, "verify: %s: invariant L1: region %p: grain %u begins no span", c->when, (void *)region,
                  grain);
    return end;
}

static void check_runs(check *c) {
    const tni_range *r = &c->heap->regions.range;
    size_t free = 0, filed = 0, kept = 0;
    for (size_t i = 0; i < r->top; i++) {
        if (!r->units[i].free) continue;
        kept += (size_t)r->units[i].pages * TNI_PAGE;
        free += !i || !r->units[i - 1].free;
    }
    for (unsigned list = 0; list < TNI_RUNS; list++)
        for (uint32_t at = r->runs[list]; at; at = r->units[at - 1].next, filed++) {
            size_t length = r->units[at - 1].run, end = at - 1 + length;
            bool whole = length && end <= r->top && r->units[end - 1].run == length && r->units[end - 1].free;
            if (!whole || (end < r->top && r->units[end].free) || list != (length < TNI_RUNS ? length : 0)) filed = SIZE_MAX / 2;
        }
    if (free != filed || kept != r->kept_bytes)
        tni_fatal(c->heap, "verify: %s: invariant L3: of %zu free runs %zu are on the right lists; %zu bytes are kept, not %zu",
                  c->when, free, filed, kept, r->kept_bytes);
}

static void check_spans(check *c) {
    const tni_large *large = &c->heap->large;
    size_t free = 0, filed = 0;
    for (size_t i = 0; i < c->heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&c->heap->regions, i);
        if (region->kind != TNI_PAGES_REGION) continue;
        for (unsigned grain = TNI_FIRST_GRAIN; grain < TNI_GRAINS;) grain = check_span(c, region, grain, &free);
    }
    for (unsigned length = TNI_SPAN_LEAST; length < TNI_GRAINS; length++) {
        bool any = false;
        for (uintptr_t at = large->free[length]; at; at = tni_span_link(at)->next, any = true)
            filed += *tni_span_at(at) == length;
        bool said = tni_bit(large->lengths, length) && large->words >> length / 64 & 1;
        if (any != said) filed = SIZE_MAX / 2;
    }
    if (free != filed)
        tni_fatal(c->heap, "verify: %s: invariant L1: of %zu free spans %zu are on the right lists", c->when,
                  free, filed);
}

/* ---- what counts against the limit ---- */

static void check_counts(check *c) {
    const tni_regions *all = &c->heap->regions;
    size_t blocks = 0, large = 0, heads = 0, mapped = 0;
    for (size_t i = 0; i < all->all.count; i++) {
        const tni_region *region = tni_region_at(all, i);
        if (!tni_range_has(&all->range, region)) mapped += region->bytes;
        heads += region->kind != TNI_HUGE_REGION;
        if (region->kind == TNI_BLOCKS_REGION) blocks += (size_t)__builtin_popcount(region->touched_blocks);
        if (region->kind == TNI_HUGE_REGION) large += region->bytes;
        for (unsigned w = 0; region->kind == TNI_PAGES_REGION && w < TNI_PAGES / 64; w++)
            large += (size_t)__builtin_popcountll(region->touched_pages[w]) * TNI_PAGE;
    }
    const tn_heap *h = c->heap;
    if (blocks != h->old.touched_blocks || large != h->large.touched_bytes || heads != all->heads || mapped != all->mapped)
        tni_fatal(c->heap,
                  "verify: %s: invariant P2: the counts do not agree with the regions: blocks %zu/%zu large %zu/%zu "
                  "heads %zu/%zu mapped %zu/%zu",
                  c->when, blocks, h->old.touched_blocks, large, h->large.touched_bytes, heads, all->heads, mapped,
                  all->mapped);
}

static void check_roots(check *c) {
    check_handles(c);
    check_cells(c);
    const tni_ranges *r = &c->heap->roots.ranges;
    for (size_t i = 0; i < r->count; i++) check_range(c, &r->at[i], i >= r->active);
}

uint64_t tni_verify_before_minor(tn_heap *heap, uint64_t limit_ns) {
    check *c = begin(heap, "before minor", heap->stats.minors + 1, check_refs, check_values);
    uint64_t since = 0;
    if (c && make_sets(c)) {
        check_nursery(c);
        check_young_large(c);
        since = tni_os_now();
        check_blocks(c);
        check_spans(c);
        check_runs(c);
        check_counts(c);
        check_roots(c);
        check_old_objects(c, since, limit_ns);
        check_log(c);
        check_unprotected(c);
        check_outside(c);
    }
    heap->disposed.count = 0;
    end(c);
    return since ? tni_os_now() - since : 0;
}

/* ---- after marking ---- */

/* In a large heap the bits are far apart, in any order. */
TNI_INLINE void set_later(check *c, uint64_t *map, size_t bit) {
    unsigned i = c->next++ % WAITING;
    *c->waiting[i].word |= c->waiting[i].mask;
    c->waiting[i].word = map + bit / 64;
    c->waiting[i].mask = UINT64_C(1) << bit % 64;
    __builtin_prefetch(c->waiting[i].word, 1);
}

/* Notes what is referred to, and looks at it only when something is known to be wrong: comparing bitmaps is quicker
 * than looking bits up. */
TNI_INLINE void reach(check *c, const void *slot, void *at) {
    if (!at) return;
    known *k = known_of(c, at);
    size_t place = k->place;
    if (TN_UNLIKELY_(!is_known(k, at) || c->wrong)) {
        if (!look_up(c, at, k, &place))
            report(c, slot, at, false,
                   "which is no object: freed, moved, or never allocated (a missed root or barrier?)");
        if (c->wrong && !tni_marked(at)) report(c, slot, at, true, "which was not marked");
    }
    set_later(c, c->reached + place * TNI_REGION_WORDS, tni_bit_of(at));
}

TNI_INLINE void reach_ref(tn_tracer *t, void **slot) { reach((check *)t, slot, *slot); }
TNI_INLINE void reach_value(tn_tracer *t, tn_value *slot) {
    check *c = (check *)t;
    reach(c, slot, tni_value_ref(&c->format, *slot));
}

static void reach_refs(tn_tracer *t, void **first, size_t count) {
    for (size_t i = 0; i < count; i++) reach_ref(t, first + i);
}

static void reach_values(tn_tracer *t, tn_value *first, size_t count) {
    for (size_t i = 0; i < count; i++) reach_value(t, first + i);
}

static void reach_from(void *object, void *user) {
    check *c = user;
    tn_header header = tni_header(object);
    const tni_layout *layout = &c->layouts[tni_header_type(header)];
    if (!tni_marked(object)) return;
    if (is_broken(header, layout)) report_header(c, object);
    c->object = object;
    tni_each_slot(&c->tracer, layout, object, header, reach_ref, reach_value);
    c->object = NULL;
}

static void reach_all(check *c) {
    for (unsigned i = 0; i < WAITING; i++) c->waiting[i].word = c->reached; /* no bit of it */
    c->root = "a root";
    tni_handles_visit(c->heap, &c->tracer);
    tni_roots_all(&c->heap->roots, &c->tracer);
    tni_sweep_each_object(c->heap, reach_from, c);
    for (unsigned i = 0; i < WAITING; i++) *c->waiting[i].word |= c->waiting[i].mask;
}

/* In the words of the bookkeeping there are no marks. */
static uint64_t marks_of(const tni_region *region, size_t w) { return w < TNI_BLOCK_WORDS ? 0 : region->marks[w]; }

static void check_marks(check *c, const tni_region *region, const uint64_t *reached) {
    size_t w = 0;
    while (w < TNI_REGION_WORDS && marks_of(region, w) == reached[w]) w++;
    if (w == TNI_REGION_WORDS) return;
    c->wrong = true;
    reach_all(c);
    char text[400];
    size_t bit = w * 64 + (size_t)__builtin_ctzll(region->marks[w] ^ reached[w]);
    describe(c->heap, (const char *)region + bit * 8, text, sizeof text);
    tni_fatal(c->heap, "verify: %s: object %s is marked, but nothing refers to it", c->when, text);
}

static void check_weak(check *c) {
    const tni_vector *v = &c->heap->weak.old;
    for (size_t i = 0; i < v->count; i++) {
        void *holder = (void *)v->at[i], *at;
        bool single = tn_type_of(holder) == TNI_WEAK_TYPE;
        size_t length = single ? 1 : tn_length_of(holder);
        for (size_t k = 0; k < length; k++) {
            at = single ? ((tn_weak *)holder)->referent : tni_value_ref(&c->heap->format, tni_weak_slots(holder)[k]);
            if (at && !tni_marked(at))
                tni_fatal(c->heap, "verify: %s: weak holder %p still refers to %p, which is dead", c->when, holder,
                          at);
        }
    }
}

void tni_verify_after_major(tn_heap *heap) {
    check *c = begin(heap, "after major", heap->stats.minors, reach_refs, reach_values);
    size_t bytes = (heap->regions.all.count + 1) * TNI_REGION_WORDS * sizeof(uint64_t);
    if (c) c->reached = tni_os_map(&heap->faults, bytes, TNI_PAGE);
    if (c && c->reached) {
        reach_all(c);
        for (size_t i = 0; i < heap->regions.all.count; i++)
            check_marks(c, tni_region_at(&heap->regions, i), c->reached + i * TNI_REGION_WORDS);
        check_weak(c);
    }
    if (c && c->reached) tni_os_unmap(c->reached, bytes);
    end(c);
}
