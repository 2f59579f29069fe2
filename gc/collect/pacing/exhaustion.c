/* collect/pacing/exhaustion.c: see exhaustion.h. */
#include "collect/pacing/exhaustion.h"

#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"

#define FUTILE_FREE 4      /* full collections in a row that did not help: from then on some requests fail without, */
#define FUTILE_DOUBLINGS 6 /* twice as many each time, up to 2^6, */
#define FUTILE_PAID 4      /* but no longer than the program takes for so many times what the last one took */

/* The bytes below the hard limit that no object takes. */
size_t tni_free_bytes(const tn_heap *heap) {
    size_t used = tni_old_bytes(heap) + tni_external_bytes(heap), max = heap->options.value.heap_max;
    return used < max ? max - used : 0;
}

bool tni_pacing_may_help(tn_heap *heap, size_t bytes) {
    tni_futile *f = &heap->pacing->exhaustion.futile;
    if (f->count < FUTILE_FREE || bytes < f->bytes || tni_free_bytes(heap) > f->free) return true;
    unsigned most = 1u << tni_min(f->count - FUTILE_FREE, FUTILE_DOUBLINGS);
    if (f->refused >= most || tni_pacing_now(heap) > f->until) return true;
    f->refused++;
    return false;
}

void tni_pacing_futile(tn_heap *heap, size_t bytes, uint64_t ns) {
    tni_futile *f = &heap->pacing->exhaustion.futile;
    bool same = f->count && bytes >= f->bytes && tni_free_bytes(heap) <= f->free;
    *f = (tni_futile){.bytes = same ? f->bytes : bytes,
                      .free = tni_free_bytes(heap),
                      .count = same ? f->count + 1 : 1,
                      .until = tni_pacing_now(heap) + ns * FUTILE_PAID};
}

/* Memory is as good as out when the collector has taken more than cpu_max of the last second or more, and hardly
 * anything is free. */
void tni_watch_thrashing(tn_heap *heap, uint64_t now) {
    tni_pacer *p = heap->pacing;
    bool tight = tni_room(heap) < heap->options.value.heap_max / 20;
    if (!tight || !p->exhaustion.window) {
        p->exhaustion.thrashing = false;
    } else if (now - p->exhaustion.window < TNI_SECOND) {
        return;
    } else {
        uint64_t share = (p->gc_ns - p->exhaustion.gc_at_window) * 100 / (now - p->exhaustion.window);
        p->exhaustion.thrashing = heap->options.value.cpu_max < 100 && share >= heap->options.value.cpu_max;
    }
    p->exhaustion.window = now;
    p->exhaustion.gc_at_window = p->gc_ns;
}
