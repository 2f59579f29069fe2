/* bench/workloads/shim.h: the macros that workloads are written with, so that one source runs on every peer.
 *
 *     PEER_TENURE    this library, raw tier: raw pointers; what must survive an allocation is on a VM stack (a range)
 *     PEER_HANDLES   this library, handle tier: every object that a function holds is a handle
 *     PEER_BDWGC     GC_MALLOC, and GC_MALLOC_ATOMIC for leaves
 *     PEER_MALLOC    malloc and free; linked with mimalloc or jemalloc too
 *     PEER_BOUND     reuse that never collects: the floor
 *
 * A function that allocates takes MUTATOR first and returns a RESULT(T). Two sorts of variable:
 *
 *     SCOPE;                first in a block that declares VARs; they end with the block
 *     TURN;                 first in a loop's body that makes results, but no VARs
 *     VAR(T, x, result);    survives allocations. V(x) is the pointer, an lvalue; HELD(T) x a parameter for one
 *     TMP(T, x, result);    good until the next allocation. P(x) is the pointer
 *     RESULT_OF(pointer)    a result made of a raw pointer;   EMPTY(T): of NULL
 *     RETURN(x)             of a TMP; RETURN(VAR_RESULT(x)) of a VAR
 *     NEW(T), NEW_LEAF(T), NEW_TAIL(T, element, n), NEW_LEAF_TAIL(T, element, n)     results. Every field must be
 *                           set: malloc's are not zeroed
 *     READ(p, f)  INIT(p, f, q)  WRITE(p, f, q)     of raw pointers; INIT into an object that is the newest
 *
 * FREE(p) frees in the peers that free (FREE_SIZED(p, bytes) what has a tail); MANUAL is true in these, for loops that
 * only free. In PEER_BOUND it pushes the object on a list of its size, and NEW pops it: POOLED is true there too.
 * REGION mark = REGION_OPEN(); REGION_CLOSE(mark): in PEER_BOUND what was allocated between is gone at once. A workload
 * uses one of the two. MAJOR_COLLECTION() and FULL_COLLECTION() collect in the peers that collect; behind them in this
 * library everything is old, and what is old does not move.
 *
 * The workload defines `static uint64_t workload(MUTATOR_ONLY)`: it returns its check. Arguments: see argument(). */
#ifndef BENCH_SHIM_H
#define BENCH_SHIM_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#ifndef PEER_BOUND
#define REGION int
#define REGION_OPEN() 0
#define REGION_CLOSE(mark) ((void)(mark))
#endif
#if !defined(PEER_MALLOC) && !defined(PEER_BOUND)
#define FREE(p) ((void)(p))
#define FREE_SIZED(p, size) ((void)(p))
enum { MANUAL = false, POOLED = false };
#endif

/* ---- this library ---- */

#if defined(PEER_TENURE) || defined(PEER_HANDLES)
#include <tenure.h>

#define MUTATOR_ONLY tn_mutator *m
#define MUTATOR tn_mutator *m,
#define M_ONLY m
#define M m,
#define REF(T) TN_FIELD(T)
#define FIRST_TYPE TN_FIRST_TYPE
#define FIRST_SPECIAL TN_FIRST_SPECIAL
#define TYPES(...)                                                                      \
    static const tn_type_desc bench_types[] = {__VA_ARGS__};                            \
    static void bench_add_types(tn_heap *heap) {                                        \
        for (size_t i = 0; i < sizeof bench_types / sizeof *bench_types; i++)           \
            if (!tn_type_create(heap, &bench_types[i])) harness_fail("a type was refused"); \
    }
#define READ(p, f) tn_read(p, f)
#define INIT(p, f, q) tn_init(p, f, q)
#define WRITE(p, f, q) tn_write(m, p, f, q)
#define HELD(T) T **
#define MAJOR_COLLECTION() bench_collect(m, TN_MAJOR)
#define FULL_COLLECTION() bench_collect(m, TN_FULL)

TN_INLINE_ void *bench_checked(tn_mutator *m, void *p) {
    if (TN_UNLIKELY_(!p)) harness_fail(tn_last_error(m));
    return p;
}
TN_INLINE_ void bench_collect(tn_mutator *m, tn_collection_kind kind) {
    if (tn_collect(m, kind) != TN_OK) harness_fail(tn_last_error(m));
}
#define BENCH_ALLOC(T) ((T *)bench_checked(m, tn_alloc(m, T)))
#define BENCH_ALLOC_TAIL(T, element, n) ((T *)bench_checked(m, tn_alloc_tail(m, T, element, n)))

static uint64_t workload(tn_mutator *m);
static void bench_add_types(tn_heap *heap);
static void bench_roots(tn_mutator *m);

static void bench_run(harness_result *r) {
    tn_error error = {TN_OK, ""};
    tn_heap *heap = tn_heap_create(NULL, &error);
    tn_mutator *m = heap ? tn_mutator_create(heap, &error) : NULL;
    if (!m) harness_fail(error.text);
    bench_add_types(heap);
    bench_roots(m);
    r->check = workload(m);
    tn_stats s;
    tn_stats_get(m->heap, &s);
    r->gc_ns = s.gc_ns, r->minors = s.minors, r->majors = s.majors, r->allocated = s.allocated_bytes;
    r->pause_p50_ns = s.pause_p50_ns, r->pause_p99_ns = s.pause_p99_ns, r->pause_max_ns = s.pause_max_ns;
    r->minor_p50_ns = s.minor_p50_ns, r->minor_p99_ns = s.minor_p99_ns, r->minor_max_ns = s.minor_max_ns;
    if (tn_mutator_destroy(m) != TN_OK || tn_heap_destroy(heap) != TN_OK)
        harness_fail("the heap could not be destroyed");
}
#endif

#ifdef PEER_TENURE
/* The VM stack. `low` stays NULL: a workload that writes below what a collection has seen needs no care then. */
static struct {
    void **top, **base;
} bench_stack;

TN_INLINE_ void **bench_push(void *p) {
    *bench_stack.top = p;
    return bench_stack.top++;
}
TN_INLINE_ void bench_pop(void ***top) { bench_stack.top = *top; }

static void bench_roots(tn_mutator *m) {
    bench_stack.base = bench_stack.top = calloc(1 << 16, sizeof(void *));
    if (!bench_stack.base || !tn_range_create(m, &(tn_range_desc){&bench_stack.base, &bench_stack.top, NULL, 0}))
        harness_fail("no memory for the stack");
}

#define RESULT(T) T *
#define SCOPE TN_DECLARE_(void **bench_here __attribute__((cleanup(bench_pop), unused)) = bench_stack.top)
#define TURN ((void)0)
#define VAR(T, x, r) T **x = (T **)(void *)bench_push((void *)(r))
#define V(x) (*(x))
#define TMP(T, x, r) T *x = (r)
#define P(x) (x)
#define RESULT_OF(p) (p)
#define EMPTY(T) ((T *)NULL)
#define RETURN(x) return (x)
#define VAR_RESULT(x) (*(x))
#define GET(r) (r)
#define NEW(T) BENCH_ALLOC(T)
#define NEW_TAIL(T, element, n) BENCH_ALLOC_TAIL(T, element, n)
#define NEW_LEAF NEW
#define NEW_LEAF_TAIL NEW_TAIL
#endif

#ifdef PEER_HANDLES
static void bench_roots(tn_mutator *m) { (void)m; }

TN_INLINE_ void *bench_checked_handle(tn_mutator *m, void *h) { return bench_checked(m, h); }

#define RESULT(T) T **
#define SCOPE TN_SCOPE(m)
#define TURN TN_SCOPE(m)
#define VAR(T, x, r) T **x = (r)
#define V(x) (*(x))
#define TMP(T, x, r) T **x = (r)
#define P(x) (*(x))
#define RESULT_OF(p) TN_HANDLE(m, p)
#define EMPTY(T) TN_HANDLE(m, (T *)NULL)
#define RETURN(x) return TN_ESCAPE(x)
#define VAR_RESULT(x) (x)
#define GET(r) (*(r))
#define NEW(T) ((T **)bench_checked_handle(m, TN_NEW(m, T)))
#define NEW_TAIL(T, element, n) ((T **)bench_checked_handle(m, TN_NEW_TAIL(m, T, element, n)))
#define NEW_LEAF NEW
#define NEW_LEAF_TAIL NEW_TAIL
#endif

/* ---- peers with plain pointers ---- */

#if defined(PEER_BDWGC) || defined(PEER_MALLOC) || defined(PEER_BOUND)
#define MUTATOR_ONLY void
#define MUTATOR
#define M_ONLY
#define M
#define REF(T) __typeof__(T *)
#define FIRST_TYPE 16
#define FIRST_SPECIAL 32768
#define TYPES(...)
#define READ(p, f) ((p)->f)
#define INIT(p, f, q) ((void)((p)->f = (q)))
#define WRITE(p, f, q) ((void)((p)->f = (q)))
#define RESULT(T) T *
#define SCOPE ((void)0)
#define TURN ((void)0)
#define VAR(T, x, r) T *x = (r)
#define V(x) (x)
#define HELD(T) T *
#define TMP(T, x, r) T *x = (r)
#define P(x) (x)
#define RESULT_OF(p) (p)
#define EMPTY(T) ((T *)NULL)
#define RETURN(x) return (x)
#define VAR_RESULT(x) (x)
#define GET(r) (r)

static uint64_t workload(void);

static inline void *bench_checked(void *p) {
    if (__builtin_expect(!p, 0)) harness_fail("out of memory");
    return p;
}
#endif

#if defined(PEER_MALLOC) || defined(PEER_BOUND)
#define MAJOR_COLLECTION() ((void)0)
#define FULL_COLLECTION() ((void)0)
#endif

#ifdef PEER_BDWGC
#include <gc.h>
#define NEW(T) ((T *)bench_checked(GC_MALLOC(sizeof(T))))
#define NEW_LEAF(T) ((T *)bench_checked(GC_MALLOC_ATOMIC(sizeof(T))))
#define NEW_TAIL(T, element, n) ((T *)bench_checked(GC_MALLOC(sizeof(T) + sizeof(element) * (n))))
#define NEW_LEAF_TAIL(T, element, n) ((T *)bench_checked(GC_MALLOC_ATOMIC(sizeof(T) + sizeof(element) * (n))))
#define MAJOR_COLLECTION() GC_gcollect()
#define FULL_COLLECTION() GC_gcollect()

static uint64_t bench_gc_began;

static void GC_CALLBACK bench_event(GC_EventType event) {
    if (event == GC_EVENT_START) bench_gc_began = harness_now();
    else if (event == GC_EVENT_END) harness_pause(harness_now() - bench_gc_began);
}

static void bench_run(harness_result *r) {
    GC_INIT();
    GC_set_on_collection_event(bench_event);
    r->check = workload();
    r->majors = GC_get_gc_no();
    r->allocated = GC_get_total_bytes();
    harness_pauses(r);
}
#endif

#ifdef PEER_MALLOC
#define NEW(T) ((T *)bench_checked(malloc(sizeof(T))))
#define NEW_TAIL(T, element, n) ((T *)bench_checked(malloc(sizeof(T) + sizeof(element) * (n))))
#define NEW_LEAF NEW
#define NEW_LEAF_TAIL NEW_TAIL
#define FREE(p) free(p)
#define FREE_SIZED(p, size) free(p)
enum { MANUAL = true, POOLED = true };

#ifdef PEER_MIMALLOC
#include <mimalloc.h>
static bool bench_is_linked(void) {
    char *p = calloc(1, 64);
    bool ours = mi_is_in_heap_region(p);
    free(p);
    return ours;
}
#elif defined(PEER_JEMALLOC)
#include <jemalloc/jemalloc.h>
static bool bench_is_linked(void) {
    uint64_t before = 0, after = 0;
    size_t size = sizeof before;
    mallctl("thread.allocated", &before, &size, NULL, 0);
    volatile char *p = malloc(4096); /* a pair that nobody uses would be optimised away */
    p[0] = 1;
    free((void *)p);
    mallctl("thread.allocated", &after, &size, NULL, 0);
    return after >= before + 4096;
}
#else
static bool bench_is_linked(void) { return true; }
#endif

static void bench_run(harness_result *r) {
    if (!bench_is_linked()) harness_fail("malloc is not the allocator that this peer is named after");
    r->check = workload();
}
#endif

#ifdef PEER_BOUND
/* One reserved range, bumped; beside it a list of freed objects for each size, of large ones for each eighth of a power
 * of two. No check but the end of the range. */
enum { BENCH_POOL_MAX = 4096, BENCH_POOLS = BENCH_POOL_MAX / 8 + 1, BENCH_LARGE_POOLS = 8 * (34 - 12) };
#define BENCH_RANGE ((size_t)16 << 30)
static char *bench_at, *bench_end;
static void *bench_pools[BENCH_POOLS + BENCH_LARGE_POOLS];

/* The list for a size, which is rounded up to what its objects have. */
static inline void **bench_pool(size_t *size) {
    size_t small = (*size + 7) & ~(size_t)7;
    if (small <= BENCH_POOL_MAX) return *size = small, &bench_pools[small / 8];
    unsigned log = 63 - (unsigned)__builtin_clzll(*size - 1); /* 2^log < size <= 2^(log + 1) */
    size_t eighths = ((*size - 1) >> (log - 3)) + 1;          /* 9 .. 16 */
    *size = eighths << (log - 3);
    return &bench_pools[BENCH_POOLS + (log - 12) * 8 + eighths - 9];
}
static inline void *bench_take(size_t size) {
    void **pool = bench_pool(&size), *p = *pool;
    if (p) {
        *pool = *(void **)p;
        return p;
    }
    p = bench_at;
    bench_at += size;
    if (__builtin_expect(bench_at > bench_end, 0)) harness_fail("the bound's range is full");
    return p;
}
static inline void bench_give(void *p, size_t size) {
    void **pool = bench_pool(&size);
    *(void **)p = *pool;
    *pool = p;
}

#define NEW(T) ((T *)bench_take(sizeof(T)))
#define NEW_TAIL(T, element, n) ((T *)bench_take(sizeof(T) + sizeof(element) * (n)))
#define NEW_LEAF NEW
#define NEW_LEAF_TAIL NEW_TAIL
#define FREE(p) FREE_SIZED(p, sizeof *(p))
#define FREE_SIZED(p, size) bench_give((p), (size))
#define REGION char *
#define REGION_OPEN() bench_at
#define REGION_CLOSE(mark) ((void)(bench_at = (mark)))
enum { MANUAL = false, POOLED = true };

static void bench_run(harness_result *r) {
    bench_at = harness_reserve(BENCH_RANGE);
    bench_end = bench_at + BENCH_RANGE;
    r->check = workload();
}
#endif

int main(int argc, char **argv) { return harness_main(argc, argv, bench_run); }

#endif
