/* tenure/stats.h: what the collector has done. */
#ifndef TENURE_STATS_H
#define TENURE_STATS_H

#include "base.h"
#include "mutator.h"

TN_BEGIN_DECLS_

typedef struct tn_stats {
    uint64_t minors, majors;        /* collections; a major's own minor counts as a minor */
    uint64_t allocated_bytes;       /* since the heap was made, headers included */
    uint64_t promoted_bytes;        /* copied from the nursery to the old space */
    uint64_t live_bytes;            /* found by the last major collection; 0 before it */
    uint64_t used_bytes;            /* nursery and old space in use now */
    uint64_t committed_bytes; /* memory that the heap has touched and not given back: what is resident for it. With
                                     * external_bytes it stays within heap_max; but handles count from the next
                                     * collection on, and below 40 MiB the first block for objects of a size may be
                                     * beyond. The heap's struct and table of types, and what debug modes keep, are not
                                     * in it. */
    uint64_t bookkeeping_bytes;     /* of these, what is neither for objects nor free */
    uint64_t mapped_bytes; /* address space that the heap has: most of it is never touched, and costs nothing */
    uint64_t external_bytes;        /* tn_external_adjust */
    uint64_t nursery_bytes;         /* the nursery's present size; 0 while objects are born old */
    uint64_t old_limit_bytes;       /* old and external bytes that start the next major collection */
    uint64_t pause_p50_ns, pause_p99_ns, pause_max_ns; /* over all pauses */
    uint64_t minor_p50_ns, minor_p99_ns, minor_max_ns; /* minor pauses alone */
    uint64_t major_p50_ns, major_p99_ns, major_max_ns;
    uint64_t gc_ns, total_ns; /* in collections, and since the heap was made: gc_ns / total_ns is the time share */

    /* The processor's time in collections: unlike gc_ns, without that of other processes. A minor collection that is
     * expected to take less than 50 us, for the one before did, is counted in minor_cpu_ns as gc_ns counts it, but for
     * no more than 1 ms: asking the system for its time would take longer than 1 % of it. All others are measured. */
    uint64_t gc_cpu_ns;     /* the sum of what follows */
    uint64_t minor_cpu_ns; /* minor collections, a major's own as well: roots, remembered set, copying, weak, dispose */
    uint64_t mark_cpu_ns;   /* of major collections */
    uint64_t weak_cpu_ns;   /* of major collections: clearing weak references */
    uint64_t sweep_cpu_ns;  /* finding what is free, with dispose callbacks; some of it behind minor collections */
    uint64_t memory_cpu_ns; /* giving memory back to the system and making it ready; beginning the next cycle */

    uint64_t slow_allocations; /* calls of allocation that neither the inline bump nor, while objects are born old, the
                                * present hole has served: new chunks, blocks, large objects, TN_WEAK_NEW, refusals */
    uint64_t slow_stores;      /* calls of the barrier's slow path, tn_store_slow and tn_store_value_slow */
} tn_stats;

/* Fills *stats. Never collects. The mutator's thread. */
TN_API_ TN_NO_COLLECT void tn_stats_get(tn_mutator *m, tn_stats *stats);

/* The same as a few readable lines with units, at most `size` bytes with the final 0. */
TN_API_ TN_NO_COLLECT void tn_stats_text(tn_mutator *m, char *text, size_t size);

TN_END_DECLS_
#endif
