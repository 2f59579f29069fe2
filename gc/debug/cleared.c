/* debug/cleared.c: see cleared.h. */
#include "debug/cleared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/describe.h"
#include "debug/site.h"
#include "heap/heap.h"

typedef struct watched {
    tn_weak_array *array;
    bool silent;     /* something was said of it, or it is a cache */
    uint64_t used[]; /* a bit for each slot (E1) */
} watched;

static uint64_t key(uintptr_t entry) { return (uintptr_t)((const watched *)entry)->array; }

/* ---- the arrays ---- */

static watched *find(const tni_table *known, const tn_weak_array *array) {
    const uintptr_t *at = tni_table_first(known, (uintptr_t)array);
    while (at && ((watched *)*at)->array != array) at = tni_table_next(known, at);
    return at ? (watched *)*at : NULL;
}

/* NULL when memory is out: nothing is said of the array then. */
static watched *enter(tn_heap *heap, tn_weak_array *array) {
    tni_table *known = &heap->cleared->known;
    if (!tni_table_reserve(known, &heap->faults, key)) return NULL;
    size_t words = (tn_length_of(array) + 63) / 64;
    watched *w = tni_calloc(&heap->faults, 1, sizeof *w + words * sizeof(uint64_t));
    if (!w) return NULL;
    w->array = array;
    tni_table_put(known, (uintptr_t)w, (uintptr_t)array);
    return w;
}

/* Enters all anew, with the places where they are now; those that are nowhere are dead. */
static void follow(tn_heap *heap, void *(*now)(const tn_heap *heap, void *array)) {
    tni_table before = heap->cleared->known, *known = &heap->cleared->known;
    *known = (tni_table){0};
    for (size_t i = 0; i < before.capacity; i++) {
        watched *w = (watched *)before.at[i];
        if (!w) continue;
        w->array = now(heap, w->array);
        bool kept = w->array && tni_table_reserve(known, &heap->faults, key);
        if (kept) tni_table_put(known, (uintptr_t)w, (uintptr_t)w->array);
        else free(w);
    }
    free(before.at);
}

static void *survivor(const tn_heap *heap, void *array) { return tni_survivor(heap, array); }
static void *marked(const tn_heap *heap, void *array) {
    (void)heap;
    return tni_marked(array) ? array : NULL;
}

void tni_cleared_moved(tn_heap *heap) { follow(heap, survivor); }
void tni_cleared_marked(tn_heap *heap) { follow(heap, marked); }

/* ---- what is stored ---- */

static bool are_equal(const tn_heap *heap, const void *a, const void *b) {
    tn_header x = tni_header(a), y = tni_header(b);
    const tni_layout *layout = tni_layout_of(heap, x);
    if (tni_header_type(x) != tni_header_type(y) || layout->shape != TNI_LEAF_SHAPE) return false;
    size_t bytes = tni_object_bytes(layout, x);
    return bytes && bytes == tni_object_bytes(layout, y) && !memcmp(a, b, bytes);
}

/* The slot after `from` that holds the object, or one equal to it, if linear probing from there comes to it; else
 * `from`. */
static size_t find_twin(const tn_heap *heap, const watched *w, size_t from, const void *object) {
    size_t length = tn_length_of(w->array), i = from;
    const tn_value *slots = tni_weak_slots(w->array);
    while ((i = (i + 1) % length) != from && (slots[i] || tni_bit(w->used, i))) {
        const void *other = tni_value_ref(&heap->format, slots[i]);
        if (other && (other == object || are_equal(heap, other, object))) return i;
    }
    return from;
}

static void say(tn_heap *heap, const watched *w, size_t slot, size_t twin, const void *object) {
    char line[640], array[120], what[200]; /* in all, no call may take 4 KiB of stack */
    const void *other = tni_value_ref(&heap->format, tni_weak_slots(w->array)[twin]);
    tni_site_of(heap, w->array, array, sizeof array);
    tni_describe(heap, object, what, sizeof what);
    snprintf(line, sizeof line,
             "[weak %.64s] weak array %p%s: a collection has cleared slot %zu, which now gets %s, and slot %zu holds "
             "%s already: in a table a cleared slot is not an empty one, and a search must go on past it "
             "(tenure/weak.h). In a list that may hold an object twice this is no mistake",
             heap->host.name, (void *)w->array, array, slot, what, twin, other == object ? "it" : "an equal one");
    tni_log(&heap->host, line);
}

void tni_cleared_stored(tn_heap *heap, tn_weak_array *array, tn_value *slot, tn_value value) {
    watched *w = find(&heap->cleared->known, array);
    if (!w && !(w = enter(heap, array))) return;
    size_t i = (size_t)(slot - tni_weak_slots(array));
    const void *object = tni_value_ref(&heap->format, value), *before = tni_value_ref(&heap->format, *slot);
    bool cleared = tni_bit(w->used, i) && !*slot;
    tni_bit_clear(w->used, i);
    if (!object) return;
    tni_bit_set(w->used, i);
    w->silent |= before && before != object;
    size_t twin = cleared && !w->silent ? find_twin(heap, w, i, object) : i;
    if (twin == i) return;
    w->silent = true;
    say(heap, w, i, twin, object);
}

/* ---- switching off ---- */

void tni_cleared_free(tn_heap *heap) {
    tni_table *known = &heap->cleared->known;
    for (size_t i = 0; i < known->capacity; i++) free((void *)known->at[i]);
    free(known->at);
    *known = (tni_table){0};
}

void tni_cleared_changed(tn_heap *heap) {
    if (!(heap->options.value.debug & TNI_DEBUG_WEAK)) tni_cleared_free(heap);
}
