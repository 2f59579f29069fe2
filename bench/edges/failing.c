/* failing.c: `live` objects, and then `requests` for a buffer that heap_max has no room for. */
#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long number[3];
} Node;
typedef struct Bytes {
    long unused;
    char byte[];
} Bytes;
enum { Node_type = TN_FIRST_TYPE, Bytes_type };

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next)),
                                  TN_DESC(Bytes, TN_TAIL(1, 0, 0), .flags = TN_LEAF)};
    long live = edge_argument(argc, argv, 1, 1000000), requests = edge_argument(argc, argv, 2, 1000);
    tn_mutator *m = edge_start("heap_max=128M", types, 2);
    TN_LOCAL(m, Node, list);
    for (long i = 0; i < live; i++) {
        Node *n = tn_alloc(m, Node);
        if (!n) edge_fail(m);
        tn_init(n, next, *list);
        *list = n;
    }
    double begin = edge_cpu();
    for (long i = 0; i < requests; i++)
        if (tn_alloc_tail_sized(m, Bytes_type, sizeof(Bytes), 1, (size_t)120 << 20)) return 1;
    edge_say(m, "failing: requests that find no room", begin);
    return 0;
}
