/* debug/quarantine.h: what died in the old space stays inaccessible for a while, and what uses it is named
 * (TENURE_DEBUG=quarantine=N).
 *
 * In this mode every cell of the old space has pages of its own (space/old.h: `paged`). When a major collection finds
 * an object dead, its dispose callback is called and its pages become inaccessible; N major collections later they
 * are a hole as any other. What dies young is inaccessible anyway, by the mode `stale`, which this one includes; the nursery
 * is then no longer than the N + 2nd part of its range, so that it is for N collections, too.
 *
 *     Q1  `dead` has what is inaccessible, in the order of addresses
 *     Q2  between major collections each of these has a mark bit, so that nothing is allocated there; it is no object,
 *         and its header cannot be read
 *
 * Nothing is found of objects that debug/site.h does not know. Where memory is short (a collection with the cause
 * TNI_CAUSE_MEMORY) nothing is kept. Callers: heap/heap.c, collect/, debug/segv.c, debug/verify/. */
#ifndef TNI_QUARANTINE_H
#define TNI_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/base.h"

typedef struct tni_dead {
    uintptr_t at;
    size_t bytes; /* of its pages */
    uint32_t site, type;
    uint64_t until;            /* the major collection that gives them back */
    unsigned long long number; /* of the collection that found it dead */
    const char *cause;
} tni_dead;

typedef struct tni_quarantine {
    tni_dead *dead;
    size_t count, capacity;
    size_t sealed; /* those before are inaccessible, the others only found dead */
    bool refused;  /* by the system, and that has been said */
} tni_quarantine;

/* After marking: gives back what has been kept long enough, and takes what has died; where memory is short, or the option
 * has been switched off, gives back everything and takes nothing. */
void tni_quarantine_take(tn_heap *heap, const char *cause, bool short_of_memory);
/* Before sweeping: makes it inaccessible. */
void tni_quarantine_seal(tn_heap *heap);
/* What the address is in, or NULL. */
const tni_dead *tni_quarantine_at(const tn_heap *heap, const void *address);
void tni_quarantine_free(tni_quarantine *quarantine);

#endif
