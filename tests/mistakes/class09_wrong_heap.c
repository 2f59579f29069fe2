/* class09_wrong_heap.c: objects of another heap, mutators of another heap, and of another thread. The calls of the API
 * find some of them in every build; `verify` what has been stored, `threads` who calls. */
#include <pthread.h>

#include "mistakes.h"

#define FOREIGN "%p (in heap 'other', not in heap 'host'), an object of another heap\n"
#define REFUSED(function) "error: " function ": %p is no object of heap 'host', but one of heap 'other'\n"
#define BEFORE(n) "tenure: heap 'host': verify: before minor collection " #n ": "
#define THREAD(function)                                                                                        \
    "tenure: heap 'host': " function ": the mutator of heap 'host' is used by another thread than the one that " \
    "attached it\n"

/* A second heap with the same types, as a host has for another interpreter. */
static tn_mutator *open_other(tn_mutator *m) {
    tn_config config = TN_CONFIG_INIT;
    config.name = "other";
    config.options = "debug=verify";
    config.ignore_environment = true;
    (void)m;
    tn_heap *heap = tn_heap_create(&config, NULL);
    CHECK(heap != NULL);
    for (size_t i = 0; i < SUPPORT_TYPES; i++) CHECK(tn_type_create(heap, &support_types[i]));
    return tn_mutator_create(heap, NULL);
}

static void close_other(tn_mutator *other) {
    tn_heap *heap = other->heap;
    CHECK_EQ(tn_mutator_destroy(other), TN_OK);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
}

static void stored_into_a_field(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Pair **old = TN_NEW(m, Pair);
    (*old)->number = 4;
    minor(m);
    tn_write(m, *old, cdr, tn_alloc(mended ? m : other, Pair));
    minor(m);
    close_other(other);
}

static void stored_into_a_large_array(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Values **v = TN_NEW_TAIL(m, Values, tn_value, LARGE_LENGTH);
    tn_write_value(m, *v, item[4321], value_of(tn_alloc(mended ? m : other, Pair)));
    minor(m);
    close_other(other);
}

static void stored_into_a_young_box(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Box **box = TN_NEW(m, Box);
    Leaf *leaf = tn_alloc(mended ? m : other, Leaf);
    tn_write_value(m, *box, value, value_of(leaf));
    minor(m);
    close_other(other);
}

static void handle_of_it(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Pair **theirs = TN_NEW(other, Pair);
    Pair **mine = TN_HANDLE(m, mended ? tn_alloc(m, Pair) : *theirs);
    minor(m);
    look(&(*mine)->number);
    close_other(other);
}

static void global_of_it(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Pair **pair = TN_NEW(mended ? m : other, Pair);
    Pair *const *global = TN_GLOBAL_CREATE(m, pair);
    if (mended) CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
    close_other(other);
}

static void root_of_it(tn_mutator *m, bool mended) {
    static TN_FIELD(Vector) root;
    tn_mutator *other = open_other(m);
    CHECK_EQ(tn_root_create(m, &root), TN_OK);
    Vector *v = tn_alloc_tail(mended ? m : other, Vector, Pair *, 600);
    tn_root_write(m, &root, v);
    CHECK_EQ(tn_root_destroy(m, &root), TN_OK);
    close_other(other);
}

static void weak_reference_to_it(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Bytes **bytes = TN_NEW_TAIL(mended ? m : other, Bytes, unsigned char, 100000);
    TN_WEAK_NEW(m, bytes);
    close_other(other);
}

static void weak_slot_of_it(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    tn_weak_array **cache = TN_WEAK_ARRAY_NEW(m, 4);
    Pair *pair = tn_alloc(mended ? m : other, Pair);
    tn_weak_array_write(m, *cache, 2, value_of(pair));
    minor(m);
    close_other(other);
}

static void stable_address_of_it(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Pair **pair = TN_NEW(mended ? m : other, Pair);
    TN_STABLE_ADDRESS(m, pair);
    close_other(other);
}

static void global_freed_elsewhere(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Pair **pair = TN_NEW(other, Pair);
    Pair *const *global = TN_GLOBAL_CREATE(other, pair);
    if (!mended) TN_GLOBAL_DESTROY(m, global);
    CHECK_EQ(TN_GLOBAL_DESTROY(other, global), TN_OK);
    close_other(other);
}

/* The barrier of the other mutator knows nothing of this heap's young objects. */
static void store_with_the_other_mutator(tn_mutator *m, bool mended) {
    tn_mutator *other = open_other(m);
    Box **box = TN_NEW(m, Box);
    minor(m);
    Pair *young = tn_alloc(m, Pair);
    tn_write_value(mended ? m : other, *box, value, value_of(young));
    minor(m);
    close_other(other);
}

/* ---- threads ---- */

typedef struct Work {
    tn_mutator *m;
    void *(*run)(void *work);
    const void *object;
    bool mended;
} Work;

/* Mended, the thread that owns the mutator does it. */
static void in_another_thread(tn_mutator *m, bool mended, void *(*run)(void *), const void *object) {
    Work work = {.m = m, .object = object};
    pthread_t thread;
    if (mended) {
        run(&work);
        return;
    }
    pthread_create(&thread, NULL, run, &work);
    pthread_join(thread, NULL);
}

static void *allocate_leaf(void *work) { return tn_alloc(((Work *)work)->m, Leaf); }
static void *allocate_large(void *work) {
    return tn_alloc_tail(((Work *)work)->m, Values, tn_value, LARGE_LENGTH);
}
static void *collect_now(void *work) { return minor(((Work *)work)->m), NULL; }
static void *set_a_global(void *work) {
    Work *w = work;
    Pair *const *global = (Pair *const *)w->object;
    CHECK_EQ(tn_global_store(w->m, global, *global), TN_OK);
    return NULL;
}

static void allocation_in_another_thread(tn_mutator *m, bool mended) {
    in_another_thread(m, mended, allocate_leaf, NULL);
}
static void large_allocation_in_another_thread(tn_mutator *m, bool mended) {
    in_another_thread(m, mended, allocate_large, NULL);
}
static void collection_in_another_thread(tn_mutator *m, bool mended) {
    in_another_thread(m, mended, collect_now, NULL);
}
static void global_set_in_another_thread(tn_mutator *m, bool mended) {
    Pair **pair = TN_NEW(m, Pair);
    Pair *const *global = TN_GLOBAL_CREATE(m, pair);
    in_another_thread(m, mended, set_a_global, (const void *)global);
    CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
}

static const Case cases[] = {
    {"stored into a field", stored_into_a_field, RAW, POINTER, SMALL, "debug=verify",
     BEFORE(2) "object %p (Pair: pair 4), field 'cdr' holds " FOREIGN},
    {"stored into a large array", stored_into_a_large_array, RAW, LOW_TAGS, LARGE, "debug=verify",
     BEFORE(1) "object %p (Values), field 'tail[4321]' holds " FOREIGN},
    {"stored into a young box", stored_into_a_young_box, RAW, NAN_BOX, SMALL, "debug=verify",
     BEFORE(1) "object %p (Box), field 'value' holds " FOREIGN},
    {"a handle of it", handle_of_it, HANDLES, POINTER, SMALL, "debug=verify",
     BEFORE(1) "the handle at %p holds " FOREIGN},
    {"a global of it", global_of_it, HANDLES, POINTER, SMALL, "", REFUSED("tn_global_create")},
    {"a root of it", root_of_it, RAW, POINTER, ARRAY, "", REFUSED("tn_root_store")},
    {"a weak reference to it", weak_reference_to_it, HANDLES, POINTER, LARGE, "", REFUSED("TN_WEAK_NEW")},
    {"a weak slot of it", weak_slot_of_it, RAW, LOW_TAG, SMALL, "", REFUSED("tn_weak_array_write")},
    {"a stable address of it", stable_address_of_it, HANDLES, NAN_BOX, SMALL, "", REFUSED("TN_STABLE_ADDRESS")},
    {"a global freed elsewhere", global_freed_elsewhere, HANDLES, POINTER, SMALL, "",
     "error: tn_global_destroy: %p is no global of heap 'host': freed already, or never made here\n"},
    {"a store with the other mutator", store_with_the_other_mutator, RAW, LOW_TAG, SMALL, "debug=verify",
     BEFORE(2) "object %p (Box), field 'value' holds %p (Pair: pair 0), a young object, and the store was not "
               "recorded: use TN_SET, tn_write or tn_store\n"},
    {"an allocation in another thread", allocation_in_another_thread, RAW, POINTER, SMALL, "debug=threads",
     THREAD("tn_alloc")},
    {"an allocation in another thread, under all", allocation_in_another_thread, RAW, POINTER, SMALL,
     "debug=all,seed=1 handles=1M", THREAD("tn_alloc")},
    {"a large allocation in another thread", large_allocation_in_another_thread, RAW, LOW_TAG, LARGE,
     "debug=threads", THREAD("tn_alloc_tail")},
    {"a collection in another thread", collection_in_another_thread, HANDLES, POINTER, SMALL, "debug=threads",
     THREAD("tn_collect")},
    {"a global set in another thread", global_set_in_another_thread, HANDLES, POINTER, SMALL, "debug=threads",
     THREAD("tn_global_store")},
};

int main(void) { return mistakes_run("wrong heaps and threads", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
