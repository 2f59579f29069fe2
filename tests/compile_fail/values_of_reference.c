/* TN_VALUES lists tn_value_fields. */
// expect: tn_word_
#include "pair.h"
extern const tn_type_desc desc;
typedef struct Two { TN_FIELD(Pair) car; tn_value_field value; } Two;
enum { Two_type = TN_FIRST_TYPE + 9 };
#ifdef OK
const tn_type_desc desc = TN_DESC(Two, TN_VALUES(Two, value));
#else
const tn_type_desc desc = TN_DESC(Two, TN_VALUES(Two, car));
#endif
