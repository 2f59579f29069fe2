/* test_limit.c: heap_max holds for all that a heap takes, at each moment: between allocations, and while the marker
 * runs. The figures are the heap's own; one test compares them with what the system says is resident. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/limit.h"
#include "heap/heap.h"
#include "support.h"

enum { MIB = 1 << 20, KIB = 1 << 10 };

static size_t most; /* that was committed, of all looks since `watch` */

static void look(tn_heap *heap) {
    size_t all = tni_committed(heap) + tni_external_bytes(heap), max = heap->options.value.heap_max;
    if (all > most) most = all;
    if (all > max)
        FAIL("%zu KiB are committed, %zu of them bookkeeping, and %zu external, of %zu", all >> 10,
             tni_bookkeeping(heap) >> 10, tni_external_bytes(heap) >> 10, max >> 10);
}

/* A node with a trace callback, which looks while marking. */
typedef struct Node {
    TN_FIELD(struct Node) edge[2];
    long number;
} Node;
enum { Node_type = Bytes_type + 1, Huge_type = Bytes_type + 2 };
static void node_trace(tn_tracer *t, void *object) {
    Node *n = object;
    static unsigned calls;
    if (calls++ % 64 == 0) look(t->heap);
    tn_visit_refs(t, (void **)&n->edge[0], 2);
}
static const tn_type_desc node_desc = {
    .number = Node_type, .name = "Node", .size = sizeof(Node), .trace = node_trace};

/* A tail of elements of 1 MiB. */
typedef struct Huge {
    long number;
    unsigned char byte[];
} Huge;
static const tn_type_desc huge_desc = {
    .number = Huge_type, .name = "Huge", .size = sizeof(long), .tail_size = MIB, .flags = TN_LEAF};

static void open_limited(Host *host, const char *options) {
    most = 0;
    host_exact(host, options);
    if (tn_type_create(host->heap, &node_desc) != Node_type) FAIL("%s", tn_last_error(host->m));
    CHECK_EQ(tn_type_create(host->heap, &huge_desc), Huge_type);
}

static unsigned random_number(void) {
    static uint64_t s = 88172645463325252u;
    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    return (unsigned)(s >> 33);
}

/* ---- filling ---- */

/* Pairs behind *list until memory is out. */
static long fill_with_pairs(Host *host, Pair **list) {
    for (long n = 0;; n++) {
        Pair *p = tn_alloc(host->m, Pair);
        if (!p || n % 16 == 0) look(host->heap);
        if (!p) return n;
        p->number = n;
        tn_init(p, cdr, *list);
        *list = p;
    }
}

/* Arrays of references of these lengths in turns, each in the first slot of the next. */
static long fill_with_vectors(Host *host, Vector **list, const size_t *lengths, size_t count) {
    for (long n = 0;; n++) {
        Vector *v = tn_alloc_tail(host->m, Vector, Pair *, lengths[(size_t)n % count]);
        look(host->heap);
        if (!v) return n;
        v->number = n;
        tn_store(host->m, v, (void *)&v->item[0], *list);
        *list = v;
    }
}

static void check_pairs(const Pair *p, long n) {
    for (; p; p = tn_read(p, cdr)) CHECK_EQ(p->number, --n);
    CHECK_EQ(n, 0);
}

static void check_vectors(const Vector *v, long n) {
    for (; v; v = (const void *)tn_read(v, item[0])) CHECK_EQ(v->number, --n);
    CHECK_EQ(n, 0);
}

/* And it is not met half-way. */
static void check_well_filled(size_t max) {
    if (most < max / 10 * 9) FAIL("only %zu KiB of %zu were ever committed", most >> 10, max >> 10);
}

static void pairs_stay_below(void **state) {
    (void)state;
    static const char *const options[] = {"heap_max=44M nursery=16M", "heap_max=16M", "heap_max=16M pretenure=on",
                                          "heap_max=16M policy=fixed growth_min=64K", "heap_max=16M reserve=0"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        Host host;
        open_limited(&host, options[i]);
        TN_LOCAL(host.m, Pair, list);
        check_pairs(*list, 0);
        long n = fill_with_pairs(&host, list);
        CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
        check_pairs(*list, n);
        check_well_filled(i ? 16 * MIB : 44 * MIB);
        host_close(&host);
    }
}

static void arrays_stay_below(void **state) {
    (void)state;
    static const size_t lengths[][3] = {{1000, 1000, 1000}, {3000, 20000, 200}, {200000, 1500, 40000}, {3, 90, 1024}};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        Host host;
        open_limited(&host, "heap_max=40M");
        TN_LOCAL(host.m, Vector, list);
        long n = fill_with_vectors(&host, list, lengths[i], 3);
        check_vectors(*list, n);
        check_well_filled(36 * MIB);
        host_close(&host);
    }
}

/* What one phase has given back must not stay resident beside what the next one takes. */
static void phases_of_other_sizes_stay_below(void **state) {
    (void)state;
    static const size_t large[] = {20000, 100000}, small[] = {100, 300};
    Host host;
    open_limited(&host, "heap_max=40M");
    for (int round = 0; round < 2; round++) {
        TN_SCOPE(host.m);
        TN_LOCAL(host.m, Vector, list);
        TN_LOCAL(host.m, Pair, pairs);
        long n = fill_with_vectors(&host, list, large, 2);
        check_vectors(*list, n);
        *list = NULL;
        n = fill_with_pairs(&host, pairs);
        check_pairs(*pairs, n);
        *pairs = NULL;
        n = fill_with_vectors(&host, list, small, 2);
        check_vectors(*list, n);
    }
    host_close(&host);
}

static void external_bytes_count(void **state) {
    (void)state;
    Host host;
    open_limited(&host, "heap_max=40M");
    TN_LOCAL(host.m, Pair, list);
    long n = 0;
    for (;; n++) {
        Pair *p = tn_alloc(host.m, Pair);
        if (n % 64 == 0) look(host.heap);
        if (!p) break;
        p->number = n;
        tn_init(p, cdr, *list);
        *list = p;
        if (n % 1000 == 0 && n < 100000) tn_external_adjust(host.heap, 100 * KIB);
    }
    check_pairs(*list, n);
    check_well_filled(40 * MIB);
    tn_external_adjust(host.heap, -(ptrdiff_t)tni_external_bytes(host.heap));
    host_close(&host);
}

/* ---- bookkeeping ---- */

/* A ring of nodes that refer to others at random: the marker's stack wants to grow to a part of the heap that there is
 * not. */
static void the_stack_of_the_marker_is_bounded(void **state) {
    (void)state;
    Host host;
    open_limited(&host, "heap_max=22M");
    TN_LOCAL(host.m, Vector, table);
    TN_LOCAL(host.m, Pair, list);
    enum { COUNT = 400000 };
    *table = tn_alloc_tail(host.m, Vector, Pair *, COUNT);
    for (long i = 0; i < COUNT; i++) {
        Node *node = tn_alloc(host.m, Node);
        CHECK(node != NULL);
        node->number = i;
        tn_store(host.m, *table, (void *)&(*table)->item[i], node);
    }
    for (long i = 0; i < COUNT; i++) {
        Node *node = (Node *)(void *)tn_read(*table, item[i]);
        tn_store(host.m, node, (void *)&node->edge[0], tn_read(*table, item[(i + 1) % COUNT]));
        tn_store(host.m, node, (void *)&node->edge[1], tn_read(*table, item[random_number() % COUNT]));
    }
    Node **first = TN_HANDLE(host.m, (Node *)(void *)tn_read(*table, item[0]));
    *table = NULL; /* all of them are found one through the other */
    long n = fill_with_pairs(&host, list);
    check_pairs(*list, n);
    Node *node = *first;
    for (long i = 0; i < COUNT; i++, node = tn_read(node, edge[0])) CHECK_EQ(node->number, i);
    CHECK(node == *first);
    host_close(&host);
}

/* Young references are stored into very many old objects, with no collection between. */
static void the_logs_are_bounded(void **state) {
    (void)state;
    Host host;
    open_limited(&host, "heap_max=12M debug=verify");
    TN_LOCAL(host.m, Pair, list);
    long n = fill_with_pairs(&host, list);
    for (long i = 0; i < n / 20; i++) *list = tn_read(*list, cdr);
    n -= n / 20;
    support_collect(host.m, TN_MAJOR);
    Pair **young = TN_NEW(host.m, Pair);
    CHECK(young != NULL);
    (*young)->number = 77;
    for (Pair *p = *list; p; p = tn_read(p, cdr)) {
        tn_write(host.m, p, car, *young);
        look(host.heap);
    }
    CHECK(tn_is_young(host.m, *young));
    support_collect(host.m, TN_MINOR);
    for (Pair *p = *list; p; p = tn_read(p, cdr)) CHECK(tn_read(p, car) == *young && tn_read(p, car)->number == 77);
    check_pairs(*list, n);
    host_close(&host);
}

/* The lists of weak references, and of what is to be disposed of: garbage never meets the limit. */
static void lists_are_bounded(void **state) {
    (void)state;
    static int disposed;
    disposed = 0;
    Host host;
    open_limited(&host, "heap_max=3M");
    Pair **pair = TN_NEW(host.m, Pair);
    long made = 0;
    for (; made < 100000; made++) {
        TN_SCOPE(host.m);
        File *file = tn_alloc(host.m, File);
        CHECK(file != NULL);
        file->disposed = &disposed;
        CHECK(TN_WEAK_NEW(host.m, pair) != NULL);
        look(host.heap);
    }
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, made);
    CHECK_EQ(host.errors, 0);
    host_close(&host);

    open_limited(&host, "heap_max=15900K");
    TN_LOCAL(host.m, Vector, list);
    for (long n = 0;; n++) { /* and they count where they are not garbage: the list doubles when 15 MiB are in use */
        TN_SCOPE(host.m);
        tn_weak **weak = TN_WEAK_NEW(host.m, list);
        if (n) look(host.heap);
        Vector *v = weak || !n ? tn_alloc_tail(host.m, Vector, Pair *, 2) : NULL;
        if (!v) break;
        if (weak) tn_store(host.m, v, (void *)&v->item[0], *weak);
        tn_store(host.m, v, (void *)&v->item[1], *list);
        *list = v;
    }
    CHECK_EQ(tn_last_status(host.m), TN_OUT_OF_MEMORY);
    look(host.heap);
    host_close(&host);
}

static void roots_and_handles_count(void **state) {
    (void)state;
    Host host;
    open_limited(&host, "heap_max=16M");
    Pair **pair = TN_NEW(host.m, Pair);
    size_t before = tni_bookkeeping(host.heap);
    Pair *const *global[10000];
    for (int i = 0; i < 10000; i++) global[i] = TN_GLOBAL_CREATE(host.m, pair);
    CHECK(tni_bookkeeping(host.heap) >= before + 10000 * 2 * sizeof(void *));
    for (int i = 0; i < 10000; i++) CHECK_EQ(tn_global_destroy(host.m, global[i]), TN_OK);
    before = tni_bookkeeping(host.heap);
    {
        TN_SCOPE(host.m);
        for (int i = 0; i < 100000; i++) tn_push_(host.m, *pair);
        CHECK(tni_bookkeeping(host.heap) >= before + 800000);
        support_collect(host.m, TN_MINOR);
    }
    CHECK(tni_bookkeeping(host.heap) >= before + 800000); /* it was touched, and is not given back */
    tn_range_desc desc = {.base = &pair, .top = &pair};
    tn_range *ranges[100];
    before = tni_bookkeeping(host.heap);
    for (int i = 0; i < 100; i++) ranges[i] = tn_range_create(host.m, &desc);
    CHECK(tni_bookkeeping(host.heap) >= before + 100 * sizeof(tn_range_desc));
    for (int i = 0; i < 100; i++) CHECK_EQ(tn_range_destroy(host.m, ranges[i]), TN_OK);
    before = tni_bookkeeping(host.heap); /* the tables keep their places, */
    for (int i = 0; i < 100; i++) ranges[i] = tn_range_create(host.m, &desc);
    CHECK_EQ(tni_bookkeeping(host.heap), before + 100 * (sizeof(tn_range) + 8)); /* and each range takes this */
    for (int i = 0; i < 100; i++) CHECK_EQ(tn_range_destroy(host.m, ranges[i]), TN_OK);
    CHECK_EQ(tni_bookkeeping(host.heap), before);
    host_close(&host);
}

/* ---- what can never be met ---- */

static void expect_refusal(Host *host, void *object, const char *limit, tn_stats before) {
    CHECK(object == NULL);
    CHECK_EQ(tn_last_status(host->m), TN_OUT_OF_MEMORY);
    CHECK_HAS(tn_last_error(host->m), "ever");
    CHECK_HAS(tn_last_error(host->m), limit);
    tn_stats after = support_stats(host->m);
    CHECK_EQ(after.minors, before.minors); /* nothing was collected for it */
    CHECK_EQ(after.majors, before.majors);
    CHECK_EQ(after.mapped_bytes, before.mapped_bytes);
}

/* An array of 4 PiB; and one of 2^32 - 1 references, 32 GiB, which may well fit where there is no limit. */
static void what_never_fits_is_refused_at_once(void **state) {
    (void)state;
    static const char *const options[] = {"heap_max=64M", "heap_max=none", "heap_max=100%", "heap_max=128T",
                                          "heap_max=auto"};
    static const char *const limits[] = {"64.0 MiB", "none", "heap_max", "128 TiB", "heap_max"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        Host host;
        open_limited(&host, options[i]);
        Pair **list = support_list(host.m, 1000);
        tn_stats before = support_stats(host.m);
        for (int k = 0; k < 3; k++)
            expect_refusal(&host, tn_alloc_tail(host.m, Huge, char[MIB], UINT32_MAX), limits[i], before);
        if (i == 0) {
            expect_refusal(&host, tn_alloc_tail(host.m, Vector, Pair *, UINT32_MAX), limits[i], before);
            expect_refusal(&host, tn_alloc_tail(host.m, Huge, char[MIB], 64), limits[i], before);
            expect_refusal(&host, TN_WEAK_ARRAY_NEW(host.m, UINT32_MAX), limits[i], before);
        }
        CHECK(TN_NEW_TAIL(host.m, Huge, char[MIB], 16) != NULL); /* the reserve is not spent, nor is anything wanted */
        support_check_list(*list, 1000);
        host_close(&host);
    }
}

static int asked;
static bool raise_limit(tn_mutator *m, size_t bytes, void *user) {
    (void)bytes;
    (void)user;
    return ++asked == 1 && tn_option_set(m->heap, "heap_max", "64M") == TN_OK;
}

static void the_host_is_asked_before(void **state) {
    (void)state;
    asked = 0;
    tn_config config = TN_CONFIG_INIT;
    config.options = "heap_max=8M";
    config.ignore_environment = true;
    config.on_out_of_memory = raise_limit;
    Host host;
    host_config(&host, &config);
    CHECK(TN_NEW_TAIL(host.m, Bytes, char, 16 * MIB) != NULL);
    CHECK_EQ(asked, 1);
    CHECK_EQ(host.errors, 0);
    host_close(&host);
}

/* ---- the truth ---- */

static bool pages_are_large(void) {
    char text[64] = "";
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
    if (!file) return false;
    if (!fgets(text, sizeof text, file)) text[0] = 0;
    fclose(file);
    return strstr(text, "[always]");
}

/* The heap's struct, its table of types and the C library's part are not in it. */
static void committed_bytes_are_what_is_resident(void **state) {
    (void)state;
    if (support_watched()) support_skip("what is resident is the tool's as well");
    if (pages_are_large()) support_skip("the system uses huge pages unasked");
    static const char *const options[] = {"heap_max=64M huge_pages=off", "heap_max=64M", "heap_max=64M pretenure=on",
                                          "heap_max=200M nursery=16M pretenure=off"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        Host host;
        size_t before = support_rss();
        open_limited(&host, options[i]);
        TN_LOCAL(host.m, Pair, list);
        for (long n = 0;; n++) {
            Pair *p = tn_alloc(host.m, Pair);
            if (p) tn_init(p, cdr, *list), *list = p;
            if (p && n % 20000) continue;
            size_t resident = support_rss() - before, said = tni_committed(host.heap);
            if (resident > said + MIB) FAIL("%zu KiB are resident, committed %zu", resident >> 10, said >> 10);
            if (!p) break;
        }
        host_close(&host);
    }
}

static void address_space_is_told_apart(void **state) {
    (void)state;
    Host host;
    open_limited(&host, "heap_max=64M nursery_max=64M handles=16M");
    tn_stats s = support_stats(host.m);
    size_t range = host.heap->regions.area.bytes, others = s.mapped_bytes - range;
    CHECK(others >= (64 + 32 + 16) * MIB && others < 128 * MIB);
    CHECK(s.committed_bytes < MIB);
    CHECK(s.bookkeeping_bytes <= s.committed_bytes);
    CHECK(TN_NEW_TAIL(host.m, Bytes, char, 8 * MIB) != NULL);
    tn_stats later = support_stats(host.m);
    CHECK_EQ(later.mapped_bytes, s.mapped_bytes + (range ? 0 : 10 * MIB)); /* its address space was reserved before */
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_stay_below),
        cmocka_unit_test(arrays_stay_below),
        cmocka_unit_test(phases_of_other_sizes_stay_below),
        cmocka_unit_test(external_bytes_count),
        cmocka_unit_test(the_stack_of_the_marker_is_bounded),
        cmocka_unit_test(the_logs_are_bounded),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(roots_and_handles_count),
        cmocka_unit_test(what_never_fits_is_refused_at_once),
        cmocka_unit_test(the_host_is_asked_before),
        cmocka_unit_test(committed_bytes_are_what_is_resident),
        cmocka_unit_test(address_space_is_told_apart),
    };
    return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}
