/* plugin.c: a plugin that is linked with a copy of Tenure of its own. plugin_test.sh compiles it twice, and loads both
 * into a program that has the shared library. */
#include <dlfcn.h>
#include <stdint.h>

#include "tenure.h"

typedef struct Pair {
    TN_FIELD(struct Pair) next;
    long number;
} Pair;
enum { Pair_type = TN_FIRST_TYPE };
static const tn_type_desc desc = TN_DESC(Pair, TN_REFS(Pair, next));

/* The file that has the library's functions which this plugin calls. */
__attribute__((visibility("default"))) const char *plugin_library(void);
const char *plugin_library(void) {
    Dl_info info;
    return dladdr((const void *)(uintptr_t)tn_heap_create_, &info) ? info.dli_fname : "?";
}

/* The sum of a list that is made beside garbage. */
__attribute__((visibility("default"))) long plugin_run(void);
long plugin_run(void) {
    tn_heap *heap = tn_heap_create(NULL, NULL);
    tn_mutator *m = tn_mutator_create(heap, NULL);
    long sum = 0;
    if (!m || !tn_type_create(heap, &desc)) return -1;
    {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, list);
        for (long i = 1; i <= 100000; i++) {
            Pair *pair = tn_alloc(m, Pair);
            tn_init(pair, next, i % 10 ? NULL : *list);
            pair->number = i;
            if (i % 10 == 0) *list = pair;
        }
        for (const Pair *p = *list; p; p = tn_read(p, next)) sum += p->number;
    }
    return tn_mutator_destroy(m) == TN_OK && tn_heap_destroy(heap) == TN_OK ? sum : -1;
}
