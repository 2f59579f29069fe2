/* structs.c: raw pointers in structs, arrays, macros and through helpers. */
#include "host.h"

typedef struct Two { Value a, b; } Two;
typedef struct Cursor { Node *at; long index; } Cursor;
typedef Value (*Method)(Interp *in, Value self);
typedef Value (*Reader)(Interp *in, Value self) TN_NO_COLLECT;

/* ---- structs ---- */

Value swap_pair(Interp *in, Value a, Value b) {
    Two two = {a, b};
    intern(in, "swap");
    return two.b; // expect: stale-pointer
}

Value swap_pair_mended(Interp *in, Value a, Value b) {
    TN_SCOPE(in->m);
    struct { Value *a, *b; } two = {TN_HANDLE_VALUE(in->m, a), TN_HANDLE_VALUE(in->m, b)};
    intern(in, "swap");
    return *two.b;
}

void walk_cursor(Interp *in, Node *list) {
    Cursor cursor = {.at = list};
    while (cursor.at) {
        print(in, MAKE_INT(cursor.index));
        cursor.at = tn_read(cursor.at, next); // expect: stale-pointer
        cursor.index++;
    }
}

static void cursor_advance(Cursor *cursor) {
    cursor->at = tn_read(cursor->at, next);
    cursor->index++;
}

static bool cursor_print(Interp *in, Cursor *cursor) {
    print(in, tn_read_value(cursor->at, value));
    return cursor->index < 10;
}

/* Through pointers to the struct. */
void walk_by_pointer(Interp *in, Node *list) {
    Cursor cursor = {list, 0};
    while (cursor_print(in, &cursor)) // expect: unrooted-slot
        cursor_advance(&cursor);
}

/* The struct as a whole is handed on. */
static Value first_of(Two two) { return two.a; }

Value whole_struct(Interp *in, Value a, Value b) {
    Two two;
    two.a = a;
    two.b = b;
    intern(in, "whole");
    return first_of(two); // expect: stale-pointer
}

/* A stack of work in C. */
void visit_tree(Interp *in, Node *root) {
    Node *todo[64];
    int n = 0;
    todo[n++] = root;
    while (n > 0) {
        Node *node = todo[--n]; // expect: stale-pointer
        print(in, MAKE_INT(n));
        if (tn_read(node, left)) todo[n++] = tn_read(node, left); // expect: stale-pointer
    }
}

/* A copy of a raw pointer is as raw. */
Value alias(Interp *in, Node *node) {
    Node *same = node;
    Value v = intern(in, "alias");
    if (!v) return 0;
    return tn_read_value(same, value); // expect: stale-pointer
}

/* As void *, and as an integer. */
Value hidden(Interp *in, Node *node) {
    void *any = node;
    intern(in, "hidden");
    return tn_read_value((Node *)any, value); // expect: stale-pointer
}

Value hidden_as_integer(Interp *in, Node *node) {
    uintptr_t bits = (uintptr_t)node;
    intern(in, "hidden");
    return tn_read_value((Node *)bits, value); // expect: stale-pointer
}

/* ---- macros ---- */

#define NEW_PAIR(in, a, b) cons((in), (a), (b))
#define PUSH_NAME(in, list)                              \
    do {                                                 \
        TN_SCOPE((in)->m);                               \
        Value *name_ = TN_HANDLE_VALUE((in)->m, intern((in), "name")); \
        *(list) = NEW_PAIR((in), name_, (list));         \
    } while (0)
#define UNLESS(condition) if (!(condition))

Value in_macro(Interp *in, Value v) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL);
    PUSH_NAME(in, list);
    UNLESS(IS(Pair, v)) return *list; // expect: stale-pointer
    return v;
}

#define FIRST_OR(v, other) (IS(Pair, v) ? CAR(v) : (other))

Value in_macro_argument(Interp *in, Value v) {
    return FIRST_OR(v, intern(in, "other"));
}

Value in_macro_twice(Interp *in, Value v) {
    Value first = FIRST_OR(v, intern(in, "other"));
    return first == NIL ? v : NIL; // expect: stale-pointer
}

#define AND_ALSO(a, b) ((a) && (b))

Value in_macro_logic(Interp *in, Value v) {
    if (AND_ALSO(intern(in, "x") != NIL, IS(Pair, v))) return NIL; // expect: stale-pointer
    return NIL;
}

/* ---- helpers that collect, in this file and through each other ---- */

static void log_node(Interp *in, long n) {
    if (n > 100) print(in, MAKE_INT(n));
}

static void log_twice(Interp *in, long n) {
    log_node(in, n);
    log_node(in, n + 1);
}

Value far_away(Interp *in, Node *node) {
    log_twice(in, node->number);
    return tn_read_value(node, value); // expect: stale-pointer
}

static int odd(Interp *in, int n);
static int even(Interp *in, int n) { return n == 0 ? (int)intern(in, "even") : odd(in, n - 1); }
static int odd(Interp *in, int n) { return n == 0 ? 0 : even(in, n - 1); }

Value recursive(Interp *in, Value v) {
    odd(in, 7);
    return v; // expect: stale-pointer
}

static int depth_of(const Node *node) {
    return node ? 1 + depth_of(tn_read(node, left)) : 0;
}

Value not_collecting(Interp *in, Node *node) {
    (void)in;
    if (depth_of(node) > 5) printf("deep\n");
    return tn_read_value(node, value);
}

/* ---- pointers to functions ---- */

Value call_method(Interp *in, Method method, Node *self) {
    Value v = method(in, value_of(self));
    return v ? tn_read_value(self, value) : 0; // expect: stale-pointer
}

Value call_reader(Interp *in, Reader reader, Node *self) {
    Value v = reader(in, value_of(self));
    return v ? tn_read_value(self, value) : 0;
}

/* A function of which nothing is known. */
extern void unknown_hook(int event);

Value call_unknown(Interp *in, Node *self) {
    (void)in;
    unknown_hook(1);
    return tn_read_value(self, value); // expect: stale-pointer
}

/* ---- results ---- */

/* What a callee leaves stale. */
static Node *make_logged(Interp *in) {
    Node *node = node_alloc(in);
    log_node(in, 1000);
    return node; // expect: stale-pointer
}

Node *use_logged(Interp *in) { return make_logged(in); }

/* Out through a parameter. */
static bool find_pair(Interp *in, const Value *list, Value *out) {
    *out = CAR(*list);
    return *list != NIL && in;
}

Value found_pair(Interp *in, const Value *list) {
    Value pair = NIL;
    if (!find_pair(in, list, &pair)) return NIL;
    intern(in, "found");
    return CAR(pair); // expect: stale-pointer
}

/* The weak reference's object, across an allocation. */
Value weak_value(Interp *in, tn_weak *const *weak) {
    Node *node = tn_weak_read(in->m, *weak);
    if (!node) return NIL;
    Value name = intern(in, "weak");
    tn_write_value(in->m, node, value, name); // expect: stale-pointer
    return name;
}

/* A stable object stays where it is. */
Value stable_value(Interp *in, Node *const *h) {
    Node *node = TN_STABLE_ADDRESS(in->m, h);
    if (!node) return NIL;
    intern(in, "stable");
    return tn_read_value(node, value);
}

/* A table that grows while it is walked over. */
void rehash(Interp *in, Table *const *table) {
    Vector *slots = tn_read(*table, slots);
    for (size_t i = 0; i < slots->length; i++) { // expect: stale-pointer
        if (tn_read_value(slots, item[i]) == NIL) continue;
        if ((*table)->used * 2 > slots->length && !table_grow(in, table)) return;
    }
}

void rehash_mended(Interp *in, Table *const *table) {
    for (size_t i = 0; i < tn_read(*table, slots)->length; i++) {
        const Vector *slots = tn_read(*table, slots);
        if (tn_read_value(slots, item[i]) == NIL) continue;
        if ((*table)->used * 2 > slots->length && !table_grow(in, table)) return;
    }
}

/* An address as a key: it is another one after a collection. */
bool same_object(Interp *in, Value a, Lexer *lexer) {
    Value b = read_datum(in, lexer);
    return a == b; // expect: stale-pointer
}

/* An out parameter is written before the callee's last collection. */
static bool read_named(Interp *in, Lexer *lexer, Value *out) {
    *out = read_datum(in, lexer);
    return next_token(lexer) == ':' && intern(in, lexer->text) != 0;
}

static bool read_named_last(Interp *in, Lexer *lexer, Value *out) {
    if (next_token(lexer) != ':' || !intern(in, lexer->text)) return false;
    *out = read_datum(in, lexer);
    return *out != 0;
}

Value use_named(Interp *in, Lexer *lexer) {
    Value v;
    if (!read_named(in, lexer, &v)) return 0;
    return v; // expect: stale-pointer
}

Value use_named_mended(Interp *in, Lexer *lexer) {
    Value v;
    return read_named_last(in, lexer, &v) ? v : 0;
}
