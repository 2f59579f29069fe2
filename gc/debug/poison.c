/* debug/poison.c: see poison.h. */
#include "debug/poison.h"

#include <string.h>

void tni_poison_range(char *from, size_t bytes) { memset(from, TNI_POISON_BYTE, bytes); }
