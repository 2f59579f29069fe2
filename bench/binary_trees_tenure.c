/* binary-trees by the rules of the Benchmarks Game, on Tenure, in the raw tier. Usage: binary_trees_tenure [DEPTH [burst]].
 * Plainly, as an interpreter would build them: handles for what must survive an allocation, raw pointers elsewhere. With
 * `burst`, a small subtree is built without handles, in memory that tn_reserve has made sure of. The same output as
 * binary_trees_bdwgc; on standard error, the largest resident set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tenure.h"

typedef struct Node {
    TN_FIELD(struct Node) left, right;
} Node;
enum { Node_type = TN_FIRST_TYPE };
static const tn_type_desc node_desc = TN_DESC(Node, TN_REFS(Node, left, right));

static Node *new_node(tn_mutator *m) {
    Node *node = TN_ALLOC(m, Node);
    if (!node) {
        fprintf(stderr, "%s\n", tn_last_error(m));
        exit(1);
    }
    return node;
}

/* Each returns a raw pointer, which is good until the caller allocates. */
typedef Node *(*build_fn)(tn_mutator *m, int depth);

static Node *build(tn_mutator *m, int depth) {
    if (depth == 0) return new_node(m);
    TN_SCOPE(m);
    Node **left = TN_HANDLE(m, build(m, depth - 1)); /* building the right one moves it */
    Node **right = TN_HANDLE(m, build(m, depth - 1));
    Node *node = new_node(m);
    TN_INIT(node, left, *left); /* new: needs no barrier */
    TN_INIT(node, right, *right);
    return node;
}

/* Memory for the whole tree is reserved: nothing collects, nothing moves. */
static Node *build_reserved(tn_mutator *m, int depth) {
    Node *left = depth > 0 ? build_reserved(m, depth - 1) : NULL;
    Node *right = depth > 0 ? build_reserved(m, depth - 1) : NULL;
    Node *node = new_node(m);
    TN_INIT(node, left, left);
    TN_INIT(node, right, right);
    return node;
}

enum { BURST_DEPTH = 8 }; /* 511 nodes, 12 KiB */

static Node *build_in_bursts(tn_mutator *m, int depth) {
    if (depth <= BURST_DEPTH) {
        if (tn_reserve(m, TN_CELL(sizeof(Node)) * ((2u << depth) - 1)) == TN_OK) return build_reserved(m, depth);
        fprintf(stderr, "%s\n", tn_last_error(m));
        exit(1);
    }
    TN_SCOPE(m);
    Node **left = TN_HANDLE(m, build_in_bursts(m, depth - 1));
    Node **right = TN_HANDLE(m, build_in_bursts(m, depth - 1));
    Node *node = new_node(m);
    TN_INIT(node, left, *left);
    TN_INIT(node, right, *right);
    return node;
}

/* Allocates nothing, so raw pointers may be held. */
static long count(const Node *node) {
    const Node *left = TN_READ(node, left);
    return left ? 1 + count(left) + count(TN_READ(node, right)) : 1;
}

static void run(tn_mutator *m, build_fn grow, int most) {
    const int least = 4;
    TN_SCOPE(m);
    printf("stretch tree of depth %d\t check: %ld\n", most + 1, count(grow(m, most + 1)));
    Node **kept = TN_HANDLE(m, grow(m, most));
    for (int depth = least; depth <= most; depth += 2) {
        long trees = 1L << (most - depth + least), check = 0;
        for (long i = 0; i < trees; i++) check += count(grow(m, depth));
        printf("%ld\t trees of depth %d\t check: %ld\n", trees, depth, check);
    }
    printf("long lived tree of depth %d\t check: %ld\n", most, count(*kept));
}

int main(int argc, char **argv) {
    int most = argc > 1 ? atoi(argv[1]) : 18;
    tn_error error = {TN_OK, ""};
    tn_heap *heap = tn_heap_create(NULL, &error);
    tn_mutator *m = heap ? tn_attach(heap, &error) : NULL;
    if (!m || !tn_type_add(heap, &node_desc)) {
        fprintf(stderr, "%s\n", m ? tn_last_error(m) : error.text);
        return 1;
    }
    if (argc > 2 && strcmp(argv[2], "burst") == 0) run(m, build_in_bursts, most < 6 ? 6 : most);
    else run(m, build, most < 6 ? 6 : most);
    tn_detach(m);
    tn_heap_destroy(heap);

    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) fprintf(stderr, "max RSS KiB: %ld\n", usage.ru_maxrss);
    return 0;
}
