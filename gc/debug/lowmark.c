/* debug/lowmark.c: see lowmark.h. */
#include "debug/lowmark.h"

#include <stdio.h>
#include <string.h>

#include "debug/site.h"
#include "heap/heap.h"

static bool rests(const tn_heap *heap, const tni_slots *s) { return s->range->index >= heap->roots.ranges.active; }

/* In slots from the base on. */
static size_t count_to(const tni_slots *s, const char *end) {
    return end > *s->base ? (size_t)(end - *s->base) / sizeof(tn_value) : 0;
}

/* ---- in words ---- */

void tni_lowmark_slot(const tn_heap *heap, const tni_slots *s, const void *slot, char *text, size_t size) {
    char range[100], made[200];
    tni_range_tell(heap, s->range, slot, range, sizeof range);
    tni_site_text(heap->sites, tni_site_held(heap, s->range), "made", made, sizeof made);
    snprintf(text, size, "%s%s%s", range, made, made[0] ? "," : "");
}

void tni_lowmark_remedy(const tn_heap *heap, const tni_slots *s, char *text, size_t size) {
    if (rests(heap, s)) snprintf(text, size, "the range is suspended: call tn_range_resume before writing");
    else
        snprintf(text, size,
                 "the low-water mark is above it, at slot %zu: lower it to the lowest slot that is written, pushed or "
                 "popped",
                 count_to(s, *s->low));
}

/* ---- what slots held ---- */

size_t tni_lowmark_note(tn_heap *heap, tni_vector *held, bool *done) {
    const tni_ranges *ranges = &heap->roots.ranges;
    size_t slots = 0;
    held->count = 0;
    for (size_t i = 0; i < ranges->count; i++) {
        const tni_slots *s = &ranges->at[i];
        size_t count = count_to(s, *s->top);
        if (!s->low && !rests(heap, s)) continue;
        if (!tni_vector_reserve(held, &heap->faults, count + 2)) {
            *done = false;
            break;
        }
        held->at[held->count++] = (uintptr_t)s->range;
        held->at[held->count++] = count;
        if (count) memcpy(held->at + held->count, *s->base, count * sizeof(tn_value));
        held->count += count;
        slots += count;
    }
    return slots;
}

/* ---- the check ---- */

static __attribute__((noinline, cold)) void report(tn_heap *heap, const tni_slots *s, size_t i, tn_value before) {
    char slot[300], remedy[200];
    tn_value now = ((const tn_value *)(const void *)*s->base)[i];
    tni_lowmark_slot(heap, s, (const tn_value *)(const void *)*s->base + i, slot, sizeof slot);
    tni_lowmark_remedy(heap, s, remedy, sizeof remedy);
    tni_fatal(heap, "barriers: before minor collection %llu: %s has changed from %#zx to %#zx, and %s",
              (unsigned long long)heap->minors + 1, slot, (size_t)before, (size_t)now, remedy);
}

/* From one immediate to another no reference comes or goes. */
static bool matters(const tn_heap *heap, const tni_slots *s, tn_value before, tn_value now) {
    return before != now && (!s->values || tni_value_ref(&heap->format, before) || tni_value_ref(&heap->format, now));
}

/* What has been popped is nobody's. */
static void check_slots(tn_heap *heap, const tni_slots *s, const tn_value *before, size_t held) {
    const tn_value *now = (const tn_value *)(const void *)*s->base;
    size_t count = tni_min(held, count_to(s, *s->top));
    if (!rests(heap, s)) count = s->low ? tni_min(count, count_to(s, *s->low)) : 0;
    for (size_t i = 0; i < count; i++)
        if (matters(heap, s, before[i], now[i])) report(heap, s, i, before[i]);
}

void tni_lowmark_check(tn_heap *heap, const tni_vector *held) {
    const tni_ranges *ranges = &heap->roots.ranges;
    for (size_t at = 0; at < held->count; at += held->at[at + 1] + 2) {
        const tn_range *range = (const tn_range *)held->at[at];
        if (!tni_range_known(heap, range)) continue;
        check_slots(heap, &ranges->at[range->index], held->at + at + 2, held->at[at + 1]);
    }
}
