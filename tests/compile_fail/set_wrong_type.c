/* A field of Pair holds no Box. */
// expect: incompatible
#include "pair.h"
void f(tn_mutator *m, Pair *const *p, Box *const *b);
void f(tn_mutator *m, Pair *const *p, Box *const *b) {
#ifdef OK
    TN_SET(m, p, box, b);
#else
    TN_SET(m, p, car, b);
#endif
}
