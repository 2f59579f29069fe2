/* debug/site.c: see site.h. */
#include "debug/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap/heap.h"

/* ---- the sites by number ---- */

static size_t hash_word(uintptr_t word) { return (size_t)(((uint64_t)word * UINT64_C(0x9E3779B97F4A7C15)) >> 24); }

static bool same_place(const tn_place *a, const tn_place *b) { return a->file == b->file && a->line == b->line; }

static bool same_site(const tni_site *a, const tni_site *b) {
    return same_place(&a->code, &b->code) && same_place(&a->script, &b->script);
}

static uintptr_t place_word(const tn_place *p) { return (uintptr_t)p->file << 3 ^ (uintptr_t)p->line << 32; }

/* The place of the site in the index, or the place where it would be entered. */
static uint32_t *find_site(const tni_sites *s, const tni_site *site) {
    size_t mask = 2 * s->capacity - 1;
    size_t i = hash_word(place_word(&site->code) ^ hash_word(place_word(&site->script)));
    for (i &= mask; s->index[i] && !same_site(&s->site[s->index[i]], site);) i = (i + 1) & mask;
    return &s->index[i];
}

static bool grow_sites(tni_sites *s) {
    size_t capacity = s->capacity ? s->capacity * 2 : 256;
    tni_site *site = tni_realloc(s->faults, s->site, capacity * sizeof *site);
    if (site) s->site = site;
    uint32_t *index = site ? tni_calloc(s->faults, 2 * capacity, sizeof *index) : NULL;
    if (!index) return false;
    free(s->index);
    s->index = index;
    s->capacity = capacity;
    if (!s->count) s->site[s->count++] = (tni_site){0};
    for (uint32_t i = 1; i < s->count; i++) *find_site(s, &s->site[i]) = i;
    return true;
}

/* The number of the site, which is entered if it is new; 0 when memory is out. */
static uint32_t number_of(tni_sites *s, const tni_site *site) {
    if (s->count == s->capacity && !grow_sites(s)) return 0;
    uint32_t *at = find_site(s, site);
    if (!*at) {
        *at = (uint32_t)s->count;
        s->site[s->count++] = *site;
    }
    return *at;
}

/* ---- young objects ---- */

static void add_birth(tni_sites *s, tni_births *b, tni_birth birth) {
    if (b->count == b->capacity) {
        tni_birth *at = tni_grown(b->at, s->faults, &b->capacity, sizeof *at);
        if (!at) return;
        b->at = at;
    }
    b->at[b->count++] = birth;
}

const tni_birth *tni_sites_birth(const tni_births *b, uintptr_t address) {
    size_t low = 0, high = b->count; /* the first one after the address */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (b->at[middle].at <= address) low = middle + 1;
        else high = middle;
    }
    return low ? &b->at[low - 1] : NULL;
}

/* ---- by address ---- */

static struct tni_site_entry *find(const tni_site_map *map, uintptr_t at) {
    size_t mask = map->capacity - 1, i = hash_word(at) & mask;
    while (map->entry[i].at && map->entry[i].at != at) i = (i + 1) & mask;
    return &map->entry[i];
}

static uint32_t look_up(const tni_site_map *map, const void *at) {
    return map->capacity ? find(map, (uintptr_t)at)->site : 0;
}

/* Makes the map anew, with `capacity` places and those entries that `keep` wants (NULL: all). When there is no memory,
 * all are forgotten. */
static void rebuild(tni_site_map *map, tni_faults *faults, size_t capacity, bool (*keep)(const void *at)) {
    tni_site_map before = *map;
    map->entry = tni_calloc(faults, capacity, sizeof *map->entry);
    map->capacity = map->entry ? capacity : 0;
    map->count = 0;
    for (size_t i = 0; i < before.capacity && map->entry; i++) {
        const struct tni_site_entry *e = &before.entry[i];
        if (!e->at || !e->site || (keep && !keep((const void *)e->at))) continue;
        *find(map, e->at) = *e;
        map->count++;
    }
    free(before.entry);
}

static void put(tni_site_map *map, tni_faults *faults, uintptr_t at, uint32_t site) {
    if (map->count >= map->capacity / 2) rebuild(map, faults, map->capacity ? map->capacity * 2 : 1024, NULL);
    if (!map->capacity) return;
    struct tni_site_entry *e = find(map, at);
    if (!e->at) map->count++;
    *e = (struct tni_site_entry){at, site};
}

void tni_site_forget(tn_heap *heap, const void *old) {
    tni_site_map *map = &heap->sites->old;
    if (map->capacity) find(map, (uintptr_t)old)->site = 0;
}

static bool is_marked(const void *object) { return tni_marked(object); }

void tni_sites_after_major(tn_heap *heap) {
    tni_sites *s = heap->sites;
    if (s->old.count) rebuild(&s->old, s->faults, s->old.capacity, is_marked);
}

/* ---- cycles ---- */

/* Forgets the cycles that had some of [start, end). */
static void forget_cycles(tni_sites *s, uintptr_t start, uintptr_t end) {
    size_t kept = 0;
    for (size_t i = 0; i < s->cycle_count; i++) {
        tni_cycle *cycle = &s->cycles[i];
        if (cycle->start < end && cycle->end > start) free(cycle->births.at);
        else s->cycles[kept++] = *cycle;
    }
    s->cycle_count = kept;
}

/* Keeps what became of the cycle's objects. When there is no memory, nothing is known of its addresses. */
static void keep_cycle(tn_heap *heap, const char *cause) {
    tni_sites *s = heap->sites;
    const tni_nursery *n = &heap->nursery;
    if (n->frontier == n->start) return;
    if (s->cycle_count == s->cycle_capacity) {
        tni_cycle *cycles = tni_grown(s->cycles, s->faults, &s->cycle_capacity, sizeof *cycles);
        if (!cycles) return;
        s->cycles = cycles;
    }
    uintptr_t used = tni_whole_pages((size_t)(n->frontier - n->start));
    s->cycles[s->cycle_count++] = (tni_cycle){.start = (uintptr_t)n->start, .end = (uintptr_t)n->start + used,
                                              .number = heap->minors + 1, .cause = cause, .births = s->young};
    s->young = (tni_births){0};
}

static int by_address(const void *a, const void *b) {
    uintptr_t x = ((const tni_birth *)a)->at, y = ((const tni_birth *)b)->at;
    return (x > y) - (x < y);
}

void tni_sites_after_minor(tn_heap *heap, const char *cause) {
    tni_sites *s = heap->sites;
    s->stayed.count = 0;
    for (size_t i = 0; i < s->young.count; i++) {
        tni_birth *birth = &s->young.at[i];
        birth->to = (uintptr_t)tni_forwarded(tni_header((const void *)birth->at));
        if (!birth->to) continue;
        if (!tni_in_nursery(heap, (void *)birth->to)) put(&s->old, s->faults, birth->to, birth->site);
        else add_birth(s, &s->stayed, (tni_birth){.at = birth->to, .site = birth->site, .type = birth->type});
    }
    if (s->stayed.count) qsort(s->stayed.at, s->stayed.count, sizeof *s->stayed.at, by_address);
    if (heap->options.value.debug & TNI_DEBUG_STALE) keep_cycle(heap, cause);
}

void tni_sites_begin_cycle(tn_heap *heap) {
    tni_sites *s = heap->sites;
    tni_births before = s->young;
    s->young = s->stayed;
    s->stayed = before;
    s->stayed.count = 0;
    forget_cycles(heap->sites, (uintptr_t)heap->nursery.start, (uintptr_t)heap->nursery.end);
}

const tni_cycle *tni_sites_cycle(const tni_sites *s, uintptr_t address) {
    for (size_t i = 0; i < s->cycle_count; i++)
        if (address - s->cycles[i].start < s->cycles[i].end - s->cycles[i].start) return &s->cycles[i];
    return NULL;
}

static void forget_objects(tni_sites *s) {
    forget_cycles(s, 0, UINTPTR_MAX);
    free(s->cycles);
    free(s->young.at);
    free(s->stayed.at);
    free(s->old.entry);
    free(s->held.entry);
    s->cycles = NULL;
    s->cycle_capacity = 0;
    s->young = s->stayed = (tni_births){0};
    s->old = s->held = (tni_site_map){0};
}

void tni_sites_changed(tn_heap *heap) {
    if (!(heap->options.value.debug & TNI_DEBUG_SITES)) forget_objects(heap->sites);
}

void tni_sites_free(tni_sites *s) {
    forget_objects(s);
    free(s->site);
    free(s->index);
}

/* ---- recording and telling ---- */

void tni_site_record(tn_mutator *m, void *object, const tn_place *code) {
    tni_sites *s = m->heap->sites;
    tni_site site = {code ? *code : (tn_place){0}, m->site};
    uint32_t number = number_of(s, &site);
    tni_birth birth = {.at = (uintptr_t)object, .site = number, .type = tni_header_type(tni_header(object))};
    if (tni_in_nursery(m->heap, object)) add_birth(s, &s->young, birth);
    else put(&s->old, s->faults, birth.at, number);
}

void tni_site_text(const tni_sites *s, uint32_t number, const char *verb, char *text, size_t size) {
    text[0] = 0;
    if (!number) return;
    const tni_site *site = &s->site[number];
    int n = 0;
    if (site->code.file) n = snprintf(text, size, ", %s at %s:%d", verb, site->code.file, site->code.line);
    if (site->script.file && n >= 0 && (size_t)n < size)
        snprintf(text + n, size - (size_t)n, "%s%s for %s:%d", n ? "" : ", ", n ? "" : verb, site->script.file,
                 site->script.line);
}

uint32_t tni_site_number(const tn_heap *heap, const void *object) {
    const tni_sites *s = heap->sites;
    if (!tni_in_nursery(heap, object)) return look_up(&s->old, object);
    const tni_birth *birth = tni_sites_birth(&s->young, (uintptr_t)object);
    return birth && birth->at == (uintptr_t)object ? birth->site : 0;
}

void tni_site_of(tn_heap *heap, const void *object, char *text, size_t size) {
    tni_site_text(heap->sites, tni_site_number(heap, object), "allocated", text, size);
}

void tni_site_hold(tn_mutator *m, const void *at, const tn_place *here) {
    tni_site site = {here ? *here : (tn_place){0}, m->site};
    tni_sites *s = m->heap->sites;
    put(&s->held, s->faults, (uintptr_t)at, number_of(s, &site));
}

uint32_t tni_site_held(const tn_heap *heap, const void *at) { return look_up(&heap->sites->held, at); }
