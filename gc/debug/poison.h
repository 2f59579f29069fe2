/* debug/poison.h: freed memory is filled with a pattern (TENURE_DEBUG=poison). A stale pointer then reads bytes that no
 * program is likely to have written, and that are no address. */
#ifndef TNI_POISON_H
#define TNI_POISON_H

#include <stddef.h>

#include "space/old.h"

#define TNI_POISON_BYTE 0xDB

/* Fills what holds no object: the evacuated nursery, and memory that is handed out without being zeroed. */
void tni_poison_range(char *from, size_t bytes);

/* Fills the holes of a block that has just been swept. */
void tni_poison_holes(const tni_old *old, const tni_block *block);

#endif
