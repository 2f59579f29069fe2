/* freshbig.c: a new array of references of MIB MiB, in which hardly anything is stored: how long are the next minor
 * collection, one behind a single store, one behind more stores than the log of slots holds, and a major one? */
#include "edge.h"

typedef struct Array {
    long unused;
    TN_FIELD(void) slot[];
} Array;
typedef struct Node {
    TN_FIELD(struct Node) next;
} Node;
enum { Array_type = TN_FIRST_TYPE, Node_type };

static void collect(tn_mutator *m, tn_collection_kind kind, const char *what) {
    double begin = edge_cpu();
    if (tn_collect(m, kind) != TN_OK) edge_fail(m);
    printf("freshbig: %-32s %10.3f ms cpu\n", what, (edge_cpu() - begin) * 1e3);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Array, TN_TAIL(8, 1, 0)), TN_DESC(Node, TN_REFS(Node, next))};
    size_t length = (size_t)edge_argument(argc, argv, 1, 1024) << 17;
    double begin = edge_cpu();
    tn_mutator *m = edge_start("pretenure=off", types, 2);
    Array **array = TN_NEW_TAIL(m, Array, void *, length);
    if (!array) edge_fail(m);
    collect(m, TN_MINOR, "the first minor collection");
    collect(m, TN_MAJOR, "a major one");
    tn_write(m, *array, slot[5], (void *)tn_alloc(m, Node));
    collect(m, TN_MINOR, "a minor one behind a store");
    void **young = TN_HANDLE(m, (void *)tn_alloc(m, Node));
    for (size_t i = 0; i < 70000; i++) tn_write(m, *array, slot[edge_random() % length], *young);
    collect(m, TN_MINOR, "behind 70,000 stores");
    collect(m, TN_MAJOR, "a major one");
    edge_say(m, "freshbig", begin);
    return 0;
}
