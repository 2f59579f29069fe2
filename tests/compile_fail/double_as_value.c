/* A double is no value: the conversion would cut it to an integer. */
// expect: a value \(tn_value\) is wanted
#include "pair.h"
tn_value *f(tn_mutator *m, double number);
tn_value *f(tn_mutator *m, double number) {
#ifdef OK
    return TN_HANDLE_VALUE(m, (tn_value)number);
#else
    return TN_HANDLE_VALUE(m, number);
#endif
}
