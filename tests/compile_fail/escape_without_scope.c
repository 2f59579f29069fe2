/* There is nothing to escape from. */
// expect: undeclared
#include "pair.h"
Pair **f(tn_mutator *m);
Pair **f(tn_mutator *m) {
#ifdef OK
    TN_SCOPE(m);
#endif
    Pair **p = TN_NEW(m, Pair);
    return TN_ESCAPE(p);
}
