/* observe/log.c: see log.h. */
#include "observe/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"
#include "observe/stats.h"
#include "observe/text.h"

static double mib(uint64_t bytes) { return (double)bytes / (1 << 20); }
static double ms(uint64_t ns) { return (double)ns / 1e6; }

/* The parts of a line are written one after the other. */
typedef struct line {
    char text[400];
    size_t used;
} line;

static TNI_PRINTF(2, 3) void write_part(line *l, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->used, sizeof l->text - l->used, format, args);
    va_end(args);
    if (n > 0) l->used += (size_t)n < sizeof l->text - l->used ? (size_t)n : sizeof l->text - l->used - 1;
}

static void write_sizes(line *l, const tn_heap *heap) {
    const tni_pacer *p = heap->pacing;
    size_t limit = heap->options.value.heap_max;
    write_part(l, ", committed %.2f", mib(tni_committed(heap)));
    if (limit != SIZE_MAX) write_part(l, " of %.2f", mib(limit));
    write_part(l, ", external %.2f; live %.2f, next major at %.2f", mib(tni_external_bytes(heap)), mib(p->live),
               mib(p->old_limit));
    if (heap->born_old) write_part(l, ", objects are born old");
    else write_part(l, ", nursery %.2f", mib(p->nursery));
}

static void write_pause(line *l, const tni_counters *s, const tni_collection *c) {
    static const struct { tni_phase phase; const char *name; } parts[] = {
        {TNI_PHASE_MINOR, "minor"}, {TNI_PHASE_MARK, "mark"}, {TNI_PHASE_WEAK, "weak"}, {TNI_PHASE_SWEEP, "sweep"},
        {TNI_PHASE_MEMORY, "memory"}};
    write_part(l, "; pause %.3f ms", ms(c->pause_ns));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (s->part_ns[parts[i].phase]) write_part(l, ", %s %.3f", parts[i].name, ms(s->part_ns[parts[i].phase]));
}

void tni_log_collection(tn_heap *heap, const tni_collection *c) {
    static const char *const kinds[] = {"minor", "major", "full"};
    const tni_counters *s = heap->stats;
    uint64_t now = tni_os_now() - s->created_ns;
    line l = {.used = 0};
    write_part(&l, "[gc %s] %.3f s, process %ld, #%llu %s (%s): %.2f -> %.2f MiB", heap->host.name, ms(now) / 1000,
               (long)getpid(), (unsigned long long)c->number, kinds[c->kind], c->reason, mib(c->before), mib(c->after));
    write_sizes(&l, heap);
    if (c->nursery) write_part(&l, "; survived %.2f, %.1f %%", mib(c->survived), tni_percent(c->survived, c->nursery));
    write_pause(&l, s, c);
    write_part(&l, "; collecting %.1f %%", tni_percent(s->gc_ns, now));
    tni_log(&heap->host, l.text);
}

void tni_log_summary(tn_heap *heap) {
    char text[2048], line[256];
    tn_stats_text(heap, text, sizeof text);
    for (char *at = text, *end; *at; at = end + 1) {
        end = strchr(at, '\n');
        if (end) *end = 0;
        snprintf(line, sizeof line, "[summary %s] %s", heap->host.name, at);
        tni_log(&heap->host, line);
        if (!end) return;
    }
}
