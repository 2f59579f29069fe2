/* A handle of a value is no handle of an object. */
// expect: a handle \(T \*\*\) is wanted
#include "pair.h"
tn_weak **f(tn_mutator *m, Pair **p, tn_value *v);
tn_weak **f(tn_mutator *m, Pair **p, tn_value *v) {
#ifdef OK
    (void)v;
    return TN_WEAK_NEW(m, p);
#else
    return TN_WEAK_NEW(m, v);
#endif
}
