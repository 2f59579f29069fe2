/* flow.h: the walk over one function, in the order of its execution, with the state of its variables.
 *
 * flow.c walks statements, value.c evaluates expressions, place.c what they read and assign, invoke.c calls. Loops and
 * labels are walked until their states no longer change; findings may be reported on the way, because states only grow.
 * Where C leaves the order of evaluation open, each part is evaluated from the same state. */
#ifndef ROOTCHECK_FLOW_H
#define ROOTCHECK_FLOW_H

#include "report.h"
#include "state.h"

/* What an expression yields. `raw`: a part of it that held something raw while it was evaluated; `call`: one that may
 * have collected. */
typedef struct Value {
    unsigned char kind;
    short tag;
    const Node *raw, *call;
} Value;

/* Where something is stored. `in_object`: in what a raw pointer refers to. `effects`: of finding it. */
typedef struct Place {
    int path; /* or -1 */
    Variable *global;
    Field *field;
    bool in_object;
    Value effects;
} Place;

enum { SCOPES_MAX = 64, LABELS_MAX = 512 };

typedef struct Label {
    const char *name;
    bool address_taken;
    State state;
} Label;

/* A stack variable that has been registered as a root. */
typedef struct Root {
    Variable *variable;
    const Node *call;
    bool range;
} Root;

typedef struct Flow {
    Function *function;
    Paths paths;
    State now;
    State *breaks, *continues, *switches; /* of the innermost statement that has them */
    bool switch_has_default;

    const Node *scope[SCOPES_MAX]; /* open ones: TN_SCOPE declarations; a scope's number is that of scope_number */
    int scopes;
    const Node *known_scope[SCOPES_MAX];
    int known_scopes;
    const Node *window[SCOPES_MAX];
    int windows;

    Label *label;
    int labels;
    bool labels_changed;

    Root root[ROOTS_MAX];
    int roots;
    bool loud;     /* report: the facts about all functions are final */
    bool *learned; /* set when a fact about the function has changed */
} Flow;

/* flow.c */
void flow_learn_all(void); /* all functions, silently, until nothing new is learned of them; then aloud */
void flow_statement(Flow *f, const Node *node);
Value flow_initialise(Flow *f, Variable *variable, const Node *node); /* with the node's kid */
Value flow_block(Flow *f, const Node *node); /* the value of its last statement, if that is an expression */

/* value.c */
Value evaluate(Flow *f, const Node *node);
Value branch(Flow *f, const Node *condition, State *yes, State *no); /* what holds then; f->now is none of them */
Value evaluate_parts(Flow *f, Node *const *kid, unsigned count, Value *values, enum check check); /* in any order */
unsigned char converted(unsigned char kind, Type to);
void add_effects(Value *to, Value from);

/* place.c */
Place place_of(Flow *f, const Node *node);
int quiet_path(Flow *f, const Node *node); /* of a variable or field, without evaluating anything; or -1 */
Value read_place(Flow *f, Place place, const Node *node);
void use_path(Flow *f, int number, const Node *node); /* one use of what it holds */
Value address_of(Flow *f, Place place, const Node *node);
void assign(Flow *f, Place place, Value value, const Node *node);
Value by_type(const Node *node);
void pass_collection(Flow *f, const Node *call);
void take_back_collection(Flow *f, const Node *call); /* it turns out that this call has not collected */
int scope_number(const Flow *f); /* of the innermost open scope; 0: the caller's */
void finding(Flow *f, enum check check, const Node *at, const char *text, const Node *call, const Node *from);

void learn_bits(Flow *f, uint64_t *fact, uint64_t bits); /* of the function */

/* invoke.c */
Value invoke(Flow *f, const Node *call);
int root_of_call(const Flow *f, const Node *call); /* the number of what the call has registered, or -1 */

#endif
