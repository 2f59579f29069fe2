/* base/list.h: lists that grow at their head, and are turned round at the end. */
#ifndef SCHEME_BASE_LIST_H
#define SCHEME_BASE_LIST_H

#include "base/immediate.h"
#include "base/machine.h"

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

#endif
