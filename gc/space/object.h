/* space/object.h: the parts of an object: header bits, size, and the slots that hold references.
 *
 * The header, one word before the address that the host sees:
 *     bit 0   FORWARDED   the object has moved; the other bits are the new address
 *     bit 1   TN_HEADER_ARMED    the next store of a young reference must call the slow path (collect/barrier.h)
 *     bit 2   HASHED      in the nursery: its identity hash was asked for; it takes the hash along when it moves
 *             YOUNG       the same bit in a large object: no minor collection has visited it yet (space/large.h)
 *     bit 3   HASH_STORED the hash is in the cell's last word: the object has moved since it was asked for
 *     bit 4   STABLE      the host was promised a fixed address
 *     bit 5   SLOTS       a large array of references: it stays armed, and stores into it are recorded by slot
 *     bit 6   LISTED      in the barrier's list of unprotected objects: not armed, visited by the next minor collection
 *     bit 7   UNPROTECTED stays in that list: visited by every minor collection until it is protected again
 *     8..31   type, 32..63 length of the tail */
#ifndef TNI_OBJECT_H
#define TNI_OBJECT_H

#include "space/layout.h"
#include "tenure/alloc.h"
#include "tenure/format.h"
#include "tenure/mutator.h"

#define TNI_FORWARDED ((tn_header)1)
#define TNI_HASHED ((tn_header)4)
#define TNI_HASH_STORED ((tn_header)8)
#define TNI_STABLE ((tn_header)16)
#define TNI_SLOTS ((tn_header)32)
#define TNI_LISTED ((tn_header)64)
#define TNI_UNPROTECTED ((tn_header)128)
#define TNI_YOUNG TNI_HASHED

TNI_INLINE tn_header tni_header(const void *object) { return AO_load(&TN_HEADER_(object)); }
TNI_INLINE void tni_set_header(void *object, tn_header header) { AO_store(&TN_HEADER_(object), header); }
TNI_INLINE tn_type tni_header_type(tn_header header) { return (tn_type)(header >> 8) & (TN_TYPES_END - 1); }
TNI_INLINE size_t tni_header_length(tn_header header) { return header >> 32; }

/* The new address of an object with this header; NULL if it has not moved. */
TNI_INLINE void *tni_forwarded(tn_header header) {
    return header & TNI_FORWARDED ? (void *)(uintptr_t)(header & ~TNI_FORWARDED) : NULL;
}

/* The bytes of the fixed part and the tail. A type without a tail has tail_size 0; the host may use its length word. */
TNI_INLINE size_t tni_object_bytes(const tni_layout *layout, tn_header header) {
    return layout->size + (size_t)layout->tail_size * tni_header_length(header);
}

/* The bytes of the cell: the object, its header, and its hash if it has one. Not for a young large object. */
TNI_INLINE size_t tni_object_cell(const tni_layout *layout, tn_header header) {
    size_t cell = tn_cell_bytes(tni_object_bytes(layout, header));
    if (TN_UNLIKELY_(header & (TNI_HASHED | TNI_HASH_STORED))) cell += 8;
    return cell;
}

/* Before an aligned object in the nursery there may be padding. It begins with a header of its own type, whose length
 * counts the words after it, so that the nursery can be walked. */
TNI_INLINE bool tni_is_padding(tn_header header) { return tni_header_type(header) == TNI_PADDING_TYPE; }
TNI_INLINE size_t tni_padding_bytes(tn_header header) { return 8 + 8 * tni_header_length(header); }
TNI_INLINE tn_header tni_padding_header(size_t bytes) { return TN_HEADER_OF_(TNI_PADDING_TYPE, bytes / 8 - 1); }

/* In the nursery: how far the next object or padding is. A hash that is only asked for has no room there yet. */
TNI_INLINE size_t tni_young_cell(const tni_layout *layout, tn_header header) {
    if (TN_UNLIKELY_(tni_is_padding(header))) return tni_padding_bytes(header);
    return tn_cell_bytes(tni_object_bytes(layout, header)) + (header & TNI_HASH_STORED ? 8 : 0);
}

/* The bytes of padding before a cell that would begin at `cell`, so that its object is aligned. */
TNI_INLINE size_t tni_padding(const char *cell, size_t align) { return (0 - ((uintptr_t)cell + 8)) & (align - 1); }

/* A visitor of slots: the first member of the state of each tracing loop. Roots, trace callbacks and scanners call the
 * two functions with many slots at once, because a host's stack may have millions. The loops themselves pass inline
 * functions for one slot to tni_each_slot. */
struct tn_tracer {
    void (*refs)(tn_tracer *tracer, void **first, size_t count);
    void (*values)(tn_tracer *tracer, tn_value *first, size_t count);
    tn_heap *heap;
    bool minor; /* of a minor collection */
};
typedef void (*tni_ref_fn)(tn_tracer *tracer, void **slot);
typedef void (*tni_value_fn)(tn_tracer *tracer, tn_value *slot);

/* The address in a value; NULL if it is not a reference. */
TNI_INLINE void *tni_value_ref(const tn_format *f, tn_value w) {
    return (w & f->mask) == f->tag ? (void *)(uintptr_t)(w & f->payload) : NULL;
}

TNI_INLINE tn_value tni_value_moved(const tn_format *f, tn_value w, const void *to) {
    return (w & ~f->payload) | (tn_value)(uintptr_t)to;
}

TNI_INLINE void tni_each_bit(tn_tracer *t, char *base, uint64_t refs, uint64_t values, tni_ref_fn ref,
                             tni_value_fn value) {
    for (; refs; refs &= refs - 1) ref(t, (void **)(void *)(base + 8 * (size_t)__builtin_ctzll(refs)));
    for (; values; values &= values - 1) value(t, (tn_value *)(void *)(base + 8 * (size_t)__builtin_ctzll(values)));
}

/* Visits the slots that the type's bitmaps describe: references in address order, and values in address order. */
TNI_INLINE void tni_each_known_slot(tn_tracer *t, const tni_layout *l, void *object, tn_header header, tni_ref_fn ref,
                                    tni_value_fn value) {
    char *o = object;
    if (TN_LIKELY_(l->row)) {
        void **slot = (void **)object + l->row_first, **end = slot + l->row;
        do ref(t, slot);
        while (++slot < end);
        return;
    }
    tni_each_bit(t, o, l->refs, l->values, ref, value);
    if (TN_LIKELY_(l->shape <= TNI_FIXED_SHAPE)) return;
    char *tail = o + l->size;
    size_t length = tni_header_length(header);
    if (l->shape == TNI_REF_TAIL) {
        for (size_t i = 0; i < length; i++) ref(t, (void **)(void *)tail + i);
    } else if (l->shape == TNI_VALUE_TAIL) {
        for (size_t i = 0; i < length; i++) value(t, (tn_value *)(void *)tail + i);
    } else if (l->tail_refs | l->tail_values) {
        for (size_t i = 0; i < length; i++)
            tni_each_bit(t, tail + i * l->tail_size, l->tail_refs, l->tail_values, ref, value);
    }
}

/* Visits those of them that lie in [from, to), or in an element that overlaps it; perhaps others as well. */
TNI_INLINE void tni_each_slot_between(tn_tracer *t, const tni_layout *l, void *object, tn_header header,
                                      const char *from, const char *to, tni_ref_fn ref, tni_value_fn value) {
    char *tail = (char *)object + l->size;
    if (from < tail) tni_each_bit(t, object, l->refs, l->values, ref, value);
    if (l->shape <= TNI_FIXED_SHAPE || !l->tail_size || to <= tail) return;
    size_t length = tni_header_length(header), first = from < tail ? 0 : (size_t)(from - tail) / l->tail_size;
    size_t end = ((size_t)(to - tail) + l->tail_size - 1) / l->tail_size;
    if (end > length) end = length;
    if (l->shape == TNI_REF_TAIL) {
        for (size_t i = first; i < end; i++) ref(t, (void **)(void *)tail + i);
    } else if (l->shape == TNI_VALUE_TAIL) {
        for (size_t i = first; i < end; i++) value(t, (tn_value *)(void *)tail + i);
    } else if (l->tail_refs | l->tail_values) {
        for (size_t i = first; i < end; i++)
            tni_each_bit(t, tail + i * l->tail_size, l->tail_refs, l->tail_values, ref, value);
    }
}

/* Visits every slot of the object: those that the bitmaps describe, and those that its trace callback visits. */
TNI_INLINE void tni_each_slot(tn_tracer *t, const tni_layout *l, void *object, tn_header header, tni_ref_fn ref,
                              tni_value_fn value) {
    tni_each_known_slot(t, l, object, header, ref, value);
    if (TN_UNLIKELY_(l->shape == TNI_TRACED)) l->desc->trace(t, object);
}

#endif
