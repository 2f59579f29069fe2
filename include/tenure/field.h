/* tenure/field.h: the fields of objects, and the write barrier.
 *
 * TN_FIELD(T) wraps one reference in a struct of its own, so that a store without barrier does not compile:
 *
 *     struct Pair { TN_FIELD(struct Pair) car; tn_value_field value; long plain; };
 *
 *                      handles (h, v are handles)          raw (o is a pointer)
 *     read             TN_GET(m, h, car)  a new handle      tn_read(o, car)
 *     store            TN_SET(m, h, car, v)                 tn_write(m, o, car, pointer)
 *     store NULL       TN_CLEAR(m, h, car)                  tn_write(m, o, car, NULL)
 *     into a new object (alloc.h), no barrier               tn_init(o, car, pointer)
 *     by address                                            tn_store(m, o, &slot, pointer)
 *     plain data       TN_PUT(m, h, plain, expression)      o->plain = ...
 *     values           TN_GET_VALUE, TN_SET_VALUE           tn_read_value, tn_write_value, tn_init_value,
 *                      tn_store_value
 *     many at once     TN_MOVE, TN_COPY, TN_MOVE_VALUES ... tn_move_refs, tn_copy_refs, tn_move_values ...
 *
 * A field may be a designator: TN_SET(m, h, slot[i], v). (*h)->plain = g(m) has no defined order in C when g may
 * collect; TN_PUT evaluates the expression first. None of these collects, but the expression of TN_PUT may.
 *
 * A minor collection visits only those old objects that may refer to young ones. So each store of a young reference
 * into an old object must be recorded. There are five ways to do that; while the object is young, none of them costs
 * anything:
 *
 *     one slot             TN_SET, tn_write, tn_store. The rule; the others are for where this is too slow or cannot be
 *                          done
 *     a row of slots       TN_MOVE, TN_COPY, tn_move_refs, tn_copy_refs: as memmove and memcpy, with one barrier. To
 *                          insert into an array, to remove from it, or to let it grow
 *     anything at all      plain stores, and tn_revisit_object: the whole object is visited. For changes all over a
 *                          small object, and whenever memory that an object owns outside of the heap moves or is freed
 *     memory outside       plain stores, and tn_revisit_slot for each. For a large vector or table in malloc'd memory
 *                          that a trace callback visits
 *     no barrier           plain stores between TN_UNPROTECT and TN_PROTECT; every minor collection between them
 *                          visits the whole object. For the frame or stack that an interpreter works on, and for
 *                          little else */
#ifndef TENURE_FIELD_H
#define TENURE_FIELD_H

#include "base.h"
#include "handle.h"
#include "mutator.h"

#ifdef __cplusplus
template <class T> struct use_TN_SET_or_tn_write {
    T *const tn_ref_ {};
};
#endif

TN_BEGIN_DECLS_

#ifdef __cplusplus
#define TN_FIELD(T) use_TN_SET_or_tn_write<T> /* as errors of the compiler show it */
#else
#define TN_FIELD(T) struct { T *const tn_ref_; }
#endif
typedef struct tn_value_field {
    const tn_value tn_word_ TN_ZERO_;
} tn_value_field;

#define TN_GET(m, h, f) TN_CAST_(TN_TYPEOF_((*(h))->f.tn_ref_) *, tn_get_((m), (h), TN_OFFSET_(h, f), TN_HERE_))
#define TN_SET(m, h, f, v) tn_set_((m), (h), TN_OFFSET_(h, f), TN_SAME_((*(h))->f, v))
#define TN_CLEAR(m, h, f) tn_clear_((m), (h), TN_OFFSET_(h, f))
#define TN_PUT(m, h, f, x)                                     \
    __extension__({                                            \
        TN_PLAIN_((*(h))->f) tn_put_x_ = (x);                  \
        (void)(m);                                             \
        (*(h))->f = tn_put_x_;                                 \
    })

/* TN_MOVE(m, h, f, to, from, count): in the array `f` of TN_FIELDs, `count` elements from number `from` on go to number
 * `to` and following; the places may overlap. TN_COPY(m, h, g, f, to, from, count) copies them from the array of the
 * same name in g's object into that of h's. Results and wrong calls: see tn_move_refs. */
#define TN_MOVE(m, h, f, to, from, count) \
    tn_move_at_((m), *(h), TN_OFFSET_(h, f[0]), (to), (from), (count))
#define TN_COPY(m, h, g, f, to, from, count)                                                                    \
    tn_copy_at_((m), *(h), TN_OFFSET_(h, f[0]), (to), *(g),                                                     \
                TN_OFFSET_(g, f[0]) + 0 * sizeof(TN_SAME_RAW_((*(h))->f[0], (*(g))->f[0].tn_ref_)), (from), (count))

#define tn_read(o, f) ((o)->f.tn_ref_)
#define tn_write(m, o, f, p) tn_write_at_((m), (o), TN_RAW_OFFSET_(o, f), TN_SAME_RAW_((o)->f, p))
#define tn_init(o, f, p) tn_init_((o), TN_RAW_OFFSET_(o, f), TN_SAME_RAW_((o)->f, p))

#define TN_GET_VALUE(m, h, f) tn_get_value_((m), (h), TN_VALUE_OFFSET_((*(h)), f), TN_HERE_)
#define TN_SET_VALUE(m, h, f, v) tn_set_value_((m), (h), TN_VALUE_OFFSET_((*(h)), f), (v))
#define TN_MOVE_VALUES(m, h, f, to, from, count) \
    tn_move_values_at_((m), *(h), TN_VALUE_OFFSET_((*(h)), f[0]), (to), (from), (count))
#define TN_COPY_VALUES(m, h, g, f, to, from, count)                                                           \
    tn_copy_values_at_((m), *(h), TN_VALUE_OFFSET_((*(h)), f[0]), (to), *(g), TN_VALUE_OFFSET_((*(g)), f[0]), \
                       (from), (count))
#define tn_read_value(o, f) ((o)->f.tn_word_)
#define tn_write_value(m, o, f, w) tn_write_value_at_((m), (o), TN_VALUE_OFFSET_((o), f), TN_WORD_(w))
#define tn_init_value(o, f, w) tn_init_value_((o), TN_VALUE_OFFSET_((o), f), TN_WORD_(w))

/* Raw tier: stores `reference` (a `value`) into a slot of `object`, which is given by its address. The barrier comes
 * first: a subtract and a compare when the stored word is old, NULL or an immediate. Never collect. */
TN_INLINE_ void tn_store(tn_mutator *m, void *object, void *slot, const void *reference);
TN_INLINE_ void tn_store_value(tn_mutator *m, void *object, tn_value *slot, tn_value value);

/* Copies `count` references (values) to the slots of `object` from address `to` on. The slots are in the object itself,
 * or in memory that its trace callback visits. tn_move_ is for a row of the same object, in either direction; tn_copy_
 * is for a row of another object, or for plain memory. Rows may overlap. Raw tier: addresses, as with tn_store.
 *
 * TN_BAD_ARGUMENT, and nothing is copied, when a row is not in the object, or ends beyond it. In other memory the
 * bounds cannot be checked. TN_BAD_STATE in a callback. Never collect. */
TN_API_ TN_NO_COLLECT tn_status tn_move_refs(tn_mutator *m, void *object, void *to, const void *from, size_t count);
TN_API_ TN_NO_COLLECT tn_status tn_move_values(tn_mutator *m, void *object, tn_value *to, const tn_value *from,
                                               size_t count);
TN_API_ TN_NO_COLLECT tn_status tn_copy_refs(tn_mutator *m, void *object, void *to, const void *from, size_t count);
TN_API_ TN_NO_COLLECT tn_status tn_copy_values(tn_mutator *m, void *object, tn_value *to, const tn_value *from,
                                               size_t count);
#define tn_move_refs(m, object, ...) tn_move_refs((m), TN_OBJECT_(object), __VA_ARGS__)
#define tn_move_values(m, object, ...) tn_move_values((m), TN_OBJECT_(object), __VA_ARGS__)
#define tn_copy_refs(m, object, ...) tn_copy_refs((m), TN_OBJECT_(object), __VA_ARGS__)
#define tn_copy_values(m, object, ...) tn_copy_values((m), TN_OBJECT_(object), __VA_ARGS__)

/* An object has been changed by plain stores, or memory that it owns and its trace callback visits has changed: the
 * next collection visits the whole object. Call it before or after the change, with no safepoint between.
 * TN_REVISIT_OBJECT takes a handle. */
TN_API_ TN_NO_COLLECT void tn_revisit_object(tn_mutator *m, void *object);
#define tn_revisit_object(m, object) tn_revisit_object((m), TN_OBJECT_(object))
#define TN_REVISIT_OBJECT(m, h) tn_revisit_object((m), *TN_TYPED_(h))

/* A reference (a value) has been stored into one slot of memory that the object owns and its trace callback visits: the
 * next collection visits this slot alone. Call it after the store, with no safepoint between. Until that collection the
 * slot stays where it is. If the memory is moved or freed before, call tn_revisit_object(m, object) as well, which
 * forgets the object's recorded slots and visits what is there instead. There is room for some ten thousands of slots;
 * then the whole object is visited. Never collect. */
TN_API_ TN_NO_COLLECT void tn_revisit_slot(tn_mutator *m, void *object, const void *slot);
TN_API_ TN_NO_COLLECT void tn_revisit_value_slot(tn_mutator *m, void *object, const void *slot);
#define tn_revisit_slot(m, object, slot) tn_revisit_slot((m), TN_OBJECT_(object), (slot))
#define tn_revisit_value_slot(m, object, slot) tn_revisit_value_slot((m), TN_OBJECT_(object), (slot))

/* TN_UNPROTECT: from now on every minor collection visits the whole object that handle h holds, which costs the time
 * for that, but stores into it need no barrier. TN_PROTECT: stores need their barrier again; the next collection visits
 * the object once more. Calls do not nest: an object that is unprotected twice is protected by one call. It may be
 * young or old, and of any type; what its trace callback visits counts as its own. This does not keep it alive. Both
 * take a few instructions, so that an interpreter can call them for each switch between coroutines.
 *
 * TN_OK; TN_BAD_ARGUMENT when there is no object; TN_OUT_OF_MEMORY: it is protected as before; TN_NOT_FOUND: TN_PROTECT
 * of an object that is not unprotected; TN_BAD_STATE in a callback. Never collect. */
#define TN_UNPROTECT(m, h) tn_unprotect_((m), TN_TYPED_(h))
#define TN_PROTECT(m, h) tn_protect_((m), TN_TYPED_(h))
TN_API_ TN_NO_COLLECT tn_status tn_unprotect_(tn_mutator *m, const void *h);
TN_API_ TN_NO_COLLECT tn_status tn_protect_(tn_mutator *m, const void *h);

/* ---- inline parts ---- */

/* Slow paths: each records the store and performs it, so that the caller can tail-call it. */
TN_API_ TN_NO_COLLECT __attribute__((cold)) void tn_store_slow(tn_mutator *m, void *object, void *slot,
                                                              const void *reference);
TN_API_ TN_NO_COLLECT __attribute__((cold)) void tn_store_value_slow(tn_mutator *m, void *object, tn_value *slot,
                                                                    tn_value value);

/* For the macros, with the object that the row is copied from. */
TN_API_ TN_NO_COLLECT tn_status tn_copy_row_(tn_mutator *m, void *object, void *to, const void *source,
                                            const void *from, size_t count);
TN_API_ TN_NO_COLLECT tn_status tn_copy_value_row_(tn_mutator *m, void *object, void *to, const void *source,
                                                  const void *from, size_t count);

TN_INLINE_ void tn_store(tn_mutator *m, void *object, void *slot, const void *reference) {
    if (TN_UNLIKELY_((uintptr_t)reference - m->ref_base < m->ref_size) && (TN_HEADER_(object) & TN_HEADER_ARMED))
        tn_store_slow(m, object, slot, reference);
    else
        *(void **)slot = (void *)(uintptr_t)reference;
}

TN_INLINE_ void tn_store_value(tn_mutator *m, void *object, tn_value *slot, tn_value value) {
    if (TN_UNLIKELY_(value - m->value_base < m->value_size) && (TN_HEADER_(object) & TN_HEADER_ARMED))
        tn_store_value_slow(m, object, slot, value);
    else
        *slot = value;
}

#define tn_store(m, object, slot, reference) tn_store((m), TN_OBJECT_(object), (slot), (reference))
#define tn_store_value(m, object, slot, value) tn_store_value((m), TN_OBJECT_(object), (slot), TN_WORD_(value))

/* Offsets, with a check that the field is a TN_FIELD or a tn_value_field; and a check that what is stored has the
 * field's type. None of them evaluates its object. */
#ifdef __cplusplus
#define TN_PLAIN_(e) TN_TYPEOF_(e)
#define TN_FAKE_(o) (reinterpret_cast<TN_TYPEOF_(*(o)) *>(4096))
#define TN_OFFSET_(h, f) (TN_CAST_(size_t, &TN_FAKE_(*(h))->f.tn_ref_) - 4096)
#define TN_RAW_OFFSET_(o, f) (TN_CAST_(size_t, &TN_FAKE_(o)->f.tn_ref_) - 4096)
#define TN_VALUE_OFFSET_(o, f) (TN_CAST_(size_t, &TN_FAKE_(o)->f.tn_word_) - 4096)
#define TN_SAME_(field, v) (tn_the_type_of_the_field_is_wanted_<TN_TYPEOF_((field).tn_ref_) const *>(v))
#define TN_SAME_RAW_(field, p) (tn_the_type_of_the_field_is_wanted_<TN_TYPEOF_((field).tn_ref_)>(p))
#else
#define TN_PLAIN_(e) __typeof__(1 ? (e) : (e))
#define TN_OFFSET_(h, f) (sizeof((*(h))->f.tn_ref_) - sizeof(void *) + __builtin_offsetof(__typeof__(**(h)), f))
#define TN_RAW_OFFSET_(o, f) (sizeof((o)->f.tn_ref_) - sizeof(void *) + __builtin_offsetof(__typeof__(*(o)), f))
#define TN_VALUE_OFFSET_(o, f) (sizeof((o)->f.tn_word_) - sizeof(tn_value) + __builtin_offsetof(__typeof__(*(o)), f))
#define TN_SAME_(field, v) ((TN_TYPEOF_((field).tn_ref_) const *){(v)})
#define TN_SAME_RAW_(field, p) ((TN_TYPEOF_((field).tn_ref_)){(p)})
#endif

TN_INLINE_ void **tn_get_(tn_mutator *m, const void *h, size_t offset, const tn_place *place) {
    return tn_push_at_(m, *(void **)(*(char *const *)h + offset), place);
}

TN_INLINE_ void tn_write_at_(tn_mutator *m, void *object, size_t offset, const void *reference) {
    tn_store(m, object, (char *)object + offset, reference);
}

/* The address of an array's element; NULL, which no row begins at, when there is none of this number in any array. */
TN_INLINE_ char *tn_element_(const void *object, size_t offset, size_t index) {
    return object && index <= UINT32_MAX ? (char *)(uintptr_t)object + offset + index * 8 : NULL;
}

TN_INLINE_ tn_status tn_copy_at_(tn_mutator *m, void *object, size_t offset, size_t to, const void *source,
                                size_t source_offset, size_t from, size_t count) {
    return tn_copy_row_(m, object, tn_element_(object, offset, to), source, tn_element_(source, source_offset, from),
                        count);
}

TN_INLINE_ tn_status tn_move_at_(tn_mutator *m, void *object, size_t offset, size_t to, size_t from, size_t count) {
    return tn_copy_at_(m, object, offset, to, object, offset, from, count);
}

TN_INLINE_ tn_status tn_copy_values_at_(tn_mutator *m, void *object, size_t offset, size_t to, const void *source,
                                       size_t source_offset, size_t from, size_t count) {
    return tn_copy_value_row_(m, object, tn_element_(object, offset, to), source,
                              tn_element_(source, source_offset, from), count);
}

TN_INLINE_ tn_status tn_move_values_at_(tn_mutator *m, void *object, size_t offset, size_t to, size_t from,
                                       size_t count) {
    return tn_copy_values_at_(m, object, offset, to, object, offset, from, count);
}

TN_INLINE_ void tn_set_(tn_mutator *m, const void *h, size_t offset, const void *v) {
    TN_CHECK_(m, tn_handle_stored_(m, v, false));
    tn_write_at_(m, *(void *const *)h, offset, *(void *const *)v);
}

TN_INLINE_ void tn_clear_(tn_mutator *m, const void *h, size_t offset) {
    tn_write_at_(m, *(void *const *)h, offset, NULL);
}

TN_INLINE_ void tn_init_(void *object, size_t offset, const void *reference) {
    *(void **)((char *)object + offset) = (void *)(uintptr_t)reference;
}

TN_INLINE_ tn_value *tn_get_value_(tn_mutator *m, const void *h, size_t offset, const tn_place *place) {
    return tn_push_value_at_(m, *(tn_value *)(void *)(*(char *const *)h + offset), place);
}

TN_INLINE_ void tn_write_value_at_(tn_mutator *m, void *object, size_t offset, tn_value value) {
    tn_store_value(m, object, (tn_value *)(void *)((char *)object + offset), value);
}

TN_INLINE_ void tn_set_value_(tn_mutator *m, const void *h, size_t offset, const tn_value *v) {
    TN_CHECK_(m, tn_handle_stored_(m, v, true));
    tn_write_value_at_(m, *(void *const *)h, offset, *v);
}

TN_INLINE_ void tn_init_value_(void *object, size_t offset, tn_value value) {
    *(tn_value *)(void *)((char *)object + offset) = value;
}

TN_END_DECLS_
#endif
