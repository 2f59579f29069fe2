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

/* A number of 64 bits that is no sentinel, and one that becomes another number on its way. */

static long find_long(Interp *in, long i) {
    if (i >= 0) return i;
    intern(in, "an error message");
    return 4294967295L;
}

Value long_not_ones_bad(Interp *in, Value v, long i) {
    if (find_long(in, i) == -1) return NIL;
    return v; // expect: stale-pointer
}

static long find_minus(Interp *in, long i) {
    if (i >= 0) return i;
    intern(in, "an error message");
    return -1;
}

Value minus_good(Interp *in, Value v, long i) {
    if (find_minus(in, i) == -1) return NIL;
    return v;
}

Value minus_other_number_bad(Interp *in, Value v, long i) {
    if (find_minus(in, i) == UINT32_MAX) return NIL;
    return v; // expect: stale-pointer
}

Value slot_widened_bad(Interp *in, Value v, long i) {
    long slot = find_slot(in, i);
    if (slot == -1) return NIL;
    return v; // expect: stale-pointer
}

static long slot_widened(Interp *in, long i) { return find_slot(in, i); }

Value slot_passed_on_widened_bad(Interp *in, Value v, long i) {
    if (slot_widened(in, i) == -1) return NIL;
    return v; // expect: stale-pointer
}

static size_t find_size(Interp *in, long i) {
    if (i >= 0) return (size_t)i;
    intern(in, "an error message");
    return SIZE_MAX;
}

Value size_good(Interp *in, Value v, long i) {
    if (find_size(in, i) == (size_t)-1) return NIL;
    return v;
}
