/* The stable address is one of the same type. */
// expect: incompatible
#include "pair.h"
typedef struct Other { long number; } Other;
void *f(tn_mutator *m, Pair **p);
void *f(tn_mutator *m, Pair **p) {
#ifdef OK
    Pair *address = TN_STABLE_ADDRESS(m, p);
#else
    Other *address = TN_STABLE_ADDRESS(m, p);
#endif
    return address;
}
