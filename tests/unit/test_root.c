/* test_root.c: globals, root cells, ranges and scanners keep objects alive and follow them; and a minor collection
 * does not look below a range's low-water mark. That stores of young objects into roots are seen is in test_barrier.c
 * too. */
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
    host_open(&host, "nursery=256K");
    m = host.m;
    return 0;
}

static int close_host(void **state) {
    (void)state;
    host_close(&host);
    return 0;
}

/* A raw list, to be rooted at once. */
static Pair *raw_list(long length) {
    TN_SCOPE(m);
    return *support_list(m, length);
}

/* Collections of every kind, with garbage between. */
static void churn(void) {
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) {
        support_collect(m, (tn_collection_kind)kind);
        support_garbage(m, 400000);
    }
}

/* ---- globals ---- */

static void globals_keep_and_follow(void **state) {
    (void)state;
    enum { COUNT = 2000 }; /* more than a slab holds */
    static Pair *const *g[COUNT];
    for (long i = 0; i < COUNT; i++) {
        TN_SCOPE(m);
        Pair **list = support_list(m, i % 7);
        g[i] = TN_GLOBAL_CREATE(m, list);
        CHECK(g[i] != NULL);
    }
    for (int round = 0; round < 3; round++) {
        churn();
        for (long i = 0; i < COUNT; i++) support_check_list(*g[i], i % 7);
        for (long i = round; i < COUNT; i += 5) {
            TN_SCOPE(m);
            Pair **list = support_list(m, i % 7);
            if (i % 2) {
                CHECK_EQ(TN_GLOBAL_SET(m, g[i], list), TN_OK);
            } else {
                CHECK_EQ(TN_GLOBAL_DESTROY(m, g[i]), TN_OK);
                g[i] = TN_GLOBAL_CREATE(m, list);
            }
        }
    }
    churn();
    for (long i = 0; i < COUNT; i++) {
        support_check_list(*g[i], i % 7);
        CHECK_EQ(TN_GLOBAL_DESTROY(m, g[i]), TN_OK);
    }
}

static void freed_and_emptied_globals_let_go(void **state) {
    (void)state;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    void *const *g[3];
    for (int i = 0; i < 3; i++) {
        TN_SCOPE(m);
        File **file = TN_NEW(m, File);
        (*file)->disposed = &disposed;
        g[i] = tn_global_create(m, *file);
    }
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 0);
    CHECK_EQ(tn_global_destroy(m, g[0]), TN_OK);
    CHECK_EQ(tn_global_store(m, g[1], NULL), TN_OK);
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 2);
    CHECK(*g[1] == NULL);
    CHECK_EQ(tn_global_destroy(m, g[1]), TN_OK);
    CHECK_EQ(tn_global_destroy(m, g[2]), TN_OK);
}

/* ---- root cells ---- */

static void cells_keep_and_follow(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    typedef struct Cell {
        TN_FIELD(Pair) cell;
    } Cell;
    Cell *cells = calloc(COUNT, sizeof *cells);
    for (long i = 0; i < COUNT; i++) {
        CHECK_EQ(tn_root_create(m, &cells[i].cell), TN_OK);
        CHECK_EQ(tn_root_write(m, &cells[i].cell, raw_list(i % 5)), TN_OK);
    }
    churn();
    for (long i = 0; i < COUNT; i += 2) CHECK_EQ(tn_root_destroy(m, &cells[i].cell), TN_OK);
    churn();
    for (long i = 1; i < COUNT; i += 2) {
        support_check_list(tn_root_read(&cells[i].cell), i % 5);
        CHECK_EQ(tn_root_destroy(m, &cells[i].cell), TN_OK);
    }
    free(cells);
}

static void removed_cell_is_left_alone(void **state) {
    (void)state;
    static TN_FIELD(Pair) cell;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    TN_SCOPE(m);
    CHECK_EQ(tn_root_create(m, &cell), TN_OK);
    {
        TN_SCOPE(m);
        File **file = TN_NEW(m, File);
        (*file)->disposed = &disposed;
        CHECK_EQ(tn_root_store(m, &cell, *file), TN_OK);
    }
    CHECK_EQ(tn_root_destroy(m, &cell), TN_OK);
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 1);
    memset(&cell, 0, sizeof cell);
}

/* A cell may already hold an object when it is added. */
static void added_cell_may_hold_a_young_object(void **state) {
    (void)state;
    static TN_FIELD(Pair) cell;
    Pair *list = raw_list(6);
    memcpy(&cell, &list, sizeof list);
    CHECK_EQ(tn_root_create(m, &cell), TN_OK);
    churn();
    support_check_list(tn_root_read(&cell), 6);
    CHECK_EQ(tn_root_destroy(m, &cell), TN_OK);
    memset(&cell, 0, sizeof cell);
}

/* ---- ranges ---- */

typedef struct Stack {
    Pair **base, **top, **low;
    size_t size;
    tn_range *range;
} Stack;

static void stack_open(Stack *s, size_t size, bool marked) {
    s->base = s->top = s->low = malloc(size * sizeof *s->base);
    s->size = size;
    s->range = tn_range_create(m, &(tn_range_desc){&s->base, &s->top, marked ? &s->low : NULL, 0});
    CHECK(s->range != NULL);
}

static void stack_close(Stack *s) {
    CHECK_EQ(tn_range_destroy(m, s->range), TN_OK);
    free(s->base);
}

static void stack_push(Stack *s, Pair *p) {
    CHECK((size_t)(s->top - s->base) < s->size);
    *s->top++ = p;
}

static void stack_pop(Stack *s, size_t n) {
    s->top -= n;
    if (s->low > s->top) s->low = s->top;
}

/* Pushes, pops, and pushes again across collections; the stack moves on the way. */
static void run_stack(bool marked) {
    Stack s;
    stack_open(&s, 5000, marked);
    long height = 0;
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 40; i++, height++) stack_push(&s, raw_list(height % 11));
        if (round % 4 == 1) support_collect(m, (tn_collection_kind)(round / 4 % 3));
        if (round % 3 == 2) {
            stack_pop(&s, 45);
            height -= 45;
        }
        if (round % 7 == 3) { /* rewrite a slot in the middle */
            Pair *list = raw_list(height / 2 % 11);
            s.base[height / 2] = list;
            if (s.low > s.base + height / 2) s.low = s.base + height / 2;
        }
        if (round % 10 == 9) {
            Pair **moved = malloc(s.size * sizeof *moved);
            memcpy(moved, s.base, (size_t)height * sizeof *moved);
            free(s.base);
            s.top = moved + height;
            s.low = moved + (s.low - s.base);
            s.base = moved;
        }
        support_garbage(m, 200000);
        for (long i = 0; i < height; i++) support_check_list(s.base[i], i % 11);
    }
    stack_close(&s);
}

static void range_follows_a_stack(void **state) {
    (void)state;
    run_stack(false);
}

static void range_with_low_water_mark_follows_a_stack(void **state) {
    (void)state;
    run_stack(true);
}

static void slots_above_the_top_are_not_looked_at(void **state) {
    (void)state;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    Stack s;
    stack_open(&s, 100, true);
    {
        TN_SCOPE(m);
        File **file = TN_NEW(m, File);
        (*file)->disposed = &disposed;
        stack_push(&s, (Pair *)(void *)*file);
    }
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 0);
    stack_pop(&s, 1);
    s.base[1] = (Pair *)(uintptr_t)0x10; /* nonsense */
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 1);
    stack_close(&s);
}

static void mark_is_raised_to_the_top_by_each_collection(void **state) {
    (void)state;
    Stack s;
    stack_open(&s, 100, true);
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) {
        for (int i = 0; i < 10; i++) stack_push(&s, raw_list(1));
        support_collect(m, (tn_collection_kind)kind);
        CHECK(s.low == s.top);
    }
    stack_close(&s);
}

/* The address of a young object in a slot below the mark breaks the promise, and stays as it is: it was not looked
 * at. */
static void minor_does_not_look_below_the_mark(void **state) {
    (void)state;
    Host own;
    host_exact(&own, NULL);
    Pair *slots[100], **base = slots, **top = slots + 100, **low = slots;
    memset(slots, 0, sizeof slots);
    tn_range *range = tn_range_create(own.m, &(tn_range_desc){&base, &top, &low, 0});
    CHECK(range != NULL);
    support_collect(own.m, TN_MINOR);
    Pair **young = TN_NEW(own.m, Pair), *before = *young;
    CHECK(tn_is_young(own.m, before));
    slots[10] = slots[60] = before;
    low = slots + 60;
    support_collect(own.m, TN_MINOR);
    CHECK(*young != before);
    CHECK(slots[60] == *young);
    CHECK(slots[10] == before);
    slots[10] = NULL;
    CHECK_EQ(tn_range_destroy(own.m, range), TN_OK);
    host_close(&own);
}

static void major_looks_below_the_mark(void **state) {
    (void)state;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    Stack s;
    stack_open(&s, 100, true);
    {
        TN_SCOPE(m);
        File **file = TN_NEW(m, File);
        (*file)->disposed = &disposed;
        stack_push(&s, (Pair *)(void *)*file);
    }
    for (int i = 0; i < 3; i++) {
        support_collect(m, TN_FULL);
        CHECK(s.low == s.top);
    }
    CHECK_EQ(disposed, 0);
    stack_close(&s);
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 1);
}

static void range_of_values(Host *h, const tn_format *format) {
    tn_value slots[50], *base = slots, *top = slots, *low = slots;
    tn_range *range = tn_range_create(h->m, &(tn_range_desc){&base, &top, &low, 1});
    CHECK(range != NULL);
    for (long i = 0; i < 50; i++) {
        TN_SCOPE(h->m);
        Pair **list = support_list(h->m, i);
        *top++ = i % 3 == 0 ? support_immediate(format, (unsigned)i) : support_value(format, *list);
        if (i % 10 == 9) support_collect(h->m, (tn_collection_kind)(i / 10 % 3));
    }
    support_collect(h->m, TN_FULL);
    for (long i = 0; i < 50; i++) {
        if (i % 3 == 0) CHECK_EQ(slots[i], support_immediate(format, (unsigned)i));
        else support_check_list(support_address(format, slots[i]), i);
    }
    CHECK_EQ(tn_range_destroy(h->m, range), TN_OK);
}

static void range_may_hold_values_of_every_format(void **state) {
    (void)state;
    host_each_format(range_of_values);
}

/* A coroutine: a stack of one slot. Whether a minor collection has visited it shows its mark. */
typedef struct Coroutine {
    void *slot, *base, *top, *low;
    tn_range *range;
} Coroutine;
enum { COROUTINES = 3000 };

static Coroutine *make_coroutines(tn_mutator *mutator, bool marked) {
    Coroutine *all = calloc(COROUTINES, sizeof *all);
    for (long i = 0; i < COROUTINES; i++) {
        TN_SCOPE(mutator);
        Coroutine *c = &all[i];
        c->base = &c->slot;
        c->top = &c->slot + 1;
        c->range = tn_range_create(mutator, &(tn_range_desc){&c->base, &c->top, marked ? &c->low : NULL, 0});
        CHECK(c->range != NULL);
        c->slot = *support_list(mutator, i % 3);
        c->low = c->base;
    }
    return all;
}

/* Those that a minor collection visits. */
static int visited_coroutines(tn_mutator *mutator, Coroutine *all) {
    int visited = 0;
    for (int i = 0; i < COROUTINES; i++) all[i].low = all[i].base;
    support_collect(mutator, TN_MINOR);
    for (int i = 0; i < COROUTINES; i++) visited += all[i].low == all[i].top;
    return visited;
}

static void minor_visits_no_suspended_range(void **state) {
    (void)state;
    Coroutine *all = make_coroutines(m, true);
    CHECK_EQ(visited_coroutines(m, all), COROUTINES);
    for (int i = 0; i < COROUTINES; i++)
        if (i % 100) CHECK_EQ(tn_range_suspend(m, all[i].range), TN_OK);
    CHECK_EQ(visited_coroutines(m, all), COROUTINES); /* what was written before it was suspended */
    CHECK_EQ(visited_coroutines(m, all), COROUTINES / 100);
    for (int i = 1; i < COROUTINES; i += 100) {
        CHECK_EQ(tn_range_resume(m, all[i].range), TN_OK);
        CHECK_EQ(tn_range_resume(m, all[i].range), TN_OK);
        CHECK_EQ(tn_range_suspend(m, all[i - 1].range), TN_OK);
        CHECK_EQ(tn_range_suspend(m, all[i - 1].range), TN_OK);
    }
    CHECK_EQ(visited_coroutines(m, all), COROUTINES / 50);
    CHECK_EQ(visited_coroutines(m, all), COROUTINES / 100);
    for (int i = 0; i < COROUTINES; i++) CHECK_EQ(all[i].low == all[i].top, i % 100 == 1);
    for (int i = 1; i < COROUTINES; i += 100) CHECK_EQ(tn_range_destroy(m, all[i].range), TN_OK);
    CHECK_EQ(visited_coroutines(m, all), 0); /* none that rests has taken the place of one of these */
    for (int i = 0; i < COROUTINES; i++)
        if (i % 100 != 1) CHECK_EQ(tn_range_destroy(m, all[i].range), TN_OK);
    CHECK_EQ(visited_coroutines(m, all), 0);
    free(all);
}

/* The next minor collection cannot touch what it must not read. */
static void minor_does_not_read_the_stack_of_a_suspended_range(void **state) {
    (void)state;
    Host own;
    host_exact(&own, NULL);
    Coroutine *c = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(c != MAP_FAILED);
    c->base = &c->slot;
    c->top = &c->slot + 1;
    tn_range *range = tn_range_create(own.m, &(tn_range_desc){&c->base, &c->top, &c->low, 0});
    c->slot = *support_list(own.m, 5);
    CHECK_EQ(tn_range_suspend(own.m, range), TN_OK);
    support_collect(own.m, TN_MINOR);
    CHECK_EQ(mprotect(c, 4096, PROT_NONE), 0);
    support_garbage(own.m, 100000);
    support_collect(own.m, TN_MINOR);
    CHECK_EQ(mprotect(c, 4096, PROT_READ), 0); /* nor does anything write there */
    support_collect(own.m, TN_FULL);
    support_check_list(c->slot, 5);
    CHECK_EQ(mprotect(c, 4096, PROT_READ | PROT_WRITE), 0);
    CHECK_EQ(tn_range_destroy(own.m, range), TN_OK);
    host_close(&own);
    munmap(c, 4096);
}

/* Coroutines run in turn, some end and others begin, with collections of every kind between. */
static void suspended_ranges_keep_and_follow(void **state) {
    (void)state;
    Coroutine *all = make_coroutines(m, false);
    long length[COROUTINES];
    for (int i = 0; i < COROUTINES; i++) length[i] = i % 3;
    for (int round = 0; round < 40; round++) {
        for (int i = round % 7; i < COROUTINES; i += 7) {
            TN_SCOPE(m);
            Coroutine *c = &all[i];
            if (i % 2) {
                CHECK_EQ(tn_range_resume(m, c->range), TN_OK);
            } else {
                CHECK_EQ(tn_range_destroy(m, c->range), TN_OK);
                c->range = tn_range_create(m, &(tn_range_desc){&c->base, &c->top, NULL, 0});
            }
            length[i] = round % 5;
            c->slot = *support_list(m, length[i]);
            CHECK_EQ(tn_range_suspend(m, c->range), TN_OK);
        }
        support_garbage(m, 300000);
        if (round % 4 == 3) support_collect(m, round % 8 == 3 ? TN_MAJOR : TN_FULL);
    }
    for (int i = 0; i < COROUTINES; i++) {
        support_check_list(all[i].slot, length[i]);
        CHECK_EQ(tn_range_destroy(m, all[i].range), TN_OK);
    }
    free(all);
}

/* ---- scanners ---- */

typedef struct Table {
    Pair *refs[10];
    tn_value values[10];
    int calls;
} Table;

static void scan_table(tn_tracer *tracer, void *user) {
    Table *t = user;
    t->calls++;
    tn_visit(tracer, &t->refs[0]);
    tn_visit_refs(tracer, &t->refs[1], 9);
    tn_visit_value(tracer, &t->values[0]);
    tn_visit_values(tracer, &t->values[1], 9);
}

static void scanner(Host *h, const tn_format *format) {
    Table t[2];
    memset(t, 0, sizeof t);
    CHECK_EQ(tn_scanner_create(h->m, scan_table, &t[0]), TN_OK);
    CHECK_EQ(tn_scanner_create(h->m, scan_table, &t[1]), TN_OK);
    for (long i = 0; i < 20; i++) {
        TN_SCOPE(h->m);
        Pair **list = support_list(h->m, i);
        t[i % 2].refs[i / 2] = *list;
        t[i % 2].values[i / 2] = i % 4 == 0 ? support_immediate(format, (unsigned)i) : support_value(format, *list);
    }
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) {
        int calls = t[0].calls;
        support_collect(h->m, (tn_collection_kind)kind);
        CHECK(t[0].calls > calls);
        for (long i = 0; i < 20; i++) {
            support_check_list(t[i % 2].refs[i / 2], i);
            if (i % 4 == 0) CHECK_EQ(t[i % 2].values[i / 2], support_immediate(format, (unsigned)i));
            else CHECK(support_address(format, t[i % 2].values[i / 2]) == t[i % 2].refs[i / 2]);
        }
    }
    CHECK_EQ(tn_scanner_destroy(h->m, scan_table, &t[0]), TN_OK);
    int calls = t[0].calls;
    support_collect(h->m, TN_FULL);
    CHECK_EQ(t[0].calls, calls);
    for (long i = 1; i < 20; i += 2) support_check_list(t[1].refs[i / 2], i);
    CHECK_EQ(tn_scanner_destroy(h->m, scan_table, &t[1]), TN_OK);
}

static void scanners_keep_and_follow(void **state) {
    (void)state;
    host_each_format(scanner);
}

static void count_calls(tn_tracer *tracer, void *user) { (void)tracer, ++*(int *)user; }

/* However they are removed, the others are still called, each once. */
static void scanners_are_removed_in_any_order(void **state) {
    (void)state;
    enum { COUNT = 500 };
    static int calls[COUNT];
    for (int i = 0; i < COUNT; i++) CHECK_EQ(tn_scanner_create(m, count_calls, &calls[i]), TN_OK);
    for (int round = 0; round < 7; round++) {
        for (int i = 0; i < COUNT; i++)
            if (i * 3 % 7 == round) CHECK_EQ(tn_scanner_destroy(m, count_calls, &calls[i]), TN_OK);
        memset(calls, 0, sizeof calls);
        support_collect(m, TN_MINOR);
        for (int i = 0; i < COUNT; i++) CHECK_EQ(calls[i], i * 3 % 7 > round);
    }
}

/* ---- what a minor collection costs ---- */

/* The shortest of several minors, in ns, with a little garbage to collect. */
static uint64_t shortest_minor(tn_mutator *mutator) {
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 15; i++) {
        support_garbage(mutator, 10000);
        uint64_t start = support_ns();
        support_collect(mutator, TN_MINOR);
        uint64_t took = support_ns() - start;
        if (took < best) best = took;
    }
    return best;
}

/* Many against few: visiting 200,000 of anything takes 200 microseconds and more. */
static void compare(const char *what, uint64_t few, uint64_t many) {
    if (many > few * 4 + 40000)
        FAIL("a minor takes %llu ns with few %s and %llu ns with many", (unsigned long long)few, what,
             (unsigned long long)many);
}

static void minor_does_not_visit_old_globals_and_cells(void **state) {
    (void)state;
    enum { MANY = 200000 };
    typedef struct Cell {
        TN_FIELD(Pair) cell;
    } Cell;
    Host own;
    host_exact(&own, NULL);
    Pair **list = support_list(own.m, 3);
    support_collect(own.m, TN_MINOR);
    uint64_t few = shortest_minor(own.m);
    Cell *cells = calloc(MANY, sizeof *cells);
    for (int i = 0; i < MANY; i++) {
        CHECK(TN_GLOBAL_CREATE(own.m, list) != NULL);
        CHECK_EQ(tn_root_create(own.m, &cells[i].cell), TN_OK);
        CHECK_EQ(TN_ROOT_SET(own.m, &cells[i].cell, list), TN_OK);
    }
    support_collect(own.m, TN_MINOR);
    compare("globals and root cells", few, shortest_minor(own.m));
    host_close(&own);
    free(cells);
}

static void minor_does_not_visit_a_deep_stack(void **state) {
    (void)state;
    enum { MANY = 1000000 };
    Host own;
    host_exact(&own, NULL);
    Pair **list = support_list(own.m, 3);
    support_collect(own.m, TN_MINOR);
    void **base = malloc(MANY * sizeof *base), **top = base, **low = base;
    CHECK(base != NULL);
    CHECK(tn_range_create(own.m, &(tn_range_desc){&base, &top, &low, 0}) != NULL);
    uint64_t few = shortest_minor(own.m);
    for (int i = 0; i < MANY; i++) base[i] = *list;
    top = base + MANY;
    support_collect(own.m, TN_MINOR);
    compare("stack slots", few, shortest_minor(own.m));
    host_close(&own);
    free(base);
}

/* Globals and root cells of values keep and follow what they hold, in each format, and immediates as well. */
static tn_value_field value_cell;

static void hold_values(Host *at, const tn_format *format) {
    tn_mutator *mutator = at->m;
    memset((void *)(uintptr_t)&value_cell, 0, sizeof value_cell);
    const tn_value *of_value;
    {
        TN_SCOPE(mutator);
        Pair **list = support_list(mutator, 20);
        tn_value *value = TN_HANDLE_VALUE(mutator, support_value(format, *list));
        of_value = TN_GLOBAL_CREATE_VALUE(mutator, value);
        CHECK(of_value != NULL);
        CHECK_EQ(tn_root_create_value(mutator, &value_cell), TN_OK);
        CHECK_EQ(TN_ROOT_SET_VALUE(mutator, &value_cell, value), TN_OK);
    }
    for (int i = 0; i < 3; i++) {
        support_garbage(mutator, 300000);
        support_collect(mutator, i ? TN_FULL : TN_MINOR);
        support_check_list(support_address(format, *of_value), 20);
        CHECK(tn_root_read_value(&value_cell) == *of_value);
        /* young again, stored into old cells */
        CHECK_EQ(tn_global_store_value(mutator, of_value, support_value(format, *support_list(mutator, 20))), TN_OK);
        CHECK_EQ(tn_root_write_value(mutator, &value_cell, *of_value), TN_OK);
    }
    CHECK_EQ(tn_global_store_value(mutator, of_value, support_immediate(format, 3)), TN_OK);
    support_collect(mutator, TN_FULL);
    CHECK(*of_value == support_immediate(format, 3));
    CHECK_EQ(tn_global_store(mutator, of_value, NULL), TN_NOT_FOUND); /* of the other kind */
    CHECK_EQ(tn_root_store(mutator, &value_cell, NULL), TN_NOT_FOUND);
    CHECK_EQ(TN_GLOBAL_DESTROY(mutator, of_value), TN_OK);
    CHECK_EQ(tn_root_destroy(mutator, &value_cell), TN_OK);
    CHECK_EQ(tn_root_store_value(mutator, &value_cell, 0), TN_NOT_FOUND);
}

static void globals_and_roots_of_values(void **state) {
    (void)state;
    host_each_format(hold_values);
}

/* A scanner knows of which kind of collection its visit is. */
static unsigned minor_scans, major_scans;
static void count_kinds(tn_tracer *tracer, void *user) {
    (void)user;
    if (tn_tracer_is_minor(tracer)) minor_scans++;
    else major_scans++;
}

static void scanners_know_the_kind(void **state) {
    Host own;
    (void)state;
    host_exact(&own, NULL);
    minor_scans = major_scans = 0;
    CHECK_EQ(tn_scanner_create(own.m, count_kinds, NULL), TN_OK);
    support_collect(own.m, TN_MINOR);
    CHECK(minor_scans == 1 && major_scans == 0);
    support_collect(own.m, TN_MAJOR); /* with a minor one of its own */
    CHECK(minor_scans == 2 && major_scans == 1);
    CHECK_EQ(tn_scanner_destroy(own.m, count_kinds, NULL), TN_OK);
    host_close(&own);
}

/* What is handed over must be an object: not the inside of one, and not a handle. */
static void refuse_at_root(Host *at, const void *pointer, const char *says) {
    CHECK(tn_global_create(at->m, pointer) == NULL);
    CHECK_EQ(tn_last_status(at->m), TN_BAD_ARGUMENT);
    CHECK_HAS(tn_last_error(at->m), says);
}

static void pointers_into_objects_are_refused(void **state) {
    static const size_t sizes[] = {3, 600, 5000, 300000};
    (void)state;
    Host own;
    host_exact(&own, NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int age = 0; age < 2; age++) {
            TN_SCOPE(own.m);
            Vector **v = TN_NEW_TAIL(own.m, Vector, tn_value, sizes[i]);
            if (age) support_collect(own.m, TN_MINOR);
            for (size_t at = 1; at < 24; at++) refuse_at_root(&own, (char *)*v + at, "no object begins there");
            void *const *global = tn_global_create(own.m, (void *)*v);
            CHECK(global && *global == *v);
            CHECK_EQ(tn_global_destroy(own.m, global), TN_OK);
            refuse_at_root(&own, (void *)v, "is a handle");
            CHECK_EQ((tn_hash_of)(own.m, v), 0);
            CHECK_HAS(tn_last_error(own.m), "is a handle");
        }
    {
        TN_SCOPE(own.m); /* a word that looks like a header: then what follows the object would be one as well */
        Values **values = TN_NEW_TAIL(own.m, Values, tn_value, 40);
        tn_write_value(own.m, *values, item[0], TN_HEADER_OF_(Pair_type, 0));
        refuse_at_root(&own, &(*values)->item[1], "no object begins there");
    }
    host_close(&own);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        TEST(globals_keep_and_follow),
        TEST(freed_and_emptied_globals_let_go),
        TEST(cells_keep_and_follow),
        TEST(removed_cell_is_left_alone),
        TEST(added_cell_may_hold_a_young_object),
        TEST(range_follows_a_stack),
        TEST(range_with_low_water_mark_follows_a_stack),
        TEST(slots_above_the_top_are_not_looked_at),
        TEST(mark_is_raised_to_the_top_by_each_collection),
        cmocka_unit_test(minor_does_not_look_below_the_mark),
        TEST(major_looks_below_the_mark),
        cmocka_unit_test(range_may_hold_values_of_every_format),
        TEST(minor_visits_no_suspended_range),
        cmocka_unit_test(minor_does_not_read_the_stack_of_a_suspended_range),
        TEST(suspended_ranges_keep_and_follow),
        cmocka_unit_test(scanners_keep_and_follow),
        TEST(scanners_are_removed_in_any_order),
        cmocka_unit_test(minor_does_not_visit_old_globals_and_cells),
        cmocka_unit_test(minor_does_not_visit_a_deep_stack),
        cmocka_unit_test(globals_and_roots_of_values),
        cmocka_unit_test(scanners_know_the_kind),
        cmocka_unit_test(pointers_into_objects_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
