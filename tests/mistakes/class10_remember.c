/* class10_remember.c: malloc'd parts of old objects changed without tn_revisit_object, found by `verify` through the
 * trace callbacks. */
#include <stdlib.h>
#include <string.h>

#include "mistakes.h"

#define OPTIONS "debug=verify,sites"
#define FORGOTTEN(n, type)                                                                                        \
    "tenure: heap 'host': verify: before minor collection " #n ": object %p (" type                              \
    ", allocated at @1), field 'its own memory' holds %p (Pair: pair 0, allocated at @2), a young object, and the " \
    "change was not recorded: call tn_revisit_object\n"

/* ---- a table of values ---- */

typedef struct Table {
    tn_value *slot;
    size_t count;
} Table;

static void table_trace(tn_tracer *tracer, void *object) {
    Table *t = object;
    tn_visit_values(tracer, t->slot, t->count);
}

static void table_dispose(tn_heap *heap, void *object) {
    (void)heap;
    free(((Table *)object)->slot);
}

/* ---- a chain of malloc'd links ---- */

typedef struct Link {
    struct Link *next;
    Pair *pair;
} Link;

typedef struct Chain {
    Link *first;
} Chain;

static void chain_trace(tn_tracer *tracer, void *object) {
    for (Link *l = ((Chain *)object)->first; l; l = l->next) tn_visit(tracer, &l->pair);
}

static void chain_dispose(tn_heap *heap, void *object) {
    (void)heap;
    for (Link *l = ((Chain *)object)->first, *next; l; l = next) next = l->next, free(l);
}

/* ---- a grid of malloc'd rows ---- */

enum { ROWS = 40, COLUMNS = 150 };

typedef struct Grid {
    Pair **row[ROWS];
} Grid;

static void grid_trace(tn_tracer *tracer, void *object) {
    Grid *grid = object;
    for (int i = 0; i < ROWS; i++)
        if (grid->row[i]) tn_visit_refs(tracer, grid->row[i], COLUMNS);
}

static void grid_dispose(tn_heap *heap, void *object) {
    (void)heap;
    for (int i = 0; i < ROWS; i++) free((void *)((Grid *)object)->row[i]);
}

enum { Table_type = TN_FIRST_SPECIAL + 20, Chain_type, Grid_type };
static const tn_type_desc types[] = {
    TN_DESC(Table, .trace = table_trace, .dispose = table_dispose),
    TN_DESC(Chain, .trace = chain_trace, .dispose = chain_dispose),
    TN_DESC(Grid, .trace = grid_trace, .dispose = grid_dispose),
};

static void add_types(tn_mutator *m) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) CHECK(tn_type_create(m->heap, &types[i]));
}

static void *zeroed(size_t count, size_t size) {
    void *memory = calloc(count, size);
    CHECK(memory != NULL);
    return memory;
}

static void fill(Owner *owner, size_t count) {
    owner->buffer = zeroed(count, sizeof(Pair *));
    owner->count = count;
}

/* ---- the mistakes ---- */

static void a_slot_is_set(tn_mutator *m, bool mended) {
    Owner **owner = AT(1, TN_NEW(m, Owner));
    fill(*owner, 4);
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    (*owner)->buffer[2] = young;
    if (mended) tn_revisit_object(m, *owner);
    minor(m);
}

static void a_large_buffer(tn_mutator *m, bool mended) {
    Owner **owner = TN_HANDLE(m, AT(1, tn_alloc(m, Owner)));
    fill(*owner, LARGE_LENGTH);
    minor(m);
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    for (int i = 100; i < LARGE_LENGTH; i++) (*owner)->buffer[i] = young;
    if (mended) tn_revisit_object(m, *owner);
    minor(m);
}

/* The buffer grows, and the new element is stored into the new one. */
static void after_realloc(tn_mutator *m, bool mended) {
    Owner **owner = AT(1, TN_NEW(m, Owner));
    fill(*owner, 100);
    minor(m);
    Pair **young = AT(2, TN_NEW(m, Pair));
    Pair **bigger = realloc((void *)(*owner)->buffer, 200 * sizeof *bigger);
    CHECK(bigger != NULL);
    memset((void *)(bigger + 100), 0, 100 * sizeof *bigger);
    bigger[100] = *young;
    (*owner)->buffer = bigger;
    (*owner)->count = 101;
    if (mended) tn_revisit_object(m, *owner);
    minor(m);
}

/* tn_revisit_object lasts until the next collection only. */
static void remembered_once_for_all(tn_mutator *m, bool mended) {
    Owner **owner = AT(1, TN_NEW(m, Owner));
    fill(*owner, 300);
    minor(m);
    tn_revisit_object(m, *owner);
    minor(m);
    Pair *young = AT(2, tn_alloc(m, Pair));
    (*owner)->buffer[0] = young;
    if (mended) tn_revisit_object(m, *owner);
    minor(m);
}

/* Two owners swap their buffers, and one of them is told. */
static void swapped_buffers(tn_mutator *m, bool mended) {
    Owner **a = TN_NEW(m, Owner), **b = AT(1, TN_NEW(m, Owner));
    fill(*a, 10);
    fill(*b, 10);
    minor(m);
    (*a)->buffer[9] = AT(2, tn_alloc(m, Pair));
    Pair **buffer = (*a)->buffer;
    (*a)->buffer = (*b)->buffer;
    (*b)->buffer = buffer;
    tn_revisit_object(m, *a);
    if (mended) tn_revisit_object(m, *b);
    minor(m);
}

static Table **new_table(tn_mutator *m, size_t count) {
    add_types(m);
    Table *table = AT(1, tn_alloc(m, Table));
    table->slot = zeroed(count, sizeof(tn_value));
    table->count = count;
    return TN_HANDLE(m, table);
}

static void an_entry_of_a_table(tn_mutator *m, bool mended) {
    Table **table = new_table(m, 64);
    minor(m);
    Pair *key = AT(2, tn_alloc(m, Pair));
    (*table)->slot[17] = value_of(key);
    if (mended) tn_revisit_object(m, *table);
    minor(m);
}

static void a_table_is_rehashed(tn_mutator *m, bool mended) {
    Table **table = new_table(m, 128);
    minor(m);
    Pair *key = AT(2, tn_alloc(m, Pair));
    tn_value *bigger = zeroed(4 * LARGE_LENGTH, sizeof(tn_value));
    bigger[19999] = value_of(key);
    free((*table)->slot);
    (*table)->slot = bigger;
    (*table)->count = 4 * LARGE_LENGTH;
    if (mended) tn_revisit_object(m, *table);
    minor(m);
}

static void a_new_link(tn_mutator *m, bool mended) {
    add_types(m);
    Chain **chain = AT(1, TN_NEW(m, Chain));
    minor(m);
    for (int i = 0; i < 5; i++) {
        Pair **pair = AT(2, TN_NEW(m, Pair));
        Link *link = zeroed(1, sizeof *link);
        link->next = (*chain)->first;
        link->pair = *pair;
        (*chain)->first = link;
        if (mended) tn_revisit_object(m, *chain);
    }
    minor(m);
}

static void a_row_of_a_grid(tn_mutator *m, bool mended) {
    add_types(m);
    Grid **grid = AT(1, TN_NEW(m, Grid));
    minor(m);
    (*grid)->row[30] = zeroed(COLUMNS, sizeof(Pair *));
    (*grid)->row[30][149] = AT(2, tn_alloc(m, Pair));
    if (mended) tn_revisit_object(m, *grid);
    minor(m);
}

/* ---- slots that were recorded alone ---- */

#define GONE(type)                                                                                                     \
    "tenure: heap 'host': verify: before minor collection 2: invariant B5: object %p (" type                           \
    ", allocated at @1): its slot at %p was recorded by tn_revisit_slot, and its trace callback does not visit it: "  \
    "has "                                                                                                             \
    "the memory moved, or was it freed, without a call of tn_revisit_object?\n"

/* The buffer moves after a store into it was recorded. The old one is kept, lest it be reused. */
static void moved_after_a_recorded_store(tn_mutator *m, bool mended) {
    Owner **owner = AT(1, TN_NEW(m, Owner));
    fill(*owner, 100);
    minor(m);
    Pair **old = (*owner)->buffer, **bigger = zeroed(200, sizeof *bigger);
    old[99] = AT(2, tn_alloc(m, Pair));
    tn_revisit_slot(m, *owner, &old[99]);
    memcpy((void *)bigger, (void *)old, 100 * sizeof *bigger);
    (*owner)->buffer = bigger;
    if (mended) tn_revisit_object(m, *owner);
    else bigger[99] = NULL;
    minor(m);
    free((void *)old);
}

static void the_slot_of_another_object(tn_mutator *m, bool mended) {
    Table **other = new_table(m, 10), **table = AT(1, TN_NEW(m, Table));
    (*table)->slot = zeroed(10, sizeof(tn_value));
    (*table)->count = 10;
    minor(m);
    (*other)->slot[3] = value_of(AT(2, tn_alloc(m, Pair)));
    if (mended) tn_revisit_value_slot(m, *other, &(*other)->slot[3]);
    else tn_revisit_object(m, *other), tn_revisit_value_slot(m, *table, &(*other)->slot[3]);
    minor(m);
}

/* References are recorded as such, and values as values. */
static void a_value_recorded_as_a_reference(tn_mutator *m, bool mended) {
    Table **table = new_table(m, 10);
    minor(m);
    Pair *pair = AT(2, tn_alloc(m, Pair));
    (*table)->slot[0] = value_of(pair);
    if (mended) tn_revisit_value_slot(m, *table, &(*table)->slot[0]);
    else tn_revisit_slot(m, *table, &(*table)->slot[0]);
    minor(m);
}

static const Case cases[] = {
    {"a slot is set", a_slot_is_set, HANDLES, POINTER, SMALL, OPTIONS, FORGOTTEN(2, "Owner")},
    {"a large buffer", a_large_buffer, RAW, POINTER, LARGE, OPTIONS, FORGOTTEN(3, "Owner")},
    {"after realloc", after_realloc, HANDLES, POINTER, ARRAY, OPTIONS, FORGOTTEN(2, "Owner")},
    {"remembered once for all", remembered_once_for_all, RAW, POINTER, ARRAY, OPTIONS, FORGOTTEN(3, "Owner")},
    {"swapped buffers", swapped_buffers, HANDLES, LOW_TAG, SMALL, OPTIONS, FORGOTTEN(2, "Owner")},
    {"an entry of a table", an_entry_of_a_table, RAW, NAN_BOX, ARRAY, OPTIONS, FORGOTTEN(2, "Table")},
    {"an entry of a table, several tags", an_entry_of_a_table, RAW, LOW_TAGS, ARRAY, OPTIONS,
     FORGOTTEN(2, "Table")},
    {"a table is rehashed", a_table_is_rehashed, RAW, LOW_TAG, LARGE, OPTIONS, FORGOTTEN(2, "Table")},
    {"a new link", a_new_link, HANDLES, POINTER, SMALL, OPTIONS, FORGOTTEN(2, "Chain")},
    {"a row of a grid", a_row_of_a_grid, HANDLES, POINTER, ARRAY, OPTIONS, FORGOTTEN(2, "Grid")},
    {"moved after a recorded store", moved_after_a_recorded_store, HANDLES, POINTER, ARRAY, OPTIONS, GONE("Owner")},
    {"the slot of another object", the_slot_of_another_object, RAW, LOW_TAG, SMALL, OPTIONS, GONE("Table")},
    {"a value recorded as a reference", a_value_recorded_as_a_reference, RAW, POINTER, SMALL, OPTIONS,
     FORGOTTEN(2, "Table")},
};

int main(void) { return mistakes_run("tn_revisit_object", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
