/* tables/symbol.c: owns the symbol table. The table holds symbols weakly: a symbol that nothing else refers to dies,
 * and its slot is used again.
 *
 * Invariants: open addressing with linear probing. The C array `hashes` says which slots have ever been used, so
 * that a search does not stop at a symbol that has died. `used` counts those slots, and at most 3/4 are used. */
#include <string.h>

#include "base/error.h"
#include "tables/symbol.h"

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
