/* test_weak.c: weak references and weak arrays, identity hashes, stable addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

static Host host;
static tn_mutator *m;

static int open_host(void **state) {
    (void)state;
    host_open(&host, NULL);
    m = host.m;
    return 0;
}

static int close_host(void **state) {
    (void)state;
    host_close(&host);
    return 0;
}

/* ---- weak references ---- */

static void weak_follows_a_living_object(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **list = support_list(m, 10);
    tn_weak **weak = TN_WEAK_NEW(m, list);
    CHECK(weak != NULL);
    for (int i = 0; i < 6; i++) {
        CHECK(tn_weak_read(m, *weak) == *list);
        Pair **strong = TN_WEAK_GET(m, Pair, weak);
        CHECK(*strong == *list);
        support_collect(m, (tn_collection_kind)(i % 3));
        support_garbage(m, 1 << 20);
    }
    support_check_list(tn_weak_read(m, *weak), 10);
}

static void weak_does_not_keep_its_referent(void **state) {
    (void)state;
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) {
        TN_SCOPE(m);
        Pair **list = support_list(m, 10);
        tn_weak **weak = TN_WEAK_NEW(m, list);
        *list = NULL;
        support_collect(m, TN_MAJOR);
        CHECK(tn_weak_read(m, *weak) == NULL);
        Pair **none = TN_WEAK_GET(m, Pair, weak);
        CHECK(none != NULL && *none == NULL);
        support_collect(m, (tn_collection_kind)kind);
        CHECK(tn_weak_read(m, *weak) == NULL);
    }
}

static void young_weak_and_young_referent_die_in_a_minor(void **state) {
    (void)state;
    Host own;
    host_exact(&own, NULL);
    {
        TN_SCOPE(own.m);
        Pair **p = TN_NEW(own.m, Pair);
        tn_weak **weak = TN_WEAK_NEW(own.m, p);
        *p = NULL;
        support_collect(own.m, TN_MINOR);
        CHECK(tn_weak_read(own.m, *weak) == NULL);
    }
    host_close(&own);
}

static void old_referent_survives_minors_unreferenced(void **state) {
    (void)state;
    Host own;
    host_exact(&own, NULL);
    {
        TN_SCOPE(own.m);
        Pair **p = TN_NEW(own.m, Pair);
        support_collect(own.m, TN_MINOR);
        tn_weak **weak = TN_WEAK_NEW(own.m, p);
        (*p)->number = 77;
        *p = NULL;
        support_collect(own.m, TN_MINOR);
        Pair *still = tn_weak_read(own.m, *weak);
        CHECK(still != NULL);
        CHECK_EQ(still->number, 77);
        support_collect(own.m, TN_MAJOR);
        CHECK(tn_weak_read(own.m, *weak) == NULL);
    }
    host_close(&own);
}

static void reading_a_weak_reference_saves_its_referent(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **list = support_list(m, 20);
    tn_weak **weak = TN_WEAK_NEW(m, list);
    *list = NULL;
    Pair **saved = TN_WEAK_GET(m, Pair, weak); /* nothing has collected since */
    support_collect(m, TN_FULL);
    support_check_list(*saved, 20);
    CHECK(tn_weak_read(m, *weak) == *saved);
}

/* Chains and cycles of dead objects: every weak reference into them goes in the same collection, none comes back. */
static void all_references_to_the_dead_clear_together(void **state) {
    (void)state;
    enum { COUNT = 300 };
    TN_SCOPE(m);
    tn_weak **weak[3 * COUNT];
    tn_weak_array **array = TN_WEAK_ARRAY_NEW(m, COUNT);
    Pair **head = TN_HANDLE(m, (Pair *)NULL), **first = TN_HANDLE(m, (Pair *)NULL);
    for (int i = 0; i < COUNT; i++) {
        Pair **p = TN_NEW(m, Pair);
        TN_SET(m, p, cdr, head);
        *head = *p;
        if (i == 0) *first = *p;
        for (int k = 0; k < 3; k++) weak[3 * i + k] = TN_WEAK_NEW(m, p);
        CHECK_EQ(tn_weak_array_write(m, *array, (size_t)i, (tn_value)(uintptr_t)*p), TN_OK);
        *p = NULL;
        if (i == COUNT / 2) support_collect(m, TN_MINOR);
    }
    TN_SET(m, first, cdr, head); /* a cycle */
    *first = NULL;
    support_collect(m, TN_MINOR);
    for (int i = 0; i < 3 * COUNT; i++) CHECK(tn_weak_read(m, *weak[i]) != NULL);
    *head = NULL;
    support_collect(m, TN_MAJOR);
    for (int i = 0; i < 3 * COUNT; i++) CHECK(tn_weak_read(m, *weak[i]) == NULL);
    for (size_t i = 0; i < COUNT; i++) CHECK_EQ(tn_weak_array_read(m, *array, i), 0);
}

/* In the minor, both: the weak reference goes although it is held only by what its referent reaches, and with it. */
static void weak_may_be_part_of_the_dead(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **p = TN_NEW(m, Pair);
    tn_weak **weak = TN_WEAK_NEW(m, p), **outer = TN_WEAK_NEW(m, weak);
    tn_store(m, *p, (char *)*p + offsetof(Pair, car), *weak);
    support_collect(m, TN_MINOR);
    CHECK(tn_weak_read(m, *outer) == *weak);
    *p = NULL;
    *weak = NULL;
    support_collect(m, TN_MAJOR);
    CHECK(tn_weak_read(m, *outer) == NULL);
}

/* The age of reference and referent in all four combinations, and whether the referent lives. */
static void every_combination_of_ages(void **state) {
    (void)state;
    for (int i = 0; i < 16; i++) {
        bool old_referent = i & 1, old_weak = i & 2, lives = i & 4, major = i & 8;
        TN_SCOPE(m);
        Pair **p = TN_NEW(m, Pair);
        TN_PUT(m, p, number, i);
        if (old_referent) support_collect(m, TN_MINOR);
        tn_weak **weak = TN_WEAK_NEW(m, p);
        if (old_weak) support_collect(m, TN_MINOR);
        Pair **keeper = TN_HANDLE(m, lives ? *p : NULL);
        *p = NULL;
        support_collect(m, major ? TN_MAJOR : TN_MINOR);
        support_garbage(m, 1 << 19);
        Pair *now = tn_weak_read(m, *weak);
        if (lives) {
            CHECK(now == *keeper);
            CHECK_EQ(now->number, i);
        } else if (major) {
            CHECK(now == NULL);
        } else if (now) {
            CHECK_EQ(now->number, i);
        }
    }
}

static void weak_of_large_and_born_old_and_disposed(void **state) {
    (void)state;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    TN_SCOPE(m);
    Bytes **large = TN_NEW_TAIL(m, Bytes, char, 100000);
    Fixed **fixed = TN_NEW(m, Fixed);
    File **file = TN_NEW(m, File);
    (*file)->disposed = &disposed;
    tn_weak **a = TN_WEAK_NEW(m, large), **b = TN_WEAK_NEW(m, fixed), **c = TN_WEAK_NEW(m, file);
    support_collect(m, TN_FULL);
    CHECK(tn_weak_read(m, *a) == *large && tn_weak_read(m, *b) == *fixed && tn_weak_read(m, *c) == *file);
    *large = NULL;
    *fixed = NULL;
    *file = NULL;
    support_collect(m, TN_FULL);
    CHECK(!tn_weak_read(m, *a) && !tn_weak_read(m, *b) && !tn_weak_read(m, *c));
    CHECK_EQ(disposed, 1);
}

/* ---- weak arrays ---- */

static void weak_array_of(Host *h, const tn_format *format, size_t length) {
    TN_SCOPE(h->m);
    tn_weak_array **array = TN_WEAK_ARRAY_NEW(h->m, length);
    CHECK(array != NULL);
    CHECK_EQ(tn_length_of(*array), length);
    for (size_t i = 0; i < length; i++) CHECK_EQ(tn_weak_array_read(h->m, *array, i), 0);
    Vector **keep = TN_NEW_TAIL(h->m, Vector, Pair *, length);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < length; i++) { /* a third each: living, dead, immediate */
            TN_SCOPE(h->m);
            Pair **p = TN_NEW(h->m, Pair);
            TN_PUT(h->m, p, number, (long)i);
            if (i % 3 == 0) TN_SET(h->m, keep, item[i], p);
            tn_value v = i % 3 == 2 ? support_immediate(format, (unsigned)i) : support_value(format, *p);
            CHECK_EQ(tn_weak_array_write(h->m, *array, i, v), TN_OK);
        }
        support_collect(h->m, round == 0 ? TN_MINOR : round == 1 ? TN_MAJOR : TN_FULL);
        support_garbage(h->m, 1 << 20);
        support_collect(h->m, TN_MAJOR);
        for (size_t i = 0; i < length; i++) {
            tn_value v = tn_weak_array_read(h->m, *array, i);
            if (i % 3 == 1) CHECK_EQ(v, 0);
            else if (i % 3 == 2) CHECK_EQ(v, support_immediate(format, (unsigned)i));
            else CHECK_EQ(v, support_value(format, tn_read(*keep, item[i])));
        }
    }
}

static void weak_arrays(Host *h, const tn_format *format) {
    weak_array_of(h, format, 1);
    weak_array_of(h, format, 100);
    weak_array_of(h, format, 3000); /* a large object */
}

static void weak_arrays_of_every_format(void **state) {
    (void)state;
    host_each_format(weak_arrays);
}

static void old_weak_array_follows_young_objects(void **state) {
    (void)state;
    TN_SCOPE(m);
    tn_weak_array **array = TN_WEAK_ARRAY_NEW(m, 10);
    Pair **p = TN_HANDLE(m, (Pair *)NULL);
    for (long i = 0; i < 10; i++) {
        support_collect(m, TN_MINOR);
        *p = tn_alloc(m, Pair);
        (*p)->number = i;
        CHECK_EQ(tn_weak_array_write(m, *array, (size_t)i, (tn_value)(uintptr_t)*p), TN_OK);
        support_collect(m, TN_MINOR);
        Pair *now = (Pair *)(uintptr_t)tn_weak_array_read(m, *array, (size_t)i);
        CHECK(now == *p);
        CHECK_EQ(now->number, i);
    }
}

static void dead_weak_arrays_cost_nothing_more(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        TN_SCOPE(m);
        Pair **p = TN_NEW(m, Pair);
        for (int i = 0; i < 1000; i++) {
            TN_SCOPE(m);
            CHECK(TN_WEAK_NEW(m, p) != NULL);
            tn_weak_array **array = TN_WEAK_ARRAY_NEW(m, 4);
            CHECK_EQ(tn_weak_array_write(m, *array, 2, (tn_value)(uintptr_t)*p), TN_OK);
        }
        support_collect(m, (tn_collection_kind)(round % 3));
    }
    support_collect(m, TN_FULL);
    CHECK(support_stats(m).used_bytes < 1 << 20);
}

/* ---- identity hashes ---- */

static void hash_stays_across_moves(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, COUNT);
    uint64_t *hash = calloc(COUNT, sizeof *hash);
    for (int i = 0; i < COUNT; i++) {
        TN_SCOPE(m);
        Pair **p = TN_NEW(m, Pair);
        TN_PUT(m, p, number, i);
        TN_SET(m, v, item[i], p);
        if (i % 2) hash[i] = TN_HASH_OF(m, p); /* the others are asked when they are old */
    }
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) {
        support_collect(m, (tn_collection_kind)kind);
        support_garbage(m, 1 << 20);
        for (int i = 0; i < COUNT; i++) {
            Pair *p = tn_read(*v, item[i]);
            if (hash[i] == 0) hash[i] = tn_hash_of(m, p);
            CHECK(hash[i] != 0);
            CHECK_EQ(tn_hash_of(m, p), hash[i]);
            CHECK_EQ(p->number, i);
        }
    }
    free(hash);
}

static int by_hash(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Objects one after another at the same addresses of a nursery have different hashes; and every bit is well mixed. */
static void hashes_differ_and_are_mixed(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    uint64_t *hash = calloc(COUNT, sizeof *hash);
    unsigned ones[64] = {0};
    for (int i = 0; i < COUNT; i++) {
        hash[i] = tn_hash_of(m, tn_alloc(m, Leaf));
        for (int bit = 0; bit < 64; bit++) ones[bit] += (unsigned)(hash[i] >> bit & 1);
        if (i % 10000 == 0) support_collect(m, TN_MINOR);
    }
    for (int bit = 0; bit < 64; bit++)
        if (ones[bit] < COUNT * 45 / 100 || ones[bit] > COUNT * 55 / 100)
            FAIL("bit %d of %u hashes is 1 in %u", bit, COUNT, ones[bit]);
    qsort(hash, COUNT, sizeof *hash, by_hash);
    int same = 0;
    for (int i = 0; i + 1 < COUNT; i++) same += hash[i] == hash[i + 1];
    if (same > COUNT / 100) FAIL("%d of %d hashes are the same as another", same, COUNT);
    free(hash);
}

/* The room for the hash must come from somewhere: contents and sizes stay whole at every size. */
static void hashed_objects_stay_whole_at_every_size(void **state) {
    (void)state;
    for (size_t size = 1; size < 20000; size += size < 300 ? 1 : size > 8100 && size < 8200 ? 1 : 101) {
        TN_SCOPE(m);
        Bytes **b = TN_NEW_TAIL(m, Bytes, char, size);
        memset((*b)->byte, 0x77, size);
        uint64_t hash = TN_HASH_OF(m, b);
        Bytes **neighbour = TN_NEW_TAIL(m, Bytes, char, size);
        memset((*neighbour)->byte, 0x66, size);
        support_collect(m, TN_MINOR);
        CHECK_EQ(TN_HASH_OF(m, b), hash);
        CHECK_EQ(tn_length_of(*b), size);
        CHECK_EQ(tn_size_of(host.heap, *b), sizeof(Bytes) + size);
        for (size_t i = 0; i < size; i++)
            if ((*b)->byte[i] != 0x77 || (*neighbour)->byte[i] != 0x66) FAIL("byte %zu of %zu has changed", i, size);
    }
    support_collect(m, TN_FULL);
}

/* ---- stable addresses ---- */

static void stable_object_never_moves_again(void **state) {
    (void)state;
    TN_SCOPE(m);
    for (int round = 0; round < 20; round++) {
        TN_SCOPE(m);
        Pair **list = support_list(m, 10), **other = TN_HANDLE(m, *list);
        uint64_t hash = round & 1 ? TN_HASH_OF(m, list) : 0;
        void *address = TN_STABLE_ADDRESS(m, list);
        CHECK(address != NULL && *list == address && *other == address);
        CHECK(!tn_is_young(m, address));
        CHECK(TN_STABLE_ADDRESS(m, list) == address);
        for (int i = 0; i < 3; i++) {
            support_garbage(m, 1 << 19);
            support_collect(m, (tn_collection_kind)i);
            CHECK(*list == address);
            support_check_list(*list, 10);
        }
        if (hash) CHECK_EQ(TN_HASH_OF(m, list), hash);
        CHECK(TN_STABLE_ADDRESS(m, list) == address);
    }
}

static void stable_keeps_every_reference_to_the_object_right(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **a = TN_NEW(m, Pair), **b = TN_NEW(m, Pair);
    TN_PUT(m, b, number, 5);
    TN_SET(m, a, car, b);
    TN_SET(m, b, cdr, b);
    tn_weak **weak = TN_WEAK_NEW(m, b);
    void *address = TN_STABLE_ADDRESS(m, b);
    CHECK(tn_read(*a, car) == address);
    CHECK(tn_read(*b, cdr) == address);
    CHECK(tn_weak_read(m, *weak) == address);
    CHECK_EQ((*b)->number, 5);
}

/* One of each size and kind, with references that it was given at birth and later, and none of it costs a
 * collection. */
static void stable_from_birth(Host *h, const char *options) {
    enum { COUNT = 200 };
    Vector **all[COUNT], *at[COUNT];
    host_exact(h, options);
    TN_SCOPE(h->m);
    uint64_t minors = support_stats(h->m).minors;
    for (size_t i = 0; i < COUNT; i++) {
        size_t length = i % 5 ? i % 9 : 1500; /* small and large */
        CHECK((all[i] = TN_NEW_STABLE_TAIL(h->m, Vector, Pair *, length + 2)) != NULL);
        at[i] = *all[i];
        CHECK(!tn_is_young(h->m, at[i]) && tn_length_of(at[i]) == length + 2 && !tn_read(at[i], item[0]));
        CHECK(TN_STABLE_ADDRESS(h->m, all[i]) == at[i]);
        TN_SCOPE(h->m);
        Pair *pair = tn_alloc(h->m, Pair);
        pair->number = (long)i;
        tn_write(h->m, at[i], item[0], pair);
        tn_write(h->m, at[i], item[length + 1], pair);
    }
    CHECK_EQ(support_stats(h->m).minors, minors);
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) {
        support_collect(h->m, (tn_collection_kind)kind);
        for (size_t i = 0; i < COUNT; i++) {
            CHECK(*all[i] == at[i]);
            CHECK_EQ(tn_read(at[i], item[0])->number, (long)i);
            CHECK(tn_read(at[i], item[0]) == tn_read(at[i], item[tn_length_of(at[i]) - 1]));
        }
    }
}

static void stable_from_birth_costs_no_collection(void **state) {
    (void)state;
    Host own;
    static const char *const options[] = {"nursery=1M", "debug=verify nursery=1M", "pretenure=on nursery=1M"};
    for (int i = 0; i < 3; i++) {
        stable_from_birth(&own, options[i]);
        host_close(&own);
    }
}

static void stable_objects_die_and_are_disposed_of(void **state) {
    (void)state;
    static int disposed; /* outlives this function: the heap is destroyed in the teardown */
    disposed = 0;
    for (int i = 0; i < 10; i++) {
        TN_SCOPE(m);
        File **file = TN_NEW_STABLE(m, File);
        (*file)->disposed = &disposed;
    }
    support_collect(m, TN_FULL);
    CHECK_EQ(disposed, 10);
}

/* The first call makes all that is young old. */
static void one_collection_makes_many_objects_stable(void **state) {
    (void)state;
    Host own;
    host_exact(&own, NULL);
    {
        TN_SCOPE(own.m);
        Pair **pairs[100];
        for (int i = 0; i < 100; i++) pairs[i] = TN_NEW(own.m, Pair);
        for (int i = 0; i < 100; i++) CHECK(TN_STABLE_ADDRESS(own.m, pairs[i]) == *pairs[i]);
        CHECK_EQ(support_stats(own.m).minors, 1);
    }
    host_close(&own);
}

static void young_until_a_collection(void **state) {
    (void)state;
    Host own;
    host_exact(&own, NULL);
    {
        TN_SCOPE(own.m);
        Pair **p = TN_NEW(own.m, Pair);
        CHECK(tn_is_young(own.m, *p));
        support_collect(own.m, TN_MINOR);
        CHECK(!tn_is_young(own.m, *p));
        CHECK(!tn_is_young(own.m, NULL));
        CHECK(!tn_is_young(own.m, &own));
    }
    host_close(&own);
}

/* ---- what a minor collection costs ---- */

static void minor_does_not_visit_old_weak_references(void **state) {
    (void)state;
    enum { FEW = 1000, MANY = 200000 };
    Host own;
    host_exact(&own, NULL);
    tn_mutator *mutator = own.m;
    uint64_t best[2] = {UINT64_MAX, UINT64_MAX};
    for (int k = 0; k < 2; k++) {
        int count = k == 0 ? FEW : MANY;
        Pair **p = TN_NEW(mutator, Pair);
        Vector **keep = TN_NEW_TAIL(mutator, Vector, Pair *, (size_t)count);
        tn_weak_array **array = TN_WEAK_ARRAY_NEW(mutator, (size_t)count);
        for (int i = 0; i < count; i++) {
            TN_SCOPE(mutator);
            tn_weak **weak = TN_WEAK_NEW(mutator, p);
            tn_store(mutator, *keep, (char *)*keep + sizeof(Vector) + 8 * (size_t)i, *weak);
            CHECK_EQ(tn_weak_array_write(mutator, *array, (size_t)i, (tn_value)(uintptr_t)*p), TN_OK);
        }
        support_collect(mutator, TN_MINOR);
        for (int i = 0; i < 15; i++) {
            support_garbage(mutator, 10000);
            uint64_t start = support_ns();
            support_collect(mutator, TN_MINOR);
            uint64_t took = support_ns() - start;
            if (took < best[k]) best[k] = took;
        }
    }
    if (best[1] > best[0] * 4 + 40000)
        FAIL("a minor takes %llu ns with %d old weak references and %llu ns with %d", (unsigned long long)best[0],
             FEW, (unsigned long long)best[1], MANY);
    host_close(&own);
}

/* ---- debug mode `weak` ---- */

static tn_value word(const void *object) { return (tn_value)(uintptr_t)object; }

static void weak_put(Host *h, tn_weak_array **slots, size_t i, const void *object) {
    CHECK_EQ(tn_weak_array_write(h->m, *slots, i, word(object)), TN_OK);
}

enum { CACHE, EMPTIED, APART, BEFORE, DIFFERENT, KINDS };

/* Slot 1 is cleared; then it gets what another slot holds. */
static void fill_cleared(Host *h, int kind) {
    TN_SCOPE(h->m);
    tn_weak_array **slots = TN_WEAK_ARRAY_NEW(h->m, 8);
    Leaf **a = TN_NEW(h->m, Leaf), **b = TN_NEW(h->m, Leaf);
    {
        TN_SCOPE(h->m);
        Leaf **dies = TN_NEW(h->m, Leaf), **other = TN_NEW(h->m, Leaf);
        if (kind == CACHE) weak_put(h, slots, 1, *other);
        weak_put(h, slots, 1, *dies);
        if (kind == EMPTIED) weak_put(h, slots, 1, NULL);
    }
    weak_put(h, slots, kind == APART ? 3 : kind == BEFORE ? 0 : 2, *a);
    if (kind == DIFFERENT) (*a)->number = 5;
    support_collect(h->m, TN_FULL);
    weak_put(h, slots, 1, kind == DIFFERENT ? *b : *a);
}

/* What need not be an open-addressing table gets no warning: a cache, in which objects replace others; a slot that the
 * host has emptied; a slot that probing from 1 on does not come to; other contents. */
static void no_table(void **state) {
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        Host own;
        host_exact(&own, "debug=weak");
        fill_cleared(&own, kind);
        CHECK_EQ(own.lines, 0);
        host_close(&own);
    }
}

/* Without any of these there is one, until the mode is off. */
static void a_table(void **state) {
    (void)state;
    Host own;
    host_exact(&own, "debug=weak");
    {
        TN_SCOPE(own.m);
        tn_weak_array **slots = TN_WEAK_ARRAY_NEW(own.m, 8);
        Leaf **a = TN_NEW(own.m, Leaf), **b = TN_NEW(own.m, Leaf);
        for (int i = 0; i < 2; i++) {
            {
                TN_SCOPE(own.m);
                weak_put(&own, slots, 1, *TN_NEW(own.m, Leaf));
            }
            weak_put(&own, slots, 2, *a);
            support_collect(own.m, TN_FULL);
            if (i) CHECK_EQ(tn_option_set(own.heap, "debug", "none"), TN_OK);
            weak_put(&own, slots, 1, *b);
            CHECK_EQ(own.lines, 1);
            if (i) weak_put(&own, slots, 1, NULL);
            CHECK_EQ(tn_option_set(own.heap, "debug", "weak"), TN_OK);
            weak_put(&own, slots, 1, *b); /* nothing is known of what came before */
            CHECK_EQ(own.lines, 1);
            slots = TN_WEAK_ARRAY_NEW(own.m, 8);
        }
        CHECK_HAS(own.log, "a collection has cleared slot 1, which now gets");
        CHECK_HAS(own.log, "and slot 2 holds an equal one already");
    }
    host_close(&own);
}

/* The recipe of tenure/weak.h for an intern table, which fills cleared slots after a search that has ended without a
 * hit. */
typedef struct Interned {
    tn_weak_array **slots;
    uint32_t hashes[64]; /* 0: the slot was never used */
    size_t used;
} Interned;

static size_t intern(Host *h, Interned *t, long number) {
    uint32_t hash = (uint32_t)(number % 7 + 1) * 9;
    size_t i = hash % 64, at = SIZE_MAX;
    for (; t->hashes[i]; i = (i + 1) % 64) {
        Leaf *leaf = (void *)(uintptr_t)tn_weak_array_read(h->m, *t->slots, i);
        if (leaf && t->hashes[i] == hash && leaf->number == number) return i;
        if (!leaf && at == SIZE_MAX) at = i;
    }
    if (at == SIZE_MAX) at = i, t->used++;
    Leaf **made = TN_NEW(h->m, Leaf);
    (*made)->number = number;
    t->hashes[at] = hash;
    weak_put(h, t->slots, at, *made);
    return at;
}

static void the_recipe_gets_no_warning(void **state) {
    (void)state;
    Host own;
    host_exact(&own, "debug=weak");
    {
        TN_SCOPE(own.m);
        static Interned t;
        size_t filled = 0;
        for (int round = 0; round < 30; round++) {
            TN_SCOPE(own.m);
            t = (Interned){.slots = TN_WEAK_ARRAY_NEW(own.m, 64)};
            for (long i = 0; i < 400 && t.used < 48; i++) {
                TN_SCOPE(own.m);
                size_t used = t.used;
                Leaf **kept = TN_HANDLE(own.m, (Leaf *)NULL);
                for (long k = 0; k < 3; k++) {
                    size_t at = intern(&own, &t, (i * 31 + k * 17 + round) % 50);
                    if (k == 1) *kept = (void *)(uintptr_t)tn_weak_array_read(own.m, *t.slots, at);
                }
                filled += t.used == used;
                if (i % 5 == round % 5) support_collect(own.m, (tn_collection_kind)(i % 3));
            }
        }
        CHECK(filled > 100);
        CHECK_EQ(own.lines, 0);
    }
    host_close(&own);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        TEST(weak_follows_a_living_object),
        TEST(weak_does_not_keep_its_referent),
        cmocka_unit_test(young_weak_and_young_referent_die_in_a_minor),
        cmocka_unit_test(old_referent_survives_minors_unreferenced),
        TEST(reading_a_weak_reference_saves_its_referent),
        TEST(all_references_to_the_dead_clear_together),
        TEST(weak_may_be_part_of_the_dead),
        TEST(every_combination_of_ages),
        TEST(weak_of_large_and_born_old_and_disposed),
        cmocka_unit_test(weak_arrays_of_every_format),
        TEST(old_weak_array_follows_young_objects),
        TEST(dead_weak_arrays_cost_nothing_more),
        TEST(hash_stays_across_moves),
        TEST(hashes_differ_and_are_mixed),
        TEST(hashed_objects_stay_whole_at_every_size),
        TEST(stable_object_never_moves_again),
        TEST(stable_keeps_every_reference_to_the_object_right),
        cmocka_unit_test(stable_from_birth_costs_no_collection),
        TEST(stable_objects_die_and_are_disposed_of),
        cmocka_unit_test(one_collection_makes_many_objects_stable),
        cmocka_unit_test(young_until_a_collection),
        cmocka_unit_test(minor_does_not_visit_old_weak_references),
        cmocka_unit_test(the_recipe_gets_no_warning),
        cmocka_unit_test(no_table),
        cmocka_unit_test(a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
