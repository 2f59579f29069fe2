/* test_bulk.c: rows of slots are moved and copied with one barrier, slots of malloc'd memory are recorded alone, and
 * objects do without a barrier: what must survive does, and no more is recorded or visited than is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/barrier.h"
#include "heap/heap.h"
#include "support.h"

static Host host;
static tn_mutator *m;

static int open_host(void **state) {
    (void)state;
    host_exact(&host, "debug=verify,poison nursery=1M pretenure=off");
    m = host.m;
    return 0;
}

static int close_host(void **state) {
    (void)state;
    host_close(&host);
    return 0;
}

static const tni_remembered *barrier(void) { return tni_remembered_of(m->heap); }

/* All that the logs hold. */
static size_t recorded(void) {
    return barrier()->objects.count + barrier()->slots.count + barrier()->outside.count / 2 + barrier()->carded.count;
}

static bool armed(const void *object) { return tni_header(object) & TN_HEADER_ARMED; }

static Pair *young_pair(long number) {
    Pair *p = tn_alloc(m, Pair);
    CHECK(p != NULL && tn_is_young(m, p));
    p->number = number;
    return p;
}

/* A handle of an old vector, whose item i is old pair i. */
static Vector **old_vector(size_t length) {
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, length);
    CHECK(v != NULL);
    for (size_t i = 0; i < length; i++) {
        Pair *p = tn_alloc(m, Pair);
        CHECK(p != NULL);
        p->number = (long)i;
        tn_write(m, *v, item[i], p);
    }
    support_collect(m, TN_MINOR);
    CHECK(!tn_is_young(m, *v) && armed(*v));
    CHECK_EQ(recorded(), 0);
    return TN_ESCAPE(v);
}

/* Two collections with garbage between, so that what was not kept has been reused. */
static void survive(void) {
    support_collect(m, TN_MINOR);
    support_garbage(m, 2000000);
    support_collect(m, TN_MINOR);
}

static void check_item(Vector *const *v, size_t i, long number) {
    const Pair *p = tn_read(*v, item[i]);
    CHECK(p != NULL);
    CHECK_EQ(tn_type_of(p), Pair_type);
    CHECK_EQ(p->number, number);
}

/* ---- moves ---- */

enum { SMALL = 100, LARGE = 3000 };

/* Item 10 is young; the row [0, n - 1) goes one up, and then the row [1, n) down again. */
static void moved_up_and_down(size_t n) {
    TN_SCOPE(m);
    Vector **v = old_vector(n);
    for (int round = 0; round < 3; round++) {
        tn_write(m, *v, item[10], young_pair(1000 + round));
        CHECK_EQ(TN_MOVE(m, v, item, 1, 0, n - 1), TN_OK);
        survive();
        check_item(v, 0, 0);
        check_item(v, 11, 1000 + round);
        for (size_t i = 12; i < n; i++) check_item(v, i, (long)i - 1);
        tn_write(m, *v, item[11], young_pair(2000 + round));
        CHECK_EQ(TN_MOVE(m, v, item, 0, 1, n - 1), TN_OK);
        CHECK_EQ(TN_COPY(m, v, v, item, n - 1, n - 2, 1), TN_OK);
        survive();
        check_item(v, 10, 2000 + round);
        CHECK(tn_read(*v, item[n - 1]) == tn_read(*v, item[n - 2]));
        tn_write(m, *v, item[n - 1], young_pair((long)n - 1));
        survive();
    }
}

static void rows_move_in_small_objects(void **state) {
    (void)state;
    moved_up_and_down(SMALL);
}

static void rows_move_in_large_objects(void **state) {
    (void)state;
    moved_up_and_down(LARGE);
}

static void move_records_only_young_words(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **small = old_vector(SMALL), **large = old_vector(LARGE);
    CHECK_EQ(TN_MOVE(m, small, item, 0, 50, 50), TN_OK);
    CHECK_EQ(TN_MOVE(m, large, item, 0, 50, LARGE - 50), TN_OK);
    CHECK_EQ(recorded(), 0);
    for (size_t i = 0; i < 5; i++) tn_write(m, *large, item[i], young_pair(7));
    CHECK_EQ(barrier()->slots.count, 5);
    CHECK_EQ(TN_MOVE(m, large, item, 1000, 0, 100), TN_OK);
    CHECK_EQ(barrier()->slots.count, 10);
    CHECK_EQ(TN_MOVE(m, large, item, 1000, 0, 100), TN_OK); /* young over young: recorded already */
    CHECK_EQ(recorded(), 10);
    tn_write(m, *small, item[0], young_pair(8));
    CHECK_EQ(TN_MOVE(m, small, item, 1, 0, 99), TN_OK);
    CHECK_EQ(recorded(), 11);
    CHECK(!armed(*small) && armed(*large));
    survive();
    for (size_t i = 0; i < 5; i++) check_item(large, 1000 + i, 7);
    check_item(small, 1, 8);
}

/* A row that is most of a large array has the array remembered, once: the next moves record nothing. */
static void long_rows_remember_the_object(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = old_vector(LARGE);
    for (long i = 0; i < 100; i++) {
        CHECK_EQ(TN_MOVE(m, v, item, 1, 0, LARGE - 1), TN_OK);
        tn_write(m, *v, item[0], young_pair(i));
    }
    CHECK_EQ(barrier()->objects.count, 1);
    CHECK_EQ(barrier()->slots.count, 1); /* of the first store */
    survive();
    for (size_t i = 0; i < 100; i++) check_item(v, i, 99 - (long)i);
    check_item(v, 100, 0);
    check_item(v, LARGE - 1, LARGE - 101);
}

static void young_objects_record_nothing(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, SMALL);
    CHECK(tn_is_young(m, *v));
    tn_write(m, *v, item[0], young_pair(5));
    for (size_t i = 1; i < SMALL; i++) CHECK_EQ(TN_MOVE(m, v, item, i, i - 1, 1), TN_OK);
    CHECK_EQ(recorded(), 0);
    survive();
    for (size_t i = 0; i < SMALL; i++) check_item(v, i, 5);
}

static void array_grows_by_copying(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **small = old_vector(SMALL), **large = TN_NEW_TAIL(m, Vector, Pair *, LARGE);
    support_collect(m, TN_MINOR);
    tn_write(m, *small, item[3], young_pair(33));
    CHECK_EQ(TN_COPY(m, large, small, item, 2000, 0, SMALL), TN_OK);
    CHECK_EQ(barrier()->slots.count, 1);
    survive();
    for (size_t i = 0; i < SMALL; i++) check_item(large, 2000 + i, i == 3 ? 33 : (long)i);
    CHECK(tn_read(*large, item[1999]) == NULL && tn_read(*large, item[2000 + SMALL]) == NULL);
}

static void plain_memory_is_copied(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **small = old_vector(SMALL), **large = old_vector(LARGE);
    Pair *words[20] = {0};
    for (long i = 0; i < 20; i += 2) words[i] = young_pair(i);
    CHECK_EQ(tn_copy_refs(m, *small, (char *)*small + offsetof(Vector, item[80]), words, 20), TN_OK);
    CHECK_EQ(tn_copy_refs(m, *large, (char *)*large + offsetof(Vector, item[2980]), words, 20), TN_OK);
    CHECK_EQ(barrier()->slots.count, 10);
    survive();
    for (long i = 0; i < 20; i += 2) {
        check_item(small, 80 + (size_t)i, i);
        check_item(large, 2980 + (size_t)i, i);
        CHECK(tn_read(*small, item[81 + i]) == NULL);
    }
}

static void values_move_and_are_copied(Host *h, const tn_format *format) {
    tn_mutator *mutator = h->m;
    TN_SCOPE(mutator);
    Values **small = TN_NEW_TAIL(mutator, Values, tn_value, SMALL),
           **large = TN_NEW_TAIL(mutator, Values, tn_value, LARGE);
    for (unsigned i = 0; i < SMALL; i++) tn_write_value(mutator, *small, item[i], support_immediate(format, i));
    support_collect(mutator, TN_MINOR);
    Pair *p = tn_alloc(mutator, Pair);
    p->number = 4;
    tn_write_value(mutator, *small, item[20], support_value(format, p));
    CHECK_EQ(TN_MOVE_VALUES(mutator, small, item, 30, 20, 50), TN_OK);
    CHECK_EQ(TN_COPY_VALUES(mutator, large, small, item, LARGE - 70, 30, 70), TN_OK);
    CHECK_EQ(tni_remembered_of(mutator->heap)->slots.count, 1);
    support_collect(mutator, TN_MINOR);
    support_garbage(mutator, 400000);
    support_collect(mutator, TN_MINOR);
    p = support_address(format, tn_read_value(*large, item[LARGE - 70]));
    CHECK_EQ(p->number, 4);
    CHECK_EQ(tn_read_value(*large, item[LARGE - 70]), support_value(format, p));
    CHECK_EQ(tn_read_value(*small, item[20]), support_value(format, p));
    CHECK_EQ(tn_read_value(*small, item[30]), support_value(format, p));
    CHECK_EQ(tn_read_value(*large, item[LARGE - 60]), support_immediate(format, 30));
    CHECK_EQ(tn_read_value(*large, item[LARGE - 1]), support_immediate(format, 99));
}

static void values_of_every_format_move(void **state) {
    (void)state;
    host_each_format(values_move_and_are_copied);
}

/* A wrong call copies nothing, and records nothing. */
static void bounds_are_checked(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = old_vector(SMALL), **w = old_vector(SMALL);
    tn_write(m, *w, item[0], young_pair(1));
    size_t before = recorded();
    CHECK_EQ(TN_MOVE(m, v, item, 1, 0, SMALL), TN_BAD_ARGUMENT);
    CHECK_HAS(tn_last_error(m), "not so many to the object's end");
    CHECK_EQ(TN_MOVE(m, v, item, 0, 1, SMALL), TN_BAD_ARGUMENT);
    CHECK_EQ(TN_MOVE(m, v, item, (size_t)-1, 0, 1), TN_BAD_ARGUMENT);
    CHECK_EQ(TN_MOVE(m, v, item, 0, 0, SIZE_MAX), TN_BAD_ARGUMENT);
    CHECK_EQ(TN_COPY(m, v, w, item, 0, SMALL, 1), TN_BAD_ARGUMENT);
    CHECK_HAS(tn_last_error(m), "TN_COPY: 1 slots `from`");
    CHECK_EQ(TN_COPY(m, v, w, item, 50, 49, 51), TN_BAD_ARGUMENT);
    CHECK_EQ(tn_copy_refs(m, *v, (char *)*w + offsetof(Vector, item), &(*w)->item[0], 1), TN_BAD_ARGUMENT);
    CHECK_EQ(recorded(), before);
    CHECK_EQ(TN_MOVE(m, v, item, SMALL, 0, 0), TN_OK);
    for (size_t i = 0; i < SMALL; i++) check_item(v, i, (long)i);
}

/* ---- slots of malloc'd memory ---- */

/* An owner's buffer of references or values, and how often it has been traced. */
typedef struct Counted {
    uint64_t *word;
    size_t refs, values;
    long traced;
} Counted;
enum { Counted_type = TN_FIRST_SPECIAL + 40 };

static void counted_trace(tn_tracer *tracer, void *object) {
    Counted *c = object;
    c->traced++;
    tn_visit_refs(tracer, c->word, c->refs);
    tn_visit_values(tracer, c->word + c->refs, c->values);
}

static void counted_dispose(tn_heap *heap, void *object) {
    (void)heap;
    free(((Counted *)object)->word);
}

static Counted **new_counted(tn_mutator *mutator, size_t refs, size_t values) {
    static const tn_type_desc desc = TN_DESC(Counted, .trace = counted_trace, .dispose = counted_dispose);
    if (!strcmp(tn_type_name(mutator->heap, Counted_type), "(no type)")) CHECK(tn_type_create(mutator->heap, &desc));
    Counted *c = tn_alloc(mutator, Counted);
    CHECK(c != NULL);
    c->word = calloc(refs + values, sizeof *c->word);
    CHECK(c->word != NULL);
    c->refs = refs;
    c->values = values;
    Counted **h = TN_HANDLE(mutator, c);
    support_collect(mutator, TN_MINOR);
    (*h)->traced = 0;
    return h;
}

static void store_ref(Counted *c, size_t i, const void *object) { c->word[i] = (uint64_t)(uintptr_t)object; }

/* For these, no verify: it calls trace callbacks of its own. */
static int open_quiet(void **state) {
    (void)state;
    host_exact(&host, "nursery=1M pretenure=off");
    m = host.m;
    return 0;
}

static void slots_of_memory_are_visited_alone(void **state) {
    (void)state;
    TN_SCOPE(m);
    enum { COUNT = 100000 };
    Counted **c = new_counted(m, COUNT, COUNT);
    Pair **old = TN_NEW(m, Pair);
    support_collect(m, TN_MINOR);
    (*c)->traced = 0;
    for (size_t i = 0; i < COUNT; i += 1000) {
        store_ref(*c, i, young_pair((long)i));
        tn_revisit_slot(m, *c, &(*c)->word[i]);
        store_ref(*c, COUNT + i, young_pair((long)i + 1)); /* a value in the format of plain pointers */
        tn_revisit_value_slot(m, *c, &(*c)->word[COUNT + i]);
        store_ref(*c, i + 1, *old); /* old: not recorded */
        tn_revisit_slot(m, *c, &(*c)->word[i + 1]);
        tn_revisit_slot(m, *c, &(*c)->word[i + 2]); /* NULL */
    }
    CHECK_EQ(recorded(), 2 * COUNT / 1000);
    survive();
    CHECK_EQ((*c)->traced, 0);
    for (size_t i = 0; i < COUNT; i += 1000) {
        CHECK_EQ(((Pair *)(uintptr_t)(*c)->word[i])->number, i);
        CHECK_EQ(((Pair *)(uintptr_t)(*c)->word[COUNT + i])->number, i + 1);
        CHECK(!tn_is_young(m, (Pair *)(uintptr_t)(*c)->word[i]));
    }
}

/* When the log is full, the object is visited whole, once. */
static void full_log_of_slots_remembers_the_object(void **state) {
    (void)state;
    TN_SCOPE(m);
    enum { COUNT = 2 * TNI_SLOTS_MAX };
    Counted **c = new_counted(m, COUNT, 0);
    const Pair *young = young_pair(6);
    for (size_t i = 0; i < COUNT; i++) {
        store_ref(*c, i, young);
        tn_revisit_slot(m, *c, &(*c)->word[i]);
    }
    CHECK_EQ(barrier()->outside.count / 2, TNI_SLOTS_MAX);
    CHECK_EQ(barrier()->objects.count, 1);
    survive();
    CHECK_EQ((*c)->traced, 1);
    for (size_t i = 0; i < COUNT; i++) CHECK_EQ(((Pair *)(uintptr_t)(*c)->word[i])->number, 6);
}

/* What was recorded is not touched any more when the object is remembered: the memory may be freed. */
static void remembered_object_forgets_its_slots(void **state) {
    (void)state;
    TN_SCOPE(m);
    Counted **c = new_counted(m, 1000, 0), **other = new_counted(m, 10, 0);
    store_ref(*c, 999, young_pair(1));
    tn_revisit_slot(m, *c, &(*c)->word[999]);
    store_ref(*other, 9, young_pair(2));
    tn_revisit_slot(m, *other, &(*other)->word[9]);
    uint64_t *word = calloc(2000, sizeof *word), *old = (*c)->word, young = old[999];
    CHECK(word != NULL);
    word[1999] = young;
    (*c)->word = word;
    (*c)->refs = 2000;
    tn_revisit_object(m, *c);
    survive();
    CHECK_EQ(old[999], young);
    free(old);
    CHECK_EQ(((Pair *)(uintptr_t)(*c)->word[1999])->number, 1);
    CHECK_EQ(((Pair *)(uintptr_t)(*other)->word[9])->number, 2);
}

static void rows_of_memory_are_copied(void **state) {
    (void)state;
    TN_SCOPE(m);
    Counted **c = new_counted(m, 1000, 0);
    Pair *words[10];
    for (long i = 0; i < 10; i++) words[i] = young_pair(i);
    CHECK_EQ(tn_copy_refs(m, *c, (*c)->word + 500, words, 10), TN_OK);
    CHECK_EQ(tn_move_refs(m, *c, (*c)->word + 501, (*c)->word + 500, 10), TN_OK);
    CHECK_EQ(barrier()->outside.count / 2, 20);
    survive();
    CHECK_EQ(((Pair *)(uintptr_t)(*c)->word[500])->number, 0);
    for (long i = 0; i < 10; i++) CHECK_EQ(((Pair *)(uintptr_t)(*c)->word[501 + i])->number, i);
}

/* ---- objects without a barrier ---- */

/* A store that nobody is told of. */
static void plain_store(Vector *v, size_t i, const Pair *p) { memcpy((void *)(uintptr_t)&v->item[i], &p, sizeof p); }

static void plain_stores(size_t length) {
    TN_SCOPE(m);
    Vector **v = old_vector(length);
    CHECK_EQ(TN_UNPROTECT(m, v), TN_OK);
    for (long round = 0; round < 5; round++) {
        plain_store(*v, 1, young_pair(round));
        plain_store(*v, length - 1, young_pair(-round));
        tn_write(m, *v, item[2], young_pair(100 + round));
        CHECK_EQ(recorded(), 0);
        support_collect(m, round == 3 ? TN_FULL : TN_MINOR);
        support_garbage(m, 2000000);
        check_item(v, 1, round);
        check_item(v, 2, 100 + round);
        check_item(v, length - 1, -round);
    }
    plain_store(*v, 3, young_pair(77));
    CHECK_EQ(TN_PROTECT(m, v), TN_OK);
    survive();
    check_item(v, 3, 77);
    CHECK(armed(*v));
    CHECK_EQ(barrier()->unprotected.count, 0);
    tn_write(m, *v, item[4], young_pair(78));
    CHECK_EQ(recorded(), 1);
    survive();
    check_item(v, 4, 78);
}

static void unprotected_objects_take_plain_stores(void **state) {
    (void)state;
    plain_stores(SMALL);
    plain_stores(LARGE);
    plain_stores(200000); /* in a mapping of its own */
}

static void young_unprotected_objects_are_followed(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 10), **once = TN_NEW_TAIL(m, Vector, Pair *, 10);
    CHECK_EQ(TN_UNPROTECT(m, v), TN_OK);
    CHECK_EQ(TN_UNPROTECT(m, once), TN_OK);
    CHECK_EQ(TN_PROTECT(m, once), TN_OK);
    CHECK(tn_is_young(m, *v));
    support_collect(m, TN_MINOR);
    CHECK(!tn_is_young(m, *v) && !armed(*v) && armed(*once));
    CHECK_EQ(barrier()->unprotected.count, 1);
    plain_store(*v, 9, young_pair(9));
    survive();
    check_item(v, 9, 9);
}

static void dead_unprotected_objects_are_dropped(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **young = TN_NEW_TAIL(m, Vector, Pair *, 10);
    tn_weak **weak = TN_WEAK_NEW(m, young);
    CHECK_EQ(TN_UNPROTECT(m, young), TN_OK);
    *young = NULL;
    support_collect(m, TN_MINOR);
    CHECK_EQ(barrier()->unprotected.count, 0);
    CHECK(tn_weak_read(m, *weak) == NULL);
    Vector **old = old_vector(10), **large = old_vector(200000);
    CHECK_EQ(TN_UNPROTECT(m, old), TN_OK);
    CHECK_EQ(TN_UNPROTECT(m, large), TN_OK);
    *old = *large = NULL;
    support_collect(m, TN_MINOR);
    CHECK_EQ(barrier()->unprotected.count, 2); /* nobody knows yet that they are dead */
    support_collect(m, TN_MAJOR);
    CHECK_EQ(barrier()->unprotected.count, 0);
    survive();
}

static void unprotecting_does_not_nest(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = old_vector(SMALL);
    for (int i = 0; i < 1000; i++) {
        CHECK_EQ(TN_UNPROTECT(m, v), TN_OK);
        CHECK_EQ(TN_UNPROTECT(m, v), TN_OK);
        CHECK_EQ(barrier()->unprotected.count, 1);
        CHECK_EQ(TN_PROTECT(m, v), TN_OK);
        CHECK_EQ(TN_PROTECT(m, v), TN_NOT_FOUND);
    }
    support_collect(m, TN_MINOR);
    CHECK_EQ(barrier()->unprotected.count, 0);
    CHECK(armed(*v));
}

/* A logged object that is unprotected is visited as both, and stays without a barrier; so does each one when the log
 * has overflown. */
static void unprotected_and_logged(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = old_vector(SMALL);
    tn_write(m, *v, item[0], young_pair(5));
    CHECK_EQ(recorded(), 1);
    CHECK_EQ(TN_UNPROTECT(m, v), TN_OK);
    tn_revisit_object(m, *v);
    CHECK_EQ(recorded(), 1);
    support_collect(m, TN_MINOR);
    CHECK(!armed(*v));
    plain_store(*v, 1, young_pair(6));
    tni_remembered_of(m->heap)->overflow = true;
    support_collect(m, TN_MINOR);
    CHECK(!armed(*v));
    plain_store(*v, 2, young_pair(7));
    survive();
    check_item(v, 0, 5);
    check_item(v, 1, 6);
    check_item(v, 2, 7);
}

/* A coroutine's stack: what its trace callback finds is visited once in each collection, and only while it runs. */
static void unprotected_stack_is_traced_once_a_collection(void **state) {
    (void)state;
    TN_SCOPE(m);
    Counted **running = new_counted(m, 100, 0);
    Counted *idle = tn_alloc(m, Counted);
    Counted **waiting = TN_HANDLE(m, idle);
    support_collect(m, TN_MINOR);
    (*waiting)->traced = (*running)->traced = 0;
    CHECK_EQ(TN_UNPROTECT(m, running), TN_OK);
    for (long i = 1; i <= 10; i++) {
        store_ref(*running, 50, young_pair(i));
        support_collect(m, TN_MINOR);
        CHECK_EQ((*running)->traced, i);
        CHECK_EQ(((Pair *)(uintptr_t)(*running)->word[50])->number, i);
    }
    CHECK_EQ(TN_PROTECT(m, running), TN_OK);
    survive();
    CHECK_EQ((*running)->traced, 11);
    CHECK_EQ((*waiting)->traced, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
#define QUIET(name) cmocka_unit_test_setup_teardown(name, open_quiet, close_host)
    const struct CMUnitTest tests[] = {
        TEST(rows_move_in_small_objects),
        TEST(rows_move_in_large_objects),
        TEST(move_records_only_young_words),
        TEST(long_rows_remember_the_object),
        TEST(young_objects_record_nothing),
        TEST(array_grows_by_copying),
        TEST(plain_memory_is_copied),
        cmocka_unit_test(values_of_every_format_move),
        TEST(bounds_are_checked),
        QUIET(slots_of_memory_are_visited_alone),
        QUIET(full_log_of_slots_remembers_the_object),
        TEST(remembered_object_forgets_its_slots),
        TEST(rows_of_memory_are_copied),
        TEST(unprotected_objects_take_plain_stores),
        TEST(young_unprotected_objects_are_followed),
        TEST(dead_unprotected_objects_are_dropped),
        TEST(unprotecting_does_not_nest),
        TEST(unprotected_and_logged),
        QUIET(unprotected_stack_is_traced_once_a_collection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
