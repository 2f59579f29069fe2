/* tenure/handle.h: handles and scopes, the tier to begin with.
 *
 * A handle is a plain C pointer to a rooted slot. `T **` may be assigned through; `T *const *` is a read-only
 * parameter. The object is *h: read it again after anything that may collect. Slots live in the mutator's handle stack.
 * A scope gives back the slots that were made since it opened:
 *
 *     static Pair **cons(tn_mutator *m, Value *const *car, Pair *const *cdr) {
 *         TN_SCOPE(m);                                 // closes on return, break, continue and goto
 *         Pair **p = TN_NEW(m, Pair);                  // NULL when memory is out
 *         if (!p) return NULL;
 *         TN_SET(m, p, car, car);
 *         TN_SET(m, p, cdr, cdr);
 *         return TN_ESCAPE(p);                         // the slot moves to the caller's scope
 *     }
 *
 * A mutator has one more stack, for handles of values: `tn_value *`, read-only `const tn_value *`. */
#ifndef TENURE_HANDLE_H
#define TENURE_HANDLE_H

#include "alloc.h"
#include "base.h"
#include "mutator.h"

TN_BEGIN_DECLS_

/* Opens a scope until the end of the enclosing block. A declaration: it cannot be the body of an `if` without braces.
 * At most one per block. */
#define TN_SCOPE(m)                                                                          \
    TN_DECLARE_(tn_scope_ tn_scope_here_ __attribute__((cleanup(tn_scope_close_), unused)) = \
                    tn_scope_open_(m, TN_HERE_);                                             \
                tn_scope_start_(&tn_scope_here_))

/* TN_LOCAL(m, T, name); declares `T **name` with *name == NULL; TN_LOCAL_VALUE(m, name); a `tn_value *` that holds
 * 0. */
#define TN_LOCAL(m, T, name) T **name = TN_CAST_(T **, tn_push_at_((m), NULL, TN_HERE_))
#define TN_LOCAL_VALUE(m, name) tn_value *name = tn_push_value_at_((m), 0, TN_HERE_)

/* A handle of a raw pointer, of a raw value. */
#define TN_HANDLE(m, pointer) TN_CAST_(TN_TYPEOF_(pointer) *, tn_push_at_((m), TN_OBJECT_(pointer), TN_HERE_))
#define TN_HANDLE_VALUE(m, value) tn_push_value_at_((m), TN_WORD_(value), TN_HERE_)

/* A handle of a new object: of the fixed size, or with a tail of `count` elements. NULL on failure, like tn_alloc. The
 * type is T_type; with _AS, `type` is another type's number that is made of the same struct. */
#define TN_NEW(m, T) TN_NEW_AS(m, T, T##_type)
#define TN_NEW_TAIL(m, T, element, count) TN_NEW_TAIL_AS(m, T, T##_type, element, count)
#define TN_NEW_AS(m, T, type) TN_CAST_(T **, tn_new_((m), (type), sizeof(T), TN_ALIGNOF_(T), TN_HERE_))
#define TN_NEW_TAIL_AS(m, T, type, element, count)                                                                    \
    TN_CAST_(T **, tn_new_tail_((m), (type), sizeof(T), sizeof(element), TN_TAIL_ALIGN_(T, element), (count), TN_HERE_))

/* The same with an address that is fixed from the first moment (tn_alloc_stable). */
#define TN_NEW_STABLE(m, T) TN_NEW_STABLE_AS(m, T, T##_type)
#define TN_NEW_STABLE_TAIL(m, T, element, count) TN_NEW_STABLE_TAIL_AS(m, T, T##_type, element, count)
#define TN_NEW_STABLE_AS(m, T, type) TN_CAST_(T **, tn_new_stable_((m), (type), sizeof(T), 0, 0, TN_HERE_))
#define TN_NEW_STABLE_TAIL_AS(m, T, type, element, count) \
    TN_CAST_(T **, tn_new_stable_((m), (type), sizeof(T), sizeof(element), (count), TN_HERE_))

/* Changes the length of the tail of *h to `count` elements, as realloc does with malloc's memory. What the tail had, up
 * to the smaller length, is kept; new elements are zero (of a TN_UNZEROED type they may be anything: fill them at
 * once).
 *
 * A tail that gets shorter stays where it is, and its end is given back: at once, or by the next minor collection. A
 * tail that gets longer stays where it is if there is room after it. If there is none, *h is a new object, with an
 * identity hash of its own, to which the contents move. Whatever else refers to the old object still does, and finds
 * the fixed part as it was and a tail of length 0: store *h there again. So hold an array that grows in one place, for
 * instance in a field of the object that it belongs to:
 *
 *     TN_LOCAL(m, Slots, slots);
 *     *slots = tn_read(*list, slots);
 *     if (TN_RESIZE(m, slots, 2 * length) == TN_OK) TN_SET(m, list, slots, slots);
 *
 * Stores into *h need the barrier (TN_SET, tn_write; not tn_init), because the object may be an old one. May collect
 * when the tail gets longer. TN_OUT_OF_MEMORY; TN_BAD_SIZE beyond 2^32 - 1 elements; TN_BAD_TYPE for types without a
 * tail, or with a dispose callback; TN_BAD_STATE in a callback, or if TN_STABLE_ADDRESS has promised the address and
 * there is no room after it. After a failure the object is as it was. The mutator's thread. */
#define TN_RESIZE(m, h, count) tn_resize_(TN_AT_(m), TN_TYPED_(h), (count))
TN_API_ TN_MAY_COLLECT tn_status tn_resize_(tn_mutator *m, void *h, size_t count);

/* Moves a handle's object to a slot of the enclosing scope and yields that slot's handle: the last thing before
 * `return`. At most once per scope for object handles and once for value handles. NULL stays NULL. */
#define TN_ESCAPE(h) TN_CAST_(TN_TYPEOF_(*(h)) *, tn_escape_(&tn_scope_here_, TN_TYPED_(h)))
#define TN_ESCAPE_VALUE(h) tn_escape_value_(&tn_scope_here_, (h))

/* A checkpoint of the handle stacks, for hosts that longjmp: `tn_checkpoint here = tn_save(m); if (setjmp(jb))
 * tn_restore(m, here);` closes every scope and raw window that was opened since. tn_restore is the one call that a hook
 * may leave by: it ends on_out_of_memory as well. TN_BAD_ARGUMENT (tn_last_status) when the checkpoint is not one of
 * this mutator's, or newer than its state. Never collect. */
typedef struct tn_checkpoint {
    void **handles;
    tn_value *values;
    struct tn_window_ *window;
    size_t scopes; /* open ones, where they are checked */
} tn_checkpoint;
TN_API_ TN_NO_COLLECT tn_checkpoint tn_save(const tn_mutator *m);
TN_API_ TN_NO_COLLECT void tn_restore(tn_mutator *m, tn_checkpoint checkpoint);

/* How many handles of the two kinds are live: for tests and for finding loops without a scope. */
TN_API_ TN_NO_COLLECT size_t tn_handle_count(const tn_mutator *m);

/* ---- inline parts ---- */

#ifdef __cplusplus
#define TN_TYPEOF_(e) typename tn_bare_<decltype(e)>::type
#else
#define TN_TYPEOF_(e) __typeof__(1 ? (e) : (e)) /* of the value: without the const of a read-only slot */
#endif

typedef struct tn_scope_ {
    tn_mutator *m;
    void **handles;
    tn_value *values;
    const tn_place *place;
} tn_scope_;

/* What TENURE_DEBUG=handles checks, in a host that is compiled without NDEBUG: scopes close in order and once, escapes
 * are the last thing and once, and what uses a handle after its scope is named. */
#ifdef NDEBUG
#define TN_CHECKED_(m) false
#else
#define TN_CHECKED_(m) TN_UNLIKELY_((m)->checks)
#endif
#define TN_CHECK_(m, call) (TN_CHECKED_(m) ? (call) : (void)0)
TN_API_ TN_NO_COLLECT __attribute__((cold)) void tn_scope_opened_(tn_scope_ *scope);
TN_API_ TN_NO_COLLECT __attribute__((cold)) void tn_scope_closed_(tn_scope_ *scope);
TN_API_ TN_NO_COLLECT __attribute__((cold)) void tn_scope_escaped_(tn_scope_ *scope, const void *handle,
                                                                  bool value);
TN_API_ TN_NO_COLLECT __attribute__((cold)) void tn_handle_stored_(tn_mutator *m, const void *handle, bool value);
TN_API_ TN_NO_COLLECT __attribute__((cold)) void tn_handle_made_(tn_mutator *m, const void *slot,
                                                                 const tn_place *place);

/* Compile all files of a host that make handles with AddressSanitizer: then they poison the slots of closed scopes
 * until these are used again. So a use of a handle after its scope is reported at its line, without any debug mode. The
 * library reports the slots that it frees or uses itself through forbid_slots and allow_slots, however it was built.
 * TENURE_DEBUG=handles gives better reports, so while it is on, slots are not poisoned. */
#if defined(__SANITIZE_ADDRESS__)
#define TN_ASAN_
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TN_ASAN_
#endif
#endif
#ifdef TN_ASAN_
TN_NO_COLLECT void __asan_poison_memory_region(const volatile void *at, size_t bytes);
TN_NO_COLLECT void __asan_unpoison_memory_region(const volatile void *at, size_t bytes);
#define TN_SLOTS_TOLD_(m) \
    ((m)->forbid_slots = __asan_poison_memory_region, (m)->allow_slots = __asan_unpoison_memory_region)
#define TN_SLOT_LIVES_(slot) __asan_unpoison_memory_region((slot), sizeof *(slot))
#define TN_SLOTS_DIE_(m, from, to)                                                             \
    ((from) < (to) && !TN_CHECKED_(m)                                                          \
         ? __asan_poison_memory_region((from), (size_t)((to) - (from)) * sizeof *(from)) : (void)0)
#else
#define TN_SLOTS_TOLD_(m) ((void)0)
#define TN_SLOT_LIVES_(slot) ((void)0)
#define TN_SLOTS_DIE_(m, from, to) ((void)0)
#endif

TN_INLINE_ tn_scope_ tn_scope_open_(tn_mutator *m, const tn_place *place) {
    tn_scope_ s = {m, m->handles, m->values, place};
    return s;
}

TN_INLINE_ void tn_scope_start_(tn_scope_ *s) {
    TN_SLOTS_TOLD_(s->m);
    TN_CHECK_(s->m, tn_scope_opened_(s));
    (void)s;
}

TN_INLINE_ void tn_scope_close_(tn_scope_ *s) {
    TN_CHECK_(s->m, tn_scope_closed_(s));
    TN_SLOTS_DIE_(s->m, s->handles, s->m->handles);
    TN_SLOTS_DIE_(s->m, s->m->values, s->values);
    s->m->handles = s->handles;
    s->m->values = s->values;
}

/* The stack is full: fatal, with the number of handles. There is no object to return NULL for. */
TN_API_ TN_NO_COLLECT __attribute__((noreturn, cold)) void tn_handle_overflow_(tn_mutator *m);

TN_INLINE_ void **tn_push_(tn_mutator *m, const void *object) {
    void **slot = m->handles;
    if (TN_UNLIKELY_((void *)(slot + 1) > (void *)m->values)) tn_handle_overflow_(m);
    TN_SLOT_LIVES_(slot);
    *slot = (void *)(uintptr_t)object;
    m->handles = slot + 1;
    return slot;
}

TN_INLINE_ tn_value *tn_push_value_(tn_mutator *m, tn_value value) {
    tn_value *slot = m->values - 1;
    if (TN_UNLIKELY_((void *)slot < (void *)m->handles)) tn_handle_overflow_(m);
    TN_SLOT_LIVES_(slot);
    *slot = value;
    m->values = slot;
    return slot;
}

TN_INLINE_ void **tn_push_at_(tn_mutator *m, const void *object, const tn_place *place) {
    void **slot = tn_push_(m, object);
    TN_CHECK_(m, tn_handle_made_(m, slot, place));
    (void)place;
    return slot;
}

TN_INLINE_ tn_value *tn_push_value_at_(tn_mutator *m, tn_value value, const tn_place *place) {
    tn_value *slot = tn_push_value_(m, value);
    TN_CHECK_(m, tn_handle_made_(m, slot, place));
    (void)place;
    return slot;
}

/* A handle of what an allocation has returned. */
TN_INLINE_ void **tn_push_new_(tn_mutator *m, void *object, const tn_place *place) {
    return TN_LIKELY_(object != NULL) ? tn_push_at_(m, object, place) : NULL;
}

TN_INLINE_ void **tn_new_(tn_mutator *m, tn_type type, size_t size, size_t align, const tn_place *place) {
    return tn_push_new_(m, tn_alloc_at_(m, type, size, align, place), place);
}

TN_INLINE_ void **tn_new_tail_(tn_mutator *m, tn_type type, size_t size, size_t element, size_t align, size_t count,
                               const tn_place *place) {
    return tn_push_new_(m, tn_alloc_tail_at_(m, type, size, element, align, count, place), place);
}

TN_INLINE_ void **tn_new_stable_(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count,
                                 const tn_place *place) {
    return tn_push_new_(m, (tn_alloc_stable_sized)(tn_at_(m, place), type, size, element, count), place);
}

TN_INLINE_ void **tn_escape_(tn_scope_ *s, const void *handle) {
    if (handle == NULL) return NULL;
    TN_CHECK_(s->m, tn_scope_escaped_(s, handle, false));
    void *object = *(void *const *)handle, **slot = s->handles++;
    TN_SLOT_LIVES_(slot);
    *slot = object;
    return slot;
}

TN_INLINE_ tn_value *tn_escape_value_(tn_scope_ *s, const tn_value *handle) {
    if (handle == NULL) return NULL;
    TN_CHECK_(s->m, tn_scope_escaped_(s, handle, true));
    tn_value value = *handle, *slot = --s->values;
    TN_SLOT_LIVES_(slot);
    *slot = value;
    return slot;
}

TN_END_DECLS_

#ifdef __cplusplus
template <class T> struct tn_bare_ { typedef T type; };
template <class T> struct tn_bare_<T &> { typedef typename tn_bare_<T>::type type; };
template <class T> struct tn_bare_<const T> { typedef typename tn_bare_<T>::type type; };
#endif
#endif
