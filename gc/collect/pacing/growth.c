/* collect/pacing/growth.c: see growth.h. */
#include "collect/pacing/growth.h"

#include <math.h>

#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"

#define CELLS_FADE 0.9     /* for each major */
#define SCATTERED 12       /* fragmentation above 1/12 of the limit brings the next marking forward */
#define RATE_MOST 64e9     /* bytes a second */
#define MUCH ((size_t)32 << 20) /* memory that is worth a marking to look what is alive of it */
#define PART 8             /* of the room: so often minor collections look for dead external bytes */
#define LONG (10 * TNI_SECOND) /* how long a peak is remembered, on the wall clock */

/* ---- how much it is ---- */

size_t tni_pacing_grown(const tn_heap *heap) {
    return (size_t)(heap->old.filled + heap->large.filled - heap->pacing->filled);
}

/* The bytes that may come between the last major collection and the next. */
size_t tni_allowed(const tni_pacer *p) {
    size_t used = p->live + p->external;
    return p->old_limit > used ? p->old_limit - used : 0;
}

/* How fast the heap grows, and by what. A part that needs blocks is believed slowly when it shrinks. */
static void sample(tni_pacer *p, size_t live) {
    tni_growth *g = &p->growth;
    uint64_t now = p->clock.ran - p->debug_ns;
    size_t heap = g->cells + g->large;
    double all = (double)heap + (double)g->external, rate = all / (double)(now - g->since + 1) * (double)TNI_SECOND;
    p->old_rate = (uint64_t)fmin(rate, RATE_MOST);
    p->external_share = all > 0 ? (double)g->external / all : 0;
    p->cells = fmax(heap ? (double)g->cells / (double)heap : 0, p->cells * CELLS_FADE);
    p->churning = g->live + heap > live + heap / 2;
    *g = (tni_growth){.since = now, .live = live};
}

void tni_count_growth(tn_heap *heap, const tni_marking *m) {
    tni_pacer *p = heap->pacing;
    tni_growth *g = &p->growth;
    size_t grown = tni_pacing_grown(heap), large = (size_t)(heap->large.filled - p->large_filled);
    g->cells += grown - large;
    g->large += large;
    g->external += m->external_grown;
    p->filled += grown;
    p->large_filled += large;
    size_t enough = m->due ? 0 : heap->options.value.growth_min;
    if (g->cells + g->large + g->external >= enough) sample(p, m->live);
}

/* ---- the limit ---- */

void tni_set_old_limit(tn_heap *heap, size_t bytes) {
    size_t used = heap->pacing->live + heap->pacing->external;
    size_t max = tni_room(heap) + tni_old_bytes(heap) + tni_external_bytes(heap);
    size_t half_way = used < max ? used + (max - used) / 2 : used;
    heap->pacing->old_limit = tni_min(tni_max(bytes, used + TNI_BLOCK), half_way);
}

void tni_ask_for_limit(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    tn_pacing state = tni_pacing_describe(heap);
    state.external = p->external;
    tni_callback outer = tni_hook_begin(heap, "policy");
    size_t limit = p->policy.old_limit(&state, p->limit_user);
    tni_hook_end(heap, outer);
    tni_set_old_limit(heap, limit);
}

/* What was alive before the last majors is remembered for as many, or until LONG has passed since the last one. */
void tni_remember_live(tni_pacer *p, bool forget) {
    size_t *before = p->before;
    for (unsigned i = TNI_KEPT_MAJORS; i-- > 0;) before[i] = forget ? 0 : i ? before[i - 1] : p->live;
}

void tni_most_recent(tni_pacer *p) {
    p->recent = p->live;
    for (unsigned i = 0; i < TNI_KEPT_MAJORS; i++) p->recent = tni_max(p->recent, p->before[i]);
}

bool tni_is_old_news(const tni_pacer *p) { return p->clock.at - p->major_at >= LONG; }

bool tni_pacing_forget(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    if (p->recent == p->live || !tni_is_old_news(p)) return false;
    tni_remember_live(p, true);
    tni_most_recent(p);
    if (tni_own_limit(p)) tni_ask_for_limit(heap);
    return true;
}

/* ---- when a major collection is due ---- */

/* Holes that are too short for what is allocated take room as well. A marking makes longer ones, so it comes when
 * blocks and pages outgrow the limit, if a quarter of what it allows has been used. (What a longer cycle for `verify`
 * brings beyond the limit at once is not lost in holes.) */
static bool is_scattered(const tn_heap *heap, size_t grown) {
    const tni_pacer *p = heap->pacing;
    size_t taken = tni_old_bytes(heap) - tni_young_large_of(heap)->bytes + tni_external_bytes(heap);
    size_t limit = p->old_limit + p->old_limit / SCATTERED + p->verify_bytes;
    return taken > limit && grown > tni_allowed(p) / 4;
}

bool tni_pacing_major_due(const tn_heap *heap, size_t bytes) {
    const tni_pacer *p = heap->pacing;
    size_t grown = tni_pacing_grown(heap) + bytes;
    if (p->live + grown + tni_external_bytes(heap) > p->old_limit) return true;
    return tni_is_adaptive_limit(p) && is_scattered(heap, grown);
}

/* A program that makes only garbage may have dropped much of what it had, and nobody knows. So a marking comes after
 * LONG without one, if it takes no more than a thirtieth of the time. */
static bool is_long_ago(const tn_heap *heap) {
    const tni_pacer *p = heap->pacing;
    uint64_t since = p->clock.at - p->major_at;
    if (!tni_is_adaptive_limit(p) || !tni_is_old_news(p) || tni_old_bytes(heap) <= MUCH) return false;
    double cost = (double)p->mark_ns + (double)tni_pacing_grown(heap) * fmin(p->mark_byte_ns, 1); /* an estimate */
    return (double)since / 30 >= cost;
}

bool tni_pacing_major_follows(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    size_t margin = p->external_due ? tni_allowed(p) / PART : 0; /* with less room the next minor would come at once */
    p->external_due = false;
    if (p->external_next != SIZE_MAX) p->external_next = tni_external_bytes(heap) + tni_allowed(p) / PART;
    return tni_pacing_major_due(heap, margin) || is_long_ago(heap);
}

/* ---- external bytes ---- */

size_t tni_pacing_external_grown(const tn_heap *heap) {
    size_t now = tni_external_bytes(heap), before = heap->pacing->external;
    return now > before ? now - before : 0;
}

bool tni_pacing_external_due(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    size_t now = tni_external_bytes(heap);
    bool unknown = now > p->external_next;
    if (unknown) p->external_next = now + tni_allowed(p) / PART;
    bool due = tni_pacing_major_due(heap, tni_young_bytes(heap));
    if (due) p->external_due = true;
    return !tni_pacing_fits(heap, 0) || due || unknown; /* in this order: the first may shorten the cycle */
}

void tni_pacing_disposed(tn_heap *heap, size_t bytes) {
    tni_pacer *p = heap->pacing;
    size_t limit = p->old_limit;
    p->external -= tni_min(bytes, p->external);
    p->external_alive = tni_min(p->external_alive, p->external);
    tni_set_old_limit(heap, bytes < limit ? limit - bytes : 0);
}

void tni_pacing_swept(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    if (p->external_next == SIZE_MAX) return;
    p->external_next = SIZE_MAX;
    p->external_alive = p->external;
    if (tni_own_limit(p)) tni_ask_for_limit(heap);
}

/* External bytes of objects that have just died are given back when their blocks are swept. Until then no more are
 * taken to be alive than were before. */
static void watch_external(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    p->external = tni_external_bytes(heap);
    p->external_alive = heap->old.unswept_blocks ? tni_min(p->external_alive, p->external) : p->external;
}

void tni_limit_after_marking(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    watch_external(heap);
    tni_ask_for_limit(heap);
    p->external_next = heap->old.unswept_blocks ? p->external + tni_allowed(p) / PART : SIZE_MAX;
}
