/* library.h: what library.c, source.c and standard.c share. Everything returns 0 (false) with a condition pending when
 * it fails. */
#ifndef SCHEME_LIBRARY_H
#define SCHEME_LIBRARY_H

#include "scheme.h"

static inline bool is_symbol(Value v, const char *text) {
    return IS(Symbol, v) && symbol_is(v, text);
}

/* Adds to a list that grows at its head; false without memory. */
static inline bool push(Vm *vm, Value *list, Value v) {
    TN_SCOPE(vm->m);
    Value made = cons(vm, TN_HANDLE_VALUE(vm->m, v), list);
    if (made) *list = made;
    return made != 0;
}

/* In place: the list is nobody else's. */
static inline Value reversed(Vm *vm, Value list) {
    Value result = S_NIL;
    while (list != S_NIL) {
        Value next = cdr(list);
        tn_write_value(vm->m, AS(Pair, list), cdr, result);
        result = list;
        list = next;
    }
    return result;
}

/* standard.c */
int standard_number(Value name); /* of the library with this name, or -1 */
bool standard_exports(Vm *vm, int number, const Value *table);
bool next_entry(Value table, size_t *at, Value *key, Value *value);
Value p_missing_exports(Vm *vm, int argc, const Value *argv);

/* source.c */
FILE *open_source(Vm *vm, Value name, Buffer *path); /* NULL: there is none (no condition) */
Value p_open_source(Vm *vm, int argc, const Value *argv);
Value p_next_thunk(Vm *vm, int argc, const Value *argv);

#endif
