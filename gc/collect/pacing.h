/* collect/pacing.h: when to collect, and how much may be allocated before.
 *
 *     P1  before a nursery cycle begins, the old space has free blocks for everything that the cycle can promote
 *     P2  old space, nursery cycle and what the cycle can promote stay together below the hard limit, but for a
 *         partly filled block in each lane
 *     P3  while objects are born old (`pretenuring`) the nursery is empty, so that no store needs to be recorded
 *
 * The policy (tenure/heap.h: adaptive, fixed, or the host's) proposes; this file clamps to options, limit and what
 * the system gives. Callers: core/alloc.c, collect/collect.c. */
#ifndef TNI_PACING_H
#define TNI_PACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/option.h"

typedef struct tni_pacing {
    tn_policy policy;
    size_t nursery;       /* what the policy wants; a cycle may get less */
    size_t old_limit;     /* old and external bytes that start the next major collection */
    size_t cache;         /* bytes of the second-level cache: a nursery of this size is cheap */
    size_t live;          /* after the last major */
    uint64_t filled;      /* of the old space, ever, up to the last major: what came since it has grown by */
    size_t survived;      /* by the last minor */
    uint64_t minor_ns, mutator_ns, mark_ns;
    uint64_t debug_ns;    /* what debug modes have taken, ever: left out of all times here */
    uint64_t verify_ns;   /* what debug mode `verify` took before the last minor, but for the nursery */
    size_t verify_bytes;  /* by which cycles are longer for it */
    uint64_t gc_ns;       /* what collections have taken, ever */
    uint64_t last_end;    /* of a collection */
    uint64_t major_end;   /* of the last major */
    double worst_survival; /* of the adaptive policy: lately, */
    double byte_ns;        /* and the time of a minor collection for a surviving byte */
    uint64_t window;      /* since when the share of the time is watched (cpu_max); 0: not */
    uint64_t gc_at_window; /* time in collections, up to there */
    uint64_t old_rate;    /* bytes a second, between the last two majors */
    size_t claim;         /* of the cycle, on the room below the hard limit (P2) */
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
    bool thrashing;       /* the last collections took more than cpu_max of the time and freed little */
} tni_pacing;

/* The time, by a clock that stands still while debug modes work: what these take must change no size. And what it is when
 * tni_os_now is `now`. */
uint64_t tni_pacing_now(const tn_heap *heap);
uint64_t tni_pacing_at(const tn_heap *heap, uint64_t now);
/* A debug mode has worked since `since`, by tni_os_now. */
void tni_pacing_leave_out(tn_heap *heap, uint64_t since);

/* How long debug mode `verify` may look at the old space before a minor collection that may be part of another kind: as
 * long as it takes; but where the nursery adapts, and the cycle could be no longer, or had none, a third of what the
 * program has taken since the collection before. Not at all when the nursery is empty and marking will follow: it looks
 * at everything then. */
uint64_t tni_pacing_verify_limit(const tn_heap *heap, tn_kind kind);

/* Takes the policy from the config or the option; sets the first sizes. */
void tni_pacing_init(tn_heap *heap, const tn_policy *policy);
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
/* Whether so many bytes more of young large objects are too many. */
bool tni_pacing_large_due(const tn_heap *heap, size_t bytes);
/* Account of a collection that took `ns`, by tni_pacing_now; of the nursery, `used` bytes were in use. */
void tni_pacing_after_minor(tn_heap *heap, size_t used, size_t survived, uint64_t ns);
void tni_pacing_after_major(tn_heap *heap, size_t live, uint64_t ns);
/* The same of one before which so many bytes of large objects were young. */
void tni_pacing_after_large(tn_heap *heap, size_t bytes);
/* Objects that were dead at the last major collection have given back `bytes` outside of the heap. Its limit counted
 * these as if they lived; if it kept them, each collection would allow for the garbage of the one before, and more. */
void tni_pacing_disposed(tn_heap *heap, size_t bytes);
/* The least range of a nursery whose cycles are to stay inaccessible for as many collections as the options say. */
size_t tni_pacing_kept(const tni_settings *settings);
/* Options have changed. */
void tni_pacing_changed(tn_heap *heap);

#endif
