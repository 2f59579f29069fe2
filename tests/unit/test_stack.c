/* test_stack.c: no call of the library takes more than 4 KiB of stack; and all of them run on a thread that has 16 KiB.
 *
 * A thread paints the free part of its stack, makes a call, and looks how far down the paint is gone. Each call is made
 * once before, so that what the dynamic linker and malloc do the first time is not counted. The C library's own part
 * (vsnprintf takes more than 1 KiB) counts: it is on the host's stack. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "support.h"

enum { MOST = 4096, STACK = 1 << 18, SMALL_STACK = 16384, PAINT = 0xA5 };

/* A host whose hooks take no stack to speak of. */
static tn_heap *heap;
static tn_mutator *m;
static int called;

static void on_error(tn_status status, const char *text, void *user) { (void)status, (void)text, (void)user, called++; }
static void on_line(const char *line, void *user) { (void)line, (void)user, called++; }
static bool no_more(tn_mutator *mutator, size_t bytes, void *user) {
    return (void)mutator, (void)bytes, (void)user, false;
}

/* Where a step fails the thread cannot end the test: the first place is kept. */
static int broken_at;
#define MUST(x)                                            \
    do {                                                   \
        if (!(x) && !broken_at) broken_at = __LINE__;      \
    } while (0)

static void open_quiet(const char *options, bool logged) {
    tn_config config = TN_CONFIG_INIT;
    config.options = options;
    config.ignore_environment = true;
    config.on_error = on_error;
    config.on_out_of_memory = no_more;
    if (!logged) config.log = on_line;
    heap = tn_heap_create(&config, NULL);
    m = heap ? tn_mutator_create(heap, NULL) : NULL;
    MUST(m != NULL);
    for (int i = 0; m && i < SUPPORT_TYPES; i++)
        MUST(tn_type_create(heap, &support_types[i]) == support_types[i].number);
}

static void close_quiet(void) {
    MUST(tn_mutator_destroy(m) == TN_OK);
    MUST(tn_heap_destroy(heap) == TN_OK);
}

/* ---- the steps ---- */

static void nothing(void) {}

static void create_and_destroy(void) { open_quiet(NULL, false), close_quiet(); }

static void create_with_help(void) { open_quiet("help=on log=all", false), close_quiet(); }

static void create_wrong(void) {
    static tn_error error;
    tn_config config = TN_CONFIG_INIT;
    config.options = "nursery=64Kx";
    MUST(!tn_heap_create(&config, &error) && error.status == TN_BAD_OPTION);
    config.options = "nurzery=64K";
    MUST(!tn_heap_create(&config, &error));
    config.config_size--;
    MUST(!tn_heap_create(&config, &error));
}

/* A list, a tree and a wide array: young, old and between. */
static void build(long n) {
    TN_LOCAL(m, Pair, list);
    Vector **wide = TN_NEW_TAIL(m, Vector, Pair *, 3000);
    for (long i = 0; i < n; i++) {
        TN_SCOPE(m);
        Pair **p = TN_NEW(m, Pair);
        if (!p || !wide) return;
        TN_SET(m, p, cdr, list);
        TN_SET(m, wide, item[i % 3000], p);
        *list = *p;
    }
}

static void allocate(void) {
    TN_SCOPE(m);
    build(20000);
    MUST(TN_NEW_TAIL(m, Bytes, char, 100000) && TN_NEW_TAIL(m, Values, tn_value, 5000000));
    MUST(TN_NEW_STABLE(m, Pair) && TN_NEW(m, Fixed) && tn_reserve(m, TN_RESERVE_MAX) == TN_OK);
    for (int i = 0; i < 100; i++) {
        TN_SCOPE(m);
        File **file = TN_NEW(m, File);
        MUST(file != NULL);
    }
}

static void collect_minor(void) {
    TN_SCOPE(m);
    build(20000);
    MUST(tn_collect(m, TN_MINOR) == TN_OK);
    build(2000);
    MUST(tn_collect(m, TN_MINOR) == TN_OK);
}

static void scan_cell(tn_tracer *tracer, void *user) { tn_visit(tracer, user); }

/* Owners have trace and dispose callbacks; some die. */
static void owners(void) {
    TN_LOCAL(m, Pair, pair);
    for (int i = 0; i < 200; i++) {
        TN_SCOPE(m);
        *pair = tn_alloc(m, Pair);
        Owner **owner = TN_NEW(m, Owner);
        if (!owner) return;
        (*owner)->buffer = calloc(8, sizeof(Pair *));
        (*owner)->count = 8;
        for (int k = 0; k < 8; k++) (*owner)->buffer[k] = *pair;
        tn_revisit_object(m, *owner);
        if (i % 2) (void)TN_GLOBAL_CREATE(m, owner);
    }
}

static void collect_all(void) {
    TN_SCOPE(m);
    build(20000);
    owners();
    static void *stack[1000], *base, *top, *cell;
    MUST(tn_collect(m, TN_MINOR) == TN_OK); /* the next one is far away */
    base = stack;
    top = stack + 1000;
    for (int i = 0; i < 1000; i++) stack[i] = tn_alloc(m, Pair);
    tn_range *range = tn_range_create(m, &(tn_range_desc){&base, &top, NULL, 0});
    cell = stack[0];
    MUST(range && tn_scanner_create(m, scan_cell, &cell) == TN_OK && tn_root_create(m, &cell) == TN_OK);
    MUST(tn_collect(m, TN_MAJOR) == TN_OK && tn_collect(m, TN_FULL) == TN_OK);
    MUST(tn_range_suspend(m, range) == TN_OK && tn_range_resume(m, range) == TN_OK);
    MUST(tn_range_destroy(m, range) == TN_OK && tn_scanner_destroy(m, scan_cell, &cell) == TN_OK);
    MUST(tn_root_store(m, &cell, NULL) == TN_OK && tn_root_destroy(m, &cell) == TN_OK);
}

/* An array of arrays asks more of the stack of marking than it has, and the system gives no more. */
static void mark_without_memory(void) {
    enum { MANY = 900 };
    TN_SCOPE(m);
    Vector **outer = TN_NEW_TAIL(m, Vector, Pair *, MANY);
    for (size_t i = 0; i < MANY; i++) {
        TN_SCOPE(m);
        Vector **inner = TN_NEW_TAIL(m, Vector, Pair *, 100);
        for (size_t k = 0; k < 100; k++) {
            Pair *pair = tn_alloc(m, Pair);
            tn_write(m, *inner, item[k], pair);
        }
        tn_write(m, *outer, item[i], (Pair *)(void *)*inner);
    }
    MUST(tn_collect(m, TN_MINOR) == TN_OK);
    MUST(tn_option_set(m->heap, "debug", "fail=1") == TN_OK);
    MUST(tn_collect(m, TN_FULL) == TN_OK);
    MUST(tn_option_set(m->heap, "debug", "none") == TN_OK);
}

static void weak_and_stable(void) {
    TN_SCOPE(m);
    Pair **p = TN_NEW(m, Pair);
    MUST(TN_WEAK_NEW(m, p) && TN_WEAK_ARRAY_NEW(m, 100) && TN_HASH_OF(m, p) && TN_STABLE_ADDRESS(m, p));
    MUST(TN_GLOBAL_CREATE(m, p) != NULL);
    tn_external_adjust(heap, 100 << 20);
    tn_poll(m);
    tn_external_adjust(heap, -(100 << 20));
    tn_request_collection(heap);
    tn_poll(m);
}

static void texts(void) {
    static char text[4096];
    tn_stats stats;
    tn_stats_get(m->heap, &stats);
    tn_stats_text(m->heap, text, sizeof text);
    MUST(tn_option_get(m->heap, "nursery", text, sizeof text) == TN_OK);
    MUST(tn_option_get(m->heap, "nurseri", text, sizeof text) == TN_BAD_OPTION);
    MUST(tn_option_set(m->heap, "heap_max", "much") == TN_BAD_OPTION &&
         tn_option_set(m->heap, "debug", "verify,x") != TN_OK);
    MUST(tn_option_set(m->heap, "heap_max", "auto") == TN_OK && tn_option_set(m->heap, "heap_max", "50%") == TN_OK);
}

static void mistakes(void) {
    int called_before = called;
    MUST(!tn_alloc_sized(m, 77, 16) && !tn_alloc_sized(m, Pair_type, 8));
    MUST(tn_range_destroy(m, (tn_range *)(void *)&called) == TN_NOT_FOUND);
    MUST(tn_global_destroy(m, &called) == TN_NOT_FOUND && !tn_global_create(m, &called));
    MUST(tn_collect(m, (tn_collection_kind)17) == TN_BAD_ARGUMENT);
    tn_request_collection(heap);
    {
        TN_NO_GC(m);
        tn_poll(m);
    }
    MUST(called > called_before);
}

static void out_of_memory(void) {
    TN_SCOPE(m);
    Values **list = NULL;
    for (int i = 0; i < 1000; i++)
        if (!(list = TN_NEW_TAIL(m, Values, tn_value, 1000))) break;
    MUST(!list && tn_last_status(m) == TN_OUT_OF_MEMORY);
}

/* A table that takes a cleared slot for an empty one, and the path to what is in it. */
static void clear_a_slot(void) {
    TN_SCOPE(m);
    tn_weak_array **slots = TN_WEAK_ARRAY_NEW(m, 8);
    MUST(tn_weak_array_write(m, *slots, 0, (tn_value)(uintptr_t)tn_alloc(m, Pair)) == TN_OK);
    Pair **p = TN_NEW(m, Pair);
    MUST(tn_weak_array_write(m, *slots, 1, (tn_value)(uintptr_t)*p) == TN_OK);
    MUST(tn_collect(m, TN_FULL) == TN_OK);
    MUST(tn_weak_array_write(m, *slots, 0, (tn_value)(uintptr_t)*p) == TN_OK);
    MUST(tn_retaining_path(m, *p, NULL, NULL) == TN_OK);
}

/* Every line to standard error, and each debug mode. */
static void debug_modes(void) {
    static const char *const modes[] = {"debug=verify", "debug=sites,poison,move,stress=50", "debug=stale",
                                        "debug=handles,threads", "debug=quarantine=2", "debug=all",
                                        "log=gc,leaks,config"};
    int err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    dup2(null, STDERR_FILENO);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        open_quiet(modes[i], true);
        {
            TN_SCOPE(m);
            build(3000);
            owners();
            clear_a_slot();
            MUST(tn_collect(m, TN_FULL) == TN_OK);
        }
        close_quiet();
    }
    dup2(err, STDERR_FILENO);
    close(err);
    close(null);
}

typedef struct Step {
    const char *name;
    const char *options; /* of the heap that it needs; NULL: it makes its own */
    void (*run)(void);
} Step;
static const Step steps[] = {
    {"nothing", NULL, nothing},
    {"creating and destroying a heap", NULL, create_and_destroy},
    {"help, and what the options are", NULL, create_with_help},
    {"wrong options", NULL, create_wrong},
    {"allocation", "", allocate},
    {"allocation while objects are born old", "pretenure=on", allocate},
    {"minor collections", "", collect_minor},
    {"major and full collections", "", collect_all},
    {"major collections without memory for their stack", "", mark_without_memory},
    {"weak references, stable addresses, safepoints", "", weak_and_stable},
    {"texts", "", texts},
    {"failures", "", mistakes},
    {"out of memory", "heap_max=2M", out_of_memory},
    {"debug modes", NULL, debug_modes},
};
enum { STEPS = sizeof steps / sizeof *steps };

static void run_step(const Step *step) {
    if (step->options) open_quiet(step->options, false);
    step->run();
    if (step->options) close_quiet();
}

/* ---- the thread ---- */

static unsigned char *stack_base;
static size_t used[STEPS];

/* The bytes of stack that the step takes. What is between this frame and the paint is of this function. */
static __attribute__((noinline)) size_t measure(const Step *step) {
    unsigned char *here = __builtin_frame_address(0);
    unsigned char *low = stack_base + 4096;
    for (volatile unsigned char *at = low; at < here - 512; at++) *at = PAINT;
    run_step(step);
    while (low < here && *low == PAINT) low++;
    return (size_t)(here - low);
}

static void *measure_all(void *unused) {
    for (size_t i = 0; i < STEPS; i++) {
        run_step(&steps[i]);
        used[i] = measure(&steps[i]);
    }
    return unused;
}

static void *run_all(void *unused) {
    for (size_t i = 0; i < STEPS; i++) run_step(&steps[i]);
    return unused;
}

static void on_stack(size_t bytes, void *(*body)(void *)) {
    pthread_attr_t attributes;
    pthread_t thread;
    stack_base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    CHECK((void *)stack_base != MAP_FAILED);
    CHECK_EQ(pthread_attr_init(&attributes), 0);
    CHECK_EQ(pthread_attr_setstack(&attributes, stack_base, bytes), 0);
    CHECK_EQ(pthread_create(&thread, &attributes, body, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    munmap(stack_base, bytes);
    if (broken_at) FAIL("line %d does not hold", broken_at);
}

/* Only an optimised build has the frames that users get, and only one without a tool that adds to them. */
static void skip_unless_usual(void) {
#ifndef __OPTIMIZE__
    support_skip("not optimised");
#endif
    if (support_watched()) support_skip("AddressSanitizer or Valgrind takes stack of its own");
}

static void no_call_takes_more_than_4_kib(void **state) {
    (void)state;
    skip_unless_usual();
    on_stack(STACK, measure_all);
    bool bad = false;
    for (size_t i = 1; i < STEPS; i++) {
        size_t own = used[i] > used[0] ? used[i] - used[0] : 0;
        print_message("%5zu bytes of stack: %s\n", own, steps[i].name);
        bad |= own > MOST;
    }
    CHECK(used[0] < 2048 && !bad);
}

static void everything_runs_on_a_thread_of_16_kib(void **state) {
    (void)state;
    skip_unless_usual();
    long least = sysconf(_SC_THREAD_STACK_MIN);
    if (least > SMALL_STACK) support_skip("this system has no thread of 16 KiB");
    on_stack(SMALL_STACK, run_all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_call_takes_more_than_4_kib),
        cmocka_unit_test(everything_runs_on_a_thread_of_16_kib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
