/* class11_callbacks.c: callbacks that do what they must not: they allocate, collect, resurrect, visit outside of their
 * objects, or visit differently for the same state. The API refuses the calls in every build; `verify` calls trace
 * callbacks twice and looks at what they visit. */
#include <stdlib.h>

#include "mistakes.h"

#define CALLED(function, from) "error: " function ": called from " from "\n"

static tn_mutator *mutator; /* that a host's callback finds in some static variable */
static bool wrong;          /* the callback makes its mistake */
static TN_FIELD(Pair) root;
static Pair *const *global;
static Values *pool; /* old */

/* Once only: the report of the first time is looked at. */
static bool once(void) {
    bool now = wrong;
    wrong = false;
    return now;
}

/* ---- types ---- */

typedef struct Cache { /* two references that a trace callback visits */
    Pair *item[2];
    long calls;
} Cache;
typedef struct Bag { /* the same for a tail of values */
    long count;
    tn_value item[];
} Bag;
typedef struct Resource {
    Pair *unused;
    long number;
} Resource;

static void cache_trace_with(tn_tracer *tracer, Cache *cache, size_t count) {
    tn_visit_refs(tracer, cache->item, count);
}

static void trace_and_allocate(tn_tracer *tracer, void *object) {
    cache_trace_with(tracer, object, 2);
    if (once()) tn_alloc(mutator, Leaf);
}

static void trace_and_reserve(tn_tracer *tracer, void *object) {
    cache_trace_with(tracer, object, 2);
    if (once()) tn_reserve(mutator, 1000);
}

static void trace_and_collect(tn_tracer *tracer, void *object) {
    cache_trace_with(tracer, object, 2);
    if (once()) tn_collect(mutator, TN_FULL);
}

/* Every other time it "optimises". */
static void trace_by_turns(tn_tracer *tracer, void *object) {
    Cache *cache = object;
    cache_trace_with(tracer, cache, wrong && cache->calls++ % 2 ? 1 : 2);
}

static void trace_in_another_order(tn_tracer *tracer, void *object) {
    Cache *cache = object;
    int first = wrong ? (int)(cache->calls++ % 2) : 0;
    tn_visit(tracer, &cache->item[first]);
    tn_visit(tracer, &cache->item[1 - first]);
}

static void trace_beyond_the_end(tn_tracer *tracer, void *object) {
    tn_visit_refs(tracer, ((Cache *)object)->item, wrong ? 5 : 2);
}

/* It follows a reference, instead of letting the collector do so. */
static void trace_what_it_refers_to(tn_tracer *tracer, void *object) {
    Cache *cache = object;
    cache_trace_with(tracer, cache, 2);
    if (wrong && cache->item[0]) tn_visit(tracer, (void *)(uintptr_t)&cache->item[0]->car);
}

static void trace_too_many_values(tn_tracer *tracer, void *object) {
    Bag *bag = object;
    tn_visit_values(tracer, bag->item, (size_t)bag->count);
}

static void dispose_and_allocate(tn_heap *heap, void *object) {
    (void)heap, (void)object;
    if (once()) tn_alloc(mutator, Leaf);
}

static void dispose_and_make_an_array(tn_heap *heap, void *object) {
    (void)heap, (void)object;
    if (once()) tn_alloc_tail(mutator, Values, tn_value, LARGE_LENGTH);
}

static void dispose_and_make_a_global(tn_heap *heap, void *object) {
    (void)heap;
    if (once()) tn_global_create(mutator, object);
}

static void dispose_and_set_a_global(tn_heap *heap, void *object) {
    (void)heap;
    if (once()) tn_global_store(mutator, (const void *)global, object);
}

static void dispose_into_a_root(tn_heap *heap, void *object) {
    (void)heap;
    if (once()) tn_root_store(mutator, &root, object);
}

/* Stores that are no calls: back into the pool that it came from; into a root. */
static void dispose_back_into_its_pool(tn_heap *heap, void *object) {
    (void)heap;
    if (once()) smuggle_value(&pool->item[3], value_of(object));
}

static void dispose_past_the_api(tn_heap *heap, void *object) {
    (void)heap;
    if (once()) smuggle(&root, object);
}

static void dispose_and_collect(tn_heap *heap, void *object) {
    (void)heap, (void)object;
    if (once()) tn_collect(mutator, TN_MINOR);
}

/* ---- the mistakes ---- */

enum { Cache_type = TN_FIRST_TYPE + 30, Bag_type, Resource_type = TN_FIRST_SPECIAL + 30 };

static void begin(tn_mutator *m, bool mended, const tn_type_desc *desc) {
    CHECK(tn_type_create(m->heap, desc));
    mutator = m;
    wrong = !mended;
}

static void with_trace(tn_mutator *m, bool mended, void (*trace)(tn_tracer *, void *)) {
    tn_type_desc desc = TN_DESC(Cache, .trace = trace);
    begin(m, mended, &desc);
    Cache **cache = TN_NEW(m, Cache);
    (*cache)->item[0] = (*cache)->item[1] = NULL;
    Pair *pair = tn_alloc(m, Pair);
    (*cache)->item[0] = pair;
    tn_revisit_object(m, *cache);
    TN_NEW_TAIL(m, Vector, Pair *, 3); /* behind the cache, for what is visited there */
    minor(m);
    minor(m);
}

#define WITH_TRACE(callback) \
    static void case_##callback(tn_mutator *m, bool mended) { with_trace(m, mended, callback); }
WITH_TRACE(trace_and_allocate)
WITH_TRACE(trace_and_reserve)
WITH_TRACE(trace_and_collect)
WITH_TRACE(trace_by_turns)
WITH_TRACE(trace_in_another_order)
WITH_TRACE(trace_beyond_the_end)
WITH_TRACE(trace_what_it_refers_to)

static void with_a_bag(tn_mutator *m, bool mended, size_t length) {
    tn_type_desc desc = TN_DESC(Bag, .tail_size = sizeof(tn_value), .trace = trace_too_many_values);
    begin(m, mended, &desc);
    Bag *bag = tn_alloc_tail(m, Bag, tn_value, length);
    bag->count = (long)length + (mended ? 0 : 2);
    Bag **held = TN_HANDLE(m, bag);
    tn_value value = value_of(tn_alloc(m, Pair));
    (*held)->item[length - 1] = value;
    tn_revisit_object(m, *held);
    TN_NEW_TAIL(m, Vector, Pair *, 3);
    minor(m);
}

static void a_bag_of_values(tn_mutator *m, bool mended) { with_a_bag(m, mended, 200); }
static void a_large_bag_of_values(tn_mutator *m, bool mended) { with_a_bag(m, mended, LARGE_LENGTH); }

static void with_dispose(tn_mutator *m, bool mended, void (*dispose)(tn_heap *, void *)) {
    tn_type_desc desc = TN_DESC(Resource, .flags = TN_LEAF, .dispose = dispose);
    begin(m, mended, &desc);
    Values **values = TN_NEW_TAIL(m, Values, tn_value, 30);
    pool = TN_STABLE_ADDRESS(m, values);
    {
        TN_SCOPE(m);
        Pair **pair = TN_NEW(m, Pair);
        global = TN_GLOBAL_CREATE(m, pair);
        CHECK_EQ(tn_root_create(m, &root), TN_OK);
        CHECK(TN_NEW(m, Resource) != NULL);
    }
    minor(m);
    full(m);
    CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
    CHECK_EQ(tn_root_destroy(m, &root), TN_OK);
}

#define WITH_DISPOSE(callback) \
    static void case_##callback(tn_mutator *m, bool mended) { with_dispose(m, mended, callback); }
WITH_DISPOSE(dispose_and_allocate)
WITH_DISPOSE(dispose_and_make_an_array)
WITH_DISPOSE(dispose_and_make_a_global)
WITH_DISPOSE(dispose_and_set_a_global)
WITH_DISPOSE(dispose_into_a_root)
WITH_DISPOSE(dispose_back_into_its_pool)
WITH_DISPOSE(dispose_past_the_api)
WITH_DISPOSE(dispose_and_collect)

static void scan(tn_tracer *tracer, void *user) {
    tn_visit(tracer, user);
    if (once()) tn_alloc(mutator, Pair);
}

static void a_scanner_that_allocates(tn_mutator *m, bool mended) {
    static Pair *slot;
    mutator = m;
    wrong = !mended;
    slot = tn_alloc(m, Pair);
    CHECK_EQ(tn_scanner_create(m, scan, &slot), TN_OK);
    minor(m);
    touch(&slot->number);
    CHECK_EQ(tn_scanner_destroy(m, scan, &slot), TN_OK);
}

#define TRACE_OF(type) "the trace callback of type '" type "'"
#define DISPOSE "the dispose callback of type 'Resource'"
#define OUTSIDE(type) \
    "tenure: heap 'host': verify: " TRACE_OF(type) " visits %p, in the heap but outside of its object %p\n"
#define BROUGHT_BACK(holder)                                                                                   \
    "tenure: heap 'host': verify: before minor collection %n: " holder " holds %p (a 'Resource' that has been " \
    "disposed of), which a dispose callback cannot bring back\n"
#define DIFFERENT(a, b)                                                                              \
    "tenure: heap 'host': verify: " TRACE_OF("Cache") " visits " a " slots of object %p, and then " b " or " \
    "others, though nothing has changed\n"

static const Case cases[] = {
    {"trace allocates", case_trace_and_allocate, HANDLES, POINTER, SMALL, "debug=verify",
     CALLED("tn_alloc", TRACE_OF("Cache"))},
    {"trace reserves", case_trace_and_reserve, RAW, POINTER, SMALL, "debug=verify",
     CALLED("tn_reserve", TRACE_OF("Cache"))},
    {"trace collects", case_trace_and_collect, HANDLES, POINTER, SMALL, "debug=verify",
     CALLED("tn_collect", TRACE_OF("Cache"))},
    {"trace by turns", case_trace_by_turns, RAW, POINTER, SMALL, "debug=verify", DIFFERENT("2", "1")},
    {"trace in another order", case_trace_in_another_order, RAW, POINTER, SMALL, "debug=verify",
     DIFFERENT("2", "2")},
    {"trace beyond the end", case_trace_beyond_the_end, RAW, POINTER, SMALL, "debug=verify", OUTSIDE("Cache")},
    {"trace what it refers to", case_trace_what_it_refers_to, RAW, POINTER, SMALL, "debug=verify",
     OUTSIDE("Cache")},
    {"too many values", a_bag_of_values, RAW, LOW_TAG, ARRAY, "debug=verify", OUTSIDE("Bag")},
    {"too many values in a large array", a_large_bag_of_values, RAW, LOW_TAGS, LARGE, "debug=verify",
     OUTSIDE("Bag")},
    {"dispose allocates", case_dispose_and_allocate, HANDLES, POINTER, SMALL, "", CALLED("tn_alloc", DISPOSE)},
    {"dispose makes a large array", case_dispose_and_make_an_array, RAW, NAN_BOX, LARGE, "",
     CALLED("tn_alloc_tail", DISPOSE)},
    {"dispose makes a global", case_dispose_and_make_a_global, HANDLES, POINTER, SMALL, "",
     CALLED("tn_global_create", DISPOSE)},
    {"dispose sets a global", case_dispose_and_set_a_global, HANDLES, LOW_TAG, SMALL, "",
     CALLED("tn_global_store", DISPOSE)},
    {"dispose stores into a root", case_dispose_into_a_root, RAW, POINTER, SMALL, "",
     CALLED("tn_root_store", DISPOSE)},
    {"dispose collects", case_dispose_and_collect, RAW, POINTER, SMALL, "", CALLED("tn_collect", DISPOSE)},
    {"dispose stores into its pool", case_dispose_back_into_its_pool, RAW, LOW_TAGS, ARRAY, "debug=verify",
     BROUGHT_BACK("object %p (Values), field 'tail[3]'")},
    {"dispose stores into its pool, NaN-boxed", case_dispose_back_into_its_pool, HANDLES, NAN_BOX, ARRAY, "debug=verify",
     BROUGHT_BACK("object %p (Values), field 'tail[3]'")},
    {"dispose stores past the API", case_dispose_past_the_api, RAW, POINTER, SMALL, "debug=verify",
     BROUGHT_BACK("a global or root cell at %p")},
    {"a scanner allocates", a_scanner_that_allocates, RAW, POINTER, SMALL, "",
     CALLED("tn_alloc", "the scanner callback")},
};

int main(void) { return mistakes_run("callbacks", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
