/* test_set.c: what the debug modes look things up in: sets of words, second words by address, and what makes `verify`
 * quick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/fault.h"
#include "debug/set.h"
#include "debug/shadow.h"
#include "debug/verify/cache.h"
#include "support.h"

static void a_set_has_what_was_added(void **state) {
    (void)state;
    tni_faults faults = {0};
    tni_set set = {0};
    CHECK(!tni_set_has(&set, 8));
    for (uintptr_t i = 1; i <= 10000; i++) {
        CHECK(tni_set_add(&set, &faults, i * 4096));
        CHECK(tni_set_add(&set, &faults, i * 4096));
        CHECK_EQ(set.count, i);
    }
    for (uintptr_t i = 1; i <= 20000; i++) CHECK_EQ(tni_set_has(&set, i * 4096), i <= 10000);
    tni_set_free(&set);
    CHECK(!tni_set_has(&set, 4096));
}

static void a_set_is_filled_from_every_nth_word(void **state) {
    (void)state;
    tni_faults faults = {0};
    tni_set none = {0}, set = {0};
    tni_vector words = {0};
    CHECK(tni_set_fill(&none, &faults, &words, 0, 1));
    CHECK(!tni_set_has(&none, 8));
    for (uintptr_t i = 1; i <= 200; i++) CHECK(tni_vector_push(&words, &faults, i));
    CHECK(tni_set_fill(&set, &faults, &words, 1, 2));
    CHECK_EQ(set.count, 100);
    for (uintptr_t i = 1; i <= 200; i++) CHECK_EQ(tni_set_has(&set, i), i % 2 == 0);
    tni_set_free(&set);
    tni_vector_free(&words);
}

/* Many regions, so that places are shared and the table grows. */
static void each_word_has_a_second(void **state) {
    (void)state;
    tni_faults faults = {0};
    tni_shadow shadow = {0};
    enum { REGIONS = 200 };
    for (uintptr_t i = 1; i <= REGIONS; i++) {
        uintptr_t at = i * i * TNI_REGION + i * 8;
        uintptr_t *word = tni_shadow_of(&shadow, &faults, (void *)at);
        CHECK(word && *word == 0);
        *word = i;
    }
    for (uintptr_t i = 1; i <= REGIONS; i++) {
        CHECK_EQ(*tni_shadow_of(&shadow, &faults, (void *)(i * i * TNI_REGION + i * 8)), i);
        CHECK_EQ(*tni_shadow_of(&shadow, &faults, (void *)(i * i * TNI_REGION)), 0);
    }
    CHECK_EQ(shadow.pieces.count, REGIONS);
    tni_shadow_free(&shadow);
}

static void known_regions_are_told_by_their_address(void **state) {
    (void)state;
    static tni_known known[TNI_KNOWN];
    tni_known_begin(known);
    CHECK(!tni_known_has(tni_known_of(known, NULL), NULL));
    const char *a = (const char *)(5 * TNI_REGION), *b = a + TNI_KNOWN * TNI_REGION; /* at the same place */
    *tni_known_of(known, a) = (tni_known){(uintptr_t)a, 77};
    CHECK(tni_known_has(tni_known_of(known, a + 800), a + 800));
    CHECK_EQ(tni_known_of(known, a + 800)->place, 77);
    CHECK(!tni_known_has(tni_known_of(known, a + 801), a + 801));
    CHECK(!tni_known_has(tni_known_of(known, b), b));
}

static void pending_bits_are_set_in_the_end(void **state) {
    (void)state;
    static uint64_t map[100], wanted[100];
    tni_pending pending;
    tni_pending_begin(&pending, map);
    for (size_t i = 0; i < 1000; i++) {
        size_t bit = i * 37 % 6400;
        tni_pending_set(&pending, map, bit);
        wanted[bit / 64] |= UINT64_C(1) << bit % 64;
        if (i >= TNI_PENDING) {
            size_t before = (i - TNI_PENDING) * 37 % 6400;
            CHECK(map[before / 64] >> before % 64 & 1);
        }
    }
    tni_pending_end(&pending);
    for (int i = 0; i < 100; i++) CHECK_EQ(map[i], wanted[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_has_what_was_added),
        cmocka_unit_test(a_set_is_filled_from_every_nth_word),
        cmocka_unit_test(each_word_has_a_second),
        cmocka_unit_test(known_regions_are_told_by_their_address),
        cmocka_unit_test(pending_bits_are_set_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
