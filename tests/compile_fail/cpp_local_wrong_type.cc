/* Nor is a local of one type assigned to one of another. */
// expect: convert|no match|no viable|incompatible
#include "pair.hpp"
void f(tn::local<Pair> &p, tn::local<Pair> &q, const tn::local<Box> &b);
void f(tn::local<Pair> &p, tn::local<Pair> &q, const tn::local<Box> &b) {
#ifdef OK
    p = q;
    q->number = b->value.get() == 0;
}
#else
    p = b;
    q->number = 0;
}
#endif
