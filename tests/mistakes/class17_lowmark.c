/* class17_lowmark.c: low-water marks of ranges that are not lowered: on return, for a local variable, for a store
 * through a pointer into an older frame. `verify` finds those that a minor collection would lose an object by,
 * `barriers` every change of a reference. */
#include <string.h>

#include "mistakes.h"

#define VERIFY "debug=verify,sites"
#define BARRIERS "debug=barriers,sites"
#define SLOT(n) "slot " #n " of the range %p, made at @1,"
#define ABOVE(n) \
    ", and the low-water mark is above it, at slot " #n                                                        \
    ": lower it to the lowest slot that is written, pushed or popped\n"
#define YOUNG(collection, slot, mark)                                                                          \
    "tenure: heap 'host': verify: before minor collection " collection ": " SLOT(slot) " holds %p (Pair: pair 0, " \
    "allocated at @2), a young object" ABOVE(mark)
#define CHANGED(collection, slot, before, now)                                                                      \
    "tenure: heap 'host': barriers: before minor collection " collection ": " SLOT(slot) " has changed from " before \
    " to " now
#define SUSPENDED ", and the range is suspended: call tn_range_resume before writing\n"

/* A VM's stack, of values or references. It moves when it is asked to. */
static tn_value slots[2][100], *base, *sp, *low;
static bool careful;

static tn_range *stack_create(tn_mutator *m, bool values, bool marked, bool mended) {
    memset(slots, 0, sizeof slots);
    base = sp = slots[0];
    low = NULL;
    careful = mended;
    tn_range_desc desc = {.base = &base, .top = &sp, .low = marked ? &low : NULL, .values = values};
    return AT(1, tn_range_create(m, &desc));
}

static tn_range *stack_make(tn_mutator *m, bool values, bool mended) { return stack_create(m, values, true, mended); }

static void stack_move(void) {
    ptrdiff_t top = sp - base, mark = low - base;
    memcpy(slots[1], slots[0], sizeof slots[0]);
    memset(slots[0], 0, sizeof slots[0]);
    base = slots[1], sp = base + top, low = base + mark;
}

static void wrote(tn_value *slot) {
    if (careful && slot < low) low = slot;
}

static void push(tn_value value) {
    *sp++ = value;
    wrote(sp - 1);
}
static void pop(size_t count) {
    sp -= count;
    wrote(sp);
}
static void store(size_t slot, tn_value value) {
    base[slot] = value;
    wrote(base + slot);
}

/* An object that a handle holds too, so that it is alive without the stack; old on request. */
static Pair **held(tn_mutator *m, bool old) {
    Pair **p = AT(2, TN_NEW(m, Pair));
    if (old) minor(m);
    return p;
}

static void call(tn_mutator *m, Pair *const *p) {
    for (int i = 0; i < 5; i++) push(value_of(*p));
    minor(m); /* the mark is at slot 5 now */
    pop(3);
}

/* The frame of a function is left, and another one is called. */
static void pushed_after_a_return(tn_mutator *m, bool mended) {
    tn_range *range = stack_make(m, true, mended);
    Pair **p = held(m, true);
    call(m, p);
    if (mended) stack_move();
    push(value_of(*held(m, false)));
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

/* Of references, and with nothing in the place of the object. */
static void a_local_variable(tn_mutator *m, bool mended) {
    Pair **p = held(m, true);
    tn_range *range = stack_make(m, false, mended);
    for (int i = 0; i < 4; i++) push((tn_value)(uintptr_t)*p);
    minor(m);
    store(1, 0);
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

/* A closure has a pointer to a variable of a function that has not returned yet. A number needs no mark. */
static void young_in_an_older_frame(tn_mutator *m, bool mended) {
    tn_range *range = stack_make(m, true, mended);
    Pair **p = held(m, true);
    for (int i = 0; i < 10; i++) push(i == 4 ? 0 : value_of(*p));
    minor(m);
    tn_value *variable = base + 2;
    if (mended) base[4] = (tn_value)8;
    Pair **q = held(m, false);
    *variable = value_of(*q);
    wrote(variable);
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

static void old_in_an_older_frame(tn_mutator *m, bool mended) {
    tn_range *range = stack_make(m, true, mended);
    Pair **p = held(m, true), **q = held(m, true);
    for (int i = 0; i < 10; i++) push(value_of(*p));
    minor(m);
    store(2, value_of(*q));
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

/* Survivors have stayed young, and so has what is stored. */
static void under_stress(tn_mutator *m, bool mended) {
    tn_range *range = stack_make(m, true, mended);
    Pair **p = held(m, false);
    for (int i = 0; i < 5; i++) push(value_of(NULL));
    minor(m);
    TN_NEW(m, Pair);
    *p = AT(2, tn_alloc(m, Pair)); /* that collection has promoted, and the mark is at slot 5 */
    for (int i = 0; i < 3; i++) push(value_of(NULL));
    TN_NEW(m, Pair);               /* *p has stayed young, and slots 5 to 7 are visited again: those below are not */
    CHECK(tn_is_young(m, *p));
    store(1, value_of(*p));
    TN_NEW(m, Pair);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

/* A coroutine that does not run. */
static void suspended(tn_mutator *m, bool marked, bool mended) {
    tn_range *range = stack_create(m, true, marked, mended);
    Pair **p = held(m, true), **q = held(m, true);
    for (int i = 0; i < 10; i++) push(value_of(*p));
    CHECK_EQ(tn_range_suspend(m, range), TN_OK);
    minor(m);
    minor(m);
    if (mended) CHECK_EQ(tn_range_resume(m, range), TN_OK);
    store(7, value_of(*q));
    if (mended) CHECK_EQ(tn_range_suspend(m, range), TN_OK);
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

static void a_suspended_stack(tn_mutator *m, bool mended) { suspended(m, true, mended); }
static void a_suspended_stack_without_a_mark(tn_mutator *m, bool mended) { suspended(m, false, mended); }

/* What a new stack at the same place holds is nobody's mistake. */
static void a_new_stack(tn_mutator *m, bool mended) {
    tn_range *range = stack_make(m, true, mended);
    Pair **p = held(m, true);
    for (int i = 0; i < 10; i++) push(value_of(*p));
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
    range = stack_make(m, true, true);
    for (int i = 0; i < 10; i++) push(value_of(NULL));
    minor(m);
    careful = mended;
    store(3, value_of(*p));
    minor(m);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

static const Case cases[] = {
    {"pushed after a return", pushed_after_a_return, HANDLES, LOW_TAG, SMALL, VERIFY, YOUNG("3", 2, 5)},
    {"pushed after a return, barriers", pushed_after_a_return, HANDLES, LOW_TAG, SMALL, BARRIERS,
     CHANGED("3", 2, "%p", "%p") ABOVE(5)},
    {"a local variable", a_local_variable, RAW, POINTER, SMALL, BARRIERS, CHANGED("3", 1, "%p", "0") ABOVE(4)},
    {"young in an older frame", young_in_an_older_frame, RAW, NAN_BOX, SMALL, VERIFY, YOUNG("3", 2, 10)},
    {"young in an older frame, in every mode", young_in_an_older_frame, RAW, NAN_BOX, SMALL,
     "debug=all,quarantine=3,seed=1 handles=1M", CHANGED("*", 2, "%p", "%p") ABOVE(10)},
    {"old in an older frame", old_in_an_older_frame, RAW, NAN_BOX, SMALL, BARRIERS,
     CHANGED("*", 2, "%p", "%p") ABOVE(10)},
    {"under stress", under_stress, RAW, POINTER, SMALL, "debug=verify,sites,stress=1", YOUNG("*", 1, 8)},
    {"a suspended stack", a_suspended_stack, RAW, LOW_TAG, SMALL, BARRIERS, CHANGED("*", 7, "%p", "%p") SUSPENDED},
    {"a suspended stack without a mark", a_suspended_stack_without_a_mark, RAW, LOW_TAG, SMALL, BARRIERS,
     CHANGED("*", 7, "%p", "%p") SUSPENDED},
    {"a new stack", a_new_stack, RAW, LOW_TAGS, SMALL, BARRIERS, CHANGED("*", 3, "0", "%p") ABOVE(10)},
};

int main(void) { return mistakes_run("low-water marks", cases, sizeof cases / sizeof *cases, 1u << SMALL); }
