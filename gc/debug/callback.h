/* debug/callback.h: the host's callbacks do what they promise (TENURE_DEBUG=verify): a trace callback visits the same
 * slots for the same state, and none in other objects; what was disposed of is not held on to. */
#ifndef TNI_CALLBACK_H
#define TNI_CALLBACK_H

#include "heap/type.h"

/* Calls the trace callback of an object whose layout has the shape TNI_TRACED, twice. Fatal when it breaks its
 * contract. Fills `slots` with what it has visited; bit 0 is set for a value. False when there was no memory for all of
 * them. */
bool tni_check_trace(tn_heap *heap, void *object, const tni_layout *layout, tni_vector *slots);

/* The object's dispose callback has been called. */
void tni_note_disposed(tn_heap *heap, const tni_layout *layout, const void *object);
/* The layout of the object at this address that was disposed of since the last check; NULL when there was none. */
const tni_layout *tni_disposed_at(const tn_heap *heap, const void *address);

#endif
