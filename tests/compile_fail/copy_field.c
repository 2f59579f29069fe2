/* Nor may a field be copied whole. */
// expect: read-only|const-qualified
#include "pair.h"
void f(tn_mutator *m, Pair *const *p, Pair *const *q);
void f(tn_mutator *m, Pair *const *p, Pair *const *q) {
#ifdef OK
    tn_write(m, *p, car, tn_read(*q, car));
#else
    (void)m;
    (*p)->car = (*q)->car;
#endif
}
