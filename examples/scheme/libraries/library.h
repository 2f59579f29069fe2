/* libraries/library.h: libraries, and the source files that programs include. Everything returns 0 (false) with a
 * condition pending when it fails. */
#ifndef SCHEME_LIBRARIES_LIBRARY_H
#define SCHEME_LIBRARIES_LIBRARY_H

#include <stdio.h>

#include "base/object.h"

/* exports: a table from symbols to cells; thunk: evaluates the body, #f when that has begun. */
typedef struct Library { tn_value_field name, environment, exports, thunk; bool standard, ready; } Library;

/* library.c */
Value import_all(Vm *vm, const Value *sets, const Value *environment, int64_t line); /* the libraries to be started */
Value library_define(Vm *vm, const Value *form, const Value *positions, int64_t line);
int feature_holds(Vm *vm, const Value *requirement, int64_t line); /* 1 or 0; -1: it has failed */
extern const PrimitiveDesc builtins_library[];

/* ---- what the room's own files share ---- */

/* standard.c */
extern const char *const feature_names[]; /* NULL at the end */
int standard_number(Value name); /* of the library with this name, or -1 */
bool standard_exports(Vm *vm, int number, const Value *table);
bool next_entry(Value table, size_t *at, Value *key, Value *value);
Value p_missing_exports(Vm *vm, int argc, const Value *argv);

/* source.c */
Value read_source(Vm *vm, const Value *name, const Value *positions, bool fold, Value *path); /* the list of its data */
FILE *open_source(Vm *vm, Value name, Buffer *path); /* NULL: there is none (no condition) */
Value p_open_source(Vm *vm, int argc, const Value *argv);
Value p_next_thunk(Vm *vm, int argc, const Value *argv);

#endif
