/* collect/collect.c: one collection, from stop to restart, and the mutator's side of it. */
#include "collect/collect.h"

#include <stdio.h>
#include <string.h>

#include "collect/sweep.h"
#include "heap/alloc.h"
#include "debug/poison.h"
#include "debug/site.h"
#include "debug/verify.h"
#include "base/memcheck.h"
#include "base/os.h"

/* Blocks that are swept, and regions that go back to the system: each some hundred microseconds at most. */
enum { SWEEP_PER_MINOR = 64, TRIM_PER_MINOR = 2, FORGET_PER_MINOR = 4 };
#define SLACK ((size_t)8 << 20) /* what is free in pieces, and what the nursery has once been, is kept up to there */

static const char *const cause_names[] = {
    [TNI_CAUSE_NURSERY] = "nursery full", [TNI_CAUSE_MEMORY] = "out of memory", [TNI_CAUSE_OLD] = "old space full",
    [TNI_CAUSE_LARGE] = "large objects",
    [TNI_CAUSE_HOST] = "asked by the host", [TNI_CAUSE_REQUEST] = "requested", [TNI_CAUSE_STABLE] = "stable address",
    [TNI_CAUSE_DETACH] = "mutator detached", [TNI_CAUSE_RESERVE] = "reservation", [TNI_CAUSE_STRESS] = "stress"};

void tni_set_limit(tni_mutator *m) {
    tn_heap *heap = m->pub.heap;
    const char *frontier = heap->nursery.frontier;
    bool poll = heap->options.value.stress || heap->options.value.debug & (TNI_DEBUG_SITES | TNI_DEBUG_THREADS) ||
                AO_load(&m->pub.stop) & TN_STOP_COLLECT;
    m->bump_old = false;
    if (!m->attached || heap->busy || m->hook_running) frontier = NULL;
    else if (poll) frontier = NULL;
    else if (m->pub.window && m->window_checked) frontier = m->reserved;
    else if (heap->pacing.pretenuring) m->bump_old = true, frontier = NULL;
    m->pub.limit = frontier ? (uintptr_t)frontier + 8 : 0;
}

void tni_restart(tn_heap *heap) {
    tni_mutator *m = tni_mutator_of(heap);
    if (!m) return;
    m->pub.alloc = heap->nursery.start + 8;
    m->reserved = NULL;
    tni_set_limit(m);
}

void tni_begin_cycle(tn_heap *heap) {
    tni_pacing_begin_cycle(heap);
    tni_sites_begin_cycle(heap);
    tni_restart(heap);
}

/* Gives some of what is not wanted back to the system; false when that is all. Kept is what the next cycle and the
 * growth up to the next major will want: blocks or pages, not both. */
static bool trim(tn_heap *heap) {
    const tni_pacing *p = &heap->pacing;
    size_t used = p->live + tni_pacing_grown(heap) + tni_external_bytes(heap);
    double left = p->old_limit > used ? (double)(p->old_limit - used) : 0;
    size_t growth = (size_t)(left * (1 - p->external_share));
    size_t cells = (size_t)((double)growth * p->cells), blocks = p->promised + cells / TNI_BLOCK;
    if (tni_old_trim(&heap->old, blocks, TRIM_PER_MINOR) ||
        tni_large_trim(&heap->large, growth - cells + p->large_budget, TRIM_PER_MINOR) ||
        tni_old_forget_some(&heap->old, blocks + SLACK / TNI_BLOCK, FORGET_PER_MINOR))
        return true;
    tni_nursery_trim(&heap->nursery, p->nursery + SLACK);
    return false;
}

static void trim_all(tn_heap *heap) {
    tni_old_trim(&heap->old, 0, SIZE_MAX);
    tni_old_forget(&heap->old, SIZE_MAX);
    tni_large_trim(&heap->large, 0, SIZE_MAX);
    tni_large_forget(&heap->large, SIZE_MAX);
    tni_nursery_trim(&heap->nursery, 0);
}

/* ---- what the debug modes do; pacing does not see the time ---- */

static void before_minor(tn_heap *heap, tn_collection_kind kind) {
    uint64_t since = tni_pacing_now(heap);
    bool verify = heap->options.value.debug & TNI_DEBUG_VERIFY;
    heap->pacing.verify_ns = verify ? tni_verify_before_minor(heap, tni_pacing_verify_limit(heap, kind)) : 0;
    tni_pacing_leave_out(heap, since);
}

static void after_minor(tn_heap *heap, const tni_collection *c) {
    uint64_t since = tni_pacing_now(heap);
    uint32_t debug = heap->options.value.debug;
    if (debug & TNI_DEBUG_SITES) tni_sites_after_minor(heap, c->cause);
    if (debug & TNI_DEBUG_POISON) tni_poison_range(heap->nursery.start, c->nursery);
    if (debug & TNI_DEBUG_MOVE) tni_nursery_seal(&heap->nursery);
    tni_pacing_leave_out(heap, since);
}

static void after_marking(tn_heap *heap, const char *cause) {
    uint64_t since = tni_pacing_now(heap);
    if (heap->options.value.debug & TNI_DEBUG_VERIFY) tni_verify_after_major(heap);
    if (heap->old.paged) tni_quarantine_take(heap, cause, cause == cause_names[TNI_CAUSE_MEMORY]);
    if (heap->options.value.debug & TNI_DEBUG_SITES) tni_sites_after_major(heap);
    if (heap->old.paged) tni_quarantine_seal(heap);
    tni_pacing_leave_out(heap, since);
}

/* ---- a collection ---- */

static void minor(tn_heap *heap, tni_collection *c) {
    bool debug = heap->options.value.debug != 0;
    if (debug) before_minor(heap, c->kind);
    c->survived = tni_minor_evacuate(heap);
    if (debug) after_minor(heap, c);
    heap->stats.minors++;
    heap->stats.young_allocated += c->nursery;
    heap->stats.promoted += c->survived;
    tni_forbid(heap->nursery.start, (size_t)(heap->nursery.frontier - heap->nursery.start)); /* sealed: 0 */
}

/* The old space will grow: what it needs beside the blocks it has is made ready now, at most for a quarter of the
 * time that the collection `took`. */
static void prepare_growth(tn_heap *heap, uint64_t took) {
    size_t limit = heap->pacing.old_limit, external = tni_external_bytes(heap), have = tni_old_bytes(heap);
    size_t want = limit > external ? limit - external : 0;
    size_t blocks = want > have ? (size_t)((double)(want - have) * heap->pacing.cells) / TNI_BLOCK : 0;
    uint64_t until = tni_os_now() + took / 4;
    if (blocks && tni_fits_now(heap, blocks * TNI_BLOCK)) tni_old_prepare(&heap->old, blocks, until);
    tni_large_prepare(&heap->large, until);
}

static void major(tn_heap *heap, const tni_collection *c, bool due) {
    uint64_t begin = tni_pacing_now(heap);
    tni_mark_heap(heap);
    tni_phase_ends(heap, TNI_PHASE_MARK);
    tni_marking m = {.full = c->kind == TN_FULL, .due = due, .external_grown = tni_pacing_external_grown(heap)};
    tni_weak_major(heap);
    tni_barrier_after_marking(heap);
    tni_phase_ends(heap, TNI_PHASE_WEAK);
    if (heap->options.value.debug || heap->old.paged) after_marking(heap, c->cause);
    m.live = tni_sweep_begin(heap);
    m.ns = tni_pacing_now(heap) - begin;
    heap->stats.majors++;
    if (m.full || heap->options.value.debug & TNI_DEBUG_POISON) tni_sweep_all(heap);
    tni_phase_ends(heap, TNI_PHASE_SWEEP);
    tni_pacing_after_major(heap, &m);
    if (!m.full) prepare_growth(heap, tni_pacing_now(heap) - begin);
    heap->clearing = !m.full;
}

/* What a major collection did not sweep is swept some at a time; then what is not wanted goes back to the system, some
 * at a time. */
static void clear_up(tn_heap *heap) {
    if (tni_pacing_forget(heap)) heap->clearing = true;
    if (!heap->clearing) return;
    bool swept = tni_sweep_some(heap, SWEEP_PER_MINOR);
    tni_phase_ends(heap, TNI_PHASE_SWEEP);
    if (!swept) return;
    tni_pacing_swept(heap);
    heap->clearing = trim(heap);
}

/* For Valgrind: where the address of a dead object lies, and which collection was the last one there. */
static void name_spaces(tn_heap *heap, const tni_collection *c) {
    char text[400];
    tni_nursery *n = &heap->nursery;
    snprintf(text, sizeof text, "nursery of heap '%.200s', emptied by collection %llu (%s),", heap->name,
             (unsigned long long)c->number, c->cause);
    tni_name(&n->name, n->base, n->committed, text);
    if (c->kind == TN_MINOR) return;
    snprintf(text, sizeof text, "region of the old space of heap '%.200s', marked by collection %llu (%s),", heap->name,
             (unsigned long long)c->number, c->cause);
    for (size_t i = 0; i < heap->regions.all.count; i++) {
        tni_region *region = tni_region_at(&heap->regions, i);
        tni_name(&region->name, region, region->bytes, text);
    }
}

void tni_collect(tn_heap *heap, tn_collection_kind kind, tni_cause cause) {
    const tni_clock *clock = &heap->pacing.clock;
    uint64_t paced = tni_pacing_now(heap), begin = clock->at;
    tni_collection c = {.number = heap->stats.minors + 1, .kind = kind, .cause = cause_names[cause],
                        .nursery = tni_young_bytes(heap), .before = tni_stats_used(heap)};
    tni_busy_begin(heap);
    tni_note_handles(heap);
    tni_phases_begin(heap, kind);
    heap->pacing.mutator_ns = paced - heap->pacing.last_end;
    size_t large = heap->large.young_bytes;
    minor(heap, &c);
    tni_pacing_after_minor(heap, c.nursery, c.survived, paced);
    tni_pacing_after_large(heap, large);
    c.minor_ns = clock->at - begin;
    bool due = tni_pacing_major_follows(heap);
    if (kind == TN_MINOR && due) c.kind = TN_MAJOR;
    tni_phase_ends(heap, TNI_PHASE_MINOR);
    if (c.kind == TN_MINOR) clear_up(heap);
    else major(heap, &c, due);
    if (c.kind == TN_FULL) trim_all(heap);
    tni_begin_cycle(heap);
    tni_handles_after(heap);
    if (TNI_NAMED) name_spaces(heap, &c);
    tni_busy_end(heap);
    tni_pacing_after(heap, paced, kind != TN_MINOR && !due && cause != TNI_CAUSE_MEMORY);
    c.pause_ns = clock->at - begin;
    tni_phases_end(heap, &c);
    c.after = tni_stats_used(heap);
    tni_stats_record(heap, &c);
    if (heap->options.value.log & TNI_LOG_GC) tni_log_collection(heap, &c);
}

/* ---- the public calls ---- */

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
    if (!heap || (!is_dispose(&heap->callback) && !tni_check_heap(heap, "tn_external_adjust"))) return;
    add_external(heap, bytes);
    if (bytes <= 0 || heap->busy) return;
    if (!tni_pacing_external_due(heap)) return;
    tn_request_collection(heap);
    tni_mutator *m = tni_mutator_of(heap);
    if (m) tni_set_limit(m);
}
