// hello.c: Tenure in one page. Builds a list on a garbage-collected heap, adds it up, and watches it go.
#include <stdio.h>
#include <tenure.h> // the one header a host needs

typedef struct Pair {           // an object is a plain C struct, with
    long number;                // plain data, which is read and written as ever, and
    TN_FIELD(struct Pair) next; // references: '=' does not compile, TN_SET tells the collector as well
} Pair;
enum { Pair_type = TN_FIRST_TYPE };                                       // the type's number in the heap
static const tn_type_desc pair_desc = TN_DESC(Pair, TN_REFS(Pair, next)); // its size, and which words are references

static Pair **list(tn_mutator *m, long n) { // 1 .. n as a list. A handle (Pair **) follows its object when that moves
    TN_SCOPE(m);                            // the handles made from here on end with this block
    TN_LOCAL(m, Pair, head);                // a handle that holds NULL, the empty list
    for (long i = n; i > 0; i--) {          // from the last number to the first:
        TN_SCOPE(m);                        // a scope for each turn, so that handles do not pile up
        Pair **p = TN_NEW(m, Pair);         // a new, zeroed object. This may collect: young objects move
        if (!p) return NULL;                // memory is out: an allocation says so, and never aborts
        TN_PUT(m, p, number, i);            // (*p)->number = i
        TN_SET(m, p, next, head);           // (*p)->next = *head, with the write barrier
        *head = *p;                         // a handle is assigned through like any pointer
    }
    return TN_ESCAPE(head); // the result moves to the caller's scope
}

static long sum(tn_mutator *m, Pair *const *h) {         // a handle that is only read
    TN_NO_GC(m);                                         // nothing is allocated in this block: raw pointers are safe
    long total = 0;                                      // so the loop is plain C, at full speed:
    for (const Pair *p = *h; p; p = tn_read(p, next)) total += p->number; // *h is the object, tn_read reads a field
    return total;                                        // scopes and windows close on every way out
}

static int run(tn_mutator *m) {                                  // 1: all went well, 0: see tn_last_error
    TN_SCOPE(m);                                                 // for the two handles below
    Pair **numbers = list(m, 1000);                              // this one keeps the list alive
    tn_weak **weak = numbers ? TN_WEAK_NEW(m, numbers) : NULL;   // a weak reference does not
    if (!weak || tn_collect(m, TN_MINOR) != TN_OK) return 0;     // young objects move now, and handles follow them
    const char *alive = tn_weak_read(m, *weak) ? "yes" : "no";   // yes: the list has moved, but it lives
    printf("sum: %ld, alive: %s\n", sum(m, numbers), alive);     // sum: 500500, alive: yes
    *numbers = NULL;                                             // the list is dropped: nothing else holds it
    if (tn_collect(m, TN_FULL) != TN_OK) return 0;               // a full collection finds that out
    alive = tn_weak_read(m, *weak) ? "yes" : "no";               // no: the weak reference has been cleared
    printf("dropped, alive: %s\n", alive);                       // dropped, alive: no
    return !tn_weak_read(m, *weak);                              // the program succeeds only if it is so
}

int main(void) {
    tn_error error = {TN_OK, ""};                            // filled by the first two calls when they fail
    tn_heap *heap = tn_heap_create(NULL, &error);            // a heap with the default settings
    tn_mutator *m = heap ? tn_mutator_create(heap, &error) : NULL; // this thread's context in it, passed to every call
    if (!m) return fprintf(stderr, "%s\n", error.text), 1;   // without it there is nothing to do
    int good = tn_type_create(heap, &pair_desc) != 0 && run(m); // the heap learns what a Pair is; then the work
    char text[2048];                                         // room for what the collector has done,
    tn_stats_text(m->heap, text, sizeof text);               // in a few lines with units
    fputs(good ? text : tn_last_error(m), stdout);           // printed, or why the work has failed
    tn_mutator_destroy(m);                                   // the handles are gone
    return tn_heap_destroy(heap) == TN_OK && good ? 0 : 1;   // every byte goes back to the system
}
