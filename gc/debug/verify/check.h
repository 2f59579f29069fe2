/* debug/verify/check.h: the state of one check, which the files of `verify` share:
 *
 *     references.c   what slots and roots hold, before a minor collection
 *     blocks.c       blocks, spans and counts, before a minor collection
 *     reach.c        what marking has reached, after it
 *     report.c       begins and ends a check, and reports
 *
 * They share with the collector the layouts of objects and the lists of roots and regions, but not its loops: a mistake
 * in these cannot hide itself. */
#ifndef TNI_VERIFY_CHECK_H
#define TNI_VERIFY_CHECK_H

#include "debug/set.h"
#include "debug/verify/cache.h"
#include "collect/barrier.h"
#include "collect/roots.h"
#include "collect/special.h"
#include "debug/quarantine.h"
#include "heap/heap.h"

/* The state of one check: the tracer, and what its loops need. */
typedef struct check {
    tn_tracer tracer;
    tn_heap *heap;
    const tni_layout *layouts;
    tn_format format;
    uintptr_t young, young_bytes; /* where the nursery's objects are */
    const char *when;     /* "before minor collection 12" */
    char when_text[64], what[256];
    void *object;         /* whose slots are visited; NULL for roots */
    const char *root;     /* what kind of root, then */
    const tni_slots *range; /* NULL: it is none */
    bool recorded;        /* young references in this object or root will be visited */
    tni_set objects, slots, owners, outside, unprotected, cells; /* of the logs */
    tni_set large;        /* young large objects */
    tni_vector traced;    /* slots that a trace callback has visited */
    tni_pending pending;  /* bits of it that will be set */
    uint64_t *reached;    /* a bitmap as a region's marks, for each region: what a root or marked object refers to */
    bool wrong;           /* something that is reached is not marked: what? */
    uint64_t begins[TNI_BLOCK_WORDS]; /* of objects and holes in the present block */
    tni_known known[TNI_KNOWN];
} check;

typedef void (*tni_refs_fn)(tn_tracer *tracer, void **first, size_t count);
typedef void (*tni_values_fn)(tn_tracer *tracer, tn_value *first, size_t count);

/* NULL without memory, and the check is left out. It is too much for the stack of a thread. */
check *tni_verify_begin(tn_heap *heap, const char *when, uint64_t number, tni_refs_fn refs, tni_values_fn values);
/* The sets of what the logs have; false when memory is out: the check cannot be made then. */
bool tni_verify_sets(check *c);
void tni_verify_end(check *c);

/* Fatal: `what` is wrong with `target`, which the slot of the present object or root holds. It is an object iff
 * `readable`. */
void tni_verify_report(check *c, const void *slot, const void *target, bool readable, const char *what);
/* Fatal: an old object's header makes no sense. */
void tni_verify_header(check *c, void *object);

/* Blocks, spans, runs and counts (O2, O3, L1, L3, P2). */
void tni_verify_blocks(check *c);

TNI_INLINE bool is_broken(tn_header header, const tni_layout *layout) {
    return layout->shape == TNI_UNREGISTERED || header & TNI_FORWARDED;
}

/* Whether there is an old object; its region's place in the vector of all, and that in the cache if it is one of
 * blocks. */
bool tni_verify_look_up(check *c, const void *at, tni_known *k, size_t *place);

/* The same with the cache first: whether there is an old object; *place is then that of its region. */
TNI_INLINE bool is_old_object(check *c, const void *at, size_t *place) {
    tni_known *k = tni_known_of(c->known, at);
    if (TN_UNLIKELY_(tni_quarantined(c->heap, at))) return false;
    if (TN_UNLIKELY_(!tni_known_has(k, at))) return tni_verify_look_up(c, at, k, place);
    *place = k->place;
    return tni_begins_in_block(at);
}

#endif
