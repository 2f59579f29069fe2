/* mutator/attach.c: attaching, detaching, and the handle stack. */
#include <stdlib.h>

#include "base/os.h"
#include "collect/barrier.h"
#include "collect/collect.h"
#include "collect/pacing/pacing.h"
#include "collect/stress.h"
#include "heap/heap.h"

tn_mutator *tn_mutator_create(tn_heap *heap, tn_error *error) {
    if (!heap) return tni_fail_error(error, TN_BAD_ARGUMENT, "tn_mutator_create: the heap is NULL"), NULL;
    tni_mutator *m = &heap->mutators[0];
    if (m->busy) return tni_fail_error(error, TN_BAD_STATE, "tn_mutator_create: called from a callback"), NULL;
    if (m->attached)
        return tni_fail_error(error, TN_BAD_STATE,
                              "tn_mutator_create: heap '%s' has a mutator attached; in this version one at a time",
                              heap->host.name),
               NULL;
    size_t bytes = heap->options.value.handles;
    m->handles_base = tni_os_map(&heap->faults, bytes, TNI_PAGE);
    if (!m->handles_base)
        return tni_fail_error(error, TN_OUT_OF_MEMORY,
                              "tn_mutator_create: no address space for a handle stack of %zu bytes", bytes),
               NULL;
    m->values_end = (tn_value *)(void *)((char *)m->handles_base + bytes);
    m->pub.handles = m->handles_base;
    m->pub.values = m->values_end;
    m->pub.window = NULL;
    m->window_checked = m->hook_running = false;
    m->until_stress = tni_stress_distance(heap);
    m->handles_seen = 0;
    m->attached = true;
    m->thread = pthread_self();
    tni_clock_start(&heap->pacing->clock);
    tn_clear_error(&m->pub);
    tni_barrier_filter(&m->pub);
    tni_announce(heap, TNI_MUTATOR_ATTACHED, &(tni_event){0});
    tni_restart(heap);
    return &m->pub;
}

tn_status tn_mutator_destroy(tn_mutator *m) {
    if (!m) return TN_BAD_ARGUMENT;
    tni_mutator *p = tni_private(m);
    if (!p->attached) return tni_fail(m, TN_BAD_STATE, "tn_mutator_destroy: the mutator is detached already");
    if (m->window)
        return tni_fail(m, TN_BAD_STATE, "tn_mutator_destroy: a raw window is open (TN_NO_GC at %s:%d)",
                        m->window->file, m->window->line);
    if (!tni_check_caller(m, "tn_mutator_destroy") || !tni_check_hook(m, "tn_mutator_destroy")) return TN_BAD_STATE;
    m->handles = p->handles_base; /* the handles are gone: young objects live on through roots and globals alone */
    m->values = p->values_end;
    tni_collect(m->heap, TN_MINOR, TNI_CAUSE_DETACH);
    p->attached = false;
    tni_announce(m->heap, TNI_MUTATOR_DETACHED, &(tni_event){0});
    tni_set_limit(p);
    tni_slots_live(m, p->handles_base, p->values_end); /* for whoever maps there next */
    m->forbid_slots = m->allow_slots = NULL;
    tni_os_unmap(p->handles_base, m->heap->options.value.handles);
    p->handles_base = m->handles = NULL;
    p->values_end = m->values = NULL;
    return TN_OK;
}

tn_checkpoint tn_save(const tn_mutator *m) {
    if (!m) return (tn_checkpoint){NULL, NULL, NULL, 0};
    return (tn_checkpoint){m->handles, m->values, m->window, tni_private_const(m)->open_scopes};
}

void tn_restore(tn_mutator *m, tn_checkpoint here) {
    if (!m || !tni_check_caller(m, "tn_restore")) return;
    tni_mutator *p = tni_private(m);
    if (here.handles < p->handles_base || here.handles > m->handles || here.values > p->values_end ||
        here.values < m->values) {
        tni_fail(m, TN_BAD_ARGUMENT,
                 "tn_restore: the checkpoint is newer than the state of its mutator, or another mutator's");
        return;
    }
    const tni_event event = {.to = here.handles, .values = here.values, .bytes = here.scopes};
    tni_announce(m->heap, TNI_STATE_RESTORED, &event);
    m->handles = here.handles;
    m->values = here.values;
    m->window = here.window;
    if (!m->window) p->window_checked = false;
    p->hook_running = false;
    tni_set_limit(p);
}

size_t tn_handle_count(const tn_mutator *m) {
    if (!m) return 0;
    const tni_mutator *p = (const tni_mutator *)m;
    return (size_t)(m->handles - p->handles_base) + (size_t)(p->values_end - m->values);
}

void tn_handle_overflow_(tn_mutator *m) {
    tni_fatal(m->heap,
              "the handle stack is full: %zu handles; open a TN_SCOPE in the loop that makes them, or raise the "
              "option 'handles'",
              tn_handle_count(m));
}
