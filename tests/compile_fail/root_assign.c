/* A root in the host's memory takes no '='. */
// expect: read-only|const-qualified
#include "pair.h"
static TN_FIELD(Pair) first;
tn_status f(tn_mutator *m, Pair *const *p);
tn_status f(tn_mutator *m, Pair *const *p) {
#ifdef OK
    return TN_ROOT_SET(m, &first, p);
#else
    (void)m;
    first = *p;
    return TN_OK;
#endif
}
