/* The inline paths, for fastpath_test.sh to count their instructions. Compiled, never run.
 *
 * `x_with` and `x_without` are the same function with the construct x and without it; what the construct adds is the
 * difference. They stand between two calls, with the mutator and the operands needed before and after, because that is
 * where these constructs stand in a runtime: the operands are in registers that calls preserve.
 * `x_alone` is a function of nothing but the construct: what a host pays that wraps it in a function and does not inline it. */
#include "tenure.h"

typedef struct Pair {
    TN_FIELD(struct Pair) car, cdr;
} Pair;
typedef struct Box {
    tn_value_field value;
} Box;
enum { Pair_type = TN_FIRST_TYPE, Box_type };

void before(tn_mutator *m);
void middle(tn_mutator *m);
void after(tn_mutator *m);
void take_pair(tn_mutator *m, void *pair);
void take_pairs(tn_mutator *m, Pair *a, Pair *b);
void take_box(tn_mutator *m, Box *box, tn_value value);
void take_handle(tn_mutator *m, Pair **handle);
void take_value_handle(tn_mutator *m, tn_value *handle);

#define FUNCTION(result, name, ...) \
    result name(__VA_ARGS__);       \
    result name(__VA_ARGS__)

/* Allocation of a fixed size. */
FUNCTION(void, alloc_with, tn_mutator *m) {
    before(m);
    take_pair(m, tn_alloc(m, Pair));
    after(m);
}
FUNCTION(void, alloc_without, tn_mutator *m) {
    before(m);
    middle(m);
    after(m);
}
FUNCTION(void *, alloc_alone, tn_mutator *m) { return tn_alloc(m, Pair); }

/* A store of a reference, of a value: the barrier and the store itself. */
FUNCTION(void, write_with, tn_mutator *m, Pair *object, Pair *reference) {
    before(m);
    tn_write(m, object, cdr, reference);
    take_pairs(m, object, reference);
    after(m);
}
FUNCTION(void, write_without, tn_mutator *m, Pair *object, Pair *reference) {
    before(m);
    take_pairs(m, object, reference);
    after(m);
}
FUNCTION(void, write_alone, tn_mutator *m, void *object, void *slot, void *reference) {
    tn_store(m, object, slot, reference);
}

FUNCTION(void, write_value_with, tn_mutator *m, Box *object, tn_value value) {
    before(m);
    tn_write_value(m, object, value, value);
    take_box(m, object, value);
    after(m);
}
FUNCTION(void, write_value_without, tn_mutator *m, Box *object, tn_value value) {
    before(m);
    take_box(m, object, value);
    after(m);
}
FUNCTION(void, write_value_alone, tn_mutator *m, void *object, tn_value *slot, tn_value value) {
    tn_store_value(m, object, slot, value);
}

/* A scope around a call. */
FUNCTION(void, scope_with, tn_mutator *m) {
    before(m);
    {
        TN_SCOPE(m);
        middle(m);
    }
    after(m);
}
FUNCTION(void, scope_without, tn_mutator *m) {
    before(m);
    middle(m);
    after(m);
}
FUNCTION(void, scope_alone, tn_mutator *m) {
    TN_SCOPE(m);
    middle(m);
}

/* A local handle, of a reference and of a value. */
FUNCTION(void, local_with, tn_mutator *m) {
    before(m);
    TN_LOCAL(m, Pair, p);
    take_handle(m, p);
    after(m);
}
FUNCTION(void, local_without, tn_mutator *m) {
    before(m);
    middle(m);
    after(m);
}
FUNCTION(Pair **, local_alone, tn_mutator *m) {
    TN_LOCAL(m, Pair, p);
    return p;
}

FUNCTION(void, local_value_with, tn_mutator *m) {
    before(m);
    TN_LOCAL_VALUE(m, v);
    take_value_handle(m, v);
    after(m);
}
FUNCTION(void, local_value_without, tn_mutator *m) {
    before(m);
    middle(m);
    after(m);
}
FUNCTION(tn_value *, local_value_alone, tn_mutator *m) {
    TN_LOCAL_VALUE(m, v);
    return v;
}
