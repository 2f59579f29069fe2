/* test_align.c: types with an alignment: the address of each object, at every age and size, beside ordinary ones, in
 * holes, and in every debug mode. Compiled with optimisation, so that copies of 16 bytes are what needs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap/heap.h"
#include "support.h"

typedef float Float4 __attribute__((vector_size(16)));
typedef struct Wide { /* 16 bytes by its fields */
    __extension__ __int128 n, carry;
} Wide;
typedef struct Simd { /* by a vector */
    Float4 at, to, by;
} Simd;
typedef struct Row { /* 32, with a reference */
    _Alignas(32) TN_FIELD(Pair) pair;
    long number, more[6];
} Row;
typedef struct Line { /* 64, with two */
    _Alignas(64) TN_FIELD(struct Line) next;
    TN_FIELD(Pair) pair;
    long number;
} Line;
typedef struct Ints { /* a tail of what wants 16 */
    _Alignas(16) long number;
    __extension__ __int128 n[];
} Ints;
typedef struct Refs { /* 64, and a tail of references */
    _Alignas(64) long number;
    TN_FIELD(Pair) head;
    char at_64[48];
    TN_FIELD(Pair) item[];
} Refs;
typedef struct Born { /* 64, and never young */
    _Alignas(64) long number;
    TN_FIELD(Pair) pair;
} Born;
typedef struct Closed { /* 32, with dispose */
    _Alignas(32) long number;
    int *disposed;
} Closed;

typedef struct Slots { /* ordinary: what keeps the others */
    long number;
    TN_FIELD(void) item[];
} Slots;

enum { Wide_type = Bytes_type + 1, Simd_type, Row_type, Line_type, Ints_type, Refs_type, Slots_type };
enum { Born_type = Owner_type + 1, Closed_type };

static void closed_dispose(tn_heap *heap, void *object) {
    (void)heap;
    ++*((Closed *)object)->disposed;
}

static const tn_type_desc types[] = {
    TN_DESC(Wide, .flags = TN_LEAF),
    TN_DESC(Simd, .flags = TN_LEAF),
    TN_DESC(Row, TN_REFS(Row, pair)),
    TN_DESC(Line, TN_REFS(Line, next, pair)),
    TN_DESC(Ints, TN_TAIL(16, 0, 0), .flags = TN_LEAF),
    TN_DESC(Refs, TN_REFS(Refs, head), TN_TAIL(8, 1, 0)),
    TN_DESC(Slots, TN_TAIL(8, 1, 0)),
    TN_DESC(Born, TN_REFS(Born, pair), .flags = TN_BORN_OLD),
    TN_DESC(Closed, .flags = TN_LEAF, .dispose = closed_dispose),
};

static void add_types(const Host *host) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!tn_type_create(host->heap, &types[i])) FAIL("%s: %s", types[i].name, tn_last_error(host->m));
}

static size_t align_of(const Host *host, const void *object) {
    return tni_layout_of(host->heap, tni_header(object))->align;
}

static void check_aligned(const Host *host, const void *object) {
    if ((uintptr_t)object % align_of(host, object))
        FAIL("a %s at %p, which is %s, is not aligned to %zu bytes",
             tn_type_name(host->heap, tn_type_of(object)), object,
             tn_is_young(host->m, object) ? "young" : "old", align_of(host, object));
}

/* ---- every kind of object, some of which stay ---- */

enum { KINDS = 11, KEPT = 700 };

static void check_zero(const Host *host, const void *object) {
    const unsigned char *p = object;
    size_t bytes = tn_size_of(host->heap, object);
    if (p[0] || memcmp(p, p + 1, bytes - 1)) FAIL("a new object of %zu bytes is not zero", bytes);
}

/* `many`: of the tail. */
static void *make(const Host *host, unsigned kind, size_t many) {
    tn_mutator *m = host->m;
    switch (kind) {
    case 0: return tn_alloc(m, Wide);
    case 1: return tn_alloc(m, Simd);
    case 2: return tn_alloc(m, Row);
    case 3: return tn_alloc(m, Line);
    case 4: return tn_alloc_tail(m, Ints, __int128, many / 16);
    case 5: return tn_alloc_tail(m, Refs, Pair *, many / 8);
    case 6: return tn_alloc(m, Born);
    case 7: return tn_alloc(m, Pair);
    case 8: return tn_alloc_tail(m, Bytes, char, many);
    case 9: return tn_alloc_tail(m, Vector, Pair *, many / 8);
    default: return tn_alloc_slow(m, Line_type, sizeof(Line), 0, 0); /* by number */
    }
}

/* Where the kind has a place for it. */
static long *number_of(void *object, unsigned kind) {
    switch (kind) {
    case 0: return (long *)(void *)&((Wide *)object)->carry;
    case 1: return (long *)(void *)&((Simd *)object)->by;
    case 2: return &((Row *)object)->number;
    case 3:
    case 10: return &((Line *)object)->number;
    case 7: return &((Pair *)object)->number;
    default: return object; /* first in all the others */
    }
}

static __attribute__((noinline)) void copy_wide(Wide *to, const Wide *from) { *to = *from; }
static __attribute__((noinline)) void copy_simd(Simd *to, const Simd *from) { *to = *from; }

/* What compilers do with such types when they know how they are aligned. */
static void use(void *object, unsigned kind, long number) {
    Wide wide = {number, number};
    Simd simd = {{1}, {2}, {3}};
    if (kind == 0) copy_wide(object, &wide);
    if (kind == 1) copy_simd(object, &simd);
    *number_of(object, kind) = number;
}

typedef struct Kept {
    unsigned kind;
    long number;
    uint64_t hash;
    const void *old; /* where it is, from when it was old */
} Kept;

static void check_kept(const Host *host, Slots *const *slots, Kept *kept) {
    for (size_t i = 0; i < KEPT; i++) {
        TN_SCOPE(host->m);
        if (!kept[i].number) continue;
        void **h = TN_GET(host->m, slots, item[i]);
        check_aligned(host, *h);
        CHECK_EQ(*number_of(*h, kept[i].kind), kept[i].number);
        if (kept[i].hash && TN_HASH_OF(host->m, h) != kept[i].hash) FAIL("another hash");
        CHECK(!kept[i].old || kept[i].old == *h);
        if (!tn_is_young(host->m, *h)) kept[i].old = *h;
    }
}

static void one(const Host *host, Slots *const *slots, Kept *kept, uint64_t random, long number) {
    TN_SCOPE(host->m);
    unsigned kind = (unsigned)(random >> 8) % KINDS, place = (unsigned)(random >> 16) % KEPT;
    size_t many = random >> 60 ? (random >> 32) % 300 : (random >> 32) % 20000;
    void **h = TN_HANDLE(host->m, make(host, kind, many));
    CHECK(*h != NULL);
    check_aligned(host, *h);
    check_zero(host, *h);
    use(*h, kind, number);
    if (random >> 40 & 3) return;
    uint64_t hash = random >> 42 & 1 ? TN_HASH_OF(host->m, h) : 0;
    kept[place] = (Kept){kind, number, hash, NULL};
    TN_SET(host->m, slots, item[place], h);
}

static void each_is_aligned(const char *options, bool exact) {
    Host host;
    if (exact) host_exact(&host, options);
    else host_open(&host, options);
    add_types(&host);
    static Kept kept[KEPT];
    memset(kept, 0, sizeof kept);
    Slots **slots = TN_NEW_TAIL(host.m, Slots, void *, KEPT);
    uint64_t random = 1;
    for (long round = 1; round <= 60; round++) {
        for (long i = 0; i < 300; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            one(&host, slots, kept, random ^ random >> 33, round * 1000 + i);
        }
        check_kept(&host, slots, kept);
        support_collect(host.m, round % 8 == 0 ? TN_FULL : round % 4 == 0 ? TN_MAJOR : TN_MINOR);
        check_kept(&host, slots, kept);
    }
    host_close(&host);
}

static void objects_are_aligned_young_and_old(void **state) {
    (void)state;
    each_is_aligned(NULL, false);
    each_is_aligned("nursery=256K", false);
}

static void objects_that_are_born_old_are_aligned(void **state) {
    (void)state;
    each_is_aligned("pretenure=on", false);
    each_is_aligned("pretenure=on debug=poison,verify", true);
}

static void debug_modes_align_too(void **state) {
    (void)state;
    each_is_aligned("debug=verify,poison", true);
    each_is_aligned("debug=verify,move,stress=10", true);
    each_is_aligned("debug=verify,quarantine=1,poison", true);
    each_is_aligned("debug=quarantine=2,sites,stale pretenure=on", true);
}

/* ---- holes ---- */

/* Of the same objects over and over, some of which stay, the old space grows no further. */
static void holes_serve_for_aligned_objects(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "pretenure=off nursery_max=256K");
    add_types(&host);
    Slots **slots = TN_NEW_TAIL(host.m, Slots, void *, 2000);
    size_t blocks = 0;
    for (long round = 0; round < 200; round++) {
        for (long i = 0; i < 400; i++) {
            TN_SCOPE(host.m);
            void **h = TN_HANDLE(host.m, make(&host, i % 2 ? 3 : 0, 0));
            *number_of(*h, i % 2 ? 3 : 0) = i;
            TN_SET(host.m, slots, item[(round * 611 + i * 7) % 2000], h);
        }
        support_collect(host.m, TN_MAJOR);
        if (round == 100) blocks = host.heap->old.used_blocks;
    }
    CHECK(blocks > 0 && host.heap->old.used_blocks <= blocks + 1);
    CHECK(host.heap->old.used_blocks * TNI_BLOCK <= 3 * 2000 * (128 + 48) / 2);
    host_close(&host);
}

/* ---- large objects ---- */

static void large_objects_are_aligned_at_every_size(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    add_types(&host);
    static const size_t sizes[] = {8192, 12200, 65536, 1 << 20, 4 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t size = sizes[i] - 160; size <= sizes[i] + 160; size += 16) {
            TN_SCOPE(host.m);
            Ints **ints = TN_NEW_TAIL(host.m, Ints, __int128, size / 16);
            Refs **refs = TN_NEW_TAIL(host.m, Refs, Pair *, size / 8);
            Pair **pair = TN_NEW(host.m, Pair);
            CHECK(ints && refs && pair);
            (*ints)->n[size / 16 - 1] = 7;
            TN_SET(host.m, refs, item[size / 8 - 1], pair);
            check_aligned(&host, *ints);
            check_aligned(&host, *refs);
            if (i < 3 || size % 64 == 0) support_collect(host.m, TN_MAJOR);
            check_aligned(&host, *ints);
            check_aligned(&host, *refs);
            CHECK((*ints)->n[size / 16 - 1] == 7 && tn_read(*refs, item[size / 8 - 1]) == *pair);
        }
    }
    host_close(&host);
}

/* ---- how they are allocated ---- */

static void dispose_finds_aligned_objects(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    add_types(&host);
    int disposed = 0;
    {
        TN_SCOPE(host.m);
        for (int i = 0; i < 100; i++) {
            Closed **closed = TN_NEW(host.m, Closed);
            check_aligned(&host, *closed);
            (*closed)->disposed = &disposed;
            Line **line = TN_NEW(host.m, Line);
            CHECK(line != NULL);
            if (i == 50) support_collect(host.m, TN_MINOR);
            check_aligned(&host, *closed);
        }
        support_collect(host.m, TN_FULL);
        CHECK_EQ(disposed, 0);
    }
    support_collect(host.m, TN_FULL);
    support_collect(host.m, TN_FULL); /* lazily */
    host_close(&host);
    CHECK_EQ(disposed, 100);
}

static void numbers_that_call_align_by_themselves(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    tn_type_desc desc = {.name = "Automatic", .size = 64, .align = 32, .refs = 1, .tail_size = 8};
    tn_type automatic = tn_type_create(host.heap, &desc);
    CHECK(automatic >= TN_FIRST_SPECIAL);
    desc.number = TN_FIRST_SPECIAL + 1000;
    desc.align = 64;
    CHECK_EQ(tn_type_create(host.heap, &desc), TN_FIRST_SPECIAL + 1000);
    for (size_t i = 0; i < 300; i++) {
        TN_SCOPE(host.m);
        CHECK(TN_NEW(host.m, Pair) != NULL);
        void *object = tn_alloc_sized(host.m, automatic, 64);
        CHECK_EQ((uintptr_t)object % 32, 0);
        object = tn_alloc_tail_sized(host.m, TN_FIRST_SPECIAL + 1000, 64, 8, i);
        CHECK_EQ((uintptr_t)object % 64, 0);
    }
    host_close(&host);
}

static void what_is_reserved_has_room_for_padding(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "nursery=256K");
    add_types(&host);
    enum { COUNT = 200 };
    size_t bytes = COUNT * (tn_cell_bytes(sizeof(Line)) + tn_padding_bytes(64) + tn_cell_bytes(sizeof(Wide)) +
                            tn_padding_bytes(16));
    CHECK_EQ(tn_padding_bytes(1) + tn_padding_bytes(8), 0);
    for (int round = 0; round < 50; round++) {
        CHECK_EQ(tn_reserve(host.m, bytes), TN_OK);
        size_t minors = support_stats(host.m).minors;
        TN_NO_GC(host.m);
        for (int i = 0; i < COUNT; i++) {
            Line *line = tn_alloc(host.m, Line);
            Wide *wide = tn_alloc(host.m, Wide);
            CHECK(line && wide);
            check_aligned(&host, line);
            check_aligned(&host, wide);
        }
        CHECK_EQ(support_stats(host.m).minors, minors);
    }
    host_close(&host);
}

/* The nursery's padding is the least there is, and aligned objects are bumped inline. */
static void padding_is_no_more_than_needed(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "nursery=1M");
    add_types(&host);
    CHECK(tn_alloc(host.m, Wide) && tn_alloc(host.m, Wide));
    const char *before = host.m->alloc;
    for (int i = 0; i < 100; i++) CHECK(tn_alloc(host.m, Wide) != NULL);
    CHECK_EQ(host.m->alloc - before, 100 * 48); /* 32 bytes and a header, and 8 */
    host_close(&host);
}

/* ---- promotion ---- */

/* By number, without padding, each object takes 72 bytes young and up to 128 old. */
static void promotion_keeps_below_the_limit(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "heap_max=32M nursery=32M nursery_max=64M reserve=0 policy=fixed");
    add_types(&host);
    Line **list = (Line **)(void *)TN_HANDLE(host.m, NULL);
    while (support_stats(host.m).minors == 0) {
        Line *line = tn_alloc_sized(host.m, Line_type, sizeof(Line));
        if (!line) break;
        tn_write(host.m, line, next, *list);
        *list = line;
    }
    size_t count = 0;
    for (Line *line = *list; line; line = tn_read(line, next), count++)
        if (!tn_is_young(host.m, line)) check_aligned(&host, line);
    CHECK(count > 50000);
    CHECK(tni_old_bytes(host.heap) <= 32 << 20);
    host_close(&host);
}

static void a_cycle_that_has_begun_makes_room_for_an_alignment(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "nursery=4M");
    for (int i = 0; i < 1000; i++) CHECK(tn_alloc(host.m, Pair) != NULL);
    const tni_nursery *n = &host.heap->nursery;
    size_t rest = (size_t)(n->end - n->frontier);
    const char *end = n->end;
    add_types(&host);
    size_t now = (size_t)(n->end - n->frontier);
    CHECK(now <= rest * 4 / 5 && now >= rest * 4 / 5 - 32);
    CHECK(n->end < end);
    support_collect(host.m, TN_MINOR);
    CHECK(n->end - n->start >= 4 << 20); /* and the next is whole again */
    host_close(&host);
}

/* ---- what verify says ---- */

static void allocate_by_number(void *arg) {
    (void)arg;
    Host host;
    host_exact(&host, "debug=verify");
    add_types(&host);
    TN_HANDLE(host.m, tn_alloc_sized(host.m, Line_type, sizeof(Line)));
    TN_HANDLE(host.m, tn_alloc_sized(host.m, Line_type, sizeof(Line)));
    support_collect(host.m, TN_MINOR);
}

static void verify_names_an_ordinary_type_allocated_by_number(void **state) {
    (void)state;
    Child child;
    child_run(&child, allocate_by_number, NULL);
    CHECK_EQ(child.code, CHILD_FATAL);
    CHECK_HAS(child.text, "(Line) is not aligned to the 64 bytes that its type asks for: allocate it with TN_NEW");
}

static void point_at_padding(void *arg) {
    (void)arg;
    Host host;
    host_exact(&host, "debug=verify");
    add_types(&host);
    Pair **old = TN_NEW(host.m, Pair);
    support_collect(host.m, TN_MINOR);
    CHECK(tn_alloc(host.m, Line) != NULL);
    Line *line = tn_alloc(host.m, Line);
    CHECK(line != NULL);
    void *padding = (char *)line - 56;
    memcpy(*old, &padding, sizeof padding);
    support_collect(host.m, TN_MINOR);
}

static void padding_is_no_object(void **state) {
    (void)state;
    Child child;
    child_run(&child, point_at_padding, NULL);
    CHECK_EQ(child.code, CHILD_FATAL);
    CHECK_HAS(child.text, "which is no object");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_aligned_young_and_old),
        cmocka_unit_test(objects_that_are_born_old_are_aligned),
        cmocka_unit_test(debug_modes_align_too),
        cmocka_unit_test(holes_serve_for_aligned_objects),
        cmocka_unit_test(large_objects_are_aligned_at_every_size),
        cmocka_unit_test(dispose_finds_aligned_objects),
        cmocka_unit_test(numbers_that_call_align_by_themselves),
        cmocka_unit_test(what_is_reserved_has_room_for_padding),
        cmocka_unit_test(padding_is_no_more_than_needed),
        cmocka_unit_test(promotion_keeps_below_the_limit),
        cmocka_unit_test(a_cycle_that_has_begun_makes_room_for_an_alignment),
        cmocka_unit_test(verify_names_an_ordinary_type_allocated_by_number),
        cmocka_unit_test(padding_is_no_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
