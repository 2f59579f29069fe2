/* debug/quarantine.h: what died in the old space stays inaccessible for a while, and its use is reported
 * (TENURE_DEBUG=quarantine=N).
 *
 * In this mode every cell of the old space has pages of its own (space/old.h: `paged`). When a major collection finds
 * an object dead, its dispose callback is called, and its pages become inaccessible. N major collections later they
 * become an ordinary hole. What dies young is made inaccessible by the mode `stale`, which this one includes. The
 * nursery takes at most 1/(N + 3) of its range then, so that what it held stays inaccessible for N collections, too.
 *
 *     Q1  `dead` has what is inaccessible, in the order of addresses
 *     Q2  between major collections each of these has a mark bit, so that nothing is allocated there; it is no object,
 *         and its header cannot be read
 *
 * A report says nothing about objects that debug/site.h does not know. Where memory is short (a collection with the
 * cause TNI_CAUSE_MEMORY) nothing is kept. */
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
    size_t sealed; /* the first so many are inaccessible; the others have only been found dead */
    bool refused;  /* the system has refused to make memory inaccessible, and the log says so */
} tni_quarantine;

/* After marking: gives back what has been kept long enough, and takes what has died. If memory is short, or the option
 * has been switched off, it gives back everything and takes nothing. */
void tni_quarantine_take(tn_heap *heap, const char *cause, bool short_of_memory);
/* Before sweeping: makes what was taken inaccessible. */
void tni_quarantine_seal(tn_heap *heap);
/* The dead object whose pages the address lies in, or NULL. */
const tni_dead *tni_quarantine_at(const tn_heap *heap, const void *address);
/* Whether there is no object any more at the place of this old one, because it is inaccessible. */
bool tni_quarantined(const tn_heap *heap, const void *old);
void tni_quarantine_free(tni_quarantine *quarantine);

#endif
