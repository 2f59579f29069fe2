/* test_quarantine.c: TENURE_DEBUG=quarantine=N: what dies stays inaccessible for N collections and no longer, is
 * disposed of once, and gives way where memory is short. What the reports say: mistakes/class03_lost.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

static Child child;

/* An object dies, young or old; it is used after so many more collections of its kind. */
typedef struct Use {
    const char *options;
    tn_collection_kind kind;
    int later;
} Use;

static void use_after(void *arg) {
    const Use *use = arg;
    Host host;
    host_exact(&host, use->options);
    Pair **handle = TN_NEW(host.m, Pair);
    if (use->kind != TN_MINOR) support_collect(host.m, TN_MINOR);
    volatile Pair *raw = *handle;
    *handle = NULL;
    support_collect(host.m, use->kind); /* finds it dead */
    uint64_t enough = support_stats(host.m).minors + (uint64_t)use->later;
    while (support_stats(host.m).minors < enough) {
        support_garbage(host.m, 10000);
        if (use->kind != TN_MINOR) support_collect(host.m, use->kind); /* else when the nursery is full */
    }
    raw->number = 1;
    host_close(&host);
}

static bool is_found(const Use *use) {
    child_run(&child, use_after, (void *)(uintptr_t)use);
    bool found = child.code == CHILD_FATAL && strstr(child.text, "found dead");
    /* Else it is memory again, a hole that AddressSanitizer or Valgrind may know; or its region has gone back. */
    if (!found && strstr(child.text, "stale pointer"))
        FAIL("exit %d, signal %d: %s", child.code, child.signal, child.text);
    return found;
}

static void the_old_are_found_for_n_collections(void **state) {
    (void)state;
    for (int n = 1; n <= 5; n += 2) {
        char options[64];
        snprintf(options, sizeof options, "debug=quarantine=%d", n);
        CHECK(is_found(&(Use){options, TN_MAJOR, n - 1}));
        CHECK(!is_found(&(Use){options, TN_MAJOR, n}));
        CHECK(is_found(&(Use){options, TN_FULL, n - 1}));
    }
}

/* The nursery's range is no shorter than N cycles, whatever it is asked to be. */
static void the_young_are_found_for_n_collections(void **state) {
    (void)state;
    CHECK(is_found(&(Use){"debug=quarantine=5 nursery_max=256K nursery=256K", TN_MINOR, 4}));
    CHECK(is_found(&(Use){"debug=quarantine=20 nursery_max=4M nursery=4M", TN_MINOR, 19}));
    CHECK(is_found(&(Use){"debug=quarantine=200", TN_MINOR, 199}));
    CHECK(is_found(&(Use){"debug=quarantine=2000 nursery_max=256K", TN_MINOR, 1999}));
}

/* Pairs, and arrays of all sizes, live through some collections and die. */
static void memory_comes_back(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=quarantine=3,verify pretenure=off");
    support_collect(host.m, TN_FULL);
    uint64_t before = support_stats(host.m).committed_bytes, most = 0;
    for (int round = 0; round < 20; round++) {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 200);
        for (size_t length = 100; length < 400000; length *= 10) CHECK(TN_NEW_TAIL(host.m, Vector, Pair *, length));
        support_collect(host.m, TN_MINOR);
        support_check_list(*list, 200);
        support_collect(host.m, TN_MAJOR);
        uint64_t now = support_stats(host.m).committed_bytes;
        if (round == 6) most = now;
        if (round > 6) CHECK(now <= most + most / 4);
    }
    for (int i = 0; i < 4; i++) support_collect(host.m, TN_FULL);
    CHECK(support_stats(host.m).committed_bytes <= before + 512 * 1024);
    host_close(&host);
}

static void disposed_once(void **state) {
    (void)state;
    Host host;
    int disposed[40] = {0};
    host_exact(&host, "debug=quarantine=2,verify,poison");
    for (int i = 0; i < 40; i++) {
        TN_SCOPE(host.m);
        File **file = TN_NEW(host.m, File);
        (*file)->disposed = &disposed[i];
        if (i % 2) support_collect(host.m, TN_MINOR);
        if (i % 10 == 9) support_collect(host.m, TN_MAJOR);
    }
    for (int i = 0; i < 4; i++) support_collect(host.m, TN_MAJOR);
    for (int i = 0; i < 40; i++) CHECK_EQ(disposed[i], 1);
    File **last = TN_NEW(host.m, File);
    (*last)->disposed = &disposed[0];
    support_collect(host.m, TN_MINOR);
    *last = NULL;
    support_collect(host.m, TN_MAJOR); /* it is in quarantine when the heap is destroyed */
    host_close(&host);
    CHECK_EQ(disposed[0], 2);
}

/* Dead arrays of several MiB fill the heap: before memory counts as out they are given back. */
static void gives_way_when_memory_is_short(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=quarantine=1000 heap_max=64M");
    for (int i = 0; i < 60; i++) {
        TN_SCOPE(host.m);
        CHECK(TN_NEW_TAIL(host.m, Bytes, char, 5000000) != NULL);
        if (i % 5 == 0) support_collect(host.m, TN_MAJOR);
    }
    CHECK_EQ(host.errors, 0);
    host_close(&host);
}

/* A nursery of so many cycles does not fit into any address space: the number has a limit. */
static void too_many_collections(void **state) {
    (void)state;
    tn_config config = TN_CONFIG_INIT;
    tn_error error = {TN_OK, ""};
    config.ignore_environment = true;
    config.options = "debug=quarantine=1000000000";
    CHECK(!tn_heap_create(&config, &error));
    CHECK_EQ(error.status, TN_BAD_OPTION);
    CHECK_HAS(error.text, "quarantine is at most 10000");
    config.options = "debug=quarantine=10001";
    CHECK(!tn_heap_create(&config, &error));
    CHECK_EQ(error.status, TN_BAD_OPTION);
    config.options = "debug=quarantine=10000";
    tn_heap *heap = tn_heap_create(&config, &error);
    if (!heap) CHECK_EQ(error.status, TN_OUT_OF_MEMORY); /* a small address space */
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
}

static void fixed_at_creation(void **state) {
    (void)state;
    Host host;
    char text[100];
    host_exact(&host, "debug=stale");
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "quarantine=2"), TN_BAD_OPTION);
    CHECK_HAS(host.error, "quarantine is fixed when the heap is created");
    host_close(&host);
    host_exact(&host, "debug=quarantine=1000");
    CHECK_EQ(tn_option_get(host.m->heap, "debug", text, sizeof text), TN_OK);
    CHECK_HAS(text, "quarantine=1000");
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "quarantine=1001"), TN_BAD_OPTION);
    Bytes **bytes = TN_NEW_TAIL(host.m, Bytes, char, 5000000);
    *bytes = NULL;
    support_collect(host.m, TN_FULL);
    CHECK(support_stats(host.m).committed_bytes > 5000000);
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "verify"), TN_OK); /* switching it off gives all back */
    support_collect(host.m, TN_FULL);
    CHECK(support_stats(host.m).committed_bytes < 5000000);
    support_check_list(*support_list(host.m, 10000), 10000);
    support_collect(host.m, TN_FULL);
    host_close(&host);
}

/* The system maps no more than some 65530 pieces for a process. */
static void says_when_the_system_refuses(void **state) {
    (void)state;
    if (support_watched()) support_skip("AddressSanitizer and Valgrind need mappings of their own");
    enum { LENGTH = 70000 };
    Host host;
    host_exact(&host, "debug=quarantine=2 pretenure=off");
    Vector **vector = TN_NEW_TAIL(host.m, Vector, Pair *, LENGTH);
    for (int i = 0; i < LENGTH; i++) {
        Pair *pair = tn_alloc(host.m, Pair);
        tn_write(host.m, *vector, item[i], pair);
    }
    for (int i = 0; i < LENGTH; i += 2) tn_write(host.m, *vector, item[i], NULL);
    support_collect(host.m, TN_MAJOR);
    const char *line = strstr(host.log, "does not make more memory inaccessible");
    if (line) CHECK(!strstr(line + 1, "does not make more memory inaccessible")); /* said once */
    else printf("  (the system made everything inaccessible)\n");
    for (int i = 1; i < LENGTH; i += 2) CHECK(tn_read(*vector, item[i])->number == 0);
    for (int i = 0; i < 4; i++) support_collect(host.m, TN_MAJOR);
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_are_found_for_n_collections),
        cmocka_unit_test(the_young_are_found_for_n_collections),
        cmocka_unit_test(memory_comes_back),
        cmocka_unit_test(disposed_once),
        cmocka_unit_test(gives_way_when_memory_is_short),
        cmocka_unit_test(too_many_collections),
        cmocka_unit_test(fixed_at_creation),
        cmocka_unit_test(says_when_the_system_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
