/* compiler/compile.h: from data to a procedure of no arguments that evaluates them. */
#ifndef SCHEME_COMPILER_COMPILE_H
#define SCHEME_COMPILER_COMPILE_H

#include "base/object.h"

Value compile(Vm *vm, const Value *form, const Value *environment, const Value *positions);
/* The body of a library: starts `libraries`, then evaluates `forms`. */
Value compile_all(Vm *vm, const Value *forms, const Value *libraries, const Value *environment, const Value *positions);

#endif
