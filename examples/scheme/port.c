/* port.c: owns ports: what they hold outside the heap, how it is written to and closed, and which ports are current.
 * Called by the builtins and by main.c. A port that nobody refers to any more is closed by its dispose callback,
 * which flushes it. Its memory outside the heap counts in the collector's pacing (tn_external_adjust). */
#include <errno.h>
#include <string.h>

#include "scheme.h"

enum { FILE_BYTES = 8192 }; /* about what an open file holds */

/* A callback: it must not look at other objects, but tn_external_adjust is allowed. */
void port_dispose(tn_heap *heap, void *object) {
    Port *port = object;
    if (port->out && port->owned) fclose(port->out);
    if (port->text) {
        free(port->text->text);
        free(port->text);
    }
    reader_close(port->in);
    tn_external_adjust(heap, -(ptrdiff_t)port->external);
}

/* Tells the collector what the port holds now. */
static void account(Vm *vm, Port *port) {
    size_t bytes = port->in || port->out ? FILE_BYTES : port->text ? port->text->capacity : 0;
    if (bytes == port->external) return;
    tn_external_adjust(vm->heap, (ptrdiff_t)bytes - (ptrdiff_t)port->external);
    port->external = bytes;
}

Value port_new(Vm *vm, FILE *out, Buffer *text, Reader *in) {
    Port *port = tn_alloc(vm->m, Port);
    if (!port) {
        Port orphan = {.text = text, .in = in};
        port_dispose(vm->heap, &orphan);
        return out_of_memory(vm);
    }
    port->out = out;
    port->text = text;
    port->in = in;
    port->input = in != NULL;
    port->open = true;
    account(vm, port);
    return value_of(port);
}

Value fail_file(Vm *vm, const char *who, int error, const char *name) {
    char message[160];
    snprintf(message, sizeof message, "%s: %s", who, strerror(error));
    Value string = string_from_utf8(vm, name, strlen(name));
    return string ? fail_at(vm, C_FILE, 0, string, message) : 0;
}

/* Standard input is opened at its first use: a program that comes from there opens it itself (main.c). */
Value port_current(Vm *vm, int number) {
    Value now = vm->reg[R_IN + number];
    if (now != S_FALSE) return now;
    if (number > 0) return vm->reg[number == 1 ? R_STDOUT : R_STDERR];
    if (vm->reg[R_STDIN] == S_FALSE) {
        Reader *reader = reader_file(stdin, false);
        Value port = reader ? port_new(vm, NULL, NULL, reader) : out_of_memory(vm);
        if (!port) return 0;
        vm->reg[R_STDIN] = port;
    }
    return vm->reg[R_STDIN];
}

static Port *port_in_use(Vm *vm, Value v, bool input, bool binary) {
    static const char *const wanted[] = {"a textual output port", "a binary output port", "a textual input port",
                                         "a binary input port"};
    if (!v) return NULL;
    if (!IS(Port, v) || AS(Port, v)->input != input || AS(Port, v)->binary != binary)
        fail_type(vm, WHO, wanted[2 * input + binary], v);
    else if (!AS(Port, v)->open)
        fail_type(vm, WHO, "a port that is open", v);
    else
        return AS(Port, v);
    return NULL;
}

Port *port_output(Vm *vm, int argc, const Value *argv, int at, bool binary) {
    return port_in_use(vm, argc > at ? argv[at] : port_current(vm, 1), false, binary);
}

Port *port_input(Vm *vm, int argc, const Value *argv, int at, bool binary) {
    return port_in_use(vm, argc > at ? argv[at] : port_current(vm, 0), true, binary);
}

/* An operation on a file has failed: the condition for it. */
static bool fail_write(Vm *vm, FILE *file, int error) {
    if (file) clearerr(file);
    if (error == EINTR && interrupt_pending()) return fail_interrupted(vm);
    return fail_file(vm, WHO, error, "output");
}

bool port_put(Vm *vm, Port *port, const char *text, size_t length) {
    if (port->out) return fwrite(text, 1, length, port->out) == length || fail_write(vm, port->out, errno);
    bool ok = buffer_add(port->text, text, length);
    account(vm, port);
    return ok || out_of_memory(vm);
}

bool port_flush(Vm *vm, Port *port) {
    return !port->out || fflush(port->out) == 0 || fail_write(vm, port->out, errno);
}

/* What has been written to memory stays there, for get-output-string. Closing a port twice does no harm; a standard
 * port is closed for the program only. */
bool port_close(Vm *vm, Port *port) {
    if (!port->open) return true;
    int error = 0;
    if (port->out && (port->owned ? fclose(port->out) : fflush(port->out)) != 0) error = errno;
    reader_close(port->in);
    port->out = NULL;
    port->in = NULL;
    port->open = false;
    account(vm, port);
    return !error || fail_write(vm, NULL, error);
}
