/* And is stored into with its own type. */
// expect: incompatible
#include "pair.h"
static TN_FIELD(Pair) first;
tn_status f(tn_mutator *m, Pair *const *p, Box *const *b);
tn_status f(tn_mutator *m, Pair *const *p, Box *const *b) {
#ifdef OK
    (void)b;
    return TN_ROOT_SET(m, &first, p);
#else
    (void)p;
    return TN_ROOT_SET(m, &first, b);
#endif
}
