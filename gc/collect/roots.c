/* collect/roots.c: see roots.h. */
#include "collect/roots.h"

#include "collect/minor.h"

/* What is visited first is copied first, and what is copied together lies together. */
const tni_root_kind tni_root_kinds[TNI_ROOT_KINDS] = {
    [TNI_HANDLE_ROOTS] = {"handles", "a handle", tni_handles_visit, tni_handles_visit, NULL, NULL, tni_handle_tell},
    [TNI_REMEMBERED_ROOTS] = {"the remembered set", NULL, tni_remembered_visit, NULL, NULL, NULL, NULL},
    /* and root cells: they are in one table */
    [TNI_GLOBAL_ROOTS] = {"globals", "a global or root cell", tni_cells_young, tni_cells_all, tni_globals_each,
                          tni_cell_visit, tni_global_tell},
    [TNI_CELL_ROOTS] = {"roots", NULL, NULL, NULL, tni_cells_each, tni_cell_visit, tni_cell_tell},
    [TNI_RANGE_ROOTS] = {"ranges", "a range's slot", tni_ranges_young, tni_ranges_all, tni_ranges_each, tni_range_visit,
                         tni_range_tell},
    [TNI_SCANNER_ROOTS] = {"scanners", "a slot that a scanner visits", tni_scanners_visit, tni_scanners_visit,
                           tni_scanners_each, tni_scanner_visit, tni_scanner_tell},
};

void tni_roots_young(tn_heap *heap, tn_tracer *tracer) {
    for (unsigned i = 0; i < TNI_ROOT_KINDS; i++)
        if (tni_root_kinds[i].visit_young) tni_root_kinds[i].visit_young(heap, tracer);
}

void tni_roots_all(tn_heap *heap, tn_tracer *tracer) {
    for (unsigned i = 0; i < TNI_ROOT_KINDS; i++)
        if (tni_root_kinds[i].visit_all) tni_root_kinds[i].visit_all(heap, tracer);
}
