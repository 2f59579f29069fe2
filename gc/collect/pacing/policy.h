/* collect/pacing/policy.h: the two policies that come with the library: how long a cycle of the nursery is, and how
 * far the old space may grow. They only propose: pacing.c and growth.c clamp what they say.
 *
 * A host's own policy (tenure/heap.h) is told what `tn_pacing` has. Ours also reads the rest of tni_pacer.
 *
 * To add a policy: its word in heap/option.h; its two functions here; and a row of
 * tests/unit/test_policy.c. */
#ifndef TNI_POLICY_H
#define TNI_POLICY_H

#include "base/base.h"
#include "tenure/heap.h"

#define TNI_SECOND UINT64_C(1000000000)
#define TNI_NURSERY_MIN ((size_t)256 << 10)
#define TNI_VERIFY_APART 3 /* see adaptive_nursery */

struct tni_pacer;

/* The policy of the option: fixed, or adaptive. Its functions want the heap as their `user`. */
tn_policy tni_policy_of(bool fixed);
bool tni_is_adaptive_nursery(const struct tni_pacer *pacing);
bool tni_is_adaptive_limit(const struct tni_pacer *pacing);
/* Whether the limit is one of ours. */
bool tni_own_limit(const struct tni_pacer *pacing);
/* What a policy is told. */
tn_pacing tni_pacing_describe(const tn_heap *heap);

/* One measurement says at most four times what the last ones said: a clock may be wrong once. */
double tni_believed(double measured, double usual);
/* A longer nursery takes more fresh memory than it saves time. */
size_t tni_most_nursery(const tn_heap *heap);

#endif
