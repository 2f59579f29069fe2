/* vector.c: a malloc'd vector of LENGTH references, owned by an object with a trace callback; PUSHES new objects are stored
 * into it at random places. `how` 0: tn_revisit_object; 1: tn_revisit_slot. */
#include "edge.h"

typedef struct Node {
    long number;
} Node;
typedef struct Vector {
    Node **at;
    size_t length;
} Vector;
enum { Node_type = TN_FIRST_TYPE, Vector_type = TN_FIRST_SPECIAL };

static void vector_trace(tn_tracer *tracer, void *object) {
    Vector *v = object;
    tn_visit_refs(tracer, (void *)v->at, v->length);
}
static void vector_gone(tn_heap *heap, void *object) {
    (void)heap;
    free((void *)((Vector *)object)->at);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, .flags = TN_LEAF),
                                  TN_DESC(Vector, .trace = vector_trace, .dispose = vector_gone)};
    size_t length = (size_t)edge_argument(argc, argv, 1, 4000000);
    long pushes = edge_argument(argc, argv, 2, 4000000), how = edge_argument(argc, argv, 3, 1);
    tn_mutator *m = edge_start("pretenure=off", types, 2);
    Vector **v = TN_NEW(m, Vector);
    if (!v || !((*v)->at = calloc(length, sizeof *(*v)->at))) edge_fail(m);
    (*v)->length = length;
    double begin = edge_cpu();
    for (long i = 0; i < pushes; i++) {
        Node *node = tn_alloc(m, Node);
        if (!node) edge_fail(m);
        node->number = i;
        Node **slot = &(*v)->at[edge_random() % length];
        *slot = node;
        if (how == 0) tn_revisit_object(m, *v);
        else tn_revisit_slot(m, *v, slot);
    }
    edge_say(m, how ? "vector: tn_revisit_slot" : "vector: tn_revisit_object", begin);
    return 0;
}
