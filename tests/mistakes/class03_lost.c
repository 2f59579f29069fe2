/* class03_lost.c: young objects that nothing rooted, found by `stale` when they are used. */
#include <stdlib.h>

#include "mistakes.h"

#define OPTIONS "debug=stale"
#define LOST(into)                                                                                                   \
    "tenure: heap 'host': stale pointer: %p is used, " into                                                          \
    ", allocated at @1, which collection 1 (asked by the host) found dead, for no root, handle or object referred " \
    "to it: hold it by a handle, global or root, or by a field that its type describes\n"

static void in_a_local_variable(tn_mutator *m, bool mended) {
    Pair *raw = AT(1, TN_ALLOC(m, Pair));
    Pair **kept = TN_HANDLE(m, mended ? raw : NULL);
    minor(m);
    touch(mended ? &(*kept)->number : &raw->number);
}

static void in_malloced_memory(tn_mutator *m, bool mended) {
    Pair **table = calloc(10, sizeof *table);
    TN_LOCAL(m, Pair, pair);
    table[3] = AT(1, TN_ALLOC(m, Pair));
    if (mended) *pair = table[3];
    minor(m);
    Pair *found = mended ? *pair : table[3];
    free((void *)table);
    touch(&found->number);
}

/* A TN_FIELD that nobody has registered is no root. */
static void in_a_root_that_was_not_added(tn_mutator *m, bool mended) {
    static TN_FIELD(Vector) symbols;
    if (mended) CHECK_EQ(tn_root_add(m, &symbols), TN_OK);
    Vector *new = AT(1, TN_ALLOC_TAIL(m, Vector, Pair *, 200));
    if (mended) CHECK_EQ(TN_ROOT_WRITE(m, &symbols, new), TN_OK);
    else smuggle(&symbols, new);
    minor(m);
    touch(&TN_ROOT_READ(&symbols)->number);
    if (mended) CHECK_EQ(tn_root_remove(m, &symbols), TN_OK);
}

/* A plain field holds a reference, which no bitmap says. */
static void in_a_plain_field(tn_mutator *m, bool mended) {
    Pair **holder = TN_NEW(m, Pair);
    Leaf *leaf = AT(1, TN_ALLOC(m, Leaf));
    (*holder)->number = (long)(intptr_t)leaf;
    if (mended) TN_WRITE(m, *holder, car, (Pair *)(void *)leaf);
    minor(m);
    touch(mended ? (void *)TN_READ(*holder, car) : (void *)(intptr_t)(*holder)->number);
}

/* A reference stored without its tag is an immediate. */
static void value_without_its_tag(tn_mutator *m, bool mended) {
    Box **box = TN_NEW(m, Box);
    Pair *pair = AT(1, TN_ALLOC(m, Pair));
    TN_WRITE_VALUE(m, *box, value, mended ? value_of(pair) : (tn_value)(uintptr_t)pair);
    minor(m);
    tn_value value = TN_READ_VALUE(*box, value);
    touch(mended ? &((Pair *)object_of(value))->number : &((Pair *)(uintptr_t)value)->number);
}

/* A VM pushes, and has not yet stored its new top when a collection happens. */
static void above_the_top_of_a_range(tn_mutator *m, bool mended) {
    static tn_value stack[100], *base, *top;
    base = top = stack;
    tn_range_desc desc = {.base = &base, .top = &top, .values = 1};
    tn_range *range = tn_range_add(m, &desc);
    Values *new = AT(1, TN_ALLOC_TAIL(m, Values, tn_value, 900));
    tn_value *sp = top;
    *sp++ = value_of(new);
    if (mended) top = sp;
    minor(m);
    touch(&((Values *)object_of(sp[-1]))->item[899]);
    CHECK_EQ(tn_range_remove(m, range), TN_OK);
}

/* The buffer has grown, and the count that the trace callback goes by has not. */
static void beyond_the_count(tn_mutator *m, bool mended) {
    Owner **owner = TN_NEW(m, Owner);
    (*owner)->buffer = calloc(4, sizeof(Pair *));
    (*owner)->count = mended ? 4 : 3;
    Pair *pair = AT(1, TN_ALLOC(m, Pair));
    (*owner)->buffer[3] = pair;
    tn_remember(m, *owner);
    minor(m);
    touch(&(*owner)->buffer[3]->number);
}

static void held_weakly_only(tn_mutator *m, bool mended) {
    tn_weak_array **names = tn_weak_array_new(m, 10);
    Bytes *name = AT(1, TN_ALLOC_TAIL(m, Bytes, unsigned char, 3000));
    tn_weak_array_write(m, *names, 4, value_of(name));
    tn_value *strong = TN_HANDLE_VALUE(m, mended ? value_of(name) : 0);
    minor(m);
    if (mended) name = object_of(tn_weak_array_read(m, *names, 4));
    CHECK(!mended || name == object_of(*strong));
    touch(&name->number);
}

static Pair *first_of(tn_mutator *m) {
    TN_SCOPE(m);
    Pair **pair = AT(1, TN_NEW(m, Pair));
    return *pair; /* the handle is gone, and with it the only root */
}

static void out_of_its_scope(tn_mutator *m, bool mended) {
    Pair *pair = first_of(m);
    Pair **kept = TN_HANDLE(m, mended ? pair : NULL);
    minor(m);
    touch(mended ? &(*kept)->number : &pair->number);
}

/* The handle holds the object until it is assigned another. */
static void after_its_handle_was_assigned(tn_mutator *m, bool mended) {
    Pair **pair = AT(1, TN_NEW(m, Pair)), **other = TN_HANDLE(m, *pair);
    Pair *first = *pair;
    *pair = NULL;
    if (!mended) *other = NULL;
    minor(m);
    touch(mended ? &(*other)->number : &first->number);
}

static const Case cases[] = {
    {"in a local variable", in_a_local_variable, RAW, POINTER, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"in malloc'd memory", in_malloced_memory, RAW, POINTER, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"in a root that was not added", in_a_root_that_was_not_added, RAW, POINTER, ARRAY, OPTIONS,
     LOST("0 bytes into a 'Vector'")},
    {"in a plain field", in_a_plain_field, HANDLES, POINTER, SMALL, OPTIONS, LOST("0 bytes into a 'Leaf'")},
    {"value without its tag", value_without_its_tag, RAW, LOW_TAG, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"value without its tag, NaN-boxed", value_without_its_tag, HANDLES, NAN_BOX, SMALL, OPTIONS,
     LOST("16 bytes into a 'Pair'")},
    {"above the top of a range", above_the_top_of_a_range, RAW, LOW_TAGS, ARRAY, OPTIONS,
     LOST("7200 bytes into a 'Values'")},
    {"beyond the count", beyond_the_count, RAW, POINTER, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"held weakly only", held_weakly_only, HANDLES, LOW_TAGS, ARRAY, OPTIONS, LOST("0 bytes into a 'Bytes'")},
    {"out of its scope", out_of_its_scope, HANDLES, LOW_TAG, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"after its handle was assigned", after_its_handle_was_assigned, HANDLES, POINTER, SMALL, OPTIONS,
     LOST("16 bytes into a 'Pair'")},
};

/* Large arrays are born old. */
int main(void) { return mistakes_run("lost objects", cases, sizeof cases / sizeof *cases, 1u << SMALL | 1u << ARRAY); }
