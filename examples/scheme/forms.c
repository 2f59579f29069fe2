/* forms.c: the special forms, each as a function from a form to nodes. expand.c has checked that the form is a
 * proper list of an allowed length. The table at the end is the only place where their names occur. */
#include "ast.h"

_Noreturn void bad_form(Unit *u, const char *name, Value form) {
    char message[64];
    snprintf(message, sizeof message, "%s: bad syntax", name);
    syntax_error(u, message, form);
}

static Node *form_quote(Unit *u, const Scope *s, const Value *form) {
    (void)s;
    TN_SCOPE(u->vm->m);
    return const_node(u, strip(u, TN_HANDLE_VALUE(u->vm->m, nth(*form, 1))));
}

static Node *form_lambda(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    return expand_lambda(u, s, TN_HANDLE_VALUE(u->vm->m, nth(*form, 1)), TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
}

static Node *make_if(Unit *u, Node *test, Node *then, Node *otherwise) {
    Node *node = new_node(u, N_IF, 0);
    node->a = test;
    node->b = then;
    node->c = otherwise ? otherwise : const_node(u, S_UNSPECIFIED);
    return node;
}

static Node *form_if(Unit *u, const Scope *s, const Value *form) {
    Node *node = new_node(u, N_IF, 0);
    node->a = expand_nth(u, s, form, 1);
    node->b = expand_nth(u, s, form, 2);
    node->c = tail(*form, 3) == S_NIL ? const_node(u, S_UNSPECIFIED) : expand_nth(u, s, form, 3);
    return node;
}

static Node *form_set(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *name = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    if (!is_name(*name)) syntax_error(u, "set!: expected a name", *form);
    Node *target = expand(u, s, name);
    Node *node = new_node(u, target->kind == N_LOCAL ? N_SET : N_SET_GLOBAL, 0);
    node->var = target->var;
    node->index = target->index;
    if (node->kind == N_SET) node->var->assigned = true;
    else AS(Global, u->pool[node->index])->builtin = false;
    node->a = expand_nth(u, s, form, 2);
    name_function(u, node->a, unit_keep(u, *name));
    return node;
}

Node *form_begin(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    return expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, cdr(*form)));
}

/* ---- let and its kin ---- */

/* Checks one binding (name value) and returns its name. */
static Value binding_name(Unit *u, const char *who, Value binding) {
    char message[64];
    snprintf(message, sizeof message, "%s: bad binding", who);
    if (list_length(binding) != 2 || !is_name(car(binding))) syntax_error(u, message, binding);
    return car(binding);
}

/* A node with room for the bindings of a let, their variables made; *scope sees all of them. */
static Node *open_bindings(Unit *u, const char *who, NodeKind kind, const Scope **scope, Value bindings) {
    int64_t n = list_length(bindings);
    if (n < 0) bad_form(u, who, bindings);
    Node *node = new_node(u, kind, (uint32_t)n);
    node->vars = unit_alloc(u, ((size_t)n + 1) * sizeof(Var *));
    for (uint32_t i = 0; i < node->count; i++, bindings = cdr(bindings)) {
        Value name = binding_name(u, who, car(bindings));
        for (uint32_t j = 0; j < i && kind != N_SEQ; j++)
            if (u->pool[node->vars[j]->name] == name) syntax_error(u, "let: a variable is bound twice", name);
        node->vars[i] = new_var(u, name);
        *scope = bind(u, *scope, node->vars[i]);
    }
    return node;
}

static void expand_inits(Unit *u, const Scope *s, Node *node, const Value *bindings) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *bindings);
    TN_LOCAL_VALUE(u->vm->m, binding);
    for (uint32_t i = 0; i < node->count; i++, *rest = cdr(*rest)) {
        *binding = car(*rest);
        node->list[i] = expand_nth(u, s, binding, 1);
        name_function(u, node->list[i], node->vars[i]->name);
    }
}

/* How many calls of `var` with `count` arguments are in tail position of a node; `loop`: and makes them N_NEXT. */
static int tail_calls(Node *node, const Var *var, uint32_t count, Node *loop) {
    switch (node->kind) {
    case N_CALL:
        if (node->a->kind != N_LOCAL || node->a->var != var || node->count != count) return 0;
        if (loop) node->kind = N_NEXT, node->b = loop;
        return 1;
    case N_IF:
        return tail_calls(node->b, var, count, loop) + tail_calls(node->c, var, count, loop);
    case N_SEQ: case N_AND: case N_OR:
        return tail_calls(node->list[node->count - 1], var, count, loop);
    case N_LET: case N_BODY: case N_LOOP:
        return tail_calls(node->a, var, count, loop);
    default:
        return 0;
    }
}

/* (let name ((x e) ...) body ...): a jump when every use of the name is a call in tail position, else a procedure. */
static Node *named_let(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    if (list_length(*form) < 4) bad_form(u, "let", *form);
    Value *bindings = TN_HANDLE_VALUE(u->vm->m, nth(*form, 2));
    Var *name = new_var(u, nth(*form, 1));
    const Scope *inner = bind(u, s, name);
    Node *loop = open_bindings(u, "let", N_LOOP, &inner, *bindings);
    expand_inits(u, s, loop, bindings);
    loop->a = expand_body(u, inner, TN_HANDLE_VALUE(u->vm->m, tail(*form, 3)));
    if (!name->assigned && tail_calls(loop->a, name, loop->count, NULL) == name->refs) {
        tail_calls(loop->a, name, loop->count, loop);
        return loop;
    }
    Node *lambda = new_node(u, N_LAMBDA, 0);
    lambda->function = new_function(u, loop->count);
    lambda->function->params = loop->vars;
    lambda->function->body = loop->a;
    lambda->function->name = name->name;
    Node *call = new_node(u, N_CALL, loop->count);
    call->a = local_node(u, name);
    call->list = loop->list;
    Node *body = new_node(u, N_BODY, 1);
    body->vars = unit_alloc(u, sizeof(Var *));
    body->vars[0] = name;
    body->list[0] = lambda;
    body->a = call;
    return body;
}

static Node *form_let(Unit *u, const Scope *s, const Value *form) {
    if (is_name(nth(*form, 1))) return named_let(u, s, form);
    TN_SCOPE(u->vm->m);
    Value *bindings = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    const Scope *inner = s;
    Node *node = open_bindings(u, "let", N_LET, &inner, *bindings);
    expand_inits(u, s, node, bindings);
    node->a = expand_body(u, inner, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
    return node;
}

static Node *form_let_star(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    TN_LOCAL_VALUE(u->vm->m, binding);
    if (list_length(*rest) < 0) bad_form(u, "let*", *form);
    Node *first = NULL, *last = NULL;
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *binding = car(*rest);
        binding_name(u, "let*", *binding);
        Node *node = new_node(u, N_LET, 1);
        node->list[0] = expand_nth(u, s, binding, 1);
        node->vars = unit_alloc(u, sizeof(Var *));
        node->vars[0] = new_var(u, car(*binding));
        name_function(u, node->list[0], node->vars[0]->name);
        s = bind(u, s, node->vars[0]);
        if (last) last->a = node;
        else first = node;
        last = node;
    }
    Node *body = expand_body(u, s, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
    if (!last) return body;
    last->a = body;
    return first;
}

static Node *form_letrec(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *bindings = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    Node *node = open_bindings(u, "letrec", N_BODY, &s, *bindings);
    expand_inits(u, s, node, bindings);
    node->a = expand_body(u, s, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
    return node->count ? node : node->a;
}

/* (do ((x e step) ...) (test result ...) body ...). */
static Node *form_do(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    Value *exit = TN_HANDLE_VALUE(u->vm->m, nth(*form, 2));
    TN_LOCAL_VALUE(u->vm->m, binding);
    int64_t n = list_length(*rest);
    if (n < 0 || list_length(*exit) < 1) bad_form(u, "do", *form);
    Node *loop = new_node(u, N_LOOP, (uint32_t)n), *next = new_node(u, N_NEXT, (uint32_t)n);
    loop->vars = unit_alloc(u, ((size_t)n + 1) * sizeof(Var *));
    const Scope *inner = s;
    for (uint32_t i = 0; i < loop->count; i++, *rest = cdr(*rest)) {
        *binding = car(*rest);
        int64_t length = list_length(*binding);
        if (length < 2 || length > 3 || !is_name(car(*binding))) syntax_error(u, "do: bad binding", *binding);
        loop->list[i] = expand_nth(u, s, binding, 1);
        loop->vars[i] = new_var(u, car(*binding));
        inner = bind(u, inner, loop->vars[i]);
    }
    *rest = nth(*form, 1);
    for (uint32_t i = 0; i < loop->count; i++, *rest = cdr(*rest)) {
        *binding = car(*rest);
        next->list[i] = list_length(*binding) == 3 ? expand_nth(u, inner, binding, 2) : local_node(u, loop->vars[i]);
    }
    next->b = loop;
    Node *test = expand_nth(u, inner, exit, 0);
    Node *result = expand_sequence(u, inner, TN_HANDLE_VALUE(u->vm->m, cdr(*exit)));
    Node *again = next;
    if (tail(*form, 3) != S_NIL) {
        again = new_node(u, N_SEQ, 2);
        again->list[0] = expand_sequence(u, inner, TN_HANDLE_VALUE(u->vm->m, tail(*form, 3)));
        again->list[1] = next;
    }
    loop->a = make_if(u, test, result, again);
    return loop;
}

/* ---- conditionals ---- */

static Node *expand_list(Unit *u, const Scope *s, NodeKind kind, const Value *form, Value empty) {
    int64_t n = list_length(*form) - 1;
    if (n == 0) return const_node(u, empty);
    if (n == 1) return expand_nth(u, s, form, 1);
    Node *node = new_node(u, kind, (uint32_t)n);
    for (uint32_t i = 0; i < node->count; i++) node->list[i] = expand_nth(u, s, form, (int)i + 1);
    return node;
}

static Node *form_and(Unit *u, const Scope *s, const Value *form) { return expand_list(u, s, N_AND, form, S_TRUE); }
static Node *form_or(Unit *u, const Scope *s, const Value *form) { return expand_list(u, s, N_OR, form, S_FALSE); }

static Node *form_when(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Node *test = expand_nth(u, s, form, 1);
    return make_if(u, test, expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2))), NULL);
}

static Node *form_unless(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Node *test = expand_nth(u, s, form, 1);
    Node *body = expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
    return make_if(u, test, const_node(u, S_UNSPECIFIED), body);
}

Node *let_one(Unit *u, Var *var, Node *value, Node *body) {
    Node *node = new_node(u, N_LET, 1);
    node->vars = unit_alloc(u, sizeof(Var *));
    node->vars[0] = var;
    node->list[0] = value;
    node->a = body;
    return node;
}

static Node *call_one(Unit *u, Node *procedure, Node *argument) {
    Node *call = new_node(u, N_CALL, 1);
    call->a = procedure;
    call->list[0] = argument;
    return call;
}

/* Clauses of cond and guard, from the last one to the first; `otherwise` (NULL: unspecified) is for when none
 * holds. */
static Node *expand_clauses(Unit *u, const Scope *s, const char *who, const Value *clauses, Node *otherwise) {
    if (list_length(*clauses) < 0) bad_form(u, who, *clauses);
    Node *result = NULL, **hole = &result;
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *clauses);
    TN_LOCAL_VALUE(u->vm->m, clause);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        TN_SCOPE(u->vm->m);
        *clause = car(*rest);
        int64_t n = list_length(*clause);
        if (n < 1) bad_form(u, who, *clause);
        if (is_keyword(u, s, car(*clause), "else")) {
            if (cdr(*rest) != S_NIL) syntax_error(u, "else must be the last clause", *clause);
            *hole = expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, cdr(*clause)));
            return result;
        }
        Node *test = expand_nth(u, s, clause, 0);
        if (n == 1) { /* (test): its value */
            Node *both = new_node(u, N_OR, 2);
            both->list[0] = test;
            *hole = both;
            hole = &both->list[1];
        } else if (n == 3 && is_keyword(u, s, nth(*clause, 1), "=>")) {
            Var *var = new_var(u, S_FALSE);
            Node *call = call_one(u, expand_nth(u, s, clause, 2), local_node(u, var));
            Node *branch = make_if(u, local_node(u, var), call, NULL);
            *hole = let_one(u, var, test, branch);
            hole = &branch->c;
        } else {
            Node *branch = make_if(u, test, expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, cdr(*clause))), NULL);
            *hole = branch;
            hole = &branch->c;
        }
    }
    *hole = otherwise ? otherwise : const_node(u, S_UNSPECIFIED);
    return result;
}

static Node *form_cond(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    return expand_clauses(u, s, "cond", TN_HANDLE_VALUE(u->vm->m, cdr(*form)), NULL);
}

/* Whether `key` is one of the data of a clause. */
static Node *case_test(Unit *u, Var *key, Value data) {
    int64_t n = list_length(data);
    if (n < 0) bad_form(u, "case", data);
    if (n == 0) return const_node(u, S_FALSE);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, data);
    *rest = strip(u, rest);
    Node *any = new_node(u, N_OR, (uint32_t)n);
    for (uint32_t i = 0; i < any->count; i++, *rest = cdr(*rest)) {
        const char *same = is_reference(car(*rest)) && !IS(Symbol, car(*rest)) ? "eqv?" : "eq?";
        any->list[i] = call_system(u, same, local_node(u, key), const_node(u, car(*rest)));
    }
    return n == 1 ? any->list[0] : any;
}

static Node *case_body(Unit *u, const Scope *s, Var *key, const Value *clause) {
    TN_SCOPE(u->vm->m);
    if (list_length(*clause) == 3 && is_keyword(u, s, nth(*clause, 1), "=>"))
        return call_one(u, expand_nth(u, s, clause, 2), local_node(u, key));
    return expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, cdr(*clause)));
}

static Node *form_case(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Var *key = new_var(u, S_FALSE);
    Node *result = NULL, **hole = &result, *value = expand_nth(u, s, form, 1);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, tail(*form, 2));
    TN_LOCAL_VALUE(u->vm->m, clause);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *clause = car(*rest);
        if (list_length(*clause) < 2) bad_form(u, "case", *clause);
        if (is_keyword(u, s, car(*clause), "else")) {
            if (cdr(*rest) != S_NIL) syntax_error(u, "else must be the last clause", *clause);
            *hole = case_body(u, s, key, clause);
            return let_one(u, key, value, result);
        }
        Node *test = case_test(u, key, car(*clause));
        Node *branch = make_if(u, test, case_body(u, s, key, clause), NULL);
        *hole = branch;
        hole = &branch->c;
    }
    *hole = const_node(u, S_UNSPECIFIED);
    return let_one(u, key, value, result);
}

/* ---- the rest ---- */

Node *thunk(Unit *u, Node *body) {
    Node *lambda = new_node(u, N_LAMBDA, 0);
    lambda->function = new_function(u, 0);
    lambda->function->body = body;
    return lambda;
}

/* (guard (var clause ...) body ...): the prelude's %guard takes the body and the clauses as procedures. Without
 * `else`, the clauses get a procedure that raises the object again where it was raised. */
static Node *form_guard(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *spec = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    if (list_length(*spec) < 1 || !is_name(car(*spec))) bad_form(u, "guard", *form);
    Node *body = thunk(u, expand_body(u, s, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2))));
    Value last = S_FALSE;
    if (list_length(*spec) < 0) bad_form(u, "guard", *form);
    for (Value c = cdr(*spec); IS(Pair, c); c = cdr(c)) last = car(c);
    bool has_else = IS(Pair, last) && is_keyword(u, s, car(last), "else");
    Node *handler = new_node(u, N_LAMBDA, 0);
    handler->function = new_function(u, has_else ? 1 : 2);
    Var **params = handler->function->params;
    params[0] = new_var(u, car(*spec));
    const Scope *inner = bind(u, s, params[0]);
    Node *again = NULL;
    if (!has_else) {
        params[1] = new_var(u, S_FALSE);
        again = new_node(u, N_CALL, 0);
        again->a = local_node(u, params[1]);
    }
    handler->function->body = expand_clauses(u, inner, "guard", TN_HANDLE_VALUE(u->vm->m, cdr(*spec)), again);
    return call_system(u, has_else ? "%guard-else" : "%guard", body, handler);
}

static Node *form_delay_force(Unit *u, const Scope *s, const Value *form) {
    return call_system(u, "%delay", thunk(u, expand_nth(u, s, form, 1)), NULL);
}

static Node *form_delay(Unit *u, const Scope *s, const Value *form) {
    Node *value = call_system(u, "make-promise", expand_nth(u, s, form, 1), NULL);
    return call_system(u, "%delay", thunk(u, value), NULL);
}

/* (let-values (((a b . c) e) ...) body ...): a procedure for each binding, inside the one before. The expressions of
 * let-values all see `outer` only; NULL: each sees the variables before it (let*-values). */
static Node *bind_values(Unit *u, const Scope *outer, const Scope *s, const char *who, const Value *bindings,
                         const Value *body) {
    if (*bindings == S_NIL) return expand_body(u, s, body);
    if (list_length(car(*bindings)) != 2) bad_form(u, who, *bindings);
    deepen(u);
    TN_SCOPE(u->vm->m);
    Value *binding = TN_HANDLE_VALUE(u->vm->m, car(*bindings));
    Node *producer = expand_nth(u, outer ? outer : s, binding, 1);
    Node *lambda = new_node(u, N_LAMBDA, 0);
    lambda->function = expand_formals(u, &s, who, TN_HANDLE_VALUE(u->vm->m, car(*binding)));
    lambda->function->body = bind_values(u, outer, s, who, TN_HANDLE_VALUE(u->vm->m, cdr(*bindings)), body);
    u->depth--;
    return call_system(u, "%apply-values", lambda, producer);
}

static Node *expand_values(Unit *u, const Scope *s, const Value *form, const char *who, bool parallel) {
    const Scope empty = {.outer = s}; /* at the top level, `outer` must be there too */
    TN_SCOPE(u->vm->m);
    Value *bindings = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    if (list_length(*bindings) < 0) bad_form(u, who, *form);
    return bind_values(u, parallel ? &empty : NULL, s, who, bindings, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
}

static Node *form_let_values(Unit *u, const Scope *s, const Value *form) {
    return expand_values(u, s, form, "let-values", true);
}

static Node *form_let_star_values(Unit *u, const Scope *s, const Value *form) {
    return expand_values(u, s, form, "let*-values", false);
}

static Node *form_receive(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Node *producer = expand_nth(u, s, form, 2);
    Node *lambda = new_node(u, N_LAMBDA, 0);
    lambda->function = expand_formals(u, &s, "receive", TN_HANDLE_VALUE(u->vm->m, nth(*form, 1)));
    lambda->function->body = expand_body(u, s, TN_HANDLE_VALUE(u->vm->m, tail(*form, 3)));
    return call_system(u, "%apply-values", lambda, producer);
}

/* (case-lambda (formals body ...) ...): an object that chooses among its procedures (record.c). */
static Node *form_case_lambda(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, cdr(*form));
    TN_LOCAL_VALUE(u->vm->m, formals);
    TN_LOCAL_VALUE(u->vm->m, body);
    Node *call = new_node(u, N_CALL, (uint32_t)list_length(*rest));
    call->a = system_node(u, "%case-lambda");
    for (uint32_t i = 0; i < call->count; i++, *rest = cdr(*rest)) {
        if (list_length(car(*rest)) < 2) bad_form(u, "case-lambda", *form);
        *formals = car(car(*rest));
        *body = cdr(car(*rest));
        call->list[i] = expand_lambda(u, s, formals, body);
    }
    return call;
}

/* (parameterize ((p e) ...) body ...): (%parameterize (list (cons p e) ...) (lambda () body ...)). */
static Node *form_parameterize(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    TN_LOCAL_VALUE(u->vm->m, binding);
    int64_t n = list_length(*rest);
    if (n < 0) bad_form(u, "parameterize", *form);
    Node *list = new_node(u, N_CALL, (uint32_t)n);
    list->a = system_node(u, "list");
    for (uint32_t i = 0; i < list->count; i++, *rest = cdr(*rest)) {
        *binding = car(*rest);
        if (list_length(*binding) != 2) syntax_error(u, "parameterize: bad binding", *binding);
        Node *parameter = expand_nth(u, s, binding, 0);
        list->list[i] = call_system(u, "cons", parameter, expand_nth(u, s, binding, 1));
    }
    Node *body = expand_body(u, s, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
    return call_system(u, "%parameterize", list, thunk(u, body));
}

/* (syntax-error message form ...). */
static Node *form_syntax_error(Unit *u, const Scope *s, const Value *form) {
    (void)s;
    TN_SCOPE(u->vm->m);
    Value *plain = TN_HANDLE_VALUE(u->vm->m, *form);
    *plain = strip(u, plain);
    Value *message = TN_HANDLE_VALUE(u->vm->m, nth(*plain, 1)), *irritants = TN_HANDLE_VALUE(u->vm->m, tail(*plain, 2));
    Value condition = unit_check(u, make_condition(u->vm, C_SYNTAX, message, irritants));
    AS(Condition, condition)->line = u->line;
    tn_write_value(u->vm->m, AS(Condition, condition), file, u->vm->reg[R_FILE]);
    u->vm->reg[R_PENDING] = condition;
    unit_fail(u);
}

/* ---- quasiquote ---- */

static bool is_tagged(Unit *u, const Scope *s, Value v, const char *keyword) {
    return IS(Pair, v) && IS(Pair, cdr(v)) && cdr(cdr(v)) == S_NIL && is_keyword(u, s, car(v), keyword);
}

static Node *quasi(Unit *u, const Scope *s, const Value *datum, int level);

/* A part of the template that stays as it is, as opposed to a constant that an unquote has given. */
static Node *same_node(Unit *u, Value datum) {
    Node *node = const_node(u, datum);
    node->count = 1;
    return node;
}

static bool is_same(const Node *node) {
    return node->kind == N_CONST && node->count == 1;
}

/* A part that becomes an operand: it loses its aliases now, and not each time when it is made part of a longer one. */
static Node *settled(Unit *u, Node *node) {
    if (!is_same(node)) return node;
    TN_SCOPE(u->vm->m);
    node->index = unit_keep(u, strip(u, TN_HANDLE_VALUE(u->vm->m, u->pool[node->index])));
    return node;
}

/* (list 'tag datum), one level in or out. */
static Node *quasi_tagged(Unit *u, const Scope *s, const Value *datum, int level) {
    TN_SCOPE(u->vm->m);
    Node *inner = quasi(u, s, TN_HANDLE_VALUE(u->vm->m, nth(*datum, 1)), level);
    if (is_same(inner)) return same_node(u, *datum);
    return call_system(u, "list", const_node(u, base_name(car(*datum))), inner);
}

/* A list from its last pair to its first, so that what is constant at its end stays one constant. */
static Node *quasi_list(Unit *u, const Scope *s, const Value *datum, int level) {
    if (is_circular(*datum)) syntax_error(u, "quasiquote: a circular template", 0);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *datum);
    TN_LOCAL_VALUE(u->vm->m, item);
    uint32_t n = 0;
    for (; IS(Pair, *rest) && n < 100000; *rest = cdr(*rest)) {
        if (n > 0 && (is_tagged(u, s, *rest, "unquote") || is_tagged(u, s, *rest, "quasiquote"))) break;
        n++;
    }
    *rest = *datum;
    Node **parts = unit_alloc(u, n * sizeof(Node *));
    bool *splice = unit_alloc(u, n * sizeof(bool));
    uint32_t *kept = unit_alloc(u, n * sizeof(uint32_t)); /* the pair itself, for a constant end */
    for (uint32_t i = 0; i < n; i++, *rest = cdr(*rest)) {
        TN_SCOPE(u->vm->m);
        *item = car(*rest);
        kept[i] = unit_keep(u, *rest);
        splice[i] = level == 0 && is_tagged(u, s, *item, "unquote-splicing");
        parts[i] = splice[i] ? expand_nth(u, s, item, 1) : quasi(u, s, item, level);
    }
    Node *result = *rest == S_NIL ? same_node(u, S_NIL) : quasi(u, s, rest, level);
    for (uint32_t i = n; i-- > 0;) {
        if (splice[i] && is_same(result) && u->pool[result->index] == S_NIL) {
            result = parts[i]; /* at the end: the list itself */
        } else if (splice[i]) {
            result = call_system(u, "append", parts[i], settled(u, result));
        } else if (is_same(parts[i]) && is_same(result)) {
            result = same_node(u, u->pool[kept[i]]);
        } else {
            uint32_t first = i; /* as many plain parts as there are become one cons* */
            while (first > 0 && !splice[first - 1]) first--;
            Node *call = new_node(u, N_CALL, i - first + 2);
            call->a = system_node(u, "cons*");
            for (uint32_t j = first; j <= i; j++) call->list[j - first] = settled(u, parts[j]);
            call->list[i - first + 1] = settled(u, result);
            result = call;
            i = first;
        }
    }
    return result;
}

static Node *quasi(Unit *u, const Scope *s, const Value *datum, int level) {
    if (++u->depth > 1000) syntax_error(u, "expressions nested too deeply", 0);
    TN_SCOPE(u->vm->m);
    Node *node;
    if (IS(Vector, *datum)) {
        TN_LOCAL_VALUE(u->vm->m, list);
        Value *part = TN_HANDLE_VALUE(u->vm->m, S_NIL);
        *list = S_NIL;
        for (size_t i = AS(Vector, *datum)->length; i-- > 0;) {
            *part = tn_read_value(AS(Vector, *datum), item[i]);
            *list = unit_check(u, cons(u->vm, part, list));
        }
        node = quasi(u, s, list, level);
        node = is_same(node) ? same_node(u, *datum) : call_system(u, "list->vector", node, NULL);
    } else if (!IS(Pair, *datum)) {
        node = same_node(u, *datum);
    } else if (is_tagged(u, s, *datum, "unquote")) {
        node = level == 0 ? expand_nth(u, s, datum, 1) : quasi_tagged(u, s, datum, level - 1);
    } else if (is_tagged(u, s, *datum, "unquote-splicing")) {
        if (level == 0) syntax_error(u, "unquote-splicing: not in a list", *datum);
        node = quasi_tagged(u, s, datum, level - 1);
    } else if (is_tagged(u, s, *datum, "quasiquote")) {
        node = quasi_tagged(u, s, datum, level + 1);
    } else {
        node = quasi_list(u, s, datum, level);
    }
    u->depth--;
    return node;
}

static Node *form_quasiquote(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    return settled(u, quasi(u, s, TN_HANDLE_VALUE(u->vm->m, nth(*form, 1)), 0));
}

static Node *form_unquote(Unit *u, const Scope *s, const Value *form) {
    (void)s;
    syntax_error(u, "unquote: not in a quasiquote", *form);
}

/* Keywords that mean something only inside of other forms. */
static Node *form_auxiliary(Unit *u, const Scope *s, const Value *form) {
    (void)s;
    syntax_error(u, "not allowed here", *form);
}

const Form forms[] = {
    {"quote", form_quote, 2, 2},       {"quasiquote", form_quasiquote, 2, 2},
    {"unquote", form_unquote, 1, -1},  {"unquote-splicing", form_unquote, 1, -1},
    {"lambda", form_lambda, 3, -1},    {"define", form_define, 2, -1},
    {"if", form_if, 3, 4},             {"set!", form_set, 3, 3},
    {"begin", form_begin, 1, -1},      {"let", form_let, 3, -1},
    {"let*", form_let_star, 3, -1},    {"letrec", form_letrec, 3, -1},
    {"letrec*", form_letrec, 3, -1},   {"do", form_do, 3, -1},
    {"cond", form_cond, 1, -1},        {"case", form_case, 2, -1},
    {"and", form_and, 1, -1},          {"or", form_or, 1, -1},
    {"when", form_when, 2, -1},        {"unless", form_unless, 2, -1},
    {"guard", form_guard, 3, -1},      {"delay", form_delay, 2, 2},
    {"delay-force", form_delay_force, 2, 2},
    {"let-values", form_let_values, 3, -1},
    {"let*-values", form_let_star_values, 3, -1}, {"receive", form_receive, 4, -1},
    {"case-lambda", form_case_lambda, 1, -1}, {"parameterize", form_parameterize, 3, -1},
    {"define-values", form_define_values, 3, 3}, {"define-record-type", form_define_record, 4, -1},
    {"define-syntax", form_define_syntax, 3, 3}, {"let-syntax", form_let_syntax, 3, -1},
    {"letrec-syntax", form_letrec_syntax, 3, -1}, {"syntax-error", form_syntax_error, 2, -1},
    {"include", form_include, 2, -1},  {"include-ci", form_include_ci, 2, -1},
    {"cond-expand", form_cond_expand, 1, -1}, {"import", form_import, 1, -1},
    {"define-library", form_define_library, 2, -1}, {"syntax-rules", form_auxiliary, 1, -1},
    {"else", form_auxiliary, 1, -1},   {"=>", form_auxiliary, 1, -1},
    {"...", form_auxiliary, 1, -1},    {"_", form_auxiliary, 1, -1},
};
const size_t forms_count = sizeof forms / sizeof forms[0];
