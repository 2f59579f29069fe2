/* Rows of the same name in two types need not hold the same. */
// expect: incompatible
#include "pair.h"
typedef struct Pairs {
    long number;
    TN_FIELD(Pair) item[];
} Pairs;
typedef struct Boxes {
    long number;
    TN_FIELD(Box) item[];
} Boxes;
void f(tn_mutator *m, Pairs *const *p, Pairs *const *q, Boxes *const *b);
void f(tn_mutator *m, Pairs *const *p, Pairs *const *q, Boxes *const *b) {
    (void)b;
#ifdef OK
    TN_COPY(m, p, q, item, 0, 0, 3);
#else
    (void)q;
    TN_COPY(m, p, b, item, 0, 0, 3);
#endif
}
