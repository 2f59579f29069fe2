/* peak.c: a list of `objects` is dropped, and what the heap then keeps of its memory. First majors are asked for, with
 * minors between them; then, in a second heap, the program only makes garbage for `seconds`: that asks for no major. */
#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long number[3];
} Node;
enum { Node_type = TN_FIRST_TYPE };

static void drop_a_list(tn_mutator *m, long objects) {
    TN_SCOPE(m);
    TN_LOCAL(m, Node, list);
    for (long i = 0; i < objects; i++) {
        Node *n = tn_alloc(m, Node);
        if (!n) edge_fail(m);
        tn_init(n, next, *list);
        *list = n;
    }
}

static void say(tn_mutator *m, const char *what) {
    tn_stats s;
    tn_stats_get(m->heap, &s);
    printf("peak: %-38s %7.1f MiB committed, %7.1f resident, %4llu majors\n", what, (double)s.committed_bytes / 1048576,
           edge_resident(), (unsigned long long)s.majors);
    fflush(stdout);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next))};
    long objects = edge_argument(argc, argv, 1, 13000000);
    double seconds = (double)edge_argument(argc, argv, 2, 30);
    tn_mutator *m = edge_start(NULL, types, 1);
    drop_a_list(m, objects);
    say(m, "a list was dropped");
    for (int majors = 1; majors <= 5; majors++) {
        tn_collect(m, TN_MAJOR);
        for (int i = 0; i < 200; i++) tn_collect(m, TN_MINOR);
        if (majors == 1 || majors == 5) say(m, majors == 1 ? "after a major and 200 minors" : "after 5 times that");
    }
    edge_end();
    m = edge_start(NULL, types, 1);
    drop_a_list(m, objects);
    for (double begin = edge_cpu(); edge_cpu() - begin < seconds;)
        for (int i = 0; i < 100000; i++)
            if (!tn_alloc(m, Node)) edge_fail(m);
    say(m, "after garbage alone");
    return 0;
}
