/* class06_window.c: allocations and collections in raw windows, and beyond reservations. Found in every build of the
 * library, without any option: a host that is compiled without NDEBUG is told at once. */
#include "mistakes.h"

#define ALLOCATION(function, type, bytes)                                                           \
    "tenure: heap 'host': " function ": allocation of a '" type "' (" bytes " bytes) at @1 in the raw " \
    "window of @2: call tn_reserve before TN_NO_GC\n"

static void new_pair(tn_mutator *m, bool mended) {
    Pair **pair = TN_NEW(m, Pair), **other = mended ? TN_NEW(m, Pair) : NULL;
    AT(2, (void)0); TN_NO_GC(m);
    Pair *raw = *pair;
    if (!mended) other = AT(1, TN_NEW(m, Pair));
    tn_write(m, raw, car, *other);
}

static void raw_box(tn_mutator *m, bool mended) {
    Box **box = TN_NEW(m, Box);
    if (mended) CHECK_EQ(tn_reserve(m, tn_cell_bytes(sizeof(Pair))), TN_OK);
    AT(2, (void)0); TN_NO_GC(m);
    Box *raw = *box;
    tn_write_value(m, raw, value, value_of(AT(1, tn_alloc(m, Pair))));
}

/* The window is around a call of a function that allocates once in a while. */
static Bytes *copy_of(tn_mutator *m, size_t length) { return AT(1, tn_alloc_tail(m, Bytes, unsigned char, length)); }

static void around_a_call(tn_mutator *m, bool mended) {
    Bytes *copy = mended ? copy_of(m, 3000) : NULL;
    AT(2, (void)0); TN_NO_GC(m);
    if (!mended) copy = copy_of(m, 3000);
    touch(&copy->number);
}

static void large_array(tn_mutator *m, bool mended) {
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 10), **bigger = NULL;
    if (mended) bigger = TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH);
    AT(2, (void)0); TN_NO_GC(m);
    Vector *raw = *v;
    if (!mended) bigger = AT(1, TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH));
    tn_write(m, *bigger, item[0], tn_read(raw, item[0]));
}

/* tn_reserve is for what is born young: a large array has no room there. */
static void large_array_in_a_reservation(tn_mutator *m, bool mended) {
    Values *v = mended ? tn_alloc_tail(m, Values, tn_value, LARGE_LENGTH) : NULL;
    Values **held = TN_HANDLE(m, v);
    CHECK_EQ(tn_reserve(m, TN_RESERVE_MAX), TN_OK);
    AT(2, (void)0); TN_NO_GC(m);
    if (!mended) v = AT(1, tn_alloc_tail(m, Values, tn_value, LARGE_LENGTH));
    else v = *held;
    tn_write_value(m, v, item[LARGE_LENGTH - 1], value_of(tn_alloc(m, Leaf)));
}

static void beyond_the_reservation(tn_mutator *m, bool mended) {
    CHECK_EQ(tn_reserve(m, (mended ? 11 : 10) * tn_cell_bytes(sizeof(Pair))), TN_OK);
    AT(2, (void)0); TN_NO_GC(m);
    Pair *list = NULL;
    for (int i = 0; i <= 10; i++) { /* one too many */
        Pair *pair = AT(1, tn_alloc(m, Pair));
        tn_init(pair, cdr, list);
        list = pair;
    }
}

/* sizeof instead of tn_cell_bytes: the headers have not been counted. */
static void reservation_without_headers(tn_mutator *m, bool mended) {
    size_t each = mended ? tn_cell_bytes(sizeof(Box)) : sizeof(Box);
    CHECK_EQ(tn_reserve(m, 6 * each), TN_OK);
    AT(2, (void)0); TN_NO_GC(m);
    for (int i = 0; i < 6; i++) {
        Box *box = AT(1, tn_alloc(m, Box));
        tn_init_value(box, value, 0);
    }
}

static void weak_reference(tn_mutator *m, bool mended) {
    Pair **pair = TN_NEW(m, Pair);
    tn_weak **weak = mended ? TN_WEAK_NEW(m, pair) : NULL;
    AT(2, (void)0); TN_NO_GC(m);
    if (!mended) weak = AT(1, TN_WEAK_NEW(m, pair));
    CHECK(tn_weak_read(m, *weak) == *pair);
}

static void weak_array(tn_mutator *m, bool mended) {
    tn_weak_array **array = mended ? TN_WEAK_ARRAY_NEW(m, 500) : NULL;
    AT(2, (void)0); TN_NO_GC(m);
    if (!mended) array = AT(1, TN_WEAK_ARRAY_NEW(m, 500));
    CHECK_EQ(tn_length_of(*array), 500);
}

/* The innermost window is named. */
static void nested_windows(tn_mutator *m, bool mended) {
    Fixed **fixed = mended ? TN_NEW(m, Fixed) : NULL;
    TN_NO_GC(m);
    {
        AT(2, (void)0); TN_NO_GC(m);
        if (!mended) fixed = AT(1, TN_NEW(m, Fixed));
    }
    look(&(*fixed)->number);
}

static void collect(tn_mutator *m, bool mended) {
    if (mended) minor(m);
    AT(2, (void)0); TN_NO_GC(m);
    if (!mended) tn_collect(m, TN_MINOR);
}

static void stable_address(tn_mutator *m, bool mended) {
    Values **v = TN_NEW_TAIL(m, Values, tn_value, 100);
    void *fixed = mended ? TN_STABLE_ADDRESS(m, v) : NULL;
    AT(2, (void)0); TN_NO_GC(m);
    if (!mended) fixed = TN_STABLE_ADDRESS(m, v);
    CHECK(fixed == (mended ? *v : NULL));
}

static void reserve_in_the_window(tn_mutator *m, bool mended) {
    if (mended) CHECK_EQ(tn_reserve(m, TN_RESERVE_MAX), TN_OK);
    else support_garbage(m, (size_t)160 << 10);
    AT(2, (void)0); TN_NO_GC(m);
    if (!mended) tn_reserve(m, TN_RESERVE_MAX);
}

#define WINDOW(function) "error: " function ": a raw window is open (TN_NO_GC at @2)\n"

/* The loop of an interpreter polls, and a builtin holds raw pointers around it. */
static void a_safepoint(tn_mutator *m, bool mended) {
    Values **frame = TN_NEW_TAIL(m, Values, tn_value, 20);
    if (mended) {
        tn_poll(m);
        return;
    }
    AT(2, (void)0); TN_NO_GC(m);
    Values *raw = *frame;
    for (size_t i = 0; i < 20; i++) { /* is told once */
        AT(1, (void)0); tn_poll(m);
        look(&raw->item[i]);
    }
}

/* What was asked for waits for the end of the window. */
static void a_safepoint_that_is_asked_for(tn_mutator *m, bool mended) {
    Box **box = TN_NEW(m, Box);
    tn_request_collection(m->heap);
    if (mended) tn_poll(m);
    AT(2, (void)0); TN_NO_GC(m);
    Box *raw = *box;
    if (!mended) AT(1, (void)0), tn_poll(m);
    look(&raw->value);
}

static const Case cases[] = {
    {"a new pair", new_pair, HANDLES, POINTER, SMALL, "", ALLOCATION("tn_alloc", "Pair", "32")},
    {"a raw box", raw_box, RAW, LOW_TAG, SMALL, "", ALLOCATION("tn_alloc", "Pair", "32")},
    {"under stress", raw_box, RAW, LOW_TAGS, SMALL, "debug=stress=1,verify", ALLOCATION("tn_alloc", "Pair", "32")},
    {"around a call", around_a_call, RAW, POINTER, ARRAY, "", ALLOCATION("tn_alloc_tail", "Bytes", "3016")},
    {"a large array", large_array, HANDLES, POINTER, LARGE, "", ALLOCATION("tn_alloc_tail", "Vector", "40016")},
    {"a large array in a reservation", large_array_in_a_reservation, RAW, NAN_BOX, LARGE, "",
     ALLOCATION("tn_alloc_tail", "Values", "40016")},
    {"beyond the reservation", beyond_the_reservation, RAW, POINTER, SMALL, "", ALLOCATION("tn_alloc", "Pair", "32")},
    {"a reservation without headers", reservation_without_headers, RAW, LOW_TAGS, SMALL, "",
     ALLOCATION("tn_alloc", "Box", "24")},
    {"a weak reference", weak_reference, HANDLES, POINTER, SMALL, "", ALLOCATION("TN_WEAK_NEW", "tn_weak", "16")},
    {"a weak array", weak_array, HANDLES, NAN_BOX, ARRAY, "", ALLOCATION("TN_WEAK_ARRAY_NEW", "tn_weak_array", "4008")},
    {"nested windows", nested_windows, HANDLES, LOW_TAG, SMALL, "", ALLOCATION("tn_alloc", "Fixed", "32")},
    {"a collection", collect, HANDLES, POINTER, SMALL, "", WINDOW("tn_collect")},
    {"a stable address", stable_address, HANDLES, LOW_TAG, ARRAY, "", WINDOW("TN_STABLE_ADDRESS")},
    {"a reservation in the window", reserve_in_the_window, RAW, POINTER, SMALL, "nursery=256K nursery_max=256K",
     WINDOW("tn_reserve")},
    {"a safepoint", a_safepoint, RAW, NAN_BOX, ARRAY, "",
     "error: tn_poll: at @1: a raw window is open (TN_NO_GC at @2)\n"},
    {"a safepoint that is asked for", a_safepoint_that_is_asked_for, HANDLES, LOW_TAG, SMALL, "",
     "error: tn_poll: at @1: a raw window is open (TN_NO_GC at @2)\n"},
};

int main(void) { return mistakes_run("raw windows", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
