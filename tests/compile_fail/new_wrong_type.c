/* So has the handle of a new object. */
// expect: incompatible
#include "pair.h"
void f(tn_mutator *m);
void f(tn_mutator *m) {
    TN_SCOPE(m);
#ifdef OK
    Box **b = TN_NEW(m, Box);
#else
    Box **b = TN_NEW(m, Pair);
#endif
    (void)b;
}
