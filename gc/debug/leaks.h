/* debug/leaks.h: what the host has left when its heap is destroyed (TENURE_LOG=leaks): globals, roots, ranges,
 * scanners, weak references, and bytes of tn_external_adjust that nobody has taken back. With TENURE_DEBUG=sites by the places
 * that made them. Callers: tn_heap_destroy. */
#ifndef TNI_LEAKS_H
#define TNI_LEAKS_H

#include "tenure/base.h"

/* Before the objects are disposed of; and after, for what they should have taken back. */
void tni_leaks_before(tn_heap *heap);
void tni_leaks_after(tn_heap *heap);

#endif
