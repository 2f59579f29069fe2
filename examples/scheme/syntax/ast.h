/* syntax/ast.h: the tree between data and bytecode. expand.c and forms.c make a tree of nodes from a datum, with the
 * macros of macro.c and the definitions of define.c. The room compiler/ makes bytecode of it.
 *
 * Nodes live in C memory and die with the unit of compilation (unit.h). They refer to no object directly: what they
 * need (constants, names, cells) is in the unit's pool, and nodes hold numbers of the pool. */
#ifndef SCHEME_SYNTAX_AST_H
#define SCHEME_SYNTAX_AST_H

#include "base/object.h"

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

#endif
