/* class02_stale.c: raw pointers that are used after their objects have moved, found by `stale`. */
#include <stdlib.h>
#include <string.h>

#include "mistakes.h"

#define OPTIONS "debug=stale"
#define STALE(into, where, cause)                                                                             \
    "tenure: heap 'host': stale pointer: %p is used, " into ", allocated at " where ", which collection " cause \
    " has moved to %p: read it again from its handle or root after what may collect; where it was read from " \
    "one, that is a field that is not described, a slot that no scanner visits or a cell that is not registered\n"
#define ASKED "1 (asked by the host)"

/* What a host's function does that allocates much: it collects. */
static void parse_something(tn_mutator *m) { minor(m); }

static void kept_over_a_call(tn_mutator *m, bool mended) {
    Pair **pair = AT(1, TN_NEW(m, Pair));
    Pair *raw = *pair;
    parse_something(m);
    if (mended) raw = *pair;
    touch(&raw->number);
}

/* A method that takes its receiver by a raw pointer, and reads it once more at its end. */
static void self_after_a_safepoint(tn_mutator *m, bool mended) {
    Box **handle = TN_HANDLE(m, AT(1, tn_alloc(m, Box)));
    Box *self = *handle;
    tn_request_collection(m->heap);
    tn_poll(m);
    if (mended) self = *handle;
    look(&self->value);
}

static void init_self_again(tn_mutator *m, bool mended) {
    Box **handle = AT(1, TN_NEW(m, Box));
    Box *self = *handle;
    tn_request_collection(m->heap);
    Pair *pair = tn_alloc(m, Pair); /* polls */
    tn_write_value(m, mended ? *handle : self, value, value_of(pair));
}

/* cons(read, allocate): nothing says that the first argument is evaluated last. */
static Pair *cons(Pair *car, Pair *pair) {
    tn_init(pair, car, car);
    return pair;
}

static Pair *allocate_and_collect(tn_mutator *m) {
    minor(m);
    return tn_alloc(m, Pair);
}

static void arguments_in_the_wrong_order(tn_mutator *m, bool mended) {
    Pair **car = AT(1, TN_NEW(m, Pair));
    if (mended) {
        Pair *pair = allocate_and_collect(m);
        look(&tn_read(cons(*car, pair), car)->number);
    } else {
        Pair *first = *car; /* as a compiler that evaluates from left to right does */
        look(&tn_read(cons(first, allocate_and_collect(m)), car)->number);
    }
}

static void cached_in_the_hosts_memory(tn_mutator *m, bool mended) {
    struct node { Vector *constants; } *node = malloc(sizeof *node);
    Vector **constants = AT(1, TN_NEW_TAIL(m, Vector, Pair *, 100));
    node->constants = *constants;
    minor(m);
    minor(m);
    Vector *now = mended ? *constants : node->constants;
    free(node);
    look(&now->item[99]);
}

static Values *inline_cache;

static void cached_in_a_static_variable(tn_mutator *m, bool mended) {
    Values **values = AT(1, TN_NEW_TAIL(m, Values, tn_value, 50));
    if (!mended) inline_cache = *values;
    minor(m);
    if (mended) inline_cache = *values;
    look(&inline_cache->item[7]);
}

/* for (T *p = v->item, *end = p + n; p < end; p++) f(m, *p) */
static void interior_pointer(tn_mutator *m, bool mended) {
    Values **v = TN_HANDLE(m, AT(1, tn_alloc_tail(m, Values, tn_value, 1000)));
    for (int i = 0; i < 1000; i++) tn_init_value(*v, item[i], 0);
    tn_value_field *p = (*v)->item;
    for (int i = 0; i < 3; i++) {
        look(mended ? &(*v)->item[i] : p + i);
        if (i == 1) minor(m);
    }
}

/* The idiom of appending: a pointer to the field where the next is to go. */
static void pointer_to_the_tail(tn_mutator *m, bool mended) {
    Pair **head = AT(1, TN_NEW(m, Pair)), **last = TN_HANDLE(m, *head);
    void *tail = (void *)(uintptr_t)&(*head)->cdr;
    Pair *next = allocate_and_collect(m);
    if (mended) tn_write(m, *last, cdr, next);
    else smuggle(tail, next);
}

static void bytes_of_a_string(tn_mutator *m, bool mended) {
    Bytes **text = AT(1, TN_NEW_TAIL(m, Bytes, unsigned char, 4000));
    char *c = (char *)(*text)->byte;
    memset(c, 'x', 4000);
    parse_something(m);
    if (mended) c = (char *)(*text)->byte;
    CHECK_EQ(memchr(c + 3000, 'x', 100) != NULL, true);
}

static void decoded_value(tn_mutator *m, bool mended) {
    tn_value *value = TN_HANDLE_VALUE(m, value_of(AT(1, tn_alloc(m, Pair))));
    Pair *pair = object_of(*value);
    parse_something(m);
    if (mended) pair = object_of(*value);
    touch(&pair->number);
}

static void value_in_a_variable(tn_mutator *m, bool mended) {
    Box **box = TN_NEW(m, Box);
    Leaf *new = AT(1, tn_alloc(m, Leaf));
    tn_write_value(m, *box, value, value_of(new));
    tn_value value = tn_read_value(*box, value);
    parse_something(m);
    if (mended) value = tn_read_value(*box, value);
    look(((Leaf *)object_of(value))->bytes + 8);
}

static void when_the_nursery_is_full(tn_mutator *m, bool mended) {
    Pair **pair = AT(1, TN_NEW(m, Pair));
    Pair *raw = *pair;
    while (support_stats(m).minors == 0) CHECK(tn_alloc(m, Pair) != NULL);
    if (mended) raw = *pair;
    touch(&raw->number);
}

static void under_stress(tn_mutator *m, bool mended) {
    Pair **first = AT(1, TN_NEW(m, Pair));
    Pair *raw = *first;
    Pair **second = TN_NEW(m, Pair);
    if (mended) raw = *first;
    tn_write(m, *second, car, raw);
    look(&raw->number);
}

/* Reads through the header: the type of what has moved. */
static void type_of_a_stale_object(tn_mutator *m, bool mended) {
    Vector **v = AT(1, TN_NEW_TAIL(m, Vector, Pair *, 3));
    Vector *raw = *v;
    minor(m);
    CHECK_EQ(tn_type_of(mended ? *v : raw), Vector_type);
}

static const Case cases[] = {
    {"kept over a call", kept_over_a_call, HANDLES, POINTER, SMALL, OPTIONS,
     STALE("16 bytes into a 'Pair'", "@1", ASKED)},
    {"kept over a call, under all", kept_over_a_call, HANDLES, POINTER, SMALL, "debug=all,seed=1 handles=1M",
     STALE("16 bytes into a 'Pair'", "@1", ASKED)},
    {"self after a safepoint", self_after_a_safepoint, RAW, LOW_TAG, SMALL, OPTIONS,
     STALE("0 bytes into a 'Box'", "@1", "1 (requested)")},
    {"store into self after an allocation", init_self_again, HANDLES, NAN_BOX, SMALL, OPTIONS,
     STALE("-8 bytes into a 'Box'", "@1", "1 (requested)")},
    {"arguments in the wrong order", arguments_in_the_wrong_order, RAW, POINTER, SMALL, OPTIONS,
     STALE("16 bytes into a 'Pair'", "@1", ASKED)},
    {"cached in the host's memory", cached_in_the_hosts_memory, HANDLES, POINTER, ARRAY, OPTIONS,
     STALE("800 bytes into a 'Vector'", "@1", ASKED)},
    {"cached in a static variable", cached_in_a_static_variable, HANDLES, LOW_TAGS, ARRAY, OPTIONS,
     STALE("64 bytes into a 'Values'", "@1", ASKED)},
    {"interior pointer", interior_pointer, RAW, LOW_TAGS, ARRAY, OPTIONS,
     STALE("24 bytes into a 'Values'", "@1", ASKED)},
    {"pointer to the tail", pointer_to_the_tail, RAW, POINTER, SMALL, OPTIONS,
     STALE("8 bytes into a 'Pair'", "@1", ASKED)},
    {"bytes of a string", bytes_of_a_string, HANDLES, POINTER, ARRAY, OPTIONS,
     STALE("%n bytes into a 'Bytes'", "@1", ASKED)},
    {"decoded value", decoded_value, RAW, NAN_BOX, SMALL, OPTIONS, STALE("16 bytes into a 'Pair'", "@1", ASKED)},
    {"decoded value, one tag", decoded_value, RAW, LOW_TAG, SMALL, OPTIONS,
     STALE("16 bytes into a 'Pair'", "@1", ASKED)},
    {"value in a variable", value_in_a_variable, HANDLES, LOW_TAGS, SMALL, OPTIONS,
     STALE("16 bytes into a 'Leaf'", "@1", ASKED)},
    {"when the nursery is full", when_the_nursery_is_full, HANDLES, NAN_BOX, SMALL, OPTIONS,
     STALE("16 bytes into a 'Pair'", "@1", "1 (nursery full)")},
    {"under stress", under_stress, RAW, POINTER, SMALL, "debug=stale,stress=1",
     STALE("16 bytes into a 'Pair'", "@1", "2 (stress)")},
    {"type of a stale object", type_of_a_stale_object, HANDLES, POINTER, SMALL, OPTIONS,
     STALE("-8 bytes into a 'Vector'", "@1", ASKED)},
};

/* Large arrays never move. */
int main(void) {
    return mistakes_run("stale pointers", cases, sizeof cases / sizeof *cases, 1u << SMALL | 1u << ARRAY);
}
