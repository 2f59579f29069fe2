/* space/nursery.c: see nursery.h. */
#include "space/nursery.h"

#include <string.h>

#include "space/memcheck.h"
#include "space/os.h"

static size_t round_up(size_t n, size_t to) { return (n + to - 1) & ~(to - 1); }

bool tni_nursery_init(tni_nursery *n, tni_faults *faults, size_t reserve) {
    n->faults = faults;
    n->reserved = round_up(reserve, TNI_HUGE_PAGE);
    n->base = tni_os_reserve(faults, n->reserved, TNI_HUGE_PAGE);
    if (!n->base) return false;
    n->start = n->frontier = n->end = n->dirty = n->base;
    return true;
}

void tni_nursery_free(tni_nursery *n) {
    tni_allow(n->base, n->committed); /* for whoever gets it next */
    if (n->base) tni_os_unmap(n->base, n->reserved);
    n->base = NULL;
}

static bool commit(tni_nursery *n, size_t bytes) {
    bytes = round_up(bytes, TNI_PAGE);
    if (bytes <= n->committed) return true;
    if (!tni_os_commit(n->faults, n->base + n->committed, bytes - n->committed)) return false;
    n->committed = bytes;
    return true;
}

void tni_nursery_begin(tni_nursery *n, size_t capacity) {
    size_t room = n->reserved - (size_t)(n->start - n->base);
    /* Only after a seal: round again. When the system refuses that, what room is left must do, or none. */
    if (capacity > room && n->start != n->base && tni_os_commit(n->faults, n->base, n->committed)) {
        /* Unless a cycle was not sealed, or one before the first seal went further, all of it is zero again. */
        if (n->dirty == n->start) n->dirty = n->base;
        n->start = n->base;
        room = n->reserved;
    }
    if (capacity > room) capacity = room;
    capacity &= ~(size_t)7;
    if (!commit(n, (size_t)(n->start - n->base) + capacity)) {
        size_t have = n->committed - (size_t)(n->start - n->base);
        if (capacity > have) capacity = have;
    }
    n->frontier = n->start;
    n->end = n->start + capacity;
    tni_forbid(n->start, capacity);
}

bool tni_nursery_extend(tni_nursery *n, const char *upto) {
    if (upto > n->end) return false;
    while (n->frontier < upto) {
        size_t left = (size_t)(n->end - n->frontier);
        char *to = n->frontier + (left < TNI_CHUNK ? left : TNI_CHUNK);
        tni_allow(n->frontier, (size_t)(to - n->frontier));
        if (n->dirty > n->frontier) memset(n->frontier, 0, (size_t)((n->dirty < to ? n->dirty : to) - n->frontier));
        if (n->dirty < to) n->dirty = to;
        n->frontier = to;
    }
    return true;
}

void tni_nursery_seal(tni_nursery *n) {
    size_t used = round_up((size_t)(n->frontier - n->start), TNI_PAGE);
    tni_os_protect(n->start, used);
    n->start += used;
    if (n->dirty < n->start) n->dirty = n->start;
    n->frontier = n->end = n->start;
}

void tni_nursery_trim(tni_nursery *n, size_t keep) {
    keep = round_up(keep, TNI_PAGE);
    size_t dirty = round_up((size_t)(n->dirty - n->base), TNI_PAGE);
    if (dirty <= keep || n->base + keep < n->start) return;
    tni_os_forget(n->base + keep, dirty - keep);
    n->dirty = n->base + keep;
}
