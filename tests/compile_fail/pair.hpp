/* What the programs in C++ of this directory work with. */
#include "tenure.hpp"

struct Box {
    tn::field<Box> next;
    tn::value_field value;
};
struct Pair {
    tn::field<Pair> car, cdr;
    tn::field<Box> box;
    long number;
};
template <> struct tn::type<Pair> : tn::layout<Pair, TN_FIRST_TYPE, &Pair::car, &Pair::cdr, &Pair::box> {};
template <> struct tn::type<Box> : tn::layout<Box, TN_FIRST_TYPE + 1, &Box::next, &Box::value> {};
