/* heap/type.h: the heap's table of types.
 *
 * A layout is what the collector's loops need to know about a type, in one cache line. The table has a layout for every
 * possible number, in reserved address space. So the number in a header is its index, without a bounds check, and an
 * unregistered number finds a layout whose shape is TNI_UNREGISTERED. Layouts never move. To add a type flag, see
 * check_flags in type.c. */
#ifndef TNI_TYPE_H
#define TNI_TYPE_H

#include <stdbool.h>

#include "base/vector.h"
#include "tenure/type.h"

/* The collector's own types, among the numbers below TN_FIRST_TYPE. */
enum { TNI_WEAK_TYPE = 1, TNI_WEAK_ARRAY_TYPE = 2, TNI_PADDING_TYPE = 3 /* not an object: space/object.h */ };

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
    uint8_t lane;             /* the size class of that cell (space/old.h) */
    uint8_t shape;            /* tni_shape */
    uint8_t flags;            /* TN_LEAF, TN_BORN_OLD, TN_UNZEROED */
    uint8_t disposed;         /* has a dispose callback */
    uint8_t row;              /* if all its slots are adjacent references in the fixed part: their number; else 0 */
    uint8_t row_first;        /* the number of the first one's word */
    uint8_t align;            /* of its objects, in bytes: 8, 16, 32 or 64; 0: unregistered */
    const tn_type_desc *desc;
} __attribute__((aligned(64))) tni_layout;
_Static_assert(sizeof(tni_layout) == 64, "a layout is a cache line");

typedef struct tni_types {
    tni_layout *layouts; /* TN_TYPES_END of them */
    tni_vector descs;    /* the copies of the host's descriptions */
    tn_type next_ordinary, next_special;
    bool aligned;        /* some type has an alignment */
} tni_types;

bool tni_types_init(tni_types *types, tni_faults *faults);
void tni_types_free(tni_types *types);

/* The name of a slot for reports: "car", "tail[7]", "tail[7] word 2", or "its own memory" if `slot` is not inside the
 * object. */
void tni_field_name(const tni_layout *layout, const void *object, const void *slot, char *text, size_t size);

#endif
