/* A tail of vectors needs a struct that is aligned as they are. */
// expect: want more alignment than the struct
#include "tenure.h"
typedef float Float4 __attribute__((vector_size(16)));
#ifdef OK
typedef struct Floats { _Alignas(16) long length; Float4 item[]; } Floats;
#else
typedef struct Floats { long length; } Floats;
#endif
enum { Floats_type = TN_FIRST_TYPE };
void *f(tn_mutator *m);
void *f(tn_mutator *m) { return TN_NEW_TAIL(m, Floats, Float4, 3); }
