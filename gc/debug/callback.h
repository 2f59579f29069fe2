/* debug/callback.h: the host's trace callbacks do what they promise (TENURE_DEBUG=verify): the same slots for the same
 * state, and none in other objects. Callers: debug/verify.c. */
#ifndef TNI_CALLBACK_H
#define TNI_CALLBACK_H

#include "core/type.h"

/* Fatal when the object's trace callback breaks its contract. The layout's shape is TNI_TRACED. */
void tni_check_trace(tn_heap *heap, void *object, const tni_layout *layout);

#endif
