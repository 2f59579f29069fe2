/* debug/shadow.c: see shadow.h. */
#include "debug/shadow.h"

#include <stdlib.h>

#include "base/os.h"
#include "space/region.h"

typedef struct tni_shadow_region place;

static place *find(const tni_shadow *s, uintptr_t region) {
    size_t i = region / TNI_REGION * UINT64_C(0x9E3779B97F4A7C15) >> 24 & s->mask;
    while (s->at[i].region && s->at[i].region != region) i = (i + 1) & s->mask;
    return &s->at[i];
}

static bool grow(tni_shadow *s, tni_faults *faults) {
    tni_shadow before = *s;
    size_t places = s->at ? 2 * (s->mask + 1) : 64;
    place *at = tni_calloc(faults, places, sizeof *at);
    if (!at) return false;
    s->at = at;
    s->mask = places - 1;
    for (size_t i = 0; before.at && i <= before.mask; i++)
        if (before.at[i].region) *find(s, before.at[i].region) = before.at[i];
    free(before.at);
    return true;
}

static place *enter(tni_shadow *s, tni_faults *faults, uintptr_t region) {
    if (2 * s->count >= s->mask && !grow(s, faults)) return NULL;
    char *copy = tni_os_map(faults, TNI_REGION, TNI_PAGE);
    if (!copy) return NULL;
    place *p = find(s, region);
    *p = (place){region, copy};
    s->count++;
    return p;
}

uintptr_t *tni_shadow_of(tni_shadow *s, tni_faults *faults, const void *at) {
    uintptr_t region = (uintptr_t)at & ~(uintptr_t)(TNI_REGION - 1);
    if (s->last.region != region || !s->last.copy) {
        place *p = s->at ? find(s, region) : NULL;
        if (!p || !p->region) p = enter(s, faults, region);
        if (!p) return NULL;
        s->last = *p;
    }
    return (uintptr_t *)(void *)(s->last.copy + ((uintptr_t)at - region));
}

void tni_shadow_free(tni_shadow *s) {
    for (size_t i = 0; s->at && i <= s->mask; i++)
        if (s->at[i].region) tni_os_unmap(s->at[i].copy, TNI_REGION);
    free(s->at);
    *s = (tni_shadow){0};
}
