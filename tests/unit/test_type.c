/* test_type.c: descriptions of types: what is accepted, what numbers they get, and that collections honour what they
 * say. Wrong descriptions are in api/test_misuse.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

/* ---- the macros of type.h ---- */

typedef struct Twelve {
    TN_FIELD(Pair) a;
    long x;
    TN_FIELD(Pair) b, c, d, e, f, g, h, i, j, k;
    tn_value_field v;
    TN_FIELD(Pair) l;
} Twelve;

static void bits_name_the_words_of_fields(void **state) {
    (void)state;
    CHECK_EQ(TN_BITS(Twelve, a), 1);
    CHECK_EQ(TN_BITS(Twelve, b), 4);
    CHECK_EQ(TN_BITS(Twelve, a, b, c, d, e, f, g, h, i, j, k, l), 0x2FFD);
    enum { Twelve_type = 100 };
    const tn_type_desc desc = TN_DESC(Twelve, TN_REFS(Twelve, a, b), TN_VALUES(Twelve, v), TN_TAIL(16, 1, 2));
    CHECK_EQ(desc.number, 100);
    CHECK_EQ(strcmp(desc.name, "Twelve"), 0);
    CHECK_EQ(desc.size, sizeof(Twelve));
    CHECK_EQ(desc.refs, 5);
    CHECK_EQ(strcmp(desc.ref_names, "a, b"), 0);
    CHECK_EQ(desc.values, 1 << 12);
    CHECK_EQ(strcmp(desc.value_names, "v"), 0);
    CHECK_EQ(desc.tail_size, 16);
    CHECK_EQ(desc.tail_refs, 1);
    CHECK_EQ(desc.tail_values, 2);
}

/* ---- numbers ---- */

static void numbers_are_given_when_none_is_asked_for(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    tn_type_desc desc = {.name = "Automatic", .size = 16, .refs = 1};
    tn_type seen[50];
    for (int i = 0; i < 50; i++) {
        seen[i] = tn_type_create(host.heap, &desc);
        CHECK(seen[i] >= TN_FIRST_TYPE && seen[i] < TN_FIRST_SPECIAL);
        CHECK(seen[i] > Bytes_type); /* those are taken */
        for (int k = 0; k < i; k++) CHECK(seen[i] != seen[k]);
    }
    desc.flags = TN_BORN_OLD;
    tn_type special = tn_type_create(host.heap, &desc);
    CHECK(special > Owner_type && special < TN_TYPES_END);
    CHECK_EQ(strcmp(tn_type_name(host.heap, seen[3]), "Automatic"), 0);
    host_close(&host);
}

static void highest_numbers_can_be_used(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    tn_type_desc desc = {.number = TN_FIRST_SPECIAL - 1, .name = "Last", .size = 24, .refs = 7};
    CHECK_EQ(tn_type_create(host.heap, &desc), TN_FIRST_SPECIAL - 1);
    desc.number = TN_TYPES_END - 1;
    desc.flags = TN_BORN_OLD;
    CHECK_EQ(tn_type_create(host.heap, &desc), TN_TYPES_END - 1);
    void **a = tn_push_(host.m, tn_alloc_sized(host.m, TN_FIRST_SPECIAL - 1, 24)),
         **b = tn_push_(host.m, tn_alloc_sized(host.m, TN_TYPES_END - 1, 24));
    tn_store(host.m, *b, *b, *a);
    support_collect(host.m, TN_FULL);
    CHECK_EQ(tn_type_of(*a), TN_FIRST_SPECIAL - 1);
    CHECK_EQ(tn_type_of(*b), TN_TYPES_END - 1);
    CHECK(*(void **)*b == *a);
    host_close(&host);
}

static void all_numbers_can_be_taken_and_then_no_more(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    tn_type_desc desc = {.name = "One of many", .size = 8, .flags = TN_LEAF};
    unsigned added = 0;
    while (added < TN_FIRST_SPECIAL && tn_type_create(host.heap, &desc) != 0) added++;
    CHECK_EQ(added, TN_FIRST_SPECIAL - TN_FIRST_TYPE - 6); /* 6 of support_types are ordinary */
    CHECK_HAS(tn_last_error(host.m), "tn_type_create:");
    support_collect(host.m, TN_FULL);
    host_close(&host);
}

static void description_is_copied(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    tn_type_desc *desc = malloc(sizeof *desc);
    *desc = (tn_type_desc){.name = "Copied", .size = 16, .refs = 2};
    tn_type type = tn_type_create(host.heap, desc);
    memset(desc, 0xFF, sizeof *desc);
    free(desc);
    Pair **list = support_list(host.m, 10);
    void **h = tn_push_(host.m, tn_alloc_sized(host.m, type, 16));
    ((void **)*h)[1] = *list;
    *list = NULL;
    support_collect(host.m, TN_FULL);
    support_check_list(((Pair **)*h)[1], 10);
    CHECK_EQ(strcmp(tn_type_name(host.heap, type), "Copied"), 0);
    host_close(&host);
}

static void type_can_be_added_after_allocations(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    Pair **list = support_list(host.m, 1000);
    CHECK(tn_type_create(host.heap, &(tn_type_desc){.number = 900, .name = "Late", .size = 8, .refs = 1}) == 900);
    void **h = tn_push_(host.m, tn_alloc_sized(host.m, 900, 8));
    *(void **)*h = *list;
    support_collect(host.m, TN_FULL);
    CHECK(*(void **)*h == *list);
    host_close(&host);
}

/* ---- what an object tells ---- */

static void object_tells_type_length_and_size(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    tn_mutator *m = host.m;
    Pair **pair = TN_NEW(m, Pair);
    Vector **vector = TN_NEW_TAIL(m, Vector, Pair *, 7), **empty = TN_NEW_TAIL(m, Vector, Pair *, 0);
    Values **large = TN_NEW_TAIL(m, Values, tn_value, 100000);
    Bytes **bytes = TN_NEW_TAIL(m, Bytes, char, 13);
    File **file = TN_NEW(m, File);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(tn_type_of(*pair), Pair_type);
        CHECK_EQ(tn_type_of(*vector), Vector_type);
        CHECK_EQ(tn_type_of(*large), Values_type);
        CHECK_EQ(tn_type_of(*file), File_type);
        CHECK_EQ(tn_length_of(*pair), 0);
        CHECK_EQ(tn_length_of(*vector), 7);
        CHECK_EQ(tn_length_of(*empty), 0);
        CHECK_EQ(tn_length_of(*large), 100000);
        CHECK_EQ(tn_length_of(*bytes), 13);
        CHECK_EQ(tn_size_of(host.heap, *pair), sizeof(Pair));
        CHECK_EQ(tn_size_of(host.heap, *vector), sizeof(Vector) + 7 * 8);
        CHECK_EQ(tn_size_of(host.heap, *empty), sizeof(Vector));
        CHECK_EQ(tn_size_of(host.heap, *large), sizeof(Values) + 800000);
        CHECK_EQ(tn_size_of(host.heap, *bytes), sizeof(Bytes) + 13);
        CHECK_EQ(strcmp(tn_type_name(host.heap, tn_type_of(*vector)), "Vector"), 0);
        tn_hash_of(m, *pair);
        tn_hash_of(m, *bytes);
        support_collect(m, TN_FULL);
    }
    host_close(&host);
}

/* ---- what a collection visits ---- */

/* In word i of an object of `words` words, and nowhere else, is a reference or a value. */
static void one_slot_is_visited(Host *host, const tn_format *format, unsigned words, unsigned i, bool value) {
    TN_SCOPE(host->m);
    const tn_type_desc desc = {.name = "One",
                               .size = words * 8,
                               .refs = value ? 0 : UINT64_C(1) << i,
                               .values = value ? UINT64_C(1) << i : 0};
    tn_type type = tn_type_create(host->heap, &desc);
    CHECK(type != 0);
    Pair **list = support_list(host->m, 5);
    void **h = tn_push_(host->m, tn_alloc_sized(host->m, type, words * 8));
    uint64_t *word = *h;
    for (unsigned k = 0; k < words; k++) word[k] = 0x1234567890ABCDE1; /* odd, and no address */
    word[i] = value ? support_value(format, *list) : (uint64_t)(uintptr_t)*list;
    *list = NULL;
    support_collect(host->m, TN_MINOR);
    support_collect(host->m, TN_FULL);
    word = *h;
    for (unsigned k = 0; k < words; k++)
        if (k != i) CHECK_EQ(word[k], 0x1234567890ABCDE1);
    support_check_list(value ? support_address(format, word[i]) : (Pair *)(uintptr_t)word[i], 5);
    if (value) CHECK_EQ(word[i], support_value(format, support_address(format, word[i])));
}

static void every_bit_of_every_size(Host *host, const tn_format *format) {
    for (unsigned words = 1; words <= 64; words += words < 8 ? 1 : 14)
        for (unsigned i = 0; i < words; i += words < 9 ? 1 : 5) {
            one_slot_is_visited(host, format, words, i, false);
            one_slot_is_visited(host, format, words, i, true);
        }
    one_slot_is_visited(host, format, 64, 63, false);
    one_slot_is_visited(host, format, 64, 63, true);
    one_slot_is_visited(host, format, 1000, 63, true); /* the last that a bitmap can say */
}

static void exactly_the_words_of_the_bitmap_are_visited(void **state) {
    (void)state;
    host_each_format(every_bit_of_every_size);
}

static void tail_elements_are_visited(Host *host, const tn_format *format) {
    TN_SCOPE(host->m);
    enum { ELEMENT = 5, COUNT = 30, LARGE = 3000 };
    const tn_type_desc desc = {
        .name = "Tail", .size = 24, .refs = 2, .tail_size = ELEMENT * 8, .tail_refs = 1 << 4, .tail_values = 1 << 2};
    tn_type type = tn_type_create(host->heap, &desc);
    CHECK(type != 0);
    const size_t counts[] = {0, 1, COUNT, LARGE};
    for (int c = 0; c < 4; c++) {
        TN_SCOPE(host->m);
        void **h = tn_push_(host->m, tn_alloc_tail_sized(host->m, type, 24, ELEMENT * 8, counts[c]));
        CHECK(*h != NULL);
        uint64_t *word = *h;
        for (size_t k = 0; k < 3 + counts[c] * ELEMENT; k++)
            word[k] = k == 1 || (k > 2 && (k - 3) % ELEMENT % 2 == 0) ? 0 : 7777;
        for (size_t k = 0; k < counts[c]; k += counts[c] / 10 + 1) {
            TN_SCOPE(host->m);
            Pair **list = support_list(host->m, (long)k % 50);
            word = *h;
            tn_store(host->m, word, word + 3 + k * ELEMENT + 4, *list);
            tn_store_value(host->m, word, word + 3 + k * ELEMENT + 2, support_value(format, *list));
        }
        support_collect(host->m, TN_MINOR);
        support_collect(host->m, TN_FULL);
        word = *h;
        for (size_t k = 0; k < counts[c]; k += counts[c] / 10 + 1) {
            uint64_t *element = word + 3 + k * ELEMENT;
            support_check_list((Pair *)(uintptr_t)element[4], (long)k % 50);
            CHECK(support_address(format, element[2]) == (void *)(uintptr_t)element[4]);
            CHECK_EQ(element[1], 7777);
            CHECK_EQ(element[3], 7777);
        }
    }
}

static void tails_of_structs_are_visited(void **state) {
    (void)state;
    host_each_format(tail_elements_are_visited);
}

/* Every kind of immediate stays as it is, and the bits outside the address survive a move. */
static void immediates_stay(Host *host, const tn_format *format) {
    TN_SCOPE(host->m);
    enum { COUNT = 200 };
    Values **v = TN_NEW_TAIL(host->m, Values, tn_value, COUNT);
    for (unsigned i = 0; i < COUNT; i++) tn_init_value(*v, item[i], support_immediate(format, i * 1000003));
    support_collect(host->m, TN_MINOR);
    support_collect(host->m, TN_FULL);
    for (unsigned i = 0; i < COUNT; i++) CHECK_EQ(tn_read_value(*v, item[i]), support_immediate(format, i * 1000003));
}

static void immediates_survive_collections(void **state) {
    (void)state;
    host_each_format(immediates_stay);
}

static void several_pointer_tags_survive_a_move(void **state) {
    (void)state;
    Host host;
    tn_config config = TN_CONFIG_INIT;
    config.format = tn_format_low_tags(1, 1, 7);
    config.ignore_environment = true; /* stress would have moved the list before */
    host_config(&host, &config);
    Pair **list = support_list(host.m, 3);
    Values **v = TN_NEW_TAIL(host.m, Values, tn_value, 4);
    for (unsigned i = 0; i < 4; i++) tn_init_value(*v, item[i], (tn_value)(uintptr_t)*list | (2 * i + 1));
    Pair *before = *list;
    support_collect(host.m, TN_MINOR);
    CHECK(*list != before); /* it did move */
    for (unsigned i = 0; i < 4; i++) CHECK_EQ(tn_read_value(*v, item[i]), (tn_value)(uintptr_t)*list | (2 * i + 1));
    host_close(&host);
}

static void nan_box_without_address_is_no_reference(void **state) {
    (void)state;
    Host host;
    tn_config config = TN_CONFIG_INIT;
    config.format = tn_format_nan_box(0xFFFC);
    host_config(&host, &config);
    Values **v = TN_NEW_TAIL(host.m, Values, tn_value, 3);
    tn_write_value(host.m, *v, item[0], UINT64_C(0xFFFC) << 48);
    tn_write_value(host.m, *v, item[1], UINT64_C(0xFFFB) << 48 | 64);
    tn_write_value(host.m, *v, item[2], 64);
    support_collect(host.m, TN_MINOR);
    support_collect(host.m, TN_FULL);
    CHECK_EQ(tn_read_value(*v, item[0]), UINT64_C(0xFFFC) << 48);
    CHECK_EQ(tn_read_value(*v, item[1]), UINT64_C(0xFFFB) << 48 | 64);
    CHECK_EQ(tn_read_value(*v, item[2]), 64);
    host_close(&host);
}

static void trace_callback_keeps_what_it_visits(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    Owner **owner = TN_NEW(host.m, Owner);
    (*owner)->buffer = calloc(100, sizeof(Pair *));
    (*owner)->count = 100;
    for (long i = 0; i < 100; i++) {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, i);
        (*owner)->buffer[i] = *list;
        tn_revisit_object(host.m, *owner);
    }
    for (int round = 0; round < 3; round++) {
        support_collect(host.m, round == 1 ? TN_FULL : TN_MINOR);
        support_garbage(host.m, 1000000);
        for (long i = 0; i < 100; i++) support_check_list((*owner)->buffer[i], i);
    }
    host_close(&host);
}

/* An owner whose buffer is not there yet. (What adds 0 to NULL is found by clang's UBSan.) */
static void trace_callback_may_visit_nothing(void **state) {
    (void)state;
    Host host;
    host_open(&host, NULL);
    Owner **owner = TN_NEW(host.m, Owner);
    for (int kind = TN_MINOR; kind <= TN_FULL; kind++) support_collect(host.m, (tn_collection_kind)kind);
    CHECK((*owner)->buffer == NULL);
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_name_the_words_of_fields),
        cmocka_unit_test(numbers_are_given_when_none_is_asked_for),
        cmocka_unit_test(highest_numbers_can_be_used),
        cmocka_unit_test(all_numbers_can_be_taken_and_then_no_more),
        cmocka_unit_test(description_is_copied),
        cmocka_unit_test(type_can_be_added_after_allocations),
        cmocka_unit_test(object_tells_type_length_and_size),
        cmocka_unit_test(exactly_the_words_of_the_bitmap_are_visited),
        cmocka_unit_test(tails_of_structs_are_visited),
        cmocka_unit_test(immediates_survive_collections),
        cmocka_unit_test(several_pointer_tags_survive_a_move),
        cmocka_unit_test(nan_box_without_address_is_no_reference),
        cmocka_unit_test(trace_callback_keeps_what_it_visits),
        cmocka_unit_test(trace_callback_may_visit_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
