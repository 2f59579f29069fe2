/* mutator/weak.c: making, reading and writing weak references and weak arrays (tenure/weak.h). */
#include "collect/special.h"

#include "collect/barrier.h"
#include "heap/heap.h"
#include "mutator/alloc.h"

/* ---- creation and access ---- */

/* An object of one of the two types, entered into its list. */
static void *new_holder(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    tni_vector *old = &m->heap->special->old, *young = &tni_private(m)->young_weak;
    tni_faults *faults = &m->heap->faults;
    if (!tni_keep_track(m, old, young->count + 2, TN_FULL) || !tni_keep_track(m, young, 1, TN_MINOR)) {
        tni_fail(m, TN_OUT_OF_MEMORY, "TN_WEAK_NEW: no memory to keep track of another weak reference; there are %zu",
                 old->count + young->count);
        return NULL;
    }
    void *holder = tni_alloc_builtin(m, type, size, element, count);
    if (holder) tni_vector_push(tni_young(m->heap, holder) ? young : old, faults, (uintptr_t)holder);
    return holder;
}

static void *new_handle(tn_mutator *m, void *holder) {
    tni_slots_live(m, m->handles, m->handles + 1);
    return tn_push_(m, holder);
}

tn_weak **tn_weak_new_(tn_mutator *m, const void *h) {
    if (!m) return NULL;
    if (!h || !*(void *const *)h) {
        tni_fail(m, TN_BAD_ARGUMENT, "TN_WEAK_NEW: %s is NULL: there is nothing to refer to",
                 h ? "the handle's object" : "the handle");
        return NULL;
    }
    if (!tni_check_owner(m, *(void *const *)h, "TN_WEAK_NEW")) return NULL;
    tn_weak *weak = new_holder(m, TNI_WEAK_TYPE, sizeof(tn_weak), 0, 0);
    if (!weak) return NULL;
    weak->referent = *(void *const *)h;
    return new_handle(m, weak);
}

void *tn_weak_read(tn_mutator *m, const tn_weak *weak) {
    if (!m || !tni_check_caller(m, "tn_weak_read")) return NULL;
    if (!weak) {
        tni_fail(m, TN_BAD_ARGUMENT, "tn_weak_read: the weak reference is NULL");
        return NULL;
    }
    return weak->referent;
}

tn_weak_array **tn_weak_array_new_(tn_mutator *m, size_t count) {
    if (!m || !tni_check_caller(m, "TN_WEAK_ARRAY_NEW")) return NULL;
    void *array = new_holder(m, TNI_WEAK_ARRAY_TYPE, 0, sizeof(tn_value), count);
    return array ? new_handle(m, array) : NULL;
}

static bool in_range(tn_mutator *m, const tn_weak_array *array, size_t index, const char *function) {
    if (!tni_check_caller(m, function)) return false;
    if (!array) return tni_fail(m, TN_BAD_ARGUMENT, "%s: the array is NULL", function), false;
    if (index < tn_length_of(array)) return true;
    tni_fail(m, TN_BAD_ARGUMENT, "%s: index %zu is beyond the array's length of %zu", function, index,
             tn_length_of(array));
    return false;
}

tn_value tn_weak_array_read(tn_mutator *m, const tn_weak_array *array, size_t index) {
    return m && in_range(m, array, index, "tn_weak_array_read") ? tni_weak_slots(array)[index] : 0;
}

/* An old array is born or promoted with no young referent in it; from then on each store of one is logged (W2). */
tn_status (tn_weak_array_write)(tn_mutator *m, tn_weak_array *array, size_t index, tn_value value) {
    if (!m || !in_range(m, array, index, "tn_weak_array_write")) return m ? tn_last_status(m) : TN_BAD_ARGUMENT;
    tn_heap *heap = m->heap;
    tn_value *slot = &tni_weak_slots(array)[index];
    void *at = tni_value_ref(&heap->format, value);
    if (!tni_check_owner(m, at, "tn_weak_array_write")) return tn_last_status(m);
    bool known = tni_in_nursery(heap, tni_value_ref(&heap->format, *slot));
    bool log = !known && tni_young(heap, at) && !tni_young(heap, array);
    if (log) tni_barrier_log_weak(heap, slot);
    tni_announce(heap, TNI_WEAK_STORED, &(tni_event){.object = array, .values = slot, .value = value});
    *slot = value;
    return TN_OK;
}
