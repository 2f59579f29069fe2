/* The raw tier takes objects: the hash of a handle would be that of a slot. */
// expect: an object \(T \*\) is wanted
#include "pair.h"
uint64_t f(tn_mutator *m, Pair **p);
uint64_t f(tn_mutator *m, Pair **p) {
#ifdef OK
    return tn_hash_of(m, *p) ^ TN_HASH_OF(m, p) ^ tn_hash_of(m, (void *)*p);
#else
    return tn_hash_of(m, p);
#endif
}
