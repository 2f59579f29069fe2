/* heap/type.c: registration of types. Every description is checked once, here, so that the collector's loops need not
 * check anything. */
#include "heap/type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/sized.h"
#include "collect/pacing/pacing.h"
#include "heap/heap.h"

#define TABLE_BYTES (TN_TYPES_END * sizeof(tni_layout))
#define TAIL_SIZE_MAX ((size_t)1 << 20)

/* The collector's own types. The tracing loops see no slots in them: collect/special.c looks after those. */
static const tn_type_desc weak_desc = {
    .number = TNI_WEAK_TYPE, .name = "tn_weak", .size = sizeof(struct tn_weak), .flags = TN_LEAF};
static const tn_type_desc weak_array_desc = {
    .number = TNI_WEAK_ARRAY_TYPE, .name = "tn_weak_array", .size = 0, .tail_size = 8, .flags = TN_LEAF};

/* The padding before an aligned young object (space/object.h). */
static const tn_type_desc padding_desc = {
    .number = TNI_PADDING_TYPE, .name = "padding", .size = 0, .tail_size = 8, .flags = TN_LEAF};
_Static_assert(TNI_PADDING_TYPE == TN_PADDING_TYPE_, "the inline bump and the walks use one number");

static tni_shape shape_of(const tn_type_desc *d) {
    if (d->trace) return TNI_TRACED;
    if (!(d->tail_refs | d->tail_values)) return d->refs | d->values ? TNI_FIXED_SHAPE : TNI_LEAF_SHAPE;
    if (d->tail_size == 8) return d->tail_refs ? TNI_REF_TAIL : TNI_VALUE_TAIL;
    return TNI_MIXED_TAIL;
}

/* The number of bits if they are adjacent, else 0. */
static unsigned row_of(uint64_t bits) {
    if (!bits) return 0;
    bits >>= __builtin_ctzll(bits);
    return bits & (bits + 1) ? 0 : (unsigned)__builtin_popcountll(bits);
}

static void set_layout(tni_types *types, const tn_type_desc *d) {
    size_t align = d->align > 8 ? d->align : 8;
    size_t cell = d->tail_size || d->size > TN_SMALL_MAX || align > 8 ? 0 : tn_cell_bytes(d->size);
    unsigned row = shape_of(d) == TNI_FIXED_SHAPE && !d->values ? row_of(d->refs) : 0;
    types->layouts[d->number] = (tni_layout){.refs = d->refs,
                                             .values = d->values,
                                             .tail_refs = d->tail_refs,
                                             .tail_values = d->tail_values,
                                             .size = (uint32_t)d->size,
                                             .tail_size = (uint32_t)d->tail_size,
                                             .shape = (uint8_t)shape_of(d),
                                             .cell = (uint16_t)cell,
                                             .class = (uint8_t)tni_class_of(cell | 1, shape_of(d) == TNI_LEAF_SHAPE),
                                             .flags = (uint8_t)d->flags,
                                             .disposed = d->dispose != NULL,
                                             .row = (uint8_t)row,
                                             .row_first = (uint8_t)(row ? __builtin_ctzll(d->refs) : 0),
                                             .align = (uint8_t)align,
                                             .desc = d};
}

bool tni_types_init(tni_types *types, tni_faults *faults) {
    types->layouts = tni_os_map(faults, TABLE_BYTES, TNI_PAGE);
    if (!types->layouts) return false;
    types->next_ordinary = TN_FIRST_TYPE;
    types->next_special = TN_FIRST_SPECIAL;
    set_layout(types, &weak_desc);
    set_layout(types, &weak_array_desc);
    set_layout(types, &padding_desc);
    return true;
}

void tni_types_free(tni_types *types) {
    for (size_t i = 0; i < types->descs.count; i++) free((void *)types->descs.at[i]);
    tni_vector_free(&types->descs);
    tni_os_unmap(types->layouts, TABLE_BYTES);
}

/* ---- checks ---- */

static bool beyond(uint64_t bits, size_t bytes) { return bytes / 8 < 64 && bits >> (bytes / 8) != 0; }

/* What is wrong with the fixed part, or NULL. */
static const char *check_fixed(const tn_type_desc *d) {
    if (d->size == 0 || d->size > TN_SMALL_MAX) return "size must be 1 .. 8184 bytes";
    if (d->align > TN_ALIGN_MAX || d->align & (d->align - 1))
        return "align must be 16, 32 or 64 bytes, or 8 or less for 8";
    if (d->align > 8 && d->size % d->align) return "size must be a multiple of align";
    if (beyond(d->refs | d->values, d->size)) return "refs or values has a bit beyond the fixed part's size";
    if (d->refs & d->values) return "a word is both in refs and in values";
    return NULL;
}

static const char *check_tail(const tn_type_desc *d) {
    uint64_t bits = d->tail_refs | d->tail_values;
    if (d->tail_size > TAIL_SIZE_MAX) return "tail_size must be at most 1 MiB";
    if (!bits) return NULL;
    if (!d->tail_size) return "tail_refs or tail_values without a tail_size";
    if (beyond(bits, d->tail_size)) return "tail_refs or tail_values has a bit beyond the element's size";
    if (d->tail_refs & d->tail_values) return "a word is both in tail_refs and in tail_values";
    if (d->size % 8 || d->tail_size % 8)
        return "a tail with references needs size and tail_size to be multiples of 8";
    return NULL;
}

/* To add a type flag, define it with its contract in include/tenure/type.h. Allow it here, and refuse what contradicts
 * it. Read it from tni_layout.flags where it has its effect: in mutator/alloc.c if it concerns allocation. Test it in
 * tests/unit/test_type.c. If it changes which words are references, gc/tools/rootcheck/types.c must know it too. */
static const char *check_flags(const tn_type_desc *d) {
    bool holds = d->refs | d->values | d->tail_refs | d->tail_values || d->trace;
    if (d->flags & ~(unsigned)(TN_LEAF | TN_BORN_OLD | TN_UNZEROED)) return "unknown flags";
    if (d->flags & TN_UNZEROED && (d->refs | d->values || d->trace))
        return "TN_UNZEROED is for leaves, and for types whose references are all in the tail";
    if (d->flags & TN_LEAF && holds) return "TN_LEAF contradicts its bitmaps or trace callback";
    if (!(d->flags & TN_LEAF) && !holds)
        return "it has no bitmap and no trace callback: say TN_LEAF if it holds no reference";
    return NULL;
}

static const char *check_number(const tni_types *types, const tn_type_desc *d) {
    bool special = d->dispose || d->flags & TN_BORN_OLD;
    if (d->number == 0) return NULL;
    if (d->number < TN_FIRST_TYPE || d->number >= TN_TYPES_END)
        return "its number must be TN_FIRST_TYPE .. TN_TYPES_END - 1";
    if (types->layouts[d->number].shape != TNI_UNREGISTERED) return "its number is taken";
    if (special && d->number < TN_FIRST_SPECIAL)
        return "a type with dispose or TN_BORN_OLD needs a number from TN_FIRST_SPECIAL on";
    if (!special && d->align <= 8 && d->number >= TN_FIRST_SPECIAL)
        return "numbers from TN_FIRST_SPECIAL on are for types with dispose, TN_BORN_OLD or an alignment";
    return NULL;
}

/* The next free number in the type's half of the table; 0 if there is none. Types with an alignment get special
 * numbers, so that every allocation call may be used for them (tenure/alloc.h). */
static tn_type free_number(tni_types *types, const tn_type_desc *d) {
    bool special = d->dispose || d->flags & TN_BORN_OLD || d->align > 8;
    tn_type *next = special ? &types->next_special : &types->next_ordinary;
    tn_type end = special ? TN_TYPES_END : TN_FIRST_SPECIAL;
    while (*next < end && types->layouts[*next].shape != TNI_UNREGISTERED) ++*next;
    return *next < end ? *next : 0;
}

static void register_type(tn_heap *heap, const tn_type_desc *desc) {
    set_layout(&heap->types, desc);
    if (desc->align <= 8 || heap->types.aligned) return;
    heap->types.aligned = true;
    tni_pacing_aligned(heap);
}

/* What is wrong with the description, or NULL. */
static const char *check_desc(const tn_heap *heap, const tn_type_desc *desc) {
    const char *wrong = desc->name && desc->name[0] ? NULL : "it has no name";
    if (!wrong) wrong = check_fixed(desc);
    if (!wrong) wrong = check_tail(desc);
    if (!wrong) wrong = check_flags(desc);
    return wrong ? wrong : check_number(&heap->types, desc);
}

static tn_type add(tn_heap *heap, const tn_type_desc *desc) {
    const char *wrong = check_desc(heap, desc), *name = desc->name ? desc->name : "";
    if (wrong) {
        tni_fail_heap(heap, TN_BAD_TYPE, "tn_type_create: type '%.40s' (number %u): %s", name, desc->number, wrong);
        return 0;
    }
    tn_type_desc *copy = tni_calloc(&heap->faults, 1, sizeof *copy);
    if (!copy || !tni_vector_push(&heap->types.descs, &heap->faults, (uintptr_t)copy)) {
        free(copy);
        tni_fail_heap(heap, TN_OUT_OF_MEMORY, "tn_type_create: no memory to register type '%.40s'", name);
        return 0;
    }
    *copy = *desc;
    if (!copy->number) copy->number = free_number(&heap->types, desc);
    if (copy->number) register_type(heap, copy);
    else tni_fail_heap(heap, TN_BAD_TYPE, "tn_type_create: type '%.40s': every number is taken", name);
    return copy->number;
}

tn_type tn_type_create_(tn_heap *heap, const tn_type_desc *desc, size_t size) {
    if (!heap || !tni_check_heap(heap, "tn_type_create")) return 0;
    if (!desc) return tni_fail_heap(heap, TN_BAD_ARGUMENT, "tn_type_create: the description is NULL"), 0u;
    tn_type_desc known;
    if (tni_read_sized(&known, sizeof known, offsetof(tn_type_desc, align), desc, size)) return add(heap, &known);
    tni_fail_heap(
        heap, TN_BAD_ARGUMENT,
        "tn_type_create: a description of %zu bytes, where this version of the library (%s) has %zu: the host "
        "was compiled with other headers",
        size, tn_version(), sizeof known);
    return 0;
}

/* ---- questions ---- */

const char *tn_type_name(tn_heap *heap, tn_type type) {
    if (!heap || type >= TN_TYPES_END || heap->types.layouts[type].shape == TNI_UNREGISTERED) return "(no type)";
    return heap->types.layouts[type].desc->name;
}

size_t (tn_size_of)(tn_heap *heap, const void *object) {
    if (!heap || !object) return 0;
    tn_header header = tni_header(object);
    return tni_object_bytes(tni_layout_of(heap, header), header);
}

/* Writes name number `n` of a list that TN_REFS has made ("car, cdr"); false if there are fewer names. */
static bool nth_name(const char *names, unsigned n, char *text, size_t size) {
    if (!names) return false;
    for (; n; n--) {
        names = strchr(names, ',');
        if (!names) return false;
        names++;
    }
    names += strspn(names, " ");
    snprintf(text, size, "%.*s", (int)strcspn(names, ","), names);
    return true;
}

static void fixed_name(const tni_layout *l, size_t word, char *text, size_t size) {
    uint64_t bit = UINT64_C(1) << word, below = bit - 1;
    const tn_type_desc *d = l->desc;
    /* Names are in the order in which the host listed the fields. By contract this is their order in the struct. */
    if (l->refs & bit && nth_name(d->ref_names, (unsigned)__builtin_popcountll(l->refs & below), text, size)) return;
    if (l->values & bit && nth_name(d->value_names, (unsigned)__builtin_popcountll(l->values & below), text, size))
        return;
    snprintf(text, size, "word %zu", word);
}

void tni_field_name(const tni_layout *l, const void *object, const void *slot, char *text, size_t size) {
    size_t offset = (size_t)((const char *)slot - (const char *)object);
    if (offset >= tni_object_bytes(l, tni_header(object))) snprintf(text, size, "its own memory");
    else if (offset < l->size) fixed_name(l, offset / 8, text, size);
    else if (l->tail_size == 8) snprintf(text, size, "tail[%zu]", (offset - l->size) / 8);
    else
        snprintf(text, size, "tail[%zu] word %zu", (offset - l->size) / l->tail_size,
                 (offset - l->size) % l->tail_size / 8);
}

/* ---- for trace callbacks and scanners ---- */

bool tn_tracer_is_minor(const tn_tracer *tracer) { return tracer->minor; }

void tn_visit(tn_tracer *tracer, void *slot) { tracer->refs(tracer, slot, 1); }
void tn_visit_value(tn_tracer *tracer, void *slot) { tracer->values(tracer, slot, 1); }

/* With a count of 0 `first` may be any address: the buffer may not exist yet. */
void tn_visit_refs(tn_tracer *tracer, void *first, size_t count) {
    if (count) tracer->refs(tracer, first, count);
}
void tn_visit_values(tn_tracer *tracer, void *first, size_t count) {
    if (count) tracer->values(tracer, first, count);
}
