/* space/nursery.h: where ordinary objects are allocated: a reserved address range, used from the front and evacuated as
 * a whole.
 *
 *     N1  an object that may move lies in [base, base + reserved), for the life of the heap, and no other object does;
 *         young large ones lie in the range after it (space/area.h)
 *     N2  [start, frontier) has been given to the mutator in this cycle; memory from `dirty` on is zero, memory before
 *         it may not be
 *     N3  frontier <= end: a cycle never outgrows what pacing allowed it, so that every minor collection can finish
 *     N4  after a minor collection the nursery is empty: every survivor is promoted, there is no ageing. Only under
 *         debug mode `stress` survivors may stay: `kept` bytes from the start on (collect/stress.h)
 *     N5  an object is aligned as its type asks for; before it there may be padding (space/object.h)
 *
 * Each cycle begins at the front again, in memory that the caches hold. In debug mode `move` the used pages are made
 * inaccessible (sealed) instead, and the next cycle begins after them, round and round; a page stays sealed until a
 * cycle needs its place. This file knows nothing of tracing. */
#ifndef TNI_NURSERY_H
#define TNI_NURSERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define TNI_CHUNK ((size_t)32 << 10) /* zeroed and handed out at a time */

typedef struct tni_nursery {
    char *base;
    size_t reserved;
    size_t committed;  /* [base, base + committed) was made accessible; `move` may have sealed parts of it since */
    char *start;       /* of this cycle */
    char *frontier;    /* the mutator has been given memory up to here */
    char *end;         /* of this cycle's capacity */
    char *dirty;       /* memory from this address on is zero */
    size_t kept;       /* bytes from the start on, of what stayed young in the last collection */
    bool sealed;       /* some pages are: a new cycle must make its pages accessible */
    tni_faults *faults;
    unsigned name;     /* base/memcheck.h */
} tni_nursery;

/* Takes over reserved address space, a whole number of huge pages; tni_nursery_free gives it back. */
void tni_nursery_init(tni_nursery *nursery, tni_faults *faults, char *base, size_t bytes);
void tni_nursery_free(tni_nursery *nursery);

/* Begins a cycle of at most `capacity` bytes. The cycle is shorter if the system refuses memory: see `end`. The nursery
 * is empty, but for what is kept. */
void tni_nursery_begin(tni_nursery *nursery, size_t capacity);
/* Hands out zeroed memory after the frontier, chunk by chunk, at least up to `upto`. False if that is beyond the
 * cycle's capacity. */
bool tni_nursery_extend(tni_nursery *nursery, const char *upto);
/* Makes the memory that the cycle used inaccessible (debug mode `move`). The nursery is empty. */
void tni_nursery_seal(tni_nursery *nursery);
/* For what is to stay young: the address of so many bytes, accessible, outside of this cycle, where the next one can
 * begin; NULL when there is no such place. `after`: rather after this cycle than before it. */
char *tni_nursery_place(tni_nursery *nursery, size_t bytes, bool after);
/* `kept` bytes have been filled there: the next cycle begins with them. What this one used becomes inaccessible
 * (`seal`), or is used again. */
void tni_nursery_keep(tni_nursery *nursery, char *place, bool seal);
/* Gives the pages after the first `keep` bytes back to the system. The mutator has no memory there. */
void tni_nursery_trim(tni_nursery *nursery, size_t keep);

#endif
