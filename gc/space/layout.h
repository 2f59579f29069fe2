/* space/layout.h: what the collector's loops need to know of a type, in one cache line. */
#ifndef TNI_LAYOUT_H
#define TNI_LAYOUT_H

#include "base/base.h"
#include "tenure/type.h"

/* The collector's own types, among the numbers below TN_FIRST_TYPE. */
enum { TNI_WEAK_TYPE = 1, TNI_WEAK_ARRAY_TYPE = 2, TNI_PADDING_TYPE = 3 /* not an object: space/object.h */ };
struct tn_weak {
    void *referent;
};
/* A weak array has no fixed part: its tail is its slots. */
TNI_INLINE tn_value *tni_weak_slots(const void *array) { return (tn_value *)(uintptr_t)array; }

typedef enum tni_shape {
    TNI_UNREGISTERED = 0,
    TNI_LEAF_SHAPE,   /* nothing to visit */
    TNI_FIXED_SHAPE,  /* bitmaps of the fixed part only */
    TNI_REF_TAIL,     /* and a tail of references */
    TNI_VALUE_TAIL,   /* and a tail of values */
    TNI_MIXED_TAIL,   /* and a tail of elements with bitmaps */
    TNI_TRACED        /* and a trace callback, whatever the tail */
} tni_shape;

typedef struct tni_layout {
    uint64_t refs, values, tail_refs, tail_values;
    uint32_t size, tail_size; /* bytes of the fixed part, and of one element of the tail */
    uint16_t cell;            /* bytes of a small object's cell; 0: the type has tails, or an alignment */
    uint8_t class;             /* the size class of that cell (space/old.h) */
    uint8_t shape;            /* tni_shape */
    uint8_t flags;            /* TN_LEAF, TN_BORN_OLD, TN_UNZEROED */
    uint8_t disposed;         /* has a dispose callback */
    uint8_t row;              /* if all its slots are adjacent references in the fixed part: their number; else 0 */
    uint8_t row_first;        /* the number of the first one's word */
    uint8_t align;            /* of its objects, in bytes: 8, 16, 32 or 64; 0: unregistered */
    const tn_type_desc *desc;
} __attribute__((aligned(64))) tni_layout;
_Static_assert(sizeof(tni_layout) == 64, "a layout is a cache line");

#endif
