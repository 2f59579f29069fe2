/* host.h: a small interpreter's objects, for the seeded mistakes in this directory: half of them hold pointers, half
 * tagged values, as hosts do. Nothing here is linked; it must only compile. */
#ifndef ROOTCHECK_HOST_H
#define ROOTCHECK_HOST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure.h>

typedef tn_value Value;

typedef struct Pair { tn_value_field car, cdr; } Pair;
typedef struct String { size_t length; char text[]; } String;
typedef struct Vector { size_t length; tn_value_field item[]; } Vector;
typedef struct Symbol { TN_FIELD(String) name; unsigned hash; } Symbol;
typedef struct Binding { TN_FIELD(Symbol) name; TN_FIELD(struct Binding) next; tn_value_field value; } Binding;
typedef struct Env { TN_FIELD(struct Env) outer; TN_FIELD(Binding) first; int count; } Env;
typedef struct Closure { TN_FIELD(Env) env; tn_value_field params, body; int arity; } Closure;
typedef struct Node { TN_FIELD(struct Node) next, left, right; tn_value_field value; long number; } Node;
typedef struct Table { TN_FIELD(Vector) slots; size_t count, used; } Table;
typedef struct Code { size_t length; uint32_t op[]; } Code; /* born old: never moves */

enum {
    Pair_type = TN_FIRST_TYPE, String_type, Vector_type, Symbol_type, Binding_type, Env_type, Closure_type, Node_type,
    Table_type
};
enum { Code_type = TN_FIRST_SPECIAL };

static const tn_type_desc host_types[] = {
    TN_DESC(Pair, TN_VALUES(Pair, car, cdr)),
    TN_DESC(String, .flags = TN_LEAF, TN_TAIL(1, 0, 0)),
    TN_DESC(Vector, TN_TAIL(sizeof(tn_value), 0, 1)),
    TN_DESC(Symbol, TN_REFS(Symbol, name)),
    TN_DESC(Binding, TN_REFS(Binding, name, next), TN_VALUES(Binding, value)),
    TN_DESC(Env, TN_REFS(Env, outer, first)),
    TN_DESC(Closure, TN_REFS(Closure, env), TN_VALUES(Closure, params, body)),
    TN_DESC(Node, TN_REFS(Node, next, left, right), TN_VALUES(Node, value)),
    TN_DESC(Table, TN_REFS(Table, slots)),
    TN_DESC(Code, .flags = TN_LEAF | TN_BORN_OLD, TN_TAIL(sizeof(uint32_t), 0, 0)),
};

#define NIL ((Value)2)
#define FALSE ((Value)10)
#define UNBOUND ((Value)18)
#define AS(T, v) ((T *)(uintptr_t)(v))
#define IS(T, v) (((v) & 7) == 0 && tn_type_of((void *)(uintptr_t)(v)) == T##_type)
#define IS_INT(v) ((v) & 1)
#define INT(v) ((int64_t)(v) >> 1)
#define MAKE_INT(n) ((Value)(n) << 1 | 1)
#define CAR(v) tn_read_value(AS(Pair, v), car)
#define CDR(v) tn_read_value(AS(Pair, v), cdr)

static inline Value value_of(const void *object) { return (Value)(uintptr_t)object; }

typedef struct Lexer { FILE *in; int line; int kind; long number; char text[64]; } Lexer;

typedef struct Interp {
    tn_mutator *m;
    Value stack[256], *sp; /* a range */
    tn_range *range;
    Value *result;         /* handles */
    Pair *scratch;         /* nobody visits this one */
    Env *globals;          /* a scanner visits this one */
    jmp_buf error;
} Interp;

/* library.c: defined in another file. Some may collect, some may not: the checker must find out. */
Value cons(Interp *in, const Value *car, const Value *cdr);
Value make_string(Interp *in, const char *text, size_t length); /* reads `text` after its allocation */
Value make_vector(Interp *in, size_t length);
Value eval(Interp *in, const Value *form, Env *const *env);
Value apply(Interp *in, const Value *function, int argc, const Value *argv);
Value read_datum(Interp *in, Lexer *lexer);
Value intern(Interp *in, const char *name);
Value list_first(Value list);           /* these do not collect */
size_t list_count(Value list);
bool same_symbol(const Symbol *a, const Symbol *b);
Node *node_alloc(Interp *in);           /* raw */
Node **node_new(Interp *in);            /* a handle in the caller's scope */
Env *env_alloc(Interp *in, Env *const *outer);
Binding *env_find(Env *env, const Symbol *name); /* does not collect */
bool env_define(Interp *in, Env *const *env, Symbol *const *name, const Value *value);
bool table_grow(Interp *in, Table *const *table);
Value *table_slot(Table *table, Value key); /* an address in the vector of the table */
void print(Interp *in, Value v);        /* may collect: it calls a method of the program */
bool check_integer(Interp *in, const Value *v); /* collects only when it fails */
_Noreturn void throw_error(Interp *in, const char *message);
Value raise_error(Interp *in, const char *message); /* returns 0; collects */
int next_token(Lexer *lexer);
void scan_interp(tn_tracer *tracer, void *user);

#endif
