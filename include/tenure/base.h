/* tenure/base.h: the words that every other header needs. */
#ifndef TENURE_BASE_H
#define TENURE_BASE_H

#include <stddef.h>
#include <stdint.h>

#if !defined(__GNUC__)
#error "Tenure needs GCC or Clang: scopes are declarations with __attribute__((cleanup))"
#endif
#if UINTPTR_MAX != UINT64_MAX
#error "Tenure runs on 64-bit machines only, for now"
#endif

#define TN_VERSION_MAJOR 0
#define TN_VERSION_MINOR 1
#define TN_VERSION_PATCH 0

#ifdef __cplusplus
#define TN_BEGIN_DECLS_ extern "C" {
#define TN_END_DECLS_ }
#define TN_STATIC_ASSERT_ static_assert
#else
#define TN_BEGIN_DECLS_
#define TN_END_DECLS_
#define TN_STATIC_ASSERT_ _Static_assert
#endif

#define TN_API_ __attribute__((visibility("default")))

/* For tenure-rootcheck (gc/tools/rootcheck): whether a function may collect. Those whose body it sees need none; for a
 * pointer to functions, TN_NO_COLLECT goes on its typedef or field. */
#if defined(__clang__)
#define TN_MAY_COLLECT __attribute__((annotate("tn_may_collect")))
#define TN_NO_COLLECT __attribute__((annotate("tn_no_collect")))
#else
#define TN_MAY_COLLECT
#define TN_NO_COLLECT
#endif

#define TN_INLINE_ static inline __attribute__((always_inline, unused))
#define TN_LIKELY_(x) __builtin_expect(!!(x), 1)
#define TN_UNLIKELY_(x) __builtin_expect(!!(x), 0)

TN_BEGIN_DECLS_

/* A heap owns objects, roots, options and statistics. Any number may live in a process; they share nothing. */
typedef struct tn_heap tn_heap;

/* A mutator is one thread's context in one heap. Every call of the API that touches objects takes it first. */
typedef struct tn_mutator tn_mutator;

/* A word in the host's own value format (see format.h): a tagged integer, a NaN-boxed double, a reference. */
typedef uint64_t tn_value;

/* A type's number in its heap (see type.h). 0 is never a type. */
typedef uint32_t tn_type;

/* A place in a source: the file is not copied. TN_HERE_ is the address of that of the macro's use. */
typedef struct tn_place {
    const char *file;
    int line;
} tn_place;
#define TN_HERE_                                                     \
    __extension__({                                                  \
        static const tn_place tn_place_here_ = {__FILE__, __LINE__}; \
        &tn_place_here_;                                              \
    })

/* The version of the library that is linked, "major.minor.patch". Never fails; any thread. */
TN_API_ TN_NO_COLLECT const char *tn_version(void);

TN_END_DECLS_
#endif
