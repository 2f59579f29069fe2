/* calc.c: a calculator with closures, strings, symbols and errors: a small language, written with handles. It is the
 * host to copy from. README.md has the language, and says which part shows what. */
#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenure.h>

/* ---- values and objects ---- */

/* A value is a double, or a reference: TAG in the upper 16 bits, and the address of an object. Doubles with these bits
 * are NaNs that no arithmetic makes. main() gives the collector this format. With no address it is the empty list. */
typedef tn_value Value;
enum { TAG = 0xFFFC };
#define EMPTY ((Value)TAG << 48)

typedef struct Pair { tn_value_field first, rest; } Pair; /* of a list; a program is a list */
typedef struct String { size_t length; char text[]; } String;
typedef struct Symbol { size_t length; char text[]; } Symbol; /* one for each name, so that names compare as pointers */

/* A variable, and the variables around it. A closure keeps the variables that it was made among. */
typedef struct Env { TN_FIELD(struct Env) outer; TN_FIELD(Symbol) name; tn_value_field value; } Env;
typedef struct Closure { tn_value_field parameters, body; TN_FIELD(Env) env; } Closure;

enum { Pair_type = TN_FIRST_TYPE, String_type, Symbol_type, Env_type, Closure_type };
static const tn_type_desc types[] = {
    TN_DESC(Pair, TN_VALUES(Pair, first, rest)),
    TN_DESC(String, .flags = TN_LEAF, TN_TAIL(1, 0, 0)),
    TN_DESC(Symbol, .flags = TN_LEAF, TN_TAIL(1, 0, 0)),
    TN_DESC(Env, TN_REFS(Env, outer, name), TN_VALUES(Env, value)),
    TN_DESC(Closure, TN_REFS(Closure, env), TN_VALUES(Closure, parameters, body)),
};

static bool is_number(Value v) { return v >> 48 != TAG; }
static Value reference(const void *object) { return EMPTY | (Value)(uintptr_t)object; }
#define AS(T, v) ((T *)(uintptr_t)((v) & ~EMPTY)) /* a raw pointer: good until something may collect */
#define IS(T, v) (!is_number(v) && (v) != EMPTY && tn_type_of(AS(T, v)) == T##_type)
static Value first(Value list) { return tn_read_value(AS(Pair, list), first); }
static Value rest(Value list) { return tn_read_value(AS(Pair, list), rest); }

typedef union Word { Value v; double d; } Word;
static Value number(double d) { return (Word){.d = d}.v; }
static double to_double(Value v) { return (Word){.v = v}.d; }

/* ---- the calculator, and its errors ---- */

enum { SLOTS = 4096, DEPTH_MAX = 2000 };

typedef struct Calc {
    tn_mutator *m;
    const char *at;                  /* the text that is still to be read */
    int depth;                       /* of nesting, which is limited because the C stack is */
    jmp_buf failed;                  /* where an error goes */
    char message[100];               /* and what it says */
    TN_FIELD(Env) globals;           /* a root: the variables of the top level */
    TN_FIELD(tn_weak_array) symbols; /* a root: a hash table of SLOTS symbols, which it holds weakly */
    bool used[SLOTS];                /* a symbol is, or has been, in this slot */
} Calc;

/* Leaves with an error, "message: what". `length` is of `what`. run() closes the scopes that are open here. */
_Noreturn static void fail(Calc *c, const char *message, const char *what, size_t length) {
    if (length > 40) length = 40;
    snprintf(c->message, sizeof c->message, "%s%s%.*s", message, length ? ": " : "", (int)length, what);
    longjmp(c->failed, 1);
}

/* Every allocation may fail. That is an error of the language like the others. */
static void check(Calc *c, const void *made) {
    if (!made) fail(c, "no memory", "", 0); /* tn_last_error(c->m) has more to say */
}

static void enter(Calc *c) {
    if (++c->depth > DEPTH_MAX) fail(c, "nested too deeply", "", 0);
}

/* ---- symbols ---- */

static Symbol *symbol_at(Calc *c, size_t slot) {
    return AS(Symbol, tn_weak_array_read(c->m, tn_root_read(&c->symbols), slot));
}

/* The slot that has the symbol, or else one that can have it. A slot whose symbol has died reads as 0. The search goes
 * on after such a slot, because the symbol may be further on. It ends at a slot that has never been used. */
static size_t find(Calc *c, const char *text, size_t length) {
    size_t hash = 5381, vacant = SLOTS;
    for (size_t i = 0; i < length; i++) hash = hash * 33 + (unsigned char)text[i];
    for (size_t n = 0; n < SLOTS; n++) {
        size_t slot = (hash + n) % SLOTS;
        const Symbol *s = symbol_at(c, slot);
        if (s && s->length == length && memcmp(s->text, text, length) == 0) return slot;
        if (!s && vacant == SLOTS) vacant = slot;
        if (!c->used[slot]) break;
    }
    if (vacant == SLOTS) fail(c, "too many names", text, length);
    return vacant;
}

/* The symbol with this name: the one that exists, or a new one. */
static Symbol **intern(Calc *c, const char *text, size_t length) {
    TN_SCOPE(c->m);
    Symbol **symbol = TN_HANDLE(c->m, symbol_at(c, find(c, text, length)));
    if (*symbol) return TN_ESCAPE(symbol);
    Symbol **made = TN_NEW_TAIL(c->m, Symbol, char, length);
    check(c, made);
    (*made)->length = length;
    memcpy((*made)->text, text, length);
    size_t slot = find(c, text, length); /* after the allocation, because that may have cleared slots */
    tn_weak_array_write(c->m, tn_root_read(&c->symbols), slot, reference(*made));
    c->used[slot] = true;
    return TN_ESCAPE(made);
}

static bool is_word(Value v, const char *word) {
    return IS(Symbol, v) && AS(Symbol, v)->length == strlen(word) && !memcmp(AS(Symbol, v)->text, word, strlen(word));
}

/* How many symbols are alive, after a full collection. */
static Value count_symbols(Calc *c) {
    double n = 0;
    tn_collect(c->m, TN_FULL);
    for (size_t slot = 0; slot < SLOTS; slot++) n += symbol_at(c, slot) != NULL;
    return number(n);
}

/* ---- strings ---- */

/* The text of *a, then the text of *b. */
static Value join(Calc *c, const Value *a, const Value *b) {
    size_t n = AS(String, *a)->length, length = n + AS(String, *b)->length;
    String *s = tn_alloc_tail(c->m, String, char, length);
    check(c, s);
    s->length = length;
    memcpy(s->text, AS(String, *a)->text, n); /* *a and *b are read after the allocation */
    memcpy(s->text + n, AS(String, *b)->text, length - n);
    return reference(s);
}

static void print(Value v) {
    if (is_number(v)) printf("%.15g\n", to_double(v));
    else if (IS(String, v)) printf("%.*s\n", (int)AS(String, v)->length, AS(String, v)->text);
    else puts(IS(Closure, v) ? "a function" : "nothing");
}

/* ---- reading: from text to lists ---- */

static Value *read_value(Calc *c);

static char next(Calc *c) {
    while (isspace((unsigned char)*c->at) || *c->at == ';') c->at += *c->at == ';' ? strcspn(c->at, "\n") : 1;
    return *c->at;
}

/* The rest of a list. Each turn adds a pair at its end. */
static Value *read_list(Calc *c) {
    TN_SCOPE(c->m);
    Value *list = TN_HANDLE_VALUE(c->m, EMPTY);
    TN_LOCAL(c->m, Pair, last);
    while (next(c) != ')') {
        TN_SCOPE(c->m);
        Value *item = read_value(c);
        Pair **pair = TN_NEW(c->m, Pair);
        check(c, pair);
        TN_SET_VALUE(c->m, pair, first, item);
        TN_SET_VALUE(c->m, pair, rest, TN_HANDLE_VALUE(c->m, EMPTY));
        Value *end = TN_HANDLE_VALUE(c->m, reference(*pair));
        if (*last) TN_SET_VALUE(c->m, last, rest, end);
        else *list = *end;
        *last = *pair;
    }
    c->at++;
    return TN_ESCAPE_VALUE(list);
}

static Value *read_string(Calc *c) {
    size_t length = strcspn(++c->at, "\"");
    if (!c->at[length]) fail(c, "a string without end", c->at, length);
    String **s = TN_NEW_TAIL(c->m, String, char, length);
    check(c, s);
    (*s)->length = length;
    memcpy((*s)->text, c->at, length);
    c->at += length + 1;
    return TN_HANDLE_VALUE(c->m, reference(*s));
}

static Value *read_value(Calc *c) {
    TN_SCOPE(c->m);
    enter(c);
    TN_LOCAL_VALUE(c->m, v);
    size_t length = next(c) ? strcspn(c->at, "();\" \t\n") : 0;
    char *end;
    double d = strtod(c->at, &end);
    if (*c->at == '(') c->at++, v = read_list(c);
    else if (*c->at == '"') v = read_string(c);
    else if (length == 0) fail(c, "not expected", *c->at ? c->at : "the end", 7);
    else *v = end == c->at + length ? number(d) : reference(*intern(c, c->at, length));
    if (length) c->at += length;
    c->depth--;
    return TN_ESCAPE_VALUE(v);
}

/* ---- evaluating ---- */

static Value *evaluate(Calc *c, const Value *form, Env *const *env);

/* The variable with this name, or NULL. Nothing is allocated here, so raw pointers are good. */
static Env *lookup(Calc *c, const Symbol *name, Env *env) {
    TN_NO_GC(c->m);
    while (env && tn_read(env, name) != name) env = tn_read(env, outer);
    if (env) return env;
    env = tn_root_read(&c->globals);
    while (env && tn_read(env, name) != name) env = tn_read(env, outer);
    return env;
}

static Env **new_env(Calc *c, Env *const *outer, Symbol *const *name, const Value *v) {
    Env **env = TN_NEW(c->m, Env);
    check(c, env);
    TN_SET(c->m, env, outer, outer);
    TN_SET(c->m, env, name, name);
    TN_SET_VALUE(c->m, env, value, v);
    return env;
}

/* Changes the variable, or makes a new one at the top level. */
static void assign(Calc *c, Symbol *const *name, Env *const *env, const Value *v) {
    TN_SCOPE(c->m);
    Env **variable = TN_HANDLE(c->m, lookup(c, *name, *env));
    if (*variable) TN_SET_VALUE(c->m, variable, value, v);
    else TN_ROOT_SET(c->m, &c->globals, new_env(c, TN_HANDLE(c->m, tn_root_read(&c->globals)), name, v));
}

/* Item n of a list. */
static Value *part(Calc *c, const Value *list, int n) {
    Value at = *list;
    while (n-- > 0 && IS(Pair, at)) at = rest(at);
    if (!IS(Pair, at)) fail(c, "a part is missing", "", 0);
    return TN_HANDLE_VALUE(c->m, first(at));
}

static Symbol **symbol_part(Calc *c, const Value *list, int n) {
    Value *v = part(c, list, n);
    if (!IS(Symbol, *v)) fail(c, "a name was expected", "", 0);
    return TN_HANDLE(c->m, AS(Symbol, *v));
}

static Value *new_closure(Calc *c, const Value *form, Env *const *env) {
    Closure **closure = TN_NEW(c->m, Closure);
    check(c, closure);
    TN_SET_VALUE(c->m, closure, parameters, part(c, form, 1));
    TN_SET_VALUE(c->m, closure, body, part(c, form, 2));
    TN_SET(c->m, closure, env, env);
    return TN_HANDLE_VALUE(c->m, reference(*closure));
}

/* The value of the closure's body, with a new variable for each parameter. `form` is the whole call. */
static Value *call(Calc *c, Closure *const *closure, const Value *form, Env *const *env) {
    Env **inner = TN_GET(c->m, closure, env);
    Value *parameters = TN_GET_VALUE(c->m, closure, parameters);
    Value *arguments = TN_HANDLE_VALUE(c->m, rest(*form));
    while (IS(Pair, *parameters) && IS(Pair, *arguments)) {
        TN_SCOPE(c->m);
        Value *v = evaluate(c, part(c, arguments, 0), env);
        *inner = *new_env(c, inner, symbol_part(c, parameters, 0), v);
        *parameters = rest(*parameters);
        *arguments = rest(*arguments);
    }
    if (*parameters != *arguments) fail(c, "wrong number of arguments", "", 0); /* both are empty, if it is right */
    return evaluate(c, TN_GET_VALUE(c->m, closure, body), inner);
}

static Value operate(Calc *c, char operator, const Value *v, const Value *w) {
    if (operator == '+' && IS(String, *v) && IS(String, *w)) return join(c, v, w);
    if (!is_number(*v) || !is_number(*w)) fail(c, "numbers were expected", &operator, 1);
    double a = to_double(*v), b = to_double(*w);
    return number(operator == '+' ? a + b : operator == '-' ? a - b : operator == '*' ? a * b
                  : operator == '/' ? a / b : a < b);
}

/* (if test a b), (fn (name ...) body), (set name value), (symbols), (+ a b) and its kin, or a call. */
static Value *evaluate_list(Calc *c, const Value *form, Env *const *env) {
    Value *head = part(c, form, 0);
    if (is_word(*head, "if")) {
        Value test = *evaluate(c, part(c, form, 1), env);
        return evaluate(c, part(c, form, is_number(test) && to_double(test) == 0 ? 3 : 2), env);
    }
    if (is_word(*head, "fn")) return new_closure(c, form, env);
    if (is_word(*head, "set")) {
        Value *v = evaluate(c, part(c, form, 2), env);
        assign(c, symbol_part(c, form, 1), env, v);
        return v;
    }
    if (is_word(*head, "symbols")) return TN_HANDLE_VALUE(c->m, count_symbols(c));
    if (IS(Symbol, *head) && AS(Symbol, *head)->length == 1 && strchr("+-*/<", *AS(Symbol, *head)->text)) {
        char operator = *AS(Symbol, *head)->text;
        Value *v = evaluate(c, part(c, form, 1), env), *w = evaluate(c, part(c, form, 2), env);
        return TN_HANDLE_VALUE(c->m, operate(c, operator, v, w));
    }
    Value *callee = evaluate(c, head, env);
    if (!IS(Closure, *callee)) fail(c, "only a function can be called", "", 0);
    return call(c, TN_HANDLE(c->m, AS(Closure, *callee)), form, env);
}

static Value *evaluate(Calc *c, const Value *form, Env *const *env) {
    TN_SCOPE(c->m); /* the functions that this one calls have no scopes of their own: their handles end here */
    enter(c);
    Value *v = TN_HANDLE_VALUE(c->m, *form);
    if (IS(Pair, *form)) {
        v = evaluate_list(c, form, env);
    } else if (IS(Symbol, *form)) {
        const Symbol *name = AS(Symbol, *form);
        const Env *variable = lookup(c, name, *env);
        if (!variable) fail(c, "no such variable", name->text, name->length);
        *v = tn_read_value(variable, value);
    }
    c->depth--;
    return TN_ESCAPE_VALUE(v);
}

/* ---- programs ---- */

/* Evaluates each form of the text, and prints its value. An error ends the text. */
static bool run(Calc *c, const char *text) {
    tn_checkpoint mark = tn_save(c->m);
    c->at = text;
    c->depth = 0;
    if (setjmp(c->failed)) {
        tn_restore(c->m, mark); /* closes the scopes that fail() has left */
        tn_clear_error(c->m);
        fflush(stdout);
        fprintf(stderr, "error: %s\n", c->message);
        return false;
    }
    while (next(c)) {
        TN_SCOPE(c->m);
        TN_LOCAL(c->m, Env, env); /* no variables but the global ones */
        print(*evaluate(c, read_value(c), env));
    }
    return true;
}

static bool run_file(Calc *c, const char *name) {
    static char text[1 << 16];
    FILE *file = fopen(name, "r");
    if (!file) return perror(name), false;
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    if (length == sizeof text) return fprintf(stderr, "%s: too long\n", name), false;
    return run(c, text);
}

/* A prompt: an error ends its line only. */
static bool converse(Calc *c) {
    char line[1000];
    while (fputs("> ", stdout), fflush(stdout), fgets(line, sizeof line, stdin)) run(c, line);
    return true;
}

static bool open_calc(Calc *c, tn_heap *heap) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (!tn_type_create(heap, &types[i])) return false;
    TN_SCOPE(c->m);
    tn_weak_array **symbols = TN_WEAK_ARRAY_NEW(c->m, SLOTS);
    return symbols && tn_root_create(c->m, &c->globals) == TN_OK && tn_root_create(c->m, &c->symbols) == TN_OK &&
           TN_ROOT_SET(c->m, &c->symbols, symbols) == TN_OK;
}

int main(int argc, char **argv) {
    static Calc c;
    tn_error error = {TN_OK, ""};
    tn_config config = TN_CONFIG_INIT;
    config.name = "calc";
    config.format = tn_format_nan_box(TAG);
    tn_heap *heap = tn_heap_create(&config, &error);
    c.m = heap ? tn_mutator_create(heap, &error) : NULL;
    if (!c.m) return fprintf(stderr, "%s\n", error.text), 1;
    bool good = open_calc(&c, heap);
    if (!good) fprintf(stderr, "%s\n", tn_last_error(c.m));
    good = good && (argc > 1 ? run_file(&c, argv[1]) : converse(&c));
    tn_root_destroy(c.m, &c.symbols);
    tn_root_destroy(c.m, &c.globals);
    tn_mutator_destroy(c.m);
    return tn_heap_destroy(heap) == TN_OK && good ? 0 : 1;
}
