/* What escapes keeps its type. */
// expect: incompatible
#include "pair.h"
Pair **f(tn_mutator *m);
Pair **f(tn_mutator *m) {
    TN_SCOPE(m);
    Pair **p = TN_NEW(m, Pair);
    Box **b = TN_NEW(m, Box);
    if (!p || !b) return NULL;
#ifdef OK
    return TN_ESCAPE(p);
#else
    return TN_ESCAPE(b);
#endif
}
