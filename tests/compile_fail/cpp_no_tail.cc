/* Only a type with a tail has elements. */
// expect: has no tail
#include "pair.hpp"
void f(tn_mutator *m);
#ifdef OK
void f(tn_mutator *m) { tn::make<Pair>(m); }
#else
void f(tn_mutator *m) { tn::make_tail<Pair>(m, 3); }
#endif
