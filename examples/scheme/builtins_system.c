/* builtins_system.c: ports, output and input, the collector, and the hooks that the prelude builds control on. Also
 * defines all primitives in the system's environment (builtins_define). */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <time.h>

#include "opcode.h"
#include "scheme.h"

/* ---- ports ---- */

void port_dispose(void *object) {
    Port *port = object;
    if (port->text) {
        free(port->text->text);
        free(port->text);
    }
    reader_close(port->in);
}

Value port_new(Vm *vm, FILE *out, Buffer *text, Reader *in) {
    Port *port = TN_ALLOC(vm->m, Port);
    if (!port) {
        Port orphan = {.text = text, .in = in};
        port_dispose(&orphan);
        return out_of_memory(vm);
    }
    port->out = out;
    port->text = text;
    port->in = in;
    return value_of(port);
}

/* Writes to the port in *v, or to standard output without one. */
static bool put(Vm *vm, const Value *v, const char *text, size_t length) {
    if (!v || *v == vm->reg[R_STDOUT]) {
        fwrite(text, 1, length, stdout);
        return true;
    }
    if (!IS(Port, *v) || AS(Port, *v)->in) return fail_type(vm, WHO, "an output port", *v);
    Port *port = AS(Port, *v);
    if (port->out) fwrite(text, 1, length, port->out);
    else if (!buffer_add(port->text, text, length)) return out_of_memory(vm);
    return true;
}

static Value print(Vm *vm, int argc, const Value *argv, bool quoted) {
    TEMP_BUFFER(text);
    if (!print_value(vm, &text, argv[0], quoted)) return out_of_memory(vm);
    return put(vm, argc > 1 ? &argv[1] : NULL, text.text ? text.text : "", text.length) ? (Value)S_UNSPECIFIED : 0;
}

static Value p_display(Vm *vm, int argc, const Value *argv) { return print(vm, argc, argv, false); }
static Value p_write(Vm *vm, int argc, const Value *argv) { return print(vm, argc, argv, true); }

static Value p_newline(Vm *vm, int argc, const Value *argv) {
    return put(vm, argc > 0 ? argv : NULL, "\n", 1) ? (Value)S_UNSPECIFIED : 0;
}

static Value p_write_char(Vm *vm, int argc, const Value *argv) {
    return is_char(*argv) ? print(vm, argc, argv, false) : fail_type(vm, WHO, "a character", *argv);
}

static Value p_write_string(Vm *vm, int argc, const Value *argv) {
    return IS(String, *argv) ? print(vm, argc, argv, false) : fail_type(vm, WHO, "a string", *argv);
}

static Value p_flush(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    fflush(stdout);
    return S_UNSPECIFIED;
}

static Value p_current_output(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_STDOUT]; }
static Value p_current_error(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_STDERR]; }

static Value p_open_output_string(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Buffer *text = calloc(1, sizeof *text);
    return text ? port_new(vm, NULL, text, NULL) : out_of_memory(vm);
}

static Value p_get_output_string(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Port, *argv) || !AS(Port, *argv)->text) return fail_type(vm, WHO, "a string port", *argv);
    const Buffer *text = AS(Port, *argv)->text;
    return string_from_utf8(vm, text->text ? text->text : "", text->length);
}

static Value p_open_input_string(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(String, *argv)) return fail_type(vm, WHO, "a string", *argv);
    Buffer text = {0};
    bool ok = buffer_add(&text, "", 0);
    const String *s = AS(String, *argv);
    for (size_t i = 0; i < s->length && ok; i++) ok = buffer_add_char(&text, s->ch[i]);
    Reader *reader = ok ? reader_own_text(text.text, text.length) : NULL;
    if (!reader) {
        buffer_free(&text);
        return out_of_memory(vm);
    }
    return port_new(vm, NULL, NULL, reader);
}

/* Standard input is opened at its first use: a program that comes from there opens it itself (main.c). */
static Reader *input(Vm *vm, int argc, const Value *argv) {
    if (argc > 0) {
        if (IS(Port, *argv) && AS(Port, *argv)->in) return AS(Port, *argv)->in;
        fail_type(vm, WHO, "an input port", *argv);
        return NULL;
    }
    if (vm->reg[R_STDIN] == S_FALSE) {
        Reader *reader = reader_file(stdin, false);
        Value port = reader ? port_new(vm, NULL, NULL, reader) : out_of_memory(vm);
        if (!port) return NULL;
        vm->reg[R_STDIN] = port;
    }
    return AS(Port, vm->reg[R_STDIN])->in;
}

/* Errors of reading name the place in the input. */
static Value p_read(Vm *vm, int argc, const Value *argv) {
    const Value no_positions = S_FALSE;
    Reader *reader = input(vm, argc, argv);
    if (!reader) return 0;
    TN_SCOPE(vm->m);
    Value *file = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]);
    Value name = string_from_utf8(vm, argc > 0 ? "string" : "stdin", argc > 0 ? 6 : 5);
    if (!name) return 0;
    vm->reg[R_FILE] = name;
    Value datum = read_datum(vm, reader, &no_positions);
    vm->reg[R_FILE] = *file;
    return datum;
}

static Value p_read_char(Vm *vm, int argc, const Value *argv) {
    Reader *reader = input(vm, argc, argv);
    int c = reader ? reader_char(reader) : 0;
    return !reader ? 0 : c < 0 ? (Value)S_EOF : character((uint32_t)c);
}

static Value p_peek_char(Vm *vm, int argc, const Value *argv) {
    Reader *reader = input(vm, argc, argv);
    int c = reader ? reader_peek(reader) : 0;
    return !reader ? 0 : c < 0 ? (Value)S_EOF : character((uint32_t)c);
}

static Value p_read_line(Vm *vm, int argc, const Value *argv) {
    Reader *reader = input(vm, argc, argv);
    if (!reader) return 0;
    TEMP_BUFFER(line);
    int c = reader_char(reader);
    if (c < 0) return S_EOF;
    for (; c >= 0 && c != '\n'; c = reader_char(reader))
        if (!buffer_add_char(&line, (uint32_t)c)) return out_of_memory(vm);
    return string_from_buffer(vm, &line);
}

static Value p_eof(Vm *vm, int argc, const Value *argv) { UNUSED; return S_EOF; }
static Value p_eof_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(*argv == S_EOF); }

/* ---- the collector ---- */

static Value p_gc(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return tn_collect(vm->m, TN_FULL) == TN_OK ? (Value)S_UNSPECIFIED : out_of_memory(vm);
}

static Value p_gc_minor(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return tn_collect(vm->m, TN_MINOR) == TN_OK ? (Value)S_UNSPECIFIED : out_of_memory(vm);
}

/* An association list of what tn_stats_get tells. */
static Value p_gc_stats(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    tn_stats s;
    tn_stats_get(vm->m, &s);
    const struct { const char *name; uint64_t value; } rows[] = {
        {"minors", s.minors}, {"majors", s.majors}, {"allocated", s.allocated_bytes},
        {"promoted", s.promoted_bytes}, {"live", s.live_bytes}, {"used", s.used_bytes},
        {"committed", s.committed_bytes}, {"external", s.external_bytes}, {"nursery", s.nursery_bytes},
        {"old-limit", s.old_limit_bytes}, {"pause-p50-ns", s.pause_p50_ns}, {"pause-p99-ns", s.pause_p99_ns},
        {"pause-max-ns", s.pause_max_ns}, {"minor-max-ns", s.minor_max_ns}, {"major-max-ns", s.major_max_ns},
        {"gc-ns", s.gc_ns}, {"total-ns", s.total_ns},
    };
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, pair);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL), *number = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (size_t i = sizeof rows / sizeof rows[0]; i-- > 0;) {
        *number = fixnum((int64_t)(rows[i].value & INT64_MAX >> 1));
        if (!(*pair = intern_c(vm, rows[i].name))) return 0;
        if (!(*pair = cons(vm, pair, number)) || !(*list = cons(vm, pair, list))) return 0;
    }
    return *list;
}

/* Displays the summary. */
static Value p_gc_summary(Vm *vm, int argc, const Value *argv) {
    char text[4096];
    tn_stats_text(vm->m, text, sizeof text);
    return put(vm, argc > 0 ? argv : NULL, text, strlen(text)) ? (Value)S_UNSPECIFIED : 0;
}

/* ---- the system ---- */

static Value p_exit(Vm *vm, int argc, const Value *argv) {
    vm->exit_code = argc == 0 || argv[0] == S_TRUE ? 0 : is_fixnum(argv[0]) ? (int)(fixnum_value(argv[0]) & 255) : 1;
    return 0; /* the VM leaves, for no condition is raised */
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static Value p_jiffy(Vm *vm, int argc, const Value *argv) { UNUSED; return fixnum(now()); }
static Value p_jiffies(Vm *vm, int argc, const Value *argv) { UNUSED; return fixnum(1000000000); }
static Value p_runtime(Vm *vm, int argc, const Value *argv) { UNUSED; return make_flonum(vm, (double)now() / 1e9); }
static Value p_void(Vm *vm, int argc, const Value *argv) { UNUSED; return S_UNSPECIFIED; }
static Value p_environment(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_USER]; }

/* What the prelude keeps in the VM: the handlers and winders, and where an object was raised. */
static Value p_handlers(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_HANDLERS]; }
static Value p_winders(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_WINDERS]; }

static Value p_set_handlers(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->reg[R_HANDLERS] = *argv;
    return S_UNSPECIFIED;
}

static Value p_set_winders(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->reg[R_WINDERS] = *argv;
    return S_UNSPECIFIED;
}

static Value p_continuation_winders(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return TN_READ_VALUE(AS(Continuation, *argv), winders);
}

static Value p_raised_line(Vm *vm, int argc, const Value *argv) { UNUSED; return fixnum(vm->raised_line); }

static Value p_set_raised_line(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->raised_line = fixnum_value(*argv);
    return S_UNSPECIFIED;
}

const PrimitiveDesc builtins_system[] = {
    {"display", p_display, 1, 2, 0, 0},          {"write", p_write, 1, 2, 0, 0},
    {"write-simple", p_write, 1, 2, 0, 0},       {"newline", p_newline, 0, 1, 0, 0},
    {"write-char", p_write_char, 1, 2, 0, 0},    {"write-string", p_write_string, 1, 2, 0, 0},
    {"flush-output-port", p_flush, 0, 1, 0, 0},  {"current-output-port", p_current_output, 0, 0, 0, 0},
    {"current-error-port", p_current_error, 0, 0, 0, 0},
    {"open-output-string", p_open_output_string, 0, 0, 0, 0}, {"get-output-string", p_get_output_string, 1, 1, 0, 0},
    {"open-input-string", p_open_input_string, 1, 1, 0, 0}, {"read", p_read, 0, 1, 0, 0},
    {"read-char", p_read_char, 0, 1, 0, 0},      {"peek-char", p_peek_char, 0, 1, 0, 0},
    {"read-line", p_read_line, 0, 1, 0, 0},      {"eof-object", p_eof, 0, 0, 0, 0},
    {"eof-object?", p_eof_p, 1, 1, 0, 0},        {"gc", p_gc, 0, 0, 0, 0},
    {"gc-minor", p_gc_minor, 0, 0, 0, 0},        {"gc-stats", p_gc_stats, 0, 0, 0, 0},
    {"gc-summary", p_gc_summary, 0, 1, 0, 0},    {"%exit", p_exit, 0, 1, 0, 0},
    {"current-jiffy", p_jiffy, 0, 0, 0, 0},      {"jiffies-per-second", p_jiffies, 0, 0, 0, 0},
    {"runtime", p_runtime, 0, 0, 0, 0},          {"void", p_void, 0, -1, 0, 0},
    {"interaction-environment", p_environment, 0, 0, 0, 0}, {"%handlers", p_handlers, 0, 0, 0, 0},
    {"%set-handlers!", p_set_handlers, 1, 1, 0, 0}, {"%winders", p_winders, 0, 0, 0, 0},
    {"%set-winders!", p_set_winders, 1, 1, 0, 0}, {"%continuation-winders", p_continuation_winders, 1, 1, 0, 0},
    {"%raised-line", p_raised_line, 0, 0, 0, 0}, {"%set-raised-line!", p_set_raised_line, 1, 1, 0, 0},
    {"apply", NULL, 2, -1, 0, SPECIAL_APPLY},    {"%apply-values", NULL, 2, 2, 0, SPECIAL_APPLY_VALUES},
    {"call-with-current-continuation", NULL, 1, 1, 0, SPECIAL_CALLCC}, {"call/cc", NULL, 1, 1, 0, SPECIAL_CALLCC},
    {"%call/ec", NULL, 1, 1, 0, SPECIAL_ESCAPE}, {"%throw", NULL, 2, 2, 0, SPECIAL_THROW},
    {"eval", NULL, 1, 2, 0, SPECIAL_EVAL},
    {0},
};

static bool define_all(Vm *vm, const PrimitiveDesc *desc) {
    for (; desc->name; desc++) {
        TN_SCOPE(vm->m);
        TN_LOCAL_VALUE(vm->m, name);
        if (!(*name = intern_c(vm, desc->name))) return false;
        Value found = environment_cell(vm, &vm->reg[R_SYSTEM], name);
        if (!found) return false;
        Value *cell = TN_HANDLE_VALUE(vm->m, found);
        Primitive *primitive = TN_ALLOC(vm->m, Primitive);
        if (!primitive) return out_of_memory(vm);
        primitive->desc = desc;
        TN_WRITE_VALUE(vm->m, AS(Global, *cell), value, value_of(primitive));
        AS(Global, *cell)->builtin = true;
    }
    return true;
}

bool builtins_define(Vm *vm) {
    return define_all(vm, builtins_number) && define_all(vm, builtins_list) && define_all(vm, builtins_text) &&
           define_all(vm, builtins_data) && define_all(vm, builtins_system) && define_all(vm, builtins_record) &&
           define_all(vm, builtins_library);
}
