/* test_alloc.c: allocation: zeroed and aligned memory of every size, where objects are born, tn_reserve, raw windows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

static bool all_zero(const void *memory, size_t size) {
    const unsigned char *p = memory;
    return size == 0 || (p[0] == 0 && memcmp(p, p + 1, size - 1) == 0);
}

/* A sequence of sizes: every one up to 300, about the borders, then ever larger ones up to 3 MiB. */
static size_t next_size(size_t size) {
    if (size < 300) return size + 1;
    if (size < 8100) return size + 97;
    if (size < 8400) return size + 1;
    if (size < 70000) return size + 1201;
    return size + size / 5 + 1;
}

/* ---- memory ---- */

static void new_memory_is_zero_and_aligned_at_every_size(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    for (size_t size = sizeof(Bytes); size < 3 << 20; size = next_size(size)) {
        TN_SCOPE(host.m);
        Bytes **b = TN_NEW_TAIL(host.m, Bytes, char, size - sizeof(Bytes));
        CHECK(b != NULL);
        CHECK_EQ((uintptr_t)*b % 8, 0);
        if (!all_zero(*b, size)) FAIL("an object of %zu bytes is not zero", size);
        CHECK_EQ(tn_size_of(host.heap, *b), size);
        memset(*b, 0xA5, size);
    }
    host_close(&host);
}

static void reused_memory_is_zero(void **state) {
    (void)state;
    Host host;
    host_open(&host, "nursery=256K");
    Pair *const *keep = NULL;
    for (int round = 0; round < 40; round++) {
        for (size_t size = sizeof(Bytes) + (size_t)round; size < 40000; size += 1 + size / 9) {
            TN_SCOPE(host.m);
            Bytes **b = TN_NEW_TAIL(host.m, Bytes, char, size - sizeof(Bytes));
            Fixed **fixed = TN_NEW(host.m, Fixed);
            if (!all_zero(*b, size)) FAIL("round %d: an object of %zu bytes is not zero", round, size);
            if (!all_zero(*fixed, sizeof **fixed)) FAIL("round %d: an object that is born old is not zero", round);
            memset((*b)->byte, 0xFF, size - sizeof(Bytes));
            (*fixed)->number = -1;
        }
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 100); /* some of it stays, so that holes are reused */
        if (keep && round % 2) CHECK_EQ(TN_GLOBAL_DESTROY(host.m, keep), TN_OK);
        if (round % 2 || !keep) keep = TN_GLOBAL_CREATE(host.m, list);
        support_collect(host.m, round % 3 == 0 ? TN_FULL : round % 3 == 1 ? TN_MAJOR : TN_MINOR);
    }
    host_close(&host);
}

/* Pages between large objects that stay. */
static void reused_large_memory_is_zero(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    for (int i = 0; i < 40; i++) CHECK(TN_NEW_TAIL(host.m, Bytes, char, 30000) != NULL); /* kept by their handles */
    for (int round = 0; round < 10; round++) {
        for (size_t i = 0; i < 60; i++) {
            TN_SCOPE(host.m);
            size_t size = 9000 + i * 1777 + (size_t)round;
            Bytes **b = TN_NEW_TAIL(host.m, Bytes, char, size),
                  **v = i % 6 ? NULL : TN_NEW_TAIL(host.m, Bytes, char, 1 << 20);
            if (!all_zero(*b, sizeof(Bytes) + size))
                FAIL("round %d: an object of %zu bytes is not zero", round, size);
            if (v && !all_zero(*v, 1 << 20)) FAIL("round %d: an object of 1 MiB is not zero", round);
            memset(*b, 0xEE, size);
            if (v) memset(*v, 0xDD, 1 << 20);
        }
        support_collect(host.m, TN_MAJOR);
    }
    host_close(&host);
}

/* debug=move leaves the nursery somewhere in its address range; what is used from there on is not clean when it comes
 * round. */
typedef struct Raw { /* a leaf that the host fills */
    unsigned char bytes[8];
} Raw;
enum { Raw_type = TN_FIRST_TYPE + 100 };

/* Under `poison` even memory that happens to be zero is filled, so that a host finds out at once. */
static void unzeroed_leaves_hold_anything(void **state) {
    (void)state;
    static const tn_type_desc desc = TN_DESC(Raw, .flags = TN_LEAF | TN_UNZEROED, TN_TAIL(1, 0, 0));
    Host host;
    host_exact(&host, "debug=poison,verify");
    CHECK_EQ(tn_type_create(host.heap, &desc), Raw_type);
    for (size_t size = 16; size < 4000000; size *= 3) {
        TN_SCOPE(host.m);
        Raw **raw = TN_NEW_TAIL(host.m, Raw, char, size);
        CHECK(raw && tn_length_of(*raw) == size);
        bool large = sizeof(Raw) + size > TN_SMALL_MAX;
        CHECK_EQ((*raw)->bytes[0], large ? 0xdb : 0);
        CHECK_EQ(((unsigned char *)*raw)[sizeof(Raw) + size - 1], large ? 0xdb : 0);
        Bytes **zeroed = TN_NEW_TAIL(host.m, Bytes, char, size); /* beside it, others are zeroed all the same */
        for (size_t i = 0; i < size; i++) CHECK_EQ((*zeroed)->byte[i], 0);
    }
    host_close(&host);
}

typedef struct RawValues { /* a tail of values that the host fills */
    long number;
    tn_value_field item[];
} RawValues;
enum { RawValues_type = TN_FIRST_TYPE + 101 };

/* The second array gets the memory of the first, which is not cleared for it; and both live as others do. */
static void unzeroed_values_are_the_hosts_to_fill(void **state) {
    (void)state;
    static const tn_type_desc desc = TN_DESC(RawValues, .flags = TN_UNZEROED, TN_TAIL(8, 0, 1));
    enum { LENGTH = 100000 };
    Host host;
    host_exact(&host, NULL);
    CHECK_EQ(tn_type_create(host.heap, &desc), RawValues_type);
    TN_LOCAL(host.m, Pair, pair);
    *pair = tn_alloc(host.m, Pair);
    (*pair)->number = 4711;
    uintptr_t place[2];
    for (int round = 0; round < 2; round++) {
        TN_SCOPE(host.m);
        RawValues **raw = TN_NEW_TAIL(host.m, RawValues, tn_value, LENGTH);
        CHECK(raw != NULL);
        place[round] = (uintptr_t)*raw;
        if (round && place[0] == place[1]) CHECK(tn_read_value(*raw, item[LENGTH / 2]) != 0);
        for (int i = 0; i < LENGTH; i++) tn_init_value(*raw, item[i], (tn_value)*pair);
        support_collect(host.m, TN_MINOR);
        support_collect(host.m, round ? TN_MAJOR : TN_MINOR);
        for (int i = 0; i < LENGTH; i++) CHECK_EQ(tn_read_value(*raw, item[i]), (tn_value)*pair);
        *raw = NULL;
        support_collect(host.m, TN_MAJOR);
    }
    CHECK_EQ(place[0], place[1]);
    CHECK_EQ((*pair)->number, 4711);
    host_close(&host);
}

/* Holes of every length between large objects are found again, by objects of their length and of shorter ones; and
 * no two objects share a page. */
static void spans_are_found_wherever_they_are_free(void **state) {
    (void)state;
    enum { COUNT = 300 };
    Host host;
    host_exact(&host, "debug=verify");
    Vector **kept = TN_NEW_TAIL(host.m, Vector, void *, COUNT);
    for (unsigned round = 0; round < 6; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            if (i % 3 == round % 3 && round) continue;
            TN_SCOPE(host.m);
            size_t size = 9000 + (i * 37 + round * 101) % 97 * 4096;
            Bytes **bytes = TN_NEW_TAIL(host.m, Bytes, char, size);
            (*bytes)->number = (long)i;
            for (size_t k = 0; k < size; k += 1000) (*bytes)->byte[k] = (unsigned char)(i + k);
            tn_write(host.m, *kept, item[i], (Pair *)(void *)*bytes);
        }
        for (size_t i = 0; i < COUNT; i++) {
            const Bytes *bytes = (const void *)tn_read(*kept, item[i]);
            CHECK_EQ(bytes->number, i);
            for (size_t k = 0; k < tn_length_of(bytes); k += 1000) CHECK_EQ(bytes->byte[k], (unsigned char)(i + k));
        }
        support_collect(host.m, round % 2 ? TN_MAJOR : TN_FULL);
    }
    host_close(&host);
}

static void memory_is_zero_after_move_is_switched_off(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "nursery_max=2M nursery=256K huge_pages=off debug=move");
    for (int i = 0; i < 6; i++) {
        support_garbage(host.m, 250000);
        support_collect(host.m, TN_MINOR);
    }
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "none"), TN_OK);
    support_collect(host.m, TN_MINOR);
    for (int i = 0; i < 200; i++) memset(tn_alloc_tail(host.m, Bytes, char, 1000)->byte, 0xAA, 1000);
    CHECK_EQ(tn_option_set(host.m->heap, "nursery", "2M"), TN_OK);
    support_collect(host.m, TN_MINOR);
    for (int i = 0; i < 2000; i++)
        if (!all_zero(tn_alloc_tail(host.m, Bytes, char, 1000), sizeof(Bytes) + 1000))
            FAIL("object %d is not zero", i);
    host_close(&host);
}

static void contents_survive_at_every_size(void **state) {
    (void)state;
    enum { MAX = 300 };
    Host host;
    host_open(&host, NULL);
    Bytes **kept[MAX];
    int count = 0;
    for (size_t size = 8; size < 200000 && count < MAX; size += 1 + size / 12) {
        Bytes **b = kept[count] = TN_NEW_TAIL(host.m, Bytes, char, size);
        (*b)->number = (long)size;
        for (size_t i = 0; i < size; i++) (*b)->byte[i] = (unsigned char)(i * 7 + size);
        count++;
    }
    for (int round = 0; round < 3; round++) {
        support_collect(host.m, round == 1 ? TN_FULL : TN_MINOR);
        support_garbage(host.m, 1 << 20);
        for (int k = 0; k < count; k++) {
            size_t size = tn_length_of(*kept[k]);
            CHECK_EQ((*kept[k])->number, size);
            for (size_t i = 0; i < size; i++)
                if ((*kept[k])->byte[i] != (unsigned char)(i * 7 + size))
                    FAIL("byte %zu of %zu has changed", i, size);
        }
    }
    host_close(&host);
}

typedef struct Extent { const char *from, *to; } Extent; /* of an object with its header */

static int by_place(const void *a, const void *b) {
    const Extent *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* All that live, young and old, wherever they are: none begins before the one below it has ended. */
static void objects_do_not_overlap(void **state) {
    (void)state;
    enum { MANY = 664 };
    Host host;
    host_exact(&host, NULL);
    Bytes **kept[MANY];
    Extent extents[MANY];
    for (int i = 0; i < MANY; i++)
        kept[i] = TN_NEW_TAIL(host.m, Bytes, char, 9 + 3 * (size_t)i + (i % 100 == 99 ? 20000 : 0));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            extents[i] = (Extent){(char *)*kept[i] - 8, (char *)*kept[i] + tn_size_of(host.heap, *kept[i])};
        qsort(extents, MANY, sizeof *extents, by_place);
        for (int i = 1; i < MANY; i++)
            if (extents[i].from < extents[i - 1].to)
                FAIL("%p is in the object at %p", (const void *)extents[i].from, (const void *)extents[i - 1].from);
        support_collect(host.m, round ? TN_FULL : TN_MINOR);
    }
    host_close(&host);
}

/* ---- where objects are born ---- */

static void border_between_small_and_large(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    for (size_t size = TN_SMALL_MAX - 20; size < TN_SMALL_MAX + 20; size++) {
        TN_SCOPE(host.m);
        Bytes **b = TN_NEW_TAIL(host.m, Bytes, char, size - sizeof(Bytes));
        CHECK(b != NULL);
        CHECK_EQ(tn_is_young(host.m, *b), size <= TN_SMALL_MAX);
        CHECK_EQ(tn_size_of(host.heap, *b), size);
        (*b)->byte[size - sizeof(Bytes) - 1] = 1;
        support_collect(host.m, TN_MINOR);
        CHECK(!tn_is_young(host.m, *b));
        CHECK_EQ((*b)->byte[size - sizeof(Bytes) - 1], 1);
    }
    host_close(&host);
}

static void fixed_sizes_from_1_to_8184(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    for (size_t size = 1; size <= TN_SMALL_MAX; size += size < 70 ? 1 : size > 8000 ? 23 : 333) {
        TN_SCOPE(host.m);
        tn_type type = tn_type_create(host.heap, &(tn_type_desc){.name = "Sized", .size = size, .flags = TN_LEAF});
        CHECK(type != 0);
        void *object = tn_alloc_sized(host.m, type, size);
        CHECK(object != NULL && all_zero(object, size));
        void **h = TN_HANDLE(host.m, object);
        memset(*h, 0x5A, size);
        support_collect(host.m, TN_MINOR);
        support_collect(host.m, TN_FULL);
        for (size_t i = 0; i < size; i++) CHECK_EQ(((unsigned char *)*h)[i], 0x5A);
        CHECK_EQ(tn_type_of(*h), type);
    }
    host_close(&host);
}

static void large_objects_never_move(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    Vector **v = TN_NEW_TAIL(host.m, Vector, Pair *, 100000);
    Vector *address = *v;
    for (int i = 0; i < 5; i++) {
        support_garbage(host.m, 1 << 20);
        support_collect(host.m, (tn_collection_kind)(i % 3));
        CHECK(*v == address);
    }
    host_close(&host);
}

static void born_old_objects_never_move(void **state) {
    (void)state;
    enum { COUNT = 500 };
    Host host;
    host_open(&host, NULL);
    Fixed **fixed[COUNT], *address[COUNT];
    for (int i = 0; i < COUNT; i++) {
        fixed[i] = TN_NEW(host.m, Fixed);
        address[i] = *fixed[i];
        (*fixed[i])->number = i;
        CHECK(!tn_is_young(host.m, *fixed[i]));
        if (i % 3 == 0) *fixed[i] = NULL;
    }
    for (int round = 0; round < 4; round++) {
        support_collect(host.m, round % 2 ? TN_FULL : TN_MINOR);
        support_garbage(host.m, 1 << 20);
    }
    for (int i = 0; i < COUNT; i++) {
        if (i % 3 == 0) continue;
        CHECK(*fixed[i] == address[i]);
        CHECK_EQ((*fixed[i])->number, i);
    }
    host_close(&host);
}

static void counts_beyond_32_bits_are_refused(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    const size_t counts[] = {(size_t)1 << 32, ((size_t)1 << 32) + 1, (size_t)1 << 61, SIZE_MAX / 8 + 2, SIZE_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        CHECK(tn_alloc_tail_sized(host.m, Vector_type, sizeof(Vector), 8, counts[i]) == NULL);
        CHECK_EQ(tn_last_status(host.m), TN_BAD_SIZE);
        CHECK(tn_alloc_tail_sized(host.m, Bytes_type, sizeof(Bytes), 1, counts[i]) == NULL);
        CHECK_EQ(tn_last_status(host.m), TN_BAD_SIZE);
    }
    host_close(&host);
}

/* ---- tn_reserve and windows ---- */

/* However full the nursery is when it is called. */
static void reserved_allocations_neither_collect_nor_fail(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "nursery=256K debug=verify");
    tn_mutator *m = host.m;
    for (int round = 0; round < 200; round++) {
        support_garbage(m, (size_t)(round * 7919 % 260000));
        size_t bytes = round == 0 ? TN_RESERVE_MAX : (size_t)(round * 104729) % TN_RESERVE_MAX, used = 0;
        if (bytes < 4096) bytes = 4096;
        CHECK_EQ(tn_reserve(m, bytes), TN_OK);
        uint64_t minors = support_stats(m).minors;
        TN_SCOPE(m);
        Pair **head = TN_HANDLE(m, (Pair *)NULL);
        {
            TN_NO_GC(m);
            for (long i = 0;; i++) {
                size_t count = (size_t)(i * 37 % 1000), cell = tn_cell_bytes(sizeof(Bytes) + count);
                if (used + tn_cell_bytes(sizeof(Pair)) + cell > bytes) break;
                used += tn_cell_bytes(sizeof(Pair)) + cell;
                Pair *p = tn_alloc(m, Pair);
                Bytes *b = tn_alloc_tail(m, Bytes, char, count);
                CHECK(p != NULL && b != NULL);
                p->number = i;
                tn_init(p, cdr, *head);
                *head = p;
            }
        }
        CHECK_EQ(support_stats(m).minors, minors);
        long length = *head ? (*head)->number + 1 : 0;
        if (round % 16 == 0) support_collect(m, TN_MINOR);
        support_check_list(*head, length);
    }
    host_close(&host);
}

/* Also when each allocation would collect, and when objects are as large as a small one can be. */
static void reservation_holds_under_stress_and_for_the_largest_cells(void **state) {
    (void)state;
    static const char *const options[] = {"debug=stress=1,move,verify", "nursery=64K",
                                          "nursery=64K debug=stress=3,poison"};
    for (int k = 0; k < 3; k++) {
        Host host;
        host_exact(&host, options[k]);
        for (int round = 0; round < 5; round++) {
            CHECK_EQ(tn_reserve(host.m, 15 * tn_cell_bytes(TN_SMALL_MAX)), TN_OK);
            uint64_t minors = support_stats(host.m).minors;
            for (int i = 0; i < 15; i++) {
                Bytes *b = tn_alloc_tail_sized(host.m, Bytes_type, sizeof(Bytes), 1, TN_SMALL_MAX - sizeof(Bytes));
                CHECK(b != NULL && all_zero(b, TN_SMALL_MAX));
                memset(b->byte, 1, TN_SMALL_MAX - sizeof(Bytes));
            }
            CHECK_EQ(support_stats(host.m).minors, minors);
        }
        host_close(&host);
    }
}

static void windows_nest_and_close(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    for (int i = 0; i < 3; i++) {
        TN_NO_GC(host.m);
        CHECK(host.m->window != NULL);
        if (i == 0) continue;
        {
            TN_NO_GC(host.m);
            CHECK_EQ(tn_collect(host.m, TN_MINOR), TN_BAD_STATE);
        }
        CHECK_EQ(tn_collect(host.m, TN_MINOR), TN_BAD_STATE);
        if (i == 2) break;
    }
    CHECK(host.m->window == NULL);
    CHECK_EQ(tn_collect(host.m, TN_MINOR), TN_OK);
    support_garbage(host.m, 1 << 20);
    host_close(&host);
}

static void request_waits_for_the_end_of_a_window(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    CHECK_EQ(tn_reserve(host.m, 4096), TN_OK);
    uint64_t minors = support_stats(host.m).minors;
    {
        TN_NO_GC(host.m);
        tn_request_collection(host.heap);
        CHECK(tn_alloc(host.m, Pair) != NULL);
        CHECK_EQ(support_stats(host.m).minors, minors);
    }
    tn_poll(host.m);
    CHECK_EQ(support_stats(host.m).minors, minors + 1);
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zero_and_aligned_at_every_size),
        cmocka_unit_test(reused_memory_is_zero),
        cmocka_unit_test(reused_large_memory_is_zero),
        cmocka_unit_test(unzeroed_leaves_hold_anything),
        cmocka_unit_test(unzeroed_values_are_the_hosts_to_fill),
        cmocka_unit_test(spans_are_found_wherever_they_are_free),
        cmocka_unit_test(memory_is_zero_after_move_is_switched_off),
        cmocka_unit_test(contents_survive_at_every_size),
        cmocka_unit_test(objects_do_not_overlap),
        cmocka_unit_test(border_between_small_and_large),
        cmocka_unit_test(fixed_sizes_from_1_to_8184),
        cmocka_unit_test(large_objects_never_move),
        cmocka_unit_test(born_old_objects_never_move),
        cmocka_unit_test(counts_beyond_32_bits_are_refused),
        cmocka_unit_test(reserved_allocations_neither_collect_nor_fail),
        cmocka_unit_test(reservation_holds_under_stress_and_for_the_largest_cells),
        cmocka_unit_test(windows_nest_and_close),
        cmocka_unit_test(request_waits_for_the_end_of_a_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
