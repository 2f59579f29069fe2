/* collect/pacing/policy.c: see policy.h. */
#include "collect/pacing/policy.h"

#include <math.h>

#include "collect/pacing/pacing.h"
#include "heap/heap.h"

#define OUTLIER 4.0
#define LEAST_EXTERNAL 8   /* a part of the external bytes that are alive may always come before a major */
#define KEPT 8e6           /* bytes of a peak that are not given back, */

static size_t fixed_nursery(const tn_pacing *p, void *user) {
    (void)user;
    return p->nursery;
}

/* Room in proportion to what is alive: all markings of a heap that grows take a few times what the last one takes. */
static size_t fixed_limit(const tn_pacing *p, void *user) {
    tn_heap *heap = user;
    size_t alive = p->live + heap->pacing->external_alive;
    return p->live + p->external + tni_max(heap->options.value.growth_min, alive / 2);
}

/* One measurement says at most OUTLIER times what the last ones said: a clock may be wrong once. */
double tni_believed(double measured, double usual) {
    return usual > 0 ? fmin(measured, usual * OUTLIER) : measured;
}

size_t tni_most_nursery(const tn_heap *heap) { return tni_max(2 * heap->pacing->cache, heap->pacing->live / 4); }

/* Cycles get longer while minor collections cost more than a quarter of the collector's share of the time, for a longer
 * cycle gives objects more time to die. Three things bound them. If as much survives, and a byte takes as long, as at
 * worst lately, a collection must stay within AIM of the pause target. If all of a cycle survives, it must stay within
 * SURPRISE times that. And a cycle is in proportion to the heap, for fresh memory costs more than it saves: binary
 * trees took as long with 8 MiB as with 64, and half the memory.
 *
 * What debug mode `verify` does before each minor collection takes as long after a short cycle as after a long one, but
 * for the nursery. So a cycle takes the program TNI_VERIFY_APART times as long as that, if it can. */
static size_t adaptive_nursery(const tn_pacing *p, void *user) {
    static const double AIM = 0.5, SURPRISE = 2, FADE = 0.98;
    tn_heap *heap = user;
    tni_pacer *own = heap->pacing;
    double share = (double)p->survived / (double)p->nursery, target = (double)p->pause_target_ns * AIM;
    own->worst_survival = fmax(share, own->worst_survival * FADE);
    if (p->survived >= TNI_CHUNK)
        own->byte_ns = fmax(tni_believed((double)p->minor_ns / (double)p->survived, own->byte_ns), own->byte_ns * FADE);
    bool costly = (double)p->minor_ns * 400 > (double)(p->minor_ns + p->mutator_ns) * heap->options.value.cpu_target;
    double wanted = (double)p->nursery * (costly ? 2 : 1), cost = own->byte_ns * own->worst_survival;
    double most = (double)tni_most_nursery(heap);
    if (wanted > most) wanted = most;
    if (wanted * cost > target) wanted = target / cost;
    if (wanted * own->byte_ns > target * SURPRISE) wanted = target * SURPRISE / own->byte_ns;
    double program = (double)(p->minor_ns + p->mutator_ns + 1);
    double verified = (double)p->nursery * TNI_VERIFY_APART * (double)own->verify_ns / program;
    own->verify_bytes = verified > wanted ? (size_t)fmin(verified - wanted, (double)p->nursery_max) : 0;
    return (size_t)fmax(wanted, verified);
}

/* The room is the largest of three: growth_min, MemBalancer's square root, and what the CPU target asks for within
 * AFFORDED times the live bytes. If what it was allowed before is more, it is nearly that, because memory that is there
 * is cheaper to use than to give back and to take again. But it is no more than twice what was alive lately, and KEPT.
 * So a peak is forgotten.
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
    const tni_pacer *own = heap->pacing;
    /* what the old space grows by during one marking */
    double live = (double)p->live, load = (double)p->old_rate * (double)p->mark_ns / (double)TNI_SECOND;
    double by_root = sqrt(load / COST), by_cpu = load * 100 / heap->options.value.cpu_target;
    by_cpu *= 1 - LARGE + LARGE * own->cells;
    double afforded = live * AFFORDED, external = (live + (double)own->external_alive) * EXTERNAL;
    afforded += (external - afforded) * own->external_share;
    double kept = fmin(((double)own->had - live) * KEEP, 2 * (double)own->recent + KEPT - live);
    double least = (double)own->external_alive / LEAST_EXTERNAL; /* for minors cost as well */
    double extra = fmax(fmax(by_root, fmin(by_cpu, afforded)), fmax(kept, least));
    return p->live + p->external + tni_max(heap->options.value.growth_min, (size_t)extra);
}

tn_policy tni_policy_of(bool fixed) {
    return (tn_policy){.nursery_size = fixed ? fixed_nursery : adaptive_nursery,
                       .old_limit = fixed ? fixed_limit : adaptive_limit};
}

bool tni_is_adaptive_nursery(const tni_pacer *p) { return p->policy.nursery_size == adaptive_nursery; }
bool tni_is_adaptive_limit(const tni_pacer *p) { return p->policy.old_limit == adaptive_limit; }
bool tni_own_limit(const tni_pacer *p) { return tni_is_adaptive_limit(p) || p->policy.old_limit == fixed_limit; }

tn_pacing tni_pacing_describe(const tn_heap *heap) {
    const tni_pacer *p = heap->pacing;
    const tni_settings *o = &heap->options.value;
    return (tn_pacing){.pacing_size = sizeof(tn_pacing),
                       .nursery = p->nursery,
                       .nursery_min = TNI_NURSERY_MIN,
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
