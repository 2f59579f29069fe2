/* debug/leaks.c: see leaks.h. */
#include "debug/leaks.h"

#include <stdio.h>
#include <stdlib.h>

#include "collect/collect.h"
#include "heap/heap.h"

/* What is left of one kind: how much from each site. */
typedef struct tally {
    tn_heap *heap;
    const char *what;
    size_t *count; /* by site, or NULL without memory: then all are from number 0 */
    size_t total;
} tally;

static tally begin(tn_heap *heap, const char *what) {
    size_t sites = heap->sites.count + 1;
    return (tally){.heap = heap, .what = what, .count = tni_calloc(&heap->faults, sites, sizeof(size_t))};
}

static void add(tally *t, uint32_t site) {
    t->total++;
    if (t->count) t->count[site]++;
}

static void say(tn_heap *heap, size_t count, const char *what, const char *where) {
    char line[400];
    snprintf(line, sizeof line, "[leaks %s] %zu %s left%s", heap->name, count, what, where);
    tni_log(heap, line);
}

static void end(tally *t) {
    size_t named = 0;
    for (size_t site = 1; t->count && site < t->heap->sites.count; site++) {
        char where[300];
        if (!t->count[site]) continue;
        tni_site_text(&t->heap->sites, (uint32_t)site, "made", where, sizeof where);
        say(t->heap, t->count[site], t->what, where);
        named += t->count[site];
    }
    const char *hint = " (TENURE_DEBUG=sites tells where they were made)";
    if (t->total > named) say(t->heap, t->total - named, t->what, named ? ", made elsewhere" : hint);
    free(t->count);
}

static void cells(tn_heap *heap, bool globals) {
    tally t = begin(heap, globals ? "globals" : "roots");
    for (size_t i = 0; i < heap->roots.cells.capacity; i++) {
        uintptr_t cell = heap->roots.cells.at[i];
        if (cell && (cell & TNI_GLOBAL) == globals) add(&t, tni_site_held(heap, (void *)(cell & ~TNI_CELL_BITS)));
    }
    end(&t);
}

void tni_leaks_before(tn_heap *heap) {
    tni_collect(heap, TN_FULL, TNI_CAUSE_DETACH); /* weak references that nothing holds are not left */
    cells(heap, true);
    cells(heap, false);
    tally ranges = begin(heap, "ranges"), scanners = begin(heap, "scanners"), weak = begin(heap, "weak references");
    const tni_ranges *r = &heap->roots.ranges;
    for (size_t i = 0; i < r->count; i++) add(&ranges, tni_site_held(heap, r->at[i].range));
    const tni_vector *s = &heap->roots.scanners.at;
    for (size_t i = 0; i < s->count; i++) add(&scanners, tni_site_held(heap, (void *)s->at[i]));
    for (size_t i = 0; i < heap->weak.old.count; i++)
        add(&weak, tni_site_number(heap, (const void *)heap->weak.old.at[i]));
    end(&ranges);
    end(&scanners);
    end(&weak);
}

void tni_leaks_after(tn_heap *heap) {
    char line[200];
    ptrdiff_t bytes = (ptrdiff_t)AO_load(&heap->external);
    if (!bytes) return;
    snprintf(line, sizeof line, "[leaks %s] %td bytes of tn_external_adjust left after all objects were disposed of",
             heap->name, bytes);
    tni_log(heap, line);
}
