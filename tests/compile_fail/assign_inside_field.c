/* Nor through the member that the field is made of. */
// expect: read-only|const-qualified
#include "pair.h"
void f(tn_mutator *m, Pair *p, Pair *q);
void f(tn_mutator *m, Pair *p, Pair *q) {
#ifdef OK
    TN_WRITE(m, p, car, q);
#else
    (void)m;
    p->car.tn_ref = q;
#endif
}
