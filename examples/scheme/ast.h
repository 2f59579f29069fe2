/* ast.h: what lies between data and bytecode. expand.c and forms.c make a tree of nodes from a datum, with the macros
 * of syntax.c and the definitions of define.c; compile.c finds out which variables are captured, and codegen.c emits
 * instructions.
 *
 * A name is a symbol or an alias: what a macro's template inserts is wrapped in an alias, which knows where the macro
 * was defined, so that it means what it meant there. Names are compared by identity. A name that nothing around it
 * binds is looked up without its wrapping in the place that the alias knows (resolve).
 *
 * Nodes live in C memory and die with the unit. They refer to no object directly: what they need (constants, names,
 * cells) is kept in the unit's pool, a range of values that the collector knows, and nodes hold numbers of the
 * pool. Errors leave with longjmp: unit_fail closes the handle scopes that were open (tn_restore), and compile()
 * returns 0. */
#ifndef SCHEME_AST_H
#define SCHEME_AST_H

#include <setjmp.h>

#include "scheme.h"

typedef struct Node Node;
typedef struct Function Function;

typedef struct Var {
    uint32_t name;      /* in the pool */
    int refs;
    bool assigned;      /* by set!: lives in a box, so that closures and re-entered continuations share it */
    bool early;         /* captured before its initialisation has run: lives in a box likewise */
    bool checked;       /* may be read before its initialisation has run */
    bool ready;         /* analysis has passed its initialisation */
    Function *owner;
    uint32_t slot;      /* in the frame of `owner` */
} Var;

/* What a name stands for inside of an expression: a variable, or the keyword of a macro or special form. */
typedef struct Binding {
    uint32_t name;    /* in the pool */
    uint32_t keyword; /* in the pool: a Macro or Syntax; 0: a variable */
    Var *var;
    struct Binding *next;
} Binding;

/* The scope of a body grows while its definitions are found: macros that are defined there see all of them. */
typedef struct Scope {
    Binding *first;
    const struct Scope *outer;
} Scope;

/* What a name means: `local`, or the cell of a variable of the top level. The values are raw. */
typedef struct Meaning {
    const Binding *local;
    Value keyword; /* a Macro or Syntax, or 0 */
    Value cell;    /* if not local */
} Meaning;

struct Function {
    uint32_t name; /* in the pool; 0: none */
    uint32_t file; /* in the pool */
    Var **params;
    uint32_t count;
    bool rest;
    Node *body;
    Function *outer;
    Var **free;
    uint32_t free_count, free_room;
};

typedef enum NodeKind {
    N_CONST,  /* index */
    N_LOCAL,  /* var */
    N_GLOBAL, /* index of the cell */
    N_SET,    /* var = a */
    N_SET_GLOBAL, N_DEFINE, /* cell `index` = a */
    N_IF,     /* a, b, c */
    N_LAMBDA, /* function */
    N_SEQ, N_AND, N_OR, /* list, at least one */
    N_CALL,   /* a applied to list */
    N_LET,    /* vars = list, then a */
    N_BODY,   /* in turn: vars[i] = list[i], which all see all vars (vars[i] NULL: only evaluate); then a */
    N_LOOP,   /* vars = list, then a, in which N_NEXT starts again */
    N_NEXT    /* vars of loop b = list */
} NodeKind;

struct Node {
    NodeKind kind;
    int64_t line;
    uint32_t index, count;
    uint32_t base;  /* N_LOOP: the slot of its first variable; `index` is then where it begins */
    Var *var;
    Node *a, *b, *c;
    Node **list;
    Var **vars;
    Function *function;
};

typedef struct Unit {
    Vm *vm;
    const Value *environment, *positions;
    Value *pool, *pool_top; /* a range; number 0 is #f */
    size_t pool_room;
    tn_range *range;
    struct Chunk *chunks;
    int64_t line;   /* of the form that is being expanded */
    int depth;      /* of nesting, bounded for the C stack's sake */
    size_t made;    /* by macros: pairs and aliases, bounded */
    jmp_buf failed;
} Unit;

/* compile.c */
void *unit_alloc(Unit *u, size_t size); /* zeroed; freed with the unit */
/* The n elements at `at`, moved to where there is room for so many. */
void *unit_more(Unit *u, const void *at, size_t n, size_t room, size_t element);
uint32_t unit_keep(Unit *u, Value v);   /* its number in the pool */
_Noreturn void unit_fail(Unit *u);      /* a condition is pending */
_Noreturn void unit_no_memory(Unit *u);
static inline Value unit_check(Unit *u, Value v) {
    if (!v) unit_fail(u);
    return v;
}
_Noreturn void syntax_error(Unit *u, const char *message, Value form);

/* codegen.c: the code object of a function that has been analysed */
Value gen_function(Unit *u, const Function *f);

/* What the two walks must agree on: */
enum { TREE_DEPTH_MAX = 4000 };
static inline bool is_boxed(const Var *var) {
    return var->assigned || var->early;
}
/* A procedure of a body that is made together with its neighbours, so that they may refer to each other without
 * boxes. */
static inline bool is_fixed(const Node *body, uint32_t i) {
    return i < body->count && body->vars[i] && body->list[i]->kind == N_LAMBDA && !body->vars[i]->assigned;
}

/* expand.c */
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
Node *expand_body(Unit *u, const Scope *s, const Value *forms);
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
extern const size_t forms_count;
_Noreturn void bad_form(Unit *u, const char *name, Value form);
void check_form(Unit *u, const Form *f, Value form); /* its length */
Node *form_begin(Unit *u, const Scope *s, const Value *form);
Function *expand_formals(Unit *u, const Scope **s, const char *who, const Value *formals);

/* define.c: definitions, in bodies and at the top level, and forms that stand for several others */
Node *form_define(Unit *u, const Scope *s, const Value *form);
Node *form_define_values(Unit *u, const Scope *s, const Value *form);
Node *form_define_syntax(Unit *u, const Scope *s, const Value *form);
Node *form_define_record(Unit *u, const Scope *s, const Value *form);
Node *form_let_syntax(Unit *u, const Scope *s, const Value *form);
Node *form_letrec_syntax(Unit *u, const Scope *s, const Value *form);
Node *form_include_ci(Unit *u, const Scope *s, const Value *form);
Node *form_include(Unit *u, const Scope *s, const Value *form);
Node *form_cond_expand(Unit *u, const Scope *s, const Value *form);
Node *form_import(Unit *u, const Scope *s, const Value *form);
Node *form_define_library(Unit *u, const Scope *s, const Value *form);

/* syntax.c: macros. Both return raw values. */
Value make_macro(Unit *u, const Scope *s, const Value *rules); /* what (syntax-rules ...) or a keyword stands for */
Value expand_macro(Unit *u, const Scope *s, const Value *macro, const Value *form);

#endif
