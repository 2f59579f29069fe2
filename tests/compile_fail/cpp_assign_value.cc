/* So is a value. */
// expect: stored through its owner
#include "pair.hpp"
void f(const tn::local<Box> &b, tn_value v);
void f(const tn::local<Box> &b, tn_value v) {
#ifdef OK
    b[&Box::value] = v;
}
#else
    b->value = v;
}
#endif
