/* class12_leaks.c: what a host has left when its heap is destroyed, listed with log=leaks; with `sites` each place that
 * made some of it has a line. */
#include <stdlib.h>

#include "mistakes.h"

#define OPTIONS "debug=sites log=leaks"
#define LEFT(count, what, place) "[leaks host] " count " " what " left, made at " place "\n"

static void globals_of_a_loop(tn_mutator *m, bool mended) {
    Pair **pair = TN_NEW(m, Pair);
    for (int i = 0; i < 100; i++) {
        Pair *const *global = AT(1, TN_GLOBAL_CREATE(m, pair));
        if (mended || i == 50) CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
    }
}

static void globals_of_two_places(tn_mutator *m, bool mended) {
    Vector **v = TN_NEW_TAIL(m, Vector, Pair *, LARGE_LENGTH);
    Vector *const *first = AT(1, TN_GLOBAL_CREATE(m, v));
    Vector *const *second = AT(2, TN_GLOBAL_CREATE(m, v));
    Vector *const *third = AT(3, TN_GLOBAL_CREATE(m, v));
    CHECK_EQ(TN_GLOBAL_DESTROY(m, second), TN_OK);
    if (!mended) return;
    CHECK_EQ(TN_GLOBAL_DESTROY(m, first), TN_OK);
    CHECK_EQ(TN_GLOBAL_DESTROY(m, third), TN_OK);
}

static void a_root_of_a_module(tn_mutator *m, bool mended) {
    static TN_FIELD(Pair) roots[3];
    for (int i = 0; i < 3; i++) CHECK_EQ(AT(1, tn_root_create(m, &roots[i])), TN_OK);
    for (int i = 0; i < (mended ? 3 : 1); i++) CHECK_EQ(tn_root_destroy(m, &roots[i]), TN_OK);
}

static void the_stack_of_a_vm(tn_mutator *m, bool mended) {
    static tn_value stack[1000], *base, *top;
    base = top = stack;
    tn_range_desc desc = {.base = &base, .top = &top, .values = 1};
    tn_range *range = AT(1, tn_range_create(m, &desc));
    *top++ = value_of(tn_alloc(m, Box));
    top = base;
    if (mended) CHECK_EQ(tn_range_destroy(m, range), TN_OK);
}

static void scan_nothing(tn_tracer *tracer, void *user) { (void)tracer, (void)user; }

static void a_scanner(tn_mutator *m, bool mended) {
    static int user;
    CHECK_EQ(AT(1, tn_scanner_create(m, scan_nothing, &user)), TN_OK);
    if (mended) CHECK_EQ(tn_scanner_destroy(m, scan_nothing, &user), TN_OK);
}

/* A global holds the weak reference, and is left with it. */
static void a_weak_reference(tn_mutator *m, bool mended) {
    Leaf **leaf = TN_NEW(m, Leaf);
    tn_weak **weak = AT(1, TN_WEAK_NEW(m, leaf));
    tn_weak *const *global = AT(2, TN_GLOBAL_CREATE(m, weak));
    if (mended) CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
}

static void a_weak_array(tn_mutator *m, bool mended) {
    tn_weak_array **array = AT(1, TN_WEAK_ARRAY_NEW(m, 800));
    tn_weak_array *const *global = AT(2, TN_GLOBAL_CREATE(m, array));
    tn_value value = value_of(tn_alloc(m, Pair));
    CHECK_EQ(tn_weak_array_write(m, *array, 799, value), TN_OK);
    if (mended) CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
}

typedef struct Image {
    void *pixels;
} Image;
enum { Image_type = TN_FIRST_SPECIAL + 40, IMAGE_BYTES = 1 << 20 };

static bool forgets;

static void image_dispose(tn_heap *heap, void *object) {
    free(((Image *)object)->pixels);
    if (!forgets) tn_external_adjust(heap, -(ptrdiff_t)IMAGE_BYTES);
}

/* What the object counted at its birth is not taken back at its end. */
static void external_bytes(tn_mutator *m, bool mended) {
    static const tn_type_desc desc = TN_DESC(Image, .flags = TN_LEAF, .dispose = image_dispose);
    CHECK(tn_type_create(m->heap, &desc));
    forgets = !mended;
    for (int i = 0; i < 3; i++) {
        Image *image = tn_alloc(m, Image);
        image->pixels = calloc(1, IMAGE_BYTES);
        tn_external_adjust(m->heap, IMAGE_BYTES);
    }
}

/* Without `sites` the lines say how to learn more. */
static void globals_without_sites(tn_mutator *m, bool mended) {
    Values **values = TN_NEW_TAIL(m, Values, tn_value, 20);
    for (int i = 0; i < 7; i++) {
        Values *const *global = TN_GLOBAL_CREATE(m, values);
        if (mended) CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
    }
}

/* A script's line is told with the place in the host. */
static void for_a_script(tn_mutator *m, bool mended) {
    tn_value *value = TN_HANDLE_VALUE(m, value_of(tn_alloc(m, Leaf)));
    tn_site_set(m, "main.lua", 31);
    Leaf *leaf = object_of(*value);
    Leaf *const *global = AT(1, TN_GLOBAL_CREATE(m, &leaf));
    tn_site_set(m, NULL, 0);
    if (mended) CHECK_EQ(TN_GLOBAL_DESTROY(m, global), TN_OK);
}

static void much_of_everything(tn_mutator *m, bool mended) {
    globals_of_a_loop(m, mended);
    if (!mended) tn_external_adjust(m->heap, 123);
}

static const Case cases[] = {
    {"globals of a loop", globals_of_a_loop, HANDLES, POINTER, SMALL, OPTIONS, LEFT("99", "globals", "@1")},
    {"globals of two places", globals_of_two_places, HANDLES, POINTER, LARGE, OPTIONS,
     LEFT("1", "globals", "@1") LEFT("1", "globals", "@3")},
    {"a root of a module", a_root_of_a_module, RAW, POINTER, SMALL, OPTIONS, LEFT("2", "roots", "@1")},
    {"the stack of a VM", the_stack_of_a_vm, RAW, LOW_TAGS, SMALL, OPTIONS, LEFT("1", "ranges", "@1")},
    {"a scanner", a_scanner, RAW, LOW_TAG, SMALL, OPTIONS, LEFT("1", "scanners", "@1")},
    {"a weak reference", a_weak_reference, HANDLES, POINTER, SMALL, OPTIONS,
     LEFT("1", "globals", "@2") LEFT("1", "weak references", "@1")},
    {"a weak array", a_weak_array, HANDLES, NAN_BOX, ARRAY, OPTIONS,
     LEFT("1", "globals", "@2") LEFT("1", "weak references", "@1")},
    {"external bytes", external_bytes, RAW, POINTER, SMALL, OPTIONS,
     "[leaks host] 3145728 bytes of tn_external_adjust left after all objects were disposed of\n"},
    {"globals without sites", globals_without_sites, HANDLES, LOW_TAG, ARRAY, "log=leaks",
     "[leaks host] 7 globals left (TENURE_DEBUG=sites tells where they were made)\n"},
    {"for a script", for_a_script, RAW, LOW_TAGS, SMALL, OPTIONS, LEFT("1", "globals", "@1 for main.lua:31")},
    {"of two kinds", much_of_everything, HANDLES, POINTER, SMALL, OPTIONS,
     LEFT("99", "globals", "@1")
     "[leaks host] 123 bytes of tn_external_adjust left after all objects were disposed of\n"},
};

int main(void) { return mistakes_run("leaks", cases, sizeof cases / sizeof *cases, ALL_SIZES); }
