/* space/nursery.h: where ordinary objects are born: a reserved address range, used from the front, evacuated as a
 * whole.
 *
 *     N1  an object that may move lies in [base, base + reserved), for the life of the heap, and so does no other; large
 *         ones that are young lie in the range behind it (space/range.h)
 *     N2  [start, frontier) is what the mutator was given in this cycle; memory from `dirty` on is zero, the rest is
 *         not
 *     N3  frontier <= end: a cycle never outgrows what pacing allowed it, so that every minor collection can finish
 *     N4  after a minor collection it is empty: everything that survives is promoted, there is no ageing; but for `kept`
 *         bytes from the start on, of what stays young under `stress` (debug/stress.h)
 *     N5  an object is aligned as its type asks for; before it there may be padding (space/object.h)
 *
 * Each cycle begins at the front again, in memory that the caches know. In debug mode `move` the used pages are made
 * inaccessible instead and the next cycle begins behind them, round and round: what was sealed stays so until a cycle
 * wants its place. Knows nothing of tracing. Callers: heap/alloc.c,
 * collect/. */
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
    size_t committed;  /* from base on: were readable and writable, and are but for what `move` made inaccessible */
    char *start;       /* of this cycle */
    char *frontier;    /* handed out up to here */
    char *end;         /* of this cycle's capacity */
    char *dirty;       /* memory at and behind this address is zero */
    size_t kept;       /* bytes from the start on, of what stayed in the last collection */
    bool sealed;       /* a cycle was: what a new one will use must be made accessible */
    tni_faults *faults;
    unsigned name;     /* base/memcheck.h */
} tni_nursery;

/* Takes over reserved address space, of whole huge pages, which tni_nursery_free gives back. */
void tni_nursery_init(tni_nursery *nursery, tni_faults *faults, char *base, size_t bytes);
void tni_nursery_free(tni_nursery *nursery);

/* Begins a cycle of at most `capacity` bytes; fewer when the system refuses (end then tells). The nursery is
 * empty, but for what is kept. */
void tni_nursery_begin(tni_nursery *nursery, size_t capacity);
/* Hands out zeroed memory behind the frontier, chunk by chunk, until at least [frontier, upto) is; false: beyond the
 * capacity. */
bool tni_nursery_extend(tni_nursery *nursery, const char *upto);
/* Makes what the cycle used inaccessible (debug mode `move`). The nursery is empty. */
void tni_nursery_seal(tni_nursery *nursery);
/* For what is to stay: the address of so many bytes, accessible, where none of this cycle is and the next one can begin;
 * NULL when there is no such place. `behind`: rather behind this cycle than before it. */
char *tni_nursery_place(tni_nursery *nursery, size_t bytes, bool behind);
/* There `kept` bytes have been filled: the next cycle begins with them. What this one used becomes inaccessible (`seal`), or
 * is reused. */
void tni_nursery_keep(tni_nursery *nursery, char *place, bool seal);
/* Gives pages beyond `keep` bytes back to the system. Behind them nothing has been handed out. */
void tni_nursery_trim(tni_nursery *nursery, size_t keep);

#endif
