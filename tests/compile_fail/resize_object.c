/* TN_RESIZE takes a handle: the object may move. */
// expect: a handle \(T \*\*\) is wanted
#include "pair.h"
tn_status f(tn_mutator *m, Pair **p);
tn_status f(tn_mutator *m, Pair **p) {
#ifdef OK
    return TN_RESIZE(m, p, 3);
#else
    return TN_RESIZE(m, *p, 3);
#endif
}
