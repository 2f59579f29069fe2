/* collect/pacing.c: see pacing.h. */
#include "collect/pacing.h"

#include <math.h>

#include "collect/collect.h"
#include "collect/sweep.h"
#include "heap/heap.h"
#include "base/system.h"
#include "base/os.h"

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
#define SUSPICIOUS 1.5     /* times as long as the last one, for a byte: the clock is checked */
#define OUTLIER 4.0
#define LEAST_EXTERNAL 8   /* a part of the external bytes that are alive may always come before a major */
#define RATE_MOST 64e9     /* bytes a second */
#define KEPT 8e6           /* bytes of a peak that are not given back, */
#define LONG (10 * SECOND) /* and how long others are not, on the wall clock */
#define MUCH ((size_t)32 << 20) /* memory that is worth a marking to look what is alive of it */
#define PART 8             /* of the room: so often minor collections look for dead external bytes */
#define FUTILE_FREE 4      /* full collections in a row that did not help: from then on some requests fail without, */
#define FUTILE_DOUBLINGS 6 /* twice as many each time, up to 2^6, */
#define FUTILE_PAID 4      /* but no longer than the program takes for so many times what the last one took */
#define SECOND UINT64_C(1000000000)

static void set_pretenuring(tn_heap *heap, bool on) {
    heap->pacing.pretenuring = on;
    tni_old_zeroed(&heap->old, on);
}

uint64_t tni_pacing_now(tn_heap *heap) { return tni_clock_read(&heap->pacing.clock) - heap->pacing.debug_ns; }

void tni_pacing_leave_out(tn_heap *heap, uint64_t since) { heap->pacing.debug_ns += tni_pacing_now(heap) - since; }

/* ---- the policies ---- */

static size_t min_size(size_t a, size_t b) { return a < b ? a : b; }
static size_t max_size(size_t a, size_t b) { return a > b ? a : b; }

static size_t fixed_nursery(const tn_pacing *p, void *user) {
    (void)user;
    return p->nursery;
}

/* Room in proportion to what is alive: all markings of a heap that grows take a few times what the last one takes. */
static size_t fixed_limit(const tn_pacing *p, void *user) {
    tn_heap *heap = user;
    size_t alive = p->live + heap->pacing.external_alive;
    return p->live + p->external + max_size(heap->options.value.growth_min, alive / 2);
}

/* One measurement says at most OUTLIER times what the last ones said: a clock may be wrong once. */
static double believed(double measured, double usual) {
    return usual > 0 ? fmin(measured, usual * OUTLIER) : measured;
}

static size_t most_nursery(const tn_heap *heap) { return max_size(2 * heap->pacing.cache, heap->pacing.live / 4); }

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
    if (p->survived >= TNI_CHUNK)
        own->byte_ns = fmax(believed((double)p->minor_ns / (double)p->survived, own->byte_ns), own->byte_ns * FADE);
    bool costly = (double)p->minor_ns * 400 > (double)(p->minor_ns + p->mutator_ns) * heap->options.value.cpu_target;
    double wanted = (double)p->nursery * (costly ? 2 : 1), cost = own->byte_ns * own->worst_survival;
    double most = (double)most_nursery(heap);
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
 * take again. But no more than twice what was alive lately, and KEPT: so a peak is forgotten.
 *
 * MemBalancer (Kirisame, Shenoy, Panchekha: Optimal heap limits for reducing browser memory use, 2022): extra
 * memory of sqrt(live * allocation rate / collection speed / c) spends memory where it saves most time; live /
 * speed is the time of one marking, and COST our c, in 1 / byte. For the CPU target: a marking is due once in
 * `extra / rate`. Growth by large objects gets LARGE less than that: they are written faster than any others, so
 * that the rate is high and the room long, and memory that is used again sooner is in a cache more often. That gives
 * back most of what the markings cost (strings took 14 MiB less, and 1 to 3 % more time). Growth by external bytes may
 * be EXTERNAL times what is alive: only a program that does little but replace buffers has the CPU target ask for so
 * much. */
static size_t adaptive_limit(const tn_pacing *p, void *user) {
    static const double COST = 1.1e-8, AFFORDED = 0.5, EXTERNAL = 3, LARGE = 0.5, KEEP = 0.96;
    tn_heap *heap = user;
    const tni_pacing *own = &heap->pacing;
    /* what the old space grows by during one marking */
    double live = (double)p->live, load = (double)p->old_rate * (double)p->mark_ns / (double)SECOND;
    double by_root = sqrt(load / COST), by_cpu = load * 100 / heap->options.value.cpu_target;
    by_cpu *= 1 - LARGE + LARGE * own->cells;
    double afforded = live * AFFORDED, external = (live + (double)own->external_alive) * EXTERNAL;
    afforded += (external - afforded) * own->external_share;
    double kept = fmin(((double)own->had - live) * KEEP, 2 * (double)own->recent + KEPT - live);
    double least = (double)own->external_alive / LEAST_EXTERNAL; /* for minors cost as well */
    double extra = fmax(fmax(by_root, fmin(by_cpu, afforded)), fmax(kept, least));
    return p->live + p->external + max_size(heap->options.value.growth_min, (size_t)extra);
}

/* ---- what the policies are told, and the clamps ---- */

static tn_pacing describe(const tn_heap *heap) {
    const tni_pacing *p = &heap->pacing;
    const tni_settings *o = &heap->options.value;
    return (tn_pacing){.pacing_size = sizeof(tn_pacing),
                       .nursery = p->nursery,
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
    size_t used = heap->pacing.live + heap->pacing.external;
    size_t max = tni_room(heap) + tni_old_bytes(heap) + tni_external_bytes(heap);
    size_t half_way = used < max ? used + (max - used) / 2 : used;
    heap->pacing.old_limit = min_size(max_size(bytes, used + TNI_BLOCK), half_way);
}

void tni_pacing_init(tn_heap *heap, const tn_policy *policy) {
    tni_pacing *p = &heap->pacing;
    bool fixed = heap->options.value.policy == TNI_POLICY_FIXED;
    p->policy = (tn_policy){.nursery_size = fixed ? fixed_nursery : adaptive_nursery,
                            .old_limit = fixed ? fixed_limit : adaptive_limit,
                            .user = heap};
    if (policy && policy->nursery_size) p->policy.nursery_size = policy->nursery_size;
    if (policy && policy->old_limit) p->policy.old_limit = policy->old_limit;
    if (policy) p->policy.user = policy->user;
    if (!p->clock.wall) p->clock = (tni_clock){.wall = tni_os_now, .cpu = tni_os_cpu};
    tni_clock_start(&p->clock);
    p->last_end = p->growth.since = p->window = tni_pacing_now(heap);
    p->major_at = p->clock.at;
    p->external_next = SIZE_MAX;
    set_pretenuring(heap, heap->options.value.pretenure == TNI_PRETENURE_ON);
    p->cache = (size_t)tni_cache_size();
    tni_pacing_changed(heap);
}

void tni_pacing_changed(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    set_nursery(heap, p->nursery ? p->nursery : NURSERY_MIN);
    set_old_limit(heap, max_size(p->old_limit, p->live + p->external + heap->options.value.growth_min));
    p->futile = (tni_futile){0};
    p->thrashing = false;
    p->window = 0;
    if (heap->options.value.pretenure == TNI_PRETENURE_ON) p->probe_at = UINT64_MAX;
    else if (p->pretenuring) tni_pacing_probe(heap);
}

uint64_t tni_pacing_verify_limit(const tn_heap *heap, tn_collection_kind kind) {
    const tni_pacing *p = &heap->pacing;
    if (kind != TN_MINOR && !tni_young_bytes(heap)) return 0;
    bool adapts = p->policy.nursery_size == adaptive_nursery && !heap->options.value.nursery;
    bool longest = p->nursery == heap->nursery.reserved && tni_young_bytes(heap) >= p->nursery / 2;
    return adapts && (longest || p->pretenuring) ? (p->mutator_ns + p->minor_ns) / VERIFY_APART : UINT64_MAX;
}

/* ---- room ---- */

/* The bytes below the hard limit that no object takes. */
static size_t free_bytes(const tn_heap *heap) {
    size_t used = tni_old_bytes(heap) + tni_external_bytes(heap), max = heap->options.value.heap_max;
    return used < max ? max - used : 0;
}

/* Promotion can take up to 1.5 times the cell (a hash behind a cell of 16 bytes), and the ends of blocks: 1.6. Where a type
 * has an alignment, up to 1.9 times (64 bytes, aligned to as many, with a hash: 72 become 136), and the ends: 2.0. Or,
 * where each cell has pages of its own, one for a cell of 16 bytes. In tenths. */
enum { GROWTH = 16, GROWTH_ALIGNED = 20 };
static size_t growth(const tn_heap *heap) {
    if (heap->old.paged) return TNI_PAGE / 16 * 10;
    return heap->types.aligned ? GROWTH_ALIGNED : GROWTH;
}
static size_t blocks_for(const tn_heap *heap, size_t capacity) {
    return capacity / 10 * growth(heap) / TNI_BLOCK + 1 + TNI_LANES;
}
/* The cycle itself, what it can promote with the heads of regions, and the queue: a word for each 16 bytes. In tenths, and
 * for a whole cycle. */
static size_t claim_tenths(const tn_heap *heap) { return growth(heap) + 16; }
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
    if (tni_room(heap) < claim_of(heap, capacity) + p->wanted)
        tni_sweep_all(heap); /* blocks that are not swept yet count as used */
    size_t have = tni_room(heap);
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
    tni_make_room(heap, p->wanted);
    p->least = p->wanted = 0;
}

/* What this cycle was promised is for all that it has handed out, which has no aligned object, and four fifths of the
 * rest. */
void tni_pacing_aligned(tn_heap *heap) {
    tni_nursery *n = &heap->nursery;
    if (heap->old.paged) return;
    n->end = n->frontier + ((size_t)(n->end - n->frontier) / GROWTH_ALIGNED * GROWTH & ~(size_t)7);
}

/* Makes do with a shorter cycle: false when the present one has used more than that. */
static bool shorten(tn_heap *heap, size_t room_left) {
    tni_nursery *n = &heap->nursery;
    size_t capacity = room_left / claim_tenths(heap) * 10, used = (size_t)(n->frontier - n->start);
    if (capacity < used) return false;
    n->end = n->start + (capacity & ~(size_t)7);
    heap->pacing.claim = claim_of(heap, capacity);
    return true;
}

bool tni_pacing_fits(tn_heap *heap, size_t bytes) {
    size_t have = tni_room(heap);
    if (bytes > have) return false;
    if (have - bytes < heap->pacing.claim && !shorten(heap, have - bytes)) return false;
    tni_make_room(heap, bytes);
    return true;
}

size_t tni_pacing_grown(const tn_heap *heap) {
    return (size_t)(heap->old.filled + heap->large.filled - heap->pacing.filled);
}

/* The bytes that may come between the last major collection and the next. */
static size_t allowed(const tni_pacing *p) {
    size_t used = p->live + p->external;
    return p->old_limit > used ? p->old_limit - used : 0;
}

/* Holes that are too short for what is allocated take room as well. A marking makes longer ones, so it comes when
 * blocks and pages outgrow the limit, if a quarter of what it allows has been used. (What a longer cycle for `verify`
 * brings beyond the limit at once is not lost in holes.) */
static bool is_scattered(const tn_heap *heap, size_t grown) {
    const tni_pacing *p = &heap->pacing;
    size_t taken = tni_old_bytes(heap) - heap->large.young_bytes + tni_external_bytes(heap);
    size_t limit = p->old_limit + p->old_limit / SCATTERED + p->verify_bytes;
    return taken > limit && grown > allowed(p) / 4;
}

bool tni_pacing_major_due(const tn_heap *heap, size_t bytes) {
    const tni_pacing *p = &heap->pacing;
    size_t grown = tni_pacing_grown(heap) + bytes;
    if (p->live + grown + tni_external_bytes(heap) > p->old_limit) return true;
    return p->policy.old_limit == adaptive_limit && is_scattered(heap, grown);
}

/* A program that makes only garbage may have dropped much of what it had, and nobody knows. So a marking comes after
 * LONG without one, if it takes no more than a thirtieth of the time. */
static bool is_long_ago(const tn_heap *heap) {
    const tni_pacing *p = &heap->pacing;
    uint64_t since = p->clock.at - p->major_at;
    if (p->policy.old_limit != adaptive_limit || since < LONG || tni_old_bytes(heap) <= MUCH) return false;
    double cost = (double)p->mark_ns + (double)tni_pacing_grown(heap) * fmin(p->mark_byte_ns, 1); /* an estimate */
    return (double)since / 30 >= cost;
}

bool tni_pacing_major_follows(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    size_t margin = p->external_due ? allowed(p) / PART : 0; /* with less room the next minor would come at once */
    p->external_due = false;
    if (p->external_next != SIZE_MAX) p->external_next = tni_external_bytes(heap) + allowed(p) / PART;
    return tni_pacing_major_due(heap, margin) || is_long_ago(heap);
}

/* ---- external bytes ---- */

size_t tni_pacing_external_grown(const tn_heap *heap) {
    size_t now = tni_external_bytes(heap), before = heap->pacing.external;
    return now > before ? now - before : 0;
}

bool tni_pacing_external_due(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    size_t now = tni_external_bytes(heap);
    bool unknown = now > p->external_next;
    if (unknown) p->external_next = now + allowed(p) / PART;
    bool due = tni_pacing_major_due(heap, tni_young_bytes(heap));
    if (due) p->external_due = true;
    return !tni_pacing_fits(heap, 0) || due || unknown; /* in this order: the first may shorten the cycle */
}

/* ---- young large objects ---- */

#define LARGE_MOST ((size_t)32 << 20)

static size_t large_least(const tn_heap *heap) {
    const tni_pacing *p = &heap->pacing;
    return heap->options.value.policy == TNI_POLICY_FIXED ? 4 * p->nursery : max_size(p->nursery, p->cache / 2);
}

/* One object may be longer than all that the budget allows. */
bool tni_pacing_large_due(const tn_heap *heap, size_t bytes) {
    const tni_large *large = &heap->large;
    size_t tight = (tni_room(heap) + large->young_bytes) / 2, most = max_size(heap->pacing.large_budget, large_least(heap));
    return large->young_bytes && (large->young_bytes + bytes > min_size(most, tight) || large->young.count >= TNI_YOUNG_MAX);
}

/* At first half of what the cache holds, so that the memory that is written next is still in the cache. The budget doubles
 * when minor collections take more of the time than a program loses that writes beyond its cache, and it is halved when
 * they take hardly any. */
void tni_pacing_after_large(tn_heap *heap, size_t bytes) {
    static const double COSTLY = 0.2;
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
    double marking = (double)p->mark_ns / (double)(allowed(p) + 1);
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

/* What a minor collection took. Where that is much for so many survivors, the thread may not have run all the time. */
static uint64_t minor_took(tn_heap *heap, size_t survived, uint64_t since) {
    tni_pacing *p = &heap->pacing;
    double bytes = (double)(survived + TNI_CHUNK);
    uint64_t ns = tni_pacing_now(heap) - since;
    if ((double)ns > p->usual_ns * SUSPICIOUS * bytes) ns = tni_clock_check(&p->clock) - p->debug_ns - since;
    p->usual_ns = (double)ns / bytes;
    return ns;
}

void tni_pacing_after_minor(tn_heap *heap, size_t used, size_t survived, uint64_t since) {
    tni_pacing *p = &heap->pacing;
    p->claim = 0;
    p->survived = survived;
    p->minor_ns = minor_took(heap, survived, since);
    if (heap->options.value.pretenure == TNI_PRETENURE_ON) set_pretenuring(heap, true);
    if (used < p->nursery / 2) return; /* cut short: says nothing of a whole cycle */
    decide_pretenuring(heap, used, survived);
    tn_pacing now = describe(heap);
    tni_callback outer = tni_hook_begin(heap, "policy");
    size_t size = p->policy.nursery_size(&now, p->policy.user);
    tni_hook_end(heap, outer);
    set_nursery(heap, size);
}

/* Memory is as good as out when the collector has taken more than cpu_max of the last second or more, and hardly
 * anything is free. */
static void watch_thrashing(tn_heap *heap, uint64_t now) {
    tni_pacing *p = &heap->pacing;
    bool tight = tni_room(heap) < heap->options.value.heap_max / 20;
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

/* What was alive before the last majors is remembered for as many, or until LONG has passed since the last one. */
static void remember_live(tni_pacing *p, bool forget) {
    size_t *before = p->before;
    for (unsigned i = TNI_KEPT_MAJORS; i-- > 0;) before[i] = forget ? 0 : i ? before[i - 1] : p->live;
}

static void most_recent(tni_pacing *p) {
    p->recent = p->live;
    for (unsigned i = 0; i < TNI_KEPT_MAJORS; i++) p->recent = max_size(p->recent, p->before[i]);
}

/* How fast the heap grows, and by what. A part that needs blocks is believed slowly when it shrinks. */
static void sample(tni_pacing *p, size_t live) {
    tni_growth *g = &p->growth;
    uint64_t now = p->clock.ran - p->debug_ns;
    size_t heap = g->cells + g->large;
    double all = (double)heap + (double)g->external, rate = all / (double)(now - g->since + 1) * (double)SECOND;
    p->old_rate = (uint64_t)fmin(rate, RATE_MOST);
    p->external_share = all > 0 ? (double)g->external / all : 0;
    p->cells = fmax(heap ? (double)g->cells / (double)heap : 0, p->cells * CELLS_FADE);
    p->churning = g->live + heap > live + heap / 2;
    *g = (tni_growth){.since = now, .live = live};
}

static void count_growth(tn_heap *heap, const tni_marking *m) {
    tni_pacing *p = &heap->pacing;
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

static void ask_for_limit(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    tn_pacing state = describe(heap);
    state.external = p->external;
    tni_callback outer = tni_hook_begin(heap, "policy");
    size_t limit = p->policy.old_limit(&state, p->policy.user);
    tni_hook_end(heap, outer);
    set_old_limit(heap, limit);
}

static bool own_limit(const tni_pacing *p) {
    return p->policy.old_limit == adaptive_limit || p->policy.old_limit == fixed_limit;
}

void tni_pacing_disposed(tn_heap *heap, size_t bytes) {
    tni_pacing *p = &heap->pacing;
    size_t limit = p->old_limit;
    p->external -= min_size(bytes, p->external);
    p->external_alive = min_size(p->external_alive, p->external);
    set_old_limit(heap, bytes < limit ? limit - bytes : 0);
}

void tni_pacing_swept(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    if (p->external_next == SIZE_MAX) return;
    p->external_next = SIZE_MAX;
    p->external_alive = p->external;
    if (own_limit(p)) ask_for_limit(heap);
}

bool tni_pacing_forget(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    if (p->recent == p->live || p->clock.at - p->major_at < LONG) return false;
    remember_live(p, true);
    most_recent(p);
    if (own_limit(p)) ask_for_limit(heap);
    return true;
}

static void watch_marking(tni_pacing *p, const tni_marking *m) {
    double bytes = (double)(m->live + TNI_REGION);
    p->mark_byte_ns = believed((double)m->ns / bytes, p->mark_byte_ns);
    p->mark_ns = (uint64_t)(p->mark_byte_ns * bytes);
}

/* External bytes of objects that have just died are given back when their blocks are swept. Until then no more are
 * taken to be alive than were before. */
static void watch_external(tn_heap *heap) {
    tni_pacing *p = &heap->pacing;
    p->external = tni_external_bytes(heap);
    p->external_alive = heap->old.unswept_blocks ? min_size(p->external_alive, p->external) : p->external;
}

void tni_pacing_after_major(tn_heap *heap, const tni_marking *m) {
    tni_pacing *p = &heap->pacing;
    uint64_t now = tni_pacing_now(heap);
    bool forget = m->full || p->clock.at - p->major_at >= LONG;
    count_growth(heap, m);
    watch_marking(p, m);
    remember_live(p, forget);
    p->had = m->full || p->old_limit < p->external ? 0 : p->old_limit - p->external;
    p->major_at = p->clock.at;
    p->live = m->live;
    most_recent(p);
    watch_external(heap);
    ask_for_limit(heap);
    p->external_next = heap->old.unswept_blocks ? p->external + allowed(p) / PART : SIZE_MAX;
    bool adapts = p->policy.nursery_size == adaptive_nursery;
    if (m->full && adapts) set_nursery(heap, min_size(p->nursery, most_nursery(heap)));
    watch_thrashing(heap, now);
    if (tni_room(heap) > heap->options.value.reserve + CAPACITY_MIN * 4) p->reserve_spent = false;
}

void tni_pacing_after(tn_heap *heap, uint64_t since, bool asked) {
    tni_pacing *p = &heap->pacing;
    p->last_end = tni_pacing_now(heap);
    uint64_t took = p->last_end - since;
    p->gc_ns += took;
    if (!asked) return;
    p->gc_at_window += took;
    if (p->growth.since < since) p->growth.since += took;
}

/* ---- collections that do not help ---- */

bool tni_pacing_may_help(tn_heap *heap, size_t bytes) {
    tni_futile *f = &heap->pacing.futile;
    if (f->count < FUTILE_FREE || bytes < f->bytes || free_bytes(heap) > f->free) return true;
    unsigned most = 1u << min_size(f->count - FUTILE_FREE, FUTILE_DOUBLINGS);
    if (f->refused >= most || tni_pacing_now(heap) > f->until) return true;
    f->refused++;
    return false;
}

void tni_pacing_futile(tn_heap *heap, size_t bytes, uint64_t ns) {
    tni_futile *f = &heap->pacing.futile;
    bool same = f->count && bytes >= f->bytes && free_bytes(heap) <= f->free;
    *f = (tni_futile){.bytes = same ? f->bytes : bytes,
                      .free = free_bytes(heap),
                      .count = same ? f->count + 1 : 1,
                      .until = tni_pacing_now(heap) + ns * FUTILE_PAID};
}
