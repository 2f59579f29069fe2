/* tenure/handle.h: handles and scopes, the tier to begin with.
 *
 * A handle is a plain C pointer to a rooted slot: `T **` may be assigned through, `T *const *` is a read-only
 * parameter. *h is the object now; read it again after anything that may collect. Slots live in the mutator's handle
 * stack; a scope gives back those that were made since it opened:
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
 * A mutator has one more stack for handles of values: `tn_value *`, read-only `const tn_value *`. */
#ifndef TENURE_HANDLE_H
#define TENURE_HANDLE_H

#include "alloc.h"
#include "base.h"
#include "mutator.h"

TN_BEGIN_DECLS

/* Opens a scope until the end of the enclosing block. A declaration: it cannot be the body of an `if` without braces.
 * At most one a block. */
#define TN_SCOPE(m) \
    TN_DECLARE_(tn_scope tn_scope_here __attribute__((cleanup(tn_scope_close_), unused)) = tn_scope_open_(m))

/* TN_LOCAL(m, T, name); declares `T **name` with *name == NULL; TN_LOCAL_VALUE(m, name); a `tn_value *` that holds
 * 0. */
#define TN_LOCAL(m, T, name) T **name = (T **)(void *)tn_push_((m), NULL)
#define TN_LOCAL_VALUE(m, name) tn_value *name = tn_push_value_((m), 0)

/* A handle of a raw pointer, of a raw value. */
#define TN_HANDLE(m, pointer) ((TN_TYPEOF_(pointer) *)(void *)tn_push_((m), (pointer)))
#define TN_HANDLE_VALUE(m, value) tn_push_value_((m), (value))

/* A handle of a new object: of the fixed size, with a tail of `count` elements. NULL on failure, like tn_alloc. */
#define TN_NEW(m, T) ((T **)(void *)tn_new_((m), TN_ALLOC((m), T)))
#define TN_NEW_TAIL(m, T, element, count) ((T **)(void *)tn_new_((m), TN_ALLOC_TAIL((m), T, element, (count))))

/* Moves a handle's object to a slot of the enclosing scope and yields that slot's handle: the last thing before
 * `return`. Once a scope for handles, once for values. NULL stays NULL. */
#define TN_ESCAPE(h) ((TN_TYPEOF_(*(h)) *)(void *)tn_escape_(&tn_scope_here, (h)))
#define TN_ESCAPE_VALUE(h) tn_escape_value_(&tn_scope_here, (h))

/* For hosts that longjmp: `tn_mark mark = tn_save(m); if (setjmp(jb)) tn_restore(m, mark);` closes every scope and
 * raw window that was opened since. Never collect. */
typedef struct tn_mark {
    void **handles;
    tn_value *values;
    tn_window *window;
} tn_mark;
TN_API TN_NO_COLLECT tn_mark tn_save(const tn_mutator *m);
TN_API TN_NO_COLLECT void tn_restore(tn_mutator *m, tn_mark mark);

/* How many handles of the two kinds are live: for tests and for finding loops without a scope. */
TN_API TN_NO_COLLECT size_t tn_handle_count(const tn_mutator *m);

/* ---- inline parts ---- */

#ifdef __cplusplus
#define TN_TYPEOF_(e) typename tn_bare_<decltype(e)>::type
#else
#define TN_TYPEOF_(e) __typeof__(1 ? (e) : (e)) /* of the value: without the const of a read-only slot */
#endif

typedef struct tn_scope {
    tn_mutator *m;
    void **handles;
    tn_value *values;
} tn_scope;

TN_INLINE tn_scope tn_scope_open_(tn_mutator *m) {
    tn_scope s = {m, m->handles, m->values};
    return s;
}

TN_INLINE void tn_scope_close_(tn_scope *s) {
    s->m->handles = s->handles;
    s->m->values = s->values;
}

/* The stack is full: fatal, with the number of handles. There is no object to return NULL for. */
TN_API TN_NO_COLLECT __attribute__((noreturn, cold)) void tn_handle_overflow_(tn_mutator *m);

TN_INLINE void **tn_push_(tn_mutator *m, const void *object) {
    void **slot = m->handles;
    if (TN_UNLIKELY((void *)(slot + 1) > (void *)m->values)) tn_handle_overflow_(m);
    *slot = (void *)(uintptr_t)object;
    m->handles = slot + 1;
    return slot;
}

TN_INLINE tn_value *tn_push_value_(tn_mutator *m, tn_value value) {
    tn_value *slot = m->values - 1;
    if (TN_UNLIKELY((void *)slot < (void *)m->handles)) tn_handle_overflow_(m);
    *slot = value;
    m->values = slot;
    return slot;
}

TN_INLINE void **tn_new_(tn_mutator *m, void *object) {
    return TN_LIKELY(object != NULL) ? tn_push_(m, object) : NULL;
}

TN_INLINE void **tn_escape_(tn_scope *s, const void *handle) {
    if (handle == NULL) return NULL;
    void **slot = s->handles++;
    *slot = *(void *const *)handle;
    return slot;
}

TN_INLINE tn_value *tn_escape_value_(tn_scope *s, const tn_value *handle) {
    if (handle == NULL) return NULL;
    tn_value *slot = --s->values;
    *slot = *handle;
    return slot;
}

TN_END_DECLS

#ifdef __cplusplus
template <class T> struct tn_bare_ { typedef T type; };
template <class T> struct tn_bare_<T &> { typedef typename tn_bare_<T>::type type; };
template <class T> struct tn_bare_<const T> { typedef typename tn_bare_<T>::type type; };
#endif
#endif
