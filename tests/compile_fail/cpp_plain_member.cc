/* A layout lists fields that the collector looks at. */
// expect: lists members that are tn::field
#include "pair.hpp"
struct Plain {
    tn::field<Pair> pair;
    long number;
};
#ifdef OK
template <> struct tn::type<Plain> : tn::layout<Plain, TN_FIRST_TYPE + 2, &Plain::pair> {};
void f(tn::heap &heap);
void f(tn::heap &heap) { heap.add<Plain>(); }
#else
template <> struct tn::type<Plain> : tn::layout<Plain, TN_FIRST_TYPE + 2, &Plain::pair, &Plain::number> {};
void f(tn::heap &heap);
void f(tn::heap &heap) { heap.add<Plain>(); }
#endif
