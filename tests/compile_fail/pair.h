/* What the programs of this directory work with. */
#include "tenure.h"

typedef struct Box {
    TN_FIELD(struct Box) next;
    tn_value_field value;
} Box;
typedef struct Pair {
    TN_FIELD(struct Pair) car, cdr;
    TN_FIELD(Box) box;
    long number;
} Pair;
enum { Pair_type = TN_FIRST_TYPE, Box_type };
