/* test_pacing.c: pacing on a machine whose clocks a script moves: the clock that it goes by (base/clock.h), a
 * process that is stopped again and again, clocks that jump or stand still, external bytes, and when memory is given
 * back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "collect/pacing/pacing.h"
#include "heap/heap.h"
#include "support.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)

/* The machine of the script. Each look at the wall clock takes `tick`; each `stop_each`-th finds that the process has
 * been stopped for `stop`. */
typedef struct Machine {
    uint64_t wall, cpu, tick, stop, frozen;
    unsigned looks, stop_each, cpu_looks;
    bool coarse, still;
} Machine;
static Machine machine;

static void run(uint64_t ns) {
    if (machine.still) return;
    machine.wall += ns;
    machine.cpu += ns;
}

static uint64_t wall_clock(void) {
    run(machine.tick);
    machine.looks++;
    if (machine.stop_each && machine.looks % machine.stop_each == 0) machine.wall += machine.stop;
    return machine.wall;
}

static uint64_t cpu_clock(void) {
    machine.cpu_looks++;
    return machine.coarse ? machine.cpu / (10 * MS) * (10 * MS) : machine.cpu;
}

static tni_clock started(void) {
    machine = (Machine){.wall = 5 * SECOND, .cpu = 70 * MS};
    tni_clock clock = {.wall = wall_clock, .cpu = cpu_clock};
    tni_clock_start(&clock);
    return clock;
}

/* ---- the clock alone ---- */

static void time_goes_on_as_the_thread_runs(void **state) {
    (void)state;
    tni_clock clock = started();
    uint64_t before = tni_clock_read(&clock);
    for (int i = 1; i <= 1000; i++) {
        run(50 * US);
        CHECK_EQ(tni_clock_read(&clock) - before, (uint64_t)i * 50 * US);
    }
    CHECK(machine.cpu_looks <= 1 + 1000 / 4); /* a call of the system: not each time */
}

static void time_stands_still_while_the_thread_is_stopped(void **state) {
    (void)state;
    tni_clock clock = started();
    uint64_t before = tni_clock_read(&clock);
    for (int i = 1; i <= 100; i++) {
        run(50 * US);
        if (i % 3 == 0) machine.wall += 15 * MS;
        CHECK_EQ(tni_clock_read(&clock) - before, (uint64_t)i * 50 * US);
    }
    machine.wall += TNI_CLOCK_UNCHECKED / 2; /* what is short is believed, but where it is suspicious */
    CHECK_EQ(tni_clock_read(&clock) - before, 100 * 50 * US + TNI_CLOCK_UNCHECKED / 2);
    machine.wall += TNI_CLOCK_UNCHECKED / 4;
    CHECK_EQ(tni_clock_check(&clock) - before, 100 * 50 * US + TNI_CLOCK_UNCHECKED / 2);
}

/* The time never goes back, and a jump of one clock is not the program's time. */
static void clocks_may_jump(void **state) {
    (void)state;
    tni_clock clock = started();
    uint64_t last = tni_clock_read(&clock);
    static const int64_t jumps[][2] = {{3600, 0}, {-3600, 0}, {0, 3600}, {0, -1}, {-2, -2}, {100000, -3}, {0, 0}};
    for (unsigned i = 0; i < sizeof jumps / sizeof *jumps; i++) {
        machine.wall = (uint64_t)((int64_t)machine.wall + jumps[i][0] * (int64_t)SECOND + (i == 1 ? 1000 : 0));
        machine.cpu = (uint64_t)((int64_t)machine.cpu + jumps[i][1] * (int64_t)MS);
        for (int k = 0; k < 20; k++) {
            run(50 * US);
            uint64_t now = tni_clock_read(&clock);
            CHECK(now >= last);
            CHECK(now - last <= 100 * US || (jumps[i][0] > 0 && jumps[i][1] < 0 && k == 0));
            last = now;
        }
        CHECK_EQ(tni_clock_read(&clock) - last, 0);
    }
}

static void a_clock_that_stands_still_is_not_believed(void **state) {
    (void)state;
    tni_clock clock = started();
    uint64_t before = tni_clock_read(&clock);
    uint64_t cpu = machine.cpu;
    for (int i = 1; i <= 100; i++) { /* as where there is none */
        run(MS);
        machine.cpu = cpu;
        CHECK_EQ(tni_clock_read(&clock) - before, (uint64_t)i * MS);
    }
    clock = started();
    machine.coarse = true;
    before = tni_clock_read(&clock);
    for (int i = 0; i < 10000; i++) {
        run(30 * US);
        tni_clock_read(&clock);
    }
    uint64_t took = tni_clock_read(&clock) - before;
    CHECK(took >= 280 * MS && took <= 320 * MS);
    machine.still = true;
    before = tni_clock_read(&clock);
    for (int i = 0; i < 100; i++) CHECK_EQ(tni_clock_read(&clock), before);
}

static void another_thread_has_a_clock_of_its_own(void **state) {
    (void)state;
    tni_clock clock = started();
    uint64_t before = tni_clock_read(&clock);
    run(MS);
    machine.cpu = 3 * SECOND;
    tni_clock_start(&clock);
    CHECK_EQ(tni_clock_read(&clock), before);
    run(MS);
    CHECK_EQ(tni_clock_read(&clock) - before, MS);
}

/* ---- pacing ---- */

/* The heap's clock is the machine's from now on. */
static void on_machine(Host *host, const char *options) {
    host_exact(host, options);
    machine = (Machine){.wall = SECOND, .cpu = SECOND, .tick = 20 * US};
    tni_pacer *p = host->heap->pacing;
    p->clock.wall = wall_clock;
    p->clock.cpu = cpu_clock;
    tni_clock_start(&p->clock);
    p->major_at = p->clock.at;
    p->last_end = p->growth.since = tni_pacing_now(host->heap);
}

enum { WINDOW = 10000 };

/* Makes `count` pairs, of which the last WINDOW are alive. The program takes 50 ns for each. */
static void slide(Host *host, Vector **window, long count) {
    tn_mutator *m = host->m;
    for (long i = 0; i < count; i++) {
        TN_SCOPE(m);
        Pair **pair = TN_NEW(m, Pair);
        CHECK(pair != NULL);
        TN_SET(m, window, item[i % WINDOW], pair);
        run(50);
    }
}

typedef struct Sizes {
    uint64_t nursery, limit, minors, majors, most;
} Sizes;

/* Of a sliding window: the last sizes, and the most that was committed. */
static Sizes slide_on(uint64_t stop, unsigned stop_each) {
    Host host;
    on_machine(&host, NULL);
    Vector **window = TN_NEW_TAIL(host.m, Vector, void *, WINDOW);
    slide(&host, window, 50 * WINDOW);
    machine.stop = stop;
    machine.stop_each = stop_each;
    Sizes z = {0};
    for (int i = 0; i < 40; i++) {
        slide(&host, window, 4 * WINDOW);
        tn_stats s = support_stats(host.m);
        uint64_t most = s.committed_bytes > z.most ? s.committed_bytes : z.most;
        z = (Sizes){s.nursery_bytes, s.old_limit_bytes, s.minors, s.majors, most};
    }
    host_close(&host);
    return z;
}

static void near(uint64_t a, uint64_t b) {
    if (a > b + b / 7 || b > a + a / 7) FAIL("%llu and %llu", (unsigned long long)a, (unsigned long long)b);
}

static void being_stopped_changes_no_sizes(void **state) {
    (void)state;
    Sizes calm = slide_on(0, 0);
    static const unsigned each[] = {2, 3, 7, 100};
    for (unsigned i = 0; i < 4; i++) {
        Sizes stopped = slide_on(15 * MS, each[i]);
        near(stopped.nursery, calm.nursery);
        near(stopped.limit, calm.limit);
        near(stopped.minors, calm.minors);
        near(stopped.most, calm.most);
    }
}

/* Whatever the clocks say, sizes stay sane; and once they are right again, so are the sizes. */
static void sizes_survive_wrong_clocks(void **state) {
    (void)state;
    Host host;
    on_machine(&host, NULL);
    Vector **window = TN_NEW_TAIL(host.m, Vector, void *, WINDOW);
    slide(&host, window, 100 * WINDOW);
    tn_stats calm = support_stats(host.m);
    for (int kind = 0; kind < 5; kind++) {
        Machine before = machine;
        uint64_t cpu = machine.cpu;
        for (int i = 0; i < 20; i++) {
            if (kind == 0) machine.still = true;                                /* neither clock moves */
            if (kind == 1) machine.wall += 3600 * SECOND;                       /* one jumps, */
            if (kind == 2) machine.wall += SECOND, machine.cpu += SECOND;       /* or both do, */
            if (kind == 3) machine.wall -= 100 * US, machine.cpu -= 50 * US;    /* or go back; */
            if (kind == 4) machine.cpu = cpu, machine.tick = 3 * MS;            /* or there is none of the thread */
            slide(&host, window, WINDOW / 3);
            tn_stats s = support_stats(host.m);
            CHECK(s.nursery_bytes <= 2 * calm.nursery_bytes + 4 * MIB);
            CHECK(s.old_limit_bytes <= 3 * calm.old_limit_bytes + 32 * MIB);
        }
        machine.still = before.still;
        machine.tick = before.tick;
        slide(&host, window, 150 * WINDOW);
        tn_stats s = support_stats(host.m);
        CHECK(s.nursery_bytes >= calm.nursery_bytes / 2);
        CHECK(s.old_limit_bytes <= 2 * calm.old_limit_bytes + 8 * MIB);
    }
    host_close(&host);
}

/* ---- what is given back ---- */

static uint64_t committed_beyond(tn_mutator *m) {
    tn_stats s = support_stats(m);
    uint64_t wanted = 2 * s.live_bytes + 32 * MIB;
    return s.committed_bytes > wanted ? s.committed_bytes - wanted : 0;
}

/* A list of `length` pairs that is garbage when this returns; each `keep`-th lives on in the array, so that few regions
 * are empty. */
static void drop_a_list(tn_mutator *m, long length, Vector **kept, long keep) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, list);
    for (long i = 0; i < length; i++) {
        TN_SCOPE(m);
        Pair **pair = TN_NEW(m, Pair);
        CHECK(pair != NULL);
        if (i % keep == 0) TN_SET(m, kept, item[i / keep], pair);
        else TN_SET(m, pair, cdr, list), *list = *pair;
        if (i % 1000 == 0) run(50 * US);
    }
}

enum { PEAK = 2500000, KEEP = 100000 }; /* 76 MiB */

static void five_majors_give_a_peak_back(void **state) {
    (void)state;
    Host host;
    on_machine(&host, "pretenure=off");
    Vector **kept = TN_NEW_TAIL(host.m, Vector, void *, PEAK / KEEP);
    drop_a_list(host.m, PEAK, kept, KEEP);
    CHECK(support_stats(host.m).committed_bytes > 70 * MIB);
    for (int i = 0; i < 5; i++) {
        support_collect(host.m, TN_MAJOR);
        for (int k = 0; k < 200; k++) support_collect(host.m, TN_MINOR);
    }
    CHECK_EQ(committed_beyond(host.m), 0);
    CHECK(support_stats(host.m).old_limit_bytes < 16 * MIB);
    host_close(&host);
}

static void half_a_minute_gives_a_peak_back(void **state) {
    (void)state;
    for (int majors = 0; majors < 2; majors++) {
        Host host;
        on_machine(&host, "pretenure=off");
        Vector **kept = TN_NEW_TAIL(host.m, Vector, void *, PEAK / KEEP);
        drop_a_list(host.m, PEAK, kept, KEEP);
        for (int i = 0; i < majors; i++) support_collect(host.m, TN_MAJOR);
        uint64_t begin = machine.wall, made = support_stats(host.m).majors;
        CHECK(committed_beyond(host.m) > 24 * MIB || !majors);
        while (machine.wall - begin < 30 * SECOND) {
            support_garbage(host.m, 64 * KIB);
            support_collect(host.m, TN_MINOR);
            run(100 * MS);
        }
        CHECK_EQ(committed_beyond(host.m), 0);
        CHECK(support_stats(host.m).live_bytes < 8 * MIB);
        CHECK(support_stats(host.m).majors <= made + 3);
        host_close(&host);
    }
}

/* A peak that comes again soon is not given back in between. */
static void a_sawtooth_keeps_its_memory(void **state) {
    (void)state;
    Host host;
    on_machine(&host, "pretenure=off");
    Vector **kept = TN_NEW_TAIL(host.m, Vector, void *, PEAK / KEEP);
    drop_a_list(host.m, PEAK, kept, KEEP);
    for (int i = 0; i < 2; i++) {
        support_collect(host.m, TN_MAJOR);
        for (int k = 0; k < 50; k++) support_collect(host.m, TN_MINOR);
        CHECK(support_stats(host.m).committed_bytes > 60 * MIB);
    }
    uint64_t majors = support_stats(host.m).majors;
    drop_a_list(host.m, PEAK / 2, kept, KEEP);
    CHECK_EQ(support_stats(host.m).majors, majors);
    host_close(&host);
}

static void full_collections_change_nothing(void **state) {
    (void)state;
    Host host;
    on_machine(&host, "pretenure=off");
    Vector **window = TN_NEW_TAIL(host.m, Vector, void *, WINDOW);
    slide(&host, window, 100 * WINDOW);
    *window = NULL; /* so that 10,000 do not take long */
    support_collect(host.m, TN_FULL);
    tni_pacer first = *host.heap->pacing;
    tn_stats before = support_stats(host.m);
    CHECK(first.old_rate > 0);
    for (int i = 0; i < 10000; i++) support_collect(host.m, TN_FULL);
    tni_pacer *p = host.heap->pacing;
    tn_stats after = support_stats(host.m);
    CHECK_EQ(after.old_limit_bytes, before.old_limit_bytes);
    CHECK_EQ(after.nursery_bytes, before.nursery_bytes);
    CHECK_EQ(p->old_rate, first.old_rate);
    CHECK_EQ(p->churning, first.churning);
    CHECK(p->cells == first.cells && p->byte_ns == first.byte_ns && p->worst_survival == first.worst_survival);
    uint64_t since = tni_pacing_now(host.heap) - p->growth.since;
    CHECK(since < 300 * MS); /* they are no time in which nothing grew; what lies between them is */
    host_close(&host);
}

static void a_full_collection_forgets_the_peak(void **state) {
    (void)state;
    Host host;
    on_machine(&host, "pretenure=off");
    Vector **kept = TN_NEW_TAIL(host.m, Vector, void *, PEAK / KEEP);
    drop_a_list(host.m, PEAK, kept, KEEP);
    support_collect(host.m, TN_FULL);
    tn_stats s = support_stats(host.m);
    CHECK(s.old_limit_bytes < s.live_bytes + 8 * MIB);
    CHECK_EQ(committed_beyond(host.m), 0);
    support_garbage(host.m, MIB);
    support_collect(host.m, TN_MAJOR);
    CHECK(support_stats(host.m).old_limit_bytes < s.live_bytes + 16 * MIB);
    host_close(&host);
}

/* ---- external bytes ---- */

enum { BUFFER = 256 << 10 };
static size_t external_most;

static void buffer_gone(tn_heap *heap, void *object) {
    (void)object;
    tn_external_adjust(heap, -(ptrdiff_t)BUFFER);
}

static const tn_type_desc buffer_desc = {
    .number = TN_FIRST_SPECIAL + 9, .name = "Buffer", .size = 16, .flags = TN_LEAF, .dispose = buffer_gone};

/* Makes `count` objects that own BUFFER bytes each, and holds one in each of `slots`. Each takes the program 3 us. */
static void make_buffers(Host *host, Vector **table, size_t slots, long count) {
    tn_mutator *m = host->m;
    unsigned random = 1;
    for (long i = 0; i < count; i++) {
        TN_SCOPE(m);
        void *buffer = tn_alloc_sized(m, buffer_desc.number, buffer_desc.size);
        if (!buffer) FAIL("%s", tn_last_error(m));
        random = random * 1664525 + 1013904223;
        if (slots) tn_store(m, *table, (char *)*table + offsetof(Vector, item) + (random >> 8) % slots * 8, buffer);
        tn_external_adjust(host->heap, BUFFER);
        size_t now = tni_external_bytes(host->heap);
        if (now > external_most) external_most = now;
        run(3 * US);
    }
}

/* An object that takes as long to mark as a large heap does. */
static void mark_slowly(tn_tracer *tracer, void *object) {
    (void)tracer, (void)object;
    run(20 * MS);
}

static const tn_type_desc slow_desc = {
    .number = TN_FIRST_TYPE + 20, .name = "Slow", .size = 16, .trace = mark_slowly};

static Vector **open_buffers(Host *host, const char *options, size_t slots) {
    on_machine(host, options);
    CHECK(tn_type_create(host->heap, &slow_desc) != 0);
    CHECK(tn_type_create(host->heap, &buffer_desc) != 0);
    external_most = 0;
    return TN_NEW_TAIL(host->m, Vector, void *, slots);
}

/* Where a marking takes long, external bytes may grow by as much as other bytes, and more: by what is alive of both. */
static void external_growth_is_paced(void **state) {
    (void)state;
    Host host;
    enum { SLOTS = 25, LIVE = 400000 };
    Vector **table = open_buffers(&host, "pretenure=off", SLOTS);
    TN_HANDLE(host.m, tn_alloc_sized(host.m, slow_desc.number, slow_desc.size));
    Pair **list = support_list(host.m, LIVE);
    uint64_t majors = support_stats(host.m).majors;
    make_buffers(&host, table, SLOTS, 5000);
    CHECK(support_stats(host.m).majors - majors <= 20); /* one for each 64 MiB that come */
    size_t alive = LIVE * tn_cell_bytes(sizeof(Pair)) + SLOTS * (size_t)BUFFER;
    CHECK(external_most < 5 * alive);
    support_check_list(*list, LIVE);
    host_close(&host);
}

/* 20 GiB of buffers with tiny owners, which die young or old. */
static void external_bytes_stay_below_the_limit(void **state) {
    (void)state;
    static const char *const options[] = {"heap_max=64M", "heap_max=64M policy=fixed", "heap_max=none"};
    for (unsigned i = 0; i < 6; i++) {
        size_t slots = i % 2 ? 100 : 0;
        Host host;
        Vector **table = open_buffers(&host, options[i / 2], slots);
        make_buffers(&host, table, slots, (long)(20480 * MIB / BUFFER));
        CHECK_EQ(host.errors, 0);
        CHECK(external_most <= 64 * MIB);
        host_close(&host);
    }
}

/* What a minor collection can free needs no major one, and a request is one collection. */
static void young_external_bytes_need_no_major(void **state) {
    (void)state;
    Host host;
    open_buffers(&host, "policy=fixed growth_min=4M", 0);
    make_buffers(&host, NULL, 0, 16 * 100);
    tn_stats s = support_stats(host.m);
    CHECK_EQ(s.majors, 0);
    CHECK(s.minors >= 90 && s.minors <= 110); /* 16 buffers are 4 MiB */
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_goes_on_as_the_thread_runs),
        cmocka_unit_test(time_stands_still_while_the_thread_is_stopped),
        cmocka_unit_test(clocks_may_jump),
        cmocka_unit_test(a_clock_that_stands_still_is_not_believed),
        cmocka_unit_test(another_thread_has_a_clock_of_its_own),
        cmocka_unit_test(being_stopped_changes_no_sizes),
        cmocka_unit_test(sizes_survive_wrong_clocks),
        cmocka_unit_test(external_growth_is_paced),
        cmocka_unit_test(external_bytes_stay_below_the_limit),
        cmocka_unit_test(young_external_bytes_need_no_major),
        cmocka_unit_test(five_majors_give_a_peak_back),
        cmocka_unit_test(half_a_minute_gives_a_peak_back),
        cmocka_unit_test(a_sawtooth_keeps_its_memory),
        cmocka_unit_test(full_collections_change_nothing),
        cmocka_unit_test(a_full_collection_forgets_the_peak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
