/* A weak reference is made of a handle: of an object it would be one to its first field. */
// expect: a handle \(T \*\*\) is wanted
#include "pair.h"
tn_weak **f(tn_mutator *m, Pair **p);
tn_weak **f(tn_mutator *m, Pair **p) {
#ifdef OK
    return TN_WEAK_NEW(m, p);
#else
    return TN_WEAK_NEW(m, *p);
#endif
}
