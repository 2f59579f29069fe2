/* heap/root.h: globals, root cells, ranges and scanners.
 *
 * Globals are root cells that the library owns, in slabs. Cells, ranges and scanners are found by a hash set each
 * (base/table.h), so that what the host passes is looked up and never followed. Ranges and scanners are visited in the
 * order of an array.
 *
 *     R1  a cell that holds a young reference is in `young` (perhaps more than once), or `young_overflow` is set
 *     R2  below a range's low-water mark there is no young reference, and in a resting range there is none at all
 */
#ifndef TNI_ROOT_H
#define TNI_ROOT_H

#include "space/object.h"
#include "base/table.h"
#include "base/vector.h"
#include "tenure/root.h"

struct tn_range {
    size_t index; /* in tni_ranges */
};

/* What collections read of a range. */
typedef struct tni_slots {
    char **base, **top, **low;
    tn_range *range;
    size_t stayed; /* from this offset on there may be survivors that stayed young (collect/stress.h); SIZE_MAX: none */
    bool values;
    bool suspended; /* it rests after the next minor collection, or rests already */
} tni_slots;

/* Active ranges come first: minor collections read no others. Behind them are those that rest: suspended, and visited
 * by a minor collection since. */
typedef struct tni_ranges {
    tni_slots *at;
    size_t active, count, capacity;
    tni_table known; /* the addresses of all tn_range */
} tni_ranges;

typedef struct tni_scanner {
    tn_scan_fn scan;
    void *user;
    size_t index; /* in tni_scanners */
} tni_scanner;

typedef struct tni_scanners {
    tni_vector at;   /* of tni_scanner */
    tni_table known; /* the same, found by function and user pointer */
} tni_scanners;

typedef struct tni_slab {
    struct tni_slab *next;
    void *cells[510];
} tni_slab;

/* Bits of an entry: the cell is ours; it holds a value. */
#define TNI_GLOBAL ((uintptr_t)1)
#define TNI_VALUE_CELL ((uintptr_t)2)
#define TNI_CELL_BITS (TNI_GLOBAL | TNI_VALUE_CELL)

typedef struct tni_roots {
    tni_table cells;     /* addresses of cells, with TNI_CELL_BITS */
    tni_slab *slabs;
    size_t slab_bytes;
    void **free_globals; /* a list through the free cells */
    tni_vector young;
    bool young_overflow;
    tni_ranges ranges;
    tni_scanners scanners;
} tni_roots;

/* What minor collections, and what markings, visit of each kind (collect/roots.c). Cells: globals and root cells. A
 * minor collection visits the young ones, and forgets which these are: the caller makes every visited slot old. Of
 * ranges it visits the active ones from their low-water marks on, raises the marks, and lets those that are suspended
 * rest. Scanners and handles are visited as a whole. */
void tni_cells_young(tn_heap *heap, tn_tracer *tracer);
void tni_cells_all(tn_heap *heap, tn_tracer *tracer);
void tni_ranges_young(tn_heap *heap, tn_tracer *tracer);
void tni_ranges_all(tn_heap *heap, tn_tracer *tracer);
void tni_scanners_visit(tn_heap *heap, tn_tracer *tracer);
void tni_handles_visit(tn_heap *heap, tn_tracer *tracer);

/* Calls visit with the address of each one that the host has registered and not removed. */
typedef void (*tni_root_fn)(const void *root, void *user);
void tni_globals_each(const tn_heap *heap, tni_root_fn visit, void *user);
void tni_cells_each(const tn_heap *heap, tni_root_fn visit, void *user);
void tni_ranges_each(const tn_heap *heap, tni_root_fn visit, void *user);
void tni_scanners_each(const tn_heap *heap, tni_root_fn visit, void *user);

/* Visits the slots of one of them. */
void tni_cell_visit(tn_heap *heap, const void *cell, tn_tracer *tracer);
void tni_range_visit(tn_heap *heap, const void *range, tn_tracer *tracer);
void tni_scanner_visit(tn_heap *heap, const void *scanner, tn_tracer *tracer);

/* Whether the range has been created and not destroyed. */
bool tni_range_known(const tn_heap *heap, const tn_range *range);

/* For reports: which of them it is, and which of its slots. A handle is its own slot. */
void tni_handle_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size);
void tni_global_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size);
void tni_cell_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size);
void tni_range_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size);
void tni_scanner_tell(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size);

/* What it has from malloc. */
size_t tni_roots_bytes(const tni_roots *roots);
void tni_roots_free(tni_roots *roots);

#endif
