/* faults.c: every call for memory that the library makes fails once, in turn, and nothing is lost or leaked.
 *
 * The scenario below uses most of the API and checks what it has built. It is run again and again. In run n the n-th
 * call of mmap, mprotect, malloc, calloc or realloc by the library fails (the linker hands us those calls: -Wl,--wrap).
 * Once it fails alone, and once with all that follow, until a call of the API reports it. That call must say
 * TN_OUT_OF_MEMORY and must succeed when it is tried again; those that cannot fail must have done their work. The heap
 * is verified in each collection. The last run is the one in which no call was left to fail.
 *
 * Usage: faults [FIRST [LAST]]: only these runs. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mappings.h"
#include "tenure.h"

/* ---- the faults ---- */

static long calls, fail_at; /* counted while `armed` */
static bool armed, lasting;

static bool fault(void) {
    if (!armed) return false;
    ++calls;
    return lasting ? calls >= fail_at : calls == fail_at;
}

void *__real_mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset);
int __real_mprotect(void *at, size_t bytes, int protection);
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *at, size_t bytes);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset);
int __wrap_mprotect(void *at, size_t bytes, int protection);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *at, size_t bytes);

void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset) {
    if (!fault()) return __real_mmap(at, bytes, protection, flags, fd, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}
int __wrap_mprotect(void *at, size_t bytes, int protection) {
    if (!fault()) return __real_mprotect(at, bytes, protection);
    errno = ENOMEM;
    return -1;
}
void *__wrap_malloc(size_t bytes) { return fault() ? NULL : __real_malloc(bytes); }
void *__wrap_calloc(size_t count, size_t bytes) { return fault() ? NULL : __real_calloc(count, bytes); }
void *__wrap_realloc(void *at, size_t bytes) { return fault() ? NULL : __real_realloc(at, bytes); }

/* ---- checks ---- */

#define CHECK(x) ((x) ? (void)0 : complain(#x, __LINE__))

static void complain(const char *what, int line) {
    armed = false;
    fprintf(stderr, "faults: run %ld: line %d: does not hold: %s\n", fail_at, line, what);
    exit(1);
}

/* One failure is allowed in a run, and only by the fault. `again` is the call; it yields true when it went well. */
#define TRY(m, again)                                     \
    do {                                                  \
        if (!(again)) {                                   \
            CHECK(armed && calls >= fail_at);             \
            CHECK(tn_last_status(m) == TN_OUT_OF_MEMORY); \
            if (lasting) armed = false;                   \
            CHECK(again);                                 \
        }                                                 \
    } while (0)

/* ---- the scenario ---- */

typedef struct Pair {
    TN_FIELD(struct Pair) car, cdr;
    long number;
} Pair;
typedef struct Vector {
    TN_FIELD(void) owner;
} Vector;
typedef struct File {
    long *disposed;
} File;
enum { Pair_type = TN_FIRST_TYPE, Vector_type, File_type = TN_FIRST_SPECIAL };

static void file_dispose(tn_heap *heap, void *object) { (void)heap, ++*((File *)object)->disposed; }

static const tn_type_desc types[] = {
    TN_DESC(Pair, TN_REFS(Pair, car, cdr)),
    TN_DESC(Vector, TN_REFS(Vector, owner), TN_TAIL(8, 1, 0)),
    TN_DESC(File, .flags = TN_LEAF, .dispose = file_dispose),
};
enum { LIST = 30000, WIDE = 20000, MANY = 700, FILES = 100 };

static void **slot(Vector *v, size_t i) { return (void **)(void *)(v + 1) + i; }

static Pair **cons(tn_mutator *m, Pair *const *cdr, long number) {
    TN_SCOPE(m);
    Pair **p = NULL;
    TRY(m, (p = TN_NEW(m, Pair)) != NULL);
    TN_SET(m, p, cdr, cdr);
    TN_PUT(m, p, number, number);
    return TN_ESCAPE(p);
}

static void grow_list(tn_mutator *m, Pair **list) {
    for (long i = 0; i < LIST; i++) {
        TN_SCOPE(m);
        *list = *cons(m, list, i);
    }
}

static void check_list(const Pair *p) {
    for (long i = LIST; i-- > 0; p = tn_read(p, cdr)) CHECK(p && p->number == i);
    CHECK(p == NULL);
}

/* A wide array, old from birth: its elements are young, and marking it fills the stack. */
static Vector **wide(tn_mutator *m) {
    TN_SCOPE(m);
    Vector **v = NULL;
    TN_LOCAL(m, Pair, none);
    TRY(m, (v = TN_NEW_TAIL(m, Vector, void *, WIDE)) != NULL);
    for (long i = 0; i < WIDE; i++) {
        TN_SCOPE(m);
        Pair **pair = cons(m, none, i);
        tn_store(m, *v, slot(*v, (size_t)i), *pair);
    }
    return TN_ESCAPE(v);
}

static void check_wide(Vector *v) {
    for (long i = 0; i < WIDE; i++) CHECK(((Pair *)*slot(v, (size_t)i))->number == i);
}

typedef struct Roots {
    Pair *const *globals[MANY];
    TN_FIELD(Pair) cells[MANY];
    void *stack[MANY], *base, *top, *low;
    tn_range *range;
} Roots;

static void scan_nothing(tn_tracer *tracer, void *user) { (void)tracer, (void)user; }

static void make_roots(tn_mutator *m, Roots *r) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, none);
    memset((void *)r, 0, sizeof *r);
    r->base = r->top = r->low = r->stack;
    tn_range_desc desc = {&r->base, &r->top, &r->low, 0};
    TRY(m, (r->range = tn_range_create(m, &desc)) != NULL);
    TRY(m, tn_scanner_create(m, scan_nothing, r) == TN_OK);
    for (long i = 0; i < MANY; i++) {
        TN_SCOPE(m);
        Pair **p = cons(m, none, i);
        TRY(m, (r->globals[i] = TN_GLOBAL_CREATE(m, p)) != NULL);
        TRY(m, tn_root_create(m, &r->cells[i]) == TN_OK);
        CHECK(TN_ROOT_SET(m, &r->cells[i], p) == TN_OK);
        r->stack[i] = *p;
        r->top = r->stack + i + 1;
    }
    CHECK(tn_range_suspend(m, r->range) == TN_OK);
}

static void check_roots(tn_mutator *m, Roots *r, bool drop) {
    for (long i = 0; i < MANY; i++) {
        CHECK((*r->globals[i])->number == i && tn_root_read(&r->cells[i]) == *r->globals[i]);
        CHECK(r->stack[i] == *r->globals[i]);
        if (!drop) continue;
        CHECK(TN_GLOBAL_DESTROY(m, r->globals[i]) == TN_OK && tn_root_destroy(m, &r->cells[i]) == TN_OK);
    }
    if (!drop) return;
    CHECK(tn_range_destroy(m, r->range) == TN_OK && tn_scanner_destroy(m, scan_nothing, r) == TN_OK);
}

static void weak_things(tn_mutator *m, Pair **list, long *disposed) {
    TN_SCOPE(m);
    tn_weak_array **array = NULL;
    TRY(m, (array = TN_WEAK_ARRAY_NEW(m, MANY)) != NULL);
    for (size_t i = 0; i < MANY; i++) {
        TN_SCOPE(m);
        tn_weak **weak = NULL;
        TRY(m, (weak = TN_WEAK_NEW(m, list)) != NULL);
        CHECK(tn_weak_read(m, *weak) == *list);
        CHECK(tn_weak_array_write(m, *array, i, (tn_value)(uintptr_t)(i % 2 ? (void *)*list : (void *)*weak)) == TN_OK);
    }
    for (int i = 0; i < FILES; i++) {
        TN_SCOPE(m);
        File **f = NULL;
        TRY(m, (f = TN_NEW(m, File)) != NULL);
        (*f)->disposed = disposed;
    }
    uint64_t hash = TN_HASH_OF(m, list);
    CHECK(tn_collect(m, TN_FULL) == TN_OK && TN_HASH_OF(m, list) == hash);
    for (size_t i = 0; i < MANY; i++)
        CHECK(tn_weak_array_read(m, *array, i) == (i % 2 ? (tn_value)(uintptr_t)*list : 0));
    CHECK(*disposed == FILES);
}

static void work(tn_mutator *m) {
    static Roots roots;
    long disposed = 0;
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, list);
    make_roots(m, &roots);
    grow_list(m, list);
    weak_things(m, list, &disposed);
    Vector **v = wide(m);
    CHECK(tn_collect(m, TN_MAJOR) == TN_OK);
    check_roots(m, &roots, false);
    Vector **huge = NULL;
    TRY(m, (huge = TN_NEW_TAIL(m, Vector, void *, 400000)) != NULL);
    tn_store(m, *huge, slot(*huge, 399999), *list);
    TRY(m, tn_reserve(m, TN_RESERVE_MAX) == TN_OK);
    TRY(m, TN_STABLE_ADDRESS(m, list) != NULL);
    CHECK(tn_collect(m, TN_FULL) == TN_OK && *slot(*huge, 399999) == *list);
    check_list(*list);
    check_wide(*v);
    check_roots(m, &roots, true);
}

static void types_add(tn_heap *heap, tn_mutator *m) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) TRY(m, tn_type_create(heap, &types[i]) != 0);
}

static void run(void) {
    tn_config config = TN_CONFIG_INIT;
    config.ignore_environment = true;
    config.options = "nursery=256K heap_max=256M debug=verify";
    tn_error error;
    armed = true;
    tn_heap *heap = tn_heap_create(&config, &error);
    if (!heap) {
        CHECK(error.status == TN_OUT_OF_MEMORY && calls >= fail_at);
        armed = !lasting;
        heap = tn_heap_create(&config, &error);
    }
    CHECK(heap != NULL);
    tn_mutator *m = tn_mutator_create(heap, &error);
    if (!m) {
        CHECK(error.status == TN_OUT_OF_MEMORY);
        armed = !lasting;
        m = tn_mutator_create(heap, &error);
    }
    CHECK(m != NULL);
    types_add(heap, m);
    work(m);
    CHECK(tn_mutator_destroy(m) == TN_OK && tn_heap_destroy(heap) == TN_OK);
    armed = false;
}

int main(int argc, char **argv) {
    long first = argc > 1 ? atol(argv[1]) : 1, last = argc > 2 ? atol(argv[2]) : 1000000, n = first;
    size_t before = 0;
    for (; n <= last; n++) {
        fail_at = n;
        lasting = true;
        calls = 0;
        run();
        lasting = false;
        calls = 0;
        run();
        if (n == first) before = mappings();
        if (calls < n) break; /* there was no n-th call: everything has failed once */
    }
    CHECK(mappings() <= before + 8);
    if (n - first < 20 && argc == 1) complain("the library makes at least 20 calls that can fail", 0);
    printf("faults: %ld runs, every call for memory failed once and nothing was lost\n", n - first);
    return 0;
}
