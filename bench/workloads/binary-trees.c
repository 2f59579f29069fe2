/* binary-trees, by the rules of the Benchmarks Game: a tree to stretch memory, one that lives long, and many that do
 * not, bottom up. What functional programs do to a collector. The bound: a region for each tree. */
#include "shim.h"

typedef struct Node {
    REF(struct Node) left, right;
} Node;
enum { Node_type = FIRST_TYPE };
TYPES(TN_DESC(Node, TN_REFS(Node, left, right)))

static RESULT(Node) new_leaf(MUTATOR_ONLY) {
    SCOPE;
    TMP(Node, node, NEW(Node));
    INIT(P(node), left, NULL);
    INIT(P(node), right, NULL);
    RETURN(node);
}

static RESULT(Node) build(MUTATOR unsigned depth) {
    if (depth == 0) return new_leaf(M_ONLY);
    SCOPE;
    VAR(Node, left, build(M depth - 1));
    VAR(Node, right, build(M depth - 1));
    TMP(Node, node, NEW(Node));
    INIT(P(node), left, V(left));
    INIT(P(node), right, V(right));
    RETURN(node);
}

static uint64_t count(const Node *node) {
    const Node *left = READ(node, left);
    return left ? 1 + count(left) + count(READ(node, right)) : 1;
}

static void drop(Node *node) {
    if (READ(node, left)) drop(READ(node, left)), drop(READ(node, right));
    FREE(node);
}

/* Builds a tree, counts it, drops it. */
static uint64_t try_tree(MUTATOR unsigned depth) {
    REGION mark = REGION_OPEN();
    SCOPE;
    TMP(Node, tree, build(M depth));
    uint64_t nodes = count(P(tree));
    if (MANUAL) drop(P(tree));
    REGION_CLOSE(mark);
    REQUIRE(nodes == (UINT64_C(2) << depth) - 1);
    return nodes;
}

static uint64_t workload(MUTATOR_ONLY) {
    unsigned least = 4, most = (unsigned)argument("depth", 18);
    uint64_t check = try_tree(M most + 1);
    SCOPE;
    VAR(Node, kept, build(M most));
    for (unsigned depth = least; depth <= most; depth += 2)
        for (uint64_t trees = UINT64_C(1) << (most - depth + least); trees; trees--) {
            TURN;
            check += try_tree(M depth);
        }
    uint64_t nodes = count(V(kept));
    REQUIRE(nodes == (UINT64_C(2) << most) - 1);
    if (MANUAL) drop(V(kept));
    return check + nodes;
}
