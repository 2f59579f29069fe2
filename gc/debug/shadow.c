/* debug/shadow.c: see shadow.h. */
#include "debug/shadow.h"

#include <stdlib.h>

#include "base/os.h"
#include "space/region.h"

typedef struct tni_shadow_piece {
    uintptr_t at; /* what it is a copy of */
    char *copy;
} piece;

static uint64_t key(uintptr_t entry) { return ((const piece *)entry)->at / TNI_REGION; }

static const piece *find(const tni_shadow *s, uintptr_t at) {
    const uintptr_t *place = tni_table_first(&s->pieces, at / TNI_REGION);
    while (place && ((const piece *)*place)->at != at) place = tni_table_next(&s->pieces, place);
    return place ? (const piece *)*place : NULL;
}

static const piece *enter(tni_shadow *s, tni_faults *faults, uintptr_t at) {
    if (!tni_table_reserve(&s->pieces, faults, key)) return NULL;
    piece *p = tni_calloc(faults, 1, sizeof *p);
    char *copy = p ? tni_os_map(faults, TNI_REGION, TNI_PAGE) : NULL;
    if (!copy) {
        free(p);
        return NULL;
    }
    *p = (piece){at, copy};
    tni_table_put(&s->pieces, (uintptr_t)p, key((uintptr_t)p));
    return p;
}

uintptr_t *tni_shadow_of(tni_shadow *s, tni_faults *faults, const void *at) {
    uintptr_t start = (uintptr_t)at & ~(uintptr_t)(TNI_REGION - 1);
    if (!s->last || s->last->at != start) {
        const piece *p = find(s, start);
        if (!p) p = enter(s, faults, start);
        if (!p) return NULL;
        s->last = p;
    }
    return (uintptr_t *)(void *)(s->last->copy + ((uintptr_t)at - start));
}

void tni_shadow_free(tni_shadow *s) {
    for (size_t i = 0; i < s->pieces.capacity; i++) {
        piece *p = (piece *)s->pieces.at[i];
        if (p) tni_os_unmap(p->copy, TNI_REGION);
        free(p);
    }
    free(s->pieces.at);
    *s = (tni_shadow){0};
}
