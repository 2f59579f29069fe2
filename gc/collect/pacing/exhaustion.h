/* collect/pacing/exhaustion.h: memory is out, or as good as out: when a full collection is worth a try, and when the
 * collector takes all the time. The rule is in tenure/heap.h, "Memory is out". */
#ifndef TNI_EXHAUSTION_H
#define TNI_EXHAUSTION_H

#include "base/base.h"

/* Full collections that did not help, one after another. */
typedef struct tni_futile {
    size_t bytes;      /* the least request that failed */
    size_t free;       /* bytes below the hard limit after the last one */
    unsigned count;    /* of collections */
    unsigned refused;  /* requests, since the last one: without another */
    uint64_t until;    /* by tni_pacing_now: then the program has run long enough to pay for another */
} tni_futile;

typedef struct tni_exhaustion {
    tni_futile futile;
    uint64_t window;       /* since when the share of the time is watched (cpu_max); 0: not */
    uint64_t gc_at_window; /* time in collections, up to there */
    bool thrashing;        /* the last collections took more than cpu_max of the time and freed little */
} tni_exhaustion;

/* Whether a full collection is worth a try when `bytes` find no room, and the record of one that did not help, and took
 * `ns`. */
bool tni_pacing_may_help(tn_heap *heap, size_t bytes);
void tni_pacing_futile(tn_heap *heap, size_t bytes, uint64_t ns);
/* After a major collection. */
void tni_watch_thrashing(tn_heap *heap, uint64_t now);

#endif
