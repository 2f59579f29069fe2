/* frames.c: COROUTINES with a stack of 200 references each, as objects. Each of RUNS runs takes the next coroutine and stores
 * 100 times into its stack, each time a new object. `how` 0: the stores are recorded; 1: the stack that is running is
 * unprotected; 2: a range over the running stack, which is copied there and back. */
#include "edge.h"

enum { SLOTS = 200, STORES = 100 };
typedef struct Node {
    long number;
} Node;
typedef struct Stack {
    long unused;
    TN_FIELD(Node) slot[];
} Stack;
typedef struct Stacks {
    long unused;
    TN_FIELD(Stack) at[];
} Stacks;
enum { Node_type = TN_FIRST_TYPE, Stack_type, Stacks_type };

static Node *new_node(tn_mutator *m, long number) {
    Node *node = tn_alloc(m, Node);
    if (!node) edge_fail(m);
    node->number = number;
    return node;
}

static void run_recorded(tn_mutator *m, Stack **stack) {
    for (long i = 0; i < STORES; i++) {
        Node *node = new_node(m, i);
        tn_write(m, *stack, slot[i * 7 % SLOTS], node);
    }
}

static void run_plain(tn_mutator *m, Stack **stack) {
    if (TN_UNPROTECT(m, stack) != TN_OK) edge_fail(m);
    for (long i = 0; i < STORES; i++) {
        Node *node = new_node(m, i);
        tn_init(*stack, slot[i * 7 % SLOTS], node); /* no barrier */
    }
    TN_PROTECT(m, stack);
}

static Node *running[SLOTS], **base = running, **top = running + SLOTS;

static void run_range(tn_mutator *m, Stack **stack) {
    void *slots = (char *)*stack + offsetof(Stack, slot);
    memcpy((void *)running, slots, sizeof running);
    for (long i = 0; i < STORES; i++) running[i * 7 % SLOTS] = new_node(m, i);
    if (tn_copy_refs(m, *stack, (char *)*stack + offsetof(Stack, slot), (void *)running, SLOTS) != TN_OK) edge_fail(m);
}

int main(int argc, char **argv) {
    static const char *const names[] = {"frames: recorded stores", "frames: unprotected", "frames: a range"};
    const tn_type_desc types[] = {TN_DESC(Node, .flags = TN_LEAF), TN_DESC(Stack, TN_TAIL(8, 1, 0)),
                                  TN_DESC(Stacks, TN_TAIL(8, 1, 0))};
    long count = edge_argument(argc, argv, 1, 1000), runs = edge_argument(argc, argv, 2, 200000);
    long how = edge_argument(argc, argv, 3, 1);
    tn_mutator *m = edge_start("pretenure=off", types, 3);
    Stacks **stacks = TN_NEW_TAIL(m, Stacks, void *, (size_t)count);
    TN_LOCAL(m, Stack, stack);
    for (long i = 0; i < count; i++) {
        Stack *s = tn_alloc_tail(m, Stack, void *, SLOTS);
        if (!s) edge_fail(m);
        tn_write(m, *stacks, at[i], s);
    }
    const tn_range_desc range = {.base = (void *)&base, .top = (void *)&top};
    if (how == 2 && !tn_range_create(m, &range)) edge_fail(m);
    double begin = edge_cpu();
    for (long i = 0; i < runs; i++) {
        *stack = tn_read(*stacks, at[i % count]);
        if (how == 0) run_recorded(m, stack);
        else if (how == 1) run_plain(m, stack);
        else run_range(m, stack);
    }
    edge_say(m, names[how], begin);
    return 0;
}
