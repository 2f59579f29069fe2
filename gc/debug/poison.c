/* debug/poison.c: see poison.h. */
#include "debug/poison.h"

#include <string.h>

#include "base/memcheck.h"

void tni_poison_range(char *from, size_t bytes) { memset(from, TNI_POISON_BYTE, bytes); }

static void poison(char *from, size_t bytes) {
    tni_allow(from, bytes);
    tni_poison_range(from, bytes);
}

/* Where cells have pages of their own, a hole's last bytes are in those of what lies after it. */
static void poison_pages(char *from, size_t bytes) {
    poison(from, ((uintptr_t)from + bytes) / TNI_PAGE * TNI_PAGE - (uintptr_t)from);
}

void tni_poison_holes(const tni_old *old, const tni_block *block) {
    tni_each_hole(block, old->paged ? poison_pages : poison);
}
