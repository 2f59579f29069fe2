/* builtins/builtins.h: the procedures in C. Each file has a table of them at its end, and system.c enters all tables
 * into the system's environment.
 *
 * To add a procedure: write a PrimitiveFn, and add a row to the table of its file. To add a file: name its table here
 * and in builtins_define, and the file in meson.build. */
#ifndef SCHEME_BUILTINS_BUILTINS_H
#define SCHEME_BUILTINS_BUILTINS_H

#include "base/object.h"

extern const PrimitiveDesc builtins_number[], builtins_real[], builtins_list[], builtins_text[], builtins_data[];
extern const PrimitiveDesc builtins_system[], builtins_string[], builtins_table[], builtins_bytes[], builtins_port[];
extern const PrimitiveDesc builtins_file[], builtins_complex[];
bool builtins_define(Vm *vm);

typedef struct Promise { tn_value_field state; } Promise; /* a pair (done . value or thunk), perhaps shared */
typedef struct WeakRef { tn_value_field target; } WeakRef; /* a tn_weak, or an immediate */

/* text.c */
typedef int (*StringOrder)(const String *a, const String *b); /* LESS, EQUAL or GREATER */
/* Compares each pair of neighbours. */
Value string_chain(Vm *vm, int argc, const Value *argv, StringOrder compare, int accepted);

/* real.c, complex.c: each calls the other one where its own functions have no answer. */
Value num_sqrt(Vm *vm, const Value *v);
Value complex_sqrt(Vm *vm, const Value *v);
Value complex_log(Vm *vm, int argc, const Value *argv);
Value complex_expt(Vm *vm, const Value *base, const Value *power);

#endif
