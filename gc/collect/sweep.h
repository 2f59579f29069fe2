/* collect/sweep.h: cells for promotion and born-old objects, by sweeping.
 *
 * After marking a block's used bits still show what was allocated. Sweeping keeps those at which a marked cell begins
 * or ends, disposes of dead objects, and files the block as free or partial. Most blocks are swept at once. Blocks that
 * may hold objects with dispose are swept lazily: when their holes are needed, some after each minor collection, and
 * the rest before the next marking. So a sweep may last from tni_sweep_begin to tni_sweep_end, over many minor
 * collections. */
#ifndef TNI_SWEEP_H
#define TNI_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "tenure/base.h"

/* A cell of a lane whose run has no room for it. Never fails while pacing's promise (collect/pacing.h, P1) holds: NULL
 * only for born-old objects, when the system has no more memory. */
char *tni_sweep_cell(tn_heap *heap, unsigned lane, size_t cell);
/* The first half of that: makes the run have that much room. */
bool tni_sweep_room(tn_heap *heap, unsigned lane, size_t room);
/* After marking: sweeps what is not swept lazily. Returns the bytes of all marked cells. */
size_t tni_sweep_begin(tn_heap *heap);
/* Sweeps up to `blocks` blocks; true when none is left. */
bool tni_sweep_some(tn_heap *heap, size_t blocks);
void tni_sweep_all(tn_heap *heap);
/* Before a marking: sweeps the rest, takes all blocks from the lanes, and clears the marks. */
void tni_sweep_end(tn_heap *heap);
/* Calls visit(object, user) for every object of the old space that is allocated: while marking, those that are marked,
 * and all large ones. */
void tni_sweep_each_object(tn_heap *heap, void (*visit)(void *object, void *user), void *user);
/* Disposes of every object, for tn_heap_destroy. */
void tni_sweep_dispose_all(tn_heap *heap);

#endif
