/* class14_other_objects.c: references where the collector does not look, or no longer: fields that a description leaves
 * out (`verify`), other objects written by a dispose callback (`dispose`), dead handles that are stored (`handles`),
 * and old places of objects where `move` alone is on. */
#include "mistakes.h"

/* ---- fields that are left out ---- */

typedef struct Node {
    TN_FIELD(struct Node) left, right;
    long number;
} Node;
typedef struct Cell {
    TN_FIELD(Pair) pair;
    tn_value_field value;
} Cell;
typedef struct Row {
    TN_FIELD(Pair) head;
    tn_value_field item[];
} Row;
typedef struct Name {
    long uses;
} Name;
typedef struct Stream {
    TN_FIELD(Name) name;
    tn_value_field owner;
    long open;
} Stream;
enum { Node_type = Bytes_type + 1, Cell_type, Row_type, Name_type };
enum { Stream_type = Owner_type + 1 };

static void a_forgotten_reference(tn_mutator *m, bool mended) {
    static const tn_type_desc all = TN_DESC(Node, TN_REFS(Node, left, right)),
                              some = TN_DESC(Node, TN_REFS(Node, left));
    CHECK(tn_type_create(m->heap, mended ? &all : &some));
    Node **a = AT(1, TN_NEW(m, Node)), **b = AT(2, TN_NEW(m, Node));
    TN_SET(m, a, right, b);
    minor(m);
}

/* The object is old, the reference young. */
static void a_forgotten_reference_in_an_old_object(tn_mutator *m, bool mended) {
    static const tn_type_desc all = TN_DESC(Node, TN_REFS(Node, left, right)),
                              some = TN_DESC(Node, TN_REFS(Node, right));
    CHECK(tn_type_create(m->heap, mended ? &all : &some));
    Node **a = AT(1, TN_NEW(m, Node));
    minor(m);
    Node *b = AT(2, tn_alloc(m, Node));
    tn_write(m, *a, left, b);
    minor(m);
}

static void a_forgotten_value(tn_mutator *m, bool mended) {
    static const tn_type_desc all = TN_DESC(Cell, TN_REFS(Cell, pair), TN_VALUES(Cell, value)),
                              some = TN_DESC(Cell, TN_REFS(Cell, pair));
    CHECK(tn_type_create(m->heap, mended ? &all : &some));
    Cell **c = AT(1, TN_NEW(m, Cell));
    Pair *p = AT(2, tn_alloc(m, Pair));
    tn_write_value(m, *c, value, value_of(p));
    minor(m);
}

static void a_forgotten_head(tn_mutator *m, size_t length, bool mended) {
    static const tn_type_desc all = TN_DESC(Row, TN_REFS(Row, head), TN_TAIL(sizeof(tn_value), 0, 1)),
                              some = TN_DESC(Row, TN_TAIL(sizeof(tn_value), 0, 1));
    CHECK(tn_type_create(m->heap, mended ? &all : &some));
    Row **row = AT(1, TN_NEW_TAIL(m, Row, tn_value, length));
    Pair **p = AT(2, TN_NEW(m, Pair));
    TN_SET(m, row, head, p);
    minor(m);
}
static void a_forgotten_head_of_an_array(tn_mutator *m, bool mended) { a_forgotten_head(m, 20, mended); }
static void a_forgotten_head_of_a_large_array(tn_mutator *m, bool mended) { a_forgotten_head(m, LARGE_LENGTH, mended); }

/* ---- dispose ---- */

static bool wrong;

static void stream_close(tn_heap *heap, void *object) {
    Stream *s = object;
    (void)heap;
    if (wrong) tn_read(s, name)->uses--;
    s->open = 0;
}
static void stream_disown(tn_heap *heap, void *object) {
    (void)heap;
    if (wrong) ((Name *)object_of(tn_read_value((Stream *)object, owner)))->uses--;
}

static Name **streams(tn_mutator *m, void (*dispose)(tn_heap *heap, void *object), bool mended) {
    static const tn_type_desc name = TN_DESC(Name, .flags = TN_LEAF);
    tn_type_desc stream = TN_DESC(Stream, TN_REFS(Stream, name), TN_VALUES(Stream, owner), .dispose = dispose);
    CHECK(tn_type_create(m->heap, &name) && tn_type_create(m->heap, &stream));
    Name **n = TN_NEW(m, Name);
    TN_SCOPE(m);
    Stream **s = TN_NEW(m, Stream);
    if (dispose == stream_close) TN_SET(m, s, name, n);
    else tn_write_value(m, *s, owner, value_of(*n));
    wrong = !mended;
    return n;
}

static void dispose_of_a_young_one(tn_mutator *m, bool mended) {
    streams(m, stream_close, mended);
    minor(m);
}

static void dispose_by_a_value(tn_mutator *m, bool mended) {
    streams(m, stream_disown, mended);
    minor(m);
}

static void dispose_of_an_old_one(tn_mutator *m, bool mended) {
    Name **n = streams(m, stream_close, mended);
    {
        TN_SCOPE(m);
        Stream **s = TN_NEW(m, Stream);
        TN_SET(m, s, name, n);
        wrong = false;
        minor(m);
    }
    wrong = !mended;
    full(m);
    wrong = false;
}

/* ---- dead handles ---- */

static TN_FIELD(Pair) cell;

static Pair **made(tn_mutator *m) {
    TN_SCOPE(m);
    Pair **p = AT(1, TN_NEW(m, Pair));
    return p;
}

static void a_dead_handle_into_a_field(tn_mutator *m, bool mended) {
    Pair **q = TN_NEW(m, Pair);
    Pair **dead = made(m);
    if (mended) dead = TN_NEW(m, Pair);
    TN_SET(m, q, cdr, dead);
    minor(m);
}

static void a_dead_handle_into_a_root(tn_mutator *m, bool mended) {
    CHECK_EQ(tn_root_create(m, &cell), TN_OK);
    Pair **dead = made(m);
    if (mended) dead = TN_NEW(m, Pair);
    TN_ROOT_SET(m, &cell, dead);
    minor(m);
    CHECK_EQ(tn_root_destroy(m, &cell), TN_OK);
}

static void a_dead_value_into_a_box(tn_mutator *m, bool mended) {
    Box **box = TN_NEW(m, Box);
    tn_value *dead;
    {
        TN_SCOPE(m);
        dead = AT(1, TN_HANDLE_VALUE(m, value_of(*box)));
    }
    if (mended) dead = TN_HANDLE_VALUE(m, value_of(*box));
    TN_SET_VALUE(m, box, value, dead);
    minor(m);
}

/* ---- `move` alone ---- */

static void an_old_place(tn_mutator *m, bool mended) {
    Pair **p = TN_NEW(m, Pair);
    Pair *raw = *p;
    minor(m);
    if (mended) raw = *p;
    look(&raw->number);
}

#define UNDESCRIBED(n, from, offset, to)                                                                               \
    "tenure: heap 'host': verify: before minor collection " #n ": object %p (" from                                    \
    ", allocated at @1) holds at offset " offset " %p (" to                                                            \
    ", allocated at @2), which will move, and its type describes no reference there: is a field "                      \
    "missing in TN_REFS or TN_VALUES?\n"
#define WRITTEN                                                                                                        \
    "tenure: heap 'host': dispose: the dispose callback of type 'Stream' has written into an object that %p refers "   \
    "to: "                                                                                                             \
    "it may have died or moved, too; a dispose callback touches its own object only\n"
#define DEAD(function) \
    function "handle used after its scope: the handle made at @1, in the scope of *, which has closed: *\n"
#define FATAL "tenure: heap 'host': "

static const Case cases[] = {
    {"a forgotten reference", a_forgotten_reference, HANDLES, POINTER, SMALL, "debug=verify,sites",
     UNDESCRIBED(1, "Node", "8", "Node")},
    {"a forgotten reference in an old object", a_forgotten_reference_in_an_old_object, RAW, POINTER, SMALL,
     "debug=verify,sites", UNDESCRIBED(2, "Node", "0", "Node")},
    {"a forgotten value", a_forgotten_value, RAW, LOW_TAG, SMALL, "debug=verify,sites",
     UNDESCRIBED(1, "Cell", "8", "Pair: pair 0")},
    {"a forgotten value, NaN-boxed", a_forgotten_value, RAW, NAN_BOX, SMALL, "debug=verify,sites",
     UNDESCRIBED(1, "Cell", "8", "Pair: pair 0")},
    {"a forgotten value, under all", a_forgotten_value, RAW, LOW_TAGS, SMALL, "debug=all,seed=1",
     UNDESCRIBED(1, "Cell", "8", "Pair: pair 0")},
    {"a forgotten head of an array", a_forgotten_head_of_an_array, HANDLES, LOW_TAGS, ARRAY, "debug=verify,sites",
     UNDESCRIBED(1, "Row", "0", "Pair: pair 0")},
    {"a forgotten head of a large array", a_forgotten_head_of_a_large_array, HANDLES, LOW_TAG, LARGE,
     "debug=verify,sites", UNDESCRIBED(1, "Row", "0", "Pair: pair 0")},
    {"dispose of a young one", dispose_of_a_young_one, HANDLES, POINTER, SMALL, "debug=dispose", WRITTEN},
    {"dispose of a young one, under all", dispose_of_a_young_one, HANDLES, POINTER, SMALL, "debug=all,seed=1", WRITTEN},
    {"dispose by a value", dispose_by_a_value, RAW, LOW_TAG, SMALL, "debug=dispose", WRITTEN},
    {"dispose of an old one", dispose_of_an_old_one, HANDLES, NAN_BOX, SMALL, "debug=dispose", WRITTEN},
    {"a dead handle into a field", a_dead_handle_into_a_field, HANDLES, POINTER, SMALL, "debug=handles", DEAD(FATAL)},
    {"a dead handle into a root", a_dead_handle_into_a_root, HANDLES, POINTER, SMALL, "debug=handles",
     DEAD("error: tn_root_store: ")},
    {"a dead value into a box", a_dead_value_into_a_box, HANDLES, NAN_BOX, SMALL, "debug=handles", DEAD(FATAL)},
    {"an old place", an_old_place, RAW, POINTER, SMALL, "debug=move",
     "tenure: heap 'host': stale pointer: %p is used, in a part of the nursery whose objects have moved or died: "
     "TENURE_DEBUG=stale names the object\n"},
};

int main(void) { return mistakes_run("other objects", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
