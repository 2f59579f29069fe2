/* observe/histogram.c: see histogram.h. Invariant: `total` is the number of values recorded, and until a counter
 * saturates it is the sum of all counters; max and sum are of exactly those values. */
#include "observe/histogram.h"

#include <string.h>

enum { SUB_COUNT = 1 << TNI_HISTOGRAM_SUB_BITS, HALF_COUNT = SUB_COUNT / 2 };

/* The bucket of a value is how far it must be shifted down to leave a sub-bucket below SUB_COUNT. Bucket 0 uses all its
 * sub-buckets, every other one the upper half, so that bucket b starts at (b + 1) * HALF_COUNT. */
static unsigned index_of(uint64_t value) {
    if (value >> TNI_HISTOGRAM_MAX_BITS) value = (UINT64_C(1) << TNI_HISTOGRAM_MAX_BITS) - 1;
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
    unsigned bucket = bits > TNI_HISTOGRAM_SUB_BITS ? bits - TNI_HISTOGRAM_SUB_BITS : 0;
    return bucket * HALF_COUNT + (unsigned)(value >> bucket);
}

/* The greatest value that index_of sends to `index`. */
static uint64_t top_of(unsigned index) {
    unsigned bucket = index < SUB_COUNT ? 0 : index / HALF_COUNT - 1;
    uint64_t sub = index - bucket * HALF_COUNT;
    return ((sub + 1) << bucket) - 1;
}

void tni_histogram_reset(tni_histogram *h) { memset(h, 0, sizeof *h); }

void tni_histogram_record(tni_histogram *h, uint64_t value) {
    uint32_t *counter = &h->counter[index_of(value)];
    if (*counter != UINT32_MAX) ++*counter;
    h->total++;
    h->sum = h->sum > UINT64_MAX - value ? UINT64_MAX : h->sum + value;
    if (value > h->max) h->max = value;
}

uint64_t tni_histogram_percentile(const tni_histogram *h, double percent) {
    if (h->total == 0) return 0;
    if (!(percent > 0)) percent = 0;
    if (percent > 100) percent = 100;
    /* The rank, rounded up, and at least 1. The small part taken off keeps what should be whole from being pushed over
     * it. */
    double exact = percent / 100 * (double)h->total;
    uint64_t rank = (uint64_t)exact;
    if (exact - (double)rank > 1e-9 * exact || rank == 0) rank++;
    uint64_t seen = 0;
    for (unsigned i = 0; i < TNI_HISTOGRAM_COUNTERS; i++) {
        seen += h->counter[i];
        if (seen >= rank) {
            uint64_t top = top_of(i);
            return i == TNI_HISTOGRAM_COUNTERS - 1 || top > h->max ? h->max : top;
        }
    }
    return h->max; /* counters have saturated */
}

uint64_t tni_histogram_max(const tni_histogram *h) { return h->max; }
uint64_t tni_histogram_count(const tni_histogram *h) { return h->total; }
uint64_t tni_histogram_mean(const tni_histogram *h) { return h->total ? h->sum / h->total : 0; }
