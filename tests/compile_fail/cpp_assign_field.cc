/* A field is stored through its owner. */
// expect: stored through its owner
#include "pair.hpp"
void f(const tn::local<Pair> &p, Pair *q);
void f(const tn::local<Pair> &p, Pair *q) {
#ifdef OK
    p[&Pair::car] = q;
}
#else
    p->car = q;
}
#endif
