/* A local handle has the type that it was declared with. */
// expect: incompatible
#include "pair.h"
void f(tn_mutator *m);
void f(tn_mutator *m) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, p);
#ifdef OK
    Pair **q = p;
#else
    Box **q = p;
#endif
    (void)q;
}
