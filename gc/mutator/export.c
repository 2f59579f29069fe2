/* mutator/export.c: every inline function of the public headers, as an exported symbol of the same name. Hosts that
 * cannot use C's inline functions (bindings of other languages, JITs) call these. There is no second text of them: here
 * the headers' own definitions are compiled as ordinary functions. */
#define TN_INLINE_ TN_API_
#include "tenure.h"
