/* A handle of another type is no argument. */
// expect: incompatible
#include "pair.h"
void take(tn_mutator *m, Pair *const *p);
void f(tn_mutator *m, Pair *const *p, Box *const *b);
void f(tn_mutator *m, Pair *const *p, Box *const *b) {
#ifdef OK
    (void)b;
    take(m, p);
#else
    (void)p;
    take(m, b);
#endif
}
