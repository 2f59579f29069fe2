/* define.c: definitions of all kinds, in bodies and at the top level, and the forms that stand for several others
 * (begin, include, cond-expand). Called by expand.c and forms.c.
 *
 * A body is read twice. First its definitions are collected, with macro uses expanded as far as to see what they are,
 * and each name is bound in the body's scope at once; then the expressions are expanded, which all see all of them. */
#include "ast.h"

/* ---- definitions of one variable ---- */

/* (define name), (define name value), (define (name . params) body ...). */
static Node *define_value(Unit *u, const Scope *s, const Value *form, uint32_t name) {
    TN_SCOPE(u->vm->m);
    Node *value;
    if (IS(Pair, nth(*form, 1))) {
        Value *params = TN_HANDLE_VALUE(u->vm->m, cdr(nth(*form, 1)));
        value = expand_lambda(u, s, params, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
    } else if (tail(*form, 2) == S_NIL) {
        value = const_node(u, S_UNSPECIFIED);
    } else {
        if (tail(*form, 3) != S_NIL) bad_form(u, "define", *form);
        value = expand_nth(u, s, form, 2);
    }
    name_function(u, value, name);
    return value;
}

/* The name that a definition defines. */
static Value defined_name(Unit *u, Value form) {
    Value name = nth(form, 1);
    if (IS(Pair, name)) name = car(name);
    if (!is_name(name)) syntax_error(u, "define: expected a name", form);
    return name;
}

/* The cell of a definition at the top level, as a number of the pool. */
static uint32_t define_cell(Unit *u, const Value *name) {
    Value cell = unit_check(u, environment_define(u->vm, u->environment, name));
    Value value = tn_read_value(AS(Global, cell), value);
    if (IS(Syntax, value) || IS(Macro, value)) tn_write_value(u->vm->m, AS(Global, cell), value, S_UNBOUND);
    return unit_keep(u, cell);
}

static Node *define_node(Unit *u, const Value *name) {
    uint32_t cell = define_cell(u, name);
    Node *node = new_node(u, N_DEFINE, 0);
    node->index = cell;
    return node;
}

static void only_at_top(Unit *u, const Scope *s, const char *name, const Value *form) {
    char message[64];
    snprintf(message, sizeof message, "%s: not allowed here", name);
    if (s) syntax_error(u, message, *form);
}

/* At the top level; expand_body takes those inside of bodies. */
Node *form_define(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "define", form);
    TN_SCOPE(u->vm->m);
    Value *name = TN_HANDLE_VALUE(u->vm->m, defined_name(u, *form));
    Node *node = define_node(u, name);
    node->a = define_value(u, s, form, unit_keep(u, *name));
    return node;
}

/* ---- define-values ---- */

/* The values of the expression of (define-values formals expression), as a vector of one item a name. */
static Node *values_vector(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    const Scope *inner = s;
    Node *lambda = new_node(u, N_LAMBDA, 0);
    Function *f = lambda->function =
        expand_formals(u, &inner, "define-values", TN_HANDLE_VALUE(u->vm->m, nth(*form, 1)));
    f->name = unit_keep(u, unit_check(u, intern_c(u->vm, "define-values"))); /* for messages */
    f->body = new_node(u, N_CALL, f->count);
    f->body->a = system_node(u, "vector");
    for (uint32_t i = 0; i < f->count; i++) f->body->list[i] = local_node(u, f->params[i]);
    return call_system(u, "%apply-values", lambda, expand_nth(u, s, form, 2));
}

static Node *pick(Unit *u, Var *vector, uint32_t i) {
    return call_system(u, "vector-ref", local_node(u, vector), const_node(u, fixnum(i)));
}

Node *form_define_values(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "define-values", form);
    TN_SCOPE(u->vm->m);
    Var *vector = new_var(u, S_FALSE);
    Node *value = values_vector(u, s, form);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    TN_LOCAL_VALUE(u->vm->m, name);
    uint32_t n = value->list[0]->function->count;
    Node *sequence = new_node(u, N_SEQ, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        *name = IS(Pair, *rest) ? car(*rest) : *rest;
        if (IS(Pair, *rest)) *rest = cdr(*rest);
        sequence->list[i] = define_node(u, name);
        sequence->list[i]->a = pick(u, vector, i);
    }
    sequence->list[n] = const_node(u, S_UNSPECIFIED);
    return let_one(u, vector, value, sequence);
}

/* ---- macros ---- */

Node *form_define_syntax(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "define-syntax", form);
    TN_SCOPE(u->vm->m);
    Value *name = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1)), *rules = TN_HANDLE_VALUE(u->vm->m, nth(*form, 2));
    if (!is_name(*name)) syntax_error(u, "define-syntax: expected a name", *form);
    Value *macro = TN_HANDLE_VALUE(u->vm->m, make_macro(u, s, rules));
    uint32_t cell = define_cell(u, name);
    tn_write_value(u->vm->m, AS(Global, u->pool[cell]), value, *macro);
    return const_node(u, S_UNSPECIFIED);
}

static void bind_macro(Unit *u, Scope *where, const Scope *s, const Value *name, const Value *rules) {
    if (!is_name(*name)) syntax_error(u, "a keyword must be a name", *name);
    Value macro = make_macro(u, s, rules);
    uint32_t keyword = unit_keep(u, macro);
    bind_name(u, where, *name)->keyword = keyword;
}

static Node *let_syntax(Unit *u, const Scope *s, const Value *form, bool recursive) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, nth(*form, 1));
    TN_LOCAL_VALUE(u->vm->m, name);
    TN_LOCAL_VALUE(u->vm->m, rules);
    if (list_length(*rest) < 0) bad_form(u, "let-syntax", *form);
    Scope *inner = unit_alloc(u, sizeof *inner);
    inner->outer = s;
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        if (list_length(car(*rest)) != 2) bad_form(u, "let-syntax", *form);
        *name = nth(car(*rest), 0);
        *rules = nth(car(*rest), 1);
        bind_macro(u, inner, recursive ? inner : s, name, rules);
    }
    return expand_body(u, inner, TN_HANDLE_VALUE(u->vm->m, tail(*form, 2)));
}

Node *form_let_syntax(Unit *u, const Scope *s, const Value *form) { return let_syntax(u, s, form, false); }
Node *form_letrec_syntax(Unit *u, const Scope *s, const Value *form) { return let_syntax(u, s, form, true); }

/* ---- records: a definition of the type, and one for each procedure ---- */

/* The name of something of the system, whatever it means where the form is. */
static Value system_name(Unit *u, const char *text) {
    TN_SCOPE(u->vm->m);
    Value *name = TN_HANDLE_VALUE(u->vm->m, unit_check(u, intern_c(u->vm, text)));
    Alias *alias = tn_alloc(u->vm->m, Alias);
    if (!alias) unit_no_memory(u);
    u->made++;
    tn_init_value(alias, name, *name);
    tn_init_value(alias, environment, u->vm->reg[R_SYSTEM]);
    return value_of(alias);
}

static Value list_of(Unit *u, size_t n, const Value *const *items) {
    TN_SCOPE(u->vm->m);
    Value *list = TN_HANDLE_VALUE(u->vm->m, S_NIL);
    while (n-- > 0) *list = unit_check(u, cons(u->vm, items[n], list));
    return *list;
}

/* Adds (define name (maker type detail 'name)) to the forms that are in *forms in reverse order. */
static void add_definition(Unit *u, Value *list, const char *maker, const Value *name, const Value *type,
                           const Value *detail) {
    if (!is_name(*name)) syntax_error(u, "define-record-type: expected a name", *name);
    TN_SCOPE(u->vm->m);
    Value *head = TN_HANDLE_VALUE(u->vm->m, system_name(u, "quote"));
    Value *form = TN_HANDLE_VALUE(u->vm->m, list_of(u, 2, (const Value *const[]){head, name}));
    *head = system_name(u, maker);
    *form = list_of(u, 4, (const Value *const[]){head, type, detail, form});
    *head = system_name(u, "define");
    *form = list_of(u, 3, (const Value *const[]){head, name, form});
    *list = unit_check(u, cons(u->vm, form, list));
}

/* The position of a field among the specifications (name accessor [modifier]), or an error. */
static int64_t field_index(Unit *u, Value specs, Value name) {
    for (int64_t i = 0; specs != S_NIL; specs = cdr(specs), i++)
        if ((IS(Pair, car(specs)) ? car(car(specs)) : car(specs)) == name) return i;
    syntax_error(u, "define-record-type: no such field", name);
}

/* The names of the fields, as a vector in a form. */
static Value field_names(Unit *u, const Value *form, Value specs) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, specs), *none = TN_HANDLE_VALUE(u->vm->m, S_FALSE);
    size_t n = (size_t)list_length(specs);
    Value vector = unit_check(u, make_vector(u->vm, n, none));
    for (size_t i = 0; i < n; i++, *rest = cdr(*rest)) {
        Value spec = car(*rest), name = IS(Pair, spec) ? car(spec) : spec;
        int64_t length = IS(Pair, spec) ? list_length(spec) : 1;
        if (length < 1 || length > 3 || !is_name(name)) bad_form(u, "define-record-type", *form);
        for (size_t j = 0; j < i; j++)
            if (tn_read_value(AS(Vector, vector), item[j]) == name)
                syntax_error(u, "define-record-type: a field occurs twice", name);
        tn_init_value(AS(Vector, vector), item[i], name);
    }
    return vector;
}

/* Which fields the arguments of the constructor (name field ...) give; #f for `name`: all of them. */
static Value constructor_fields(Unit *u, const Value *constructor, const Value *specs) {
    if (!IS(Pair, *constructor)) return S_FALSE;
    int64_t n = list_length(*constructor) - 1;
    if (n < 0) bad_form(u, "define-record-type", *constructor);
    TN_SCOPE(u->vm->m);
    Value *none = TN_HANDLE_VALUE(u->vm->m, S_FALSE);
    Value vector = unit_check(u, make_vector(u->vm, (size_t)n, none));
    Value rest = cdr(*constructor);
    for (int64_t i = 0; i < n; i++, rest = cdr(rest))
        tn_init_value(AS(Vector, vector), item[i], fixnum(field_index(u, *specs, car(rest))));
    return vector;
}

/* (begin definition ...) for (define-record-type type constructor predicate field ...). */
static Value record_forms(Unit *u, const Value *form) {
    tn_mutator *m = u->vm->m;
    TN_SCOPE(m);
    Value *type = TN_HANDLE_VALUE(m, nth(*form, 1)), *constructor = TN_HANDLE_VALUE(m, nth(*form, 2));
    Value *specs = TN_HANDLE_VALUE(m, tail(*form, 4)), *list = TN_HANDLE_VALUE(m, S_NIL);
    Value *name = TN_HANDLE_VALUE(m, S_FALSE), *detail = TN_HANDLE_VALUE(m, S_FALSE);
    Value *none = TN_HANDLE_VALUE(m, S_FALSE);
    if (IS(Pair, *type)) *type = car(*type);
    *detail = field_names(u, form, *specs);
    add_definition(u, list, "%make-record-type", type, none, detail);
    if (*constructor != S_FALSE) {
        *detail = constructor_fields(u, constructor, specs);
        *name = IS(Pair, *constructor) ? car(*constructor) : *constructor;
        add_definition(u, list, "%record-constructor", name, type, detail);
    }
    *name = nth(*form, 3);
    if (*name != S_FALSE) add_definition(u, list, "%record-predicate", name, type, none);
    for (int64_t i = 0; *specs != S_NIL; *specs = cdr(*specs), i++) {
        *detail = fixnum(i);
        for (int part = 1; IS(Pair, car(*specs)) && part < list_length(car(*specs)); part++) {
            *name = nth(car(*specs), part);
            add_definition(u, list, part == 1 ? "%record-accessor" : "%record-modifier", name, type, detail);
        }
    }
    *name = S_NIL;
    for (; *list != S_NIL; *list = cdr(*list)) {
        *detail = car(*list);
        *name = unit_check(u, cons(u->vm, detail, name));
    }
    *detail = system_name(u, "begin");
    return unit_check(u, cons(u->vm, detail, name));
}

Node *form_define_record(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "define-record-type", form);
    TN_SCOPE(u->vm->m);
    return expand(u, s, TN_HANDLE_VALUE(u->vm->m, record_forms(u, form)));
}

/* ---- include, cond-expand ---- */

/* Reads a file that (include name ...) names; R_FILE is its name then, until the caller puts the old one back. */
static Value enter_file(Unit *u, const Value *name, bool fold) {
    if (!IS(String, *name)) syntax_error(u, "include: expected a string", *name);
    TN_SCOPE(u->vm->m);
    TN_LOCAL_VALUE(u->vm->m, path);
    Value data = read_source(u->vm, name, u->positions, fold, path);
    if (!data && AS(Condition, u->vm->reg[R_PENDING])->line == 0) {
        Condition *condition = AS(Condition, u->vm->reg[R_PENDING]);
        condition->line = u->line;
        tn_write_value(u->vm->m, condition, file, u->vm->reg[R_FILE]);
    }
    unit_check(u, data);
    u->vm->reg[R_FILE] = *path;
    return data;
}

/* Each file is a procedure that is called at once, so that the lines of its code are known to be the file's. */
static Node *include(Unit *u, const Scope *s, const Value *form, bool fold) {
    deepen(u);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, cdr(*form)), *outer = TN_HANDLE_VALUE(u->vm->m, u->vm->reg[R_FILE]);
    TN_LOCAL_VALUE(u->vm->m, data);
    Node *sequence = new_node(u, N_SEQ, (uint32_t)list_length(*rest));
    for (uint32_t i = 0; i < sequence->count; i++, *rest = cdr(*rest)) {
        *data = car(*rest);
        *data = enter_file(u, data, fold);
        Node *call = sequence->list[i] = new_node(u, N_CALL, 0);
        call->a = thunk(u, NULL);
        call->a->function->body = expand_sequence(u, s, data);
        u->vm->reg[R_FILE] = *outer;
    }
    u->depth--;
    return sequence;
}

Node *form_include(Unit *u, const Scope *s, const Value *form) { return include(u, s, form, false); }
Node *form_include_ci(Unit *u, const Scope *s, const Value *form) { return include(u, s, form, true); }

/* The forms of the first clause whose requirement holds. */
static Value chosen_forms(Unit *u, const Value *form) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, cdr(*form));
    TN_LOCAL_VALUE(u->vm->m, requirement);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        if (list_length(car(*rest)) < 1) bad_form(u, "cond-expand", *form);
        *requirement = car(car(*rest));
        *requirement = strip(u, requirement);
        int holds = feature_holds(u->vm, requirement, u->line);
        if (holds < 0) unit_fail(u);
        if (holds) return cdr(car(*rest));
    }
    return S_NIL;
}

Node *form_cond_expand(Unit *u, const Scope *s, const Value *form) {
    TN_SCOPE(u->vm->m);
    return expand_sequence(u, s, TN_HANDLE_VALUE(u->vm->m, chosen_forms(u, form)));
}

/* ---- libraries ---- */

/* Libraries are loaded while the program is compiled; their bodies are evaluated when the import is. A program that
 * begins with an import sees what it imports and nothing else. */
Node *form_import(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "import", form);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, cdr(*form));
    *rest = strip(u, rest);
    *rest = unit_check(u, import_all(u->vm, rest, u->environment, u->line));
    Environment *environment = AS(Environment, *u->environment);
    if (!environment->used) tn_write_value(u->vm->m, environment, parent, S_FALSE);
    uint32_t n = (uint32_t)list_length(*rest);
    Node *sequence = new_node(u, N_SEQ, n + 1);
    for (uint32_t i = 0; i < n; i++, *rest = cdr(*rest))
        sequence->list[i] = call_system(u, "%start-library", const_node(u, car(*rest)), NULL);
    sequence->list[n] = const_node(u, S_UNSPECIFIED);
    return sequence;
}

Node *form_define_library(Unit *u, const Scope *s, const Value *form) {
    only_at_top(u, s, "define-library", form);
    TN_SCOPE(u->vm->m);
    Value *plain = TN_HANDLE_VALUE(u->vm->m, *form);
    *plain = strip(u, plain);
    unit_check(u, library_define(u->vm, plain, u->positions, u->line));
    return const_node(u, S_UNSPECIFIED);
}

/* ---- bodies ---- */

typedef enum ItemKind { I_EXPRESSION, I_DEFINE, I_VALUES, I_PICK } ItemKind;

typedef struct Item {
    ItemKind kind;
    uint32_t form, file; /* in the pool */
    int64_t line;
    Var *var;     /* what it defines */
    Var *values;  /* I_PICK: item number `at` of what is in there */
    uint32_t at;
} Item;

typedef struct Body {
    Unit *u;
    Scope *scope;
    Item *items;
    size_t n, room;
} Body;

static Item *add_item(Body *b, ItemKind kind, const Value *form) {
    if (b->n == b->room) {
        b->room = b->room ? b->room * 2 : 8;
        b->items = unit_more(b->u, b->items, b->n, b->room, sizeof *b->items);
    }
    Item *item = &b->items[b->n++];
    *item = (Item){.kind = kind, .line = b->u->line};
    item->form = unit_keep(b->u, *form);
    item->file = unit_keep(b->u, b->u->vm->reg[R_FILE]);
    return item;
}

static void check_new(Body *b, Value name) {
    for (const Binding *old = b->scope->first; old; old = old->next)
        if (b->u->pool[old->name] == name) syntax_error(b->u, "define: defined twice in a body", name);
}

static Var *declare(Body *b, Value name) {
    check_new(b, name);
    Var *var = new_var(b->u, name);
    bind_name(b->u, b->scope, name)->var = var;
    return var;
}

static void collect_values(Body *b, const Value *form) {
    Var *vector = new_var(b->u, S_FALSE);
    add_item(b, I_VALUES, form)->var = vector;
    uint32_t at = 0;
    for (Value p = nth(*form, 1); p != S_NIL; p = IS(Pair, p) ? cdr(p) : (Value)S_NIL) {
        Value name = IS(Pair, p) ? car(p) : p;
        if (!is_name(name)) syntax_error(b->u, "define-values: expected a name", *form);
        Var *var = declare(b, name);
        Item *item = add_item(b, I_PICK, form);
        item->var = var;
        item->values = vector;
        item->at = at++;
    }
}

static void collect_syntax(Body *b, const Value *form) {
    TN_SCOPE(b->u->vm->m);
    Value *name = TN_HANDLE_VALUE(b->u->vm->m, nth(*form, 1)), *rules = TN_HANDLE_VALUE(b->u->vm->m, nth(*form, 2));
    check_new(b, *name);
    bind_macro(b->u, b->scope, b->scope, name, rules);
}

static void collect(Body *b, const Value *list);

static void collect_files(Body *b, const Value *form, bool fold) {
    Vm *vm = b->u->vm;
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, cdr(*form)), *outer = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]);
    TN_LOCAL_VALUE(vm->m, data);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *data = car(*rest);
        *data = enter_file(b->u, data, fold);
        collect(b, data);
        vm->reg[R_FILE] = *outer;
    }
}

/* Takes one form of a body; *form is changed. */
static void collect_one(Body *b, Value *form) {
    Unit *u = b->u;
    const Form *f = expand_head(u, b->scope, form);
    FormFn is = f ? f->expand : NULL;
    if (f) check_form(u, f, *form);
    TN_SCOPE(u->vm->m);
    if (is == form_define_record) {
        *form = record_forms(u, form);
        collect(b, TN_HANDLE_VALUE(u->vm->m, cdr(*form)));
    } else if (is == form_begin) {
        collect(b, TN_HANDLE_VALUE(u->vm->m, cdr(*form)));
    } else if (is == form_cond_expand) {
        collect(b, TN_HANDLE_VALUE(u->vm->m, chosen_forms(u, form)));
    } else if (is == form_include || is == form_include_ci) {
        collect_files(b, form, is == form_include_ci);
    } else if (is == form_define_syntax) {
        collect_syntax(b, form);
    } else if (is == form_define_values) {
        collect_values(b, form);
    } else if (is == form_define) {
        Var *var = declare(b, defined_name(u, *form));
        add_item(b, I_DEFINE, form)->var = var;
    } else {
        add_item(b, I_EXPRESSION, form);
    }
}

static void collect(Body *b, const Value *list) {
    Unit *u = b->u;
    if (list_length(*list) < 0) syntax_error(u, "a body must be a proper list", *list);
    deepen(u);
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *list);
    TN_LOCAL_VALUE(u->vm->m, form);
    for (; *rest != S_NIL; *rest = cdr(*rest)) {
        *form = car(*rest);
        int64_t outer = enter_line(u, *form);
        collect_one(b, form);
        u->line = outer;
    }
    u->depth--;
}

static Node *expand_item(Body *b, const Item *item) {
    Unit *u = b->u;
    TN_SCOPE(u->vm->m);
    Value *form = TN_HANDLE_VALUE(u->vm->m, u->pool[item->form]);
    Value *file = TN_HANDLE_VALUE(u->vm->m, u->vm->reg[R_FILE]);
    int64_t outer = u->line;
    u->line = item->line;
    u->vm->reg[R_FILE] = u->pool[item->file];
    Node *node = item->kind == I_DEFINE   ? define_value(u, b->scope, form, item->var->name)
                 : item->kind == I_VALUES ? values_vector(u, b->scope, form)
                 : item->kind == I_PICK   ? pick(u, item->values, item->at)
                                          : expand(u, b->scope, form);
    u->vm->reg[R_FILE] = *file;
    u->line = outer;
    return node;
}

Node *expand_body(Unit *u, const Scope *s, const Value *list) {
    Body b = {.u = u, .scope = unit_alloc(u, sizeof(Scope))};
    b.scope->outer = s;
    collect(&b, list);
    Node *node = new_node(u, N_BODY, (uint32_t)b.n);
    node->vars = unit_alloc(u, (b.n + 1) * sizeof(Var *));
    size_t last = 0; /* one after the last definition */
    for (size_t i = 0; i < b.n; i++) {
        node->list[i] = expand_item(&b, &b.items[i]);
        node->vars[i] = b.items[i].var;
        if (node->vars[i]) last = i + 1;
    }
    size_t rest = b.n - last;
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
