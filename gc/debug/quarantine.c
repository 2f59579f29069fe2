/* debug/quarantine.c: see quarantine.h. */
#include "debug/quarantine.h"

#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "collect/special.h"
#include "debug/site.h"
#include "heap/heap.h"

static char *pages_of(const tni_dead *d) { return (char *)(d->at & ~(uintptr_t)(TNI_PAGE - 1)); }

/* The bytes of the pages that an old object has for itself. */
static size_t page_bytes(const tni_layout *layout, const char *object) {
    tni_region_kind kind = tni_region_of(object)->kind;
    if (kind == TNI_HUGE_REGION) return tni_large_bytes(object) - TNI_BLOCK;
    if (kind == TNI_PAGES_REGION) return tni_large_bytes(object);
    return tni_whole_pages(TNI_LEAD + tni_object_cell(layout, tni_header(object)));
}

/* When there is no memory for the entry, the object dies as it would without this mode. */
static void add(tn_heap *heap, const struct tni_site_entry *entry, const char *cause) {
    tni_quarantine *q = heap->quarantine;
    if (q->count == q->capacity) {
        tni_dead *dead = tni_grown(q->dead, &heap->faults, &q->capacity, sizeof *dead);
        if (!dead) return;
        q->dead = dead;
    }
    const char *object = (const char *)entry->at;
    const tni_layout *layout = tni_layout_of(heap, tni_header(object));
    uint64_t until = heap->majors + 1 + heap->options.value.quarantine;
    q->dead[q->count++] = (tni_dead){
        entry->at, page_bytes(layout, object), entry->site, tni_header_type(tni_header(object)), until,
        (unsigned long long)heap->minors, cause};
}

/* The end of the row of neighbours from d on: their pages are adjacent, and all of them are due, or none is. One call
 * to the system serves for the whole row. Rows are long, because most of what dies lies beside what dies. */
static const tni_dead *row_end(const tni_dead *d, const tni_dead *end, uint64_t due) {
    bool is_due = d->until <= due;
    for (d++; d < end && pages_of(d) == pages_of(d - 1) + d[-1].bytes && (d->until <= due) == is_due; d++) {}
    return d;
}

static size_t row_bytes(const tni_dead *d, const tni_dead *end) {
    return (size_t)(pages_of(end - 1) + end[-1].bytes - pages_of(d));
}

/* Makes what is due accessible again. If the system refuses, it stays for another round. */
static void give_back(tn_heap *heap, bool all) {
    tni_quarantine *q = heap->quarantine;
    if (!q->count) return;
    uint64_t due = all ? UINT64_MAX : heap->majors + 1;
    tni_dead *kept = q->dead;
    for (const tni_dead *d = q->dead, *end = d + q->count, *next; d < end; d = next) {
        next = row_end(d, end, due);
        if (d->until <= due && tni_os_commit(&heap->faults, pages_of(d), row_bytes(d, next))) continue;
        memmove(kept, d, (size_t)(next - d) * sizeof *d);
        kept += next - d;
    }
    q->count = q->sealed = (size_t)(kept - q->dead);
}

/* All callbacks run before any of the objects becomes inaccessible. */
static void dispose_all(tn_heap *heap) {
    tni_quarantine *q = heap->quarantine;
    for (size_t i = q->sealed; i < q->count; i++) {
        const tni_layout *layout = &heap->types.layouts[q->dead[i].type];
        if (layout->disposed) tni_dispose(heap, layout, (void *)q->dead[i].at);
    }
}

void tni_quarantine_take(tn_heap *heap, const char *cause, bool short_of_memory) {
    const tni_site_map *old = &heap->sites->old;
    bool on = heap->options.value.quarantine && !short_of_memory;
    give_back(heap, !on);
    if (!on) return;
    for (size_t i = 0; i < old->capacity; i++)
        if (old->entry[i].at && old->entry[i].site && !tni_marked((const void *)old->entry[i].at))
            add(heap, &old->entry[i], cause);
    dispose_all(heap);
}

static int compare(const void *a, const void *b) {
    uintptr_t x = ((const tni_dead *)a)->at, y = ((const tni_dead *)b)->at;
    return (x > y) - (x < y);
}

/* When the system refuses, the pages stay accessible and read as zeros. Their use is not reported then, but it does not
 * find another object either. */
static void protect(tn_heap *heap, char *pages, size_t bytes) {
    tni_quarantine *q = heap->quarantine;
    if (tni_os_protect(pages, bytes) || q->refused) return;
    q->refused = true;
    tni_log(&heap->host,
            "debug=quarantine: the system does not make more memory inaccessible (vm.max_map_count?): what else dies "
            "is not named, but reads as zeros");
}

void tni_quarantine_seal(tn_heap *heap) {
    tni_quarantine *q = heap->quarantine;
    if (!q->count) return;
    const tni_dead *end = q->dead + q->count;
    qsort(q->dead + q->sealed, q->count - q->sealed, sizeof *q->dead, compare);
    for (const tni_dead *d = q->dead + q->sealed, *next; d < end; d = next) {
        next = row_end(d, end, UINT64_MAX);
        protect(heap, pages_of(d), row_bytes(d, next));
    }
    q->sealed = q->count;
    qsort(q->dead, q->count, sizeof *q->dead, compare);
    for (size_t i = 0; i < q->count; i++) {
        const void *object = (const void *)q->dead[i].at;
        tni_bit_set(tni_region_of(object)->marks, tni_bit_of(object));
    }
}

const tni_dead *tni_quarantine_at(const tn_heap *heap, const void *address) {
    const tni_quarantine *q = heap->quarantine;
    size_t low = 0, high = q->count; /* the first one that begins after the address */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if ((uintptr_t)pages_of(&q->dead[middle]) <= (uintptr_t)address) low = middle + 1;
        else high = middle;
    }
    const tni_dead *d = low ? &q->dead[low - 1] : NULL;
    return d && (size_t)((const char *)address - pages_of(d)) < d->bytes ? d : NULL;
}

void tni_quarantine_free(tni_quarantine *q) { free(q->dead); }

bool tni_quarantined(const tn_heap *heap, const void *old) {
    return heap->quarantine->count && tni_quarantine_at(heap, old);
}
