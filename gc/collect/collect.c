/* collect/collect.c: see collect.h. */
#include "collect/collect.h"

#include <stdio.h>
#include <string.h>

#include "base/memcheck.h"
#include "base/os.h"
#include "collect/limit.h"
#include "collect/minor.h"
#include "collect/pacing/pacing.h"
#include "collect/special.h"
#include "collect/stress.h"
#include "collect/sweep.h"
#include "collect/worker.h"
#include "heap/heap.h"

/* Blocks that are swept, and regions that go back to the system: each some hundred microseconds at most. */
enum { SWEEP_PER_MINOR = 64, TRIM_PER_MINOR = 2, FORGET_PER_MINOR = 4 };
#define SLACK ((size_t)8 << 20) /* what is free in pieces, and what the nursery has once been, is kept up to there */

static const char *const reasons[] = {
    [TNI_CAUSE_NURSERY] = "nursery full",   [TNI_CAUSE_LARGE] = "large objects",
    [TNI_CAUSE_MEMORY] = "out of memory",   [TNI_CAUSE_OLD] = "old space full",
    [TNI_CAUSE_HOST] = "asked by the host", [TNI_CAUSE_REQUEST] = "requested",
    [TNI_CAUSE_STABLE] = "stable address",  [TNI_CAUSE_RESERVE] = "reservation",
    [TNI_CAUSE_DETACH] = "mutator detached", [TNI_CAUSE_STRESS] = "stress",
};

void tni_begin_cycle(tn_heap *heap) {
    tni_pacing_begin_cycle(heap);
    tni_announce(heap, TNI_CYCLE_BEGINS, &(tni_event){0});
    tni_restart(heap);
}

/* Gives some of what is not wanted back to the system; false when that is all. Kept is what the next cycle and the
 * growth up to the next major will want: blocks or pages, not both. */
static bool trim(tn_heap *heap) {
    const tni_pacer *p = heap->pacing;
    size_t used = p->live + tni_pacing_grown(heap) + tni_external_bytes(heap);
    double left = p->old_limit > used ? (double)(p->old_limit - used) : 0;
    size_t growth = (size_t)(left * (1 - p->external_share));
    size_t cells = (size_t)((double)growth * p->cells), blocks = p->room.promised + cells / TNI_BLOCK;
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

/* ---- a collection ---- */

static void minor(tn_heap *heap, tni_collection *c) {
    const tni_event event = {.collection = c};
    tni_announce(heap, TNI_EVACUATION_BEGINS, &event);
    c->survived = tni_minor_evacuate(heap);
    tni_announce(heap, TNI_EVACUATION_ENDS, &event);
    heap->minors++;
    char *start = heap->nursery.start + heap->nursery.kept;
    tni_forbid(start, (size_t)(heap->nursery.frontier - start)); /* sealed: 0 */
}

/* The old space will grow: what it needs beside the blocks it has is made ready now, at most for a quarter of the
 * time that the collection `took`. */
static void prepare_growth(tn_heap *heap, uint64_t took) {
    size_t limit = heap->pacing->old_limit, external = tni_external_bytes(heap), have = tni_old_bytes(heap);
    size_t want = limit > external ? limit - external : 0;
    size_t blocks = want > have ? (size_t)((double)(want - have) * heap->pacing->cells) / TNI_BLOCK : 0;
    uint64_t until = tni_os_now() + took / 4;
    if (blocks && tni_fits_now(heap, blocks * TNI_BLOCK)) tni_old_prepare(&heap->old, blocks, until);
    tni_large_prepare(&heap->large, until);
}

static void major(tn_heap *heap, const tni_collection *c, bool due) {
    uint64_t begin = tni_pacing_now(heap);
    tni_enter_phase(heap, TNI_PHASE_MARK, c);
    tni_mark_heap(heap);
    tni_marking m = {.full = c->kind == TN_FULL, .due = due, .external_grown = tni_pacing_external_grown(heap)};
    tni_enter_phase(heap, TNI_PHASE_WEAK, c);
    tni_special_after_marking(heap);
    tni_enter_phase(heap, TNI_PHASE_SWEEP, c);
    tni_announce(heap, TNI_MARKING_ENDS, &(tni_event){.collection = c});
    m.live = tni_sweep_after_marking(heap);
    m.ns = tni_pacing_now(heap) - begin;
    heap->majors++;
    if (m.full || tni_is_heard(heap, TNI_BLOCK_SWEPT)) tni_sweep_all(heap);
    tni_enter_phase(heap, TNI_PHASE_MEMORY, c);
    tni_pacing_after_major(heap, &m);
    if (!m.full) prepare_growth(heap, tni_pacing_now(heap) - begin);
    heap->pacing->tidying = !m.full;
}

/* What a major collection did not sweep is swept some at a time; then what is not wanted goes back to the system, some
 * at a time. */
static void tidy(tn_heap *heap, const tni_collection *c) {
    if (tni_pacing_forget(heap)) heap->pacing->tidying = true;
    if (!heap->pacing->tidying) return;
    tni_enter_phase(heap, TNI_PHASE_SWEEP, c);
    bool swept = tni_sweep_some(heap, SWEEP_PER_MINOR);
    tni_enter_phase(heap, TNI_PHASE_MEMORY, c);
    if (!swept) return;
    tni_pacing_swept(heap);
    heap->pacing->tidying = trim(heap);
}

/* Counting what is resident takes a while: it is done for those who want to know. */
static void announce_memory(tn_heap *heap, const tni_collection *c) {
    if (!tni_is_heard(heap, TNI_MEMORY_TAKEN) && !tni_is_heard(heap, TNI_MEMORY_GIVEN_BACK)) return;
    size_t before = heap->resident, now = tni_committed(heap);
    heap->resident = now;
    if (now > before) tni_announce(heap, TNI_MEMORY_TAKEN, &(tni_event){.collection = c, .bytes = now - before});
    if (now < before) tni_announce(heap, TNI_MEMORY_GIVEN_BACK, &(tni_event){.collection = c, .bytes = before - now});
}

/* The minor part of every collection, and its account. */
static void evacuate(tn_heap *heap, tni_collection *c, uint64_t paced) {
    size_t large = tni_young_large_of(heap)->bytes;
    tni_stress_begin(heap, c);
    minor(heap, c);
    /* Where survivors have stayed, the collection says nothing of survival. */
    tni_pacing_after_minor(heap, heap->nursery.kept ? 0 : c->nursery, c->survived, paced);
    tni_pacing_after_large(heap, large);
}

void tni_collect(tn_heap *heap, tn_collection_kind kind, tni_cause cause) {
    const tni_clock *clock = &heap->pacing->clock;
    uint64_t paced = tni_pacing_now(heap), begin = clock->at;
    tni_collection c = {.number = heap->minors + 1, .kind = kind, .cause = cause, .reason = reasons[cause],
                        .nursery = tni_young_bytes(heap), .stayed = heap->nursery.kept, .before = tni_used_bytes(heap)};
    tni_busy_begin(heap);
    tni_note_handles(heap);
    tni_announce(heap, TNI_COLLECTION_BEGINS, &(tni_event){.collection = &c});
    tni_enter_phase(heap, TNI_PHASE_MINOR, &c);
    heap->pacing->mutator_ns = paced - heap->pacing->last_end;
    evacuate(heap, &c, paced);
    c.minor_ns = clock->at - begin;
    bool due = tni_pacing_major_follows(heap) && !heap->nursery.kept; /* a marking wants the nursery empty */
    if (kind == TN_MINOR && due) c.kind = TN_MAJOR;
    if (c.kind != TN_MINOR) major(heap, &c, due);
    else tidy(heap, &c);
    tni_enter_phase(heap, TNI_PHASE_MEMORY, &c);
    if (c.kind == TN_FULL) trim_all(heap);
    tni_begin_cycle(heap);
    tni_busy_end(heap);
    tni_pacing_after(heap, paced, kind != TN_MINOR && !due && cause != TNI_CAUSE_MEMORY);
    c.pause_ns = clock->at - begin;
    c.after = tni_used_bytes(heap);
    tni_enter_phase(heap, TNI_PHASE_NONE, &c);
    announce_memory(heap, &c);
    tni_announce(heap, TNI_COLLECTION_ENDS, &(tni_event){.collection = &c});
}
