/* pointers.c: a second collection, written without looking at the checker: an object system with plain pointers, as in
 * small scripting languages: instances, classes, methods, strings, and a compiler's tables. */
#include "host.h"

typedef struct Class {
    TN_FIELD(Symbol) name;
    TN_FIELD(struct Class) super;
    TN_FIELD(Vector) methods;
    int slots;
} Class;
typedef struct Instance { TN_FIELD(Class) class; size_t length; tn_value_field slot[]; } Instance;
enum { Class_type = TN_FIRST_TYPE + 20, Instance_type };
static const tn_type_desc more_types[] = {
    TN_DESC(Class, TN_REFS(Class, name, super, methods)),
    TN_DESC(Instance, TN_REFS(Instance, class), TN_TAIL(sizeof(tn_value), 0, 1)),
};

typedef struct Scanner { const char *start, *at; int line; } Scanner;
typedef struct Local { Symbol *name; int depth; } Local;
typedef struct Compiler { Local locals[32]; int count; struct Compiler *outer; Interp *in; } Compiler;
typedef struct Task { void (*run)(struct Task *task); Instance *self; struct Task *next; } Task;
typedef struct StringBuilder { String *string; size_t used; } StringBuilder;
typedef union Slot { Value value; Node *node; double number; } Slot;

size_t register_types(tn_heap *heap) {
    size_t n = 0;
    for (size_t i = 0; i < sizeof more_types / sizeof *more_types; i++) n += tn_type_create(heap, &more_types[i]) != 0;
    for (size_t i = 0; i < sizeof host_types / sizeof *host_types; i++) n += tn_type_create(heap, &host_types[i]) != 0;
    return n;
}

static Instance *instantiate(Interp *in, Class *class) {
    Instance *made = tn_alloc_tail(in->m, Instance, tn_value, class->slots);
    if (!made) return NULL;
    tn_init(made, class, class); // expect: stale-pointer
    return made;
}

static Instance *instantiate_mended(Interp *in, Class *const *class) {
    Instance *made = tn_alloc_tail(in->m, Instance, tn_value, (*class)->slots);
    if (made) tn_init(made, class, *class);
    return made;
}

/* The new object is lost to the call of its constructor. */
Instance *construct(Interp *in, Class *const *class, const Value *init, int argc, const Value *argv) {
    Instance *self = instantiate_mended(in, class);
    if (!self) return NULL;
    if (!apply(in, init, argc, argv)) return NULL;
    return self; // expect: stale-pointer
}

Instance *construct_mended(Interp *in, Class *const *class, const Value *init, int argc, const Value *argv) {
    TN_SCOPE(in->m);
    Instance **self = TN_HANDLE(in->m, instantiate_mended(in, class));
    if (!*self || !apply(in, init, argc, argv)) return NULL;
    return *self;
}

/* A walk up the classes, with a symbol made for each. */
Class *find_method(Interp *in, Class *class, const char *name) {
    for (; class; class = tn_read(class, super)) {
        Value symbol = intern(in, name);
        if (tn_read(class, name) == AS(Symbol, symbol)) return class; // expect: stale-pointer
    }
    return NULL;
}

Class *find_method_mended(Interp *in, Class *const *from, const char *name) {
    Value symbol = intern(in, name);
    for (Class *class = *from; class; class = tn_read(class, super))
        if (tn_read(class, name) == AS(Symbol, symbol)) return class;
    return NULL;
}

/* A scanner that reads a string object in place. */
Value scan_numbers(Interp *in, String *const *source) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL);
    Scanner s;
    s.start = s.at = (*source)->text;
    while (*s.at) {
        if (*s.at == ' ') {
            Value *n = TN_HANDLE_VALUE(in->m, MAKE_INT(s.at - s.start)); // expect: interior-pointer
            *list = cons(in, n, list);
        }
        s.at++; // expect: interior-pointer
    }
    return *list;
}

/* The names of local variables, raw in the compiler's own table. */
static void add_local(Compiler *c, Value name) {
    c->locals[c->count].name = AS(Symbol, name);
    c->locals[c->count++].depth = 0;
}

bool declare_two(Compiler *c, const char *a, const char *b) {
    Symbol *first = AS(Symbol, intern(c->in, a));
    add_local(c, intern(c->in, b));
    return first != c->locals[0].name; // expect: stale-pointer
}

/* A task holds its receiver. */
static void run_task(Interp *in, Task *task) {
    task->run(task);
    print(in, tn_read_value(task->self, slot[0]));
}

void start_task(Interp *in, Instance *self, Task *task) {
    task->self = self;
    make_vector(in, 10);
    print(in, tn_read_value(task->self, slot[0])); // expect: stale-pointer
    run_task(in, task);
}

/* A growing string: the builder's object is raw while the larger one is made. */
bool builder_grow(Interp *in, StringBuilder *b) {
    String *larger = tn_alloc_tail(in->m, String, char, 2 * b->used);
    if (!larger) return false;
    memcpy(larger->text, b->string->text, b->used);
    b->string = larger;
    return true;
}

bool builder_add(Interp *in, const char *text) {
    StringBuilder b = {NULL, 0};
    b.string = tn_alloc_tail(in->m, String, char, 16);
    if (!b.string) return false;
    for (; *text; text++) {
        if (b.used == 16) raise_error(in, "long");
        b.string->text[b.used++] = *text; // expect: stale-pointer
    }
    return true;
}

/* Concatenation in a loop with a raw accumulator. */
Value join(Interp *in, Vector *const *parts) {
    String *all = tn_alloc_tail(in->m, String, char, 1);
    for (size_t i = 0; all && i < (*parts)->length; i++) {
        String *part = AS(String, tn_read_value(*parts, item[i]));
        String *next = tn_alloc_tail(in->m, String, char, all->length + part->length);
        if (!next) return 0;
        memcpy(next->text, all->text, all->length);                 // expect: stale-pointer
        memcpy(next->text + next->length, part->text, part->length); // expect: stale-pointer
        all = next;
    }
    return value_of(all);
}

/* Swapping through a temporary, with a print between. */
void swap_slots(Interp *in, Instance *const *a, Instance *const *b) {
    Value old = tn_read_value(*a, slot[0]);
    tn_write_value(in->m, *a, slot[0], tn_read_value(*b, slot[0]));
    print(in, tn_read_value(*a, slot[0]));
    tn_write_value(in->m, *b, slot[0], old); // expect: stale-pointer
}

/* A union. */
Value in_union(Interp *in, Node *node) {
    Slot slot;
    slot.node = node;
    intern(in, "union");
    return tn_read_value(slot.node, value); // expect: stale-pointer
}

/* In an array of structs. */
Value in_array_of_structs(Interp *in, Value a, Value b) {
    struct { Value key, value; } entries[2] = {{a, b}, {b, a}};
    intern(in, "entries");
    return entries[1].value; // expect: stale-pointer
}

/* A pointer to a local pointer. */
Value by_address(Interp *in, Node *node) {
    Node **where = &node;
    intern(in, "address");
    return tn_read_value(*where, value); // expect: stale-pointer
}

/* A nested function's result used as an argument later. */
Value nested_calls(Interp *in, const Value *a, const Value *b, Env *const *env) {
    Value first = list_first(eval(in, a, env));
    Value second = list_first(eval(in, b, env));
    return list_count(first) > list_count(second) ? NIL : FALSE; // expect: stale-pointer
}

/* realloc'd C memory with raw pointers in it: as good as none. */
Node **collect_nodes(Interp *in, int n) {
    Node **nodes = malloc((size_t)n * sizeof *nodes);
    if (!nodes) return NULL;
    for (int i = 0; i < n; i++) nodes[i] = node_alloc(in);
    return nodes; // expect: unrooted-memory
}

/* A condition with a side effect. */
Value consume(Interp *in, Lexer *lexer, Value seen) {
    while (next_token(lexer) && read_datum(in, lexer) != NIL) {}
    return seen; // expect: stale-pointer
}

/* An early exit that is fine, and a late one that is not. */
Value guarded(Interp *in, Value v, int mode) {
    if (mode == 0) return v;
    if (mode == 1) {
        intern(in, "one");
        return NIL;
    }
    if (mode == 2) intern(in, "two");
    return v; // expect: stale-pointer
}

/* const does not help. */
unsigned hash_of(Interp *in, const Symbol *const name) {
    intern(in, "hash");
    return name->hash; // expect: stale-pointer
}

/* Through a ternary's condition. */
Value or_default(Interp *in, Value v, const Value *form, Env *const *env) {
    return eval(in, form, env) == NIL ? v : NIL; // expect: stale-pointer
}

/* A negated test of what the call returns. */
Value ensure(Interp *in, Env *const *env, Symbol *const *name, const Value *value) {
    Env *e = *env;
    if (!env_define(in, env, name, value)) return 0;
    return MAKE_INT(e->count); // expect: stale-pointer
}

/* Two levels of fields. */
Value class_name(Interp *in, Instance *const *self) {
    Symbol *name = tn_read(tn_read(*self, class), name);
    Value copy = make_string(in, "class ", 6);
    return copy ? value_of(tn_read(name, name)) : 0; // expect: stale-pointer
}

/* A handle is made too late. */
Value too_late(Interp *in, Lexer *lexer) {
    Node *node = node_alloc(in);
    Value v = read_datum(in, lexer);
    TN_SCOPE(in->m);
    Node **h = TN_HANDLE(in->m, node); // expect: stale-pointer
    tn_write_value(in->m, *h, value, v);
    return value_of(*h);
}

/* A handle's object is copied to a local "for speed". */
long for_speed(Interp *in, Node *const *list) {
    const Node *n = *list;
    long sum = 0;
    for (int i = 0; i < 10; i++) {
        sum += n->number; // expect: stale-pointer
        tn_poll(in->m);
    }
    return sum;
}

/* Comma in a for. */
size_t two_walkers(Interp *in, Node *list) {
    size_t count = 0;
    for (Node *slow = list, *fast = list; fast;
         slow = tn_read(slow, next), fast = tn_read(fast, next)) { // expect: stale-pointer
        count++;
        print(in, MAKE_INT(count));
    }
    return count;
}

/* A collection that is asked for. */
Value collect_now(Interp *in, Value v) {
    tn_collect(in->m, TN_MINOR);
    return v; // expect: stale-pointer
}

/* A stable object's neighbour is not stable. */
Value stable_neighbour(Interp *in, Node *const *h) {
    Node *next = tn_read(*h, next);
    Node *node = TN_STABLE_ADDRESS(in->m, h);
    if (!node) return NIL;
    return tn_read_value(next, value); // expect: stale-pointer
}

/* A weak array's value. */
Value weak_item(Interp *in, tn_weak_array *const *weak) {
    Value v = tn_weak_array_read(in->m, *weak, 0);
    if (!v) return NIL;
    Value fresh = make_vector(in, 1);
    if (fresh) tn_init_value(AS(Vector, fresh), item[0], v); // expect: stale-pointer
    return fresh;
}

/* static inline helpers in between. */
static inline Value first_or(Value v, Value other) { return IS(Pair, v) ? CAR(v) : other; }

Value through_inline(Interp *in, Value v) {
    Value first = first_or(v, NIL);
    intern(in, "inline");
    return first; // expect: stale-pointer
}

/* A switch in a loop, with a default that collects. */
Value interpret(Interp *in, const char *ops, Node *node) {
    for (; *ops; ops++)
        switch (*ops) {
        case 'n': node = tn_read(node, next); break; // expect: stale-pointer
        case 'p': return tn_read_value(node, value); // expect: stale-pointer
        default: raise_error(in, "bad operation");
        }
    return NIL;
}

/* The result of a failing call is the only thing that is used: fine. */
Value only_result(Interp *in, Value v) {
    if (!IS_INT(v)) return raise_error(in, "expected an integer");
    return MAKE_INT(INT(v) + 1);
}

/* Frames and arrays in C memory. */
typedef struct CallFrame { Env *env; Value receiver; int pc; } CallFrame;

Value with_frame(Interp *in, Env *env, const Value *form) {
    CallFrame *frame = malloc(sizeof *frame);
    if (!frame) return 0;
    frame->env = env;
    frame->pc = 0;
    TN_SCOPE(in->m);
    Value result = eval(in, form, TN_HANDLE(in->m, env));
    if (frame->env->count > frame->pc) result = NIL; // expect: stale-pointer
    free(frame);
    return result;
}

Value sort_nodes(Interp *in, Node *list, size_t n) {
    Node **nodes = calloc(n, sizeof *nodes);
    if (!nodes) return 0;
    for (size_t i = 0; i < n; i++, list = tn_read(list, next)) nodes[i] = list;
    Value sorted = make_vector(in, n);
    for (size_t i = 0; sorted && i < n; i++)
        tn_init_value(AS(Vector, sorted), item[i], tn_read_value(nodes[i], value)); // expect: stale-pointer
    free(nodes);
    return sorted;
}

/* Filled when nothing collects any more. */
long sum_sorted(Interp *in, Node *const *list, size_t n) {
    Node **nodes = calloc(n, sizeof *nodes);
    if (!nodes || !make_vector(in, n)) return 0;
    Node *node = *list;
    for (size_t i = 0; i < n; i++, node = tn_read(node, next)) nodes[i] = node;
    long sum = nodes[0]->number - nodes[n - 1]->number;
    free(nodes);
    return sum;
}
