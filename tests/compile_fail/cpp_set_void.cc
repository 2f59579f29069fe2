/* Nor is a void pointer. */
// expect: the_type_of_the_field
#include "pair_cc.h"
void f(tn_mutator *m, Pair *p, Pair *q, void *any);
void f(tn_mutator *m, Pair *p, Pair *q, void *any) {
#ifdef OK
    tn_write(m, p, car, any ? q : p);
}
#else
    tn_write(m, p, car, any);
    tn_write(m, q, car, q);
}
#endif
