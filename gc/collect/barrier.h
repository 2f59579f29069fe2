/* collect/barrier.h: what the next minor collection must look at in the old space.
 *
 *     B1  an old object that holds a young reference is armed for the next such store, or in `objects`, or, if it is
 *         SLOTS, that slot is in `slots` or in a dirty piece, or the slot is in `outside`, or the object in
 *         `unprotected`; unless `overflow` is set, then it may be in none
 *     B2  an object in `objects` is not armed; it is there once
 *     B3  young objects, large ones as well, are never armed; a minor collection empties the logs and arms what it has scanned
 *
 * The slot logs are bounded, for a host may store young and old references in turns without end. When that of arrays is
 * full, the piece of the array is marked in its region's head, where there is a bit for each: a page, or more in what is
 * larger than 512 MiB. A full log of weak slots sets the overflow flag.
 *
 * Slots outside of their objects, in memory that a trace callback visits, are recorded with the object. They are looked at
 * only while that is armed: when the memory was freed or moved, the host has remembered the whole object (field.h).
 *
 *     B4  an object is LISTED iff it is in `unprotected`, where it is once; it is not armed then
 *     B5  a slot in `outside` is one that its object's trace callback visits, if the object is armed
 *
 * Each minor collection visits what is in `unprotected` and old, follows what is young when it moves, and takes out what
 * is not UNPROTECTED any more; marking takes out the dead.
 *
 * Born-old objects enter `objects` at birth, so that stores into them until the next safepoint need no barrier. When
 * memory for a log is out, the object stays armed and `overflow` makes the next minor collection scan the whole old
 * space.
 *
 * The public inline barrier filters by the mutator's ref_base and value_base (tni_barrier_filter). Callers:
 * heap/alloc.c, collect/minor.c, collect/bulk.c, collect/collect.c, debug/verify/. */
#ifndef TNI_BARRIER_H
#define TNI_BARRIER_H

#include "space/object.h"
#include "base/vector.h"

enum { TNI_SLOTS_MAX = 1 << 16 }; /* entries of a slot log */

typedef struct tni_barrier {
    tni_vector objects; /* addresses of objects, to be scanned whole */
    tni_vector slots;   /* addresses of slots; bit 0 set: of a value */
    tni_vector pieced;  /* addresses of regions with dirty pieces, each once */
    tni_vector outside; /* in pairs: an object, and the address of a slot in memory that it owns, bit 0 as in `slots` */
    tni_vector unprotected; /* addresses of objects, young ones too */
    tni_vector weak_slots; /* addresses of slots of old weak arrays that hold young values */
    bool overflow;      /* old objects */
    bool weak_overflow; /* old weak arrays */
} tni_barrier;

/* A word that may be a young reference (value) is less than `ref_size` (`value_size`) away from the base: the range that
 * has all young objects, and some old large ones, in the heap's format. */
typedef struct tni_filter {
    uintptr_t ref_base, ref_size;
    uintptr_t value_base, value_size;
} tni_filter;
tni_filter tni_barrier_filter_of(const tn_heap *heap);
/* Sets the mutator's filter words. */
void tni_barrier_filter(tn_mutator *m);
/* Logs a slot of an old weak array that is about to hold a young value. */
void tni_barrier_log_weak(tn_heap *heap, tn_value *slot);
/* Logs an object that is not armed: it may hold any young reference. */
void tni_barrier_log_object(tn_heap *heap, void *object);
/* Records that a slot of this object, which is armed, gets or has got a young reference. Bit 0 of `slot` is set for a
 * value. The object may not be armed then. */
void tni_barrier_log(tn_heap *heap, void *object, uintptr_t slot);
/* Whether the address is in the object itself. */
bool tni_barrier_inside(const tn_heap *heap, const void *object, const void *at);
/* Drops dead ones from the list of unprotected objects. */
void tni_barrier_after_marking(tn_heap *heap);
/* Whether this slot of an old object lies in a dirty piece. */
bool tni_barrier_dirty(const void *object, const void *slot);
/* What was recorded of slots in [from, to), which are no slots any more. */
void tni_barrier_cut(tn_heap *heap, const char *from, const char *to);
void tni_barrier_free(tni_barrier *barrier);

#endif
