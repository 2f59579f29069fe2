/* control.c: mistakes that only one way through a function makes. */
#include "host.h"

/* Only the second turn of the loop is wrong. */
Value fold(Interp *in, const Value *f, Value init, int n) {
    Value acc = init;
    for (int i = 0; i < n; i++) {
        Value argument = MAKE_INT(i);
        if (acc == NIL) continue;
        print(in, acc); // expect: stale-pointer
        apply(in, f, 1, &argument);
    }
    return NIL;
}

/* while, with the use in the condition. */
void print_all(Interp *in, Node *node) {
    while (node->number) { // expect: stale-pointer
        Value v = tn_read_value(node, value);
        print(in, v);
    }
}

/* do ... while. */
void print_ring(Interp *in, Node *start) {
    Node *n = start;
    do {
        print(in, tn_read_value(n, value));
        n = tn_read(n, next);   // expect: stale-pointer
    } while (n != start);       // expect: stale-pointer
}

void print_ring_mended(Interp *in, Node *const *start) {
    TN_SCOPE(in->m);
    Node **n = TN_HANDLE(in->m, *start);
    do {
        print(in, tn_read_value(*n, value));
        *n = tn_read(*n, next);
    } while (*n != *start);
}

/* A case falls through to one that uses what it has lost. */
Value node_part(Interp *in, Node *node, int which) {
    switch (which) {
    case 0: print(in, MAKE_INT(which)); /* fall through */
    case 1: return tn_read_value(node, value); // expect: stale-pointer
    case 2: return MAKE_INT(node->number);
    default: return NIL;
    }
}

Value node_part_mended(Interp *in, Node *node, int which) {
    switch (which) {
    case 0: print(in, MAKE_INT(which)); return NIL;
    case 1: return tn_read_value(node, value);
    case 2: return MAKE_INT(node->number);
    default: return NIL;
    }
}

/* One branch collects. */
Value maybe_intern(Interp *in, Value v, bool fresh) {
    if (fresh) intern(in, "fresh");
    return v; // expect: stale-pointer
}

/* It is assigned anew in that branch. */
Value maybe_intern_mended(Interp *in, Value v, bool fresh) {
    if (fresh) v = intern(in, "fresh");
    return v;
}

/* A ternary. */
Value choose(Interp *in, Value a, bool b) {
    Value name = b ? intern(in, "yes") : NIL;
    return name == NIL ? NIL : a; // expect: stale-pointer
}

/* goto cleanup. */
Value with_cleanup(Interp *in, Lexer *lexer) {
    char *buffer = malloc(100);
    Value v = read_datum(in, lexer);
    if (!v) goto out;
    if (next_token(lexer) != ')') raise_error(in, "expected )");
out:
    free(buffer);
    return v; // expect: stale-pointer
}

Value with_cleanup_mended(Interp *in, Lexer *lexer) {
    char *buffer = malloc(100);
    Value v = read_datum(in, lexer);
    if (!v) goto out;
    if (next_token(lexer) != ')') v = raise_error(in, "expected )");
out:
    free(buffer);
    return v;
}

/* A loop by goto. */
Value retry(Interp *in, Value v) {
    int tries = 0;
again:
    if (IS(Pair, v)) return CAR(v); // expect: stale-pointer
    if (tries++ > 3) return NIL;
    intern(in, "retry");
    goto again;
}

/* What does not return does not matter. */
Value checked_car(Interp *in, Value v) {
    if (!IS(Pair, v)) throw_error(in, "expected a pair");
    return CAR(v);
}

/* A call that collects in the error path, which goes on. */
Value car_or_nil(Interp *in, Value v, Value otherwise) {
    if (!IS(Pair, v)) {
        raise_error(in, "expected a pair");
        return otherwise; // expect: stale-pointer
    }
    return CAR(v);
}

/* A null test is no use, but what follows is. */
Value two_nodes(Interp *in) {
    Node *a = node_alloc(in);
    Node *b = node_alloc(in);
    if (!a || !b) return 0;
    tn_init(a, next, b); // expect: stale-pointer
    return value_of(a);
}

Value two_nodes_mended(Interp *in) {
    TN_SCOPE(in->m);
    Node **a = TN_NEW(in->m, Node);
    Node *b = a ? node_alloc(in) : NULL;
    if (!b) return 0;
    tn_write(in->m, *a, next, b);
    return value_of(*a);
}

/* setjmp returns again after anything has happened. */
Value protected(Interp *in, Value form, Env *const *env) {
    if (setjmp(in->error)) return form; // expect: stale-pointer
    TN_SCOPE(in->m);
    return eval(in, TN_HANDLE_VALUE(in->m, form), env); // expect: stale-pointer
}

Value protected_mended(Interp *in, const Value *form, Env *const *env) {
    tn_checkpoint mark = tn_save(in->m);
    if (setjmp(in->error)) {
        tn_restore(in->m, mark);
        return *form;
    }
    return eval(in, form, env);
}

/* A safepoint in a long loop. */
long long_walk(Interp *in, const Node *node) {
    long n = 0;
    for (; node; node = tn_read(node, next), n++) { // expect: stale-pointer
        if (n % 1000 == 0) tn_poll(in->m);
    }
    return n;
}

/* An immediate survives everything. */
Value count(Interp *in, Value list) {
    Value n = MAKE_INT(list_count(list));
    intern(in, "count");
    return n;
}

/* A loop that ends by break with a raw pointer, and a collection behind it. */
Value find_printed(Interp *in, const Node *list, long number) {
    const Node *n = list;
    for (; n; n = tn_read(n, next))
        if (n->number == number) break;
    if (!n) return NIL;
    print(in, MAKE_INT(number));
    return tn_read_value(n, value); // expect: stale-pointer
}

/* An interpreter's loop: the accumulator across an instruction that allocates. */
Value machine(Interp *in, const Code *code) {
    const uint32_t *pc = code->op;
    Value acc = NIL;
    for (;;) {
        switch (*pc++) {
        case 0: return acc; // expect: stale-pointer
        case 1: acc = *--in->sp; break;
        case 2: *in->sp++ = acc; break; // expect: stale-pointer
        case 3: intern(in, "tick"); break;
        default: acc = MAKE_INT(*pc); break;
        }
    }
}

Value machine_mended(Interp *in, const Code *code) {
    const uint32_t *pc = code->op;
    Value acc = NIL;
    for (;;) {
        switch (*pc++) {
        case 0: return acc;
        case 1: acc = *--in->sp; break;
        case 2: *in->sp++ = acc; break;
        case 3: *in->sp++ = acc; intern(in, "tick"); acc = *--in->sp; break;
        default: acc = MAKE_INT(*pc); break;
        }
    }
}
