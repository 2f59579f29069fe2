/* tn_type_of, tn_length_of and tn_is_young take objects. */
// expect: an object \(T \*\) is wanted
#include "pair.h"
size_t f(tn_mutator *m, Pair *const *p, tn_weak_array **array);
size_t f(tn_mutator *m, Pair *const *p, tn_weak_array **array) {
#ifdef OK
    return tn_type_of(*p) + TN_TYPE_OF(p) + tn_length_of(*array) + (tn_is_young(m, *p) || TN_IS_YOUNG(m, p));
#else
    return tn_type_of(p) + tn_length_of(*array) + tn_is_young(m, *p);
#endif
}
