/* test_bounds.c: what must not grow or go on without end: the barrier's logs when young and old references are stored in turns, and
 * collecting when memory is almost out (cpu_max). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"

#define MIB ((size_t)1 << 20)
enum { SLOTS = 20000, STORES = 4000000 };

static void **slot(Vector **v, size_t i) { return (void **)(void *)((char *)*v + offsetof(Vector, item)) + i; }

/* Without a bound, each of the three logs would grow by 8 bytes a turn: 96 MiB together. */
static void stores_in_turns_do_not_grow_the_logs(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=verify");
    tn_mutator *m = host.m;
    {
        TN_SCOPE(m);
        Vector **large = TN_NEW_TAIL(m, Vector, Pair *, SLOTS);
        tn_weak_array **weak = TN_WEAK_ARRAY_NEW(m, 100);
        Pair **old = support_list(m, 1);
        CHECK(large && weak && old);
        Pair *const *global = TN_GLOBAL_CREATE(m, old);
        support_collect(m, TN_MINOR);
        Pair **young = support_list(m, 1);
        size_t before = support_rss();
        for (size_t i = 0; i < STORES; i++) {
            tn_store(m, *large, slot(large, i % SLOTS), *young);
            tn_store(m, *large, slot(large, i % SLOTS), NULL);
            tn_weak_array_write(m, *weak, i % 100, (tn_value)(uintptr_t)*young);
            tn_weak_array_write(m, *weak, i % 100, 0);
            TN_GLOBAL_SET(m, global, young);
            TN_GLOBAL_SET(m, global, old);
        }
        CHECK(support_rss() < before + 16 * MIB);
        tn_store(m, *large, slot(large, 7), *young);
        tn_weak_array_write(m, *weak, 5, (tn_value)(uintptr_t)*young);
        TN_GLOBAL_SET(m, global, young);
        support_collect(m, TN_MINOR);
        CHECK(*slot(large, 7) == *young && *global == *young);
        CHECK(tn_weak_array_read(m, *weak, 5) == (tn_value)(uintptr_t)*young);
        CHECK_EQ((*young)->number, 0);
    }
    host_close(&host);
}

/* Appends a pair to the queue; false when memory is out. */
static bool append(tn_mutator *m, Pair **tail) {
    TN_SCOPE(m);
    Pair **p = TN_NEW(m, Pair);
    if (!p) return false;
    TN_SET(m, tail, cdr, p);
    *tail = *p;
    return true;
}

/* Fills the heap to the limit with a queue, makes a little room, and goes on at the queue's end while dropping its front, so that all
 * that is new survives and the old space is always almost full. True when an allocation failed within `seconds`. */
static bool starve(Host *host, double seconds) {
    tn_mutator *m = host->m;
    TN_SCOPE(m);
    Pair **head = TN_NEW(m, Pair);
    Pair **tail = TN_HANDLE(m, *head);
    while (append(m, tail)) {}
    for (int i = 0; i < 15000; i++) *head = tn_read(*head, cdr); /* 480 KiB of 16 MiB */
    tn_clear_error(m);
    uint64_t end = support_ns() + (uint64_t)(seconds * 1e9);
    while (support_ns() < end)
        for (int i = 0; i < 1000; i++) {
            if (!append(m, tail)) return true;
            *head = tn_read(*head, cdr);
        }
    return false;
}

static void thrashing_is_out_of_memory(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=16M cpu_max=40");
    CHECK(starve(&host, 20));
    CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
    CHECK_HAS(tn_last_error(host.m), "takes all the time");
    support_collect(host.m, TN_FULL); /* the list is gone */
    support_garbage(host.m, 32 * MIB);
    host_close(&host);
}

static void thrashing_is_the_hosts_choice(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=16M cpu_max=100");
    CHECK(!starve(&host, 3));
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_in_turns_do_not_grow_the_logs),
        cmocka_unit_test(thrashing_is_out_of_memory),
        cmocka_unit_test(thrashing_is_the_hosts_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
