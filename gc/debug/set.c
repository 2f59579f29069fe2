/* debug/set.c: see set.h. */
#include "debug/set.h"

#include <stdlib.h>

#include "base/fault.h"

static bool resize(tni_set *s, tni_faults *faults, size_t places) {
    tni_set before = *s;
    uintptr_t *at = tni_calloc(faults, places, sizeof *at);
    if (!at) return false;
    s->at = at;
    s->mask = places - 1;
    for (size_t i = 0; before.at && i <= before.mask; i++)
        if (before.at[i]) s->at[tni_set_place(s, before.at[i])] = before.at[i];
    free(before.at);
    return true;
}

bool tni_set_add(tni_set *s, tni_faults *faults, uintptr_t word) {
    if (tni_set_has(s, word)) return true;
    if (!s->at && !resize(s, faults, 64)) return false;
    if (2 * (s->count + 1) > s->mask && !resize(s, faults, 2 * (s->mask + 1))) return false;
    s->at[tni_set_place(s, word)] = word;
    s->count++;
    return true;
}

bool tni_set_fill(tni_set *s, tni_faults *faults, const tni_vector *from, size_t first, size_t step) {
    size_t places = 64;
    while (places <= 2 * from->count) places *= 2;
    if (from->count && !resize(s, faults, places)) return false;
    for (size_t k = first; k < from->count; k += step) tni_set_add(s, faults, from->at[k]);
    return true;
}

void tni_set_free(tni_set *s) {
    free(s->at);
    *s = (tni_set){0};
}
