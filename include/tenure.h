/* tenure.h: the one include that a host needs (tenure.hpp: that of a host in C++). In this order the headers read as a
 * tour:
 *
 *     base     words, versions, how names are built     field    TN_FIELD, TN_SET and the write barrier
 *     status   how calls fail                           root     globals, roots, ranges, scanners
 *     format   the host's value format                  weak     weak references, identity hash, stable addresses
 *     type     what objects are made of                 option   tuning
 *     mutator  a thread's context                       stats    what the collector has done
 *     heap     create, collect, destroy                 layout   offsets, masks and formulas, for code generators
 *     alloc    allocation and raw windows                        and for bindings of other languages
 *     handle   handles and scopes */
#ifndef TENURE_H
#define TENURE_H

#include "tenure/base.h"
#include "tenure/status.h"
#include "tenure/format.h"
#include "tenure/type.h"
#include "tenure/mutator.h"
#include "tenure/heap.h"
#include "tenure/alloc.h"
#include "tenure/handle.h"
#include "tenure/field.h"
#include "tenure/root.h"
#include "tenure/weak.h"
#include "tenure/option.h"
#include "tenure/stats.h"
#include "tenure/layout.h"

#endif
