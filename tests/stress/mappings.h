/* mappings.h: how many mappings the process has: what a heap must leave as it was. */
#ifndef STRESS_MAPPINGS_H
#define STRESS_MAPPINGS_H

#include <stddef.h>
#include <stdio.h>

#include "watched.h"

/* 0 under AddressSanitizer: its allocator keeps mappings, and its leak check takes the place of counting them. And 0
 * under Valgrind, which has mappings of its own among them. */
static inline size_t mappings(void) {
    if (support_watched()) return 0;
    FILE *f = fopen("/proc/self/maps", "r");
    size_t n = 0;
    for (int c; f && (c = getc(f)) != EOF;) n += c == '\n';
    if (f) fclose(f);
    return n;
}

#endif
