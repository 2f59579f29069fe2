/* TN_PUT is for plain data. */
// expect: read-only|const-qualified
#include "pair.h"
void f(tn_mutator *m, Pair *const *p, Pair *const *q);
void f(tn_mutator *m, Pair *const *p, Pair *const *q) {
#ifdef OK
    TN_PUT(m, p, number, (*q)->number);
#else
    TN_PUT(m, p, car, (*q)->car);
#endif
}
