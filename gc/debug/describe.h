/* debug/describe.h: an object in words, for reports. */
#ifndef TNI_DESCRIBE_H
#define TNI_DESCRIBE_H

#include <stddef.h>

#include "tenure/base.h"

/* "0x... (Pair: the host's own words, allocated at f.c:12)". */
void tni_describe(tn_heap *heap, const void *object, char *text, size_t size);
/* The same for an address where there is no object any more: what is known of it. */
void tni_describe_lost(tn_heap *heap, const void *target, char *text, size_t size);

#endif
