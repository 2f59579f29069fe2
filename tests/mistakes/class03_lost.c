/* class03_lost.c: objects that nothing rooted, found when they are used: the young by `stale`, the old by
 * `quarantine`. */
#include <stdlib.h>

#include "mistakes.h"

#define OPTIONS "debug=stale"
#define OLD "debug=quarantine=4"
#define LOST(into)                                                                                                   \
    "tenure: heap 'host': stale pointer: %p is used, " into                                                          \
    ", allocated at @1, which collection %n (asked by the host) found dead, for no root, handle or object referred " \
    "to it: hold it by a handle, global or root, or by a field that its type describes\n"

static void in_a_local_variable(tn_mutator *m, bool mended) {
    Pair *raw = AT(1, tn_alloc(m, Pair));
    Pair **kept = TN_HANDLE(m, mended ? raw : NULL);
    minor(m);
    touch(mended ? &(*kept)->number : &raw->number);
}

static void in_malloced_memory(tn_mutator *m, bool mended) {
    Pair **table = calloc(10, sizeof *table);
    TN_LOCAL(m, Pair, pair);
    table[3] = AT(1, tn_alloc(m, Pair));
    if (mended) *pair = table[3];
    minor(m);
    Pair *found = mended ? *pair : table[3];
    free((void *)table);
    touch(&found->number);
}

/* A TN_FIELD that nobody has registered is no root. */
static void in_a_root_that_was_not_added(tn_mutator *m, bool mended) {
    static TN_FIELD(Vector) symbols;
    if (mended) CHECK_EQ(tn_root_create(m, &symbols), TN_OK);
    Vector *new = AT(1, tn_alloc_tail(m, Vector, Pair *, 200));
    if (mended) CHECK_EQ(tn_root_write(m, &symbols, new), TN_OK);
    else smuggle(&symbols, new);
    minor(m);
    touch(&tn_root_read(&symbols)->number);
    if (mended) CHECK_EQ(tn_root_destroy(m, &symbols), TN_OK);
}

/* A plain field holds a reference, which no bitmap says. */
static void in_a_plain_field(tn_mutator *m, bool mended) {
    Pair **holder = TN_NEW(m, Pair);
    Leaf *leaf = AT(1, tn_alloc(m, Leaf));
    if (mended) tn_write(m, *holder, car, (Pair *)(void *)leaf);
    else (*holder)->number = (long)(intptr_t)leaf;
    minor(m);
    touch(mended ? (void *)tn_read(*holder, car) : (void *)(intptr_t)(*holder)->number);
}

/* A reference stored without its tag is an immediate. */
static void value_without_its_tag(tn_mutator *m, bool mended) {
    Box **box = TN_NEW(m, Box);
    Pair *pair = AT(1, tn_alloc(m, Pair));
    tn_write_value(m, *box, value, mended ? value_of(pair) : (tn_value)(uintptr_t)pair);
    minor(m);
    tn_value value = tn_read_value(*box, value);
    touch(mended ? &((Pair *)object_of(value))->number : &((Pair *)(uintptr_t)value)->number);
}

/* A VM pushes, and has not yet stored its new top when a collection happens. */
static void above_the_top_of_a_range(tn_mutator *m, bool mended) {
    static tn_value stack[100], *base, *top;
    base = top = stack;
    tn_range_desc desc = {.base = &base, .top = &top, .values = 1};
    tn_range *range = tn_range_create(m, &desc);
    Values *new = AT(1, tn_alloc_tail(m, Values, tn_value, 900));
    tn_value *sp = top;
    *sp++ = value_of(new);
    if (mended) top = sp;
    minor(m);
    touch(&((Values *)object_of(sp[-1]))->item[899]);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

/* The buffer has grown, and the count that the trace callback goes by has not. */
static void beyond_the_count(tn_mutator *m, bool mended) {
    Owner **owner = TN_NEW(m, Owner);
    (*owner)->buffer = calloc(4, sizeof(Pair *));
    (*owner)->count = mended ? 4 : 3;
    Pair *pair = AT(1, tn_alloc(m, Pair));
    (*owner)->buffer[3] = pair;
    tn_revisit_object(m, *owner);
    minor(m);
    touch(&(*owner)->buffer[3]->number);
}

static void held_weakly_only(tn_mutator *m, bool mended) {
    tn_weak_array **names = TN_WEAK_ARRAY_NEW(m, 10);
    Bytes *name = AT(1, tn_alloc_tail(m, Bytes, unsigned char, 3000));
    tn_weak_array_write(m, *names, 4, value_of(name));
    tn_value *strong = TN_HANDLE_VALUE(m, mended ? value_of(name) : 0);
    minor(m);
    if (mended) name = object_of(tn_weak_array_read(m, *names, 4));
    CHECK(!mended || name == object_of(*strong));
    touch(&name->number);
}

static Pair *first_of(tn_mutator *m) {
    TN_SCOPE(m);
    Pair **pair = AT(1, TN_NEW(m, Pair));
    return *pair; /* the handle is gone, and with it the only root */
}

static void out_of_its_scope(tn_mutator *m, bool mended) {
    Pair *pair = first_of(m);
    Pair **kept = TN_HANDLE(m, mended ? pair : NULL);
    minor(m);
    touch(mended ? &(*kept)->number : &pair->number);
}

/* The handle holds the object until it is assigned another. */
static void after_its_handle_was_assigned(tn_mutator *m, bool mended) {
    Pair **pair = AT(1, TN_NEW(m, Pair)), **other = TN_HANDLE(m, *pair);
    Pair *first = *pair;
    *pair = NULL;
    if (!mended) *other = NULL;
    minor(m);
    touch(mended ? &(*other)->number : &first->number);
}

/* ---- old objects ---- */

/* Old objects do not move, so that hosts keep their addresses; and forget to root one of them. */
static void an_address_that_stays(tn_mutator *m, bool mended) {
    Pair **handle = AT(1, TN_NEW(m, Pair));
    minor(m);
    Pair *raw = *handle;
    if (!mended) *handle = NULL;
    full(m);
    touch(&raw->number);
}

static void a_stable_address_in_malloced_memory(tn_mutator *m, bool mended) {
    Bytes **buffer = AT(1, TN_NEW_TAIL(m, Bytes, unsigned char, 5000));
    void **address = calloc(1, sizeof *address);
    CHECK(TN_STABLE_ADDRESS(m, buffer) == *buffer);
    *address = &(*buffer)->byte[4096];
    if (!mended) *buffer = NULL;
    full(m);
    void *found = *address;
    free((void *)address);
    touch(found);
}

/* The table's entry is taken out; the call site's cache still has it. */
static void in_an_inline_cache(tn_mutator *m, bool mended) {
    static Vector *cache;
    Vector **table = TN_NEW_TAIL(m, Vector, Pair *, 10), **code = AT(1, TN_NEW_TAIL(m, Vector, Pair *, 100));
    tn_write(m, *table, item[3], (Pair *)(void *)*code);
    *code = NULL;
    full(m);
    cache = (Vector *)(void *)tn_read(*table, item[3]);
    tn_write(m, *table, item[3], NULL);
    if (mended) cache = NULL;
    full(m);
    if (cache) touch(&cache->number);
}

static void a_large_array_in_a_local_variable(tn_mutator *m, bool mended) {
    Vector *raw = AT(1, tn_alloc_tail(m, Vector, Pair *, LARGE_LENGTH));
    Vector **kept = TN_HANDLE(m, mended ? raw : NULL);
    full(m);
    look(mended ? &(*kept)->item[4000] : &raw->item[4000]);
}

static void a_huge_string(tn_mutator *m, bool mended) {
    Bytes *raw = AT(1, tn_alloc_tail(m, Bytes, unsigned char, 5000000));
    Bytes **kept = TN_HANDLE(m, mended ? raw : NULL);
    full(m);
    touch(mended ? &(*kept)->byte[4999000] : &raw->byte[4999000]);
}

/* A value that is kept as a number in a plain field, since its box was old already. */
static void a_value_in_a_plain_field(tn_mutator *m, bool mended) {
    Pair **holder = TN_NEW(m, Pair);
    Values **values = AT(1, TN_NEW_TAIL(m, Values, tn_value, 50));
    tn_value *kept = TN_HANDLE_VALUE(m, mended ? value_of(*values) : 0);
    minor(m);
    (*holder)->number = (long)value_of(*values);
    *values = NULL;
    full(m);
    look(&((Values *)object_of((tn_value)(*holder)->number))->item[7]);
    CHECK(!mended || *kept == (tn_value)(*holder)->number);
}

/* The barrier is the first to look at it. */
static void a_store_into_a_dead_object(tn_mutator *m, bool mended) {
    Pair **handle = AT(1, TN_NEW(m, Pair));
    minor(m);
    Pair *raw = *handle;
    if (!mended) *handle = NULL;
    full(m);
    tn_write(m, raw, car, tn_alloc(m, Pair));
}

/* Storing a pointer does not look at what it points to: verify does. */
static void a_dead_object_in_a_field(tn_mutator *m, bool mended) {
    Pair **handle = AT(1, TN_NEW(m, Pair)), **holder = AT(2, TN_NEW(m, Pair));
    minor(m);
    Pair *raw = *handle;
    if (!mended) *handle = NULL;
    full(m);
    tn_write(m, *holder, car, raw);
    minor(m);
}

/* A dead object is found for N collections. */
static void some_collections_later(tn_mutator *m, bool mended) {
    Leaf **handle = AT(1, TN_NEW(m, Leaf));
    minor(m);
    Leaf *raw = *handle;
    if (!mended) *handle = NULL;
    for (int i = 0; i < 4; i++) full(m);
    touch(&raw->bytes[16]);
}

/* Other objects fill the memory that has become free; in this mode none comes to lie there. */
static void not_where_others_are(tn_mutator *m, bool mended) {
    Pair **handle = AT(1, TN_NEW(m, Pair));
    TN_LOCAL(m, Pair, list);
    minor(m);
    Pair *raw = *handle;
    if (!mended) *handle = NULL;
    full(m);
    for (int i = 0; i < 300; i++) {
        Pair *first = tn_alloc(m, Pair);
        tn_write(m, first, cdr, *list);
        *list = first;
    }
    minor(m);
    touch(&raw->number);
}

static void old_and_held_weakly_only(tn_mutator *m, bool mended) {
    Box **box = AT(1, TN_NEW(m, Box));
    tn_weak **weak = TN_WEAK_NEW(m, box);
    minor(m);
    Box *raw = *box;
    if (!mended) *box = NULL;
    full(m);
    CHECK(!mended || *TN_WEAK_GET(m, void, weak) == raw);
    touch(&raw->value);
}

/* What has a dispose callback, and is used after it. */
static void after_its_dispose(tn_mutator *m, bool mended) {
    Owner **owner = AT(1, TN_NEW(m, Owner));
    minor(m);
    Owner *raw = *owner;
    if (!mended) *owner = NULL;
    full(m);
    touch(&raw->number);
}

/* A scanner is to visit the same slots whenever it is called. This one visits its slot only every second time. */
typedef struct Forgetful {
    Pair *slot;
    int calls;
    bool mended;
} Forgetful;

static void visit_now_and_then(tn_tracer *tracer, void *user) {
    Forgetful *f = user;
    if (f->mended || !(f->calls++ & 1)) tn_visit(tracer, &f->slot);
}

static void scan_now_and_then(tn_mutator *m, int calls, bool mended) {
    static Forgetful forgetful;
    forgetful = (Forgetful){.slot = AT(1, tn_alloc(m, Pair)), .mended = mended};
    CHECK_EQ(tn_scanner_create(m, visit_now_and_then, &forgetful), TN_OK);
    minor(m);
    forgetful.calls = calls;
    full(m);
    touch(&forgetful.slot->number);
    CHECK_EQ(tn_scanner_destroy(m, visit_now_and_then, &forgetful), TN_OK);
}

static void in_a_slot_that_a_scanner_leaves_out(tn_mutator *m, bool mended) { scan_now_and_then(m, 0, mended); }
static void in_a_slot_that_only_the_marking_finds(tn_mutator *m, bool mended) { scan_now_and_then(m, 1, mended); }

static const Case cases[] = {
    {"in a local variable", in_a_local_variable, RAW, POINTER, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"in malloc'd memory", in_malloced_memory, RAW, POINTER, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"in a root that was not added", in_a_root_that_was_not_added, RAW, POINTER, ARRAY, OPTIONS,
     LOST("0 bytes into a 'Vector'")},
    {"in a plain field", in_a_plain_field, HANDLES, POINTER, SMALL, OPTIONS, LOST("0 bytes into a 'Leaf'")},
    {"value without its tag", value_without_its_tag, RAW, LOW_TAG, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"value without its tag, NaN-boxed", value_without_its_tag, HANDLES, NAN_BOX, SMALL, OPTIONS,
     LOST("16 bytes into a 'Pair'")},
    {"above the top of a range", above_the_top_of_a_range, RAW, LOW_TAGS, ARRAY, OPTIONS,
     LOST("7200 bytes into a 'Values'")},
    {"beyond the count", beyond_the_count, RAW, POINTER, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"held weakly only", held_weakly_only, HANDLES, LOW_TAGS, ARRAY, OPTIONS, LOST("0 bytes into a 'Bytes'")},
    {"out of its scope", out_of_its_scope, HANDLES, LOW_TAG, SMALL, OPTIONS, LOST("16 bytes into a 'Pair'")},
    {"after its handle was assigned", after_its_handle_was_assigned, HANDLES, POINTER, SMALL, OPTIONS,
     LOST("16 bytes into a 'Pair'")},
    {"old: an address that stays", an_address_that_stays, HANDLES, POINTER, SMALL, OLD,
     LOST("16 bytes into a 'Pair'")},
    {"old: a stable address in malloc'd memory", a_stable_address_in_malloced_memory, HANDLES, POINTER, ARRAY, OLD,
     LOST("4104 bytes into a 'Bytes'")},
    {"old: in an inline cache", in_an_inline_cache, RAW, POINTER, ARRAY, OLD, LOST("0 bytes into a 'Vector'")},
    {"old: a large array in a local variable", a_large_array_in_a_local_variable, RAW, POINTER, LARGE, OLD,
     LOST("32008 bytes into a 'Vector'")},
    {"old: a huge string", a_huge_string, RAW, LOW_TAG, LARGE, OLD, LOST("4999008 bytes into a 'Bytes'")},
    {"old: a value in a plain field", a_value_in_a_plain_field, HANDLES, LOW_TAGS, ARRAY, OLD,
     LOST("64 bytes into a 'Values'")},
    {"old: a value in a plain field, NaN-boxed", a_value_in_a_plain_field, HANDLES, NAN_BOX, ARRAY, OLD,
     LOST("64 bytes into a 'Values'")},
    {"old: a store into a dead object", a_store_into_a_dead_object, RAW, POINTER, SMALL, OLD,
     LOST("-8 bytes into a 'Pair'")},
    {"old: a dead object in a field", a_dead_object_in_a_field, HANDLES, POINTER, SMALL, "debug=verify,quarantine=4",
     "tenure: heap 'host': verify: before minor collection 3: object %p (Pair: pair 0, allocated at @2), field 'car' "
     "holds %p (0 bytes into a 'Pair', allocated at @1, which collection 2 (asked by the host) found dead, for no "
     "root, handle or object referred to it), which is no object: freed, or never allocated (a missed root or "
     "barrier?)\n"},
    {"old: in a slot that a scanner leaves out", in_a_slot_that_a_scanner_leaves_out, RAW, POINTER, SMALL,
     "debug=verify,sites", "tenure: heap 'host': verify: after major collection 2: a slot that a scanner "
     "visits at %p holds %p, which is no object: freed, moved, or never allocated (a missed root or barrier, or a "
     "callback that does not visit the same slots each time?)\n"},
    {"old: in a slot that only the marking finds", in_a_slot_that_only_the_marking_finds, RAW, POINTER, SMALL,
     "debug=verify,sites", "tenure: heap 'host': verify: after major collection 2: a scanner or a trace callback does "
     "not visit the same slots each time\n"},
    {"old: some collections later", some_collections_later, HANDLES, LOW_TAG, SMALL, OLD,
     LOST("24 bytes into a 'Leaf'")},
    {"old: not where others are", not_where_others_are, RAW, POINTER, SMALL, OLD, LOST("16 bytes into a 'Pair'")},
    {"old: held weakly only", old_and_held_weakly_only, HANDLES, NAN_BOX, SMALL, OLD, LOST("0 bytes into a 'Box'")},
    {"old: after its dispose", after_its_dispose, RAW, POINTER, SMALL, OLD, LOST("16 bytes into a 'Owner'")},
};

int main(void) { return mistakes_run("lost objects", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
