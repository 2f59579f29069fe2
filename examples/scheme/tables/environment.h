/* tables/environment.h: environments: the variables of the top level by name. */
#ifndef SCHEME_TABLES_ENVIRONMENT_H
#define SCHEME_TABLES_ENVIRONMENT_H

#include "base/object.h"

/* A variable of the top level. Compiled code holds the cell itself. `builtin`: the variable has the value that the
 * system gave it, so that the compiler may inline what it stands for. */
typedef struct Global {
    tn_value_field value, name, home; /* home: the environment that owns it */
    bool builtin;
    bool defined;  /* by a definition with this very name */
    bool inserted; /* by a definition that a macro's template has inserted */
} Global;

/* Cells by name. A name that is found only in `parent` gets a cell of its own with the same value at first use: a
 * program may redefine anything without disturbing the system's own procedures. */
typedef struct Environment {
    tn_value_field table, parent;
    tn_value_field expected; /* a table of the names that a program will redefine, or #f */
    bool used;               /* a program has begun in it */
} Environment;

/* What a macro's template inserts: a name (a symbol, or again an alias) as it is seen where the macro was defined, at
 * the top level of an environment or, within one unit of compilation, in a scope there (syntax/ast.h). */
typedef struct Alias { tn_value_field name, environment; const void *scope; } Alias;

Value environment_new(Vm *vm, const Value *parent);
bool environment_expect(Vm *vm, const Value *environment, const Value *name); /* it will be redefined */
Value environment_cell(Vm *vm, const Value *environment, const Value *name); /* the Global, made if missing */
Value environment_define(Vm *vm, const Value *environment, const Value *name); /* the one that a definition defines */
Value environment_import(Vm *vm, const Value *environment, const Value *name, const Value *cell, bool copy);

#endif
