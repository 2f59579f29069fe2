/* class04_asan.c: handles that are used after their scopes have closed, found by AddressSanitizer without any mode, at
 * the line of the use, for the host is compiled with it. The library may be, or not. With NDEBUG, the mode `handles` is
 * on as well: the host cannot know, and the traps that collections leave in dead slots change nothing. */
#include <setjmp.h>

#include "mistakes.h"

#ifdef NDEBUG
#define OPTIONS "debug=handles"
#else
#define OPTIONS NULL
#endif

/* The use is in the frame that the report names first. Where a macro of the API makes it, it is in the second one, or in the
 * first as well, if the compiler has left the inner frame out. */
#define POISONED(how, frames)                                                    \
    "=*\n==%n==ERROR: AddressSanitizer: use-after-poison on address %p at pc *\n" \
    how " of size 8 at %p thread T0\n" frames "    #* %p in *@1*\n%*"
#define READ POISONED("READ", "")
#define WRITTEN POISONED("WRITE", "")
#define READ_BY_A_MACRO POISONED("READ", "%*")

static void after_its_block(tn_mutator *m, bool mended) {
    Pair **pair = mended ? TN_NEW(m, Pair) : NULL;
    {
        TN_SCOPE(m);
        if (!mended) pair = TN_NEW(m, Pair);
    }
    AT(1, touch(&(*pair)->number));
}

static void value_after_its_block(tn_mutator *m, bool mended) {
    tn_value *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    if (!mended) {
        TN_SCOPE(m);
        value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    }
    AT(1, touch(object_of(*value)));
}

/* The handle of the last turn. */
static void after_its_loop(tn_mutator *m, bool mended) {
    TN_LOCAL(m, Vector, result);
    Vector **last = result;
    for (int i = 0; i < 10; i++) {
        TN_SCOPE(m);
        Vector **v = TN_NEW_TAIL(m, Vector, Pair *, 10);
        if (mended) *result = *v;
        else last = v;
    }
    AT(1, look(&(*last)->item[9]));
}

static Vector **make_vector(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    TN_NEW(m, Leaf);
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH);
    return mended ? TN_ESCAPE(v) : v;
}

static void returned_without_escape(tn_mutator *m, bool mended) {
    Vector **v = make_vector(m, mended);
    AT(1, look(&(*v)->item[99]));
}

static tn_value *make_value(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    tn_value *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Box)));
    return mended ? TN_ESCAPE_VALUE(value) : value;
}

static void value_returned_without_escape(tn_mutator *m, bool mended) {
    tn_value *value = make_value(m, mended);
    AT(1, touch(object_of(*value)));
}

static Pair **from_an_inner_scope(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    Pair **result;
    {
        TN_SCOPE(m);
        TN_NEW(m, Leaf);
        Pair **pair = TN_NEW(m, Pair);
        result = TN_ESCAPE(pair);
    }
    (*result)->number = 1;
    return mended ? TN_ESCAPE(result) : result;
}

static void escaped_from_an_inner_scope_only(tn_mutator *m, bool mended) {
    Pair **pair = from_an_inner_scope(m, mended);
    AT(1, touch(&(*pair)->number));
}

static tn_value *value_from_an_inner_scope(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    tn_value *result;
    {
        TN_SCOPE(m);
        tn_value *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
        result = TN_ESCAPE_VALUE(value);
    }
    touch(object_of(*result));
    return mended ? TN_ESCAPE_VALUE(result) : result;
}

static void value_escaped_from_an_inner_scope_only(tn_mutator *m, bool mended) {
    tn_value *value = value_from_an_inner_scope(m, mended);
    AT(1, touch(object_of(*value)));
}

/* The outer scope escapes what was the inner one's: the mistake is found there. */
static Pair **escape_too_late(tn_mutator *m, bool mended) {
    TN_SCOPE(m);
    Pair **result;
    {
        TN_SCOPE(m);
        Pair **pair = TN_NEW(m, Pair);
        result = mended ? TN_ESCAPE(pair) : pair;
    }
    return AT(1, TN_ESCAPE(result));
}

static void escaped_after_its_scope(tn_mutator *m, bool mended) { touch(&(*escape_too_late(m, mended))->number); }

static jmp_buf target;

static __attribute__((noinline)) void fail(tn_mutator *m, Pair ***pair, tn_value **value, bool mended) {
    TN_SCOPE(m);
    if (!mended) *pair = TN_NEW(m, Pair);
    if (!mended) *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    longjmp(target, 1);
}

static void after_a_longjmp(tn_mutator *m, bool mended) {
    Pair **volatile pair = TN_NEW(m, Pair);
    tn_value *unused = NULL;
    tn_checkpoint mark = tn_save(m);
    if (!setjmp(target)) fail(m, (Pair ***)(void *)&pair, &unused, mended);
    tn_restore(m, mark);
    AT(1, touch(&(*pair)->number));
}

static void value_after_a_longjmp(tn_mutator *m, bool mended) {
    tn_value *volatile value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    Pair **unused = NULL;
    tn_checkpoint mark = tn_save(m);
    if (!setjmp(target)) fail(m, &unused, (tn_value **)(void *)&value, mended);
    tn_restore(m, mark);
    AT(1, touch(object_of(*value)));
}

/* A result is assigned to a handle that was the caller's once. */
static void assigned_after_its_scope(tn_mutator *m, bool mended) {
    TN_LOCAL(m, Pair, outer);
    Pair **result = outer;
    {
        TN_SCOPE(m);
        TN_LOCAL(m, Pair, inner);
        if (!mended) result = inner;
    }
    AT(1, *(Pair *volatile *)result = NULL);
}

static void stored_after_its_scope(tn_mutator *m, bool mended) {
    Box **box = TN_NEW(m, Box);
    tn_value *value = TN_HANDLE_VALUE(m, 0);
    {
        TN_SCOPE(m);
        if (!mended) value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Pair)));
    }
    AT(1, (void)0); TN_SET_VALUE(m, box, value, value);
}

/* The library itself makes the handle of a weak reference, in a slot that was another's before. */
static void weak_reference_after_its_scope(tn_mutator *m, bool mended) {
    Pair **pair = TN_NEW(m, Pair);
    tn_weak **weak = NULL;
    for (int i = 0; i < 3; i++) {
        TN_SCOPE(m);
        TN_NEW(m, Leaf);
        weak = TN_WEAK_NEW(m, pair);
        CHECK(*weak != NULL);
    }
    if (mended) weak = TN_WEAK_NEW(m, pair);
    AT(1, look(*weak));
}

/* Collections in between change nothing. */
static void after_a_collection(tn_mutator *m, bool mended) {
    Pair **pair = TN_NEW(m, Pair);
    {
        TN_SCOPE(m);
        Pair **inner = TN_HANDLE(m, *pair);
        minor(m);
        if (!mended) pair = inner;
    }
    full(m);
    AT(1, touch(&(*pair)->number));
}

static const Case cases[] = {
    {"after its block", after_its_block, HANDLES, POINTER, SMALL, OPTIONS, READ},
    {"value after its block", value_after_its_block, RAW, LOW_TAG, SMALL, OPTIONS, READ},
    {"after its loop", after_its_loop, HANDLES, POINTER, ARRAY, OPTIONS, READ},
    {"returned without escape", returned_without_escape, HANDLES, POINTER, LARGE, OPTIONS, READ},
    {"value returned without escape", value_returned_without_escape, RAW, NAN_BOX, SMALL, OPTIONS, READ},
    {"escaped from an inner scope only", escaped_from_an_inner_scope_only, HANDLES, POINTER, SMALL, OPTIONS, READ},
    {"value escaped from an inner scope only", value_escaped_from_an_inner_scope_only, RAW, LOW_TAGS, SMALL, OPTIONS,
     READ},
    {"escaped after its scope", escaped_after_its_scope, HANDLES, POINTER, SMALL, OPTIONS, READ_BY_A_MACRO},
    {"after a longjmp", after_a_longjmp, HANDLES, POINTER, SMALL, NULL, READ},
    {"value after a longjmp", value_after_a_longjmp, RAW, POINTER, SMALL, NULL, READ},
    {"assigned after its scope", assigned_after_its_scope, HANDLES, POINTER, SMALL, OPTIONS, WRITTEN},
    {"value stored after its scope", stored_after_its_scope, HANDLES, NAN_BOX, SMALL, OPTIONS, READ_BY_A_MACRO},
    {"weak reference after its scope", weak_reference_after_its_scope, HANDLES, POINTER, SMALL, OPTIONS, READ},
    {"after a collection", after_a_collection, HANDLES, LOW_TAG, SMALL, OPTIONS, READ},
};

int main(void) {
    return mistakes_run("handles of closed scopes, AddressSanitizer", cases, sizeof cases / sizeof *cases, ALL_SIZES);
}
