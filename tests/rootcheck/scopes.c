/* scopes.c: handles and raw windows. */
#include "host.h"

typedef struct Parser { Node **current; Value *result; int depth; } Parser;

static Node **last_node;

Node **make_node(Interp *in, long number) {
    TN_SCOPE(in->m);
    Node **node = TN_NEW(in->m, Node);
    if (!node) return NULL;
    TN_PUT(in->m, node, number, number);
    return node; // expect: handle-escape
}

Node **make_node_mended(Interp *in, long number) {
    TN_SCOPE(in->m);
    Node **node = TN_NEW(in->m, Node);
    if (!node) return NULL;
    TN_PUT(in->m, node, number, number);
    return TN_ESCAPE(node);
}

Value *make_value(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *v = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    return v; // expect: handle-escape
}

/* Out of an inner scope, but not of the outer one. */
Node **find_node(Interp *in, Node *const *list, long number) {
    TN_SCOPE(in->m);
    Node **at = TN_HANDLE(in->m, *list);
    for (; *at; *at = tn_read(*at, next)) {
        TN_SCOPE(in->m);
        Node **found = TN_HANDLE(in->m, *at);
        if ((*at)->number == number) return TN_ESCAPE(found); // expect: handle-escape
    }
    return NULL;
}

/* Kept from one turn of the loop to the next. */
long sum_nodes(Interp *in, int n) {
    Node **previous = NULL;
    long sum = 0;
    for (int i = 0; i < n; i++) {
        TN_SCOPE(in->m);
        Node **node = TN_NEW(in->m, Node);
        if (!node) return 0;
        if (previous) TN_SET(in->m, node, next, previous); // expect: handle-escape
        previous = node;
        sum += (*node)->number;
    }
    return sum;
}

long sum_nodes_mended(Interp *in, int n) {
    TN_SCOPE(in->m);
    TN_LOCAL(in->m, Node, previous);
    long sum = 0;
    for (int i = 0; i < n; i++) {
        TN_SCOPE(in->m);
        Node **node = TN_NEW(in->m, Node);
        if (!node) return 0;
        TN_SET(in->m, node, next, previous);
        *previous = *node;
        sum += (*node)->number;
    }
    return sum;
}

/* Used behind the block of its scope. */
long number_of(Interp *in, bool make) {
    Node **node = NULL;
    if (make) {
        TN_SCOPE(in->m);
        node = TN_NEW(in->m, Node);
        if (node) TN_PUT(in->m, node, number, 1);
    }
    return node ? (*node)->number : 0; // expect: handle-escape
}

/* Left by break. */
long first_large(Interp *in, Node *const *list) {
    Node **found = NULL;
    for (Node *n = *list; n; n = tn_read(n, next)) {
        TN_SCOPE(in->m);
        if (n->number < 1000) continue;
        found = TN_HANDLE(in->m, n);
        break;
    }
    return found ? (*found)->number : 0; // expect: handle-escape
}

/* Stored in what outlives the scope. */
void parser_start(Interp *in, Parser *parser) {
    TN_SCOPE(in->m);
    parser->current = TN_NEW(in->m, Node); // expect: handle-escape
    parser->depth = 0;
}

void parser_value(Interp *in, Parser *parser, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *v = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    if (!*v) return;
    parser->result = v; // expect: handle-escape
}

/* It is put back before the scope ends. */
Value parser_nested(Interp *in, Parser *parser, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *outer = parser->result;
    parser->result = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    Value v = *parser->result;
    parser->result = outer;
    return v;
}

void keep_node(Interp *in) {
    TN_SCOPE(in->m);
    last_node = TN_NEW(in->m, Node); // expect: handle-escape
}

/* A callee's handle is in this scope. */
Node **wrapped(Interp *in) {
    TN_SCOPE(in->m);
    Node **node = node_new(in);
    return node; // expect: handle-escape
}

Node **not_wrapped(Interp *in) {
    Node **node = node_new(in);
    return node;
}

/* ---- raw windows ---- */

long window_total(Interp *in, Node *const *list) {
    TN_NO_GC(in->m);
    long total = 0;
    for (const Node *n = *list; n; n = tn_read(n, next)) total += n->number;
    print(in, MAKE_INT(total)); // expect: raw-window
    return total;
}

long window_total_mended(Interp *in, Node *const *list) {
    long total = 0;
    {
        TN_NO_GC(in->m);
        for (const Node *n = *list; n; n = tn_read(n, next)) total += n->number;
    }
    print(in, MAKE_INT(total));
    return total;
}

void window_alloc(Interp *in, Node *const *node) {
    TN_NO_GC(in->m);
    Node *next = node_alloc(in); // expect: raw-window
    if (next) tn_write(in->m, *node, next, next);
}

/* tn_reserve has made room. */
bool window_reserved(Interp *in, Node *const *node) {
    if (tn_reserve(in->m, 3 * tn_cell_bytes(sizeof(Node))) != TN_OK) return false;
    TN_NO_GC(in->m);
    Node *a = node_alloc(in), *b = node_alloc(in), *c = node_alloc(in);
    tn_init(a, next, b);
    tn_init(b, next, c);
    tn_write(in->m, *node, next, a);
    return true;
}

/* But a safepoint takes it away again. */
bool window_poll(Interp *in, Node *const *node) {
    if (tn_reserve(in->m, tn_cell_bytes(sizeof(Node))) != TN_OK) return false;
    TN_NO_GC(in->m);
    tn_poll(in->m); // expect: raw-window
    Node *a = node_alloc(in); // expect: raw-window
    tn_write(in->m, *node, next, a);
    return true;
}

/* Without a window, the reserve is what makes it right. */
Node *reserved_list(Interp *in, int n) {
    Node *list = NULL;
    if (tn_reserve(in->m, (size_t)n * tn_cell_bytes(sizeof(Node))) != TN_OK) return NULL;
    for (int i = 0; i < n; i++) {
        Node *node = node_alloc(in);
        tn_init(node, next, list);
        list = node;
    }
    return list;
}

/* In an error path of a window. */
bool window_error(Interp *in, Node *const *list) {
    TN_NO_GC(in->m);
    for (const Node *n = *list; n; n = tn_read(n, next))
        if (n->number < 0) return raise_error(in, "negative") != 0; // expect: raw-window
    return true;
}
