/* space/nursery.c: see nursery.h. */
#include "space/nursery.h"

#include <string.h>

#include "base/memcheck.h"
#include "base/os.h"

void tni_nursery_init(tni_nursery *n, tni_faults *faults, char *base, size_t bytes) {
    n->faults = faults;
    n->reserved = bytes;
    n->start = n->frontier = n->end = n->dirty = n->base = base;
}

void tni_nursery_free(tni_nursery *n) {
    tni_unname(&n->name);
    tni_allow(n->base, n->committed); /* the next owner of these addresses may use them */
    if (n->base) tni_os_unmap(n->base, n->reserved);
    n->base = NULL;
}

/* Makes [start, start + capacity) accessible; returns how many bytes of it are. */
static size_t commit(tni_nursery *n, size_t capacity) {
    size_t before = (size_t)(n->start - n->base), end = tni_whole_pages(before + capacity);
    char *from = n->sealed ? n->start : n->base + n->committed;
    if (n->base + end <= from) return capacity;
    if (!tni_os_commit(n->faults, from, (size_t)(n->base + end - from))) {
        size_t have = n->sealed || n->committed < before ? 0 : n->committed - before;
        return capacity < have ? capacity : have;
    }
    if (end > n->committed) n->committed = end;
    return capacity;
}

void tni_nursery_begin(tni_nursery *n, size_t capacity) {
    if (!n->sealed && !n->kept) n->start = n->base;
    size_t room = n->reserved - (size_t)(n->start - n->base);
    if (capacity > room && n->start != n->base && !n->kept) { /* only after a seal: begin at the front again */
        /* If every cycle since base was sealed, the whole range reads as zero again. */
        if (n->dirty == n->start) n->dirty = n->base;
        n->start = n->base;
        room = n->reserved;
    }
    capacity = commit(n, (capacity < room ? capacity : room) & ~(size_t)7);
    if (capacity < n->kept) capacity = n->kept; /* which is accessible */
    n->frontier = n->start + n->kept;
    n->end = n->start + capacity;
    tni_forbid(n->frontier, capacity - n->kept);
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
    size_t used = tni_whole_pages((size_t)(n->frontier - n->start));
    tni_os_protect(n->start, used);
    if (!n->sealed && n->start != n->base) n->dirty = n->base + n->reserved; /* what was not sealed is before it */
    n->sealed = true;
    n->start += used;
    if (n->dirty < n->start) n->dirty = n->start;
    n->frontier = n->end = n->start;
}

char *tni_nursery_place(tni_nursery *n, size_t bytes, bool after) {
    size_t from = (size_t)(n->start - n->base), to = tni_whole_pages((size_t)(n->frontier - n->base));
    size_t wanted = tni_whole_pages(bytes) + (size_t)(n->end - n->start);
    bool before = wanted <= from;
    if (n->reserved - to < wanted) after = false;
    else if (!before) after = true;
    if (!after && !before) return NULL;
    char *place = n->base + (after ? to : 0);
    size_t end = (size_t)(place - n->base) + tni_whole_pages(bytes),
           have = n->sealed ? end - tni_whole_pages(bytes) : n->committed;
    if (end > have && !tni_os_commit(n->faults, n->base + have, end - have)) return NULL;
    if (end > n->committed) n->committed = end;
    tni_allow(place, bytes);
    return place;
}

void tni_nursery_keep(tni_nursery *n, char *place, bool seal) {
    if (seal) {
        tni_nursery_seal(n); /* after it, what is dirty and not sealed is what is kept */
        if (n->dirty <= n->start) n->dirty = place + n->kept;
    } else {
        tni_forbid(n->start, (size_t)(n->frontier - n->start));
    }
    n->start = place;
    n->frontier = n->end = place + n->kept;
    if (n->dirty < n->frontier) n->dirty = n->frontier;
}

void tni_nursery_trim(tni_nursery *n, size_t keep) {
    keep = tni_whole_pages(keep);
    size_t dirty = tni_whole_pages((size_t)(n->dirty - n->base));
    if (dirty <= keep || n->base + keep < n->start + n->kept) return;
    tni_os_forget(n->base + keep, dirty - keep);
    n->dirty = n->base + keep;
}
