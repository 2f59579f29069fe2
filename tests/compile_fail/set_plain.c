/* TN_SET is for references, not for plain data. */
// expect: request for member .tn_ref_.|not a structure or union
#include "pair.h"
void f(tn_mutator *m, Pair *const *p, Pair *const *q);
void f(tn_mutator *m, Pair *const *p, Pair *const *q) {
#ifdef OK
    TN_SET(m, p, car, q);
#else
    TN_SET(m, p, number, q);
#endif
}
