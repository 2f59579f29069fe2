/* TN_REFS lists TN_FIELDs. */
// expect: tn_ref_|not a structure or union
#include "pair.h"
extern const tn_type_desc desc;
#ifdef OK
const tn_type_desc desc = TN_DESC(Pair, TN_REFS(Pair, car));
#else
const tn_type_desc desc = TN_DESC(Pair, TN_REFS(Pair, car, number));
#endif
