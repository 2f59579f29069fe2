/* edge.h: what the programs of bench/edges share: a heap, the time of the processor, and a line of figures.
 *
 * Each program shows one place where collectors fall off a cliff: a size, a limit, a long list. It is built on the public
 * headers alone, takes its sizes as arguments, and prints a line for each figure. bench/edges.sh runs them. */
#ifndef EDGE_H
#define EDGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <tenure.h>

/* Seconds that the processor has worked for this process. */
__attribute__((unused)) static double edge_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The most memory that was ever resident, in MiB. */
__attribute__((unused)) static double edge_peak(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024;
}

/* What is resident now, in MiB. */
__attribute__((unused)) static double edge_resident(void) {
    long all = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%ld %ld", &all, &resident) != 2) resident = 0;
    if (f) fclose(f);
    return (double)resident * 4096 / 1048576;
}

/* Numbers that are the same in each run. */
__attribute__((unused)) static unsigned edge_random(void) {
    static unsigned long long s = 88172645463325252ull;
    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    return (unsigned)(s >> 11);
}

/* Argument `n` as a number, or `otherwise` when it is not there. */
__attribute__((unused)) static long edge_argument(int argc, char **argv, int n, long otherwise) {
    return argc > n ? atol(argv[n]) : otherwise;
}

static tn_mutator *edge_mutator; /* of the heap, if there is one */

/* Destroys the heap; at the end of the program at the latest, so that nothing is left that looks like a leak. */
__attribute__((unused)) static void edge_end(void) {
    if (!edge_mutator) return;
    tn_heap *heap = edge_mutator->heap;
    tn_mutator_destroy(edge_mutator);
    tn_heap_destroy(heap);
    edge_mutator = NULL;
}

/* A heap with `count` types and its mutator. Ends the program when there is none. */
__attribute__((unused)) static tn_mutator *edge_start(const char *options, const tn_type_desc *types, size_t count) {
    tn_config config = TN_CONFIG_INIT;
    config.options = options;
    tn_error error;
    tn_heap *heap = tn_heap_create(&config, &error);
    tn_mutator *m = heap ? tn_mutator_create(heap, &error) : NULL;
    if (!m) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    for (size_t i = 0; i < count; i++)
        if (!tn_type_create(heap, &types[i])) {
            fprintf(stderr, "%s\n", tn_last_error(m));
            exit(1);
        }
    static bool once;
    if (!once) atexit(edge_end);
    once = true;
    edge_mutator = m;
    return m;
}

/* Ends the program: a call has failed that must not. */
__attribute__((unused, noreturn)) static void edge_fail(tn_mutator *m) {
    fprintf(stderr, "%s\n", tn_last_error(m));
    exit(1);
}

/* One line: what was done, the time of the processor since `begin` (of edge_cpu), and what the heap says. */
__attribute__((unused)) static void edge_say(tn_mutator *m, const char *what, double begin) {
    tn_stats s;
    double cpu = edge_cpu() - begin;
    tn_stats_get(m->heap, &s);
    printf("%-44s %8.3f s cpu, %5llu majors, %7llu minors, peak %7.1f MiB\n", what, cpu, (unsigned long long)s.majors,
           (unsigned long long)s.minors, edge_peak());
    fflush(stdout);
}

#endif
