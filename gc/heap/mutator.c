/* heap/mutator.c: see mutator.h. */
#include "heap/mutator.h"

#include "heap/heap.h"

_Static_assert(offsetof(tni_mutator, pub) == 0, "the public part is the address of the whole");

void tni_set_limit(tni_mutator *m) {
    tn_heap *heap = m->pub.heap;
    const char *frontier = heap->nursery.frontier;
    bool poll = heap->options.value.stress || heap->options.value.debug & TNI_DEBUG_THREADS ||
                tni_is_heard(heap, TNI_OBJECT_BORN) || AO_load(&m->pub.stop) & TN_STOP_COLLECT;
    m->bump_old = false;
    if (!m->attached || m->busy || m->hook_running) frontier = NULL;
    else if (poll) frontier = NULL;
    else if (m->pub.window && m->window_checked) frontier = m->reserved;
    else if (heap->born_old) m->bump_old = true, frontier = NULL;
    m->pub.limit = frontier ? (uintptr_t)frontier + 8 : 0;
}

void tni_restart(tn_heap *heap) {
    tni_mutator *m = tni_mutator_of(heap);
    if (!m) return;
    m->pub.alloc = heap->nursery.start + heap->nursery.kept + 8;
    m->reserved = NULL;
    tni_set_limit(m);
}

void tni_busy_begin(tn_heap *heap) {
    heap->mutators[0].busy++;
    heap->mutators[0].pub.limit = 0;
    heap->mutators[0].bump_old = false;
}

void tni_busy_end(tn_heap *heap) {
    heap->mutators[0].busy--;
    tni_set_limit(&heap->mutators[0]);
}
