/* base/fault.h: requests to the system, of which one can be made to fail (TENURE_DEBUG=fail=N), so that what happens
 * then can be tried in every build.
 *
 * Whatever asks the system for memory on behalf of a heap, pages (base/os.h) or a piece of malloc's (below), hands over
 * the heap's faults. Only the heap's own struct does not count: it is mapped before the options have a place. There is
 * no global state: each heap counts its own requests. Callers: heap/, collect/, base/os.c, debug/verify.c. */
#ifndef TNI_FAULT_H
#define TNI_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "tenure/base.h"

typedef struct tni_faults {
    tn_heap *heap; /* for the log */
    size_t left;   /* requests up to the one that is to fail, and with it; 0: none is */
} tni_faults;

/* Counts from now on to the heap's option. */
void tni_faults_start(tni_faults *faults, tn_heap *heap);
/* Says in the log that it is happening. Returns true. */
bool tni_fault_log(const tni_faults *faults);

/* True if this request must fail. It is the only one: those behind it are granted again. */
static inline bool tni_refused(tni_faults *faults) {
    return TN_UNLIKELY_(faults && faults->left) && --faults->left == 0 && tni_fault_log(faults);
}

/* From malloc, zeroed. */
static inline void *tni_calloc(tni_faults *faults, size_t count, size_t bytes) {
    return tni_refused(faults) ? NULL : calloc(count, bytes);
}

static inline void *tni_realloc(tni_faults *faults, void *old, size_t bytes) {
    return tni_refused(faults) ? NULL : realloc(old, bytes);
}

#endif
