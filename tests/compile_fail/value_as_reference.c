/* A value field is no reference field. */
// expect: no member named .tn_ref_.
#include "pair.h"
void f(tn_mutator *m, Box *const *b, Pair *const *p);
void f(tn_mutator *m, Box *const *b, Pair *const *p) {
#ifdef OK
    (void)p;
    TN_CLEAR(m, b, next);
#else
    TN_SET(m, b, value, p);
#endif
}
