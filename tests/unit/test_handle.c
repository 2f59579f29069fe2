/* test_handle.c: handles and scopes: they keep objects alive and follow them, and scopes give them back however they
 * are left. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "support.h"

static Host host;
static tn_mutator *m;

static int open_host(void **state) {
    (void)state;
    host_open(&host, NULL);
    m = host.m;
    return 0;
}

static int close_host(void **state) {
    (void)state;
    host_close(&host);
    return 0;
}

/* ---- what handles hold ---- */

static void handle_keeps_and_follows_its_object(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **list = support_list(m, 100), **other = TN_HANDLE(m, *list);
    for (int i = 0; i < 6; i++) {
        support_collect(m, (tn_collection_kind)(i % 3));
        support_garbage(m, 1 << 20);
        support_check_list(*list, 100);
        CHECK(*list == *other);
    }
}

static void local_begins_empty_and_may_be_assigned(void **state) {
    (void)state;
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, p);
    TN_LOCAL_VALUE(m, v);
    CHECK(*p == NULL);
    CHECK_EQ(*v, 0);
    support_collect(m, TN_FULL);
    CHECK(*p == NULL);
    for (long i = 1; i < 5; i++) {
        TN_SCOPE(m);
        *p = *support_list(m, i);
        *v = (tn_value)(uintptr_t)*p;
        support_collect(m, TN_MINOR);
        support_check_list(*p, i);
        CHECK(*v == (tn_value)(uintptr_t)*p);
    }
}

static void object_dies_with_its_scope(void **state) {
    (void)state;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    {
        TN_SCOPE(m);
        File **file = TN_NEW(m, File);
        (*file)->disposed = &disposed;
        support_collect(m, TN_FULL);
        CHECK_EQ(disposed, 0);
    }
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 1);
}

static void overwritten_handle_lets_go(void **state) {
    (void)state;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    TN_SCOPE(m);
    File **file = TN_NEW(m, File);
    (*file)->disposed = &disposed;
    *file = NULL;
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 1);
}

static void get_makes_an_independent_handle(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **list = support_list(m, 3);
    Pair **second = TN_GET(m, list, cdr);
    TN_CLEAR(m, list, cdr);
    support_collect(m, TN_FULL);
    support_check_list(*second, 2);
    CHECK(tn_read(*list, cdr) == NULL);
}

static void put_evaluates_before_it_looks_at_the_object(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **p = TN_NEW(m, Pair);
    TN_PUT(m, p, number, (support_collect(m, TN_MINOR), 42)); /* *p moves while the value is computed */
    CHECK_EQ((*p)->number, 42);
}

/* ---- value handles ---- */

static void value_handles(Host *h, const tn_format *format) {
    TN_SCOPE(h->m);
    Pair **list = support_list(h->m, 5);
    Box **box = TN_NEW(h->m, Box);
    tn_value *v = TN_HANDLE_VALUE(h->m, support_value(format, *list)),
             *immediate = TN_HANDLE_VALUE(h->m, support_immediate(format, 9));
    TN_SET_VALUE(h->m, box, value, v);
    *list = NULL;
    for (int i = 0; i < 3; i++) {
        support_collect(h->m, (tn_collection_kind)i);
        support_check_list(support_address(format, *v), 5);
        CHECK_EQ(*v, support_value(format, support_address(format, *v)));
        CHECK_EQ(*immediate, support_immediate(format, 9));
        CHECK_EQ(tn_read_value(*box, value), *v);
    }
    *v = 0;
    tn_value *again = TN_GET_VALUE(h->m, box, value);
    tn_write_value(h->m, *box, value, 0);
    support_collect(h->m, TN_FULL);
    support_check_list(support_address(format, *again), 5);
}

static void value_handles_hold_every_format(void **state) {
    (void)state;
    host_each_format(value_handles);
}

/* ---- leaving scopes ---- */

static int leave_by_return(int depth) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, p);
    TN_LOCAL_VALUE(m, v);
    *v = 0;
    *p = NULL;
    return depth == 0 ? 0 : leave_by_return(depth - 1);
}

static void scope_closes_however_it_is_left(void **state) {
    (void)state;
    size_t count = tn_handle_count(m);
    leave_by_return(10);
    CHECK_EQ(tn_handle_count(m), count);
    for (int i = 0; i < 10; i++) {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, p);
        CHECK_EQ(tn_handle_count(m), count + 1);
        *p = NULL;
        if (i == 3) continue;
        if (i == 7) break;
    }
    CHECK_EQ(tn_handle_count(m), count);
    {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, p);
        {
            TN_SCOPE(m);
            TN_LOCAL_VALUE(m, v);
            *v = 0;
            CHECK_EQ(tn_handle_count(m), count + 2);
            goto out;
        }
        *p = NULL;
    }
out:
    CHECK_EQ(tn_handle_count(m), count);
    switch (count) {
    default: {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, p);
        *p = NULL;
        break;
    }
    }
    CHECK_EQ(tn_handle_count(m), count);
}

static void scope_in_a_loop_does_not_grow_the_stack(void **state) {
    (void)state;
    TN_SCOPE(m);
    size_t count = tn_handle_count(m);
    for (int i = 0; i < 3000000; i++) {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, a);
        TN_LOCAL_VALUE(m, v);
        *a = NULL;
        *v = 0;
    }
    CHECK_EQ(tn_handle_count(m), count);
}

/* ---- escapes ---- */

static Pair **escape_through(int depth, tn_value **value) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, junk);
    *junk = NULL;
    Pair **p = depth == 0 ? support_list(m, 7) : escape_through(depth - 1, value);
    TN_LOCAL_VALUE(m, v);
    *v = depth == 0 ? (tn_value)(uintptr_t)*p : **value;
    *value = TN_ESCAPE_VALUE(v);
    if (depth % 5 == 0) support_collect(m, TN_MINOR);
    return TN_ESCAPE(p);
}

static void escape_carries_through_nested_scopes(void **state) {
    (void)state;
    TN_SCOPE(m);
    size_t count = tn_handle_count(m);
    tn_value *v = NULL;
    Pair **p = escape_through(50, &v);
    CHECK_EQ(tn_handle_count(m), count + 2);
    support_collect(m, TN_FULL);
    support_check_list(*p, 7);
    CHECK(*v == (tn_value)(uintptr_t)*p);
}

static Pair **escape_the_first_slot(void) {
    TN_SCOPE(m);
    Pair **p = TN_NEW(m, Pair); /* sits where the escape goes */
    TN_PUT(m, p, number, 31);
    return TN_ESCAPE(p);
}

static Pair **escape_null(void) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, p);
    *p = NULL;
    Pair **nothing = NULL;
    return TN_ESCAPE(nothing);
}

static void escape_of_the_first_slot_and_of_null(void **state) {
    (void)state;
    TN_SCOPE(m);
    size_t count = tn_handle_count(m);
    Pair **p = escape_the_first_slot();
    CHECK_EQ((*p)->number, 31);
    CHECK_EQ(tn_handle_count(m), count + 1);
    CHECK(escape_null() == NULL);
    CHECK_EQ(tn_handle_count(m), count + 1);
}

/* ---- longjmp ---- */

static jmp_buf out;

static void go_deep(int depth) {
    TN_SCOPE(m);
    support_list(m, 10);
    TN_LOCAL_VALUE(m, v);
    *v = 0;
    if (depth > 0) go_deep(depth - 1);
    TN_NO_GC(m);
    longjmp(out, 1);
}

static void restore_closes_scopes_and_windows(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **list = support_list(m, 100);
    static volatile int rounds;
    rounds = 0;
    size_t count = tn_handle_count(m);
    tn_checkpoint mark = tn_save(m);
    if (setjmp(out)) tn_restore(m, mark);
    CHECK_EQ(tn_handle_count(m), count);
    CHECK(m->window == NULL);
    support_collect(m, (tn_collection_kind)(rounds % 3));
    support_garbage(m, 100000);
    support_check_list(*list, 100);
    if (rounds++ < 10) go_deep(rounds * 3);
    CHECK_EQ(rounds, 11);
}

static void restore_inside_a_window_keeps_that_window(void **state) {
    (void)state;
    TN_NO_GC(m);
    struct tn_window_ *window = m->window;
    tn_checkpoint mark = tn_save(m);
    if (setjmp(out) == 0) {
        TN_NO_GC(m);
        longjmp(out, 1);
    }
    tn_restore(m, mark);
    CHECK(m->window == window);
    CHECK_EQ(tn_collect(m, TN_MINOR), TN_BAD_STATE);
}

/* ---- the end ---- */

/* Nothing that was said of slots, to AddressSanitizer say, outlives them: their memory may be anybody's next. */
static void memory_of_slots_is_anybodys_after_detach(void **state) {
    (void)state;
    enum { BYTES = 4096 };
    Host other;
    host_open(&other, NULL);
    char *first = (char *)TN_HANDLE(other.m, (void *)NULL);
    char *last = (char *)TN_HANDLE_VALUE(other.m, 0);
    for (int i = 0; i < 10; i++) {
        TN_SCOPE(other.m);
        for (int k = 0; k < 100; k++) CHECK(TN_HANDLE(other.m, (void *)NULL) && TN_HANDLE_VALUE(other.m, 0));
    }
    host_close(&other);
    char *const parts[] = {first, last + 8 - BYTES};
    for (int i = 0; i < 2; i++) {
        const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
        char *part = mmap(parts[i], BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
        if (part == MAP_FAILED) continue; /* somebody's already */
        for (size_t k = 0; k < BYTES; k++) CHECK_EQ(*(volatile char *)(part + k), 0);
        munmap(part, BYTES);
    }
}

/* ---- many ---- */

static void hundred_thousand_handles_are_all_visited(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    size_t count = tn_handle_count(m);
    {
        TN_SCOPE(m);
        Pair ***all = malloc(COUNT * sizeof *all);
        CHECK(all != NULL);
        for (long i = 0; i < COUNT; i++) {
            Pair *p = tn_alloc(m, Pair);
            CHECK(p != NULL);
            p->number = i;
            all[i] = TN_HANDLE(m, p);
        }
        CHECK_EQ(tn_handle_count(m), count + COUNT);
        support_collect(m, TN_MINOR);
        support_collect(m, TN_FULL);
        for (long i = 0; i < COUNT; i++) CHECK_EQ((*all[i])->number, i);
        free(all);
    }
    CHECK_EQ(tn_handle_count(m), count);
}

static void overflow(void *arg) {
    (void)arg;
    for (;;) TN_HANDLE(m, (void *)NULL);
}

static void overflow_of_values(void *arg) {
    (void)arg;
    for (;;) TN_HANDLE_VALUE(m, 0);
}

/* There is no object to return NULL for: fatal, and the line says how many handles there are. */
static void overflow_is_fatal_and_says_so(void **state) {
    (void)state;
    Child child;
    child_run(&child, overflow, NULL);
    CHECK_EQ(child.code, CHILD_FATAL);
    CHECK_HAS(child.text, "handles");
    child_run(&child, overflow_of_values, NULL);
    CHECK_EQ(child.code, CHILD_FATAL);
    CHECK_HAS(child.text, "handles");
}

/* ---- macros ---- */

/* Each argument of a macro is evaluated once. */
static int evaluated;
static tn_mutator *count_m(tn_mutator *of) { return evaluated++, of; }
static size_t count_size(size_t n) { return evaluated++, n; }
#define ONCE(n, expression)         \
    do {                            \
        evaluated = 0;              \
        (void)(expression);         \
        CHECK_EQ(evaluated, (n));   \
    } while (0)

static void arguments_are_evaluated_once(void **state) {
    Host own;
    (void)state;
    host_exact(&own, NULL);
    {
        TN_SCOPE(own.m);
        Pair **p = TN_NEW(own.m, Pair);
        Vector **v = TN_NEW_TAIL(own.m, Vector, tn_value, 4);
        ONCE(1, TN_NEW(count_m(own.m), Pair));
        ONCE(2, TN_NEW_TAIL(count_m(own.m), Vector, tn_value, count_size(3)));
        ONCE(1, TN_NEW_STABLE(count_m(own.m), Pair));
        ONCE(2, TN_NEW_STABLE_TAIL(count_m(own.m), Vector, tn_value, count_size(3)));
        ONCE(1, tn_alloc(count_m(own.m), Pair));
        ONCE(2, tn_alloc_tail(count_m(own.m), Vector, tn_value, count_size(3)));
        ONCE(1, TN_HANDLE(own.m, (evaluated++, *p)));
        ONCE(1, TN_HANDLE_VALUE(own.m, count_size(3)));
        ONCE(1, TN_WEAK_NEW(own.m, (evaluated++, p)));
        ONCE(1, TN_STABLE_ADDRESS(own.m, (evaluated++, p)));
        ONCE(1, TN_HASH_OF(own.m, (evaluated++, p)));
        ONCE(1, TN_TYPE_OF((evaluated++, p)));
        ONCE(1, tn_length_of((evaluated++, *v)));
        ONCE(3, TN_RESIZE(count_m(own.m), (evaluated++, v), count_size(2)));
        ONCE(1, tn_cell_bytes(count_size(20)));
        ONCE(1, tn_padding_bytes(count_size(32)));
        ONCE(2, tn_format_low_tag(count_size(7), count_size(0)));
    }
    host_close(&own);
}

/* One struct with two types. */
static void a_struct_serves_several_types(void **state) {
    static const tn_type_desc other = {.number = 880, .name = "Other", .size = sizeof(Pair), .refs = 3};
    static const tn_type_desc row = {
        .number = 881, .name = "Row", .size = sizeof(Vector), .tail_size = 8, .flags = TN_LEAF};
    Host own;
    (void)state;
    host_exact(&own, NULL);
    CHECK_EQ(tn_type_create(own.heap, &other), 880);
    CHECK_EQ(tn_type_create(own.heap, &row), 881);
    {
        TN_SCOPE(own.m);
        Pair **p = TN_NEW_AS(own.m, Pair, 880), *raw = tn_alloc_as(own.m, Pair, 880);
        CHECK(p && raw);
        CHECK(TN_TYPE_OF(p) == 880 && tn_type_of(raw) == 880);
        Vector **v = TN_NEW_TAIL_AS(own.m, Vector, 881, tn_value, 5);
        CHECK(v && TN_TYPE_OF(v) == 881 && TN_LENGTH_OF(v) == 5);
        CHECK_EQ(tn_type_of(tn_alloc_tail_as(own.m, Vector, 881, tn_value, 5)), 881);
        Pair **fixed = TN_NEW_STABLE_AS(own.m, Pair, 880);
        CHECK(fixed && TN_TYPE_OF(fixed) == 880 && TN_STABLE_ADDRESS(own.m, fixed) == *fixed);
        CHECK_EQ(tn_type_of(tn_alloc_stable_as(own.m, Pair, 880)), 880);
        v = TN_NEW_STABLE_TAIL_AS(own.m, Vector, 881, tn_value, 5);
        CHECK(v && TN_TYPE_OF(v) == 881 && TN_LENGTH_OF(v) == 5 && !TN_IS_YOUNG(own.m, v));
        CHECK_EQ(tn_type_of(tn_alloc_stable_tail_as(own.m, Vector, 881, tn_value, 5)), 881);
        support_collect(own.m, TN_FULL);
        CHECK(TN_TYPE_OF(p) == 880 && !TN_IS_YOUNG(own.m, p));
    }
    host_close(&own);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        TEST(handle_keeps_and_follows_its_object),
        TEST(local_begins_empty_and_may_be_assigned),
        TEST(object_dies_with_its_scope),
        TEST(overwritten_handle_lets_go),
        TEST(get_makes_an_independent_handle),
        TEST(put_evaluates_before_it_looks_at_the_object),
        cmocka_unit_test(value_handles_hold_every_format),
        TEST(scope_closes_however_it_is_left),
        TEST(scope_in_a_loop_does_not_grow_the_stack),
        TEST(escape_carries_through_nested_scopes),
        TEST(escape_of_the_first_slot_and_of_null),
        TEST(restore_closes_scopes_and_windows),
        TEST(restore_inside_a_window_keeps_that_window),
        cmocka_unit_test(memory_of_slots_is_anybodys_after_detach),
        TEST(hundred_thousand_handles_are_all_visited),
        TEST(overflow_is_fatal_and_says_so),
        cmocka_unit_test(arguments_are_evaluated_once),
        cmocka_unit_test(a_struct_serves_several_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
