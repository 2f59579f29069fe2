/* Only a row of fields can be moved as one. */
// expect: request for member .tn_ref_.|not a structure or union
#include "pair.h"
typedef struct Row {
    TN_FIELD(Pair) item[4];
    long number[4];
} Row;
void f(tn_mutator *m, Row *const *r);
void f(tn_mutator *m, Row *const *r) {
#ifdef OK
    TN_MOVE(m, r, item, 0, 1, 3);
#else
    TN_MOVE(m, r, number, 0, 1, 3);
#endif
}
