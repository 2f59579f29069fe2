/* observe/stats.h: counters, pauses, the processor's time by phase, and the log line of a collection. It looks, and
 * never decides. */
#ifndef TNI_STATS_H
#define TNI_STATS_H

#include "heap/moment.h"
#include "observe/histogram.h"

typedef struct tni_counters {
    uint64_t young_allocated; /* by finished nursery cycles */
    uint64_t promoted;
    uint64_t created_ns, gc_ns;
    tni_histogram pauses, minor_pauses, major_pauses;
    uint64_t cpu_ns[TNI_PHASES];
    uint64_t phase_began; /* by tni_os_cpu; 0: this collection is not measured by it */
    uint64_t part_ns[TNI_PHASES]; /* of the present pause, by the wall clock, for the log */
    uint64_t part_began;          /* 0: the log does not want them */
    bool warned;                  /* that collecting takes most of the time */
    char line[720];               /* that the log writes: too long for a small stack */
} tni_counters;

/* Enters the statistics and the log among the listeners of the heap. Reading the processor's time is a call of the
 * system: too long for a minor collection of some microseconds. One that will be short, for the one before was and
 * there is nothing to sweep, goes by its pause instead. */
void tni_stats_listen(tn_heap *heap);

#endif
