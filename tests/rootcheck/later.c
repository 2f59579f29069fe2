/* later.c: a third collection, again written without looking at the checker. */
#include <alloca.h>
#include <stdarg.h>

#include "host.h"

static const char *symbol_text(const Symbol *symbol) { return tn_read(symbol, name)->text; }

static const char *text_of(Interp *in, Value v) {
    Value string = make_string(in, "value", IS_INT(v) ? 4 : 5);
    return string ? AS(String, string)->text : "";
}

/* An accessor's result is an interior pointer. */
Value describe(Interp *in, Symbol *symbol) {
    const char *text = symbol_text(symbol);
    Value v = make_vector(in, 2);
    if (v) printf("%s\n", text); // expect: interior-pointer
    return v;
}

/* Through an error function that allocates before it reads. */
Value unbound(Interp *in, Symbol *symbol) {
    return raise_error(in, symbol_text(symbol)); // expect: interior-pointer
}

Value unbound_mended(Interp *in, const Symbol *symbol) {
    char text[64];
    snprintf(text, sizeof text, "%s", symbol_text(symbol));
    return raise_error(in, text);
}

/* Two new strings in one printf. */
void print_both(Interp *in, const Value *a, const Value *b) {
    printf("%s %s\n", text_of(in, *a), text_of(in, *b)); // expect: unsequenced
}

/* The next one is saved before the call, but not from the call. */
void print_list(Interp *in, Node *list) {
    Node *next;
    for (Node *n = list; n; n = next) { // expect: stale-pointer
        next = tn_read(n, next);
        print(in, tn_read_value(n, value));
    }
}

/* A tree that is built by recursion. */
Node *build(Interp *in, int depth) {
    Node *node = node_alloc(in);
    if (!node || depth == 0) return node;
    tn_write(in->m, node, left, build(in, depth - 1));  // expect: raw-store
    tn_write(in->m, node, right, build(in, depth - 1)); // expect: raw-store, stale-pointer
    return node;                                        // expect: stale-pointer
}

Node *build_mended(Interp *in, int depth) {
    TN_SCOPE(in->m);
    Node **node = TN_NEW(in->m, Node);
    if (!node || depth == 0) return node ? *node : NULL;
    Node *part = build_mended(in, depth - 1);
    tn_write(in->m, *node, left, part);
    part = build_mended(in, depth - 1);
    tn_write(in->m, *node, right, part);
    return *node;
}

/* Arguments in alloca'd and variable-length arrays. */
Value spread(Interp *in, const Value *f, const Value *forms, Env *const *env, int n) {
    Value *args = alloca((size_t)n * sizeof *args);
    for (int i = 0; i < n; i++) args[i] = eval(in, forms + i, env);
    return apply(in, f, n, args); // expect: unrooted-slot, stale-pointer
}

Value spread_vla(Interp *in, const Value *f, const Value *forms, Env *const *env, int n) {
    Value args[n];
    for (int i = 0; i < n; i++) args[i] = eval(in, forms + i, env);
    return apply(in, f, n, args); // expect: unrooted-slot, stale-pointer
}

/* A copy of an object's fields. */
Value copied(Interp *in, const Value *pair) {
    Pair copy = *AS(Pair, *pair);
    intern(in, "copy");
    return copy.car.tn_word_; // expect: stale-pointer
}

/* A struct that a function returns. */
typedef struct Ends { Node *first, *last; } Ends;
static Ends ends_of(Node *list) {
    Ends ends = {list, list};
    while (tn_read(ends.last, next)) ends.last = tn_read(ends.last, next);
    return ends;
}

long span(Interp *in, Node *const *list) {
    Ends ends = ends_of(*list);
    print(in, MAKE_INT(1));
    return ends.last->number - ends.first->number; // expect: stale-pointer
}

/* Variable arguments. */
Value list_from(Interp *in, int n, ...) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL), *item = TN_HANDLE_VALUE(in->m, NIL);
    va_list ap;
    va_start(ap, n);
    while (n-- > 0) {
        *item = va_arg(ap, Value); // expect: stale-pointer
        *list = cons(in, item, list);
    }
    va_end(ap);
    return *list;
}

/* The old value of a slot. */
bool replace(Interp *in, Vector *const *v, const Value *form, Env *const *env) {
    Value old = tn_read_value(*v, item[0]);
    Value fresh = eval(in, form, env);
    if (tn_read_value(*v, item[0]) != old) return false; // expect: stale-pointer
    tn_write_value(in->m, *v, item[0], fresh);
    return true;
}

/* An lvalue that is chosen. */
void mark_one(Interp *in, Node *a, Node *b, bool first) {
    print(in, MAKE_INT(first));
    (first ? a : b)->number = 1; // expect: stale-pointer
}

/* continue skips the line that makes it fresh. */
long skip_some(Interp *in, Node *const *list, int n) {
    Node *at = *list;
    long sum = 0;
    for (int i = 0; i < n; i++) {
        sum += at->number; // expect: stale-pointer
        print(in, MAKE_INT(i));
        if (i % 2) continue;
        at = *list;
    }
    return sum;
}

/* A switch on what a call returns. */
Value dispatch(Interp *in, Value v, const Value *form, Env *const *env) {
    switch (INT(eval(in, form, env))) {
    case 0: return NIL;
    case 1: return v; // expect: stale-pointer
    default: return FALSE;
    }
}

/* The length is asked for too late. */
size_t length_after(Interp *in, Vector *v) {
    Value copy = make_vector(in, 1);
    return copy ? tn_length_of(v) : 0; // expect: stale-pointer
}

/* A hash of the identity, too. */
uint64_t hash_after(Interp *in, Node *node) {
    intern(in, "hash");
    return tn_hash_of(in->m, node); // expect: stale-pointer
}

/* Through a statement expression. */
#define CHECKED(in, v) ({ Value v_ = (v); intern((in), "checked"); v_; })
Value checked(Interp *in, Value v) {
    return CHECKED(in, v); // expect: stale-pointer
}

/* A resized array of values that is registered nowhere. */
typedef struct Stack { Value *items; size_t count, room; } Stack;
static bool stack_push(Stack *s, Value v) {
    if (s->count == s->room) {
        Value *more = realloc(s->items, (s->room * 2 + 8) * sizeof *more);
        if (!more) return false;
        s->items = more;
        s->room = s->room * 2 + 8;
    }
    s->items[s->count++] = v;
    return true;
}

Value reverse_all(Interp *in, Lexer *lexer) {
    Stack s = {0};
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL), *item = TN_HANDLE_VALUE(in->m, NIL);
    while (next_token(lexer) != ')') stack_push(&s, read_datum(in, lexer));
    while (s.count > 0) {
        *item = s.items[--s.count]; // expect: stale-pointer
        *list = cons(in, item, list);
    }
    free(s.items);
    return *list;
}

/* Only for a moment unrooted, but the moment has a call in it. */
void move_value(Interp *in, Value *from, Value *to) {
    Value v = *from;
    *from = NIL;
    print(in, MAKE_INT(0));
    *to = v; // expect: stale-pointer
}

/* A default argument by the comma. */
Value last_of(Interp *in, Value a, const Value *form, Env *const *env) {
    Value b = (eval(in, form, env), a); // expect: stale-pointer
    return b;
}

/* A loop that looks for a place and then allocates for it. */
Binding *bind_new(Interp *in, Env *env, Symbol *const *name) {
    Binding *last = tn_read(env, first);
    while (last && tn_read(last, next)) last = tn_read(last, next);
    Binding *binding = tn_alloc(in->m, Binding);
    if (!binding) return NULL;
    tn_init(binding, name, *name);
    if (last) tn_write(in->m, last, next, binding); // expect: stale-pointer
    else tn_write(in->m, env, first, binding); // expect: stale-pointer
    return binding;
}
