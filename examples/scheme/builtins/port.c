/* builtins/port.c: reading and writing: ports in memory, and what works on any port. file.c opens files. Writing
 * allocates nothing in the heap, so a raw Port is good throughout. Reading data does allocate, but the port is in a
 * slot of the stack or in a register all the while. */
#include <string.h>

#include "base/error.h"
#include "io/port.h"
#include "io/print.h"
#include "reader/reader.h"
#include "builtins/builtins.h"

static bool is_port(Value v, bool input) { return IS(Port, v) && AS(Port, v)->input == input; }

#define PREDICATE(name, test)                                \
    static Value name(Vm *vm, int argc, const Value *argv) { \
        UNUSED;                                              \
        return boolean(test);                                \
    }
PREDICATE(p_port_p, IS(Port, *argv))
PREDICATE(p_input_port_p, is_port(*argv, true))
PREDICATE(p_output_port_p, is_port(*argv, false))
PREDICATE(p_textual_port_p, IS(Port, *argv) && !AS(Port, *argv)->binary)
PREDICATE(p_binary_port_p, IS(Port, *argv) && AS(Port, *argv)->binary)
PREDICATE(p_eof_p, *argv == S_EOF)

static Value p_eof(Vm *vm, int argc, const Value *argv) { UNUSED; return S_EOF; }

static Value is_open(Vm *vm, Value v, bool input) {
    if (is_port(v, input)) return boolean(AS(Port, v)->open);
    return fail_type(vm, WHO, input ? "an input port" : "an output port", v);
}

static Value p_input_open_p(Vm *vm, int argc, const Value *argv) { UNUSED; return is_open(vm, *argv, true); }
static Value p_output_open_p(Vm *vm, int argc, const Value *argv) { UNUSED; return is_open(vm, *argv, false); }

/* ---- closing, and the current ports ---- */

static Value p_close(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Port, *argv)) return fail_type(vm, WHO, "a port", *argv);
    return port_close(vm, AS(Port, *argv)) ? (Value)S_UNSPECIFIED : 0;
}

static Value p_close_input(Vm *vm, int argc, const Value *argv) {
    return is_port(*argv, true) ? p_close(vm, argc, argv) : fail_type(vm, WHO, "an input port", *argv);
}

static Value p_close_output(Vm *vm, int argc, const Value *argv) {
    return is_port(*argv, false) ? p_close(vm, argc, argv) : fail_type(vm, WHO, "an output port", *argv);
}

/* (%current-port n), (%set-current-port! n port): 0 input, 1 output, 2 errors. */
static Value p_current(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return check_index(vm, *argv, 3) ? port_current(vm, (int)fixnum_value(*argv)) : 0;
}

static Value p_set_current(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_index(vm, *argv, 3)) return 0;
    if (!is_port(argv[1], argv[0] == fixnum(0)))
        return fail_type(vm, WHO, argv[0] == fixnum(0) ? "an input port" : "an output port", argv[1]);
    vm->reg[R_IN + fixnum_value(argv[0])] = argv[1];
    return S_UNSPECIFIED;
}

static Value p_current_input(Vm *vm, int argc, const Value *argv) { UNUSED; return port_current(vm, 0); }
static Value p_current_output(Vm *vm, int argc, const Value *argv) { UNUSED; return port_current(vm, 1); }
static Value p_current_error(Vm *vm, int argc, const Value *argv) { UNUSED; return port_current(vm, 2); }

/* ---- ports in memory ---- */

static Value open_output(Vm *vm, bool binary) {
    Buffer *text = calloc(1, sizeof *text);
    Value port = text ? port_new(vm, NULL, text, NULL) : out_of_memory(vm);
    if (port) AS(Port, port)->binary = binary;
    return port;
}

static Value p_open_output_string(Vm *vm, int argc, const Value *argv) { UNUSED; return open_output(vm, false); }
static Value p_open_output_bytes(Vm *vm, int argc, const Value *argv) { UNUSED; return open_output(vm, true); }

static Value p_get_output_string(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Port, *argv) || !AS(Port, *argv)->text || AS(Port, *argv)->binary)
        return fail_type(vm, WHO, "a string port", *argv);
    const Buffer *text = AS(Port, *argv)->text;
    return string_from_utf8(vm, text->text ? text->text : "", text->length);
}

static Value p_get_output_bytes(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Port, *argv) || !AS(Port, *argv)->text || !AS(Port, *argv)->binary)
        return fail_type(vm, WHO, "a bytevector port", *argv);
    const Buffer *text = AS(Port, *argv)->text;
    Value made = make_bytevector(vm, text->length);
    if (made && text->length) memcpy(AS(Bytevector, made)->byte, text->text, text->length);
    return made;
}

static Value open_input(Vm *vm, Buffer *text, bool ok, bool binary) {
    Reader *reader = ok ? reader_own_text(text->text, text->length) : NULL;
    if (!reader) {
        buffer_free(text);
        return out_of_memory(vm);
    }
    reader->binary = binary;
    Value port = port_new(vm, NULL, NULL, reader);
    if (port) AS(Port, port)->binary = binary;
    return port;
}

static Value p_open_input_string(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(String, *argv)) return fail_type(vm, WHO, "a string", *argv);
    Buffer text = {0};
    bool ok = buffer_add(&text, "", 0);
    const String *s = AS(String, *argv);
    for (size_t i = 0; i < s->length && ok; i++) ok = buffer_add_char(&text, s->ch[i]);
    return open_input(vm, &text, ok, false);
}

static Value p_open_input_bytes(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Bytevector, *argv)) return fail_type(vm, WHO, "a bytevector", *argv);
    Buffer text = {0};
    bool ok = buffer_add(&text, (const char *)AS(Bytevector, *argv)->byte, AS(Bytevector, *argv)->length);
    return open_input(vm, &text, ok, true);
}

/* ---- writing ---- */

static Value put(Vm *vm, Port *port, const char *text, size_t length) {
    return port && port_put(vm, port, text, length) ? (Value)S_UNSPECIFIED : 0;
}

static Value print(Vm *vm, int argc, const Value *argv, enum print_mode mode) {
    Port *port = port_output(vm, argc, argv, 1, false);
    if (!port) return 0;
    TEMP_BUFFER(text);
    int printed = print_value_as(vm, &text, argv[0], mode);
    if (printed < 0) return fail(vm, "write-simple: circular data", 0);
    return printed ? put(vm, port, text.text ? text.text : "", text.length) : out_of_memory(vm);
}

static Value p_display(Vm *vm, int argc, const Value *argv) { return print(vm, argc, argv, PRINT_DISPLAY); }
static Value p_write(Vm *vm, int argc, const Value *argv) { return print(vm, argc, argv, PRINT_WRITE); }
static Value p_write_shared(Vm *vm, int argc, const Value *argv) { return print(vm, argc, argv, PRINT_SHARED); }
static Value p_write_simple(Vm *vm, int argc, const Value *argv) { return print(vm, argc, argv, PRINT_SIMPLE); }
static Value p_newline(Vm *vm, int argc, const Value *argv) {
    return put(vm, port_output(vm, argc, argv, 0, false), "\n", 1);
}

static Value p_write_char(Vm *vm, int argc, const Value *argv) {
    return is_char(*argv) ? print(vm, argc, argv, PRINT_DISPLAY) : fail_type(vm, WHO, "a character", *argv);
}

/* (write-string s [port [start [end]]]). */
static Value p_write_string(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!IS(String, *argv)) return fail_type(vm, WHO, "a string", *argv);
    if (!get_range(vm, argc, argv, 2, AS(String, *argv)->length, &start, &end)) return 0;
    Port *port = port_output(vm, argc, argv, 1, false);
    if (!port) return 0;
    TEMP_BUFFER(text);
    for (; start < end; start++)
        if (!buffer_add_char(&text, AS(String, *argv)->ch[start])) return out_of_memory(vm);
    return put(vm, port, text.text ? text.text : "", text.length);
}

static Value p_write_u8(Vm *vm, int argc, const Value *argv) {
    if (!is_fixnum(*argv) || fixnum_value(*argv) < 0 || fixnum_value(*argv) > 255)
        return fail_type(vm, WHO, "a byte", *argv);
    char byte = (char)fixnum_value(*argv);
    return put(vm, port_output(vm, argc, argv, 1, true), &byte, 1);
}

static Value p_write_bytes(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!IS(Bytevector, *argv)) return fail_type(vm, WHO, "a bytevector", *argv);
    if (!get_range(vm, argc, argv, 2, AS(Bytevector, *argv)->length, &start, &end)) return 0;
    Port *port = port_output(vm, argc, argv, 1, true); /* first: when it fails it collects, and the bytes move */
    return put(vm, port, (const char *)AS(Bytevector, *argv)->byte + start, end - start);
}

static Value p_flush(Vm *vm, int argc, const Value *argv) {
    if (argc > 0 && is_port(*argv, false) && AS(Port, *argv)->binary && AS(Port, *argv)->open)
        return port_flush(vm, AS(Port, *argv)) ? (Value)S_UNSPECIFIED : 0;
    Port *port = port_output(vm, argc, argv, 0, false);
    return port && port_flush(vm, port) ? (Value)S_UNSPECIFIED : 0;
}

/* ---- reading ---- */

/* Errors of reading name the place in the input. */
static Value p_read(Vm *vm, int argc, const Value *argv) {
    const Value no_positions = S_FALSE;
    Port *port = port_input(vm, argc, argv, 0, false);
    if (!port) return 0;
    Reader *reader = port->in;
    const char *from = reader->name ? reader->name : reader->file ? "stdin" : "string";
    TN_SCOPE(vm->m);
    Value *file = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]);
    Value name = string_from_utf8(vm, from, strlen(from));
    if (!name) return 0;
    vm->reg[R_FILE] = name;
    Value datum = read_datum(vm, reader, &no_positions);
    vm->reg[R_FILE] = *file;
    return datum;
}

/* What `next` (reader_char, reader_peek) says: a character of a textual port, a byte of a binary one. */
static Value read_one(Vm *vm, int argc, const Value *argv, bool binary,
                      int (*next)(Reader *) TN_NO_COLLECT) {
    Port *port = port_input(vm, argc, argv, 0, binary);
    if (!port) return 0;
    int c = next(port->in);
    if (c < 0) return reader_check(vm, port->in) ? (Value)S_EOF : 0;
    return binary ? fixnum(c) : character((uint32_t)c);
}

static Value p_read_char(Vm *vm, int argc, const Value *argv) { return read_one(vm, argc, argv, false, reader_char); }
static Value p_peek_char(Vm *vm, int argc, const Value *argv) { return read_one(vm, argc, argv, false, reader_peek); }
static Value p_read_u8(Vm *vm, int argc, const Value *argv) { return read_one(vm, argc, argv, true, reader_char); }
static Value p_peek_u8(Vm *vm, int argc, const Value *argv) { return read_one(vm, argc, argv, true, reader_peek); }

static Value ready(Vm *vm, int argc, const Value *argv, bool binary) {
    Port *port = port_input(vm, argc, argv, 0, binary);
    return port ? boolean(reader_ready(port->in)) : 0;
}

static Value p_char_ready(Vm *vm, int argc, const Value *argv) { return ready(vm, argc, argv, false); }
static Value p_u8_ready(Vm *vm, int argc, const Value *argv) { return ready(vm, argc, argv, true); }

/* Characters up to `most`, or up to the end of the line, which is taken but not returned. */
static Value read_text(Vm *vm, Port *port, size_t most, bool line) {
    TEMP_BUFFER(text);
    int c = 0;
    for (size_t n = 0; n < most && (c = reader_char(port->in)) >= 0 && !(line && c == '\n'); n++)
        if (!buffer_add_char(&text, (uint32_t)c)) return out_of_memory(vm);
    if (c < 0 && !reader_check(vm, port->in)) return 0;
    return c < 0 && text.length == 0 ? (Value)S_EOF : string_from_buffer(vm, &text);
}

static Value p_read_line(Vm *vm, int argc, const Value *argv) {
    Port *port = port_input(vm, argc, argv, 0, false);
    return port ? read_text(vm, port, SIZE_MAX, true) : 0;
}

static bool check_count(Vm *vm, Value v) {
    return (is_fixnum(v) && fixnum_value(v) >= 0) || fail_type(vm, WHO, "a length", v);
}

/* (read-string k [port]). */
static Value p_read_string(Vm *vm, int argc, const Value *argv) {
    if (!check_count(vm, *argv)) return 0;
    Port *port = port_input(vm, argc, argv, 1, false);
    return port ? read_text(vm, port, (size_t)fixnum_value(*argv), false) : 0;
}

/* (read-bytevector k [port]). */
static Value p_read_bytes(Vm *vm, int argc, const Value *argv) {
    if (!check_count(vm, *argv)) return 0;
    Port *port = port_input(vm, argc, argv, 1, true);
    if (!port) return 0;
    TEMP_BUFFER(bytes);
    size_t most = (size_t)fixnum_value(*argv);
    for (int c; bytes.length < most && (c = reader_char(port->in)) >= 0;) {
        char byte = (char)c;
        if (!buffer_add(&bytes, &byte, 1)) return out_of_memory(vm);
    }
    if (bytes.length < most && !reader_check(vm, port->in)) return 0;
    if (bytes.length == 0 && most > 0) return S_EOF;
    Value made = make_bytevector(vm, bytes.length);
    if (made && bytes.length) memcpy(AS(Bytevector, made)->byte, bytes.text, bytes.length);
    return made;
}

/* (read-bytevector! to [port [start [end]]]): how many, or the end. Reading bytes does not allocate. */
static Value p_read_bytes_to(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!IS(Bytevector, *argv)) return fail_type(vm, WHO, "a bytevector", *argv);
    if (!get_range(vm, argc, argv, 2, AS(Bytevector, *argv)->length, &start, &end)) return 0;
    Port *port = port_input(vm, argc, argv, 1, true);
    if (!port) return 0;
    size_t at = start;
    for (int c; at < end && (c = reader_char(port->in)) >= 0; at++) AS(Bytevector, *argv)->byte[at] = (uint8_t)c;
    if (at < end && !reader_check(vm, port->in)) return 0;
    return at == start && end > start ? (Value)S_EOF : fixnum((int64_t)(at - start));
}

const PrimitiveDesc builtins_port[] = {
    {"port?", p_port_p, 1, 1, 0, 0},             {"input-port?", p_input_port_p, 1, 1, 0, 0},
    {"output-port?", p_output_port_p, 1, 1, 0, 0}, {"textual-port?", p_textual_port_p, 1, 1, 0, 0},
    {"binary-port?", p_binary_port_p, 1, 1, 0, 0}, {"eof-object", p_eof, 0, 0, 0, 0},
    {"eof-object?", p_eof_p, 1, 1, 0, 0},        {"input-port-open?", p_input_open_p, 1, 1, 0, 0},
    {"output-port-open?", p_output_open_p, 1, 1, 0, 0}, {"close-port", p_close, 1, 1, 0, 0},
    {"close-input-port", p_close_input, 1, 1, 0, 0}, {"close-output-port", p_close_output, 1, 1, 0, 0},
    {"%current-port", p_current, 1, 1, 0, 0},    {"%set-current-port!", p_set_current, 2, 2, 0, 0},
    {"current-input-port", p_current_input, 0, 0, 0, 0}, {"current-output-port", p_current_output, 0, 0, 0, 0},
    {"current-error-port", p_current_error, 0, 0, 0, 0},
    {"open-output-string", p_open_output_string, 0, 0, 0, 0},
    {"open-output-bytevector", p_open_output_bytes, 0, 0, 0, 0},
    {"get-output-string", p_get_output_string, 1, 1, 0, 0},
    {"get-output-bytevector", p_get_output_bytes, 1, 1, 0, 0},
    {"open-input-string", p_open_input_string, 1, 1, 0, 0},
    {"open-input-bytevector", p_open_input_bytes, 1, 1, 0, 0},
    {"display", p_display, 1, 2, 0, 0},          {"write", p_write, 1, 2, 0, 0},
    {"write-shared", p_write_shared, 1, 2, 0, 0}, {"write-simple", p_write_simple, 1, 2, 0, 0},
    {"newline", p_newline, 0, 1, 0, 0},          {"write-char", p_write_char, 1, 2, 0, 0},
    {"write-string", p_write_string, 1, 4, 0, 0}, {"write-u8", p_write_u8, 1, 2, 0, 0},
    {"write-bytevector", p_write_bytes, 1, 4, 0, 0}, {"flush-output-port", p_flush, 0, 1, 0, 0},
    {"read", p_read, 0, 1, 0, 0},                {"read-char", p_read_char, 0, 1, 0, 0},
    {"peek-char", p_peek_char, 0, 1, 0, 0},      {"read-line", p_read_line, 0, 1, 0, 0},
    {"read-string", p_read_string, 1, 2, 0, 0},  {"char-ready?", p_char_ready, 0, 1, 0, 0},
    {"read-u8", p_read_u8, 0, 1, 0, 0},          {"peek-u8", p_peek_u8, 0, 1, 0, 0},
    {"u8-ready?", p_u8_ready, 0, 1, 0, 0},       {"read-bytevector", p_read_bytes, 1, 2, 0, 0},
    {"read-bytevector!", p_read_bytes_to, 1, 4, 0, 0},
    {0},
};
