/* lru, and with LATENCY lru-latency: a cache of a million entries, a hash table with a doubly linked list through it.
 * Half of ten million operations look an entry up and move it to the front, half insert a new one and evict the last.
 * Old objects are rewritten all the time and everything lives long: the case that generational collectors lose to
 * malloc. lru-latency times each operation. The bound: the evicted entry is the next to be inserted. */
#include "shim.h"

typedef struct Entry {
    uint64_t key, value;
    REF(struct Entry) chain;          /* in its bucket */
    REF(struct Entry) before, behind; /* in the list, the newest first */
} Entry;
typedef struct Table {
    uint64_t length;
    REF(Entry) buckets[];
} Table;
typedef struct Cache {
    REF(Table) table;
    REF(Entry) first, last;
} Cache;
enum { Entry_type = FIRST_TYPE, Table_type, Cache_type };
TYPES(TN_DESC(Entry, TN_REFS(Entry, chain, before, behind)), TN_DESC(Table, TN_TAIL(8, 1, 0)),
      TN_DESC(Cache, TN_REFS(Cache, table, first, last)))

static uint64_t bucket_of(const Table *table, uint64_t key) {
    return (key * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - __builtin_ctzll(table->length));
}

static void unlink_entry(MUTATOR Cache *cache, Entry *e) {
    Entry *before = READ(e, before), *behind = READ(e, behind);
    if (before) WRITE(before, behind, behind);
    else WRITE(cache, first, behind);
    if (behind) WRITE(behind, before, before);
    else WRITE(cache, last, before);
}

static void push_front(MUTATOR Cache *cache, Entry *e) {
    Entry *first = READ(cache, first);
    WRITE(e, before, NULL);
    WRITE(e, behind, first);
    if (first) WRITE(first, before, e);
    else WRITE(cache, last, e);
    WRITE(cache, first, e);
}

static Entry *find(const Cache *cache, uint64_t key) {
    Table *table = READ(cache, table);
    Entry *e = READ(table, buckets[bucket_of(table, key)]);
    while (e && e->key != key) e = READ(e, chain);
    return e;
}

static void evict(MUTATOR Cache *cache) {
    Entry *e = READ(cache, last);
    unlink_entry(M cache, e);
    Table *table = READ(cache, table);
    uint64_t b = bucket_of(table, e->key);
    Entry *at = READ(table, buckets[b]);
    if (at == e) {
        WRITE(table, buckets[b], READ(e, chain));
    } else {
        while (READ(at, chain) != e) at = READ(at, chain);
        WRITE(at, chain, READ(e, chain));
    }
    FREE(e);
}

static void insert(MUTATOR HELD(Cache) cache, uint64_t key) {
    TURN;
    TMP(Entry, e, NEW(Entry));
    P(e)->key = key;
    P(e)->value = ~key;
    Table *table = READ(V(cache), table);
    uint64_t b = bucket_of(table, key);
    INIT(P(e), chain, READ(table, buckets[b]));
    WRITE(table, buckets[b], P(e));
    push_front(M V(cache), P(e));
}

static RESULT(Cache) new_cache(MUTATOR uint64_t buckets) {
    SCOPE;
    VAR(Table, table, NEW_TAIL(Table, REF(Entry), buckets));
    V(table)->length = buckets;
    for (uint64_t b = 0; b < buckets; b++) INIT(V(table), buckets[b], NULL);
    TMP(Cache, cache, NEW(Cache));
    INIT(P(cache), table, V(table));
    INIT(P(cache), first, NULL);
    INIT(P(cache), last, NULL);
    RETURN(cache);
}

#ifdef LATENCY
#include "observe/histogram.h"
static tni_histogram latency;
static uint64_t operation_began;
#define OPERATION_BEGIN() ((void)(operation_began = harness_now()))
#define OPERATION_END() tni_histogram_record(&latency, harness_now() - operation_began)
static void report(void) {
    static const double percents[] = {50, 99, 99.9, 99.99};
    static const char *const names[] = {"op_p50_us", "op_p99_us", "op_p99.9_us", "op_p99.99_us"};
    for (unsigned i = 0; i < 4; i++) figure(names[i], (double)tni_histogram_percentile(&latency, percents[i]) / 1e3);
    figure("op_max_us", (double)tni_histogram_max(&latency) / 1e3);
}
#else
#define OPERATION_BEGIN() ((void)0)
#define OPERATION_END() ((void)0)
static void report(void) {}
#endif

/* The newest key is `next - 1`, the oldest that can still be there about `next - live`: gets draw among three times as
 * many, so that some find nothing, as with a real cache. */
static uint64_t workload(MUTATOR_ONLY) {
    uint64_t live = argument("live", 1000000), operations = argument("operations", 10000000);
    uint64_t buckets = 1, next = 0, hits = 0, misses = 0;
    while (buckets < live) buckets *= 2;
    random_state random = {7};
    SCOPE;
    VAR(Cache, cache, new_cache(M buckets));
    for (; next < live; next++) insert(M cache, next);
    for (uint64_t i = 0; i < operations; i++) {
        OPERATION_BEGIN();
        if (i & 1) {
            evict(M V(cache));
            insert(M cache, next++);
        } else {
            uint64_t reach = next < live * 3 ? next : live * 3;
            Entry *e = find(V(cache), next - 1 - random_below(&random, reach));
            if (e) {
                REQUIRE(e->value == ~e->key);
                unlink_entry(M V(cache), e);
                push_front(M V(cache), e);
                hits++;
            } else {
                misses++;
            }
        }
        OPERATION_END();
    }
    uint64_t entries = 0, keys = 0;
    for (const Entry *e = READ(V(cache), first); e; e = READ(e, behind)) {
        entries++;
        keys += e->key;
        REQUIRE(find(V(cache), e->key) == e);
    }
    REQUIRE(entries == live && hits + misses == (operations + 1) / 2);
    report();
    return keys ^ hits;
}
