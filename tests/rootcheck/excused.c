/* excused.c: exceptions. */
#include "host.h"

Value excused(Interp *in, Value v) {
    intern(in, "x");
    return v; // tn-rootcheck-ok: only called with integers
}

Value excused_above(Interp *in, Value v) {
    intern(in, "x");
    /* tn-rootcheck-ok: only called with integers */
    return v;
}

Value without_reason(Interp *in, Value v) {
    intern(in, "x");
    // expect: exception: tn-rootcheck-ok:
    return v; // expect: stale-pointer
}

Value needless(Value v) {
    return v; // expect: exception: tn-rootcheck-ok: nothing is wrong here
}
