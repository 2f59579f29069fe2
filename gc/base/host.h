/* base/host.h: the host's ears: its name for the heap, and the functions of its config that hear of failures, fatal
 * mistakes and lines of the log. Without a function the lines go to standard error. */
#ifndef TNI_HOST_H
#define TNI_HOST_H

#include "base/base.h"
#include "tenure/status.h"

#define TNI_PRINTF(text, first) __attribute__((format(printf, text, first)))

typedef struct tni_host {
    char name[64]; /* of the heap */
    void *user;
    void (*on_error)(tn_status status, const char *text, void *user);
    void (*on_fatal)(const char *text, void *user);
    void (*log)(const char *line, void *user);
    /* Calls `log` as a callback of the heap; NULL before the heap is made. */
    void (*call_log)(tn_heap *heap, const char *line);
    tn_heap *heap;
} tni_host;

/* Hands a line for the reader to the config's log, or to standard error. */
void tni_log(const tni_host *host, const char *line);
/* Hands the line to on_fatal, or to standard error. */
void tni_report_fatal(const tni_host *host, const char *text);
/* Writes the parts to standard error, with one call of the system: where stdio has no buffer for it, it takes one of
 * 8 KiB from the stack. */
void tni_print(const char *const *parts, size_t count);
/* "1.5 MiB", "3.2 ms". */
void tni_format_bytes(char *text, size_t size, uint64_t bytes);
void tni_format_time(char *text, size_t size, uint64_t ns);

#endif
