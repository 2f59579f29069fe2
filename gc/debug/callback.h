/* debug/callback.h: the host's callbacks do what they promise (TENURE_DEBUG=verify): a trace callback visits the same
 * slots for the same state, and none in other objects; what was disposed of is not held on to. Callers: debug/verify/,
 * heap/heap.h. */
#ifndef TNI_CALLBACK_H
#define TNI_CALLBACK_H

#include "heap/type.h"

/* Fatal when the object's trace callback breaks its contract. The layout's shape is TNI_TRACED. `slots` is then what it
 * has visited, bit 0 set for a value; false when there was no memory for them all. */
bool tni_check_trace(tn_heap *heap, void *object, const tni_layout *layout, tni_vector *slots);

/* The object's dispose callback has been called. */
void tni_note_disposed(tn_heap *heap, const tni_layout *layout, const void *object);
/* The layout of what was there and has been disposed of since the last check; NULL when nothing was. */
const tni_layout *tni_disposed_at(const tn_heap *heap, const void *address);

#endif
