/* debug/verify.h: the invariants, checked (TENURE_DEBUG=verify). A failure is fatal and names type, field, object and
 * collection. */
#ifndef TNI_VERIFY_H
#define TNI_VERIFY_H

#include "tenure/base.h"

/* The nursery can be walked; blocks, runs and lists are consistent (O1..O3); no old object, cell or range holds an
 * unrecorded young reference (B1, B2, R1, R2). */
void tni_verify_before_minor(tn_heap *heap);
/* The marked objects are those that an independent trace reaches, and every weak referent is one of them. */
void tni_verify_after_major(tn_heap *heap);

#endif
