/* base/clock.h: the time that the mutator's thread has run, by which pacing knows what collections and the program
 * cost.
 *
 * The wall clock goes on while the process is stopped: by a busy neighbour, a container's quota, a debugger. One
 * collection that was interrupted would look a hundred times as costly as it was. The thread's own clock does not, but
 * reading it is a call of the system, a large part of a short collection. So the wall clock is read, and the other one
 * only when the wall clock has gone on by TNI_CLOCK_UNCHECKED since, or when the caller asks. What the thread has not
 * run is taken off the last step then. So what lies between two readings is never negative, and too long by at most
 * TNI_CLOCK_UNCHECKED.
 *
 * Owned by collect/pacing.c, used by collect/. It looks after a clock that goes backwards or stands still, as clocks
 * of virtual machines do, and after a thread's clock that only goes on once in a while. Tests give it functions of
 * their own. */
#ifndef TNI_CLOCK_H
#define TNI_CLOCK_H

#include <stdint.h>

#define TNI_CLOCK_UNCHECKED UINT64_C(200000) /* ns */

typedef struct tni_clock {
    uint64_t (*wall)(void); /* ns; tni_os_now */
    uint64_t (*cpu)(void);  /* ns that the calling thread has run; tni_os_cpu */
    uint64_t at;            /* what `wall` returned last */
    uint64_t ran;           /* what was returned last */
    uint64_t cpu_at;        /* what `cpu` returned when it was believed last, */
    uint64_t unchecked;     /* and how far the wall clock has gone on since */
} tni_clock;

/* The first call, and whenever another thread will ask from now on: this one does. */
void tni_clock_start(tni_clock *clock);
/* The ns that the threads which asked have run since the start. */
uint64_t tni_clock_read(tni_clock *clock);
/* The same, and not longer than it was: for readings that look suspicious. */
uint64_t tni_clock_check(tni_clock *clock);

#endif
