/* base/error.h: errors. Each function that returns a Value returns 0 and leaves a condition object in R_PENDING, so
 * that `return fail(...)` reads well. The VM fills in the line when it raises the condition (vm/stack.c, note_line). */
#ifndef SCHEME_BASE_ERROR_H
#define SCHEME_BASE_ERROR_H

#include "base/immediate.h"
#include "base/machine.h"

typedef struct Condition { tn_value_field message, irritants, file; int64_t line; int kind; } Condition;
enum { C_ERROR, C_SYNTAX, C_READ, C_MEMORY, C_STACK, C_FILE, C_INTERRUPT };

Value out_of_memory(Vm *vm);
Value fail(Vm *vm, const char *message, Value irritant); /* irritant 0: none */
Value fail_at(Vm *vm, int kind, int64_t line, Value irritant, const char *message);
Value fail_type(Vm *vm, const char *who, const char *wanted, Value got);
Value fail_index(Vm *vm, const char *who, Value index);
Value fail_arity(Vm *vm, const char *who, int64_t min, int64_t max, int64_t got);
Value make_condition(Vm *vm, int kind, const Value *message, const Value *irritants);

/* For primitives: their own name; an index below `end`; optional start and end arguments from argv[at] on. */
#define WHO (vm->primitive->name)
bool check_index(Vm *vm, Value index, size_t end);
bool get_range(Vm *vm, int argc, const Value *argv, int at, size_t length, size_t *start, size_t *end);

#endif
