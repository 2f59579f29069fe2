/* debug/shadow.h: a second word for each word of the memory that objects are in, found by its address.
 *
 * For each piece of TNI_REGION bytes that was asked for there is a copy of that size. The system provides only the
 * pages of a copy that are written to, and the others read as 0. */
#ifndef TNI_SHADOW_H
#define TNI_SHADOW_H

#include "base/table.h"

typedef struct tni_shadow {
    tni_table pieces; /* of pointers to struct tni_shadow_piece (shadow.c), by the addresses that they are copies of */
    const struct tni_shadow_piece *last; /* that was asked for: mostly it is the next one, too */
} tni_shadow;

/* The second word of the word at this address, to read or write; NULL when memory is out. */
uintptr_t *tni_shadow_of(tni_shadow *shadow, tni_faults *faults, const void *at);
void tni_shadow_free(tni_shadow *shadow);

#endif
