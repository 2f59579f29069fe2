/* Nobody would call the destructor of an object. */
// expect: has no destructor
#include "pair.hpp"
struct Held {
    long number;
#ifndef OK
    ~Held() { number = 0; }
#endif
};
template <> struct tn::type<Held> : tn::layout<Held, TN_FIRST_TYPE + 2> {
    static constexpr unsigned flags = TN_LEAF;
};
void f(tn::heap &heap);
#ifdef OK
void f(tn::heap &heap) { heap.add<Held>(); }
#else
void f(tn::heap &heap) { heap.add<Held>(); }
#endif
