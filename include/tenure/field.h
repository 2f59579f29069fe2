/* tenure/field.h: the fields of objects, and the write barrier.
 *
 * TN_FIELD(T) wraps one reference in a struct of its own, so that a store without barrier does not compile:
 *
 *     struct Pair { TN_FIELD(struct Pair) car; tn_value_field value; long plain; };
 *
 *                      handles (h, v are handles)          raw (o is a pointer)
 *     read             TN_GET(m, h, car)  a new handle      TN_READ(o, car)
 *     store            TN_SET(m, h, car, v)                 TN_WRITE(m, o, car, pointer)
 *     store NULL       TN_CLEAR(m, h, car)                  TN_WRITE(m, o, car, NULL)
 *     into a new object (alloc.h), no barrier               TN_INIT(o, car, pointer)
 *     plain data       TN_PUT(m, h, plain, expression)      o->plain = ...
 *     values           TN_GET_VALUE, TN_SET_VALUE           TN_READ_VALUE, TN_WRITE_VALUE, TN_INIT_VALUE
 *
 * A field may be a designator: TN_SET(m, h, slot[i], v). Each argument is evaluated once. (*h)->plain = g(m) has no
 * defined order in C when g may collect; TN_PUT evaluates the expression first. None of these collects, but TN_PUT's
 * expression. */
#ifndef TENURE_FIELD_H
#define TENURE_FIELD_H

#include "base.h"
#include "handle.h"
#include "mutator.h"

TN_BEGIN_DECLS

#ifdef __cplusplus
#define TN_ZERO_ = 0 /* C++ wants a const member initialised */
#else
#define TN_ZERO_
#endif
#define TN_FIELD(T) struct { T *const tn_ref TN_ZERO_; }
typedef struct tn_value_field {
    const tn_value tn_word TN_ZERO_;
} tn_value_field;

#define TN_GET(m, h, f) ((TN_TYPEOF_((*(h))->f.tn_ref) *)(void *)tn_get_((m), (h), TN_OFFSET_(h, f), TN_HERE_))
#define TN_SET(m, h, f, v) tn_set_((m), (h), TN_OFFSET_(h, f), TN_SAME_((*(h))->f, v))
#define TN_CLEAR(m, h, f) tn_clear_((m), (h), TN_OFFSET_(h, f))
#define TN_PUT(m, h, f, x)                                    \
    __extension__({                                           \
        TN_PLAIN_((*(h))->f) tn_put_x = (x);                  \
        (void)(m);                                            \
        (*(h))->f = tn_put_x;                                 \
    })

#define TN_READ(o, f) ((o)->f.tn_ref)
#define TN_WRITE(m, o, f, p) tn_write_at_((m), (o), TN_RAW_OFFSET_(o, f), TN_SAME_RAW_((o)->f, p))
#define TN_INIT(o, f, p) tn_init_((o), TN_RAW_OFFSET_(o, f), TN_SAME_RAW_((o)->f, p))

#define TN_GET_VALUE(m, h, f) tn_get_value_((m), (h), TN_VALUE_OFFSET_((*(h)), f), TN_HERE_)
#define TN_SET_VALUE(m, h, f, v) tn_set_value_((m), (h), TN_VALUE_OFFSET_((*(h)), f), (v))
#define TN_READ_VALUE(o, f) ((o)->f.tn_word)
#define TN_WRITE_VALUE(m, o, f, w) tn_write_value_at_((m), (o), TN_VALUE_OFFSET_((o), f), (w))
#define TN_INIT_VALUE(o, f, w) tn_init_value_((o), TN_VALUE_OFFSET_((o), f), (w))

/* Raw tier: stores `reference` (a `value`) into a slot of `object`. The barrier comes first: a subtract and a compare
 * when the stored word is old, NULL or an immediate. Never collect. */
TN_INLINE void tn_write(tn_mutator *m, void *object, void *slot, const void *reference);
TN_INLINE void tn_write_value(tn_mutator *m, void *object, tn_value *slot, tn_value value);

/* An object whose malloc'd parts hold references (a trace callback finds them) has been changed: it is visited again
 * at the next collection. Call it before or after the change, with no safepoint between. */
TN_API TN_NO_COLLECT void tn_remember(tn_mutator *m, void *object);

/* ---- inline parts ---- */

/* The stores of young references, barrier and all: nothing of the caller's need live across the call. */
TN_API TN_NO_COLLECT __attribute__((cold)) void tn_write_slow(tn_mutator *m, void *object, void *slot,
                                                              const void *reference);
TN_API TN_NO_COLLECT __attribute__((cold)) void tn_write_value_slow(tn_mutator *m, void *object, tn_value *slot,
                                                                    tn_value value);

TN_INLINE void tn_write(tn_mutator *m, void *object, void *slot, const void *reference) {
    if (TN_UNLIKELY((uintptr_t)reference - m->ref_base < m->ref_size) && (TN_HEADER(object) & TN_ARMED))
        tn_write_slow(m, object, slot, reference);
    else
        *(void **)slot = (void *)(uintptr_t)reference;
}

TN_INLINE void tn_write_value(tn_mutator *m, void *object, tn_value *slot, tn_value value) {
    if (TN_UNLIKELY(value - m->value_base < m->value_size) && (TN_HEADER(object) & TN_ARMED))
        tn_write_value_slow(m, object, slot, value);
    else
        *slot = value;
}

/* Offsets, with a check that the field is a TN_FIELD or a tn_value_field; and a check that what is stored has the
 * field's type. None of them evaluates its object. */
#ifdef __cplusplus
#define TN_PLAIN_(e) TN_TYPEOF_(e)
#define TN_FAKE_(o) (reinterpret_cast<TN_TYPEOF_(*(o)) *>(4096))
#define TN_OFFSET_(h, f) ((size_t)&TN_FAKE_(*(h))->f.tn_ref - 4096)
#define TN_RAW_OFFSET_(o, f) ((size_t)&TN_FAKE_(o)->f.tn_ref - 4096)
#define TN_VALUE_OFFSET_(o, f) ((size_t)&TN_FAKE_(o)->f.tn_word - 4096)
#define TN_SAME_(field, v) (static_cast<TN_TYPEOF_((field).tn_ref) const *>(v))
#define TN_SAME_RAW_(field, p) (static_cast<TN_TYPEOF_((field).tn_ref)>(p))
#else
#define TN_PLAIN_(e) __typeof__(1 ? (e) : (e))
#define TN_OFFSET_(h, f) (sizeof((*(h))->f.tn_ref) - sizeof(void *) + __builtin_offsetof(__typeof__(**(h)), f))
#define TN_RAW_OFFSET_(o, f) (sizeof((o)->f.tn_ref) - sizeof(void *) + __builtin_offsetof(__typeof__(*(o)), f))
#define TN_VALUE_OFFSET_(o, f) (sizeof((o)->f.tn_word) - sizeof(tn_value) + __builtin_offsetof(__typeof__(*(o)), f))
#define TN_SAME_(field, v) ((TN_TYPEOF_((field).tn_ref) const *){(v)})
#define TN_SAME_RAW_(field, p) ((TN_TYPEOF_((field).tn_ref)){(p)})
#endif

TN_INLINE void **tn_get_(tn_mutator *m, const void *h, size_t offset, const tn_place *place) {
    return tn_push_at_(m, *(void **)(*(char *const *)h + offset), place);
}

TN_INLINE void tn_write_at_(tn_mutator *m, void *object, size_t offset, const void *reference) {
    tn_write(m, object, (char *)object + offset, reference);
}

TN_INLINE void tn_set_(tn_mutator *m, const void *h, size_t offset, const void *v) {
    tn_write_at_(m, *(void *const *)h, offset, *(void *const *)v);
}

TN_INLINE void tn_clear_(tn_mutator *m, const void *h, size_t offset) {
    tn_write_at_(m, *(void *const *)h, offset, NULL);
}

TN_INLINE void tn_init_(void *object, size_t offset, const void *reference) {
    *(void **)((char *)object + offset) = (void *)(uintptr_t)reference;
}

TN_INLINE tn_value *tn_get_value_(tn_mutator *m, const void *h, size_t offset, const tn_place *place) {
    return tn_push_value_at_(m, *(tn_value *)(void *)(*(char *const *)h + offset), place);
}

TN_INLINE void tn_write_value_at_(tn_mutator *m, void *object, size_t offset, tn_value value) {
    tn_write_value(m, object, (tn_value *)(void *)((char *)object + offset), value);
}

TN_INLINE void tn_set_value_(tn_mutator *m, const void *h, size_t offset, const tn_value *v) {
    tn_write_value_at_(m, *(void *const *)h, offset, *v);
}

TN_INLINE void tn_init_value_(void *object, size_t offset, tn_value value) {
    *(tn_value *)(void *)((char *)object + offset) = value;
}

TN_END_DECLS
#endif
