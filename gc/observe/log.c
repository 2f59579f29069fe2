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
    char *text;
    size_t size, used;
} log_line;

static log_line begin_line(tn_heap *heap) {
    return (log_line){.text = heap->stats->line, .size = sizeof heap->stats->line};
}

static TNI_PRINTF(2, 3) void write_part(log_line *l, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->used, l->size - l->used, format, args);
    va_end(args);
    if (n > 0) l->used += (size_t)n < l->size - l->used ? (size_t)n : l->size - l->used - 1;
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

static const char *const kinds[] = {"minor", "major", "full"};

static void write_text(log_line *l, const tn_heap *heap, const tni_collection *c) {
    const tni_counters *s = heap->stats;
    uint64_t now = tni_os_now() - s->created_ns;
    write_part(l, "[gc %s] %s s, process %ld, #%llu %s (%s): %s -> %s MiB", heap->host.name, ms(now / 1000).at,
               (long)getpid(), (unsigned long long)c->number, kinds[c->kind], c->reason, mib(c->before).at,
               mib(c->after).at);
    write_sizes(l, heap);
    if (c->nursery)
        write_part(l, "; survived %s, %s %%", mib(c->survived).at, tni_percent_text(c->survived, c->nursery).at);
    write_pause(l, s, c);
    write_part(l, "; collecting %s %%", tni_percent_text(s->gc_ns, now).at);
}

/* ---- JSON ---- */

static void write_number(log_line *l, const char *name, uint64_t value) {
    write_part(l, ",\"%s\":%llu", name, (unsigned long long)value);
}

static void write_string(log_line *l, const char *name, const char *text) {
    write_part(l, "\"%s\":\"", name);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') write_part(l, "\\%c", c);
        else write_part(l, c < ' ' ? "\\u%04x" : "%c", c);
    }
    write_part(l, "\"");
}

static void begin_object(log_line *l, const tn_heap *heap, const char *event) {
    write_part(l, "{\"event\":\"%s\",", event);
    write_string(l, "heap", heap->host.name);
    write_number(l, "process", (uint64_t)getpid());
    write_number(l, "time_ns", tni_os_now() - heap->stats->created_ns);
}

static void write_json_sizes(log_line *l, const tn_heap *heap) {
    const tni_pacer *p = heap->pacing;
    if (heap->options.value.heap_max != SIZE_MAX) write_number(l, "limit", heap->options.value.heap_max);
    write_number(l, "committed", tni_committed(heap));
    write_number(l, "external", tni_external_bytes(heap));
    write_number(l, "live", p->live);
    write_number(l, "next_major", p->old_limit);
    write_number(l, "nursery", heap->born_old ? 0 : p->nursery);
}

static void write_json(log_line *l, const tn_heap *heap, const tni_collection *c) {
    const tni_counters *s = heap->stats;
    begin_object(l, heap, "collection");
    write_number(l, "number", c->number);
    write_part(l, ",\"kind\":\"%s\",\"cause\":\"%s\"", kinds[c->kind], c->reason);
    write_number(l, "before", c->before);
    write_number(l, "after", c->after);
    write_json_sizes(l, heap);
    write_number(l, "survived", c->survived);
    write_number(l, "pause_ns", c->pause_ns);
    write_number(l, "minor_ns", s->part_ns[TNI_PHASE_MINOR]);
    write_number(l, "mark_ns", s->part_ns[TNI_PHASE_MARK]);
    write_number(l, "weak_ns", s->part_ns[TNI_PHASE_WEAK]);
    write_number(l, "sweep_ns", s->part_ns[TNI_PHASE_SWEEP]);
    write_number(l, "memory_ns", s->part_ns[TNI_PHASE_MEMORY]);
    write_number(l, "collecting_ns", s->gc_ns);
    write_part(l, "}");
}

/* ---- what is written ---- */

static bool is_json(const tn_heap *heap) { return heap->options.value.log_format == TNI_LOG_JSON; }

void tni_log_collection(tn_heap *heap, const tni_collection *c) {
    log_line l = begin_line(heap);
    if (is_json(heap)) write_json(&l, heap, c);
    else write_text(&l, heap, c);
    tni_log(&heap->host, l.text);
}

static void log_json_summary(tn_heap *heap) {
    log_line l = begin_line(heap);
    const tni_counters *s = heap->stats;
    begin_object(&l, heap, "summary");
    write_number(&l, "minors", heap->minors);
    write_number(&l, "majors", heap->majors);
    write_number(&l, "promoted", s->promoted);
    write_json_sizes(&l, heap);
    write_number(&l, "minor_pause_p50_ns", tni_histogram_percentile(&s->minor_pauses, 50));
    write_number(&l, "minor_pause_p99_ns", tni_histogram_percentile(&s->minor_pauses, 99));
    write_number(&l, "minor_pause_max_ns", tni_histogram_max(&s->minor_pauses));
    write_number(&l, "major_pause_p50_ns", tni_histogram_percentile(&s->major_pauses, 50));
    write_number(&l, "major_pause_p99_ns", tni_histogram_percentile(&s->major_pauses, 99));
    write_number(&l, "major_pause_max_ns", tni_histogram_max(&s->major_pauses));
    write_number(&l, "collecting_ns", s->gc_ns);
    write_part(&l, "}");
    tni_log(&heap->host, l.text);
}

/* The text is too long for a small stack. Without memory there is no summary. */
void tni_log_summary(tn_heap *heap) {
    enum { TEXT_SIZE = 2048 };
    if (is_json(heap)) {
        log_json_summary(heap);
        return;
    }
    char *text = tni_calloc(&heap->faults, 1, TEXT_SIZE);
    if (!text) return;
    tn_stats_text(heap, text, TEXT_SIZE);
    for (char *rest = text, *at; (at = strsep(&rest, "\n")) && *at;) {
        log_line l = begin_line(heap);
        write_part(&l, "[summary %s] %s", heap->host.name, at);
        tni_log(&heap->host, l.text);
    }
    free(text);
}
