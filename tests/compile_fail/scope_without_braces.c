/* A scope is a declaration: as the body of an `if` it would close at once. */
// expect: expected expression
#include "pair.h"
void f(tn_mutator *m, int deep);
void f(tn_mutator *m, int deep) {
#ifdef OK
    if (deep) {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, p);
        (void)p;
    }
#else
    if (deep) TN_SCOPE(m);
#endif
}
