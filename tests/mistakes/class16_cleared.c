/* class16_cleared.c: open-addressing tables on a weak array that take a slot which a collection has cleared for an
 * empty one, so that an entry is there twice. Found by `weak`. The mended tables keep beside the array which slots have
 * been used, as tenure/weak.h says. */
#include <string.h>

#include "mistakes.h"

#define OPTIONS "debug=weak,sites"
#define TABLE(slot, what, twin, held)                                                                                \
    "[weak host] weak array %p, allocated at @1: a collection has cleared slot " slot ", which now gets " what       \
    ", and slot " twin " holds " held " already: in a table a cleared slot is not an empty one, and a search must "  \
    "go on past it (tenure/weak.h). In a list that may hold an object twice this is no mistake\n"
#define EQUAL(slot, twin) TABLE(slot, "%p (Bytes, allocated at @2)", twin, "an equal one")
#define SAME(slot, twin) TABLE(slot, "%p (Pair: pair 3, allocated at @3)", twin, "it")

/* The host's table: keys begin at slot `home`, whatever they are, so that all of them collide. */
typedef struct Table {
    tn_weak_array **slots;
    bool used[LARGE_LENGTH]; /* only the mended table has it */
    size_t length, home;
    bool mended;
} Table;

static Table table;

static void table_make(tn_mutator *m, size_t length, size_t home, bool mended) {
    table = (Table){.length = length, .home = home, .mended = mended};
    table.slots = AT(1, TN_WEAK_ARRAY_NEW(m, length));
}

/* The slot of the key that `same` knows, or the first one that a key was never in. */
static size_t table_find(tn_mutator *m, bool (*same)(const void *object, const void *key), const void *key) {
    size_t i = table.home;
    for (;; i = (i + 1) % table.length) {
        void *object = object_of(tn_weak_array_read(m, *table.slots, i));
        if (object ? same(object, key) : !table.mended || !table.used[i]) return i;
    }
}

static void table_put(tn_mutator *m, size_t i, const void *object) {
    CHECK_EQ(tn_weak_array_write(m, *table.slots, i, value_of(object)), TN_OK);
    table.used[i] = true;
}

/* ---- an intern table: equal names are one object ---- */

static bool same_name(const void *object, const void *key) {
    return !strcmp((const char *)((const Bytes *)object)->byte, key);
}

static Bytes **intern(tn_mutator *m, const char *name) {
    size_t i = table_find(m, same_name, name);
    void *there = object_of(tn_weak_array_read(m, *table.slots, i));
    if (there) return TN_HANDLE(m, (Bytes *)there);
    Bytes **made = AT(2, TN_NEW_TAIL(m, Bytes, unsigned char, strlen(name) + 1));
    memcpy((*made)->byte, name, strlen(name) + 1);
    table_put(m, i, *made);
    return made;
}

static void three_names(tn_mutator *m, size_t length, size_t home, bool mended) {
    table_make(m, length, home, mended);
    Bytes **a = intern(m, "a"), **c = TN_HANDLE(m, (Bytes *)NULL);
    {
        TN_SCOPE(m);
        intern(m, "b");
        *c = *intern(m, "c");
    }
    full(m);
    CHECK(intern(m, "a") != NULL && *intern(m, "a") == *a);
    CHECK_EQ(*intern(m, "c") == *c, mended);
}

static void names(tn_mutator *m, bool mended) { three_names(m, 8, 2, mended); }
static void names_of_an_array(tn_mutator *m, bool mended) { three_names(m, 100, 98, mended); }
static void names_of_a_large_array(tn_mutator *m, bool mended) { three_names(m, LARGE_LENGTH, 77, mended); }

/* The table is dropped and made anew, as often as the program runs; so said once for each table. */
static void names_of_two_tables(tn_mutator *m, bool mended) {
    for (int i = 0; i < 2; i++) {
        TN_SCOPE(m);
        three_names(m, 8, 6, mended);
        CHECK_EQ(*intern(m, "b") == NULL, false);
    }
}

/* The second mistake in the same table is not said again. */
static void names_again(tn_mutator *m, bool mended) {
    three_names(m, 20, 2, mended);
    Bytes **last = TN_HANDLE(m, (Bytes *)NULL);
    {
        TN_SCOPE(m);
        intern(m, "d");
        *last = *intern(m, "e");
    }
    full(m);
    CHECK_EQ(*intern(m, "e") == *last, mended);
}

/* ---- a set of objects ---- */

static bool same_object(const void *object, const void *key) { return object == key; }

static void set_add(tn_mutator *m, Pair *const *p) {
    size_t i = table_find(m, same_object, *p);
    if (!tn_weak_array_read(m, *table.slots, i)) table_put(m, i, *p);
}

static size_t set_size(tn_mutator *m) {
    size_t size = 0;
    for (size_t i = 0; i < table.length; i++) size += tn_weak_array_read(m, *table.slots, i) != 0;
    return size;
}

static void three_objects(tn_mutator *m, size_t length, tn_collection_kind kind, bool mended) {
    table_make(m, length, length - 2, mended);
    Pair **third = AT(3, TN_NEW(m, Pair));
    (*third)->number = 3;
    {
        TN_SCOPE(m);
        Pair **a = TN_NEW(m, Pair), **b = TN_NEW(m, Pair);
        set_add(m, a);
        set_add(m, b);
        set_add(m, third);
    }
    support_collect(m, kind);
    set_add(m, third);
    CHECK_EQ(set_size(m), mended ? 1 : 2);
}

static void objects(tn_mutator *m, bool mended) { three_objects(m, 5, TN_MINOR, mended); }
static void old_objects(tn_mutator *m, bool mended) { three_objects(m, 5, TN_FULL, mended); }
static void objects_of_a_large_array(tn_mutator *m, bool mended) { three_objects(m, LARGE_LENGTH, TN_MINOR, mended); }

/* The table has been cleared by a collection that stress made, and is young still. */
static void objects_under_stress(tn_mutator *m, bool mended) {
    table_make(m, 5, 1, mended);
    Pair **third = AT(3, TN_NEW(m, Pair));
    (*third)->number = 3;
    {
        TN_SCOPE(m);
        Pair **a = TN_NEW(m, Pair), **b = TN_NEW(m, Pair);
        set_add(m, a);
        set_add(m, b);
        set_add(m, third);
    }
    for (int i = 0; i < 3; i++) TN_NEW(m, Pair);
    CHECK(tn_is_young(m, *table.slots) || mended);
    set_add(m, third);
}

static const Case cases[] = {
    {"names", names, HANDLES, POINTER, SMALL, OPTIONS, EQUAL("3", "4")},
    {"names, in every mode", names, HANDLES, LOW_TAG, SMALL, "debug=all,quarantine=3,seed=1 handles=1M",
     EQUAL("3", "4")},
    {"names, low tags", names, HANDLES, LOW_TAGS, SMALL, OPTIONS, EQUAL("3", "4")},
    {"names of an array", names_of_an_array, HANDLES, NAN_BOX, ARRAY, OPTIONS, EQUAL("99", "0")},
    {"names of a large array", names_of_a_large_array, HANDLES, POINTER, LARGE, OPTIONS, EQUAL("78", "79")},
    {"names of two tables", names_of_two_tables, HANDLES, POINTER, SMALL, OPTIONS, EQUAL("7", "0") EQUAL("7", "0")},
    {"names again", names_again, HANDLES, POINTER, SMALL, OPTIONS, EQUAL("3", "4")},
    {"objects", objects, RAW, POINTER, SMALL, OPTIONS, SAME("3", "0")},
    {"old objects", old_objects, RAW, LOW_TAG, SMALL, OPTIONS, SAME("3", "0")},
    {"objects of a large array", objects_of_a_large_array, RAW, NAN_BOX, LARGE, OPTIONS, SAME("4998", "0")},
    {"objects, under stress", objects_under_stress, RAW, POINTER, SMALL, "debug=weak,sites,stress=1", SAME("1", "3")},
};

int main(void) { return mistakes_run("cleared slots", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
