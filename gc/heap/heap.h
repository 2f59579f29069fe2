/* heap/heap.h: the heap, as one struct of its parts. Each part's header says who owns what in it.
 *
 * A heap is one mapping and what its parts own; there is no global state. `mutators` has one place: the API and the
 * structures are ready for several, the collections are not yet. */
#ifndef TNI_HEAP_H
#define TNI_HEAP_H

#include <pthread.h>

#include "collect/barrier.h"
#include "collect/limit.h"
#include "collect/mark.h"
#include "collect/minor.h"
#include "collect/pacing.h"
#include "collect/weak.h"
#include "heap/check.h"
#include "heap/error.h"
#include "base/fault.h"
#include "heap/option.h"
#include "heap/root.h"
#include "heap/type.h"
#include "debug/callback.h"
#include "debug/handle.h"
#include "debug/quarantine.h"
#include "debug/site.h"
#include "observe/stats.h"
#include "space/large.h"
#include "space/nursery.h"
#include "space/old.h"
#include "base/os.h"
#include "tenure.h"

/* A mutator with its private words. The address of the public part is the address of the whole. */
typedef struct tni_mutator {
    tn_mutator pub;
    bool attached;
    pthread_t thread;       /* that has attached it */
    tn_place refused;       /* of the last window in which a safepoint was, and that has been said */
    bool window_checked;    /* the innermost window's host is compiled without NDEBUG: only what is reserved */
    char *reserved;         /* tn_reserve: up to here allocation neither collects nor fails; NULL: nothing is reserved */
    bool bump_old;          /* objects are born old (P3), and nothing else is to be looked at */
    bool hook_running;      /* on_out_of_memory has been called and has not returned */
    size_t until_stress;    /* allocations */
    size_t handles_seen;    /* bytes of the handle stack that have been in use, when a collection began */
    void **handles_base;    /* the handle stack's memory: handles from its start up, values from its end down */
    tn_value *values_end;
    tn_status last_status;
    char last_error[252];
} tni_mutator;

/* The host's callback that runs, for reports; name NULL: none, or one of a hot loop. */
typedef struct tni_callback {
    const char *name;
    const tn_type_desc *type; /* NULL: it belongs to none */
} tni_callback;

struct tn_heap {
    tni_old old;
    tn_format format;
    tni_nursery nursery;
    tni_types types;
    tni_queue queue;
    tni_barrier barrier;
    tni_regions regions;
    tni_large large;
    tni_roots roots;
    tni_weak weak;
    tni_mark mark;
    tni_mark_room mark_room;
    tni_pacing pacing;
    tni_mutator mutators[1];
    tni_options options;
    tni_faults faults;
    tni_stats stats;
    tni_sites sites;
    tni_quarantine quarantine;
    tni_vector disposed;    /* with `verify`: what was disposed of since the last check, each with its layout */
    tni_handle_checks checks; /* of handles */
    uintptr_t verify_from;  /* the region that debug mode verify goes on with */
    tni_touched touched;    /* what collections ask the system for */
    AO_t external;          /* bytes; any thread adds */
    bool clearing;          /* since the last major collection, minor ones sweep and give memory back, some at a time */
    tni_callback callback;
    unsigned busy;          /* > 0: a collection or a callback runs; only its own calls are allowed */
    bool reporting;         /* a failure is being reported: calls of on_error and log fail without a report */
    char name[64];
    void *user;
    bool (*on_out_of_memory)(tn_mutator *m, size_t bytes, void *user);
    void (*on_error)(tn_status status, const char *text, void *user);
    void (*on_fatal)(const char *text, void *user);
    void (*log)(const char *line, void *user);
};

TNI_INLINE tni_mutator *tni_private(tn_mutator *m) { return (tni_mutator *)m; }

/* The attached mutator, or NULL. */
TNI_INLINE tni_mutator *tni_mutator_of(tn_heap *heap) {
    return heap->mutators[0].attached ? &heap->mutators[0] : NULL;
}

/* Whether an object at the address may move. */
TNI_INLINE bool tni_in_nursery(const tn_heap *heap, const void *address) {
    return (uintptr_t)address - (uintptr_t)heap->nursery.base < heap->nursery.reserved;
}

/* The bytes of the range that has all young objects: it begins with the nursery. */
TNI_INLINE size_t tni_young_range(const tn_heap *heap) { return heap->nursery.reserved + heap->regions.range.bytes; }

/* Whether an object (or NULL) is young: it was allocated since the last collection. Those in the nursery move when they
 * survive the next one, large ones do not. */
TNI_INLINE bool tni_young(const tn_heap *heap, const void *object) {
    uintptr_t offset = (uintptr_t)object - (uintptr_t)heap->nursery.base;
    if (offset >= tni_young_range(heap)) return false;
    return offset < heap->nursery.reserved || tni_header(object) & TNI_YOUNG;
}

/* After an evacuation, before the young lists are forgotten: where an object is now that may have been young, or NULL when
 * it is dead. A large one that survived is not young any more, and one that did not has not moved. */
TNI_INLINE void *tni_survivor(const tn_heap *heap, void *object) {
    return tni_young(heap, object) ? tni_forwarded(tni_header(object)) : object;
}

/* Whether the address can be an object of this heap: for checks of what the host passes. NULL is one. */
TNI_INLINE bool tni_owns(const tn_heap *heap, const void *object) {
    return !object || tni_in_nursery(heap, object) || tni_region_has(&heap->regions, object);
}

/* False, and reported as TN_BAD_STATE of `function`, in a callback; with TENURE_DEBUG=threads it is fatal in another
 * thread than the mutator's. */
TNI_INLINE bool tni_check_caller(tn_mutator *m, const char *function) {
    bool usual = !m->heap->busy && !(m->heap->options.value.debug & TNI_DEBUG_THREADS);
    return TN_LIKELY_(usual) || tni_check_caller_slow(m, function);
}

/* Between these no allocation is allowed: a collection, or callbacks of the host, run. They nest. */
void tni_busy_begin(tn_heap *heap);
void tni_busy_end(tn_heap *heap);
/* The same around a hook of the host's (on_error, log, policy), with its name for reports: end with what begin returned. */
tni_callback tni_hook_begin(tn_heap *heap, const char *name);
void tni_hook_end(tn_heap *heap, tni_callback outer);

TNI_INLINE const tni_layout *tni_layout_of(const tn_heap *heap, tn_header header) {
    return &heap->types.layouts[tni_header_type(header)];
}

/* Whether the place of an old object is kept inaccessible: it is then none any more. */
TNI_INLINE bool tni_quarantined(const tn_heap *heap, const void *old) {
    return TN_UNLIKELY_(heap->quarantine.count) && tni_quarantine_at(heap, old);
}

/* Calls the dispose callback of a dead object. */
TNI_INLINE void tni_dispose(tn_heap *heap, const tni_layout *layout, void *object) {
    heap->callback = (tni_callback){"dispose", layout->desc};
    layout->desc->dispose(heap, object);
    heap->callback = (tni_callback){0};
    if (heap->options.value.debug & TNI_DEBUG_VERIFY) tni_note_disposed(heap, layout, object);
}

TNI_INLINE size_t tni_external_bytes(const tn_heap *heap) {
    ptrdiff_t bytes = (ptrdiff_t)AO_load(&heap->external);
    return bytes > 0 ? (size_t)bytes : 0;
}

/* The bytes of the nursery's present cycle that are in use. */
TNI_INLINE size_t tni_young_bytes(const tn_heap *heap) {
    const tni_mutator *m = &heap->mutators[0];
    return m->attached ? (size_t)(m->pub.alloc - 8 - heap->nursery.start) : 0;
}

/* The bytes of the old space in use: whole blocks and pages. */
TNI_INLINE size_t tni_old_bytes(const tn_heap *heap) {
    return heap->old.used_blocks * TNI_BLOCK + heap->large.used_bytes;
}

/* Hands a line for the reader to the config's log, or to standard error. */
void tni_log(tn_heap *heap, const char *line);

#endif
