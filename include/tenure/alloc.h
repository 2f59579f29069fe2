/* tenure/alloc.h: allocation, and the windows in which raw pointers may be held.
 *
 * Every allocation returns zeroed memory (but for TN_UNZEROED, type.h), may collect, and returns NULL when memory is
 * out (status.h). Until the next allocation or safepoint, stores into the new object need no barrier (TN_INIT,
 * field.h), whatever its type and size. */
#ifndef TENURE_ALLOC_H
#define TENURE_ALLOC_H

#include <stdbool.h>

#include "base.h"
#include "mutator.h"
#include "type.h"

TN_BEGIN_DECLS

/* The largest object that is born in the nursery. Larger ones never move; their addresses are multiples of 64. */
#define TN_SMALL_MAX ((size_t)8192 - 8)

/* The bytes that an object of `size` takes with its header. What tn_reserve counts in. */
#define TN_CELL(size) (((size_t)(size) < 8 ? 8 : ((size_t)(size) + 7) / 8 * 8) + 8)

/* Raw tier. Allocates an object of the fixed size, or with a tail of `count` elements of `element` bytes. The sizes
 * must be those of the registered type. Raw pointers are good until the next call that may collect. NULL:
 * TN_OUT_OF_MEMORY, TN_BAD_TYPE, TN_BAD_SIZE (also for a count beyond 2^32 - 1). */
TN_INLINE void *tn_alloc(tn_mutator *m, tn_type type, size_t size);
TN_INLINE void *tn_alloc_tail(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count);
#define TN_ALLOC(m, T) ((T *)tn_alloc_at_((m), T##_type, sizeof(T), TN_HERE_))
#define TN_ALLOC_TAIL(m, T, element, count) \
    ((T *)tn_alloc_tail_at_((m), T##_type, sizeof(T), sizeof(element), (count), TN_HERE_))

/* The out-of-line part; a JIT calls it when its inline bump does not fit. */
TN_API TN_MAY_COLLECT void *tn_alloc_slow(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count);

/* Makes sure that the next allocations of ordinary types, up to `bytes` together (add up TN_CELLs, each at most
 * TN_SMALL_MAX), neither collect nor fail, so that a burst of raw construction needs no handles. May collect itself.
 * TN_OUT_OF_MEMORY when there is no room, TN_BAD_SIZE beyond TN_RESERVE_MAX. */
#define TN_RESERVE_MAX ((size_t)128 * 1024)
TN_API TN_MAY_COLLECT tn_status tn_reserve(tn_mutator *m, size_t bytes);

/* TN_NO_GC(m); opens a raw window until the end of the block: raw pointers may be held, because a collection inside
 * is a bug of the host and fatal, with the window's place in the report. Allocation inside is a bug as well, unless
 * tn_reserve has made room for it; it is found at once when the host is compiled without NDEBUG, and else when it
 * would collect. */
typedef struct tn_window {
    tn_mutator *m;
    struct tn_window *outer;
    const char *file;
    int line;
} tn_window;
#define TN_NO_GC(m)                                                                          \
    TN_DECLARE_(tn_window tn_window_here __attribute__((cleanup(tn_window_close_), unused)) = \
                    tn_window_open_(m, __FILE__, __LINE__);                                  \
                tn_window_start_(&tn_window_here))

/* ---- inline parts ---- */

/* A declaration, to be closed by the user's semicolon. One of the same name in an inner block is what these macros
 * are for, so there is no warning about it. */
#define TN_DECLARE_(...)                                                                        \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"") __VA_ARGS__; \
    _Pragma("GCC diagnostic pop") TN_STATIC_ASSERT_(1, "a declaration")

/* tn_alloc_slow with the place of the call. The two sizes are one argument (TN_SIZES_), so that there is no register
 * less for the rest: while objects are born old, each word that it must save is felt. */
TN_API TN_MAY_COLLECT void *tn_alloc_slow_at_(tn_mutator *m, tn_type type, uint64_t sizes, size_t count,
                                              const tn_place *place);
/* What has more than 32 bits is no size of any type. */
#define TN_SIZE_(size) ((size) < UINT32_MAX ? (uint64_t)(size) : UINT32_MAX)
#define TN_SIZES_(size, element) (TN_SIZE_(size) | TN_SIZE_(element) << 32)

TN_INLINE void *tn_bump_(tn_mutator *m, tn_type type, size_t cell, size_t size, size_t element, size_t count,
                         const tn_place *place) {
    char *object = m->alloc;
    char *next = object + cell;
    if (TN_UNLIKELY((uintptr_t)next > m->limit))
        return tn_alloc_slow_at_(m, type, TN_SIZES_(size, element), count, place);
    m->alloc = next;
    ((tn_header *)(uintptr_t)object)[-1] = TN_HEADER_OF(type, count);
    return object;
}

TN_INLINE void *tn_alloc_at_(tn_mutator *m, tn_type type, size_t size, const tn_place *place) {
    if (TN_UNLIKELY(type >= TN_FIRST_SPECIAL || size > TN_SMALL_MAX))
        return tn_alloc_slow_at_(m, type, TN_SIZES_(size, 0), 0, place);
    return tn_bump_(m, type, TN_CELL(size), size, 0, 0, place);
}

TN_INLINE void *tn_alloc_tail_at_(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count,
                                  const tn_place *place) {
    bool odd = type >= TN_FIRST_SPECIAL || size > TN_SMALL_MAX || element == 0; /* constants, mostly */
    if (TN_UNLIKELY(odd || count > (TN_SMALL_MAX - size) / element))
        return tn_alloc_slow_at_(m, type, TN_SIZES_(size, element), count, place);
    return tn_bump_(m, type, TN_CELL(size + count * element), size, element, count, place);
}

TN_INLINE void *tn_alloc(tn_mutator *m, tn_type type, size_t size) { return tn_alloc_at_(m, type, size, NULL); }

TN_INLINE void *tn_alloc_tail(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    return tn_alloc_tail_at_(m, type, size, element, count, NULL);
}

/* Sets the limit to what a window or its end allows: inside, only what tn_reserve has made room for. */
TN_API TN_NO_COLLECT void tn_window_limit_(tn_mutator *m);

TN_INLINE tn_window tn_window_open_(tn_mutator *m, const char *file, int line) {
    tn_window w = {m, m->window, file, line};
    return w;
}

TN_INLINE void tn_window_start_(tn_window *w) {
    w->m->window = w;
#ifndef NDEBUG
    tn_window_limit_(w->m);
#endif
}

TN_INLINE void tn_window_close_(tn_window *w) {
    w->m->window = w->outer;
#ifndef NDEBUG
    tn_window_limit_(w->m);
#endif
}

TN_END_DECLS
#endif
