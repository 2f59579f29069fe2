/* test_policy.c: pacing by a host's policy, by the fixed one and by the adaptive one, and the clamps around all of
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "collect/pacing/pacing.h"
#include "debug/site.h"
#include "heap/heap.h"
#include "observe/stats.h"
#include "support.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

/* A policy that answers what the test wants and keeps what it was told. */
typedef struct Answers {
    size_t nursery, extra;
    unsigned nursery_calls, limit_calls;
    tn_pacing last;
    uint64_t shortest_ns; /* minor_ns, but 0 before the first: what no other process has lengthened */
} Answers;

static size_t answer_nursery(const tn_pacing *pacing, void *user) {
    Answers *a = user;
    a->nursery_calls++;
    a->last = *pacing;
    if (!a->shortest_ns || pacing->minor_ns < a->shortest_ns) a->shortest_ns = pacing->minor_ns;
    return a->nursery;
}

static size_t answer_limit(const tn_pacing *pacing, void *user) {
    Answers *a = user;
    a->limit_calls++;
    return a->extra == SIZE_MAX ? SIZE_MAX : pacing->live + pacing->external + a->extra;
}

static void open_with(Host *host, const tn_policy *policy, const char *options) {
    tn_config config = TN_CONFIG_INIT;
    config.options = options;
    config.ignore_environment = true;
    config.policy = policy;
    host_config(host, &config);
}

static void host_policy_decides(void **state) {
    (void)state;
    Answers a = {.nursery = 512 * KIB, .extra = 3 * MIB};
    tn_policy policy = {sizeof policy, answer_nursery, answer_limit, &a};
    Host host;
    open_with(&host, &policy, NULL);
    Pair **list = support_list(host.m, 50000);
    support_garbage(host.m, 16 * MIB);
    tn_stats s = support_stats(host.m);
    CHECK(a.nursery_calls > 0);
    CHECK_EQ(s.nursery_bytes, 512 * KIB);
    CHECK_EQ(a.last.nursery, 512 * KIB);
    support_collect(host.m, TN_MAJOR);
    s = support_stats(host.m);
    CHECK(a.limit_calls > 0);
    CHECK_EQ(s.old_limit_bytes, s.live_bytes + 3 * MIB);
    a.nursery = MIB;
    support_garbage(host.m, 4 * MIB);
    CHECK_EQ(support_stats(host.m).nursery_bytes, MIB);
    support_check_list(*list, 50000);
    host_close(&host);
}

/* Whoever collects for most of the time is told so once, with a hint; not in the first second, nor by a debug mode. */
static void costly_options_are_told(void **state) {
    (void)state;
    static const struct { const char *options, *hint; } cases[] = {
        {"policy=fixed nursery=256K", "policy=fixed adapts nothing"}, {"nursery=64K", "nursery=auto adapts it"},
        {"heap_max=64M", "heap_max leaves little room"}, {"debug=verify nursery=64K", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Host host;
        host_exact(&host, cases[i].options);
        tni_counters *s = host.heap->stats;
        s->gc_ns = 900000000;
        support_collect(host.m, TN_MINOR);
        CHECK_EQ(host.lines, 0);
        s->created_ns -= 1500000000;
        support_collect(host.m, TN_MINOR);
        support_collect(host.m, TN_MINOR);
        CHECK_EQ(host.lines, cases[i].hint ? 1 : 0);
        if (cases[i].hint) CHECK_HAS(host.log, cases[i].hint);
        host_close(&host);
    }
}

/* The function that it leaves out is the library's. */
static void host_policy_decides_one_size(void **state) {
    (void)state;
    Answers a = {.nursery = 512 * KIB, .extra = 3 * MIB};
    const tn_policy policies[] = {{sizeof(tn_policy), answer_nursery, NULL, &a},
                                  {sizeof(tn_policy), NULL, answer_limit, &a}};
    for (int i = 0; i < 2; i++) {
        Host host;
        open_with(&host, &policies[i], NULL);
        Pair **list = support_list(host.m, 50000);
        support_garbage(host.m, 16 * MIB);
        support_collect(host.m, TN_MAJOR);
        tn_stats s = support_stats(host.m);
        CHECK(i ? s.old_limit_bytes == s.live_bytes + 3 * MIB : s.nursery_bytes == 512 * KIB);
        support_check_list(*list, 50000);
        host_close(&host);
    }
    CHECK(a.nursery_calls > 0 && a.limit_calls > 0);
}

static void policy_is_told_the_truth(void **state) {
    (void)state;
    Answers a = {.nursery = 512 * KIB, .extra = 3 * MIB};
    tn_policy policy = {sizeof policy, answer_nursery, answer_limit, &a};
    Host host;
    open_with(&host, &policy, "heap_max=100M pause_target=3ms nursery_max=8M");
    tn_external_adjust(host.heap, 12345);
    support_list(host.m, 100000);
    CHECK_EQ(a.last.external, 12345);
    CHECK_EQ(a.last.heap_max, 100 * MIB);
    CHECK_EQ(a.last.pause_target_ns, 3000000);
    CHECK_EQ(a.last.nursery_max, 8 * MIB);
    CHECK(a.last.survived > 400 * KIB && a.last.survived <= MIB); /* a list survives whole */
    CHECK(a.last.minor_ns > 0);
    host_close(&host);
}

static void answers_are_clamped(void **state) {
    (void)state;
    Answers a = {.nursery = SIZE_MAX, .extra = SIZE_MAX};
    tn_policy policy = {sizeof policy, answer_nursery, answer_limit, &a};
    Host host;
    open_with(&host, &policy, "heap_max=64M nursery_max=4M");
    support_garbage(host.m, 16 * MIB);
    support_collect(host.m, TN_MAJOR);
    tn_stats s = support_stats(host.m);
    CHECK_EQ(s.nursery_bytes, 4 * MIB);
    CHECK(s.old_limit_bytes <= s.live_bytes + 32 * MIB); /* half-way to the hard limit */
    a = (Answers){0};
    support_garbage(host.m, 16 * MIB);
    support_collect(host.m, TN_MAJOR);
    s = support_stats(host.m);
    CHECK(s.nursery_bytes >= 64 * KIB);
    CHECK(s.old_limit_bytes > s.live_bytes);
    support_garbage(host.m, 4 * MIB);
    host_close(&host);
}

static void fixed_means_fixed(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "policy=fixed nursery=1M growth_min=2M");
    TN_LOCAL(host.m, Pair, keep);
    for (int i = 1; i <= 5; i++) {
        TN_SCOPE(host.m);
        *keep = *support_list(host.m, 30000L * i);
        support_garbage(host.m, 4 * MIB);
        CHECK_EQ(support_stats(host.m).nursery_bytes, MIB);
        support_collect(host.m, TN_MAJOR);
        tn_stats s = support_stats(host.m);
        uint64_t half = s.live_bytes / 2;
        CHECK_EQ(s.old_limit_bytes, s.live_bytes + (half > 2 * MIB ? half : 2 * MIB));
    }
    host_close(&host);
}

/* A heap that grows is marked so often that all markings together take a few times what the last one does. */
static void fixed_grows_in_proportion(void **state) {
    (void)state;
    enum { LENGTH = 1500000 };
    Host host;
    host_exact(&host, "policy=fixed growth_min=256K");
    Pair **list = support_list(host.m, LENGTH); /* 46 MiB */
    CHECK(support_stats(host.m).majors <= 16);
    support_check_list(*list, LENGTH);
    host_close(&host);
}

enum { FOREIGN = 4096 };
static void give_back(tn_heap *heap, void *object) {
    (void)object;
    tn_external_adjust(heap, -FOREIGN);
}

/* Makes objects that own FOREIGN bytes each, and holds the last 64. Returns the most external bytes there were. */
static uint64_t most_external(tn_mutator *m, uint32_t type, int count) {
    enum { HELD = 64 };
    TN_SCOPE(m);
    void **held[HELD];
    for (int i = 0; i < HELD; i++) held[i] = TN_HANDLE(m, (void *)NULL);
    uint64_t most = 0;
    for (int i = 0; i < count; i++) {
        tn_external_adjust(m->heap, FOREIGN);
        *held[i % HELD] = tn_alloc_sized(m, type, 16);
        CHECK(*held[i % HELD] != NULL);
        uint64_t external = support_stats(m).external_bytes;
        if (external > most) most = external;
    }
    return most;
}

/* Old objects that own memory outside of the heap die, and are disposed of a while later: what they owned must not
 * raise the limit of one collection after the other. */
static void limit_does_not_count_what_was_disposed_of(void **state) {
    (void)state;
    static const tn_type_desc desc = {
        .number = TN_FIRST_SPECIAL + 9, .name = "Foreign", .size = 16, .flags = TN_LEAF, .dispose = give_back};
    Host host;
    host_exact(&host, "policy=fixed nursery=64K growth_min=256K pretenure=off");
    CHECK(tn_type_create(host.heap, &desc) != 0);
    CHECK(most_external(host.m, desc.number, 20000) < 2 * MIB);
    CHECK(support_stats(host.m).majors > 100);
    host_close(&host);
}

/* The limit after a major collection leaves at least growth_min, and never more than half the way to heap_max. */
static void adaptive_limit_stays_between_its_bounds(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "growth_min=4M heap_max=128M");
    TN_LOCAL(host.m, Pair, keep);
    for (int i = 0; i < 6; i++) {
        TN_SCOPE(host.m);
        *keep = *support_list(host.m, i % 2 ? 1000 : 400000);
        support_collect(host.m, TN_MAJOR);
        tn_stats s = support_stats(host.m);
        CHECK(s.old_limit_bytes >= s.live_bytes + 4 * MIB);
        CHECK(s.old_limit_bytes <= s.live_bytes + (128 * MIB - s.live_bytes) / 2);
    }
    host_close(&host);
}

static void adaptive_nursery_grows_when_collecting_is_costly(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "pause_target=10s pretenure=off");
    size_t before = support_stats(host.m).nursery_bytes;
    TN_LOCAL(host.m, Pair, keep);
    for (int i = 0; i < 10; i++) {
        TN_SCOPE(host.m);
        *keep = *support_list(host.m, 200000); /* everything survives: collecting is most of the time */
    }
    CHECK(support_stats(host.m).nursery_bytes > before);
    CHECK_EQ(tn_option_set(host.m->heap, "pause_target", "10us"), TN_OK);
    *keep = *support_list(host.m, 400000);
    CHECK_EQ(support_stats(host.m).nursery_bytes, 256 * KIB); /* a target that cannot be met: the least there is */
    host_close(&host);
}

/* ---- debug modes ---- */

static void policy_is_not_told_what_debug_modes_take(void **state) {
    (void)state;
    Answers a = {.nursery = 512 * KIB, .extra = 3 * MIB};
    tn_policy policy = {sizeof policy, answer_nursery, answer_limit, &a};
    Host host;
    open_with(&host, &policy, "debug=verify pretenure=off");
    Pair **list = support_list(host.m, 400000);
    a.shortest_ns = 0;
    support_garbage(host.m, 64 * MIB); /* the pauses are what looking at the list takes */
    CHECK_EQ(support_stats(host.m).nursery_bytes, 512 * KIB);
    CHECK(a.shortest_ns * 4 < support_stats(host.m).minor_p50_ns);
    support_check_list(*list, 400000);
    host_close(&host);
}

static uint64_t nursery_beside_a_list(const char *options) {
    Host host;
    host_exact(&host, options);
    Pair **list = support_list(host.m, 400000);
    support_garbage(host.m, 64 * MIB);
    support_check_list(*list, 400000);
    uint64_t nursery = support_stats(host.m).nursery_bytes;
    host_close(&host);
    return nursery;
}

static void verify_makes_cycles_longer_where_it_may(void **state) {
    (void)state;
    CHECK(nursery_beside_a_list("debug=verify pretenure=off") >= 4 * MIB);
    CHECK_EQ(nursery_beside_a_list("debug=verify pretenure=off nursery=256K"), 256 * KIB);
    CHECK_EQ(nursery_beside_a_list("debug=verify pretenure=off nursery_max=2M"), 2 * MIB);
}

/* ---- pretenuring ---- */

enum { RING = 4000, WIDTH = 60 }; /* together more than a nursery holds; and one is long in copying */

/* An item of the ring, whatever the ring's type says. */
static Vector *item_of(Vector *ring, long k) { return (Vector *)(void *)tn_read(ring, item[(k + RING) % RING]); }

static Pair **new_item(tn_mutator *m, long number) {
    Vector **item = TN_NEW_TAIL(m, Vector, void *, WIDTH);
    TN_PUT(m, item, number, number);
    return (Pair **)(void *)item;
}

/* Replaces the oldest item of the ring, `count` times: everything survives the nursery, and dies later. Returns how
 * many of the items were born old. */
static long churn(tn_mutator *m, Vector **ring, long count) {
    static long next;
    long old = 0;
    for (long i = 0; i < count; i++, next++) {
        TN_SCOPE(m);
        Pair **item = new_item(m, next);
        Vector *now = (Vector *)(void *)*item, *before = item_of(*ring, next - 1);
        tn_write(m, now, item[0], tn_read(*ring, item[(next + RING - 1) % RING]));
        tn_write(m, before, item[0], NULL); /* no chain through the dead */
        TN_SET(m, ring, item[next % RING], item);
        old += !tn_is_young(m, *item);
    }
    for (long k = next - RING; k < next; k++) {
        CHECK_EQ(item_of(*ring, k)->number, k);
        CHECK(k == next - 1 || !tn_read(item_of(*ring, k), item[0]));
    }
    return old;
}

static Vector **new_ring(tn_mutator *m) {
    Vector **ring = TN_NEW_TAIL(m, Vector, void *, RING);
    for (long k = 0; k < RING; k++) {
        TN_SCOPE(m);
        TN_SET(m, ring, item[k], new_item(m, k));
    }
    return ring;
}

static void comes_and_goes(const char *options) {
    Host host;
    host_exact(&host, options);
    Vector **ring = new_ring(host.m);
    churn(host.m, ring, 20 * RING);
    long old = 0; /* nearly all: what survives the nursery only to die in the old space is born there */
    for (int i = 0; i < 30 && old <= 8 * RING;
         i++) /* a busy machine may have spoilt a measurement: it is tried again */
        old = churn(host.m, ring, 10 * RING);
    CHECK(old > 8 * RING);
    support_garbage(host.m, 64 * MIB);
    uint64_t minors = support_stats(host.m).minors;
    support_garbage(host.m, 16 * MIB);
    CHECK(support_stats(host.m).minors > minors + 50); /* and garbage is young again */
    churn(host.m, ring, 10 * RING);
    host_close(&host);
}

/* What verify takes is not taken for the nursery's costs. */
static void pretenuring_comes_and_goes(void **state) {
    (void)state;
    comes_and_goes("nursery=256K");
    comes_and_goes("debug=verify nursery=256K");
}

static void pretenuring_by_option(void **state) {
    (void)state;
    static const char *const young[] = {"pretenure=off nursery=256K", "policy=fixed nursery=256K"};
    for (unsigned i = 0; i < 2; i++) {
        Host host;
        host_exact(&host, young[i]);
        Vector **ring = new_ring(host.m);
        CHECK_EQ(churn(host.m, ring, 20 * RING), 0);
        host_close(&host);
    }
    Host host;
    host_exact(&host, "pretenure=on debug=verify");
    Vector **ring = new_ring(host.m);
    CHECK_EQ(churn(host.m, ring, RING), RING);
    CHECK_EQ(tn_option_set(host.m->heap, "pretenure", "off"), TN_OK);
    CHECK_EQ(churn(host.m, ring, RING), 0);
    CHECK_EQ(tn_option_set(host.m->heap, "pretenure", "on"), TN_OK);
    support_collect(host.m, TN_MINOR); /* from the next cycle on */
    CHECK_EQ(churn(host.m, ring, RING), RING);
    host_close(&host);
}

/* In mode `move`, which `stale` includes, each cycle begins behind the one before. The one that the option begins has
 * no room there: it begins at the front again, and so must what is allocated next. */
static void pretenuring_ends_while_the_nursery_moves(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "pretenure=off debug=stale,verify nursery=1536K nursery_max=2M");
    support_garbage(host.m, MIB);
    CHECK_EQ(tn_option_set(host.m->heap, "pretenure", "on"), TN_OK);
    support_collect(host.m, TN_MINOR);
    CHECK(!tn_is_young(host.m, *TN_NEW(host.m, Pair)));
    CHECK_EQ(tn_option_set(host.m->heap, "pretenure", "off"), TN_OK);
    Pair **list = support_list(host.m, 10);
    uintptr_t young = (uintptr_t)*list;
    CHECK(tn_is_young(host.m, *list));
    support_collect(host.m, TN_MINOR);
    CHECK_EQ(support_stats(host.m).minors, 2);
    CHECK_EQ(tni_sites_cycle(host.heap->sites, young)->number, 2); /* that of the first is forgotten */
    host_close(&host);
}

/* A reservation and a raw window without checks take memory of the nursery, also while objects are born old. */
static void reservations_end_pretenuring(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "pretenure=on debug=verify");
    Pair **old = TN_NEW(host.m, Pair);
    CHECK(!tn_is_young(host.m, *old));
    uint64_t minors = support_stats(host.m).minors;
    CHECK_EQ(tn_reserve(host.m, 100 * tn_cell_bytes(sizeof(Pair))), TN_OK);
    {
        TN_NO_GC(host.m);
        Pair *list = NULL;
        for (int i = 0; i < 100; i++) {
            Pair *pair = tn_alloc(host.m, Pair);
            CHECK(pair && tn_is_young(host.m, pair));
            tn_init(pair, cdr, list);
            pair->number = i;
            list = pair;
        }
        tn_write(host.m, *old, cdr, list); /* recorded: the old one was born armed */
    }
    CHECK_EQ(support_stats(host.m).minors, minors);
    support_collect(host.m, TN_MINOR);
    support_check_list(tn_read(*old, cdr), 100);
    CHECK(!tn_is_young(host.m, *TN_NEW(host.m, Pair))); /* and on again */
    host_close(&host);
}

/* Every kind of object that is born in a slow path of its own. */
static void pretenured_shapes(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "pretenure=on debug=verify");
    static int disposed;
    disposed = 0;
    for (int i = 0; i < 2000; i++) {
        TN_SCOPE(host.m);
        Pair **pair = TN_NEW(host.m, Pair);
        Vector **vector = TN_NEW_TAIL(host.m, Vector, void *, (size_t)i % 70);
        Bytes **bytes = TN_NEW_TAIL(host.m, Bytes, char, (size_t)i * 7);
        File **file = TN_NEW(host.m, File);
        TN_PUT(host.m, file, disposed, &disposed);
        Fixed **fixed = TN_NEW(host.m, Fixed);
        TN_SET(host.m, fixed, pair, pair);
        tn_weak **weak = TN_WEAK_NEW(host.m, pair);
        if (i % 70) TN_SET(host.m, vector, item[i % 70 - 1], pair);
        CHECK(!tn_is_young(host.m, *pair) && !tn_is_young(host.m, *vector) && !tn_is_young(host.m, *bytes));
        CHECK(!tn_is_young(host.m, *file) && !tn_is_young(host.m, *fixed) && !tn_is_young(host.m, *weak));
        for (int k = 0; k < i * 7; k++) CHECK((*bytes)->byte[k] == 0);
        for (int k = 0; k < i * 7; k++) (*bytes)->byte[k] = 0xee; /* the next one in this memory is zero all the same */
        CHECK(tn_hash_of(host.m, *pair) == TN_HASH_OF(host.m, pair));
        if (i % 100 == 99) {
            support_collect(host.m, i % 500 == 499 ? TN_FULL : TN_MAJOR);
            CHECK(tn_weak_read(host.m, *weak) == *pair);
        }
    }
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, 2000);
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_policy_decides),
        cmocka_unit_test(host_policy_decides_one_size),
        cmocka_unit_test(costly_options_are_told),
        cmocka_unit_test(policy_is_told_the_truth),
        cmocka_unit_test(answers_are_clamped),
        cmocka_unit_test(fixed_means_fixed),
        cmocka_unit_test(fixed_grows_in_proportion),
        cmocka_unit_test(limit_does_not_count_what_was_disposed_of),
        cmocka_unit_test(adaptive_limit_stays_between_its_bounds),
        cmocka_unit_test(adaptive_nursery_grows_when_collecting_is_costly),
        cmocka_unit_test(policy_is_not_told_what_debug_modes_take),
        cmocka_unit_test(verify_makes_cycles_longer_where_it_may),
        cmocka_unit_test(pretenuring_comes_and_goes),
        cmocka_unit_test(pretenuring_by_option),
        cmocka_unit_test(pretenuring_ends_while_the_nursery_moves),
        cmocka_unit_test(reservations_end_pretenuring),
        cmocka_unit_test(pretenured_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
