/* mutator/resize.c: changing the length of an object's tail (TN_RESIZE).
 *
 * An object that shrinks stays where it is and gives the end of its cell back. One that grows stays where it is if what
 * lies after its cell is free: the last object of the nursery, and large objects (space/large.h). Any other hands its
 * contents over to a new object, and loses its own tail. So the memory of a huge tail can be moved without a copy, and
 * who reads the wrong object finds an empty tail, whatever its size. */
#include <string.h>

#include "base/memcheck.h"
#include "collect/barrier.h"
#include "collect/collect.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"
#include "mutator/alloc.h"

/* What is to be done: the object, its layout and header, and its cell now and then. */
typedef struct change {
    tn_mutator *m;
    void **handle;
    char *object;
    const tni_layout *layout;
    tn_header header;
    size_t count;
    bool young, large;   /* in the nursery, or a large one; else it is old and small */
    size_t cell, wanted; /* bytes of the cell */
} change;

static tn_header resized(const change *c) {
    return (c->header & UINT32_MAX) | (tn_header)c->count << 32;
}

static const char *name_of(const change *c) { return c->layout->desc->name; }

/* A large object has no hash in its cell, and one in the nursery takes a word for it when it moves. */
static size_t cell_of(const change *c, tn_header header) {
    return c->large ? tn_cell_bytes(tni_object_bytes(c->layout, header)) : tni_young_cell(c->layout, header);
}

/* Fills in what depends on where the handle's object lies, and on how long its tail is to be. */
static void measure(change *c) {
    c->object = *c->handle;
    c->header = tni_header(c->object);
    c->layout = tni_layout_of(c->m->heap, c->header);
    c->young = tni_in_nursery(c->m->heap, c->object);
    c->large = !c->young && tni_region_of(c->object)->kind != TNI_BLOCKS_REGION;
    c->cell = cell_of(c, c->header);
    c->wanted = cell_of(c, resized(c));
}

/* False when the call makes no sense, which is reported. */
static bool check(change *c) {
    tn_mutator *m = c->m;
    if (!c->handle || !*c->handle)
        return tni_fail(m, TN_BAD_ARGUMENT, "TN_RESIZE: %s is NULL", c->handle ? "the handle's object" : "the handle"),
               false;
    if (!tni_check_caller(m, "TN_RESIZE") || !tni_check_owner(m, *c->handle, "TN_RESIZE")) return false;
    measure(c);
    if (tni_header_type(c->header) < TN_FIRST_TYPE || !c->layout->tail_size)
        return tni_fail(m, TN_BAD_TYPE, "TN_RESIZE: type '%.40s' has no tail that can be resized", name_of(c)), false;
    if (c->layout->disposed)
        return tni_fail(m, TN_BAD_TYPE,
                        "TN_RESIZE: type '%.40s' has a dispose callback, which a copy would call twice: let it own an "
                        "object that is resized",
                        name_of(c)),
               false;
    if (c->count > UINT32_MAX)
        return tni_fail(m, TN_BAD_SIZE, "TN_RESIZE: a '%.40s' with %zu elements: the most is 2^32 - 1", name_of(c),
                        c->count),
               false;
    return true;
}

/* Whether it is the last object of the nursery's cycle. */
static bool is_last(const change *c) { return c->object + c->cell == c->m->alloc; }

/* ---- shorter ---- */

/* The nursery's memory after the mutator's `alloc` is zero (N2); elsewhere it can be walked. */
static void shrink_young(const change *c) {
    char *next = c->object + c->wanted;
    if (is_last(c)) {
        memset(next - 8, 0, c->cell - c->wanted);
        c->m->alloc = next;
    } else {
        tni_set_header(next, tni_padding_header(c->cell - c->wanted));
    }
}

static void shrink_old(const change *c) {
    tn_heap *heap = c->m->heap;
    char *from = c->object - 8 + c->wanted, *to = c->object - 8 + c->cell;
    if (c->large) tni_large_cut(&heap->large, &tni_private(c->m)->young_large, c->object, c->wanted);
    else tni_old_cut(&heap->old, from, to);
}

/* The hash is in the cell's last word. */
static void move_hash(const change *c) {
    uint64_t *last = (uint64_t *)(void *)(c->object + c->cell - 16);
    *(uint64_t *)(void *)(c->object + c->wanted - 16) = *last;
}

/* New elements are zero, also in the rest of the cell's last word, into which the tail can grow. */
static void zero_last_word(const change *c) {
    size_t bytes = tni_object_bytes(c->layout, resized(c));
    memset(c->object + bytes, 0, -bytes % 8);
}

/* What was recorded of the slots that go is forgotten: the hash, or others, will have their memory. */
static void forget_slots(const change *c) {
    const char *from = c->object + tni_object_bytes(c->layout, resized(c));
    tni_barrier_cut(c->m->heap, c->header, from, c->object - 8 + c->cell);
}

static void shrink(const change *c) {
    if (!c->young) forget_slots(c);
    if (c->header & TNI_HASH_STORED) move_hash(c);
    zero_last_word(c);
    tni_set_header(c->object, resized(c));
    if (c->wanted == c->cell) return;
    if (c->young) shrink_young(c);
    else shrink_old(c);
}

/* ---- longer ---- */

/* Not where each allocation may collect, which the host is to find out; nor into what tn_reserve has promised. */
static bool extend_last(const change *c) {
    tn_heap *heap = c->m->heap;
    bool usual = c->m->limit && !tni_private(c->m)->reserved && !heap->born_old;
    if (!usual || c->wanted > TN_SMALL_MAX + 8 || !c->young || !is_last(c)) return false;
    if (!tni_nursery_extend(&heap->nursery, c->object - 8 + c->wanted)) return false;
    c->m->alloc = c->object + c->wanted;
    tni_set_limit(tni_private(c->m));
    tni_set_header(c->object, resized(c));
    return true;
}

/* It counts like an allocation of what is new, and a collection before it may have made room. */
static bool extend_large(const change *c) {
    tn_heap *heap = c->m->heap;
    if (!c->large || heap->options.value.stress) return false;
    size_t more = tni_large_cost(&heap->large, c->wanted) - tni_large_cost(&heap->large, c->cell);
    tni_collect_if_due(heap, (c->header & TNI_YOUNG) != 0, more);
    if (!tni_pacing_fits(heap, more)) return false;
    /* the barrier reads what a slot had before */
    bool zeroed = !(c->layout->flags & TN_UNZEROED) || c->layout->shape != TNI_LEAF_SHAPE;
    tni_young_large *young = &tni_private(c->m)->young_large;
    if (!tni_large_extend(&heap->large, young, c->object, c->cell, c->wanted, zeroed)) return false;
    tni_set_header(c->object, (tni_header(c->object) & UINT32_MAX) | resized(c) >> 32 << 32);
    tni_announce(heap, TNI_OBJECT_GROWN, &(tni_event){.object = c->object});
    return true;
}

/* The memory of a huge object's later units may be gone, but never its fixed part (tni_large_hand_over). */
static void hand_over(change *c, char *to) {
    size_t bytes = tni_object_bytes(c->layout, c->header);
    if (c->layout->size <= TNI_KEPT) tni_large_hand_over(&c->m->heap->large, c->object, to, bytes);
    else memcpy(to, c->object, bytes);
    c->count = 0;
    c->wanted = cell_of(c, resized(c));
    shrink(c);
}

static tn_status replace(change *c) {
    if (c->header & TNI_STABLE)
        return tni_fail(
            c->m, TN_BAD_STATE,
            "TN_RESIZE: the '%.40s' was promised a fixed address (TN_STABLE_ADDRESS), and cannot grow there",
            name_of(c));
    char *to = tn_alloc_slow_at_(c->m, tni_header_type(c->header), TN_SIZES_(c->layout->size, c->layout->tail_size),
                                 c->count, c->m->here);
    if (!to) return tn_last_status(c->m);
    measure(c); /* it may have moved */
    hand_over(c, to);
    *c->handle = to;
    return TN_OK;
}

tn_status tn_resize_(tn_mutator *m, void *h, size_t count) {
    if (!m) return TN_BAD_ARGUMENT;
    change c = {.m = m, .handle = h, .count = count};
    if (!check(&c)) return tn_last_status(m);
    if (count > tni_header_length(c.header)) {
        if (!tni_may_collect(m, "TN_RESIZE")) return TN_BAD_STATE;
        return extend_last(&c) || extend_large(&c) ? TN_OK : replace(&c);
    }
    shrink(&c);
    return TN_OK;
}
