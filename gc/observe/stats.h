/* observe/stats.h: counters, pauses, the processor's time by phase, and the log line of a collection. Looks, never decides.
 * Callers: collect/collect.c; heap/alloc.c and collect/barrier.c count their slow calls. */
#ifndef TNI_STATS_H
#define TNI_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "observe/histogram.h"
#include "tenure/heap.h"

/* What collecting takes time for. */
typedef enum tni_phase {
    TNI_PHASE_MINOR,  /* roots, the remembered set, copying, young weak references and dispose callbacks */
    TNI_PHASE_MARK,
    TNI_PHASE_WEAK,   /* of major collections */
    TNI_PHASE_SWEEP,  /* by major collections, and behind minor ones; with dispose callbacks and debug modes */
    TNI_PHASE_MEMORY, /* giving memory back, making it ready, and beginning the next cycle */
    TNI_PHASES
} tni_phase;

typedef struct tni_stats {
    uint64_t minors, majors;
    uint64_t young_allocated; /* by finished nursery cycles */
    uint64_t promoted;
    uint64_t created_ns, gc_ns;
    tni_histogram pauses, minor_pauses, major_pauses;
    uint64_t cpu_ns[TNI_PHASES];
    uint64_t phase_began; /* by tni_os_cpu; 0: this collection is not measured by it */
    uint64_t slow_allocations, slow_stores;
} tni_stats;

/* What one collection did: filled by collect/collect.c, read by stats and log. */
typedef struct tni_collection {
    uint64_t number;
    tn_collection_kind kind;
    const char *cause;
    size_t nursery;            /* bytes used in it before */
    size_t before, after;      /* bytes in use */
    size_t survived;
    uint64_t minor_ns, pause_ns;
} tni_collection;

/* A collection begins; one of its phases ends and the next begins; it has ended. Reading the processor's time is a call of
 * the system: too long for a minor collection of some microseconds. One that will be short, for the one before was and there
 * is nothing to sweep, goes by c->pause_ns instead. */
void tni_phases_begin(tn_heap *heap, tn_collection_kind kind);
void tni_phase_ends(tn_heap *heap, tni_phase phase);
void tni_phases_end(tn_heap *heap, const tni_collection *c);
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
