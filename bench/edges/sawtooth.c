/* sawtooth.c: a list grows to `objects`, is dropped, and grows again, `teeth` times. Memory that is given back too soon
 * is taken again by the next tooth. */
#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long number[3];
} Node;
enum { Node_type = TN_FIRST_TYPE };

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next))};
    long objects = edge_argument(argc, argv, 1, 5000000), teeth = edge_argument(argc, argv, 2, 8);
    tn_mutator *m = edge_start(NULL, types, 1);
    TN_LOCAL(m, Node, list);
    double begin = edge_cpu();
    for (long t = 0; t < teeth; t++) {
        *list = NULL;
        for (long i = 0; i < objects; i++) {
            Node *n = tn_alloc(m, Node);
            if (!n) edge_fail(m);
            tn_init(n, next, *list);
            *list = n;
        }
    }
    edge_say(m, "sawtooth: a list grows and is dropped", begin);
    return 0;
}
