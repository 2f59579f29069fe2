/* ranges.c: coroutines of a server, each with a stack of its own, which is a range or visited by a scanner. LIVE of them
 * are there; 20,000 requests end the oldest and begin a new one; then minor collections run while all but ten are idle.
 * (suspended.c: the same when the host says so.) */
#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long plain;
} Node;
enum { Node_type = TN_FIRST_TYPE };
enum { SLOTS = 14, RUN = 10, REQUESTS = 20000, MINORS = 200 };

typedef struct Coroutine {
    void **base, **top, **low;
    void *slot[SLOTS];
    tn_range *range;
} Coroutine;

static void begin(tn_mutator *m, Coroutine *c) {
    c->base = c->low = c->slot;
    c->top = c->slot + SLOTS / 2;
    memset(c->slot, 0, sizeof c->slot);
    c->range = tn_range_create(m, &(tn_range_desc){&c->base, &c->top, &c->low, 0});
    if (!c->range) edge_fail(m);
}

static void requests(tn_mutator *m, Coroutine *all, long live) {
    double start = edge_cpu();
    for (long i = 0; i < REQUESTS; i++) {
        tn_range_destroy(m, all[i % live].range);
        begin(m, &all[i % live]);
    }
    edge_say(m, "ranges: 20000 removed and added", start);
}

static void scan(tn_tracer *tracer, void *user) { (void)tracer, (void)user; }

static void scanners(tn_mutator *m, Coroutine *all, long live) {
    double start = edge_cpu();
    for (long i = 0; i < live; i++)
        if (tn_scanner_create(m, scan, &all[i]) != TN_OK) edge_fail(m);
    for (long i = 0; i < live; i++)
        if (tn_scanner_destroy(m, scan, &all[i]) != TN_OK) edge_fail(m);
    edge_say(m, "ranges: LIVE scanners added and removed", start);
}

/* Ten of them run: between two collections each pushes a new object. */
static void minors(tn_mutator *m, Coroutine *all) {
    double start = edge_cpu();
    for (int i = 0; i < MINORS; i++) {
        for (int k = 0; k < RUN; k++) {
            all[k].slot[0] = tn_alloc(m, Node);
            all[k].low = all[k].base;
        }
        tn_collect(m, TN_MINOR);
    }
    edge_say(m, "ranges: 200 minors beside idle ones", start);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next))};
    long live = edge_argument(argc, argv, 1, 100000);
    tn_mutator *m = edge_start(NULL, types, 1);
    static Coroutine *all; /* for as long as the heap */
    all = calloc((size_t)live, sizeof *all);
    if (!all || live < RUN) return 1;
    double start = edge_cpu();
    for (long i = 0; i < live; i++) begin(m, &all[i]);
    edge_say(m, "ranges: LIVE added", start);
    requests(m, all, live);
    scanners(m, all, live);
    minors(m, all);
    return 0;
}
