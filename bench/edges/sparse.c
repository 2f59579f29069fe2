/* sparse.c: ARRAYS arrays of KIB each, of which one slot is used: hash tables with room to grow, stacks that are seldom
 * deep. What is resident should be what was written to. */
#include "edge.h"

typedef struct Array {
    long unused;
    tn_value_field slot[];
} Array;
enum { Array_type = TN_FIRST_TYPE };

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Array, TN_TAIL(8, 0, 1))};
    long arrays = edge_argument(argc, argv, 1, 1000), kib = edge_argument(argc, argv, 2, 4096);
    tn_mutator *m = edge_start(NULL, types, 1);
    double begin = edge_cpu();
    size_t length = (size_t)kib * 128 - 8;
    for (long i = 0; i < arrays; i++) {
        Array **a = TN_HANDLE(m, (Array *)tn_alloc_tail(m, Array, tn_value, length));
        if (!*a) edge_fail(m);
        tn_write_value(m, *a, slot[edge_random() % length], (tn_value)(uintptr_t)*a);
    }
    tn_collect(m, TN_MAJOR);
    tn_collect(m, TN_FULL);
    char what[80];
    snprintf(what, sizeof what, "sparse: %.1f MiB resident of %ld", edge_resident(), arrays * kib / 1024);
    edge_say(m, what, begin);
    return 0;
}
