/* debug/poison.c: see poison.h. */
#include "debug/poison.h"

#include <string.h>

#include "core/heap.h"

void tni_poison_cell(void *object, void *heap) {
    uint32_t cell = ((tn_heap *)heap)->old.runs[tni_block_of(object)->class_].cell;
    memset((char *)object - 8, TNI_POISON_BYTE, cell);
}

void tni_poison_range(char *from, size_t bytes) { memset(from, TNI_POISON_BYTE, bytes); }
