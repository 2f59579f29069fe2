/* The error names the macro that stores. */
// expect: use_TN_SET|operator=|no viable
#include "pair_cc.h"
void f(tn_mutator *m, Pair *p, Pair *q);
void f(tn_mutator *m, Pair *p, Pair *q) {
#ifdef OK
    tn_write(m, p, car, q);
}
#else
    (void)m;
    p->car = q;
}
#endif
