/* collect/pacing.h: when to collect, and how much may be allocated before.
 *
 *     P1  before a nursery cycle begins, the old space has free blocks for everything that the cycle can promote
 *     P2  all that the heap takes stays below the hard limit: see collect/limit.h, which knows what that is
 *     P3  while objects are born old (`pretenuring`) the nursery is empty, so that no store needs to be recorded
 *
 * The policy (tenure/heap.h: adaptive, fixed, or the host's) proposes; this file clamps to options, limit and what
 * the system gives. Callers: heap/alloc.c, collect/collect.c. */
#ifndef TNI_PACING_H
#define TNI_PACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "heap/option.h"

enum { TNI_KEPT_MAJORS = 4 };

/* What the old space has grown by, counted from one sample to the next. A major collection that came because of growth
 * takes a sample. One that was asked for says nothing of the rate: what has grown by then is carried over. */
typedef struct tni_growth {
    uint64_t since;   /* by tni_pacing_now; moved on by the time of collections that take no sample */
    size_t live;      /* then */
    size_t cells, large, external; /* bytes since */
} tni_growth;

/* Full collections that did not help, one after another. */
typedef struct tni_futile {
    size_t bytes;      /* the least request that failed */
    size_t free;       /* bytes below the hard limit behind the last one */
    unsigned count;    /* of collections */
    unsigned refused;  /* requests, since the last one: without another */
    uint64_t until;    /* by tni_pacing_now: then the program has run long enough to pay for another */
} tni_futile;

typedef struct tni_pacing {
    tn_policy policy;
    size_t nursery;       /* what the policy wants; a cycle may get less */
    size_t old_limit;     /* old and external bytes that start the next major collection */
    size_t cache;         /* bytes of the second-level cache: a nursery of this size is cheap */
    size_t live;          /* after the last major */
    size_t external;      /* bytes, after it, but for those that its dead have given back since: what is more has come
                           * since */
    size_t external_alive; /* of them, as far as is known: before its dead are swept, at most what there was before */
    size_t external_next; /* so many ask for a minor collection, which sweeps: nobody knows yet how many are alive */
    double external_share; /* of the growth between the last two samples */
    size_t had;           /* what the old space was allowed before the last major */
    size_t before[TNI_KEPT_MAJORS]; /* what was alive after the majors before the last one, the latest first; */
    size_t recent;        /* and the most of them and of `live`: the limit remembers it */
    uint64_t filled;      /* of the old space, ever, up to the last major: what came since it has grown by */
    size_t survived;      /* by the last minor */
    uint64_t minor_ns, mutator_ns, mark_ns;
    double usual_ns;      /* what the last minor took for a byte: much more is suspicious */
    double mark_byte_ns;  /* what the last marking took for a byte */
    tni_clock clock;
    uint64_t debug_ns;    /* what debug modes have taken, ever: left out of all times here */
    uint64_t verify_ns;   /* what debug mode `verify` took before the last minor, but for the nursery */
    size_t verify_bytes;  /* by which cycles are longer for it */
    uint64_t gc_ns;       /* what collections have taken, ever */
    uint64_t last_end;    /* of a collection */
    uint64_t major_at;    /* of the last major: what the wall clock said */
    tni_growth growth;    /* since the last sample of it */
    double worst_survival; /* of the adaptive policy: lately, */
    double byte_ns;        /* and the time of a minor collection for a surviving byte */
    uint64_t window;      /* since when the share of the time is watched (cpu_max); 0: not */
    uint64_t gc_at_window; /* time in collections, up to there */
    uint64_t old_rate;    /* bytes a second that the old space and external bytes have grown by, at the last sample */
    bool external_due;    /* external bytes have reached the limit: the minor collection that they ask for is also
                           * to say whether a major is wanted */
    size_t claim;         /* of the cycle, on the room below the hard limit (P2); 0: there is none, or a collection runs */
    size_t promised;      /* blocks, to the cycle (P1) */
    size_t least;         /* what the next cycle must hold if at all possible: an allocation waits for it */
    size_t wanted;        /* what a born-old object waits for */
    size_t large_budget;  /* so many bytes of large objects may be young: a minor collection is due with more */
    uint64_t large_filled; /* by large objects, of `filled` */
    double cells;         /* the part of the growth between majors that was none, lately */
    bool churning;        /* at the last major, more had died in the old space than half of what it had grown by */
    bool pretenuring;     /* objects are born old, and the nursery is empty */
    uint64_t probe_at;    /* when old.filled is there, a nursery cycle looks how much survives now */
    size_t stretch;       /* bytes between the last two probes; */
    uint64_t stretch_from, stretch_began; /* where and when it began, */
    uint64_t stretch_gc_ns; /* and the time that collections had taken by then */
    double old_byte_ns;   /* what a stretch took, without them; 0: not known */
    bool reserve_spent;   /* the reserve is given out: memory was out (3.4 of the design) */
    tni_futile futile;
    bool thrashing;       /* the last collections took more than cpu_max of the time and freed little */
} tni_pacing;

/* The time that the mutator's thread has run (base/clock.h), by a clock that stands still while debug modes work:
 * what these take must change no size. What the wall clock said is then in pacing.clock.at. */
uint64_t tni_pacing_now(tn_heap *heap);
/* A debug mode has worked since `since`, by tni_pacing_now. */
void tni_pacing_leave_out(tn_heap *heap, uint64_t since);

/* What a marking has found. */
typedef struct tni_marking {
    size_t live;
    size_t external_grown; /* external bytes since the last major, before the dead were disposed of */
    uint64_t ns;           /* that it took */
    bool full;             /* memory is wanted back */
    bool due;              /* it came because of growth */
} tni_marking;

/* How long debug mode `verify` may look at the old space before a minor collection that may be part of another kind: as
 * long as it takes; but where the nursery adapts, and the cycle could be no longer, or had none, a third of what the
 * program has taken since the collection before. Not at all when the nursery is empty and marking will follow: it looks
 * at everything then. */
uint64_t tni_pacing_verify_limit(const tn_heap *heap, tn_collection_kind kind);

/* Takes the policy from the config or the option; sets the first sizes. */
void tni_pacing_init(tn_heap *heap, const tn_policy *policy);
/* The heap has its first type with an alignment: from now on promotion may need more. Shortens the present cycle. */
void tni_pacing_aligned(tn_heap *heap);
/* The nursery's part of tni_begin_cycle, which calls it; the capacity is 0 when there is no room. */
void tni_pacing_begin_cycle(tn_heap *heap);
/* Whether `bytes` more of the old space fit below the hard limit; shortens the present cycle if that helps. */
bool tni_pacing_fits(tn_heap *heap, size_t bytes);
/* The bytes promoted and born old since the last major collection, but for the current runs. */
size_t tni_pacing_grown(const tn_heap *heap);
/* Ends pretenuring: a nursery cycle begins, and what is allocated next is young. */
void tni_pacing_probe(tn_heap *heap);
/* Whether the old space, with `bytes` more, has outgrown the limit that starts a major collection. */
bool tni_pacing_major_due(const tn_heap *heap, size_t bytes);
/* Account of a minor collection that began at `since`, by tni_pacing_now; of the nursery, `used` bytes were in use. */
void tni_pacing_after_minor(tn_heap *heap, size_t used, size_t survived, uint64_t since);
/* Whether a major collection is to follow the minor one. */
bool tni_pacing_major_follows(tn_heap *heap);
/* Account of a major collection. */
void tni_pacing_after_major(tn_heap *heap, const tni_marking *marking);
/* A collection that began at `since` has ended. When the host has asked for it, it counts for no rate. */
void tni_pacing_after(tn_heap *heap, uint64_t since, bool asked);
/* The external bytes that have come since the last major collection. */
size_t tni_pacing_external_grown(const tn_heap *heap);
/* What a major collection has left to sweep is swept: external bytes are those of the living. */
void tni_pacing_swept(tn_heap *heap);
/* Behind a minor collection: memory is kept for what was alive before the last majors, for a while. True when that has
 * just ended, so that there may be memory to give back. */
bool tni_pacing_forget(tn_heap *heap);
/* External bytes have become more: whether a collection should look for dead ones. */
bool tni_pacing_external_due(tn_heap *heap);

/* Whether a full collection is worth a try when `bytes` find no room (the rule is in tenure/heap.h, "Memory is out"),
 * and the account of one that did not help, and took `ns`. */
bool tni_pacing_may_help(tn_heap *heap, size_t bytes);
void tni_pacing_futile(tn_heap *heap, size_t bytes, uint64_t ns);
/* Whether so many bytes more of young large objects are too many. */
bool tni_pacing_large_due(const tn_heap *heap, size_t bytes);
/* Account of a minor collection before which so many bytes of large objects were young. */
void tni_pacing_after_large(tn_heap *heap, size_t bytes);
/* Objects that were dead at the last major collection have given back `bytes` outside of the heap. Its limit counted
 * these as if they lived; if it kept them, each collection would allow for the garbage of the one before, and more. */
void tni_pacing_disposed(tn_heap *heap, size_t bytes);
/* The least range of a nursery whose cycles are to stay inaccessible for as many collections as the options say. */
size_t tni_pacing_kept(const tni_settings *settings);
/* Options have changed. */
void tni_pacing_changed(tn_heap *heap);

#endif
