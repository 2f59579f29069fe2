/* tenure/alloc.h: allocation, and the windows in which raw pointers may be held.
 *
 * Every allocation returns zeroed memory (but for TN_UNZEROED, type.h), may collect, and returns NULL when memory is
 * out (status.h). Until the next allocation or safepoint, stores into the new object need no barrier (tn_init,
 * field.h), whatever its type and size.
 *
 * What inline allocation checks, and when: the size and the number when they are compiled (they are constants), then
 * one comparison with the mutator's limit. While that holds, the type and the sizes are not compared with the
 * registered ones. The first call that takes the slow path finds an unregistered type or a wrong size. Every chunk of
 * the nursery begins with such a call. TENURE_DEBUG=verify finds it too. The slow path checks everything, each time. */
#ifndef TENURE_ALLOC_H
#define TENURE_ALLOC_H

#include "base.h"
#include "mutator.h"
#include "type.h"

TN_BEGIN_DECLS_

/* The largest object that is born in the nursery. Larger ones never move; their addresses are multiples of 64. */
#define TN_SMALL_MAX (TN_CAST_(size_t, 8192) - 8)

/* The bytes that an object of `size` takes with its header: what tn_reserve counts in. Where the type has an alignment,
 * up to tn_padding_bytes(its alignment) more come before it. */
TN_INLINE_ size_t tn_cell_bytes(size_t size) { return (size < 8 ? 8 : (size + 7) / 8 * 8) + 8; }
TN_INLINE_ size_t tn_padding_bytes(size_t align) { return align > 8 ? align - 8 : 0; }

/* Raw tier. Allocates an object of struct T: of the fixed size, or with a tail of `count` elements of type `element`.
 * Raw pointers are good until the next call that may collect. The sizes must be those of the registered type. The
 * object is aligned as struct T is. NULL: TN_OUT_OF_MEMORY (for an object that is larger than heap_max or the memory of
 * the machine: at once, without a collection), TN_BAD_TYPE, TN_BAD_SIZE (also for a count beyond 2^32 - 1),
 * TN_BAD_STATE (in a callback). The handle tier has TN_NEW (handle.h).
 *
 * The type is T_type. With _as, `type` is another type's number that is made of the same struct. */
#define tn_alloc(m, T) tn_alloc_as(m, T, T##_type)
#define tn_alloc_tail(m, T, element, count) tn_alloc_tail_as(m, T, T##_type, element, count)
#define tn_alloc_as(m, T, type) TN_CAST_(T *, tn_alloc_at_((m), (type), sizeof(T), TN_ALIGNOF_(T), TN_HERE_))
#define tn_alloc_tail_as(m, T, type, element, count)                                                       \
    TN_CAST_(T *, tn_alloc_tail_at_((m), (type), sizeof(T), sizeof(element), TN_TAIL_ALIGN_(T, element), (count), \
                                    TN_HERE_))

/* The same by number and sizes, without a struct: an object without a tail, and one with a tail of `count` elements of
 * `element` bytes. They do not know of an ordinary type's alignment: for a type that has one, use the macros, or
 * tn_alloc_slow, or give it a number from TN_FIRST_SPECIAL on. */
TN_INLINE_ void *tn_alloc_sized(tn_mutator *m, tn_type type, size_t size);
TN_INLINE_ void *tn_alloc_tail_sized(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count);

/* The out-of-line part. A JIT calls it when its inline bump does not fit. Without a tail, element and count are 0. */
TN_API_ TN_MAY_COLLECT void *tn_alloc_slow(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count);

/* An object whose address is fixed from the first moment, of any type of the host's: it is born old, as with
 * TN_BORN_OLD, and TN_STABLE_ADDRESS (weak.h) returns it at once. It takes a call and a place in the old space, which
 * is several times the time of tn_alloc. When it dies, only a major collection finds that. But TN_STABLE_ADDRESS of a
 * young object costs a whole minor collection. For all else the contract is tn_alloc's. Without a tail, element and
 * count are 0. */
#define tn_alloc_stable(m, T) tn_alloc_stable_as(m, T, T##_type)
#define tn_alloc_stable_tail(m, T, element, count) tn_alloc_stable_tail_as(m, T, T##_type, element, count)
#define tn_alloc_stable_as(m, T, type) TN_CAST_(T *, tn_alloc_stable_sized((m), (type), sizeof(T), 0, 0))
#define tn_alloc_stable_tail_as(m, T, type, element, count) \
    TN_CAST_(T *, tn_alloc_stable_sized((m), (type), sizeof(T), sizeof(element), (count)))
TN_API_ TN_MAY_COLLECT void *tn_alloc_stable_sized(tn_mutator *m, tn_type type, size_t size, size_t element,
                                                   size_t count);
#define tn_alloc_stable_sized(m, ...) tn_alloc_stable_sized(TN_AT_(m), __VA_ARGS__)

/* Makes sure that the next allocations of ordinary types, up to `bytes` together (add up tn_cell_bytes, each at most
 * TN_SMALL_MAX, and tn_padding_bytes), neither collect nor fail, so that a burst of raw construction needs no handles.
 * May collect itself. TN_OUT_OF_MEMORY when there is no room, TN_BAD_SIZE beyond TN_RESERVE_MAX. */
#define TN_RESERVE_MAX (TN_CAST_(size_t, 128) * 1024)
TN_API_ TN_MAY_COLLECT tn_status tn_reserve(tn_mutator *m, size_t bytes);

/* TN_NO_GC(m); opens a raw window until the end of the block: raw pointers may be held, because a collection inside
 * is a bug of the host and fatal, with the window's place in the report. Allocation inside is a bug as well, unless
 * tn_reserve has made room for it. It is found at once when the host is compiled without NDEBUG, and else when it
 * would collect. */
#define TN_NO_GC(m)                                                                             \
    TN_DECLARE_(tn_window_ tn_window_here_ __attribute__((cleanup(tn_window_close_), unused)) = \
                    tn_window_open_(m, __FILE__, __LINE__);                                     \
                tn_window_start_(&tn_window_here_))

/* ---- inline parts ---- */

typedef struct tn_window_ {
    tn_mutator *m;
    struct tn_window_ *outer;
    const char *file;
    int line;
} tn_window_;

/* A declaration, which the user's semicolon closes. One of the same name in an inner block is what these macros are
 * for, so there is no warning about it. */
#define TN_DECLARE_(...)                                                                        \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"") __VA_ARGS__; \
    _Pragma("GCC diagnostic pop") TN_STATIC_ASSERT_(1, "a declaration")

/* tn_alloc_slow with the place of the call. The two sizes are packed into one argument (TN_SIZES_) to save a register:
 * this path is hot while new objects are placed in the old space. */
TN_API_ TN_MAY_COLLECT void *tn_alloc_slow_at_(tn_mutator *m, tn_type type, uint64_t sizes, size_t count,
                                              const tn_place *place);
/* The alignment of struct T, whose tail has such elements: does not compile when they want more than that gives
 * them. */
#define TN_TAIL_ALIGN_(T, element)                                                                          \
    __extension__({                                                                                         \
        TN_STATIC_ASSERT_(__alignof__(element) <= 8 || (__alignof__(element) <= TN_ALIGNOF_(T) &&           \
                                                        sizeof(T) % __alignof__(element) == 0),             \
                          "the elements of the tail want more alignment than the struct before them: give " \
                          "that as much");                                                                  \
        TN_ALIGNOF_(T);                                                                                     \
    })

/* No type has a size of 2^32 or more. */
#define TN_SIZE_(size) ((size) < UINT32_MAX ? TN_CAST_(uint64_t, size) : UINT32_MAX)
#define TN_SIZES_(size, element) (TN_SIZE_(size) | TN_SIZE_(element) << 32)

TN_INLINE_ void *tn_bump_(tn_mutator *m, tn_type type, size_t cell, size_t size, size_t element, size_t count,
                         const tn_place *place) {
    char *object = m->alloc;
    char *next = object + cell;
    if (TN_UNLIKELY_((uintptr_t)next > m->limit))
        return tn_alloc_slow_at_(m, type, TN_SIZES_(size, element), count, place);
    m->alloc = next;
    ((tn_header *)(uintptr_t)object)[-1] = TN_HEADER_OF_(type, count);
    return object;
}

/* The word before the padding of an aligned object, so that the nursery can be walked: the length of a tail of
 * words. */
#define TN_PADDING_TYPE_ 3u

/* The same for a type with an alignment. */
TN_INLINE_ void *tn_bump_aligned_(tn_mutator *m, tn_type type, size_t cell, size_t size, size_t element, size_t align,
                                 size_t count, const tn_place *place) {
    size_t padding = (0 - (uintptr_t)m->alloc) & (align - 1);
    char *object = m->alloc + padding;
    char *next = object + cell;
    if (TN_UNLIKELY_((uintptr_t)next > m->limit))
        return tn_alloc_slow_at_(m, type, TN_SIZES_(size, element), count, place);
    if (padding) ((tn_header *)(uintptr_t)m->alloc)[-1] = TN_HEADER_OF_(TN_PADDING_TYPE_, padding / 8 - 1);
    m->alloc = next;
    ((tn_header *)(uintptr_t)object)[-1] = TN_HEADER_OF_(type, count);
    return object;
}

TN_INLINE_ void *tn_alloc_at_(tn_mutator *m, tn_type type, size_t size, size_t align, const tn_place *place) {
    if (TN_UNLIKELY_(type >= TN_FIRST_SPECIAL || size > TN_SMALL_MAX))
        return tn_alloc_slow_at_(m, type, TN_SIZES_(size, 0), 0, place);
    if (align > 8) return tn_bump_aligned_(m, type, tn_cell_bytes(size), size, 0, align, 0, place);
    return tn_bump_(m, type, tn_cell_bytes(size), size, 0, 0, place);
}

TN_INLINE_ void *tn_alloc_tail_at_(tn_mutator *m, tn_type type, size_t size, size_t element, size_t align,
                                  size_t count, const tn_place *place) {
    bool odd = type >= TN_FIRST_SPECIAL || size > TN_SMALL_MAX || element == 0; /* constants, mostly */
    if (TN_UNLIKELY_(odd || count > (TN_SMALL_MAX - size) / element))
        return tn_alloc_slow_at_(m, type, TN_SIZES_(size, element), count, place);
    size_t cell = tn_cell_bytes(size + count * element);
    if (align > 8) return tn_bump_aligned_(m, type, cell, size, element, align, count, place);
    return tn_bump_(m, type, cell, size, element, count, place);
}

TN_INLINE_ void *tn_alloc_sized(tn_mutator *m, tn_type type, size_t size) {
    return tn_alloc_at_(m, type, size, 8, NULL);
}

TN_INLINE_ void *tn_alloc_tail_sized(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    return tn_alloc_tail_at_(m, type, size, element, 8, count, NULL);
}

/* Sets the limit to what a window or its end allows: inside, only what tn_reserve has made room for. */
TN_API_ TN_NO_COLLECT void tn_window_limit_(tn_mutator *m);

TN_INLINE_ tn_window_ tn_window_open_(tn_mutator *m, const char *file, int line) {
    tn_window_ w = {m, m->window, file, line};
    return w;
}

TN_INLINE_ void tn_window_start_(tn_window_ *w) {
    w->m->window = w;
#ifndef NDEBUG
    tn_window_limit_(w->m);
#endif
}

TN_INLINE_ void tn_window_close_(tn_window_ *w) {
    w->m->window = w->outer;
#ifndef NDEBUG
    tn_window_limit_(w->m);
#endif
}

TN_END_DECLS_
#endif
