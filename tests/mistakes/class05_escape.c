/* class05_escape.c: handles that leave their scopes in the wrong way, found by `handles`. */
#include "mistakes.h"

#define OPTIONS "debug=handles"
#define CLOSED                                                                                               \
    "tenure: heap 'host': handle used after its scope: the handle made at @1, in the scope of @2, which has " \
    "closed: TN_ESCAPE it, or make it in an outer scope\n"
#define TWO(what) \
    "tenure: heap 'host': two " what " escape from the scope of @2: there is one slot for each kind\n"
#define NOT_LAST                                                                                             \
    "tenure: heap 'host': TN_ESCAPE was not the last thing in the scope of @2: handles were made after it, " \
    "over its slot\n"

static Pair **make_pair(tn_mutator *m, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    Pair **pair = AT(1, TN_NEW(m, Pair));
    return mended ? TN_ESCAPE(pair) : pair;
}

static void no_escape(tn_mutator *m, bool mended) { touch(&(*make_pair(m, mended))->number); }

static Vector **make_vector(tn_mutator *m, size_t length, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    TN_NEW(m, Leaf);
    Vector **v = AT(1, TN_NEW_TAIL(m, Vector, Pair *, length));
    return mended ? TN_ESCAPE(v) : v;
}

static void no_escape_of_an_array(tn_mutator *m, bool mended) { look(&(*make_vector(m, 100, mended))->item[99]); }
static void no_escape_of_a_large_array(tn_mutator *m, bool mended) {
    look(&(*make_vector(m, LARGE_LENGTH, mended))->item[99]);
}

/* One of two returns forgets it. */
static Pair **find(tn_mutator *m, Pair *const *list, long number, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    Pair **at = AT(1, TN_HANDLE(m, *list));
    for (; *at; *at = tn_read(*at, cdr))
        if ((*at)->number == number) return mended ? TN_ESCAPE(at) : at;
    return TN_ESCAPE(at);
}

static void no_escape_on_one_path(tn_mutator *m, bool mended) {
    Pair **list = support_list(m, 20);
    CHECK(*find(m, list, 99, mended) == NULL);
    touch(&(*find(m, list, 7, mended))->number);
}

static tn_value *make_value(tn_mutator *m, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    tn_value *value = AT(1, TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Box))));
    return mended ? TN_ESCAPE_VALUE(value) : value;
}

static void no_escape_of_a_value(tn_mutator *m, bool mended) { touch(object_of(*make_value(m, mended))); }

/* Both halves of a split list. */
static void split(tn_mutator *m, Pair *const *list, Pair ***first, Pair ***second, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    Pair **a = TN_HANDLE(m, *list), **b = TN_GET(m, list, cdr);
    if (mended) **second = *b;
    else *second = TN_ESCAPE(b);
    *first = TN_ESCAPE(a);
}

static void two_escapes(tn_mutator *m, bool mended) {
    Pair **list = support_list(m, 4);
    TN_LOCAL(m, Pair, b);
    Pair **first = NULL, **second = b;
    split(m, list, &first, &second, mended);
    look(&(*second)->number);
}

/* Quotient and remainder, say. */
static tn_value *divide(tn_mutator *m, tn_value *rest, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    tn_value *quotient = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    tn_value *remainder = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    if (mended) *rest = *remainder;
    else remainder = TN_ESCAPE_VALUE(remainder);
    look(object_of(*remainder));
    return TN_ESCAPE_VALUE(quotient);
}

static void two_escapes_of_values(tn_mutator *m, bool mended) {
    TN_LOCAL_VALUE(m, rest);
    tn_value *quotient = divide(m, rest, mended);
    touch(object_of(*quotient));
}

/* An early escape in a loop's body: the body goes on. */
static Pair **longest(tn_mutator *m, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    TN_LOCAL(m, Pair, best);
    Pair **escaped = NULL;
    for (int i = 0; i < 3; i++) {
        *best = tn_alloc(m, Pair);
        if (!mended) escaped = TN_ESCAPE(best);
    }
    return mended ? TN_ESCAPE(best) : escaped;
}

static void an_escape_in_a_loop(tn_mutator *m, bool mended) { touch(&(*longest(m, mended))->number); }

static Vector **escape_then_make(tn_mutator *m, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 500);
    if (mended) TN_SET(m, v, item[0], TN_NEW(m, Pair));
    Vector **escaped = TN_ESCAPE(v);
    if (!mended) TN_SET(m, escaped, item[0], TN_NEW(m, Pair)); /* over the slot of what escaped */
    return escaped;
}

static void escape_is_not_last(tn_mutator *m, bool mended) { look(&(*escape_then_make(m, mended))->item[0]); }

static tn_value *escape_then_make_a_value(tn_mutator *m, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    tn_value *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Pair)));
    if (mended) return TN_ESCAPE_VALUE(value);
    value = TN_ESCAPE_VALUE(value);
    TN_HANDLE_VALUE(m, 0);
    return value;
}

static void escape_of_a_value_is_not_last(tn_mutator *m, bool mended) {
    look(object_of(*escape_then_make_a_value(m, mended)));
}

/* What escapes from the inner scope is in the outer one, and must escape again. */
static Pair **from_an_inner_scope(tn_mutator *m, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    Pair **result;
    {
        TN_SCOPE(m);
        Pair **pair = AT(1, TN_NEW(m, Pair));
        result = TN_ESCAPE(pair);
    }
    return mended ? TN_ESCAPE(result) : result;
}

static void an_escape_from_two_scopes(tn_mutator *m, bool mended) {
    touch(&(*from_an_inner_scope(m, mended))->number);
}

static const Case cases[] = {
    {"no escape", no_escape, HANDLES, POINTER, SMALL, OPTIONS, CLOSED},
    {"no escape of an array", no_escape_of_an_array, HANDLES, POINTER, ARRAY, OPTIONS, CLOSED},
    {"no escape of a large array", no_escape_of_a_large_array, HANDLES, LOW_TAG, LARGE, OPTIONS, CLOSED},
    {"no escape on one path", no_escape_on_one_path, HANDLES, POINTER, SMALL, OPTIONS, CLOSED},
    {"no escape of a value", no_escape_of_a_value, RAW, LOW_TAGS, SMALL, OPTIONS, CLOSED},
    {"no escape of a value, NaN-boxed", no_escape_of_a_value, RAW, NAN_BOX, SMALL, OPTIONS, CLOSED},
    {"two escapes", two_escapes, HANDLES, POINTER, SMALL, OPTIONS, TWO("handles")},
    {"two escapes of values", two_escapes_of_values, RAW, LOW_TAG, SMALL, OPTIONS, TWO("handles of values")},
    {"an escape in a loop", an_escape_in_a_loop, RAW, POINTER, SMALL, OPTIONS, TWO("handles")},
    {"escape is not last", escape_is_not_last, HANDLES, POINTER, ARRAY, OPTIONS, NOT_LAST},
    {"escape of a value is not last", escape_of_a_value_is_not_last, RAW, NAN_BOX, SMALL, OPTIONS, NOT_LAST},
    {"an escape from two scopes", an_escape_from_two_scopes, HANDLES, POINTER, SMALL, OPTIONS, CLOSED},
};

int main(void) { return mistakes_run("escapes", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
