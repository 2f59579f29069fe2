/* moves.c: an old array of LENGTH references to which a new object is added at the front, and from which the last one
 * goes, TIMES times. `how` 0: a store for each element; 1: memmove and tn_revisit_object; 2: TN_MOVE. */
#include "edge.h"

typedef struct Array {
    long unused;
    TN_FIELD(void) slot[];
} Array;
typedef struct Node {
    long number;
} Node;
enum { Array_type = TN_FIRST_TYPE, Node_type };

static void move_up(tn_mutator *m, Array **array, size_t length, long how) {
    void **slot = (void **)(void *)((char *)*array + offsetof(Array, slot));
    if (how == 0) {
        for (size_t i = length; i-- > 1;) tn_store(m, *array, slot + i, slot[i - 1]);
    } else if (how == 1) {
        memmove(slot + 1, slot, (length - 1) * sizeof *slot);
        tn_revisit_object(m, *array);
    } else if (TN_MOVE(m, array, slot, 1, 0, length - 1) != TN_OK) {
        edge_fail(m);
    }
}

int main(int argc, char **argv) {
    static const char *const names[] = {"moves: a store for each element", "moves: memmove and tn_revisit_object",
                                        "moves: TN_MOVE"};
    const tn_type_desc types[] = {TN_DESC(Array, TN_TAIL(8, 1, 0)), TN_DESC(Node, .flags = TN_LEAF)};
    size_t length = (size_t)edge_argument(argc, argv, 1, 1000);
    long times = edge_argument(argc, argv, 2, 1000000), how = edge_argument(argc, argv, 3, 2);
    tn_mutator *m = edge_start("pretenure=off", types, 2);
    Array **array = TN_NEW_TAIL(m, Array, void *, length);
    if (!array || tn_collect(m, TN_MINOR) != TN_OK) edge_fail(m);
    double begin = edge_cpu();
    for (long i = 0; i < times; i++) {
        Node *node = tn_alloc(m, Node);
        if (!node) edge_fail(m);
        node->number = i;
        move_up(m, array, length, how);
        tn_write(m, *array, slot[0], (void *)node);
    }
    edge_say(m, names[how], begin);
    return 0;
}
