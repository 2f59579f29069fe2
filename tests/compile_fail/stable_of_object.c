/* TN_STABLE_ADDRESS takes a handle: the object may move. */
// expect: a handle \(T \*\*\) is wanted
#include "pair.h"
Pair *f(tn_mutator *m, Pair **p);
Pair *f(tn_mutator *m, Pair **p) {
#ifdef OK
    return TN_STABLE_ADDRESS(m, p);
#else
    return TN_STABLE_ADDRESS(m, *p);
#endif
}
