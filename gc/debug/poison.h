/* debug/poison.h: freed memory says so (TENURE_DEBUG=poison): a stale pointer reads a pattern that no program makes
 * by itself, and that is no address. */
#ifndef TNI_POISON_H
#define TNI_POISON_H

#include <stddef.h>

#include "space/old.h"

#define TNI_POISON_BYTE 0xDB

/* Of holes, with the headers of the dead; of the evacuated nursery; of what is allocated and not zeroed. */
void tni_poison_range(char *from, size_t bytes);

/* Of the holes of a block that has just been swept. */
void tni_poison_holes(const tni_old *old, const tni_block *block);

#endif
