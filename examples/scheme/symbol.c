/* symbol.c: owns the symbol table, which holds symbols weakly: a symbol that nothing else refers to dies, and its
 * slot is used again. And environments: cells of top-level variables by name. Called by the reader, the compiler
 * and builtins.
 *
 * Invariants of the symbol table: open addressing with linear probing; the C array `hashes` says which slots have
 * ever been used, so that a probe does not stop at a symbol that has died; `used` counts them; at most 3/4 are. */
#include <string.h>

#include "scheme.h"

static uint32_t hash_text(const uint32_t *text, size_t length) {
    uint64_t h = 0x9e3779b97f4a7c15u + length;
    for (size_t i = 0; i < length; i++) h = (h ^ text[i]) * 0xff51afd7ed558ccdu, h ^= h >> 32;
    return (uint32_t)h ? (uint32_t)h : 1;
}

static bool same_text(Value string, const uint32_t *text, size_t length) {
    const String *s = AS(String, string);
    return s->length == length && (length == 0 || memcmp(s->ch, text, length * sizeof *text) == 0);
}

/* A table of `capacity` slots with the symbols that live. */
static bool resize(Vm *vm, size_t capacity) {
    TN_SCOPE(vm->m);
    SymbolTable *table = &vm->symbols;
    tn_weak_array **fresh = TN_WEAK_ARRAY_NEW(vm->m, capacity);
    uint32_t *hashes = fresh ? calloc(capacity, sizeof *hashes) : NULL;
    if (!hashes) return false;

    TN_NO_GC(vm->m); /* nothing below allocates, so raw pointers are good */
    size_t used = 0;
    for (size_t i = 0; i < table->capacity; i++) {
        Value symbol = table->hashes[i] ? tn_weak_array_read(vm->m, *table->slots, i) : 0;
        if (!symbol) continue;
        size_t at = table->hashes[i] & (capacity - 1);
        while (hashes[at]) at = (at + 1) & (capacity - 1);
        hashes[at] = table->hashes[i];
        tn_weak_array_write(vm->m, *fresh, at, symbol);
        used++;
    }
    if (!table->slots)
        table->slots = TN_GLOBAL_CREATE(vm->m, fresh);
    else
        TN_GLOBAL_SET(vm->m, table->slots, fresh);
    if (!table->slots) {
        free(hashes);
        return false;
    }
    free(table->hashes);
    table->hashes = hashes;
    table->capacity = capacity;
    table->used = used;
    return true;
}

bool symbols_open(Vm *vm) {
    return resize(vm, 1024);
}

void symbols_close(Vm *vm) {
    if (vm->symbols.slots) TN_GLOBAL_DESTROY(vm->m, vm->symbols.slots);
    free(vm->symbols.hashes);
    vm->symbols = (SymbolTable){0};
}

/* The symbol, or 0; *at is where it would go. Never collects. */
static Value find(Vm *vm, const uint32_t *text, size_t length, uint32_t hash, size_t *at) {
    const SymbolTable *table = &vm->symbols;
    size_t dead = SIZE_MAX;
    for (size_t i = hash & (table->capacity - 1);; i = (i + 1) & (table->capacity - 1)) {
        if (!table->hashes[i]) {
            *at = dead != SIZE_MAX ? dead : i;
            return 0;
        }
        Value symbol = tn_weak_array_read(vm->m, *table->slots, i);
        if (!symbol) {
            if (dead == SIZE_MAX) dead = i;
        } else if (table->hashes[i] == hash && same_text(tn_read_value(AS(Symbol, symbol), name), text, length)) {
            *at = i;
            return symbol;
        }
    }
}

Value intern(Vm *vm, const uint32_t *text, size_t length) {
    uint32_t hash = hash_text(text, length);
    size_t at;
    Value symbol = find(vm, text, length, hash, &at);
    if (symbol) return symbol;

    TN_SCOPE(vm->m);
    SymbolTable *table = &vm->symbols;
    if (table->used + 1 > table->capacity / 4 * 3) {
        size_t live = 0; /* many may have died: then the size is right */
        for (size_t i = 0; i < table->capacity; i++)
            live += table->hashes[i] && tn_weak_array_read(vm->m, *table->slots, i);
        if (!resize(vm, live > table->capacity / 2 ? table->capacity * 2 : table->capacity)) return out_of_memory(vm);
    }
    Value made = make_string(vm, length);
    if (!made) return 0;
    if (length) memcpy(AS(String, made)->ch, text, length * sizeof *text);
    Value *name = TN_HANDLE_VALUE(vm->m, made);
    Symbol *fresh = tn_alloc(vm->m, Symbol);
    if (!fresh) return out_of_memory(vm);
    tn_init_value(fresh, name, *name);
    fresh->hash = hash * UINT64_C(0x9e3779b97f4a7c15);

    find(vm, text, length, hash, &at); /* again: slots may have become free */
    if (!table->hashes[at]) table->used++;
    table->hashes[at] = hash;
    tn_weak_array_write(vm->m, *table->slots, at, value_of(fresh));
    return value_of(fresh);
}

Value intern_c(Vm *vm, const char *text) {
    uint32_t wide[64];
    size_t n = 0;
    for (; text[n] && n < 64; n++) wide[n] = (unsigned char)text[n];
    return intern(vm, wide, n);
}

bool symbol_is(Value symbol, const char *text) {
    const String *name = AS(String, tn_read_value(AS(Symbol, symbol), name));
    if (name->length != strlen(text)) return false;
    for (size_t i = 0; i < name->length; i++)
        if (name->ch[i] != (unsigned char)text[i]) return false;
    return true;
}

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
