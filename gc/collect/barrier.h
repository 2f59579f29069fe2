/* collect/barrier.h: the remembered set: what a store leaves behind for the next minor collection.
 *
 * A minor collection does not look at old objects. So each store of a young reference into an old object must be
 * recorded. The set has six lists (heap/mutator.h: tni_remembered), because one kind of entry would not do for all
 * objects:
 *
 *     objects      an object that was stored into; it is visited as a whole
 *     slots        a slot of a large array (header bit SLOTS), which would take too long to visit as a whole
 *     carded       a region with dirty cards: where the list of slots is full, the card of the array that a slot
 *                  lies in is marked in the region's head. A card is a page, or more in objects of more than 512 MiB
 *     outside      a slot in memory that an object owns outside of the heap, together with that object
 *     unprotected  an object that every minor collection visits, until the host protects it again
 *     weak_slots   a slot of an old weak array
 *
 * An old object is armed (header bit ARMED) while the next store of a young reference into it has to be recorded.
 *
 *     B1  an old object that holds a young reference is in `objects`, or in `unprotected`; or, if it is SLOTS, that
 *         slot is in `slots` or in a dirty card; or the slot is in `outside`. If `overflow` is set, it may be in
 *         none of them
 *     B2  an object in `objects` is not armed (but see C3 in debug/barriers.h), and is there once
 *     B3  young objects, also large ones, are never armed
 *     B4  an object has the header bit LISTED if and only if it is in `unprotected`; it is there once, and is not armed
 *     B5  if the object of an entry in `outside` is armed, its trace callback visits that slot
 *
 * A minor collection empties the lists, but for `unprotected`, and arms what it has visited. `unprotected` follows
 * young objects when they move, and loses those that are protected again; a marking takes the dead out.
 *
 * The lists of slots are bounded, for a host may store young and old references in turns without end. When a list
 * cannot grow, `overflow` is set: the next minor collection then visits all old objects. A slot in `outside` counts
 * only while its object is armed: when the host has freed or moved the memory, it has remembered the whole object
 * instead (tenure/field.h), and that is not armed.
 *
 * Born-old objects enter `objects` at birth, so that stores into them until the next safepoint need no barrier.
 *
 * The inline barrier of the host (tenure/field.h) calls the functions here only for words that may be young
 * references: it compares with the words that tni_barrier_filter sets. */
#ifndef TNI_BARRIER_H
#define TNI_BARRIER_H

#include "heap/mutator.h"

enum { TNI_SLOTS_MAX = 1 << 16 }; /* entries of a slot log */


/* A word may be a young reference (or value) if it is less than `ref_size` (`value_size`) above the base. This is the
 * range that has all young objects, and some old large ones. */
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
/* The list of unprotected objects after an evacuation and after a marking: those that have moved are entered with
 * their new addresses, and the dead are dropped. */
void tni_barrier_after_evacuation(tn_heap *heap);
void tni_barrier_after_marking(tn_heap *heap);
/* Whether this slot of an old object lies in a dirty card. */
bool tni_barrier_dirty(const void *object, const void *slot);
/* Forgets what was recorded of slots in [from, to), which an old or large object with this header gives back. */
void tni_barrier_cut(tn_heap *heap, tn_header header, const char *from, const char *to);
void tni_barrier_free(tn_heap *heap);
/* The bytes of its lists. */
size_t tni_barrier_bytes(const tn_heap *heap);

#endif
