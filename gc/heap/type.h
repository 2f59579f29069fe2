/* heap/type.h: the heap's table of types.
 *
 * A layout is what the collector's loops need to know about a type, in one cache line. The table has a layout for every
 * possible number, in reserved address space. So the number in a header is its index, without a bounds check, and an
 * unregistered number finds a layout whose shape is TNI_UNREGISTERED. Layouts never move. To add a type flag, see
 * check_flags in type.c. */
#ifndef TNI_TYPE_H
#define TNI_TYPE_H

#include "base/vector.h"
#include "space/object.h"

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
