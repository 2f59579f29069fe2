/* fixed.c: a list grows to `objects` under policy=fixed. */
#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long number[3];
} Node;
enum { Node_type = TN_FIRST_TYPE };

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next))};
    long objects = edge_argument(argc, argv, 1, 24000000);
    tn_mutator *m = edge_start("policy=fixed", types, 1);
    TN_LOCAL(m, Node, list);
    double begin = edge_cpu();
    for (long i = 0; i < objects; i++) {
        Node *n = tn_alloc(m, Node);
        if (!n) edge_fail(m);
        tn_init(n, next, *list);
        *list = n;
    }
    edge_say(m, "fixed: a heap that grows under policy=fixed", begin);
    return 0;
}
