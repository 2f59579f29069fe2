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
 * TN_NEW(m, Pair) uses sizeof(Pair), _Alignof(Pair) and Pair_type.
 *
 * Objects are aligned to 8 bytes unless the type says more: a struct that wants 16, 32 or 64 (it holds an __int128, a
 * vector, or says _Alignas) gets that at every age and size, from TN_DESC and the typed macros (TN_NEW, tn_alloc and
 * those with a tail). TN_DESC of one that wants more than 64 does not compile. The elements of a tail begin at
 * sizeof(T): they are aligned as T is. */
#ifndef TENURE_TYPE_H
#define TENURE_TYPE_H

#include "base.h"
#include "status.h"

TN_BEGIN_DECLS_

#define TN_FIRST_TYPE 16u                     /* the host's ordinary types: 16 .. TN_FIRST_SPECIAL - 1 */
#define TN_FIRST_SPECIAL (1u << 15) /* types with dispose, TN_BORN_OLD or an alignment: 32768 .. TN_TYPES_END - 1 */
#define TN_TYPES_END (1u << 16)

/* What a trace callback hands its slots to. */
typedef struct tn_tracer tn_tracer;

enum {
    TN_LEAF = 1 << 0,    /* holds no reference at all. Must be said: a forgotten bitmap is an error, not a leaf */
    TN_BORN_OLD = 1 << 1, /* never in the nursery: its address is fixed from the first moment */
    TN_UNZEROED = 1 << 2 /* the host fills it: where clearing costs, it is handed out with anything in it. For leaves;
                          * and for types whose references and values are all in the tail: then the host must fill the
                          * whole tail before the next allocation or safepoint, for a collection would read it */
};

typedef struct tn_type_desc {
    tn_type number;       /* the host's number, or 0 for the next free one */
    const char *name;     /* kept as it is: must outlive the heap */
    size_t size;          /* bytes of the fixed part, 1 .. 8184; below 8 counts as 8 */
    size_t align;         /* of its objects, in bytes: 16, 32 or 64, and size must be a multiple of it; 0 to 8 mean 8 */
    uint64_t refs;        /* bit i: the fixed part's word i is a reference (a TN_FIELD) */
    const char *ref_names; /* their names in the order of the struct, "car, cdr": for reports; may be NULL */
    uint64_t values;      /* bit i: the fixed part's word i is a value (a tn_value_field) */
    const char *value_names;
    size_t tail_size;     /* bytes of one element of the array behind the fixed part; 0: no array */
    uint64_t tail_refs;   /* the same bitmaps for one element */
    uint64_t tail_values;
    unsigned flags;

    /* Visits every reference and value of the object that no bitmap says, with tn_visit and its kin. Runs in the
     * middle of a collection: it must not allocate, must not call the API otherwise, must look at nothing but its
     * object and the memory that this owns, and must visit the same slots for the same state. May be NULL. */
    void (*trace)(tn_tracer *tracer, void *object);

    /* Called once when the object is reclaimed, or at tn_heap_destroy: frees what the object owns outside the heap. C
     * only: of the API it may call nothing but tn_heap_user, and tn_external_adjust to take back what the object counted there, and
     * it must not look at other objects. Runs on a mutator's thread. May be NULL. */
    void (*dispose)(tn_heap *heap, void *object);

    /* Writes a short description ("symbol car") for reports, at most `size` bytes with the final 0. Must not call the
     * API. May be NULL. */
    void (*describe)(const void *object, char *text, size_t size);
} tn_type_desc;

/* A description of struct T with the number T_type; the rest as designated initialisers. */
#define TN_DESC(T, ...) {.number = T##_type, .name = #T, .size = sizeof(T), .align = TN_ALIGN_(T), __VA_ARGS__}

/* The bitmap of up to 12 fields of T, and the initialisers of a description that give it with the names. */
#define TN_BITS(T, ...)                                                                                           \
    TN_BITS_PICK_(__VA_ARGS__, TN_BITS_12_, TN_BITS_11_, TN_BITS_10_, TN_BITS_9_, TN_BITS_8_, TN_BITS_7_, TN_BITS_6_, \
                  TN_BITS_5_, TN_BITS_4_, TN_BITS_3_, TN_BITS_2_, TN_BITS_1_, )                                         \
    (T, __VA_ARGS__)
#define TN_REFS(T, ...) .refs = TN_BITS(T, __VA_ARGS__), .ref_names = #__VA_ARGS__
#define TN_VALUES(T, ...) .values = TN_BITS(T, __VA_ARGS__), .value_names = #__VA_ARGS__

/* A tail of elements of `size` bytes, with these bitmaps for an element (0 and 0: plain data). */
#define TN_TAIL(size_, refs_, values_) .tail_size = (size_), .tail_refs = (refs_), .tail_values = (values_)

/* Registers a type and returns its number. The description is copied; the strings in it are not. Returns 0 when it
 * makes no sense (TN_BAD_TYPE, with the reason in `tn_last_error` of the heap's mutator if one is attached, and
 * through on_error), when the number is taken, or when memory is out. May be called at any time, on any thread that
 * may use the heap; never collects. */
TN_API_ TN_NO_COLLECT tn_type tn_type_create(tn_heap *heap, const tn_type_desc *desc);

/* The type of an object, its name, the length of its tail (0 without one) and the bytes that its fixed part and tail
 * take. `object` must be live. Never collect; any thread. */
TN_API_ TN_NO_COLLECT tn_type tn_type_of(const void *object);
TN_API_ TN_NO_COLLECT const char *tn_type_name(tn_heap *heap, tn_type type);
TN_API_ TN_NO_COLLECT size_t tn_length_of(const void *object);
TN_API_ TN_NO_COLLECT size_t tn_size_of(tn_heap *heap, const void *object);

/* For trace callbacks: visit one reference (the address of a TN_FIELD or of a T *), one value, or an array of them.
 * The collector may change them. */
TN_API_ TN_NO_COLLECT void tn_visit(tn_tracer *tracer, void *slot);
TN_API_ TN_NO_COLLECT void tn_visit_value(tn_tracer *tracer, void *slot);
TN_API_ TN_NO_COLLECT void tn_visit_refs(tn_tracer *tracer, void *first, size_t count);
TN_API_ TN_NO_COLLECT void tn_visit_values(tn_tracer *tracer, void *first, size_t count);

/* The alignment of struct T: does not compile when it is too large. Not for use. */
#define TN_ALIGN_MAX 64
#ifdef __cplusplus
#define TN_ALIGNOF_(T) alignof(T)
#define TN_ALIGN_(T) (tn_align_<alignof(T)>::value)
#else
#define TN_ALIGNOF_(T) _Alignof(T)
#define TN_ALIGN_(T)                                                                                           \
    (sizeof(struct {                                                                                           \
         char tn_any;                                                                                          \
         _Static_assert(_Alignof(T) <= TN_ALIGN_MAX, "Tenure aligns objects to 64 bytes at most: " #T);        \
     }) ? _Alignof(T) : 0)
#endif

/* How TN_BITS counts its arguments; not for use. */
#define TN_BIT_(T, f) (UINT64_C(1) << (offsetof(T, f) / 8))
#define TN_BITS_1_(T, a) TN_BIT_(T, a)
#define TN_BITS_2_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_1_(T, __VA_ARGS__))
#define TN_BITS_3_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_2_(T, __VA_ARGS__))
#define TN_BITS_4_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_3_(T, __VA_ARGS__))
#define TN_BITS_5_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_4_(T, __VA_ARGS__))
#define TN_BITS_6_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_5_(T, __VA_ARGS__))
#define TN_BITS_7_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_6_(T, __VA_ARGS__))
#define TN_BITS_8_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_7_(T, __VA_ARGS__))
#define TN_BITS_9_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_8_(T, __VA_ARGS__))
#define TN_BITS_10_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_9_(T, __VA_ARGS__))
#define TN_BITS_11_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_10_(T, __VA_ARGS__))
#define TN_BITS_12_(T, a, ...) (TN_BIT_(T, a) | TN_BITS_11_(T, __VA_ARGS__))
#define TN_BITS_PICK_(a, b, c, d, e, f, g, h, i, j, k, l, macro, ...) macro

TN_END_DECLS_

#ifdef __cplusplus
template <size_t align> struct tn_align_ {
    static_assert(align <= TN_ALIGN_MAX, "Tenure aligns objects to 64 bytes at most");
    enum : size_t { value = align };
};
#endif
#endif
