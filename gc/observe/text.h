/* observe/text.h: numbers as text, for the lines that people read. */
#ifndef TNI_TEXT_H
#define TNI_TEXT_H

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

TNI_INLINE double tni_percent(uint64_t part, uint64_t whole) {
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

#endif
