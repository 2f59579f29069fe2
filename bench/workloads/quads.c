/* quads, after Whippet's: a live tree of four-way nodes, built bottom up; then rounds of short-lived small trees, and
 * after each a walk over all of the live one. The garbage shows what collecting costs beside live data, the walk what
 * the order of objects in memory does to the program: both are timed apart. The bound lays the live tree out in
 * breadth-first order, as if somebody had known; a region for each round's garbage. */
#include "shim.h"

typedef struct Quad {
    REF(struct Quad) kids[4];
} Quad;
enum { Quad_type = FIRST_TYPE };
TYPES(TN_DESC(Quad, .refs = 15, .ref_names = "kids[0], kids[1], kids[2], kids[3]"))

static uint64_t nodes_of(unsigned depth) { return ((UINT64_C(4) << 2 * depth) - 1) / 3; }

static RESULT(Quad) build(MUTATOR unsigned depth) {
    SCOPE;
    if (depth == 0) {
        TMP(Quad, leaf, NEW(Quad));
        for (unsigned k = 0; k < 4; k++) INIT(P(leaf), kids[k], NULL);
        RETURN(leaf);
    }
    VAR(Quad, a, build(M depth - 1));
    VAR(Quad, b, build(M depth - 1));
    VAR(Quad, c, build(M depth - 1));
    VAR(Quad, d, build(M depth - 1));
    TMP(Quad, quad, NEW(Quad));
    INIT(P(quad), kids[0], V(a));
    INIT(P(quad), kids[1], V(b));
    INIT(P(quad), kids[2], V(c));
    INIT(P(quad), kids[3], V(d));
    RETURN(quad);
}

static uint64_t validate(const Quad *quad, unsigned depth) {
    uint64_t nodes = 1;
    for (unsigned k = 0; k < 4; k++) {
        const Quad *kid = READ(quad, kids[k]);
        if (depth) nodes += validate(kid, depth - 1);
        else REQUIRE(!kid);
    }
    return nodes;
}

static void drop(Quad *quad) {
    for (unsigned k = 0; k < 4; k++)
        if (READ(quad, kids[k])) drop(READ(quad, kids[k]));
    FREE(quad);
}

#ifdef PEER_BOUND
/* Level by level: the kids of the n-th node of a level are nodes 4 n .. 4 n + 3 of the next. */
static Quad *build_live(unsigned depth) {
    Quad *all = bench_take(nodes_of(depth) * sizeof(Quad)), *level = all;
    for (unsigned d = 0; d <= depth; d++) {
        uint64_t count = UINT64_C(1) << 2 * d;
        Quad *next = level + count;
        for (uint64_t n = 0; n < count; n++)
            for (unsigned k = 0; k < 4; k++) level[n].kids[k] = d < depth ? next + 4 * n + k : NULL;
        level = next;
    }
    return all;
}
#else
static RESULT(Quad) build_live(MUTATOR unsigned depth) { return build(M depth); }
#endif

static uint64_t workload(MUTATOR_ONLY) {
    enum { GARBAGE_DEPTH = 3 };
    unsigned depth = (unsigned)argument("depth", 10), rounds = (unsigned)argument("rounds", 20);
    uint64_t begin = harness_now();
    SCOPE;
    VAR(Quad, live, build_live(M depth));
    uint64_t built = harness_now(), garbage_ns = 0, validate_ns = 0;
    /* The heap that is divided by 7.5 is twice the live tree. */
    double heap = 2.0 * (double)(nodes_of(depth) * sizeof(Quad));
    uint64_t trees = (uint64_t)(heap / 7.5 / (double)(nodes_of(GARBAGE_DEPTH) * sizeof(Quad))), check = 0;
    for (unsigned round = 0; round < rounds; round++) {
        uint64_t t0 = harness_now();
        REGION mark = REGION_OPEN();
        for (uint64_t i = 0; i < trees; i++) {
            TURN;
            TMP(Quad, tree, build(M GARBAGE_DEPTH));
            __asm__ volatile("" : : "r"(P(tree)) : "memory");
            if (MANUAL) drop(P(tree));
        }
        REGION_CLOSE(mark);
        uint64_t t1 = harness_now();
        uint64_t nodes = validate(V(live), depth);
        REQUIRE(nodes == nodes_of(depth));
        check += nodes;
        validate_ns += harness_now() - t1;
        garbage_ns += t1 - t0;
    }
    figure("build_seconds", (double)(built - begin) / 1e9);
    figure("garbage_seconds", (double)garbage_ns / 1e9);
    figure("validate_seconds", (double)validate_ns / 1e9);
    if (MANUAL) drop(V(live));
    return check;
}
