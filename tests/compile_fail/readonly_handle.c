/* A handle that was passed as `T *const *` is the caller's. */
// expect: read-only|const-qualified
#include "pair.h"
void f(Pair *const *p, Pair **q);
void f(Pair *const *p, Pair **q) {
#ifdef OK
    *q = *p;
#else
    *p = *q;
#endif
}
