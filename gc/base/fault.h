/* base/fault.h: requests to the system for memory. One of them can be made to fail (TENURE_DEBUG=fail=N), so that every
 * build can test what happens then.
 *
 * Whatever asks the system for memory on behalf of a heap, for pages (base/os.h) or from malloc (below), passes the
 * heap's faults. Only the request for the heap's own struct does not count: it comes before the options have a place.
 * There is no global state: each heap counts its own requests. */
#ifndef TNI_FAULT_H
#define TNI_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "tenure/base.h"

typedef struct tni_faults {
    tn_heap *heap; /* for the log */
    size_t left;   /* the number of requests up to and including the one that must fail; 0: none must */
} tni_faults;

/* Starts to count the requests up to the heap's option fail=N. */
void tni_faults_start(tni_faults *faults, tn_heap *heap);
/* Logs that a request fails. Returns true. */
bool tni_fault_log(const tni_faults *faults);

/* Whether this request must fail. Only one does: those after it are granted again. */
static inline bool tni_refused(tni_faults *faults) {
    return TN_UNLIKELY(faults && faults->left) && --faults->left == 0 && tni_fault_log(faults);
}

/* Memory from malloc, zeroed. */
static inline void *tni_calloc(tni_faults *faults, size_t count, size_t bytes) {
    return tni_refused(faults) ? NULL : calloc(count, bytes);
}

static inline void *tni_realloc(tni_faults *faults, void *old, size_t bytes) {
    return tni_refused(faults) ? NULL : realloc(old, bytes);
}

#endif
