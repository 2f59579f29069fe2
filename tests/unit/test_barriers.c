/* test_barriers.c: debug mode `barriers` changes nothing of what the host sees. tests/mistakes has what it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "heap/heap.h"
#include "support.h"

/* Each store is recorded by its slot, also into small objects. */
static void what_was_recorded_of_a_small_object_may_go(void **state) {
    (void)state;
    Host host;
    host_open(&host, "debug=barriers");
    Vector **v[12];
    for (size_t k = 0; k < 12; k++) {
        v[k] = TN_NEW_TAIL(host.m, Vector, void *, 200);
        if (k % 4 == 2) TN_HASH_OF(host.m, v[k]); /* it will be in the last slot's place */
    }
    support_collect(host.m, TN_MAJOR);
    for (size_t k = 0; k < 12; k++)
        for (size_t i = 0; i < 200; i++) {
            TN_SCOPE(host.m);
            Pair **p = TN_NEW(host.m, Pair);
            TN_SET(host.m, v[k], item[i], p);
        }
    for (size_t k = 0; k < 12; k++) CHECK_EQ(TN_RESIZE(host.m, v[k], k % 2 ? 1 : 199), TN_OK);
    for (int round = 0; round < 3; round++) {
        TN_SCOPE(host.m);
        for (size_t k = 0; k < 12; k++) { /* bytes that look like references, where the slots were */
            Bytes **b = TN_NEW_TAIL(host.m, Bytes, char, 1500);
            memset((*b)->byte, 0x55, 1500);
        }
        support_collect(host.m, round ? TN_FULL : TN_MINOR);
    }
    for (size_t k = 0; k < 12; k++) CHECK(tn_read(*v[k], item[0]) != NULL);
    host_close(&host);
}

/* An object in the log is armed for this mode, but the barrier does not log it again. */
static void an_object_is_logged_once(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=barriers,verify");
    Fixed **fixed = TN_NEW(host.m, Fixed);
    for (int i = 0; i < 10; i++) {
        TN_SCOPE(host.m);
        Pair **p = TN_NEW(host.m, Pair);
        TN_SET(host.m, fixed, pair, p);
        tn_revisit_object(host.m, *fixed);
    }
    CHECK_EQ(host.heap->mutators[0].remembered.objects.count, 1);
    support_collect(host.m, TN_MINOR);
    CHECK_EQ(host.heap->mutators[0].remembered.objects.count, 0);
    host_close(&host);
}

/* A slot that its trace callback shows as a reference or as a value. */
typedef struct Either {
    bool is_value;
    uintptr_t word;
} Either;

static void either_trace(tn_tracer *tracer, void *object) {
    Either *e = object;
    if (e->is_value) tn_visit_value(tracer, &e->word);
    else tn_visit(tracer, &e->word);
}

/* So what the slot holds now decides, not what it held when it was recorded. */
static void a_reference_may_become_a_value(void **state) {
    (void)state;
    static const tn_type_desc desc = {.name = "Either", .size = sizeof(Either), .trace = either_trace};
    const tn_format format = tn_format_low_tags(1, 1, 7);
    tn_config config = TN_CONFIG_INIT;
    config.options = "debug=barriers";
    config.format = format;
    Host host;
    host_config(&host, &config);
    tn_type type = tn_type_create(host.heap, &desc);
    Either **e = TN_HANDLE(host.m, (Either *)tn_alloc_sized(host.m, type, sizeof(Either)));
    CHECK(*e != NULL);
    support_collect(host.m, TN_MAJOR);
    for (long round = 0; round < 5; round++) {
        Leaf *young = tn_alloc(host.m, Leaf);
        CHECK(young != NULL);
        young->number = round;
        (*e)->is_value = false;
        tn_store(host.m, *e, &(*e)->word, young);
        (*e)->is_value = true;
        tn_store_value(host.m, *e, &(*e)->word, support_value(&format, young));
        support_collect(host.m, TN_MINOR);
        CHECK_EQ(((Leaf *)support_address(&format, (*e)->word))->number, round);
    }
    host_close(&host);
}

static void nobody_listens_after_it_is_switched_off(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=barriers");
    CHECK(host.heap->answers.told != NULL);
    CHECK_EQ(tn_option_set(host.heap, "debug", "none"), TN_OK);
    CHECK(host.heap->answers.told == NULL);
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_recorded_of_a_small_object_may_go),
        cmocka_unit_test(an_object_is_logged_once),
        cmocka_unit_test(a_reference_may_become_a_value),
        cmocka_unit_test(nobody_listens_after_it_is_switched_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
