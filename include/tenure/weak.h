/* tenure/weak.h: weak references, weak arrays, identity hashes and stable addresses. */
#ifndef TENURE_WEAK_H
#define TENURE_WEAK_H

#include "base.h"
#include "handle.h"
#include "mutator.h"

TN_BEGIN_DECLS_

/* A weak reference is an object of the heap; it does not keep its referent alive. When the referent dies, all weak
 * references and weak array slots that hold it are cleared together, before any other effect of its death can be
 * seen. */

/* A handle of a new weak reference to *h. May collect. NULL when memory is out; TN_BAD_ARGUMENT when *h is NULL. */
#define TN_WEAK_NEW(m, h) tn_weak_new_(TN_AT_(m), TN_TYPED_(h))
TN_API_ TN_MAY_COLLECT tn_weak **tn_weak_new_(tn_mutator *m, const void *h);

/* The referent as a raw pointer, or NULL when it is dead. Never collects. */
TN_API_ TN_NO_COLLECT void *tn_weak_read(tn_mutator *m, const tn_weak *weak);

/* The referent as a new handle of a T; *handle == NULL when it is dead, the handle itself is never NULL. The macro
 * cannot check that the referent is a T. */
#define TN_WEAK_GET(m, T, w) TN_CAST_(T **, tn_weak_get_((m), (w), TN_HERE_))

/* An array of values, whose references are weak: a slot is set to 0 when its referent dies.
 *
 * In an open-addressing table a cleared slot is not an empty one: it is like a slot whose entry was removed. A search
 * must go on past it, or it misses the entries that were put after it. The two cannot be told apart by the slot,
 * because both are 0. So keep beside the array, in plain data of the host, which slots have ever been used: a hash per
 * slot with 0 for "never used" serves best. For an intern table:
 *
 *     struct Table { TN_FIELD(tn_weak_array) slots; TN_FIELD(Hashes) hashes; size_t used; };   hashes: a leaf, one
 *                                                                                               uint32_t per slot
 *     find       for (i = hash & mask; hashes[i] != 0; i = (i + 1) & mask)
 *                    if (hashes[i] == hash && tn_weak_array_read(m, slots, i) is the same text) it is found
 *     insert     at the first i of the search where hashes[i] == 0: write the slot, hashes[i] = hash, used++. (Or at
 *                the first slot of the search that reads 0, after the search has ended without a hit.)
 *     grow       when used exceeds three quarters: count the slots that do not read 0, make arrays for twice that many,
 *                and insert each again. This is what drops cleared slots.
 *
 * The hash is one of the text. Where the table is keyed by the object itself, use tn_hash_of; never an address.
 * TENURE_DEBUG=weak warns when a cleared slot gets what a later slot holds already. */

/* A handle of a new weak array of `count` slots of 0. May collect; NULL when memory is out. */
#define TN_WEAK_ARRAY_NEW(m, count) tn_weak_array_new_(TN_AT_(m), (count))
TN_API_ TN_MAY_COLLECT tn_weak_array **tn_weak_array_new_(tn_mutator *m, size_t count);

/* Raw tier: the slot's value now, 0 when the index is out of range (TN_BAD_ARGUMENT); and a store. Never collect. */
TN_API_ TN_NO_COLLECT tn_value tn_weak_array_read(tn_mutator *m, const tn_weak_array *array, size_t index);
TN_API_ TN_NO_COLLECT tn_status tn_weak_array_write(tn_mutator *m, tn_weak_array *array, size_t index, tn_value value);
#define tn_weak_array_write(m, array, index, value) tn_weak_array_write((m), (array), (index), TN_WORD_(value))

/* The identity hash of an object: the same number for all its life, wherever it moves; well mixed in all 64 bits. Never
 * 0, unless the call fails (the object is NULL, a handle, or not of this heap). TN_HASH_OF takes a handle. Never
 * collects. */
TN_API_ TN_NO_COLLECT uint64_t tn_hash_of(tn_mutator *m, void *object);
#define tn_hash_of(m, object) tn_hash_of((m), TN_OBJECT_(object))
#define TN_HASH_OF(m, h) tn_hash_of((m), *TN_TYPED_(h))

/* Gives *h a fixed address for the rest of its life, and returns it as a raw pointer. What it costs: for an old object
 * a few instructions. A young object must move first, and everything that refers to it must be updated: that is a whole
 * minor collection, after which all young objects are old. So make several objects first and ask for their addresses
 * then: one collection serves all. Where an address is wanted from the start, TN_NEW_STABLE (handle.h) and
 * tn_alloc_stable need none, nor does a type with TN_BORN_OLD. An object with a stable address is collected like any
 * other: keep it alive. May collect (if *h is young). NULL when memory is out. */
#define TN_STABLE_ADDRESS(m, h) TN_CAST_(TN_TYPEOF_(*(h)), tn_stable_address_((m), TN_TYPED_(h)))
TN_API_ TN_MAY_COLLECT void *tn_stable_address_(tn_mutator *m, const void *h);

/* True while the object may still move. TN_IS_YOUNG takes a handle. Never collects. */
TN_INLINE_ bool tn_is_young(const tn_mutator *m, const void *object) {
    return (uintptr_t)object - m->ref_base < m->nursery_size;
}
#define tn_is_young(m, object) tn_is_young((m), TN_OBJECT_(object))
#define TN_IS_YOUNG(m, h) tn_is_young((m), *TN_TYPED_(h))

/* ---- inline parts ---- */

TN_INLINE_ void **tn_weak_get_(tn_mutator *m, tn_weak *const *w, const tn_place *place) {
    return tn_push_at_(m, tn_weak_read(m, *w), place);
}

TN_END_DECLS_
#endif
