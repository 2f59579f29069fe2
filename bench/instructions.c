/* bench/instructions.c: what instructions.sh counts: each path of the collector, as often as it is told. Usage:
 * instructions PATH COUNT. The counts of two runs differ by what the path itself executes, and by nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tenure.h>

typedef struct Pair {
    TN_FIELD(struct Pair) car, cdr;
} Pair;
typedef struct Bytes {
    uint64_t bytes[128];
} Bytes;
typedef struct Vector {
    uint64_t length;
    TN_FIELD(Bytes) at[];
} Vector;
typedef struct Values {
    uint64_t length;
    tn_value_field at[];
} Values;
enum { Pair_type = TN_FIRST_TYPE, Bytes_type, Vector_type, Values_type };
static const tn_type_desc types[] = {TN_DESC(Pair, TN_REFS(Pair, car, cdr)), TN_DESC(Bytes, .flags = TN_LEAF),
                                     TN_DESC(Vector, TN_TAIL(8, 1, 0)), TN_DESC(Values, TN_TAIL(8, 0, 1))};

static void *need(tn_mutator *m, void *p) {
    if (p) return p;
    fprintf(stderr, "instructions: %s\n", tn_last_error(m));
    exit(1);
}

/* A chain of `count` pairs, each with a pair of its own at its car. */
static Pair **chain(tn_mutator *m, long count) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, head);
    for (long i = 0; i < count / 2; i++) {
        TN_SCOPE(m);
        Pair **side = need(m, TN_NEW(m, Pair));
        Pair *pair = need(m, tn_alloc(m, Pair));
        tn_init(pair, car, *side);
        tn_init(pair, cdr, *head);
        *head = pair;
    }
    return TN_ESCAPE(head);
}

static Pair **tree(tn_mutator *m, int depth) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, left);
    TN_LOCAL(m, Pair, right);
    if (depth) *left = *tree(m, depth - 1), *right = *tree(m, depth - 1);
    Pair **pair = need(m, TN_NEW(m, Pair));
    TN_SET(m, pair, car, left);
    TN_SET(m, pair, cdr, right);
    return TN_ESCAPE(pair);
}

static void nothing(tn_mutator *m, long count) {
    for (long i = 0; i < count; i++) __asm__ volatile("" : : "r"(m) : "memory");
}

static void allocate(tn_mutator *m, long count) {
    for (long i = 0; i < count; i++) need(m, tn_alloc(m, Pair));
}

/* An old value into an old object: the barrier's filter lets it through. */
static void store_old(tn_mutator *m, long count) {
    TN_SCOPE(m);
    Pair **pair = need(m, TN_NEW(m, Pair));
    tn_collect(m, TN_MINOR);
    for (long i = 0; i < count; i++) TN_SET(m, pair, cdr, pair);
}

/* A young value into an old object that is logged already. */
static void store_young(tn_mutator *m, long count) {
    TN_SCOPE(m);
    Pair **pair = need(m, TN_NEW(m, Pair));
    tn_collect(m, TN_MINOR);
    Pair **young = need(m, TN_NEW(m, Pair));
    for (long i = 0; i < count; i++) TN_SET(m, pair, cdr, young);
}

static void scope(tn_mutator *m, long count) {
    for (long i = 0; i < count; i++) {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, pair);
        __asm__ volatile("" : : "r"(pair) : "memory");
    }
}

/* Survivors: small objects with references, and 1 KiB of bytes each. */
static void copy_pairs(tn_mutator *m, long count) {
    TN_SCOPE(m);
    chain(m, count);
    tn_collect(m, TN_MINOR);
}

static void copy_bytes(tn_mutator *m, long count) {
    TN_SCOPE(m);
    long objects = count / (long)sizeof(Bytes);
    Vector **vector = need(m, TN_NEW_TAIL(m, Vector, TN_FIELD(Bytes), (size_t)objects));
    for (long i = 0; i < objects; i++) {
        TN_SCOPE(m);
        Bytes **bytes = need(m, TN_NEW(m, Bytes));
        TN_SET(m, vector, at[i], bytes);
    }
    tn_collect(m, TN_MINOR);
}

/* In a tree there are always many objects to look at, in a chain hardly more than one. */
static void mark_again(tn_mutator *m, long objects, long count) {
    for (long i = 0; i < count; i += objects) tn_collect(m, TN_MAJOR);
}

static void mark_tree(tn_mutator *m, long count) {
    TN_SCOPE(m);
    tree(m, 14);
    mark_again(m, (1 << 15) - 1, count);
}

static void mark_chain(tn_mutator *m, long count) {
    TN_SCOPE(m);
    chain(m, 20000);
    mark_again(m, 20000, count);
}

/* An array of immediates, looked at again and again: by minor collections, because it is remembered; and by marking. */
enum { IMMEDIATES = 100000 };
static Values **immediates(tn_mutator *m) {
    Values **values = need(m, TN_NEW_TAIL(m, Values, tn_value_field, IMMEDIATES));
    for (long i = 0; i < IMMEDIATES; i++) tn_init_value(*values, at[i], (tn_value)i << 1 | 1);
    tn_collect(m, TN_MINOR);
    return values;
}

static void scan_values(tn_mutator *m, long count) {
    TN_SCOPE(m);
    Values **values = immediates(m);
    for (long i = 0; i < count; i += IMMEDIATES) {
        tn_revisit_object(m, *values);
        tn_collect(m, TN_MINOR);
    }
}

static void mark_values(tn_mutator *m, long count) {
    TN_SCOPE(m);
    immediates(m);
    mark_again(m, IMMEDIATES, count);
}

static const struct {
    const char *name, *options;
    void (*run)(tn_mutator *m, long count);
} paths[] = {
    {"nothing", "", nothing},
    {"allocate", "nursery=64M", allocate},
    {"allocate-old", "pretenure=on growth_min=1G", allocate},
    {"store-old", "", store_old},
    {"store-young", "", store_young},
    {"scope", "", scope},
    {"copy-pairs", "nursery=64M growth_min=1G", copy_pairs},
    {"copy-bytes", "nursery=64M growth_min=1G", copy_bytes},
    {"mark-tree", "", mark_tree},
    {"mark-chain", "", mark_chain},
    {"scan-values", "", scan_values},
    {"mark-values", "", mark_values},
};

int main(int argc, char **argv) {
    for (size_t i = 0; argc == 3 && i < sizeof paths / sizeof *paths; i++) {
        if (strcmp(argv[1], paths[i].name) != 0) continue;
        char options[128];
        snprintf(options, sizeof options, "policy=fixed huge_pages=off %s", paths[i].options);
        tn_config config = TN_CONFIG_INIT;
        config.options = options;
        config.format = tn_format_low_tag(1, 0); /* odd words are integers */
        config.ignore_environment = true;
        tn_error error = {TN_OK, ""};
        tn_heap *heap = tn_heap_create(&config, &error);
        tn_mutator *m = heap ? tn_mutator_create(heap, &error) : NULL;
        if (!m) return fprintf(stderr, "instructions: %s\n", error.text), 1;
        for (size_t k = 0; k < sizeof types / sizeof *types; k++)
            if (!tn_type_create(heap, &types[k])) return 1;
        paths[i].run(m, atol(argv[2]));
        tn_mutator_destroy(m);
        return tn_heap_destroy(heap) != TN_OK;
    }
    fprintf(stderr, "usage: instructions PATH COUNT\n");
    return 2;
}
