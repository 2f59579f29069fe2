/* evaluate.c: mistakes of evaluators: environments, bindings, closures, arguments. */
#include "host.h"

/* The binding is found before the value is computed. */
bool set_variable(Interp *in, Env *const *env, Symbol *const *name, const Value *form) {
    Binding *binding = env_find(*env, *name);
    if (!binding) return false;
    Value value = eval(in, form, env);
    if (!value) return false;
    tn_write_value(in->m, binding, value, value); // expect: stale-pointer
    return true;
}

bool set_variable_mended(Interp *in, Env *const *env, Symbol *const *name, const Value *form) {
    if (!env_find(*env, *name)) return false;
    Value value = eval(in, form, env);
    if (!value) return false;
    Binding *binding = env_find(*env, *name);
    tn_write_value(in->m, binding, value, value);
    return true;
}

/* The closure is raw while its frame is made. */
Value call_closure(Interp *in, const Value *function, int argc, const Value *argv) {
    TN_SCOPE(in->m);
    Closure *closure = AS(Closure, *function);
    Env **outer = TN_HANDLE(in->m, tn_read(closure, env));
    Env *frame = env_alloc(in, outer);
    if (!frame) return 0;
    if (closure->arity != argc) return 0; // expect: stale-pointer
    Env **env = TN_HANDLE(in->m, frame);
    Value *body = TN_HANDLE_VALUE(in->m, tn_read_value(AS(Closure, *function), body));
    (void)argv;
    return eval(in, body, env);
}

/* The frame is raw while arguments are bound in it. */
Env *bind_all(Interp *in, Env *const *outer, const Value *names, const Value *argv) {
    TN_SCOPE(in->m);
    Env *frame = env_alloc(in, outer);
    Env **rooted = TN_HANDLE(in->m, frame);
    for (Value n = *names; n != NIL; n = CDR(n)) { // expect: stale-pointer
        TN_SCOPE(in->m);
        Symbol **name = TN_HANDLE(in->m, AS(Symbol, CAR(n)));
        if (!env_define(in, rooted, name, argv++)) return NULL;
    }
    return frame; // expect: stale-pointer
}

Env *bind_all_mended(Interp *in, Env *const *outer, const Value *names, const Value *argv) {
    TN_SCOPE(in->m);
    Env *made = env_alloc(in, outer);
    if (!made) return NULL;
    Env **frame = TN_HANDLE(in->m, made);
    Value *n = TN_HANDLE_VALUE(in->m, *names);
    for (; *n != NIL; *n = CDR(*n)) {
        TN_SCOPE(in->m);
        Symbol **name = TN_HANDLE(in->m, AS(Symbol, CAR(*n)));
        if (!env_define(in, frame, name, argv++)) return NULL;
    }
    return *frame;
}

/* Arguments are evaluated into a C array. */
Value eval_call(Interp *in, const Value *form, Env *const *env) {
    TN_SCOPE(in->m);
    Value args[8];
    int n = 0;
    Value *rest = TN_HANDLE_VALUE(in->m, *form), *item = TN_HANDLE_VALUE(in->m, NIL);
    for (; *rest != NIL && n < 8; *rest = CDR(*rest)) {
        *item = CAR(*rest);
        args[n++] = eval(in, item, env);
    }
    return apply(in, &args[0], n - 1, args + 1); // expect: unrooted-slot, stale-pointer
}

Value eval_call_mended(Interp *in, const Value *form, Env *const *env) {
    TN_SCOPE(in->m);
    Value *args = in->sp, *rest = TN_HANDLE_VALUE(in->m, *form), *item = TN_HANDLE_VALUE(in->m, NIL);
    for (; *rest != NIL; *rest = CDR(*rest)) {
        *item = CAR(*rest);
        Value v = eval(in, item, env);
        if (!v) return 0;
        *in->sp++ = v;
    }
    Value result = apply(in, args, (int)(in->sp - args) - 1, args + 1);
    in->sp = args;
    return result;
}

/* if: the form is raw across the evaluation of its test. */
Value eval_if(Interp *in, const Value *form, Env *const *env) {
    TN_SCOPE(in->m);
    Pair *parts = AS(Pair, CDR(*form));
    Value *part = TN_HANDLE_VALUE(in->m, tn_read_value(parts, car));
    Value test = eval(in, part, env);
    *part = test != FALSE ? CAR(tn_read_value(parts, cdr)) : NIL; // expect: stale-pointer
    return eval(in, part, env);
}

Value eval_if_mended(Interp *in, const Value *form, Env *const *env) {
    TN_SCOPE(in->m);
    Value *part = TN_HANDLE_VALUE(in->m, CAR(CDR(*form)));
    Value test = eval(in, part, env);
    *part = test != FALSE ? CAR(CDR(CDR(*form))) : NIL;
    return eval(in, part, env);
}

/* begin: the walk over the body. */
Value eval_body(Interp *in, Value body, Env *const *env) {
    Value result = NIL;
    for (; IS(Pair, body); body = CDR(body)) { // expect: stale-pointer
        TN_SCOPE(in->m);
        result = eval(in, TN_HANDLE_VALUE(in->m, CAR(body)), env);
    }
    return result;
}

Value eval_body_mended(Interp *in, Value body, Env *const *env) {
    TN_SCOPE(in->m);
    Value *rest = TN_HANDLE_VALUE(in->m, body), *result = TN_HANDLE_VALUE(in->m, NIL);
    for (; IS(Pair, *rest); *rest = CDR(*rest)) {
        TN_SCOPE(in->m);
        *result = eval(in, TN_HANDLE_VALUE(in->m, CAR(*rest)), env);
    }
    return *result;
}

/* A closure is made from raw parts. */
Value make_closure(Interp *in, Env *env, Value params, Value body) {
    Closure *closure = tn_alloc(in->m, Closure);
    if (!closure) return 0;
    tn_init(closure, env, env);                // expect: stale-pointer
    tn_init_value(closure, params, params);    // expect: stale-pointer
    tn_init_value(closure, body, body);        // expect: stale-pointer
    return value_of(closure);
}

Value make_closure_mended(Interp *in, Env *const *env, const Value *params, const Value *body) {
    Closure *closure = tn_alloc(in->m, Closure);
    if (!closure) return 0;
    tn_init(closure, env, *env);
    tn_init_value(closure, params, *params);
    tn_init_value(closure, body, *body);
    return value_of(closure);
}

/* The global environment is saved in a local, and restored after the call. */
Value eval_global(Interp *in, const Value *form) {
    TN_SCOPE(in->m);
    Env *saved = in->globals;
    Env **env = TN_HANDLE(in->m, saved);
    Value result = eval(in, form, env);
    in->globals = saved; // expect: stale-pointer
    return result;
}

Value eval_global_mended(Interp *in, const Value *form) {
    TN_SCOPE(in->m);
    Env **env = TN_HANDLE(in->m, in->globals);
    Value result = eval(in, form, env);
    in->globals = *env;
    return result;
}

/* and: the last value is returned, but a call comes in between. */
Value eval_logged(Interp *in, const Value *form, Env *const *env) {
    Value v = eval(in, form, env);
    fprintf(stderr, "evaluated\n");
    if (IS(Closure, v)) print(in, *form);
    return v; // expect: stale-pointer
}

/* The name of a symbol is kept for the message. */
Value lookup(Interp *in, Env *const *env, Symbol *name) {
    Binding *binding = env_find(*env, name);
    if (binding) return tn_read_value(binding, value);
    raise_error(in, "unbound variable");
    fprintf(stderr, "%u\n", name->hash); // expect: stale-pointer
    return 0;
}

Value lookup_mended(Interp *in, Env *const *env, Symbol *name) {
    Binding *binding = env_find(*env, name);
    if (binding) return tn_read_value(binding, value);
    fprintf(stderr, "%u\n", name->hash);
    return raise_error(in, "unbound variable");
}

/* Quiet: the callee collects only when it fails, and then this returns. */
Value add(Interp *in, const Value *a, const Value *b, Value extra) {
    if (!check_integer(in, a) || !check_integer(in, b)) return 0;
    return IS_INT(extra) ? MAKE_INT(INT(*a) + INT(*b)) : extra;
}

/* But here it goes on. */
Value add_anyway(Interp *in, const Value *a, Value extra) {
    if (!check_integer(in, a)) fprintf(stderr, "no integer\n");
    return extra; // expect: stale-pointer
}
