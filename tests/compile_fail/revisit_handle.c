/* tn_revisit_object takes an object, TN_REVISIT_OBJECT a handle. */
// expect: an object \(T \*\) is wanted
#include "pair.h"
void f(tn_mutator *m, Pair **p);
void f(tn_mutator *m, Pair **p) {
#ifdef OK
    tn_revisit_object(m, *p);
    TN_REVISIT_OBJECT(m, p);
#else
    tn_revisit_object(m, p);
#endif
}
