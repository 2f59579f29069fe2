/* class13_every_store.c: stores without barrier that do no harm yet: a reference to an old object, one that goes away,
 * one into an object that is still young; and barriers that came too early. Found by `barriers`. */
#include <string.h>

#include "mistakes.h"

#define OPTIONS "debug=barriers,sites"
#define CHANGED(n, object, field, before, now)                                                                     \
    "tenure: heap 'host': barriers: before minor collection " #n ": object %p (" object ", allocated at @1): field '" \
    field "' has changed from " before " to " now
#define UNTOLD " by a store without barrier: use TN_SET, tn_write or tn_store\n"
#define EARLY(n) \
    ", and the barrier of that store came before collection " #n ": between the two there may be no safepoint\n"

/* Nothing young is in sight, so no minor collection minds. */
static void memset_over_an_old_object(tn_mutator *m, bool mended) {
    Pair **a = AT(1, TN_NEW(m, Pair)), **b = TN_NEW(m, Pair);
    TN_SET(m, a, cdr, b);
    minor(m);
    minor(m);
    if (mended) TN_CLEAR(m, a, cdr);
    else memset((char *)*a + offsetof(Pair, cdr), 0, sizeof(Pair *));
    minor(m);
}

static void old_into_old(tn_mutator *m, bool mended) {
    Pair **a = AT(1, TN_NEW(m, Pair)), **b = TN_NEW(m, Pair);
    minor(m);
    if (mended) tn_write(m, *a, car, *b);
    else smuggle((char *)*a + offsetof(Pair, car), *b);
    minor(m);
}

/* Both are young, as they mostly are; once in a while they are not. */
static void young_into_young(tn_mutator *m, bool mended) {
    Pair **a = AT(1, TN_NEW(m, Pair));
    Pair *b = tn_alloc(m, Pair);
    if (mended) tn_write(m, *a, car, b);
    else tn_init(*a, car, b); /* new no more */
    minor(m);
}

static void a_value_into_a_young_box(tn_mutator *m, bool mended) {
    Box **box = AT(1, TN_NEW(m, Box)), **number = TN_NEW(m, Box);
    Pair **p = TN_NEW(m, Pair);
    smuggle_value(&(*number)->value, 8); /* a number over a number needs no barrier */
    if (mended) tn_write_value(m, *box, value, value_of(*p));
    else tn_init_value(*box, value, value_of(*p));
    minor(m);
}

static void elements_set_to_zero(tn_mutator *m, bool mended) {
    Values **v = AT(1, TN_NEW_TAIL(m, Values, tn_value, 100));
    Pair **p = TN_NEW(m, Pair);
    for (int i = 0; i < 100; i++) tn_write_value(m, *v, item[i], value_of(*p));
    minor(m);
    if (mended)
        for (int i = 10; i < 20; i++) tn_write_value(m, *v, item[i], 0);
    else memset((void *)&(*v)->item[10], 0, 10 * sizeof(tn_value));
    minor(m);
}

static void memmove_of_old_references(tn_mutator *m, bool mended) {
    Vector **v = AT(1, TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH));
    Pair **p = TN_NEW(m, Pair);
    TN_SET(m, v, item[7], p);
    minor(m);
    minor(m);
    if (mended) TN_MOVE(m, v, item, 3, 7, 4);
    else memmove((void *)&(*v)->item[3], &(*v)->item[7], 4 * sizeof(Pair *));
    minor(m);
}

/* A young large array. */
static void into_a_young_large_array(tn_mutator *m, bool mended) {
    Values **v = AT(1, TN_NEW_TAIL(m, Values, tn_value, LARGE_LENGTH));
    Pair **p = TN_NEW(m, Pair);
    if (mended) tn_write_value(m, *v, item[4321], value_of(*p));
    else smuggle_value(&(*v)->item[4321], value_of(*p));
    minor(m);
}

/* An interpreter that tells first, evaluates the operand, and then stores. */
static void remembered_before_the_operand(tn_mutator *m, bool mended) {
    Pair **a = AT(1, TN_NEW(m, Pair));
    minor(m);
    if (!mended) tn_revisit_object(m, *a);
    Pair **b = TN_NEW(m, Pair);
    minor(m); /* the operand's allocation might */
    if (mended) tn_revisit_object(m, *a);
    smuggle((char *)*a + offsetof(Pair, cdr), *b);
    minor(m);
}

static void slot_told_before_the_operand(tn_mutator *m, bool mended) {
    Fixed **fixed = AT(1, TN_NEW(m, Fixed));
    minor(m);
    tn_value_field *slot = &(*fixed)->value;
    if (!mended) tn_store_value(m, *fixed, (tn_value *)(uintptr_t)slot, 0);
    Pair **b = TN_NEW(m, Pair);
    minor(m);
    if (mended) tn_write_value(m, *fixed, value, value_of(*b));
    else smuggle_value(slot, value_of(*b));
    minor(m);
}

/* It has moved since: the barrier knew the young one. */
static void told_while_it_was_young(tn_mutator *m, bool mended) {
    Pair **a = AT(1, TN_NEW(m, Pair)), **b = TN_NEW(m, Pair);
    if (!mended) TN_CLEAR(m, a, car);
    minor(m);
    if (mended) TN_SET(m, a, car, b);
    else smuggle((char *)*a + offsetof(Pair, car), *b);
    minor(m);
}

/* What survivors that stay young get under stress is found as well. */
static void under_stress(tn_mutator *m, bool mended) {
    Pair **a = AT(1, TN_NEW(m, Pair)), **b = TN_NEW(m, Pair);
    TN_NEW(m, Pair);
    TN_NEW(m, Pair);
    if (mended) TN_SET(m, a, cdr, b);
    else smuggle((char *)*a + offsetof(Pair, cdr), *b);
    TN_NEW(m, Pair);
}

/* One that is born old is in the barrier's log until a minor collection has seen it: with stores into it until then. */
static void into_one_born_old(tn_mutator *m, bool mended) {
    Pair **p = TN_NEW(m, Pair);
    minor(m);
    Fixed **fixed = AT(1, TN_NEW(m, Fixed));
    tn_init(*fixed, pair, *p);
    TN_NEW(m, Pair); /* it is new no more */
    if (mended) TN_CLEAR(m, fixed, pair);
    else tn_init(*fixed, pair, NULL);
    minor(m);
}

/* What a store has put into the log is told of as well: the second store there is not. */
typedef struct Traced {
    TN_FIELD(Pair) first, second;
    int traced;
} Traced;
enum { Traced_type = Bytes_type + 1 };

static void traced_trace(tn_tracer *tracer, void *object) { (void)tracer, (void)object; }

static void into_one_in_the_log(tn_mutator *m, bool mended) {
    static const tn_type_desc desc = TN_DESC(Traced, TN_REFS(Traced, first, second), .trace = traced_trace);
    CHECK(tn_type_create(m->heap, &desc));
    Traced **t = AT(1, TN_NEW(m, Traced));
    Pair **old = TN_NEW(m, Pair);
    minor(m);
    Pair **young = TN_NEW(m, Pair);
    TN_SET(m, t, first, young);
    TN_SET(m, t, second, old); /* no slow path hears of this one */
    TN_NEW(m, Pair);
    TN_SET(m, t, first, old);
    if (mended) TN_CLEAR(m, t, second);
    else tn_init(*t, second, NULL);
    minor(m);
}

static const Case cases[] = {
    {"memset over an old object", memset_over_an_old_object, HANDLES, POINTER, SMALL, OPTIONS,
     CHANGED(3, "Pair: pair 0", "cdr", "%p", "0") UNTOLD},
    {"old into old", old_into_old, RAW, LOW_TAG, SMALL, OPTIONS, CHANGED(2, "Pair: pair 0", "car", "0", "%p") UNTOLD},
    {"young into young", young_into_young, HANDLES, POINTER, SMALL, OPTIONS,
     CHANGED(1, "Pair: pair 0", "car", "0", "%p") UNTOLD},
    {"a value into a young box", a_value_into_a_young_box, RAW, LOW_TAGS, SMALL, OPTIONS,
     CHANGED(1, "Box", "value", "0", "%p") UNTOLD},
    {"a value into a young box, NaN-boxed", a_value_into_a_young_box, RAW, NAN_BOX, SMALL, OPTIONS,
     CHANGED(1, "Box", "value", "0", "%p") UNTOLD},
    {"elements set to zero", elements_set_to_zero, RAW, NAN_BOX, ARRAY, OPTIONS,
     CHANGED(2, "Values", "tail[10]", "%p", "0") UNTOLD},
    {"memmove of old references", memmove_of_old_references, HANDLES, POINTER, LARGE, OPTIONS,
     CHANGED(3, "Vector", "tail[3]", "0", "%p") UNTOLD},
    {"into a young large array", into_a_young_large_array, RAW, LOW_TAGS, LARGE, OPTIONS,
     CHANGED(1, "Values", "tail[4321]", "0", "%p") UNTOLD},
    {"remembered before the operand", remembered_before_the_operand, HANDLES, POINTER, SMALL, OPTIONS,
     CHANGED(3, "Pair: pair 0", "cdr", "0", "%p") EARLY(2)},
    {"slot told before the operand", slot_told_before_the_operand, RAW, LOW_TAG, SMALL, OPTIONS,
     CHANGED(3, "Fixed", "value", "0", "%p") EARLY(2)},
    {"into one born old", into_one_born_old, HANDLES, POINTER, SMALL, OPTIONS,
     CHANGED(2, "Fixed", "pair", "%p", "0") UNTOLD},
    {"into one born old, in every mode", into_one_born_old, HANDLES, POINTER, SMALL,
     "debug=all,quarantine=3,stress=1,seed=1 handles=1M",
     "tenure: heap 'host': barriers: before minor collection %n: object %p (Fixed, allocated at @1): field 'pair' has "
     "changed from %p to 0" UNTOLD},
    {"into one in the log", into_one_in_the_log, HANDLES, POINTER, SMALL, OPTIONS,
     CHANGED(2, "Traced", "second", "%p", "0") UNTOLD},
    {"told while it was young", told_while_it_was_young, HANDLES, POINTER, SMALL, OPTIONS,
     CHANGED(2, "Pair: pair 0", "car", "0", "%p") EARLY(1)},
    {"under stress", under_stress, HANDLES, POINTER, SMALL, OPTIONS ",stress=1",
     CHANGED(5, "Pair: pair 0", "cdr", "0", "%p") UNTOLD},
    {"under all", under_stress, HANDLES, POINTER, SMALL, "debug=all,stress=1",
     CHANGED(5, "Pair: pair 0", "cdr", "0", "%p") UNTOLD},
};

int main(void) { return mistakes_run("every store", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
