/* heap/moment.c: see moment.h. */
#include "heap/moment.h"

#include <assert.h>

#include "heap/heap.h"

void tni_listen(tn_heap *heap, tni_moment moment, tni_listener listener) {
    tni_listeners *l = &heap->listeners;
    assert(l->count[moment] < TNI_LISTENERS);
    l->at[moment][l->count[moment]++] = listener;
}

void tni_listen_none(tn_heap *heap) {
    for (unsigned i = 0; i < TNI_MOMENTS; i++) heap->listeners.count[i] = 0;
}

void tni_tell(tn_heap *heap, tni_moment moment, const tni_event *event) {
    const tni_listeners *l = &heap->listeners;
    for (unsigned i = 0; i < l->count[moment]; i++) l->at[moment][i](heap, moment, event);
}

void tni_enter_phase(tn_heap *heap, tni_phase next, const tni_collection *collection) {
    if (heap->phase == next) return;
    if (heap->phase != TNI_PHASE_NONE) tni_announce(heap, TNI_PHASE_ENDS, &(tni_event){.collection = collection});
    heap->phase = next;
}
