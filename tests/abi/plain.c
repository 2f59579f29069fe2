/* A host that uses no header of the library: only exported symbols, which it declares by hand, as a binding of another
 * language does (tenure/layout.h). It holds lists in globals and a root cell, changes them at random beside a model in
 * malloc'd memory, and compares the two. Usage: plain [SEED [STEPS]] */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Heap Heap;
typedef struct Mutator Mutator;
typedef struct Checkpoint { void **handles; uint64_t *values; void *window; size_t scopes; } Checkpoint;
typedef struct Desc { /* tn_type_desc, up to its flags */
    uint32_t number;
    const char *name;
    size_t size, align;
    uint64_t refs;
    const char *ref_names;
    uint64_t values;
    const char *value_names;
    size_t tail_size;
    uint64_t tail_refs, tail_values;
    unsigned flags;
} Desc;
typedef struct Node { struct Node *next, *other; long number; } Node;

extern Heap *tn_heap_create_(uint32_t version, const void *config, void *error);
extern int tn_heap_destroy(Heap *heap);
extern Mutator *tn_mutator_create(Heap *heap, void *error);
extern int tn_mutator_destroy(Mutator *m);
extern uint32_t tn_type_create_(Heap *heap, const Desc *desc, size_t size);
extern uint32_t tn_type_of(const void *object);
extern void **tn_new_(Mutator *m, uint32_t type, size_t size, size_t align, const void *place);
extern void **tn_get_(Mutator *m, const void *h, size_t offset, const void *place);
extern void tn_set_(Mutator *m, const void *h, size_t offset, const void *v);
extern void tn_store(Mutator *m, void *object, void *slot, const void *reference);
extern void *tn_alloc_sized(Mutator *m, uint32_t type, size_t size);
extern void **tn_push_at_(Mutator *m, const void *object, const void *place);
extern void tn_poll_at_(Mutator *m, const void *place);
extern bool tn_is_young(const Mutator *m, const void *object);
extern void *const *tn_global_create(Mutator *m, const void *object);
extern int tn_global_store(Mutator *m, const void *global, const void *object);
extern int tn_global_destroy(Mutator *m, const void *global);
extern int tn_collect(Mutator *m, int kind);
extern int tn_option_set(Heap *heap, const char *key, const char *value);
extern Checkpoint tn_save(const Mutator *m);
extern void tn_restore(Mutator *m, Checkpoint to);
extern size_t tn_handle_count(const Mutator *m);

enum { LISTS = 16, LONGEST = 200, TYPE = 16 };
static long model[LISTS][LONGEST], length[LISTS];
static void *const *list[LISTS];
static uint64_t seed = 1;

static unsigned below(unsigned n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void check(bool good, const char *what) {
    if (good) return;
    printf("FAILED: %s\n", what);
    exit(1);
}

static void compare(unsigned k) {
    const Node *at = *list[k];
    for (long i = length[k]; i-- > 0; at = at->next) {
        check(at && tn_type_of(at) == TYPE && at->number == model[k][i], "a list differs from its model");
        check(at->other == *list[k] || at->other == NULL || tn_type_of(at->other) == TYPE, "a reference is wrong");
    }
    check(at == NULL, "a list is too long");
}

/* With handles, or with raw pointers between two allocations; either by exported functions alone. */
static void push(Mutator *m, unsigned k, unsigned from) {
    Checkpoint here = tn_save(m);
    if (length[k] == LONGEST) {
        check(tn_global_store(m, list[k], NULL) == 0, "tn_global_store");
        length[k] = 0;
    }
    long number = (long)below(1000000);
    if (below(2)) {
        void **node = tn_new_(m, TYPE, sizeof(Node), 8, NULL), **first = tn_push_at_(m, *list[k], NULL);
        check(node != NULL, "tn_new_");
        tn_set_(m, node, offsetof(Node, next), first);
        tn_set_(m, node, offsetof(Node, other), list[from]);
        check(*tn_get_(m, node, offsetof(Node, next), NULL) == *list[k], "tn_get_");
        ((Node *)*node)->number = number;
        check(tn_global_store(m, list[k], *node) == 0, "tn_global_store");
    } else {
        Node *node = tn_alloc_sized(m, TYPE, sizeof *node);
        check(node != NULL && tn_is_young(m, node), "tn_alloc_sized");
        tn_store(m, node, &node->next, *list[k]);
        node->number = number;
        check(tn_global_store(m, list[k], node) == 0, "tn_global_store");
    }
    model[k][length[k]++] = number;
    tn_restore(m, here);
}

/* A young node into an old one: the barrier. */
static void link_old(Mutator *m, unsigned k) {
    Node *first = *list[k];
    if (first) tn_store(m, first, &first->other, *list[below(LISTS)]);
}

int main(int argc, char **argv) {
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    long steps = argc > 2 ? atol(argv[2]) : 100000;
    Heap *heap = tn_heap_create_(100, NULL, NULL); /* made for version 0.1.0 */
    Mutator *m = tn_mutator_create(heap, NULL);
    const Desc desc = {.number = TYPE, .name = "Node", .size = sizeof(Node), .refs = 3};
    check(m && tn_type_create_(heap, &desc, sizeof desc) == TYPE, "a heap with a type");
    check(tn_option_set(heap, "nursery", "256K") == 0, "tn_option_set");
    for (unsigned k = 0; k < LISTS; k++) check((list[k] = tn_global_create(m, NULL)) != NULL, "tn_global_create");
    for (long i = 0; i < steps; i++) {
        unsigned k = below(LISTS);
        push(m, k, below(LISTS));
        link_old(m, k);
        tn_poll_at_(m, NULL);
        if (below(1000) == 0) check(tn_collect(m, (int)below(3)) == 0, "tn_collect");
        if (below(50) == 0) compare(k);
    }
    for (unsigned k = 0; k < LISTS; k++) compare(k);
    check(tn_handle_count(m) == 0, "a handle is left");
    for (unsigned k = 0; k < LISTS; k++) check(tn_global_destroy(m, list[k]) == 0, "tn_global_destroy");
    check(tn_mutator_destroy(m) == 0 && tn_heap_destroy(heap) == 0, "the end");
    printf("%ld steps: the lists are like their models\n", steps);
    return 0;
}
