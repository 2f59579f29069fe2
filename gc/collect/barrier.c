/* collect/barrier.c: the slow paths of the write barrier. See barrier.h. */
#include "collect/barrier.h"

#include "core/heap.h"

/* A value is compared as a raw word: the tag is part of the base. Bits that are neither tested nor address may be anything: low ones
 * widen the range, high ones open the filter. The slow path tests precisely. */
void tni_barrier_filter(tn_mutator *m) {
    const tni_nursery *n = &m->heap->nursery;
    const tn_format *f = &m->heap->format;
    uint64_t loose = ~f->payload & ~f->mask;
    m->ref_base = (uintptr_t)n->base;
    m->ref_size = n->reserved;
    m->value_base = (uintptr_t)n->base | f->tag;
    m->value_size = n->reserved + loose;
    if (loose >= TN_SMALL_MAX) m->value_base = 0, m->value_size = UINTPTR_MAX;
}

void tni_barrier_log_object(tni_barrier *b, void *object) {
    if (tni_vector_push(&b->objects, (uintptr_t)object)) return;
    b->overflow = true;
    tni_set_header(object, tni_header(object) | TN_ARMED);
}

static void log_slot(tni_barrier *b, uintptr_t entry) {
    if (!tni_vector_push(&b->slots, entry)) b->overflow = true;
}

/* The object is armed: disarms and logs it. */
static void log_object(tn_heap *heap, void *object, tn_header header) {
    tni_set_header(object, header & ~TN_ARMED);
    tni_barrier_log_object(&heap->barrier, object);
}

/* A slot whose old value is young has been recorded by the store of that (B1). */
void tn_write_slow(tn_mutator *m, void *object, void *slot) {
    tn_header header = tni_header(object);
    if (!(header & TN_ARMED)) return;
    if (!(header & TNI_SLOTS)) log_object(m->heap, object, header);
    else if (!tni_young(m->heap, *(void **)slot)) log_slot(&m->heap->barrier, (uintptr_t)slot);
}

void tn_write_value_slow(tn_mutator *m, void *object, tn_value *slot, tn_value value) {
    tn_heap *heap = m->heap;
    tn_header header = tni_header(object);
    if (!(header & TN_ARMED) || !tni_young(heap, tni_value_ref(&heap->format, value))) return;
    if (!(header & TNI_SLOTS)) log_object(heap, object, header);
    else if (!tni_young(heap, tni_value_ref(&heap->format, *slot))) log_slot(&heap->barrier, (uintptr_t)slot | 1);
}

void tn_remember(tn_mutator *m, void *object) {
    if (!m) return;
    if (!object) {
        tni_fail(m, TN_BAD_ARGUMENT, "tn_remember: the object is NULL");
        return;
    }
    tn_header header = tni_header(object);
    if (header & TN_ARMED) log_object(m->heap, object, header);
}

void tni_barrier_free(tni_barrier *b) {
    tni_vector_free(&b->objects);
    tni_vector_free(&b->slots);
    tni_vector_free(&b->weak_slots);
}
