/* tenure/mutator.h: the mutator's public words, at fixed offsets, so that a JIT can emit what the inline functions
 * do.
 *
 *     allocate `size` bytes (a multiple of 8, at least 8, at most TN_SMALL_MAX) of an ordinary type:
 *         object = [m + 0];  next = object + size + 8;  if (next > [m + 8]) call tn_alloc_slow;
 *         [m + 0] = next;  [object - 8] = type << 8
 *     of a type with an alignment of 16, 32 or 64: call tn_alloc_slow, or first, with padding = -[m + 0] & (align - 1),
 *         object = [m + 0] + padding, and before the new [m + 0] is stored
 *         if (padding != 0) [[m + 0] - 8] = 3 << 8 | (padding / 8 - 1) << 32
 *     store a reference (a value: with offsets 32 and 40):
 *         if (new - [m + 16] < [m + 24]) call tn_store_slow, which stores it;  else [slot] = new
 *     poll:
 *         if ([m + 64] != 0) call tn_poll_slow, and look for tn_interrupted
 *
 * All of them belong to the mutator's own thread, but `stop`, which any thread may set. Treat them as read-only.
 * `handles` and `values` are no neighbours, lest compilers save both for a scope with one load of 16 bytes: of words
 * that were just stored one by one, such a load stalls the processor for a dozen cycles. */
#ifndef TENURE_MUTATOR_H
#define TENURE_MUTATOR_H

#include <stdbool.h>

#include <atomic_ops.h>

#include "base.h"
#include "status.h"

TN_BEGIN_DECLS_

/* The word before an object: bits 0..7 the collector's, 8..31 the type's number, 32..63 the length of the tail. */
typedef AO_t tn_header;
#define TN_HEADER_(object) (((volatile tn_header *)(uintptr_t)(object))[-1])
#define TN_HEADER_OF_(type, length) ((tn_header)(type) << 8 | (tn_header)(length) << 32)
#define TN_HEADER_ARMED ((tn_header)2) /* the next store of a young reference into this old object must be recorded */

struct tn_mutator {
    char *alloc;           /*  0: the next object; its header is the word before */
    uintptr_t limit;       /*  8: an object and the header after it must end by here */
    uintptr_t ref_base;    /* 16: a reference r needs the barrier iff r - ref_base < ref_size */
    uintptr_t ref_size;    /* 24 */
    uintptr_t value_base;  /* 32: a value likewise: the host's tag is folded in */
    uintptr_t value_size;  /* 40 */
    void **handles;        /* 48: the first free slot of the handle stack, which grows upwards ... */
    tn_heap *heap;         /* 56 */
    volatile AO_t stop;    /* 64: not 0: the mutator is asked to reach a safepoint, by TN_STOP_ bits */
    tn_value *values;      /* 72: ... towards the last slot of the value handles, which grow downwards */
    struct tn_window_ *window; /* 80: the innermost TN_NO_GC, or NULL */
    tn_place site;         /* 88: of the host's own (tn_site_set) */
    const tn_place *here;  /* 104: of the call that is being made (TN_AT_) */
    int checks;            /* 112: scopes and handles are checked by a host that is compiled without NDEBUG */
    /* 120: AddressSanitizer's, of a host that is compiled with it (tenure/handle.h), or NULL */
    void (*forbid_slots)(const volatile void *at, size_t bytes);
    void (*allow_slots)(const volatile void *at, size_t bytes);
};

#define TN_STOP_COLLECT ((AO_t)1) /* for a collection */
#define TN_STOP_HOST ((AO_t)2)    /* by tn_interrupt */

/* Attaches the calling thread to the heap and returns its mutator, owned by the heap. A mutator is used by one thread
 * at a time. In this version a heap has one mutator at a time: a second attach fails with TN_BAD_STATE. On failure
 * returns NULL and fills *error (may be NULL). */
TN_API_ TN_NO_COLLECT tn_mutator *tn_mutator_create(tn_heap *heap, tn_error *error);

/* Ends it: its handles are gone. Its roots and globals belong to the heap and stay. Collects. TN_BAD_STATE while a
 * raw window is open, or when it is detached already. */
TN_API_ TN_MAY_COLLECT tn_status tn_mutator_destroy(tn_mutator *m);

/* A poll for loops that do not allocate: reaches a safepoint if one is asked for. May collect. (Allocation polls
 * too.) In a raw window it does not, but is TN_BAD_STATE, which on_error hears once for each TN_NO_GC in a row: at the
 * first poll when the host is compiled without NDEBUG, else at the first that something is asked of; what was asked for
 * waits for the end of the window. */
TN_API_ TN_MAY_COLLECT void tn_poll_slow(tn_mutator *m);
#define tn_poll(m) tn_poll_at_((m), TN_HERE_)

/* Reports that name an object's allocation site (TENURE_DEBUG=sites) will name this line of the host's script too, for
 * what m allocates from now on: `file` is kept as it is and must be readable until the heap is destroyed; NULL: none
 * any more. Two stores; the mutator's thread; never collects. */
TN_INLINE_ void tn_site_set(tn_mutator *m, const char *file, int line) {
    m->site.file = file;
    m->site.line = line;
}

/* How macros tell a function of the place of their use; the function takes it. */
TN_INLINE_ tn_mutator *tn_at_(tn_mutator *m, const tn_place *place) {
    if (TN_LIKELY_(m != NULL)) m->here = place;
    return m;
}
#define TN_AT_(m) tn_at_((m), TN_HERE_)

#ifdef NDEBUG
#define TN_IN_WINDOW_(m) ((void)(m), 0)
#else
#define TN_IN_WINDOW_(m) ((m)->window != NULL)
#endif
TN_API_ TN_MAY_COLLECT void tn_poll_slow_at_(tn_mutator *m, const tn_place *place);
TN_INLINE_ void tn_poll_at_(tn_mutator *m, const tn_place *place) {
    if (TN_UNLIKELY_(AO_load(&m->stop) || TN_IN_WINDOW_(m))) tn_poll_slow_at_(m, place);
}

/* Asks the mutator to look up from its work: for Ctrl-C, timers, profilers, messages of other threads. The word that
 * it polls for the collector is not 0 until it has called tn_interrupted; what has happened the host says in variables
 * of its own, before the call. Any thread while m is attached, and signal handlers. Never collects. */
TN_INLINE_ void tn_interrupt(tn_mutator *m) { AO_or_full(&m->stop, TN_STOP_HOST); }

/* After a poll: true if m was interrupted since this was last true. The mutator's thread; never collects. */
TN_INLINE_ bool tn_interrupted(tn_mutator *m) {
    if (TN_LIKELY_(!(AO_load(&m->stop) & TN_STOP_HOST))) return false;
    AO_and_full(&m->stop, ~TN_STOP_HOST);
    return true;
}

TN_END_DECLS_
#endif
