/* debug/describe.c: see describe.h. */
#include "debug/describe.h"

#include <stdio.h>

#include "debug/callback.h"
#include "debug/handle.h"
#include "debug/segv.h"
#include "debug/site.h"
#include "heap/heap.h"

void tni_describe(tn_heap *heap, const void *object, char *text, size_t size) {
    const tn_type_desc *d = tni_layout_of(heap, tni_header(object))->desc;
    char own[64] = "", site[256];
    if (d && d->describe) d->describe(object, own, sizeof own);
    tni_site_of(heap, object, site, sizeof site);
    snprintf(text, size, "%p (%s%s%s%s)", object, d ? d->name : "no type", own[0] ? ": " : "", own, site);
}

void tni_describe_lost(tn_heap *heap, const void *target, char *text, size_t size) {
    char was[300];
    const tn_heap *other = tni_heap_of(heap, target);
    const tni_layout *disposed = tni_disposed_at(heap, target);
    if (tni_handle_text(heap, target, was, sizeof was)) snprintf(text, size, "%p (%s)", target, was);
    else if (disposed) snprintf(text, size, "%p (a '%s' that has been disposed of)", target, disposed->desc->name);
    else if (other)
        snprintf(text, size, "%p (in heap '%s', not in heap '%s')", target, other->host.name, heap->host.name);
    else if (tni_stale_text(heap, target, was, sizeof was)) snprintf(text, size, "%p (%s)", target, was);
    else snprintf(text, size, "%p", target);
}
