/* Nor through the member that the field is made of. */
// expect: read-only|const-qualified
#include "pair.h"
void f(tn_mutator *m, Pair *p, Pair *q);
void f(tn_mutator *m, Pair *p, Pair *q) {
#ifdef OK
    tn_write(m, p, car, q);
#else
    (void)m;
    p->car.tn_ref_ = q;
#endif
}
