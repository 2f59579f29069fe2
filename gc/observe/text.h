/* observe/text.h: numbers as text, for the lines that people read. */
#ifndef TNI_TEXT_H
#define TNI_TEXT_H

#include <stdio.h>

#include "base/host.h"

typedef struct tni_text {
    char at[24];
} tni_text;

TNI_INLINE tni_text tni_bytes_text(uint64_t bytes) {
    tni_text t;
    tni_format_bytes(t.at, sizeof t.at, bytes);
    return t;
}

TNI_INLINE tni_text tni_time_text(uint64_t ns) {
    tni_text t;
    tni_format_time(t.at, sizeof t.at, ns);
    return t;
}

/* A number with a fixed count of digits after the point. The C library takes 1.5 KiB of the stack to write a double. */
TNI_INLINE tni_text tni_fixed(uint64_t value, unsigned scale, int digits) {
    tni_text t;
    snprintf(t.at, sizeof t.at, "%llu.%0*llu", (unsigned long long)(value / scale), digits,
             (unsigned long long)(value % scale));
    return t;
}

/* "12.5", of 100; "0.0" of nothing. */
TNI_INLINE tni_text tni_percent_text(uint64_t part, uint64_t whole) {
    return tni_fixed(whole ? (uint64_t)(1000.0 * (double)part / (double)whole + 0.5) : 0, 10, 1);
}

#endif
