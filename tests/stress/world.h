/* world.h: the oracle's state: one heap, the model of it, and every kind of root in both.
 *
 * shapes.c knows the objects' layouts, walk.c compares heap and model, objects.c, roots.c and oracle.c hold the
 * operations. Who fills in the first fields of an empty World and calls oracle(): main.c, with random numbers, and
 * tests/fuzz/api.c, with a fuzzer's bytes. */
#ifndef ORACLE_WORLD_H
#define ORACLE_WORLD_H

#include <setjmp.h>

#include "model.h"
#include "tenure.h"

typedef enum Shape {
    PAIR,          /* two references, nothing else */
    MIXED,         /* references, values and plain data */
    LEAF,          /* plain data */
    TINY,          /* one byte */
    UNION,         /* an ordinary type whose trace callback decides whether its word is a reference or a value */
    REFS,          /* a tail of references */
    VALUES,        /* a value and a tail of values */
    STRUCTS,       /* a tail of structs of plain data, a reference and a value */
    BYTES,         /* a tail of bytes */
    BORN,          /* born old: a value and a tail of references */
    OWNER,         /* owns a malloc'd buffer of references and values; trace and dispose */
    TRACKED,       /* a reference; dispose */
    TRACKED_BYTES, /* a tail of bytes; dispose */
    WIDE,          /* plain data, aligned to 64 bytes */
    LINES,         /* a tail of references, aligned to 32; allocated by number */
    WEAK,
    WEAK_ARRAY,
    SHAPES
} Shape;

enum { KIND_REF, KIND_VALUE, KIND_WEAK };

enum {
    CELLS = 48,
    GLOBALS = 256,
    RANGES = 4,
    SCANNERS = 4,
    SCANNED = 12,
    HANDLES_MAX = 1 << 14,
    RING = 48,
    LIVE_MAX = 8000
}; /* nodes: beyond it, roots are dropped */

typedef struct Handle {
    void **slot;
    Id id;
} Handle;
typedef struct ValueHandle {
    tn_value *slot;
    Slot model;
} ValueHandle;
typedef struct Global { /* every other one holds a value */
    void *const *slot;
    Id id;
} Global;
#define GLOBAL_MODEL(w, i) ((Slot){(w)->global[i].id, (i) % 2, (i) % 2 ? (w)->format.tag : 0})
typedef struct Cell { /* likewise; one of the two is used */
    TN_FIELD(void) cell;
    tn_value_field value;
    bool added;
    Id id;
} Cell;
#define CELL_MODEL(w, i) ((Slot){(w)->cell[i].id, (i) % 2, (i) % 2 && (w)->cell[i].id ? (w)->format.tag : 0})
static inline uint64_t cell_word(const Cell *c, bool is_value) {
    return is_value ? tn_root_read_value(&c->value) : (uint64_t)(uintptr_t)tn_root_read(&c->cell);
}
typedef struct Range {
    tn_range *range;
    bool values, marked; /* marked: with a low-water mark */
    bool suspended;
    uint64_t *base, *top, *low;
    size_t capacity;
    Slot *model;
} Range;
typedef struct Scanner {
    bool added;
    void *ref[SCANNED];
    tn_value value[SCANNED];
    Slot refs[SCANNED], values[SCANNED];
} Scanner;

typedef struct World World;
struct World {
    uint64_t (*draw)(World *w, unsigned bytes); /* the next choice: a number of so many bytes or more */
    uint64_t random;                            /* of draw: the state of the random numbers, */
    const unsigned char *bytes, *bytes_end;     /* or what is left of a given string */
    uint64_t seed;                              /* for the report; odd: also what depends on the clock may be done */
    int format_number;                          /* 0 .. 3 */
    uint64_t steps;
    const char *options;                        /* of the heap */
    void (*log)(const char *line, void *user);  /* of the heap; user: the World */
    bool even;                                  /* each operation is as likely as any other */
    bool print;                                 /* each operation to standard error */

    tn_heap *heap;
    tn_mutator *m;
    Model model;
    tn_format format;
    uint64_t step;
    unsigned depth;
    jmp_buf *jump; /* where the innermost longjmp operation waits */
    unsigned jump_depth;

    Handle handle[HANDLES_MAX];
    size_t handles;
    ValueHandle value[HANDLES_MAX];
    size_t values;
    size_t frame_handles, frame_values; /* where the innermost frame's begin */
    Id kept;                            /* what the handle that an operation returns holds */
    Global global[GLOBALS];
    Cell cell[CELLS];
    Range range[RANGES];
    Scanner scanner[SCANNERS];
    ptrdiff_t external;

    uint32_t walk;      /* the number of walks */
    uint64_t next_walk; /* the step of the next one that nothing else asks for */
    size_t live;        /* nodes, slots and bytes at the last walk, and made since */
    size_t live_slots, live_bytes;
    size_t live_most;
    uint64_t collections, outs; /* forced collections; allocations that failed for want of memory */
    uint64_t minors_seen, majors_seen;
    Id objects;                     /* made in all, at the end */
    uint64_t disposables, disposed; /* made, and disposed of */
    uint64_t epoch, walk_epoch;     /* collections so far, and at the last walk */
    IdList work, weaks, reached;    /* walk.c's lists; reached: all that the last walk found */
    const void **seen;              /* what tn_heap_walk has visited */
    size_t seen_count, seen_room;

    char ring[RING][160]; /* the last operations */
    uint64_t ring_next;
    bool reported;     /* what is wrong has been said */
    bool stressed;     /* every allocation may collect */
    bool debug_chosen; /* the option stays as it is */
    bool fault;        /* for `log`: a request to the system has failed (fail=N) */
};

/* ---- oracle.c ---- */
/* Makes a heap, does `steps` operations, and takes everything down again. False when there was no memory for a heap. */
bool oracle(World *w);
/* Says where it is, and what has been done last. */
void world_print(const World *w);
/* After a call that failed: true when it was for want of memory; anything else ends the test. */
bool world_out_of_memory(World *w, const char *what);
/* Says so, and aborts. */
__attribute__((noreturn, format(printf, 2, 3))) void world_fail(World *w, const char *format, ...);
__attribute__((format(printf, 2, 3))) void world_note(World *w, const char *format, ...);
static inline uint64_t rnd(World *w) { return w->draw(w, 8); }
static inline uint32_t below(World *w, uint32_t n) {
    return (uint32_t)(w->draw(w, n <= 1u << 8 ? 1 : n <= 1u << 16 ? 2 : 4) % n);
}
static inline bool chance(World *w, uint32_t percent) { return below(w, 100) < percent; }

/* ---- shapes.c ---- */
extern const char *const shape_names[SHAPES];
void shapes_register(World *w);
/* Allocates, checks that the memory is zero, and fills in the plain data. NULL when memory is out; any other failure
 * ends the test. *node is the new node. May collect. For WEAK: of what `target` holds, with the model's `target_id`.
 */
void *shape_make(World *w, Shape shape, uint32_t count, void **target, Id target_id, Node **node);
size_t shape_bytes(const Node *node);
bool shape_tail(Shape shape);
unsigned shape_kind(const Node *node, uint32_t slot);
/* The word in a slot now, and a store. `how`: 0 typed with a handle, 1 typed raw, 2 raw, 3 into a new object: no
 * barrier. */
uint64_t shape_load(World *w, const Node *node, void *object, uint32_t slot);
void shape_store(World *w, Node *node, void **object, uint32_t slot, Slot to, void **target, unsigned how);
void shape_fill(World *w, Node *node, void *object); /* the plain data that goes with id and salt */
void shape_check(World *w, const Node *node, void *object, bool thoroughly); /* type, length, size, plain data */
/* TN_RESIZE of *h, which is the node's. The node of what *h is then: the same, or that of a copy; NULL: it has
 * failed. */
Node *shape_resize(World *w, Node *node, void **h, uint32_t count);
bool shape_owner_grow(Node *node, void *object, uint32_t refs, uint32_t values);
void shape_owner_size(const void *object, uint32_t *refs, uint32_t *values);
/* The row of references or of values that the object has, as slots: false when it has none. The row of `object` moves
 * within it; part of another's, of the same sort, is copied to it. The model's slots are the caller's. */
bool shape_row(const Node *node, const void *object, uint32_t *first, uint32_t *count);
tn_status shape_move(World *w, const Node *node, void **object, uint32_t to, uint32_t from, uint32_t count);
tn_status shape_copy(World *w, const Node *node, void **object, uint32_t to, const Node *other, void **source,
                     uint32_t from, uint32_t count);
tn_value value_encode(const World *w, Slot slot, void *target);
Slot value_random(World *w, Id id); /* with id: host bits; without: an immediate */

/* ---- objects.c ---- */
typedef struct Picked {
    void **h; /* a new handle in the current scope, or NULL */
    Node *node;
} Picked;
/* A random object; a random one for which `wanted` holds, if one is found in so many tries. */
Picked pick(World *w);
Picked pick_some(World *w, bool (*wanted)(const Node *), int tries);
bool is_weak(const Node *node);
bool room_to_keep(const World *w); /* whether the frame may have one more handle */
Picked make(World *w, Shape shape, uint32_t count, Picked target);
void store(World *w, Picked to, uint32_t slot, Picked what, unsigned how);
void link_somewhere(World *w, Picked what);

/* An operation. It may return a handle that it has escaped into the frame's scope, and then says in `kept` what that
 * holds. */
typedef void **op_fn(World *w);
op_fn op_new_pair, op_new_mixed, op_new_leaf, op_new_tiny, op_new_union, op_new_refs, op_new_values, op_new_structs,
    op_new_bytes, op_new_born, op_new_owner, op_new_tracked, op_new_wide, op_new_lines, op_new_weak, op_new_weak_array,
    op_new_boundary, op_new_large_refs, op_new_large_values, op_new_large_structs, op_new_large_bytes, op_new_huge,
    op_new_chain, op_garbage, op_store, op_clear, op_store_twice, op_old_to_young, op_large_to_young, op_put, op_get,
    op_get_value, op_set_value_handle, op_set_handle, op_owner_write, op_move, op_copy, op_unprotect, op_protect,
    op_resize;

/* ---- roots.c ---- */
void range_add(World *w, Range *range);
void root_somewhere(World *w, Picked what);
op_fn op_global_new, op_global_set, op_global_free, op_cell, op_range_push, op_range_pop, op_range_write,
    op_range_move, op_range_toggle, op_range_switch, op_scanner, op_drop_globals, op_drop_roots;

/* ---- walk.c ---- */
/* Compares all that can be reached from the roots. kind < 0: no collection has gone before; else what a collection of
 * this kind must have done holds too, and dead nodes leave the model. */
void walk(World *w, int kind);
/* Compares one slot; returns its strong target and where it is, or NULL. */
Node *walk_slot(World *w, const Node *node, void *object, uint32_t slot, void **address);
/* tn_heap_walk has visited each of those that the last walk found once, and nothing else. */
void walk_check_seen(World *w);
/* One random object: of those that the last walk found, if nothing has been collected since, or found from a random
 * root; NULL when that root is empty. Does not collect. */
Node *walk_random(World *w, void **address);
void walk_free(World *w);

#endif
