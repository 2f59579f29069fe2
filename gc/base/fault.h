/* base/fault.h: requests to the system for memory. One of them can be made to fail (TENURE_DEBUG=fail=N), so that every
 * build can test what happens then.
 *
 * Whatever asks the system for memory on behalf of a heap, for pages (base/os.h) or from malloc (below), passes the
 * heap's faults. Only the request for the heap's own struct does not count: it comes before the options have a place.
 * There is no global state: each heap counts its own requests. */
#ifndef TNI_FAULT_H
#define TNI_FAULT_H

#include <stdlib.h>

#include "base/host.h"

typedef struct tni_faults {
    const tni_host *host; /* for the log */
    size_t number;        /* of the request that is to fail, counted from the start; 0: none is */
    size_t left;          /* requests up to that one, and with it */
} tni_faults;

/* Counts from now on: request `number` is to fail. */
void tni_faults_start(tni_faults *faults, const tni_host *host, size_t number);
/* Says in the log that it is happening. Returns true. */
bool tni_fault_log(const tni_faults *faults);

/* Whether this request must fail. Only one does: those after it are granted again. */
static inline bool tni_refused(tni_faults *faults) {
    return TN_UNLIKELY_(faults && faults->left) && --faults->left == 0 && tni_fault_log(faults);
}

/* Memory from malloc, zeroed. */
static inline void *tni_calloc(tni_faults *faults, size_t count, size_t bytes) {
    return tni_refused(faults) ? NULL : calloc(count, bytes);
}

static inline void *tni_realloc(tni_faults *faults, void *old, size_t bytes) {
    return tni_refused(faults) ? NULL : realloc(old, bytes);
}

#endif
