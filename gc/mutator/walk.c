/* mutator/walk.c: tn_heap_walk, a visit of each live object.
 *
 * A full collection comes first: after it the nursery is empty, no large object is young, and each object that marking
 * has found has its mark bit. */
#include "collect/collect.h"
#include "collect/sweep.h"
#include "heap/heap.h"
#include "mutator/alloc.h"

typedef struct walk {
    tn_heap *heap;
    tn_walk_fn visit;
    void *user;
    bool ended;
} walk;

static void visit_object(void *object, void *user) {
    walk *w = user;
    tn_header header = tni_header(object);
    tn_type type = tni_header_type(header);
    if (w->ended || type < TN_FIRST_TYPE) return;
    size_t size = tni_object_bytes(tni_layout_of(w->heap, header), header);
    w->ended = !w->visit(object, type, size, w->user);
}

tn_status tn_heap_walk(tn_mutator *m, tn_walk_fn visit, void *user) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!tni_may_collect(m, "tn_heap_walk")) return TN_BAD_STATE;
    if (!visit) return tni_fail(m, TN_BAD_ARGUMENT, "tn_heap_walk: the function is NULL");
    tni_collect(m->heap, TN_FULL, TNI_CAUSE_HOST);
    walk w = {.heap = m->heap, .visit = visit, .user = user};
    tni_callback outer = tni_hook_begin(m->heap, "tn_heap_walk");
    tni_sweep_each_object(m->heap, visit_object, &w);
    tni_hook_end(m->heap, outer);
    return TN_OK;
}
