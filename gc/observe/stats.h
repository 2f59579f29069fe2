/* observe/stats.h: counters and pauses, and the log line of a collection. Looks, never decides. */
#ifndef TNI_STATS_H
#define TNI_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "observe/histogram.h"
#include "tenure/heap.h"

typedef struct tni_stats {
    uint64_t minors, majors;
    uint64_t young_allocated; /* by finished nursery cycles */
    uint64_t promoted;
    uint64_t created_ns, gc_ns;
    tni_histogram pauses, minor_pauses, major_pauses;
} tni_stats;

/* What one collection did: filled by collect/collect.c, read by stats and log. */
typedef struct tni_collection {
    uint64_t number;
    tn_kind kind;
    const char *cause;
    size_t nursery;            /* bytes used in it before */
    size_t before, after;      /* bytes in use */
    size_t survived;
    uint64_t minor_ns, pause_ns;
} tni_collection;

void tni_stats_record(tn_heap *heap, const tni_collection *c);
/* One line through the config's log: heap, number, kind, cause, bytes in use before -> after, external bytes (of those
 * not disposed of), survivors, promoted, pause. */
void tni_log_collection(tn_heap *heap, const tni_collection *c);
/* The bytes in use: nursery, blocks and large objects. */
size_t tni_stats_used(const tn_heap *heap);
/* "1.5 MiB", "3.2 ms". */
void tni_format_bytes(char *text, size_t size, uint64_t bytes);
void tni_format_time(char *text, size_t size, uint64_t ns);

#endif
