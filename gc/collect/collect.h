/* collect/collect.h: what core asks of the collector: one collection, from stop to restart. */
#ifndef TNI_COLLECT_H
#define TNI_COLLECT_H

#include "heap/heap.h"

typedef enum tni_cause {
    TNI_CAUSE_NURSERY, /* the nursery is full */
    TNI_CAUSE_LARGE,   /* so many bytes of large objects are young */
    TNI_CAUSE_MEMORY,  /* no room below the hard limit */
    TNI_CAUSE_OLD,     /* born-old objects have reached the old limit */
    TNI_CAUSE_HOST,    /* tn_collect */
    TNI_CAUSE_REQUEST, /* tn_request_collection */
    TNI_CAUSE_STABLE,  /* TN_STABLE_ADDRESS of a young object */
    TNI_CAUSE_RESERVE, /* tn_reserve */
    TNI_CAUSE_DETACH,  /* tn_mutator_destroy */
    TNI_CAUSE_STRESS   /* TENURE_DEBUG=stress */
} tni_cause;

/* Collects; a minor becomes a major when pacing says so. The caller has checked that no window is open and no
 * callback runs. */
void tni_collect(tn_heap *heap, tn_collection_kind kind, tni_cause cause);

/* The public limit of a mutator from its state: nothing inside a callback or under stress, the reservation in a
 * checked window, else the frontier of the nursery. */
void tni_set_limit(tni_mutator *m);

/* Points the mutator at the nursery's cycle, of which nothing is in use. */
void tni_restart(tn_heap *heap);
/* Begins the next cycle of the nursery, which is empty, and points the mutator at it. */
void tni_begin_cycle(tn_heap *heap);

#endif
