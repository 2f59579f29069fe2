/* collect/pacing/room.h: what a cycle of the nursery is promised.
 *
 *     P1  before a cycle begins, the old space has free blocks for everything that the cycle can promote
 *
 * and with them, below the hard limit, room for the cycle itself, the heads of the regions, and the queue of the
 * evacuation: its claim (P2, collect/limit.h). */
#ifndef TNI_ROOM_H
#define TNI_ROOM_H

#include "base/base.h"

#define TNI_CAPACITY_MIN ((size_t)32 << 10) /* a cycle shorter than this is not worth a minor collection */

typedef struct tni_cycle_room {
    size_t claim;       /* of the cycle, on the room below the hard limit (P2); 0: no cycle, or a collection runs */
    size_t promised;    /* blocks, to the cycle (P1) */
    size_t least;       /* what the next cycle must hold if at all possible: an allocation waits for it */
    size_t wanted;      /* what a born-old object waits for */
    bool reserve_spent; /* memory was out: the reserve is given out as well */
} tni_cycle_room;

/* The nursery's part of tni_begin_cycle, which calls it. The capacity is 0 if there is no room. */
void tni_pacing_begin_cycle(tn_heap *heap);
/* The heap has its first type with an alignment: from now on promotion may need more. Shortens the present cycle. */
void tni_pacing_aligned(tn_heap *heap);
/* Whether `bytes` more of the old space fit below the hard limit; shortens the present cycle if that helps. */
bool tni_pacing_fits(tn_heap *heap, size_t bytes);

#endif
