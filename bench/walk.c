/* bench/walk.c: a program without a collector. It follows a random cycle through MIB mebibytes of memory, and writes to
 * each place. Run it under bench/stopped as well: every program on that machine loses as much, because its memory has
 * left the cache when it goes on.
 *
 *     walk MIB STEPS */
#include <stdio.h>
#include <stdlib.h>

typedef struct line {
    size_t next, visits, unused[6];
} line;

/* One cycle through all lines (Sattolo: An algorithm to generate a random cyclic permutation, 1986). */
static void shuffle(line *all, size_t count) {
    unsigned long random = 1;
    for (size_t i = 0; i < count; i++) all[i].next = i;
    for (size_t i = count - 1; i > 0; i--) {
        random = random * 6364136223846793005UL + 1;
        size_t other = (random >> 33) % i, next = all[i].next;
        all[i].next = all[other].next;
        all[other].next = next;
    }
}

int main(int argc, char **argv) {
    if (argc < 3) return fputs("walk MIB STEPS\n", stderr), 2;
    size_t count = ((size_t)atol(argv[1]) << 20) / sizeof(line), at = 0;
    line *all = count ? calloc(count, sizeof(line)) : NULL;
    if (!all) return fputs("walk: no memory\n", stderr), 1;
    shuffle(all, count);
    for (long steps = atol(argv[2]); steps > 0; steps--) {
        at = all[at].next;
        all[at].visits++;
    }
    printf("walk: the first line was visited %zu times\n", all[0].visits);
    free(all);
    return 0;
}
