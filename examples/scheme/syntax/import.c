/* syntax/import.c: the special forms that need files or libraries: include, cond-expand, import, define-library.
 * This is the one file of the interpreter that calls a room above its own: a library is compiled while the program
 * that imports it is expanded. */
#include "base/error.h"
#include "tables/environment.h"
#include "syntax/expand.h"
#include "libraries/library.h"

/* ---- include, cond-expand ---- */

Value enter_file(Unit *u, const Value *name, bool fold) {
    if (!IS(String, *name)) syntax_error(u, "include: expected a string", *name);
    TN_SCOPE(u->vm->m);
    TN_LOCAL_VALUE(u->vm->m, path);
    Value data = read_source(u->vm, name, u->positions, fold, path);
    if (!data && AS(Condition, u->vm->reg[R_PENDING])->line == 0) {
        Condition *condition = AS(Condition, u->vm->reg[R_PENDING]);
        condition->line = u->line;
        tn_write_value(u->vm->m, condition, file, u->vm->reg[R_FILE]);
    }
    unit_check(u, data);
    u->vm->reg[R_FILE] = *path;
    return data;
}

/* Each file is a procedure that is called at once, so that the lines of its code are known to be the file's. */
static Node *include(Unit *u, const Scope *s, const Value *form, bool fold) {
    deepen(u);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, cdr(*form)), *outer = TN_HANDLE_VALUE(u->vm->m, u->vm->reg[R_FILE]);
    TN_LOCAL_VALUE(u->vm->m, data);
    Node *sequence = new_node(u, N_SEQ, (uint32_t)list_length(*rest));
    for (uint32_t i = 0; i < sequence->count; i++, *rest = cdr(*rest)) {
        *data = car(*rest);
        *data = enter_file(u, data, fold);
        Node *call = sequence->list[i] = new_node(u, N_CALL, 0);
        call->a = thunk(u, NULL);
        call->a->function->body = expand_sequence(u, s, data);
        u->vm->reg[R_FILE] = *outer;
    }
    u->depth--;
    return sequence;
}

Node *form_include(Unit *u, const Scope *s, const Value *form) { return include(u, s, form, false); }
Node *form_include_ci(Unit *u, const Scope *s, const Value *form) { return include(u, s, form, true); }

Value chosen_forms(Unit *u, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, cdr(*form));
    TN_LOCAL_VALUE(u->vm->m, requirement);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        if (list_length(car(*rest)) < 1) bad_form(u, "cond-expand", *form);
        *requirement = car(car(*rest));
        *requirement = strip(u, requirement);
        int holds = feature_holds(u->vm, requirement, u->line);
        if (holds < 0) unit_fail(u);
        if (holds) return cdr(car(*rest));
    }
    return S_NIL;
}

Node *form_cond_expand(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    return expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, chosen_forms(u, form)));
}

/* ---- libraries ---- */

/* Libraries are loaded while the program is compiled; their bodies are evaluated when the import is. A program that
 * begins with an import sees what it imports and nothing else. */
Node *form_import(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "import", form);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, cdr(*form));
    *rest = strip(u, rest);
    *rest = unit_check(u, import_all(u->vm, rest, u->environment, u->line));
    Environment *environment = AS(Environment, *u->environment);
    if (!environment->used) tn_write_value(u->vm->m, environment, parent, S_FALSE);
    uint32_t n = (uint32_t)list_length(*rest);
    Node *sequence = new_node(u, N_SEQ, n + 1);
    for (uint32_t i = 0; i < n; i++, *rest = cdr(*rest))
        sequence->list[i] = call_system(u, "%start-library", const_node(u, car(*rest)), NULL);
    sequence->list[n] = const_node(u, S_UNSPECIFIED);
    return sequence;
}

Node *form_define_library(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "define-library", form);
    TN_SCOPE(u->vm->m);
    Value *plain = TN_HANDLE_VALUE(u->vm->m, *form);
    *plain = strip(u, plain);
    unit_check(u, library_define(u->vm, plain, u->positions, u->line));
    return const_node(u, S_UNSPECIFIED);
}
