/* base/sized.h: structs of the public headers that grow. The host says how large its struct is; the library may know a
 * larger or a smaller one. */
#ifndef TNI_SIZED_H
#define TNI_SIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Fills the library's struct of `known` bytes from the host's of `given`. What an older host does not have is zero.
 * False when it is too small to have what is required, or when a newer host uses what this library does not know. */
static inline bool tni_read_sized(void *to, size_t known, size_t required, const void *from, size_t given) {
    if (given < required) return false;
    for (size_t i = known; i < given; i++)
        if (((const char *)from)[i]) return false;
    memset(to, 0, known);
    memcpy(to, from, given < known ? given : known);
    return true;
}

#endif
