/* debug/segv.c: see segv.h. */
#include "debug/segv.h"

#include <signal.h>
#include <stdio.h>

#include "debug/handle.h"
#include "debug/quarantine.h"
#include "debug/site.h"
#include "heap/heap.h"

enum { WATCHED = 64 };

static AO_t watched[WATCHED]; /* heaps; 0: free */
static AO_t installed;        /* 1: on_fault is, and `before` is what it has replaced */
static struct sigaction before;

/* What became of an object. */
typedef struct fate {
    uintptr_t at, to; /* where it was, and is: 0 when it is dead */
    uint32_t site, type;
    unsigned long long number; /* of the collection that found it so */
    const char *cause;
} fate;

/* The header is part of an object. */
static bool fate_of(tn_heap *heap, const void *address, fate *f) {
    const tni_cycle *cycle = tni_sites_cycle(heap->sites, (uintptr_t)address);
    const tni_birth *birth = cycle ? tni_sites_birth(&cycle->births, (uintptr_t)address + 8) : NULL;
    const tni_dead *dead = birth ? NULL : tni_quarantine_at(heap, address);
    if (birth) *f = (fate){birth->at, birth->to, birth->site, birth->type, cycle->number, cycle->cause};
    if (dead) *f = (fate){dead->at, 0, dead->site, dead->type, dead->number, dead->cause};
    return birth || dead;
}

static void describe_fate(tn_heap *heap, const void *address, const fate *f, char *text, size_t size) {
    char site[300], now[160];
    tni_site_text(heap->sites, f->site, "allocated", site, sizeof site);
    if (f->to) snprintf(now, sizeof now, "has moved to %p", (void *)f->to);
    else snprintf(now, sizeof now, "found dead, for no root, handle or object referred to it");
    const tni_layout *layout = &heap->types.layouts[f->type];
    snprintf(text, size, "%td bytes into a '%.60s'%s, which collection %llu (%s) %s",
             (const char *)address - (const char *)f->at, layout->desc ? layout->desc->name : "?", site, f->number,
             f->cause, now);
}

bool tni_stale_text(tn_heap *heap, const void *address, char *text, size_t size) {
    fate f;
    if (!fate_of(heap, address, &f)) return false;
    describe_fate(heap, address, &f, text, size);
    return true;
}

/* Whether the address is in the nursery, but not in its present cycle [start, end). No more is known
 * with `move` alone. */
static bool is_sealed(const tn_heap *heap, const void *address) {
    const tni_nursery *n = &heap->nursery;
    uintptr_t offset = (uintptr_t)address - (uintptr_t)n->base, cycle = (uintptr_t)address - (uintptr_t)n->start;
    return n->sealed && offset < n->committed && cycle >= (uintptr_t)(n->end - n->start);
}

static void report(tn_heap *heap, void *address) {
    char what[600], line[1000];
    fate f;
    if (fate_of(heap, address, &f)) {
        describe_fate(heap, address, &f, what, sizeof what);
        snprintf(
            line, sizeof line, "stale pointer: %p is used, %s: %s", address, what,
            f.to
                ? "read it again from its handle or root after what may collect; where it was read from one, that is a "
                  "field that is not described, a slot that no scanner visits or a cell that is not registered"
                : "hold it by a handle, global or root, or by a field that its type describes");
    } else if (!tni_handle_text(heap, address, line, sizeof line)) {
        if (!is_sealed(heap, address)) return;
        snprintf(line, sizeof line,
                 "stale pointer: %p is used, in a part of the nursery whose objects have moved or died: "
                 "TENURE_DEBUG=stale names the object", address);
    }
    tni_report_fatal(&heap->host, line);
}

/* What would have happened without this handler. */
static void chain(int number, siginfo_t *info, void *context) {
    if (before.sa_flags & SA_SIGINFO) before.sa_sigaction(number, info, context);
    else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) before.sa_handler(number);
    else signal(number, SIG_DFL); /* the instruction faults again */
}

static void on_fault(int number, siginfo_t *info, void *context) {
    for (int i = 0; i < WATCHED; i++) {
        tn_heap *heap = (tn_heap *)AO_load_acquire(&watched[i]);
        if (heap) report(heap, info->si_addr);
    }
    chain(number, info, context);
}

const tn_heap *tni_heap_of(const tn_heap *heap, const void *address) {
    for (int i = 0; i < WATCHED; i++) {
        const tn_heap *other = (const tn_heap *)AO_load_acquire(&watched[i]);
        if (other && other != heap && address && tni_owns(other, address)) return other;
    }
    return NULL;
}

/* Whether a fault must be reported. */
static bool needs_handler(const tn_heap *heap) {
    return heap->options.value.debug & (TNI_DEBUG_STALE | TNI_DEBUG_HANDLES | TNI_DEBUG_MOVE);
}

/* When no heap needs it any more, the host's own is put back. A handler that the host has put over this stays, and may
 * call this one: then it counts as installed. */
static void uninstall(void) {
    struct sigaction now;
    if (!AO_load(&installed) || sigaction(SIGSEGV, NULL, &now)) return;
    bool ours = now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_fault;
    bool chained = !ours && (now.sa_flags & SA_SIGINFO || (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN));
    if (ours) sigaction(SIGSEGV, &before, NULL);
    if (!chained) AO_store_full(&installed, 0);
}

static void uninstall_if_unused(void) {
    for (int i = 0; i < WATCHED; i++) {
        const tn_heap *heap = (const tn_heap *)AO_load_acquire(&watched[i]);
        if (heap && needs_handler(heap)) return;
    }
    uninstall();
}

/* The library is unloaded, perhaps with a heap left: the handler must not be called then. */
static __attribute__((destructor)) void unload(void) { uninstall(); }

static void install(void) {
    if (!AO_compare_and_swap_full(&installed, 0, 1)) return;
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &before);
}

static bool replace(AO_t from, AO_t to) {
    for (int i = 0; i < WATCHED; i++)
        if (AO_load(&watched[i]) == from && AO_compare_and_swap_full(&watched[i], from, to)) return true;
    return false;
}

static bool is_watched(const tn_heap *heap) {
    for (int i = 0; i < WATCHED; i++)
        if (AO_load(&watched[i]) == (AO_t)heap) return true;
    return false;
}

void tni_segv_forget(tn_heap *heap) {
    if (is_watched(heap)) replace((AO_t)heap, 0);
    uninstall_if_unused();
}

void tni_segv_changed(tn_heap *heap) {
    if (!heap->options.value.debug) {
        tni_segv_forget(heap);
        return;
    }
    if (!is_watched(heap) && !replace(0, (AO_t)heap))
        tni_log(&heap->host, "debug: too many heaps: what faults in this one is not named");
    if (needs_handler(heap)) install();
    else uninstall_if_unused();
}
