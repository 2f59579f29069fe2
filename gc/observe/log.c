/* observe/log.c: see log.h. */
#include "observe/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"
#include "observe/stats.h"
#include "observe/text.h"

static tni_text mib(uint64_t bytes) { return tni_fixed((bytes * 100 + (1 << 19)) >> 20, 100, 2); }
static tni_text ms(uint64_t ns) { return tni_fixed((ns + 500) / 1000, 1000, 3); }

/* The parts of a line are written one after the other, by functions that are not inlined: so only one of them has its
 * texts on the stack at a time. */
typedef struct log_line {
    char text[400];
    size_t used;
} log_line;

static TNI_PRINTF(2, 3) void write_part(log_line *l, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->used, sizeof l->text - l->used, format, args);
    va_end(args);
    if (n > 0) l->used += (size_t)n < sizeof l->text - l->used ? (size_t)n : sizeof l->text - l->used - 1;
}

static __attribute__((noinline)) void write_sizes(log_line *l, const tn_heap *heap) {
    const tni_pacer *p = heap->pacing;
    size_t limit = heap->options.value.heap_max;
    write_part(l, ", committed %s", mib(tni_committed(heap)).at);
    if (limit != SIZE_MAX) write_part(l, " of %s", mib(limit).at);
    write_part(l, ", external %s; live %s, next major at %s", mib(tni_external_bytes(heap)).at, mib(p->live).at,
               mib(p->old_limit).at);
    if (heap->born_old) write_part(l, ", objects are born old");
    else write_part(l, ", nursery %s", mib(p->nursery).at);
}

static __attribute__((noinline)) void write_pause(log_line *l, const tni_counters *s, const tni_collection *c) {
    static const struct { tni_phase phase; const char *name; } parts[] = {
        {TNI_PHASE_MINOR, "minor"}, {TNI_PHASE_MARK, "mark"}, {TNI_PHASE_WEAK, "weak"}, {TNI_PHASE_SWEEP, "sweep"},
        {TNI_PHASE_MEMORY, "memory"}};
    write_part(l, "; pause %s ms", ms(c->pause_ns).at);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (s->part_ns[parts[i].phase])
            write_part(l, ", %s %s", parts[i].name, ms(s->part_ns[parts[i].phase]).at);
}

void tni_log_collection(tn_heap *heap, const tni_collection *c) {
    static const char *const kinds[] = {"minor", "major", "full"};
    const tni_counters *s = heap->stats;
    uint64_t now = tni_os_now() - s->created_ns;
    log_line l = {.used = 0};
    write_part(&l, "[gc %s] %s s, process %ld, #%llu %s (%s): %s -> %s MiB", heap->host.name, ms(now / 1000).at,
               (long)getpid(), (unsigned long long)c->number, kinds[c->kind], c->reason, mib(c->before).at,
               mib(c->after).at);
    write_sizes(&l, heap);
    if (c->nursery)
        write_part(&l, "; survived %s, %s %%", mib(c->survived).at, tni_percent_text(c->survived, c->nursery).at);
    write_pause(&l, s, c);
    write_part(&l, "; collecting %s %%", tni_percent_text(s->gc_ns, now).at);
    tni_log(&heap->host, l.text);
}

/* The text is too long for a small stack. Without memory there is no summary. */
void tni_log_summary(tn_heap *heap) {
    enum { TEXT_SIZE = 2048 };
    char *text = tni_calloc(&heap->faults, 1, TEXT_SIZE);
    if (!text) return;
    tn_stats_text(heap, text, TEXT_SIZE);
    for (char *rest = text, *at; (at = strsep(&rest, "\n")) && *at;) {
        log_line l = {.used = 0};
        write_part(&l, "[summary %s] %s", heap->host.name, at);
        tni_log(&heap->host, l.text);
    }
    free(text);
}
