/* TN_GLOBAL_CREATE takes a handle, tn_global_create an object. */
// expect: an object \(T \*\) is wanted
#include "pair.h"
Pair *const *f(tn_mutator *m, Pair **p);
Pair *const *f(tn_mutator *m, Pair **p) {
#ifdef OK
    return *p ? TN_GLOBAL_CREATE(m, p) : (Pair *const *)tn_global_create(m, *p);
#else
    return (Pair *const *)tn_global_create(m, p);
#endif
}
