/* And the handle of a field. */
// expect: incompatible
#include "pair.h"
void f(tn_mutator *m, Pair *const *p);
void f(tn_mutator *m, Pair *const *p) {
#ifdef OK
    Box **b = TN_GET(m, p, box);
#else
    Box **b = TN_GET(m, p, car);
#endif
    (void)b;
}
