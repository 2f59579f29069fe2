/* base/fault.c: see fault.h. */
#include "base/fault.h"

#include <stdio.h>

void tni_faults_start(tni_faults *faults, const tni_host *host, size_t number) {
    *faults = (tni_faults){host, number, number};
}

bool tni_fault_log(const tni_faults *faults) {
    char line[160];
    snprintf(line, sizeof line, "[fault %s] request %zu to the system fails", faults->host->name, faults->number);
    tni_log(faults->host, line);
    return true;
}
