/* A field belongs to its own struct. */
// expect: no match|no viable|convert
#include "pair.hpp"
void f(const tn::local<Pair> &p, const tn::local<Box> &b);
void f(const tn::local<Pair> &p, const tn::local<Box> &b) {
#ifdef OK
    b[&Box::next] = b;
    p->number = 1;
}
#else
    p[&Box::next] = b;
}
#endif
