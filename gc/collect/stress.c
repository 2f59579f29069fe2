/* collect/stress.c: see stress.h. */
#include "collect/stress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/os.h"
#include "collect/barrier.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"

/* ---- distances ---- */

/* xorshift64* (Vigna: An experimental exploration of Marsaglia's xorshift generators, 2016). */
static uint64_t next_random(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

/* Whether distances differ at all. */
static bool varies(const tni_settings *o) { return o->stress > 1 && !(o->debug & TNI_DEBUG_FIXED); }

static void say(tn_heap *heap, size_t seed) {
    char line[200];
    size_t n = heap->options.value.stress;
    snprintf(line, sizeof line,
             "[stress %.64s] a collection after 1 to %zu allocations each: debug=stress=%zu,seed=%zu repeats it",
             heap->host.name, 2 * n - 1, n, seed);
    tni_log(&heap->host, line);
}

/* A seed that the user gave is one that somebody knows. */
void tni_stress_changed(tn_heap *heap) {
    tni_settings *o = &heap->options.value;
    tni_stress *s = heap->stress;
    bool given = o->seed != 0;
    if (!varies(o) || (s->random && !given)) return;
    size_t seed = given ? o->seed : (size_t)(tni_os_now() ^ (uint64_t)getpid() << 20) % 1000000 + 1;
    s->random = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
    if (!given) say(heap, seed);
}

size_t tni_stress_distance(tn_heap *heap) {
    const tni_settings *o = &heap->options.value;
    return varies(o) ? (size_t)(next_random(&heap->stress->random) % (2 * o->stress - 1)) + 1 : o->stress;
}

/* ---- survivors that stay young ---- */

/* Each copy may get a hash, and an aligned one padding: up to 1.5 times, or twice (collect/pacing/room.c). */
static size_t most_bytes(const tn_heap *heap) {
    size_t bytes = tni_young_bytes(heap);
    return tni_whole_pages(heap->types.aligned ? 2 * bytes + 64 : bytes + bytes / 2 + 8);
}

/* What stays young needs no barrier, so `verify` says nothing of stores into it. Where no other mode looks at these,
 * every second collection promotes. */
static unsigned most_stays(const tni_settings *o) {
    bool blind = o->debug & TNI_DEBUG_VERIFY && !(o->debug & TNI_DEBUG_BARRIERS);
    return blind ? 1 : TNI_STAYS;
}

static bool may_stay(const tn_heap *heap) {
    const tni_settings *o = &heap->options.value;
    const tni_remembered *remembered = &heap->mutators[0].remembered;
    size_t capacity = (size_t)(heap->nursery.end - heap->nursery.start);
    return o->stress && o->pretenure != TNI_PRETENURE_ON && !heap->born_old &&
           heap->stress->stayed < most_stays(o) && most_bytes(heap) <= capacity / 2 && tni_room(heap) / 8 > capacity &&
           !remembered->overflow && !remembered->weak_overflow && !tni_pacing_major_due(heap, 0);
}

void tni_stress_begin(tn_heap *heap, const tni_collection *c) {
    tni_stress *s = heap->stress;
    size_t bytes = most_bytes(heap);
    bool stays = c->cause == TNI_CAUSE_STRESS && c->kind == TN_MINOR && may_stay(heap);
    s->to = stays ? tni_nursery_place(&heap->nursery, bytes, heap->options.value.debug & TNI_DEBUG_MOVE) : NULL;
    heap->staying = s->to != NULL;
    s->stayed = heap->staying ? s->stayed + 1 : 0;
    s->at = s->to;
    s->end = s->to ? s->to + bytes : NULL;
}

tni_runs *tni_stress_runs(void) {
    static const tni_runs none; /* nothing fits, so nothing is written */
    return (tni_runs *)(uintptr_t)&none;
}

char *tni_stress_cell(tn_heap *heap, size_t cell, size_t align) {
    tni_stress *s = heap->stress;
    size_t padding = tni_padding(s->at, align);
    if ((size_t)(s->end - s->at) < padding + cell) return NULL;
    if (padding) tni_set_header(s->at + 8, tni_padding_header(padding));
    char *at = s->at + padding;
    s->at = at + cell;
    return at;
}

void tni_stress_adopted(tn_heap *heap, void *object) {
    tn_header header = tni_header(object);
    if (!heap->staying || tni_layout_of(heap, header)->shape == TNI_LEAF_SHAPE) return;
    tni_set_header(object, header & ~TN_HEADER_ARMED);
    tni_barrier_log_object(heap, object);
}

void tni_stress_settle(tn_heap *heap) {
    tni_stress *s = heap->stress;
    size_t kept = heap->staying ? (size_t)(s->at - s->to) : 0;
    for (char *object = kept ? s->to + 8 : NULL; kept && object < s->at + 8;) {
        tn_header header = tni_header(object);
        tni_set_header(object, header & ~TN_HEADER_ARMED);
        object += tni_young_cell(tni_layout_of(heap, header), header);
    }
    heap->staying = false;
    heap->nursery.kept = kept;
}
