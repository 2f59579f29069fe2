/* debug/verify/reach.c: what roots and marked objects refer to is marked, and nothing else is; see verify.h. */
#include "debug/verify.h"

#include "base/os.h"
#include "collect/sweep.h"
#include "debug/describe.h"
#include "debug/verify/check.h"

/* Notes in a bitmap what is referred to. Comparing the bitmap with the marks at the end is quicker than looking up each
 * mark. Only when they differ, all is done again, and each mark is looked up to find the reference to report. */
TNI_INLINE void reach(check *c, const void *slot, void *at) {
    if (!at) return;
    tni_known *k = tni_known_of(c->known, at);
    size_t place = k->place;
    if (TN_UNLIKELY_(!tni_known_has(k, at) || c->wrong)) {
        if (!tni_verify_look_up(c, at, k, &place))
            tni_verify_report(c, slot, at, false,
                   "which is no object: freed, moved, or never allocated (a missed root or barrier, or a callback "
                   "that does not visit the same slots each time?)");
        if (c->wrong && !tni_marked(at)) tni_verify_report(c, slot, at, true, "which was not marked");
    }
    tni_pending_set(&c->pending, c->reached + place * TNI_REGION_WORDS, tni_bit_of(at));
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
    if (is_broken(header, layout)) tni_verify_header(c, object);
    c->object = object;
    tni_each_slot(&c->tracer, layout, object, header, reach_ref, reach_value);
    c->object = NULL;
}

static void reach_all(check *c) {
    tni_pending_begin(&c->pending, c->reached);
    for (const tni_root_kind *kind = tni_root_kinds; kind < tni_root_kinds + TNI_ROOT_KINDS; kind++) {
        if (!kind->visit_all) continue;
        c->root = kind->slot;
        kind->visit_all(c->heap, &c->tracer);
    }
    tni_sweep_each_object(c->heap, reach_from, c);
    tni_pending_end(&c->pending);
}

/* The first words of `marks` are those of the bookkeeping, where no object lies. */
static uint64_t marks_of(const tni_region *region, size_t w) { return w < TNI_BLOCK_WORDS ? 0 : region->marks[w]; }

static void check_marks(check *c, const tni_region *region, const uint64_t *reached) {
    size_t w = 0;
    while (w < TNI_REGION_WORDS && marks_of(region, w) == reached[w]) w++;
    if (w == TNI_REGION_WORDS) return;
    c->wrong = true;
    reach_all(c);
    if (region->marks[w] == reached[w])
        tni_fatal(c->heap, "verify: %s: a scanner or a trace callback does not visit the same slots each time",
                  c->when);
    char text[400];
    size_t bit = w * 64 + (size_t)__builtin_ctzll(region->marks[w] ^ reached[w]);
    tni_describe(c->heap, (const char *)region + bit * 8, text, sizeof text);
    tni_fatal(c->heap, "verify: %s: object %s is marked, but nothing refers to it", c->when, text);
}

static void check_weak(check *c) {
    const tni_vector *v = &c->heap->special->old;
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
    check *c = tni_verify_begin(heap, "after major", heap->minors, reach_refs, reach_values);
    size_t bytes = (heap->regions.all.count + 1) * TNI_REGION_WORDS * sizeof(uint64_t);
    if (c) c->reached = tni_os_map(&heap->faults, bytes, TNI_PAGE);
    if (c && c->reached) {
        reach_all(c);
        for (size_t i = 0; i < heap->regions.all.count; i++)
            check_marks(c, tni_region_at(&heap->regions, i), c->reached + i * TNI_REGION_WORDS);
        check_weak(c);
    }
    if (c && c->reached) tni_os_unmap(c->reached, bytes);
    tni_verify_end(c);
}
