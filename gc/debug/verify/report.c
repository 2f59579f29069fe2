/* debug/verify/report.c: a check begins, ends and reports; see check.h. */
#include <stdio.h>
#include <stdlib.h>

#include "debug/callback.h"
#include "debug/describe.h"
#include "debug/lowmark.h"
#include "debug/segv.h"
#include "debug/verify/check.h"

/* ---- begin and end ---- */

bool tni_verify_sets(check *c) {
    const tni_remembered *b = tni_remembered_of(c->heap);
    tni_faults *faults = &c->heap->faults;
    return tni_set_fill(&c->objects, faults, &b->objects, 0, 1) && tni_set_fill(&c->slots, faults, &b->slots, 0, 1) &&
           tni_set_fill(&c->owners, faults, &b->outside, 0, 2) &&
           tni_set_fill(&c->outside, faults, &b->outside, 1, 2) &&
           tni_set_fill(&c->unprotected, faults, &b->unprotected, 0, 1) &&
           tni_set_fill(&c->large, faults, &tni_young_large_of(c->heap)->at, 0, 1) &&
           tni_set_fill(&c->cells, faults, &c->heap->roots.young, 0, 1);
}

check *tni_verify_begin(tn_heap *heap, const char *when, uint64_t number, tni_refs_fn refs, tni_values_fn values) {
    check *c = tni_calloc(&heap->faults, 1, sizeof *c);
    if (!c) return NULL;
    *c = (check){.tracer = {refs, values, heap, false},
                 .heap = heap,
                 .layouts = heap->types.layouts,
                 .format = heap->format,
                 .young = (uintptr_t)heap->nursery.start + 8,
                 .young_bytes = tni_young_bytes(heap)};
    snprintf(c->when_text, sizeof c->when_text, "%s collection %llu", when, (unsigned long long)number);
    c->when = c->when_text;
    tni_known_begin(c->known);
    return c;
}

void tni_verify_end(check *c) {
    if (!c) return;
    tni_set_free(&c->objects);
    tni_set_free(&c->slots);
    tni_set_free(&c->owners);
    tni_set_free(&c->outside);
    tni_set_free(&c->unprotected);
    tni_set_free(&c->cells);
    tni_set_free(&c->large);
    tni_vector_free(&c->traced);
    free(c);
}

/* ---- reports ---- */

void tni_verify_report(check *c, const void *slot, const void *target, bool readable, const char *what) {
    char to[400], from[400], field[64] = "";
    if (!readable && tni_heap_of(c->heap, target)) what = "an object of another heap";
    if (!readable && tni_disposed_at(c->heap, target)) what = "which a dispose callback cannot bring back";
    if (readable) tni_describe(c->heap, target, to, sizeof to);
    else tni_describe_lost(c->heap, target, to, sizeof to);
    if (c->range) {
        tni_lowmark_slot(c->heap, c->range, slot, from, sizeof from);
        tni_fatal(c->heap, "verify: %s: %s holds %s, %s", c->when, from, to, what);
    }
    if (!c->object) tni_fatal(c->heap, "verify: %s: %s at %p holds %s, %s", c->when, c->root, slot, to, what);
    tni_describe(c->heap, c->object, from, sizeof from);
    tni_field_name(tni_layout_of(c->heap, tni_header(c->object)), c->object, slot, field, sizeof field);
    tni_fatal(c->heap, "verify: %s: object %s, field '%s' holds %s, %s", c->when, from, field, to, what);
}

void tni_verify_header(check *c, void *object) {
    tni_fatal(c->heap, "verify: %s: old object %p has a broken header, %#llx: its memory was overwritten", c->when,
              object, (unsigned long long)tni_header(object));
}

/* ---- is it an old object? ---- */

bool tni_verify_look_up(check *c, const void *at, tni_known *k, size_t *place) {
    const tni_regions *regions = &c->heap->regions;
    tni_region *region = tni_region_of(at);
    *place = tni_region_place(regions, (uintptr_t)region);
    if (*place == regions->all.count || tni_region_at(regions, *place) != region || (uintptr_t)at & 7) return false;
    if (region->kind == TNI_BLOCKS_REGION) *k = (tni_known){(uintptr_t)region, *place};
    return tni_begins_old(at);
}
