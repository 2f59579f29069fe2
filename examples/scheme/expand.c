/* expand.c: turns data into nodes: names, variables, calls, lambda. The special forms are in forms.c, bodies and
 * definitions in define.c, macros in syntax.c. Called by compile.c. Everything allocates here, so data is in handles
 * throughout; lists may be walked with raw values between allocations. */
#include <string.h>

#include "ast.h"

enum { DEPTH_MAX = 1500, MACRO_STEPS_MAX = 20000, STRIP_MAX = 10000000 };

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

/* A new binding in a scope, to be filled in. */
Binding *bind_name(Unit *u, Scope *s, Value name) {
    Binding *binding = unit_alloc(u, sizeof *binding);
    binding->name = unit_keep(u, name);
    binding->next = s->first;
    s->first = binding;
    return binding;
}

const Scope *bind(Unit *u, const Scope *outer, Var *var) {
    Scope *scope = unit_alloc(u, sizeof *scope);
    bind_name(u, scope, u->pool[var->name])->var = var;
    scope->outer = outer;
    return scope;
}

Function *new_function(Unit *u, uint32_t count) {
    Function *function = unit_alloc(u, sizeof *function);
    function->count = count;
    function->params = unit_alloc(u, (count + 1) * sizeof(Var *));
    function->file = unit_keep(u, u->vm->reg[R_FILE]);
    return function;
}

void name_function(Unit *u, Node *node, uint32_t name) {
    (void)u;
    if (node->kind == N_LAMBDA && !node->function->name) node->function->name = name;
}

int64_t enter_line(Unit *u, Value form) {
    int64_t outer = u->line;
    Value line = table_get(u->vm, *u->positions, form, 0);
    if (line) u->line = fixnum_value(line);
    return outer;
}

void deepen(Unit *u) {
    if (++u->depth > DEPTH_MAX) syntax_error(u, "expressions nested too deeply", 0);
}

/* ---- names ---- */

static const Binding *find_binding(const Unit *u, const Scope *s, Value name) {
    for (; s; s = s->outer)
        for (const Binding *b = s->first; b; b = b->next)
            if (u->pool[b->name] == name) return b;
    return NULL;
}

Value base_name(Value name) {
    while (IS(Alias, name)) name = tn_read_value(AS(Alias, name), name);
    return name;
}

static Meaning global_meaning(Value cell) {
    Value value = tn_read_value(AS(Global, cell), value);
    return (Meaning){.cell = cell, .keyword = IS(Syntax, value) || IS(Macro, value) ? value : 0};
}

Meaning resolve_in(Unit *u, const Scope *s, const Value *environment, const Value *name) {
    TN_SCOPE(u->vm->m);
    Value *place = TN_HANDLE_VALUE(u->vm->m, *environment), *id = TN_HANDLE_VALUE(u->vm->m, *name);
    for (;;) {
        const Binding *local = find_binding(u, s, *id);
        if (local) return (Meaning){.local = local, .keyword = local->keyword ? u->pool[local->keyword] : 0};
        if (IS(Symbol, *id)) return global_meaning(unit_check(u, environment_cell(u->vm, place, id)));
        Value cell = table_get(u->vm, tn_read_value(AS(Environment, *place), table), *id, 0);
        if (cell) return global_meaning(cell); /* a definition that a macro has inserted */
        const Alias *alias = AS(Alias, *id);
        s = alias->scope;
        *place = tn_read_value(alias, environment);
        *id = tn_read_value(alias, name);
    }
}

Meaning resolve(Unit *u, const Scope *s, const Value *name) {
    return resolve_in(u, s, u->environment, name);
}

/* A name that nobody has bound may stand for a keyword too: a program may have imported cond without else. */
bool is_keyword(Unit *u, const Scope *s, Value v, const char *name) {
    if (!is_name(v)) return false;
    TN_SCOPE(u->vm->m);
    Value *id = TN_HANDLE_VALUE(u->vm->m, v);
    Meaning m = resolve(u, s, id);
    if (m.keyword) return IS(Syntax, m.keyword) && !strcmp(forms[AS(Syntax, m.keyword)->form].name, name);
    if (m.local || tn_read_value(AS(Global, m.cell), value) != S_UNBOUND) return false;
    return symbol_is(base_name(*id), name);
}

/* The keyword that the head of a form names (raw), or 0. An environment need not bind `import`. */
static Value head_keyword(Unit *u, const Scope *s, const Value *form) {
    if (!IS(Pair, *form) || !is_name(car(*form))) return 0;
    TN_SCOPE(u->vm->m);
    Value *name = TN_HANDLE_VALUE(u->vm->m, car(*form));
    Meaning m = resolve(u, s, name);
    if (m.keyword || m.local || s || tn_read_value(AS(Global, m.cell), value) != S_UNBOUND) return m.keyword;
    *name = base_name(*name);
    if (!symbol_is(*name, "import") && !symbol_is(*name, "define-library")) return 0;
    Value cell = unit_check(u, environment_cell(u->vm, &u->vm->reg[R_SYSTEM], name));
    return tn_read_value(AS(Global, cell), value);
}

const Form *expand_head(Unit *u, const Scope *s, Value *form) {
    TN_SCOPE(u->vm->m);
    TN_LOCAL_VALUE(u->vm->m, keyword);
    for (int steps = 0;; steps++) {
        if (!(*keyword = head_keyword(u, s, form))) return NULL;
        if (IS(Syntax, *keyword)) return &forms[AS(Syntax, *keyword)->form];
        if (steps == MACRO_STEPS_MAX) syntax_error(u, "a macro expansion does not end", base_name(car(*form)));
        *form = expand_macro(u, s, keyword, form);
        enter_line(u, *form); /* it may be a part of the use */
    }
}

/* ---- data without aliases ---- */

/* Whether there are aliases in a datum. What is circular contains none; `budget` bounds the time to find that. */
static bool has_alias(Unit *u, Value v, int *budget) {
    deepen(u);
    bool found = false;
    for (; IS(Pair, v) && !found && --*budget > 0; v = cdr(v))
        if (is_reference(car(v))) found = has_alias(u, car(v), budget);
    if (IS(Vector, v))
        for (size_t i = 0; i < AS(Vector, v)->length && !found && --*budget > 0; i++)
            found = has_alias(u, tn_read_value(AS(Vector, v), item[i]), budget);
    u->depth--;
    return found || IS(Alias, v);
}

static Value strip_copy(Unit *u, const Value *datum);

static Value strip_vector(Unit *u, const Value *vector) {
    TN_SCOPE(u->vm->m);
    Value *none = TN_HANDLE_VALUE(u->vm->m, S_FALSE), *item = TN_HANDLE_VALUE(u->vm->m, 0);
    size_t length = AS(Vector, *vector)->length;
    Value *copy = TN_HANDLE_VALUE(u->vm->m, unit_check(u, make_vector(u->vm, length, none)));
    for (size_t i = 0; i < length; i++) {
        *item = tn_read_value(AS(Vector, *vector), item[i]);
        *item = strip_copy(u, item);
        tn_write_value(u->vm->m, AS(Vector, *copy), item[i], *item);
    }
    return *copy;
}

static Value strip_copy(Unit *u, const Value *datum) {
    if (!is_reference(*datum)) return *datum;
    if (IS(Alias, *datum)) return base_name(*datum);
    if (IS(Vector, *datum)) return strip_vector(u, datum);
    if (!IS(Pair, *datum)) return *datum;
    deepen(u);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *datum), *nil = TN_HANDLE_VALUE(u->vm->m, S_NIL);
    TN_LOCAL_VALUE(u->vm->m, head);
    TN_LOCAL_VALUE(u->vm->m, last);
    TN_LOCAL_VALUE(u->vm->m, item);
    for (; IS(Pair, *rest); *rest = cdr(*rest)) {
        if (++u->made > STRIP_MAX) syntax_error(u, "a macro's quotation is too large", 0);
        *item = car(*rest);
        *item = strip_copy(u, item);
        *item = unit_check(u, cons(u->vm, item, nil));
        if (*last) tn_write_value(u->vm->m, AS(Pair, *last), cdr, *item);
        else *head = *item;
        *last = *item;
    }
    *rest = strip_copy(u, rest);
    tn_write_value(u->vm->m, AS(Pair, *last), cdr, *rest);
    u->depth--;
    return *head;
}

Value strip(Unit *u, const Value *datum) {
    int budget = STRIP_MAX;
    if (u->made == 0 || !is_reference(*datum) || !has_alias(u, *datum, &budget)) return *datum;
    return strip_copy(u, datum);
}

/* ---- expressions ---- */

static Node *expand_name(Unit *u, const Scope *s, const Value *name) {
    Meaning m = resolve(u, s, name);
    if (m.keyword) syntax_error(u, "a keyword is no expression", base_name(*name));
    if (m.local) return local_node(u, m.local->var);
    uint32_t cell = unit_keep(u, m.cell);
    Node *node = new_node(u, N_GLOBAL, 0);
    node->index = cell;
    return node;
}

void check_form(Unit *u, const Form *f, Value form) {
    int64_t length = list_length(form);
    if (length < f->min || (f->max >= 0 && length > f->max)) bad_form(u, f->name, form);
}

static Node *expand_form(Unit *u, const Scope *s, const Form *f, const Value *form) {
    check_form(u, f, *form);
    return f->expand(u, s, form);
}

/* What may come before the first `import` of a program. */
static bool is_preamble(const Form *f) {
    return f && (f->expand == form_import || f->expand == form_define_library || f->expand == form_begin ||
                 f->expand == form_cond_expand || f->expand == form_include);
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
    if (is_name(*form)) return expand_name(u, s, form);
    if (!IS(Pair, *form)) {
        if (*form == S_NIL) syntax_error(u, "() is no expression; to mean the empty list, quote it", 0);
        return const_node(u, strip(u, form));
    }
    int64_t outer = enter_line(u, *form);
    deepen(u);
    TN_SCOPE(u->vm->m);
    Value *now = TN_HANDLE_VALUE(u->vm->m, *form);
    const Form *special = expand_head(u, s, now);
    if (!s && !is_preamble(special)) AS(Environment, *u->environment)->used = true;
    Node *node;
    if (special) node = expand_form(u, s, special, now);
    else node = IS(Pair, *now) ? call_to_let(expand_call(u, s, now)) : expand(u, s, now);
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

/* A function whose parameters are a list of names that may end in a name for the rest; *s sees them. */
Function *expand_formals(Unit *u, const Scope **s, const char *who, const Value *formals) {
    char message[64];
    uint32_t count = 0;
    Value p = *formals; /* raw: nothing collects here */
    for (; IS(Pair, p) && count < 100000; p = cdr(p)) count++;
    Function *function = new_function(u, count + (p != S_NIL));
    function->rest = p != S_NIL;
    p = *formals;
    for (uint32_t i = 0; i < function->count; i++) {
        Value name = IS(Pair, p) ? car(p) : p;
        snprintf(message, sizeof message, "%s: a parameter must be a name", who);
        if (!is_name(name)) syntax_error(u, message, *formals);
        snprintf(message, sizeof message, "%s: a parameter occurs twice", who);
        for (uint32_t j = 0; j < i; j++)
            if (u->pool[function->params[j]->name] == name) syntax_error(u, message, name);
        function->params[i] = new_var(u, name);
        *s = bind(u, *s, function->params[i]);
        if (IS(Pair, p)) p = cdr(p);
    }
    return function;
}

Node *expand_lambda(Unit *u, const Scope *s, const Value *params, const Value *body) {
    if (*body == S_NIL) syntax_error(u, "lambda: the body is empty", 0);
    Function *function = expand_formals(u, &s, "lambda", params);
    function->body = expand_body(u, s, body);
    Node *node = new_node(u, N_LAMBDA, 0);
    node->function = function;
    return node;
}

Node *expand_toplevel(Unit *u, const Value *form) {
    return expand(u, NULL, form);
}
