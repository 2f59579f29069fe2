/* collect/pacing/growth.h: what the old space and external bytes have grown by, and when that is enough for a major
 * collection. */
#ifndef TNI_GROWTH_H
#define TNI_GROWTH_H

#include "base/base.h"

enum { TNI_KEPT_MAJORS = 4 };

/* What the old space has grown by, counted from one sample to the next. A major collection that came because of growth
 * takes a sample. One that the host asked for says nothing about the rate: what has grown by then is carried over. */
typedef struct tni_growth {
    uint64_t since;   /* by tni_pacing_now; moved on by the time of collections that take no sample */
    size_t live;      /* then */
    size_t cells, large, external; /* bytes since */
} tni_growth;

struct tni_pacer;
struct tni_marking;

/* The bytes promoted and born old since the last major collection, but for the current runs. */
size_t tni_pacing_grown(const tn_heap *heap);
/* The bytes that may come between the last major collection and the next. */
size_t tni_allowed(const struct tni_pacer *pacing);
/* Account of what has grown up to a marking. */
void tni_count_growth(tn_heap *heap, const struct tni_marking *marking);

/* Sets the limit that starts the next major collection, within what the hard limit allows; and asks the policy for
 * it. */
void tni_set_old_limit(tn_heap *heap, size_t bytes);
void tni_ask_for_limit(tn_heap *heap);
/* What was alive before the last majors is remembered, or forgotten; and the most of it is found. */
void tni_remember_live(struct tni_pacer *pacing, bool forget);
void tni_most_recent(struct tni_pacer *pacing);
/* Whether a peak that is so long ago is forgotten: 10 seconds have passed on the wall clock. */
bool tni_is_old_news(const struct tni_pacer *pacing);
/* After a minor collection: memory is kept for what was alive before the last majors, for a while. True when that has
 * just ended, so that there may be memory to give back. */
bool tni_pacing_forget(tn_heap *heap);

/* Whether the old space, with `bytes` more, has outgrown the limit that starts a major collection. */
bool tni_pacing_major_due(const tn_heap *heap, size_t bytes);
/* Whether a major collection is to follow the minor one. */
bool tni_pacing_major_follows(tn_heap *heap);

/* The external bytes that have come since the last major collection. */
size_t tni_pacing_external_grown(const tn_heap *heap);
/* Whether external bytes have grown so much that a collection should look for dead ones. */
bool tni_pacing_external_due(tn_heap *heap);
/* Objects that were dead at the last major collection have given back `bytes` outside of the heap. The old limit
 * assumed that these bytes were live. It must shrink with them, or every cycle would budget for the previous one's
 * garbage. */
void tni_pacing_disposed(tn_heap *heap, size_t bytes);
/* The last sweep is finished: all external bytes that are counted now belong to live objects. */
void tni_pacing_swept(tn_heap *heap);
/* A marking has ended: asks for the next limit, and notes what external bytes are known to be alive. */
void tni_limit_after_marking(tn_heap *heap);

#endif
