/* The first word of an object is not for a table of functions. */
// expect: neither virtual functions
#include "pair.hpp"
struct Shape {
    long number;
#ifndef OK
    virtual long area() { return number; }
#endif
};
template <> struct tn::type<Shape> : tn::layout<Shape, TN_FIRST_TYPE + 2> {
    static constexpr unsigned flags = TN_LEAF;
};
void f(tn_mutator *m);
#ifdef OK
void f(tn_mutator *m) { tn::make<Shape>(m); }
#else
void f(tn_mutator *m) { tn::make<Shape>(m); }
#endif
