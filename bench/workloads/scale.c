/* scale: 16 MiB to 8 GiB of nodes that live, linked as a binary tree whose leaves refer back into it, level by level in
 * the order of allocation (order=0) or of a random permutation (order=1). First the time of major collections, for each
 * object, then the pauses of short-lived data beside so much live data, and the resident set over the nodes' own bytes.
 * Not for malloc.
 *
 * The bound marks the same graph, laid out as this library lays it out: nodes of 40 bytes with their header in blocks
 * of 64 KiB, and a mark bit for every 16 bytes at the start of each 2 MiB. But it knows that all objects are nodes. */
#include "shim.h"

typedef struct Node {
    REF(struct Node) left, right;
    uint64_t number, inverse;
} Node;
enum { Node_type = FIRST_TYPE, Cell_type };

#ifdef PEER_BOUND
#include <sys/mman.h>

#define REGION_BYTES ((size_t)2 << 20)
#define BLOCK_BYTES ((size_t)64 << 10)
enum { MARK_BYTES = 16 << 10, HEADER = 8 };
static char *arena, *arena_at, *arena_end;
static Node **mark_stack;

static char *next_block(char *at) {
    at = (char *)(((uintptr_t)at + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1));
    return (uintptr_t)at % REGION_BYTES ? at : at + BLOCK_BYTES; /* the first is the marks' */
}

static void begin(uint64_t count) {
    size_t in_region = (REGION_BYTES / BLOCK_BYTES - 1) * (BLOCK_BYTES / (HEADER + sizeof(Node)));
    size_t bytes = (count / in_region + 1) * REGION_BYTES;
    char *space = harness_reserve(bytes + REGION_BYTES);
    arena = arena_at = (char *)(((uintptr_t)space + REGION_BYTES - 1) & ~(REGION_BYTES - 1));
    arena_end = arena + bytes;
    madvise(arena, bytes, MADV_HUGEPAGE);
    mark_stack = harness_reserve((count + 1) * sizeof *mark_stack);
}

static inline Node *new_node(void) {
    if ((uintptr_t)arena_at / BLOCK_BYTES != ((uintptr_t)arena_at + HEADER + sizeof(Node) - 1) / BLOCK_BYTES ||
        (uintptr_t)arena_at % BLOCK_BYTES == 0)
        arena_at = next_block(arena_at);
    uint64_t *cell = (uint64_t *)(void *)arena_at;
    *cell = Node_type;
    arena_at += HEADER + sizeof(Node);
    return (Node *)(void *)(cell + 1);
}
#undef NEW
#define NEW(T) new_node()

static inline uint64_t *mark_word(const Node *node) {
    uintptr_t at = (uintptr_t)node;
    return (uint64_t *)(at & ~(REGION_BYTES - 1)) + (at & (REGION_BYTES - 1)) / (16 * 64);
}

static inline bool set_mark(const Node *node) {
    uint64_t *word = mark_word(node), bit = UINT64_C(1) << ((uintptr_t)node / 16 & 63);
    if (*word & bit) return false;
    *word |= bit;
    return true;
}

/* In batches of three steps: the edges of a batch of nodes are gathered, and their mark words prefetched; the next
 * batch is taken from the stack, and its nodes prefetched; the edges are marked, and the new ones pushed. Each step's
 * loads were prefetched a step before, and its branches, which cannot be predicted, wait for nothing: a ring of nodes
 * between the stack and the marking took up to four times as long. */
static uint64_t mark(Node *root) {
    enum { BATCH = 128 };
    Node *batch[BATCH], *edges[2 * BATCH], **top = mark_stack;
    unsigned nodes = 0, count;
    uint64_t marked = 0;
    set_mark(root);
    *top++ = root;
    do {
        count = 0;
        for (unsigned i = 0; i < nodes; i++) {
            Node *left = batch[i]->left, *right = batch[i]->right;
            if (left) __builtin_prefetch(mark_word(left), 1), edges[count++] = left;
            if (right) __builtin_prefetch(mark_word(right), 1), edges[count++] = right;
        }
        for (nodes = 0; nodes < BATCH && top > mark_stack; nodes++) {
            batch[nodes] = *--top;
            __builtin_prefetch(&batch[nodes]->left);
            __builtin_prefetch(&batch[nodes]->right); /* may lie in the next line */
        }
        marked += nodes;
        for (unsigned i = 0; i < count; i++)
            if (set_mark(edges[i])) *top++ = edges[i];
    } while (nodes || top > mark_stack);
    return marked;
}

static void collect(Node *root, uint64_t count) {
    for (char *region = arena; region < arena_at; region += REGION_BYTES) memset(region, 0, MARK_BYTES);
    REQUIRE(mark(root) == count);
}
#define COLLECT(root, count) collect(root, count)
static void churn_beside(uint64_t lists) { (void)lists; }
#else
#include "churn.h"
TYPES(TN_DESC(Node, TN_REFS(Node, left, right)), CHURN_TYPE)
static void begin(uint64_t count) { (void)count; }
#define COLLECT(root, count) MAJOR_COLLECTION()
static void churn_beside(MUTATOR uint64_t lists) { churn(M lists); }
#endif

/* A permutation of 0 .. count - 1 that is computed, not stored: steps that can be undone mix the bits of numbers below
 * a power of two; what falls outside is mixed again, until it falls inside. */
static uint64_t shuffled(uint64_t n, uint64_t count, unsigned bits) {
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    do
        for (unsigned round = 0; round < 3; round++) {
            n = (n * UINT64_C(0x9E3779B97F4A7C15) + 12345) & mask;
            n ^= n >> (bits + 1) / 2;
        }
    while (n >= count);
    return n;
}

/* A list through `left`, which keeps them alive until each has its place. */
static RESULT(Node) new_nodes(MUTATOR uint64_t count) {
    SCOPE;
    VAR(Node, last, EMPTY(Node));
    for (uint64_t i = 0; i < count; i++) {
        TURN;
        TMP(Node, node, NEW(Node));
        INIT(P(node), left, V(last));
        INIT(P(node), right, NULL);
        V(last) = P(node);
    }
    RETURN(VAR_RESULT(last));
}

/* The nodes of a list by their places in the tree. Nothing moves or is collected before they are linked: they are old,
 * and nothing is allocated. The table is not of the heap, which it would enlarge by a fifth. */
static Node **place(Node *list, uint64_t count, bool random) {
    Node **at = harness_reserve(count * sizeof *at);
    unsigned bits = 1;
    while (UINT64_C(1) << bits < count) bits++;
    for (uint64_t i = 0; i < count; i++) {
        at[random ? shuffled(i, count, bits) : i] = list;
        list = READ(list, left);
    }
    return at;
}

/* Node i has children 2 i + 1 and 2 i + 2; a leaf refers to a node by its own place among the leaves. */
static uint64_t left_of(uint64_t i, uint64_t count) { return 2 * i + 1 < count ? 2 * i + 1 : i - count / 2; }

static Node *link_nodes(MUTATOR Node **at, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        at[i]->number = i;
        at[i]->inverse = ~i;
        WRITE(at[i], left, at[left_of(i, count)]);
        WRITE(at[i], right, 2 * i + 2 < count ? at[2 * i + 2] : NULL);
    }
    return at[0];
}

/* From the root to a leaf, and where that refers to, at random. */
static uint64_t check_path(const Node *node, uint64_t count, random_state *random) {
    uint64_t i = 0;
    for (;;) {
        REQUIRE(node->number == i && node->inverse == ~i);
        if (i >= count / 2) return READ(node, left)->number;
        bool right = READ(node, right) && random_next(random) >> 63;
        i = right ? 2 * i + 2 : left_of(i, count);
        node = right ? READ(node, right) : READ(node, left);
    }
}

static uint64_t check_paths(const Node *root, uint64_t count) {
    enum { PATHS = 10000 };
    random_state random = {577};
    uint64_t sum = 0;
    for (unsigned i = 0; i < PATHS; i++) sum += check_path(root, count, &random);
    return sum;
}

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t workload(MUTATOR_ONLY) {
    enum { MAJORS_MAX = 101 };
    uint64_t bytes = argument("mib", 256) << 20, count = bytes / sizeof(Node), majors = argument("majors", 3);
    uint64_t lists = argument("lists", 100000), took[MAJORS_MAX];
    REQUIRE(count > 1 && majors > 0 && majors <= MAJORS_MAX);
    begin(count);
    uint64_t began = harness_now();
    SCOPE;
    VAR(Node, root, new_nodes(M count));
    MAJOR_COLLECTION();
    Node **at = place(V(root), count, argument("order", 1));
    V(root) = link_nodes(M at, count);
    harness_release(at, count * sizeof *at);
    figure("build_seconds", (double)(harness_now() - began) / 1e9);
    for (unsigned i = 0; i < majors; i++) {
        began = harness_now();
        COLLECT(V(root), count);
        took[i] = harness_now() - began;
    }
    qsort(took, majors, sizeof *took, compare);
    figure("mark_ns_per_object", (double)took[majors / 2] / (double)count);
    churn_beside(M lists);
    figure("footprint_over_live", (double)harness_resident() / (double)bytes);
    figure("live_mib", (double)(bytes >> 20));
    return check_paths(V(root), count);
}
