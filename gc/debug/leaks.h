/* debug/leaks.h: what the host has not released when its heap is destroyed (TENURE_LOG=leaks): globals, roots, ranges,
 * scanners, weak references, and external bytes that nobody has subtracted. With TENURE_DEBUG=sites by the places
 * that made them. */
#ifndef TNI_LEAKS_H
#define TNI_LEAKS_H

#include "tenure/base.h"

/* Before the objects are disposed of; and after, for what they should have taken back. */
void tni_leaks_before(tn_heap *heap);
void tni_leaks_after(tn_heap *heap);

#endif
