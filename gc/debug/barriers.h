/* debug/barriers.h: every store of a reference has its barrier, whatever is stored (TENURE_DEBUG=barriers).
 *
 * The inline barrier passes over references to old objects, and over stores into young ones. Stores that lack it there
 * do no harm today, until the object is old, or the reference young; under a collector that marks while the program
 * runs they lose objects. In this mode the mutator's filter is open and every object is armed from the first safepoint
 * after its birth on, so that each store comes to the slow path, which notes the slot. A shadow has what each slot held
 * then, or after the collection before. The check compares: a slot that has changed was noted, or its object was
 * (tn_revisit_object).
 *
 *     C1  while the mode is `active`, the shadow of each known slot of each object that is not `born` is what the slot
 *         held at the last collection, or at the first safepoint after the object's birth; but for slots in `told`, and
 *         objects in it, with bit 0 set
 *     C2  a young object is armed iff it is not `born` and not listed as unprotected; before a minor collection none is
 *         (B3)
 *     C3  an old object that is not armed is unprotected, or has entered the barrier's log since the last safepoint:
 *         nothing is known of its stores. At a safepoint what is in the log is armed, too, and entered in `logged`; a
 *         minor collection finds it as the barrier wants it (B2)
 *
 * The check looks at the whole heap. So that this takes no more than a few microseconds for each allocation, however
 * much is alive, the mode rests after a check until there was an allocation for each BARRIERS_APART objects that were
 * looked at.
 *
 * Only slots that the type's description names are compared: what a trace callback visits is left to `verify`. Where
 * memory for this is out, nothing is checked until the next collection. */
#ifndef TNI_BARRIERS_H
#define TNI_BARRIERS_H

#include <stdbool.h>

#include "debug/set.h"
#include "debug/shadow.h"
#include "tenure/mutator.h"

typedef struct tni_barriers {
    bool active;
    uint64_t looked_at, again_at; /* objects, by this check; allocations, when the mode is active again */
    bool blind;       /* memory for a note was out: there is nothing to compare with */
    tni_vector born;  /* objects, since the last safepoint */
    tni_set told;     /* slots and objects (bit 0) since the last collection, */
    tni_set logged;   /* objects in the barrier's log that are armed for this mode */
    size_t log_seen;  /* entries of that log, at the last safepoint */
    tni_vector notes; /* and the same as pairs: the object, and the slot or 0 */
    tni_set early;    /* as `told`, of the cycle before: what did not change then, where the objects are now */
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

/* A minor collection begins: fatal when a store was not told. No young object is armed then. */
void tni_barriers_before(tn_heap *heap);
/* It has evacuated, and what the nursery had is still to be read. */
void tni_barriers_moved(tn_heap *heap);
/* The collection is over: notes what all slots hold. */
void tni_barriers_after(tn_heap *heap);

#endif
