/* reader/reader.h: turns text into data. */
#ifndef SCHEME_READER_READER_H
#define SCHEME_READER_READER_H

#include "base/object.h"
#include "io/input.h"

/* The next datum, S_EOF at the end. *positions is a table that gets the line of every list, or S_FALSE. */
Value read_datum(Vm *vm, Reader *reader, const Value *positions);

/* ahead.c: the text of a program as a list of pairs, each a form and the lines of its lists, up to S_EOF. Where reading
 * has failed, the list ends before, and *error is the condition; else it is #f. */
Value read_ahead(Vm *vm, Reader *reader, const Value *environment, Value *error);
bool expect_definitions(Vm *vm, const Value *form, const Value *environment);

#endif
