/* A field of Pair holds no Box. */
// expect: convert|no match|no viable|incompatible
#include "pair.hpp"
void f(const tn::local<Pair> &p, const tn::local<Box> &b);
void f(const tn::local<Pair> &p, const tn::local<Box> &b) {
#ifdef OK
    p[&Pair::box] = b;
}
#else
    p[&Pair::car] = b;
}
#endif
