/* debug/leaks.c: see leaks.h. */
#include "debug/leaks.h"

#include <stdio.h>
#include <stdlib.h>

#include "collect/collect.h"
#include "collect/roots.h"
#include "collect/special.h"
#include "debug/site.h"
#include "heap/heap.h"

/* What is left of one kind: how much from each site. */
typedef struct tally {
    tn_heap *heap;
    const char *what;
    size_t *count; /* by site, or NULL without memory: then all are from number 0 */
    size_t total;
} tally;

static tally begin(tn_heap *heap, const char *what) {
    size_t sites = heap->sites->count + 1;
    return (tally){.heap = heap, .what = what, .count = tni_calloc(&heap->faults, sites, sizeof(size_t))};
}

static void add(tally *t, uint32_t site) {
    t->total++;
    if (t->count) t->count[site]++;
}

static void say(tn_heap *heap, size_t count, const char *what, const char *where) {
    char line[400];
    snprintf(line, sizeof line, "[leaks %s] %zu %s left%s", heap->host.name, count, what, where);
    tni_log(&heap->host, line);
}

/* Only while it runs are its buffers on the stack. */
static __attribute__((noinline)) void end(tally *t) {
    size_t named = 0;
    for (size_t site = 1; t->count && site < t->heap->sites->count; site++) {
        char where[300];
        if (!t->count[site]) continue;
        tni_site_text(t->heap->sites, (uint32_t)site, "made", where, sizeof where);
        say(t->heap, t->count[site], t->what, where);
        named += t->count[site];
    }
    const char *hint = " (TENURE_DEBUG=sites tells where they were made)";
    if (t->total > named) say(t->heap, t->total - named, t->what, named ? ", made elsewhere" : hint);
    free(t->count);
}

static void add_held(const void *root, void *user) { add(user, tni_site_held(((tally *)user)->heap, root)); }

void tni_leaks_before(tn_heap *heap) {
    tni_collect(heap, TN_FULL, TNI_CAUSE_DETACH); /* weak references that nothing holds are not left */
    for (unsigned i = 0; i < TNI_ROOT_KINDS; i++) {
        const tni_root_kind *kind = &tni_root_kinds[i];
        if (!kind->each) continue;
        tally roots = begin(heap, kind->name);
        kind->each(heap, add_held, &roots);
        end(&roots);
    }
    tally weak = begin(heap, "weak references");
    const tni_vector *holders = &heap->special->old;
    for (size_t i = 0; i < holders->count; i++) add(&weak, tni_site_number(heap, (const void *)holders->at[i]));
    end(&weak);
}

void tni_leaks_after(tn_heap *heap) {
    char line[200];
    ptrdiff_t bytes = (ptrdiff_t)AO_load(&heap->external);
    if (!bytes) return;
    snprintf(line, sizeof line, "[leaks %s] %td bytes of tn_external_adjust left after all objects were disposed of",
             heap->host.name, bytes);
    tni_log(&heap->host, line);
}
