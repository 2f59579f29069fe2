/* order.c: mistakes within one expression, whose parts C evaluates in any order. */
#include "host.h"

static Value pair_of(Interp *in, Value a, Value b) {
    TN_SCOPE(in->m);
    Value *x = TN_HANDLE_VALUE(in->m, a), *y = TN_HANDLE_VALUE(in->m, b);
    return cons(in, x, y);
}

/* The classic: cons(eval, eval). */
Value eval_pair(Interp *in, const Value *a, const Value *b, Env *const *env) {
    return pair_of(in, eval(in, a, env), eval(in, b, env)); // expect: unsequenced
}

Value eval_pair_mended(Interp *in, const Value *a, const Value *b, Env *const *env) {
    TN_SCOPE(in->m);
    Value *x = TN_HANDLE_VALUE(in->m, eval(in, a, env));
    Value y = eval(in, b, env);
    return pair_of(in, *x, y);
}

/* A raw variable beside a call. */
Value prepend(Interp *in, Value list, Lexer *lexer) {
    return pair_of(in, read_datum(in, lexer), list); // expect: unsequenced
}

/* What a handle refers to, beside a call: it may be read first. */
Value prepend_rooted(Interp *in, const Value *list, Lexer *lexer) {
    return pair_of(in, read_datum(in, lexer), *list); // expect: unsequenced
}

Value prepend_mended(Interp *in, const Value *list, Lexer *lexer) {
    Value item = read_datum(in, lexer);
    return pair_of(in, item, *list);
}

/* A part of an object beside a call. */
Value second_of(Interp *in, const Value *pair, Lexer *lexer) {
    return pair_of(in, CAR(*pair), read_datum(in, lexer)); // expect: unsequenced
}

/* Nested three deep. */
Value list_of_three(Interp *in, Lexer *lexer) {
    return pair_of(in, read_datum(in, lexer),                                      // expect: unsequenced
                   pair_of(in, read_datum(in, lexer),                              // expect: unsequenced
                           pair_of(in, read_datum(in, lexer), NIL)));
}

/* The object of a store is raw, its value is computed. */
void set_next(Interp *in, Node *node) {
    tn_write(in->m, node, next, node_alloc(in)); // expect: raw-store
}

void set_next_mended(Interp *in, Node *const *node) {
    Node *next = node_alloc(in);
    tn_write(in->m, *node, next, next);
}

/* Also through a handle: *node may be read before the call. */
void set_value(Interp *in, Node *const *node, const Value *form, Env *const *env) {
    tn_write_value(in->m, *node, value, eval(in, form, env)); // expect: raw-store
}

/* A plain field. */
void set_number(Interp *in, Node *const *node, const Value *form, Env *const *env) {
    (*node)->number = INT(eval(in, form, env)); // expect: raw-store
}

void set_number_mended(Interp *in, Node *const *node, const Value *form, Env *const *env) {
    TN_PUT(in->m, node, number, INT(eval(in, form, env)));
}

/* += reads and writes. */
void add_number(Interp *in, Node *node, const Value *form, Env *const *env) {
    node->number += INT(eval(in, form, env)); // expect: raw-store
}

/* A new object's field, in the same line. */
Value box_of(Interp *in, Lexer *lexer) {
    Pair *box = tn_alloc(in->m, Pair);
    if (!box) return 0;
    tn_init_value(box, car, read_datum(in, lexer)); // expect: raw-store
    return value_of(box); // expect: stale-pointer
}

Value box_of_mended(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *item = TN_HANDLE_VALUE(in->m, read_datum(in, lexer)), *nil = TN_HANDLE_VALUE(in->m, NIL);
    return cons(in, item, nil);
}

/* An item of a vector. */
void fill_slot(Interp *in, Vector *vector, size_t i, Lexer *lexer) {
    tn_write_value(in->m, vector, item[i], read_datum(in, lexer)); // expect: raw-store
}

/* Operands of arithmetic. */
long sum_of(Interp *in, const Node *node, const Value *form, Env *const *env) {
    return node->number + (long)INT(eval(in, form, env)); // expect: unsequenced
}

long sum_of_mended(Interp *in, Node *const *node, const Value *form, Env *const *env) {
    long value = (long)INT(eval(in, form, env));
    return value + (*node)->number;
}

/* A comparison. */
bool is_same(Interp *in, Value v, const Value *form, Env *const *env) {
    return v == eval(in, form, env); // expect: unsequenced
}

/* && and || are in order; nothing is wrong here but that v is read after the call in the second. */
bool both(Interp *in, Value v, const Value *form, Env *const *env) {
    return IS(Pair, v) && eval(in, form, env) != FALSE;
}

bool both_late(Interp *in, Value v, const Value *form, Env *const *env) {
    return eval(in, form, env) != FALSE && IS(Pair, v); // expect: stale-pointer
}

/* The comma is in order as well. */
Value comma(Interp *in, Value v) {
    return intern(in, "x"), v; // expect: stale-pointer
}

/* A list of initialisers has no order. */
void pair_in_c(Interp *in, Lexer *lexer, Value out[2]) {
    Value both[2] = {read_datum(in, lexer), read_datum(in, lexer)}; // expect: unsequenced
    out[0] = both[0];
    out[1] = both[1];
}

/* Method calls: the receiver is read before the arguments are evaluated, or after. */
Value send(Interp *in, Closure *method, const Value *form, Env *const *env) {
    return pair_of(in, tn_read_value(method, body), eval(in, form, env)); // expect: unsequenced
}

/* An index that is computed by a call. */
Value item_at(Interp *in, Vector *vector, const Value *form, Env *const *env) {
    return tn_read_value(vector, item[INT(eval(in, form, env))]); // expect: unsequenced
}

Value item_at_mended(Interp *in, Vector *const *vector, const Value *form, Env *const *env) {
    int64_t i = INT(eval(in, form, env));
    return tn_read_value(*vector, item[i]);
}
