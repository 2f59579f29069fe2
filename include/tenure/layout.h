/* tenure/layout.h: the offsets, masks and formulas of the inline paths, for JITs, for compilers (LLVM), and for
 * bindings of languages that cannot use C macros and inline functions (Rust, Zig). Static assertions below hold the
 * numbers to the structs. The numbers stay for as long as the major version does.
 *
 * Without any C macro. Every inline function of the headers is exported under its own name. Every function behind a
 * macro is exported under the macro's name in lower case with a `_`: TN_SET(m, h, f, v) is tn_set_(m, h, offset of f,
 * v). Handles are untyped there (`void **`), offsets are in bytes, and a place may be NULL. tests/symbols.txt lists all
 * of them. Scopes: tn_save and tn_restore, which take and return a struct of four words, or tn_scope_open_ and
 * tn_scope_close_. tests/abi/plain.c is a host of this kind.
 *
 * The word before an object is its header:
 *
 *     bits 0 .. 7     the collector's; TN_HEADER_ARMED is one of them
 *     bits 8 .. 31    the type's number
 *     bits 32 .. 63   the length of the tail, in elements
 *
 * Allocate `size` bytes (rounded up to a multiple of 8, at least 8, at most TN_SMALL_MAX) of an ordinary type:
 *
 *     object = [m + TN_OFFSET_ALLOC];  next = object + size + 8
 *     if (next > [m + TN_OFFSET_LIMIT])  object = tn_alloc_slow(m, type, size, element, count)
 *     else  [m + TN_OFFSET_ALLOC] = next;  [object - 8] = type << TN_HEADER_TYPE_SHIFT | count <<
 *           TN_HEADER_LENGTH_SHIFT
 *
 * This is all that inline allocation checks. The limit is lowered whenever something else has to be done: when a
 * collection is asked for, a raw window is open, a debug mode wants to see each allocation, or new objects are placed
 * in the old space. So the call on the slow path is never left out. The memory is zero already.
 *
 * Of a type that is aligned to 16, 32 or 64 bytes: call tn_alloc_slow; or move the object up first, with
 *
 *     padding = -[m + TN_OFFSET_ALLOC] & (align - 1);  object = [m + TN_OFFSET_ALLOC] + padding
 *     if (padding != 0)  [[m + TN_OFFSET_ALLOC] - 8] = 3 << TN_HEADER_TYPE_SHIFT | (padding / 8 - 1) <<
 *                        TN_HEADER_LENGTH_SHIFT
 *
 * before the new [m + TN_OFFSET_ALLOC] is stored.
 *
 * Store a reference into a slot of an object (a value: with TN_OFFSET_VALUE_BASE, TN_OFFSET_VALUE_SIZE and
 * tn_store_value_slow):
 *
 *     if (new - [m + TN_OFFSET_REF_BASE] < [m + TN_OFFSET_REF_SIZE] && [object - 8] & TN_HEADER_ARMED)
 *         tn_store_slow(m, object, slot, new)              the unsigned comparison; the call stores it
 *     else  [slot] = new
 *
 * Testing TN_HEADER_ARMED may be left out: the call tests it again.
 *
 * Poll:  if ([m + TN_OFFSET_STOP] != 0)  tn_poll_slow(m), and then look for tn_interrupted(m)
 *
 * All words of the mutator belong to its own thread, but `stop`, which any thread may set. Hosts write TN_OFFSET_ALLOC
 * alone, as above. */
#ifndef TENURE_LAYOUT_H
#define TENURE_LAYOUT_H

#include <atomic_ops.h>

#include "base.h"

TN_BEGIN_DECLS_

typedef AO_t tn_header;

#define TN_HEADER_TYPE_SHIFT 8
#define TN_HEADER_TYPE_MASK TN_CAST_(tn_header, 0xFFFFFF)
#define TN_HEADER_LENGTH_SHIFT 32
/* The next store of a young reference into this old object must be recorded. */
#define TN_HEADER_ARMED TN_CAST_(tn_header, 2)

#define TN_OFFSET_ALLOC 0
#define TN_OFFSET_LIMIT 8
#define TN_OFFSET_REF_BASE 16
#define TN_OFFSET_REF_SIZE 24
#define TN_OFFSET_VALUE_BASE 32
#define TN_OFFSET_VALUE_SIZE 40
#define TN_OFFSET_HANDLES 48
#define TN_OFFSET_HEAP 56
#define TN_OFFSET_STOP 64
#define TN_OFFSET_VALUES 72
#define TN_OFFSET_WINDOW 80
#define TN_OFFSET_SITE 88
#define TN_OFFSET_NURSERY_SIZE 136

/* `handles` and `values` are no neighbours. If they were, compilers would save both for a scope with one load of 16
 * bytes. Such a load of two words that were just stored one by one stalls the processor for a dozen cycles. */
struct tn_mutator {
    char *alloc;           /* the next object; its header is the word before */
    uintptr_t limit;       /* an object and the header after it must end by here */
    uintptr_t ref_base;    /* a reference r needs the barrier iff r - ref_base < ref_size */
    uintptr_t ref_size;
    uintptr_t value_base;  /* a value likewise: the host's tag is folded in */
    uintptr_t value_size;
    void **handles;        /* the first free slot of the handle stack, which grows upwards ... */
    tn_heap *heap;
    volatile AO_t stop;    /* not 0: the mutator is asked to reach a safepoint, by TN_STOP_ bits */
    tn_value *values;      /* ... towards the last slot of the value handles, which grow downwards */
    struct tn_window_ *window; /* the innermost TN_NO_GC, or NULL */
    tn_place site;         /* in the host's script (tn_site_set) */
    const tn_place *here;  /* of the call that is being made (TN_AT_) */
    int checks;            /* scopes and handles are checked by a host that is compiled without NDEBUG */
    /* AddressSanitizer's, set by a host that is compiled with it (handle.h), or NULL */
    void (*forbid_slots)(const volatile void *at, size_t bytes);
    void (*allow_slots)(const volatile void *at, size_t bytes);
    uintptr_t nursery_size; /* an object at p may move iff p - ref_base < nursery_size */
};

#define TN_STOP_COLLECT TN_CAST_(AO_t, 1) /* for a collection */
#define TN_STOP_HOST TN_CAST_(AO_t, 2)    /* by tn_interrupt */

TN_STATIC_ASSERT_(sizeof(tn_header) == 8, "the header is one word");
#define TN_AT_OFFSET_(field, offset) TN_STATIC_ASSERT_(offsetof(struct tn_mutator, field) == (offset), #field)
TN_AT_OFFSET_(alloc, TN_OFFSET_ALLOC);
TN_AT_OFFSET_(limit, TN_OFFSET_LIMIT);
TN_AT_OFFSET_(ref_base, TN_OFFSET_REF_BASE);
TN_AT_OFFSET_(ref_size, TN_OFFSET_REF_SIZE);
TN_AT_OFFSET_(value_base, TN_OFFSET_VALUE_BASE);
TN_AT_OFFSET_(value_size, TN_OFFSET_VALUE_SIZE);
TN_AT_OFFSET_(handles, TN_OFFSET_HANDLES);
TN_AT_OFFSET_(heap, TN_OFFSET_HEAP);
TN_AT_OFFSET_(stop, TN_OFFSET_STOP);
TN_AT_OFFSET_(values, TN_OFFSET_VALUES);
TN_AT_OFFSET_(window, TN_OFFSET_WINDOW);
TN_AT_OFFSET_(site, TN_OFFSET_SITE);
TN_AT_OFFSET_(nursery_size, TN_OFFSET_NURSERY_SIZE);

/* ---- inline parts ---- */

#define TN_HEADER_(object) (TN_CAST_(volatile tn_header *, TN_CAST_(uintptr_t, object))[-1])
#define TN_HEADER_OF_(type, length) \
    (TN_CAST_(tn_header, type) << TN_HEADER_TYPE_SHIFT | TN_CAST_(tn_header, length) << TN_HEADER_LENGTH_SHIFT)

TN_END_DECLS_
#endif
