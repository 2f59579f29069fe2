/* reader.c: mistakes of readers: lists under construction, symbols, strings. */
#include "host.h"

/* The list is raw while the next item is read. */
Value read_list_raw(Interp *in, Lexer *lexer) {
    Value list = NIL;
    while (next_token(lexer) != ')') {
        Value item = read_datum(in, lexer);
        TN_SCOPE(in->m);
        Value *a = TN_HANDLE_VALUE(in->m, item), *d = TN_HANDLE_VALUE(in->m, list); // expect: stale-pointer
        list = cons(in, a, d);
    }
    return list;
}

Value read_list_rooted(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL);
    while (next_token(lexer) != ')') {
        TN_SCOPE(in->m);
        Value *a = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
        *list = cons(in, a, list);
    }
    return *list;
}

/* Only the last pair is raw; the head is rooted. */
Value read_list_raw_tail(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *head = TN_HANDLE_VALUE(in->m, NIL), *nil = TN_HANDLE_VALUE(in->m, NIL), *item = TN_HANDLE_VALUE(in->m, NIL);
    Pair *tail = NULL;
    while (next_token(lexer) != ')') {
        *item = read_datum(in, lexer);
        Value pair = cons(in, item, nil);
        if (!tail) *head = pair;
        else tn_write_value(in->m, tail, cdr, pair); // expect: stale-pointer
        tail = AS(Pair, pair);
    }
    return *head;
}

Value read_list_rooted_tail(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *head = TN_HANDLE_VALUE(in->m, NIL), *nil = TN_HANDLE_VALUE(in->m, NIL), *item = TN_HANDLE_VALUE(in->m, NIL);
    TN_LOCAL(in->m, Pair, tail);
    while (next_token(lexer) != ')') {
        *item = read_datum(in, lexer);
        Value pair = cons(in, item, nil);
        if (!*tail) *head = pair;
        else tn_write_value(in->m, *tail, cdr, pair);
        *tail = AS(Pair, pair);
    }
    return *head;
}

/* (quote x): the symbol is raw while the rest is made. */
Value read_quote(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value quote = intern(in, "quote");
    Value *nil = TN_HANDLE_VALUE(in->m, NIL);
    Value *datum = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    Value *rest = TN_HANDLE_VALUE(in->m, cons(in, datum, nil));
    Value *head = TN_HANDLE_VALUE(in->m, quote); // expect: stale-pointer
    return cons(in, head, rest);
}

/* A symbol is made between the making of a pair and its filling. */
Value read_definition(Interp *in, Lexer *lexer) {
    Pair *pair = tn_alloc(in->m, Pair);
    if (!pair) return 0;
    Value name = intern(in, lexer->text);
    tn_init_value(pair, car, name); // expect: stale-pointer
    tn_init_value(pair, cdr, NIL);
    return value_of(pair);
}

Value read_definition_mended(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *name = TN_HANDLE_VALUE(in->m, intern(in, lexer->text)), *nil = TN_HANDLE_VALUE(in->m, NIL);
    if (!*name) return 0;
    return cons(in, name, nil);
}

/* Two reads, the first result in a plain variable. */
Value read_pair(Interp *in, Lexer *lexer) {
    Value first = read_datum(in, lexer);
    next_token(lexer);
    Value second = read_datum(in, lexer);
    return cons(in, &first, &second); // expect: stale-pointer, unrooted-slot
}

Value read_pair_mended(Interp *in, Lexer *lexer) {
    TN_SCOPE(in->m);
    Value *first = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    next_token(lexer);
    Value *second = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    return cons(in, first, second);
}

/* The vector is filled while items are read. */
Value read_vector(Interp *in, Lexer *lexer, size_t length) {
    Value made = make_vector(in, length);
    if (!made) return 0;
    Vector *vector = AS(Vector, made);
    for (size_t i = 0; i < length; i++) {
        Value item = read_datum(in, lexer);
        tn_write_value(in->m, vector, item[i], item); // expect: stale-pointer
    }
    return made; // expect: stale-pointer
}

Value read_vector_mended(Interp *in, Lexer *lexer, size_t length) {
    TN_SCOPE(in->m);
    Value *vector = TN_HANDLE_VALUE(in->m, make_vector(in, length));
    if (!*vector) return 0;
    for (size_t i = 0; i < length; i++) {
        Value item = read_datum(in, lexer);
        tn_write_value(in->m, AS(Vector, *vector), item[i], item);
    }
    return *vector;
}

/* A string and its symbol: the string is used for an error message after the symbol has been made. */
Value read_symbol(Interp *in, Lexer *lexer) {
    Value text = make_string(in, lexer->text, strlen(lexer->text));
    Value symbol = intern(in, lexer->text);
    if (!symbol) printf("cannot intern %s\n", AS(String, text)->text); // expect: stale-pointer
    return symbol;
}

/* What collects only in a debug print is overlooked most easily. */
Value read_traced(Interp *in, Lexer *lexer, bool trace) {
    Value datum = read_datum(in, lexer);
    if (trace) print(in, datum);
    return datum; // expect: stale-pointer
}

Value read_traced_mended(Interp *in, Lexer *lexer, bool trace) {
    TN_SCOPE(in->m);
    Value *datum = TN_HANDLE_VALUE(in->m, read_datum(in, lexer));
    if (trace) print(in, *datum);
    return *datum;
}
