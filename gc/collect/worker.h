/* collect/worker.h: what one thread of the collector works with: the queue of an evacuation, the stack of a marking,
 * and what their loops gather into.
 *
 * It is here and not on the C stack because a thread's stack may be small: no call of the library takes more than 4
 * KiB of it (tests/unit/test_stack.c). A heap has one worker for now. */
#ifndef TNI_WORKER_H
#define TNI_WORKER_H

#include "base/os.h"
#include "collect/mark.h"
#include "collect/minor.h"

typedef struct tni_worker {
    tni_queue queue;
    tni_marker mark;
    tni_marker_room room;
    tni_touched touched; /* what collections ask the system for */
} tni_worker;

#endif
