/* bench/workloads/harness.h: what every workload does beside its work: it reads arguments, takes times, and prints the
 * result line. This file knows no peer. */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stddef.h>
#include <stdint.h>

typedef struct harness_result {
    uint64_t check;
    uint64_t gc_ns, minors, majors, allocated; /* 0 where the peer does not collect, or cannot tell */
    uint64_t pause_p50_ns, pause_p99_ns, pause_max_ns;
    uint64_t minor_p50_ns, minor_p99_ns, minor_max_ns;
} harness_result;

/* Runs `run`, compares its check with argument `check=` if given, and prints the result as one JSON object on a line of
 * standard output. The exit status is 1 when the check is wrong: then nothing is printed there. */
int harness_main(int argc, char **argv, void (*run)(harness_result *result));

/* The number given as NAME=NUMBER on the command line, or the default. */
uint64_t argument(const char *name, uint64_t otherwise);

/* One more figure of the workload's own for the result line. */
void figure(const char *name, double value);

/* Stops the process with the text on standard error, and status 1. */
__attribute__((noreturn, cold)) void harness_fail(const char *text);
/* The workload has seen something that cannot be: the same, with its place. */
#define REQUIRE(x) ((x) ? (void)0 : harness_fail(__FILE__ ": wrong: " #x))

/* Nanoseconds of the monotonic clock. */
uint64_t harness_now(void);
/* Address space, touched when used; and gives it back. */
void *harness_reserve(size_t bytes);
void harness_release(void *at, size_t bytes);
/* The bytes of the process that are in memory now. */
uint64_t harness_resident(void);
/* For peers whose pauses the harness has to count: one pause; then all of them into the result. */
void harness_pause(uint64_t ns);
void harness_pauses(harness_result *result);

/* xorshift64* (Vigna, 2016). */
typedef struct random_state {
    uint64_t at;
} random_state;
static inline uint64_t random_next(random_state *r) {
    r->at ^= r->at >> 12;
    r->at ^= r->at << 25;
    r->at ^= r->at >> 27;
    return r->at * UINT64_C(2685821657736338717);
}
/* 0 .. n - 1. */
static inline uint64_t random_below(random_state *r, uint64_t n) {
    return (uint64_t)(((unsigned __int128)random_next(r) * n) >> 64);
}

#endif
