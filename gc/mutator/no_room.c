/* mutator/no_room.c: what an allocation does when there is no room, in the order of the contract: a minor collection, a
 * full one, the host's hook, the reserve, NULL. */
#include "mutator/request.h"

#include <string.h>

#include "collect/collect.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"

static void *collect_fully_for(const tni_request *r, tni_try_fn attempt, size_t wanted);
static void *collect_for(const tni_request *r, tni_try_fn attempt, size_t wanted, tn_collection_kind kind,
                         tni_cause cause);
static bool ask_host(tn_mutator *m, size_t bytes);
static void *refuse(const tni_request *r);
static void *give_up(const tni_request *r);

/* No collection can make room for it: none is made. */
bool tni_is_hopeless(const tn_heap *heap, size_t wanted) { return wanted > tni_largest(heap); }

/* The steps of the contract. `wanted` is for the old space, else the nursery must hold it. A host that says that it has
 * made room is believed. */
void *tni_collect_until(const tni_request *r, tni_try_fn attempt, size_t wanted, tni_cause cause) {
    tn_heap *heap = r->m->heap;
    void *object = NULL;
    if (!tni_is_hopeless(heap, wanted)) object = collect_for(r, attempt, wanted, TN_MINOR, cause);
    if (!object && !tni_is_hopeless(heap, wanted) && tni_pacing_may_help(heap, r->cell))
        object = collect_fully_for(r, attempt, wanted);
    while (!object && ask_host(r->m, r->cell))
        if (!tni_is_hopeless(heap, wanted)) object = collect_fully_for(r, attempt, wanted);
    if (object) return object;
    return tni_is_hopeless(heap, wanted) ? refuse(r) : give_up(r);
}

/* ---- the steps ---- */

/* Collects, then tries. */
static void *collect_for(const tni_request *r, tni_try_fn attempt, size_t wanted, tn_collection_kind kind,
                         tni_cause cause) {
    tn_heap *heap = r->m->heap;
    heap->pacing->room.least = wanted ? 0 : r->cell + tn_padding_bytes(r->align);
    heap->pacing->room.wanted = wanted;
    tni_collect(heap, kind, cause);
    return heap->pacing->exhaustion.thrashing ? NULL : attempt(r);
}

static void *collect_fully_for(const tni_request *r, tni_try_fn attempt, size_t wanted) {
    tni_pacer *p = r->m->heap->pacing;
    uint64_t since = tni_pacing_now(r->m->heap);
    void *object = collect_for(r, attempt, wanted, TN_FULL, TNI_CAUSE_MEMORY);
    if (object) p->exhaustion.futile = (tni_futile){0};
    else tni_pacing_futile(r->m->heap, r->cell, p->last_end - since);
    return object;
}

static void end_hook(tni_mutator **p) {
    (*p)->hook_running = false;
    tni_set_limit(*p);
}

/* The hook may return, or throw an exception of C++ through here, for which the library is compiled with -fexceptions.
 * A longjmp out of it ends in tn_restore, which does what end_hook does. */
static bool ask_host(tn_mutator *m, size_t bytes) {
    tn_heap *heap = m->heap;
    tni_mutator *p = tni_private(m);
    if (!heap->on_out_of_memory || p->hook_running) return false;
    p->hook_running = true;
    tni_set_limit(p);
    tni_mutator *running __attribute__((cleanup(end_hook), unused)) = p;
    return heap->on_out_of_memory(m, bytes, heap->host.user);
}

/* ---- the end ---- */

static void *refuse(const tni_request *r) {
    const tni_settings *o = &r->m->heap->options.value;
    char limit[32] = "none", memory[32];
    if (o->heap_max != SIZE_MAX) tni_format_bytes(limit, sizeof limit, o->heap_max);
    tni_format_bytes(memory, sizeof memory, o->memory);
    tni_fail(r->m, TN_OUT_OF_MEMORY,
             "%s: no room for %zu bytes, ever: the limit (heap_max) is %s, and the process may use %s of memory",
             r->function, r->cell, limit, memory);
    return NULL;
}

static const char *why_not(const tn_heap *heap) {
    if (heap->pacing->exhaustion.thrashing) return "collecting takes all the time";
    const tni_exhaustion *out = &heap->pacing->exhaustion;
    if (out->futile.refused) return "the last full collections did not help, so that none was made now";
    return "a full collection did not help";
}

static void *give_up(const tni_request *r) {
    tn_heap *heap = r->m->heap;
    heap->pacing->room.reserve_spent = true;
    tni_begin_cycle(heap); /* the nursery is empty: nothing was allocated since the collection */
    char limit[32], used[32];
    tni_format_bytes(used, sizeof used, tni_committed(heap) + tni_external_bytes(heap));
    tni_format_bytes(limit, sizeof limit, heap->options.value.heap_max);
    if (heap->options.value.heap_max == SIZE_MAX) strcpy(limit, "none");
    tni_fail(
        r->m, TN_OUT_OF_MEMORY,
        "%s: no room for %zu bytes: %s are in use, the limit (heap_max) is %s, and %s: drop data or raise the limit",
        r->function, r->cell, used, limit, why_not(heap));
    return NULL;
}
