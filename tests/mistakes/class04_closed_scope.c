/* class04_closed_scope.c: handles that are used after their scopes have closed, found by `handles`. */
#include <string.h>

#include "mistakes.h"

#define OPTIONS "debug=handles"
#define CLOSED(made, scope)                                                                                   \
    "tenure: heap 'host': handle used after its scope: the handle made at " made ", in the scope of " scope  \
    ", which has closed: TN_ESCAPE it, or make it in an outer scope\n"

/* The scope of the block ends before the function does. */
static void after_its_block(tn_mutator *m, bool mended) {
    Pair **pair = mended ? TN_NEW(m, Pair) : NULL;
    {
        AT(2, (void)0); TN_SCOPE(m);
        if (!mended) pair = AT(1, TN_NEW(m, Pair));
    }
    touch(&(*pair)->number);
}

/* The last handle of a loop's body. */
static void after_its_loop(tn_mutator *m, bool mended) {
    TN_LOCAL(m, Vector, result);
    Vector **last = result;
    for (int i = 0; i < 10; i++) {
        AT(2, (void)0); TN_SCOPE(m);
        Vector **v = AT(1, TN_NEW_TAIL(m, Vector, Pair *, 10));
        if (mended) *result = *v;
        else last = v;
    }
    look(&(*last)->item[9]);
}

static Pair **cached;

static void fill_the_cache(tn_mutator *m) {
    AT(2, (void)0); TN_SCOPE(m);
    TN_NEW(m, Leaf);
    cached = AT(1, TN_NEW(m, Pair));
}

static void in_a_static_variable(tn_mutator *m, bool mended) {
    fill_the_cache(m);
    if (mended) cached = TN_NEW(m, Pair);
    touch(&(*cached)->number);
}

static void break_out_of_it(tn_mutator *m, bool mended) {
    Pair **list = support_list(m, 10), **found = TN_HANDLE(m, *list);
    for (Pair **at = TN_HANDLE(m, *list); *at; *at = tn_read(*at, cdr)) {
        AT(2, (void)0); TN_SCOPE(m);
        Pair **next = AT(1, TN_GET(m, at, cdr));
        if (mended) *found = *next;
        else found = next;
        if ((*at)->number == 5) break;
    }
    look(&(*found)->number);
}

/* An argument of a call is a handle of a scope that has closed. */
static void store_it_into_an_object(tn_mutator *m, bool mended) {
    Pair **holder = TN_NEW(m, Pair), **member = mended ? TN_NEW(m, Pair) : NULL;
    if (!mended) {
        AT(2, (void)0); TN_SCOPE(m);
        member = AT(1, TN_NEW(m, Pair));
    }
    TN_SET(m, holder, car, member);
    look(&tn_read(*holder, car)->number);
}

static void value_after_its_scope(tn_mutator *m, bool mended) {
    tn_value *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    if (!mended) {
        AT(2, (void)0); TN_SCOPE(m);
        value = AT(1, TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf))));
    }
    touch(object_of(*value));
}

static void field_after_its_scope(tn_mutator *m, bool mended) {
    Values **array = TN_NEW_TAIL(m, Values, tn_value, LARGE_LENGTH);
    tn_write_value(m, *array, item[4999], value_of(tn_alloc(m, Pair)));
    tn_value *value;
    {
        AT(2, (void)0); TN_SCOPE(m);
        value = AT(1, TN_GET_VALUE(m, array, item[4999]));
    }
    if (mended) value = TN_GET_VALUE(m, array, item[4999]);
    touch(&((Pair *)object_of(*value))->number);
}

static void local_after_its_scope(tn_mutator *m, bool mended) {
    Pair **local;
    {
        AT(2, (void)0); TN_SCOPE(m);
        AT(1, (void)0); TN_LOCAL(m, Pair, inner);
        *inner = tn_alloc(m, Pair);
        local = inner;
    }
    if (mended) local = TN_NEW(m, Pair);
    touch(&(*local)->number);
}

static void weak_referent_after_its_scope(tn_mutator *m, bool mended) {
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH);
    tn_weak **weak = TN_WEAK_NEW(m, v);
    Vector **referent;
    {
        AT(2, (void)0); TN_SCOPE(m);
        referent = AT(1, TN_WEAK_GET(m, Vector, weak));
    }
    if (mended) referent = TN_WEAK_GET(m, Vector, weak);
    look(&(*referent)->item[4000]);
}

/* A raw pointer is made a handle for a moment. */
static void handle_of_a_raw_pointer(tn_mutator *m, bool mended) {
    Pair **root = TN_NEW(m, Pair), **handle;
    {
        AT(2, (void)0); TN_SCOPE(m);
        handle = AT(1, TN_HANDLE(m, *root));
        minor(m);
    }
    touch(mended ? &(*root)->number : &(*handle)->number);
}

/* After tn_restore the handles that were made since tn_save are gone like those of closed scopes. */
static void after_tn_restore(tn_mutator *m, bool mended) {
    AT(2, (void)0); TN_SCOPE(m);
    Pair **kept = TN_NEW(m, Pair);
    tn_checkpoint mark = tn_save(m);
    Pair **pair = AT(1, TN_NEW(m, Pair));
    tn_restore(m, mark);
    touch(mended ? &(*kept)->number : &(*pair)->number);
}

static const Case cases[] = {
    {"after its block", after_its_block, HANDLES, POINTER, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"after its block, under all", after_its_block, HANDLES, POINTER, SMALL, "debug=all,seed=1 handles=1M",
     CLOSED("@1", "@2")},
    {"after its loop", after_its_loop, HANDLES, POINTER, ARRAY, OPTIONS, CLOSED("@1", "@2")},
    {"in a static variable", in_a_static_variable, HANDLES, NAN_BOX, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"break out of it", break_out_of_it, HANDLES, POINTER, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"store it into an object", store_it_into_an_object, HANDLES, LOW_TAG, SMALL, OPTIONS,
     CLOSED("@1", "@2")},
    {"value after its scope", value_after_its_scope, RAW, POINTER, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"value after its scope, one tag", value_after_its_scope, RAW, LOW_TAG, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"value after its scope, several tags", value_after_its_scope, RAW, LOW_TAGS, SMALL, OPTIONS,
     CLOSED("@1", "@2")},
    {"value after its scope, NaN-boxed", value_after_its_scope, RAW, NAN_BOX, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"value of a field after its scope", field_after_its_scope, HANDLES, LOW_TAGS, LARGE, OPTIONS,
     CLOSED("@1", "@2")},
    {"local after its scope", local_after_its_scope, RAW, POINTER, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"weak referent after its scope", weak_referent_after_its_scope, HANDLES, POINTER, LARGE, OPTIONS,
     CLOSED("@1", "@2")},
    {"handle of a raw pointer", handle_of_a_raw_pointer, RAW, POINTER, SMALL, OPTIONS, CLOSED("@1", "@2")},
    {"after tn_restore", after_tn_restore, HANDLES, LOW_TAGS, SMALL, OPTIONS, CLOSED("@1", "@2")},
};

int main(void) { return mistakes_run("handles of closed scopes", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
