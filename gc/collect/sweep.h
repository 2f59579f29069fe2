/* collect/sweep.h: sweeping, which finds the holes that the dead leave, and cells in them for promotion and born-old
 * objects.
 *
 * After a marking, a block's used bits still show what was allocated. Sweeping leaves only the bits where a marked
 * cell or a hole begins or ends, disposes of the dead, and files the block as free, partial or full. Most blocks are
 * swept at once after marking, from their bits alone. Blocks that may hold objects with dispose are swept lazily:
 * when a size class needs a cell, some after each minor collection, and the rest before the next marking. */
#ifndef TNI_SWEEP_H
#define TNI_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "tenure/base.h"

/* A cell of a class whose run has no room for it. Never fails for survivors, as long as P1 holds
 * (collect/pacing/room.h). NULL for born-old objects when the system has no more memory. */
char *tni_sweep_cell(tn_heap *heap, unsigned class, size_t cell);
/* Gives the class a run that has so much room; false when there is none. */
bool tni_sweep_room(tn_heap *heap, unsigned class, size_t room);
/* After marking: sweeps what is not swept lazily. Returns the bytes of all marked cells. */
size_t tni_sweep_after_marking(tn_heap *heap);
/* Sweeps up to so many blocks; true when all are swept. */
bool tni_sweep_some(tn_heap *heap, size_t blocks);
void tni_sweep_all(tn_heap *heap);
/* Before a marking: sweeps the rest, takes all blocks from the classes, and clears the mark bits. */
void tni_sweep_before_marking(tn_heap *heap);
/* Calls visit(object, user) for every object of the old space that is allocated: while marking, those that are marked,
 * and all large ones. */
void tni_sweep_each_object(tn_heap *heap, void (*visit)(void *object, void *user), void *user);
/* Disposes of every object, for tn_heap_destroy. */
void tni_sweep_dispose_all(tn_heap *heap);

#endif
