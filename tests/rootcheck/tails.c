/* tails.c: pointers to where the next reference goes, as lists are appended to in C. */
#include "host.h"

/* Slots of C memory that are roots are good tails; slots of objects are not. */
Node *list_of(Interp *in, int n) {
    Node *head = NULL;
    TN_SCOPE(in->m);
    Node **first = TN_HANDLE(in->m, head), **tail = first;
    for (int i = 0; i < n; i++) {
        Node *node = node_alloc(in);
        if (!node) return NULL;
        node->number = i;
        *tail = node;                                       // expect: tail-pointer
        tail = (Node **)(uintptr_t)&tn_read(node, next);
    }
    return *first;
}

Node *list_of_mended(Interp *in, int n) {
    TN_SCOPE(in->m);
    TN_LOCAL(in->m, Node, first);
    TN_LOCAL(in->m, Node, last);
    for (int i = 0; i < n; i++) {
        Node *node = node_alloc(in);
        if (!node) return NULL;
        node->number = i;
        if (*last) tn_write(in->m, *last, next, node);
        else *first = node;
        *last = node;
    }
    return *first;
}

/* To the end of a list, then append. */
void append(Interp *in, Node *const *list, long number) {
    Node **tail = (Node **)(uintptr_t)&(*list)->next.tn_ref_;
    while (*tail) tail = (Node **)(uintptr_t)&(*tail)->next.tn_ref_;
    Node *node = node_alloc(in);
    if (!node) return;
    node->number = number;
    *tail = node; // expect: tail-pointer
}

void append_mended(Interp *in, Node *const *list, long number) {
    Node *node = node_alloc(in);
    if (!node) return;
    node->number = number;
    Node *last = *list;
    while (tn_read(last, next)) last = tn_read(last, next);
    tn_write(in->m, last, next, node);
}

/* Into a tree: the place of the new leaf is found first. */
void tree_insert(Interp *in, Node *const *root, long key) {
    Node **where = (Node **)(uintptr_t)&(*root)->left.tn_ref_;
    while (*where) {
        Node *at = *where;
        where = key < at->number ? (Node **)(uintptr_t)&at->left.tn_ref_ : (Node **)(uintptr_t)&at->right.tn_ref_;
    }
    Node **leaf = node_new(in);
    if (leaf) *where = *leaf; // expect: tail-pointer
}

/* The address of a slot of a table, across what may make the table grow. */
bool table_put(Interp *in, Table *const *table, Value key, const Value *form, Env *const *env) {
    Value *slot = table_slot(*table, key);
    Value v = eval(in, form, env);
    if (!v) return false;
    *slot = v; // expect: tail-pointer
    return true;
}

bool table_put_mended(Interp *in, Table *const *table, const Value *key, const Value *form, Env *const *env) {
    Value v = eval(in, form, env);
    if (!v) return false;
    size_t i = (size_t)(*key >> 3) & (tn_read(*table, slots)->length - 1);
    tn_write_value(in->m, tn_read(*table, slots), item[i], v);
    return true;
}

/* Values in pairs: the cdr as a tail. */
Value read_tail(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *head = TN_HANDLE_VALUE(in->m, NIL), *nil = TN_HANDLE_VALUE(in->m, NIL), *tail = head;
    while (next_token(lexer) != ')') {
        TN_SCOPE(in->m);
        Value *item = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
        Value pair = cons(in, item, nil);
        if (!pair) return 0;
        *tail = pair; // expect: tail-pointer
        tail = (Value *)(uintptr_t)&AS(Pair, pair)->cdr;
    }
    return *head;
}

/* A pointer to a field's cell. */
void set_outer(Interp *in, Env *env, Env *const *outer) {
    void *cell = &env->outer;
    Env *made = env_alloc(in, outer);
    memcpy(cell, &made, sizeof made); // expect: interior-pointer
}

/* Deleting from a list while something is printed. */
void delete_all(Interp *in, Node *const *list) {
    for (Node **at = (Node **)(uintptr_t)&(*list)->next.tn_ref_; *at;) {
        if ((*at)->number == 0) *at = tn_read(*at, next);
        else {
            print(in, tn_read_value(*at, value));
            at = (Node **)(uintptr_t)&(*at)->next.tn_ref_; // expect: tail-pointer
        }
    }
}
