/* host.c: what valgrind_test.sh runs under Valgrind: a use of something dead in each case, or of what lives instead.
 *
 *     host CASE [mended]
 *
 * The line that ends in a case's name with a colon is its mistake, the one with "after" that of the last collection. */
#include <stdio.h>
#include <string.h>

#include "tenure.h"

typedef struct Leaf { long number; } Leaf;
typedef struct Vector { long number; TN_FIELD(Leaf) item[]; } Vector;
enum { Leaf_type = TN_FIRST_TYPE, Vector_type };
enum { LARGE_LENGTH = 5000 };

static const tn_type_desc types[] = {
    TN_DESC(Leaf, .flags = TN_LEAF),
    TN_DESC(Vector, .tail_size = sizeof(Leaf *), .tail_refs = 1),
};

static long sink;
#define LOOK(place) (sink += *(const volatile long *)&(place))
#define TOUCH(place) (*(volatile long *)&(place) = 1)

static void young(tn_mutator *m, bool mended) {
    Leaf **leaf = TN_NEW(m, Leaf), *raw = *leaf;
    for (int i = 0; i < 3; i++) tn_collect(m, TN_MINOR);
    tn_collect(m, TN_MINOR); /* after young: */
    LOOK((mended ? *leaf : raw)->number); /* young: */
}

static void young_array(tn_mutator *m, bool mended) {
    Vector **v = TN_NEW_TAIL(m, Vector, Leaf *, 100), *raw = *v;
    tn_collect(m, TN_MINOR); /* after young_array: */
    TOUCH((mended ? *v : raw)->number); /* young_array: */
}

static void old(tn_mutator *m, bool mended) {
    Leaf **leaf = TN_NEW(m, Leaf), **neighbour = TN_NEW(m, Leaf);
    tn_collect(m, TN_MINOR);
    Leaf *raw = *leaf;
    if (!mended) *leaf = *neighbour;
    tn_collect(m, TN_FULL); /* after old: */
    LOOK(raw->number); /* old: */
}

static void large(tn_mutator *m, bool mended) {
    Vector **v = TN_NEW_TAIL(m, Vector, Leaf *, LARGE_LENGTH), *raw = *v;
    Vector **neighbour = TN_NEW_TAIL(m, Vector, Leaf *, LARGE_LENGTH);
    if (!mended) *v = *neighbour;
    tn_collect(m, TN_FULL); /* after large: */
    TOUCH(raw->number); /* large: */
}

static void handle(tn_mutator *m, bool mended) {
    Leaf **leaf = TN_NEW(m, Leaf);
    {
        TN_SCOPE(m);
        if (!mended) leaf = TN_NEW(m, Leaf);
    }
    tn_collect(m, TN_MINOR); /* after handle: */
    TOUCH((*leaf)->number); /* handle: */
}

static void handle_of_a_value(tn_mutator *m, bool mended) {
    tn_value *value = TN_HANDLE_VALUE(m, (tn_value)(uintptr_t)tn_alloc(m, Leaf));
    for (int i = 0; i < 3; i++) {
        TN_SCOPE(m);
        if (!mended) value = TN_HANDLE_VALUE(m, (tn_value)(uintptr_t)tn_alloc(m, Leaf));
    }
    tn_collect(m, TN_FULL); /* after handle_of_a_value: */
    TOUCH(((Leaf *)(uintptr_t)*value)->number); /* handle_of_a_value: */
}

static Vector **make(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    for (int i = 0; i < 1000; i++) TN_NEW(m, Leaf);
    Vector **v = TN_NEW_TAIL(m, Vector, Leaf *, LARGE_LENGTH);
    return mended ? TN_ESCAPE(v) : v;
}

static void no_escape(tn_mutator *m, bool mended) {
    Vector **v = make(m, mended);
    tn_collect(m, TN_MINOR); /* after no_escape: */
    LOOK((*v)->number); /* no_escape: */
}

static void restored(tn_mutator *m, bool mended) {
    Leaf **leaf = TN_NEW(m, Leaf);
    tn_checkpoint mark = tn_save(m);
    if (!mended) leaf = TN_NEW(m, Leaf);
    tn_restore(m, mark); /* after restored: */
    TOUCH((*leaf)->number); /* restored: */
}

static const struct {
    const char *name;
    void (*run)(tn_mutator *m, bool mended);
} cases[] = {
    {"young", young}, {"young_array", young_array}, {"old", old}, {"large", large}, {"handle", handle},
    {"handle_of_a_value", handle_of_a_value}, {"no_escape", no_escape}, {"restored", restored},
};

int main(int argc, char **argv) {
    tn_config config = TN_CONFIG_INIT;
    config.name = "host";
    tn_heap *heap = tn_heap_create(&config, NULL);
    if (argc < 2 || !heap) return 2;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!tn_type_create(heap, &types[i])) return 2;
    tn_mutator *m = tn_mutator_create(heap, NULL);
    int status = 2;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(argv[1], cases[i].name) != 0) continue;
        TN_SCOPE(m);
        cases[i].run(m, argc > 2);
        status = 0;
    }
    if (tn_mutator_destroy(m) != TN_OK || tn_heap_destroy(heap) != TN_OK) return 2;
    return status;
}
