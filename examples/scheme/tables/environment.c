/* tables/environment.c: owns environments: the cells of the variables of the top level, by name. */
#include "base/error.h"
#include "tables/environment.h"
#include "tables/table.h"

Value environment_new(Vm *vm, const Value *parent) {
    TN_SCOPE(vm->m);
    Value table = table_new(vm, TABLE_EQ);
    if (!table) return 0;
    Value *rooted = TN_HANDLE_VALUE(vm->m, table);
    Environment *environment = tn_alloc(vm->m, Environment);
    if (!environment) return out_of_memory(vm);
    tn_init_value(environment, table, *rooted);
    tn_init_value(environment, parent, *parent);
    tn_init_value(environment, expected, S_FALSE);
    return value_of(environment);
}

static bool is_expected(Vm *vm, Value environment, Value name) {
    Value expected = tn_read_value(AS(Environment, environment), expected);
    return expected != S_FALSE && table_get(vm, expected, name, 0);
}

static Value new_cell(Vm *vm, const Value *environment, const Value *name, const Value *from) {
    Global *global = tn_alloc(vm->m, Global);
    if (!global) return out_of_memory(vm);
    tn_init_value(global, value, *from ? tn_read_value(AS(Global, *from), value) : S_UNBOUND);
    tn_init_value(global, name, *name);
    tn_init_value(global, home, *environment);
    global->builtin = *from && AS(Global, *from)->builtin && !is_expected(vm, *environment, *name);
    return value_of(global);
}

/* The cell gets the name `key` in the environment; returns the cell. */
static Value put_cell(Vm *vm, const Value *environment, const Value *key, Value cell) {
    if (!cell) return 0;
    TN_SCOPE(vm->m);
    Value *rooted = TN_HANDLE_VALUE(vm->m, cell);
    Value *table = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Environment, *environment), table));
    return table_set(vm, table, key, rooted) ? *rooted : 0;
}

static Value find_cell(Vm *vm, Value environment, Value name) {
    return table_get(vm, tn_read_value(AS(Environment, environment), table), name, 0);
}

bool environment_expect(Vm *vm, const Value *environment, const Value *name) {
    TN_SCOPE(vm->m);
    const Value *yes = TN_HANDLE_VALUE(vm->m, S_TRUE);
    Value cell = find_cell(vm, *environment, *name);
    if (cell && tn_read_value(AS(Global, cell), home) == *environment) AS(Global, cell)->builtin = false;
    Value *expected = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Environment, *environment), expected));
    if (*expected == S_FALSE) {
        if (!(*expected = table_new(vm, TABLE_EQ))) return false;
        tn_write_value(vm->m, AS(Environment, *environment), expected, *expected);
    }
    return table_set(vm, expected, name, yes) != 0;
}

Value environment_cell(Vm *vm, const Value *environment, const Value *name) {
    Value cell = find_cell(vm, *environment, *name);
    if (cell) return cell;
    TN_SCOPE(vm->m);
    Value parent = tn_read_value(AS(Environment, *environment), parent);
    Value *from = TN_HANDLE_VALUE(vm->m, parent == S_FALSE ? 0 : find_cell(vm, parent, *name));
    return put_cell(vm, environment, name, new_cell(vm, environment, name, from));
}

/* A definition that a macro has inserted gets a cell of its own, which the alias alone names, so that it can disturb
 * nobody. For the convenience of programs the plain symbol names it too, if it is not in use otherwise. */
static Value define_alias(Vm *vm, const Value *environment, const Value *alias) {
    Value cell = find_cell(vm, *environment, *alias);
    if (cell) return cell;
    TN_SCOPE(vm->m);
    Value *symbol = TN_HANDLE_VALUE(vm->m, *alias);
    while (IS(Alias, *symbol)) *symbol = tn_read_value(AS(Alias, *symbol), name);
    Value *made = TN_HANDLE_VALUE(vm->m, environment_cell(vm, environment, symbol));
    if (!*made) return 0;
    const Global *found = AS(Global, *made);
    bool unused = tn_read_value(found, value) == S_UNBOUND && !found->defined;
    if (!unused || found->inserted) {
        bool replace = found->inserted;
        Value *none = TN_HANDLE_VALUE(vm->m, 0);
        if (!(*made = new_cell(vm, environment, symbol, none))) return 0;
        if (replace && !put_cell(vm, environment, symbol, *made)) return 0;
    }
    AS(Global, *made)->inserted = AS(Global, *made)->defined = true;
    return put_cell(vm, environment, alias, *made);
}

Value environment_define(Vm *vm, const Value *environment, const Value *name) {
    if (IS(Alias, *name)) return define_alias(vm, environment, name);
    TN_SCOPE(vm->m);
    Value *cell = TN_HANDLE_VALUE(vm->m, environment_cell(vm, environment, name));
    if (!*cell) return 0;
    if (AS(Global, *cell)->inserted || tn_read_value(AS(Global, *cell), home) != *environment) {
        Value *from = TN_HANDLE_VALUE(vm->m, AS(Global, *cell)->inserted ? 0 : *cell);
        *cell = put_cell(vm, environment, name, new_cell(vm, environment, name, from));
        if (!*cell) return 0;
    }
    AS(Global, *cell)->builtin = false;
    AS(Global, *cell)->defined = true;
    return *cell;
}

/* Names of the system get cells of their own, so that a program may redefine them; libraries share theirs. */
Value environment_import(Vm *vm, const Value *environment, const Value *name, const Value *cell, bool copy) {
    return put_cell(vm, environment, name, copy ? new_cell(vm, environment, name, cell) : *cell);
}
