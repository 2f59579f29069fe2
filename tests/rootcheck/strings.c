/* strings.c: pointers into objects: text, items, fields. */
#include "host.h"

/* string-append keeps pointers to the texts of both. */
Value string_append(Interp *in, String *const *a, String *const *b) {
    const char *left = (*a)->text, *right = (*b)->text;
    size_t n = (*a)->length, k = (*b)->length;
    String *joined = tn_alloc_tail(in->m, String, char, n + k + 1);
    if (!joined) return 0;
    memcpy(joined->text, left, n);      // expect: interior-pointer
    memcpy(joined->text + n, right, k); // expect: interior-pointer
    joined->length = n + k;
    return value_of(joined);
}

Value string_append_mended(Interp *in, String *const *a, String *const *b) {
    size_t n = (*a)->length, k = (*b)->length;
    String *joined = tn_alloc_tail(in->m, String, char, n + k + 1);
    if (!joined) return 0;
    memcpy(joined->text, (*a)->text, n);
    memcpy(joined->text + n, (*b)->text, k);
    joined->length = n + k;
    return value_of(joined);
}

/* The text of one string goes to the constructor of another. */
Value substring(Interp *in, String *const *s, size_t from, size_t to) {
    return make_string(in, (*s)->text + from, to - from); // expect: interior-pointer
}

Value substring_mended(Interp *in, String *const *s, size_t from, size_t to) {
    char copy[256];
    size_t n = to - from < sizeof copy ? to - from : sizeof copy;
    memcpy(copy, (*s)->text + from, n);
    return make_string(in, copy, n);
}

/* A symbol's name is handed on. */
Value symbol_to_string(Interp *in, Symbol *const *symbol) {
    return make_string(in, tn_read(*symbol, name)->text, tn_read(*symbol, name)->length); // expect: interior-pointer
}

/* Through a helper that only passes it on. */
static Value new_text(Interp *in, const char *text) { return make_string(in, text, strlen(text)); }

Value copy_string(Interp *in, String *const *s) {
    return new_text(in, (*s)->text); // expect: interior-pointer
}

/* A pointer that walks over the text while symbols are made. */
Value split(Interp *in, String *const *s) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL), *word = TN_HANDLE_VALUE(in->m, NIL);
    for (const char *p = (*s)->text; *p; p++) { // expect: interior-pointer
        if (*p != ' ') continue;
        *word = intern(in, "word");
        *list = cons(in, word, list);
    }
    return *list;
}

Value split_mended(Interp *in, String *const *s) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL), *word = TN_HANDLE_VALUE(in->m, NIL);
    for (size_t i = 0; (*s)->text[i]; i++) {
        if ((*s)->text[i] != ' ') continue;
        *word = intern(in, "word");
        *list = cons(in, word, list);
    }
    return *list;
}

/* strchr's result points into the object as well. */
Value after_colon(Interp *in, String *const *s) {
    const char *colon = strchr((*s)->text, ':');
    if (!colon) return NIL;
    Value made = make_vector(in, 1);
    if (!made) return 0;
    tn_init_value(AS(Vector, made), item[0], MAKE_INT(colon[1])); // expect: interior-pointer
    return made;
}

/* The address of a field. */
long count_calls(Interp *in, Node *const *node, const Value *form, Env *const *env) {
    long *counter = &(*node)->number;
    eval(in, form, env);
    return ++*counter; // expect: interior-pointer
}

long count_calls_mended(Interp *in, Node *const *node, const Value *form, Env *const *env) {
    eval(in, form, env);
    return ++(*node)->number;
}

/* It is handed to a callee that writes it late. */
static void store_result(Interp *in, long *where) {
    Value v = intern(in, "result");
    *where = IS_INT(v) ? 1 : 0;
}

void store_number(Interp *in, Node *node) {
    store_result(in, &node->number); // expect: interior-pointer
}

void store_number_mended(Interp *in, Node *const *node) {
    long result;
    store_result(in, &result);
    (*node)->number = result;
}

/* An array's items. */
Value sum_items(Interp *in, Vector *const *v, Env *const *env) {
    const tn_value_field *item = (*v)->item;
    int64_t sum = 0;
    for (size_t i = 0; i < (*v)->length; i++) {
        TN_SCOPE(in->m);
        sum += INT(eval(in, TN_HANDLE_VALUE(in->m, item[i].tn_word_), env)); // expect: tail-pointer
    }
    return MAKE_INT(sum);
}

/* The end of an array, as the limit of a loop. */
Value map_vector(Interp *in, Vector *const *v, Env *const *env) {
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL), *x = TN_HANDLE_VALUE(in->m, NIL);
    const tn_value_field *p = (*v)->item, *end = p + (*v)->length;
    while (p < end) { // expect: tail-pointer
        *x = eval(in, &p->tn_word_, env);
        *list = cons(in, x, list);
        p++; // expect: tail-pointer
    }
    return *list;
}

/* Arguments as a pointer into a vector. */
Value apply_vector(Interp *in, const Value *f, Vector *const *args) {
    const Value *argv = (const Value *)(const void *)(*args)->item;
    return apply(in, f, (int)(*args)->length, argv); // expect: interior-pointer
}

Value apply_vector_mended(Interp *in, const Value *f, Vector *const *args) {
    Value *argv = in->sp;
    for (size_t i = 0; i < (*args)->length; i++) *in->sp++ = tn_read_value(*args, item[i]);
    Value result = apply(in, f, (int)(in->sp - argv), argv);
    in->sp = argv;
    return result;
}

/* As bytes of a buffer, in arithmetic on pointers. */
Value pad(Interp *in, String *const *s) {
    char *at = (char *)*s + sizeof(String);
    Value zeros = make_string(in, "000", 3);
    if (zeros) memcpy(at, AS(String, zeros)->text, 3); // expect: interior-pointer
    return zeros;
}

/* Code is born old: pointers into it are good. */
uint32_t run(Interp *in, const Code *code) {
    const uint32_t *pc = code->op;
    while (*pc) {
        Value v = make_vector(in, *pc);
        if (!v) break;
        pc++;
    }
    return *pc + (uint32_t)code->length;
}
