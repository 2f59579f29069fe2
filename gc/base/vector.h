/* base/vector.h: a growable array of words, for logs and lists. It never shrinks but by tni_vector_free. */
#ifndef TNI_VECTOR_H
#define TNI_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* An array of whatever elements with room for more than `*capacity` of them: `at`, moved; NULL when memory is out, and
 * nothing is changed. */
static inline void *tni_grown(void *at, tni_faults *faults, size_t *capacity, size_t element) {
    size_t more = *capacity * 2 + 64;
    void *grown = tni_realloc(faults, at, more * element);
    if (grown) *capacity = more;
    return grown;
}

typedef struct tni_vector {
    uintptr_t *at;
    size_t count, capacity;
} tni_vector;

/* Makes room for `extra` more; false when memory is out, and nothing is changed. Not inline, so that pushing is. */
static __attribute__((noinline, unused)) bool tni_vector_reserve(tni_vector *v, tni_faults *faults, size_t extra) {
    if (v->capacity - v->count >= extra) return true;
    size_t capacity = v->capacity * 2 + 64;
    while (capacity - v->count < extra) capacity *= 2;
    uintptr_t *at = tni_realloc(faults, v->at, capacity * sizeof *at);
    if (!at) return false;
    v->at = at;
    v->capacity = capacity;
    return true;
}

static inline bool tni_vector_push(tni_vector *v, tni_faults *faults, uintptr_t word) {
    if (TN_UNLIKELY_(v->count == v->capacity) && !tni_vector_reserve(v, faults, 1)) return false;
    v->at[v->count++] = word;
    return true;
}

static inline void tni_vector_free(tni_vector *v) {
    free(v->at);
    *v = (tni_vector){0};
}

#endif
