/* binary-trees by the rules of the Benchmarks Game, on bdwgc, written as the entries there are: GC_MALLOC, one thread, the
 * collector as it comes. Usage: binary_trees_bdwgc [DEPTH]. The same output as binary_trees_tenure; on standard error, the
 * largest resident set. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <gc.h>

typedef struct Node {
    struct Node *left, *right;
} Node;

static Node *build(int depth) {
    Node *left = NULL, *right = NULL;
    if (depth > 0) {
        left = build(depth - 1);
        right = build(depth - 1);
    }
    Node *node = GC_MALLOC(sizeof *node);
    if (!node) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    node->left = left;
    node->right = right;
    return node;
}

static long count(const Node *node) { return node->left ? 1 + count(node->left) + count(node->right) : 1; }

int main(int argc, char **argv) {
    const int least = 4;
    int most = argc > 1 ? atoi(argv[1]) : 18;
    if (most < least + 2) most = least + 2;
    GC_INIT();

    printf("stretch tree of depth %d\t check: %ld\n", most + 1, count(build(most + 1)));
    Node *kept = build(most);
    for (int depth = least; depth <= most; depth += 2) {
        long trees = 1L << (most - depth + least), check = 0;
        for (long i = 0; i < trees; i++) check += count(build(depth));
        printf("%ld\t trees of depth %d\t check: %ld\n", trees, depth, check);
    }
    printf("long lived tree of depth %d\t check: %ld\n", most, count(kept));

    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) fprintf(stderr, "max RSS KiB: %ld\n", usage.ru_maxrss);
    return 0;
}
