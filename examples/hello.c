// hello.c: Tenure in one page. Builds a list on a garbage-collected heap, adds it up, and watches it go.
#include <stdio.h>
#include <tenure.h>

// An object is a plain C struct. A reference is a TN_FIELD: '=' does not compile there, so that no store misses the
// write barrier. The description says how large a Pair is, and which of its words are references.
typedef struct Pair {
    long number;
    TN_FIELD(struct Pair) next;
} Pair;
enum { Pair_type = TN_FIRST_TYPE };
static const tn_type_desc pair_desc = TN_DESC(Pair, TN_REFS(Pair, next));

// The list 1 .. n. Objects move. A handle (Pair **) follows its object, and lives until its scope ends. Each turn of
// the loop has a scope of its own, so that handles do not pile up.
static Pair **list(tn_mutator *m, long n) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, head);
    for (long i = n; i > 0; i--) {
        TN_SCOPE(m);
        Pair **p = TN_NEW(m, Pair); // may collect; NULL when memory is out
        if (!p) return NULL;
        TN_PUT(m, p, number, i);
        TN_SET(m, p, next, head); // (*p)->next = *head, with the write barrier
        *head = *p;
    }
    return TN_ESCAPE(head); // moves the result to the caller's scope
}

// Nothing is allocated in this function, and TN_NO_GC says so. Then raw pointers are safe.
static long sum(tn_mutator *m, Pair *const *h) {
    TN_NO_GC(m);
    long total = 0;
    for (const Pair *p = *h; p; p = tn_read(p, next)) total += p->number;
    return total;
}

// The handle `numbers` keeps the list alive, and the weak reference does not.
static int run(tn_mutator *m) {
    TN_SCOPE(m);
    Pair **numbers = list(m, 1000);
    tn_weak **weak = numbers ? TN_WEAK_NEW(m, numbers) : NULL;
    if (!weak || tn_collect(m, TN_MINOR) != TN_OK) return 0;
    const char *alive = tn_weak_read(m, *weak) ? "yes" : "no";
    printf("sum: %ld, alive: %s\n", sum(m, numbers), alive); // sum: 500500, alive: yes
    *numbers = NULL;
    if (tn_collect(m, TN_FULL) != TN_OK) return 0;
    alive = tn_weak_read(m, *weak) ? "yes" : "no";
    printf("dropped, alive: %s\n", alive); // dropped, alive: no
    return !tn_weak_read(m, *weak);
}

int main(void) {
    tn_error error = {TN_OK, ""};
    tn_heap *heap = tn_heap_create(NULL, &error);
    tn_mutator *m = heap ? tn_mutator_create(heap, &error) : NULL;
    if (!m) return fprintf(stderr, "%s\n", error.text), 1;
    int good = tn_type_create(heap, &pair_desc) != 0 && run(m);
    char text[2048];
    tn_stats_text(m->heap, text, sizeof text); // what the collector has done
    fputs(good ? text : tn_last_error(m), stdout);
    tn_mutator_destroy(m);
    return tn_heap_destroy(heap) == TN_OK && good ? 0 : 1;
}
