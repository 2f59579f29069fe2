/* The error says what is wanted. */
// expect: an_object_is_wanted
#include "pair_cc.h"
uint64_t f(tn_mutator *m, Pair **p);
uint64_t f(tn_mutator *m, Pair **p) {
#ifdef OK
    return tn_hash_of(m, *p);
}
#else
    return tn_hash_of(m, p);
}
#endif
