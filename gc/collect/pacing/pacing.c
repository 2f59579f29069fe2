/* collect/pacing/pacing.c: see pacing.h. */
#include "collect/pacing/pacing.h"

#include <math.h>

#include "base/os.h"
#include "base/system.h"
#include "collect/limit.h"
#include "heap/heap.h"

#define ROUND 3            /* more cycles than stay inaccessible fit into the nursery's range */
#define SUSPICIOUS 1.5     /* times as long as the last one, for a byte: the clock is checked */
#define LARGE_MOST ((size_t)32 << 20)

uint64_t tni_pacing_now(tn_heap *heap) { return tni_clock_read(&heap->pacing->clock) - heap->pacing->debug_ns; }

void tni_pacing_leave_out(tn_heap *heap, uint64_t since) { heap->pacing->debug_ns += tni_pacing_now(heap) - since; }

/* ---- sizes ---- */

void tni_set_nursery(tn_heap *heap, size_t bytes) {
    size_t fixed = heap->options.value.nursery;
    if (fixed) bytes = fixed;
    else bytes = tni_max(bytes, TNI_NURSERY_MIN) & ~(size_t)(TNI_PAGE - 1);
    const tni_settings *o = &heap->options.value;
    size_t parts = o->quarantine ? o->quarantine + ROUND : o->stress ? ROUND : 1;
    heap->pacing->nursery = tni_min(bytes, heap->nursery.reserved / parts & ~(size_t)(TNI_PAGE - 1));
}

size_t tni_pacing_kept(const tni_settings *settings) {
    size_t kept = settings->quarantine;
    return kept ? (kept + ROUND) * TNI_NURSERY_MIN : 0;
}

void tni_pacing_init(tn_heap *heap, const tn_policy *policy) {
    tni_pacer *p = heap->pacing;
    bool fixed = heap->options.value.policy == TNI_POLICY_FIXED;
    p->policy = tni_policy_of(fixed);
    p->nursery_user = p->limit_user = heap;
    if (policy && policy->nursery_size) p->policy.nursery_size = policy->nursery_size, p->nursery_user = policy->user;
    if (policy && policy->old_limit) p->policy.old_limit = policy->old_limit, p->limit_user = policy->user;
    if (!p->clock.wall) p->clock = (tni_clock){.wall = tni_os_now, .cpu = tni_os_cpu};
    tni_clock_start(&p->clock);
    p->last_end = p->growth.since = p->exhaustion.window = tni_pacing_now(heap);
    p->major_at = p->clock.at;
    p->external_next = SIZE_MAX;
    tni_set_born_old(heap, heap->options.value.pretenure == TNI_PRETENURE_ON);
    p->cache = (size_t)tni_cache_size();
    tni_pacing_changed(heap);
}

void tni_pacing_changed(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    tni_set_nursery(heap, p->nursery ? p->nursery : TNI_NURSERY_MIN);
    tni_set_old_limit(heap, tni_max(p->old_limit, p->live + p->external + heap->options.value.growth_min));
    p->exhaustion = (tni_exhaustion){0};
    p->verify_ns = 0;
    if (heap->options.value.pretenure == TNI_PRETENURE_ON) p->period.retry_at = UINT64_MAX;
    else if (heap->born_old) tni_pacing_retry(heap);
}

uint64_t tni_pacing_verify_limit(const tn_heap *heap, tn_collection_kind kind) {
    const tni_pacer *p = heap->pacing;
    if (kind != TN_MINOR && !tni_young_bytes(heap)) return 0;
    bool adapts = tni_is_adaptive_nursery(p) && !heap->options.value.nursery;
    bool longest = p->nursery == heap->nursery.reserved && tni_young_bytes(heap) >= p->nursery / 2;
    return adapts && (longest || heap->born_old) ? (p->mutator_ns + p->minor_ns) / TNI_VERIFY_APART : UINT64_MAX;
}

/* ---- young large objects ---- */

static size_t large_least(const tn_heap *heap) {
    const tni_pacer *p = heap->pacing;
    return heap->options.value.policy == TNI_POLICY_FIXED ? 4 * p->nursery : tni_max(p->nursery, p->cache / 2);
}

/* One object may be longer than all that the budget allows. */
bool tni_pacing_large_due(const tn_heap *heap, size_t bytes) {
    const tni_young_large *young = tni_young_large_of(heap);
    if (!young->bytes) return false;
    size_t tight = (tni_room(heap) + young->bytes) / 2;
    size_t most = tni_min(tni_max(heap->pacing->large_budget, large_least(heap)), tight);
    return young->bytes + bytes > most || young->at.count >= TNI_YOUNG_MAX;
}

/* At first half of what the cache holds, so that the memory that is written next is still in the cache. The budget
 * doubles when minor collections take more of the time than a program loses that writes beyond its cache, and it is
 * halved when they take hardly any. */
void tni_pacing_after_large(tn_heap *heap, size_t bytes) {
    static const double COSTLY = 0.2;
    tni_pacer *p = heap->pacing;
    if (bytes < p->large_budget / 2) return;
    double share = (double)p->minor_ns / (double)(p->minor_ns + p->mutator_ns + 1);
    if (share > COSTLY) p->large_budget *= 2;
    else if (share < COSTLY / 4) p->large_budget /= 2;
    p->large_budget = tni_max(tni_min(p->large_budget, LARGE_MOST), large_least(heap));
    if (heap->options.value.policy == TNI_POLICY_FIXED) p->large_budget = large_least(heap);
}

/* ---- accounts ---- */

/* What a minor collection took. Where that is much for so many survivors, the thread may not have run all the time. */
static uint64_t minor_took(tn_heap *heap, size_t survived, uint64_t since) {
    tni_pacer *p = heap->pacing;
    double bytes = (double)(survived + TNI_CHUNK);
    uint64_t ns = tni_pacing_now(heap) - since;
    if ((double)ns > p->usual_ns * SUSPICIOUS * bytes) ns = tni_clock_check(&p->clock) - p->debug_ns - since;
    p->usual_ns = (double)ns / bytes;
    return ns;
}

void tni_pacing_after_minor(tn_heap *heap, size_t used, size_t survived, uint64_t since) {
    tni_pacer *p = heap->pacing;
    p->room.claim = 0;
    p->survived = survived;
    p->minor_ns = minor_took(heap, survived, since);
    if (heap->options.value.pretenure == TNI_PRETENURE_ON) tni_set_born_old(heap, true);
    if (used < p->nursery / 2) return; /* cut short: says nothing of a whole cycle */
    tni_decide_born_old(heap, used, survived);
    tn_pacing now = tni_pacing_describe(heap);
    tni_callback outer = tni_hook_begin(heap, "policy");
    size_t size = p->policy.nursery_size(&now, p->nursery_user);
    tni_hook_end(heap, outer);
    tni_set_nursery(heap, size);
}

static void watch_marking(tni_pacer *p, const tni_marking *m) {
    double bytes = (double)(m->live + TNI_REGION);
    p->mark_byte_ns = tni_believed((double)m->ns / bytes, p->mark_byte_ns);
    p->mark_ns = (uint64_t)(p->mark_byte_ns * bytes);
}

void tni_pacing_after_major(tn_heap *heap, const tni_marking *m) {
    tni_pacer *p = heap->pacing;
    uint64_t now = tni_pacing_now(heap);
    bool forget = m->full || tni_is_old_news(p);
    tni_count_growth(heap, m);
    watch_marking(p, m);
    tni_remember_live(p, forget);
    p->had = m->full || p->old_limit < p->external ? 0 : p->old_limit - p->external;
    p->major_at = p->clock.at;
    p->live = m->live;
    tni_most_recent(p);
    tni_limit_after_marking(heap);
    bool adapts = tni_is_adaptive_nursery(p);
    if (m->full && adapts) tni_set_nursery(heap, tni_min(p->nursery, tni_most_nursery(heap)));
    tni_watch_thrashing(heap, now);
    if (tni_room(heap) > heap->options.value.reserve + TNI_CAPACITY_MIN * 4) p->room.reserve_spent = false;
}

void tni_pacing_after(tn_heap *heap, uint64_t since, bool asked) {
    tni_pacer *p = heap->pacing;
    p->last_end = tni_pacing_now(heap);
    uint64_t took = p->last_end - since;
    p->gc_ns += took;
    if (!asked) return;
    p->exhaustion.gc_at_window += took;
    if (p->growth.since < since) p->growth.since += took;
}
