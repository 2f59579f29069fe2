/* collect/pacing/pacing.h: when to collect, and how much may be allocated before: the accounts of collections, and
 * the sizes that follow from them.
 *
 * The policy (policy.h, or the host's) proposes. The rooms beside it each own a part: room.h what a cycle is promised,
 * growth.h what the old space grows by, born_old.h whether objects are born old, and exhaustion.h what to do when
 * memory is out. This file has what they share. */
#ifndef TNI_PACING_H
#define TNI_PACING_H

#include "base/clock.h"
#include "collect/pacing/born_old.h"
#include "collect/pacing/exhaustion.h"
#include "collect/pacing/growth.h"
#include "collect/pacing/policy.h"
#include "collect/pacing/room.h"
#include "heap/option.h"

typedef struct tni_pacer {
    tni_cycle_room room;
    tni_old_period period;
    tni_exhaustion exhaustion;
    tni_growth growth;    /* since the last sample of it */
    tn_policy policy;
    void *nursery_user, *limit_user; /* what its two functions are handed: one may be the host's, and one ours */
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
    double worst_survival; /* the highest share that survived lately, for the adaptive policy */
    double byte_ns;        /* ns that a minor collection takes for a surviving byte */
    uint64_t old_rate;    /* bytes a second that the old space and external bytes have grown by, at the last sample */
    bool external_due;    /* external bytes have reached the limit: the minor collection that they ask for is also
                           * to say whether a major is wanted */
    size_t large_budget;  /* so many bytes of large objects may be young: a minor collection is due with more */
    uint64_t large_filled; /* by large objects, of `filled` */
    double cells;         /* the part of the growth between majors that was none, lately */
    bool churning;        /* at the last major, more had died in the old space than half of what it had grown by */
    bool tidying;        /* since the last major collection, minor ones sweep and give memory back, some at a time */
} tni_pacer;

/* The time that the mutator's thread has run (base/clock.h), by a clock that stands still while debug modes work:
 * what these take must change no size. What the wall clock said is then in pacing->clock.at. */
uint64_t tni_pacing_now(tn_heap *heap);
/* Leaves out the time since `since` (by tni_pacing_now), which a debug mode has taken. */
void tni_pacing_leave_out(tn_heap *heap, uint64_t since);

/* What a marking has found. */
typedef struct tni_marking {
    size_t live;
    size_t external_grown; /* external bytes since the last major, before the dead were disposed of */
    uint64_t ns;           /* that it took */
    bool full;             /* memory is wanted back */
    bool due;              /* it came because of growth */
} tni_marking;

/* Takes the policy from the config or the option; sets the first sizes. */
void tni_pacing_init(tn_heap *heap, const tn_policy *policy);
/* Options have changed. */
void tni_pacing_changed(tn_heap *heap);
/* The least address range of a nursery whose cycles stay inaccessible for as many collections as the options say. */
size_t tni_pacing_kept(const tni_settings *settings);
/* The next cycles are to have this length, as far as the options allow it. */
void tni_set_nursery(tn_heap *heap, size_t bytes);
/* The time that debug mode `verify` may take for its pass over the old space, before a collection of this kind. It is
 * unlimited, unless the nursery adapts and is already at its maximum, or objects are pretenured: then it is a third of
 * the mutator's time since the last collection. It is 0 if marking follows and the nursery is empty, because everything
 * is checked then. */
uint64_t tni_pacing_verify_limit(const tn_heap *heap, tn_collection_kind kind);

/* Records a minor collection that began at `since` (by tni_pacing_now) with `used` bytes in the nursery. */
void tni_pacing_after_minor(tn_heap *heap, size_t used, size_t survived, uint64_t since);
/* Records a major collection. */
void tni_pacing_after_major(tn_heap *heap, const tni_marking *marking);
/* Records the end of a collection that began at `since`. One that the host has asked for does not count in rates. */
void tni_pacing_after(tn_heap *heap, uint64_t since, bool asked);

/* Whether this many more bytes of young large objects would be too many. */
bool tni_pacing_large_due(const tn_heap *heap, size_t bytes);
/* Records a minor collection before which this many bytes of large objects were young. */
void tni_pacing_after_large(tn_heap *heap, size_t bytes);

#endif
