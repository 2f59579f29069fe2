/* collect/barrier.h: what the next minor collection must look at in the old space.
 *
 *     B1  an old object that holds a young reference is armed for the next such store, or in `objects`, or, if it is
 *         SLOTS, that slot is in `slots`; unless `overflow` is set, then it may be in none
 *     B2  an object in `objects` is not armed; it is there once
 *     B3  young objects, large ones as well, are never armed; a minor collection empties the logs and arms what it has scanned
 *
 * The slot logs are bounded, for a host may store young and old references in turns without end: a full one logs the
 * whole object, or sets the overflow flag.
 *
 * Born-old objects enter `objects` at birth, so that stores into them until the next safepoint need no barrier. When
 * memory for a log is out, the object stays armed and `overflow` makes the next minor collection scan the whole old
 * space.
 *
 * The public inline barrier filters by the mutator's ref_base and value_base (tni_barrier_filter). Callers:
 * core/alloc.c, collect/minor.c, debug/verify.c. */
#ifndef TNI_BARRIER_H
#define TNI_BARRIER_H

#include "core/object.h"
#include "core/vector.h"

enum { TNI_SLOTS_MAX = 1 << 16 }; /* entries of a slot log */

typedef struct tni_barrier {
    tni_vector objects; /* addresses of objects, to be scanned whole */
    tni_vector slots;   /* addresses of slots; bit 0 set: of a value */
    tni_vector weak_slots; /* addresses of slots of old weak arrays that hold young values */
    bool overflow;      /* old objects */
    bool weak_overflow; /* old weak arrays */
} tni_barrier;

/* Sets the mutator's filter words from the range that has all young objects, and some old ones, and the heap's format. */
void tni_barrier_filter(tn_mutator *m);
/* Logs a slot of an old weak array that is about to hold a young value. */
void tni_barrier_log_weak(tn_heap *heap, tn_value *slot);
/* Logs an object that is not armed: it may hold any young reference. */
void tni_barrier_log_object(tn_heap *heap, void *object);
void tni_barrier_free(tni_barrier *barrier);

#endif
