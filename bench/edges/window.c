/* window.c: the last 10,000 objects are alive, and `objects` are made. Most die old. For bench/stopped.c. */
#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long number[3];
} Node;
typedef struct Table {
    long unused;
    TN_FIELD(Node) slot[];
} Table;
enum { Node_type = TN_FIRST_TYPE, Table_type };
enum { SLOTS = 10000 };

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next)), TN_DESC(Table, TN_TAIL(8, 1, 0), .flags = 0)};
    long objects = edge_argument(argc, argv, 1, 50000000);
    tn_mutator *m = edge_start(NULL, types, 2);
    Table **table = TN_NEW_TAIL(m, Table, void *, SLOTS);
    if (!table) edge_fail(m);
    double begin = edge_cpu();
    for (long i = 0; i < objects; i++) {
        Node *n = tn_alloc(m, Node);
        if (!n) edge_fail(m);
        n->number[0] = i;
        tn_write(m, *table, slot[i % SLOTS], n);
    }
    edge_say(m, "window: the last 10,000 objects are alive", begin);
    return 0;
}
