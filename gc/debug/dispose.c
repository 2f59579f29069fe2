/* debug/dispose.c: see dispose.h. */
#include "debug/dispose.h"

#include <string.h>

#include "debug/quarantine.h"
#include "heap/heap.h"

typedef struct sums {
    tn_tracer tracer;
    tn_heap *heap;
    const void *self; /* which may refer to itself */
    uint64_t sum;     /* of all others that it refers to */
} sums;

/* FNV-1a, by words. */
static uint64_t add(uint64_t sum, const void *from, size_t bytes) {
    const char *at = from;
    for (uint64_t word; bytes >= sizeof word; bytes -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x100000001B3);
    }
    for (; bytes; bytes--) sum = (sum ^ (unsigned char)*at++) * UINT64_C(0x100000001B3);
    return sum;
}

/* Where the object that a slot refers to can be read; NULL when it is dead, or none. A young one has moved: the
 * callback knows its old place only, so the checksum is of both. */
static const void *alive(const tn_heap *heap, const void *at) {
    if (!at || (uintptr_t)at & 7) return NULL;
    if (tni_in_nursery(heap, at))
        return heap->mutators[0].busy && !heap->nursery.kept ? tni_forwarded(tni_header(at)) : NULL;
    return tni_region_has(&heap->regions, at) && tni_marked(at) && !tni_quarantined(heap, at) ? at : NULL;
}

static void add_object(sums *s, const void *at) {
    const void *to = at == s->self ? NULL : alive(s->heap, at);
    if (!to) return;
    tn_header header = tni_header(to);
    size_t bytes = tni_object_bytes(tni_layout_of(s->heap, header), header);
    s->sum = add(add(s->sum, to, bytes), at, to == at ? 0 : bytes);
}

static void add_ref(tn_tracer *t, void **slot) { add_object((sums *)t, *slot); }
static void add_value(tn_tracer *t, tn_value *slot) {
    sums *s = (sums *)t;
    add_object(s, tni_value_ref(&s->heap->format, *slot));
}

static uint64_t sum_of(tn_heap *heap, const tni_layout *layout, const void *self, const void *copy, tn_header header) {
    sums s = {.heap = heap, .self = self};
    tni_each_known_slot(&s.tracer, layout, (void *)(uintptr_t)copy, header, add_ref, add_value);
    return s.sum;
}

/* The callback may clear the fields of its own object. So the fixed part is copied, to know afterwards what it
 * referred to. */
void tni_dispose_checked(tn_heap *heap, const tni_layout *layout, void *object) {
    tn_header header = tni_header(object) & UINT32_MAX; /* without the tail */
    uint64_t copy[64];
    bool small = layout->size <= sizeof copy;
    if (small) memcpy(copy, object, layout->size);
    uint64_t before = small ? sum_of(heap, layout, object, copy, header) : 0;
    layout->desc->dispose(heap, object);
    if (!small || sum_of(heap, layout, object, copy, header) == before) return;
    tni_fatal(heap,
              "dispose: the dispose callback of type '%.60s' has written into an object that %p refers to: it may have "
              "died or moved, too; a dispose callback touches its own object only",
              layout->desc->name, object);
}
