/* With an object of its own type. */
// expect: incompatible
#include "pair.h"
void f(tn_mutator *m, Pair *const *g, Pair *const *p, Box *const *b);
void f(tn_mutator *m, Pair *const *g, Pair *const *p, Box *const *b) {
#ifdef OK
    (void)b;
    TN_GLOBAL_SET(m, g, p);
#else
    (void)p;
    TN_GLOBAL_SET(m, g, b);
#endif
}
