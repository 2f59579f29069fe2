/* One scope a block: with two, which would TN_ESCAPE leave? */
// expect: redefinition
#include "pair.h"
void f(tn_mutator *m);
void f(tn_mutator *m) {
    TN_SCOPE(m);
#ifndef OK
    TN_SCOPE(m);
#endif
}
