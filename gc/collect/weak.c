/* collect/weak.c: see weak.h, and the public contracts of weak references, hashes and stable addresses. */
#include "collect/weak.h"

#include "collect/collect.h"
#include "heap/alloc.h"
#include "heap/heap.h"

/* ---- creation and access ---- */

/* An object of one of the two types, entered into its list. */
static void *new_holder(tn_mutator *m, tn_type type, size_t size, size_t element, size_t count) {
    tni_weak *w = &m->heap->weak;
    tni_faults *faults = &m->heap->faults;
    if (!tni_keep_track(m, &w->old, w->young.count + 2, TN_FULL) || !tni_keep_track(m, &w->young, 1, TN_MINOR)) {
        tni_fail(m, TN_OUT_OF_MEMORY, "TN_WEAK_NEW: no memory to keep track of another weak reference; there are %zu",
                 w->old.count + w->young.count);
        return NULL;
    }
    void *holder = tni_alloc_builtin(m, type, size, element, count);
    if (holder) tni_vector_push(tni_young(m->heap, holder) ? &w->young : &w->old, faults, (uintptr_t)holder);
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
    *slot = value;
    return TN_OK;
}

/* ---- after a minor collection ---- */

static void update_slot(tn_heap *heap, tn_value *slot) {
    void *at = tni_value_ref(&heap->format, *slot);
    if (!tni_young(heap, at)) return;
    void *to = tni_survivor(heap, at);
    *slot = to ? tni_value_moved(&heap->format, *slot, to) : 0;
}

static void update_holder(tn_heap *heap, void *holder) {
    if (tn_type_of(holder) == TNI_WEAK_TYPE) {
        tn_weak *weak = holder;
        weak->referent = tni_survivor(heap, weak->referent);
        return;
    }
    size_t length = tn_length_of(holder);
    for (size_t i = 0; i < length; i++) update_slot(heap, &tni_weak_slots(holder)[i]);
}

static void update_old_arrays(tn_heap *heap) {
    tni_barrier *b = &heap->barrier;
    if (b->weak_overflow)
        for (size_t i = 0; i < heap->weak.old.count; i++) update_holder(heap, (void *)heap->weak.old.at[i]);
    else
        for (size_t i = 0; i < b->weak_slots.count; i++) update_slot(heap, (tn_value *)b->weak_slots.at[i]);
    b->weak_slots.count = 0;
    b->weak_overflow = false;
}

static void dispose_young(tn_heap *heap) {
    tni_vector *v = &heap->weak.young_disposed;
    for (size_t i = 0; i < v->count; i++) {
        void *object = (void *)v->at[i], *to = tni_survivor(heap, object);
        if (to) tni_block_of(to)->disposed = 1;
        else tni_dispose(heap, tni_layout_of(heap, tni_header(object)), object);
    }
    v->count = 0;
}

void tni_weak_minor(tn_heap *heap) {
    tni_weak *w = &heap->weak;
    update_old_arrays(heap);
    for (size_t i = 0; i < w->young.count; i++) {
        void *holder = tni_survivor(heap, (void *)w->young.at[i]);
        if (!holder) continue;
        update_holder(heap, holder);
        w->old.at[w->old.count++] = (uintptr_t)holder; /* W3 */
    }
    w->young.count = 0;
    dispose_young(heap);
}

/* ---- after marking ---- */

static void clear_dead(tn_heap *heap, void *holder) {
    if (tn_type_of(holder) == TNI_WEAK_TYPE) {
        tn_weak *weak = holder;
        if (weak->referent && !tni_marked(weak->referent)) weak->referent = NULL;
        return;
    }
    tn_value *slots = tni_weak_slots(holder);
    size_t length = tn_length_of(holder);
    for (size_t i = 0; i < length; i++) {
        void *at = tni_value_ref(&heap->format, slots[i]);
        if (at && !tni_marked(at)) slots[i] = 0;
    }
}

void tni_weak_major(tn_heap *heap) {
    tni_vector *v = &heap->weak.old;
    size_t kept = 0;
    for (size_t i = 0; i < v->count; i++) {
        void *holder = (void *)v->at[i];
        if (!tni_marked(holder)) continue;
        clear_dead(heap, holder);
        v->at[kept++] = (uintptr_t)holder;
    }
    v->count = kept;
}

void tni_weak_free(tni_weak *w) {
    tni_vector_free(&w->young);
    tni_vector_free(&w->old);
    tni_vector_free(&w->young_disposed);
}

/* ---- identity ---- */

/* The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): every bit
 * of the result depends on every bit of x, and no two x give the same. */
static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* What is not in the nursery never moves: its address is its identity. What is, is known by its address and the nursery cycle
 * that it was born in, and takes the hash along (space/object.h). */
uint64_t tni_hash(tn_heap *heap, void *object) {
    tn_header header = tni_header(object);
    uint64_t id = (uintptr_t)object;
    if (tni_in_nursery(heap, object)) {
        if (!(header & TNI_HASHED)) tni_set_header(object, header | TNI_HASHED);
        id = ~(id << 16 ^ heap->stats.minors);
    } else if (header & TNI_HASH_STORED) {
        size_t cell = tni_object_cell(tni_layout_of(heap, header), header);
        return *(uint64_t *)(void *)((char *)object + cell - 16);
    }
    uint64_t hash = mix(id);
    return hash ? hash : 1;
}

uint64_t (tn_hash_of)(tn_mutator *m, void *object) {
    if (!m) return 0;
    if (!object) return tni_fail(m, TN_BAD_ARGUMENT, "tn_hash_of: the object is NULL"), 0;
    if (!tni_check_owner(m, object, "tn_hash_of")) return 0;
    return tni_hash(m->heap, object);
}

void *tn_stable_address_(tn_mutator *m, const void *h) {
    if (!m) return NULL;
    if (!h || !*(void *const *)h) {
        tni_fail(m, TN_BAD_ARGUMENT, "TN_STABLE_ADDRESS: %s is NULL", h ? "the handle's object" : "the handle");
        return NULL;
    }
    if (!tni_check_owner(m, *(void *const *)h, "TN_STABLE_ADDRESS")) return NULL;
    if (tni_in_nursery(m->heap, *(void *const *)h)) {
        if (!tni_may_collect(m, "TN_STABLE_ADDRESS")) return NULL;
        tni_collect(m->heap, TN_MINOR, TNI_CAUSE_STABLE);
    }
    void *object = *(void *const *)h;
    if (tni_in_nursery(m->heap, object)) {
        tni_fail(m, TN_BAD_ARGUMENT, "TN_STABLE_ADDRESS: %p is no handle: its object was not moved", h);
        return NULL;
    }
    tni_set_header(object, tni_header(object) | TNI_STABLE);
    return object;
}
