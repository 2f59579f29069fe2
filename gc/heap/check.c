/* heap/check.c: see check.h. */
#include "heap/check.h"

#include "heap/heap.h"

/* ---- who calls ---- */

tni_callback tni_hook_begin(tn_heap *heap, const char *name) {
    tni_callback outer = heap->mutators[0].callback;
    heap->mutators[0].callback = (tni_callback){name, NULL};
    tni_busy_begin(heap);
    return outer;
}

void tni_hook_end(tn_heap *heap, tni_callback outer) {
    tni_busy_end(heap);
    heap->mutators[0].callback = outer;
}

bool tni_check_heap(tn_heap *heap, const char *function) {
    const tni_callback *c = &heap->mutators[0].callback;
    if (!heap->mutators[0].busy) return true;
    if (c->type)
        tni_fail_heap(heap, TN_BAD_STATE, "%s: called from the %s callback of type '%.60s'", function, c->name,
                      c->type->name);
    else if (c->name) tni_fail_heap(heap, TN_BAD_STATE, "%s: called from the %s callback", function, c->name);
    else tni_fail_heap(heap, TN_BAD_STATE, "%s: called from a callback of a collection", function);
    return false;
}

bool tni_check_caller_slow(tn_mutator *m, const char *function) {
    tn_heap *heap = m->heap;
    if (heap->options.value.debug & TNI_DEBUG_THREADS && !pthread_equal(tni_private(m)->thread, pthread_self()))
        tni_fatal(heap, "%s: the mutator of heap '%s' is used by another thread than the one that attached it",
                  function, heap->host.name);
    return tni_check_heap(heap, function);
}

bool tni_check_hook(tn_mutator *m, const char *function) {
    if (!tni_private(m)->hook_running) return true;
    tni_fail(m, TN_BAD_STATE,
             "%s: called from the on_out_of_memory callback, which must neither allocate nor collect", function);
    return false;
}

void tni_call_log(tn_heap *heap, const char *line) {
    bool reporting = heap->reporting;
    tn_status status = heap->mutators[0].last_status;
    heap->reporting = true;
    tni_callback outer = tni_hook_begin(heap, "log");
    heap->host.log(line, heap->host.user);
    tni_hook_end(heap, outer);
    heap->reporting = reporting;
    heap->mutators[0].last_status = status;
}

/* ---- what is passed ---- */

/* Whether a word can be the header of a young object or of padding. */
static bool is_header(const tn_heap *heap, tn_header header) {
    uint64_t type = header >> TN_HEADER_TYPE_SHIFT & TN_HEADER_TYPE_MASK;
    return !(header & TNI_FORWARDED) && type < TN_TYPES_END && heap->types.layouts[type].shape != TNI_UNREGISTERED;
}

/* The nursery has no bits that say where objects begin. But what is there has a header, and so has what follows it: few
 * addresses inside of an object pass both tests. */
static bool is_young_object(const tn_heap *heap, const char *p) {
    const tni_mutator *m = &heap->mutators[0];
    if (p < heap->nursery.start + 8 || p > m->pub.alloc - 8) return !m->attached;
    tn_header header = tni_header(p);
    if (!is_header(heap, header) || tni_is_padding(header)) return false;
    size_t cell = tni_young_cell(tni_layout_of(heap, header), header);
    size_t left = (size_t)(m->pub.alloc - p);
    return cell == left || (cell < left && is_header(heap, tni_header(p + cell)));
}

static bool is_object(const tn_heap *heap, const void *p) {
    if (!p) return true;
    if ((uintptr_t)p % 8) return false;
    return tni_in_nursery(heap, p) ? is_young_object(heap, p) : tni_begins_old(p);
}

static bool is_handle(const tn_heap *heap, const void *p) {
    const tni_mutator *m = &heap->mutators[0];
    size_t bytes = (size_t)((char *)m->values_end - (char *)m->handles_base);
    return m->attached && (uintptr_t)p - (uintptr_t)m->handles_base < bytes;
}

bool tni_check_owner(tn_mutator *m, const void *object, const char *function) {
    const tn_heap *heap = m->heap;
    if (!tni_check_caller(m, function)) return false;
    if (tni_owns(heap, object)) {
        if (TN_LIKELY_(is_object(heap, object))) return true;
        tni_fail(m, TN_BAD_ARGUMENT,
                 "%s: %p is inside of heap '%s', but no object begins there (a pointer into an object?)", function,
                 object, heap->host.name);
        return false;
    }
    const tn_heap *other = heap->answers.owner(heap, object);
    char dead[200];
    if (heap->answers.dead_handle(m->heap, object, dead, sizeof dead))
        tni_fail(m, TN_WRONG_HEAP, "%s: %s", function, dead);
    else if (other)
        tni_fail(m, TN_WRONG_HEAP, "%s: %p is no object of heap '%s', but one of heap '%s'", function, object,
                 heap->host.name, other->host.name);
    else if (is_handle(heap, object))
        tni_fail(m, TN_BAD_ARGUMENT, "%s: %p is a handle, not an object: pass what it holds", function, object);
    else tni_fail(m, TN_WRONG_HEAP, "%s: %p is no object of heap '%s'", function, object, heap->host.name);
    return false;
}
