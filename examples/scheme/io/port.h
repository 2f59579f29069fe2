/* io/port.h: ports. They own C memory and files, and are a special type with a dispose callback. */
#ifndef SCHEME_IO_PORT_H
#define SCHEME_IO_PORT_H

#include <stdio.h>

#include "base/object.h"
#include "io/input.h"

typedef struct Port {
    FILE *out;              /* one of these three: a file to write to, */
    Buffer *text;           /* text or bytes that are written to memory, */
    Reader *in;             /* or what is read from */
    size_t external;        /* the bytes that were reported with tn_external_adjust */
    bool binary, open, input;
    bool owned;             /* `out` is closed with the port */
} Port;

void port_dispose(tn_heap *heap, void *object); /* for start/types.c */
Value port_new(Vm *vm, FILE *out, Buffer *text, Reader *in); /* owns text and in, also when it fails */
Value port_current(Vm *vm, int number); /* 0 input, 1 output, 2 errors; 0 on failure */
Port *port_output(Vm *vm, int argc, const Value *argv, int at, bool binary); /* argv[at] or the current one; NULL */
Port *port_input(Vm *vm, int argc, const Value *argv, int at, bool binary);  /* on failure */
bool port_put(Vm *vm, Port *port, const char *text, size_t length);
bool port_flush(Vm *vm, Port *port);
bool port_close(Vm *vm, Port *port);
Value fail_file(Vm *vm, const char *who, int error, const char *name); /* who: what errno says: "name" */

#endif
