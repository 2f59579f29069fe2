/* tenure/type.h: what an object of the host is made of.
 *
 * A type is registered once in each heap, from a description that is static data. The host picks the numbers with an
 * enum, so that they are constants in its code and the same in every heap:
 *
 *     typedef struct Pair { TN_FIELD(Pair) car, cdr; } Pair;
 *     typedef struct File { FILE *stream; } File;
 *     enum { Pair_type = TN_FIRST_TYPE, Vector_type };          // allocated inline
 *     enum { File_type = TN_FIRST_SPECIAL };                    // has dispose or TN_BORN_OLD: allocated by a call
 *
 *     static const tn_type_desc types[] = {
 *         TN_DESC(Pair, TN_REFS(Pair, car, cdr)),
 *         TN_DESC(Vector, TN_TAIL(sizeof(tn_value), 0, 1)),     // a tail of values
 *         TN_DESC(File, .flags = TN_LEAF, .dispose = file_close),
 *     };
 *     for (size_t i = 0; i < 3; i++) if (!tn_type_create(heap, &types[i])) ...
 *
 * TN_NEW(m, Pair) uses sizeof(Pair), _Alignof(Pair) and Pair_type. Where one struct serves several types, TN_NEW_AS
 * and tn_alloc_as take the number.
 *
 * A tail is an array after the fixed part: element i is at (char *)object + sizeof(T) + i * tail_size. It begins at
 * sizeof(T), also where the last field of T ends before that. A flexible array member at the end of T has this address
 * only if sizeof(T) has no padding after the last field. With `struct { TN_FIELD(X) a; char n; char text[]; }`, text is
 * at 9 and the tail at 16. So use (void *)(object + 1), or give such a struct fields that fill its last word.
 *
 * Objects are aligned to 8 bytes unless the type says more. A struct may want 16, 32 or 64 bytes: it holds an __int128
 * or a vector, or says _Alignas. It gets that at every age and size, from TN_DESC and the typed macros (TN_NEW,
 * tn_alloc and those with a tail). TN_DESC of a struct that wants more than 64 does not compile. The elements of a tail
 * begin at sizeof(T): they are aligned as T is.
 *
 * Objects move. A pointer of an object into itself (to an inline buffer, or to its own tail) is wrong after the first
 * move. A trace callback cannot mend it, because it does not learn where the object was. Keep an offset or an index
 * instead, or have the object born where it stays (TN_BORN_OLD, TN_NEW_STABLE). */
#ifndef TENURE_TYPE_H
#define TENURE_TYPE_H

#include "base.h"
#include "layout.h"
#include "status.h"

TN_BEGIN_DECLS_

#define TN_FIRST_TYPE 16u                     /* the host's ordinary types: 16 .. TN_FIRST_SPECIAL - 1 */
#define TN_FIRST_SPECIAL (1u << 15) /* types with dispose, TN_BORN_OLD or an alignment: 32768 .. TN_TYPES_END - 1 */
#define TN_TYPES_END (1u << 16)

/* What a trace callback hands its slots to. */
typedef struct tn_tracer tn_tracer;

enum {
    TN_LEAF = 1 << 0,     /* holds no reference at all. Must be said: a forgotten bitmap is an error, not a leaf */
    TN_BORN_OLD = 1 << 1, /* never in the nursery: its address is fixed from the first moment */
    TN_UNZEROED = 1 << 2  /* its memory is not cleared, and may hold anything: the host must fill it. For large leaves,
                           * where clearing is expensive; and for types whose references and values are all in the
                           * tail: then the host must fill the whole tail before the next allocation or safepoint,
                           * because a collection would read it */
};

typedef struct tn_type_desc {
    tn_type number TN_ZERO_;       /* the host's number, or 0 for the next free one */
    const char *name TN_ZERO_;     /* kept as it is: must outlive the heap */
    size_t size TN_ZERO_;          /* bytes of the fixed part, 1 .. 8184; below 8 counts as 8 */
    size_t align TN_ZERO_;         /* of its objects, in bytes: 16, 32 or 64, and size must be a multiple of it; 0 to 8
                                    * mean 8 */
    uint64_t refs TN_ZERO_;        /* bit i: the fixed part's word i is a reference (a TN_FIELD) */
    const char *ref_names TN_ZERO_; /* their names in the order of the struct, "car, cdr": for reports; may be NULL */
    uint64_t values TN_ZERO_;      /* bit i: the fixed part's word i is a value (a tn_value_field) */
    const char *value_names TN_ZERO_;
    size_t tail_size TN_ZERO_;     /* bytes of one element of the array after the fixed part; 0: no array */
    uint64_t tail_refs TN_ZERO_;   /* the same bitmaps for one element */
    uint64_t tail_values TN_ZERO_;
    unsigned flags TN_ZERO_;

    /* Visits every reference and value of the object that the bitmaps leave out, with tn_visit and its kin. It runs in
     * the middle of a collection. It must not allocate, must read nothing but its object and the memory that this owns,
     * and must visit the same slots for the same state. It may call tn_visit and its kin, tn_tracer_is_minor, and what
     * reads its own object (tn_type_of, tn_length_of, tn_size_of, tn_read). All other calls are refused
     * (TN_BAD_STATE). May be NULL. */
    void (*trace)(tn_tracer *tracer, void *object) TN_ZERO_;

    /* Called once when the object is reclaimed, or at tn_heap_destroy: frees what the object owns outside of the heap.
     * It must not read other objects. It may call tn_heap_user, tn_external_adjust to take back what the object counted
     * there, and what reads its own object. All other calls are refused. Runs on a mutator's thread. May be NULL. */
    void (*dispose)(tn_heap *heap, void *object) TN_ZERO_;

    /* Writes a short description ("symbol car") for reports, at most `size` bytes with the final 0. Must not call the
     * API. May be NULL. */
    void (*describe)(const void *object, char *text, size_t size) TN_ZERO_;
} tn_type_desc; /* new members are added at the end */

/* A description of struct T with the number T_type; the rest as designated initialisers. */
#define TN_DESC(T, ...) {.number = T##_type, .name = #T, .size = sizeof(T), .align = TN_ALIGN_(T), __VA_ARGS__}

/* TN_REFS lists up to 12 TN_FIELDs of T, TN_VALUES up to 12 tn_value_fields, in the order of the struct: the
 * initialisers of a description that give their bitmap and their names. A field of the other kind, or a plain one, does
 * not compile. TN_BITS is the bitmap alone, of fields of any kind, for .tail_refs, or for plain pointers that the host
 * writes with barriers of its own. A struct with more fields joins bitmaps with |; one beyond 64 words uses a trace
 * callback. */
#define TN_REFS(T, ...) .refs = TN_BITS_OF_(TN_REF_BIT_, T, __VA_ARGS__), .ref_names = #__VA_ARGS__
#define TN_VALUES(T, ...) .values = TN_BITS_OF_(TN_VALUE_BIT_, T, __VA_ARGS__), .value_names = #__VA_ARGS__
#define TN_BITS(T, ...) TN_BITS_OF_(TN_BIT_, T, __VA_ARGS__)

/* A tail of elements of `size` bytes, with these bitmaps for an element (0 and 0: plain data). */
#define TN_TAIL(size_, refs_, values_) .tail_size = (size_), .tail_refs = (refs_), .tail_values = (values_)

/* Registers a type and returns its number. The description is copied; the strings in it are not. Returns 0 when it
 * makes no sense (TN_BAD_TYPE, with the reason in `tn_last_error` of the heap's mutator if there is one, and through
 * on_error), when the number is taken, or when memory is out. At any time but in callbacks, on any thread that may use
 * the heap; never collects. A smaller description of an older host is taken as if the rest were zero; a larger one of
 * a newer host is refused unless its rest is zero. */
TN_API_ TN_NO_COLLECT tn_type tn_type_create_(tn_heap *heap, const tn_type_desc *desc, size_t size);
#define tn_type_create(heap, ...) tn_type_create_((heap), (__VA_ARGS__), sizeof(tn_type_desc))

/* The type of an object, the length of its tail (0 without one), the bytes that its fixed part and tail take, and a
 * type's name. `object` must be live, or NULL, which gives 0. TN_TYPE_OF and TN_LENGTH_OF take a handle. Never collect;
 * any thread; in trace and dispose callbacks for their own object. */
TN_INLINE_ tn_type tn_type_of(const void *object) {
    return object ? (tn_type)((TN_HEADER_(object) >> TN_HEADER_TYPE_SHIFT) & (TN_TYPES_END - 1)) : 0;
}
TN_INLINE_ size_t tn_length_of(const void *object) {
    return object ? (size_t)(TN_HEADER_(object) >> TN_HEADER_LENGTH_SHIFT) : 0;
}
TN_API_ TN_NO_COLLECT size_t tn_size_of(tn_heap *heap, const void *object);
TN_API_ TN_NO_COLLECT const char *tn_type_name(tn_heap *heap, tn_type type);
#define tn_type_of(object) tn_type_of(TN_OBJECT_(object))
#define tn_length_of(object) tn_length_of(TN_OBJECT_(object))
#define tn_size_of(heap, object) tn_size_of((heap), TN_OBJECT_(object))
#define TN_TYPE_OF(h) tn_type_of(*TN_TYPED_(h))
#define TN_LENGTH_OF(h) tn_length_of(*TN_TYPED_(h))

/* For trace callbacks and scanners: visit one reference (the address of a TN_FIELD or of a T *), one value, or an array
 * of them. The collector may change them. */
TN_API_ TN_NO_COLLECT void tn_visit(tn_tracer *tracer, void *slot);
TN_API_ TN_NO_COLLECT void tn_visit_value(tn_tracer *tracer, void *slot);
TN_API_ TN_NO_COLLECT void tn_visit_refs(tn_tracer *tracer, void *first, size_t count);
TN_API_ TN_NO_COLLECT void tn_visit_values(tn_tracer *tracer, void *first, size_t count);

/* Whether this visit belongs to a minor collection. Then only slots that have changed since the last collection, or
 * that may refer to young objects, need be visited: a scanner that knows which these are can leave out the others. In a
 * major collection it must visit all. */
TN_API_ TN_NO_COLLECT bool tn_tracer_is_minor(const tn_tracer *tracer);

/* ---- inline parts ---- */

/* The alignment of struct T: does not compile when it is too large. */
#define TN_ALIGN_MAX 64
#ifdef __cplusplus
#define TN_ALIGNOF_(T) alignof(T)
#define TN_ALIGN_(T) (tn_align_<alignof(T)>::value)
#else
#define TN_ALIGNOF_(T) _Alignof(T)
#define TN_ALIGN_(T)                                                                                           \
    (sizeof(struct {                                                                                           \
         char tn_any_;                                                                                          \
         _Static_assert(_Alignof(T) <= TN_ALIGN_MAX, "Tenure aligns objects to 64 bytes at most: " #T);        \
     }) ? _Alignof(T) : 0)
#endif

/* How the bitmaps are made: B is the bit of one field, with a check of its kind. */
#define TN_BIT_(T, f) (UINT64_C(1) << (offsetof(T, f) / 8))
#define TN_REF_BIT_(T, f) (TN_BIT_(T, f) + 0 * sizeof(TN_CAST_(T *, 0)->f.tn_ref_))
#define TN_VALUE_BIT_(T, f) (TN_BIT_(T, f) + 0 * sizeof(TN_CAST_(T *, 0)->f.tn_word_))
#define TN_BITS_OF_(B, T, ...)                                                                                   \
    TN_BITS_PICK_(__VA_ARGS__, TN_BITS_12_, TN_BITS_11_, TN_BITS_10_, TN_BITS_9_, TN_BITS_8_, TN_BITS_7_,       \
                  TN_BITS_6_, TN_BITS_5_, TN_BITS_4_, TN_BITS_3_, TN_BITS_2_, TN_BITS_1_, )(B, T, __VA_ARGS__)
#define TN_BITS_1_(B, T, a) B(T, a)
#define TN_BITS_2_(B, T, a, ...) (B(T, a) | TN_BITS_1_(B, T, __VA_ARGS__))
#define TN_BITS_3_(B, T, a, ...) (B(T, a) | TN_BITS_2_(B, T, __VA_ARGS__))
#define TN_BITS_4_(B, T, a, ...) (B(T, a) | TN_BITS_3_(B, T, __VA_ARGS__))
#define TN_BITS_5_(B, T, a, ...) (B(T, a) | TN_BITS_4_(B, T, __VA_ARGS__))
#define TN_BITS_6_(B, T, a, ...) (B(T, a) | TN_BITS_5_(B, T, __VA_ARGS__))
#define TN_BITS_7_(B, T, a, ...) (B(T, a) | TN_BITS_6_(B, T, __VA_ARGS__))
#define TN_BITS_8_(B, T, a, ...) (B(T, a) | TN_BITS_7_(B, T, __VA_ARGS__))
#define TN_BITS_9_(B, T, a, ...) (B(T, a) | TN_BITS_8_(B, T, __VA_ARGS__))
#define TN_BITS_10_(B, T, a, ...) (B(T, a) | TN_BITS_9_(B, T, __VA_ARGS__))
#define TN_BITS_11_(B, T, a, ...) (B(T, a) | TN_BITS_10_(B, T, __VA_ARGS__))
#define TN_BITS_12_(B, T, a, ...) (B(T, a) | TN_BITS_11_(B, T, __VA_ARGS__))
#define TN_BITS_PICK_(a, b, c, d, e, f, g, h, i, j, k, l, macro, ...) macro

TN_END_DECLS_

#ifdef __cplusplus
template <size_t align> struct tn_align_ {
    static_assert(align <= TN_ALIGN_MAX, "Tenure aligns objects to 64 bytes at most");
    enum : size_t { value = align };
};
#endif
#endif
