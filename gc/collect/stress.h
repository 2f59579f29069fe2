/* collect/stress.h: collections that come too often, and survivors that move again and again (TENURE_DEBUG=stress=N).
 *
 * A host that keeps a raw pointer over an allocation is lucky as long as the object does not move. With `stress` a
 * collection comes after each N allocations on average: after 1 to 2N - 1, drawn from a seed that the log names once,
 * or after exactly N with the word `fixed`. And what survives such a collection stays young. It is copied to another
 * place of the nursery instead of the old space, up to TNI_STAYS times in a row. So each of these collections moves it.
 * (Under `verify` without `barriers` it stays once, so that stores without barrier are found.) Every other collection
 * (the host's, a full nursery, a major one) promotes as always.
 *
 *     S1  while survivors stay (heap->staying), what it has copied is armed, and no other young object is: so a slot
 *         that is visited twice is not moved twice. When it is over, no young object is armed (B3)
 *     S2  after it nothing leaves the logs of the barrier, the list of young cells, or the lists of young objects: old
 *         objects may refer to what stayed. Nor does a range rest, and the next collection visits it from the lowest
 *         mark since (R2 is for what is younger than nursery.kept)
 *     S3  what stays has at most half of the cycle, so that the promise P1 still covers all of it */
#ifndef TNI_STRESS_H
#define TNI_STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "space/old.h"
#include "heap/moment.h"

enum { TNI_STAYS = 15 };

typedef struct tni_stress {
    uint64_t random;   /* the state of the generator; 0: not begun */
    unsigned stayed;   /* so many collections in a row, survivors have */
    char *to, *at, *end; /* where the copies begin, the next one goes, and the room ends */
} tni_stress;

/* The options may have changed: says the seed if a new one is in effect. */
void tni_stress_changed(tn_heap *heap);
/* How many allocations come before the next collection. */
size_t tni_stress_distance(tn_heap *heap);

/* A minor collection is about to begin. Decides whether survivors stay young, and finds the place for them. */
void tni_stress_begin(tn_heap *heap, const tni_collection *c);
/* While survivors stay: classes without any room, so that each cell is asked for by tni_stress_cell. */
tni_runs *tni_stress_runs(void);
/* A cell in the nursery, for an object with this alignment. */
char *tni_stress_cell(tn_heap *heap, size_t cell, size_t align);
/* A large object that was young has been reached, and is old now: it may refer to what stays. */
void tni_stress_adopted(tn_heap *heap, void *object);
/* Weak holders and dispose have been seen to: copies are young objects as any other (S1). */
void tni_stress_settle(tn_heap *heap);

#endif
