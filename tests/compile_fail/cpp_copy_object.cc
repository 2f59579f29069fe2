/* Nor is a whole object. */
// expect: deleted
#include "pair.hpp"
void f(const tn::local<Pair> &p, const tn::local<Pair> &q);
void f(const tn::local<Pair> &p, const tn::local<Pair> &q) {
#ifdef OK
    p->number = q->number;
}
#else
    *p = *q;
}
#endif
