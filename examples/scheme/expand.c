/* expand.c: turns data into nodes: variables, calls, lambda, bodies. The special forms are in forms.c. Called by
 * compile.c. Everything allocates here, so data is in handles throughout; lists may be walked with raw values
 * between allocations. */
#include "ast.h"

enum { DEPTH_MAX = 1500 };

Node *new_node(Unit *u, NodeKind kind, uint32_t list_count) {
    Node *node = unit_alloc(u, sizeof *node);
    node->kind = kind;
    node->line = u->line;
    node->count = list_count;
    if (list_count) node->list = unit_alloc(u, list_count * sizeof(Node *));
    return node;
}

Node *const_node(Unit *u, Value v) {
    Node *node = new_node(u, N_CONST, 0);
    node->index = unit_keep(u, v);
    return node;
}

Node *local_node(Unit *u, Var *var) {
    Node *node = new_node(u, N_LOCAL, 0);
    node->var = var;
    var->refs++;
    return node;
}

Node *system_node(Unit *u, const char *name) {
    TN_SCOPE(u->vm->m);
    Value *symbol = TN_HANDLE_VALUE(u->vm->m, unit_check(u, intern_c(u->vm, name)));
    Node *node = new_node(u, N_GLOBAL, 0);
    node->index = unit_keep(u, unit_check(u, environment_cell(u->vm, &u->vm->reg[R_SYSTEM], symbol)));
    return node;
}

Node *call_system(Unit *u, const char *name, Node *x, Node *y) {
    Node *call = new_node(u, N_CALL, y ? 2 : 1);
    call->a = system_node(u, name);
    call->list[0] = x;
    if (y) call->list[1] = y;
    return call;
}

Var *new_var(Unit *u, Value name) {
    Var *var = unit_alloc(u, sizeof *var);
    var->name = unit_keep(u, name);
    return var;
}

const Scope *bind(Unit *u, const Scope *outer, Var *var) {
    Scope *scope = unit_alloc(u, sizeof *scope);
    scope->var = var;
    scope->outer = outer;
    return scope;
}

Function *new_function(Unit *u, uint32_t count) {
    Function *function = unit_alloc(u, sizeof *function);
    function->count = count;
    function->params = unit_alloc(u, (count + 1) * sizeof(Var *));
    return function;
}

void name_function(Unit *u, Node *node, uint32_t name) {
    (void)u;
    if (node->kind == N_LAMBDA && !node->function->name) node->function->name = name;
}

static Var *find_var(Unit *u, const Scope *s, Value name) {
    for (; s; s = s->outer)
        if (u->pool[s->var->name] == name) return s->var;
    return NULL;
}

/* The cell of a global name, in the pool. */
static uint32_t find_cell(Unit *u, const Value *name) {
    return unit_keep(u, unit_check(u, environment_cell(u->vm, u->environment, name)));
}

bool refers_to(Unit *u, const Scope *s, Value v, int symbol) {
    return v == u->vm->reg[symbol] && !find_var(u, s, v);
}

/* The special form that the head of a form names, or NULL. */
static const Form *find_form(Unit *u, const Scope *s, const Value *form) {
    if (!IS(Pair, *form) || !IS(Symbol, car(*form)) || find_var(u, s, car(*form))) return NULL;
    TN_SCOPE(u->vm->m);
    Value *name = TN_HANDLE_VALUE(u->vm->m, car(*form));
    Value cell = unit_check(u, environment_cell(u->vm, u->environment, name));
    Value value = TN_READ_VALUE(AS(Global, cell), value);
    return IS(Syntax, value) ? &forms[AS(Syntax, value)->form] : NULL;
}

static Node *expand_symbol(Unit *u, const Scope *s, const Value *name) {
    Var *var = find_var(u, s, *name);
    if (var) return local_node(u, var);
    Node *node = new_node(u, N_GLOBAL, 0);
    node->index = find_cell(u, name);
    Value value = TN_READ_VALUE(AS(Global, u->pool[node->index]), value);
    if (IS(Syntax, value)) syntax_error(u, "a special form is no expression", *name);
    return node;
}

static Node *expand_form(Unit *u, const Scope *s, const Form *f, const Value *form) {
    int64_t length = list_length(*form);
    if (length < f->min || (f->max >= 0 && length > f->max)) {
        char message[64];
        snprintf(message, sizeof message, "%s: bad syntax", f->name);
        syntax_error(u, message, *form);
    }
    return f->expand(u, s, form);
}

static Node *expand_call(Unit *u, const Scope *s, const Value *form) {
    int64_t length = list_length(*form);
    if (length < 0) syntax_error(u, "a call must be a proper list", *form);
    Node *call = new_node(u, N_CALL, (uint32_t)length - 1);
    TN_SCOPE(u->vm->m);
    TN_LOCAL_VALUE(u->vm->m, rest);
    call->a = expand_nth(u, s, form, 0);
    *rest = cdr(*form);
    for (uint32_t i = 0; i < call->count; i++, *rest = cdr(*rest)) call->list[i] = expand_nth(u, s, rest, 0);
    return call;
}

/* ((lambda (x ...) body ...) e ...) with as many of both is a let: no closure is made. */
static Node *call_to_let(Node *call) {
    const Function *f = call->a->kind == N_LAMBDA ? call->a->function : NULL;
    if (!f || f->rest || f->count != call->count) return call;
    call->kind = N_LET;
    call->vars = f->params;
    call->a = f->body;
    return call;
}

Node *expand(Unit *u, const Scope *s, const Value *form) {
    if (IS(Symbol, *form)) return expand_symbol(u, s, form);
    if (!IS(Pair, *form)) {
        if (*form == S_NIL) syntax_error(u, "() is no expression; to mean the empty list, quote it", 0);
        return const_node(u, *form);
    }
    int64_t outer = u->line;
    Value line = table_get(u->vm, *u->positions, *form, 0);
    if (line) u->line = fixnum_value(line);
    if (++u->depth > DEPTH_MAX) syntax_error(u, "expressions nested too deeply", 0);

    const Form *special = find_form(u, s, form);
    Node *node = special ? expand_form(u, s, special, form) : call_to_let(expand_call(u, s, form));
    u->depth--;
    u->line = outer;
    return node;
}

Node *expand_nth(Unit *u, const Scope *s, const Value *form, int n) {
    TN_SCOPE(u->vm->m);
    return expand(u, s, TN_HANDLE_VALUE(u->vm->m, nth(*form, n)));
}

Node *expand_sequence(Unit *u, const Scope *s, const Value *forms_list) {
    int64_t length = list_length(*forms_list);
    if (length < 0) syntax_error(u, "a body must be a proper list", *forms_list);
    if (length == 0) return const_node(u, S_UNSPECIFIED);
    if (length == 1) return expand_nth(u, s, forms_list, 0);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *forms_list);
    Node *sequence = new_node(u, N_SEQ, (uint32_t)length);
    for (uint32_t i = 0; i < sequence->count; i++, *rest = cdr(*rest)) sequence->list[i] = expand_nth(u, s, rest, 0);
    return sequence;
}

/* Parameters: a list of names that may end in a name for the rest. */
static const Scope *bind_params(Unit *u, const Scope *s, const Value *params, Function *function) {
    uint32_t i = 0;
    Value p = *params; /* raw: unit_keep does not collect */
    for (; p != S_NIL; p = cdr(p)) {
        Value name = IS(Pair, p) ? car(p) : p;
        if (!IS(Symbol, name)) syntax_error(u, "lambda: a parameter must be a name", *params);
        for (uint32_t j = 0; j < i; j++)
            if (u->pool[function->params[j]->name] == name) syntax_error(u, "lambda: a parameter occurs twice", name);
        function->params[i] = new_var(u, name);
        s = bind(u, s, function->params[i++]);
        if (!IS(Pair, p)) break;
    }
    return s;
}

Node *expand_lambda(Unit *u, const Scope *s, const Value *params, const Value *body) {
    uint32_t count = 0;
    Value p = *params;
    for (; IS(Pair, p) && count < 100000; p = cdr(p)) count++;
    if (*body == S_NIL) syntax_error(u, "lambda: the body is empty", 0);
    Function *function = new_function(u, count + (p != S_NIL));
    function->rest = p != S_NIL;
    s = bind_params(u, s, params, function);
    function->body = expand_body(u, s, body);
    Node *node = new_node(u, N_LAMBDA, 0);
    node->function = function;
    return node;
}

/* ---- bodies: internal definitions ---- */

/* The forms of a body, with `begin` opened up, as numbers in the pool. */
typedef struct Items {
    uint32_t *index;
    bool *defines;
    size_t n, room;
} Items;

static void add_item(Unit *u, Items *items, Value form, bool defines) {
    if (items->n == items->room) {
        size_t room = items->room ? items->room * 2 : 8;
        uint32_t *index = unit_alloc(u, room * sizeof *index);
        bool *flags = unit_alloc(u, room * sizeof *flags);
        for (size_t i = 0; i < items->n; i++) index[i] = items->index[i], flags[i] = items->defines[i];
        items->index = index;
        items->defines = flags;
        items->room = room;
    }
    items->index[items->n] = unit_keep(u, form);
    items->defines[items->n++] = defines;
}

static void collect_items(Unit *u, const Scope *s, const Value *list, Items *items) {
    if (list_length(*list) < 0) syntax_error(u, "a body must be a proper list", *list);
    if (++u->depth > DEPTH_MAX) syntax_error(u, "expressions nested too deeply", 0);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *list);
    TN_LOCAL_VALUE(u->vm->m, form);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *form = car(*rest);
        const Form *f = find_form(u, s, form);
        if (f && f->expand == form_begin) {
            TN_SCOPE(u->vm->m);
            collect_items(u, s, TN_HANDLE_VALUE(u->vm->m, cdr(*form)), items);
        } else {
            add_item(u, items, *form, f && f->expand == form_define);
        }
    }
    u->depth--;
}

/* The name that a definition defines. */
static Value defined_name(Unit *u, Value form) {
    if (list_length(form) < 2) syntax_error(u, "define: bad syntax", form);
    Value name = nth(form, 1);
    if (IS(Pair, name)) name = car(name);
    if (!IS(Symbol, name)) syntax_error(u, "define: expected a name", form);
    return name;
}

/* A handle of what the pool holds: the pool itself moves when it grows. */
static Value *pool_handle(Unit *u, uint32_t index) {
    return TN_HANDLE_VALUE(u->vm->m, u->pool[index]);
}

Node *expand_body(Unit *u, const Scope *s, const Value *list) {
    Items items = {0};
    collect_items(u, s, list, &items);
    Node *node = new_node(u, N_BODY, (uint32_t)items.n);
    node->vars = unit_alloc(u, (items.n + 1) * sizeof(Var *));
    size_t last = 0; /* one after the last definition */
    for (size_t i = 0; i < items.n; i++) {
        if (!items.defines[i]) continue;
        Value name = defined_name(u, u->pool[items.index[i]]);
        for (size_t j = 0; j < i; j++)
            if (node->vars[j] && u->pool[node->vars[j]->name] == name)
                syntax_error(u, "define: defined twice in a body", name);
        node->vars[i] = new_var(u, name);
        s = bind(u, s, node->vars[i]);
        last = i + 1;
    }
    for (size_t i = 0; i < items.n; i++) {
        TN_SCOPE(u->vm->m);
        Value *form = pool_handle(u, items.index[i]);
        node->list[i] = node->vars[i] ? define_value(u, s, form, node->vars[i]->name) : expand(u, s, form);
    }
    size_t rest = items.n - last;
    Node *body;
    if (rest == 1) {
        body = node->list[last];
    } else if (rest == 0) {
        body = const_node(u, S_UNSPECIFIED);
    } else {
        body = new_node(u, N_SEQ, (uint32_t)rest);
        for (size_t i = 0; i < rest; i++) body->list[i] = node->list[last + i];
    }
    if (last == 0) return body;
    node->count = (uint32_t)last;
    node->a = body;
    return node;
}

/* At the top level, `begin` may hold definitions. */
Node *expand_toplevel(Unit *u, const Value *form) {
    return expand(u, NULL, form);
}
