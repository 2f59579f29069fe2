/* limit.c: what is resident of a heap that is filled until NULL, beside its limit of MIB MiB. `shape` 0: a list; 1: a list
 * beside a wide array; 2: nodes that refer to each other at random, for which a marker wants a long stack; 3: arrays of
 * 100 KiB that are dropped, then a list. */
#include "edge.h"

typedef struct Pair {
    TN_FIELD(struct Pair) next, other;
} Pair;
typedef struct Table {
    long unused;
    TN_FIELD(Pair) slot[];
} Table;
enum { Pair_type = TN_FIRST_TYPE, Table_type };
static const char *const names[] = {"a list", "a wide array", "a random graph", "arrays, then a list"};

static void fill_with_pairs(tn_mutator *m, Pair **list) {
    for (Pair *p; (p = tn_alloc(m, Pair)); *list = p) tn_init(p, next, *list);
}

static void fill_with_arrays(tn_mutator *m, Table **list) {
    for (Table *t; (t = tn_alloc_tail(m, Table, void *, 12800)); *list = t)
        tn_store(m, t, (void *)&t->slot[0], *list);
}

/* As many pairs as fit in eight tenths of the limit, in a table and then not. */
static void make_graph(tn_mutator *m, long bytes, int random) {
    long count = bytes / 10 * 8 / (24 + 8);
    Table **table = TN_NEW_TAIL(m, Table, void *, (size_t)count);
    if (!table) edge_fail(m);
    for (long i = 0; i < count; i++) {
        Pair *p = tn_alloc(m, Pair);
        if (!p) edge_fail(m);
        tn_write(m, *table, slot[i], p);
    }
    if (!random) return;
    for (long i = 0; i < count; i++) {
        Pair *p = tn_read(*table, slot[i]);
        tn_write(m, p, next, tn_read(*table, slot[edge_random() % (unsigned long)count]));
        tn_write(m, p, other, tn_read(*table, slot[edge_random() % (unsigned long)count]));
    }
    TN_HANDLE(m, tn_read(*table, slot[0]));
    *table = NULL;
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Pair, TN_REFS(Pair, next, other)), TN_DESC(Table, TN_TAIL(8, 1, 0))};
    long mib = edge_argument(argc, argv, 1, 200);
    int shape = (int)edge_argument(argc, argv, 2, 0);
    char options[64], what[80];
    snprintf(options, sizeof options, "heap_max=%ldM", mib);
    double before = edge_peak(), begin = edge_cpu();
    tn_mutator *m = edge_start(options, types, 2);
    TN_LOCAL(m, Pair, list);
    TN_LOCAL(m, Table, tables);
    if (shape == 1 || shape == 2) make_graph(m, mib << 20, shape == 2);
    if (shape == 3) fill_with_arrays(m, tables);
    *tables = NULL;
    fill_with_pairs(m, list);
    tn_stats s;
    tn_stats_get(m->heap, &s);
    snprintf(what, sizeof what, "limit: %s, %ld MiB", names[shape & 3], mib);
    edge_say(m, what, begin);
    printf("      resident at most %.1f MiB more than before; committed %.1f MiB\n", edge_peak() - before,
           (double)s.committed_bytes / 1048576);
    return 0;
}
