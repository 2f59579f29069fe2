/* tenure/stats.h: what the collector has done. */
#ifndef TENURE_STATS_H
#define TENURE_STATS_H

#include "base.h"

TN_BEGIN_DECLS_

/* New members are added at the end. */
typedef struct tn_stats {
    uint64_t minors, majors;        /* collections; the minor collection that begins a major one counts as a minor */
    uint64_t allocated_bytes;       /* since the heap was created, headers included */
    uint64_t promoted_bytes;        /* copied from the nursery to the old space */
    uint64_t live_bytes;            /* found by the last major collection; 0 before the first */
    uint64_t used_bytes;            /* nursery and old space in use now */
    uint64_t committed_bytes;       /* memory that the heap has touched and not given back: what is resident for it.
                                     * With external_bytes it stays within heap_max. But handles count from the next
                                     * collection on, and with a heap_max below 40 MiB the first block for objects of a
                                     * size may go beyond it. The heap's own struct, its table of types, and what debug
                                     * modes keep are not counted. */
    uint64_t bookkeeping_bytes;     /* the part of committed_bytes that is neither for objects nor free */
    uint64_t mapped_bytes; /* address space that the heap has: most of it is never touched, and costs nothing */
    uint64_t external_bytes;        /* tn_external_adjust */
    uint64_t nursery_bytes;         /* the nursery's present size; 0 while new objects are placed in the old space */
    uint64_t old_limit_bytes;       /* old and external bytes that start the next major collection */
    uint64_t pause_p50_ns, pause_p99_ns, pause_max_ns; /* over all pauses */
    uint64_t minor_p50_ns, minor_p99_ns, minor_max_ns; /* minor pauses alone */
    uint64_t major_p50_ns, major_p99_ns, major_max_ns;
    uint64_t gc_ns, total_ns; /* in collections, and since the heap was created: gc_ns / total_ns is the time share */

    /* The processor's time in collections. Unlike gc_ns, it leaves out the time of other processes. Asking the system
     * for that time takes longer than 1 % of a short collection. So after a minor collection of less than 50 us, the
     * next one counts in minor_cpu_ns as it does in gc_ns, but for no more than 1 ms. All others are measured. */
    uint64_t gc_cpu_ns;     /* the sum of the following */
    uint64_t minor_cpu_ns;  /* minor collections, also those that begin a major one */
    uint64_t mark_cpu_ns;   /* of major collections */
    uint64_t weak_cpu_ns;   /* of major collections: clearing weak references */
    uint64_t sweep_cpu_ns;  /* finding free memory and calling dispose; some of it after minor collections */
    uint64_t memory_cpu_ns; /* giving memory back to the system and making it ready; beginning the next cycle */

    uint64_t slow_allocations; /* allocations that needed a slow path: new chunks, blocks, large objects, weak
                                * references, refusals */
    uint64_t slow_stores;      /* calls of the barrier's slow path, tn_store_slow and tn_store_value_slow */
} tn_stats;

/* Fills *stats. Also after the mutator has been destroyed. Never collects. The thread of the heap's mutator, or any
 * while there is none. A host that was compiled for an older version has a smaller struct, and gets that much. */
TN_API_ TN_NO_COLLECT void tn_stats_get_(tn_heap *heap, tn_stats *stats, size_t size);
#define tn_stats_get(heap, stats) tn_stats_get_((heap), (stats), sizeof(tn_stats))

/* The same as a few readable lines with units, at most `size` bytes with the final 0. */
TN_API_ TN_NO_COLLECT void tn_stats_text(tn_heap *heap, char *text, size_t size);

TN_END_DECLS_
#endif
