/* heap/mutator.h: a mutator with its private words: what belongs to one thread of the host.
 *
 * The remembered set, the lists of young objects, the runs and the limit of allocation are per mutator, so that a
 * thread need not ask another one. A heap has one mutator for now: `tni_mutator_of` is the place where a loop over
 * several will begin. */
#ifndef TNI_MUTATOR_H
#define TNI_MUTATOR_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/base.h"
#include "base/vector.h"
#include "space/large.h"
#include "space/old.h"
#include "tenure/handle.h"
#include "tenure/mutator.h"
#include "tenure/status.h"
#include "tenure/type.h"

/* The host's callback that runs, for reports; name NULL: none, or one of a hot loop. */
typedef struct tni_callback {
    const char *name;
    const tn_type_desc *type; /* NULL: it belongs to none */
} tni_callback;

/* What the next minor collection must visit in the old space. The invariants are in collect/barrier.h. */
enum { TNI_REMEMBERED_LISTS = 6 };
typedef struct tni_remembered {
    union {
        struct {
            tni_vector objects; /* addresses of objects, to be scanned whole */
            tni_vector slots;   /* addresses of slots; bit 0 set: of a value */
            tni_vector carded;  /* addresses of regions with dirty cards, each once */
            tni_vector outside; /* in pairs: an object, and the address of a slot in memory that it owns, bit 0 as in
                                 * `slots` */
            tni_vector unprotected; /* addresses of objects, young ones too */
            tni_vector weak_slots;  /* addresses of slots of old weak arrays that hold young values */
        };
        tni_vector all[TNI_REMEMBERED_LISTS];
    };
    bool small_slots;   /* `slots` also has some of objects that are not SLOTS, for debug mode `barriers` */
    bool overflow;      /* old objects */
    bool weak_overflow; /* old weak arrays */
} tni_remembered;
_Static_assert(offsetof(tni_remembered, small_slots) == TNI_REMEMBERED_LISTS * sizeof(tni_vector), "all lists");

typedef struct tni_mutator {
    tn_mutator pub;         /* its address is the address of the whole */
    bool attached;
    pthread_t thread;       /* that has attached it */
    unsigned busy;          /* > 0: a collection or a callback runs; only its own calls are allowed */
    tni_callback callback;

    /* allocation, and raw windows */
    char *reserved;         /* tn_reserve: up to here allocation neither collects nor fails; NULL: nothing is */
    bool bump_old;          /* objects are born old (P3), and nothing else needs a look when one is allocated */
    bool window_checked;    /* the innermost window's host is compiled without NDEBUG: only what is reserved */
    tn_place refused;       /* the last window in which a safepoint was refused: that is reported once */
    bool hook_running;      /* on_out_of_memory has been called and has not returned */
    size_t until_stress;    /* allocations */

    tni_runs runs;             /* holes of the old space: for born-old objects and, as there is one mutator and one
                                * worker, for promotion */
    tni_young_large young_large;
    tni_remembered remembered;
    tni_vector young_weak;     /* young weak references and weak arrays (collect/special.h) */
    tni_vector young_disposed; /* young objects with dispose */

    void **handles_base;    /* the handle stack's memory: handles from its start up, values from its end down */
    tn_value *values_end;
    size_t open_scopes;     /* with debug mode `handles` */
    size_t handles_seen;    /* bytes of the handle stack that have been in use, when a collection began */

    uint64_t slow_allocations, slow_stores; /* calls of slow paths, ever */
    tn_status last_status;
    char last_error[252];
} tni_mutator;

TNI_INLINE tni_mutator *tni_private(tn_mutator *m) { return (tni_mutator *)m; }
TNI_INLINE const tni_mutator *tni_private_const(const tn_mutator *m) { return (const tni_mutator *)m; }

/* Slots of the handle stack hold no handle any more, or do: for AddressSanitizer, where the host is compiled with it.
 */
TNI_INLINE void tni_slots_die(tn_mutator *m, const void *from, const void *to) {
    if (m->forbid_slots) m->forbid_slots(from, (size_t)((const char *)to - (const char *)from));
}
TNI_INLINE void tni_slots_live(tn_mutator *m, const void *from, const void *to) {
    if (m->allow_slots) m->allow_slots(from, (size_t)((const char *)to - (const char *)from));
}

/* Sets the public limit of a mutator from its state: nothing inside a callback or under stress, the reservation in a
 * checked window, else the frontier of the nursery. */
void tni_set_limit(tni_mutator *m);
/* Points the mutator at the nursery's cycle, of which nothing is in use. */
void tni_restart(tn_heap *heap);
/* Between these no allocation is allowed: a collection, or callbacks of the host, run. They nest. */
void tni_busy_begin(tn_heap *heap);
void tni_busy_end(tn_heap *heap);

#endif
