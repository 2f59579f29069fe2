/* cliff.c: beside PAIRS live pairs, MIB of short-lived buffers of SIZE bytes each: just below and just above the limit of
 * small objects, and far above it. A collector that frees large objects in major collections only falls here. */
#include "edge.h"

typedef struct Pair {
    TN_FIELD(struct Pair) next;
    long number;
} Pair;
typedef struct Buffer {
    char bytes[8];
} Buffer;
enum { Pair_type = TN_FIRST_TYPE, Buffer_type };

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Pair, TN_REFS(Pair, next)),
                                  TN_DESC(Buffer, TN_TAIL(1, 0, 0), .flags = TN_LEAF | TN_UNZEROED)};
    long pairs = edge_argument(argc, argv, 1, 8000000), mib = edge_argument(argc, argv, 2, 2048);
    size_t size = (size_t)edge_argument(argc, argv, 3, 8192);
    tn_mutator *m = edge_start(NULL, types, 2);
    TN_LOCAL(m, Pair, list);
    for (long i = 0; i < pairs; i++) {
        Pair *p = tn_alloc(m, Pair);
        if (!p) edge_fail(m);
        tn_init(p, next, *list);
        *list = p;
    }
    double begin = edge_cpu();
    for (size_t n = ((size_t)mib << 20) / size; n--;) {
        Buffer *b = tn_alloc_tail(m, Buffer, char, size - sizeof(Buffer));
        if (!b) edge_fail(m);
        memset(b, 1, size);
    }
    char what[80];
    snprintf(what, sizeof what, "cliff: buffers of %zu bytes", size);
    edge_say(m, what, begin);
    return 0;
}
