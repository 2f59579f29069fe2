/* class07_longjmp.c: scopes that a longjmp has left without closing them, found by `handles`: at the next scope that
 * opens further up the stack, or when an outer scope closes. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "mistakes.h"

#define OPTIONS "debug=handles"
#define SKIPPED                                                                                              \
    "tenure: heap 'host': the scope of @1 was left without being closed: a longjmp out of it needs tn_save " \
    "and tn_restore\n"

static jmp_buf target;

/* What the host does after an error: something with a scope. */
static __attribute__((noinline)) void report_error(tn_mutator *m) {
    TN_SCOPE(m);
    CHECK(TN_NEW(m, Leaf) != NULL);
}

static __attribute__((noinline)) void fail_at_once(tn_mutator *m) {
    AT(1, (void)0); TN_SCOPE(m);
    Pair **pair = TN_NEW(m, Pair);
    (*pair)->number = 1;
    longjmp(target, 1);
}

static void out_of_one_scope(tn_mutator *m, bool mended) {
    tn_checkpoint mark = tn_save(m);
    if (!setjmp(target)) fail_at_once(m);
    if (mended) tn_restore(m, mark);
    report_error(m);
}

/* The next scope that opens is not further up the stack: the outer one sees it. */
static void seen_by_the_outer_scope(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    tn_checkpoint mark = tn_save(m);
    if (!setjmp(target)) fail_at_once(m);
    if (mended) tn_restore(m, mark);
}

static __attribute__((noinline)) void fail_deeply(tn_mutator *m, int depth) {
    AT(1, (void)0); TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 100);
    CHECK(v != NULL);
    if (depth == 0) longjmp(target, 1);
    fail_deeply(m, depth - 1);
    touch(&(*v)->number);
}

static void out_of_many_scopes(tn_mutator *m, bool mended) {
    tn_checkpoint mark = tn_save(m);
    if (!setjmp(target)) fail_deeply(m, 20);
    if (mended) tn_restore(m, mark);
    report_error(m);
    if (!mended) fputs("found too late: a scope has opened since\n", stderr);
}

/* An interpreter's loop goes on after each error. */
static void in_a_loop(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    tn_value *last = TN_HANDLE_VALUE(m, 0);
    tn_checkpoint mark = tn_save(m);
    for (volatile int i = 0; i < 3; i++) {
        if (!setjmp(target)) {
            fail_deeply(m, 3);
        } else {
            if (mended) tn_restore(m, mark);
            *last = value_of(tn_alloc(m, Pair));
            report_error(m);
        }
    }
}

/* The mark is there, and one of two ways out does not restore it. */
static __attribute__((noinline)) int protected_call(tn_mutator *m, int error, bool mended) {
    tn_checkpoint mark = tn_save(m);
    switch (setjmp(target)) {
    case 0: {
        AT(1, (void)0); TN_SCOPE(m);
        tn_value *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Box)));
        look(object_of(*value));
        longjmp(target, error);
    }
    case 1:
        tn_restore(m, mark);
        return 1;
    default:
        if (mended) tn_restore(m, mark);
        return 2;
    }
}

static void on_one_of_two_ways(tn_mutator *m, bool mended) {
    CHECK_EQ(protected_call(m, 1, mended), 1);
    CHECK_EQ(protected_call(m, 2, mended), 2);
}

static tn_mutator *comparing;

static int compare_or_fail(const void *a, const void *b) {
    (void)a, (void)b;
    AT(1, (void)0); TN_SCOPE(comparing);
    TN_LOCAL(comparing, Pair, pair);
    *pair = tn_alloc(comparing, Pair);
    longjmp(target, 1);
}

/* Through a function of the C library. */
static void out_of_qsort(tn_mutator *m, bool mended) {
    long numbers[50] = {3, 2, 1};
    comparing = m;
    tn_checkpoint mark = tn_save(m);
    if (!setjmp(target)) qsort(numbers, 50, sizeof *numbers, compare_or_fail);
    if (mended) tn_restore(m, mark);
    report_error(m);
}

static __attribute__((noinline)) void fail_in_a_window(tn_mutator *m) {
    AT(1, (void)0); TN_SCOPE(m);
    TN_NEW_TAIL(m, Values, tn_value, LARGE_LENGTH);
    TN_NO_GC(m);
    longjmp(target, 1);
}

static void out_of_a_window(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    tn_checkpoint mark = tn_save(m);
    if (!setjmp(target)) fail_in_a_window(m);
    if (mended) tn_restore(m, mark);
}

/* tn_save too late: the scope is open already, and stays so. */
static __attribute__((noinline)) void save_inside(tn_mutator *m, tn_checkpoint *mark, bool mended) {
    AT(1, (void)0); TN_SCOPE(m);
    if (!mended) *mark = tn_save(m);
    TN_LOCAL_VALUE(m, value);
    *value = value_of(tn_alloc(m, Pair));
    longjmp(target, 1);
}

static void a_mark_made_inside(tn_mutator *m, bool mended) {
    static tn_checkpoint mark;
    mark = tn_save(m);
    if (!setjmp(target)) save_inside(m, &mark, mended);
    tn_restore(m, mark);
    report_error(m);
}

/* The handler of one error raises the next. */
static void out_of_an_error_handler(tn_mutator *m, bool mended) {
    tn_checkpoint mark = tn_save(m);
    static volatile int errors;
    errors = 0;
    if (setjmp(target)) errors++;
    if (mended) tn_restore(m, mark);
    if (errors < 2) fail_at_once(m);
    report_error(m);
}

static const Case cases[] = {
    {"out of one scope", out_of_one_scope, HANDLES, POINTER, SMALL, OPTIONS, SKIPPED},
    {"seen by the outer scope", seen_by_the_outer_scope, HANDLES, POINTER, SMALL, OPTIONS, SKIPPED},
    {"out of many scopes", out_of_many_scopes, HANDLES, POINTER, ARRAY, OPTIONS, SKIPPED},
    {"in a loop", in_a_loop, RAW, LOW_TAG, ARRAY, OPTIONS, SKIPPED},
    {"on one of two ways", on_one_of_two_ways, RAW, LOW_TAGS, SMALL, OPTIONS, SKIPPED},
    {"out of qsort", out_of_qsort, RAW, POINTER, SMALL, OPTIONS, SKIPPED},
    {"out of a raw window", out_of_a_window, HANDLES, POINTER, LARGE, OPTIONS, SKIPPED},
    {"a mark made inside", a_mark_made_inside, RAW, NAN_BOX, SMALL, OPTIONS, SKIPPED},
    {"out of an error handler", out_of_an_error_handler, HANDLES, POINTER, SMALL, OPTIONS, SKIPPED},
};

int main(void) { return mistakes_run("longjmp", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
