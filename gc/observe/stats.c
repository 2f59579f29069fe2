/* observe/stats.c: see stats.h. */
#include "observe/stats.h"

#include <stdio.h>
#include <string.h>

#include "heap/heap.h"
#include "base/os.h"

size_t tni_stats_used(const tn_heap *heap) { return tni_old_bytes(heap) + tni_young_bytes(heap); }

/* ---- the processor's time ---- */

#define SHORT UINT64_C(50000) /* ns: of which two calls of the system would be too large a part */
#define INTERRUPTED UINT64_C(1000000) /* another process has run in a short collection that seems to be as long as this */

void tni_phases_begin(tn_heap *heap, tn_collection_kind kind) {
    bool is_short = kind == TN_MINOR && heap->pacing.minor_ns < SHORT && !heap->clearing;
    heap->stats.phase_began = is_short ? 0 : tni_os_cpu();
}

void tni_phase_ends(tn_heap *heap, tni_phase phase) {
    tni_stats *s = &heap->stats;
    if (!s->phase_began) return;
    uint64_t now = tni_os_cpu();
    s->cpu_ns[phase] += now - s->phase_began;
    s->phase_began = now;
}

void tni_phases_end(tn_heap *heap, const tni_collection *c) {
    tni_stats *s = &heap->stats;
    if (s->phase_began) tni_phase_ends(heap, TNI_PHASE_MEMORY);
    else s->cpu_ns[TNI_PHASE_MINOR] += c->pause_ns < INTERRUPTED ? c->pause_ns : INTERRUPTED;
}

static uint64_t cpu_of_all(const tni_stats *s) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < TNI_PHASES; i++) sum += s->cpu_ns[i];
    return sum;
}

/* ---- counters ---- */

void tni_stats_record(tn_heap *heap, const tni_collection *c) {
    tni_stats *s = &heap->stats;
    s->gc_ns += c->pause_ns;
    tni_histogram_record(&s->pauses, c->pause_ns);
    tni_histogram_record(&s->minor_pauses, c->kind == TN_MINOR ? c->pause_ns : c->minor_ns);
    if (c->kind != TN_MINOR) tni_histogram_record(&s->major_pauses, c->pause_ns);
}

static tn_stats gather(tn_heap *heap) {
    tni_old_count(&heap->old);
    const tni_stats *s = &heap->stats;
    const tni_histogram *all = &s->pauses, *minor = &s->minor_pauses, *major = &s->major_pauses;
    return (tn_stats){
        .minors = s->minors, .majors = s->majors,
        .allocated_bytes = s->young_allocated + heap->old.filled + heap->large.allocated - s->promoted +
                           tni_young_bytes(heap),
        .promoted_bytes = s->promoted, .live_bytes = heap->pacing.live, .used_bytes = tni_stats_used(heap),
        .committed_bytes = tni_committed(heap),
        .bookkeeping_bytes = tni_bookkeeping(heap), .mapped_bytes = tni_mapped(heap),
        .external_bytes = tni_external_bytes(heap),
        .nursery_bytes = (size_t)(heap->nursery.end - heap->nursery.start), .old_limit_bytes = heap->pacing.old_limit,
        .pause_p50_ns = tni_histogram_percentile(all, 50), .pause_p99_ns = tni_histogram_percentile(all, 99),
        .pause_max_ns = tni_histogram_max(all), .minor_p50_ns = tni_histogram_percentile(minor, 50),
        .minor_p99_ns = tni_histogram_percentile(minor, 99), .minor_max_ns = tni_histogram_max(minor),
        .major_p50_ns = tni_histogram_percentile(major, 50), .major_p99_ns = tni_histogram_percentile(major, 99),
        .major_max_ns = tni_histogram_max(major), .gc_ns = s->gc_ns, .total_ns = tni_os_now() - s->created_ns,
        .gc_cpu_ns = cpu_of_all(s), .minor_cpu_ns = s->cpu_ns[TNI_PHASE_MINOR],
        .mark_cpu_ns = s->cpu_ns[TNI_PHASE_MARK], .weak_cpu_ns = s->cpu_ns[TNI_PHASE_WEAK],
        .sweep_cpu_ns = s->cpu_ns[TNI_PHASE_SWEEP], .memory_cpu_ns = s->cpu_ns[TNI_PHASE_MEMORY],
        .slow_allocations = s->slow_allocations, .slow_stores = s->slow_stores};
}

/* What a newer host knows and this library does not is 0. */
void tn_stats_get_(tn_heap *heap, tn_stats *stats, size_t size) {
    if (!heap) return;
    if (!stats) {
        tni_fail_heap(heap, TN_BAD_ARGUMENT, "tn_stats_get: the struct to fill is NULL");
        return;
    }
    memset(stats, 0, size);
    if (!tni_check_heap(heap, "tn_stats_get")) return;
    tn_stats known = gather(heap);
    memcpy(stats, &known, size < sizeof known ? size : sizeof known);
}

/* ---- text ---- */

void tni_format_bytes(char *text, size_t size, uint64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double n = (double)bytes;
    unsigned u = 0;
    while (n >= 1024 && u < 4) n /= 1024, u++;
    snprintf(text, size, u && n < 100 ? "%.1f %s" : "%.0f %s", n, units[u]);
}

void tni_format_time(char *text, size_t size, uint64_t ns) {
    static const char *const units[] = {"ns", "us", "ms", "s"};
    double n = (double)ns;
    unsigned u = 0;
    while (n >= 1000 && u < 3) n /= 1000, u++;
    snprintf(text, size, u && n < 100 ? "%.1f %s" : "%.0f %s", n, units[u]);
}

typedef struct short_text {
    char at[24];
} short_text;

static short_text bytes_text(uint64_t bytes) {
    short_text t;
    tni_format_bytes(t.at, sizeof t.at, bytes);
    return t;
}

static short_text time_text(uint64_t ns) {
    short_text t;
    tni_format_time(t.at, sizeof t.at, ns);
    return t;
}

static double percent(uint64_t part, uint64_t whole) { return whole ? 100.0 * (double)part / (double)whole : 0; }

void tn_stats_text(tn_heap *heap, char *text, size_t size) {
    if (!heap) return;
    if (!text || !size) {
        tni_fail_heap(heap, TN_BAD_ARGUMENT, "tn_stats_text: no place to write to");
        return;
    }
    *text = 0;
    if (!tni_check_heap(heap, "tn_stats_text")) return;
    tn_stats s = gather(heap);
    snprintf(text, size,
             "collections   %llu minor, %llu major; %.1f %% of %s\n"
             "allocated     %s, of which promoted %s (%.1f %%)\n"
             "heap          %s in use, %s live after the last major, %s external\n"
             "memory        %s committed, of which %s bookkeeping; %s of address space\n"
             "sizes         nursery %s, next major at %s\n"
             "cpu           %s: minor %s, mark %s, weak %s, sweep %s, memory %s\n"
             "slow paths    %llu allocations, %llu stores\n"
             "minor pauses  p50 %s, p99 %s, max %s\n"
             "major pauses  p50 %s, p99 %s, max %s\n",
             (unsigned long long)s.minors, (unsigned long long)s.majors, percent(s.gc_ns, s.total_ns),
             time_text(s.total_ns).at, bytes_text(s.allocated_bytes).at, bytes_text(s.promoted_bytes).at,
             percent(s.promoted_bytes, s.allocated_bytes), bytes_text(s.used_bytes).at,
             bytes_text(s.live_bytes).at, bytes_text(s.external_bytes).at, bytes_text(s.committed_bytes).at,
             bytes_text(s.bookkeeping_bytes).at, bytes_text(s.mapped_bytes).at, bytes_text(s.nursery_bytes).at,
             bytes_text(s.old_limit_bytes).at, time_text(s.gc_cpu_ns).at, time_text(s.minor_cpu_ns).at,
             time_text(s.mark_cpu_ns).at, time_text(s.weak_cpu_ns).at, time_text(s.sweep_cpu_ns).at,
             time_text(s.memory_cpu_ns).at, (unsigned long long)s.slow_allocations,
             (unsigned long long)s.slow_stores, time_text(s.minor_p50_ns).at,
             time_text(s.minor_p99_ns).at, time_text(s.minor_max_ns).at, time_text(s.major_p50_ns).at,
             time_text(s.major_p99_ns).at, time_text(s.major_max_ns).at);
}

/* ---- the log ---- */

void tni_log(tn_heap *heap, const char *line) {
    if (!heap->log) {
        tni_print((const char *const[]){line, "\n"}, 2);
        return;
    }
    bool reporting = heap->reporting;
    tn_status status = heap->mutators[0].last_status;
    heap->reporting = true;
    tni_callback outer = tni_hook_begin(heap, "log");
    heap->log(line, heap->user);
    tni_hook_end(heap, outer);
    heap->reporting = reporting;
    heap->mutators[0].last_status = status;
}

void tni_log_collection(tn_heap *heap, const tni_collection *c) {
    static const char *const kinds[] = {"minor", "major", "full"};
    char line[256];
    snprintf(line, sizeof line,
             "[gc %s] #%llu %s (%s): %s -> %s, external %s, survivors %.1f %%, promoted %s, pause %s", heap->name,
             (unsigned long long)c->number, kinds[c->kind], c->cause, bytes_text(c->before).at, bytes_text(c->after).at,
             bytes_text(tni_external_bytes(heap)).at, percent(c->survived, c->nursery), bytes_text(c->survived).at,
             time_text(c->pause_ns).at);
    tni_log(heap, line);
}
