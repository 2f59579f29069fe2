/* watched.h: which tool watches the process. UNDER_ASAN is 1 where the test is compiled with AddressSanitizer, by gcc
 * or clang, else 0. */
#ifndef WATCHED_H
#define WATCHED_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

/* AddressSanitizer or Valgrind runs the process: freed memory is kept for a while, and mapped as they like. */
static inline bool support_watched(void) {
    const char *preload = getenv("LD_PRELOAD");
    return UNDER_ASAN || (preload && strstr(preload, "valgrind"));
}

#endif
