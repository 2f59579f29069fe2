/* syntax.c: macros. make_macro translates the rules of (syntax-rules ...) once, and reports what is wrong with them;
 * expand_macro matches a use with the patterns and fills in a template. Called by expand.c and define.c.
 *
 * A macro's rules are a list of vectors #(pattern variables template renames). In the translated patterns and
 * templates, which are ordinary data, a fixnum is the number of a pattern variable, and what is not a pair or () is
 * a vector that begins with one of the numbers below:
 *
 *     #(P_LITERAL name)                        the name, with the same meaning as where the macro was defined
 *     #(P_ANYTHING)                            _
 *     #(P_DATUM datum)                         the datum, by equal?
 *     #(P_VECTOR x)                            a vector, whose items as a list are x
 *     #(P_ELLIPSIS x rest length first count)  in a pattern: any number of x, then `rest`, which has `length` pairs;
 *                                              the variables of x are `count` ones from `first` on
 *     #(P_ELLIPSIS x rest levels)              in a template; for each ellipsis after x, from the outermost on,
 *                                              `levels` has the list of the variables that it steps through
 *     #(P_RENAME i name)                       in a template: the alias number i of this expansion
 *
 * What variables stand for is in a vector; under an ellipsis that is a list, of lists under two, and so on. A variable
 * that is followed by an ellipsis at the end of a list gets the rest of the use itself: nothing is copied then.
 *
 * Recursion follows the nesting of patterns and templates, which make_macro bounds. */
#include "ast.h"

enum { P_LITERAL, P_ANYTHING, P_DATUM, P_VECTOR, P_ELLIPSIS, P_RENAME };
enum { VARIABLES_MAX = 1000, MADE_MAX = 10000000 };

static Value item(Value vector, size_t i) { return tn_read_value(AS(Vector, vector), item[i]); }

/* ---- from rules to patterns and templates ---- */

typedef struct Rules {
    Unit *u;
    const Scope *s;
    const Value *ellipsis; /* the name that the macro has chosen; S_FALSE: `...` */
    const Value *literals;
    bool no_ellipsis;      /* inside of (... template) */
    struct { uint32_t name; int depth; } *vars; /* of the rule; names in the pool */
    int vars_n;
    uint32_t *renames;
    int renames_n, renames_room;
    int *seen; /* variables in the order of their uses in the template */
    int seen_n, seen_room;
} Rules;

static Value make_op(Unit *u, int op, size_t n, const Value *const *items) {
    TN_SCOPE(u->vm->m);
    Value *code = TN_HANDLE_VALUE(u->vm->m, fixnum(op));
    Value vector = unit_check(u, make_vector(u->vm, n + 1, code));
    for (size_t i = 0; i < n; i++) tn_init_value(AS(Vector, vector), item[i + 1], *items[i]);
    return vector;
}

static Value vector_list(Unit *u, const Value *vector) {
    TN_SCOPE(u->vm->m);
    Value *list = TN_HANDLE_VALUE(u->vm->m, S_NIL), *v = TN_HANDLE_VALUE(u->vm->m, S_NIL);
    for (size_t i = AS(Vector, *vector)->length; i-- > 0;) {
        *v = item(*vector, i);
        *list = unit_check(u, cons(u->vm, v, list));
    }
    return *list;
}

static bool is_literal(const Rules *r, Value name) {
    for (Value l = *r->literals; l != S_NIL; l = cdr(l))
        if (car(l) == name) return true;
    return false;
}

static bool is_ellipsis(Rules *r, Value v) {
    if (!is_name(v) || r->no_ellipsis) return false;
    if (*r->ellipsis != S_FALSE) return v == *r->ellipsis;
    return !is_literal(r, v) && is_keyword(r->u, r->s, v, "...");
}

/* x is followed by an ellipsis in the list *form = (x ... . rest). */
static bool before_ellipsis(Rules *r, const Value *form) {
    return IS(Pair, cdr(*form)) && is_ellipsis(r, car(cdr(*form)));
}

static Value add_variable(Rules *r, Value name, int depth) {
    for (int i = 0; i < r->vars_n; i++)
        if (r->u->pool[r->vars[i].name] == name) syntax_error(r->u, "syntax-rules: a variable occurs twice", name);
    if (r->vars_n == VARIABLES_MAX) syntax_error(r->u, "syntax-rules: too many variables", 0);
    r->vars[r->vars_n].name = unit_keep(r->u, name);
    r->vars[r->vars_n].depth = depth;
    return fixnum(r->vars_n++);
}

/* Makes what a pattern or a template is in the form. */
typedef Value (*MakeFn)(Rules *r, const Value *form, int depth);

/* A vector, a datum, or a pair, of which `make` makes the parts. */
static Value make_parts(Rules *r, const Value *form, int depth, MakeFn make) {
    Vm *vm = r->u->vm;
    TN_SCOPE(vm->m);
    Value *a = TN_HANDLE_VALUE(vm->m, S_FALSE), *d = TN_HANDLE_VALUE(vm->m, S_FALSE);
    if (IS(Vector, *form)) {
        *a = vector_list(r->u, form);
        *a = make(r, a, depth);
        return make_op(r->u, P_VECTOR, 1, (const Value *const[]){a});
    }
    if (!IS(Pair, *form)) return make_op(r->u, P_DATUM, 1, (const Value *const[]){form});
    *a = car(*form);
    *a = make(r, a, depth);
    *d = cdr(*form);
    *d = make(r, d, depth);
    return unit_check(r->u, cons(vm, a, d));
}

static Value make_pattern(Rules *r, const Value *form, int depth);

static Value make_pattern_ellipsis(Rules *r, const Value *form, int depth) {
    Vm *vm = r->u->vm;
    TN_SCOPE(vm->m);
    Value *x = TN_HANDLE_VALUE(vm->m, car(*form)), *rest = TN_HANDLE_VALUE(vm->m, cdr(cdr(*form)));
    int64_t length = 0;
    for (Value p = *rest; IS(Pair, p); p = cdr(p)) length++;
    Value *count = TN_HANDLE_VALUE(vm->m, fixnum(length)), *first = TN_HANDLE_VALUE(vm->m, fixnum(r->vars_n));
    *x = make_pattern(r, x, depth + 1);
    Value *n = TN_HANDLE_VALUE(vm->m, fixnum(r->vars_n - fixnum_value(*first)));
    for (Value *p = TN_HANDLE_VALUE(vm->m, *rest); IS(Pair, *p); *p = cdr(*p))
        if (is_ellipsis(r, car(*p))) syntax_error(r->u, "syntax-rules: two ellipses in a list", *form);
    *rest = make_pattern(r, rest, depth);
    return make_op(r->u, P_ELLIPSIS, 5, (const Value *const[]){x, rest, count, first, n});
}

static Value make_pattern_name(Rules *r, const Value *name, int depth) {
    if (is_literal(r, *name)) return make_op(r->u, P_LITERAL, 1, (const Value *const[]){name});
    if (is_ellipsis(r, *name)) syntax_error(r->u, "syntax-rules: an ellipsis follows nothing", 0);
    if (is_keyword(r->u, r->s, *name, "_")) return make_op(r->u, P_ANYTHING, 0, NULL);
    return add_variable(r, *name, depth);
}

static Value make_pattern(Rules *r, const Value *form, int depth) {
    if (is_name(*form)) return make_pattern_name(r, form, depth);
    if (*form == S_NIL) return S_NIL;
    deepen(r->u);
    bool ellipsis = IS(Pair, *form) && before_ellipsis(r, form);
    Value made = ellipsis ? make_pattern_ellipsis(r, form, depth) : make_parts(r, form, depth, make_pattern);
    r->u->depth--;
    return made;
}

static Value make_template(Rules *r, const Value *form, int depth);

static void see(Rules *r, int var) {
    if (r->seen_n == r->seen_room) {
        r->seen_room = r->seen_room ? r->seen_room * 2 : 32;
        r->seen = unit_more(r->u, r->seen, (size_t)r->seen_n, (size_t)r->seen_room, sizeof *r->seen);
    }
    r->seen[r->seen_n++] = var;
}

/* The number of an inserted name: the same name is the same alias all over an expansion. */
static int64_t rename_index(Rules *r, Value name) {
    for (int i = 0; i < r->renames_n; i++)
        if (r->u->pool[r->renames[i]] == name) return i;
    if (r->renames_n == r->renames_room) {
        r->renames_room = r->renames_room ? r->renames_room * 2 : 16;
        r->renames =
            unit_more(r->u, r->renames, (size_t)r->renames_n, (size_t)r->renames_room, sizeof *r->renames);
    }
    r->renames[r->renames_n] = unit_keep(r->u, name);
    return r->renames_n++;
}

static Value make_template_name(Rules *r, const Value *name, int depth) {
    for (int i = 0; i < r->vars_n; i++) {
        if (r->u->pool[r->vars[i].name] != *name) continue;
        if (r->vars[i].depth > depth) syntax_error(r->u, "syntax-rules: a variable needs more ellipses", *name);
        see(r, i);
        return fixnum(i);
    }
    if (is_ellipsis(r, *name)) syntax_error(r->u, "syntax-rules: an ellipsis follows nothing", 0);
    TN_SCOPE(r->u->vm->m);
    Value *index = TN_HANDLE_VALUE(r->u->vm->m, fixnum(rename_index(r, *name)));
    return make_op(r->u, P_RENAME, 2, (const Value *const[]){index, name});
}

/* The variables among those seen from `start` on that the ellipsis number `level` steps through. */
static Value steppers(Rules *r, int start, int level) {
    TN_SCOPE(r->u->vm->m);
    Value *list = TN_HANDLE_VALUE(r->u->vm->m, S_NIL), *var = TN_HANDLE_VALUE(r->u->vm->m, S_NIL);
    for (int i = start; i < r->seen_n; i++) {
        bool wanted = r->vars[r->seen[i]].depth >= level;
        for (Value l = *list; l != S_NIL && wanted; l = cdr(l)) wanted = car(l) != fixnum(r->seen[i]);
        if (!wanted) continue;
        *var = fixnum(r->seen[i]);
        *list = unit_check(r->u, cons(r->u->vm, var, list));
    }
    if (*list == S_NIL) syntax_error(r->u, "syntax-rules: an ellipsis without a variable to repeat", 0);
    return *list;
}

static Value make_template_ellipsis(Rules *r, const Value *form, int depth) {
    Vm *vm = r->u->vm;
    TN_SCOPE(vm->m);
    Value *x = TN_HANDLE_VALUE(vm->m, car(*form)), *rest = TN_HANDLE_VALUE(vm->m, cdr(*form));
    Value *levels = TN_HANDLE_VALUE(vm->m, S_NIL), *level = TN_HANDLE_VALUE(vm->m, S_NIL);
    int n = 0, start = r->seen_n;
    for (; IS(Pair, *rest) && is_ellipsis(r, car(*rest)); *rest = cdr(*rest)) n++;
    *x = make_template(r, x, depth + n);
    for (int i = n; i > 0; i--) {
        *level = steppers(r, start, depth + i);
        *levels = unit_check(r->u, cons(vm, level, levels));
    }
    *rest = make_template(r, rest, depth);
    return make_op(r->u, P_ELLIPSIS, 3, (const Value *const[]){x, rest, levels});
}

/* (... template): ellipses stand for themselves in there. */
static Value make_template_escape(Rules *r, const Value *form, int depth) {
    if (list_length(*form) != 2) syntax_error(r->u, "syntax-rules: bad use of an ellipsis", *form);
    TN_SCOPE(r->u->vm->m);
    Value *inner = TN_HANDLE_VALUE(r->u->vm->m, nth(*form, 1));
    r->no_ellipsis = true;
    Value result = make_template(r, inner, depth);
    r->no_ellipsis = false;
    return result;
}

static Value make_template(Rules *r, const Value *form, int depth) {
    if (is_name(*form)) return make_template_name(r, form, depth);
    if (*form == S_NIL) return S_NIL;
    deepen(r->u);
    Value made;
    if (IS(Pair, *form) && is_ellipsis(r, car(*form))) made = make_template_escape(r, form, depth);
    else if (IS(Pair, *form) && before_ellipsis(r, form)) made = make_template_ellipsis(r, form, depth);
    else made = make_parts(r, form, depth, make_template);
    r->u->depth--;
    return made;
}

static Value make_rule(Rules *r, const Value *rule) {
    Vm *vm = r->u->vm;
    if (list_length(*rule) != 2 || !IS(Pair, car(*rule))) syntax_error(r->u, "syntax-rules: bad rule", *rule);
    TN_SCOPE(vm->m);
    Value *pattern = TN_HANDLE_VALUE(vm->m, cdr(car(*rule))), *template = TN_HANDLE_VALUE(vm->m, nth(*rule, 1));
    r->vars_n = r->renames_n = r->seen_n = 0;
    *pattern = make_pattern(r, pattern, 0);
    *template = make_template(r, template, 0);
    Value *variables = TN_HANDLE_VALUE(vm->m, fixnum(r->vars_n));
    Value *renames = TN_HANDLE_VALUE(vm->m, fixnum(r->renames_n));
    Value made = unit_check(r->u, make_vector(vm, 4, variables));
    tn_init_value(AS(Vector, made), item[0], *pattern);
    tn_init_value(AS(Vector, made), item[2], *template);
    tn_init_value(AS(Vector, made), item[3], *renames);
    return made;
}

/* (syntax-rules [ellipsis] (literal ...) (pattern template) ...). */
static Value make_rules(Unit *u, const Scope *s, const Value *form) {
    Vm *vm = u->vm;
    TN_SCOPE(vm->m);
    Value *rest = TN_HANDLE_VALUE(vm->m, cdr(*form)), *ellipsis = TN_HANDLE_VALUE(vm->m, S_FALSE);
    if (list_length(*form) < 2) bad_form(u, "syntax-rules", *form);
    if (is_name(car(*rest))) {
        *ellipsis = car(*rest);
        *rest = cdr(*rest);
    }
    if (*rest == S_NIL || list_length(car(*rest)) < 0) bad_form(u, "syntax-rules", *form);
    Value *literals = TN_HANDLE_VALUE(vm->m, car(*rest)), *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (Value l = *literals; l != S_NIL; l = cdr(l))
        if (!is_name(car(l))) syntax_error(u, "syntax-rules: a literal must be a name", *form);
    Rules rules = {.u = u, .s = s, .ellipsis = ellipsis, .literals = literals};
    rules.vars = unit_alloc(u, VARIABLES_MAX * sizeof *rules.vars);
    TN_LOCAL_VALUE(vm->m, rule);
    uint32_t n = 0;
    uint32_t *kept = unit_alloc(u, ((size_t)list_length(*rest) + 1) * sizeof *kept);
    for (*rest = cdr(*rest); *rest != S_NIL; *rest = cdr(*rest)) {
        *rule = car(*rest);
        kept[n++] = unit_keep(u, make_rule(&rules, rule));
    }
    while (n-- > 0) {
        *rule = u->pool[kept[n]];
        *list = unit_check(u, cons(vm, rule, list));
    }
    Macro *macro = tn_alloc(vm->m, Macro);
    if (!macro) unit_no_memory(u);
    tn_init_value(macro, rules, *list);
    tn_init_value(macro, environment, *u->environment);
    macro->scope = s;
    return value_of(macro);
}

Value make_macro(Unit *u, const Scope *s, const Value *rules) {
    TN_SCOPE(u->vm->m);
    Value *form = TN_HANDLE_VALUE(u->vm->m, *rules);
    if (is_name(*form)) {
        Meaning m = resolve(u, s, form);
        if (m.keyword) return m.keyword;
    } else {
        expand_head(u, s, form);
        if (IS(Pair, *form) && is_keyword(u, s, car(*form), "syntax-rules")) return make_rules(u, s, form);
    }
    syntax_error(u, "define-syntax: expected syntax-rules", *form);
}

/* ---- matching ---- */

typedef struct Use {
    Unit *u;
    const Scope *s;        /* of the use */
    const Value *macro;
    const Value *bindings; /* a vector: what the variables stand for */
    const Value *renames;  /* a vector: the aliases that have been made */
} Use;

/* Whether a name of the use means what the literal means where the macro was defined. */
static bool same_meaning(const Use *use, const Value *name, const Value *literal) {
    Unit *u = use->u;
    TN_SCOPE(u->vm->m);
    Meaning a = resolve(u, use->s, name);
    const Binding *local = a.local;
    Value *cell = TN_HANDLE_VALUE(u->vm->m, local ? 0 : a.cell);
    Value *place = TN_HANDLE_VALUE(u->vm->m, tn_read_value(AS(Macro, *use->macro), environment));
    Meaning b = resolve_in(u, AS(Macro, *use->macro)->scope, place, literal);
    if (local || b.local) return local == b.local;
    if (*cell == b.cell) return true;
    /* An environment may have a cell of its own for what it has got from the system (symbol.c). */
    Value v = tn_read_value(AS(Global, *cell), value), w = tn_read_value(AS(Global, b.cell), value);
    bool same_name = tn_read_value(AS(Global, *cell), name) == tn_read_value(AS(Global, b.cell), name);
    return v == w && (b.keyword || same_name);
}

static bool match(const Use *use, const Value *pattern, const Value *form);

/* Matches as many forms as there are with x; what its variables stand for becomes lists. */
static bool match_repeated(const Use *use, const Value *op, Value *form, int64_t times) {
    Vm *vm = use->u->vm;
    TN_SCOPE(vm->m);
    size_t first = (size_t)fixnum_value(item(*op, 4)), count = (size_t)fixnum_value(item(*op, 5));
    Value *x = TN_HANDLE_VALUE(vm->m, item(*op, 1)), *nil = TN_HANDLE_VALUE(vm->m, S_NIL);
    Value *lists = TN_HANDLE_VALUE(vm->m, unit_check(use->u, make_vector(vm, count, nil)));
    TN_LOCAL_VALUE(vm->m, one);
    TN_LOCAL_VALUE(vm->m, list);
    for (; times > 0; times--, *form = cdr(*form)) {
        *one = car(*form);
        if (!match(use, x, one)) return false;
        for (size_t i = 0; i < count; i++) {
            *one = item(*use->bindings, first + i);
            *list = item(*lists, i);
            *list = unit_check(use->u, cons(vm, one, list));
            tn_write_value(vm->m, AS(Vector, *lists), item[i], *list);
        }
    }
    for (size_t i = 0; i < count; i++) {
        Value reversed = S_NIL, l = item(*lists, i); /* raw: nothing collects */
        while (l != S_NIL) {
            Value next = cdr(l);
            tn_write_value(vm->m, AS(Pair, l), cdr, reversed);
            reversed = l;
            l = next;
        }
        tn_write_value(vm->m, AS(Vector, *use->bindings), item[first + i], reversed);
    }
    return true;
}

/* Takes what stands before the ellipsis' rest from *form. */
static bool match_ellipsis(const Use *use, const Value *op, Value *form) {
    int64_t n = 0;
    Value p = *form;
    for (; IS(Pair, p); p = cdr(p))
        if (++n > MADE_MAX) return false; /* circular, perhaps */
    n -= fixnum_value(item(*op, 3));
    if (n < 0) return false;
    if (is_fixnum(item(*op, 1)) && item(*op, 2) == S_NIL) {
        if (p != S_NIL) return false;
        tn_write_value(use->u->vm->m, AS(Vector, *use->bindings), item[fixnum_value(item(*op, 1))], *form);
        *form = S_NIL;
        return true;
    }
    return match_repeated(use, op, form, n);
}

static bool match(const Use *use, const Value *pattern, const Value *form) {
    Vm *vm = use->u->vm;
    TN_SCOPE(vm->m);
    Value *p = TN_HANDLE_VALUE(vm->m, *pattern), *f = TN_HANDLE_VALUE(vm->m, *form);
    TN_LOCAL_VALUE(vm->m, a);
    TN_LOCAL_VALUE(vm->m, b);
    for (;;) {
        if (*p == S_NIL) return *f == S_NIL;
        if (is_fixnum(*p)) {
            tn_write_value(vm->m, AS(Vector, *use->bindings), item[fixnum_value(*p)], *f);
            return true;
        }
        if (IS(Pair, *p)) {
            if (!IS(Pair, *f)) return false;
            *a = car(*p);
            *b = car(*f);
            if (!match(use, a, b)) return false;
            *p = cdr(*p);
            *f = cdr(*f);
            continue;
        }
        switch (fixnum_value(item(*p, 0))) {
        case P_ANYTHING:
            return true;
        case P_LITERAL:
            *a = item(*p, 1);
            return is_name(*f) && same_meaning(use, f, a);
        case P_DATUM: {
            int equal = is_equal(vm, item(*p, 1), *f);
            if (equal < 0) unit_fail(use->u);
            return equal == 1;
        }
        case P_VECTOR:
            if (!IS(Vector, *f)) return false;
            *f = vector_list(use->u, f);
            *p = item(*p, 1);
            continue;
        default:
            if (!match_ellipsis(use, p, f)) return false;
            *p = item(*p, 2);
            continue;
        }
    }
}

/* ---- filling in ---- */

static void count_made(const Use *use) {
    if (++use->u->made > MADE_MAX) syntax_error(use->u, "macro expansions are too large", 0);
}

/* The alias for a name that the template inserts. */
static Value make_alias(const Use *use, const Value *op) {
    Vm *vm = use->u->vm;
    int64_t i = fixnum_value(item(*op, 1));
    Value made = item(*use->renames, (size_t)i);
    if (made != S_FALSE) return made;
    count_made(use);
    Alias *alias = tn_alloc(vm->m, Alias);
    if (!alias) unit_no_memory(use->u);
    const Macro *macro = AS(Macro, *use->macro);
    tn_init_value(alias, name, item(*op, 2));
    tn_init_value(alias, environment, tn_read_value(macro, environment));
    alias->scope = macro->scope;
    tn_write_value(vm->m, AS(Vector, *use->renames), item[i], value_of(alias));
    return value_of(alias);
}

/* A list under construction. */
typedef struct List { Value *head, *last; } List;

static void append(const Use *use, const List *list, const Value *v) {
    Vm *vm = use->u->vm;
    TN_SCOPE(vm->m);
    Value *nil = TN_HANDLE_VALUE(vm->m, S_NIL);
    count_made(use);
    Value pair = unit_check(use->u, cons(vm, v, nil));
    if (*list->head == S_NIL) *list->head = pair;
    else tn_write_value(vm->m, AS(Pair, *list->last), cdr, pair);
    *list->last = pair;
}

static Value fill(const Use *use, const Value *template);

static Value copy_bindings(const Use *use) {
    TN_SCOPE(use->u->vm->m);
    Value *none = TN_HANDLE_VALUE(use->u->vm->m, S_FALSE);
    size_t n = AS(Vector, *use->bindings)->length;
    use->u->made += n / 2;
    Value copy = unit_check(use->u, make_vector(use->u->vm, n, none));
    for (size_t i = 0; i < n; i++) tn_init_value(AS(Vector, copy), item[i], item(*use->bindings, i));
    return copy;
}

/* How many of the lists that the variables stand for have ended. */
static int ended(Value bindings, Value vars) {
    int n = 0;
    for (; vars != S_NIL; vars = cdr(vars)) n += !IS(Pair, item(bindings, (size_t)fixnum_value(car(vars))));
    return n;
}

/* x once for each item of the lists; and so inside of each again if there are more levels. */
static void fill_repeated(const Use *use, const Value *x, const Value *levels, const List *list) {
    Vm *vm = use->u->vm;
    TN_SCOPE(vm->m);
    Value *rests = TN_HANDLE_VALUE(vm->m, copy_bindings(use)), *vars = TN_HANDLE_VALUE(vm->m, car(*levels));
    Value *inner = TN_HANDLE_VALUE(vm->m, S_FALSE), *deeper = TN_HANDLE_VALUE(vm->m, cdr(*levels));
    Use once = *use;
    once.bindings = inner;
    for (; ended(*rests, *vars) == 0;) {
        *inner = copy_bindings(use);
        for (Value l = *vars; l != S_NIL; l = cdr(l)) {
            size_t var = (size_t)fixnum_value(car(l));
            Value at = item(*rests, var);
            tn_write_value(vm->m, AS(Vector, *inner), item[var], car(at));
            tn_write_value(vm->m, AS(Vector, *rests), item[var], cdr(at));
        }
        TN_SCOPE(vm->m);
        if (*deeper == S_NIL) append(use, list, TN_HANDLE_VALUE(vm->m, fill(&once, x)));
        else fill_repeated(&once, x, deeper, list);
    }
    if (ended(*rests, *vars) != list_length(*vars))
        syntax_error(use->u, "sequences of different lengths in a macro", 0);
}

static Value fill_list(const Use *use, const Value *template) {
    Vm *vm = use->u->vm;
    TN_SCOPE(vm->m);
    Value *t = TN_HANDLE_VALUE(vm->m, *template), *x = TN_HANDLE_VALUE(vm->m, S_NIL);
    List list = {TN_HANDLE_VALUE(vm->m, S_NIL), TN_HANDLE_VALUE(vm->m, S_NIL)};
    for (;;) {
        if (IS(Pair, *t)) {
            *x = car(*t);
            *x = fill(use, x);
            append(use, &list, x);
            *t = cdr(*t);
        } else if (IS(Vector, *t) && item(*t, 0) == fixnum(P_ELLIPSIS)) {
            *x = item(*t, 1);
            Value levels = item(*t, 3);
            if (is_fixnum(*x) && item(*t, 2) == S_NIL && cdr(levels) == S_NIL) break; /* what the variable stands for */
            fill_repeated(use, x, TN_HANDLE_VALUE(vm->m, levels), &list);
            *t = item(*t, 2);
        } else {
            *x = *t;
            break;
        }
    }
    *x = fill(use, x);
    if (*list.head == S_NIL) return *x;
    tn_write_value(vm->m, AS(Pair, *list.last), cdr, *x);
    return *list.head;
}

static Value fill_vector(const Use *use, const Value *template) {
    Vm *vm = use->u->vm;
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, fill(use, template)), *none = TN_HANDLE_VALUE(vm->m, S_FALSE);
    int64_t n = list_length(*list);
    if (n < 0) syntax_error(use->u, "a dot in a vector", 0);
    Value vector = unit_check(use->u, make_vector(vm, (size_t)n, none));
    size_t i = 0;
    for (Value l = *list; l != S_NIL; l = cdr(l)) tn_init_value(AS(Vector, vector), item[i++], car(l));
    return vector;
}

static Value fill(const Use *use, const Value *template) {
    if (is_fixnum(*template)) return item(*use->bindings, (size_t)fixnum_value(*template));
    if (*template == S_NIL) return S_NIL;
    if (IS(Pair, *template)) return fill_list(use, template);
    TN_SCOPE(use->u->vm->m);
    switch (fixnum_value(item(*template, 0))) {
    case P_RENAME: return make_alias(use, template);
    case P_DATUM: return item(*template, 1);
    case P_VECTOR: return fill_vector(use, TN_HANDLE_VALUE(use->u->vm->m, item(*template, 1)));
    default: return fill_list(use, template);
    }
}

Value expand_macro(Unit *u, const Scope *s, const Value *macro, const Value *form) {
    Vm *vm = u->vm;
    TN_SCOPE(vm->m);
    Value *rules = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Macro, *macro), rules));
    Value *rest = TN_HANDLE_VALUE(vm->m, cdr(*form)), *none = TN_HANDLE_VALUE(vm->m, S_FALSE);
    TN_LOCAL_VALUE(vm->m, rule);
    TN_LOCAL_VALUE(vm->m, part);
    TN_LOCAL_VALUE(vm->m, bindings);
    TN_LOCAL_VALUE(vm->m, renames);
    Use use = {.u = u, .s = s, .macro = macro, .bindings = bindings, .renames = renames};
    for (; *rules != S_NIL; *rules = cdr(*rules)) {
        *rule = car(*rules);
        *bindings = unit_check(u, make_vector(vm, (size_t)fixnum_value(item(*rule, 1)), none));
        *part = item(*rule, 0);
        if (!match(&use, part, rest)) continue;
        *renames = unit_check(u, make_vector(vm, (size_t)fixnum_value(item(*rule, 3)), none));
        *part = item(*rule, 2);
        u->made++;
        return fill(&use, part);
    }
    *part = strip(u, form);
    syntax_error(u, "no rule of the macro fits", *part);
}
