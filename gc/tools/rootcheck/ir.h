/* ir.h: the program under test, as the analysis sees it: trees of nodes without macros, parentheses, implicit
 * conversions and unevaluated operands. Made by lower.c from libclang's cursors, one translation unit after the other;
 * complete before the analysis begins, and not changed by it, but for the facts about functions.
 *
 * Everything lives in an arena until the process ends: this is a tool that runs once. */
#ifndef ROOTCHECK_IR_H
#define ROOTCHECK_IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in a source file; `file` indexes the table of ir.c. Line 0: nowhere. */
typedef struct Spot {
    int file;
    unsigned line, column;
} Spot;

/* A struct or union. `heap`: its objects are the collector's; `fixed`: and never move (TN_BORN_OLD). */
typedef struct Record {
    const char *name;
    bool heap, fixed;
    bool complete; /* its definition has been seen */
    struct Record *next;
} Record;

/* A host's own name of an integer of 64 bits, `typedef uint64_t Value`. `value`: what is a tn_value has been assigned
 * to one, or one has been handed to what takes a tn_value; then all of that name are values. */
typedef struct Alias {
    bool value;
} Alias;

/* BASE_VALUE: tn_value and its typedefs. BASE_WORD: other integers of 64 bits. BASE_CELL: a TN_FIELD or
 * tn_value_field. */
enum base { BASE_OTHER, BASE_VOID, BASE_VALUE, BASE_WORD, BASE_CELL, BASE_RECORD };

typedef struct Type {
    Record *record;    /* of BASE_RECORD, or NULL */
    Alias *alias;      /* of BASE_WORD, or NULL */
    unsigned char base;
    unsigned char pointers; /* how many * lead to the base; an array counts as one */
    bool array;
    bool read_only;    /* a pointer to const */
} Type;

struct Function;

typedef struct Variable {
    const char *name;
    Type type;
    bool global;   /* static storage */
    bool constant; /* const: what it holds is no object of the heap */
    bool visited;  /* a global or field that the collector is told of (tn_visit, tn_root_create, a range) */
    bool elsewhere; /* its address is taken, and not for the use of a root: cells.c */
    bool no_collect; /* a pointer to functions that never collect */
    bool memory;     /* stands for what a call of malloc has returned */
    int parameter; /* its number, or -1 */
} Variable;

typedef struct Field {
    Variable is; /* name, type, visited, no_collect */
} Field;

enum node_kind {
    N_CONSTANT, N_NAME, N_FUNCTION, N_FIELD, N_INDEX, N_DEREF, N_ADDRESS, N_CAST, N_LITERAL, N_CALL, N_ASSIGN,
    N_UPDATE, /* += ++ */
    N_LOGICAL, N_COMMA, N_COMPARE, N_ARITHMETIC, N_NOT, N_CONDITIONAL, N_LIST, N_DESIGNATED, N_BLOCK_VALUE,
    N_LABEL_ADDRESS, N_OTHER, /* all kids are evaluated, in any order */
    N_BLOCK, N_DECLARE, N_IF, N_WHILE, N_DO, N_FOR, N_SWITCH, N_CASE, N_LABEL, N_GOTO, N_GOTO_ANY, N_BREAK,
    N_CONTINUE, N_RETURN, N_NOTHING
};

/* The operators that matter apart: `op` of N_LOGICAL, N_COMPARE and N_ARITHMETIC. */
enum operator { OP_OTHER, OP_AND, OP_OR, OP_COMMA, OP_EQUAL, OP_DIFFERENT, OP_SHIFT };

/* Kids: N_CALL: the callee, then the arguments. N_IF, N_CONDITIONAL: condition, then, perhaps else. N_WHILE: condition,
 * body. N_DO: body, condition. N_FOR: initialisation, condition, step, body; the first three perhaps N_NOTHING.
 * N_SWITCH: what is switched on, body. N_CASE, N_LABEL: the statement. N_DECLARE: perhaps the initialiser. N_INDEX:
 * array, index. N_LITERAL, a compound literal, has a
 * variable of its own, and one kid, what it is initialised with. So has an N_CALL, for the memory
 * that it may return. */
typedef struct Node {
    unsigned char kind, op;
    bool arrow;    /* N_FIELD: through a pointer */
    bool is_default; /* N_CASE */
    bool no_collect; /* N_CALL through a pointer that is declared so */
    bool zero, not_zero; /* N_CONSTANT: a number, which is 0 or not */
    unsigned char ones;  /* N_CONSTANT: 64 for -1 and UINT64_MAX, 32 for UINT32_MAX, else 0 */
    bool collects; /* a call inside may collect: calls.c */
    unsigned count;
    struct Node **kid;
    Spot spot;
    Type type;
    union {
        Variable *variable;
        Field *field;
        struct Function *function;
        const char *label;
    };
} Node;

/* How a call may collect. ALLOCATES: only by allocating, which tn_reserve can rule out. */
enum { ALLOCATES = 1, COLLECTS = 2 };

typedef struct Function {
    const char *name;
    Type result;
    Variable **parameter;
    unsigned parameters;
    Node *body; /* NULL: not seen */
    Spot spot;
    bool noreturn;
    bool declared_collecting, declared_quiet;

    /* Found by calls.c: how it may collect, and the call by which it does. */
    unsigned collects;
    struct Function *through;

    /* Found by flow.c: what it returns (enum kind, state.h); which parameters (bits) it reads `late`, after it may
     * have collected, and which it stores something raw through `early`, before it does. `succeeds`: it sometimes
     * returns something else than a plain 0; `collects_well`: and may have collected then, so that a caller who goes on
     * after success must reckon with it. */
    unsigned char returns;
    short returned_parameter; /* of KIND_BORROWED */
    bool succeeds, collects_well;
    bool collects_otherwise; /* it may have collected when it returns something else than -1 */
    uint64_t late, early;
} Function;

typedef struct Program {
    Function **function;
    unsigned functions;
    unsigned blind; /* functions whose operators could not be told apart: operators.c */
} Program;
extern Program program;

/* Memory for the rest of the run, zeroed. Does not fail: it ends the process. */
void *arena(size_t bytes);
const char *arena_text(const char *text);

/* A table from texts to things, which are made at first sight. */
typedef struct Table {
    struct TableEntry *slot;
    size_t count, room;
} Table;
void **table_at(Table *table, const char *key);

int file_number(const char *path); /* of the path as it will be printed */
const char *file_path(int file);
Function *function_named(const char *key);
Node *node_new(unsigned kind, Spot spot, unsigned kids);
const Node *without_casts(const Node *node);

static inline bool is_object(Type t) {
    return t.base == BASE_RECORD && t.pointers == 1 && !t.array && t.record && t.record->heap;
}
static inline bool has_value_base(Type t) { return t.base == BASE_VALUE || (t.alias && t.alias->value); }
static inline bool is_value(Type t) { return has_value_base(t) && t.pointers == 0; }
/* Something that a collection may change or move: a pointer to an object, or a value. */
static inline bool is_raw(Type t) { return is_value(t) || (is_object(t) && !t.record->fixed); }
static inline bool is_pointer(Type t) { return t.pointers > 0; }
/* A number of 64 bits, or a pointer. */
static inline bool is_wide(Type t) { return t.base == BASE_WORD || t.base == BASE_VALUE || is_pointer(t); }

/* Is the node as wide as the type, and so is each step of the casts that it begins with? Then none cuts off bits. */
bool keeps_width(const Node *node, Type type);
/* As a number of the type, has the constant all bits set? It is -1 then, or the greatest number of an unsigned type.
 * The type of 4294967295L shows that it is neither. */
bool is_all_ones(const Node *constant, Type type);

#endif
