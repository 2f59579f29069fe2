/* core/root.h: globals, root cells, ranges and scanners.
 *
 * Globals are root cells that the library owns, in slabs; every registered cell is an entry of one hash set.
 *
 *     R1  a cell that holds a young reference is in `young` (perhaps more than once), or `young_overflow` is set
 *     R2  below a range's low-water mark there is no young reference
 *
 * Callers: the host, collect/ (tni_roots_young, tni_roots_all), debug/verify.c. */
#ifndef TNI_ROOT_H
#define TNI_ROOT_H

#include "core/object.h"
#include "core/vector.h"
#include "tenure/root.h"

struct tn_range {
    tn_range_desc desc;
    tn_range *next;
};

typedef struct tni_scanner {
    tn_scan_fn scan;
    void *user;
    struct tni_scanner *next;
} tni_scanner;

typedef struct tni_slab {
    struct tni_slab *next;
    void *cells[510];
} tni_slab;

#define TNI_GLOBAL ((uintptr_t)1) /* of an entry: the cell is ours */

typedef struct tni_roots {
    uintptr_t *cells;    /* hash set: addresses of cells, bit 0 set for globals; 0 is empty */
    size_t count, capacity;
    tni_slab *slabs;
    void **free_globals; /* a list through the free cells */
    tni_vector young;
    bool young_overflow;
    tn_range *ranges;
    tni_scanner *scanners;
    size_t bytes;        /* of slabs, ranges and scanners, each with a word of malloc's */
} tni_roots;

/* Visits what a minor collection must: young cells, ranges from their low-water marks, scanners. Then all marks are
 * raised and the young cells forgotten: the caller has made every visited slot old. */
void tni_roots_young(tni_roots *roots, tn_tracer *tracer);
/* Visits every cell, range and scanner. */
void tni_roots_all(tni_roots *roots, tn_tracer *tracer);
/* Visits every handle of the heap's mutators, of both kinds. */
void tni_handles_visit(tn_heap *heap, tn_tracer *tracer);
void tni_roots_free(tni_roots *roots);

#endif
