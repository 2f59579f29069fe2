/* The raw tier checks types as well. */
// expect: incompatible
#include "pair.h"
void f(tn_mutator *m, Pair *p, Box *b);
void f(tn_mutator *m, Pair *p, Box *b) {
#ifdef OK
    tn_write(m, p, box, b);
#else
    tn_write(m, p, cdr, b);
#endif
}
