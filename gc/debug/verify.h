/* debug/verify.h: the invariants, checked (TENURE_DEBUG=verify). A failure is fatal and names type, field, object and
 * collection. */
#ifndef TNI_VERIFY_H
#define TNI_VERIFY_H

#include <stdint.h>

#include "base/vector.h"

typedef struct tni_verification {
    tni_vector disposed; /* what was disposed of since the last check, each with its layout (debug/callback.h) */
    uintptr_t from;      /* the region that the next turn begins with */
} tni_verification;

/* The nursery can be walked; blocks, runs and lists are consistent (O1..O3); no old object, cell or range holds an
 * unrecorded young reference (B1, B2, R1, R2). Returns the time for what does not depend on how long the cycle was: all
 * but the nursery. When that takes longer than the limit, the rest of the old objects have their turn the next time. */
uint64_t tni_verify_before_minor(tn_heap *heap, uint64_t limit_ns);
/* What a root or a marked object refers to is marked: nothing that lives is lost. To each marked object a root or a
 * marked one refers: what is dead is kept in a cycle at most. Every weak referent is marked. */
void tni_verify_after_major(tn_heap *heap);

#endif
