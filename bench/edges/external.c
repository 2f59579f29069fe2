/* external.c: off-heap bytes that objects own. LIVE pairs stay; BUFFERS of 64 KiB replace each other at random in a table
 * of 1000. `counted` 1: tn_external is told of them; 0: it is not, so that both lines show what counting costs. */
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
enum { BYTES = 65536, SLOTS = 1000 };

static void buffer_gone(tn_heap *heap, void *object) {
    Buffer *b = object;
    free(b->at);
    if (b->counted) tn_external(heap, -(ptrdiff_t)b->counted);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Pair, TN_REFS(Pair, next)), TN_DESC(Table, TN_TAIL(8, 1, 0), .flags = 0),
                                  TN_DESC(Buffer, .flags = TN_LEAF, .dispose = buffer_gone)};
    long live = edge_argument(argc, argv, 1, 4400000), buffers = edge_argument(argc, argv, 2, 10000);
    int counted = (int)edge_argument(argc, argv, 3, 1);
    tn_mutator *m = edge_start(NULL, types, 3);
    TN_LOCAL(m, Pair, list);
    for (long i = 0; i < live; i++) {
        Pair *p = TN_ALLOC(m, Pair);
        if (!p) edge_fail(m);
        TN_INIT(p, next, *list);
        *list = p;
    }
    Table **table = TN_NEW_TAIL(m, Table, void *, SLOTS);
    if (!table) edge_fail(m);
    double begin = edge_cpu();
    for (long i = 0; i < buffers; i++) {
        Buffer *b = TN_ALLOC(m, Buffer);
        if (!b || !(b->at = malloc(BYTES))) edge_fail(m);
        b->at[BYTES / 2] = 1;
        b->counted = counted ? BYTES : 0;
        TN_WRITE(m, *table, slot[edge_random() % SLOTS], b);
        if (counted) tn_external(m->heap, BYTES);
    }
    edge_say(m, counted ? "external: buffers that are counted" : "external: buffers that are not", begin);
    return 0;
}
