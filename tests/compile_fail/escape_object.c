/* TN_ESCAPE takes a handle. */
// expect: a handle \(T \*\*\) is wanted|incompatible
#include "pair.h"
Pair **f(tn_mutator *m);
Pair **f(tn_mutator *m) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, p);
#ifdef OK
    return TN_ESCAPE(p);
#else
    return TN_ESCAPE(*p);
#endif
}
