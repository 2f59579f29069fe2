/* grow.c: a list of numbers that doubles when it is full. LENGTH numbers are pushed ROUNDS times. `how` 0: TN_RESIZE; 1: a
 * new array and a copy; 2: malloc's realloc. */
#include "edge.h"

typedef struct Numbers {
    long used;
    long at[];
} Numbers;
enum { Numbers_type = TN_FIRST_TYPE };

static long run_realloc(long length) {
    size_t room = 8;
    long *at = malloc(room * sizeof *at), sum = 0;
    for (long i = 0; i < length; i++) {
        if ((size_t)i == room) at = realloc(at, (room *= 2) * sizeof *at);
        if (!at) exit(1);
        at[i] = i;
    }
    for (long i = 0; i < length; i += 4096) sum += at[i];
    free(at);
    return sum;
}

static void longer(tn_mutator *m, Numbers **list, size_t room, int how) {
    if (how == 0) {
        if (TN_RESIZE(m, list, room) != TN_OK) edge_fail(m);
        return;
    }
    Numbers *bigger = tn_alloc_tail(m, Numbers, long, room);
    if (!bigger) edge_fail(m);
    memcpy(bigger->at, (*list)->at, room / 2 * sizeof(long));
    *list = bigger;
}

static long run(tn_mutator *m, long length, int how) {
    TN_SCOPE(m);
    long sum = 0;
    size_t room = 8;
    Numbers **list = TN_NEW_TAIL(m, Numbers, long, room);
    if (!list) edge_fail(m);
    for (long i = 0; i < length; i++) {
        if ((size_t)i == room) longer(m, list, room *= 2, how);
        (*list)->at[i] = i;
    }
    for (long i = 0; i < length; i += 4096) sum += (*list)->at[i];
    return sum;
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Numbers, .flags = TN_LEAF | TN_UNZEROED, TN_TAIL(sizeof(long), 0, 0))};
    static const char *const names[] = {"grow: a list that doubles, by TN_RESIZE", "grow: by a new array and a copy",
                                        "grow: by realloc"};
    long length = edge_argument(argc, argv, 1, 10000000), rounds = edge_argument(argc, argv, 2, 20), sum = 0;
    int how = (int)edge_argument(argc, argv, 3, 0);
    tn_mutator *m = edge_start(NULL, types, 1);
    double begin = edge_cpu();
    for (long i = 0; i < rounds; i++) sum += how == 2 ? run_realloc(length) : run(m, length, how);
    edge_say(m, names[how], begin);
    return sum < 0;
}
