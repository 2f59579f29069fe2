/* gcbench, after Ellis, Kovac and Boehm's GCBench in the form of Whippet's: a tree and an array that live, and trees of
 * growing depth that are built and dropped, top down through the barrier and bottom up. Between the nodes, holes: dead
 * at once, of varying size, without references. What a program does that keeps some structure and churns through
 * temporary ones. The bound: a region for each tree; holes are bumped and lie in it. */
#include "shim.h"

typedef struct Node {
    REF(struct Node) left, right;
    int32_t i, j;
} Node;
typedef struct Hole {
    uint64_t words[1]; /* and more after it */
} Hole;
typedef struct Doubles {
    uint64_t length;
    double at[];
} Doubles;
enum { Node_type = FIRST_TYPE, Hole_type, Doubles_type };
TYPES(TN_DESC(Node, TN_REFS(Node, left, right)), TN_DESC(Hole, .flags = TN_LEAF, TN_TAIL(8, 0, 0)),
      TN_DESC(Doubles, .flags = TN_LEAF, TN_TAIL(8, 0, 0)))

/* Holes of n words, n - 1 failures before a success of probability 0.15; the table is the same in every run. */
enum { DRAWS = 256 };
static uint8_t hole_words[DRAWS];
static uint8_t next_hole;

static void draw_holes(void) {
    random_state random = {42};
    for (unsigned i = 0; i < DRAWS; i++) {
        unsigned n = 1;
        while (n < 255 && random_below(&random, 100) >= 15) n++;
        hole_words[i] = (uint8_t)n;
    }
}

static inline void drop_hole(MUTATOR_ONLY) {
    TURN;
    unsigned words = hole_words[next_hole++];
    TMP(Hole, hole, NEW_LEAF_TAIL(Hole, uint64_t, words - 1));
    P(hole)->words[0] = words;
    __asm__ volatile("" : : "r"(P(hole)) : "memory"); /* it was really wanted */
    if (MANUAL) FREE(P(hole));
}

static RESULT(Node) new_node(MUTATOR_ONLY) {
    SCOPE;
    drop_hole(M_ONLY);
    TMP(Node, node, NEW(Node));
    INIT(P(node), left, NULL);
    INIT(P(node), right, NULL);
    P(node)->i = P(node)->j = 0;
    RETURN(node);
}

static RESULT(Node) build_up(MUTATOR unsigned depth) {
    SCOPE;
    if (depth == 0) {
        TMP(Node, node, new_node(M_ONLY));
        RETURN(node);
    }
    VAR(Node, left, build_up(M depth - 1));
    VAR(Node, right, build_up(M depth - 1));
    TMP(Node, node, new_node(M_ONLY));
    INIT(P(node), left, V(left));
    INIT(P(node), right, V(right));
    RETURN(node);
}

static void build_down(MUTATOR HELD(Node) node, unsigned depth) {
    if (depth == 0) return;
    SCOPE;
    VAR(Node, left, new_node(M_ONLY));
    WRITE(V(node), left, V(left));
    VAR(Node, right, new_node(M_ONLY));
    WRITE(V(node), right, V(right));
    build_down(M left, depth - 1);
    build_down(M right, depth - 1);
}

static uint64_t count(const Node *node) { return node ? 1 + count(READ(node, left)) + count(READ(node, right)) : 0; }

static void drop(Node *node) {
    if (!node) return;
    drop(READ(node, left));
    drop(READ(node, right));
    FREE(node);
}

static RESULT(Node) build(MUTATOR bool top_down, unsigned depth) {
    SCOPE;
    if (!top_down) {
        TMP(Node, up, build_up(M depth));
        RETURN(up);
    }
    VAR(Node, root, new_node(M_ONLY));
    build_down(M root, depth);
    RETURN(VAR_RESULT(root));
}

/* Of each tree only the left edge is walked, as in GCBench: it is the building that counts. */
static void try_trees(MUTATOR bool top_down, unsigned depth, uint64_t trees) {
    for (; trees; trees--) {
        REGION mark = REGION_OPEN();
        SCOPE;
        TMP(Node, tree, build(M top_down, depth));
        unsigned edge = 0;
        for (const Node *node = P(tree); node; node = READ(node, left)) edge++;
        REQUIRE(edge == depth + 1);
        if (MANUAL) drop(P(tree));
        REGION_CLOSE(mark);
    }
}

static uint64_t workload(MUTATOR_ONLY) {
    enum { LIVE_DEPTH = 16, ARRAY = 500000 };
    unsigned most = (unsigned)argument("depth", 16);
    draw_holes();
    SCOPE;
    VAR(Node, live, build(M true, LIVE_DEPTH));
    VAR(Doubles, array, NEW_LEAF_TAIL(Doubles, double, ARRAY));
    for (unsigned i = 0; i < ARRAY; i++) V(array)->at[i] = 1.0 / (double)(i + 1);
    for (unsigned depth = 4; depth <= most; depth += 2) {
        uint64_t trees = 2 * ((UINT64_C(1) << 19) - 1) / ((UINT64_C(2) << depth) - 1);
        try_trees(M true, depth, trees);
        try_trees(M false, depth, trees);
    }
    uint64_t nodes = count(V(live));
    REQUIRE(nodes == (UINT64_C(2) << LIVE_DEPTH) - 1);
    REQUIRE(V(array)->at[1000] == 1.0 / 1001);
    if (MANUAL) drop(V(live)), FREE(V(array));
    return nodes + next_hole;
}
