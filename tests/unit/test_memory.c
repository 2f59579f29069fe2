/* test_memory.c: limits, running out of memory, and giving it back. Nothing aborts; a failed call leaves a whole
 * heap; the reserve lets the host build its error; memory returns to the system. */
#define _GNU_SOURCE
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "heap/heap.h"
#include "support.h"

enum { MIB = 1 << 20 };

/* Grows a list of vectors of `pairs` slots each until memory is out; returns how many there are. The head is *list.
 */
static long fill(tn_mutator *m, Pair **list, size_t slots) {
    for (long n = 0;; n++) {
        TN_SCOPE(m);
        Vector **v = TN_NEW_TAIL(m, Vector, Pair *, slots);
        if (!v) return n;
        Pair **p = TN_NEW(m, Pair);
        if (!p) return n;
        TN_PUT(m, p, number, n);
        TN_SET(m, p, cdr, list);
        tn_store(m, *p, (char *)*p + offsetof(Pair, car), *v);
        (*v)->number = n;
        *list = *p;
        if (n > 10000000) FAIL("no limit was met");
    }
}

/* The list that fill has made is whole. */
static void check_filled(const Pair *p, long n, size_t slots) {
    for (; p; p = tn_read(p, cdr)) {
        n--;
        CHECK_EQ(p->number, n);
        const Vector *v = (const Vector *)(const void *)tn_read(p, car);
        CHECK_EQ(v->number, n);
        CHECK_EQ(tn_length_of(v), slots);
    }
    CHECK_EQ(n, 0);
}

/* ---- the hard limit ---- */

static void out_of_memory_is_a_null_and_a_report(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=8M debug=verify");
    TN_LOCAL(host.m, Pair, list);
    long n = fill(host.m, list, 100);
    CHECK(n > 1000);
    CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
    CHECK_EQ(host.status, TN_OUT_OF_MEMORY);
    CHECK(host.errors >= 1);
    CHECK_HAS(tn_last_error(host.m), "tn_alloc");
    CHECK_HAS(tn_last_error(host.m), "heap_max");
    check_filled(*list, n, 100);
    support_collect(host.m, TN_FULL);
    check_filled(*list, n, 100);
    host_close(&host);
}

static void limit_holds_for_committed_memory(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=16M");
    TN_LOCAL(host.m, Pair, list);
    fill(host.m, list, 1000);
    tn_stats stats = support_stats(host.m);
    CHECK(stats.used_bytes <= 16 * MIB);
    CHECK(stats.used_bytes >= 8 * MIB); /* and it is not met half-way: promotion may want the other half */
    fill(host.m, list, 20000);
    stats = support_stats(host.m);
    CHECK(stats.used_bytes <= 16 * MIB);
    host_close(&host);
}

static void garbage_never_meets_the_limit(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=4M");
    for (int i = 0; i < 3; i++) {
        support_garbage(host.m, 32 * MIB);
        for (int k = 0; k < 100; k++) {
            TN_SCOPE(host.m);
            CHECK(TN_NEW_TAIL(host.m, Bytes, char, MIB) != NULL);
        }
    }
    CHECK_EQ(host.errors, 0);
    host_close(&host);
}

static void recovers_after_dropping_data_50_times(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=6M debug=verify");
    long first = 0;
    for (int round = 0; round < 50; round++) {
        TN_SCOPE(host.m);
        TN_LOCAL(host.m, Pair, list);
        long n = fill(host.m, list, round & 1 ? 100 : 2000);
        CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
        check_filled(*list, n, round & 1 ? 100 : 2000);
        if (round == 1) first = n;
        if (round & 1 && n < first * 3 / 4) FAIL("round %d held %ld vectors, the first %ld", round, n, first);
        *list = NULL;
        Pair **again = support_list(host.m, 1000); /* without a word, the next allocations succeed */
        support_check_list(*again, 1000);
    }
    host_close(&host);
}

static void reserve_lets_an_error_object_be_built(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=8M reserve=64K");
    for (int round = 0; round < 10; round++) {
        TN_SCOPE(host.m);
        TN_LOCAL(host.m, Pair, list);
        fill(host.m, list, 100);
        CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
        /* The data is still held. An error object: a few pairs and a message. */
        Pair **error = support_list(host.m, 20);
        Bytes **message = TN_NEW_TAIL(host.m, Bytes, char, 400);
        CHECK(message != NULL);
        support_check_list(*error, 20);
        *list = NULL; /* the reserve is filled again, for the next round */
        support_collect(host.m, TN_FULL);
    }
    host_close(&host);
}

static void absurd_sizes_fail_cleanly(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=64M debug=verify");
    Pair **list = support_list(host.m, 100);
    const size_t counts[] = {(size_t)1 << 30, UINT32_MAX, (size_t)UINT32_MAX + 1, (size_t)1 << 40, (size_t)1 << 60,
                             SIZE_MAX / 8,    SIZE_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        CHECK(TN_NEW_TAIL(host.m, Vector, Pair *, counts[i]) == NULL);
        CHECK_EQ(tn_last_status(host.m), counts[i] <= UINT32_MAX ? TN_OUT_OF_MEMORY : TN_BAD_SIZE);
        CHECK(TN_NEW_TAIL(host.m, Bytes, char, counts[i]) == NULL);
        CHECK_EQ(tn_last_status(host.m), counts[i] <= UINT32_MAX ? TN_OUT_OF_MEMORY : TN_BAD_SIZE);
    }
    support_collect(host.m, TN_FULL);
    support_check_list(*list, 100);
    host_close(&host);
}

static void reserve_call_reports_out_of_memory(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=4M reserve=0");
    TN_LOCAL(host.m, Pair, list);
    fill(host.m, list, 100);
    fill(host.m, list, 1);
    CHECK_EQ(tn_reserve(host.m, TN_RESERVE_MAX), TN_OUT_OF_MEMORY);
    CHECK_HAS(tn_last_error(host.m), "tn_reserve:");
    *list = NULL;
    CHECK_EQ(tn_reserve(host.m, TN_RESERVE_MAX), TN_OK);
    host_close(&host);
}

/* ---- the hook ---- */

typedef struct Hook {
    Host *host;
    int calls;
    size_t wanted;
    Pair *const *cache; /* a global to empty */
    const char *limit;  /* or a limit to set */
    jmp_buf *out;       /* or a place to go to */
    bool again;
} Hook;
static Hook hook;

static bool on_out_of_memory(tn_mutator *m, size_t bytes, void *user) {
    CHECK(user == hook.host);
    hook.calls++;
    hook.wanted = bytes;
    if (hook.out) longjmp(*hook.out, 1);
    if (hook.cache) CHECK_EQ(tn_global_store(m, hook.cache, NULL), TN_OK);
    if (hook.limit) CHECK_EQ(tn_option_set(m->heap, "heap_max", hook.limit), TN_OK);
    hook.cache = NULL;
    hook.limit = NULL;
    return hook.again && hook.calls < 100;
}

static void open_with_hook(Host *host, const char *options) {
    tn_config config = TN_CONFIG_INIT;
    config.options = options;
    config.ignore_environment = true;
    config.on_out_of_memory = on_out_of_memory;
    host_config(host, &config);
    hook = (Hook){.host = host};
}

static void hook_that_gives_up_is_called_once_a_failure(void **state) {
    (void)state;
    Host host;
    open_with_hook(&host, "heap_max=4M");
    CHECK(TN_NEW_TAIL(host.m, Bytes, char, 64 * MIB) == NULL);
    CHECK_EQ(hook.calls, 1);
    CHECK(hook.wanted >= 64 * MIB && hook.wanted < 65 * MIB);
    CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
    CHECK(TN_NEW_TAIL(host.m, Bytes, char, 64 * MIB) == NULL);
    CHECK_EQ(hook.calls, 2);
    host_close(&host);
}

/* ---- requests that fail again and again ---- */

/* `count` requests that fail, each of which asks the hook; returns how many full collections they took. */
static uint64_t fail_often(Host *host, size_t bytes, int count) {
    uint64_t majors = support_stats(host->m).majors;
    hook.calls = 0;
    for (int i = 0; i < count; i++) {
        CHECK(TN_NEW_TAIL(host->m, Bytes, char, bytes) == NULL);
        CHECK_EQ(tn_last_status(host->m), TN_OUT_OF_MEMORY);
    }
    CHECK_EQ(hook.calls, count);
    return support_stats(host->m).majors - majors;
}

static void open_almost_full(Host *host, Pair **list) {
    for (int i = 0; i < 20; i++) {
        TN_SCOPE(host->m);
        Bytes **big = TN_NEW_TAIL(host->m, Bytes, char, MIB - 100000);
        Pair **pair = TN_NEW(host->m, Pair);
        CHECK(big && pair);
        TN_SET(host->m, pair, cdr, list);
        tn_store(host->m, *pair, (char *)*pair + offsetof(Pair, car), *big);
        *list = *pair;
    }
    support_collect(host->m, TN_MAJOR);
}

static uint64_t no_time_passes(void) { return 1000000000; }

/* Where time passes, full collections may come more often, for a small part of it. */
static void requests_that_cannot_be_met_collect_seldom(void **state) {
    (void)state;
    Host host;
    open_with_hook(&host, "heap_max=32M");
    tni_clock *clock = &host.heap->pacing.clock;
    clock->wall = clock->cpu = no_time_passes;
    TN_LOCAL(host.m, Pair, list);
    open_almost_full(&host, list);
    CHECK_EQ(fail_often(&host, 24 * MIB, 4), 4); /* the first ones are taken seriously */
    CHECK_HAS(tn_last_error(host.m), "a full collection did not help");
    CHECK(fail_often(&host, 24 * MIB, 1000) <= 60);
    CHECK_HAS(tn_last_error(host.m), "the last full collections did not help, so that none was made now");
    CHECK_EQ(tn_option_set(host.m->heap, "heap_max", "64M"), TN_OK);
    CHECK(TN_NEW_TAIL(host.m, Bytes, char, 24 * MIB) != NULL);
    host_close(&host);
}

/* Dropped data are found at the next request while few have failed, within 65 after many, and at the next one where
 * anything says that there is room. */
static void dropped_data_are_found_after_failures(void **state) {
    (void)state;
    static const int failures[] = {1, 2, 3, 1000, 1000, 1000, 1000};
    for (unsigned i = 0; i < sizeof failures / sizeof *failures; i++) {
        Host host;
        open_with_hook(&host, "heap_max=32M reserve=0");
        TN_LOCAL(host.m, Pair, list);
        open_almost_full(&host, list);
        tn_external_adjust(host.heap, 1000);
        fail_often(&host, 24 * MIB, failures[i]);
        *list = NULL;
        size_t bytes = 24 * MIB;
        int tries = 1;
        if (i == 3) tries = 65;
        if (i == 4) bytes = 20 * MIB; /* less than what has failed */
        if (i == 5) tn_external_adjust(host.heap, -1000);
        if (i == 6) hook.again = true, hook.calls = 0; /* the hook says so */
        Bytes **big = NULL;
        while (!big && tries--) big = TN_NEW_TAIL(host.m, Bytes, char, bytes);
        CHECK(big != NULL);
        host_close(&host);
    }
}

static void hook_that_drops_a_cache_saves_the_allocation(void **state) {
    (void)state;
    Host host;
    open_with_hook(&host, "heap_max=8M debug=verify");
    tn_mutator *m = host.m;
    Pair *const *cache;
    {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, list);
        for (int i = 0; i < 5; i++) { /* 4 MB of it, behind a global */
            TN_SCOPE(m);
            Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 100000);
            Pair **p = TN_NEW(m, Pair);
            CHECK(v != NULL && p != NULL);
            TN_SET(m, p, cdr, list);
            tn_store(m, *p, (char *)*p + offsetof(Pair, car), *v);
            *list = *p;
        }
        cache = TN_GLOBAL_CREATE(m, list);
    }
    hook.cache = cache;
    hook.again = true;
    Bytes **big = TN_NEW_TAIL(m, Bytes, char, 5 * MIB);
    CHECK(big != NULL);
    CHECK_EQ(hook.calls, 1);
    CHECK(*cache == NULL);
    CHECK_EQ(host.errors, 0);
    host_close(&host);
}

static void hook_that_raises_the_limit_saves_small_and_large_allocations(void **state) {
    (void)state;
    Host host;
    open_with_hook(&host, "heap_max=4M");
    hook.limit = "40M";
    hook.again = true;
    CHECK(TN_NEW_TAIL(host.m, Bytes, char, 16 * MIB) != NULL);
    CHECK_EQ(hook.calls, 1);
    char text[32];
    CHECK_EQ(tn_option_get(host.m->heap, "heap_max", text, sizeof text), TN_OK);
    CHECK_EQ(strcmp(text, "40M"), 0);
    host_close(&host);

    open_with_hook(&host, "heap_max=4M");
    hook.limit = "64M";
    hook.again = true;
    Pair **list = support_list(host.m, 400000); /* 12.8 MB of pairs */
    support_check_list(*list, 400000);
    CHECK(hook.calls >= 1);
    host_close(&host);
}

static void hook_may_longjmp(void **state) {
    (void)state;
    static Host host;
    static jmp_buf out;
    static volatile int rounds;
    open_with_hook(&host, "heap_max=4M debug=verify");
    tn_checkpoint mark = tn_save(host.m);
    rounds = 0;
    if (setjmp(out)) tn_restore(host.m, mark);
    CHECK_EQ(tn_handle_count(host.m), 0);
    if (rounds++ < 5) {
        hook.out = &out;
        TN_SCOPE(host.m);
        support_list(host.m, 10000000);
        FAIL("ten million pairs in 4 MiB");
    }
    CHECK_EQ(hook.calls, 5);
    hook.out = NULL;
    {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 1000);
        support_collect(host.m, TN_FULL);
        support_check_list(*list, 1000);
    }
    host_close(&host);
}

/* Out of a large allocation: what that wanted must not weigh on the next ones. */
static void hook_may_longjmp_out_of_a_large_allocation(void **state) {
    (void)state;
    static Host host;
    static jmp_buf out;
    static volatile int rounds;
    open_with_hook(&host, "heap_max=8M");
    tn_checkpoint mark = tn_save(host.m);
    rounds = 0;
    if (setjmp(out)) tn_restore(host.m, mark);
    uint64_t minors = support_stats(host.m).minors;
    {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 1000);
        CHECK(TN_NEW_TAIL(host.m, Bytes, char, MIB) != NULL);
        support_garbage(host.m, 4 * MIB);
        support_check_list(*list, 1000);
    }
    if (support_stats(host.m).minors > minors + 60) FAIL("collections have become frequent");
    if (rounds++ < 5) {
        hook.out = &out;
        TN_NEW_TAIL(host.m, Bytes, char, 64 * MIB);
        FAIL("64 MiB of 8");
    }
    CHECK_EQ(hook.calls, 5);
    host_close(&host);
}

/* ---- back to the system ---- */

static void memory_goes_back_after_a_full_collection(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    support_collect(host.m, TN_FULL);
    size_t rss = support_rss();
    tn_stats start = support_stats(host.m);
    {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 1500000); /* 48 MB small */
        Bytes **big = TN_NEW_TAIL(host.m, Bytes, char, 32 * MIB);
        memset((*big)->byte, 1, 32 * MIB);
        CHECK(support_stats(host.m).committed_bytes > start.committed_bytes + 70 * MIB);
        CHECK(support_rss() > rss + 70 * MIB);
        CHECK((*list)->number == 1499999);
    }
    support_collect(host.m, TN_FULL);
    tn_stats end = support_stats(host.m);
    if (end.committed_bytes > start.committed_bytes + 16 * MIB)
        FAIL("committed %llu before, %llu after", (unsigned long long)start.committed_bytes,
             (unsigned long long)end.committed_bytes);
    if (!UNDER_ASAN && support_rss() > rss + 24 * MIB) FAIL("resident %zu before, %zu after", rss, support_rss());
    host_close(&host);
}

static void large_objects_go_back_when_they_die(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    size_t maps = support_maps();
    for (int i = 0; i < 200; i++) {
        TN_SCOPE(host.m);
        CHECK(TN_NEW_TAIL(host.m, Bytes, char, MIB) != NULL);
    }
    support_collect(host.m, TN_FULL);
    CHECK(support_stats(host.m).used_bytes < 4 * MIB);
    CHECK(support_maps() < maps + 40);
    host_close(&host);
}

/* ---- off-heap memory ---- */

static uint64_t committed(tn_mutator *m) {
    tn_stats stats;
    tn_stats_get(m->heap, &stats);
    return stats.committed_bytes;
}

/* Objects of one size fill 16 MiB, nine of ten die, and objects of another fill it again: in the holes, as far as
 * these are long enough. */
static void holes_of_one_size_serve_for_another(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{24, 160}, {160, 24}, {1000, 56}, {56, 500}, {4000, 2000}};
    enum { SLOTS = 1 << 20 };
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        Host host;
        host_open(&host, "pretenure=off nursery=512K huge_pages=off"); /* what is made ready would count */
        Vector **table = TN_NEW_TAIL(host.m, Vector, Pair *, SLOTS);
        size_t held = 0;
        uint64_t first = 0;
        for (int phase = 0; phase < 2; phase++) {
            for (size_t bytes = 0; bytes < 14 * MIB; bytes += sizes[k][phase]) {
                TN_SCOPE(host.m);
                Bytes **b = TN_NEW_TAIL(host.m, Bytes, char, sizes[k][phase] - sizeof(Bytes) - 8);
                tn_store(host.m, *table, &(*table)->item[held++], *b);
            }
            if (phase) break;
            first = committed(host.m);
            size_t kept = 0;
            for (size_t i = 0; i < held; i++) {
                if (i * 2654435761u % 4294967291u % 10) continue;
                tn_store(host.m, *table, &(*table)->item[kept++], tn_read(*table, item[i]));
            }
            for (size_t i = kept; i < held; i++) tn_store(host.m, *table, &(*table)->item[i], NULL);
            held = kept;
            support_collect(host.m, TN_MAJOR);
        }
        if (committed(host.m) > first + first / 3)
            FAIL("%zu bytes after %zu: from %zu to %zu KiB", sizes[k][1], sizes[k][0], (size_t)(first >> 10),
                 (size_t)(committed(host.m) >> 10));
        host_close(&host);
    }
}

static void external_bytes_drive_major_collections(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    support_collect(host.m, TN_FULL);
    uint64_t before = support_stats(host.m).majors;
    for (int i = 0; i < 200; i++) { /* tiny objects, each with a megabyte elsewhere */
        TN_SCOPE(host.m);
        CHECK(TN_NEW(host.m, Pair) != NULL);
        tn_external_adjust(host.heap, MIB);
        support_garbage(host.m, 256 * 1024);
    }
    tn_stats stats = support_stats(host.m);
    CHECK_EQ(stats.external_bytes, 200ull * MIB);
    CHECK(stats.majors > before);
    tn_external_adjust(host.heap, -200 * (ptrdiff_t)MIB);
    CHECK_EQ(support_stats(host.m).external_bytes, 0);
    host_close(&host);
}

/* Off-heap bytes are below the limit as well. The host counts before it allocates the object that owns them; what
 * does not fit fails there, and when it takes them back, the reserve has not been touched. */
static void external_bytes_leave_the_reserve(void **state) {
    (void)state;
    for (size_t bytes = 5000; bytes < 200000; bytes = bytes * 5 / 3) {
        Host host;
        host_exact(&host, "heap_max=24M");
        TN_LOCAL(host.m, Pair, sparse); /* blocks with little in them: they count, beside what lives */
        for (int i = 0; i < 40000; i++) {
            TN_SCOPE(host.m);
            Pair **p = TN_NEW(host.m, Pair);
            CHECK(p != NULL);
            TN_SET(host.m, p, cdr, sparse);
            *sparse = *p;
        }
        support_collect(host.m, TN_MAJOR);
        for (Pair *p = *sparse; p;) {
            Pair *next = p;
            for (int i = 0; i < 100 && next; i++) next = tn_read(next, cdr);
            tn_write(host.m, p, cdr, next);
            p = next;
        }
        support_collect(host.m, TN_MAJOR);
        size_t owned = 0;
        for (;;) {
            TN_SCOPE(host.m);
            tn_external_adjust(host.heap, (ptrdiff_t)bytes);
            if (!TN_NEW(host.m, Pair)) break;
            owned += bytes;
        }
        tn_external_adjust(host.heap, -(ptrdiff_t)bytes);
        CHECK(owned > 12 * MIB);
        CHECK(owned < 24 * MIB);
        for (int i = 0; i < 100; i++) {
            TN_SCOPE(host.m);
            if (!TN_NEW(host.m, Pair)) FAIL("no room for the error with %zu bytes at a time", bytes);
        }
        host_close(&host);
    }
}

/* ---- a system that gives no more ---- */

/* Allows `more` bytes of address space beyond what the process has now; and, lest there be more room in what is reserved
 * already, hardly more memory to write to: the nursery may grow. */
static void limit_address_space(size_t more) {
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0, data = 0;
    if (!file || fscanf(file, "%lu %*u %*u %*u %*u %lu", &pages, &data) != 2) FAIL("cannot read /proc/self/statm");
    fclose(file);
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = pages * (size_t)sysconf(_SC_PAGESIZE) + more;
    CHECK_EQ(setrlimit(RLIMIT_AS, &limit), 0);
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = data * (size_t)sysconf(_SC_PAGESIZE) + more + MIB;
    CHECK_EQ(setrlimit(RLIMIT_DATA, &limit), 0);
}

static void starve(void *arg) {
    size_t more = *(size_t *)arg;
    Host host;
    host_exact(&host, NULL); /* verify would want memory of its own */
    limit_address_space(more);
    long first = 0;
    for (int round = 0; round < 3; round++) {
        TN_SCOPE(host.m);
        TN_LOCAL(host.m, Pair, list);
        long n = fill(host.m, list, round == 1 ? 5000 : 100);
        CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
        check_filled(*list, n, round == 1 ? 5000 : 100);
        if (round == 0) first = n;
        if (round == 2 && n < first / 2) FAIL("%ld vectors at first, %ld later", first, n);
        *list = NULL;
        tn_status status = tn_collect(host.m, TN_FULL);
        CHECK(status == TN_OK || status == TN_OUT_OF_MEMORY);
        Pair **again = support_list(host.m, 100);
        support_check_list(*again, 100);
    }
    host_close(&host);
}

static void system_out_of_memory_is_a_clean_failure(void **state) {
    (void)state;
    if (support_watched()) support_skip("AddressSanitizer and Valgrind reserve address space themselves");
    for (size_t more = 1 * MIB; more <= 128 * (size_t)MIB; more *= 2) {
        Child *child = malloc(sizeof *child);
        child_run(child, starve, &more);
        if (child->code != 0)
            FAIL("with %zu MiB more: exit %d, signal %d: %s", more >> 20, child->code, child->signal, child->text);
        free(child);
    }
}

/* ---- start-up: the pages that a short program touches ---- */

static long faults_now(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_minflt;
}

/* The least of several heaps: the pages of the code, and what else the system does meanwhile, do not count. */
static void start_up(void *arg) {
    (void)arg;
    enum { TRIES = 5, PAGES_OF_1_MIB = 256, MORE = 512 }; /* 2 MiB more than what is kept */
    long create = LONG_MAX, fill_1_mib = LONG_MAX;
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); /* a huge page is one fault */
    for (int i = 0; i < TRIES; i++) {
        Host host;
        long begin = faults_now();
        host_exact(&host, "policy=fixed");
        long made = faults_now();
        {
            TN_SCOPE(host.m);
            support_list(host.m, MIB / 32);
        }
        long filled = faults_now();
        if (made - begin < create) create = made - begin;
        if (filled - begin < fill_1_mib) fill_1_mib = filled - begin;
        host_close(&host);
    }
    if (create > 64 || fill_1_mib > PAGES_OF_1_MIB + MORE || fill_1_mib < PAGES_OF_1_MIB / 4)
        FAIL("%ld pages are touched to make a heap, and %ld with 1 MiB in it", create, fill_1_mib);
}

static void start_up_touches_few_pages(void **state) {
    (void)state;
    if (support_watched()) support_skip("AddressSanitizer and Valgrind touch memory of their own");
    Child *child = malloc(sizeof *child);
    child_run(child, start_up, NULL);
    CHECK_CHILD_OK(child);
    free(child);
}

/* Creating a heap with too little address space: NULL and a report, or a heap that works. */
static void create_starved(void *arg) {
    (void)arg;
    int made = 0, refused = 0;
    for (size_t more = 64 * 1024; more <= 1024 * (size_t)MIB; more += more / 2) {
        limit_address_space(more);
        tn_error error = {TN_OK, ""};
        tn_config config = TN_CONFIG_INIT;
        config.ignore_environment = true;
        tn_heap *heap = tn_heap_create(&config, &error);
        if (!heap) {
            refused++;
            CHECK_EQ(error.status, TN_OUT_OF_MEMORY);
            CHECK_HAS(error.text, "tn_heap_create:");
            continue;
        }
        tn_mutator *m = tn_mutator_create(heap, &error);
        if (m) {
            made++;
            CHECK(tn_type_create(heap, &support_types[0]) != 0 || tn_last_status(m) == TN_OUT_OF_MEMORY);
            for (int i = 0; i < 100; i++)
                if (tn_last_status(m) == TN_OK && !tn_alloc(m, Pair)) CHECK_EQ(tn_last_status(m), TN_OUT_OF_MEMORY);
            CHECK_EQ(tn_mutator_destroy(m), TN_OK);
        } else {
            CHECK_EQ(error.status, TN_OUT_OF_MEMORY);
            CHECK_HAS(error.text, "tn_mutator_create:");
        }
        CHECK_EQ(tn_heap_destroy(heap), TN_OK);
    }
    CHECK(made > 0);
    CHECK(refused > 0);
}

static void create_without_address_space_reports(void **state) {
    (void)state;
    if (support_watched()) support_skip("AddressSanitizer and Valgrind reserve address space themselves");
    Child *child = malloc(sizeof *child);
    child_run(child, create_starved, NULL);
    CHECK_CHILD_OK(child);
    free(child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_memory_is_a_null_and_a_report),
        cmocka_unit_test(limit_holds_for_committed_memory),
        cmocka_unit_test(garbage_never_meets_the_limit),
        cmocka_unit_test(recovers_after_dropping_data_50_times),
        cmocka_unit_test(reserve_lets_an_error_object_be_built),
        cmocka_unit_test(absurd_sizes_fail_cleanly),
        cmocka_unit_test(reserve_call_reports_out_of_memory),
        cmocka_unit_test(hook_that_gives_up_is_called_once_a_failure),
        cmocka_unit_test(requests_that_cannot_be_met_collect_seldom),
        cmocka_unit_test(dropped_data_are_found_after_failures),
        cmocka_unit_test(hook_that_drops_a_cache_saves_the_allocation),
        cmocka_unit_test(hook_that_raises_the_limit_saves_small_and_large_allocations),
        cmocka_unit_test(hook_may_longjmp),
        cmocka_unit_test(hook_may_longjmp_out_of_a_large_allocation),
        cmocka_unit_test(memory_goes_back_after_a_full_collection),
        cmocka_unit_test(large_objects_go_back_when_they_die),
        cmocka_unit_test(holes_of_one_size_serve_for_another),
        cmocka_unit_test(external_bytes_drive_major_collections),
        cmocka_unit_test(external_bytes_leave_the_reserve),
        cmocka_unit_test(system_out_of_memory_is_a_clean_failure),
        cmocka_unit_test(create_without_address_space_reports),
        cmocka_unit_test(start_up_touches_few_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
