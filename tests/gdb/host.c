/* host.c: what gdb_test.sh looks at: a few objects of both ages, of several sizes, and who refers to them. */
#include <stdio.h>

#include "tenure.h"

typedef struct Pair { TN_FIELD(struct Pair) car; tn_value_field value; long number; } Pair;
typedef struct Vector { size_t length; tn_value_field item[]; } Vector;
enum { Pair_type = TN_FIRST_TYPE, Vector_type };

static void describe(const void *object, char *text, size_t size) {
    snprintf(text, size, "number %ld", ((const Pair *)object)->number);
}

static const tn_type_desc types[] = {
    TN_DESC(Pair, .refs = 1, .ref_names = "car", .values = 2, .value_names = "value", .describe = describe),
    TN_DESC(Vector, .tail_size = sizeof(tn_value), .tail_values = 1),
};

static void stop_here(tn_mutator *m, Pair *const *old, Pair *const *young, Vector *const *large, Pair *moved, Pair *dead) {
    (void)m, (void)old, (void)young, (void)large, (void)moved, (void)dead;
}

int main(void) {
    tn_config config = TN_CONFIG_INIT;
    config.name = "seen";
    config.format = tn_format_low_tag(7, 0);
    config.options = "debug=quarantine=9";
    tn_heap *heap = tn_heap_create(&config, NULL);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) tn_type_create(heap, &types[i]);
    tn_mutator *m = tn_mutator_create(heap, NULL);
    TN_SCOPE(m);
    tn_site_set(m, "script.lua", 42);
    Pair *raw = tn_alloc(m, Pair);
    Pair **old = TN_HANDLE(m, raw), **other = TN_NEW(m, Pair);
    (*old)->number = 7;
    tn_collect(m, TN_MINOR);
    Pair *dead = *other;
    *other = NULL;
    tn_collect(m, TN_MAJOR);
    Vector **large = TN_NEW_TAIL(m, Vector, tn_value, 2000);
    (*large)->length = 2000;
    Pair **young = TN_NEW(m, Pair);
    (*young)->number = 8;
    TN_SET(m, young, car, old);
    tn_write_value(m, *large, item[1234], (tn_value)(uintptr_t)*old);
    stop_here(m, old, young, large, raw, dead);
    return 0;
}
