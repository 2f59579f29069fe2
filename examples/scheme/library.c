/* library.c: owns the registry of libraries (R_LIBRARIES, by name): the standard ones (standard.c), those that a
 * program defines, and those that are found in files (source.c); import sets; and the requirements of cond-expand.
 * Called by define.c while a program is compiled.
 *
 * A library is compiled when it is first imported or, if the program defines it, where its definition is; its body is
 * evaluated once, when the first import of it is evaluated (%start-library). Everything here returns 0 (false) with a
 * condition pending when it fails. */
#include <string.h>

#include "opcode.h"
#include "library.h"

enum { LOAD_DEPTH_MAX = 100, NESTING_MAX = 100 };

static Value fail_form(Vm *vm, int64_t line, const char *message, Value form) {
    return fail_at(vm, C_SYNTAX, line, form, message);
}

static Value new_library(Vm *vm, const Value *name) {
    TN_SCOPE(vm->m);
    Value *none = TN_HANDLE_VALUE(vm->m, S_FALSE), *environment = TN_HANDLE_VALUE(vm->m, environment_new(vm, none));
    Value *exports = TN_HANDLE_VALUE(vm->m, *environment ? table_new(vm, TABLE_EQ) : 0);
    if (!*exports) return 0;
    Library *library = tn_alloc(vm->m, Library);
    if (!library) return out_of_memory(vm);
    tn_init_value(library, name, *name);
    tn_init_value(library, environment, *environment);
    tn_init_value(library, exports, *exports);
    tn_init_value(library, thunk, S_FALSE);
    Value *made = TN_HANDLE_VALUE(vm->m, value_of(library));
    return table_set(vm, &vm->reg[R_LIBRARIES], name, made) ? *made : 0;
}

/* Libraries that come with the system hold its own cells: who imports them gets cells of his own. */
static Value standard_library(Vm *vm, const Value *name, int number) {
    TN_SCOPE(vm->m);
    Value *library = TN_HANDLE_VALUE(vm->m, new_library(vm, name));
    if (!*library) return 0;
    Value *exports = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Library, *library), exports));
    if (!standard_exports(vm, number, exports)) return 0;
    AS(Library, *library)->standard = AS(Library, *library)->ready = true;
    return *library;
}

/* ---- finding libraries ---- */

/* (a b 1) is in a/b/1.sld. Parts that are no plain file names cannot be found. */
static Value library_file(Vm *vm, Value name) {
    TEMP_BUFFER(path);
    for (; IS(Pair, name); name = cdr(name)) {
        size_t start = path.length;
        if (!print_value(vm, &path, car(name), false)) return out_of_memory(vm);
        if (path.length == start || path.text[start] == '.' || memchr(path.text + start, '/', path.length - start))
            return S_FALSE;
        if (!(IS(Pair, cdr(name)) ? buffer_add(&path, "/", 1) : buffer_add(&path, ".sld", 4))) return out_of_memory(vm);
    }
    return string_from_buffer(vm, &path);
}

/* Evaluates the definitions of libraries in a file. */
static bool load_library(Vm *vm, const Value *file) {
    TN_SCOPE(vm->m);
    Value *outer = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]);
    Value *positions = TN_HANDLE_VALUE(vm->m, table_new(vm, TABLE_EQ));
    TN_LOCAL_VALUE(vm->m, path);
    TN_LOCAL_VALUE(vm->m, form);
    if (!*positions) return false;
    if (++vm->load_depth > LOAD_DEPTH_MAX) return fail(vm, "libraries nested too deeply", *file);
    Value *data = TN_HANDLE_VALUE(vm->m, read_source(vm, file, positions, false, path));
    bool ok = *data != 0;
    if (ok) vm->reg[R_FILE] = *path;
    for (; ok && *data != S_NIL; *data = cdr(*data)) {
        *form = car(*data);
        Value line = table_get(vm, *positions, *form, fixnum(1));
        if (!IS(Pair, *form) || !is_symbol(car(*form), "define-library"))
            ok = fail_form(vm, fixnum_value(line), "expected a library", *form);
        else
            ok = library_define(vm, form, positions, fixnum_value(line));
    }
    vm->reg[R_FILE] = *outer;
    return ok;
}

static bool is_library_name(Value name) {
    if (list_length(name) < 1) return false;
    for (; name != S_NIL; name = cdr(name))
        if (!IS(Symbol, car(name)) && !(is_fixnum(car(name)) && fixnum_value(car(name)) >= 0)) return false;
    return true;
}

/* The library, S_FALSE if there is none. */
static Value find_library(Vm *vm, const Value *name, int64_t line) {
    if (!is_library_name(*name)) return fail_form(vm, line, "import: bad library name", *name);
    Value found = table_get(vm, vm->reg[R_LIBRARIES], *name, 0);
    if (found) return found;
    int number = standard_number(*name);
    if (number >= 0) return standard_library(vm, name, number);
    TEMP_BUFFER(path);
    TN_SCOPE(vm->m);
    Value *file = TN_HANDLE_VALUE(vm->m, library_file(vm, *name));
    if (!*file || *file == S_FALSE) return *file;
    FILE *there = open_source(vm, *file, &path);
    if (!there) return S_FALSE;
    fclose(there);
    int depth = vm->load_depth;
    bool ok = load_library(vm, file);
    vm->load_depth = depth;
    return ok ? table_get(vm, vm->reg[R_LIBRARIES], *name, S_FALSE) : 0;
}

/* ---- import sets: lists of (name . cell) ---- */

static Value library_names(Vm *vm, const Value *library) {
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL), *name = TN_HANDLE_VALUE(vm->m, S_NIL);
    TN_LOCAL_VALUE(vm->m, cell);
    Value *exports = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Library, *library), exports));
    for (size_t at = 0; next_entry(*exports, &at, name, cell);) {
        Value pair = cons(vm, name, cell);
        if (!pair || !push(vm, list, pair)) return 0;
    }
    return *list;
}

static Value find_name(Value list, Value name) {
    for (; list != S_NIL; list = cdr(list))
        if (car(car(list)) == name) return car(list);
    return 0;
}

/* What `only` and `except` name; all of it must be there. */
static bool check_names(Vm *vm, Value list, Value names, bool pairs, int64_t line) {
    for (; names != S_NIL; names = cdr(names)) {
        Value name = car(names);
        if (pairs && (list_length(name) != 2 || !IS(Symbol, car(cdr(name)))))
            return fail_form(vm, line, "import: bad rename", name);
        if (pairs) name = car(name);
        if (!IS(Symbol, name)) return fail_form(vm, line, "import: expected a name", name);
        if (!find_name(list, name)) return fail_form(vm, line, "import: the library does not export it", name);
    }
    return true;
}

static Value prefixed(Vm *vm, Value prefix, Value name) {
    TEMP_BUFFER(text);
    if (!print_value(vm, &text, prefix, false) || !print_value(vm, &text, name, false)) return out_of_memory(vm);
    Value string = string_from_buffer(vm, &text);
    if (!string) return 0;
    size_t n = AS(String, string)->length;
    uint32_t *wide = malloc((n + 1) * sizeof *wide); /* intern may move the string */
    if (!wide) return out_of_memory(vm);
    memcpy(wide, AS(String, string)->ch, n * sizeof *wide);
    Value symbol = intern(vm, wide, n);
    free(wide);
    return symbol;
}

static bool contains(Value list, Value v) {
    for (; list != S_NIL; list = cdr(list))
        if (car(list) == v) return true;
    return false;
}

/* The name that an imported name gets, S_FALSE: it is left out; 0: an error. */
static Value new_name(Vm *vm, Value modifier, Value arguments, Value name) {
    if (symbol_is(modifier, "only")) return contains(arguments, name) ? name : (Value)S_FALSE;
    if (symbol_is(modifier, "except")) return contains(arguments, name) ? (Value)S_FALSE : name;
    if (symbol_is(modifier, "prefix")) return prefixed(vm, car(arguments), name);
    for (; arguments != S_NIL; arguments = cdr(arguments))
        if (car(car(arguments)) == name) return car(cdr(car(arguments)));
    return name;
}

static bool is_modifier(Value set) {
    if (!IS(Pair, set) || !IS(Pair, cdr(set)) || !IS(Pair, car(cdr(set)))) return false;
    Value head = car(set);
    return is_symbol(head, "only") || is_symbol(head, "except") || is_symbol(head, "prefix") ||
           is_symbol(head, "rename");
}

static Value import_set(Vm *vm, const Value *set, int64_t line, int depth, Value *library);

static Value modified_set(Vm *vm, const Value *set, int64_t line, int depth, Value *library) {
    TN_SCOPE(vm->m);
    if (depth > NESTING_MAX || list_length(*set) < 2) return fail_form(vm, line, "import: bad import set", *set);
    Value *inner = TN_HANDLE_VALUE(vm->m, car(cdr(*set))), *arguments = TN_HANDLE_VALUE(vm->m, cdr(cdr(*set)));
    Value *names = TN_HANDLE_VALUE(vm->m, import_set(vm, inner, line, depth + 1, library));
    Value *result = TN_HANDLE_VALUE(vm->m, S_NIL), *name = TN_HANDLE_VALUE(vm->m, S_NIL);
    TN_LOCAL_VALUE(vm->m, cell);
    if (!*names) return 0;
    bool prefix = symbol_is(car(*set), "prefix");
    if (prefix && (list_length(*arguments) != 1 || !IS(Symbol, car(*arguments))))
        return fail_form(vm, line, "import: bad prefix", *set);
    if (!prefix && !check_names(vm, *names, *arguments, symbol_is(car(*set), "rename"), line)) return 0;
    for (; *names != S_NIL; *names = cdr(*names)) {
        if (!(*name = new_name(vm, car(*set), *arguments, car(car(*names))))) return 0;
        if (*name == S_FALSE) continue;
        *cell = cdr(car(*names));
        Value pair = cons(vm, name, cell);
        if (!pair || !push(vm, result, pair)) return 0;
    }
    return *result;
}

static Value import_set(Vm *vm, const Value *set, int64_t line, int depth, Value *library) {
    if (is_modifier(*set)) return modified_set(vm, set, line, depth, library);
    *library = find_library(vm, set, line);
    if (*library == S_FALSE) return fail_form(vm, line, "import: no such library", *set);
    if (!*library) return 0;
    if (!AS(Library, *library)->ready) return fail_form(vm, line, "import: the libraries import each other", *set);
    return library_names(vm, library);
}

Value import_all(Vm *vm, const Value *sets, const Value *environment, int64_t line) {
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, *sets), *started = TN_HANDLE_VALUE(vm->m, S_NIL);
    TN_LOCAL_VALUE(vm->m, set);
    TN_LOCAL_VALUE(vm->m, names);
    TN_LOCAL_VALUE(vm->m, library);
    TN_LOCAL_VALUE(vm->m, name);
    TN_LOCAL_VALUE(vm->m, cell);
    if (list_length(*rest) < 0) return fail_form(vm, line, "import: bad syntax", *rest);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *set = car(*rest);
        if (!(*names = import_set(vm, set, line, 0, library))) return 0;
        bool copy = AS(Library, *library)->standard;
        for (; *names != S_NIL; *names = cdr(*names)) {
            *name = car(car(*names));
            *cell = cdr(car(*names));
            if (!environment_import(vm, environment, name, cell, copy)) return 0;
        }
        if (!copy && !push(vm, started, *library)) return 0;
    }
    return reversed(vm, *started);
}

/* ---- define-library ---- */

typedef struct Parts {
    Vm *vm;
    const Value *positions;
    int64_t line;
    Value *imports, *body, *exports; /* reversed lists */
} Parts;

static bool add_parts(Parts *p, const Value *declarations, int depth);

/* A body form that includes a file, so that the file is known to be where its code is from. */
static bool add_include(Parts *p, const Value *declaration) {
    Vm *vm = p->vm;
    TN_SCOPE(vm->m);
    Value *symbol = TN_HANDLE_VALUE(vm->m, car(*declaration)), *rest = TN_HANDLE_VALUE(vm->m, cdr(*declaration));
    Alias *alias = tn_alloc(vm->m, Alias);
    if (!alias) return out_of_memory(vm);
    tn_init_value(alias, name, *symbol);
    tn_init_value(alias, environment, vm->reg[R_SYSTEM]);
    *symbol = value_of(alias);
    Value form = cons(vm, symbol, rest);
    return form && push(vm, p->body, form);
}

static bool add_all(Vm *vm, Value *list, const Value *more) {
    TN_SCOPE(vm->m);
    for (Value *rest = TN_HANDLE_VALUE(vm->m, *more); *rest != S_NIL; *rest = cdr(*rest))
        if (!push(vm, list, car(*rest))) return false;
    return true;
}

/* include-library-declarations. */
static bool add_declarations(Parts *p, const Value *names, int depth) {
    Vm *vm = p->vm;
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, *names), *outer = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]);
    TN_LOCAL_VALUE(vm->m, data);
    TN_LOCAL_VALUE(vm->m, path);
    bool ok = true;
    for (; ok && *rest != S_NIL; *rest = cdr(*rest)) {
        *data = car(*rest);
        if (!IS(String, *data)) return fail_form(vm, p->line, "include: expected a string", *data);
        if (!(*data = read_source(vm, data, p->positions, false, path))) return false;
        vm->reg[R_FILE] = *path;
        ok = add_parts(p, data, depth + 1);
        vm->reg[R_FILE] = *outer;
    }
    return ok;
}

static bool add_conditional(Parts *p, const Value *clauses, int depth) {
    Vm *vm = p->vm;
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, *clauses);
    TN_LOCAL_VALUE(vm->m, part);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        if (list_length(car(*rest)) < 1) return fail_form(vm, p->line, "cond-expand: bad syntax", car(*rest));
        *part = car(car(*rest));
        int holds = feature_holds(vm, part, p->line);
        if (holds < 0) return false;
        *part = cdr(car(*rest));
        if (holds) return add_parts(p, part, depth + 1);
    }
    return true;
}

static bool add_part(Parts *p, const Value *declaration, int depth) {
    Vm *vm = p->vm;
    if (list_length(*declaration) < 1 || !IS(Symbol, car(*declaration)))
        return fail_form(vm, p->line, "define-library: bad declaration", *declaration);
    Value line = table_get(vm, *p->positions, *declaration, 0), head = car(*declaration);
    if (line) p->line = fixnum_value(line);
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, cdr(*declaration));
    if (symbol_is(head, "export")) return add_all(vm, p->exports, rest);
    if (symbol_is(head, "import")) return add_all(vm, p->imports, rest);
    if (symbol_is(head, "begin")) return add_all(vm, p->body, rest);
    if (symbol_is(head, "include") || symbol_is(head, "include-ci")) return add_include(p, declaration);
    if (symbol_is(head, "include-library-declarations")) return add_declarations(p, rest, depth);
    if (symbol_is(head, "cond-expand")) return add_conditional(p, rest, depth);
    return fail_form(vm, p->line, "define-library: bad declaration", *declaration);
}

static bool add_parts(Parts *p, const Value *declarations, int depth) {
    Vm *vm = p->vm;
    if (depth > NESTING_MAX || list_length(*declarations) < 0)
        return fail_form(vm, p->line, "define-library: bad declarations", 0);
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, *declarations);
    TN_LOCAL_VALUE(vm->m, declaration);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *declaration = car(*rest);
        if (!add_part(p, declaration, depth)) return false;
    }
    return true;
}

/* name, or (rename name outside). */
static bool add_export(Vm *vm, const Value *library, Value spec, int64_t line) {
    TN_SCOPE(vm->m);
    Value *name = TN_HANDLE_VALUE(vm->m, spec), *outside = TN_HANDLE_VALUE(vm->m, spec);
    if (list_length(spec) == 3 && is_symbol(car(spec), "rename")) {
        *name = car(cdr(spec));
        *outside = car(cdr(cdr(spec)));
    }
    if (!IS(Symbol, *name) || !IS(Symbol, *outside)) return fail_form(vm, line, "export: bad syntax", spec);
    Value environment = tn_read_value(AS(Library, *library), environment);
    Value cell = table_get(vm, tn_read_value(AS(Environment, environment), table), *name, 0);
    if (!cell || (tn_read_value(AS(Global, cell), value) == S_UNBOUND && !AS(Global, cell)->defined))
        return fail_form(vm, line, "export: not defined in the library", *name);
    Value *exports = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Library, *library), exports));
    return table_set(vm, exports, outside, TN_HANDLE_VALUE(vm->m, cell));
}

static bool define_parts(Parts *p, const Value *library, const Value *declarations) {
    Vm *vm = p->vm;
    int64_t line = p->line;
    if (!add_parts(p, declarations, 0)) return false;
    *p->imports = reversed(vm, *p->imports);
    *p->body = reversed(vm, *p->body);
    TN_SCOPE(vm->m);
    Value *environment = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Library, *library), environment));
    Value *started = TN_HANDLE_VALUE(vm->m, import_all(vm, p->imports, environment, line));
    if (!*started) return false;
    Value thunk = compile_all(vm, p->body, started, environment, p->positions);
    if (!thunk) return false;
    tn_write_value(vm->m, AS(Library, *library), thunk, thunk);
    for (; *p->exports != S_NIL; *p->exports = cdr(*p->exports))
        if (!add_export(vm, library, car(*p->exports), line)) return false;
    AS(Library, *library)->ready = true;
    return true;
}

Value library_define(Vm *vm, const Value *form, const Value *positions, int64_t line) {
    TN_SCOPE(vm->m);
    if (list_length(*form) < 2 || !is_library_name(car(cdr(*form))))
        return fail_form(vm, line, "define-library: bad syntax", *form);
    Value *name = TN_HANDLE_VALUE(vm->m, car(cdr(*form))), *declarations = TN_HANDLE_VALUE(vm->m, cdr(cdr(*form)));
    Value *library = TN_HANDLE_VALUE(vm->m, new_library(vm, name));
    if (!*library) return 0;
    Parts parts = {.vm = vm, .positions = positions, .line = line};
    parts.imports = TN_HANDLE_VALUE(vm->m, S_NIL);
    parts.body = TN_HANDLE_VALUE(vm->m, S_NIL);
    parts.exports = TN_HANDLE_VALUE(vm->m, S_NIL);
    if (define_parts(&parts, library, declarations)) return *library;
    table_delete(vm, vm->reg[R_LIBRARIES], *name);
    return 0;
}

/* ---- features ---- */

static int feature_list_holds(Vm *vm, const Value *requirement, int64_t line, int depth);

static int requirement_holds(Vm *vm, const Value *requirement, int64_t line, int depth) {
    Value r = *requirement;
    if (IS(Symbol, r)) {
        bool holds = symbol_is(r, "else");
        for (const char *const *name = feature_names; *name; name++) holds = holds || symbol_is(r, *name);
        return holds;
    }
    if (list_length(r) >= 1 && IS(Symbol, car(r)) && depth < NESTING_MAX)
        return feature_list_holds(vm, requirement, line, depth + 1);
    fail_form(vm, line, "cond-expand: bad requirement", r);
    return -1;
}

static int feature_list_holds(Vm *vm, const Value *requirement, int64_t line, int depth) {
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, cdr(*requirement)), *part = TN_HANDLE_VALUE(vm->m, S_NIL);
    Value head = car(*requirement);
    bool all = symbol_is(head, "and"), any = symbol_is(head, "or"), not = symbol_is(head, "not");
    if (symbol_is(head, "library") && list_length(*rest) == 1) {
        *part = car(*rest);
        Value library = find_library(vm, part, line);
        return library ? library != S_FALSE : -1;
    }
    if ((!all && !any && !not) || (not && list_length(*rest) != 1)) {
        fail_form(vm, line, "cond-expand: bad requirement", *requirement);
        return -1;
    }
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *part = car(*rest);
        int holds = requirement_holds(vm, part, line, depth);
        if (holds < 0 || not || holds == any) return holds < 0 ? -1 : not ? !holds : holds;
    }
    return all;
}

int feature_holds(Vm *vm, const Value *requirement, int64_t line) {
    return requirement_holds(vm, requirement, line, 0);
}

/* ---- what the prelude calls ---- */

/* (%library-thunk! library): what evaluates its body, #f when that has been asked for before. */
static Value p_library_thunk(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Library, *argv)) return fail_type(vm, WHO, "a library", *argv);
    Value thunk = tn_read_value(AS(Library, *argv), thunk);
    tn_write_value(vm->m, AS(Library, *argv), thunk, S_FALSE);
    return thunk;
}

static Value p_make_environment(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    const Value none = S_FALSE;
    return environment_new(vm, &none);
}

const PrimitiveDesc builtins_library[] = {
    {"%library-thunk!", p_library_thunk, 1, 1, 0, 0},     {"%make-environment", p_make_environment, 0, 0, 0, 0},
    {"%missing-exports", p_missing_exports, 0, 0, 0, 0},
    {"%open-source", p_open_source, 2, 2, 0, 0},          {"%next-thunk", p_next_thunk, 2, 2, 0, 0},
    {0},
};
