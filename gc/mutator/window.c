/* mutator/window.c: raw windows, and the room that tn_reserve keeps for them. */
#include "mutator/request.h"

#include <stdio.h>

#include "collect/pacing/pacing.h"
#include "mutator/alloc.h"

static void *try_reserve(const tni_request *r) {
    tni_mutator *p = tni_private(r->m);
    if (r->m->heap->born_old) tni_pacing_retry(r->m->heap); /* only the nursery keeps what is promised here */
    if (!tni_nursery_extend(&r->m->heap->nursery, tni_young_end(r))) return NULL;
    p->reserved = tni_young_end(r);
    tni_set_limit(p);
    return p->reserved;
}

tn_status tn_reserve(tn_mutator *m, size_t bytes) {
    if (!m) return TN_BAD_ARGUMENT;
    if (bytes > TN_RESERVE_MAX)
        return tni_fail(m, TN_BAD_SIZE, "tn_reserve: %zu bytes: the most is TN_RESERVE_MAX, %zu", bytes,
                        TN_RESERVE_MAX);
    if (!tni_may_allocate(m, "tn_reserve")) return TN_BAD_STATE;
    tni_request r = {.m = m, .function = "tn_reserve", .cell = (bytes + 7) & ~(size_t)7, .align = 8};
    if (try_reserve(&r)) return TN_OK;
    if (!tni_may_collect(m, "tn_reserve")) return TN_BAD_STATE;
    return tni_collect_until(&r, try_reserve, 0, TNI_CAUSE_RESERVE) ? TN_OK : TN_OUT_OF_MEMORY;
}

void *tni_allocate_in_window(const tni_request *r, bool young) {
    tn_mutator *m = r->m;
    if (m->heap->born_old) tni_pacing_retry(m->heap);
    void *object = !tni_private(m)->window_checked && young ? tni_try_young(r) : NULL;
    if (object) return object;
    char at[200] = "";
    if (r->place) snprintf(at, sizeof at, "at %.180s:%d ", r->place->file, r->place->line);
    tni_fatal(m->heap,
              "%s: allocation of a '%.60s' (%zu bytes) %sin the raw window of %.180s:%d: call tn_reserve before "
              "TN_NO_GC",
              r->function, r->layout->desc->name, r->cell, at, m->window->file, m->window->line);
}

void tn_window_limit_(tn_mutator *m) {
    tni_private(m)->window_checked = m->window != NULL;
    tni_set_limit(tni_private(m));
}
