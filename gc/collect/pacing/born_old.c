/* collect/pacing/born_old.c: see born_old.h. */
#include "collect/pacing/born_old.h"

#include "collect/collect.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"

#define SURVIVE_MOST 0.6  /* of a cycle: from then on copying is work for nothing */
#define PERIOD_MIN 8      /* cycles: how long objects are born old before the first retry, */
#define PERIOD_MAX 128    /* and between later ones */
#define VERDICT_FADE 0.99  /* for each cycle */

void tni_set_born_old(tn_heap *heap, bool on) {
    heap->born_old = on;
    tni_old_zeroed(&heap->old, tni_runs_of(heap), on);
}

/* Whether a byte that is born old costs the program less than one that is born young. Where nearly everything survives
 * the nursery and dies in the old space, copying may be work for nothing. So may be recording the stores into what is
 * copied. Or copying may be worth it: the program writes to memory that the caches know, and what is born together is
 * copied together. So it is tried: `old_byte_ns` is what a period took, without major collections. These are due to
 * what comes to the old space: all of it, or what survives. A verdict fades, so that it is tried again. (What survives
 * for good is always worth the copy: it comes to lie in a better order.) */
static bool pretenuring_pays(const tni_pacer *p, size_t used, size_t survived) {
    double share = (double)survived / (double)used, young = (double)(p->mutator_ns + p->minor_ns) / (double)used;
    double marking = (double)p->mark_ns / (double)(tni_allowed(p) + 1);
    return p->churning && share > SURVIVE_MOST && p->period.old_byte_ns + marking < young + marking * share;
}

/* Objects are born old for a period, then a cycle of the nursery looks again. The longer it has been so, the
 * longer the period. */
void tni_decide_born_old(tn_heap *heap, size_t used, size_t survived) {
    tni_pacer *p = heap->pacing;
    if (heap->options.value.pretenure != TNI_PRETENURE_AUTO || heap->options.value.policy == TNI_POLICY_FIXED) return;
    tni_set_born_old(heap, pretenuring_pays(p, used, survived));
    p->period.old_byte_ns *= VERDICT_FADE;
    size_t least = p->nursery * PERIOD_MIN, most = p->nursery * PERIOD_MAX;
    p->period.bytes = heap->born_old && p->period.bytes ? tni_min(p->period.bytes * 2, most) : least;
    if (!heap->born_old) p->period.bytes = 0;
    p->period.from = heap->old.filled;
    p->period.retry_at = p->period.from + p->period.bytes;
    p->period.gc_ns = p->gc_ns; /* without this collection: its time is left out from its beginning on */
    p->period.began = tni_pacing_now(heap) - p->minor_ns;
}

void tni_pacing_retry(tn_heap *heap) {
    tni_pacer *p = heap->pacing;
    uint64_t now = tni_pacing_now(heap);
    double bytes = (double)(heap->old.filled - p->period.from), gc_ns = (double)(p->gc_ns - p->period.gc_ns);
    if (bytes >= (double)p->period.bytes) p->period.old_byte_ns = ((double)(now - p->period.began) - gc_ns) / bytes;
    p->last_end = now;
    tni_set_born_old(heap, false);
    tni_begin_cycle(heap);
}
