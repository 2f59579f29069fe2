/* observe/stats.c: see stats.h. */
#include "observe/stats.h"

#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "collect/limit.h"
#include "collect/pacing/pacing.h"
#include "heap/check.h"
#include "heap/heap.h"
#include "observe/log.h"
#include "observe/text.h"

/* ---- the processor's time ---- */

#define SHORT UINT64_C(50000) /* ns: of which two calls of the system would be too large a part */
#define INTERRUPTED UINT64_C(1000000) /* ns: a short collection that seems to take more was interrupted */

static void begin(tn_heap *heap, tni_moment moment, const tni_event *event) {
    (void)moment;
    const tni_pacer *p = heap->pacing;
    bool is_short = event->collection->kind == TN_MINOR && p->minor_ns < SHORT && !p->tidying;
    tni_counters *s = heap->stats;
    s->phase_began = is_short ? 0 : tni_os_cpu();
    bool logged = heap->options.value.log & (TNI_LOG_GC | TNI_LOG_MAJORS);
    memset(s->part_ns, 0, sizeof s->part_ns);
    s->part_began = logged ? tni_os_now() : 0;
}

static void end_part(tni_counters *s, tni_phase phase) {
    uint64_t now = tni_os_now();
    s->part_ns[phase] += now - s->part_began;
    s->part_began = now;
}

static void phase_ends(tn_heap *heap, tni_moment moment, const tni_event *event) {
    (void)moment, (void)event;
    tni_counters *s = heap->stats;
    if (s->part_began) end_part(s, heap->phase);
    if (!s->phase_began) return;
    uint64_t now = tni_os_cpu();
    s->cpu_ns[heap->phase] += now - s->phase_began;
    s->phase_began = now;
}

static uint64_t cpu_of_all(const tni_counters *s) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < TNI_PHASES; i++) sum += s->cpu_ns[i];
    return sum;
}

/* ---- counters ---- */

static void record(tni_counters *s, const tni_collection *c) {
    s->young_allocated += c->nursery - c->stayed;
    s->promoted += c->survived;
    s->gc_ns += c->pause_ns;
    if (!s->phase_began) s->cpu_ns[TNI_PHASE_MINOR] += c->pause_ns < INTERRUPTED ? c->pause_ns : INTERRUPTED;
    tni_histogram_record(&s->pauses, c->pause_ns);
    tni_histogram_record(&s->minor_pauses, c->kind == TN_MINOR ? c->pause_ns : c->minor_ns);
    if (c->kind != TN_MINOR) tni_histogram_record(&s->major_pauses, c->pause_ns);
}

/* No option makes a program slow without a word. Debug modes are meant to be slow. */
static void warn_if_costly(tn_heap *heap) {
    tni_counters *s = heap->stats;
    const tni_settings *o = &heap->options.value;
    uint64_t total = heap->pacing->clock.at - s->created_ns;
    if (TN_LIKELY_(s->gc_ns < total / 2) || total < TNI_SECOND || s->warned || o->debug || o->stress) return;
    s->warned = true;
    const char *hint = "heap_max leaves little room above what is alive";
    if (o->nursery) hint = "the nursery has a fixed size, and nursery=auto adapts it";
    if (o->policy == TNI_POLICY_FIXED) hint = "policy=fixed adapts nothing: set nursery and growth_min";
    char line[300];
    snprintf(line, sizeof line, "[gc %s] collecting has taken %s %% of the time: %s", heap->host.name,
             tni_percent_text(s->gc_ns, total).at, hint);
    tni_log(&heap->host, line);
}

static void end(tn_heap *heap, tni_moment moment, const tni_event *event) {
    (void)moment;
    record(heap->stats, event->collection);
    warn_if_costly(heap);
    unsigned log = heap->options.value.log, wanted = TNI_LOG_GC;
    if (event->collection->kind != TN_MINOR) wanted |= TNI_LOG_MAJORS;
    if (log & wanted) tni_log_collection(heap, event->collection);
}

static void heap_ends(tn_heap *heap, tni_moment moment, const tni_event *event) {
    (void)moment, (void)event;
    if (heap->options.value.log & TNI_LOG_SUMMARY) tni_log_summary(heap);
}

void tni_stats_listen(tn_heap *heap) {
    tni_listen(heap, TNI_COLLECTION_BEGINS, begin);
    tni_listen(heap, TNI_PHASE_ENDS, phase_ends);
    tni_listen(heap, TNI_COLLECTION_ENDS, end);
    tni_listen(heap, TNI_HEAP_ENDS, heap_ends);
}

static tn_stats gather(tn_heap *heap) {
    tni_old_count(&heap->old, tni_runs_of(heap));
    const tni_counters *s = heap->stats;
    const tni_histogram *all = &s->pauses, *minor = &s->minor_pauses, *major = &s->major_pauses;
    return (tn_stats){
        .minors = heap->minors, .majors = heap->majors,
        .allocated_bytes = s->young_allocated + heap->old.filled + heap->large.allocated - s->promoted +
                           tni_young_bytes(heap),
        .promoted_bytes = s->promoted, .live_bytes = heap->pacing->live, .used_bytes = tni_used_bytes(heap),
        .committed_bytes = tni_committed(heap),
        .bookkeeping_bytes = tni_bookkeeping(heap), .mapped_bytes = tni_mapped(heap),
        .external_bytes = tni_external_bytes(heap),
        .nursery_bytes = (size_t)(heap->nursery.end - heap->nursery.start), .old_limit_bytes = heap->pacing->old_limit,
        .pause_p50_ns = tni_histogram_percentile(all, 50), .pause_p99_ns = tni_histogram_percentile(all, 99),
        .pause_max_ns = tni_histogram_max(all), .minor_p50_ns = tni_histogram_percentile(minor, 50),
        .minor_p99_ns = tni_histogram_percentile(minor, 99), .minor_max_ns = tni_histogram_max(minor),
        .major_p50_ns = tni_histogram_percentile(major, 50), .major_p99_ns = tni_histogram_percentile(major, 99),
        .major_max_ns = tni_histogram_max(major), .gc_ns = s->gc_ns, .total_ns = tni_os_now() - s->created_ns,
        .gc_cpu_ns = cpu_of_all(s), .minor_cpu_ns = s->cpu_ns[TNI_PHASE_MINOR],
        .mark_cpu_ns = s->cpu_ns[TNI_PHASE_MARK], .weak_cpu_ns = s->cpu_ns[TNI_PHASE_WEAK],
        .sweep_cpu_ns = s->cpu_ns[TNI_PHASE_SWEEP], .memory_cpu_ns = s->cpu_ns[TNI_PHASE_MEMORY],
        .slow_allocations = heap->mutators[0].slow_allocations, .slow_stores = heap->mutators[0].slow_stores};
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
             "collections   %llu minor, %llu major; %s %% of %s\n"
             "allocated     %s, of which promoted %s (%s %%)\n"
             "heap          %s in use, %s live after the last major, %s external\n"
             "memory        %s committed, of which %s bookkeeping; %s of address space\n"
             "sizes         nursery %s%s, next major at %s\n"
             "cpu           %s: minor %s, mark %s, weak %s, sweep %s, memory %s\n"
             "slow paths    %llu allocations, %llu stores\n"
             "minor pauses  p50 %s, p99 %s, max %s\n"
             "major pauses  p50 %s, p99 %s, max %s\n",
             (unsigned long long)s.minors, (unsigned long long)s.majors, tni_percent_text(s.gc_ns, s.total_ns).at,
             tni_time_text(s.total_ns).at, tni_bytes_text(s.allocated_bytes).at, tni_bytes_text(s.promoted_bytes).at,
             tni_percent_text(s.promoted_bytes, s.allocated_bytes).at, tni_bytes_text(s.used_bytes).at,
             tni_bytes_text(s.live_bytes).at, tni_bytes_text(s.external_bytes).at, tni_bytes_text(s.committed_bytes).at,
             tni_bytes_text(s.bookkeeping_bytes).at, tni_bytes_text(s.mapped_bytes).at,
             tni_bytes_text(heap->pacing->nursery).at, heap->born_old ? " (not used: objects are born old)" : "",
             tni_bytes_text(s.old_limit_bytes).at, tni_time_text(s.gc_cpu_ns).at, tni_time_text(s.minor_cpu_ns).at,
             tni_time_text(s.mark_cpu_ns).at, tni_time_text(s.weak_cpu_ns).at, tni_time_text(s.sweep_cpu_ns).at,
             tni_time_text(s.memory_cpu_ns).at, (unsigned long long)s.slow_allocations,
             (unsigned long long)s.slow_stores, tni_time_text(s.minor_p50_ns).at,
             tni_time_text(s.minor_p99_ns).at, tni_time_text(s.minor_max_ns).at, tni_time_text(s.major_p50_ns).at,
             tni_time_text(s.major_p99_ns).at, tni_time_text(s.major_max_ns).at);
}
