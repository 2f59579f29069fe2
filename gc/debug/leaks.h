/* debug/leaks.h: what the host has not released when its heap is destroyed (TENURE_LOG=leaks): globals, roots, ranges,
 * scanners, weak references, and external bytes that nobody has subtracted. With TENURE_DEBUG=sites there is a line for
 * each place that made some of them. */
#ifndef TNI_LEAKS_H
#define TNI_LEAKS_H

#include "tenure/base.h"

/* Before the objects of the heap are disposed of; and afterwards, for the external bytes that their dispose callbacks
 * should have subtracted. */
void tni_leaks_before(tn_heap *heap);
void tni_leaks_after(tn_heap *heap);

#endif
