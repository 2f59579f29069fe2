/* startup.c: what a short program pays for the collector. TIMES processes one after the other do nothing; as many allocate
 * 1 MiB by malloc, in objects of 64 bytes that they keep in a list; as many make a heap and do the same there. A line
 * each, of the process in the middle: the time of the processor, page faults, and the most that was resident. */
#include <sys/wait.h>
#include <unistd.h>

#include "edge.h"

typedef struct Node {
    TN_FIELD(struct Node) next;
    long plain[7];
} Node;
enum { Node_type = TN_FIRST_TYPE };
enum { BYTES = 1 << 20 };

static void on_tenure(void) {
    const tn_type_desc types[] = {TN_DESC(Node, TN_REFS(Node, next))};
    tn_mutator *m = edge_start(NULL, types, 1);
    TN_SCOPE(m);
    TN_LOCAL(m, Node, list);
    for (size_t i = 0; i < BYTES / sizeof(Node); i++) {
        Node *node = tn_alloc(m, Node);
        if (!node) edge_fail(m);
        tn_init(node, next, *list);
        *list = node;
    }
}

static void on_malloc(void) {
    static struct plain {
        struct plain *next;
        long plain[7];
    } *list;
    for (size_t i = 0; i < BYTES / sizeof *list; i++) {
        struct plain *node = calloc(1, sizeof *node);
        if (!node) exit(1);
        node->next = list;
        list = node;
    }
}

/* This program again, as one of those processes: what it took. */
static struct rusage start(const char *program, const char *kind) {
    struct rusage took;
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        execl(program, program, kind, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &took) != child || status != 0) {
        fprintf(stderr, "startup: %s failed\n", kind);
        exit(1);
    }
    return took;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *of, long count) {
    qsort(of, (size_t)count, sizeof *of, compare);
    return of[count / 2];
}

static void measure(const char *program, const char *kind, long times) {
    double *cpu = calloc((size_t)times, sizeof *cpu), *faults = calloc((size_t)times, sizeof *faults);
    double *most = calloc((size_t)times, sizeof *most);
    for (long i = 0; cpu && faults && most && i < times; i++) {
        struct rusage u = start(program, kind);
        cpu[i] = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
                 (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
        faults[i] = (double)u.ru_minflt;
        most[i] = (double)u.ru_maxrss / 1024;
    }
    printf("startup: %-33s %8.3f ms cpu, %5.0f faults, peak %6.2f MiB (middle of %ld)\n", kind, middle(cpu, times),
           middle(faults, times), middle(most, times), times);
    free(cpu);
    free(faults);
    free(most);
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "malloc")) return on_malloc(), 0;
    if (argc > 1 && !strcmp(argv[1], "tenure")) return on_tenure(), 0;
    if (argc > 1 && !strcmp(argv[1], "none")) return 0;
    long times = edge_argument(argc, argv, 1, 200);
    static const char *const kinds[] = {"none", "malloc", "tenure"};
    for (int i = 0; i < 3; i++) measure(argv[0], kinds[i], times);
    return 0;
}
