/* library.c: what the other files call. There are no mistakes here: that is checked too. */
#include "host.h"

Value cons(Interp *in, const Value *car, const Value *cdr) {
    Pair *pair = tn_alloc(in->m, Pair);
    if (!pair) return raise_error(in, "out of memory");
    tn_init_value(pair, car, *car);
    tn_init_value(pair, cdr, *cdr);
    return value_of(pair);
}

Value make_string(Interp *in, const char *text, size_t length) {
    String *string = tn_alloc_tail(in->m, String, char, length + 1);
    if (!string) return 0;
    memcpy(string->text, text, length);
    string->length = length;
    return value_of(string);
}

Value make_vector(Interp *in, size_t length) {
    Vector *vector = tn_alloc_tail(in->m, Vector, tn_value, length);
    if (!vector) return 0;
    vector->length = length;
    return value_of(vector);
}

static Value eval_list(Interp *in, const Value *forms, Env *const *env) {
    TN_SCOPE(in->m);
    Value *rest = TN_HANDLE_VALUE(in->m, *forms), *form = TN_HANDLE_VALUE(in->m, NIL);
    int n = 0;
    for (; *rest != NIL; *rest = CDR(*rest), n++) {
        *form = CAR(*rest);
        Value v = eval(in, form, env);
        if (!v) return 0;
        *in->sp++ = v;
    }
    in->sp -= n;
    return apply(in, in->sp, n - 1, in->sp + 1);
}

Value eval(Interp *in, const Value *form, Env *const *env) {
    if (IS(Symbol, *form)) {
        Binding *binding = env_find(*env, AS(Symbol, *form));
        return binding ? tn_read_value(binding, value) : raise_error(in, "unbound");
    }
    return IS(Pair, *form) ? eval_list(in, form, env) : *form;
}

static Env *bind_arguments(Interp *in, const Value *function, int argc, const Value *argv) {
    TN_SCOPE(in->m);
    Env **outer = TN_HANDLE(in->m, tn_read(AS(Closure, *function), env));
    Env *made = env_alloc(in, outer);
    if (!made) return NULL;
    Env **env = TN_HANDLE(in->m, made);
    Value *params = TN_HANDLE_VALUE(in->m, tn_read_value(AS(Closure, *function), params));
    for (int i = 0; i < argc; i++, *params = CDR(*params)) {
        TN_SCOPE(in->m);
        Symbol **name = TN_HANDLE(in->m, AS(Symbol, CAR(*params)));
        if (!env_define(in, env, name, &argv[i])) return NULL;
    }
    return *env;
}

Value apply(Interp *in, const Value *function, int argc, const Value *argv) {
    TN_SCOPE(in->m);
    Env *made = bind_arguments(in, function, argc, argv);
    if (!made) return 0;
    Env **env = TN_HANDLE(in->m, made);
    Value *body = TN_HANDLE_VALUE(in->m, tn_read_value(AS(Closure, *function), body));
    return eval(in, body, env);
}

Value read_datum(Interp *in, Lexer *lexer) {
    if (lexer->kind == 'n') return MAKE_INT(lexer->number);
    if (lexer->kind == 's') return make_string(in, lexer->text, strlen(lexer->text));
    return intern(in, lexer->text);
}

Value intern(Interp *in, const char *name) {
    TN_SCOPE(in->m);
    Value text = make_string(in, name, strlen(name));
    if (!text) return 0;
    String **string = TN_HANDLE(in->m, AS(String, text));
    Symbol *symbol = tn_alloc(in->m, Symbol);
    if (!symbol) return 0;
    tn_init(symbol, name, *string);
    return value_of(symbol);
}

Value list_first(Value list) { return IS(Pair, list) ? CAR(list) : NIL; }

size_t list_count(Value list) {
    size_t n = 0;
    for (; IS(Pair, list); list = CDR(list)) n++;
    return n;
}

bool same_symbol(const Symbol *a, const Symbol *b) { return a == b || a->hash == b->hash; }

Node *node_alloc(Interp *in) { return tn_alloc(in->m, Node); }

Node **node_new(Interp *in) {
    TN_SCOPE(in->m);
    Node **node = TN_NEW(in->m, Node);
    return TN_ESCAPE(node);
}

Env *env_alloc(Interp *in, Env *const *outer) {
    Env *env = tn_alloc(in->m, Env);
    if (env) tn_init(env, outer, *outer);
    return env;
}

Binding *env_find(Env *env, const Symbol *name) {
    for (; env; env = tn_read(env, outer))
        for (Binding *b = tn_read(env, first); b; b = tn_read(b, next))
            if (same_symbol(tn_read(b, name), name)) return b;
    return NULL;
}

bool env_define(Interp *in, Env *const *env, Symbol *const *name, const Value *value) {
    Binding *binding = tn_alloc(in->m, Binding);
    if (!binding) return false;
    tn_init(binding, name, *name);
    tn_init(binding, next, tn_read(*env, first));
    tn_init_value(binding, value, *value);
    tn_write(in->m, *env, first, binding);
    return true;
}

bool table_grow(Interp *in, Table *const *table) {
    size_t length = tn_read(*table, slots)->length;
    Vector *larger = tn_alloc_tail(in->m, Vector, tn_value, 2 * length);
    if (!larger) return false;
    const Vector *old = tn_read(*table, slots);
    larger->length = 2 * length;
    for (size_t i = 0; i < length; i++) tn_init_value(larger, item[i], tn_read_value(old, item[i]));
    tn_write(in->m, *table, slots, larger);
    return true;
}

Value *table_slot(Table *table, Value key) {
    Vector *slots = tn_read(table, slots);
    size_t i = (size_t)(key >> 3) & (slots->length - 1);
    return (Value *)(uintptr_t)&slots->item[i];
}

void print(Interp *in, Value v) {
    TN_SCOPE(in->m);
    Value *held = TN_HANDLE_VALUE(in->m, v);
    Value *method = TN_HANDLE_VALUE(in->m, intern(in, "print"));
    if (*method) apply(in, method, 1, held);
}

bool check_integer(Interp *in, const Value *v) {
    if (IS_INT(*v)) return true;
    raise_error(in, "expected an integer");
    return false;
}

_Noreturn void throw_error(Interp *in, const char *message) {
    raise_error(in, message);
    longjmp(in->error, 1);
}

Value raise_error(Interp *in, const char *message) {
    *in->sp = make_string(in, message, strlen(message));
    return 0;
}

int next_token(Lexer *lexer) {
    int c = fgetc(lexer->in);
    lexer->kind = c == EOF ? 0 : c;
    return lexer->kind;
}

void scan_interp(tn_tracer *tracer, void *user) {
    Interp *in = user;
    tn_visit(tracer, &in->globals);
}
