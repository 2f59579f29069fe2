/* test_barrier.c: every path by which an old object or a root gets a young reference keeps the young object alive
 * through minor collections. verify is on: it also reports an old object whose young reference is not recorded. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collect/barrier.h"
#include "collect/worker.h"
#include "heap/heap.h"
#include "support.h"

static Host host;
static tn_mutator *m;

static int open_host(void **state) {
    (void)state;
    host_exact(&host, "debug=verify,poison nursery=256K");
    m = host.m;
    return 0;
}

static int close_host(void **state) {
    (void)state;
    host_close(&host);
    return 0;
}

/* A handle of an old pair. */
static Pair **old_pair(void) {
    Pair **p = TN_NEW(m, Pair);
    CHECK(p != NULL);
    support_collect(m, TN_MINOR);
    CHECK(!tn_is_young(m, *p));
    return p;
}

/* A raw new pair with a number. */
static Pair *young_pair(long number) {
    Pair *p = tn_alloc(m, Pair);
    CHECK(p != NULL && tn_is_young(m, p));
    p->number = number;
    return p;
}

/* Two collections with garbage between, so that what was not kept has been reused. */
static void survive(void) {
    support_collect(m, TN_MINOR);
    support_garbage(m, 400000);
    support_collect(m, TN_MINOR);
}

static void check_pair(const Pair *p, long number) {
    CHECK(p != NULL);
    CHECK_EQ(p->number, number);
    CHECK_EQ(tn_type_of(p), Pair_type);
}

/* ---- stores into a small old object ---- */

static void set_keeps_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    {
        TN_SCOPE(m);
        Pair **young = TN_HANDLE(m, young_pair(7));
        TN_SET(m, old, cdr, young);
    }
    survive();
    check_pair(tn_read(*old, cdr), 7);
}

static void write_keeps_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    tn_write(m, *old, car, young_pair(8));
    survive();
    check_pair(tn_read(*old, car), 8);
}

static void raw_write_keeps_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    Pair *young = young_pair(9);
    tn_store(m, *old, (char *)*old + offsetof(Pair, car), young);
    survive();
    check_pair(tn_read(*old, car), 9);
}

static void young_reached_through_young_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    {
        TN_SCOPE(m);
        Pair **list = support_list(m, 500);
        TN_SET(m, old, cdr, list);
    }
    survive();
    support_check_list(tn_read(*old, cdr), 500);
}

static void second_field_of_a_recorded_object_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    tn_write(m, *old, car, young_pair(1));
    tn_write(m, *old, cdr, young_pair(2));
    survive();
    check_pair(tn_read(*old, car), 1);
    check_pair(tn_read(*old, cdr), 2);
}

static void store_in_every_cycle_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    for (long i = 0; i < 20; i++) {
        tn_write(m, *old, car, young_pair(i));
        survive();
        check_pair(tn_read(*old, car), i);
    }
}

static void object_survives_long_after_its_store(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    tn_write(m, *old, car, young_pair(5));
    for (int i = 0; i < 5; i++) survive();
    support_collect(m, TN_FULL);
    check_pair(tn_read(*old, car), 5);
}

static void store_after_a_major_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    for (long i = 0; i < 4; i++) {
        support_collect(m, i & 1 ? TN_MAJOR : TN_FULL);
        tn_write(m, *old, cdr, young_pair(i));
        survive();
        check_pair(tn_read(*old, cdr), i);
    }
}

static void last_store_wins(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    Pair **other = old_pair();
    for (long i = 0; i < 100; i++) tn_write(m, *old, car, young_pair(i));
    tn_write(m, *old, cdr, young_pair(1));
    TN_SET(m, old, cdr, other);
    survive();
    check_pair(tn_read(*old, car), 99);
    CHECK(tn_read(*old, cdr) == *other);
}

static void cleared_store_lets_go(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    Pair **young = TN_HANDLE(m, young_pair(3));
    tn_weak **weak = TN_WEAK_NEW(m, young);
    CHECK(weak != NULL);
    TN_SET(m, old, car, young);
    TN_CLEAR(m, old, car);
    *young = NULL;
    support_collect(m, TN_MINOR);
    CHECK(tn_read(*old, car) == NULL);
    CHECK(tn_weak_read(m, *weak) == NULL);
}

static void many_old_objects_keep_their_young(void **state) {
    (void)state;
    enum { COUNT = 20000 };
    TN_SCOPE(m);
    Vector **all = TN_NEW_TAIL(m, Vector, Pair *, COUNT);
    for (int i = 0; i < COUNT; i++) tn_write(m, *all, item[i], young_pair(i));
    support_collect(m, TN_MINOR);
    for (int i = 0; i < COUNT; i++) {
        Pair *young = young_pair(i + COUNT);
        tn_write(m, tn_read(*all, item[i]), car, young);
    }
    survive();
    for (int i = 0; i < COUNT; i++) {
        check_pair(tn_read(*all, item[i]), i);
        check_pair(tn_read(tn_read(*all, item[i]), car), i + COUNT);
    }
}

static void cycle_between_old_and_young_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    Pair *young = young_pair(4);
    tn_write(m, young, cdr, *old);
    tn_write(m, *old, cdr, young);
    survive();
    check_pair(tn_read(*old, cdr), 4);
    CHECK(tn_read(tn_read(*old, cdr), cdr) == *old);
}

/* ---- large arrays, born-old objects ---- */

static void every_slot_of_a_large_array_survives(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, COUNT);
    CHECK(v != NULL && !tn_is_young(m, *v));
    support_collect(m, TN_MINOR);
    for (int round = 0; round < 3; round++) {
        for (int i = round; i < COUNT; i += 7) tn_write(m, *v, item[i], young_pair(i * 10 + round));
        survive();
        for (int i = round; i < COUNT; i += 7) check_pair(tn_read(*v, item[i]), i * 10 + round);
    }
}

static void overwritten_slot_of_a_large_array_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 5000);
    support_collect(m, TN_MINOR);
    for (long i = 0; i < 50; i++) tn_write(m, *v, item[4999], young_pair(i)); /* young over young */
    tn_write(m, *v, item[0], young_pair(1));
    TN_CLEAR(m, v, item[0]); /* NULL over young, then young over NULL */
    tn_write(m, *v, item[0], young_pair(2));
    survive();
    check_pair(tn_read(*v, item[4999]), 49);
    check_pair(tn_read(*v, item[0]), 2);
}

static void init_of_a_new_large_array_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **young = TN_HANDLE(m, young_pair(6));
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 3000);
    tn_init(*v, item[0], *young);
    tn_init(*v, item[2999], *young);
    survive();
    check_pair(tn_read(*v, item[0]), 6);
    CHECK(tn_read(*v, item[2999]) == tn_read(*v, item[0]));
    CHECK(*young == tn_read(*v, item[0]));
}

static void init_of_a_new_born_old_object_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **young = TN_HANDLE(m, young_pair(6));
    Fixed **fixed = TN_NEW(m, Fixed);
    CHECK(!tn_is_young(m, *fixed));
    tn_init(*fixed, pair, *young);
    *young = NULL;
    survive();
    check_pair(tn_read(*fixed, pair), 6);
    tn_write(m, *fixed, pair, young_pair(7)); /* and it is armed again */
    survive();
    check_pair(tn_read(*fixed, pair), 7);
}

static void store_into_a_new_large_array_after_another_allocation_survives(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 3000);
    tn_write(m, *v, item[1], young_pair(1));
    tn_write(m, *v, item[2], young_pair(2));
    survive();
    check_pair(tn_read(*v, item[1]), 1);
    check_pair(tn_read(*v, item[2]), 2);
}

/* ---- more stores into arrays than the log of slots holds ---- */

typedef struct Entry {
    long plain;
    TN_FIELD(Pair) pair;
    tn_value_field value;
} Entry;
typedef struct Entries { /* a tail of structs, some of which lie in two cards */
    TN_FIELD(Pair) head;
    Entry entry[];
} Entries;
enum { Entries_type = TN_FIRST_TYPE + 40 };

static size_t dirty_pieces(const void *array) {
    const tni_region *region = tni_region_of(array);
    size_t n = 0;
    for (size_t i = 0; i < TNI_CARDS; i++) n += tni_bit(region->cards, i);
    return n;
}

/* Fills the log of slots. */
static Vector **fill_slots(void) {
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, TNI_SLOTS_MAX);
    support_collect(m, TN_MINOR);
    Pair *young = young_pair(1);
    for (size_t i = 0; i < TNI_SLOTS_MAX; i++) tn_write(m, *v, item[i], young);
    CHECK_EQ(tni_remembered_of(m->heap)->slots.count, TNI_SLOTS_MAX);
    CHECK_EQ(tni_remembered_of(m->heap)->carded.count, 0);
    return v;
}

static void full_log_marks_pieces(size_t count) {
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, count);
    Vector **full = fill_slots();
    Pair *young = tn_read(*full, item[0]);
    for (size_t i = 0; i < 1000; i++) tn_write(m, *v, item[i * 7], young);
    for (size_t i = 0; i < 1000; i++) tn_write(m, *v, item[i * 7], NULL);
    for (size_t i = 0; i < 1000; i++) tn_write(m, *v, item[i * 7], young);
    tn_write(m, *v, item[count - 1], young);
    CHECK_EQ(tni_remembered_of(m->heap)->slots.count, TNI_SLOTS_MAX);
    CHECK_EQ(tni_remembered_of(m->heap)->objects.count, 0);
    CHECK_EQ(tni_remembered_of(m->heap)->carded.count, 1);
    CHECK(dirty_pieces(*v) >= 15 && dirty_pieces(*v) <= 16); /* 7000 slots of 512 each, and the last */
    survive();
    for (size_t i = 0; i < 1000; i++) check_pair(tn_read(*v, item[i * 7]), 1);
    check_pair(tn_read(*v, item[count - 1]), 1);
    for (size_t i = 0; i < TNI_SLOTS_MAX; i++) CHECK(tn_read(*full, item[i]) == tn_read(*v, item[0]));
    CHECK_EQ(dirty_pieces(*v), 0);
    tn_write(m, *v, item[1], young_pair(2));
    CHECK_EQ(tni_remembered_of(m->heap)->slots.count, 1);
    survive();
    check_pair(tn_read(*v, item[1]), 2);
}

static void pieces_of_arrays_keep_young(void **state) {
    (void)state;
    full_log_marks_pieces(7200);   /* shares its region */
    full_log_marks_pieces(300000); /* has one of its own */
}

static void pieces_of_structs_keep_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    enum { COUNT = 70000 };
    static const tn_type_desc desc =
        TN_DESC(Entries, TN_REFS(Entries, head), TN_TAIL(sizeof(Entry), 2, 4));
    CHECK(tn_type_create(m->heap, &desc));
    Entries **e = TN_NEW_TAIL(m, Entries, Entry, COUNT);
    CHECK(e != NULL);
    Vector **full = fill_slots();
    Pair *young = tn_read(*full, item[0]);
    for (size_t i = 0; i < COUNT; i++) {
        (*e)->entry[i].plain = (long)i;
        tn_write(m, *e, entry[i].pair, young);
        tn_write_value(m, *e, entry[i].value, support_value(&m->heap->format, young));
    }
    tn_write(m, *e, head, young);
    CHECK_EQ(tni_remembered_of(m->heap)->objects.count, 0);
    survive();
    check_pair(tn_read(*e, head), 1);
    for (size_t i = 0; i < COUNT; i++) {
        CHECK_EQ((*e)->entry[i].plain, i);
        CHECK(tn_read(*e, entry[i].pair) == tn_read(*e, head));
        CHECK(support_address(&m->heap->format, tn_read_value(*e, entry[i].value)) == tn_read(*e, head));
    }
}

static void overflow_with_dirty_pieces_keeps_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 9000);
    Vector **full = fill_slots();
    tn_write(m, *v, item[8999], tn_read(*full, item[0]));
    tni_remembered_of(m->heap)->overflow = true;
    survive();
    check_pair(tn_read(*v, item[8999]), 1);
    CHECK_EQ(dirty_pieces(*v), 0);
}

static void pieces_fit_their_bitmap(void **state) {
    (void)state;
    tni_region *region = calloc(1, sizeof *region);
    CHECK(region != NULL);
    static const struct { size_t bytes; unsigned shift; } of[] = {
        {TNI_REGION, 12}, {(size_t)512 << 20, 12}, {((size_t)512 << 20) + TNI_PAGE, 13}, {(size_t)1 << 30, 13},
        {((size_t)1 << 35) + TNI_BLOCK + TNI_PAGE, 19}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        region->bytes = of[i].bytes;
        CHECK_EQ(tni_card_shift(region), of[i].shift);
        CHECK((region->bytes - 1) >> tni_card_shift(region) < TNI_CARDS);
    }
    free(region);
}

/* ---- memory that nobody has touched ---- */

/* Whether the system tells; if not, everything counts as touched, and there is nothing to see. */
static void need_pagemap(void) {
    tni_touched *t = calloc(1, sizeof *t);
    char *page = mmap(NULL, TNI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *to;
    CHECK(t != NULL && page != MAP_FAILED);
    char *at = tni_os_next_touched(t, NULL, page, page + TNI_PAGE, &to);
    tni_os_touched_end(t);
    free(t);
    munmap(page, TNI_PAGE);
    if (at == page) support_skip("/proc/self/pagemap cannot be read here");
}

static void touched_pages_are_found(void **state) {
    (void)state;
    need_pagemap();
    enum { PAGES = 2000 };
    static const unsigned touched[] = {0, 1, 5, 511, 512, 513, 1023, 1024, 1500, 1999};
    size_t bytes = (size_t)PAGES * TNI_PAGE, next = 0, count = sizeof touched / sizeof *touched;
    char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *end = base + bytes,
         *to;
    CHECK(base != MAP_FAILED);
    madvise(base, bytes, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < count; i++) base[touched[i] * (size_t)TNI_PAGE + 100] = 1;
    tni_touched *t = calloc(1, sizeof *t);
    CHECK(t != NULL);
    for (char *at = base; at < end; at = to) {
        at = tni_os_next_touched(t, NULL, at, end, &to);
        CHECK(at <= to && to <= end && (at - base) % TNI_PAGE == 0);
        for (; at < to; at += TNI_PAGE) CHECK_EQ((at - base) / TNI_PAGE, touched[next++]);
    }
    CHECK_EQ(next, count);
    char *odd = base + TNI_PAGE + 8; /* in the middle of pages */
    CHECK(tni_os_next_touched(t, NULL, odd, odd + 8, &to) == odd && to == odd + 8);
    CHECK(tni_os_next_touched(t, NULL, odd, end, &to) == odd && to == base + 2 * TNI_PAGE);
    CHECK(tni_os_next_touched(t, NULL, odd + TNI_PAGE, odd + 2 * TNI_PAGE, &to) == odd + 2 * TNI_PAGE);
    t->state = TNI_TOUCHED_SECRET; /* then everything is */
    t->from = t->to = 0;
    CHECK(tni_os_next_touched(t, NULL, odd, end, &to) == odd && to == end);
    free(t);
    munmap(base, bytes);
}

/* The pages of the array that are mapped, if the system has them. */
static size_t resident(const void *array, size_t bytes) {
    char *first = (char *)((uintptr_t)array & ~(uintptr_t)(TNI_PAGE - 1));
    size_t pages = bytes / TNI_PAGE, n = 0;
    unsigned char *vec = malloc(pages);
    CHECK(vec != NULL && mincore(first, pages * TNI_PAGE, vec) == 0);
    for (size_t i = 0; i < pages; i++) n += vec[i] & 1;
    free(vec);
    return n;
}

/* A sparse array is looked at where something was stored, by minor and major collections, and nothing is lost. */
static void sparse_array(Host *h, bool secret) {
    tn_mutator *mutator = h->m;
    TN_SCOPE(mutator);
    enum { COUNT = 8 << 20, STEP = COUNT / 8 };
    Vector **v = TN_NEW_TAIL(mutator, Vector, Pair *, COUNT);
    CHECK(v != NULL);
    for (int round = 0; round < 3; round++) {
        Pair **young = TN_NEW(mutator, Pair);
        (*young)->number = round;
        for (size_t i = 0; i < 8; i++) tn_write(mutator, *v, item[i * STEP + STEP / 2 + (size_t)round], *young);
        *young = NULL;
        if (round == 1) tn_revisit_object(mutator, *v);
        if (secret) mutator->heap->worker->touched.state = TNI_TOUCHED_SECRET;
        support_collect(mutator, round == 2 ? TN_MAJOR : TN_MINOR);
        support_garbage(mutator, 400000);
        for (int k = 0; k <= round; k++)
            for (size_t i = 0; i < 8; i++) check_pair(tn_read(*v, item[i * STEP + STEP / 2 + (size_t)k]), k);
        /* nine places, with huge pages at most 2 MiB for each */
        if (!secret) CHECK(resident(*v, COUNT * sizeof(Pair *)) <= 9 * TNI_HUGE_PAGE / TNI_PAGE);
    }
}

static void sparse_arrays_are_read_where_they_were_written(void **state) {
    (void)state;
    need_pagemap();
    Host h;
    host_exact(&h, "nursery=256K");
    sparse_array(&h, false);
    host_close(&h);
}

static void sparse_arrays_are_read_whole_when_the_system_does_not_tell(void **state) {
    (void)state;
    sparse_array(&host, true);
}

/* ---- values ---- */

static void values_keep_young(Host *h, const tn_format *format) {
    tn_mutator *mutator = h->m;
    TN_SCOPE(mutator);
    Box **box = TN_NEW(mutator, Box);
    Values **small = TN_NEW_TAIL(mutator, Values, tn_value, 10),
           **large = TN_NEW_TAIL(mutator, Values, tn_value, 4000);
    support_collect(mutator, TN_MINOR);
    for (long round = 0; round < 3; round++) {
        for (long i = 0; i < 3; i++) {
            Pair *p = tn_alloc(mutator, Pair);
            p->number = round * 3 + i;
            tn_value v = support_value(format, p);
            if (i == 0) tn_write_value(mutator, *box, value, v);
            if (i == 1) TN_SET_VALUE(mutator, small, item[9], &v);
            if (i == 2)
                tn_store_value(mutator, *large, (tn_value *)(void *)((char *)*large + sizeof(Values) + 8 * 3999), v);
        }
        tn_write_value(mutator, *small, item[0], support_immediate(format, 17));
        tn_write_value(mutator, *large, item[0], support_immediate(format, 18));
        support_collect(mutator, TN_MINOR);
        support_garbage(mutator, 400000);
        support_collect(mutator, TN_MINOR);
        const tn_value stored[3] = {tn_read_value(*box, value), tn_read_value(*small, item[9]),
                                    tn_read_value(*large, item[3999])};
        for (long i = 0; i < 3; i++) {
            Pair *p = support_address(format, stored[i]);
            check_pair(p, round * 3 + i);
            CHECK_EQ(stored[i], support_value(format, p));
        }
        CHECK_EQ(tn_read_value(*small, item[0]), support_immediate(format, 17));
        CHECK_EQ(tn_read_value(*large, item[0]), support_immediate(format, 18));
    }
}

static void values_of_every_format_keep_young(void **state) {
    (void)state;
    host_each_format(values_keep_young);
}

/* ---- what a trace callback finds ---- */

static void remember_keeps_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    Owner **owner = TN_NEW(m, Owner);
    support_collect(m, TN_FULL);
    for (long round = 0; round < 4; round++) {
        size_t count = (size_t)(round + 1) * 10;
        Owner *o = *owner;
        o->buffer = realloc(o->buffer, count * sizeof *o->buffer);
        CHECK(o->buffer != NULL);
        for (size_t i = o->count; i < count; i++) o->buffer[i] = NULL;
        o->count = count;
        tn_revisit_object(m, o);
        Pair *p = young_pair(round);
        (*owner)->buffer[count - 1] = p;
        tn_revisit_object(m, *owner); /* after the change, and a second time in this cycle */
        survive();
        for (long i = 0; i <= round; i++) check_pair((*owner)->buffer[(i + 1) * 10 - 1], i);
    }
}

/* ---- roots ---- */

static void global_set_keeps_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    Pair **old = old_pair();
    Pair *const *g = TN_GLOBAL_CREATE(m, old);
    survive();
    for (long i = 0; i < 3; i++) {
        {
            TN_SCOPE(m);
            Pair **young = TN_HANDLE(m, young_pair(i));
            CHECK_EQ(TN_GLOBAL_SET(m, g, young), TN_OK);
        }
        survive();
        check_pair(*g, i);
    }
    CHECK_EQ(TN_GLOBAL_DESTROY(m, g), TN_OK);
}

static TN_FIELD(Pair) cell;

static void root_write_keeps_young(void **state) {
    (void)state;
    TN_SCOPE(m);
    CHECK_EQ(tn_root_create(m, &cell), TN_OK);
    survive();
    for (long i = 0; i < 3; i++) {
        CHECK_EQ(tn_root_write(m, &cell, young_pair(i)), TN_OK);
        survive();
        check_pair(tn_root_read(&cell), i);
    }
    {
        TN_SCOPE(m);
        Pair **young = TN_HANDLE(m, young_pair(9));
        CHECK_EQ(TN_ROOT_SET(m, &cell, young), TN_OK);
    }
    survive();
    check_pair(tn_root_read(&cell), 9);
    CHECK_EQ(tn_root_write(m, &cell, (Pair *)NULL), TN_OK);
    CHECK_EQ(tn_root_destroy(m, &cell), TN_OK);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        TEST(set_keeps_young),
        TEST(write_keeps_young),
        TEST(raw_write_keeps_young),
        TEST(young_reached_through_young_survives),
        TEST(second_field_of_a_recorded_object_survives),
        TEST(store_in_every_cycle_survives),
        TEST(object_survives_long_after_its_store),
        TEST(store_after_a_major_survives),
        TEST(last_store_wins),
        TEST(cleared_store_lets_go),
        TEST(many_old_objects_keep_their_young),
        TEST(cycle_between_old_and_young_survives),
        TEST(every_slot_of_a_large_array_survives),
        TEST(overwritten_slot_of_a_large_array_survives),
        TEST(init_of_a_new_large_array_survives),
        TEST(init_of_a_new_born_old_object_survives),
        TEST(store_into_a_new_large_array_after_another_allocation_survives),
        TEST(pieces_of_arrays_keep_young),
        TEST(pieces_of_structs_keep_young),
        TEST(overflow_with_dirty_pieces_keeps_young),
        cmocka_unit_test(pieces_fit_their_bitmap),
        cmocka_unit_test(touched_pages_are_found),
        cmocka_unit_test(sparse_arrays_are_read_where_they_were_written),
        TEST(sparse_arrays_are_read_whole_when_the_system_does_not_tell),
        cmocka_unit_test(values_of_every_format_keep_young),
        TEST(remember_keeps_young),
        TEST(global_set_keeps_young),
        TEST(root_write_keeps_young),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
