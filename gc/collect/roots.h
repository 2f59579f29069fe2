/* collect/roots.h: the kinds of roots, as a table.
 *
 * To add a kind, write its struct in heap/root.h, or where its owner is, and count its memory in tni_roots_bytes and
 * tni_roots_free. Write the functions of a row. Add its number here and the row in roots.c, in the order in which the
 * kinds are visited. Add its check to the table in debug/verify/references.c. If a host registers it, let gdb show it
 * (tools/gdb/tenure-gdb.py). Whatever visits, counts or reports roots goes through this table. */
#ifndef TNI_ROOT_KINDS_H
#define TNI_ROOT_KINDS_H

#include "heap/root.h"

typedef struct tni_root_kind {
    const char *name; /* for reports, */
    const char *slot; /* and that of one of their slots */
    /* Each NULL: there is nothing to visit. */
    void (*visit_young)(tn_heap *heap, tn_tracer *tracer); /* for a minor collection: what may refer to young objects */
    void (*visit_all)(tn_heap *heap, tn_tracer *tracer);   /* for a marking */
    /* Those that the host has registered and should remove; NULL: it does not register them. */
    void (*each)(const tn_heap *heap, tni_root_fn visit, void *user);
    void (*visit_one)(tn_heap *heap, const void *root, tn_tracer *tracer); /* one of these */
    /* For reports: which root it is (NULL if they are not registered), and which of its slots. */
    void (*tell)(const tn_heap *heap, const void *root, const void *slot, char *text, size_t size);
} tni_root_kind;

typedef enum tni_root_kind_number {
    TNI_HANDLE_ROOTS,
    TNI_REMEMBERED_ROOTS,
    TNI_GLOBAL_ROOTS,
    TNI_CELL_ROOTS,
    TNI_RANGE_ROOTS,
    TNI_SCANNER_ROOTS,
    TNI_ROOT_KINDS
} tni_root_kind_number;
extern const tni_root_kind tni_root_kinds[TNI_ROOT_KINDS];

void tni_roots_young(tn_heap *heap, tn_tracer *tracer);
void tni_roots_all(tn_heap *heap, tn_tracer *tracer);

#endif
