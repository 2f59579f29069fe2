/* syntax/expand.h: what the files of the expander share: from a datum to nodes.
 *
 * A name is a symbol or an alias: what a macro's template inserts is wrapped in an alias, which knows where the macro
 * was defined, so that it means what it meant there. Names are compared by identity. A name that nothing around it
 * binds is looked up without its wrapping in the place that the alias knows (resolve). */
#ifndef SCHEME_SYNTAX_EXPAND_H
#define SCHEME_SYNTAX_EXPAND_H

#include "syntax/ast.h"
#include "syntax/unit.h"

typedef struct Syntax { size_t form; } Syntax; /* a special form: its index in forms[] */
typedef struct Macro { tn_value_field rules, environment; const void *scope; } Macro; /* rules as macro.c makes them */

/* ---- expand.c ---- */
Node *new_node(Unit *u, NodeKind kind, uint32_t list_count);
Node *const_node(Unit *u, Value v);
Node *local_node(Unit *u, Var *var);
Node *system_node(Unit *u, const char *name); /* a procedure of the system, whatever the program calls by its name */
Node *call_system(Unit *u, const char *name, Node *x, Node *y);
Var *new_var(Unit *u, Value name);
const Scope *bind(Unit *u, const Scope *outer, Var *var);
Function *new_function(Unit *u, uint32_t count);
Node *expand(Unit *u, const Scope *s, const Value *form);
Node *expand_nth(Unit *u, const Scope *s, const Value *form, int n);
Node *expand_sequence(Unit *u, const Scope *s, const Value *forms);
Node *expand_lambda(Unit *u, const Scope *s, const Value *params, const Value *body);
Node *expand_toplevel(Unit *u, const Value *form);
Node *let_one(Unit *u, Var *var, Node *value, Node *body);
Node *thunk(Unit *u, Node *body);
int64_t enter_line(Unit *u, Value form); /* the line of what is expanded now; returns the one to go back to */
void deepen(Unit *u); /* one level more, or an error */
void name_function(Unit *u, Node *node, uint32_t name);
static inline bool is_name(Value v) { return IS(Symbol, v) || IS(Alias, v); }
Value base_name(Value name);                  /* the symbol inside of aliases */
Value strip(Unit *u, const Value *datum);     /* the datum with symbols for aliases */
Meaning resolve(Unit *u, const Scope *s, const Value *name);
Meaning resolve_in(Unit *u, const Scope *s, const Value *environment, const Value *name);
bool is_keyword(Unit *u, const Scope *s, Value v, const char *name); /* v is a name for this special form */
/* Expands the macro use that *form may be, until it is none; returns the special form that it is then, or NULL. */
const struct Form *expand_head(Unit *u, const Scope *s, Value *form);
Binding *bind_name(Unit *u, Scope *s, Value name);
static inline Value nth(Value list, int n) {
    while (n-- > 0) list = cdr(list);
    return car(list);
}
static inline Value tail(Value list, int n) {
    while (n-- > 0) list = cdr(list);
    return list;
}

/* forms.c: the special forms */
typedef Node *(*FormFn)(Unit *u, const Scope *s, const Value *form);
typedef struct Form {
    const char *name;
    FormFn expand;
    int min, max; /* length of the form; max < 0: any */
} Form;
extern const Form forms[];
Value expand_forms_define(Vm *vm); /* defines the special forms in R_SYSTEM */
_Noreturn void bad_form(Unit *u, const char *name, Value form);
void check_form(Unit *u, const Form *f, Value form); /* its length */
Node *form_begin(Unit *u, const Scope *s, const Value *form);
Function *expand_formals(Unit *u, const Scope **s, const char *who, const Value *formals);

/* define.c: definitions, in bodies and at the top level */
Node *expand_body(Unit *u, const Scope *s, const Value *forms);
void only_at_top(Unit *u, const Scope *s, const char *name, const Value *form); /* or an error */
Node *form_define(Unit *u, const Scope *s, const Value *form);
Node *form_define_values(Unit *u, const Scope *s, const Value *form);
Node *form_define_syntax(Unit *u, const Scope *s, const Value *form);
Node *form_define_record(Unit *u, const Scope *s, const Value *form);
Node *form_let_syntax(Unit *u, const Scope *s, const Value *form);
Node *form_letrec_syntax(Unit *u, const Scope *s, const Value *form);

/* import.c: the forms that need files or libraries */
Node *form_include_ci(Unit *u, const Scope *s, const Value *form);
Node *form_include(Unit *u, const Scope *s, const Value *form);
Node *form_cond_expand(Unit *u, const Scope *s, const Value *form);
Node *form_import(Unit *u, const Scope *s, const Value *form);
Node *form_define_library(Unit *u, const Scope *s, const Value *form);
/* Reads a file that (include name ...) names; R_FILE is its name then, until the caller puts the old one back. */
Value enter_file(Unit *u, const Value *name, bool fold);
Value chosen_forms(Unit *u, const Value *form); /* of a cond-expand: those of the first clause that holds */

/* macro.c: macros. Both return raw values. */
Value make_macro(Unit *u, const Scope *s, const Value *rules); /* what (syntax-rules ...) or a keyword stands for */
Value expand_macro(Unit *u, const Scope *s, const Value *macro, const Value *form);

#endif
