/* heap/moment.h: the moments that the collector announces, and who listens.
 *
 * Statistics, the log and the debug modes hang here: the collector knows none of them. gc/tenure.c lets them enter
 * their functions when the heap is made and when an option changes. A moment that nobody listens to costs a load and
 * a test.
 *
 * To add a moment, write a line in `tni_moment` that says when it comes and what the event tells, and a call of
 * tni_announce at that place. Add a function to the table of whoever listens (observe/stats.c, debug/mode.c). Put it
 * where it comes in the order that tests/unit/test_moment.c expects. A listener may look at everything, must not
 * allocate, and changes nothing but its own part of the heap. */
#ifndef TNI_MOMENT_H
#define TNI_MOMENT_H

#include "base/base.h"
#include "tenure/heap.h"

typedef enum tni_moment {
    TNI_HEAP_ENDS,           /* tn_heap_destroy was called; no mutator is attached, and everything is there still */
    TNI_HEAP_DISPOSED,       /* its dispose callbacks have run; `object` of nothing */
    TNI_OPTIONS_CHANGED,     /* the options have their values, also when the heap has just been made */
    TNI_MUTATOR_ATTACHED,
    TNI_MUTATOR_DETACHED,
    TNI_STATE_RESTORED,      /* tn_restore is about to drop handles above `to` and values below `values` */
    TNI_ROOT_ADDED,          /* the host has registered what is at `object`: a global, root, range or scanner */
    TNI_SAFEPOINT,           /* a slow path of allocation has begun: there may be a collection now */
    TNI_OBJECT_BORN,         /* `object` at `place`. While somebody listens, every allocation takes a slow path */
    TNI_OBJECT_GROWN,        /* `object` has got new slots where it is */
    TNI_OBJECT_UNZEROED,     /* `object` has `bytes` that hold anything */
    TNI_OBJECT_DISPOSED,     /* `object` of `layout`: its dispose callback has run */
    TNI_WEAK_STORED,         /* the slot at `values` of `object`, a weak array, is about to hold `value` */
    TNI_OBJECT_FREED,        /* the place of `object`, a young large one that has died, is about to be used again */
    TNI_COLLECTION_BEGINS,   /* here and in all that follow: `collection` */
    TNI_EVACUATION_BEGINS,   /* of the nursery; the roots are as the host has left them */
    TNI_EVACUATION_ENDS,     /* survivors have moved, the headers in the nursery are forwarding pointers */
    TNI_MARKING_ENDS,        /* weak references are cleared, nothing is swept */
    TNI_BLOCK_SWEPT,         /* `object` is a block (tni_block) whose holes are known, and not in use yet */
    TNI_PHASE_ENDS,          /* heap->phase, which another one follows */
    TNI_COLLECTION_ENDS,     /* the mutator is about to run */
    TNI_MEMORY_TAKEN,        /* `bytes` more are resident for the heap than after the collection before, */
    TNI_MEMORY_GIVEN_BACK,   /* or fewer */
    TNI_CYCLE_BEGINS,        /* of the nursery; also without a collection */
    TNI_MOMENTS
} tni_moment;

/* What the collector is at. */
typedef enum tni_phase {
    TNI_PHASE_NONE,   /* the mutator runs */
    TNI_PHASE_MINOR,  /* roots, the remembered set, copying, young weak references and dispose callbacks */
    TNI_PHASE_MARK,
    TNI_PHASE_WEAK,   /* of major collections */
    TNI_PHASE_SWEEP,  /* by major collections, and after minor ones; with dispose callbacks and debug modes */
    TNI_PHASE_MEMORY, /* giving memory back, making it ready, and beginning the next cycle */
    TNI_PHASES
} tni_phase;

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

/* What one collection does: filled by collect/collect.c on its way. */
typedef struct tni_collection {
    uint64_t number;
    tn_collection_kind kind;
    tni_cause cause;
    const char *reason;        /* the cause in words */
    size_t nursery;            /* bytes used in it before, */
    size_t stayed;             /* of which so many were there after the collection before (collect/stress.h) */
    size_t before, after;      /* bytes in use */
    size_t survived;
    uint64_t minor_ns, pause_ns;
} tni_collection;

typedef struct tni_event {
    const tni_collection *collection;
    void *object;
    const struct tni_layout *layout;
    const tn_place *place;
    size_t bytes;
    void **to;
    tn_value *values, value;
} tni_event;

typedef void (*tni_listener)(tn_heap *heap, tni_moment moment, const tni_event *event);

enum { TNI_LISTENERS = 4 }; /* to one moment */
typedef struct tni_listeners {
    unsigned count[TNI_MOMENTS];
    tni_listener at[TNI_MOMENTS][TNI_LISTENERS]; /* in the order in which they hear of it */
} tni_listeners;

/* Enters a listener after those that are there. */
void tni_listen(tn_heap *heap, tni_moment moment, tni_listener listener);
/* Nobody listens any more. */
void tni_listen_none(tn_heap *heap);
/* Calls them. tni_announce (heap.h) does so when there is one. */
void tni_tell(tn_heap *heap, tni_moment moment, const tni_event *event);
/* The phase ends, which is announced, and the next begins. */
void tni_enter_phase(tn_heap *heap, tni_phase next, const tni_collection *collection);

#endif
