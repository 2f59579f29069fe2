/* ast.h: what lies between data and bytecode. expand.c and forms.c make a tree of nodes from a datum (this is where
 * macros will go), compile.c finds out which variables are captured, and codegen.c emits instructions.
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

typedef struct Scope {
    Var *var;
    const struct Scope *outer;
} Scope;

struct Function {
    uint32_t name; /* in the pool; 0: none */
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
    jmp_buf failed;
} Unit;

/* compile.c */
void *unit_alloc(Unit *u, size_t size); /* zeroed; freed with the unit */
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
void name_function(Unit *u, Node *node, uint32_t name);
bool refers_to(Unit *u, const Scope *s, Value v, int symbol); /* v is the symbol in vm->reg[symbol], and no variable */
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
Node *form_define(Unit *u, const Scope *s, const Value *form);
Node *form_begin(Unit *u, const Scope *s, const Value *form);
Node *define_value(Unit *u, const Scope *s, const Value *form, uint32_t name);

#endif
