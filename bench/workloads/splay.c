/* splay, after Octane's: a splay tree of 8000 nodes. Each has a payload of its own: a tree of depth 5 with an array of
 * ten integers and a short string at each leaf. 200,000 times a node is inserted and another removed. So everything
 * lives for a while and then dies, as the middle-aged data that generational collectors lose time on. The bound: pools.
 * */
#include "shim.h"

typedef struct Numbers {
    int32_t at[10];
} Numbers;
typedef struct Text {
    uint64_t length;
    char at[];
} Text;
typedef struct Payload {
    REF(struct Payload) left, right; /* inside */
    REF(Numbers) numbers;            /* at a leaf */
    REF(Text) text;
} Payload;
typedef struct Node {
    uint64_t key;
    REF(struct Node) left, right;
    REF(Payload) payload;
} Node;
enum { Numbers_type = FIRST_TYPE, Text_type, Payload_type, Node_type, Tree_type };
typedef struct Tree {
    REF(Node) root;
} Tree;
TYPES(TN_DESC(Numbers, .flags = TN_LEAF), TN_DESC(Text, .flags = TN_LEAF, TN_TAIL(1, 0, 0)),
      TN_DESC(Payload, TN_REFS(Payload, left, right, numbers, text)),
      TN_DESC(Node, TN_REFS(Node, left, right, payload)), TN_DESC(Tree, TN_REFS(Tree, root)))

enum { PAYLOAD_DEPTH = 5, TEXT_MAX = 48 };

/* "String for key 123 in leaf node", as Octane has it. */
static unsigned text_for(char *text, uint64_t key) {
    static const char before[] = "String for key ", behind[] = " in leaf node";
    char digits[20];
    unsigned n = 0, length = sizeof before - 1;
    do digits[n++] = (char)('0' + key % 10);
    while (key /= 10);
    memcpy(text, before, length);
    while (n) text[length++] = digits[--n];
    memcpy(text + length, behind, sizeof behind - 1);
    return length + (unsigned)sizeof behind - 1;
}

static RESULT(Payload) new_payload(MUTATOR unsigned depth, const char *text, unsigned length) {
    SCOPE;
    if (depth) {
        VAR(Payload, left, new_payload(M depth - 1, text, length));
        VAR(Payload, right, new_payload(M depth - 1, text, length));
        TMP(Payload, p, NEW(Payload));
        INIT(P(p), left, V(left));
        INIT(P(p), right, V(right));
        INIT(P(p), numbers, NULL);
        INIT(P(p), text, NULL);
        RETURN(p);
    }
    VAR(Numbers, numbers, NEW_LEAF(Numbers));
    for (int i = 0; i < 10; i++) V(numbers)->at[i] = i;
    VAR(Text, t, NEW_LEAF_TAIL(Text, char, length));
    V(t)->length = length;
    memcpy(V(t)->at, text, length);
    TMP(Payload, p, NEW(Payload));
    INIT(P(p), left, NULL);
    INIT(P(p), right, NULL);
    INIT(P(p), numbers, V(numbers));
    INIT(P(p), text, V(t));
    RETURN(p);
}

static void drop_payload(Payload *p) {
    if (READ(p, left)) {
        drop_payload(READ(p, left));
        drop_payload(READ(p, right));
    } else {
        FREE(READ(p, numbers));
        FREE_SIZED(READ(p, text), sizeof(Text) + READ(p, text)->length);
    }
    FREE(p);
}

/* Top-down splaying (Sleator and Tarjan, 1985): brings the node with the key, or the last one on its way, to the root.
 * `header` is a node that is not in the tree: its right child becomes the left tree, its left one the right tree.
 * Nothing allocates. */
static void splay(MUTATOR Tree *tree, Node *header, uint64_t key) {
    if (!READ(tree, root)) return;
    WRITE(header, left, NULL);
    WRITE(header, right, NULL);
    Node *left = header, *right = header, *at = READ(tree, root);
    for (;;) {
        if (key < at->key) {
            Node *next = READ(at, left);
            if (!next) break;
            if (key < next->key) { /* rotate right */
                WRITE(at, left, READ(next, right));
                WRITE(next, right, at);
                at = next;
                if (!READ(at, left)) break;
            }
            WRITE(right, left, at); /* link right */
            right = at;
            at = READ(at, left);
        } else if (key > at->key) {
            Node *next = READ(at, right);
            if (!next) break;
            if (key > next->key) { /* rotate left */
                WRITE(at, right, READ(next, left));
                WRITE(next, left, at);
                at = next;
                if (!READ(at, right)) break;
            }
            WRITE(left, right, at); /* link left */
            left = at;
            at = READ(at, right);
        } else {
            break;
        }
    }
    WRITE(left, right, READ(at, left));
    WRITE(right, left, READ(at, right));
    WRITE(at, left, READ(header, right));
    WRITE(at, right, READ(header, left));
    WRITE(tree, root, at);
}

/* Inserts the node; its key is not in the tree. */
static void insert(MUTATOR Tree *tree, Node *header, Node *node) {
    Node *root = READ(tree, root);
    if (root) {
        splay(M tree, header, node->key);
        root = READ(tree, root);
        bool right = node->key > root->key;
        if (right) {
            WRITE(node, left, root);
            WRITE(node, right, READ(root, right));
            WRITE(root, right, NULL);
        } else {
            WRITE(node, right, root);
            WRITE(node, left, READ(root, left));
            WRITE(root, left, NULL);
        }
    }
    WRITE(tree, root, node);
}

/* Takes the root out. */
static void remove_root(MUTATOR Tree *tree, Node *header) {
    Node *root = READ(tree, root), *right = READ(root, right);
    if (READ(root, left)) {
        uint64_t key = root->key;
        WRITE(tree, root, READ(root, left));
        splay(M tree, header, key);
        WRITE(READ(tree, root), right, right);
    } else {
        WRITE(tree, root, right);
    }
    if (POOLED) drop_payload(READ(root, payload));
    FREE(root);
}

static bool find(MUTATOR Tree *tree, Node *header, uint64_t key) {
    if (!READ(tree, root)) return false;
    splay(M tree, header, key);
    return READ(tree, root)->key == key;
}

static RESULT(Node) new_node(MUTATOR uint64_t key) {
    char text[TEXT_MAX];
    unsigned length = text_for(text, key);
    SCOPE;
    VAR(Payload, payload, new_payload(M PAYLOAD_DEPTH, text, length));
    TMP(Node, node, NEW(Node));
    P(node)->key = key;
    INIT(P(node), left, NULL);
    INIT(P(node), right, NULL);
    INIT(P(node), payload, V(payload));
    RETURN(node);
}

static uint64_t sum_payload(const Payload *p, uint64_t key) {
    if (READ(p, left)) return sum_payload(READ(p, left), key) + sum_payload(READ(p, right), key);
    char text[TEXT_MAX];
    unsigned length = text_for(text, key);
    const Text *t = READ(p, text);
    REQUIRE(t->length == length && memcmp(t->at, text, length) == 0);
    REQUIRE(READ(p, numbers)->at[9] == 9);
    return 1;
}

/* In order, without a stack that could be deep: an old splay tree can be a list. (Morris's traversal changes the tree;
 * here the smallest is splayed to the root and walked from by its right child.) */
static uint64_t walk(MUTATOR Tree *tree, Node *header, uint64_t *leaves) {
    uint64_t nodes = 0, last = 0;
    for (;;) {
        splay(M tree, header, last);
        Node *root = READ(tree, root);
        if (root->key < last) {
            if (!READ(root, right)) return nodes;
            Node *next = READ(root, right);
            while (READ(next, left)) next = READ(next, left);
            last = next->key;
            continue;
        }
        REQUIRE(root->key >= last);
        nodes++;
        *leaves += sum_payload(READ(root, payload), root->key);
        last = root->key + 1;
    }
}

static uint64_t workload(MUTATOR_ONLY) {
    uint64_t live = argument("live", 8000), rounds = argument("rounds", 200000), removed = 0;
    random_state random = {49734321};
    SCOPE;
    VAR(Tree, tree, NEW(Tree));
    INIT(V(tree), root, NULL);
    VAR(Node, header, NEW(Node));
    V(header)->key = 0;
    INIT(V(header), left, NULL);
    INIT(V(header), right, NULL);
    INIT(V(header), payload, NULL);
    for (uint64_t i = 0; i < live + rounds; i++) {
        SCOPE;
        uint64_t key;
        do key = random_next(&random) >> 11;
        while (find(M V(tree), V(header), key));
        VAR(Node, node, new_node(M key));
        insert(M V(tree), V(header), V(node));
        if (i < live) continue;
        /* The greatest key below the new one, or the new one itself, as Octane does. */
        Node *root = READ(V(tree), root), *below = READ(root, left);
        if (below) {
            while (READ(below, right)) below = READ(below, right);
            find(M V(tree), V(header), below->key);
        }
        removed ^= READ(V(tree), root)->key;
        remove_root(M V(tree), V(header));
    }
    uint64_t leaves = 0, nodes = walk(M V(tree), V(header), &leaves);
    REQUIRE(nodes == live && leaves == live << PAYLOAD_DEPTH);
    return removed + nodes;
}
