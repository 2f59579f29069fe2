/* builtins/file.c: files, and the process: its arguments and environment. When a file cannot be opened because too
 * many are open, a full collection comes first: it closes the files of ports that nobody refers to. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "numbers/flonum.h"
#include "tables/symbol.h"
#include "io/port.h"
#include "libraries/library.h"
#include "builtins/builtins.h"

extern char **environ;

/* The name of a file as C has it; what failed is reported. */
static bool file_name(Vm *vm, Value v, Buffer *name) {
    if (!IS(String, v)) return fail_type(vm, WHO, "a file name", v);
    if (vm->refuses_files) return fail_file(vm, WHO, EACCES, "--no-files");
    bool ok = buffer_add(name, "", 0);
    for (size_t i = 0; i < AS(String, v)->length && ok; i++) {
        if (AS(String, v)->ch[i] == 0) return fail_file(vm, WHO, ENOENT, name->text);
        ok = buffer_add_char(name, AS(String, v)->ch[i]);
    }
    return ok || out_of_memory(vm);
}

static FILE *open_file(Vm *vm, const char *name, const char *mode) {
    FILE *file = fopen(name, mode);
    if (!file && (errno == EMFILE || errno == ENFILE)) {
        tn_collect(vm->m, TN_FULL);
        file = fopen(name, mode);
    }
    if (!file) fail_file(vm, WHO, errno, name);
    return file;
}

static Value open_output(Vm *vm, const Value *argv, bool binary) {
    TEMP_BUFFER(name);
    FILE *file = file_name(vm, *argv, &name) ? open_file(vm, name.text, "w") : NULL;
    if (!file) return 0;
    Value port = port_new(vm, file, NULL, NULL);
    if (!port) {
        fclose(file);
        return 0;
    }
    AS(Port, port)->owned = true;
    AS(Port, port)->binary = binary;
    return port;
}

static Value open_input(Vm *vm, const Value *argv, bool binary) {
    TEMP_BUFFER(name);
    FILE *file = file_name(vm, *argv, &name) ? open_file(vm, name.text, "r") : NULL;
    if (!file) return 0;
    Reader *reader = reader_file(file, false);
    if (!reader) {
        fclose(file);
        return out_of_memory(vm);
    }
    reader->binary = binary;
    reader->name = strdup(name.text); /* for messages: NULL will do */
    Value port = port_new(vm, NULL, NULL, reader);
    if (port) AS(Port, port)->binary = binary;
    return port;
}

static Value p_open_input(Vm *vm, int argc, const Value *argv) { UNUSED; return open_input(vm, argv, false); }
static Value p_open_binary_input(Vm *vm, int argc, const Value *argv) { UNUSED; return open_input(vm, argv, true); }
static Value p_open_output(Vm *vm, int argc, const Value *argv) { UNUSED; return open_output(vm, argv, false); }
static Value p_open_binary_output(Vm *vm, int argc, const Value *argv) { UNUSED; return open_output(vm, argv, true); }

static Value p_file_exists(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TEMP_BUFFER(name);
    return file_name(vm, *argv, &name) ? boolean(access(name.text, F_OK) == 0) : 0;
}

static Value p_delete_file(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TEMP_BUFFER(name);
    if (!file_name(vm, *argv, &name)) return 0;
    return unlink(name.text) == 0 ? (Value)S_UNSPECIFIED : fail_file(vm, WHO, errno, name.text);
}

/* ---- the process ---- */

static Value p_command_line(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, word);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (int i = vm->argc; i-- > 0;) {
        if (!(*word = string_from_utf8(vm, vm->argv[i], strlen(vm->argv[i])))) return 0;
        if (!(*list = cons(vm, word, list))) return 0;
    }
    return *list;
}

static Value p_getenv(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TEMP_BUFFER(name);
    if (!IS(String, *argv)) return fail_type(vm, WHO, "a string", *argv);
    if (!file_name(vm, *argv, &name)) return 0;
    const char *value = getenv(name.text);
    return value ? string_from_utf8(vm, value, strlen(value)) : (Value)S_FALSE;
}

/* An association list of all of them. */
static Value p_environment_variables(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, name);
    TN_LOCAL_VALUE(vm->m, value);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (char **e = environ; *e; e++) {
        const char *equals = strchr(*e, '=');
        if (!equals) continue;
        if (!(*name = string_from_utf8(vm, *e, (size_t)(equals - *e)))) return 0;
        if (!(*value = string_from_utf8(vm, equals + 1, strlen(equals + 1)))) return 0;
        if (!(*value = cons(vm, name, value)) || !(*list = cons(vm, value, list))) return 0;
    }
    return *list;
}

static Value p_current_second(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return make_flonum(vm, (double)t.tv_sec + (double)t.tv_nsec / 1e9);
}

static Value p_features(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, name);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    size_t n = 0;
    while (feature_names[n]) n++;
    while (n-- > 0)
        if (!(*name = intern_c(vm, feature_names[n])) || !(*list = cons(vm, name, list))) return 0;
    return *list;
}

const PrimitiveDesc builtins_file[] = {
    {"open-input-file", p_open_input, 1, 1, 0, 0}, {"open-binary-input-file", p_open_binary_input, 1, 1, 0, 0},
    {"open-output-file", p_open_output, 1, 1, 0, 0}, {"open-binary-output-file", p_open_binary_output, 1, 1, 0, 0},
    {"file-exists?", p_file_exists, 1, 1, 0, 0}, {"delete-file", p_delete_file, 1, 1, 0, 0},
    {"command-line", p_command_line, 0, 0, 0, 0}, {"get-environment-variable", p_getenv, 1, 1, 0, 0},
    {"get-environment-variables", p_environment_variables, 0, 0, 0, 0},
    {"current-second", p_current_second, 0, 0, 0, 0}, {"features", p_features, 0, 0, 0, 0},
    {0},
};
