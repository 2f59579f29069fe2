/* A mutator, not its C pointer, makes what outlives scopes. */
// expect: no match|no viable|convert
#include "pair.hpp"
void f(const tn::mutator &m, const tn::local<Pair> &p);
#ifdef OK
void f(const tn::mutator &m, const tn::local<Pair> &p) { tn::global<Pair> g(m, p); }
#else
void f(const tn::mutator &m, const tn::local<Pair> &p) { tn::global<Pair> g(m.get(), p); }
#endif
