/* observe/histogram.h: how often which duration occurred, in little memory and constant time.
 *
 * The layout is HdrHistogram's, with a lowest discernible value of 1 and 128 sub-buckets: values below 128 have a
 * counter each; above, every power of two is divided into 64 equal counters. So a value is known to 1/64 (1.6 %), from
 * 1 ns to 2^42 - 1 ns (73 minutes); what is longer counts as that. Embedded by value; 9.5 KiB; owns no memory. Not
 * thread-safe. */
#ifndef TNI_HISTOGRAM_H
#define TNI_HISTOGRAM_H

#include <stdint.h>

enum {
    TNI_HISTOGRAM_SUB_BITS = 7, /* 128 sub-buckets in the first bucket; only the upper 64 of each further one are new */
    TNI_HISTOGRAM_MAX_BITS = 42,
    TNI_HISTOGRAM_COUNTERS = (TNI_HISTOGRAM_MAX_BITS - TNI_HISTOGRAM_SUB_BITS + 2) << (TNI_HISTOGRAM_SUB_BITS - 1)
};

typedef struct tni_histogram {
    uint64_t total;   /* how many values; the sum of the counters, but for saturated ones */
    uint64_t sum;     /* of the values as they came; stays at UINT64_MAX once it is reached */
    uint64_t max;     /* as it came */
    uint32_t counter[TNI_HISTOGRAM_COUNTERS]; /* stays at UINT32_MAX once it is reached */
} tni_histogram;

void tni_histogram_reset(tni_histogram *h);
void tni_histogram_record(tni_histogram *h, uint64_t value);

/* The least recorded value such that at least `percent` of all values are no greater, to the precision above: the upper
 * end of its counter, and never more than the maximum. 0 when nothing is recorded. `percent` is clamped to 0..100. */
uint64_t tni_histogram_percentile(const tni_histogram *h, double percent);

/* Exact, and 0 when nothing is recorded. */
uint64_t tni_histogram_max(const tni_histogram *h);
uint64_t tni_histogram_count(const tni_histogram *h);
uint64_t tni_histogram_mean(const tni_histogram *h);

#endif
