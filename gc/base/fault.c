/* base/fault.c: see fault.h. */
#include "base/fault.h"

#include <stdio.h>

#include "heap/heap.h"

void tni_faults_start(tni_faults *faults, tn_heap *heap) {
    *faults = (tni_faults){heap, heap->options.value.fail};
}

bool tni_fault_log(const tni_faults *faults) {
    tn_heap *heap = faults->heap;
    char line[160];
    snprintf(line, sizeof line, "[fault %s] request %zu to the system fails", heap->name, heap->options.value.fail);
    tni_log(heap, line);
    return true;
}
