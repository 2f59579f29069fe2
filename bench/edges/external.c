/* external.c: off-heap bytes that objects own. `live` pairs stay; `buffers` of `bytes` each replace each other at
 * random in a table of `slots`. With `counted` 1 they are reported to tn_external_adjust, with 0 they are not: the two
 * lines show what counting costs. A line has the most bytes of buffers that existed at a time, including dead ones that
 * no collection had found yet. */
#include "edge.h"

typedef struct Pair {
    TN_FIELD(struct Pair) next;
    long number;
} Pair;
typedef struct Buffer {
    char *at;
    size_t counted;
} Buffer;
typedef struct Table {
    long unused;
    TN_FIELD(Buffer) slot[];
} Table;
enum { Pair_type = TN_FIRST_TYPE, Table_type, Buffer_type = TN_FIRST_SPECIAL };
static long alive, most_alive;

static void buffer_gone(tn_heap *heap, void *object) {
    Buffer *b = object;
    free(b->at);
    alive--;
    if (b->counted) tn_external_adjust(heap, -(ptrdiff_t)b->counted);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Pair, TN_REFS(Pair, next)), TN_DESC(Table, TN_TAIL(8, 1, 0), .flags = 0),
                                  TN_DESC(Buffer, .flags = TN_LEAF, .dispose = buffer_gone)};
    long live = edge_argument(argc, argv, 1, 4400000), buffers = edge_argument(argc, argv, 2, 10000);
    int counted = (int)edge_argument(argc, argv, 3, 1);
    size_t bytes = (size_t)edge_argument(argc, argv, 4, 65536), slots = (size_t)edge_argument(argc, argv, 5, 1000);
    tn_mutator *m = edge_start(NULL, types, 3);
    TN_LOCAL(m, Pair, list);
    for (long i = 0; i < live; i++) {
        Pair *p = tn_alloc(m, Pair);
        if (!p) edge_fail(m);
        tn_init(p, next, *list);
        *list = p;
    }
    Table **table = TN_NEW_TAIL(m, Table, void *, slots);
    if (!table) edge_fail(m);
    double begin = edge_cpu();
    for (long i = 0; i < buffers; i++) {
        Buffer *b = tn_alloc(m, Buffer);
        if (!b || !(b->at = malloc(bytes))) edge_fail(m);
        b->at[bytes / 2] = 1;
        b->counted = counted ? bytes : 0;
        tn_write(m, *table, slot[edge_random() % slots], b);
        if (counted) tn_external_adjust(m->heap, (ptrdiff_t)bytes);
        if (++alive > most_alive) most_alive = alive;
    }
    char what[100];
    snprintf(what, sizeof what, "external: %s, at most %.1f MiB", counted ? "counted" : "not counted",
             (double)most_alive * (double)bytes / 1048576);
    edge_say(m, what, begin);
    return 0;
}
