/* debug/mode.h: which debug mode hears of which moment of the collector. */
#ifndef TNI_MODE_H
#define TNI_MODE_H

#include "tenure/base.h"

/* Enters the modes that are on among the listeners of the heap. */
void tni_modes_listen(tn_heap *heap);

#endif
