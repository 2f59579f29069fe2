/* debug/set.h: sets of words, for the checks of debug modes: by open addressing, 0 is in none. Owns its table. */
#ifndef TNI_SET_H
#define TNI_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vector.h"

typedef struct tni_set {
    uintptr_t *at; /* mask + 1 places; 0 is a free one */
    size_t count, mask;
} tni_set;

/* Where to begin to look for the word. */
static inline size_t tni_set_home(const tni_set *s, uintptr_t word) {
    return (size_t)(word * UINT64_C(0x9E3779B97F4A7C15) >> 24) & s->mask;
}

/* Where the word is, or would go. The set has a table. */
static inline size_t tni_set_place(const tni_set *s, uintptr_t word) {
    size_t i = tni_set_home(s, word);
    while (s->at[i] && s->at[i] != word) i = (i + 1) & s->mask;
    return i;
}

static inline bool tni_set_has(const tni_set *s, uintptr_t word) {
    return s->count && s->at[tni_set_place(s, word)] == word;
}

/* False when memory is out, and the word is not in the set. */
bool tni_set_add(tni_set *set, tni_faults *faults, uintptr_t word);
/* Makes an empty set one of the words at `first`, first + step, ...; false when memory is out. */
bool tni_set_fill(tni_set *set, tni_faults *faults, const tni_vector *from, size_t first, size_t step);
void tni_set_free(tni_set *set);

#endif
