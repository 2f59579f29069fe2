/* A bitmap names fields that exist. */
// expect: no member named .caar.
#include "pair.h"
extern const tn_type_desc desc;
#ifdef OK
const tn_type_desc desc = TN_DESC(Pair, TN_REFS(Pair, car, cdr, box));
#else
const tn_type_desc desc = TN_DESC(Pair, TN_REFS(Pair, caar, cdr, box));
#endif
