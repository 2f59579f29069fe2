/* heap/type.h: the heap's table of types.
 *
 * A layout is what the collector's loops need of a type, in one cache line. The table has a layout for each possible
 * number, in reserved address space, so that the number in a header is its index: no bounds check, and an
 * unregistered number finds a layout of kind TNI_UNREGISTERED. Layouts never move. Callers: everybody who reads
 * objects. */
#ifndef TNI_TYPE_H
#define TNI_TYPE_H

#include "base/vector.h"
#include "space/object.h"

typedef struct tni_types {
    tni_layout *layouts; /* TN_TYPES_END of them */
    tni_vector descs;    /* the copies of the host's descriptions */
    tn_type next_ordinary, next_special;
    bool aligned;        /* there is a type with an alignment */
} tni_types;

bool tni_types_init(tni_types *types, tni_faults *faults);
void tni_types_free(tni_types *types);

/* A reference field's name for reports: "car", "tail[7]", "tail[7].2"; `slot` is an address inside the object, or
 * not. */
void tni_field_name(const tni_layout *layout, const void *object, const void *slot, char *text, size_t size);

#endif
