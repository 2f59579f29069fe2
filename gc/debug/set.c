/* debug/set.c: see set.h. */
#include "debug/set.h"

#include <stdlib.h>

static uint64_t key(uintptr_t word) { return word; }

bool tni_set_add(tni_set *s, tni_faults *faults, uintptr_t word) {
    if (tni_set_has(s, word)) return true;
    if (!tni_table_reserve(s, faults, key)) return false;
    tni_table_put(s, word, word);
    return true;
}

bool tni_set_fill(tni_set *s, tni_faults *faults, const tni_vector *from, size_t first, size_t step) {
    for (size_t k = first; k < from->count; k += step)
        if (!tni_set_add(s, faults, from->at[k])) return false;
    return true;
}

void tni_set_free(tni_set *s) {
    free(s->at);
    *s = (tni_set){0};
}
