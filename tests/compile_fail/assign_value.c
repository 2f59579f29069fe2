/* A value field takes no '=' either. */
// expect: read-only|const-qualified
#include "pair.h"
void f(tn_mutator *m, Box *b, tn_value v);
void f(tn_mutator *m, Box *b, tn_value v) {
#ifdef OK
    tn_write_value(m, b, value, v);
#else
    (void)m;
    b->value.tn_word_ = v;
#endif
}
