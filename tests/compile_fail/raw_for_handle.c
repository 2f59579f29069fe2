/* A raw pointer is no handle. */
// expect: incompatible
#include "pair.h"
void take(tn_mutator *m, Pair *const *p);
void f(tn_mutator *m, Pair *p);
void f(tn_mutator *m, Pair *p) {
#ifdef OK
    TN_SCOPE(m);
    take(m, TN_HANDLE(m, p));
#else
    take(m, p);
#endif
}
