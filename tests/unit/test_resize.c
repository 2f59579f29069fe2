/* test_resize.c: TN_RESIZE: what is kept, what is new, where the object stays in place, and what is given back. */
#define _GNU_SOURCE /* mremap */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "support.h"

static void fill(Bytes *b, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) b->byte[i] = (unsigned char)(i * 7 + 1);
}

/* The bytes up to `kept` are as fill has left them, those up to `length` zero. */
static void check_bytes(const Bytes *b, size_t kept, size_t length) {
    CHECK_EQ(tn_length_of(b), length);
    for (size_t i = 0; i < length; i++)
        if (b->byte[i] != (i < kept ? (unsigned char)(i * 7 + 1) : 0))
            FAIL("byte %zu of %zu (kept: %zu) is %d", i, length, kept, b->byte[i]);
}

static Bytes **new_bytes(tn_mutator *m, size_t length) {
    Bytes **b = TN_NEW_TAIL(m, Bytes, char, length);
    CHECK(b != NULL);
    fill(*b, 0, length);
    return b;
}

/* Every pair of lengths, young and old, with a neighbour on both sides that must not change. */
static void contents_are_kept_at_all_lengths(void **state) {
    (void)state;
    static const size_t lengths[] = {0, 1, 8, 100, 1000, 8100, 8177, 8200, 20000, 65536, 1 << 20, 3 << 20};
    enum { LENGTHS = sizeof lengths / sizeof *lengths };
    Host host;
    host_open(&host, NULL);
    for (size_t i = 0; i < LENGTHS * LENGTHS * 3; i++) {
        TN_SCOPE(host.m);
        size_t from = lengths[i / 3 % LENGTHS], to = lengths[i / 3 / LENGTHS], kept = from < to ? from : to;
        Bytes **before = new_bytes(host.m, 50), **b = new_bytes(host.m, from);
        Bytes **behind = i % 3 == 1 ? NULL : new_bytes(host.m, 50);
        if (i % 3 == 2) support_collect(host.m, TN_MINOR);
        CHECK_EQ(TN_RESIZE(host.m, b, to), TN_OK);
        check_bytes(*b, kept, to);
        fill(*b, kept, to);
        check_bytes(*before, 50, 50);
        if (behind) check_bytes(*behind, 50, 50);
        if (i % 16 == 0) support_collect(host.m, i % 32 ? TN_MAJOR : TN_MINOR);
        check_bytes(*b, to, to);
    }
    host_close(&host);
}

/* New elements are zero, also where the cell has room for them that old ones had before. */
static void what_was_cut_off_is_zero_when_it_comes_back(void **state) {
    (void)state;
    static const size_t lengths[] = {100, 8000, 20000, 900000, 3 << 20};
    Host host;
    host_open(&host, NULL);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t cut = 1; cut < 20; cut++) {
            TN_SCOPE(host.m);
            Bytes **b = new_bytes(host.m, lengths[i] + 3);
            CHECK_EQ(TN_RESIZE(host.m, b, lengths[i] - cut), TN_OK);
            CHECK_EQ(TN_RESIZE(host.m, b, lengths[i]), TN_OK);
            check_bytes(*b, lengths[i] - cut, lengths[i]);
        }
    host_close(&host);
}

static void the_last_young_object_changes_in_place(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "nursery=1M");
    Bytes **b = new_bytes(host.m, 0), *at = *b;
    char *begin = host.m->alloc;
    for (size_t length = 1; length <= 8000; length += 37) {
        CHECK_EQ(TN_RESIZE(host.m, b, length), TN_OK);
        CHECK(*b == at);
        fill(*b, length > 37 ? length - 37 : 0, length);
    }
    while (tn_length_of(*b)) {
        size_t length = tn_length_of(*b) / 2;
        CHECK_EQ(TN_RESIZE(host.m, b, length), TN_OK);
        check_bytes(*b, length, length);
        CHECK(*b == at);
    }
    CHECK_EQ(host.m->alloc - begin, 0); /* all of it was given back, */
    Bytes **next = TN_NEW_TAIL(host.m, Bytes, char, 8000);
    check_bytes(*next, 0, 8000); /* and is zero */
    CHECK_EQ(support_stats(host.m).minors, 0);
    host_close(&host);
}

/* The ends of old arrays become holes, which others fill after the next major collection. */
static void the_ends_of_old_objects_are_used_again(void **state) {
    (void)state;
    enum { ARRAYS = 2000, LONG = 4000, SHORT = 100 };
    Host host;
    host_exact(&host, "nursery=1M");
    Bytes **b[ARRAYS];
    for (int i = 0; i < ARRAYS; i++) b[i] = new_bytes(host.m, LONG);
    support_collect(host.m, TN_FULL);
    size_t before = support_stats(host.m).live_bytes;
    for (int i = 0; i < ARRAYS; i++) {
        Bytes *at = *b[i];
        CHECK_EQ(TN_RESIZE(host.m, b[i], SHORT), TN_OK);
        CHECK(*b[i] == at);
    }
    support_collect(host.m, TN_FULL);
    size_t after = support_stats(host.m).live_bytes, used = support_stats(host.m).used_bytes;
    CHECK(before - after >= (size_t)ARRAYS * (LONG - SHORT - 16));
    for (int i = 0; i < ARRAYS; i++) new_bytes(host.m, LONG - SHORT - 100);
    support_collect(host.m, TN_MINOR);
    CHECK(support_stats(host.m).used_bytes < used + (size_t)ARRAYS * LONG / 4);
    for (int i = 0; i < ARRAYS; i++) check_bytes(*b[i], SHORT, SHORT);
    host_close(&host);
}

/* Nothing lies behind the only large object: it grows where it is, over the border of shared regions by one copy. */
static void a_large_object_grows_in_place(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    Bytes **b = new_bytes(host.m, 10000);
    const Bytes *at = *b;
    unsigned moves = 0;
    size_t filled = 10000;
    for (size_t length = 10000, next; length < (64 << 20); length = next) {
        next = length + length / 2;
        CHECK_EQ(TN_RESIZE(host.m, b, next), TN_OK);
        moves += *b != at;
        at = *b;
        if (next >= 1 << 20) continue;
        check_bytes(*b, filled, next);
        fill(*b, filled, next);
        filled = next;
    }
    CHECK(moves <= 1);
    for (size_t i = 0; i < filled; i++) CHECK_EQ((*b)->byte[i], (unsigned char)(i * 7 + 1));
    host_close(&host);
}

/* What large objects give back is no longer in use, and others get it. */
static void the_ends_of_large_objects_are_free(void **state) {
    (void)state;
    static const size_t longs[] = {100000, 900000, 10 << 20};
    Host host;
    host_exact(&host, NULL);
    for (unsigned i = 0; i < 3; i++)
        for (int old = 0; old < 2; old++) {
            TN_SCOPE(host.m);
            Bytes **b = new_bytes(host.m, longs[i]), *at = *b;
            if (old) support_collect(host.m, TN_MINOR);
            size_t before = support_stats(host.m).used_bytes;
            CHECK_EQ(TN_RESIZE(host.m, b, 20000), TN_OK);
            CHECK(*b == at);
            size_t after = support_stats(host.m).used_bytes;
            CHECK(before - after + 2048 + (i == 2 ? 4096 : 0) >= longs[i] - 20000);
            check_bytes(*b, 20000, 20000);
            CHECK_EQ(TN_RESIZE(host.m, b, longs[i]), TN_OK); /* and it can have it again */
            CHECK(*b == at);
            check_bytes(*b, 20000, longs[i]);
            support_collect(host.m, TN_MAJOR);
            check_bytes(*b, 20000, longs[i]);
        }
    host_close(&host);
}

/* An object that cannot grow where it is loses its tail, and keeps its fixed part, whatever its size. */
static void who_still_refers_to_the_old_object_finds_no_tail(void **state) {
    (void)state;
    static const size_t lengths[] = {1, 100, 900, 20000, 1 << 20};
    Host host;
    host_open(&host, NULL);
    for (unsigned i = 0; i < 2 * sizeof lengths / sizeof *lengths; i++) {
        TN_SCOPE(host.m);
        size_t length = lengths[i / 2];
        Vector **v = TN_NEW_TAIL(host.m, Vector, void *, length);
        Pair **p = TN_NEW(host.m, Pair);
        TN_PUT(host.m, p, number, 7);
        (*v)->number = 42;
        TN_SET(host.m, v, item[length - 1], p);
        if (i % 2) support_collect(host.m, TN_MINOR);
        Vector **old = TN_HANDLE(host.m, *v), **way = TN_NEW_TAIL(host.m, Vector, void *, length);
        CHECK(way != NULL);
        if (i % 2) support_collect(host.m, TN_MINOR);
        CHECK_EQ(TN_RESIZE(host.m, v, 3 * length), TN_OK);
        CHECK(*v != *old);
        for (int collection = 0; collection < 3; collection++) {
            CHECK_EQ(tn_length_of(*v), 3 * length);
            CHECK_EQ((*v)->number, 42);
            CHECK_EQ(tn_read(*v, item[length - 1])->number, 7);
            CHECK_EQ(tn_length_of(*old), 0);
            CHECK_EQ((*old)->number, 42);
            support_collect(host.m, collection ? TN_FULL : TN_MINOR);
        }
    }
    host_close(&host);
}

/* Pages of memory that were touched for the first time. */
static long faults(void) {
    struct rusage usage;
    CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_minflt;
}

/* As the library does it; some systems and tools cannot. */
static bool can_move_pages(void) {
    enum { DONTUNMAP = 4 };
    char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    *at = 1;
    bool can = mremap(at, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED | DONTUNMAP, at + 4096) == at + 4096 && at[4096];
    munmap(at, 8192);
    return can;
}

/* Two that are in each other's way: what lies in whole units is not copied, also if the object has grown in place or
 * was moved before. Without huge pages each page that is copied is a page fault. */
static void the_pages_of_huge_objects_are_moved(void **state) {
    (void)state;
    if (!can_move_pages()) skip();
    enum { UNIT = 2 << 20, PAGES = UNIT / 4096 };
    Host host;
    host_exact(&host, "huge_pages=off");
    size_t length = 9 * UNIT + 12345;
    Bytes **b[2] = {new_bytes(host.m, length), new_bytes(host.m, length)};
    unsigned moves = 0;
    for (int round = 0; round < 4; round++) {
        size_t kept = length - 999, next = length + 4 * UNIT + 777; /* what is cut off moves too, and is not zero */
        for (int k = 0; k < 2; k++) {
            CHECK_EQ(TN_RESIZE(host.m, b[k], kept), TN_OK);
            const Bytes *at = *b[k];
            long before = faults();
            CHECK_EQ(TN_RESIZE(host.m, b[k], next), TN_OK);
            CHECK(faults() - before < 2 * PAGES);
            moves += *b[k] != at;
            check_bytes(*b[k], kept, next);
            fill(*b[k], kept, next);
        }
        length = next;
    }
    CHECK(moves >= 2);
    support_collect(host.m, TN_FULL);
    for (int k = 0; k < 2; k++) check_bytes(*b[k], length, length);
    Bytes **next = TN_NEW_TAIL(host.m, Bytes, char, length); /* in memory that was moved away */
    check_bytes(*next, 0, length);
    host_close(&host);
}

/* An array of references that grows, while its elements are young: all of them live on. */
static void references_live_on(void **state) {
    (void)state;
    Host host;
    host_open(&host, "nursery=256K");
    Vector **v = TN_NEW_TAIL(host.m, Vector, void *, 1);
    size_t length = 0;
    for (long i = 0; i < 30000; i++) {
        TN_SCOPE(host.m);
        Pair **p = TN_NEW(host.m, Pair);
        CHECK(p != NULL);
        TN_PUT(host.m, p, number, i);
        if (length == tn_length_of(*v)) CHECK_EQ(TN_RESIZE(host.m, v, 2 * length), TN_OK);
        TN_SET(host.m, v, item[length], p);
        length++;
        if (i % 1000 != 999) continue;
        CHECK_EQ(TN_RESIZE(host.m, v, length / 2), TN_OK);
        length /= 2;
    }
    support_collect(host.m, TN_MAJOR);
    for (size_t i = 0; i < length; i++) CHECK(tn_read(*v, item[i])->number >= (long)i);
    host_close(&host);
}

/* The slots at the end of an array are in the log of the barrier when they go. */
static void what_was_recorded_may_go(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    Vector **v = TN_NEW_TAIL(host.m, Vector, void *, 100000);
    support_collect(host.m, TN_MINOR);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < tn_length_of(*v); i += 3) {
            TN_SCOPE(host.m);
            Pair **p = TN_NEW(host.m, Pair);
            TN_PUT(host.m, p, number, (long)i);
            TN_SET(host.m, v, item[i], p);
        }
        CHECK_EQ(TN_RESIZE(host.m, v, tn_length_of(*v) * 2 / 3), TN_OK);
        TN_SCOPE(host.m);
        Bytes **other = new_bytes(host.m, 30000);
        support_collect(host.m, TN_MINOR);
        check_bytes(*other, 30000, 30000);
        for (size_t i = 0; i < tn_length_of(*v); i += 3) CHECK_EQ(tn_read(*v, item[i])->number, (long)i);
    }
    host_close(&host);
}

/* The end of an object in a block that is still to be swept, for it may hold dead objects with dispose: what the end
 * had in it must not be taken for one of them. */
static void an_end_is_no_dead_object(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    static const tn_header file = TN_HEADER_OF_(File_type, 0);
    int disposed = 0;
    Host host;
    host_exact(&host, "nursery=1M");
    Bytes **b[COUNT];
    for (int i = 0; i < COUNT; i++) {
        b[i] = TN_NEW_TAIL(host.m, Bytes, char, 16);
        TN_SCOPE(host.m);
        File **dead = TN_NEW(host.m, File);
        CHECK(b[i] && dead);
        (*dead)->disposed = &disposed;
        TN_GLOBAL_CREATE(host.m, dead);
        memcpy((*b[i])->byte, &file, sizeof file); /* where the hole will begin */
    }
    support_collect(host.m, TN_MAJOR); /* all of them are old now; the next one only marks */
    support_collect(host.m, TN_MAJOR);
    for (int i = 0; i < COUNT; i++) CHECK_EQ(TN_RESIZE(host.m, b[i], 0), TN_OK);
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, 0);
    host_close(&host);
    CHECK_EQ(disposed, COUNT);
}

static void a_hash_goes_along(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    Bytes **b = new_bytes(host.m, 3000);
    uint64_t hash = TN_HASH_OF(host.m, b);
    CHECK_EQ(TN_RESIZE(host.m, b, 2000), TN_OK);
    CHECK_EQ(TN_HASH_OF(host.m, b), hash);
    support_collect(host.m, TN_MINOR);
    CHECK_EQ(TN_RESIZE(host.m, b, 1000), TN_OK);
    CHECK_EQ(TN_HASH_OF(host.m, b), hash);
    support_collect(host.m, TN_FULL);
    CHECK_EQ(TN_HASH_OF(host.m, b), hash);
    check_bytes(*b, 1000, 1000);
    host_close(&host);
}

static void a_failure_changes_nothing(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=8M");
    Bytes **b = new_bytes(host.m, 5000), **fixed = new_bytes(host.m, 5000);
    CHECK_EQ(TN_RESIZE(host.m, b, 100 << 20), TN_OUT_OF_MEMORY);
    check_bytes(*b, 5000, 5000);
    CHECK(TN_STABLE_ADDRESS(host.m, fixed) != NULL);
    CHECK_EQ(TN_RESIZE(host.m, fixed, 50000), TN_BAD_STATE);
    CHECK_HAS(tn_last_error(host.m), "fixed address");
    check_bytes(*fixed, 5000, 5000);
    CHECK_EQ(TN_RESIZE(host.m, fixed, 100), TN_OK);
    check_bytes(*fixed, 100, 100);
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_are_kept_at_all_lengths),
        cmocka_unit_test(what_was_cut_off_is_zero_when_it_comes_back),
        cmocka_unit_test(the_last_young_object_changes_in_place),
        cmocka_unit_test(the_ends_of_old_objects_are_used_again),
        cmocka_unit_test(who_still_refers_to_the_old_object_finds_no_tail),
        cmocka_unit_test(the_pages_of_huge_objects_are_moved),
        cmocka_unit_test(references_live_on),
        cmocka_unit_test(a_large_object_grows_in_place),
        cmocka_unit_test(the_ends_of_large_objects_are_free),
        cmocka_unit_test(what_was_recorded_may_go),
        cmocka_unit_test(an_end_is_no_dead_object),
        cmocka_unit_test(a_hash_goes_along),
        cmocka_unit_test(a_failure_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
