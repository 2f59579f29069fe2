/* So does a store into a new object. */
// expect: incompatible
#include "pair.h"
void f(Pair *p, Box *b);
void f(Pair *p, Box *b) {
#ifdef OK
    TN_INIT(p, box, b);
#else
    TN_INIT(p, car, b);
#endif
}
