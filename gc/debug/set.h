/* debug/set.h: sets of words that are not 0, for the checks of debug modes: tables whose entries are their own keys. */
#ifndef TNI_SET_H
#define TNI_SET_H

#include "base/table.h"
#include "base/vector.h"

typedef tni_table tni_set;

static inline bool tni_set_has(const tni_set *s, uintptr_t word) {
    const uintptr_t *at = tni_table_first(s, word);
    while (at && *at != word) at = tni_table_next(s, at);
    return at;
}

/* False when memory is out, and the word is not in the set. */
bool tni_set_add(tni_set *set, tni_faults *faults, uintptr_t word);
/* Makes an empty set one of the words at `first`, first + step, ...; false when memory is out. */
bool tni_set_fill(tni_set *set, tni_faults *faults, const tni_vector *from, size_t first, size_t step);
void tni_set_free(tni_set *set);

#endif
