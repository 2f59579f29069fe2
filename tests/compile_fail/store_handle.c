/* tn_store takes the object, not a handle of it. */
// expect: an object \(T \*\) is wanted
#include "pair.h"
void f(tn_mutator *m, Pair **p, Pair *q);
void f(tn_mutator *m, Pair **p, Pair *q) {
#ifdef OK
    tn_store(m, *p, &(*p)->car, q);
#else
    tn_store(m, p, &(*p)->car, q);
#endif
}
