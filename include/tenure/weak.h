/* tenure/weak.h: weak references, identity hashes and stable addresses. */
#ifndef TENURE_WEAK_H
#define TENURE_WEAK_H

#include "base.h"
#include "handle.h"
#include "mutator.h"

TN_BEGIN_DECLS_

/* A weak reference is an object of the heap; it does not keep its referent alive. When the referent dies, all weak
 * references and weak array slots that hold it are cleared together, before any other effect of its death can be
 * seen. */
typedef struct tn_weak tn_weak;

/* A weak reference to *h. May collect; NULL when memory is out, TN_BAD_ARGUMENT when *h is NULL. */
TN_API_ TN_MAY_COLLECT tn_weak **tn_weak_new_(tn_mutator *m, const void *h);
#define TN_WEAK_NEW(m, ...) TN_WEAK_NEW(TN_AT_(m), __VA_ARGS__)

/* The referent as a raw pointer, or NULL when it is dead. Never collects. */
TN_API_ TN_NO_COLLECT void *tn_weak_read(tn_mutator *m, const tn_weak *weak);

/* The referent as a new handle; *handle == NULL when it is dead, the handle itself never is. TN_WEAK_GET knows the
 * type. */
TN_INLINE_ void **tn_weak_get_at_(tn_mutator *m, tn_weak *const *w, const tn_place *place) {
    return tn_push_at_(m, tn_weak_read(m, *w), place);
}
#define TN_WEAK_GET(m, void, w) tn_weak_get_at_((m), (w), TN_HERE_)
#define TN_WEAK_GET(m, T, w) ((T **)(void *)tn_weak_get((m), (w)))

/* An array of values that are held weakly; slots of dead objects become 0. Immediates stay. `tn_length_of` tells its
 * length. */
typedef struct tn_weak_array tn_weak_array;

/* `count` slots of 0. May collect; NULL when memory is out. */
TN_API_ TN_MAY_COLLECT tn_weak_array **tn_weak_array_new_(tn_mutator *m, size_t count);
#define TN_WEAK_ARRAY_NEW(m, ...) TN_WEAK_ARRAY_NEW(TN_AT_(m), __VA_ARGS__)
/* Raw: the slot's value now, 0 when out of range (TN_BAD_ARGUMENT). A store. Never collect. */
TN_API_ TN_NO_COLLECT tn_value tn_weak_array_read(tn_mutator *m, const tn_weak_array *array, size_t index);
TN_API_ TN_NO_COLLECT tn_status tn_weak_array_write(tn_mutator *m, tn_weak_array *array, size_t index, tn_value value);

/* The identity hash of an object: the same number for all its life, wherever it moves; well mixed in all 64 bits.
 * Never 0. `object` is raw and not NULL. Never collects. */
TN_API_ TN_NO_COLLECT uint64_t tn_hash_of(tn_mutator *m, void *object);
#define TN_HASH_OF(m, h) tn_hash_of((m), *(h))

/* Gives *h a fixed address for the rest of its life, and returns it. For an old object that takes a few instructions. A
 * young one must move first, and whoever refers to it be told: that is a whole minor collection, after which all that
 * was young is old. So make several objects first and ask for their addresses then: one collection serves all. Where an
 * address is wanted from the first, TN_NEW_STABLE (handle.h) and tn_alloc_stable_sized need none, nor does a type with
 * TN_BORN_OLD. May collect (if *h is young); NULL when memory is out. */
TN_API_ TN_MAY_COLLECT void *tn_stable_address_(tn_mutator *m, const void *h);

/* True while the object may still move. Never collects. */
TN_API_ TN_NO_COLLECT int tn_is_young(const tn_mutator *m, const void *object);

TN_END_DECLS_
#endif
