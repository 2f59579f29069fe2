/* test_large.c: objects above TN_SMALL_MAX are born young where they stay: dead ones are freed by minor collections, the
 * others are adopted, and what was freed is used again. verify is on where nothing is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

enum { KIB = 1024, MIB = 1024 * 1024 };
static const size_t sizes[] = {8 * KIB, 8 * KIB + 8, 64 * KIB, MIB - 8, MIB, MIB + 8, 4 * MIB, 64 * MIB};
enum { SIZES = sizeof sizes / sizeof *sizes };

typedef struct Raw { /* plain bytes, not zeroed */
    long number;
} Raw;
static const tn_type_desc raw_desc = {
    .number = Bytes_type + 1, .name = "Raw", .size = sizeof(Raw), .tail_size = 1, .flags = TN_LEAF | TN_UNZEROED};

/* Objects of so many bytes. */
static Bytes *new_bytes(tn_mutator *m, size_t size) {
    Bytes *b = tn_alloc_tail(m, Bytes, char, size - sizeof(Bytes));
    CHECK(b != NULL);
    return b;
}

static Raw *new_raw(tn_mutator *m, size_t size) {
    Raw *r = tn_alloc_tail_sized(m, raw_desc.number, sizeof(Raw), 1, size - sizeof(Raw));
    CHECK(r != NULL);
    return r;
}

/* ---- death ---- */

/* Beside a live list, 256 MiB of each size: no marking, and no more memory than some of them take. */
static void short_lived_ones_need_no_major_collection(void **state) {
    (void)state;
    for (size_t k = 0; k < SIZES; k++) {
        Host host;
        host_exact(&host, "nursery=256K");
        CHECK(tn_type_create(host.heap, &raw_desc) != 0);
        Pair **list = support_list(host.m, 100000);
        support_collect(host.m, TN_FULL);
        tn_stats before = support_stats(host.m), after;
        for (size_t n = 256 * (size_t)MIB / sizes[k]; n--;) new_raw(host.m, sizes[k]);
        after = support_stats(host.m);
        CHECK_EQ(after.majors, before.majors);
        CHECK(after.allocated_bytes >= before.allocated_bytes + 255 * (uint64_t)MIB);
        size_t most = sizes[k] > 32 * MIB ? 2 * sizes[k] : 34 * MIB;
        if (after.committed_bytes > before.committed_bytes + most)
            FAIL("%zu bytes: committed %llu, then %llu", sizes[k], (unsigned long long)before.committed_bytes,
                 (unsigned long long)after.committed_bytes);
        support_collect(host.m, TN_MINOR);
        CHECK(support_stats(host.m).used_bytes <= before.used_bytes + MIB);
        support_check_list(*list, 100000);
        host_close(&host);
    }
}

/* What is freed by a minor collection serves the next object of its size. Zeroed, if it is to be. */
static void freed_memory_is_used_again(void **state) {
    (void)state;
    for (size_t k = 0; k < SIZES; k++) {
        Host host;
        host_exact(&host, "debug=verify");
        Bytes *first = new_bytes(host.m, sizes[k]);
        memset(first, 0xFF, sizes[k]);
        uint64_t committed = support_stats(host.m).committed_bytes;
        for (int round = 0; round < 3; round++) {
            support_collect(host.m, TN_MINOR);
            Bytes *again = new_bytes(host.m, sizes[k]);
            CHECK(again == first);
            CHECK(again->number == 0 && again->byte[0] == 0 && !memcmp(again->byte, again->byte + 1, sizes[k] - 9));
            memset(again, 0xFF, sizes[k]);
        }
        CHECK(support_stats(host.m).committed_bytes <= committed + MIB);
        support_collect(host.m, TN_FULL); /* gives it back */
        CHECK(support_stats(host.m).committed_bytes < MIB);
        host_close(&host);
    }
}

static int disposed;
static void count_dispose(tn_heap *heap, void *object) {
    (void)heap;
    (void)object;
    disposed++;
}

static void minor_collections_dispose_of_the_dead(void **state) {
    (void)state;
    static const tn_type_desc desc = {.number = TN_FIRST_SPECIAL + 9, .name = "Buffer", .size = 8, .tail_size = 1,
                                      .flags = TN_LEAF, .dispose = count_dispose};
    Host host;
    host_exact(&host, "debug=verify");
    CHECK(tn_type_create(host.heap, &desc) != 0);
    disposed = 0;
    for (int i = 0; i < 10; i++) {
        void *object = tn_alloc_tail_sized(host.m, desc.number, 8, 1, 100000);
        CHECK(object != NULL);
        if (i % 2) TN_HANDLE(host.m, object);
    }
    support_collect(host.m, TN_MINOR);
    CHECK_EQ(disposed, 5);
    support_collect(host.m, TN_FULL);
    CHECK_EQ(disposed, 5);
    host_close(&host);
    CHECK_EQ(disposed, 10);
}

/* ---- survival ---- */

/* Through each kind of holder, and what they refer to themselves. */
static void survivors_are_adopted_where_they_are(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=verify nursery=4M"); /* none of the minor collections comes by itself */
    tn_mutator *m = host.m;
    Pair **old = support_list(m, 1);
    Vector **table = TN_NEW_TAIL(m, Vector, Pair *, 5000);
    support_collect(m, TN_MINOR);
    Vector *by_old = tn_alloc_tail(m, Vector, Pair *, 2000); /* no large object moves: these addresses stay good */
    tn_write(m, *old, car, (Pair *)(void *)by_old);
    Vector *by_table = tn_alloc_tail(m, Vector, Pair *, 3000);
    tn_write(m, *table, item[4999], (Pair *)(void *)by_table);
    Vector *by_global = tn_alloc_tail(m, Vector, Pair *, 200000);
    void *const *global = tn_global_create(m, by_global);
    Pair *small = tn_alloc(m, Pair);
    small->number = 42;
    tn_init(by_global, item[1], small);
    Vector *by_large = tn_alloc_tail(m, Vector, Pair *, 2000);
    tn_init(by_global, item[2], (Pair *)(void *)by_large);
    by_old->number = 1, by_table->number = 2, by_global->number = 3, by_large->number = 4;
    uint64_t promoted = support_stats(m).promoted_bytes;
    support_collect(m, TN_MINOR);
    CHECK_EQ(support_stats(m).promoted_bytes - promoted, tn_cell_bytes(sizeof(Pair)));
    CHECK((void *)tn_read(*old, car) == by_old && by_old->number == 1);
    CHECK((void *)tn_read(*table, item[4999]) == by_table && by_table->number == 2);
    CHECK(*global == by_global && by_global->number == 3);
    CHECK(tn_read(by_global, item[1])->number == 42 && (void *)tn_read(by_global, item[2]) == by_large);
    CHECK_EQ(by_large->number, 4);
    tn_write(m, by_large, item[7], tn_alloc(m, Pair)); /* it is an old one now: the store is recorded */
    support_collect(m, TN_MINOR);
    support_collect(m, TN_FULL);
    CHECK(tn_read(by_large, item[7])->number == 0 && by_table->number == 2);
    host_close(&host);
}

static void weak_references_see_the_death_of_young_ones(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=verify");
    tn_mutator *m = host.m;
    tn_weak_array **old = TN_WEAK_ARRAY_NEW(m, 4000), **array;
    support_collect(m, TN_MINOR);
    Bytes **kept = TN_HANDLE(m, new_bytes(m, 20000)), **lost = TN_HANDLE(m, new_bytes(m, 30000));
    tn_weak **weak_kept = TN_WEAK_NEW(m, kept), **weak_lost = TN_WEAK_NEW(m, lost);
    array = TN_WEAK_ARRAY_NEW(m, 3000);
    CHECK_EQ(tn_weak_array_write(m, *old, 3999, (tn_value)(uintptr_t)*lost), TN_OK);
    CHECK_EQ(tn_weak_array_write(m, *old, 1, (tn_value)(uintptr_t)*kept), TN_OK);
    CHECK_EQ(tn_weak_array_write(m, *array, 2999, (tn_value)(uintptr_t)*lost), TN_OK);
    CHECK_EQ(tn_weak_array_write(m, *array, 1, (tn_value)(uintptr_t)*kept), TN_OK);
    *lost = NULL;
    support_collect(m, TN_MINOR);
    CHECK(tn_weak_read(m, *weak_kept) == *kept && tn_weak_read(m, *weak_lost) == NULL);
    CHECK(tn_weak_array_read(m, *old, 3999) == 0 && tn_weak_array_read(m, *array, 2999) == 0);
    CHECK(tn_weak_array_read(m, *old, 1) == (uintptr_t)*kept && tn_weak_array_read(m, *array, 1) == (uintptr_t)*kept);
    host_close(&host);
}

/* A hash, an address and a promise of a fixed one are good for life, and cost no collection. */
static void identity_is_the_address(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=verify");
    Bytes **b = TN_HANDLE(host.m, new_bytes(host.m, 10000));
    Bytes *at = *b;
    uint64_t hash = tn_hash_of(host.m, at), minors = support_stats(host.m).minors;
    CHECK(!tn_is_young(host.m, at) && TN_STABLE_ADDRESS(host.m, b) == at);
    CHECK_EQ(support_stats(host.m).minors, minors);
    for (int i = 0; i < 3; i++) {
        support_collect(host.m, (tn_collection_kind)i);
        CHECK(*b == at && tn_hash_of(host.m, at) == hash);
    }
    host_close(&host);
}

/* ---- memory ---- */

static void every_large_object_is_aligned_to_64(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    for (size_t size = TN_SMALL_MAX + 1; size < 5 * MIB; size += size / 7 + 13) {
        TN_SCOPE(host.m);
        Bytes **b = TN_HANDLE(host.m, new_bytes(host.m, size));
        if (size % 2) TN_GLOBAL_CREATE(host.m, b); /* some stay between the others */
        CHECK_EQ((uintptr_t)*b % 64, 0);
    }
    host_close(&host);
}

/* Not more than an eighth, and a page, beyond what was asked for. */
static void spans_have_fine_grains(void **state) {
    (void)state;
    enum { COUNT = 200 };
    for (size_t size = 8 * KIB + 8; size < MIB / 2; size += size / 3) {
        Host host;
        host_exact(&host, NULL);
        uint64_t before = support_stats(host.m).used_bytes;
        for (int i = 0; i < COUNT; i++) TN_HANDLE(host.m, new_bytes(host.m, size));
        uint64_t each = (support_stats(host.m).used_bytes - before) / COUNT;
        if (each > size + size / 8 + 64) FAIL("an object of %zu bytes takes %llu", size, (unsigned long long)each);
        host_close(&host);
    }
}

/* A small limit means a small range; the objects that find no place there are born old, elsewhere. */
static void what_the_range_cannot_hold_is_born_old(void **state) {
    (void)state;
    enum { COUNT = 100 };
    Host host;
    host_exact(&host, "heap_max=1M debug=verify");
    CHECK_EQ(tn_option_set(host.m->heap, "heap_max", "none"), TN_OK);
    Vector **table = TN_NEW_TAIL(host.m, Vector, Pair *, COUNT);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            Vector *v = tn_alloc_tail(host.m, Vector, Pair *, 140000); /* takes 2 MiB of the range */
            CHECK(v != NULL);
            v->number = i;
            tn_write(host.m, *table, item[i], (Pair *)(void *)v);
            Pair *p = tn_alloc(host.m, Pair);
            p->number = i;
            v = (Vector *)(void *)tn_read(*table, item[i]);
            tn_write(host.m, v, item[139999], p);
        }
        support_collect(host.m, (tn_collection_kind)round);
        for (int i = 0; i < COUNT; i++) {
            const Vector *v = (const void *)tn_read(*table, item[i]);
            CHECK(v->number == i && tn_read(v, item[139999])->number == i);
        }
    }
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_lived_ones_need_no_major_collection),
        cmocka_unit_test(freed_memory_is_used_again),
        cmocka_unit_test(minor_collections_dispose_of_the_dead),
        cmocka_unit_test(survivors_are_adopted_where_they_are),
        cmocka_unit_test(weak_references_see_the_death_of_young_ones),
        cmocka_unit_test(identity_is_the_address),
        cmocka_unit_test(every_large_object_is_aligned_to_64),
        cmocka_unit_test(spans_have_fine_grains),
        cmocka_unit_test(what_the_range_cannot_hold_is_born_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
