/* idle: a million roots that nobody touches, all of old objects: a third each of globals, weak references and
 * registered cells, as a large host has them; beside them short-lived data. What a collection spends on roots that have
 * not changed is wasted. idle=0 is the same program without them; their objects are in a table in either case. Not for
 * malloc and the bound, which know no roots. */
#include "shim.h"

enum { Cell_type = FIRST_TYPE, Table_type, Weaks_type, Item_type = FIRST_SPECIAL };
#include "churn.h"
#include "items.h"

/* ---- `count` globals, cells and weak references of the table's objects in turn; then whether they still are ---- */

#ifdef PEER_BDWGC
/* A weak reference is a word that is not scanned, and registered to be cleared; the others are uncollectable words. */
typedef struct Link {
    void *to;
} Link;
typedef struct Weaks {
    uint64_t length;
    Link *at[];
} Weaks;
static void ***globals, ***cells;

static void **new_root(void *object) {
    void **root = bench_checked(GC_MALLOC_UNCOLLECTABLE(sizeof *root));
    *root = object;
    return root;
}

static void make_idle(Table *table, Weaks *weaks, uint64_t count) {
    globals = bench_checked(calloc(count + 1, sizeof *globals));
    cells = bench_checked(calloc(count + 1, sizeof *cells));
    for (uint64_t i = 0; i < count; i++) {
        Item *item = table->at[i % table->length];
        globals[i] = new_root(item);
        cells[i] = new_root(item);
        Link *link = weaks->at[i] = NEW_LEAF(Link);
        link->to = item;
        if (GC_general_register_disappearing_link(&link->to, item) != GC_SUCCESS) harness_fail("no memory for a link");
    }
}

static void *global_at(uint64_t i) { return *globals[i]; }
static void *cell_at(uint64_t i) { return *cells[i]; }
static void *weak_at(Weaks *weaks, uint64_t i) { return weaks->at[i]->to; }
#else
typedef struct Weaks {
    uint64_t length;
    REF(tn_weak) at[];
} Weaks;
typedef REF(Item) Cell_of_item;
static Item *const **globals;
static Cell_of_item *cells;

static void make_idle(tn_mutator *m, HELD(Table) table, HELD(Weaks) weaks, uint64_t count) {
    globals = bench_checked(m, calloc(count + 1, sizeof *globals));
    cells = bench_checked(m, calloc(count + 1, sizeof *cells));
    for (uint64_t i = 0; i < count; i++) {
        TN_SCOPE(m);
        Item **item = TN_HANDLE(m, READ(V(table), at[i % V(table)->length]));
        globals[i] = bench_checked(m, (void *)TN_GLOBAL_CREATE(m, item));
        bool added = tn_root_create(m, &cells[i]) == TN_OK && TN_ROOT_SET(m, &cells[i], item) == TN_OK;
        if (!added) harness_fail(tn_last_error(m));
        tn_weak **weak = bench_checked(m, TN_WEAK_NEW(m, item));
        WRITE(V(weaks), at[i], *weak);
    }
}

static void *global_at(uint64_t i) { return *globals[i]; }
static void *cell_at(uint64_t i) { return tn_root_read(&cells[i]); }
static void *weak_at(tn_mutator *m, Weaks *weaks, uint64_t i) { return tn_weak_read(m, READ(weaks, at[i])); }
#endif

TYPES(CHURN_TYPE, TN_DESC(Weaks, TN_TAIL(8, 1, 0)), ITEM_TYPES)

static RESULT(Weaks) new_weaks(MUTATOR uint64_t length) {
    SCOPE;
    TMP(Weaks, weaks, NEW_TAIL(Weaks, REF(void), length));
    P(weaks)->length = length;
    for (uint64_t k = 0; k < length; k++) INIT(P(weaks), at[k], NULL);
    RETURN(weaks);
}

static uint64_t workload(MUTATOR_ONLY) {
    uint64_t live = argument("live", 1000000), count = argument("idle", 1000000) / 3;
    uint64_t lists = argument("lists", 500000);
    REQUIRE(live > 0);
    SCOPE;
    VAR(Table, table, new_table(M live));
    VAR(Weaks, weaks, new_weaks(M count));
    FULL_COLLECTION();
    make_idle(M table, weaks, count);
    FULL_COLLECTION();
    uint64_t begin = harness_now(), check = lists;
    churn(M lists);
    figure("churn_seconds", (double)(harness_now() - begin) / 1e9);
    for (uint64_t i = 0; i < count; i++) {
        const Item *item = READ(V(table), at[i % live]);
        REQUIRE(item->number == i % live);
        REQUIRE(global_at(i) == item && cell_at(i) == item && weak_at(M V(weaks), i) == item);
        check += item->number;
    }
    return check;
}
