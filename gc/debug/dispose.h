/* debug/dispose.h: a dispose callback frees what its object owns outside of the heap, and nothing else
 * (TENURE_DEBUG=dispose).
 *
 * What the dead object refers to may have died or moved, too. So the callback must not read it. What it writes there is
 * lost, or changes an object that is alive. This mode takes a checksum of the live objects that the dead one's
 * described slots refer to, before the callback runs, and compares it afterwards. */
#ifndef TNI_DISPOSE_H
#define TNI_DISPOSE_H

#include "heap/type.h"

/* Calls the dispose callback of a dead object; fatal when it changes an object that this one refers to. */
void tni_dispose_checked(tn_heap *heap, const tni_layout *layout, void *object);

#endif
