/* base/table.h: a hash set of words that are not 0. Roots use it (cells, ranges and scanners), and debug modes do.
 *
 * Open addressing with linear probing; removal shifts entries back. At most half of the places are taken, so adding,
 * finding and removing take a few steps, however many entries there are. Each entry is hashed by a key, which a
 * function of the owner returns. The owner finds the entry it wants by walking from tni_table_first. */
#ifndef TNI_TABLE_H
#define TNI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

typedef struct tni_table {
    uintptr_t *at; /* `capacity` places, a power of two; an empty place is 0 */
    size_t count, capacity;
} tni_table;
typedef uint64_t (*tni_key_fn)(uintptr_t entry);

static inline size_t tni_table_home(const tni_table *t, uint64_t key) {
    uint64_t h = key * UINT64_C(0x9E3779B97F4A7C15); /* Fibonacci hashing (Knuth, vol. 3, 6.4) */
    return (size_t)(h >> 32) & (t->capacity - 1);
}

/* The places that an entry with this key can have, one after the other; NULL after the last. */
static inline uintptr_t *tni_table_first(const tni_table *t, uint64_t key) {
    uintptr_t *place = t->capacity ? &t->at[tni_table_home(t, key)] : NULL;
    return place && *place ? place : NULL;
}
static inline uintptr_t *tni_table_next(const tni_table *t, const uintptr_t *place) {
    uintptr_t *next = &t->at[((size_t)(place - t->at) + 1) & (t->capacity - 1)];
    return *next ? next : NULL;
}

/* Adds an entry that is not there yet. tni_table_reserve has made room before. */
static inline void tni_table_put(tni_table *t, uintptr_t entry, uint64_t key) {
    size_t i = tni_table_home(t, key);
    while (t->at[i]) i = (i + 1) & (t->capacity - 1);
    t->at[i] = entry;
    t->count++;
}

/* Makes room for one more. If memory is out, returns false and changes nothing. */
static inline bool tni_table_reserve(tni_table *t, tni_faults *faults, tni_key_fn key) {
    if (t->count * 2 < t->capacity) return true;
    tni_table bigger = {.capacity = t->capacity ? t->capacity * 2 : 64};
    bigger.at = tni_calloc(faults, bigger.capacity, sizeof *bigger.at);
    if (!bigger.at) return t->count + 1 < t->capacity;
    for (size_t i = 0; i < t->capacity; i++)
        if (t->at[i]) tni_table_put(&bigger, t->at[i], key(t->at[i]));
    free(t->at);
    *t = bigger;
    return true;
}

static inline void tni_table_remove(tni_table *t, const uintptr_t *place, tni_key_fn key) {
    size_t mask = t->capacity - 1, hole = (size_t)(place - t->at);
    for (size_t i = (hole + 1) & mask; t->at[i]; i = (i + 1) & mask) {
        if (((i - tni_table_home(t, key(t->at[i]))) & mask) < ((i - hole) & mask)) continue;
        t->at[hole] = t->at[i];
        hole = i;
    }
    t->at[hole] = 0;
    t->count--;
}

#endif
