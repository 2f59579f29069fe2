/* test_policy.c: pacing by a host's policy, by the fixed one and by the adaptive one, and the clamps around all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

/* A policy that answers what the test wants and keeps what it was told. */
typedef struct Answers {
    size_t nursery, extra;
    unsigned nursery_calls, limit_calls;
    tn_pacing last;
} Answers;

static size_t answer_nursery(const tn_pacing *pacing, void *user) {
    Answers *a = user;
    a->nursery_calls++;
    a->last = *pacing;
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
    tn_policy policy = {answer_nursery, answer_limit, &a};
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

static void policy_is_told_the_truth(void **state) {
    (void)state;
    Answers a = {.nursery = 512 * KIB, .extra = 3 * MIB};
    tn_policy policy = {answer_nursery, answer_limit, &a};
    Host host;
    open_with(&host, &policy, "heap_max=100M pause_target=3ms nursery_max=8M");
    tn_external(host.heap, 12345);
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
    tn_policy policy = {answer_nursery, answer_limit, &a};
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
        CHECK_EQ(s.old_limit_bytes, s.live_bytes + 2 * MIB);
    }
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
    host_exact(&host, "pause_target=10s");
    size_t before = support_stats(host.m).nursery_bytes;
    TN_LOCAL(host.m, Pair, keep);
    for (int i = 0; i < 10; i++) {
        TN_SCOPE(host.m);
        *keep = *support_list(host.m, 200000); /* everything survives: collecting is most of the time */
    }
    CHECK(support_stats(host.m).nursery_bytes > before);
    CHECK_EQ(tn_option_set(host.m, "pause_target", "10us"), TN_OK);
    *keep = *support_list(host.m, 400000);
    CHECK_EQ(support_stats(host.m).nursery_bytes, 256 * KIB); /* a target that cannot be met: the least there is */
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_policy_decides),
        cmocka_unit_test(policy_is_told_the_truth),
        cmocka_unit_test(answers_are_clamped),
        cmocka_unit_test(fixed_means_fixed),
        cmocka_unit_test(adaptive_limit_stays_between_its_bounds),
        cmocka_unit_test(adaptive_nursery_grows_when_collecting_is_costly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
