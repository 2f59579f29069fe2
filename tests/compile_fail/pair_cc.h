/* What the programs in C++ with the macros of C work with. */
#include "tenure.h"

struct Box {
    long number;
};
struct Wide : Box {
    long more;
};
struct Pair {
    TN_FIELD(struct Pair) car;
    TN_FIELD(Wide) wide;
    tn_value_field value;
};
