/* debug/barriers.c: see barriers.h. */
#include "debug/barriers.h"

#include <stdio.h>

#include "collect/barrier.h"
#include "collect/sweep.h"
#include "debug/describe.h"
#include "debug/lowmark.h"
#include "heap/heap.h"

enum {
    BARRIERS_APART = 64,
    SLOTS_AS_ONE = 8 /* slots of a range take as long as an object */
};

typedef struct walk {
    tn_tracer tracer;
    tn_heap *heap;
    void *object;
    bool differs;
} walk;

static bool is_on(const tn_heap *heap) { return heap->options.value.debug & TNI_DEBUG_BARRIERS; }

/* The layout, if objects of this type are looked at; else NULL. Weak holders are not: the library writes into them. */
static const tni_layout *known_layout(const tn_heap *heap, tn_header header) {
    const tni_layout *layout = tni_layout_of(heap, header);
    bool known = tni_header_type(header) >= TN_FIRST_TYPE && layout->shape != TNI_LEAF_SHAPE &&
                 layout->shape != TNI_UNREGISTERED;
    return known ? layout : NULL;
}

/* While the mode is active, the barrier tells it of each store. */
static void set_active(tn_heap *heap, bool active) {
    heap->barriers->active = active;
    heap->answers.told = active ? tni_barriers_told : NULL;
}

static void each_young(tn_heap *heap, void (*visit)(void *object, void *user), void *user) {
    char *object = heap->nursery.start + 8, *end = object + tni_young_bytes(heap);
    while (object < end) {
        tn_header header = tni_header(object);
        if (!tni_is_padding(header)) visit(object, user);
        object += tni_young_cell(tni_layout_of(heap, header), header);
    }
    const tni_vector *large = &tni_young_large_of(heap)->at;
    for (size_t i = 0; i < large->count; i++) visit((void *)large->at[i], user);
}

/* ---- what slots hold ---- */

static uintptr_t *second(walk *w, const void *slot) {
    uintptr_t *word = tni_shadow_of(&w->heap->barriers->shadow, &w->heap->faults, slot);
    if (!word) w->heap->barriers->blind = true;
    return word;
}

TNI_INLINE void note_word(walk *w, const void *slot, uintptr_t word) {
    uintptr_t *copy = second(w, slot);
    if (copy && *copy != word) *copy = word;
}
static void note_ref(tn_tracer *t, void **slot) { note_word((walk *)t, slot, (uintptr_t)*slot); }
static void note_value(tn_tracer *t, tn_value *slot) { note_word((walk *)t, slot, *slot); }

static void note(tn_heap *heap, void *object) {
    tn_header header = tni_header(object);
    const tni_layout *layout = known_layout(heap, header);
    walk w = {.heap = heap};
    if (layout) tni_each_known_slot(&w.tracer, layout, object, header, note_ref, note_value);
}

static void arm(void *object, void *user) {
    (void)user;
    tn_header header = tni_header(object);
    if (!(header & TNI_LISTED)) tni_set_header(object, header | TN_HEADER_ARMED);
}
static void disarm(void *object, void *user) {
    (void)user;
    tni_set_header(object, tni_header(object) & ~TN_HEADER_ARMED);
}

static void note_and_arm(void *object, void *user) {
    note(user, object);
    arm(object, NULL);
}
static void note_old(void *object, void *user) {
    if (!(tni_header(object) & TNI_YOUNG)) note(user, object);
}

/* ---- what the barriers tell ---- */

void tni_barriers_born(tn_heap *heap, void *object) {
    tni_barriers *b = heap->barriers;
    if (b->active && !tni_vector_push(&b->born, &heap->faults, (uintptr_t)object)) b->blind = true;
}

/* Arms what has entered the log since the last safepoint (C3). What was stored into it until now is not known. */
static void arm_logged(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    const tni_vector *log = &tni_remembered_of(heap)->objects;
    for (; b->active && b->log_seen < log->count; b->log_seen++) {
        uintptr_t object = log->at[b->log_seen];
        if (!tni_set_add(&b->logged, &heap->faults, object)) continue;
        note_and_arm((void *)object, heap);
    }
}

static void disarm_logged(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    for (size_t i = 0; i < b->logged.capacity; i++)
        if (b->logged.at[i]) disarm((void *)b->logged.at[i], NULL);
    tni_set_free(&b->logged);
    b->log_seen = 0;
}

void tni_barriers_safepoint(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    for (size_t i = 0; i < b->born.count; i++) {
        void *object = (void *)b->born.at[i];
        note(heap, object);
        if (tni_young(heap, object)) arm(object, NULL);
    }
    b->born.count = 0;
    arm_logged(heap);
}

static void tell(tn_heap *heap, uintptr_t object, uintptr_t slot) {
    tni_barriers *b = heap->barriers;
    uintptr_t word = slot ? slot : object | 1;
    if (tni_set_has(&b->told, word)) return;
    if (!tni_set_add(&b->told, &heap->faults, word) || !tni_vector_reserve(&b->notes, &heap->faults, 2)) {
        b->blind = true;
        return;
    }
    b->notes.at[b->notes.count++] = object;
    b->notes.at[b->notes.count++] = slot;
}

tn_header tni_barriers_told(tn_heap *heap, const void *object, const void *slot, size_t count) {
    tn_header header = tni_header(object);
    if (!slot) tell(heap, (uintptr_t)object, 0);
    for (size_t i = 0; slot && i < count; i++) tell(heap, (uintptr_t)object, (uintptr_t)slot + i * sizeof(void *));
    bool usual = !tni_young(heap, object) && !tni_set_has(&heap->barriers->logged, (uintptr_t)object);
    return usual ? header : header & ~TN_HEADER_ARMED;
}

/* ---- the check ---- */

static __attribute__((noinline, cold)) void report(walk *w, const void *slot, uintptr_t before, uintptr_t now) {
    tn_heap *heap = w->heap;
    const tni_set *early = &heap->barriers->early;
    char object[300], field[64];
    tni_describe(heap, w->object, object, sizeof object);
    tni_field_name(tni_layout_of(heap, tni_header(w->object)), w->object, slot, field, sizeof field);
    bool came = tni_set_has(early, (uintptr_t)slot) || tni_set_has(early, (uintptr_t)w->object | 1);
    unsigned long long number = (unsigned long long)heap->minors;
    if (came)
        tni_fatal(
            heap,
            "barriers: before minor collection %llu: object %s: field '%s' has changed from %#zx to %#zx, and the "
            "barrier of that store came before collection %llu: between the two there may be no safepoint",
            number + 1, object, field, (size_t)before, (size_t)now, number);
    tni_fatal(heap,
              "barriers: before minor collection %llu: object %s: field '%s' has changed from %#zx to %#zx by a store "
              "without barrier: use TN_SET, tn_write or tn_store",
              number + 1, object, field, (size_t)before, (size_t)now);
}

static void check_ref(tn_tracer *t, void **slot) {
    walk *w = (walk *)t;
    uintptr_t now = (uintptr_t)*slot, *before = second(w, slot);
    if (before && *before != now && !tni_set_has(&w->heap->barriers->told, (uintptr_t)slot))
        report(w, slot, *before, now);
}

/* From one immediate to another no reference comes or goes. */
static void check_value(tn_tracer *t, tn_value *slot) {
    walk *w = (walk *)t;
    const tn_format *f = &w->heap->format;
    uintptr_t now = *slot, *before = second(w, slot);
    if (!before || *before == now || tni_set_has(&w->heap->barriers->told, (uintptr_t)slot)) return;
    if (tni_value_ref(f, now) || tni_value_ref(f, *before)) report(w, slot, *before, now);
}

static void check(void *object, void *user) {
    walk *w = user;
    tn_header header = tni_header(object);
    const tni_layout *layout = known_layout(w->heap, header);
    w->heap->barriers->looked_at++;
    if (!layout || !(header & TN_HEADER_ARMED) || tni_set_has(&w->heap->barriers->told, (uintptr_t)object | 1)) return;
    w->object = object;
    tni_each_known_slot(&w->tracer, layout, object, header, check_ref, check_value);
}

static void check_old(void *object, void *user) {
    if (!(tni_header(object) & TNI_YOUNG)) check(object, user);
}

/* ---- barriers that came too early ---- */

static void differs_ref(tn_tracer *t, void **slot) {
    walk *w = (walk *)t;
    const uintptr_t *before = second(w, slot);
    if (before && *before != (uintptr_t)*slot) w->differs = true;
}
static void differs_value(tn_tracer *t, tn_value *slot) { differs_ref(t, (void **)(void *)slot); }

/* Whether the store that was noted has happened. Then what the slot holds is not what its shadow has. */
static bool is_done(tn_heap *heap, void *object, void *slot) {
    tn_header header = tni_header(object);
    const tni_layout *layout = known_layout(heap, header);
    walk w = {.heap = heap};
    if (!layout || (slot && !tni_barrier_inside(heap, object, slot))) return true;
    if (slot) differs_ref(&w.tracer, slot);
    else tni_each_known_slot(&w.tracer, layout, object, header, differs_ref, differs_value);
    return w.differs;
}

/* Keeps the notes of stores that have not happened. */
static void keep_undone(tn_heap *heap) {
    tni_vector *notes = &heap->barriers->notes;
    size_t kept = 0;
    for (size_t i = 0; i < notes->count; i += 2) {
        if (is_done(heap, (void *)notes->at[i], (void *)notes->at[i + 1])) continue;
        notes->at[kept++] = notes->at[i];
        notes->at[kept++] = notes->at[i + 1];
    }
    notes->count = kept;
}

void tni_barriers_before(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    walk w = {.heap = heap};
    if (!b->active) return;
    tni_barriers_safepoint(heap);
    tni_lowmark_check(heap, &b->held);
    if (!b->blind && !tni_remembered_of(heap)->overflow) {
        each_young(heap, check, &w);
        tni_sweep_each_object(heap, check_old, &w);
    }
    keep_undone(heap);
    each_young(heap, disarm, NULL);
    disarm_logged(heap);
}

/* Where the object is now; 0 when it is dead. Large objects stay where they are. */
static uintptr_t survivor(const tn_heap *heap, uintptr_t object) {
    return tni_in_nursery(heap, (void *)object) ? (uintptr_t)tni_survivor(heap, (void *)object) : object;
}

void tni_barriers_moved(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    tni_set_free(&b->early);
    for (size_t i = 0; b->active && i < b->notes.count; i += 2) {
        uintptr_t object = b->notes.at[i], slot = b->notes.at[i + 1], to = survivor(heap, object);
        if (to) tni_set_add(&b->early, &heap->faults, slot ? to + (slot - object) : to | 1);
    }
    b->notes.count = 0;
    tni_set_free(&b->told);
}

void tni_barriers_after(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    uint64_t now = heap->mutators[0].slow_allocations; /* in this mode all allocations are slow */
    if (b->looked_at) b->again_at = now + b->looked_at / BARRIERS_APART;
    b->looked_at = 0;
    b->blind = false;
    set_active(heap, now >= b->again_at);
    b->held.count = 0;
    if (!b->active) return;
    bool done = true;
    b->looked_at = tni_lowmark_note(heap, &b->held, &done) / SLOTS_AS_ONE;
    b->blind = !done;
    tni_sweep_each_object(heap, note_old, heap);
    each_young(heap, note_and_arm, heap);
    arm_logged(heap); /* what the collection has left there (S2) */
}

/* ---- switching on and off ---- */

void tni_barriers_free(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    tni_vector_free(&b->born);
    tni_vector_free(&b->notes);
    tni_set_free(&b->told);
    tni_set_free(&b->early);
    tni_shadow_free(&b->shadow);
    tni_vector_free(&b->held);
    *b = (tni_barriers){0};
}

/* A heap that has objects already is known after the next collection. */
void tni_barriers_changed(tn_heap *heap) {
    tni_barriers *b = heap->barriers;
    if (!is_on(heap)) {
        if (b->active) each_young(heap, disarm, NULL);
        disarm_logged(heap);
        set_active(heap, false);
        tni_barriers_free(heap);
    }
    if (is_on(heap) && !b->active) set_active(heap, !heap->minors && !tni_mutator_of(heap));
    tni_mutator *m = tni_mutator_of(heap);
    if (m) tni_barrier_filter(&m->pub);
}
