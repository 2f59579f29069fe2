/* cells.c: root cells that are stored into, and that nobody registers; and those that somebody does. */
#include "host.h"

typedef struct Machine {
    TN_FIELD(Table) globals, modules, strings;
    TN_FIELD(Node) frames[4];
    tn_value_field result;
    long depth;
} Machine;

static TN_FIELD(Table) forgotten, known, handed, listed, removed;
static TN_FIELD(Node) forgotten_row[8], known_row[8], looped_row[8];
static tn_value_field forgotten_value, known_value;
static struct { TN_FIELD(Table) first, second; long count; } forgotten_pair, known_pair;
static Machine machine, registered;

/* ---- mistakes ---- */

void store_forgotten(Interp *in) {
    TN_SCOPE(in->m);
    TN_ROOT_SET(in->m, &forgotten, TN_NEW(in->m, Table)); // expect: unregistered-root
}

void store_forgotten_raw(Interp *in, Table *const *table) {
    static TN_FIELD(Table) cell;
    tn_root_write(in->m, &cell, *table); // expect: unregistered-root
    if (tn_root_read(&cell)) in->m = in->m;
}

void store_row(Interp *in, Node *const *node, int i) {
    TN_ROOT_SET(in->m, &forgotten_row[i], node); // expect: unregistered-root
}

void store_value(Interp *in, const Value *value) {
    TN_ROOT_SET_VALUE(in->m, &forgotten_value, value); // expect: unregistered-root
}

void store_raw_value(Interp *in) {
    static tn_value_field cell;
    tn_root_write_value(in->m, &cell, NIL); // expect: unregistered-root
}

void store_pair(Interp *in, Table *const *table) {
    TN_ROOT_SET(in->m, &forgotten_pair.second, table); // expect: unregistered-root
    forgotten_pair.count++;
}

void store_field(Interp *in, Machine *vm, Table *const *table) {
    vm->depth = 0;
    TN_ROOT_SET(in->m, &vm->modules, table); // expect: unregistered-root
}

/* It is only ever destroyed. */
void store_removed(Interp *in, Table *const *table) {
    TN_ROOT_SET(in->m, &removed, table); // expect: unregistered-root
    tn_root_destroy(in->m, &removed);
}

/* ---- the same, registered ---- */

static void add_root(Interp *in, void *cell) { tn_root_create(in->m, cell); }

static void *const all_roots[] = {&listed};

void register_all(Interp *in, Machine *vm) {
    tn_root_create(in->m, &known);
    add_root(in, &handed);
    for (unsigned i = 0; i < sizeof all_roots / sizeof *all_roots; i++) tn_root_create(in->m, all_roots[i]);
    for (int i = 0; i < 8; i++) tn_root_create(in->m, &known_row[i]);
    for (int i = 0; i < 8; i++) tn_root_create(in->m, looped_row + i);
    tn_root_create_value(in->m, &known_value);
    tn_root_create(in->m, &known_pair.second);
    tn_root_create(in->m, &vm->globals);
    tn_root_create(in->m, &registered.strings);
    tn_root_create(in->m, &machine.frames[0]);
}

void store_known(Interp *in, Machine *vm, Table *const *table, Node *const *node, const Value *value) {
    TN_ROOT_SET(in->m, &known, table);
    TN_ROOT_SET(in->m, &handed, table);
    TN_ROOT_SET(in->m, &listed, table);
    TN_ROOT_SET(in->m, &known_row[3], node);
    TN_ROOT_SET(in->m, looped_row + 3, node);
    TN_ROOT_SET_VALUE(in->m, &known_value, value);
    TN_ROOT_SET(in->m, &known_pair.second, table);
    TN_ROOT_SET(in->m, &vm->globals, table);
    TN_ROOT_SET(in->m, &machine.globals, table);
    tn_root_write(in->m, &registered.strings, *table);
}

/* A scanner visits it: no registration is needed to keep it alive, although a store into it will fail. */
static TN_FIELD(Table) scanned;
void scan_table(tn_tracer *tracer, void *user) {
    (void)user;
    tn_visit(tracer, &scanned);
}
void store_scanned(Interp *in, Table *const *table) { TN_ROOT_SET(in->m, &scanned, table); }
