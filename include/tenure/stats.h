/* tenure/stats.h: what the collector has done. */
#ifndef TENURE_STATS_H
#define TENURE_STATS_H

#include "base.h"
#include "mutator.h"

TN_BEGIN_DECLS

typedef struct tn_stats {
    uint64_t minors, majors;        /* collections; a major's own minor counts as a minor */
    uint64_t allocated_bytes;       /* since the heap was made, headers included */
    uint64_t promoted_bytes;        /* copied from the nursery to the old space */
    uint64_t live_bytes;            /* found by the last major collection; 0 before it */
    uint64_t used_bytes;            /* nursery and old space in use now */
    uint64_t committed_bytes;       /* memory that the heap has from the system for objects */
    uint64_t external_bytes;        /* tn_external */
    uint64_t nursery_bytes;         /* the nursery's present size; 0 while objects are born old */
    uint64_t old_limit_bytes;       /* old and external bytes that start the next major collection */
    uint64_t pause_p50_ns, pause_p99_ns, pause_max_ns; /* over all pauses */
    uint64_t minor_p50_ns, minor_p99_ns, minor_max_ns; /* minor pauses alone */
    uint64_t major_p50_ns, major_p99_ns, major_max_ns;
    uint64_t gc_ns, total_ns; /* in collections, and since the heap was made: gc_ns / total_ns is the time share */
} tn_stats;

/* Fills *stats. Never collects. The mutator's thread. */
TN_API TN_NO_COLLECT void tn_stats_get(tn_mutator *m, tn_stats *stats);

/* The same as a few readable lines with units, at most `size` bytes with the final 0. */
TN_API TN_NO_COLLECT void tn_stats_text(tn_mutator *m, char *text, size_t size);

TN_END_DECLS
#endif
