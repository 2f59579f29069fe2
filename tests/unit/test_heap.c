/* test_heap.c: a heap's life: creating, configuring, attaching, collecting on demand, destroying, and leaving nothing
 * behind. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

/* ---- creating ---- */

static void null_config_makes_a_heap(void **state) {
    (void)state;
    tn_heap *heap = tn_heap_create(NULL, NULL);
    CHECK(heap != NULL);
    CHECK(tn_heap_user(heap) == NULL);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
    CHECK_EQ(tn_heap_destroy(NULL), TN_OK);
}

static void config_is_copied(void **state) {
    (void)state;
    Host host;
    {
        char options[64] = "nursery=512K heap_max=32M";
        tn_config *config = malloc(sizeof *config);
        *config = (tn_config)TN_CONFIG_INIT;
        config->options = options;
        config->ignore_environment = true;
        host_config(&host, config);
        memset(config, 0xAA, sizeof *config);
        memset(options, 'x', sizeof options - 1);
        free(config);
    }
    char text[32];
    CHECK_EQ(tn_option_get(host.m->heap, "heap_max", text, sizeof text), TN_OK);
    CHECK_EQ(strcmp(text, "32M"), 0);
    CHECK(tn_heap_user(host.heap) == &host);
    CHECK_EQ(tn_hash_of(host.m, NULL), 0); /* an error, to see that the hook was kept */
    CHECK_EQ(host.errors, 1);
    support_garbage(host.m, 1000000);
    host_close(&host);
}

static void bad_environment_fails_only_a_strict_heap(void **state) {
    (void)state;
    tn_error error = {TN_OK, ""};
    Host host;
    tn_config config = TN_CONFIG_INIT;
    config.env_prefix = "TESTHEAP_";
    setenv("TESTHEAP_NURSERY", "many", 1);
    host_config(&host, &config);
    CHECK_EQ(host.lines, 1);
    CHECK_HAS(host.log, "TESTHEAP_NURSERY");
    CHECK_HAS(host.log, "many");
    host_close(&host);
    setenv("TESTHEAP_STRICT", "1", 1);
    CHECK(tn_heap_create(&config, &error) == NULL);
    CHECK_EQ(error.status, TN_BAD_OPTION);
    CHECK_HAS(error.text, "TESTHEAP_NURSERY");
    unsetenv("TESTHEAP_NURSERY");
    unsetenv("TESTHEAP_STRICT");
}

static void environment_is_used_unless_ignored(void **state) {
    (void)state;
    char text[32];
    Host host;
    tn_config config = TN_CONFIG_INIT;
    config.env_prefix = "TESTHEAP_";
    setenv("TESTHEAP_HEAP_MAX", "123M", 1);
    host_config(&host, &config);
    CHECK_EQ(tn_option_get(host.m->heap, "heap_max", text, sizeof text), TN_OK);
    CHECK_EQ(strcmp(text, "123M"), 0);
    host_close(&host);
    config.ignore_environment = true;
    host_config(&host, &config);
    CHECK_EQ(tn_option_get(host.m->heap, "heap_max", text, sizeof text), TN_OK);
    CHECK(strcmp(text, "123M") != 0);
    host_close(&host);
    unsetenv("TESTHEAP_HEAP_MAX");
}

/* ---- attaching ---- */

static void second_mutator_is_refused_until_the_first_detaches(void **state) {
    (void)state;
    tn_error error = {TN_OK, ""};
    tn_heap *heap = tn_heap_create(NULL, &error);
    tn_mutator *first = tn_mutator_create(heap, &error);
    CHECK(first != NULL);
    CHECK(tn_mutator_create(heap, &error) == NULL);
    CHECK_EQ(error.status, TN_BAD_STATE);
    CHECK_EQ(tn_heap_destroy(heap), TN_BAD_STATE);
    CHECK_EQ(tn_mutator_destroy(first), TN_OK);
    tn_mutator *second = tn_mutator_create(heap, &error);
    CHECK(second != NULL);
    CHECK_EQ(tn_handle_count(second), 0);
    CHECK_EQ(tn_mutator_destroy(second), TN_OK);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
}

static void roots_stay_when_a_mutator_detaches(void **state) {
    (void)state;
    static TN_FIELD(Pair) cell;
    Host host;
    host_open(&host, NULL);
    Pair *const *global;
    {
        TN_SCOPE(host.m);
        Pair **a = support_list(host.m, 100);
        global = TN_GLOBAL_CREATE(host.m, a);
        CHECK_EQ(tn_root_create(host.m, &cell), TN_OK);
        Pair **b = support_list(host.m, 50);
        CHECK_EQ(TN_ROOT_SET(host.m, &cell, b), TN_OK);
    }
    CHECK_EQ(tn_mutator_destroy(host.m), TN_OK);
    host.m = tn_mutator_create(host.heap, NULL);
    CHECK(host.m != NULL);
    support_collect(host.m, TN_FULL);
    support_garbage(host.m, 1000000);
    support_check_list(*global, 100);
    support_check_list(tn_root_read(&cell), 50);
    CHECK_EQ(tn_root_destroy(host.m, &cell), TN_OK);
    host_close(&host);
}

static void handles_are_gone_when_a_mutator_detaches(void **state) {
    (void)state;
    Host host;
    int disposed = 0;
    host_open(&host, NULL);
    File **file = TN_NEW(host.m, File);
    (*file)->disposed = &disposed;
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, 0);
    CHECK_EQ(tn_mutator_destroy(host.m), TN_OK);
    host.m = tn_mutator_create(host.heap, NULL);
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, 1);
    host_close(&host);
}

/* ---- collecting ---- */

static void each_kind_counts_and_collects(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    tn_stats s = support_stats(host.m);
    CHECK_EQ(s.minors, 0);
    CHECK_EQ(s.majors, 0);
    support_collect(host.m, TN_MINOR);
    s = support_stats(host.m);
    CHECK_EQ(s.minors, 1);
    CHECK_EQ(s.majors, 0);
    support_collect(host.m, TN_MAJOR);
    s = support_stats(host.m);
    CHECK_EQ(s.minors, 2);
    CHECK_EQ(s.majors, 1);
    support_collect(host.m, TN_FULL);
    s = support_stats(host.m);
    CHECK_EQ(s.minors, 3);
    CHECK_EQ(s.majors, 2);
    host_close(&host);
}

static void request_collects_at_the_next_safepoint_or_allocation(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    tn_request_collection(host.heap);
    CHECK_EQ(support_stats(host.m).minors, 0);
    tn_poll(host.m);
    CHECK_EQ(support_stats(host.m).minors, 1);
    tn_poll(host.m);
    CHECK_EQ(support_stats(host.m).minors, 1);
    tn_request_collection(host.heap);
    tn_request_collection(host.heap);
    tn_alloc(host.m, Pair);
    CHECK(support_stats(host.m).minors <= 2);
    tn_poll(host.m); /* whichever it was: once for both requests */
    CHECK_EQ(support_stats(host.m).minors, 2);
    host_close(&host);
}

static tn_mutator *interrupted;
static void on_signal(int number) {
    (void)number;
    tn_interrupt(interrupted);
}

/* From a signal handler; neither a safepoint nor a collection takes it away from the host. */
static void an_interrupt_waits_for_the_host(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    CHECK(!tn_interrupted(host.m));
    interrupted = host.m;
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    raise(SIGUSR1);
    CHECK(AO_load(&host.m->stop));
    tn_poll(host.m);
    for (int i = 0; i < 1000; i++) tn_alloc(host.m, Pair);
    CHECK_EQ(support_stats(host.m).minors, 0); /* it is no request for a collection */
    tn_request_collection(host.heap);
    tn_poll(host.m);
    CHECK_EQ(support_stats(host.m).minors, 1);
    CHECK(tn_interrupted(host.m));
    CHECK(!tn_interrupted(host.m));
    CHECK(!AO_load(&host.m->stop));
    tn_interrupt(host.m);
    tn_request_collection(host.heap);
    CHECK(tn_interrupted(host.m)); /* and the other way round */
    tn_poll(host.m);
    CHECK_EQ(support_stats(host.m).minors, 2);
    host_close(&host);
}

static void allocation_answers_a_request_before_long(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "nursery=16M nursery_max=16M");
    tn_alloc(host.m, Pair);
    tn_request_collection(host.heap);
    support_garbage(host.m, 256 * 1024); /* far less than the nursery */
    CHECK_EQ(support_stats(host.m).minors, 1);
    host_close(&host);
}

/* ---- dispose ---- */

static void destroy_disposes_of_the_living_and_the_dead_once(void **state) {
    (void)state;
    enum { COUNT = 1000 };
    static int disposed[COUNT];
    memset(disposed, 0, sizeof disposed);
    Host host;
    host_open(&host, NULL);
    for (int i = 0; i < COUNT; i++) {
        File **file = TN_NEW(host.m, File);
        (*file)->disposed = &disposed[i];
        if (i % 3 == 0) *file = NULL; /* unreachable */
        if (i == COUNT / 2) support_collect(host.m, TN_MAJOR);
        if (i == COUNT * 3 / 4) support_collect(host.m, TN_MINOR);
    }
    for (int i = 0; i < COUNT; i++) {
        CHECK(disposed[i] <= 1);
        if (i % 3) CHECK_EQ(disposed[i], 0);
    }
    host_close(&host);
    for (int i = 0; i < COUNT; i++) CHECK_EQ(disposed[i], 1);
}

/* Their blocks are swept, and the holes partly filled, many times before the last of them dies. */
static void holes_among_disposed_objects_are_not_disposed_of(void **state) {
    (void)state;
    enum { SLOTS = 2000, ROUNDS = 30, COUNT = SLOTS * ROUNDS };
    static int disposed[COUNT];
    memset(disposed, 0, sizeof disposed);
    int next = 0, held[SLOTS];
    Host host;
    host_open(&host, "nursery=256K");
    Vector **table = TN_NEW_TAIL(host.m, Vector, Pair *, SLOTS);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SLOTS; i++) {
            if (round && (i * 7 + round * 3) % 5) continue;
            TN_SCOPE(host.m);
            if (i % 3 == 0) { /* others in the same blocks, of another size */
                Bytes **other = TN_NEW_TAIL(host.m, Bytes, char, (size_t)(i + round) % 90);
                tn_store(host.m, *table, &(*table)->item[i], *other);
                continue;
            }
            File **file = TN_NEW(host.m, File);
            if (round) CHECK_EQ(disposed[held[i]], 0);
            (*file)->disposed = &disposed[next];
            held[i] = next++;
            tn_store(host.m, *table, &(*table)->item[i], *file);
        }
        support_collect(host.m, round % 3 ? TN_MAJOR : TN_FULL);
    }
    support_collect(host.m, TN_FULL);
    for (int i = 0; i < SLOTS; i++)
        if (i % 3) disposed[held[i]]++; /* alive: as if it had been */
    for (int i = 0; i < next; i++) CHECK_EQ(disposed[i], 1);
    host_close(&host);
}

static int large_disposed;
static void count_dispose(tn_heap *heap, void *object) {
    (void)heap;
    (void)object;
    large_disposed++;
}

/* Small, in shared pages, in a mapping of its own. */
static void object_of_any_size_is_disposed_of_once(void **state) {
    (void)state;
    static const tn_type_desc desc = {.number = TN_FIRST_SPECIAL + 9,
                                      .name = "Buffer",
                                      .size = 8,
                                      .tail_size = 1,
                                      .flags = TN_LEAF,
                                      .dispose = count_dispose};
    static const size_t sizes[] = {0, 100, 8000, 9000, 100000, 2 << 20};
    Host host;
    host_open(&host, NULL);
    CHECK(tn_type_create(host.heap, &desc) != 0);
    for (int kept = 0; kept < 2; kept++) {
        large_disposed = 0;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            void *object = tn_alloc_tail_sized(host.m, desc.number, 8, 1, sizes[i]);
            CHECK(object != NULL);
            if (kept) TN_HANDLE(host.m, object);
        }
        support_collect(host.m, TN_FULL);
        support_collect(host.m, TN_FULL);
        CHECK_EQ(large_disposed, kept ? 0 : 6);
    }
    host_close(&host);
    CHECK_EQ(large_disposed, 6);
}

static void full_collection_disposes_of_all_the_dead(void **state) {
    (void)state;
    int disposed = 0;
    Host host;
    host_open(&host, NULL);
    for (int i = 0; i < 500; i++) {
        TN_SCOPE(host.m);
        File **file = TN_NEW(host.m, File);
        (*file)->disposed = &disposed;
        if (i == 250) support_collect(host.m, TN_MINOR);
    }
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, 500);
    host_close(&host);
    CHECK_EQ(disposed, 500);
}

static void object_dies_in_a_cycle_and_is_disposed_of(void **state) {
    (void)state;
    int disposed = 0;
    Host host;
    host_open(&host, NULL);
    {
        TN_SCOPE(host.m);
        Pair **a = TN_NEW(host.m, Pair), **b = TN_NEW(host.m, Pair);
        File **file = TN_NEW(host.m, File);
        (*file)->disposed = &disposed;
        TN_SET(host.m, a, car, b);
        TN_SET(host.m, b, cdr, a);
        tn_store(host.m, *b, (char *)*b + offsetof(Pair, car), *file);
        support_collect(host.m, TN_FULL);
        CHECK_EQ(disposed, 0);
    }
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, 1);
    host_close(&host);
}

/* ---- many heaps ---- */

static void heaps_are_independent(void **state) {
    (void)state;
    enum { COUNT = 20 };
    static Host host[COUNT];
    static Pair **list[COUNT];
    for (int i = 0; i < COUNT; i++) {
        host_open(&host[i], i & 1 ? "nursery=256K" : NULL);
        list[i] = support_list(host[i].m, 100 + i);
    }
    for (int round = 0; round < 10; round++)
        for (int i = 0; i < COUNT; i++) {
            if (i % 4 == round % 4) support_collect(host[i].m, round & 1 ? TN_MINOR : TN_FULL);
            TN_SCOPE(host[i].m);
            support_list(host[i].m, 1000);
        }
    for (int i = 0; i < COUNT; i += 2) host_close(&host[i]);
    for (int i = 1; i < COUNT; i += 2) {
        support_collect(host[i].m, TN_FULL);
        support_check_list(*list[i], 100 + i);
        host_close(&host[i]);
    }
}

static void formats_differ_between_heaps_of_a_process(void **state) {
    (void)state;
    const tn_format formats[3] = {TN_FORMAT_POINTER, tn_format_low_tags(1, 1, 7), tn_format_nan_box(0xFFFC)};
    Host host[3];
    Box **box[3];
    for (int i = 0; i < 3; i++) {
        tn_config config = TN_CONFIG_INIT;
        config.format = formats[i];
        host_config(&host[i], &config);
        box[i] = TN_NEW(host[i].m, Box);
    }
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < 3; i++) {
            TN_SCOPE(host[i].m);
            Pair **list = support_list(host[i].m, 10 + round);
            tn_write_value(host[i].m, *box[i], value, support_value(&formats[i], *list));
            support_collect(host[i].m, round & 1 ? TN_MINOR : TN_FULL);
        }
    for (int i = 0; i < 3; i++) {
        tn_value v = tn_read_value(*box[i], value);
        support_check_list(support_address(&formats[i], v), 14);
        CHECK_EQ(v, support_value(&formats[i], support_address(&formats[i], v)));
        host_close(&host[i]);
    }
}

/* ---- nothing stays behind ---- */

static void live_a_little(int i) {
    static TN_FIELD(Pair) cell;
    static void *stack[64];
    static void *base = stack, *top, *low;
    Host host;
    host_exact(&host, i % 3 == 0 ? "nursery=256K" : i % 3 == 1 ? "nursery=1M heap_max=64M" : NULL);
    tn_mutator *m = host.m;
    Pair **list = support_list(m, 20);
    CHECK(TN_GLOBAL_CREATE(m, list) != NULL);
    memset((void *)&cell, 0, sizeof cell); /* the last heap's object is none of this one */
    CHECK_EQ(tn_root_create(m, &cell), TN_OK);
    CHECK_EQ(TN_ROOT_SET(m, &cell, list), TN_OK);
    stack[0] = *list;
    top = stack + 1;
    low = stack;
    CHECK(tn_range_create(m, &(tn_range_desc){&base, &top, &low, 0}) != NULL);
    CHECK(TN_WEAK_NEW(m, list) != NULL);
    CHECK(TN_WEAK_ARRAY_NEW(m, 10) != NULL);
    Owner **owner = TN_NEW(m, Owner);
    (*owner)->buffer = calloc(8, sizeof(Pair *));
    (*owner)->count = 8;
    if (i % 4 == 0) {
        Bytes **big = TN_NEW_TAIL(m, Bytes, char, 300000);
        CHECK(big != NULL);
        (*big)->byte[299999] = 1;
    }
    if (i % 8 == 0) support_collect(m, i % 16 == 0 ? TN_MINOR : TN_FULL);
    tn_hash_of(m, *list);
    CHECK(TN_STABLE_ADDRESS(m, list) != NULL);
    support_check_list(*list, 20);
    host_close(&host);
}

/* A process's resident pages fall short of what it had at most by what the C library keeps for itself. */
static void ten_thousand_heaps_leave_nothing(void **state) {
    (void)state;
    enum { HEAPS = 10000, WARM = 100 };
    for (int i = 0; i < WARM; i++) live_a_little(i);
    size_t maps = support_maps(), rss = support_rss();
    for (int i = 0; i < HEAPS; i++) live_a_little(i);
    size_t maps_after = support_maps(), rss_after = support_rss();
    if (support_watched()) return;
    if (maps_after > maps + 2) FAIL("%zu mappings before, %zu after", maps, maps_after);
    if (rss_after > rss + (1 << 20)) FAIL("%zu bytes resident before, %zu after", rss, rss_after);
}

static void many_heaps_at_once_leave_nothing(void **state) {
    (void)state;
    enum { HEAPS = 200 };
    static Host host[HEAPS];
    live_a_little(0);
    size_t maps = support_maps();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < HEAPS; i++) {
            host_exact(&host[i], "nursery=256K nursery_max=1M heap_max=8M");
            support_list(host[i].m, 200);
        }
        for (int i = 0; i < HEAPS; i++) host_close(&host[(i * 77) % HEAPS]);
    }
    if (!support_watched()) CHECK(support_maps() <= maps + 2);
}

/* Each failed call is a line in the log, with or without on_error. */
static void log_errors(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "log=errors");
    CHECK_EQ(tn_reserve(host.m, SIZE_MAX), TN_BAD_SIZE);
    CHECK_HAS(host.log, "[error ");
    CHECK_HAS(host.log, "tn_reserve: ");
    CHECK_HAS(host.log, "(bad size)");
    CHECK_EQ(host.lines, 1);
    CHECK_EQ(host.errors, 1);
    CHECK_EQ(tn_reserve(host.m, 8), TN_OK);
    CHECK_EQ(host.lines, 1);
    host_close(&host);
}

/* Nothing is taken from the host; allocation fails until there is room again. */
static void heap_max_below_what_is_used(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=64M nursery=1M");
    {
        TN_SCOPE(host.m);
        TN_LOCAL(host.m, Bytes, held);
        Pair **list = support_list(host.m, 1000);
        *held = tn_alloc_tail(host.m, Bytes, char, 20 << 20);
        CHECK(*held != NULL);
        (*held)->byte[0] = 7;
        CHECK_EQ(tn_option_set(host.heap, "heap_max", "8M"), TN_OK);
        CHECK(tn_alloc_tail(host.m, Bytes, char, 1 << 20) == NULL);
        CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
        CHECK_EQ((*held)->byte[0], 7);
        support_check_list(*list, 1000);
        *held = NULL;
        support_collect(host.m, TN_FULL);
        CHECK(tn_alloc_tail(host.m, Bytes, char, 1 << 20) != NULL);
        support_garbage(host.m, 3 << 20);
        support_check_list(*list, 1000);
        CHECK(support_stats(host.m).committed_bytes <= 8 << 20);
    }
    host_close(&host);
}

/* The sum of external bytes does not wrap. */
static void external_bytes_saturate(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    tn_external_adjust(host.heap, PTRDIFF_MAX);
    tn_external_adjust(host.heap, PTRDIFF_MAX);
    CHECK(support_stats(host.m).external_bytes == PTRDIFF_MAX);
    tn_external_adjust(host.heap, -PTRDIFF_MAX);
    CHECK(support_stats(host.m).external_bytes == 0);
    tn_external_adjust(host.heap, PTRDIFF_MIN);
    tn_external_adjust(host.heap, PTRDIFF_MIN);
    CHECK(support_stats(host.m).external_bytes == 0);
    tn_external_adjust(host.heap, PTRDIFF_MAX);
    tn_external_adjust(host.heap, 1);
    CHECK(support_stats(host.m).external_bytes == 0);
    tn_external_adjust(host.heap, 1000);
    CHECK(support_stats(host.m).external_bytes == 1000);
    tn_external_adjust(host.heap, -1000);
    host_close(&host);
}

/* Until 1.0, hosts of another MINOR are refused; those of another PATCH are not. */
static void other_versions(void **state) {
    (void)state;
    tn_error error;
    tn_config config = TN_CONFIG_INIT;
    config.ignore_environment = true;
    const uint32_t wrong[] = {TN_VERSION + 100, TN_VERSION - 100, TN_VERSION + 10000, 0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(!tn_heap_create_(wrong[i], &config, &error));
        CHECK_EQ(error.status, TN_WRONG_VERSION);
        CHECK_HAS(error.text, tn_version());
    }
    CHECK(!tn_heap_create_(10203, &config, &error));
    CHECK_HAS(error.text, "1.2.3");
    tn_heap *heap = tn_heap_create_(TN_VERSION + 7, &config, &error);
    CHECK(heap != NULL && error.status == TN_OK);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
}

/* A struct of an older host is smaller; one of a newer host is larger, and its rest is zero or refused. */
static void sized_structs(void **state) {
    (void)state;
    struct { tn_config known; uint64_t more; } config = {.known = TN_CONFIG_INIT};
    tn_error error;
    config.known.ignore_environment = true;
    config.known.config_size = sizeof config;
    tn_heap *heap = tn_heap_create(&config.known, &error);
    CHECK(heap != NULL);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
    config.more = 1;
    CHECK(!tn_heap_create(&config.known, &error));
    CHECK_EQ(error.status, TN_BAD_ARGUMENT);
    CHECK_HAS(error.text, "config_size");
    config.known.config_size = offsetof(tn_config, log);
    heap = tn_heap_create(&config.known, &error);
    CHECK(heap != NULL);
    struct { tn_type_desc known; uint64_t more; } desc = {
        .known = {.number = 700, .name = "Sized", .size = 16, .flags = TN_LEAF}};
    CHECK_EQ(tn_type_create_(heap, &desc.known, offsetof(tn_type_desc, trace)), 700);
    desc.known.number = 701;
    CHECK_EQ(tn_type_create_(heap, &desc.known, sizeof desc), 701);
    desc.known.number = 702;
    desc.more = 1;
    CHECK_EQ(tn_type_create_(heap, &desc.known, sizeof desc), 0);
    CHECK_EQ(tn_type_create_(heap, &desc.known, 8), 0);
    struct { tn_stats known; uint64_t more; } stats = {.more = 5};
    tn_stats_get_(heap, &stats.known, sizeof stats);
    CHECK(stats.more == 0 && stats.known.mapped_bytes > 0);
    stats.known.mapped_bytes = 5;
    tn_stats_get_(heap, &stats.known, offsetof(tn_stats, mapped_bytes));
    CHECK(stats.known.mapped_bytes == 5);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
    CHECK_EQ(tn_version_number(), TN_VERSION);
}

/* Each live object once, and nothing that is dead. */
typedef struct Seen { size_t pairs, vectors, bytes, most; } Seen;
static bool see(const void *object, tn_type type, size_t size, void *user) {
    Seen *seen = user;
    CHECK_EQ(tn_type_of(object), type);
    seen->pairs += type == Pair_type;
    seen->vectors += type == Vector_type;
    seen->bytes += size;
    return --seen->most > 0;
}

static void heap_walk(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 1000);
        Vector **small = TN_NEW_TAIL(host.m, Vector, tn_value, 3),
               **large = TN_NEW_TAIL(host.m, Vector, tn_value, 9000);
        tn_weak **weak = TN_WEAK_NEW(host.m, list);
        CHECK(small && large && weak);
        support_garbage(host.m, 100000);
        Seen seen = {.most = SIZE_MAX};
        CHECK_EQ(tn_heap_walk(host.m, see, &seen), TN_OK);
        CHECK_EQ(seen.pairs, 1000);
        CHECK_EQ(seen.vectors, 2);
        CHECK_EQ(seen.bytes, 1000 * sizeof(Pair) + 2 * sizeof(Vector) + 9003 * sizeof(tn_value));
        seen = (Seen){.most = 10};
        CHECK_EQ(tn_heap_walk(host.m, see, &seen), TN_OK);
        CHECK_EQ(seen.most, 0);
        TN_NO_GC(host.m);
        CHECK_EQ(tn_heap_walk(host.m, see, &seen), TN_BAD_STATE);
    }
    CHECK_EQ(tn_heap_walk(host.m, NULL, NULL), TN_BAD_ARGUMENT);
    CHECK_EQ(tn_heap_walk(NULL, see, NULL), TN_BAD_ARGUMENT);
    host_close(&host);
}

/* ---- who holds an object ---- */

typedef struct Path {
    int lines;
    char first[400], last[400];
} Path;

static void note_path(const char *text, void *user) {
    Path *path = user;
    if (!path->lines++) snprintf(path->first, sizeof path->first, "%s", text);
    snprintf(path->last, sizeof path->last, "%s", text);
}

/* Also in a raw window, of young and of old objects, and of a large graph with short cuts. */
static void path_is_the_shortest(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    {
        TN_SCOPE(host.m);
        Pair **early = TN_NEW(host.m, Pair), **list = support_list(host.m, 50000), **end = TN_HANDLE(host.m, *list);
        while (tn_read(*end, cdr)) *end = tn_read(*end, cdr);
        Pair **late = TN_NEW(host.m, Pair), **no = TN_HANDLE(host.m, (Pair *)NULL);
        Pair *object = *end;
        *end = NULL;
        for (int i = 0; i < 3; i++) {
            tn_stats before = support_stats(host.m);
            Path path = {0};
            CHECK_EQ(tn_retaining_path(host.m, object, note_path, &path), TN_OK);
            CHECK_EQ(path.lines, i == 0 ? 66 : 3);
            CHECK_HAS(path.first, i == 0 ? "held by 50000 references:" : "held by 2 references:");
            CHECK_HAS(path.last, i == 0 ? "field 'cdr' holds" : "field 'car' holds");
            CHECK_EQ(support_stats(host.m).minors, before.minors);
            *end = object;
            TN_SET(host.m, early, car, i == 0 ? end : no);
            TN_SET(host.m, late, car, i == 0 ? no : end);
            if (i == 1) support_collect(host.m, TN_FULL);
            object = *end;
            *end = NULL;
        }
        TN_NO_GC(host.m);
        Path path = {0};
        CHECK_EQ(tn_retaining_path(host.m, object, note_path, &path), TN_OK);
        CHECK_EQ(path.lines, 3);
    }
    CHECK_EQ(tn_retaining_path(NULL, NULL, NULL, NULL), TN_BAD_ARGUMENT);
    host_close(&host);
}

static void path_needs_memory(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 1000);
        Path path = {0};
        for (int n = 1; n <= 3; n++) {
            char option[20];
            snprintf(option, sizeof option, "fail=%d", n);
            CHECK_EQ(tn_option_set(host.heap, "debug", option), TN_OK);
            CHECK_EQ(tn_retaining_path(host.m, *list, note_path, &path), TN_OUT_OF_MEMORY);
            CHECK_EQ(path.lines, 0);
        }
        CHECK_EQ(tn_option_set(host.heap, "debug", "none"), TN_OK);
        CHECK_EQ(TN_RETAINING_PATH(host.m, list, note_path, &path), TN_OK);
        CHECK_EQ(path.lines, 1);
        CHECK_HAS(path.first, "nothing holds");
    }
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_is_the_shortest),
        cmocka_unit_test(path_needs_memory),
        cmocka_unit_test(null_config_makes_a_heap),
        cmocka_unit_test(config_is_copied),
        cmocka_unit_test(bad_environment_fails_only_a_strict_heap),
        cmocka_unit_test(environment_is_used_unless_ignored),
        cmocka_unit_test(second_mutator_is_refused_until_the_first_detaches),
        cmocka_unit_test(roots_stay_when_a_mutator_detaches),
        cmocka_unit_test(handles_are_gone_when_a_mutator_detaches),
        cmocka_unit_test(each_kind_counts_and_collects),
        cmocka_unit_test(request_collects_at_the_next_safepoint_or_allocation),
        cmocka_unit_test(an_interrupt_waits_for_the_host),
        cmocka_unit_test(allocation_answers_a_request_before_long),
        cmocka_unit_test(destroy_disposes_of_the_living_and_the_dead_once),
        cmocka_unit_test(holes_among_disposed_objects_are_not_disposed_of),
        cmocka_unit_test(object_of_any_size_is_disposed_of_once),
        cmocka_unit_test(full_collection_disposes_of_all_the_dead),
        cmocka_unit_test(object_dies_in_a_cycle_and_is_disposed_of),
        cmocka_unit_test(heaps_are_independent),
        cmocka_unit_test(formats_differ_between_heaps_of_a_process),
        cmocka_unit_test(ten_thousand_heaps_leave_nothing),
        cmocka_unit_test(many_heaps_at_once_leave_nothing),
        cmocka_unit_test(log_errors),
        cmocka_unit_test(heap_max_below_what_is_used),
        cmocka_unit_test(external_bytes_saturate),
        cmocka_unit_test(other_versions),
        cmocka_unit_test(sized_structs),
        cmocka_unit_test(heap_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
