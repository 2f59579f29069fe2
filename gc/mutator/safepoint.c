/* mutator/safepoint.c: the public calls that collect or ask for a collection: polls, requests, and off-heap bytes. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "collect/collect.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"
#include "mutator/alloc.h"

tn_status tn_collect(tn_mutator *m, tn_collection_kind kind) {
    if (!m) return TN_BAD_ARGUMENT;
    if (kind != TN_MINOR && kind != TN_MAJOR && kind != TN_FULL)
        return tni_fail(m, TN_BAD_ARGUMENT, "tn_collect: kind %d is none of TN_MINOR, TN_MAJOR, TN_FULL", (int)kind);
    if (!tni_may_collect(m, "tn_collect")) return TN_BAD_STATE;
    tni_collect(m->heap, kind, TNI_CAUSE_HOST);
    return TN_OK;
}

void tn_request_collection(tn_heap *heap) {
    if (!heap) return;
    for (size_t i = 0; i < sizeof heap->mutators / sizeof *heap->mutators; i++)
        AO_or_full(&heap->mutators[i].pub.stop, TN_STOP_COLLECT);
}

/* Said once: the loop around it may be long. */
static void refuse_in_window(tn_mutator *m, const tn_place *place) {
    tn_place *refused = &tni_private(m)->refused, window = {m->window->file, m->window->line};
    if (refused->file == window.file && refused->line == window.line) return;
    *refused = window;
    char at[200] = "";
    if (place) snprintf(at, sizeof at, "at %.180s:%d: ", place->file, place->line);
    tni_fail(m, TN_BAD_STATE, "tn_poll: %sa raw window is open (TN_NO_GC at %s:%d)", at, window.file,
             window.line);
}

void tn_poll_slow(tn_mutator *m) { tn_poll_slow_at_(m, NULL); }

void tn_poll_slow_at_(tn_mutator *m, const tn_place *place) {
    if (!m || !tni_private(m)->attached || !tni_check_caller(m, "tn_poll") || !tni_check_hook(m, "tn_poll")) return;
    if (m->window) {
        refuse_in_window(m, place);
        return;
    }
    if (!(AO_load_acquire(&m->stop) & TN_STOP_COLLECT)) return;
    AO_and_full(&m->stop, ~TN_STOP_COLLECT);
    tni_collect(m->heap, TN_MINOR, TNI_CAUSE_REQUEST);
}

static bool is_dispose(const tni_callback *c) { return c->name && strcmp(c->name, "dispose") == 0; }

/* The sum is cut where it would wrap. */
static void add_external(tn_heap *heap, ptrdiff_t bytes) {
    AO_t before, after;
    do {
        ptrdiff_t sum;
        before = AO_load(&heap->external);
        if (__builtin_add_overflow((ptrdiff_t)before, bytes, &sum)) sum = bytes < 0 ? PTRDIFF_MIN : PTRDIFF_MAX;
        after = (AO_t)sum;
    } while (!AO_compare_and_swap_full(&heap->external, before, after));
}

/* Off-heap bytes that outgrow the limit ask for a collection of their own: the nursery may be far from full. A minor
 * one comes first, which may well free them; it becomes a major if that was not enough. So do bytes that take the room
 * which the nursery has been promised below the hard limit, for they count there too: they must not eat the reserve. */
void tn_external_adjust(tn_heap *heap, ptrdiff_t bytes) {
    if (!heap || (!is_dispose(&heap->mutators[0].callback) && !tni_check_heap(heap, "tn_external_adjust"))) return;
    add_external(heap, bytes);
    if (bytes <= 0 || heap->mutators[0].busy) return;
    if (!tni_pacing_external_due(heap)) return;
    tn_request_collection(heap);
    tni_mutator *m = tni_mutator_of(heap);
    if (m) tni_set_limit(m);
}
