/* roots.c: roots that are none, and roots that are gone. */
#include "host.h"

/* ---- static variables ---- */

static Pair *free_list;
static Value last_result;
static Node *cache[16];
static Env *known;
static Value quote_symbol;
static TN_FIELD(Table) symbols;
static const Value no_value = NIL;
static struct { Node *first; long count; } pool;

void scan_known(tn_tracer *tracer, void *user) {
    (void)user;
    tn_visit(tracer, &known);
}

void keep_pair(Interp *in) {
    Pair *pair = tn_alloc(in->m, Pair);
    free_list = pair; // expect: unrooted-memory
}

Value remember_result(Interp *in, const Value *form, Env *const *env) {
    last_result = eval(in, form, env); // expect: unrooted-memory
    return last_result;
}

Node *cached(Interp *in, int i) {
    if (!cache[i]) cache[i] = node_alloc(in); // expect: unrooted-memory
    return cache[i];
}

Value quote(Interp *in) {
    static Value symbol;
    if (!symbol) symbol = intern(in, "quote"); // expect: unrooted-memory
    return symbol;
}

void pool_add(Interp *in) {
    pool.first = node_alloc(in); // expect: unrooted-memory
    pool.count++;
}

void keep_known(Interp *in, Env *const *outer) {
    known = env_alloc(in, outer); /* visited: good */
    quote_symbol = NIL;           /* an immediate: good */
    tn_root_create(in->m, &symbols);
    TN_ROOT_SET(in->m, &symbols, TN_NEW(in->m, Table));
    if (no_value != NIL) quote_symbol = FALSE;
}

/* ---- fields of C structs that nobody visits ---- */

Value use_scratch(Interp *in, Value a) {
    in->scratch = AS(Pair, a);
    Value name = intern(in, "x");
    tn_write_value(in->m, in->scratch, car, name); // expect: stale-pointer
    return name;
}

void use_globals(Interp *in, Env *const *outer) {
    in->globals = env_alloc(in, outer); /* a scanner visits it */
    intern(in, "x");
    in->globals->count = 0;
}

/* ---- variables of the stack ---- */

Value with_root(Interp *in, const Value *form, Env *const *env) {
    TN_FIELD(Table) table = {NULL};
    tn_root_create(in->m, &table);
    Value v = eval(in, form, env);
    if (!v) return 0; // expect: stack-root
    tn_root_destroy(in->m, &table);
    return v;
}

Value with_root_mended(Interp *in, const Value *form, Env *const *env) {
    TN_FIELD(Table) table = {NULL};
    if (tn_root_create(in->m, &table) != TN_OK) return 0;
    Value v = eval(in, form, env);
    tn_root_destroy(in->m, &table);
    return v;
}

int with_root_never(Interp *in, Table *const *from) {
    TN_FIELD(Table) table = {NULL};
    if (tn_root_create(in->m, &table) != TN_OK) return 0;
    TN_ROOT_SET(in->m, &table, from);
    return 1; // expect: stack-root
}

int with_root_goto(Interp *in, Table *const *from) {
    TN_FIELD(Table) table = {NULL};
    int ok = 0;
    tn_status added = tn_root_create(in->m, &table);
    if (added != TN_OK) goto out;
    TN_ROOT_SET(in->m, &table, from);
    if (!table_grow(in, from)) goto out;
    ok = 1;
    tn_root_destroy(in->m, &table);
out:
    return ok; // expect: stack-root
}

int with_root_goto_mended(Interp *in, Table *const *from) {
    TN_FIELD(Table) table = {NULL};
    int ok = 0;
    tn_status added = tn_root_create(in->m, &table);
    if (added != TN_OK) return 0;
    TN_ROOT_SET(in->m, &table, from);
    if (!table_grow(in, from)) goto out;
    ok = 1;
out:
    tn_root_destroy(in->m, &table);
    return ok;
}

void with_range(Interp *in, const Value *form, Env *const *env) {
    Value slots[4] = {NIL, NIL, NIL, NIL}, *base = slots, *top = slots + 4;
    tn_range_desc desc = {.base = &base, .top = &top, .values = 1};
    tn_range *range = tn_range_create(in->m, &desc);
    if (!range) return;
    slots[0] = NIL;
    if (eval(in, form, env)) return; // expect: stack-root
    tn_range_destroy(in->m, range);
}

void with_range_mended(Interp *in, const Value *form, Env *const *env) {
    Value slots[4] = {NIL, NIL, NIL, NIL}, *base = slots, *top = slots + 4;
    tn_range_desc desc = {.base = &base, .top = &top, .values = 1};
    tn_range *range = tn_range_create(in->m, &desc);
    if (!range) return;
    eval(in, form, env);
    tn_range_destroy(in->m, range);
}

typedef struct Frame { Env *env; } Frame;

static void scan_frame(tn_tracer *tracer, void *user) {
    Frame *frame = user;
    tn_visit(tracer, &frame->env);
}

bool with_scanner(Interp *in, Env *const *outer) {
    Frame frame = {NULL};
    if (tn_scanner_create(in->m, scan_frame, &frame) != TN_OK) return false;
    frame.env = env_alloc(in, outer);
    if (!frame.env) return false; // expect: stack-root
    frame.env->count = 0;
    tn_scanner_destroy(in->m, scan_frame, &frame);
    return true;
}

bool with_scanner_mended(Interp *in, Env *const *outer) {
    Frame frame = {NULL};
    if (tn_scanner_create(in->m, scan_frame, &frame) != TN_OK) return false;
    frame.env = env_alloc(in, outer);
    bool ok = frame.env != NULL;
    tn_scanner_destroy(in->m, scan_frame, &frame);
    return ok;
}

/* ---- the address of a local value where a rooted slot is wanted ---- */

Value singleton(Interp *in, Lexer *lexer) {
    Value item = read_datum(in, lexer), nil = NIL;
    return cons(in, &item, &nil); // expect: unrooted-slot
}

Value singleton_mended(Interp *in, Lexer *lexer) {
    const Value nil = NIL;
    TN_SCOPE(in->m);
    Value *item = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    return cons(in, item, &nil);
}

Value call_one(Interp *in, const Value *f, Value argument) {
    return apply(in, f, 1, &argument); // expect: unrooted-slot
}

Value call_two(Interp *in, const Value *f, Value a, Value b) {
    Value argv[] = {a, b};
    return apply(in, f, 2, argv); // expect: unrooted-slot
}

Value call_two_mended(Interp *in, const Value *f, Value a, Value b) {
    Value *argv = in->sp;
    *in->sp++ = a;
    *in->sp++ = b;
    Value result = apply(in, f, 2, argv);
    in->sp = argv;
    return result;
}

/* In an array without a name. */
Value call_both(Interp *in, const Value *f, Value a, Value b) {
    return apply(in, f, 2, (const Value[]){a, b}); // expect: unrooted-slot
}

Value call_value(Interp *in, const Value *f, Lexer *lexer) {
    return apply(in, f, 1, &(Value){read_datum(in, lexer)}); // expect: unrooted-slot
}

/* Addresses of raw values in an array without a name, read one after the other. */
static Value list_of(Interp *in, size_t n, const Value *const *items) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL);
    while (n-- > 0) *list = cons(in, items[n], list);
    return *list;
}

Value quoted(Interp *in, Value datum) {
    Value quote = intern(in, "quote");                               // datum is lost here already
    return list_of(in, 2, (const Value *const[]){&quote, &datum}); // expect: unrooted-slot
}

Value quoted_mended(Interp *in, const Value *datum) {
    TN_SCOPE(in->m);
    Value *quote = TN_HANDLE_VALUE(in->m, intern(in, "quote"));
    return list_of(in, 2, (const Value *const[]){quote, datum});
}
