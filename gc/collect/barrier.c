/* collect/barrier.c: the slow paths of the write barrier. See barrier.h. */
#include "collect/barrier.h"

#include "collect/limit.h"
#include "heap/heap.h"

/* A value is compared as a raw word: the tag is part of the base. Bits that are neither tested nor address may be
 * anything: low ones widen the range, high ones open the filter. The slow path tests precisely. */
tni_filter tni_barrier_filter_of(const tn_heap *heap) {
    const tni_nursery *n = &heap->nursery;
    const size_t bytes = tni_young_range(heap);
    const tn_format *f = &heap->format;
    uint64_t loose = ~f->payload & ~f->mask;
    bool open = loose >= TN_SMALL_MAX;
    return (tni_filter){.ref_base = (uintptr_t)n->base,
                        .ref_size = bytes,
                        .value_base = open ? 0 : (uintptr_t)n->base | f->tag,
                        .value_size = open ? UINTPTR_MAX : bytes + loose};
}

void tni_barrier_filter(tn_mutator *m) {
    tni_filter filter = tni_barrier_filter_of(m->heap);
    /* All words but the one below the base, which is no reference in any format. */
    if (m->heap->options.value.debug & TNI_DEBUG_BARRIERS) filter.ref_size = filter.value_size = UINTPTR_MAX;
    m->ref_base = filter.ref_base;
    m->ref_size = filter.ref_size;
    m->value_base = filter.value_base;
    m->value_size = filter.value_size;
    m->nursery_size = m->heap->nursery.reserved;
}

void tni_barrier_log_object(tn_heap *heap, void *object) {
    tni_remembered *r = tni_remembered_of(heap);
    if (!r->overflow && tni_list_push(heap, &r->objects, (uintptr_t)object)) return;
    r->overflow = true;
    tni_set_header(object, tni_header(object) | TN_HEADER_ARMED);
}

void tni_barrier_log_weak(tn_heap *heap, tn_value *slot) {
    tni_vector *slots = &tni_remembered_of(heap)->weak_slots;
    if (slots->count >= TNI_SLOTS_MAX || !tni_list_push(heap, slots, (uintptr_t)slot))
        tni_remembered_of(heap)->weak_overflow = true;
}

/* The object is armed: disarms and logs it. */
static void log_object(tn_heap *heap, void *object, tn_header header) {
    tni_set_header(object, header & ~TN_HEADER_ARMED);
    tni_barrier_log_object(heap, object);
}

static void log_card(tn_heap *heap, const void *object, const void *slot) {
    tni_remembered *b = tni_remembered_of(heap);
    tni_region *region = tni_region_of(object);
    if (!region->carded && !tni_vector_push(&b->carded, &heap->faults, (uintptr_t)region)) {
        b->overflow = true;
        return;
    }
    region->carded = true;
    tni_bit_set(region->cards, tni_card_of(region, slot));
}

bool tni_barrier_dirty(const void *object, const void *slot) {
    const tni_region *region = tni_region_of(object);
    if (region->kind == TNI_BLOCKS_REGION) return false;
    return region->carded && tni_bit(region->cards, tni_card_of(region, slot));
}

static void log_slot(tn_heap *heap, const void *object, uintptr_t entry) {
    tni_vector *slots = &tni_remembered_of(heap)->slots;
    if (slots->count >= TNI_SLOTS_MAX) log_card(heap, object, (void *)entry);
    else if (!tni_list_push(heap, slots, entry)) tni_remembered_of(heap)->overflow = true;
}

static void log_outside(tn_heap *heap, void *object, tn_header header, uintptr_t slot) {
    tni_vector *outside = &tni_remembered_of(heap)->outside;
    if (outside->count / 2 >= TNI_SLOTS_MAX || !tni_vector_reserve(outside, &heap->faults, 2)) {
        log_object(heap, object, header);
        return;
    }
    outside->at[outside->count++] = (uintptr_t)object;
    outside->at[outside->count++] = slot;
}

bool tni_barrier_inside(const tn_heap *heap, const void *object, const void *at) {
    tn_header header = tni_header(object);
    return (size_t)((const char *)at - (const char *)object) < tni_object_bytes(tni_layout_of(heap, header), header);
}

void tni_barrier_log(tn_heap *heap, void *object, uintptr_t slot) {
    tn_header header = tni_header(object);
    if (!tni_barrier_inside(heap, object, (void *)(slot & ~(uintptr_t)1))) log_outside(heap, object, header, slot);
    else if (header & TNI_SLOTS) log_slot(heap, object, slot);
    else log_object(heap, object, header);
}

/* The header of an object that is stored into at `slot`. */
TNI_INLINE tn_header told(tn_heap *heap, const void *object, const void *slot) {
    if (TN_UNLIKELY_(heap->answers.told != NULL)) return heap->answers.told(heap, object, slot, 1);
    return tni_header(object);
}

/* Where debug mode `barriers` must hear of each store, it is recorded by slot, as in a large array. An object with a
 * trace callback is recorded as a whole, for the callback may show as a value what was a reference before. */
static void log_store(tn_heap *heap, void *object, tn_header header, uintptr_t slot) {
    tni_remembered *r = tni_remembered_of(heap);
    bool traced = tni_layout_of(heap, header)->shape == TNI_TRACED;
    bool by_slot = heap->answers.told && !traced && r->slots.count < TNI_SLOTS_MAX;
    r->small_slots |= by_slot;
    if (by_slot) log_slot(heap, object, slot);
    else log_object(heap, object, header);
}

/* A slot whose old value is in the nursery has been recorded by the store of that (B1): a large one may be young as
 * well, but is not worth a look. A JIT may call these for any store. */
void tn_store_slow(tn_mutator *m, void *object, void *slot, const void *reference) {
    tn_heap *heap = m->heap;
    tn_header header = told(heap, object, slot);
    tni_private(m)->slow_stores++;
    if (header & TN_HEADER_ARMED && tni_young(heap, reference)) {
        if (!(header & TNI_SLOTS)) log_store(heap, object, header, (uintptr_t)slot);
        else if (!tni_in_nursery(heap, *(void **)slot)) log_slot(heap, object, (uintptr_t)slot);
    }
    *(void **)slot = (void *)(uintptr_t)reference;
}

void tn_store_value_slow(tn_mutator *m, void *object, tn_value *slot, tn_value value) {
    tn_heap *heap = m->heap;
    tn_header header = told(heap, object, slot);
    tni_private(m)->slow_stores++;
    if (header & TN_HEADER_ARMED && tni_young(heap, tni_value_ref(&heap->format, value))) {
        if (!(header & TNI_SLOTS)) log_store(heap, object, header, (uintptr_t)slot | 1);
        else if (!tni_in_nursery(heap, tni_value_ref(&heap->format, *slot)))
            log_slot(heap, object, (uintptr_t)slot | 1);
    }
    *slot = value;
}

/* ---- memory that objects own ---- */

void (tn_revisit_object)(tn_mutator *m, void *object) {
    if (!m || !tni_check_caller(m, "tn_revisit_object")) return;
    if (!object) {
        tni_fail(m, TN_BAD_ARGUMENT, "tn_revisit_object: the object is NULL");
        return;
    }
    tn_header header = told(m->heap, object, NULL);
    if (header & TN_HEADER_ARMED) log_object(m->heap, object, header);
}

/* False, and said, when the call makes no sense. What the host meant by it is remembered, if that is possible. */
static bool check_slot(tn_mutator *m, void *object, const void *slot, const char *function) {
    if (!object) return tni_fail(m, TN_BAD_ARGUMENT, "%s: the object is NULL", function), false;
    const tni_layout *layout = tni_layout_of(m->heap, tni_header(object));
    bool aligned = slot && (uintptr_t)slot % sizeof(void *) == 0;
    if (aligned && (layout->shape == TNI_TRACED || tni_barrier_inside(m->heap, object, slot))) return true;
    if (!aligned)
        tni_fail(m, TN_BAD_ARGUMENT, "%s: slot %p is NULL or not aligned as a pointer", function, slot);
    else
        tni_fail(m, TN_BAD_ARGUMENT,
                 "%s: slot %p is not in the object, and type '%.40s' has no trace callback that would visit it",
                 function, slot, layout->desc->name);
    tn_revisit_object(m, object);
    return false;
}

void (tn_revisit_slot)(tn_mutator *m, void *object, const void *slot) {
    if (!m || !tni_check_caller(m, "tn_revisit_slot") || !check_slot(m, object, slot, "tn_revisit_slot")) return;
    if (told(m->heap, object, slot) & TN_HEADER_ARMED && tni_young(m->heap, *(void *const *)slot))
        tni_barrier_log(m->heap, object, (uintptr_t)slot);
}

void (tn_revisit_value_slot)(tn_mutator *m, void *object, const void *slot) {
    if (!m || !tni_check_caller(m, "tn_revisit_value_slot")) return;
    if (!check_slot(m, object, slot, "tn_revisit_value_slot")) return;
    void *at = tni_value_ref(&m->heap->format, *(const tn_value *)slot);
    if (told(m->heap, object, slot) & TN_HEADER_ARMED && tni_young(m->heap, at))
        tni_barrier_log(m->heap, object, (uintptr_t)slot | 1);
}

/* ---- objects without a barrier ---- */

/* What the handle holds; NULL, and said, when it is no object. */
static void *held(tn_mutator *m, const void *h, const char *function) {
    void *object = h ? *(void *const *)h : NULL;
    if (!object) {
        tni_fail(m, TN_BAD_ARGUMENT, "%s: %s is NULL", function, h ? "the handle's object" : "the handle");
        return NULL;
    }
    return tni_check_owner(m, object, function) ? object : NULL;
}

tn_status tn_unprotect_(tn_mutator *m, const void *h) {
    if (!m) return TN_BAD_ARGUMENT;
    void *object = held(m, h, "TN_UNPROTECT");
    if (!object) return tn_last_status(m);
    tn_header header = tni_header(object);
    tni_vector *list = &tni_private(m)->remembered.unprotected;
    if (!(header & TNI_LISTED) && !tni_vector_push(list, &m->heap->faults, (uintptr_t)object))
        return tni_fail(m, TN_OUT_OF_MEMORY, "TN_UNPROTECT: no memory for another object; %zu are unprotected",
                        list->count);
    tni_set_header(object, (header & ~TN_HEADER_ARMED) | TNI_LISTED | TNI_UNPROTECTED);
    return TN_OK;
}

/* It stays in the list, and not armed, until the next minor collection has visited it: so it costs no more when a host
 * does this for each switch of a coroutine. */
tn_status tn_protect_(tn_mutator *m, const void *h) {
    if (!m) return TN_BAD_ARGUMENT;
    void *object = held(m, h, "TN_PROTECT");
    if (!object) return tn_last_status(m);
    tn_header header = tni_header(object);
    if (!(header & TNI_UNPROTECTED))
        return tni_fail(m, TN_NOT_FOUND, "TN_PROTECT: %p is not unprotected: never, or protected already", object);
    tni_set_header(object, header & ~TNI_UNPROTECTED);
    return TN_OK;
}

/* All that is young and alive has moved. What has moved or was logged is armed by now, but what is visited in the next
 * collection as well must not be (B4). */
void tni_barrier_after_evacuation(tn_heap *heap) {
    tni_vector *list = &tni_remembered_of(heap)->unprotected;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        void *object = tni_survivor(heap, (void *)list->at[i]);
        if (!object) continue;
        tn_header header = tni_header(object);
        bool keep = header & TNI_UNPROTECTED || heap->staying;
        tni_set_header(object, keep ? header & ~TN_HEADER_ARMED : (header & ~TNI_LISTED) | TN_HEADER_ARMED);
        if (keep) list->at[kept++] = (uintptr_t)object;
    }
    list->count = kept;
}

void tni_barrier_after_marking(tn_heap *heap) {
    tni_vector *list = &tni_remembered_of(heap)->unprotected;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (tni_marked((void *)list->at[i])) list->at[kept++] = list->at[i];
    list->count = kept;
}

void tni_barrier_cut(tn_heap *heap, tn_header header, const char *from, const char *to) {
    tni_vector *slots = &tni_remembered_of(heap)->slots;
    if (header & TNI_YOUNG || !(header & TNI_SLOTS || tni_remembered_of(heap)->small_slots)) return;
    size_t kept = 0;
    for (size_t i = 0; i < slots->count; i++)
        if (slots->at[i] - (uintptr_t)from >= (uintptr_t)(to - from)) slots->at[kept++] = slots->at[i];
    slots->count = kept;
}

void tni_barrier_free(tn_heap *heap) {
    tni_remembered *r = tni_remembered_of(heap);
    for (unsigned i = 0; i < TNI_REMEMBERED_LISTS; i++) tni_vector_free(&r->all[i]);
}

size_t tni_barrier_bytes(const tn_heap *heap) {
    size_t sum = 0;
    for (unsigned i = 0; i < TNI_REMEMBERED_LISTS; i++) sum += tni_list_bytes(&heap->mutators[0].remembered.all[i]);
    return sum;
}
