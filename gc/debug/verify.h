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
 * unrecorded young reference (B1, B2, R1, R2). Returns the time without that for the nursery. If the rest takes longer
 * than the limit, the remaining old objects are checked the next time. */
uint64_t tni_verify_before_minor(tn_heap *heap, uint64_t limit_ns);
/* What a root or a marked object refers to is marked: nothing that lives is lost. Every marked object is referred to by
 * a root or a marked object, so only dead cycles can be kept. Every weak referent is marked. */
void tni_verify_after_major(tn_heap *heap);

#endif
