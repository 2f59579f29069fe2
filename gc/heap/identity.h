/* heap/identity.h: the identity hash: the same number for all of an object's life, wherever it moves. */
#ifndef TNI_IDENTITY_H
#define TNI_IDENTITY_H

#include "base/base.h"

/* The hash of an object (tn_hash_of). A young one is told to take it along when it moves. */
uint64_t tni_hash(tn_heap *heap, void *object);

#endif
