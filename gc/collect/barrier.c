/* collect/barrier.c: the slow paths of the write barrier. See barrier.h. */
#include "collect/barrier.h"

#include "core/heap.h"

/* A value is compared as a raw word: the tag is part of the base. Bits that are neither tested nor address may be
 * anything: low ones widen the range, high ones open the filter. The slow path tests precisely. */
void tni_barrier_filter(tn_mutator *m) {
    const tni_nursery *n = &m->heap->nursery;
    const size_t bytes = tni_young_range(m->heap);
    const tn_format *f = &m->heap->format;
    uint64_t loose = ~f->payload & ~f->mask;
    m->ref_base = (uintptr_t)n->base;
    m->ref_size = bytes;
    m->value_base = (uintptr_t)n->base | f->tag;
    m->value_size = bytes + loose;
    if (loose >= TN_SMALL_MAX) m->value_base = 0, m->value_size = UINTPTR_MAX;
}

void tni_barrier_log_object(tn_heap *heap, void *object) {
    if (tni_vector_push(&heap->barrier.objects, &heap->faults, (uintptr_t)object)) return;
    heap->barrier.overflow = true;
    tni_set_header(object, tni_header(object) | TN_ARMED);
}

void tni_barrier_log_weak(tn_heap *heap, tn_value *slot) {
    tni_vector *slots = &heap->barrier.weak_slots;
    if (slots->count >= TNI_SLOTS_MAX || !tni_vector_push(slots, &heap->faults, (uintptr_t)slot))
        heap->barrier.weak_overflow = true;
}

/* The object is armed: disarms and logs it. */
static void log_object(tn_heap *heap, void *object, tn_header header) {
    tni_set_header(object, header & ~TN_ARMED);
    tni_barrier_log_object(heap, object);
}

static void log_slot(tn_heap *heap, void *object, tn_header header, uintptr_t entry) {
    tni_vector *slots = &heap->barrier.slots;
    if (slots->count >= TNI_SLOTS_MAX) log_object(heap, object, header);
    else if (!tni_vector_push(slots, &heap->faults, entry)) heap->barrier.overflow = true;
}

/* A slot whose old value is in the nursery has been recorded by the store of that (B1): a large one may be young as well,
 * but is not worth a look. A JIT may call these for any store. */
void tn_write_slow(tn_mutator *m, void *object, void *slot, const void *reference) {
    tn_heap *heap = m->heap;
    tn_header header = tni_header(object);
    if (header & TN_ARMED && tni_young(heap, reference)) {
        if (!(header & TNI_SLOTS)) log_object(heap, object, header);
        else if (!tni_in_nursery(heap, *(void **)slot)) log_slot(heap, object, header, (uintptr_t)slot);
    }
    *(void **)slot = (void *)(uintptr_t)reference;
}

void tn_write_value_slow(tn_mutator *m, void *object, tn_value *slot, tn_value value) {
    tn_heap *heap = m->heap;
    tn_header header = tni_header(object);
    if (header & TN_ARMED && tni_young(heap, tni_value_ref(&heap->format, value))) {
        if (!(header & TNI_SLOTS)) log_object(heap, object, header);
        else if (!tni_in_nursery(heap, tni_value_ref(&heap->format, *slot)))
            log_slot(heap, object, header, (uintptr_t)slot | 1);
    }
    *slot = value;
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
