/* tenure/base.h: the words that every other header needs, and how names are built.
 *
 * Case tells the tier. An UPPER-CASE macro that takes objects takes handles of them (`T **`, handle.h), and what it
 * gives is a handle: NEW, GET, SET, CLEAR, PUT. A lower-case name takes raw object pointers (`T *`) or no objects at
 * all: alloc, read, write, init, store. A handle where an object is wanted, and an object where a handle is wanted, do
 * not compile. There are two bridges: TN_HANDLE makes a handle of a raw pointer, and `*h` is the raw pointer of a
 * handle. Declarations (TN_FIELD, TN_SCOPE, TN_DESC) and constants are in upper case as well; they take no objects.
 *
 * What the host makes it creates and destroys: tn_heap_create and tn_heap_destroy, and so for mutators, globals, roots,
 * ranges and scanners.
 *
 * Every macro evaluates each of its arguments once. A name that ends in `_` is internal: a C host does not use it. But
 * each inline function, and each function behind a macro, is an exported symbol of the library too. Bindings of other
 * languages, JITs and LLVM code call these (layout.h). */
#ifndef TENURE_BASE_H
#define TENURE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__GNUC__)
#error "Tenure needs GCC or Clang: scopes are declarations with __attribute__((cleanup))"
#endif
#if UINTPTR_MAX != UINT64_MAX
#error "Tenure runs on 64-bit machines only, for now"
#endif

/* The version of these headers. TN_VERSION is one number, for #if and for comparing with tn_version_number. */
#define TN_VERSION_MAJOR 0
#define TN_VERSION_MINOR 1
#define TN_VERSION_PATCH 0
#define TN_VERSION (TN_VERSION_MAJOR * 10000 + TN_VERSION_MINOR * 100 + TN_VERSION_PATCH)

/* In C++ the bodies of these headers are written in C's way, and macros are not, because they are compiled with the
 * host's warnings: TN_CAST_(T, e) is (T)(e). TN_ZERO_ initialises a member, of a struct that hosts make. */
#ifdef __cplusplus
#define TN_BEGIN_DECLS_ \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wold-style-cast\"") extern "C" {
#define TN_END_DECLS_ \
    } _Pragma("GCC diagnostic pop")
#define TN_STATIC_ASSERT_ static_assert
#define TN_CAST_(T, e) (tn_cast_<T>(e))
#define TN_ZERO_ {}
_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wold-style-cast\"")
template <class T, class F> __attribute__((always_inline)) inline constexpr T tn_cast_(F from) { return (T)from; }
_Pragma("GCC diagnostic pop")
#else
#define TN_BEGIN_DECLS_
#define TN_END_DECLS_
#define TN_STATIC_ASSERT_ _Static_assert
#define TN_CAST_(T, e) ((T)(e))
#define TN_ZERO_
#endif

/* A library that is linked into one program or plugin is compiled with this word for "hidden". */
#ifndef TN_API_
#define TN_API_ __attribute__((visibility("default")))
#endif

/* These tell tenure-rootcheck (gc/tools/rootcheck) whether a function may collect. A function whose body it sees needs
 * neither. For a pointer to functions, TN_NO_COLLECT goes on its typedef or field. */
#if defined(__clang__)
#define TN_MAY_COLLECT __attribute__((annotate("tn_may_collect")))
#define TN_NO_COLLECT __attribute__((annotate("tn_no_collect")))
#else
#define TN_MAY_COLLECT
#define TN_NO_COLLECT
#endif

/* An inline function of these headers. One file of the library (gc/mutator/export.c) defines this word differently, and
 * so exports all of them under the same names. */
#ifndef TN_INLINE_
#define TN_INLINE_ static inline __attribute__((always_inline, unused))
#endif
#define TN_LIKELY_(x) __builtin_expect(!!(x), 1)
#define TN_UNLIKELY_(x) __builtin_expect(!!(x), 0)

TN_BEGIN_DECLS_

/* A heap owns objects, roots, options and statistics. Any number may live in a process; they share nothing. */
typedef struct tn_heap tn_heap;

/* A mutator is one thread's context in one heap. Every call that touches objects takes it first. */
typedef struct tn_mutator tn_mutator;

/* A word in the host's own value format (format.h): a tagged integer, a NaN-boxed double, a reference. */
typedef uint64_t tn_value;

/* A type's number in its heap (type.h). 0 is never a type. */
typedef uint32_t tn_type;

/* Objects of the library (weak.h). */
typedef struct tn_weak tn_weak;
typedef struct tn_weak_array tn_weak_array;

/* A place in a source. What takes one copies it, but not the file's name. TN_HERE_ is the address of the place where
 * the macro is used. */
typedef struct tn_place {
    const char *file;
    int line;
} tn_place;
#define TN_HERE_                                                      \
    __extension__({                                                   \
        static const tn_place tn_place_here_ = {__FILE__, __LINE__}; \
        &tn_place_here_;                                              \
    })

/* The version of the library that is linked: as text, "major.minor.patch", and as a number like TN_VERSION. Never fail;
 * any thread; also in callbacks. */
TN_API_ TN_NO_COLLECT const char *tn_version(void);
TN_API_ TN_NO_COLLECT uint32_t tn_version_number(void);

TN_END_DECLS_

/* ---- inline parts: what an argument must be ---- */

/* TN_OBJECT_(p) is p, an object pointer (or a void pointer); a handle does not compile. TN_TYPED_(h) is h, a handle; an
 * object does not compile. TN_WORD_(w) is w, a value; a pointer or a floating-point number does not compile. In C, the
 * struct that p points to must be complete: cast pointers to others to `void *`. */
#ifdef __cplusplus
/* The names are for the errors of the compiler. tn_the_type_of_the_field_is_wanted_<T>(x) is x, which must be a T, or
 * become one without a cast. */
template <class T> struct tn_the_type_of_the_field_ { typedef T type; };
template <class T> inline T tn_the_type_of_the_field_is_wanted_(typename tn_the_type_of_the_field_<T>::type x) {
    return x;
}
template <class T> inline T *tn_an_object_is_wanted_(T *p) { return p; }
template <class T> void tn_an_object_is_wanted_(T **h) = delete;
template <class T> void tn_an_object_is_wanted_(T *const *h) = delete;
inline void *tn_an_object_is_wanted_(decltype(nullptr)) { return nullptr; }
inline void *tn_an_object_is_wanted_(long null) { return reinterpret_cast<void *>(null); } /* NULL */
template <class T> inline T *const *tn_a_handle_is_wanted_(T *const *h) { return h; }
template <class T> inline T **tn_a_handle_is_wanted_(T **h) { return h; }
template <class T> inline tn_value tn_a_value_is_wanted_(T w) { return static_cast<tn_value>(w); }
template <class T> void tn_a_value_is_wanted_(T *p) = delete;
void tn_a_value_is_wanted_(double w) = delete; /* convert the bits of the number to one */
#define TN_OBJECT_(p) tn_an_object_is_wanted_(p)
#define TN_TYPED_(h) tn_a_handle_is_wanted_(h)
#define TN_WORD_(w) tn_a_value_is_wanted_(w)
#else
#define TN_CLASS_POINTER_ 5 /* of __builtin_classify_type */
#define TN_CLASS_REAL_ 8
#define TN_REQUIRE_(condition, text) __extension__({ _Static_assert(condition, text); })
#define TN_SEEN_(p)                                                                                       \
    _Generic((p), void *: "", const void *: "", tn_weak *: "", const tn_weak *: "", tn_weak_array *: "", \
             const tn_weak_array *: "", default: (p))
#define TN_OBJECT_(p)                                                        \
    (TN_REQUIRE_(__builtin_classify_type(*TN_SEEN_(p)) != TN_CLASS_POINTER_, \
                 "an object (T *) is wanted here, not a handle (T **)"), (p))
#define TN_TYPED_(h)                                                \
    (TN_REQUIRE_(__builtin_classify_type(*(h)) == TN_CLASS_POINTER_, \
                 "a handle (T **) is wanted here, not an object (T *)"), (h))
#define TN_WORD_(w)                                                                                               \
    (TN_REQUIRE_(__builtin_classify_type(w) != TN_CLASS_POINTER_ && __builtin_classify_type(w) != TN_CLASS_REAL_, \
                 "a value (tn_value) is wanted here, not a pointer or a floating-point number"), (w))
#endif
#endif
