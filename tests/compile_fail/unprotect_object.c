/* TN_UNPROTECT and TN_PROTECT take handles. */
// expect: a handle \(T \*\*\) is wanted
#include "pair.h"
void f(tn_mutator *m, Pair **p);
void f(tn_mutator *m, Pair **p) {
#ifdef OK
    TN_UNPROTECT(m, p);
    TN_PROTECT(m, p);
#else
    TN_UNPROTECT(m, *p);
#endif
}
