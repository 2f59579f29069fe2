/* test_misuse.c: a table of wrong calls. Each must fail with its status, say so through tn_last_error and on_error
 * (or tn_error) in a line that starts with the function's name and names what is wrong, and leave a heap that works.
 * What the library cannot find is not listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support.h"

typedef struct Case {
    Host host;
    tn_mutator *m;
    tn_heap *heap;
    tn_error error; /* for calls that have no mutator */
} Case;

typedef enum Where {
    IN_MUTATOR, /* on_error is called, and tn_last_error has the same line */
    IN_HOOK,    /* on_error is called; there is no mutator to ask */
    IN_ERROR,   /* *error is filled */
    NOWHERE     /* only the status: there is no heap to report to */
} Where;

typedef struct Row {
    const char *name;
    tn_status (*call)(
        Case *c); /* returns what the call returned, or for a pointer, checks for NULL and returns the status */
    tn_status status;
    Where where;
    const char *says[3]; /* the first is what the line begins with */
} Row;

/* A failure that returned NULL or nothing: its status is in the mutator. */
static tn_status failed(Case *c, const void *result) {
    if (result) FAIL("the wrong call returned %p", result);
    return tn_last_status(c->m);
}

/* ---- descriptions of types ---- */

static void no_dispose(tn_heap *heap, void *object) { (void)heap, (void)object; }
static void no_trace(tn_tracer *tracer, void *object) { (void)tracer, (void)object; }

enum { FREE_TYPE = 300, FREE_SPECIAL = TN_FIRST_SPECIAL + 300 };

static tn_status add(Case *c, const tn_type_desc *desc) {
    tn_type type = tn_type_create(c->heap, desc);
    if (type != 0) FAIL("tn_type_create took it as %u", type);
    return tn_last_status(c->m);
}
#define ADD(function, ...)                                                                             \
    static tn_status function(Case *c) {                                                               \
        return add(c, &(tn_type_desc){.number = FREE_TYPE, .name = "Wrong", .size = 16, __VA_ARGS__}); \
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif
ADD(type_without_name, .name = NULL, .flags = TN_LEAF)
ADD(type_of_size_0, .size = 0, .flags = TN_LEAF)
ADD(type_of_size_8185, .size = 8185, .flags = TN_LEAF)
ADD(type_aligned_to_24, .align = 24, .size = 48, .flags = TN_LEAF)
ADD(type_aligned_to_128, .align = 128, .size = 128, .flags = TN_LEAF)
ADD(type_size_not_aligned, .align = 32, .size = 48, .flags = TN_LEAF)
ADD(type_refs_beyond, .refs = 4)
ADD(type_values_beyond, .values = 1 | 8)
ADD(type_partial_word, .size = 12, .refs = 2)
ADD(type_overlap, .refs = 1, .values = 1 | 2)
ADD(type_without_slots, .flags = 0)
ADD(type_leaf_with_refs, .refs = 1, .flags = TN_LEAF)
ADD(type_unzeroed_with_refs, .refs = 1, .flags = TN_UNZEROED)
ADD(type_leaf_with_trace, .trace = no_trace, .flags = TN_LEAF)
ADD(type_ordinary_dispose, .flags = TN_LEAF, .dispose = no_dispose)
ADD(type_ordinary_born_old, .refs = 1, .flags = TN_BORN_OLD)
ADD(type_special_plain, .number = FREE_SPECIAL, .refs = 1)
ADD(type_taken, .number = Pair_type, .refs = 1)
ADD(type_reserved, .number = 3, .refs = 1)
ADD(type_number_huge, .number = TN_TYPES_END, .refs = 1)
ADD(type_tail_bits_without_tail, .refs = 1, .tail_refs = 1)
ADD(type_tail_refs_beyond, .tail_size = 8, .tail_refs = 2)
ADD(type_tail_values_beyond, .tail_size = 16, .tail_values = 4)
ADD(type_tail_overlap, .tail_size = 16, .tail_refs = 1, .tail_values = 1)
ADD(type_tail_absurd, .tail_size = SIZE_MAX / 2, .flags = TN_LEAF)
ADD(type_tail_crooked, .tail_size = 12, .tail_refs = 1)
ADD(type_tail_misaligned, .size = 12, .tail_size = 8, .tail_refs = 1)
ADD(type_unknown_flag, .refs = 1, .flags = 1u << 20)
#pragma GCC diagnostic pop
static tn_status type_null(Case *c) { return add(c, NULL); }

/* ---- allocation ---- */

static tn_status slow(Case *c, tn_type type, size_t size, size_t element, size_t count) {
    return failed(c, tn_alloc_slow(c->m, type, size, element, count));
}
static tn_status alloc_unregistered(Case *c) { return slow(c, 500, 16, 0, 0); }
static tn_status alloc_type_0(Case *c) { return slow(c, 0, 16, 0, 0); }
static tn_status alloc_type_huge(Case *c) { return failed(c, tn_alloc_sized(c->m, 1u << 30, 16)); }
static tn_status alloc_special_unregistered(Case *c) {
    return failed(c, tn_alloc_sized(c->m, TN_FIRST_SPECIAL + 77, 16));
}
static tn_status alloc_size_0(Case *c) { return slow(c, Pair_type, 0, 0, 0); }
static tn_status alloc_wrong_size(Case *c) { return slow(c, Pair_type, sizeof(Pair) + 8, 0, 0); }
static tn_status alloc_wrong_special(Case *c) { return failed(c, tn_alloc_sized(c->m, File_type, sizeof(File) * 2)); }
static tn_status alloc_absurd(Case *c) { return failed(c, tn_alloc_sized(c->m, Pair_type, SIZE_MAX / 2)); }
static tn_status tail_where_none_is(Case *c) { return slow(c, Pair_type, sizeof(Pair), 8, 3); }
static tn_status tail_wrong_element(Case *c) { return slow(c, Vector_type, sizeof(Vector), 16, 3); }
static tn_status tail_element_0(Case *c) {
    return failed(c, tn_alloc_tail_sized(c->m, Vector_type, sizeof(Vector), 0, 3));
}
static tn_status tail_fixed_too_large(Case *c) { return failed(c, tn_alloc_tail_sized(c->m, Vector_type, 9000, 8, 3)); }
static tn_status tail_of_2_32(Case *c) {
    return failed(c, tn_alloc_tail_sized(c->m, Bytes_type, sizeof(Bytes), 1, (size_t)1 << 32));
}
static tn_status tail_overflowing(Case *c) {
    return failed(c, tn_alloc_tail_sized(c->m, Vector_type, sizeof(Vector), 8, SIZE_MAX / 8));
}
static tn_status stable_unregistered(Case *c) { return failed(c, tn_alloc_stable_sized(c->m, 500, 16, 0, 0)); }
static tn_status stable_wrong_size(Case *c) {
    return failed(c, tn_alloc_stable_sized(c->m, Pair_type, sizeof(Pair) + 8, 0, 0));
}
static tn_status stable_tail_overflowing(Case *c) {
    return failed(c, tn_alloc_stable_sized(c->m, Vector_type, sizeof(Vector), 8, SIZE_MAX / 8));
}
static tn_status reserve_too_much(Case *c) { return tn_reserve(c->m, TN_RESERVE_MAX + 1); }
static tn_status reserve_null(Case *c) { return (void)c, tn_reserve(NULL, 64); }

/* ---- weak references, hashes, addresses ---- */

static tn_status weak_null_handle(Case *c) { return failed(c, tn_weak_new_(c->m, NULL)); }
static tn_status weak_of_null(Case *c) {
    TN_SCOPE(c->m);
    TN_LOCAL(c->m, Pair, p);
    return failed(c, TN_WEAK_NEW(c->m, p));
}
static tn_status weak_read_null(Case *c) { return failed(c, tn_weak_read(c->m, NULL)); }
static tn_status weak_array_too_long(Case *c) { return failed(c, TN_WEAK_ARRAY_NEW(c->m, (size_t)1 << 32)); }
static tn_status weak_array_read_beyond(Case *c) {
    TN_SCOPE(c->m);
    tn_weak_array **array = TN_WEAK_ARRAY_NEW(c->m, 5);
    CHECK_EQ(tn_weak_array_read(c->m, *array, 5), 0);
    return tn_last_status(c->m);
}
static tn_status weak_array_read_null(Case *c) {
    CHECK_EQ(tn_weak_array_read(c->m, NULL, 0), 0);
    return tn_last_status(c->m);
}
static tn_status weak_array_write_beyond(Case *c) {
    TN_SCOPE(c->m);
    tn_weak_array **array = TN_WEAK_ARRAY_NEW(c->m, 5);
    return tn_weak_array_write(c->m, *array, SIZE_MAX, 0);
}
static tn_status weak_array_write_null(Case *c) { return tn_weak_array_write(c->m, NULL, 0, 0); }
static tn_status hash_null(Case *c) {
    CHECK_EQ(tn_hash_of(c->m, NULL), 0);
    return tn_last_status(c->m);
}
static tn_status stable_null_handle(Case *c) { return failed(c, tn_stable_address_(c->m, NULL)); }
static tn_status stable_of_null(Case *c) {
    TN_SCOPE(c->m);
    TN_LOCAL(c->m, Pair, p);
    return failed(c, TN_STABLE_ADDRESS(c->m, p));
}
static tn_status resize_null_handle(Case *c) { return tn_resize_(c->m, NULL, 1); }
static tn_status resize_of_null(Case *c) {
    TN_SCOPE(c->m);
    TN_LOCAL(c->m, Bytes, b);
    return TN_RESIZE(c->m, b, 1);
}
static tn_status resize_without_tail(Case *c) {
    TN_SCOPE(c->m);
    Pair **p = TN_NEW(c->m, Pair);
    return TN_RESIZE(c->m, p, 1);
}
static tn_status resize_weak_array(Case *c) {
    TN_SCOPE(c->m);
    return TN_RESIZE(c->m, TN_WEAK_ARRAY_NEW(c->m, 5), 10);
}
static tn_status resize_beyond(Case *c) {
    TN_SCOPE(c->m);
    Bytes **b = TN_NEW_TAIL(c->m, Bytes, char, 5);
    return TN_RESIZE(c->m, b, (size_t)1 << 32);
}
static tn_status resize_in_window(Case *c) {
    TN_SCOPE(c->m);
    Bytes **b = TN_NEW_TAIL(c->m, Bytes, char, 5);
    TN_NO_GC(c->m);
    return TN_RESIZE(c->m, b, 100);
}
static tn_status remember_null(Case *c) {
    tn_revisit_object(c->m, NULL);
    return tn_last_status(c->m);
}

/* ---- rows of slots, slots outside of objects, objects without a barrier ---- */

static Vector **vector(Case *c) {
    Vector **v = TN_NEW_TAIL(c->m, Vector, Pair *, 10);
    CHECK(v != NULL);
    support_collect(c->m, TN_MINOR);
    return v;
}
static tn_status move_beyond(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    return TN_MOVE(c->m, v, item, 5, 0, 6);
}
static tn_status move_from_beyond(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    return tn_move_refs(c->m, *v, (char *)*v + offsetof(Vector, item), (char *)*v + offsetof(Vector, item[10]), 1);
}
static tn_status move_negative(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    return TN_MOVE(c->m, v, item, (size_t)-1, 0, 1);
}
static tn_status move_of_null(Case *c) {
    void *words[2] = {NULL, NULL};
    return tn_move_refs(c->m, NULL, words, words + 1, 1);
}
static tn_status move_of_leaf(Case *c) {
    TN_SCOPE(c->m);
    Leaf **leaf = TN_NEW(c->m, Leaf);
    return tn_move_values(c->m, *leaf, (tn_value *)(void *)*leaf, (tn_value *)(void *)*leaf + 1, 1);
}
static tn_status move_null(Case *c) { return (void)c, tn_move_refs(NULL, NULL, NULL, NULL, 1); }
static tn_status copy_unaligned(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    void *words[2] = {NULL, NULL};
    return tn_copy_refs(c->m, *v, (char *)*v + offsetof(Vector, item) + 4, words, 1);
}
static tn_status copy_outside(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    void *words[2] = {NULL, NULL};
    return tn_copy_refs(c->m, *v, words, words + 1, 1);
}
static tn_status copy_from_beyond(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c), **w = vector(c);
    return TN_COPY(c->m, v, w, item, 0, 9, 2);
}
static tn_status copy_from_null(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    TN_LOCAL(c->m, Vector, w);
    return TN_COPY(c->m, v, w, item, 0, 0, 1);
}
static tn_status copy_values_from_null(Case *c) {
    TN_SCOPE(c->m);
    Values **v = TN_NEW_TAIL(c->m, Values, tn_value, 3);
    return tn_copy_values(c->m, *v, (tn_value *)(void *)((char *)*v + offsetof(Values, item)), NULL, 1);
}
static tn_status remember_slot_null(Case *c) {
    void *word = NULL;
    tn_revisit_slot(c->m, NULL, &word);
    return tn_last_status(c->m);
}
static tn_status remember_slot_of_null(Case *c) {
    TN_SCOPE(c->m);
    Owner **owner = TN_NEW(c->m, Owner);
    tn_revisit_value_slot(c->m, *owner, NULL);
    return tn_last_status(c->m);
}
static tn_status remember_slot_untraced(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    void *word = NULL;
    tn_revisit_slot(c->m, *v, &word);
    return tn_last_status(c->m);
}
static tn_status unprotect_null_handle(Case *c) { return tn_unprotect_(c->m, NULL); }
static tn_status unprotect_of_null(Case *c) {
    TN_SCOPE(c->m);
    TN_LOCAL(c->m, Pair, p);
    return TN_UNPROTECT(c->m, p);
}
static tn_status unprotect_no_object(Case *c) {
    void *words[2] = {NULL, NULL}, *object = &words[1];
    return TN_UNPROTECT(c->m, &object);
}
static tn_status unprotect_null(Case *c) { return (void)c, tn_unprotect_(NULL, NULL); }
static tn_status protect_null(Case *c) { return (void)c, tn_protect_(NULL, NULL); }
static tn_status protect_protected(Case *c) {
    TN_SCOPE(c->m);
    Vector **v = vector(c);
    CHECK_EQ(TN_UNPROTECT(c->m, v), TN_OK);
    CHECK_EQ(TN_PROTECT(c->m, v), TN_OK);
    return TN_PROTECT(c->m, v);
}

/* ---- globals, roots, ranges, scanners ---- */

static tn_status global_set_freed(Case *c) {
    TN_SCOPE(c->m);
    Pair **p = support_list(c->m, 1);
    Pair *const *g = TN_GLOBAL_CREATE(c->m, p);
    CHECK_EQ(TN_GLOBAL_DESTROY(c->m, g), TN_OK);
    return TN_GLOBAL_SET(c->m, g, p);
}
static tn_status global_free_twice(Case *c) {
    TN_SCOPE(c->m);
    Pair *const *g = TN_GLOBAL_CREATE(c->m, support_list(c->m, 1));
    CHECK_EQ(TN_GLOBAL_DESTROY(c->m, g), TN_OK);
    return TN_GLOBAL_DESTROY(c->m, g);
}
static tn_status global_free_null(Case *c) { return tn_global_destroy(c->m, NULL); }
static tn_status global_set_a_handle(Case *c) {
    TN_SCOPE(c->m);
    Pair **p = support_list(c->m, 1);
    return tn_global_store(c->m, p, *p);
}
static tn_status global_of_another_heap(Case *c) {
    Host other;
    host_exact(&other, NULL);
    void *const *g = tn_global_create(other.m, NULL);
    CHECK(g != NULL);
    tn_status status = tn_global_destroy(c->m, g);
    host_close(&other);
    return status;
}

static TN_FIELD(Pair) cell;
static TN_FIELD(Pair) stranger;

static tn_status root_null(Case *c) { return tn_root_create(c->m, NULL); }
static tn_status root_crooked(Case *c) { return tn_root_create(c->m, (char *)&stranger + 4); }
static tn_status root_twice(Case *c) {
    CHECK_EQ(tn_root_create(c->m, &cell), TN_OK);
    tn_status status = tn_root_create(c->m, &cell);
    CHECK_EQ(tn_root_destroy(c->m, &cell), TN_OK);
    return status;
}
static tn_status root_removed_twice(Case *c) {
    CHECK_EQ(tn_root_create(c->m, &cell), TN_OK);
    CHECK_EQ(tn_root_destroy(c->m, &cell), TN_OK);
    return tn_root_destroy(c->m, &cell);
}
static tn_status root_write_stranger(Case *c) { return tn_root_write(c->m, &stranger, (Pair *)NULL); }
static tn_status root_remove_stranger(Case *c) { return tn_root_destroy(c->m, &stranger); }
static tn_status root_remove_a_global(Case *c) {
    TN_SCOPE(c->m);
    Pair *const *g = TN_GLOBAL_CREATE(c->m, support_list(c->m, 1));
    tn_status status = tn_root_destroy(c->m, (void *)(uintptr_t)g);
    CHECK_EQ(TN_GLOBAL_DESTROY(c->m, g), TN_OK);
    return status;
}
static tn_status root_of_another_heap(Case *c) {
    Host other;
    host_exact(&other, NULL);
    CHECK_EQ(tn_root_create(other.m, &cell), TN_OK);
    tn_status status = tn_root_write(c->m, &cell, (Pair *)NULL);
    CHECK_EQ(tn_root_destroy(other.m, &cell), TN_OK);
    host_close(&other);
    return status;
}

static void *words[4];
static void *base = words, *top = words, *low = words;

static tn_status range_null(Case *c) { return failed(c, tn_range_create(c->m, NULL)); }
static tn_status range_without_base(Case *c) {
    return failed(c, tn_range_create(c->m, &(tn_range_desc){NULL, &top, &low, 0}));
}
static tn_status range_without_top(Case *c) {
    return failed(c, tn_range_create(c->m, &(tn_range_desc){&base, NULL, &low, 0}));
}
static tn_status range_removed_twice(Case *c) {
    tn_range *range = tn_range_create(c->m, &(tn_range_desc){&base, &top, &low, 0});
    CHECK(range != NULL);
    CHECK_EQ(tn_range_destroy(c->m, range), TN_OK);
    return tn_range_destroy(c->m, range);
}
static tn_status range_remove_null(Case *c) { return tn_range_destroy(c->m, NULL); }
static tn_range *gone_range(Case *c) {
    tn_range *range = tn_range_create(c->m, &(tn_range_desc){&base, &top, &low, 0});
    CHECK_EQ(tn_range_suspend(c->m, range), TN_OK);
    CHECK_EQ(tn_range_destroy(c->m, range), TN_OK);
    return range;
}
static tn_status range_suspend_gone(Case *c) { return tn_range_suspend(c->m, gone_range(c)); }
static tn_status range_resume_gone(Case *c) { return tn_range_resume(c->m, gone_range(c)); }
static tn_status range_suspend_null(Case *c) { return tn_range_suspend(c->m, NULL); }
static tn_status range_of_another_heap(Case *c) {
    tn_heap *other = tn_heap_create(NULL, NULL);
    tn_mutator *of_other = tn_mutator_create(other, NULL);
    tn_range *range = tn_range_create(of_other, &(tn_range_desc){&base, &top, &low, 0});
    tn_status status = tn_range_destroy(c->m, range);
    CHECK_EQ(tn_range_destroy(of_other, range), TN_OK);
    CHECK_EQ(tn_mutator_destroy(of_other), TN_OK);
    CHECK_EQ(tn_heap_destroy(other), TN_OK);
    return status;
}
static void scan_nothing(tn_tracer *tracer, void *user) { (void)tracer, (void)user; }
static tn_status scanner_null(Case *c) { return tn_scanner_create(c->m, NULL, NULL); }
static tn_status scanner_removed_twice(Case *c) {
    CHECK_EQ(tn_scanner_create(c->m, scan_nothing, c), TN_OK);
    CHECK_EQ(tn_scanner_destroy(c->m, scan_nothing, c), TN_OK);
    return tn_scanner_destroy(c->m, scan_nothing, c);
}
static tn_status scanner_of_another_user(Case *c) {
    CHECK_EQ(tn_scanner_create(c->m, scan_nothing, c), TN_OK);
    tn_status status = tn_scanner_destroy(c->m, scan_nothing, &base);
    CHECK_EQ(tn_scanner_destroy(c->m, scan_nothing, c), TN_OK);
    return status;
}

/* ---- objects of another heap ---- */

static tn_status with_foreign(Case *c, tn_status (*call)(Case *c, Pair **foreign)) {
    Host other;
    host_exact(&other, NULL);
    tn_status status;
    {
        TN_SCOPE(other.m);
        Pair **foreign = support_list(other.m, 1);
        status = call(c, foreign);
    }
    host_close(&other);
    return status;
}
static tn_status call_weak(Case *c, Pair **foreign) { return failed(c, TN_WEAK_NEW(c->m, foreign)); }
static tn_status call_stable(Case *c, Pair **foreign) { return failed(c, TN_STABLE_ADDRESS(c->m, foreign)); }
static tn_status call_global(Case *c, Pair **foreign) { return failed(c, tn_global_create(c->m, *foreign)); }
static tn_status weak_of_foreign(Case *c) { return with_foreign(c, call_weak); }
static tn_status stable_of_foreign(Case *c) { return with_foreign(c, call_stable); }
static tn_status global_of_foreign(Case *c) { return with_foreign(c, call_global); }
static tn_status stable_of_no_object(Case *c) {
    static _Alignas(8) char plain[64];
    void *pointer = plain + 8;
    return failed(c, TN_STABLE_ADDRESS(c->m, &pointer));
}

/* ---- mutators and heaps ---- */

static tn_status attach_twice(Case *c) {
    CHECK(tn_mutator_create(c->heap, &c->error) == NULL);
    return c->error.status;
}
static tn_status attach_null(Case *c) {
    CHECK(tn_mutator_create(NULL, &c->error) == NULL);
    return c->error.status;
}
static tn_status detach_null(Case *c) { return (void)c, tn_mutator_destroy(NULL); }
static tn_status detach_twice(Case *c) {
    CHECK_EQ(tn_mutator_destroy(c->m), TN_OK);
    tn_status status = tn_mutator_destroy(c->m);
    c->m = c->host.m = tn_mutator_create(c->heap, NULL);
    CHECK(c->m != NULL);
    return status;
}
static tn_status detach_in_window(Case *c) {
    TN_NO_GC(c->m);
    return tn_mutator_destroy(c->m);
}
static tn_status destroy_attached(Case *c) { return tn_heap_destroy(c->heap); }

static tn_status create(Case *c, tn_config config) {
    tn_heap *heap = tn_heap_create(&config, &c->error);
    if (heap) FAIL("tn_heap_create took it");
    return c->error.status;
}
static tn_status create_bad_config_size(Case *c) {
    tn_config config = TN_CONFIG_INIT;
    config.config_size = 3;
    return create(c, config);
}
static tn_status create_unknown_option(Case *c) {
    tn_config config = TN_CONFIG_INIT;
    config.options = "nursary=8M";
    return create(c, config);
}
static tn_status create_bad_option(Case *c) {
    tn_config config = TN_CONFIG_INIT;
    config.options = "heap_max=8Q";
    return create(c, config);
}
static tn_status create_format_tag(Case *c) {
    tn_config config = TN_CONFIG_INIT;
    config.format = (tn_format){.mask = 3, .tag = 4, .payload = ~UINT64_C(7)};
    return create(c, config);
}
static tn_status create_format_payload(Case *c) {
    tn_config config = TN_CONFIG_INIT;
    config.format = (tn_format){.mask = 3, .tag = 1, .payload = 0xFFFFFF};
    return create(c, config);
}

/* ---- options ---- */

static tn_status option_unknown(Case *c) { return tn_option_set(c->m->heap, "heapmax", "8M"); }
static tn_status option_unit(Case *c) { return tn_option_set(c->m->heap, "nursery", "8Q"); }
static tn_status option_too_small(Case *c) { return tn_option_set(c->m->heap, "nursery", "1K"); }
static tn_status option_negative(Case *c) { return tn_option_set(c->m->heap, "growth_min", "-4M"); }
static tn_status option_time(Case *c) { return tn_option_set(c->m->heap, "pause_target", "5"); }
static tn_status option_fixed(Case *c) { return tn_option_set(c->m->heap, "nursery_max", "128M"); }
static tn_status option_word(Case *c) { return tn_option_set(c->m->heap, "debug", "verfy"); }
static tn_status option_null_key(Case *c) { return tn_option_set(c->m->heap, NULL, "1"); }
static tn_status option_null_value(Case *c) { return tn_option_set(c->m->heap, "nursery", NULL); }
static tn_status option_get_unknown(Case *c) {
    char text[32];
    return tn_option_get(c->m->heap, "nursary", text, sizeof text);
}

/* ---- the right call at the wrong time ---- */

static tn_status collect_in_window(Case *c) {
    TN_NO_GC(c->m);
    return tn_collect(c->m, TN_MINOR);
}
static tn_status collect_unknown_kind(Case *c) { return tn_collect(c->m, (tn_collection_kind)17); }
static tn_status collect_null(Case *c) { return (void)c, tn_collect(NULL, TN_MINOR); }

/* What the callbacks of one collection do wrong. */
static struct {
    Case *c;
    tn_status (*act)(Case *c);
    tn_status status;
    int calls;
} wrong;

static void act(void) {
    if (!wrong.act || wrong.calls++) return;
    tn_clear_error(wrong.c->m);
    wrong.status = wrong.act(wrong.c);
}
static void act_dispose(tn_heap *heap, void *object) { (void)heap, (void)object, act(); }
static void act_trace(tn_tracer *tracer, void *object) { (void)tracer, (void)object, act(); }
static void act_scan(tn_tracer *tracer, void *user) { (void)tracer, (void)user, act(); }

static tn_status collect_now(Case *c) { return tn_collect(c->m, TN_MINOR); }
static tn_status allocate_now(Case *c) { return failed(c, tn_alloc(c->m, Pair)); }
static tn_status reserve_now(Case *c) { return tn_reserve(c->m, 64); }

enum { Acting_type = TN_FIRST_SPECIAL + 50 };
typedef struct Acting {
    long number;
} Acting;

static tn_status inside(Case *c, bool dispose, tn_status (*what)(Case *c)) {
    static const tn_type_desc disposing = {
        .number = Acting_type, .name = "Acting", .size = sizeof(Acting), .trace = act_trace, .dispose = act_dispose};
    if (tn_type_create(c->heap, &disposing) == 0) FAIL("tn_type_create: %s", tn_last_error(c->m));
    wrong.c = c;
    wrong.calls = 0;
    wrong.act = dispose ? NULL : what;
    {
        TN_SCOPE(c->m);
        CHECK(TN_NEW(c->m, Acting) != NULL);
        support_collect(c->m, TN_FULL);
    }
    wrong.act = what;
    if (dispose) support_collect(c->m, TN_FULL);
    wrong.act = NULL;
    CHECK_EQ(wrong.calls > 0, 1);
    return wrong.status;
}
static tn_status collect_in_trace(Case *c) { return inside(c, false, collect_now); }
static tn_status allocate_in_trace(Case *c) { return inside(c, false, allocate_now); }
static tn_status collect_in_dispose(Case *c) { return inside(c, true, collect_now); }
static tn_status allocate_in_dispose(Case *c) { return inside(c, true, allocate_now); }
static tn_status reserve_in_dispose(Case *c) { return inside(c, true, reserve_now); }
static tn_status weak_now(Case *c) {
    TN_SCOPE(c->m);
    return failed(c, TN_WEAK_ARRAY_NEW(c->m, 3));
}
static tn_status detach_now(Case *c) { return tn_mutator_destroy(c->m); }
static tn_status stable_now(Case *c) { return failed(c, tn_alloc_stable(c->m, Pair)); }
static tn_status stable_in_trace(Case *c) { return inside(c, false, stable_now); }
static tn_status weak_array_in_trace(Case *c) { return inside(c, false, weak_now); }
static tn_status detach_in_dispose(Case *c) { return inside(c, true, detach_now); }
static tn_status detach_in_trace(Case *c) { return inside(c, false, detach_now); }
static tn_range *wrong_range;
static void *const *wrong_global;
static tn_status range_add_now(Case *c) {
    return failed(c, tn_range_create(c->m, &(tn_range_desc){&base, &top, &low, 0}));
}
static tn_status range_remove_now(Case *c) { return tn_range_destroy(c->m, wrong_range); }
static tn_status range_suspend_now(Case *c) { return tn_range_suspend(c->m, wrong_range); }
static tn_status range_resume_now(Case *c) { return tn_range_resume(c->m, wrong_range); }
static tn_status scanner_add_now(Case *c) { return tn_scanner_create(c->m, scan_nothing, c); }
static tn_status scanner_remove_now(Case *c) { return tn_scanner_destroy(c->m, act_scan, NULL); }
static tn_status root_remove_now(Case *c) { return tn_root_destroy(c->m, &stranger); }
static tn_status global_free_now(Case *c) { return tn_global_destroy(c->m, wrong_global); }
static tn_status in_scanner(Case *c, tn_status (*what)(Case *c)) {
    wrong.c = c;
    wrong.calls = 0;
    wrong.act = what;
    CHECK_EQ(tn_scanner_create(c->m, act_scan, NULL), TN_OK);
    support_collect(c->m, TN_MINOR);
    CHECK_EQ(tn_scanner_destroy(c->m, act_scan, NULL), TN_OK);
    wrong.act = NULL;
    CHECK_EQ(wrong.calls, 1);
    return wrong.status;
}
static tn_status collect_in_scanner(Case *c) { return in_scanner(c, collect_now); }
static tn_status range_add_in_scanner(Case *c) { return in_scanner(c, range_add_now); }
static tn_status scanner_add_in_scanner(Case *c) { return in_scanner(c, scanner_add_now); }
static tn_status scanner_remove_in_scanner(Case *c) { return in_scanner(c, scanner_remove_now); }
static tn_status with_range(Case *c, tn_status (*what)(Case *c)) {
    wrong_range = tn_range_create(c->m, &(tn_range_desc){&base, &top, &low, 0});
    tn_status status = in_scanner(c, what);
    CHECK_EQ(tn_range_destroy(c->m, wrong_range), TN_OK);
    return status;
}
static tn_status range_remove_in_scanner(Case *c) { return with_range(c, range_remove_now); }
static tn_status range_suspend_in_scanner(Case *c) { return with_range(c, range_suspend_now); }
static tn_status range_resume_in_scanner(Case *c) { return with_range(c, range_resume_now); }
static tn_status root_remove_in_scanner(Case *c) {
    CHECK_EQ(tn_root_create(c->m, &stranger), TN_OK);
    tn_status status = in_scanner(c, root_remove_now);
    CHECK_EQ(tn_root_destroy(c->m, &stranger), TN_OK);
    return status;
}
static tn_status global_free_in_scanner(Case *c) {
    wrong_global = tn_global_create(c->m, NULL);
    tn_status status = in_scanner(c, global_free_now);
    CHECK_EQ(tn_global_destroy(c->m, wrong_global), TN_OK);
    return status;
}

/* ---- handles and the inside of objects for objects: what a binding may pass, for no compiler checks it ---- */

static tn_status hash_of_handle(Case *c) {
    TN_SCOPE(c->m);
    CHECK_EQ((tn_hash_of)(c->m, support_list(c->m, 3)), 0);
    return tn_last_status(c->m);
}
static tn_status global_of_handle(Case *c) {
    TN_SCOPE(c->m);
    return failed(c, (tn_global_create)(c->m, support_list(c->m, 3)));
}
static tn_status weak_of_inside(Case *c) {
    TN_SCOPE(c->m);
    void *inside = (char *)*support_list(c->m, 3) + 8;
    return failed(c, tn_weak_new_(c->m, &inside));
}
static tn_status weak_write_inside(Case *c) {
    TN_SCOPE(c->m);
    tn_weak_array **array = TN_WEAK_ARRAY_NEW(c->m, 5);
    return tn_weak_array_write(c->m, *array, 0, (tn_value)(uintptr_t)((char *)*support_list(c->m, 3) + 8));
}
static tn_status walk_without_function(Case *c) { return tn_heap_walk(c->m, NULL, NULL); }
static tn_status path_of_null(Case *c) { return tn_retaining_path(c->m, NULL, NULL, NULL); }
static tn_status path_of_null_handle(Case *c) { return tn_retaining_path_(c->m, NULL, NULL, NULL); }
static tn_status path_of_inside(Case *c) {
    TN_SCOPE(c->m);
    return tn_retaining_path(c->m, (void *)((char *)*support_list(c->m, 3) + 8), NULL, NULL);
}
static tn_status global_value_as_reference(Case *c) {
    const tn_value *global = tn_global_create_value(c->m, 0);
    tn_status status = tn_global_store(c->m, global, NULL);
    CHECK_EQ(tn_global_destroy(c->m, global), TN_OK);
    return status;
}
static tn_status range_desc_too_small(Case *c) {
    return failed(c, tn_range_create_(c->m, &(tn_range_desc){&base, &top, NULL, false}, 8));
}

/* ---- the table ---- */

static const Row rows[] = {
    {"type: no description", type_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_type_create:", "NULL"}},
    {"type: no name", type_without_name, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "name"}},
    {"type: size 0", type_of_size_0, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "size"}},
    {"type: size 8185", type_of_size_8185, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "8184"}},
    {"type: alignment of 24 bytes", type_aligned_to_24, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "align"}},
    {"type: alignment of 128 bytes", type_aligned_to_128, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "64", "align"}},
    {"type: size no multiple of its alignment", type_size_not_aligned, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "multiple of align"}},
    {"type: reference beyond the size", type_refs_beyond, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong",
     "refs"}},
    {"type: value beyond the size", type_values_beyond, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong",
     "values"}},
    {"type: reference in half a word", type_partial_word, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong",
     "refs"}},
    {"type: a word is reference and value", type_overlap, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "values"}},
    {"type: no slot, not TN_LEAF", type_without_slots, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong",
     "TN_LEAF"}},
    {"type: TN_LEAF with references", type_leaf_with_refs, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "TN_LEAF"}},
    {"type: TN_UNZEROED with references", type_unzeroed_with_refs, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "TN_UNZEROED"}},
    {"type: TN_LEAF with trace", type_leaf_with_trace, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong",
     "TN_LEAF"}},
    {"type: dispose, ordinary number", type_ordinary_dispose, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "TN_FIRST_SPECIAL"}},
    {"type: born old, ordinary number", type_ordinary_born_old, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "TN_FIRST_SPECIAL"}},
    {"type: nothing special, special number", type_special_plain, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "dispose"}},
    {"type: number taken", type_taken, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "taken"}},
    {"type: reserved number", type_reserved, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "3"}},
    {"type: number too large", type_number_huge, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "65536"}},
    {"type: tail bitmap, no tail", type_tail_bits_without_tail, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "tail"}},
    {"type: tail references beyond", type_tail_refs_beyond, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "tail_refs"}},
    {"type: tail values beyond", type_tail_values_beyond, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "tail_values"}},
    {"type: tail word is both", type_tail_overlap, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong",
     "tail_values"}},
    {"type: absurd tail element", type_tail_absurd, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "tail_size"}},
    {"type: tail element of 12 bytes with a reference", type_tail_crooked, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "tail"}},
    {"type: tail of references behind 12 bytes", type_tail_misaligned, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_type_create:", "Wrong", "size"}},
    {"type: unknown flag", type_unknown_flag, TN_BAD_TYPE, IN_MUTATOR, {"tn_type_create:", "Wrong", "flags"}},

    {"alloc: unregistered type", alloc_unregistered, TN_BAD_TYPE, IN_MUTATOR, {"tn_alloc:", "500"}},
    {"alloc: type 0", alloc_type_0, TN_BAD_TYPE, IN_MUTATOR, {"tn_alloc:", "type 0"}},
    {"alloc: type number too large", alloc_type_huge, TN_BAD_TYPE, IN_MUTATOR, {"tn_alloc:", "1073741824"}},
    {"alloc: unregistered special type", alloc_special_unregistered, TN_BAD_TYPE, IN_MUTATOR, {"tn_alloc:", "32845"}},
    {"alloc: size 0", alloc_size_0, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc:", "Pair"}},
    {"alloc: not the type's size", alloc_wrong_size, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc:", "Pair", "32"}},
    {"alloc: not the special type's size", alloc_wrong_special, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc:", "File", "32"}},
    {"alloc: absurd size", alloc_absurd, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc:", "Pair"}},
    {"alloc: tail for a type without", tail_where_none_is, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc", "Pair"}},
    {"alloc: a tail of elements of 0 bytes", tail_element_0, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc_tail:", "Vector",
     "0 bytes"}},
    {"alloc: a tail behind 9000 bytes", tail_fixed_too_large, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc_tail:", "Vector",
     "9000"}},
    {"alloc: not the tail's element", tail_wrong_element, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc", "Vector", "16"}},
    {"alloc: 2^32 elements", tail_of_2_32, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc", "Bytes", "4294967296"}},
    {"alloc: a size that overflows", tail_overflowing, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc", "Vector"}},
    {"alloc_stable: an unregistered type", stable_unregistered, TN_BAD_TYPE, IN_MUTATOR,
     {"tn_alloc_stable:", "not registered"}},
    {"alloc_stable: wrong size", stable_wrong_size, TN_BAD_SIZE, IN_MUTATOR, {"tn_alloc_stable:", "'Pair'"}},
    {"alloc_stable: a tail that overflows", stable_tail_overflowing, TN_BAD_SIZE, IN_MUTATOR,
     {"tn_alloc_stable:", "2^32"}},
    {"alloc_stable: in a trace callback", stable_in_trace, TN_BAD_STATE, IN_MUTATOR, {"tn_alloc_stable:", "trace"}},
    {"reserve: beyond TN_RESERVE_MAX", reserve_too_much, TN_BAD_SIZE, IN_MUTATOR, {"tn_reserve:", "131073"}},
    {"reserve: NULL mutator", reserve_null, TN_BAD_ARGUMENT, NOWHERE, {NULL}},

    {"weak: NULL handle", weak_null_handle, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_WEAK_NEW:", "NULL"}},
    {"weak: of NULL", weak_of_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_WEAK_NEW:", "NULL"}},
    {"weak: of another heap's object", weak_of_foreign, TN_WRONG_HEAP, IN_MUTATOR, {"TN_WEAK_NEW:", "heap"}},
    {"weak: read NULL", weak_read_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_weak_read:", "NULL"}},
    {"weak array: 2^32 slots", weak_array_too_long, TN_BAD_SIZE, IN_MUTATOR, {"TN_WEAK_ARRAY_NEW:", "4294967296"}},
    {"weak array: read beyond", weak_array_read_beyond, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"tn_weak_array_read:", "index", "5"}},
    {"weak array: read NULL", weak_array_read_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_weak_array_read:", "NULL"}},
    {"weak array: write beyond", weak_array_write_beyond, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"tn_weak_array_write:", "index", "5"}},
    {"weak array: write NULL", weak_array_write_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_weak_array_write:", "NULL"}},
    {"hash: of NULL", hash_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_hash_of:", "NULL"}},
    {"resize: NULL handle", resize_null_handle, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_RESIZE:", "NULL"}},
    {"resize: of NULL", resize_of_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_RESIZE:", "NULL"}},
    {"resize: no tail", resize_without_tail, TN_BAD_TYPE, IN_MUTATOR, {"TN_RESIZE:", "Pair", "tail"}},
    {"resize: a weak array", resize_weak_array, TN_BAD_TYPE, IN_MUTATOR, {"TN_RESIZE:", "tn_weak_array"}},
    {"resize: 2^32 elements", resize_beyond, TN_BAD_SIZE, IN_MUTATOR, {"TN_RESIZE:", "Bytes"}},
    {"resize: in a raw window", resize_in_window, TN_BAD_STATE, IN_MUTATOR, {"TN_RESIZE:", "window"}},
    {"stable: NULL handle", stable_null_handle, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_STABLE_ADDRESS:", "NULL"}},
    {"stable: of NULL", stable_of_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_STABLE_ADDRESS:", "NULL"}},
    {"stable: of another heap's object", stable_of_foreign, TN_WRONG_HEAP, IN_MUTATOR, {"TN_STABLE_ADDRESS:", "heap"}},
    {"stable: of what is no object", stable_of_no_object, TN_WRONG_HEAP, IN_MUTATOR, {"TN_STABLE_ADDRESS:", "heap"}},
    {"remember: NULL", remember_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_revisit_object:", "NULL"}},

    {"move: beyond the end", move_beyond, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_MOVE:", "6 slots `to`", "length 10"}},
    {"move: from beyond the end", move_from_beyond, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"tn_move_refs:", "`from`", "not in the object"}},
    {"move: to a negative index", move_negative, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_MOVE:", "`to`", "no address"}},
    {"move: in NULL", move_of_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_move_refs:", "NULL"}},
    {"move: in a leaf", move_of_leaf, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_move_values:", "holds no references"}},
    {"move: no mutator", move_null, TN_BAD_ARGUMENT, NOWHERE, {NULL}},
    {"copy: to half a slot", copy_unaligned, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_copy_refs:", "no address of a slot"}},
    {"copy: to plain memory", copy_outside, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_copy_refs:", "`to`",
     "not in the object"}},
    {"copy: from beyond the end", copy_from_beyond, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_COPY:", "2 slots `from`"}},
    {"copy: from NULL", copy_from_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_COPY:", "source is NULL"}},
    {"copy: from no address", copy_values_from_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_copy_values:", "`from`"}},
    {"remember slot: NULL", remember_slot_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_revisit_slot:", "NULL"}},
    {"remember slot: at NULL", remember_slot_of_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_revisit_value_slot:", "NULL"}},
    {"remember slot: nobody traces it", remember_slot_untraced, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"tn_revisit_slot:", "'Vector'", "trace callback"}},
    {"unprotect: NULL handle", unprotect_null_handle, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_UNPROTECT:", "NULL"}},
    {"unprotect: of NULL", unprotect_of_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"TN_UNPROTECT:", "NULL"}},
    {"unprotect: of what is no object", unprotect_no_object, TN_WRONG_HEAP, IN_MUTATOR, {"TN_UNPROTECT:", "heap"}},
    {"unprotect: no mutator", unprotect_null, TN_BAD_ARGUMENT, NOWHERE, {NULL}},
    {"protect: no mutator", protect_null, TN_BAD_ARGUMENT, NOWHERE, {NULL}},
    {"protect: twice", protect_protected, TN_NOT_FOUND, IN_MUTATOR, {"TN_PROTECT:", "not unprotected"}},

    {"global: set a freed one", global_set_freed, TN_NOT_FOUND, IN_MUTATOR, {"tn_global_store:", "global"}},
    {"global: free twice", global_free_twice, TN_NOT_FOUND, IN_MUTATOR, {"tn_global_destroy:", "global"}},
    {"global: free NULL", global_free_null, TN_NOT_FOUND, IN_MUTATOR, {"tn_global_destroy:", "global"}},
    {"global: set a handle", global_set_a_handle, TN_NOT_FOUND, IN_MUTATOR, {"tn_global_store:", "global"}},
    {"global: free another heap's", global_of_another_heap, TN_NOT_FOUND, IN_MUTATOR, {"tn_global_destroy:", "global"}},
    {"global: of another heap's object", global_of_foreign, TN_WRONG_HEAP, IN_MUTATOR, {"tn_global_create:", "heap"}},
    {"root: NULL cell", root_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_root_create:", "NULL"}},
    {"root: misaligned cell", root_crooked, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_root_create:", "align"}},
    {"root: added twice", root_twice, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_root_create:", "already"}},
    {"root: removed twice", root_removed_twice, TN_NOT_FOUND, IN_MUTATOR, {"tn_root_destroy:", "not registered"}},
    {"root: write one that is not registered", root_write_stranger, TN_NOT_FOUND, IN_MUTATOR,
     {"tn_root_store:", "not registered"}},
    {"root: remove one that is not registered", root_remove_stranger, TN_NOT_FOUND, IN_MUTATOR,
     {"tn_root_destroy:", "not registered"}},
    {"root: remove a global", root_remove_a_global, TN_NOT_FOUND, IN_MUTATOR, {"tn_root_destroy:"}},
    {"root: write another heap's", root_of_another_heap, TN_NOT_FOUND, IN_MUTATOR,
     {"tn_root_store:", "not registered"}},
    {"range: no description", range_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_range_create:", "base and top"}},
    {"range: no base", range_without_base, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_range_create:", "base"}},
    {"range: no top", range_without_top, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_range_create:", "top"}},
    {"range: removed twice", range_removed_twice, TN_NOT_FOUND, IN_MUTATOR, {"tn_range_destroy:", "range"}},
    {"range: remove NULL", range_remove_null, TN_NOT_FOUND, IN_MUTATOR, {"tn_range_destroy:", "range"}},
    {"range: removed from another heap", range_of_another_heap, TN_NOT_FOUND, IN_MUTATOR,
     {"tn_range_destroy:", "range"}},
    {"range: suspend one that is gone", range_suspend_gone, TN_NOT_FOUND, IN_MUTATOR, {"tn_range_suspend:", "range"}},
    {"range: resume one that is gone", range_resume_gone, TN_NOT_FOUND, IN_MUTATOR, {"tn_range_resume:", "range"}},
    {"range: suspend NULL", range_suspend_null, TN_NOT_FOUND, IN_MUTATOR, {"tn_range_suspend:", "range"}},
    {"scanner: NULL", scanner_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_scanner_create:", "NULL"}},
    {"scanner: removed twice", scanner_removed_twice, TN_NOT_FOUND, IN_MUTATOR,
     {"tn_scanner_destroy:", "not registered"}},
    {"scanner: another user pointer", scanner_of_another_user, TN_NOT_FOUND, IN_MUTATOR,
     {"tn_scanner_destroy:", "not registered"}},

    {"attach: twice", attach_twice, TN_BAD_STATE, IN_ERROR, {"tn_mutator_create:", "mutator"}},
    {"attach: NULL heap", attach_null, TN_BAD_ARGUMENT, IN_ERROR, {"tn_mutator_create:", "NULL"}},
    {"detach: NULL", detach_null, TN_BAD_ARGUMENT, NOWHERE, {NULL}},
    {"detach: twice", detach_twice, TN_BAD_STATE, IN_HOOK, {"tn_mutator_destroy:", "detached"}},
    {"detach: in a window", detach_in_window, TN_BAD_STATE, IN_MUTATOR, {"tn_mutator_destroy:", "test_misuse.c"}},
    {"destroy: while attached", destroy_attached, TN_BAD_STATE, IN_MUTATOR, {"tn_heap_destroy:", "attached"}},
    {"create: config_size", create_bad_config_size, TN_BAD_ARGUMENT, IN_ERROR, {"tn_heap_create:", "config_size"}},
    {"create: unknown option", create_unknown_option, TN_BAD_OPTION, IN_ERROR,
     {"tn_heap_create:", "nursary", "nursery"}},
    {"create: bad unit", create_bad_option, TN_BAD_OPTION, IN_ERROR, {"tn_heap_create:", "heap_max", "8Q"}},
    {"create: tag outside the mask", create_format_tag, TN_BAD_ARGUMENT, IN_ERROR,
     {"tn_heap_create:", "format", "tag"}},
    {"create: payload without addresses", create_format_payload, TN_BAD_ARGUMENT, IN_ERROR,
     {"tn_heap_create:", "format", "payload"}},

    {"option: unknown", option_unknown, TN_BAD_OPTION, IN_MUTATOR, {"tn_option_set:", "heapmax", "heap_max"}},
    {"option: bad unit", option_unit, TN_BAD_OPTION, IN_MUTATOR, {"tn_option_set:", "nursery", "8Q"}},
    {"option: too small", option_too_small, TN_BAD_OPTION, IN_MUTATOR, {"tn_option_set:", "nursery", "64K"}},
    {"option: negative", option_negative, TN_BAD_OPTION, IN_MUTATOR, {"tn_option_set:", "growth_min", "-4M"}},
    {"option: a time without unit", option_time, TN_BAD_OPTION, IN_MUTATOR,
     {"tn_option_set:", "pause_target", "unit"}},
    {"option: fixed at creation", option_fixed, TN_BAD_OPTION, IN_MUTATOR,
     {"tn_option_set:", "nursery_max", "created"}},
    {"option: misspelt word", option_word, TN_BAD_OPTION, IN_MUTATOR, {"tn_option_set:", "verfy", "verify"}},
    {"option: NULL key", option_null_key, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_option_set:", "key", "NULL"}},
    {"option: NULL value", option_null_value, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_option_set:", "value", "NULL"}},
    {"option: get an unknown one", option_get_unknown, TN_BAD_OPTION, IN_MUTATOR,
     {"tn_option_get:", "nursary", "nursery"}},

    {"collect: in a window", collect_in_window, TN_BAD_STATE, IN_MUTATOR, {"tn_collect:", "test_misuse.c"}},
    {"collect: unknown kind", collect_unknown_kind, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_collect:", "17"}},
    {"collect: NULL mutator", collect_null, TN_BAD_ARGUMENT, NOWHERE, {NULL}},
    {"collect: in a trace callback", collect_in_trace, TN_BAD_STATE, IN_MUTATOR, {"tn_collect:", "callback"}},
    {"collect: in a dispose callback", collect_in_dispose, TN_BAD_STATE, IN_MUTATOR, {"tn_collect:", "callback"}},
    {"collect: in a scanner", collect_in_scanner, TN_BAD_STATE, IN_MUTATOR, {"tn_collect:", "callback"}},
    {"range: add in a scanner", range_add_in_scanner, TN_BAD_STATE, IN_MUTATOR, {"tn_range_create:", "callback"}},
    {"range: remove in a scanner", range_remove_in_scanner, TN_BAD_STATE, IN_MUTATOR, {"tn_range_destroy:",
     "callback"}},
    {"range: suspend in a scanner", range_suspend_in_scanner, TN_BAD_STATE, IN_MUTATOR,
     {"tn_range_suspend:", "callback"}},
    {"range: resume in a scanner", range_resume_in_scanner, TN_BAD_STATE, IN_MUTATOR, {"tn_range_resume:", "callback"}},
    {"scanner: add in a scanner", scanner_add_in_scanner, TN_BAD_STATE, IN_MUTATOR, {"tn_scanner_create:", "callback"}},
    {"scanner: remove in a scanner", scanner_remove_in_scanner, TN_BAD_STATE, IN_MUTATOR,
     {"tn_scanner_destroy:", "callback"}},
    {"root: remove in a scanner", root_remove_in_scanner, TN_BAD_STATE, IN_MUTATOR, {"tn_root_destroy:", "callback"}},
    {"global: free in a scanner", global_free_in_scanner, TN_BAD_STATE, IN_MUTATOR, {"tn_global_destroy:", "callback"}},
    {"alloc: in a trace callback", allocate_in_trace, TN_BAD_STATE, IN_MUTATOR, {"tn_alloc:", "callback"}},
    {"alloc: in a dispose callback", allocate_in_dispose, TN_BAD_STATE, IN_MUTATOR, {"tn_alloc:", "callback"}},
    {"weak array: in a trace callback", weak_array_in_trace, TN_BAD_STATE, IN_MUTATOR,
     {"TN_WEAK_ARRAY_NEW:", "callback"}},
    {"detach: in a trace callback", detach_in_trace, TN_BAD_STATE, IN_MUTATOR, {"tn_mutator_destroy:", "callback"}},
    {"detach: in a dispose callback", detach_in_dispose, TN_BAD_STATE, IN_MUTATOR, {"tn_mutator_destroy:", "callback"}},
    {"reserve: in a dispose callback", reserve_in_dispose, TN_BAD_STATE, IN_MUTATOR, {"tn_reserve:", "callback"}},
    {"hash: of a handle", hash_of_handle, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_hash_of:", "is a handle"}},
    {"global: of a handle", global_of_handle, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_global_create:", "is a handle"}},
    {"weak: of a pointer into an object", weak_of_inside, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"TN_WEAK_NEW:", "no object begins there"}},
    {"weak array: write of a pointer into an object", weak_write_inside, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"tn_weak_array_write:", "no object begins there"}},
    {"walk: no function", walk_without_function, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_heap_walk:", "NULL"}},
    {"path: of NULL", path_of_null, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_retaining_path:", "NULL"}},
    {"path: of a NULL handle", path_of_null_handle, TN_BAD_ARGUMENT, IN_MUTATOR, {"tn_retaining_path:", "NULL"}},
    {"path: of a pointer into an object", path_of_inside, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"tn_retaining_path:", "no object begins there"}},
    {"global: a reference into one of a value", global_value_as_reference, TN_NOT_FOUND, IN_MUTATOR,
     {"tn_global_store:", "holds a value"}},
    {"range: a description of 8 bytes", range_desc_too_small, TN_BAD_ARGUMENT, IN_MUTATOR,
     {"tn_range_create:", "other headers"}},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* What anybody would do next. */
static void check_still_works(Case *c) {
    TN_SCOPE(c->m);
    Pair **list = support_list(c->m, 300);
    tn_weak **weak = TN_WEAK_NEW(c->m, list);
    CHECK(weak != NULL);
    support_collect(c->m, TN_MINOR);
    support_garbage(c->m, 100000);
    support_collect(c->m, TN_FULL);
    support_check_list(*list, 300);
    CHECK(tn_weak_read(c->m, *weak) == *list);
}

static const char *report_of(Case *c, const Row *row) {
    if (row->where == IN_ERROR) return c->error.text;
    CHECK_EQ(c->host.errors, 1);
    CHECK_EQ(c->host.status, row->status);
    if (row->where == IN_MUTATOR) {
        CHECK_EQ(tn_last_status(c->m), row->status);
        if (strcmp(tn_last_error(c->m), c->host.error))
            FAIL("tn_last_error is \"%s\", on_error got \"%s\"", tn_last_error(c->m), c->host.error);
    }
    return c->host.error;
}

static void test_row(void **state) {
    const Row *row = *state;
    Case c = {.error = {TN_OK, ""}};
    host_exact(&c.host, "debug=verify");
    c.heap = c.host.heap;
    c.m = c.host.m;
    support_garbage(c.m, 100); /* not the first allocation */
    size_t handles = tn_handle_count(c.m);
    tn_status status = row->call(&c);
    if (status != row->status)
        FAIL("%s: \"%s\" (%s) instead of \"%s\"", row->name, tn_status_text(status), tn_last_error(c.m),
             tn_status_text(row->status));
    if (row->where == NOWHERE) {
        CHECK_EQ(c.host.errors, 0);
    } else {
        const char *text = report_of(&c, row);
        if (strncmp(text, row->says[0], strlen(row->says[0])))
            FAIL("%s: \"%s\" does not begin with \"%s\"", row->name, text, row->says[0]);
        if (strchr(text, '\n')) FAIL("%s: \"%s\" is more than a line", row->name, text);
        for (int i = 1; i < 3 && row->says[i]; i++) CHECK_HAS(text + strlen(row->says[0]), row->says[i]);
    }
    CHECK_EQ(tn_handle_count(c.m), handles);
    check_still_works(&c);
    host_close(&c.host);
}

/* With no mutator to ask, tn_last_error says that. */
static void test_last_error_of_null(void **state) {
    (void)state;
    CHECK_EQ(tn_last_status(NULL), TN_BAD_ARGUMENT);
    CHECK(tn_last_error(NULL)[0] != 0);
    CHECK_HAS(tn_last_error(NULL), "NULL");
}

static void test_status_texts(void **state) {
    (void)state;
    for (int i = TN_OK; i <= TN_NOT_FOUND; i++) {
        CHECK(tn_status_text((tn_status)i)[0] != 0);
        for (int k = TN_OK; k < i; k++)
            CHECK(strcmp(tn_status_text((tn_status)i), tn_status_text((tn_status)k)) != 0);
    }
    CHECK(tn_status_text((tn_status)1000) != NULL);
}

static void test_error_stays_until_cleared(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    CHECK_EQ(tn_last_status(host.m), TN_OK);
    CHECK_EQ(strcmp(tn_last_error(host.m), ""), 0);
    CHECK(tn_hash_of(host.m, NULL) == 0);
    support_garbage(host.m, 1000);
    CHECK_EQ(tn_last_status(host.m), TN_BAD_ARGUMENT);
    tn_clear_error(host.m);
    CHECK_EQ(tn_last_status(host.m), TN_OK);
    CHECK_EQ(strcmp(tn_last_error(host.m), ""), 0);
    host_close(&host);
}

int main(void) {
    struct CMUnitTest tests[ROWS + 3] = {
        cmocka_unit_test(test_last_error_of_null),
        cmocka_unit_test(test_status_texts),
        cmocka_unit_test(test_error_stays_until_cleared),
    };
    for (size_t i = 0; i < ROWS; i++)
        tests[3 + i] = (struct CMUnitTest){rows[i].name, test_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
