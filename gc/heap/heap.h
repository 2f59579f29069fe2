/* heap/heap.h: the heap, as one struct of its parts. Each part's header says who owns what in it.
 *
 * The parts of this floor and of those below it are here. What belongs to the floors above is known by its name only:
 * they alone look into it. gc/tenure.c puts a heap together. A heap is one mapping and what its parts own; there is
 * no global state but what debug/segv.h needs. */
#ifndef TNI_HEAP_H
#define TNI_HEAP_H

#include "heap/check.h"
#include "heap/error.h"
#include "heap/moment.h"
#include "heap/mutator.h"
#include "heap/option.h"
#include "heap/root.h"
#include "heap/type.h"
#include "space/large.h"
#include "space/nursery.h"
#include "space/old.h"
#include "tenure.h"

/* What debug modes can tell; NULL: nothing, for the mode is off. */
typedef struct tni_answers {
    /* Whether the place of an old object is kept inaccessible: it is no object any more. */
    bool (*withheld)(const tn_heap *heap, const void *old);
    /* The other heap that an address is in. */
    const tn_heap *(*owner)(const tn_heap *heap, const void *address);
    /* Whether the address is what a slot of a closed scope holds; the text then says which handle it was. */
    bool (*dead_handle)(tn_heap *heap, const void *address, char *text, size_t size);
    /* The barrier was told of `count` slots of the object from `slot` on, or of all of it (NULL). Returns the object's
     * header, as it would be without this mode. */
    tn_header (*told)(tn_heap *heap, const void *object, const void *slot, size_t count);
    /* Calls the dispose callback of a dead object, and looks at what it does. */
    void (*dispose)(tn_heap *heap, const tni_layout *layout, void *object);
} tni_answers;

struct tn_heap {
    tni_old old;
    tn_format format;
    tni_nursery nursery;
    tni_types types;
    tni_regions regions;
    tni_large large;
    tni_roots roots;
    tni_mutator mutators[1];
    tni_options options;
    tni_faults faults;
    tni_host host;
    bool (*on_out_of_memory)(tn_mutator *m, size_t bytes, void *user);
    uint64_t minors, majors; /* collections, ever; a major one's own minor counts as a minor */
    bool reporting;          /* a failure is being reported: calls of on_error and log fail without a report */
    bool staying;            /* S1 (collect/stress.h): survivors of this minor collection stay young */
    bool born_old;           /* P3 (collect/pacing/pacing.h): objects are born old, and the nursery is empty */
    AO_t external;           /* bytes; any thread adds */
    tni_phase phase;         /* what the collector is at */
    tni_listeners listeners; /* to the moments that it announces */
    size_t resident;         /* bytes that the heap had when that was announced last */
    tni_answers answers;

    struct tni_worker *worker;             /* collect/worker.h */
    struct tni_special *special;           /* collect/special.h */
    struct tni_pacer *pacing;              /* collect/pacing/pacing.h */
    struct tni_stress *stress;             /* collect/stress.h */
    struct tni_counters *stats;            /* observe/stats.h */
    struct tni_sites *sites;               /* debug/site.h */
    struct tni_quarantine *quarantine;     /* debug/quarantine.h */
    struct tni_barriers *barriers;         /* debug/barriers.h */
    struct tni_cleared *cleared;           /* debug/cleared.h */
    struct tni_handle_checks *checks;      /* debug/handle.h */
    struct tni_verification *verification; /* debug/verify.h */
};

/* The attached mutator, or NULL. */
TNI_INLINE tni_mutator *tni_mutator_of(tn_heap *heap) {
    return heap->mutators[0].attached ? &heap->mutators[0] : NULL;
}

TNI_INLINE tni_remembered *tni_remembered_of(tn_heap *heap) { return &heap->mutators[0].remembered; }
TNI_INLINE tni_runs *tni_runs_of(tn_heap *heap) { return &heap->mutators[0].runs; }
TNI_INLINE const tni_young_large *tni_young_large_of(const tn_heap *heap) { return &heap->mutators[0].young_large; }

/* ---- moments ---- */

TNI_INLINE bool tni_is_heard(const tn_heap *heap, tni_moment moment) { return heap->listeners.count[moment] > 0; }

TNI_INLINE void tni_announce(tn_heap *heap, tni_moment moment, const tni_event *event) {
    if (tni_is_heard(heap, moment)) tni_tell(heap, moment, event);
}

/* ---- what is young ---- */

/* Whether an object at the address may move. */
TNI_INLINE bool tni_in_nursery(const tn_heap *heap, const void *address) {
    return (uintptr_t)address - (uintptr_t)heap->nursery.base < heap->nursery.reserved;
}

/* The bytes of the range that has all young objects: it begins with the nursery. */
TNI_INLINE size_t tni_young_range(const tn_heap *heap) { return heap->nursery.reserved + heap->regions.area.bytes; }

/* Whether an object (or NULL) is young: it was allocated since the last collection. Those in the nursery move when they
 * survive the next one, large ones do not. */
TNI_INLINE bool tni_young(const tn_heap *heap, const void *object) {
    uintptr_t offset = (uintptr_t)object - (uintptr_t)heap->nursery.base;
    if (offset >= tni_young_range(heap)) return false;
    return offset < heap->nursery.reserved || tni_header(object) & TNI_YOUNG;
}

/* After an evacuation, before the young lists are forgotten: where an object is now that may have been young, or NULL
 * when it is dead. A large one that survived is not young any more, and one that did not has not moved. */
TNI_INLINE void *tni_survivor(const tn_heap *heap, void *object) {
    if (!tni_young(heap, object)) return object;
    tn_header header = tni_header(object);
    bool stays = header & TN_HEADER_ARMED; /* a copy that stays young (collect/stress.h) */
    return stays ? object : tni_forwarded(header);
}

/* ---- checks of what the host passes ---- */

/* Whether the address can be an object of this heap. NULL is one. */
TNI_INLINE bool tni_owns(const tn_heap *heap, const void *object) {
    return !object || tni_in_nursery(heap, object) || tni_region_has(&heap->regions, object);
}

/* False, and reported as TN_BAD_STATE of `function`, in a callback; with TENURE_DEBUG=threads it is fatal in another
 * thread than the mutator's. */
TNI_INLINE bool tni_check_caller(tn_mutator *m, const char *function) {
    bool usual = !tni_private(m)->busy && !(m->heap->options.value.debug & TNI_DEBUG_THREADS);
    return TN_LIKELY_(usual) || tni_check_caller_slow(m, function);
}

TNI_INLINE bool tni_withheld(const tn_heap *heap, const void *old) {
    return TN_UNLIKELY_(heap->answers.withheld != NULL) && heap->answers.withheld(heap, old);
}

/* ---- sizes ---- */

TNI_INLINE const tni_layout *tni_layout_of(const tn_heap *heap, tn_header header) {
    return &heap->types.layouts[tni_header_type(header)];
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

/* All that is in use. */
TNI_INLINE size_t tni_used_bytes(const tn_heap *heap) { return tni_old_bytes(heap) + tni_young_bytes(heap); }

#endif
