/* class01_barrier.c: stores without barrier, found by `verify`; with `sites` it names both allocations. */
#include <stdlib.h>
#include <string.h>

#include "mistakes.h"

#define OPTIONS "debug=verify,sites"
#define UNRECORDED ", a young object, and the store was not recorded: use TN_SET, tn_write or tn_store\n"
#define UNRECORDED_ROOT \
    ", a young object, and the store was not recorded: use TN_ROOT_SET\n"
#define BEFORE(n) "tenure: heap 'host': verify: before minor collection " #n ": "

static void memcpy_into_a_field(tn_mutator *m, bool mended) {
    Pair **old = AT(1, TN_NEW(m, Pair));
    (*old)->number = 1;
    minor(m);
    Pair **young = AT(2, TN_NEW(m, Pair));
    if (mended) TN_SET(m, old, cdr, young);
    else memcpy((char *)*old + offsetof(Pair, cdr), young, sizeof *young);
    minor(m);
}

/* The const of a TN_FIELD, cast away. */
static void cast_the_const_away(tn_mutator *m, bool mended) {
    Pair **old = TN_HANDLE(m, AT(1, tn_alloc(m, Pair)));
    minor(m);
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    young->number = 9;
    if (mended) tn_write(m, *old, car, young);
    else *(Pair **)(uintptr_t)&(*old)->car = young;
    minor(m);
}

/* A copy of a whole object over another, as structs are copied. */
static void clone_by_memcpy(tn_mutator *m, bool mended) {
    Vector **to = AT(1, TN_NEW_TAIL(m, Vector, Pair *, 20));
    minor(m);
    Pair **young = AT(2, TN_NEW(m, Pair));
    Vector **from = TN_NEW_TAIL(m, Vector, Pair *, 20);
    TN_SET(m, from, item[13], young);
    if (mended)
        for (int i = 0; i < 20; i++) tn_write(m, *to, item[i], tn_read(*from, item[i]));
    else memcpy((void *)(*to)->item, (*from)->item, 20 * sizeof(Pair *));
    minor(m);
}

/* Elements of a large array move up by memmove to make room: the slot that was recorded is another one then. */
static void memmove_in_a_large_array(tn_mutator *m, bool mended) {
    Vector **v = AT(1, TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH));
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    tn_write(m, *v, item[4000], young);
    if (mended) tn_write(m, *v, item[4001], tn_read(*v, item[4000]));
    else memmove((void *)&(*v)->item[4001], &(*v)->item[4000], 900 * sizeof(Pair *));
    minor(m);
}

static int by_number(const void *a, const void *b) {
    const Pair *const *p = a, *const *q = b;
    return *p && *q ? ((*p)->number > (*q)->number) - ((*p)->number < (*q)->number) : (*p == NULL) - (*q == NULL);
}

static void sort_in_place(tn_mutator *m, bool mended) {
    Vector **v = AT(1, TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH));
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    tn_write(m, *v, item[1234], young);
    if (!mended) {
        qsort((void *)(*v)->item, LARGE_LENGTH, sizeof(Pair *), by_number);
    } else {
        Pair **copy = malloc(LARGE_LENGTH * sizeof(Pair *));
        for (int i = 0; i < LARGE_LENGTH; i++) copy[i] = tn_read(*v, item[i]);
        qsort((void *)copy, LARGE_LENGTH, sizeof(Pair *), by_number);
        for (int i = 0; i < LARGE_LENGTH; i++) tn_write(m, *v, item[i], copy[i]);
        free((void *)copy);
    }
    minor(m);
}

/* "It was new a moment ago." */
static void init_after_an_allocation(tn_mutator *m, bool mended) {
    Box **box = TN_HANDLE(m, AT(1, tn_alloc(m, Box)));
    minor(m); /* any allocation might */
    Pair *young = AT(2, tn_alloc(m, Pair));
    if (mended) tn_write_value(m, *box, value, value_of(young));
    else tn_init_value(*box, value, value_of(young));
    minor(m);
}

static void value_through_a_pointer(tn_mutator *m, bool mended) {
    Box **box = AT(1, TN_NEW(m, Box));
    minor(m);
    Pair **young = AT(2, TN_NEW(m, Pair));
    tn_value *value = TN_HANDLE_VALUE(m, value_of(*young));
    if (mended) TN_SET_VALUE(m, box, value, value);
    else *(tn_value *)(uintptr_t)&(*box)->value = *value;
    minor(m);
}

static void fill_a_large_array_of_values(tn_mutator *m, bool mended) {
    Values **v = AT(1, TN_NEW_TAIL(m, Values, tn_value, LARGE_LENGTH));
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    for (int i = 10; i < LARGE_LENGTH; i++)
        if (mended) tn_write_value(m, *v, item[i], value_of(young));
        else smuggle_value(&(*v)->item[i], value_of(young));
    minor(m);
}

static void swap_two_values(tn_mutator *m, bool mended) {
    Values **a = AT(1, TN_NEW_TAIL(m, Values, tn_value, 300)), **b = TN_NEW_TAIL(m, Values, tn_value, 300);
    minor(m);
    tn_write_value(m, *b, item[299], value_of(AT(2, tn_alloc(m, Pair))));
    tn_value mine = tn_read_value(*a, item[299]), its = tn_read_value(*b, item[299]);
    tn_write_value(m, *b, item[299], mine);
    if (mended) tn_write_value(m, *a, item[299], its);
    else smuggle_value(&(*a)->item[299], its);
    minor(m);
}

/* The barrier is told of another object than the one that is changed. */
static void barrier_of_the_wrong_object(tn_mutator *m, bool mended) {
    Fixed **fixed = AT(1, TN_NEW(m, Fixed)), **other = TN_NEW(m, Fixed);
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    tn_value *slot = (tn_value *)(uintptr_t)&(*fixed)->value;
    tn_store_value(m, mended ? *fixed : *other, slot, value_of(young));
    minor(m);
}

static void root_by_assignment(tn_mutator *m, bool mended) {
    static TN_FIELD(Pair) root;
    CHECK_EQ(tn_root_create(m, &root), TN_OK);
    minor(m);
    Pair **young = AT(2, TN_NEW(m, Pair));
    if (mended) TN_ROOT_SET(m, &root, young);
    else smuggle(&root, *young);
    minor(m);
    CHECK_EQ(tn_root_destroy(m, &root), TN_OK);
}

/* A variable of a running function is set in the part of the stack that a collection has seen. */
static void frame_below_the_low_water_mark(tn_mutator *m, bool mended) {
    static tn_value stack[100], *base, *top, *low;
    base = low = stack;
    top = stack + 10;
    tn_range_desc desc = {.base = &base, .top = &top, .low = &low, .values = 1};
    tn_range *range = tn_range_create(m, &desc);
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    if (mended && stack < low) low = stack;
    stack[3] = value_of(young);
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

static void write_to_a_suspended_stack(tn_mutator *m, bool mended) {
    static tn_value stack[100], *base, *top;
    base = stack;
    top = stack + 10;
    tn_range *range = tn_range_create(m, &(tn_range_desc){.base = &base, .top = &top, .values = 1});
    CHECK_EQ(tn_range_suspend(m, range), TN_OK);
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    if (mended) CHECK_EQ(tn_range_resume(m, range), TN_OK);
    stack[3] = value_of(young);
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

#define PAIR(n) "%p (Pair: pair " #n ", allocated at @2)"
#define OBJECT(text, field) "object %p (" text ", allocated at @1), field '" field "' holds "

/* Survivors stay young under stress, but not for long: so it is found that this one would be old by now. */
static void a_survivor_under_stress(tn_mutator *m, bool mended) {
    Pair **a = AT(1, TN_NEW(m, Pair));
    for (int i = 0; i < 3; i++) TN_NEW(m, Pair);
    Pair *young = AT(2, tn_alloc(m, Pair));
    if (mended) tn_write(m, *a, cdr, young);
    else smuggle((char *)*a + offsetof(Pair, cdr), young);
    TN_NEW(m, Pair);
}

static const Case cases[] = {
    {"memcpy into a field", memcpy_into_a_field, HANDLES, POINTER, SMALL, OPTIONS,
     BEFORE(2) OBJECT("Pair: pair 1", "cdr") PAIR(0) UNRECORDED},
    {"const cast away", cast_the_const_away, RAW, POINTER, SMALL, OPTIONS,
     BEFORE(3) OBJECT("Pair: pair 0", "car") PAIR(9) UNRECORDED},
    {"clone by memcpy", clone_by_memcpy, HANDLES, LOW_TAG, ARRAY, OPTIONS,
     BEFORE(2) OBJECT("Vector", "tail[13]") PAIR(0) UNRECORDED},
    {"memmove in a large array", memmove_in_a_large_array, RAW, POINTER, LARGE, OPTIONS,
     BEFORE(2) OBJECT("Vector", "tail[4001]") PAIR(0) UNRECORDED},
    {"sort in place", sort_in_place, RAW, LOW_TAGS, LARGE, OPTIONS,
     BEFORE(2) OBJECT("Vector", "tail[0]") PAIR(0) UNRECORDED},
    {"tn_init after an allocation", init_after_an_allocation, RAW, NAN_BOX, SMALL, OPTIONS,
     BEFORE(2) OBJECT("Box", "value") PAIR(0) UNRECORDED},
    {"value through a pointer", value_through_a_pointer, HANDLES, LOW_TAG, SMALL, OPTIONS,
     BEFORE(2) OBJECT("Box", "value") PAIR(0) UNRECORDED},
    {"fill a large array of values", fill_a_large_array_of_values, RAW, LOW_TAGS, LARGE, OPTIONS,
     BEFORE(2) OBJECT("Values", "tail[10]") PAIR(0) UNRECORDED},
    {"swap two values", swap_two_values, RAW, NAN_BOX, ARRAY, OPTIONS,
     BEFORE(2) OBJECT("Values", "tail[299]") PAIR(0) UNRECORDED},
    {"barrier of the wrong object", barrier_of_the_wrong_object, RAW, LOW_TAG, SMALL, OPTIONS,
     BEFORE(2) OBJECT("Fixed", "value") PAIR(0) UNRECORDED},
    {"a survivor under stress", a_survivor_under_stress, RAW, POINTER, SMALL, "debug=verify,sites,stress=1",
     "tenure: heap 'host': verify: before minor collection %n: " OBJECT("Pair: pair 0", "cdr") PAIR(0) UNRECORDED},
    {"root by assignment", root_by_assignment, HANDLES, POINTER, SMALL, OPTIONS,
     BEFORE(2) "a global or root cell at %p holds " PAIR(0) UNRECORDED_ROOT},
    {"frame below the low-water mark", frame_below_the_low_water_mark, RAW, NAN_BOX, SMALL, OPTIONS,
     BEFORE(2) "slot 3 of the range %p, made at *:*, holds " PAIR(0) ", a young object, and the low-water mark is "
               "above it, at slot 10: lower it to the lowest slot that is written, pushed or popped\n"},
    {"write to a suspended stack", write_to_a_suspended_stack, RAW, NAN_BOX, SMALL, OPTIONS,
     BEFORE(2) "slot 3 of the range %p, made at *:*, holds " PAIR(
         0) ", a young object, and the range is suspended: call tn_range_resume before writing\n"},
};

int main(void) { return mistakes_run("stores without barrier", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
