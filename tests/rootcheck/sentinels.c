/* sentinels.c: functions that collect only when they fail, and say so by -1 or by the greatest number; and such that
 * pass on what another one says. */
#include "host.h"

static int check_index(Interp *in, long i) {
    if (i >= 0) return (int)i;
    intern(in, "an error message");
    return -1;
}

Value index_good(Interp *in, Value v, long i) {
    int index = check_index(in, i);
    if (index == -1) return NIL;
    return v;
}

Value index_ignored(Interp *in, Value v, long i) {
    int index = check_index(in, i);
    if (index != -1) return NIL;
    return v; // expect: stale-pointer
}

static uint32_t find_slot(Interp *in, long i) {
    if (i >= 0) return (uint32_t)i;
    intern(in, "an error message");
    return UINT32_MAX;
}

Value slot_good(Interp *in, Value v, long i) {
    if (find_slot(in, i) == UINT32_MAX) return NIL;
    return v;
}

Value slot_other_number(Interp *in, Value v, long i) {
    if (find_slot(in, i) == 5) return NIL;
    return v; // expect: stale-pointer
}

static uint32_t slot_passed_on(Interp *in, long i) { return find_slot(in, i + 1); }

Value slot_passed_on_good(Interp *in, Value v, long i) {
    if (slot_passed_on(in, i) == UINT32_MAX) return NIL;
    return v;
}

static uint32_t slot_noted(Interp *in, long i) {
    intern(in, "noted");
    return find_slot(in, i);
}

Value slot_noted_bad(Interp *in, Value v, long i) {
    if (slot_noted(in, i) == UINT32_MAX) return NIL;
    return v; // expect: stale-pointer
}

static bool is_index(Interp *in, long i) {
    if (i >= 0) return true;
    intern(in, "an error message");
    return false;
}

static bool is_index_too(Interp *in, long i) { return is_index(in, i); }

Value passed_on_good(Interp *in, Value v, long i) {
    if (!is_index_too(in, i)) return NIL;
    return v;
}

Value passed_on_bad(Interp *in, Value v, long i) {
    if (is_index_too(in, i)) return NIL;
    return v; // expect: stale-pointer
}
