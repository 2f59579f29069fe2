/* A TN_FIELD takes no '=': the store would miss the write barrier. */
// expect: read-only|const-qualified
#include "pair.h"
void f(tn_mutator *m, Pair *const *p, Pair *const *q);
void f(tn_mutator *m, Pair *const *p, Pair *const *q) {
#ifdef OK
    TN_SET(m, p, car, q);
#else
    (void)m;
    (*p)->car = *q;
#endif
}
