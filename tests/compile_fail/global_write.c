/* A global is written by TN_GLOBAL_SET, which tells the collector. */
// expect: read-only|const-qualified
#include "pair.h"
void f(tn_mutator *m, Pair *const *p);
void f(tn_mutator *m, Pair *const *p) {
    Pair *const *g = TN_GLOBAL_CREATE(m, p);
#ifdef OK
    TN_GLOBAL_SET(m, g, p);
#else
    *g = *p;
#endif
}
