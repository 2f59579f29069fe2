/* The histogram: exact below 128, within 1/64 above, against values sorted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "observe/histogram.h"

static tni_histogram h;

static int reset(void **state) {
    (void)state;
    memset(&h, 0xAB, sizeof h); /* it must not rely on zeroed memory */
    tni_histogram_reset(&h);
    return 0;
}

static void empty(void **state) {
    (void)state;
    assert_int_equal(tni_histogram_count(&h), 0);
    assert_int_equal(tni_histogram_max(&h), 0);
    assert_int_equal(tni_histogram_mean(&h), 0);
    assert_int_equal(tni_histogram_percentile(&h, 50), 0);
    assert_true(sizeof h <= 16 * 1024);
}

static void small_values_are_exact(void **state) {
    (void)state;
    for (uint64_t v = 1; v <= 100; v++) tni_histogram_record(&h, v);
    for (unsigned p = 1; p <= 100; p++) assert_int_equal(tni_histogram_percentile(&h, p), p);
    assert_int_equal(tni_histogram_percentile(&h, 0), 1);
    assert_int_equal(tni_histogram_percentile(&h, -3), 1);
    assert_int_equal(tni_histogram_percentile(&h, 200), 100);
    assert_int_equal(tni_histogram_percentile(&h, 50.5), 51);
    assert_int_equal(tni_histogram_count(&h), 100);
    assert_int_equal(tni_histogram_mean(&h), 50);
    tni_histogram_reset(&h);
    tni_histogram_record(&h, 0);
    assert_int_equal(tni_histogram_percentile(&h, 100), 0);
}

/* A single value is reported as itself to 1/64, and never below: at every power of two, and beside it. */
static void precision(void **state) {
    (void)state;
    for (unsigned bit = 0; bit < 42; bit++)
        for (int beside = -1; beside <= 1; beside++) {
            uint64_t v = (UINT64_C(1) << bit) + (uint64_t)beside;
            tni_histogram_reset(&h);
            tni_histogram_record(&h, v);
            assert_int_equal(tni_histogram_percentile(&h, 99), v); /* the maximum cuts the counter's width */
            tni_histogram_record(&h, v * 2 + 1000000);
            uint64_t got = tni_histogram_percentile(&h, 50);
            if (got < v || got - v > v / 64) fail_msg("%llu for %llu", (unsigned long long)got, (unsigned long long)v);
        }
}

/* Values that differ by more than 1/64 are told apart, and every one lands in a counter of its own order. */
static void order(void **state) {
    (void)state;
    uint64_t before = 0;
    for (uint64_t v = 1; v < UINT64_C(1) << 42; v += v / 50 + 1) {
        tni_histogram_reset(&h);
        tni_histogram_record(&h, v);
        tni_histogram_record(&h, (UINT64_C(1) << 42) - 1);
        uint64_t got = tni_histogram_percentile(&h, 50);
        assert_true(got > before);
        before = got;
    }
}

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void against_sorting(void **state) {
    (void)state;
    enum { N = 20000 };
    static uint64_t values[N];
    static const double percents[] = {0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100};
    uint64_t random = 88172645463325252u, sum = 0;
    for (unsigned i = 0; i < N; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        values[i] = (random >> 24) >> (random % 40); /* spread over all orders */
        sum += values[i];
        tni_histogram_record(&h, values[i]);
    }
    qsort(values, N, sizeof values[0], compare);
    for (unsigned i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        double exact = percents[i] * N / 100;
        unsigned rank = (unsigned)exact + (exact - (unsigned)exact > 1e-6);
        uint64_t want = values[rank - 1], got = tni_histogram_percentile(&h, percents[i]);
        if (got < want || got - want > want / 64)
            fail_msg("%g%%: %llu, not %llu", percents[i], (unsigned long long)got, (unsigned long long)want);
    }
    assert_int_equal(tni_histogram_max(&h), values[N - 1]);
    assert_int_equal(tni_histogram_percentile(&h, 100), values[N - 1]);
    assert_int_equal(tni_histogram_mean(&h), sum / N);
}

static void beyond_the_range(void **state) {
    (void)state;
    tni_histogram_record(&h, UINT64_C(1) << 42);
    tni_histogram_record(&h, UINT64_MAX);
    tni_histogram_record(&h, UINT64_MAX);
    assert_int_equal(tni_histogram_count(&h), 3);
    assert_int_equal(h.counter[TNI_HISTOGRAM_COUNTERS - 1], 3);
    assert_true(tni_histogram_max(&h) == UINT64_MAX);
    assert_true(tni_histogram_percentile(&h, 99) == UINT64_MAX);
    assert_true(tni_histogram_mean(&h) == UINT64_MAX / 3); /* the sum stays at its end */
}

static void counters_saturate(void **state) {
    (void)state;
    tni_histogram_record(&h, 5);
    h.counter[5] = UINT32_MAX;
    h.total = UINT32_MAX;
    tni_histogram_record(&h, 5);
    assert_true(h.counter[5] == UINT32_MAX);
    assert_true(tni_histogram_count(&h) == (uint64_t)UINT32_MAX + 1);
    assert_int_equal(tni_histogram_percentile(&h, 100), 5);
}

int main(void) {
#define T(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {T(empty), T(small_values_are_exact), T(precision), T(order), T(against_sorting),
                                       T(beyond_the_range), T(counters_saturate)};
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
