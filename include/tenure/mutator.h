/* tenure/mutator.h: a mutator is one thread's context in one heap. Its words are public, at fixed offsets, so that a
 * JIT can emit what the inline functions do (layout.h). */
#ifndef TENURE_MUTATOR_H
#define TENURE_MUTATOR_H

#include "base.h"
#include "layout.h"
#include "status.h"

TN_BEGIN_DECLS_

/* Attaches the calling thread to the heap and returns its mutator, which the heap owns. A mutator is used by one thread
 * at a time. In this version a heap has one mutator at a time: creating a second one fails with TN_BAD_STATE. On
 * failure returns NULL and fills *error (which may be NULL). Not in callbacks. */
TN_API_ TN_NO_COLLECT tn_mutator *tn_mutator_create(tn_heap *heap, tn_error *error);

/* Ends it: its handles are gone. Its roots and globals belong to the heap and stay. Collects. TN_BAD_STATE while a raw
 * window is open, in a callback, or when it is destroyed already. */
TN_API_ TN_MAY_COLLECT tn_status tn_mutator_destroy(tn_mutator *m);

/* A safepoint for loops that do not allocate: collects if a collection is asked for. (Allocation is a safepoint too.)
 * Inside a raw window it does nothing and reports TN_BAD_STATE to on_error, once per window. The pending request is
 * served after the window closes. (A host that is compiled with NDEBUG notices this only if a request is pending.) */
TN_API_ TN_MAY_COLLECT void tn_poll_slow(tn_mutator *m);
#define tn_poll(m) tn_poll_at_((m), TN_HERE_)

/* True if tn_poll would do something: for interpreters that want to leave their loop first. Any thread. */
TN_INLINE_ bool tn_stop_requested(const tn_mutator *m) { return m->stop != 0; }

/* From now on, reports that name an object's allocation site (TENURE_DEBUG=sites) name this line of the host's script
 * too. `file` is not copied: it must be readable until the heap is destroyed. NULL: no line any more. Two stores. The
 * mutator's thread; never collects. */
TN_INLINE_ void tn_site_set(tn_mutator *m, const char *file, int line) {
    m->site.file = file;
    m->site.line = line;
}

/* Asks the mutator to interrupt its work: for Ctrl-C, timers, profilers, messages of other threads. Sets a bit in
 * `stop`, which stays set until the mutator calls tn_interrupted. Record the reason in your own variables before you
 * call this. Any thread while m exists, signal handlers, callbacks. Never collects. */
TN_INLINE_ void tn_interrupt(tn_mutator *m) { AO_or_full(&m->stop, TN_STOP_HOST); }

/* After a poll: true if m was interrupted since this was last true. The mutator's thread; never collects. */
TN_INLINE_ bool tn_interrupted(tn_mutator *m) {
    if (TN_LIKELY_(!(AO_load(&m->stop) & TN_STOP_HOST))) return false;
    AO_and_full(&m->stop, ~TN_STOP_HOST);
    return true;
}

/* ---- inline parts ---- */

/* How a macro passes the place of its use to a function, which takes it out of the mutator. */
TN_INLINE_ tn_mutator *tn_at_(tn_mutator *m, const tn_place *place) {
    if (TN_LIKELY_(m != NULL)) m->here = place;
    return m;
}
#define TN_AT_(m) tn_at_((m), TN_HERE_)

#ifdef NDEBUG
#define TN_IN_WINDOW_(m) ((void)(m), 0)
#else
#define TN_IN_WINDOW_(m) ((m)->window != NULL)
#endif
TN_API_ TN_MAY_COLLECT void tn_poll_slow_at_(tn_mutator *m, const tn_place *place);
TN_INLINE_ void tn_poll_at_(tn_mutator *m, const tn_place *place) {
    if (TN_UNLIKELY_(AO_load(&m->stop) || TN_IN_WINDOW_(m))) tn_poll_slow_at_(m, place);
}

TN_END_DECLS_
#endif
