/* So does a store into a new object. */
// expect: incompatible
#include "pair.h"
void f(Pair *p, Box *b);
void f(Pair *p, Box *b) {
#ifdef OK
    tn_init(p, box, b);
#else
    tn_init(p, car, b);
#endif
}
