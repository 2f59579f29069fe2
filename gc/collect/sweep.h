/* collect/sweep.h: free cells for promotion and born-old objects, by lazy sweeping.
 *
 * After marking every block is unswept: its used bits still show what was allocated. Sweeping copies the mark bits
 * over them, disposes of the dead, and files the block as free or partial. It happens when a class needs a
 * cell, a little after each minor collection, and to the end before the next marking. Large objects are swept at
 * once. Callers: core/alloc.c, collect/. */
#ifndef TNI_SWEEP_H
#define TNI_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "tenure/base.h"

/* A cell of the class whose run is exhausted. Never fails while pacing's promise (collect/pacing.h, P1) holds: NULL
 * only for born-old objects, when the system has no more memory. */
char *tni_sweep_cell(tn_heap *heap, unsigned class_);
/* After marking: large objects are swept, blocks without a mark become free, and every other one unswept. Returns
 * the bytes of all marked cells. */
size_t tni_sweep_begin(tn_heap *heap);
/* Sweeps up to `blocks` blocks; true when none is left. */
bool tni_sweep_some(tn_heap *heap, size_t blocks);
void tni_sweep_all(tn_heap *heap);
/* Calls visit(object, user) for every object of the old space that is allocated: after a marking, those that were
 * marked. */
void tni_sweep_each_object(tn_heap *heap, void (*visit)(void *object, void *user), void *user);
/* Disposes of every object, for tni_heap_destroy. */
void tni_sweep_dispose_all(tn_heap *heap);

#endif
