/* Nor can a raw window be. */
// expect: expected expression
#include "pair.h"
void f(tn_mutator *m, int deep);
void f(tn_mutator *m, int deep) {
#ifdef OK
    while (deep--) {
        TN_NO_GC(m);
    }
#else
    while (deep--) TN_NO_GC(m);
#endif
}
