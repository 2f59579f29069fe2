/* The constructs of fastpath.c, written with tenure.hpp: fastpath_test.sh holds them to the same counts. */
#include "tenure.hpp"

struct Pair {
    tn::field<Pair> car, cdr;
};
struct Box {
    tn::value_field value;
};
template <> struct tn::type<Pair> : tn::layout<Pair, TN_FIRST_TYPE, &Pair::car, &Pair::cdr> {};
template <> struct tn::type<Box> : tn::layout<Box, TN_FIRST_TYPE + 1, &Box::value> {};

extern "C" {
void before(tn_mutator *m) noexcept;
void middle(tn_mutator *m) noexcept;
void after(tn_mutator *m) noexcept;
void take_pair(tn_mutator *m, void *pair) noexcept;
void take_pairs(tn_mutator *m, Pair *a, Pair *b) noexcept;
void take_box(tn_mutator *m, Box *box, tn_value value) noexcept;
void take_handle(tn_mutator *m, Pair **handle) noexcept;
void take_value_handle(tn_mutator *m, tn_value *handle) noexcept;

#define FUNCTION(result, name, ...) \
    result name(__VA_ARGS__);       \
    result name(__VA_ARGS__)

FUNCTION(void, alloc_with, tn_mutator *m) {
    before(m);
    take_pair(m, tn::allocate<Pair>(m));
    after(m);
}
FUNCTION(void, alloc_without, tn_mutator *m) {
    before(m);
    middle(m);
    after(m);
}
FUNCTION(void *, alloc_alone, tn_mutator *m) { return tn::allocate<Pair>(m); }

FUNCTION(void, write_with, tn_mutator *m, Pair *object, Pair *reference) {
    before(m);
    tn::at(m, object, &Pair::cdr) = reference;
    take_pairs(m, object, reference);
    after(m);
}
FUNCTION(void, write_without, tn_mutator *m, Pair *object, Pair *reference) {
    before(m);
    take_pairs(m, object, reference);
    after(m);
}
FUNCTION(void, write_alone, tn_mutator *m, void *object, void *slot, void *reference) {
    tn::slot<void>(m, object, slot) = reference;
}

FUNCTION(void, write_value_with, tn_mutator *m, Box *object, tn_value value) {
    before(m);
    tn::at(m, object, &Box::value) = value;
    take_box(m, object, value);
    after(m);
}
FUNCTION(void, write_value_without, tn_mutator *m, Box *object, tn_value value) {
    before(m);
    take_box(m, object, value);
    after(m);
}
FUNCTION(void, write_value_alone, tn_mutator *m, void *object, tn_value *slot, tn_value value) {
    tn::slot<tn_value>(m, object, slot) = value;
}

FUNCTION(void, scope_with, tn_mutator *m) {
    before(m);
    {
        tn::scope scope(m);
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
    tn::scope scope(m);
    middle(m);
}

FUNCTION(void, local_with, tn_mutator *m) {
    before(m);
    tn::local<Pair> p(m);
    take_handle(m, p.handle());
    after(m);
}
FUNCTION(void, local_without, tn_mutator *m) {
    before(m);
    middle(m);
    after(m);
}
FUNCTION(Pair **, local_alone, tn_mutator *m) { return tn::local<Pair>(m).handle(); }

FUNCTION(void, local_value_with, tn_mutator *m) {
    before(m);
    tn::local<tn_value> v(m);
    take_value_handle(m, v.handle());
    after(m);
}
FUNCTION(void, local_value_without, tn_mutator *m) {
    before(m);
    middle(m);
    after(m);
}
FUNCTION(tn_value *, local_value_alone, tn_mutator *m) { return tn::local<tn_value>(m).handle(); }
}
