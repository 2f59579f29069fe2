/* One field is not assigned to another. */
// expect: stored through its owner
#include "pair.hpp"
void f(const tn::local<Pair> &p);
void f(const tn::local<Pair> &p) {
#ifdef OK
    p[&Pair::car] = p->cdr;
}
#else
    p->car = p->cdr;
}
#endif
