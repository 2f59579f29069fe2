/* bench/workloads/harness.c: see harness.h. */
#include "harness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "observe/histogram.h"

static int argument_count;
static char **arguments;
static tni_histogram pauses;

enum { FIGURES_MAX = 32 };
static struct {
    const char *name;
    double value;
} figures[FIGURES_MAX];
static unsigned figure_count;

void harness_fail(const char *text) {
    fprintf(stderr, "%s: %s\n", arguments[0], text);
    exit(1);
}

static const char *find_argument(const char *name) {
    size_t length = strlen(name);
    for (int i = 1; i < argument_count; i++)
        if (strncmp(arguments[i], name, length) == 0 && arguments[i][length] == '=') return arguments[i] + length + 1;
    return NULL;
}

uint64_t argument(const char *name, uint64_t otherwise) {
    const char *text = find_argument(name);
    if (!text) return otherwise;
    char *end;
    uint64_t value = strtoull(text, &end, 10);
    if (*end || !*text) harness_fail("an argument is NAME=NUMBER");
    return value;
}

void figure(const char *name, double value) {
    if (figure_count == FIGURES_MAX) harness_fail("too many figures");
    figures[figure_count].name = name;
    figures[figure_count++].value = value;
}

uint64_t harness_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

void *harness_reserve(size_t bytes) {
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) harness_fail("no address space");
    return at;
}

void harness_release(void *at, size_t bytes) { munmap(at, bytes); }

uint64_t harness_resident(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*u %lu", &pages) != 1) harness_fail("/proc/self/statm cannot be read");
    fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void harness_pause(uint64_t ns) { tni_histogram_record(&pauses, ns); }

void harness_pauses(harness_result *r) {
    r->gc_ns = pauses.sum;
    r->pause_p50_ns = tni_histogram_percentile(&pauses, 50);
    r->pause_p99_ns = tni_histogram_percentile(&pauses, 99);
    r->pause_max_ns = tni_histogram_max(&pauses);
}

static double ms(uint64_t ns) { return (double)ns / 1e6; }

int harness_main(int argc, char **argv, void (*run)(harness_result *result)) {
    argument_count = argc;
    arguments = argv;
    harness_result r = {0};
    run(&r);
    if (find_argument("check") && argument("check", 0) != r.check) {
        fprintf(stderr, "%s: the check is %" PRIu64 ", not %s\n", argv[0], r.check, find_argument("check"));
        return 1;
    }
    printf("{\"check\": %" PRIu64 ", \"gc_seconds\": %.6f, \"minors\": %" PRIu64 ", \"majors\": %" PRIu64
           ", \"pause_p50_ms\": %.4f, \"pause_p99_ms\": %.4f, \"pause_max_ms\": %.4f, \"minor_p50_ms\": %.4f, "
           "\"minor_p99_ms\": %.4f, \"minor_max_ms\": %.4f, \"allocated_bytes\": %" PRIu64,
           r.check, (double)r.gc_ns / 1e9, r.minors, r.majors, ms(r.pause_p50_ns), ms(r.pause_p99_ns),
           ms(r.pause_max_ns), ms(r.minor_p50_ns), ms(r.minor_p99_ns), ms(r.minor_max_ns), r.allocated);
    for (unsigned i = 0; i < figure_count; i++) printf(", \"%s\": %.6g", figures[i].name, figures[i].value);
    printf("}\n");
    return 0;
}
