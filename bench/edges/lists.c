/* lists.c: two lists of numbers that grow in turns, by half when they are full, so that each lies in the other's way.
 * LENGTH numbers are pushed to both, ROUNDS times. `how` 0: TN_RESIZE; 1: malloc's realloc. */
#include "edge.h"

typedef struct Numbers {
    long used;
    long at[];
} Numbers;
enum { Numbers_type = TN_FIRST_TYPE };

static size_t larger(size_t room) { return room + room / 2; }

static long run_realloc(long length) {
    size_t room[2] = {8, 8};
    long *at[2] = {malloc(room[0] * sizeof(long)), malloc(room[1] * sizeof(long))}, sum = 0;
    for (long i = 0; i < length; i++)
        for (int k = 0; k < 2; k++) {
            if ((size_t)i == room[k]) at[k] = realloc(at[k], (room[k] = larger(room[k])) * sizeof(long));
            if (!at[k]) exit(1);
            at[k][i] = i;
        }
    for (long i = 0; i < length; i += 4096) sum += at[0][i] + at[1][i];
    free(at[0]);
    free(at[1]);
    return sum;
}

static long run(tn_mutator *m, long length) {
    TN_SCOPE(m);
    long sum = 0;
    size_t room = 8;
    Numbers **list[2] = {TN_NEW_TAIL(m, Numbers, long, room), TN_NEW_TAIL(m, Numbers, long, room)};
    if (!list[0] || !list[1]) edge_fail(m);
    for (long i = 0; i < length; i++) {
        if ((size_t)i == room) {
            room = larger(room);
            for (int k = 0; k < 2; k++)
                if (TN_RESIZE(m, list[k], room) != TN_OK) edge_fail(m);
        }
        (*list[0])->at[i] = i;
        (*list[1])->at[i] = i;
    }
    for (long i = 0; i < length; i += 4096) sum += (*list[0])->at[i] + (*list[1])->at[i];
    return sum;
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Numbers, .flags = TN_LEAF | TN_UNZEROED, TN_TAIL(sizeof(long), 0, 0))};
    static const char *const names[] = {"lists: two that grow in turns, by TN_RESIZE", "lists: by realloc"};
    long length = edge_argument(argc, argv, 1, 14000000), rounds = edge_argument(argc, argv, 2, 5), sum = 0;
    int how = (int)edge_argument(argc, argv, 3, 0);
    tn_mutator *m = edge_start(NULL, types, 1);
    double begin = edge_cpu();
    for (long i = 0; i < rounds; i++) sum += how ? run_realloc(length) : run(m, length);
    edge_say(m, names[how], begin);
    return sum < 0;
}
