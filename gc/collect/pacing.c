/* collect/pacing.c: see pacing.h. */
#include "collect/pacing.h"

#include <math.h>

#include "collect/collect.h"
#include "collect/sweep.h"
#include "core/heap.h"
#include "core/system.h"
#include "space/os.h"

#define NURSERY_MIN ((size_t)256 << 10)
#define CAPACITY_MIN ((size_t)32 << 10) /* a cycle shorter than this is not worth a minor collection */
#define CAPACITY_LAST ((size_t)1 << 10) /* but the reserve is handed out to the end */
#define SURVIVE_MOST 0.6  /* of a cycle: from then on copying is work for nothing */
#define STRETCH_MIN 8      /* cycles: how long objects are born old before the first probe, */
#define STRETCH_MAX 128    /* and between later ones */
#define VERDICT_FADE 0.99  /* for each cycle */
#define CELLS_FADE 0.9     /* for each major */
#define SCATTERED 12       /* so small a part of the limit may be lost in holes */
#define ROUND 3            /* cycles: so many more than are to stay inaccessible go round in the nursery's range */
#define VERIFY_APART 3     /* see adaptive_nursery */
#define SECOND UINT64_C(1000000000)

static void set_pretenuring(tn_heap *heap, bool on) {
    heap->pacing.pretenuring = on;
    tni_old_zeroed(&heap->old, on);
}

uint64_t tni_pacing_at(const tn_heap *heap, uint64_t now) { return now - heap->pacing.debug_ns; }
uint64_t tni_pacing_now(const tn_heap *heap) { return tni_pacing_at(heap, tni_os_now()); }

void tni_pacing_leave_out(tn_heap *heap, uint64_t since) { heap->pacing.debug_ns += tni_os_now() - since; }

/* ---- the policies ---- */

static size_t min_size(size_t a, size_t b) { return a < b ? a : b; }
static size_t max_size(size_t a, size_t b) { return a > b ? a : b; }

static size_t fixed_nursery(const tn_pacing *p, void *user) {
    (void)user;
    return p->nursery;
}

static size_t fixed_limit(const tn_pacing *p, void *user) {
    tn_heap *heap = user;
    return p->live + p->external + heap->options.value.growth_min;
}

/* Longer cycles while minor collections cost more than a quarter of the collector's share of the time, for a longer
 * cycle gives objects more time to die; but no longer than AIM of the pause target allows if as much survives, and
 * a byte takes as long, as at worst lately (all of it may survive once in a while: that must not take more than
 * SURPRISE times as long), and in proportion to the heap: fresh memory costs more than it saves (binary trees took
 * as long with 8 MiB as with 64, and half the memory).
 *
 * What debug mode `verify` does before each minor collection takes as long after a short cycle as after a long one, but
 * for the nursery: so a cycle takes the program VERIFY_APART times as long as that, if it can. */
static size_t adaptive_nursery(const tn_pacing *p, void *user) {
    static const double AIM = 0.5, SURPRISE = 2, FADE = 0.98;
    tn_heap *heap = user;
    tni_pacing *own = &heap->pacing;
    double share = (double)p->survived / (double)p->nursery, target = (double)p->pause_target_ns * AIM;
    own->worst_survival = fmax(share, own->worst_survival * FADE);
    if (p->survived >= TNI_CHUNK) own->byte_ns = fmax((double)p->minor_ns / (double)p->survived, own->byte_ns * FADE);
    bool costly = (double)p->minor_ns * 400 > (double)(p->minor_ns + p->mutator_ns) * heap->options.value.cpu_target;
    double wanted = (double)p->nursery * (costly ? 2 : 1), cost = own->byte_ns * own->worst_survival;
    double most = (double)max_size(2 * own->cache, p->live / 4);
    if (wanted > most) wanted = most;
    if (wanted * cost > target) wanted = target / cost;
    if (wanted * own->byte_ns > target * SURPRISE) wanted = target * SURPRISE / own->byte_ns;
    double program = (double)(p->minor_ns + p->mutator_ns + 1);
    double verified = (double)p->nursery * VERIFY_APART * (double)own->verify_ns / program;
    own->verify_bytes = verified > wanted ? (size_t)fmin(verified - wanted, (double)p->nursery_max) : 0;
    return (size_t)fmax(wanted, verified);
}

/* Room for max(growth_min, MemBalancer's square root, the CPU target within AFFORDED times the live bytes); or, if
 * that is more, nearly what it was allowed before: memory that is there is cheaper to use than to give back and to
 * take again.
 *
 * MemBalancer (Kirisame, Shenoy, Panchekha: Optimal heap limits for reducing browser memory use, 2022): extra
 * memory of sqrt(live * allocation rate / collection speed / c) spends memory where it saves most time; live /
 * speed is the time of one marking, and COST our c, in 1 / byte. For the CPU target: a marking is due once in
 * `extra / rate`. Growth by large objects gets LARGE less than that: they are written faster than any others, so
 * that the rate is high and the room long, and memory that is used again sooner is in a cache more often. That gives
 * back most of what the markings cost (strings took 14 MiB less, and 1 to 3 % more time). */
static size_t adaptive_limit(const tn_pacing *p, void *user) {
    static const double COST = 1.1e-8, AFFORDED = 0.5, LARGE = 0.5, KEEP = 0.96;
    tn_heap *heap = user;
    /* what the old space grows by during one marking */
    double live = (double)p->live, load = (double)p->old_rate * (double)p->mark_ns / (double)SECOND;
    double by_root = sqrt(load / COST), by_cpu = load * 100 / heap->options.value.cpu_target;
    by_cpu *= 1 - LARGE + LARGE * heap->pacing.cells;
    if (by_cpu > live * AFFORDED) by_cpu = live * AFFORDED;
    double had = (double)heap->pacing.old_limit - (double)p->external;
    double extra = fmax(fmax(by_root, by_cpu), (had - live) * KEEP);
    return p->live + p->external + max_size(heap->options.value.growth_min, (size_t)extra);
}

/* ---- what the policies are told, and the clamps ---- */

static tn_pacing describe(const tn_heap *heap) {
    const tni_pacing *p = &heap->pacing;
    const tni_settings *o = &heap->options.value;
    return (tn_pacing){.nursery = p->nursery,
                       .nursery_min = NURSERY_MIN,
                       .nursery_max = heap->nursery.reserved,
                       .survived = p->survived,
                       .minor_ns = p->minor_ns,
                       .mutator_ns = p->mutator_ns,
                       .pause_target_ns = o->pause_target,
                       .live = p->live,
                       .external = tni_external_bytes(heap),
                       .mark_ns = p->mark_ns,
                       .old_rate = p->old_rate,
                       .heap_max = o->heap_max};
}

static void set_nursery(tn_heap *heap, size_t bytes) {
    size_t fixed = heap->options.value.nursery;
    if (fixed) bytes = fixed;
    else bytes = max_size(bytes, NURSERY_MIN) & ~(size_t)(TNI_PAGE - 1);
    size_t kept = heap->options.value.quarantine, parts = kept ? kept + ROUND : 1;
    heap->pacing.nursery = min_size(bytes, heap->nursery.reserved / parts & ~(size_t)(TNI_PAGE - 1));
}

size_t tni_pacing_kept(const tni_settings *settings) {
    size_t kept = settings->quarantine;
    return kept ? (kept + ROUND) * NURSERY_MIN : 0;
}

static void set_old_limit(tn_heap *heap, size_t bytes) {
    size_t used = heap->pacing.live + tni_external_bytes(heap), max = heap->options.value.heap_max;
    size_t half_way = used < max ? used + (max - used) / 2 : used;
    heap->pacing.old_limit = min_size(max_size(bytes, used + TNI_BLOCK), half_way);
}

void tni_pacing_init(tn_heap *heap, const tn_policy *policy) {
    tni_pacing *p = &heap->pacing;
    bool fixed = heap->options.value.policy == TNI_POLICY_FIXED;
    p->policy = (tn_policy){fixed ? fixed_nursery : adaptive_nursery, fixed ? fixed_limit : adaptive_limit, heap};
    if (policy && policy->nursery_size) p->policy.nursery_size = policy->nursery_size;
    if (policy && policy->old_limit) p->policy.old_limit = policy->old_limit;
    if (policy) p->policy.user = policy->user;
    p->last_end = p->major_end = p->window = tni_pacing_now(heap);
    set_pretenuring(heap, heap->options.value.pretenure == TNI_PRETENURE_ON);
    p->cache = (size_t)tni_cache_size();
    tni_pacing_changed(heap);
}

void tni_pacing_changed(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    set_nursery(heap, p->nursery ? p->nursery : NURSERY_MIN);
    set_old_limit(heap, max_size(p->old_limit, p->live + tni_external_bytes(heap) + heap->options.value.growth_min));
    p->thrashing = false;
    p->window = 0;
    if (heap->options.value.pretenure == TNI_PRETENURE_ON) p->probe_at = UINT64_MAX;
    else if (p->pretenuring) tni_pacing_probe(heap);
}

uint64_t tni_pacing_verify_limit(const tn_heap *heap, tn_kind kind) {
    const tni_pacing *p = &heap->pacing;
    if (kind != TN_MINOR && !tni_young_bytes(heap)) return 0;
    bool adapts = p->policy.nursery_size == adaptive_nursery && !heap->options.value.nursery;
    bool longest = p->nursery == heap->nursery.reserved && tni_young_bytes(heap) >= p->nursery / 2;
    return adapts && (longest || p->pretenuring) ? (p->mutator_ns + p->minor_ns) / VERIFY_APART : UINT64_MAX;
}

/* ---- room ---- */

/* The bytes that may still be taken below the hard limit, without the reserve while that is kept. */
static size_t room(const tn_heap *heap) {
    size_t used = tni_old_bytes(heap) + tni_external_bytes(heap);
    if (!heap->pacing.reserve_spent) used += heap->options.value.reserve;
    size_t max = heap->options.value.heap_max;
    return used < max ? max - used : 0;
}

/* Promotion can take up to 1.5 times the cell (a hash behind a cell of 16 bytes), and the ends of blocks: 1.6; or,
 * where each cell has pages of its own, one for a cell of 16 bytes. In tenths. */
static size_t growth(const tn_heap *heap) { return heap->old.paged ? TNI_PAGE / 16 * 10 : 16; }
static size_t blocks_for(const tn_heap *heap, size_t capacity) {
    return capacity / 10 * growth(heap) / TNI_BLOCK + 1 + TNI_LANES;
}
/* The cycle itself and what it can promote, but for the ends of blocks; in tenths, and for a whole cycle. */
static size_t claim_tenths(const tn_heap *heap) { return growth(heap) + 9; }
static size_t claim_of(const tn_heap *heap, size_t capacity) { return capacity / 10 * claim_tenths(heap); }

static size_t affordable(const tn_heap *heap, size_t room_left, size_t capacity) {
    size_t least = heap->pacing.reserve_spent ? CAPACITY_LAST : CAPACITY_MIN;
    size_t by_room = room_left / claim_tenths(heap) * 10;
    if (capacity <= by_room) return capacity;
    return by_room >= least ? by_room : 0;
}

void tni_pacing_begin_cycle(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    size_t capacity = max_size(p->nursery, p->least);
    if (room(heap) < claim_of(heap, capacity) + p->wanted)
        tni_sweep_all(heap); /* blocks that are not swept yet count as used */
    size_t have = room(heap);
    capacity = affordable(heap, have > p->wanted ? have - p->wanted : 0, capacity);
    if (p->pretenuring) capacity = 0;
    p->promised = blocks_for(heap, capacity);
    size_t blocks = capacity ? tni_old_provide(&heap->old, p->promised) : 0;
    if (capacity && blocks < p->promised) { /* the system has no more: make do with what there is */
        capacity = blocks > TNI_LANES + 1 ? (blocks - TNI_LANES - 1) * TNI_BLOCK / growth(heap) * 10 : 0;
        p->promised = blocks;
    }
    tni_nursery_begin(&heap->nursery, capacity);
    p->claim = claim_of(heap, (size_t)(heap->nursery.end - heap->nursery.start));
    if (!capacity) p->promised = 0;
    p->least = p->wanted = 0;
}

bool tni_pacing_fits(tn_heap *heap, size_t bytes) {
    tni_pacing *p = &heap->pacing;
    tni_nursery *n = &heap->nursery;
    size_t have = room(heap);
    if (bytes > have) return false;
    if (have - bytes >= p->claim) return true;
    size_t capacity = (have - bytes) / claim_tenths(heap) * 10, used = (size_t)(n->frontier - n->start);
    if (capacity < used) return false;
    n->end = n->start + (capacity & ~(size_t)7);
    p->claim = claim_of(heap, capacity);
    return true;
}

size_t tni_pacing_grown(const tn_heap *heap) {
    return (size_t)(heap->old.filled + heap->large.filled - heap->pacing.filled);
}

/* Holes that are too short for what is allocated take room as well. A marking makes longer ones, so it comes when
 * blocks and pages outgrow the limit, if a quarter of what it allows has been used. (What a longer cycle for `verify`
 * brings beyond the limit at once is not lost in holes.) */
static bool is_scattered(const tn_heap *heap, size_t grown) {
    const tni_pacing *p = &heap->pacing;
    size_t taken = tni_old_bytes(heap) - heap->large.young_bytes + tni_external_bytes(heap);
    size_t limit = p->old_limit + p->old_limit / SCATTERED + p->verify_bytes;
    return taken > limit && grown > (p->old_limit - p->live) / 4;
}

bool tni_pacing_major_due(const tn_heap *heap, size_t bytes) {
    const tni_pacing *p = &heap->pacing;
    size_t grown = tni_pacing_grown(heap) + bytes;
    if (p->live + grown + tni_external_bytes(heap) > p->old_limit) return true;
    return p->policy.old_limit == adaptive_limit && is_scattered(heap, grown);
}

/* ---- young large objects ---- */

#define LARGE_MOST ((size_t)32 << 20)

static size_t large_least(const tn_heap *heap) {
    const tni_pacing *p = &heap->pacing;
    return heap->options.value.policy == TNI_POLICY_FIXED ? 4 * p->nursery : max_size(p->nursery, p->cache);
}

/* One object may be longer than all that the budget allows. */
bool tni_pacing_large_due(const tn_heap *heap, size_t bytes) {
    const tni_large *large = &heap->large;
    size_t tight = (room(heap) + large->young_bytes) / 2, most = max_size(heap->pacing.large_budget, large_least(heap));
    return large->young_bytes && (large->young_bytes + bytes > min_size(most, tight) || large->young.count >= TNI_YOUNG_MAX);
}

/* As for the nursery: as few bytes as the cache holds, so that what is written next is there, but twice as many when
 * minor collections that come for them take too much of the time, and again less when they take hardly any. */
void tni_pacing_after_large(tn_heap *heap, size_t bytes) {
    static const double COSTLY = 0.05;
    tni_pacing *p = &heap->pacing;
    if (bytes < p->large_budget / 2) return;
    double share = (double)p->minor_ns / (double)(p->minor_ns + p->mutator_ns + 1);
    if (share > COSTLY) p->large_budget *= 2;
    else if (share < COSTLY / 4) p->large_budget /= 2;
    p->large_budget = max_size(min_size(p->large_budget, LARGE_MOST), large_least(heap));
    if (heap->options.value.policy == TNI_POLICY_FIXED) p->large_budget = large_least(heap);
}

/* ---- accounts ---- */

/* Whether a byte that is born old costs the program less than one that is born young. Where nearly everything
 * survives the nursery and dies in the old space, copying may be work for nothing, and so may be recording the
 * stores into what is copied; or it may be worth it, for the program writes to memory that the caches know, and
 * what is born together is copied together. So it is tried: `old_byte_ns` is what a stretch took, without major
 * collections. These are due to what comes to the old space: all of it, or what survives. A verdict fades, so that
 * it is tried again. (What survives for good is always worth the copy: it comes to lie in a better order.) */
static bool pretenuring_pays(const tni_pacing *p, size_t used, size_t survived) {
    double share = (double)survived / (double)used, young = (double)(p->mutator_ns + p->minor_ns) / (double)used;
    double marking = (double)p->mark_ns / (double)(p->old_limit - p->live + 1);
    return p->churning && share > SURVIVE_MOST && p->old_byte_ns + marking < young + marking * share;
}

/* Objects are born old for a stretch, then a cycle of the nursery looks again. The longer it has been so, the
 * longer the stretch. */
static void decide_pretenuring(tn_heap *heap, size_t used, size_t survived) {
    tni_pacing *p = &heap->pacing;
    if (heap->options.value.pretenure != TNI_PRETENURE_AUTO || heap->options.value.policy == TNI_POLICY_FIXED) return;
    set_pretenuring(heap, pretenuring_pays(p, used, survived));
    p->old_byte_ns *= VERDICT_FADE;
    size_t least = p->nursery * STRETCH_MIN, most = p->nursery * STRETCH_MAX;
    p->stretch = p->pretenuring && p->stretch ? min_size(p->stretch * 2, most) : least;
    if (!p->pretenuring) p->stretch = 0;
    p->stretch_from = heap->old.filled;
    p->probe_at = p->stretch_from + p->stretch;
    p->stretch_gc_ns = p->gc_ns; /* without this collection: its time is left out from its beginning on */
    p->stretch_began = tni_pacing_now(heap) - p->minor_ns;
}

void tni_pacing_probe(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    uint64_t now = tni_pacing_now(heap);
    double bytes = (double)(heap->old.filled - p->stretch_from), gc_ns = (double)(p->gc_ns - p->stretch_gc_ns);
    if (bytes >= (double)p->stretch) p->old_byte_ns = ((double)(now - p->stretch_began) - gc_ns) / bytes;
    p->last_end = now;
    set_pretenuring(heap, false);
    tni_begin_cycle(heap);
}

void tni_pacing_after_minor(tn_heap *heap, size_t used, size_t survived, uint64_t ns) {
    tni_pacing *p = &heap->pacing;
    p->survived = survived;
    p->minor_ns = ns;
    if (heap->options.value.pretenure == TNI_PRETENURE_ON) set_pretenuring(heap, true);
    if (used < p->nursery / 2) return; /* cut short: says nothing of a whole cycle */
    decide_pretenuring(heap, used, survived);
    tn_pacing now = describe(heap);
    set_nursery(heap, p->policy.nursery_size(&now, p->policy.user));
}

/* Memory is as good as out when the collector has taken more than cpu_max of the last second or more, and hardly
 * anything is free. */
static void watch_thrashing(tn_heap *heap, uint64_t now) {
    tni_pacing *p = &heap->pacing;
    bool tight = room(heap) < heap->options.value.heap_max / 20;
    if (!tight || !p->window) {
        p->thrashing = false;
    } else if (now - p->window < SECOND) {
        return;
    } else {
        uint64_t share = (p->gc_ns - p->gc_at_window) * 100 / (now - p->window);
        p->thrashing = heap->options.value.cpu_max < 100 && share >= heap->options.value.cpu_max;
    }
    p->window = now;
    p->gc_at_window = p->gc_ns;
}

/* The part of the growth that needs blocks. When it shrinks this is believed slowly. */
static void watch_cells(tn_heap *heap, size_t grown) {
    tni_pacing *p = &heap->pacing;
    double large = (double)(heap->large.filled - p->large_filled);
    p->cells = fmax(grown ? 1 - large / (double)grown : 0, p->cells * CELLS_FADE);
    p->large_filled = heap->large.filled;
}

void tni_pacing_disposed(tn_heap *heap, size_t bytes) {
    size_t limit = heap->pacing.old_limit;
    set_old_limit(heap, bytes < limit ? limit - bytes : 0);
}

void tni_pacing_after_major(tn_heap *heap, size_t live, uint64_t ns) {
    tni_pacing *p = &heap->pacing;
    uint64_t now = tni_pacing_now(heap);
    size_t grown = tni_pacing_grown(heap);
    p->old_rate = (uint64_t)((double)grown / (double)(now - p->major_end + 1) * (double)SECOND);
    p->major_end = now;
    p->mark_ns = ns;
    p->churning = p->live + grown > live + grown / 2;
    p->live = live;
    p->filled += grown;
    watch_cells(heap, grown);
    tn_pacing state = describe(heap);
    set_old_limit(heap, p->policy.old_limit(&state, p->policy.user));
    watch_thrashing(heap, now);
    size_t used = tni_old_bytes(heap) + tni_external_bytes(heap) + heap->options.value.reserve;
    if (p->reserve_spent && used + CAPACITY_MIN * 4 < heap->options.value.heap_max) p->reserve_spent = false;
}
