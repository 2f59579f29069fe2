/* mutator/bulk.c: many slots of one object are moved or copied at once (tenure/field.h): their bounds, and one
 * barrier for all of them. */
#include <string.h>

#include "collect/barrier.h"
#include "heap/heap.h"

enum { WHOLE = 4 }; /* a row of this part of an object has the whole object remembered */

/* What is to be copied. */
typedef struct bulk {
    tn_mutator *m;
    const char *function;
    void *object;         /* that owns the slots at `to` */
    tn_value *to;         /* words: references or values */
    const void *source;   /* that owns those at `from`, or NULL: it is plain memory */
    const tn_value *from;
    size_t count;
    bool values;
} bulk;

/* ---- checks ---- */

/* Why the slots at this address cannot be the object's, as far as can be known: it owns those outside of it only if it
 * has a trace callback, and none of them is in the heap. NULL if they can be. */
static const char *wrong_place(const bulk *b, const void *object, const void *at) {
    if (!at || (uintptr_t)at % sizeof(void *)) return "no address of a slot";
    if (!object) return NULL;
    tn_header header = tni_header(object);
    const tni_layout *layout = tni_layout_of(b->m->heap, header);
    size_t bytes = tni_object_bytes(layout, header), offset = (size_t)((const char *)at - (const char *)object);
    if (layout->shape == TNI_LEAF_SHAPE) return "in an object that holds no references";
    if (offset < bytes) return b->count > (bytes - offset) / sizeof(void *) ? "not so many to the object's end" : NULL;
    if (layout->shape != TNI_TRACED) return "not in the object";
    return tni_owns(b->m->heap, at) ? "in the heap, but not in the object" : NULL;
}

static bool check(const bulk *b) {
    if (!b->object) return tni_fail(b->m, TN_BAD_ARGUMENT, "%s: the object is NULL", b->function), false;
    const void *at = b->to, *object = b->object;
    const char *wrong = wrong_place(b, object, at), *which = "to";
    if (!wrong) at = b->from, object = b->source, wrong = wrong_place(b, object, at), which = "from";
    if (!wrong) return true;
    if (!object) object = b->object;
    tni_fail(b->m, TN_BAD_ARGUMENT, "%s: %zu slots `%s` %p: that is %s, %p (a '%.40s', length %zu)", b->function,
             b->count,
             which, at, wrong, object, tni_layout_of(b->m->heap, tni_header(object))->desc->name, tn_length_of(object));
    return false;
}

/* ---- the barrier ---- */

static void *reference(const bulk *b, tn_value word) {
    return b->values ? tni_value_ref(&b->m->heap->format, word) : (void *)(uintptr_t)word;
}

/* Records what comes to refer into the nursery, before it does. Most words are told by the filter. In the object
 * itself, a slot that holds a young reference is recorded already (B1); what is outside may hold anything. When the
 * row is a good part of the object, the whole object is remembered: its visit costs not much more than this has, and
 * then there is nothing to record until the next collection. */
static void record(const bulk *b) {
    tn_heap *heap = b->m->heap;
    uintptr_t base = b->values ? b->m->value_base : b->m->ref_base;
    uintptr_t size = b->values ? b->m->value_size : b->m->ref_size;
    bool inside = tni_barrier_inside(heap, b->object, b->to);
    bool whole = inside && b->count >= tn_size_of(heap, b->object) / sizeof(void *) / WHOLE;
    for (size_t i = 0; i < b->count; i++) {
        if (TN_LIKELY_(b->from[i] - base >= size) || !tni_young(heap, reference(b, b->from[i]))) continue;
        if (inside && tni_in_nursery(heap, reference(b, b->to[i]))) continue;
        if (whole) tn_revisit_object(b->m, b->object);
        else tni_barrier_log(heap, b->object, (uintptr_t)(b->to + i) | b->values);
        if (!(tni_header(b->object) & TN_HEADER_ARMED)) return;
    }
}

static tn_status copy(const bulk *b) {
    if (!b->m) return TN_BAD_ARGUMENT;
    if (!b->count) return TN_OK; /* at no address, perhaps */
    if (!tni_check_caller(b->m, b->function)) return TN_BAD_STATE;
    if (!check(b)) return TN_BAD_ARGUMENT;
    tn_heap *heap = b->m->heap;
    tn_header header =
        heap->answers.told ? heap->answers.told(heap, b->object, b->to, b->count) : tni_header(b->object);
    if (header & TN_HEADER_ARMED) record(b);
    memmove(b->to, b->from, b->count * sizeof *b->to);
    return TN_OK;
}

/* ---- the public calls ---- */

tn_status (tn_move_refs)(tn_mutator *m, void *object, void *to, const void *from, size_t count) {
    return copy(&(bulk){m, "tn_move_refs", object, to, object, from, count, false});
}

tn_status (tn_move_values)(tn_mutator *m, void *object, tn_value *to, const tn_value *from, size_t count) {
    return copy(&(bulk){m, "tn_move_values", object, to, object, from, count, true});
}

tn_status (tn_copy_refs)(tn_mutator *m, void *object, void *to, const void *from, size_t count) {
    return copy(&(bulk){m, "tn_copy_refs", object, to, NULL, from, count, false});
}

tn_status (tn_copy_values)(tn_mutator *m, void *object, tn_value *to, const tn_value *from, size_t count) {
    return copy(&(bulk){m, "tn_copy_values", object, to, NULL, from, count, true});
}

tn_status tn_copy_row_(tn_mutator *m, void *object, void *to, const void *source, const void *from, size_t count) {
    if (!source && m && count) return tni_fail(m, TN_BAD_ARGUMENT, "TN_COPY: the source is NULL");
    return copy(&(bulk){m, object == source ? "TN_MOVE" : "TN_COPY", object, to, source, from, count, false});
}

tn_status tn_copy_value_row_(tn_mutator *m, void *object, void *to, const void *source, const void *from,
                             size_t count) {
    if (!source && m && count) return tni_fail(m, TN_BAD_ARGUMENT, "TN_COPY_VALUES: the source is NULL");
    const char *function = object == source ? "TN_MOVE_VALUES" : "TN_COPY_VALUES";
    return copy(&(bulk){m, function, object, to, source, from, count, true});
}
