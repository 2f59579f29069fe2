/* suspended.c: LIVE coroutines, whose stacks are ranges, and all but one are suspended: 200 minor collections, while the one
 * pushes new objects; then 1,000,000 switches to another at random. */
#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long plain;
} Node;
enum { Node_type = TN_FIRST_TYPE };
enum { SLOTS = 14, MINORS = 200, SWITCHES = 1000000 };

typedef struct Coroutine {
    void **base, **top, **low;
    void *slot[SLOTS];
    tn_range *range;
} Coroutine;

static void begin(tn_mutator *m, Coroutine *c) {
    c->base = c->low = c->slot;
    c->top = c->slot + SLOTS / 2;
    c->range = tn_range_create(m, &(tn_range_desc){&c->base, &c->top, &c->low, 0});
    if (!c->range || tn_range_suspend(m, c->range) != TN_OK) edge_fail(m);
}

static void minors(tn_mutator *m, Coroutine *runs) {
    double start = edge_cpu();
    tn_range_resume(m, runs->range);
    for (int i = 0; i < MINORS; i++) {
        runs->slot[0] = tn_alloc(m, Node);
        runs->low = runs->base;
        tn_collect(m, TN_MINOR);
    }
    edge_say(m, "suspended: 200 minors", start);
}

static void switches(tn_mutator *m, Coroutine *all, long live) {
    double start = edge_cpu();
    for (long i = 0, at = 0; i < SWITCHES; i++) {
        tn_range_suspend(m, all[at].range);
        at = edge_random() % live;
        tn_range_resume(m, all[at].range);
    }
    edge_say(m, "suspended: 1000000 switches", start);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next))};
    long live = edge_argument(argc, argv, 1, 100000);
    tn_mutator *m = edge_start(NULL, types, 1);
    static Coroutine *all; /* for as long as the heap */
    all = calloc((size_t)live, sizeof *all);
    if (!all || live < 1) return 1;
    for (long i = 0; i < live; i++) begin(m, &all[i]);
    tn_collect(m, TN_MINOR);
    minors(m, &all[0]);
    switches(m, all, live);
    return 0;
}
