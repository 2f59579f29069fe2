/* io/print.h: the written form of values. */
#ifndef SCHEME_IO_PRINT_H
#define SCHEME_IO_PRINT_H

#include "base/object.h"

bool print_value(Vm *vm, Buffer *out, Value v, bool quoted);
enum print_mode { PRINT_DISPLAY, PRINT_WRITE, PRINT_SHARED, PRINT_SIMPLE };
/* 1, 0 without memory, -1: PRINT_SIMPLE of a cycle, of which nothing has been written. */
int print_value_as(Vm *vm, Buffer *out, Value v, enum print_mode mode);
void report(Vm *vm, Value raised); /* report.c: the one line on standard error for what nobody has caught */

/* A map from addresses to numbers, for walks over data while nothing collects: {0} is empty. */
typedef struct Mark { Value object; int label; } Mark;
typedef struct Marks { Mark *slots; size_t n, room; } Marks;
Mark *mark_of(Marks *marks, Value object, bool *fresh); /* made with the label 0; NULL without memory */

#endif
