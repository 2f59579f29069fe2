/* A Box is no Wide, although a Wide is a Box. */
// expect: the_type_of_the_field
#include "pair_cc.h"
void f(tn_mutator *m, Pair *p, Wide *wide, Box *box);
void f(tn_mutator *m, Pair *p, Wide *wide, Box *box) {
#ifdef OK
    tn_write(m, p, wide, wide);
    box->number = 1;
}
#else
    tn_write(m, p, wide, box);
    wide->number = 1;
}
#endif
