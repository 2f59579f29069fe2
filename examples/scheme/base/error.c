/* base/error.c: makes condition objects, and the errors that everybody needs. See error.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

Value out_of_memory(Vm *vm) {
    vm->reg[R_PENDING] = vm->reg[R_OUT_OF_MEMORY];
    if (IS(Condition, vm->reg[R_PENDING])) AS(Condition, vm->reg[R_PENDING])->line = 0; /* of the last time */
    return 0;
}

Value make_condition(Vm *vm, int kind, const Value *message, const Value *irritants) {
    Condition *condition = tn_alloc(vm->m, Condition);
    if (!condition) return out_of_memory(vm);
    tn_init_value(condition, message, *message);
    tn_init_value(condition, irritants, *irritants);
    tn_init_value(condition, file, S_FALSE);
    condition->kind = kind;
    return value_of(condition);
}

Value fail_at(Vm *vm, int kind, int64_t line, Value irritant, const char *message) {
    TN_SCOPE(vm->m);
    Value *nil = TN_HANDLE_VALUE(vm->m, S_NIL);
    Value *irritants = TN_HANDLE_VALUE(vm->m, irritant);
    if (irritant) {
        Value list = cons(vm, irritants, nil);
        if (!list) return 0;
        *irritants = list;
    } else {
        *irritants = S_NIL;
    }
    Value string = string_from_utf8(vm, message, strlen(message));
    if (!string) return 0;
    Value *text = TN_HANDLE_VALUE(vm->m, string);
    Value condition = make_condition(vm, kind, text, irritants);
    if (!condition) return 0;
    if (line > 0) {
        AS(Condition, condition)->line = line;
        tn_write_value(vm->m, AS(Condition, condition), file, vm->reg[R_FILE]);
    }
    vm->reg[R_PENDING] = condition;
    return 0;
}

Value fail(Vm *vm, const char *message, Value irritant) {
    return fail_at(vm, C_ERROR, 0, irritant, message);
}

Value fail_type(Vm *vm, const char *who, const char *wanted, Value got) {
    char message[160];
    snprintf(message, sizeof message, "%s: expected %s", who, wanted);
    return fail(vm, message, got);
}

Value fail_index(Vm *vm, const char *who, Value index) {
    char message[160];
    snprintf(message, sizeof message, "%s: index out of range", who);
    return fail(vm, message, index);
}

bool check_index(Vm *vm, Value index, size_t end) {
    if (is_fixnum(index) && (uint64_t)fixnum_value(index) < end) return true;
    return fail_index(vm, WHO, index);
}

bool get_range(Vm *vm, int argc, const Value *argv, int at, size_t length, size_t *start, size_t *end) {
    *start = 0;
    *end = length;
    if (argc > at + 1) {
        if (!check_index(vm, argv[at + 1], length + 1)) return false;
        *end = (size_t)fixnum_value(argv[at + 1]);
    }
    if (argc > at) {
        if (!check_index(vm, argv[at], *end + 1)) return false;
        *start = (size_t)fixnum_value(argv[at]);
    }
    return true;
}

Value fail_arity(Vm *vm, const char *who, int64_t min, int64_t max, int64_t got) {
    char message[256];
    const char *s = (max < 0 || max > min ? (max < 0 ? min : max) : min) == 1 ? "" : "s";
    if (max < 0)
        snprintf(message, sizeof message, "%s: expects at least %lld argument%s, got %lld", who, (long long)min, s,
                 (long long)got);
    else if (max > min)
        snprintf(message, sizeof message, "%s: expects %lld to %lld argument%s, got %lld", who, (long long)min,
                 (long long)max, s, (long long)got);
    else
        snprintf(message, sizeof message, "%s: expects %lld argument%s, got %lld", who, (long long)min, s,
                 (long long)got);
    return fail(vm, message, 0);
}
