/* source.c: finds and reads source files: for include, for libraries (library.c), and for (load). */
#include <string.h>
#include <wctype.h>

#include "library.h"

enum { FOLD_MAX = 10000000 };

/* include-ci: symbols in lower case. Pairs are changed in place, so that their lines stay known. */
static bool fold_symbols(Vm *vm, Value *datum, int *budget) {
    TN_SCOPE(vm->m);
    if (IS(Symbol, *datum)) {
        const String *name = AS(String, tn_read_value(AS(Symbol, *datum), name));
        size_t n = name->length;
        uint32_t *text = malloc((n + 1) * sizeof *text);
        if (!text) return out_of_memory(vm);
        for (size_t i = 0; i < n; i++) text[i] = (uint32_t)towlower((wint_t)name->ch[i]);
        Value folded = intern(vm, text, n);
        free(text);
        if (folded) *datum = folded;
        return folded != 0;
    }
    Value *rest = TN_HANDLE_VALUE(vm->m, *datum);
    TN_LOCAL_VALUE(vm->m, part);
    for (; IS(Pair, *rest) && --*budget > 0; *rest = cdr(*rest)) {
        *part = car(*rest);
        if (!fold_symbols(vm, part, budget)) return false;
        tn_write_value(vm->m, AS(Pair, *rest), car, *part);
        if (!IS(Symbol, cdr(*rest))) continue;
        *part = cdr(*rest);
        if (!fold_symbols(vm, part, budget)) return false;
        tn_write_value(vm->m, AS(Pair, *rest), cdr, *part);
    }
    for (size_t i = 0; IS(Vector, *datum) && i < AS(Vector, *datum)->length && --*budget > 0; i++) {
        *part = tn_read_value(AS(Vector, *datum), item[i]);
        if (!fold_symbols(vm, part, budget)) return false;
        tn_write_value(vm->m, AS(Vector, *datum), item[i], *part);
    }
    return true;
}

static Value read_all(Vm *vm, Reader *reader, const Value *positions, bool fold) {
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    TN_LOCAL_VALUE(vm->m, datum);
    for (;;) {
        int budget = FOLD_MAX;
        if (!(*datum = read_datum(vm, reader, positions))) return 0;
        if (*datum == S_EOF) return reversed(vm, *list);
        if (fold && !fold_symbols(vm, datum, &budget)) return 0;
        if (!push(vm, list, *datum)) return 0;
    }
}

/* `name` beside the file `beside` (or where it says, if it is absolute), as UTF-8. */
static bool path_beside(Vm *vm, Value beside, Value name, Buffer *path) {
    TEMP_BUFFER(text);
    buffer_free(path);
    if (!print_value(vm, &text, name, false) || !buffer_add(&text, "", 0)) return false;
    if (text.text[0] != '/' && IS(String, beside)) {
        if (!print_value(vm, path, beside, false)) return false;
        while (path->length && path->text[path->length - 1] != '/') path->length--;
    }
    return buffer_add(path, text.text, text.length);
}

/* Opens a file that is named in the file that is being compiled: beside that, or else beside the program. */
FILE *open_source(Vm *vm, Value name, Buffer *path) {
    if (vm->refuses_files) return NULL;
    FILE *file = path_beside(vm, vm->reg[R_FILE], name, path) ? fopen(path->text, "r") : NULL;
    if (file) return file;
    return path_beside(vm, vm->reg[R_PROGRAM], name, path) ? fopen(path->text, "r") : NULL;
}

Value read_source(Vm *vm, const Value *name, const Value *positions, bool fold, Value *path) {
    TEMP_BUFFER(text);
    TN_SCOPE(vm->m);
    FILE *file = open_source(vm, *name, &text);
    if (!file) return fail_at(vm, C_FILE, 0, *name, "cannot open the file");
    Reader *reader = reader_file(file, false);
    if (!reader) {
        fclose(file);
        return out_of_memory(vm);
    }
    Value *outer = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]), data = 0;
    if ((*path = string_from_utf8(vm, text.text, text.length))) {
        vm->reg[R_FILE] = *path; /* for errors */
        data = read_all(vm, reader, positions, fold);
        vm->reg[R_FILE] = *outer;
    }
    reader_close(reader);
    return data;
}

/* ---- load ---- */

static bool expect_all(Vm *vm, const Value *data, const Value *environment) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, form);
    for (Value *rest = TN_HANDLE_VALUE(vm->m, *data); *rest != S_NIL; *rest = cdr(*rest)) {
        *form = car(*rest);
        if (!expect_definitions(vm, form, environment)) return false;
    }
    return true;
}

/* (%open-source name environment): a vector of the data of a file, their lines, and its path, for %next-thunk. */
Value p_open_source(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(String, *argv)) return fail_type(vm, "load", "a string", *argv);
    if (!IS(Environment, argv[1])) return fail_type(vm, "load", "an environment", argv[1]);
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, path);
    const Value none = S_FALSE;
    Value *positions = TN_HANDLE_VALUE(vm->m, table_new(vm, TABLE_EQ));
    if (!*positions) return 0;
    Value *data = TN_HANDLE_VALUE(vm->m, read_source(vm, argv, positions, false, path));
    if (!*data || !expect_all(vm, data, &argv[1])) return 0;
    Value source = make_vector(vm, 3, &none);
    if (!source) return 0;
    tn_init_value(AS(Vector, source), item[0], *data);
    tn_init_value(AS(Vector, source), item[1], *positions);
    tn_init_value(AS(Vector, source), item[2], *path);
    return source;
}

/* (%next-thunk source environment): what evaluates the next datum, #f at the end. */
Value p_next_thunk(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Value data = tn_read_value(AS(Vector, argv[0]), item[0]);
    if (data == S_NIL) return S_FALSE;
    TN_SCOPE(vm->m);
    Value *form = TN_HANDLE_VALUE(vm->m, car(data)), *outer = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]);
    Value *positions = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Vector, argv[0]), item[1]));
    tn_write_value(vm->m, AS(Vector, argv[0]), item[0], cdr(data));
    vm->reg[R_FILE] = tn_read_value(AS(Vector, argv[0]), item[2]);
    Value thunk = compile(vm, form, &argv[1], positions);
    vm->reg[R_FILE] = *outer;
    return thunk;
}
