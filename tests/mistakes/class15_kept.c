/* class15_kept.c: objects that only weak references should hold, and that something else keeps: tn_retaining_path says
 * who. It needs no mode; `sites` and `handles` add places. */
#include "mistakes.h"

#define OPTIONS "debug=sites,handles"
#define PATH "[path host] "
#define KEPT "%p (Pair: pair 7, allocated at @1)"
#define HELD(n) PATH KEPT " is held by " #n " references:\n"
#define HELD_BY_ONE PATH KEPT " is held by 1 reference:\n"
#define FIELD(field, object) PATH "  whose field '" field "' holds " object "\n"

/* What is kept by mistake; its handle is gone when `keep` has returned. */
static tn_weak **kept(tn_mutator *m, void (*keep)(tn_mutator *m, Pair **p)) {
    TN_SCOPE(m);
    Pair **p = AT(1, TN_NEW(m, Pair));
    (*p)->number = 7;
    keep(m, p);
    return TN_ESCAPE(TN_WEAK_NEW(m, p));
}

/* The host's question: why is it alive? */
static void ask(tn_mutator *m, tn_weak **w) {
    full(m);
    Pair *p = tn_weak_read(m, *w);
    if (p) CHECK_EQ(tn_retaining_path(m, p, NULL, NULL), TN_OK);
}

static void keep_nowhere(tn_mutator *m, Pair **p) { (void)m, (void)p; }

/* ---- roots ---- */

static Pair *cache[20];
static bool visits;

static void scan_cache(tn_tracer *tracer, void *user) {
    (void)user;
    if (visits) tn_visit_refs(tracer, cache, 20);
    for (int i = 0; !visits && i < 20; i++) cache[i] = NULL;
}
static void keep_in_the_cache(tn_mutator *m, Pair **p) {
    (void)m;
    cache[3] = *p;
}

static void a_scanner(tn_mutator *m, bool mended) {
    visits = !mended;
    CHECK_EQ(AT(2, tn_scanner_create(m, scan_cache, NULL)), TN_OK);
    tn_weak **w = kept(m, keep_in_the_cache);
    ask(m, w);
    CHECK_EQ(tn_scanner_destroy(m, scan_cache, NULL), TN_OK);
}

static Pair *const *global;
static void keep_by_a_global(tn_mutator *m, Pair **p) { global = AT(2, TN_GLOBAL_CREATE(m, p)); }

static void a_global(tn_mutator *m, bool mended) {
    tn_weak **w = kept(m, keep_by_a_global);
    if (mended) TN_GLOBAL_DESTROY(m, global);
    ask(m, w);
    if (!mended) TN_GLOBAL_DESTROY(m, global);
}

static tn_value_field last;
static void keep_in_a_root(tn_mutator *m, Pair **p) { tn_root_write_value(m, &last, value_of(*p)); }

static void a_root(tn_mutator *m, bool mended) {
    CHECK_EQ(AT(2, tn_root_create_value(m, &last)), TN_OK);
    tn_weak **w = kept(m, keep_in_a_root);
    if (mended) tn_root_write_value(m, &last, 0);
    ask(m, w);
    tn_root_write_value(m, &last, 0);
    CHECK_EQ(tn_root_destroy(m, &last), TN_OK);
}

static tn_value stack[50], *base = stack, *top = stack;
static void push(tn_mutator *m, Pair **p) {
    (void)m;
    *top++ = value_of(*p);
}

/* A VM that leaves the values of a frame on its stack. */
static void a_stack(tn_mutator *m, bool mended) {
    top = stack + 5;
    tn_range *range = AT(2, tn_range_create(m, &(tn_range_desc){.base = &base, .top = &top, .values = true}));
    tn_weak **w = kept(m, push);
    if (mended) top--;
    ask(m, w);
    CHECK_EQ(tn_range_destroy(m, range), TN_OK);
    top = stack;
}

static Pair **outer;
static void keep_in_an_outer_handle(tn_mutator *m, Pair **p) {
    (void)m;
    *outer = *p;
}

static void a_handle(tn_mutator *m, bool mended) {
    outer = AT(2, TN_HANDLE(m, (Pair *)NULL));
    tn_weak **w = kept(m, keep_in_an_outer_handle);
    if (mended) *outer = NULL;
    ask(m, w);
}

/* The handle that the question is asked with is none of the answer. */
static void asked_with_a_handle(tn_mutator *m, bool mended) {
    tn_weak **w = kept(m, keep_by_a_global);
    if (mended) TN_GLOBAL_DESTROY(m, global);
    full(m);
    Pair **p = TN_WEAK_GET(m, Pair, w);
    if (*p) CHECK_EQ(TN_RETAINING_PATH(m, p, NULL, NULL), TN_OK);
    if (!mended) TN_GLOBAL_DESTROY(m, global);
}

/* ---- objects ---- */

/* The nearest one is said: a root's object that refers to it, not the long way round. */
static Pair **first, **second;
static void keep_by_pairs(tn_mutator *m, Pair **p) {
    TN_SET(m, first, cdr, second);
    TN_SET(m, second, car, p);
}

static void a_chain(tn_mutator *m, bool mended) {
    first = AT(2, TN_NEW(m, Pair)), second = TN_HANDLE(m, (Pair *)NULL);
    global = AT(3, TN_GLOBAL_CREATE(m, first));
    *second = AT(4, tn_alloc(m, Pair));
    tn_weak **w = kept(m, keep_by_pairs);
    if (mended) TN_CLEAR(m, second, car);
    *second = *first = NULL;
    ask(m, w);
    TN_GLOBAL_DESTROY(m, global);
}

/* A table that is weak in its keys, and holds them by the list of what was added. */
static Vector **added;
static tn_weak_array **table;
static void keep_in_the_list(tn_mutator *m, Pair **p) {
    TN_SET(m, added, item[17], p);
    CHECK_EQ(tn_weak_array_write(m, *table, 2, value_of(*p)), TN_OK);
}

static void a_list_beside_a_table(tn_mutator *m, size_t length, bool mended) {
    table = TN_WEAK_ARRAY_NEW(m, 20);
    added = AT(2, TN_NEW_TAIL(m, Vector, Pair *, length));
    tn_weak **w = kept(m, mended ? keep_nowhere : keep_in_the_list);
    ask(m, w);
}
static void a_list(tn_mutator *m, bool mended) { a_list_beside_a_table(m, 20, mended); }
static void a_large_list(tn_mutator *m, bool mended) { a_list_beside_a_table(m, LARGE_LENGTH, mended); }

static Box **box;
static void keep_in_a_box(tn_mutator *m, Pair **p) { tn_write_value(m, *box, value, value_of(*p)); }

static void a_box(tn_mutator *m, bool mended) {
    box = AT(2, TN_NEW(m, Box));
    tn_weak **w = kept(m, keep_in_a_box);
    if (mended) tn_write_value(m, *box, value, 0);
    ask(m, w);
}

static Owner **owner;
static void keep_in_a_buffer(tn_mutator *m, Pair **p) {
    (*owner)->buffer = calloc(3, sizeof(Pair *));
    (*owner)->buffer[2] = *p;
    (*owner)->count = 3;
    tn_revisit_object(m, *owner);
}

static void a_buffer(tn_mutator *m, bool mended) {
    owner = AT(2, TN_NEW(m, Owner));
    tn_weak **w = kept(m, keep_in_a_buffer);
    if (mended) (*owner)->count = 2;
    ask(m, w);
}

/* Of a path of 101 references the middle is left out. */
static void keep_at_the_end(tn_mutator *m, Pair **p) {
    TN_SCOPE(m);
    Pair **at = AT(2, TN_NEW(m, Pair));
    *first = *at;
    for (int i = 0; i < 99; i++) {
        TN_SCOPE(m);
        Pair **next = AT(2, TN_NEW(m, Pair));
        TN_SET(m, at, cdr, next);
        *at = *next;
    }
    TN_SET(m, at, cdr, p);
}

static void a_long_chain(tn_mutator *m, bool mended) {
    first = TN_HANDLE(m, (Pair *)NULL);
    tn_weak **w = kept(m, keep_at_the_end);
    if (mended) *first = NULL;
    ask(m, w);
}

/* It is dead already, and a raw pointer to it is all there is: the mistake is another one. */
static void nothing(tn_mutator *m, bool mended) {
    Pair *p = AT(1, tn_alloc(m, Pair));
    p->number = 7;
    Pair **h = mended ? TN_HANDLE(m, p) : NULL;
    if (!mended) CHECK_EQ(tn_retaining_path(m, p, NULL, NULL), TN_OK);
    CHECK(mended == (h != NULL));
}

#define BY_A_SCANNER \
    HELD_BY_ONE PATH "  the slot %p, which the scanner %p visits for user *, made at @2, holds " KEPT "\n"
#define BY_A_GLOBAL HELD_BY_ONE PATH "  the global %p, made at @2, holds " KEPT "\n"

static const Case cases[] = {
    {"a scanner", a_scanner, RAW, POINTER, SMALL, OPTIONS, BY_A_SCANNER},
    {"a scanner, in every mode", a_scanner, RAW, POINTER, SMALL, "debug=all,quarantine=3,seed=1 handles=1M",
     BY_A_SCANNER},
    {"a scanner, without a mode", a_scanner, RAW, POINTER, SMALL, "",
     PATH "%p (Pair: pair 7) is held by 1 reference:\n" PATH
          "  the slot %p, which the scanner %p visits for user * holds %p (Pair: pair 7)\n"},
    {"a global", a_global, HANDLES, POINTER, SMALL, OPTIONS, BY_A_GLOBAL},
    {"a root", a_root, RAW, LOW_TAG, SMALL, OPTIONS, HELD_BY_ONE PATH "  the root %p, made at @2, holds " KEPT "\n"},
    {"a stack", a_stack, RAW, NAN_BOX, SMALL, OPTIONS,
     HELD_BY_ONE PATH "  slot 5 of the range %p, made at @2, holds " KEPT "\n"},
    {"a handle", a_handle, HANDLES, POINTER, SMALL, OPTIONS,
     HELD_BY_ONE PATH "  the handle %p, made at @2, holds " KEPT "\n"},
    {"asked with a handle", asked_with_a_handle, HANDLES, LOW_TAGS, SMALL, OPTIONS, BY_A_GLOBAL},
    {"a chain", a_chain, HANDLES, POINTER, SMALL, OPTIONS,
     HELD(3) PATH "  the global %p, made at @3, holds %p (Pair: pair 0, allocated at @2)\n" FIELD(
         "cdr", "%p (Pair: pair 0, allocated at @4)") FIELD("car", KEPT)},
    {"a list beside a table", a_list, HANDLES, LOW_TAGS, ARRAY, OPTIONS,
     HELD(2) PATH "  the handle %p, made at @2, holds %p (Vector, allocated at @2)\n" FIELD("tail[17]", KEPT)},
    {"a large list beside a table", a_large_list, HANDLES, LOW_TAG, LARGE, OPTIONS,
     HELD(2) PATH "  the handle %p, made at @2, holds %p (Vector, allocated at @2)\n" FIELD("tail[17]", KEPT)},
    {"a box", a_box, RAW, NAN_BOX, SMALL, OPTIONS,
     HELD(2) PATH "  the handle %p, made at @2, holds %p (Box, allocated at @2)\n" FIELD("value", KEPT)},
    {"a buffer", a_buffer, RAW, POINTER, SMALL, OPTIONS,
     HELD(2) PATH "  the handle %p, made at @2, holds %p (Owner, allocated at @2)\n" FIELD("its own memory", KEPT)},
    {"a long chain", a_long_chain, HANDLES, POINTER, SMALL, OPTIONS,
     HELD(101) "%*whose field 'cdr' holds %p (Pair: pair 0, allocated at @2)\n" PATH
               "  ... 37 more references ...\n%*" FIELD("cdr", KEPT)},
    {"nothing", nothing, RAW, POINTER, SMALL, OPTIONS,
     PATH "nothing holds " KEPT ": a collection will find it dead\n"},
};

int main(void) { return mistakes_run("kept objects", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
