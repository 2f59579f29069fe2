/* A pointer is no value: the host makes one of it, with its tag. */
// expect: a value \(tn_value\) is wanted
#include "pair.h"
typedef struct Word { tn_value_field value; } Word;
void f(tn_mutator *m, Word *w, Pair *p);
void f(tn_mutator *m, Word *w, Pair *p) {
#ifdef OK
    tn_write_value(m, w, value, (tn_value)(uintptr_t)p);
    tn_init_value(w, value, 7);
#else
    tn_write_value(m, w, value, p);
#endif
}
