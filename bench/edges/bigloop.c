/* bigloop.c: one buffer of SIZE bytes after another, MIB in all; each is written whole, and the one before is garbage. With
 * `malloc` 1 the same on malloc and free. */
#include "edge.h"

typedef struct Buffer {
    char bytes[8];
} Buffer;
enum { Buffer_type = TN_FIRST_TYPE };

static void on_malloc(size_t size, size_t count) {
    double begin = edge_cpu();
    for (; count--;) {
        char *b = malloc(size);
        if (!b) exit(1);
        memset(b, 1, size);
        __asm__ volatile("" : : "r"(b) : "memory"); /* it is used */
        free(b);
    }
    printf("bigloop, malloc: buffers of %9zu bytes       %8.3f s cpu\n", size, edge_cpu() - begin);
}

int main(int argc, char **argv) {
    const tn_type_desc types[] = {TN_DESC(Buffer, TN_TAIL(1, 0, 0), .flags = TN_LEAF | TN_UNZEROED)};
    long mib = edge_argument(argc, argv, 1, 4096);
    size_t size = (size_t)edge_argument(argc, argv, 2, 1048576), count = ((size_t)mib << 20) / size;
    if (edge_argument(argc, argv, 3, 0)) return on_malloc(size, count), 0;
    tn_mutator *m = edge_start(NULL, types, 1);
    double begin = edge_cpu();
    for (; count--;) {
        Buffer *b = tn_alloc_tail(m, Buffer, char, size - sizeof(Buffer));
        if (!b) edge_fail(m);
        memset(b, 1, size);
    }
    char what[80];
    snprintf(what, sizeof what, "bigloop: buffers of %zu bytes", size);
    edge_say(m, what, begin);
    return 0;
}
