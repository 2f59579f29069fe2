/* class08_bound.c: loops that make handles without a scope of their own, told by a line in the log when more are live than
 * `handle_warn` says: with `handles` it names the scope and the last handle, and without it how many there are. */
#include <stdio.h>

#include "mistakes.h"

enum { ROUNDS = 300 };
#define OPTIONS "debug=handles handle_warn=100"
#define UNCHECKED "handle_warn=100"
#define MANY                                                                                                       \
    "[handles host] 101 handles in the scope of @1, the last made at @2: a loop without a TN_SCOPE of its own?\n"
#define LIVE                                                                                          \
    "[handles host] %n handles are live: a loop without a TN_SCOPE? A host without NDEBUG is told " \
    "where by TENURE_DEBUG=handles\n"

/* The mended twin: the same step in a scope of its own. */
#define LOOP(step)                              \
    for (int i = 0; i < ROUNDS; i++) {          \
        if (!mended) {                          \
            step(m);                            \
            continue;                           \
        }                                       \
        TN_SCOPE(m);                            \
        step(m);                                \
    }

static void make(tn_mutator *m) { AT(2, (void)TN_NEW(m, Pair)); }
static void make_array(tn_mutator *m) { AT(2, (void)TN_NEW_TAIL(m, Vector, Pair *, 20)); }
static void make_large(tn_mutator *m) { AT(2, (void)TN_NEW_TAIL(m, Values, tn_value, LARGE_LENGTH)); }
static void hold(tn_mutator *m) { AT(2, (void)TN_HANDLE(m, tn_alloc(m, Pair))); }
static void hold_value(tn_mutator *m) { AT(2, (void)TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Pair)))); }

static void in_a_loop(tn_mutator *m, bool mended) {
    AT(1, (void)0); TN_SCOPE(m);
    LOOP(make)
}

static void of_arrays(tn_mutator *m, bool mended) {
    AT(1, (void)0); TN_SCOPE(m);
    LOOP(make_array)
}

static void of_large_arrays(tn_mutator *m, bool mended) {
    AT(1, (void)0); TN_SCOPE(m);
    LOOP(make_large)
}

static void of_raw_pointers(tn_mutator *m, bool mended) {
    AT(1, (void)0); TN_SCOPE(m);
    LOOP(hold)
}

static void of_values(tn_mutator *m, bool mended) {
    AT(1, (void)0); TN_SCOPE(m);
    LOOP(hold_value)
}

/* A walk along a list that makes a handle of each pair. */
static void along_a_list(tn_mutator *m, bool mended) {
    AT(1, (void)0); TN_SCOPE(m);
    Pair **at = TN_NEW(m, Pair);
    for (int i = 0; i < ROUNDS; i++) {
        TN_SCOPE(m);
        Pair **next = TN_NEW(m, Pair);
        TN_SET(m, next, cdr, at);
        *at = *next;
    }
    while (*at) {
        if (mended) {
            *at = tn_read(*at, cdr);
            continue;
        }
        AT(2, at = TN_GET(m, at, cdr));
    }
}

/* The same scope warns once, the next one again. */
static void in_two_scopes(tn_mutator *m, bool mended) {
    for (int round = 0; round < 2; round++) {
        AT(1, (void)0); TN_SCOPE(m);
        LOOP(make)
    }
}

/* What a host with NDEBUG is told: at the next collection. */
static void at_a_collection(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    LOOP(make)
    minor(m);
}

static void of_values_at_a_collection(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    LOOP(hold_value)
    minor(m);
    full(m); /* said once */
}

static const Case cases[] = {
    {"a handle for each round", in_a_loop, HANDLES, POINTER, SMALL, OPTIONS, MANY},
    {"handles of arrays", of_arrays, HANDLES, LOW_TAG, ARRAY, OPTIONS, MANY},
    {"handles of large arrays", of_large_arrays, HANDLES, NAN_BOX, LARGE, OPTIONS, MANY},
    {"handles of raw pointers", of_raw_pointers, RAW, LOW_TAGS, SMALL, OPTIONS, MANY},
    {"handles of values", of_values, RAW, NAN_BOX, SMALL, OPTIONS, MANY},
    {"a handle for each pair of a list", along_a_list, HANDLES, LOW_TAG, SMALL, OPTIONS, MANY},
    {"two scopes, one after the other", in_two_scopes, HANDLES, POINTER, SMALL, OPTIONS, MANY MANY},
    {"at a collection", at_a_collection, HANDLES, POINTER, SMALL, UNCHECKED, LIVE},
    {"values at a collection", of_values_at_a_collection, RAW, LOW_TAG, SMALL, UNCHECKED, LIVE},
};

int main(void) { return mistakes_run("class 8", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
