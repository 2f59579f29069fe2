/* test_stats.c: what the collector says of itself: counters that add up, pauses, the text, and the lines of
 * TENURE_LOG=gc. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "support.h"

static Host host;
static tn_mutator *m;

static int open_host(void **state) {
    (void)state;
    host_exact(&host, "nursery=1M");
    m = host.m;
    return 0;
}

static int close_host(void **state) {
    (void)state;
    host_close(&host);
    return 0;
}

static void a_new_heap_has_done_nothing(void **state) {
    (void)state;
    tn_stats s = support_stats(m);
    CHECK_EQ(s.minors, 0);
    CHECK_EQ(s.majors, 0);
    CHECK_EQ(s.allocated_bytes, 0);
    CHECK_EQ(s.promoted_bytes, 0);
    CHECK_EQ(s.live_bytes, 0);
    CHECK_EQ(s.external_bytes, 0);
    CHECK_EQ(s.gc_ns, 0);
    CHECK_EQ(s.pause_max_ns, 0);
    CHECK(s.used_bytes < 4096);
}

/* Exactly, headers included, at any moment: also between collections. */
static void allocated_bytes_count_every_cell(void **state) {
    (void)state;
    uint64_t expected = 0;
    for (int i = 0; i < 100000; i++) {
        CHECK(tn_alloc(m, Pair) != NULL);
        expected += tn_cell_bytes(sizeof(Pair));
        if (i % 1000 == 0) {
            CHECK_EQ(support_stats(m).allocated_bytes, expected);
            TN_SCOPE(m);
            CHECK(TN_NEW_TAIL(m, Bytes, char, 1001) != NULL);
            expected += tn_cell_bytes(sizeof(Bytes) + 1001);
            CHECK(TN_NEW(m, Fixed) != NULL);
            expected += tn_cell_bytes(sizeof(Fixed));
        }
        if (i == 50000) support_collect(m, TN_FULL);
    }
    CHECK_EQ(support_stats(m).allocated_bytes, expected);
}

/* For what they take, give or take some pages: heap_max would be met too early otherwise. */
static void large_objects_are_counted(void **state) {
    (void)state;
    static const size_t sizes[] = {9000, 100000, 1000000, (1 << 20) + 100, 3 << 20, 10 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        tn_stats before = support_stats(m);
        CHECK(TN_NEW_TAIL(m, Bytes, char, sizes[i]) != NULL);
        tn_stats after = support_stats(m);
        CHECK_EQ(after.allocated_bytes - before.allocated_bytes, tn_cell_bytes(sizeof(Bytes) + sizes[i]));
        uint64_t used = after.used_bytes - before.used_bytes;
        if (used < sizes[i] || used > sizes[i] * 9 / 8 + 8192)
            FAIL("an object of %zu bytes adds %llu to used_bytes", sizes[i], (unsigned long long)used);
        CHECK(after.committed_bytes >= after.used_bytes);
    }
}

static void promoted_and_live_bytes_are_those_of_the_survivors(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    const uint64_t bytes = COUNT * tn_cell_bytes(sizeof(Pair));
    TN_SCOPE(m);
    Pair **list = support_list(m, COUNT);
    support_garbage(m, 500000);
    support_collect(m, TN_MINOR);
    CHECK_EQ(support_stats(m).promoted_bytes, bytes);
    support_collect(m, TN_MINOR);
    CHECK_EQ(support_stats(m).promoted_bytes, bytes); /* nobody is promoted twice */
    support_collect(m, TN_MAJOR);
    CHECK_EQ(support_stats(m).live_bytes, bytes);
    *list = tn_read(*list, cdr);
    support_collect(m, TN_FULL);
    CHECK_EQ(support_stats(m).live_bytes, bytes - tn_cell_bytes(sizeof(Pair)));
    *list = NULL;
    support_collect(m, TN_FULL);
    tn_stats s = support_stats(m);
    CHECK_EQ(s.live_bytes, 0);
    CHECK(s.used_bytes < 100000);
    CHECK_EQ(s.promoted_bytes, bytes);
}

static void used_bytes_grow_with_each_object(void **state) {
    (void)state;
    uint64_t before = support_stats(m).used_bytes;
    support_garbage(m, 100000);
    uint64_t after = support_stats(m).used_bytes;
    CHECK(after >= before + 100000 && after < before + 250000);
    support_collect(m, TN_MINOR);
    CHECK(support_stats(m).used_bytes < before + 50000);
}

static void external_bytes_add_up(void **state) {
    (void)state;
    tn_external_adjust(host.heap, 5000);
    tn_external_adjust(host.heap, 700);
    tn_external_adjust(host.heap, -1700);
    CHECK_EQ(support_stats(m).external_bytes, 4000);
    tn_external_adjust(host.heap, -4000);
    CHECK_EQ(support_stats(m).external_bytes, 0);
}

static void collections_by_allocation_are_counted(void **state) {
    (void)state;
    CHECK_EQ(tn_option_set(m->heap, "policy", "fixed"), TN_OK);
    support_collect(m, TN_MINOR); /* the options hold from here */
    tn_stats before = support_stats(m);
    CHECK_EQ(before.nursery_bytes, 1 << 20);
    support_garbage(m, 64 << 20);
    tn_stats after = support_stats(m);
    uint64_t minors = after.minors - before.minors;
    if (minors < 60 || minors > 75)
        FAIL("%llu minors for 64 MiB of garbage and a nursery of 1 MiB", (unsigned long long)minors);
    CHECK_EQ(after.majors, before.majors);
}

static void pauses_are_ordered_and_within_the_total(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **list = support_list(m, 50000);
    uint64_t start = support_ns();
    for (int i = 0; i < 20; i++) {
        support_garbage(m, 1 << 19);
        support_collect(m, i % 5 == 4 ? TN_MAJOR : TN_MINOR);
    }
    uint64_t took = support_ns() - start;
    tn_stats s = support_stats(m);
    CHECK(s.minor_p50_ns > 0 && s.minor_p50_ns <= s.minor_p99_ns && s.minor_p99_ns <= s.minor_max_ns);
    CHECK(s.major_p50_ns > 0 && s.major_p50_ns <= s.major_p99_ns && s.major_p99_ns <= s.major_max_ns);
    CHECK(s.pause_p50_ns > 0 && s.pause_p50_ns <= s.pause_p99_ns && s.pause_p99_ns <= s.pause_max_ns);
    CHECK(s.pause_max_ns == (s.minor_max_ns > s.major_max_ns ? s.minor_max_ns : s.major_max_ns));
    CHECK(s.major_max_ns <= took);
    CHECK(s.gc_ns >= s.major_max_ns);
    CHECK(s.gc_ns <= s.total_ns);
    CHECK(s.total_ns >= took);
    CHECK((*list)->number == 49999);
}

/* Whatever the last major collection found: even nothing at all. */
static void next_major_is_never_put_off_for_good(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        support_collect(m, i & 1 ? TN_MAJOR : TN_FULL);
        uint64_t limit = support_stats(m).old_limit_bytes;
        if (limit > 256 << 20) FAIL("the next major is due at %llu bytes", (unsigned long long)limit);
        if (i == 1) support_list(m, 100);
    }
}

static uint64_t thread_cpu(void) {
    struct timespec t;
    CHECK_EQ(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void the_phases_are_the_processors_time(void **state) {
    (void)state;
    CHECK_EQ(support_stats(m).gc_cpu_ns, 0);
    TN_SCOPE(m);
    uint64_t before = thread_cpu();
    Pair **list = support_list(m, 100000);
    CHECK(TN_WEAK_NEW(m, list) != NULL);
    for (int i = 0; i < 3; i++) support_collect(m, TN_FULL);
    uint64_t took = thread_cpu() - before;
    tn_stats s = support_stats(m);
    CHECK_EQ(s.gc_cpu_ns, s.minor_cpu_ns + s.mark_cpu_ns + s.weak_cpu_ns + s.sweep_cpu_ns + s.memory_cpu_ns);
    CHECK(s.minor_cpu_ns > 0 && s.mark_cpu_ns > 0 && s.weak_cpu_ns > 0 && s.sweep_cpu_ns > 0 && s.memory_cpu_ns > 0);
    CHECK(s.mark_cpu_ns + s.weak_cpu_ns + s.sweep_cpu_ns + s.memory_cpu_ns <= took); /* all of it measured */
    CHECK((*list)->number == 99999);
}

/* One for each chunk of the nursery, not one for each object; and what never is inline counts each time. */
static void slow_calls_are_counted(void **state) {
    (void)state;
    enum { BYTES = 3 << 20 };
    uint64_t before = support_stats(m).slow_allocations;
    support_garbage(m, BYTES);
    uint64_t calls = support_stats(m).slow_allocations - before;
    if (calls < 3 || calls > BYTES / 4096) FAIL("%llu slow allocations", (unsigned long long)calls);
    TN_SCOPE(m);
    Fixed **old = TN_NEW(m, Fixed);
    Pair **young = TN_NEW(m, Pair);
    before = support_stats(m).slow_allocations;
    for (int i = 0; i < 10; i++) CHECK(TN_NEW(m, Fixed) != NULL && TN_NEW_TAIL(m, Bytes, char, 20000) != NULL);
    CHECK(TN_WEAK_NEW(m, young) != NULL);
    CHECK_EQ(support_stats(m).slow_allocations - before, 21);

    support_collect(m, TN_MINOR);
    young = TN_NEW(m, Pair);
    before = support_stats(m).slow_stores;
    tn_write(m, *old, pair, NULL); /* nothing to record */
    CHECK_EQ(support_stats(m).slow_stores, before);
    tn_write(m, *old, pair, *young);
    CHECK_EQ(support_stats(m).slow_stores, before + 1);
    tn_store_slow(m, *old, &(*old)->pair, *young);
    tn_store_value_slow(m, *old, (void *)&(*old)->value, 0);
    CHECK_EQ(support_stats(m).slow_stores, before + 3);
}

/* ---- the text ---- */

static void text_is_cut_to_its_room(void **state) {
    (void)state;
    char full[4096], cut[64];
    support_garbage(m, 3 << 20);
    support_collect(m, TN_FULL);
    memset(full, 'x', sizeof full);
    tn_stats_text(m->heap, full, sizeof full);
    size_t length = strlen(full);
    CHECK(length > 100 && length < sizeof full - 1);
    for (size_t size = 1; size < sizeof cut; size++) {
        memset(cut, 'x', sizeof cut);
        tn_stats_text(m->heap, cut, size);
        CHECK_EQ(strlen(cut), size - 1);
        for (size_t i = size; i < sizeof cut; i++) CHECK_EQ(cut[i], 'x');
    }
    cut[0] = 'x';
    tn_stats_text(m->heap, cut, 0);
    CHECK_EQ(cut[0], 'x');
}

static void text_names_what_it_counts(void **state) {
    (void)state;
    char text[4096];
    support_collect(m, TN_MINOR);
    support_collect(m, TN_MAJOR);
    tn_stats_text(m->heap, text, sizeof text);
    static const char *const words[] = {"minor", "major", "allocated", "promoted", "live", "committed",
                                        "pause", "p50",   "p99",       "max",      "%",
                                        "address space", "bookkeeping", "cpu", "mark", "sweep", "slow"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) CHECK_HAS(text, words[i]);
    int lines = 0;
    for (char *p = text; *p; p++) lines += *p == '\n';
    CHECK(lines >= 2);
}

/* ---- TENURE_LOG=gc ---- */

/* One line each collection, however it came about, and it says everything once. */
static void log_has_a_line_a_collection(void **state) {
    (void)state;
    Host own;
    host_exact(&own, "log=gc nursery=1M");
    static const char *const kinds[] = {"minor", "major", "full"};
    Pair **list = support_list(own.m, 1000);
    tn_external_adjust(own.heap, 256 << 10);
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) {
        size_t lines = own.lines, used = own.log_used;
        support_collect(own.m, (tn_collection_kind)kind);
        CHECK_EQ(own.lines, lines + 1);
        char *line = own.log + used;
        CHECK_HAS(line, kinds[kind]);
        CHECK_HAS(line, "->");
        CHECK_HAS(line, "MiB, committed ");
        CHECK_HAS(line, "external 0.25; live ");
        CHECK_HAS(line, ", next major at ");
        CHECK_HAS(line, ", nursery 1.00");
        CHECK_HAS(line, " ms, minor ");
        CHECK_HAS(line, "; collecting ");
        CHECK((strstr(line, ", mark ") != NULL) == (kind != TN_MINOR));
        CHECK_HAS(line, "asked by the host"); /* the cause */
        CHECK(strlen(line) < 320);
    }
    size_t lines = own.lines;
    uint64_t minors = support_stats(own.m).minors;
    support_garbage(own.m, 10 << 20);
    CHECK_EQ(own.lines - lines, support_stats(own.m).minors - minors);
    CHECK(own.lines > lines);
    CHECK_HAS(own.log, "nursery");
    CHECK((*list)->number == 999);
    tn_external_adjust(own.heap, -(256 << 10));
    host_close(&own);
}

static void log_says_nothing_unless_asked(void **state) {
    (void)state;
    support_garbage(m, 5 << 20);
    support_collect(m, TN_FULL);
    CHECK_EQ(host.lines, 0);
    CHECK_EQ(tn_option_set(m->heap, "log", "gc"), TN_OK);
    support_collect(m, TN_MINOR);
    CHECK_EQ(host.lines, 1);
    CHECK_EQ(tn_option_set(m->heap, "log", "none"), TN_OK);
    support_collect(m, TN_MINOR);
    CHECK_EQ(host.lines, 1);
}

static void log_of_majors_leaves_out_minors(void **state) {
    (void)state;
    Host own;
    host_exact(&own, "log=majors");
    support_collect(own.m, TN_MINOR);
    CHECK_EQ(own.lines, 0);
    support_collect(own.m, TN_MAJOR);
    support_collect(own.m, TN_FULL);
    CHECK_EQ(own.lines, 2);
    host_close(&own);
}

/* The statistics, line by line, when the heap ends. */
static void log_of_the_summary(void **state) {
    (void)state;
    Host own;
    char text[2048];
    size_t lines = 0;
    host_exact(&own, "log=summary");
    support_collect(own.m, TN_MAJOR);
    CHECK_EQ(own.lines, 0);
    tn_stats_text(own.heap, text, sizeof text);
    for (const char *p = text; *p; p++) lines += *p == '\n';
    host_close(&own);
    CHECK_EQ(own.lines, lines);
    CHECK_HAS(own.log, "[summary ");
    CHECK_HAS(own.log, "collections   2 minor, 1 major");
}

static void objects_that_are_born_old_are_no_empty_nursery(void **state) {
    (void)state;
    Host own;
    char text[2048];
    host_exact(&own, "pretenure=on nursery=1M log=gc");
    tn_stats_text(own.heap, text, sizeof text);
    CHECK_HAS(text, "nursery 1.0 MiB (not used: objects are born old)");
    support_collect(own.m, TN_MAJOR);
    CHECK_HAS(own.log, ", objects are born old");
    CHECK(strstr(own.log, "survived") == NULL);
    host_close(&own);
}

static void json_escapes_the_heaps_name(void **state) {
    (void)state;
    Host own;
    tn_config config = TN_CONFIG_INIT;
    config.name = "a\"b\\c\nd";
    config.options = "log=gc log_format=json";
    config.ignore_environment = true;
    host_config(&own, &config);
    support_collect(own.m, TN_MINOR);
    CHECK_HAS(own.log, "\"heap\":\"a\\\"b\\\\c\\u000ad\",");
    host_close(&own);
}

static void log_carries_the_heaps_name(void **state) {
    (void)state;
    Host own;
    tn_config config = TN_CONFIG_INIT;
    config.name = "second-interpreter";
    config.options = "log=gc";
    config.ignore_environment = true;
    host_config(&own, &config);
    support_collect(own.m, TN_MINOR);
    CHECK_HAS(own.log, "second-interpreter");
    host_close(&own);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        TEST(a_new_heap_has_done_nothing),
        TEST(allocated_bytes_count_every_cell),
        TEST(large_objects_are_counted),
        TEST(promoted_and_live_bytes_are_those_of_the_survivors),
        TEST(used_bytes_grow_with_each_object),
        TEST(external_bytes_add_up),
        TEST(collections_by_allocation_are_counted),
        TEST(pauses_are_ordered_and_within_the_total),
        TEST(next_major_is_never_put_off_for_good),
        TEST(the_phases_are_the_processors_time),
        TEST(slow_calls_are_counted),
        TEST(log_of_majors_leaves_out_minors),
        TEST(log_of_the_summary),
        TEST(json_escapes_the_heaps_name),
        TEST(objects_that_are_born_old_are_no_empty_nursery),
        TEST(text_is_cut_to_its_room),
        TEST(text_names_what_it_counts),
        TEST(log_has_a_line_a_collection),
        TEST(log_says_nothing_unless_asked),
        TEST(log_carries_the_heaps_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
