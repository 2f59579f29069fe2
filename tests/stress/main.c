/* main.c: the oracle with random numbers.
 *
 *     oracle [--seed N] [--steps N] [--format 0|1|2|3] [--print]
 *     oracle --faults DEBUG ...
 *
 * Formats: plain pointers, low-bit tags with host bits, NaN-boxing, low-bit tags with pointer tag 0. The seed is
 * printed first; without --seed it comes from the clock. Even seeds run the same each time; odd ones leave the policy
 * adaptive, which looks at the clock. A disagreement prints seed, step, the last operations and what differs, and
 * aborts. TENURE_* variables are honoured. --print writes each operation to standard error as it starts.
 *
 * --faults runs the same again and again, with the options debug=fail=1, fail=2 and so on, beside those of DEBUG
 * ("verify,move"): until there was no N-th request to the system to fail. Each run must agree like any other, but for
 * those that find no memory for a heap; and nothing may be left behind. */
#define _GNU_SOURCE
#include "world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mappings.h"
#include "watched.h"

static World world; /* large, and a crash handler wants it */

typedef struct Settings {
    uint64_t seed, steps;
    int format;
    bool print;
} Settings;

static void on_crash(int number) {
    if (!world.reported) {
        world_print(&world);
        fprintf(stderr, "oracle: signal %d\n", number);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static uint64_t draw_random(World *w, unsigned bytes) {
    (void)bytes;
    return model_random(&w->random);
}

static void log_line(const char *line, void *user) {
    if (!strncmp(line, "[fault", 6)) ((World *)user)->fault = true;
    else fprintf(stderr, "%s\n", line);
}

static bool run(const Settings *s, const char *options) {
    memset((void *)&world, 0, sizeof world);
    world.draw = draw_random;
    world.seed = s->seed;
    world.random = model_mix(s->seed);
    world.steps = s->steps;
    world.format_number = s->format;
    world.print = s->print;
    world.options = options;
    world.log = log_line;
    return oracle(&world);
}

static void run_once(const Settings *s) {
    const World *w = &world;
    /* With a fixed policy no decision of the collector depends on the clock. */
    if (!run(s, s->seed % 2 ? "" : "policy=fixed")) {
        fprintf(stderr, "oracle: no memory for a heap\n");
        exit(1);
    }
    printf("oracle: %" PRIu64 " steps agree: %u objects made, %zu live at most, %" PRIu64 " minors, %" PRIu64
           " majors, %u walks, %" PRIu64 " disposed\n",
           w->step, w->objects, w->live_most, w->minors_seen, w->majors_seen, w->walk, w->disposed);
}

static void run_faults(const Settings *s, const char *debug) {
    unsigned n = 1, unmade = 0;
    size_t before = 0, after = 0;
    do {
        char options[160];
        snprintf(options, sizeof options,
                 "policy=fixed nursery=64K nursery_max=4M growth_min=64K debug=%s,fail=%u", debug, n);
        bool made = run(s, options);
        if (!made) unmade++;
        if (made && !before) before = mappings();
        after = mappings();
    } while (world.fault && ++n);
    printf("oracle: %u requests to the system failed in turn, %u of them without which there is no heap\n", n - 1,
           unmade);
    if (n < 20) fprintf(stderr, "oracle: a run makes more requests than that\n"), exit(1);
    if (after > before + 8) fprintf(stderr, "oracle: %zu mappings became %zu\n", before, after), exit(1);
}

static uint64_t number(const char *text, const char *name) {
    char *end;
    uint64_t n = strtoull(text ? text : "", &end, 10);
    if (!text || *end || end == text) {
        fprintf(stderr, "oracle: %s wants a number\n", name);
        exit(2);
    }
    return n;
}

int main(int argc, char **argv) {
    Settings s = {.steps = 20000, .format = -1};
    struct timespec now;
    const char *faults = NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    s.seed = model_mix((uint64_t)now.tv_sec * UINT64_C(1000000007) + (uint64_t)now.tv_nsec) >> 32;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--print")) s.print = true;
        else if (!strcmp(argv[i], "--seed")) s.seed = number(argv[i + 1], argv[i]), i++;
        else if (!strcmp(argv[i], "--steps")) s.steps = number(argv[i + 1], argv[i]), i++;
        else if (!strcmp(argv[i], "--format")) s.format = (int)number(argv[i + 1], argv[i]), i++;
        else if (!strcmp(argv[i], "--faults") && i + 1 < argc) faults = argv[++i];
        else
            return fprintf(stderr, "oracle [--seed N] [--steps N] [--format 0|1|2|3] [--print] [--faults DEBUG]\n"), 2;
    }
    if (s.format < 0) s.format = (int)(s.seed % 4);
    if (s.format > 3) return fprintf(stderr, "oracle: --format is 0, 1, 2 or 3\n"), 2;
    printf("oracle: seed %" PRIu64 ", %" PRIu64 " steps, format %d\n", s.seed, s.steps, s.format);
    fflush(stdout);
    signal(SIGABRT, on_crash);
    if (!UNDER_ASAN) signal(SIGSEGV, on_crash), signal(SIGBUS, on_crash);
    if (faults) run_faults(&s, faults);
    else run_once(&s);
    return 0;
}
