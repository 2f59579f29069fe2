/* shapes.c: the heap side of every shape of the oracle: layouts, types, how a slot is found, read and stored, and
 * what plain data goes with a node. Called by walk.c and oracle.c. Each object but a pair and a tiny one carries its
 * id. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

typedef struct PairO {
    TN_FIELD(void) car, cdr;
} PairO;
typedef struct MixedO {
    uint64_t id;
    TN_FIELD(void) a;
    tn_value_field v;
    uint32_t plain;
    unsigned char bytes[20];
    tn_value_field w;
    TN_FIELD(void) b;
} MixedO;
typedef struct LeafO {
    uint64_t id;
    unsigned char bytes[29];
} LeafO;
typedef struct TinyO {
    unsigned char byte;
} TinyO;
typedef struct UnionO {
    uint64_t id;
    uint64_t is_value;
    uint64_t word;
} UnionO;
typedef struct RefsO {
    uint64_t id;
    TN_FIELD(void) item[];
} RefsO;
typedef struct ValuesO {
    tn_value_field head;
    uint64_t id;
    tn_value_field item[];
} ValuesO;
typedef struct Entry {
    uint64_t plain;
    TN_FIELD(void) ref;
    tn_value_field value;
    uint32_t more;
} Entry;
typedef struct StructsO {
    TN_FIELD(void) head;
    uint64_t id;
    Entry item[];
} StructsO;
typedef struct BytesO {
    uint64_t id;
    unsigned char byte[];
} BytesO;
typedef struct BornO {
    uint64_t id;
    tn_value_field v;
    TN_FIELD(void) item[];
} BornO;
typedef struct OwnerO {
    uint64_t id;
    TN_FIELD(void) direct;
    tn_value_field value;
    uint64_t *buffer; /* malloc'd: references, then values */
    uint32_t refs, values;
} OwnerO;
typedef struct TrackedO {
    uint64_t id;
    TN_FIELD(void) a;
} TrackedO;
typedef struct TrackedBytesO {
    uint64_t id;
    unsigned char byte[];
} TrackedBytesO;
typedef struct WideO {
    _Alignas(64) uint64_t id;
    unsigned char bytes[56];
} WideO;
typedef struct LinesO {
    _Alignas(32) uint64_t id;
    TN_FIELD(void) head[3];
    TN_FIELD(void) item[];
} LinesO;

enum {
    PairO_type = TN_FIRST_TYPE,
    MixedO_type,
    LeafO_type,
    TinyO_type,
    UnionO_type,
    RefsO_type,
    ValuesO_type,
    StructsO_type,
    BytesO_type,
    WideO_type
};
enum { BornO_type = TN_FIRST_SPECIAL, OwnerO_type, TrackedO_type, TrackedBytesO_type, LinesO_type };

const char *const shape_names[SHAPES] = {"pair",  "mixed",   "leaf",          "tiny",  "union",
                                         "refs",  "values",  "structs",       "bytes", "born",
                                         "owner", "tracked", "tracked-bytes", "wide",  "lines",
                                         "weak",  "weak-array"};

static const struct {
    tn_type type;
    size_t size, element;
} layouts[SHAPES] = {
    [PAIR] = {PairO_type, sizeof(PairO), 0},
    [MIXED] = {MixedO_type, sizeof(MixedO), 0},
    [LEAF] = {LeafO_type, sizeof(LeafO), 0},
    [TINY] = {TinyO_type, sizeof(TinyO), 0},
    [UNION] = {UnionO_type, sizeof(UnionO), 0},
    [REFS] = {RefsO_type, sizeof(RefsO), 8},
    [VALUES] = {ValuesO_type, sizeof(ValuesO), 8},
    [STRUCTS] = {StructsO_type, sizeof(StructsO), sizeof(Entry)},
    [BYTES] = {BytesO_type, sizeof(BytesO), 1},
    [BORN] = {BornO_type, sizeof(BornO), 8},
    [OWNER] = {OwnerO_type, sizeof(OwnerO), 0},
    [TRACKED] = {TrackedO_type, sizeof(TrackedO), 0},
    [TRACKED_BYTES] = {TrackedBytesO_type, sizeof(TrackedBytesO), 1},
    [WIDE] = {WideO_type, sizeof(WideO), 0},
    [LINES] = {LinesO_type, sizeof(LinesO), 8},
};

/* ---- types and their callbacks ---- */

static void disposed(tn_heap *heap, uint64_t id) {
    World *world = tn_heap_user(heap);
    if (id == 0 || id >= world->model.next)
        world_fail(world, "dispose: an object with the impossible id %llu", (unsigned long long)id);
    if (world->model.disposals[id]++)
        world_fail(world, "object %llu has been disposed of twice", (unsigned long long)id);
    world->disposed++;
}

static void tracked_dispose(tn_heap *heap, void *object) { disposed(heap, ((TrackedO *)object)->id); }
static void tracked_bytes_dispose(tn_heap *heap, void *object) { disposed(heap, ((TrackedBytesO *)object)->id); }

static void owner_dispose(tn_heap *heap, void *object) {
    OwnerO *owner = object;
    disposed(heap, owner->id);
    free(owner->buffer);
    owner->buffer = NULL;
}

static void owner_trace(tn_tracer *tracer, void *object) {
    OwnerO *owner = object;
    tn_visit_refs(tracer, owner->buffer, owner->refs);
    for (uint32_t i = 0; i < owner->values; i++) tn_visit_value(tracer, &owner->buffer[owner->refs + i]);
}

static void union_trace(tn_tracer *tracer, void *object) {
    UnionO *u = object;
    if (u->is_value) tn_visit_value(tracer, &u->word);
    else tn_visit(tracer, &u->word);
}

void shapes_register(World *w) {
    static const tn_type_desc types[] = {
        TN_DESC(PairO, TN_REFS(PairO, car, cdr)),
        TN_DESC(MixedO, TN_REFS(MixedO, a, b), TN_VALUES(MixedO, v, w)),
        TN_DESC(LeafO, .flags = TN_LEAF),
        TN_DESC(TinyO, .flags = TN_LEAF),
        TN_DESC(UnionO, .trace = union_trace),
        TN_DESC(RefsO, TN_TAIL(8, 1, 0)),
        TN_DESC(ValuesO, TN_VALUES(ValuesO, head), TN_TAIL(8, 0, 1)),
        TN_DESC(StructsO, TN_REFS(StructsO, head), TN_TAIL(sizeof(Entry), 2, 4)),
        TN_DESC(BytesO, .flags = TN_LEAF, .tail_size = 1),
        TN_DESC(BornO, TN_VALUES(BornO, v), TN_TAIL(8, 1, 0), .flags = TN_BORN_OLD),
        TN_DESC(OwnerO, TN_REFS(OwnerO, direct), TN_VALUES(OwnerO, value), .trace = owner_trace,
                .dispose = owner_dispose),
        TN_DESC(TrackedO, TN_REFS(TrackedO, a), .dispose = tracked_dispose),
        TN_DESC(TrackedBytesO, .flags = TN_LEAF, .tail_size = 1, .dispose = tracked_bytes_dispose),
        TN_DESC(WideO, .flags = TN_LEAF),
        TN_DESC(LinesO, .refs = 14, TN_TAIL(8, 1, 0)),
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!tn_type_create(w->heap, &types[i]) && world_out_of_memory(w, "tn_type_create") &&
            !tn_type_create(w->heap, &types[i]))
            world_fail(w, "tn_type_create %s: %s", types[i].name, tn_last_error(w->m));
}

/* ---- values ---- */

tn_value value_encode(const World *w, Slot slot, void *target) {
    (void)w;
    return slot.id ? (tn_value)(uintptr_t)target | slot.word : slot.word;
}

Slot value_random(World *w, Id id) {
    Slot s = {id, true, 0};
    uint64_t r = rnd(w);
    switch (w->format_number) {
    case 0: break; /* every word but 0 is a reference */
    case 1: s.word = id ? 1 | (r & 6) : r & ~UINT64_C(1); break;
    case 2:
        if (id) s.word = UINT64_C(0xFFFC) << 48;
        else if ((r & 15) == 0) s.word = UINT64_C(0xFFFC) << 48; /* the tag without an address is an immediate */
        else s.word = r >> 48 == 0xFFFC ? r >> 1 : r;
        break;
    default: s.word = id ? 0 : (r & ~UINT64_C(7)) | (1 + below(w, 7)); break;
    }
    if (!id && below(w, 4) == 0) s.word = 0;
    if (!id && w->format_number == 3 && (s.word & 7) == 0) s.word = 0;
    return s;
}

/* ---- slots ---- */

bool shape_tail(Shape shape) { return shape == WEAK_ARRAY || layouts[shape].element != 0; }

static uint32_t slots_of(Shape shape, uint32_t count) {
    switch (shape) {
    case PAIR: return 2;
    case MIXED: return 4;
    case UNION:
    case TRACKED:
    case WEAK: return 1;
    case OWNER: return 2;
    case REFS:
    case WEAK_ARRAY: return count;
    case VALUES:
    case BORN: return 1 + count;
    case LINES: return 3 + count;
    case STRUCTS: return 1 + 2 * count;
    default: return 0;
    }
}

unsigned shape_kind(const Node *node, uint32_t slot) {
    switch ((Shape)node->shape) {
    case MIXED: return slot == 1 || slot == 2 ? KIND_VALUE : KIND_REF;
    case UNION: return node->slot[0].is_value ? KIND_VALUE : KIND_REF;
    case VALUES: return KIND_VALUE;
    case STRUCTS: return slot != 0 && slot % 2 == 0 ? KIND_VALUE : KIND_REF;
    case BORN: return slot == 0 ? KIND_VALUE : KIND_REF;
    case OWNER: return slot == 1 || node->slot[slot].is_value ? KIND_VALUE : KIND_REF;
    case WEAK:
    case WEAK_ARRAY: return KIND_WEAK;
    default: return KIND_REF;
    }
}

static void *slot_address(const Node *node, void *object, uint32_t i) {
    switch ((Shape)node->shape) {
    case PAIR: return (void **)object + i;
    case MIXED: {
        static const size_t at[4] = {offsetof(MixedO, a), offsetof(MixedO, v), offsetof(MixedO, w),
                                     offsetof(MixedO, b)};
        return (char *)object + at[i];
    }
    case UNION: return &((UnionO *)object)->word;
    case REFS: return (char *)object + offsetof(RefsO, item) + 8 * (size_t)i;
    case VALUES: return (char *)object + (i == 0 ? 0 : offsetof(ValuesO, item) + 8 * ((size_t)i - 1));
    case STRUCTS: {
        Entry *entry = ((StructsO *)object)->item + (i - 1) / 2;
        return i == 0 ? object : (char *)entry + (i % 2 ? offsetof(Entry, ref) : offsetof(Entry, value));
    }
    case BORN: return (char *)object + (i == 0 ? offsetof(BornO, v) : offsetof(BornO, item) + 8 * ((size_t)i - 1));
    case OWNER:
        if (i < 2) return (char *)object + (i == 0 ? offsetof(OwnerO, direct) : offsetof(OwnerO, value));
        return ((OwnerO *)object)->buffer + (i - 2);
    case TRACKED: return (char *)object + offsetof(TrackedO, a);
    case LINES: return (char *)object + offsetof(LinesO, head) + 8 * (size_t)i;
    default: return NULL;
    }
}

uint64_t shape_load(World *w, const Node *node, void *object, uint32_t slot) {
    if (node->shape == WEAK) return (uint64_t)(uintptr_t)tn_weak_read(w->m, object);
    if (node->shape == WEAK_ARRAY) return tn_weak_array_read(w->m, object, slot);
    uint64_t word;
    memcpy(&word, slot_address(node, object, slot), sizeof word);
    return word;
}

/* The typed macros, where a shape has a field for them. Returns false where it has none. */
static bool store_typed(World *w, Node *node, void **object, uint32_t i, void **target, tn_value word, bool raw) {
    tn_mutator *m = w->m;
    void **pair = object;
    PairO **p = (PairO **)(void *)pair;
    MixedO **x = (MixedO **)(void *)object;
    RefsO **r = (RefsO **)(void *)object;
    ValuesO **v = (ValuesO **)(void *)object;
    StructsO **s = (StructsO **)(void *)object;
    BornO **b = (BornO **)(void *)object;
    uint32_t k = i ? (i - 1) / 2 : 0;
    switch ((Shape)node->shape) {
    case PAIR:
        if (raw) i == 0 ? tn_write(m, *p, car, *target) : tn_write(m, *p, cdr, *target);
        else if (!*target) i == 0 ? TN_CLEAR(m, p, car) : TN_CLEAR(m, p, cdr);
        else i == 0 ? TN_SET(m, p, car, target) : TN_SET(m, p, cdr, target);
        return true;
    case MIXED:
        if (i == 0) raw ? tn_write(m, *x, a, *target) : TN_SET(m, x, a, target);
        else if (i == 3) raw ? tn_write(m, *x, b, *target) : TN_SET(m, x, b, target);
        else if (i == 1) raw ? tn_write_value(m, *x, v, word) : TN_SET_VALUE(m, x, v, &word);
        else raw ? tn_write_value(m, *x, w, word) : TN_SET_VALUE(m, x, w, &word);
        return true;
    case REFS:
        if (raw) tn_write(m, *r, item[i], *target);
        else if (!*target) TN_CLEAR(m, r, item[i]);
        else TN_SET(m, r, item[i], target);
        return true;
    case VALUES:
        if (i == 0) return false;
        raw ? tn_write_value(m, *v, item[i - 1], word) : TN_SET_VALUE(m, v, item[i - 1], &word);
        return true;
    case STRUCTS:
        if (i == 0) raw ? tn_write(m, *s, head, *target) : TN_SET(m, s, head, target);
        else if (i % 2) raw ? tn_write(m, *s, item[k].ref, *target) : TN_SET(m, s, item[k].ref, target);
        else raw ? tn_write_value(m, *s, item[k].value, word) : TN_SET_VALUE(m, s, item[k].value, &word);
        return true;
    case BORN:
        if (i == 0) raw ? tn_write_value(m, *b, v, word) : TN_SET_VALUE(m, b, v, &word);
        else raw ? tn_write(m, *b, item[i - 1], *target) : TN_SET(m, b, item[i - 1], target);
        return true;
    default: return false;
    }
}

void shape_store(World *w, Node *node, void **object, uint32_t i, Slot to, void **target, unsigned how) {
    void *nothing = NULL;
    if (!to.id) target = &nothing;
    uint64_t word = to.is_value ? value_encode(w, to, *target) : (uint64_t)(uintptr_t)*target;
    if (node->shape == WEAK_ARRAY) {
        if (tn_weak_array_write(w->m, *object, i, word) != TN_OK)
            world_fail(w, "tn_weak_array_write: %s", tn_last_error(w->m));
    } else if (how == 3) {
        memcpy(slot_address(node, *object, i), &word, sizeof word);
        if (node->shape == UNION) ((UnionO *)*object)->is_value = to.is_value;
    } else if (node->shape == OWNER && i >= 2) {
        void *address = slot_address(node, *object, i);
        if (how == 0) tn_revisit_object(w->m, *object);
        memcpy(address, &word, sizeof word);
        if (how == 1)
            to.is_value ? tn_revisit_value_slot(w->m, *object, address) : tn_revisit_slot(w->m, *object, address);
        if (how == 2) tn_revisit_object(w->m, *object);
    } else if (how == 2 || !store_typed(w, node, object, i, target, word, how == 1)) {
        void *address = slot_address(node, *object, i);
        if (node->shape == UNION) ((UnionO *)*object)->is_value = to.is_value;
        if (to.is_value) tn_store_value(w->m, *object, address, word);
        else tn_store(w->m, *object, address, *target);
    }
    node->slot[i] = to;
}

bool shape_row(const Node *node, const void *object, uint32_t *first, uint32_t *count) {
    *first = node->shape == OWNER ? 2 : node->shape == VALUES || node->shape == BORN;
    *count = node->shape == OWNER ? ((const OwnerO *)object)->refs : node->count;
    return node->shape == REFS || node->shape == VALUES || node->shape == BORN || node->shape == OWNER;
}

tn_status shape_move(World *w, const Node *node, void **object, uint32_t to, uint32_t from, uint32_t count) {
    void *target = slot_address(node, *object, to), *source = slot_address(node, *object, from);
    RefsO **r = (RefsO **)(void *)object;
    ValuesO **v = (ValuesO **)(void *)object;
    if (chance(w, 50) && node->shape == REFS) return TN_MOVE(w->m, r, item, to, from, count);
    if (node->shape != VALUES) return tn_move_refs(w->m, *object, target, source, count);
    if (chance(w, 50)) return TN_MOVE_VALUES(w->m, v, item, to - 1, from - 1, count);
    return tn_move_values(w->m, *object, target, source, count);
}

tn_status shape_copy(World *w, const Node *node, void **object, uint32_t to, const Node *other, void **source,
                     uint32_t from, uint32_t count) {
    void *target = slot_address(node, *object, to), *words = slot_address(other, *source, from);
    RefsO **r = (RefsO **)(void *)object, **s = (RefsO **)(void *)source;
    if (chance(w, 50) && node->shape == REFS && other->shape == REFS)
        return TN_COPY(w->m, r, s, item, to, from, count);
    if (node->shape != VALUES) return tn_copy_refs(w->m, *object, target, words, count);
    return tn_copy_values(w->m, *object, target, words, count);
}

bool shape_owner_grow(Node *node, void *object, uint32_t refs, uint32_t values) {
    OwnerO *owner = object;
    uint32_t old = owner->refs + owner->values;
    if (owner->values && refs) return false; /* the references come first in the buffer */
    if (refs + values == 0) return false;
    uint64_t *buffer = realloc(owner->buffer, (old + refs + values) * sizeof *buffer);
    if (!buffer) abort();
    memset(buffer + old, 0, (refs + values) * sizeof *buffer);
    owner->buffer = buffer;
    owner->refs += refs;
    owner->values += values;
    model_grow_slots(node, 2 + owner->refs + owner->values);
    for (uint32_t i = 2 + owner->refs; i < node->slots; i++) node->slot[i].is_value = true;
    return true;
}

void shape_owner_size(const void *object, uint32_t *refs, uint32_t *values) {
    *refs = ((const OwnerO *)object)->refs;
    *values = ((const OwnerO *)object)->values;
}

/* ---- plain data ---- */

static uint64_t plain(const Node *node, uint64_t i) {
    return model_mix(((uint64_t)node->id << 32 | node->salt) + i * UINT64_C(0x9E3779B97F4A7C15));
}

/* Bytes that go with a node: every one at small sizes; of large ones all too, but compared a sample at a time. */
static void fill_bytes(const Node *node, unsigned char *bytes, size_t count) {
    uint64_t a = plain(node, 0), b = plain(node, 1);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)((a >> (i & 31)) + (b >> (i / 32 & 31)) * (i / 1024 + 1));
}

static void check_bytes(World *w, const Node *node, const unsigned char *bytes, size_t count, bool thoroughly) {
    uint64_t a = plain(node, 0), b = plain(node, 1);
    size_t stride = thoroughly || count < 256 ? 1 : count / 61;
    for (size_t i = 0; i < count; i = i + stride >= count && i + 1 < count ? count - 1 : i + stride)
        if (bytes[i] != (unsigned char)((a >> (i & 31)) + (b >> (i / 32 & 31)) * (i / 1024 + 1)))
            world_fail(w, "%s %u: byte %zu of %zu has changed", shape_names[node->shape], node->id, i, count);
}

void shape_fill(World *w, Node *node, void *object) {
    (void)w;
    switch ((Shape)node->shape) {
    case MIXED:
        ((MixedO *)object)->plain = (uint32_t)plain(node, 2);
        fill_bytes(node, ((MixedO *)object)->bytes, sizeof((MixedO *)object)->bytes);
        break;
    case LEAF: fill_bytes(node, ((LeafO *)object)->bytes, sizeof((LeafO *)object)->bytes); break;
    case WIDE: fill_bytes(node, ((WideO *)object)->bytes, sizeof((WideO *)object)->bytes); break;
    case TINY: ((TinyO *)object)->byte = (unsigned char)plain(node, 2); break;
    case STRUCTS:
        for (uint32_t i = 0; i < node->count; i++) {
            ((StructsO *)object)->item[i].plain = plain(node, i);
            ((StructsO *)object)->item[i].more = (uint32_t)plain(node, ~(uint64_t)i);
        }
        break;
    case BYTES: fill_bytes(node, ((BytesO *)object)->byte, node->count); break;
    case TRACKED_BYTES: fill_bytes(node, ((TrackedBytesO *)object)->byte, node->count); break;
    default: break;
    }
}

static uint64_t id_of(const Node *node, const void *object) {
    switch ((Shape)node->shape) {
    case MIXED: return ((const MixedO *)object)->id;
    case LEAF: return ((const LeafO *)object)->id;
    case UNION: return ((const UnionO *)object)->id;
    case REFS: return ((const RefsO *)object)->id;
    case VALUES: return ((const ValuesO *)object)->id;
    case STRUCTS: return ((const StructsO *)object)->id;
    case BYTES: return ((const BytesO *)object)->id;
    case BORN: return ((const BornO *)object)->id;
    case OWNER: return ((const OwnerO *)object)->id;
    case TRACKED: return ((const TrackedO *)object)->id;
    case TRACKED_BYTES: return ((const TrackedBytesO *)object)->id;
    case WIDE: return ((const WideO *)object)->id;
    case LINES: return ((const LinesO *)object)->id;
    default: return node->id; /* has no room for it */
    }
}

static void set_id(const Node *node, void *object) {
    switch ((Shape)node->shape) {
    case PAIR:
    case TINY:
    case WEAK:
    case WEAK_ARRAY: break;
    case VALUES: ((ValuesO *)object)->id = node->id; break;
    case STRUCTS: ((StructsO *)object)->id = node->id; break;
    default: *(uint64_t *)object = node->id; break; /* first in all the others */
    }
}

size_t shape_bytes(const Node *node) {
    return layouts[node->shape].size + layouts[node->shape].element * node->count;
}

void shape_check(World *w, const Node *node, void *object, bool thoroughly) {
    const char *name = shape_names[node->shape];
    size_t align = node->shape == WIDE ? 64 : node->shape == LINES ? 32 : 8;
    if ((uintptr_t)object % align) world_fail(w, "%s %u: misaligned at %p", name, node->id, object);
    if (node->shape == WEAK) return;
    if (tn_length_of(object) != node->count)
        world_fail(w, "%s %u: tn_length_of is %zu, not %u", name, node->id, tn_length_of(object), node->count);
    if (node->shape == WEAK_ARRAY) return;
    if (tn_type_of(object) != layouts[node->shape].type)
        world_fail(w, "%s %u: its type is %u, not %u", name, node->id, tn_type_of(object), layouts[node->shape].type);
    if (id_of(node, object) != node->id)
        world_fail(w, "%s %u: the object at %p has the id %llu", name, node->id, object,
                   (unsigned long long)id_of(node, object));
    size_t size = tn_size_of(w->heap, object), expected = shape_bytes(node);
    if (size < expected || size > (expected + 7) / 8 * 8)
        world_fail(w, "%s %u: tn_size_of is %zu, not %zu", name, node->id, size, expected);
    switch ((Shape)node->shape) {
    case MIXED:
        if (((MixedO *)object)->plain != (uint32_t)plain(node, 2))
            world_fail(w, "mixed %u: its plain word has changed", node->id);
        check_bytes(w, node, ((MixedO *)object)->bytes, sizeof((MixedO *)object)->bytes, true);
        break;
    case WIDE: check_bytes(w, node, ((WideO *)object)->bytes, sizeof((WideO *)object)->bytes, true); break;
    case LEAF: check_bytes(w, node, ((LeafO *)object)->bytes, sizeof((LeafO *)object)->bytes, true); break;
    case TINY:
        if (((TinyO *)object)->byte != (unsigned char)plain(node, 2))
            world_fail(w, "tiny %u: its byte has changed", node->id);
        break;
    case UNION:
        if (((UnionO *)object)->is_value != node->slot[0].is_value)
            world_fail(w, "union %u: its kind has changed", node->id);
        break;
    case STRUCTS:
        for (uint32_t i = 0; i < node->count; i++)
            if (((StructsO *)object)->item[i].plain != plain(node, i) ||
                ((StructsO *)object)->item[i].more != (uint32_t)plain(node, ~(uint64_t)i))
                world_fail(w, "structs %u: the plain data of element %u has changed", node->id, i);
        break;
    case BYTES: check_bytes(w, node, ((BytesO *)object)->byte, node->count, thoroughly); break;
    case TRACKED_BYTES: check_bytes(w, node, ((TrackedBytesO *)object)->byte, node->count, thoroughly); break;
    default: break;
    }
}

/* ---- making ---- */

static void check_zero(World *w, const Node *node, const void *object) {
    size_t bytes = shape_bytes(node);
    const unsigned char *p = object;
    if (bytes && (p[0] || memcmp(p, p + 1, bytes - 1)))
        world_fail(w, "%s %u: new memory of %zu bytes at %p is not zero", shape_names[node->shape], node->id, bytes,
                   object);
}

static void *allocate(World *w, Shape shape, uint32_t count, void **target) {
    tn_mutator *m = w->m;
    TN_SCOPE(m);
    if (shape == WEAK || shape == WEAK_ARRAY) {
        void **h =
            shape == WEAK ? (void **)(void *)TN_WEAK_NEW(m, target) : (void **)(void *)TN_WEAK_ARRAY_NEW(m, count);
        return h ? *h : NULL;
    }
    if (!m->window && chance(w, 5)) { /* which tn_reserve makes no room for */
        void *fixed = tn_alloc_stable_sized(m, layouts[shape].type, layouts[shape].size, layouts[shape].element, count);
        if (fixed && tn_is_young(m, fixed)) world_fail(w, "tn_alloc_stable: %p is young", fixed);
        return fixed;
    }
    if (shape == MIXED && count == 0 && chance(w, 50)) {
        MixedO **h = TN_NEW(m, MixedO);
        return h ? *h : NULL;
    }
    if (shape == WIDE) return chance(w, 50) ? tn_alloc(m, WideO) : tn_alloc_slow(m, WideO_type, sizeof(WideO), 0, 0);
    if (shape == REFS && chance(w, 50)) {
        RefsO **h = TN_NEW_TAIL(m, RefsO, void *, count);
        return h ? *h : NULL;
    }
    if (layouts[shape].element)
        return tn_alloc_tail_sized(m, layouts[shape].type, layouts[shape].size, layouts[shape].element, count);
    return tn_alloc_sized(m, layouts[shape].type, layouts[shape].size);
}

void *shape_make(World *w, Shape shape, uint32_t count, void **target, Id target_id, Node **made) {
    tn_clear_error(w->m);
    void *object = allocate(w, shape, count, target);
    *made = NULL;
    if (!object) {
        if (tn_last_status(w->m) != TN_OUT_OF_MEMORY)
            world_fail(w, "allocating %s (%u): %s", shape_names[shape], count, tn_last_error(w->m));
        w->outs++;
        return NULL;
    }
    Node *node = model_add(&w->model, shape, count, slots_of(shape, count));
    if (shape == OWNER) node->slot[1].is_value = true;
    if (shape != WEAK && shape != WEAK_ARRAY) check_zero(w, node, object);
    if (shape == WEAK) node->slot[0].id = target_id;
    if (shape == OWNER || shape == TRACKED || shape == TRACKED_BYTES) w->disposables++;
    set_id(node, object);
    shape_fill(w, node, object);
    w->live++;
    w->live_slots += node->slots;
    w->live_bytes += node->count;
    *made = node;
    return object;
}

Node *shape_resize(World *w, Node *node, void **h, uint32_t count) {
    void **before = TN_HANDLE(w->m, *h);
    tn_clear_error(w->m);
    tn_status status = TN_RESIZE(w->m, h, count);
    if (status == TN_OUT_OF_MEMORY || (status == TN_BAD_STATE && strstr(tn_last_error(w->m), "fixed address")))
        return w->outs++, NULL;
    if (status != TN_OK) world_fail(w, "TN_RESIZE: %s", tn_last_error(w->m));
    uint32_t slots = slots_of(node->shape, count);
    Node *now = node;
    if (*h != *before) { /* whoever refers to the old one still does, and finds no tail */
        now = model_add(&w->model, node->shape, count, slots);
        for (uint32_t i = 0; i < slots && i < node->slots; i++) now->slot[i] = node->slot[i];
        set_id(now, *h);
        node->slots = slots_of(node->shape, node->count = 0);
        shape_check(w, node, *before, true);
        w->live++;
        w->live_slots += slots;
        w->live_bytes += count;
    } else {
        if (slots < now->slots) now->slots = slots;
        model_grow_slots(now, slots);
        now->count = count;
    }
    shape_fill(w, now, *h);
    return now;
}
