/* The raw tier checks types as well. */
// expect: incompatible
#include "pair.h"
void f(tn_mutator *m, Pair *p, Box *b);
void f(tn_mutator *m, Pair *p, Box *b) {
#ifdef OK
    TN_WRITE(m, p, box, b);
#else
    TN_WRITE(m, p, cdr, b);
#endif
}
