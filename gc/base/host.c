/* base/host.c: see host.h. */
#include "base/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

void tni_print(const char *const *parts, size_t count) {
    struct iovec piece[5];
    for (size_t i = 0; i < count; i++) piece[i] = (struct iovec){(void *)(uintptr_t)parts[i], strlen(parts[i])};
    while (writev(STDERR_FILENO, piece, (int)count) < 0 && errno == EINTR) {}
}

void tni_log(const tni_host *host, const char *line) {
    if (host->log && host->call_log) host->call_log(host->heap, line);
    else if (host->log) host->log(line, host->user);
    else tni_print((const char *const[]){line, "\n"}, 2);
}

void tni_report_fatal(const tni_host *host, const char *text) {
    if (host->on_fatal) host->on_fatal(text, host->user);
    else tni_print((const char *const[]){"tenure: heap '", host->name, "': ", text, "\n"}, 5);
}

/* ---- numbers for readers ---- */

static void format(char *text, size_t size, double n, double step, const char *const *units, unsigned last) {
    unsigned u = 0;
    while (n >= step && u < last) n /= step, u++;
    snprintf(text, size, u && n < 100 ? "%.1f %s" : "%.0f %s", n, units[u]);
}

void tni_format_bytes(char *text, size_t size, uint64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    format(text, size, (double)bytes, 1024, units, 4);
}

void tni_format_time(char *text, size_t size, uint64_t ns) {
    static const char *const units[] = {"ns", "us", "ms", "s"};
    format(text, size, (double)ns, 1000, units, 3);
}
