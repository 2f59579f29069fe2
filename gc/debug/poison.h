/* debug/poison.h: freed memory says so (TENURE_DEBUG=poison): a stale pointer reads a pattern that no program makes
 * by itself, and that is no address. */
#ifndef TNI_POISON_H
#define TNI_POISON_H

#include <stddef.h>

#include "tenure/base.h"

#define TNI_POISON_BYTE 0xDB

/* Of holes, with the headers of the dead; of the evacuated nursery; of what is allocated and not zeroed. */
void tni_poison_range(char *from, size_t bytes);

#endif
