/* debug/barriers.h: every store of a reference has its barrier, whatever is stored (TENURE_DEBUG=barriers).
 *
 * The inline barrier does nothing for references to old objects, nor for stores into young objects. A store that lacks
 * its barrier there does no harm, as long as the reference is old or the object young. Under a collector that marks
 * while the program runs it would lose objects.
 *
 * In this mode the mutator's filter lets every reference through, and every object is armed from the first safepoint
 * after its birth on. So each store calls the slow path, which notes the slot. A shadow has what each slot held after
 * the last collection, or at the object's first safepoint. The check compares the two. If a slot has changed, then it
 * must have been noted, or its object must (tn_revisit_object).
 *
 *     C1  while the mode is `active`, the shadow of a slot is what the slot held after the last collection, or at the
 *         first safepoint after its object's birth. This is so for all slots that types describe, but not for slots
 *         and objects (bit 0 set) in `told`, nor for objects in `born`
 *     C2  a young object is armed iff it is not `born` and not listed as unprotected; before a minor collection none is
 *         (B3)
 *     C3  an old object that is not armed is unprotected, or has entered the barrier's log since the last safepoint:
 *         nothing is known of its stores. At a safepoint what is in the log is armed, too, and entered in `logged`; a
 *         minor collection finds it as the barrier wants it (B2)
 *
 * The check looks at the whole heap. It must take no more than a few microseconds for each allocation, however much is
 * alive. So after a check the mode rests until there was one allocation for every BARRIERS_APART objects that it has
 * looked at.
 *
 * What trace callbacks visit is left to `verify`. When there is no memory for a note, nothing is checked until the next
 * collection. */
#ifndef TNI_BARRIERS_H
#define TNI_BARRIERS_H

#include <stdbool.h>

#include "debug/set.h"
#include "debug/shadow.h"
#include "tenure/mutator.h"

typedef struct tni_barriers {
    bool active;
    uint64_t looked_at; /* objects, by the check of this collection */
    uint64_t again_at;  /* when so many allocations have been made, the mode is active again */
    bool blind;       /* there was no memory for a note: nothing can be compared */
    tni_vector born;  /* objects, since the last safepoint */
    tni_set told;     /* slots, and objects with bit 0 set, that the barrier was told of since the last collection */
    tni_set logged;   /* objects in the barrier's log that are armed for this mode */
    size_t log_seen;  /* entries of that log, at the last safepoint */
    tni_vector notes; /* the same as pairs: the object, and the slot or 0 */
    tni_set early;    /* what was told in the cycle before and did not change then; as `told`, with present addresses */
    tni_shadow shadow;
    tni_vector held;  /* of ranges (debug/lowmark.h) */
} tni_barriers;

/* The options may have changed. */
void tni_barriers_changed(tn_heap *heap);
void tni_barriers_free(tn_heap *heap);

/* An object has been allocated, or has got new slots: stores into it need no barrier until the next safepoint. */
void tni_barriers_born(tn_heap *heap, void *object);
/* There may be a collection now. */
void tni_barriers_safepoint(tn_heap *heap);
/* The barrier was told of `count` slots of the object from `slot` on, or of all of it (NULL). Returns the object's
 * header, as it would be without this mode. */
tn_header tni_barriers_told(tn_heap *heap, const void *object, const void *slot, size_t count);

/* A minor collection begins. Fatal when a store was not told. Afterwards no young object is armed. */
void tni_barriers_before(tn_heap *heap);
/* Evacuation is over, and the headers in the nursery can still be read. */
void tni_barriers_moved(tn_heap *heap);
/* The collection is over: notes what all slots hold. */
void tni_barriers_after(tn_heap *heap);

#endif
