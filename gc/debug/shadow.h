/* debug/shadow.h: a second word for each word of the memory that objects are in, by its address. A copy of each region
 * of TNI_REGION bytes, of which the system has only the pages that were written; what was not reads as 0. */
#ifndef TNI_SHADOW_H
#define TNI_SHADOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

typedef struct tni_shadow {
    struct tni_shadow_region { uintptr_t region; char *copy; } *at; /* by open addressing; region 0: free */
    size_t count, mask;
    struct tni_shadow_region last; /* that was asked for */
} tni_shadow;

/* The second word of the word at this address, to read or write; NULL when memory is out. */
uintptr_t *tni_shadow_of(tni_shadow *shadow, tni_faults *faults, const void *at);
void tni_shadow_free(tni_shadow *shadow);

#endif
