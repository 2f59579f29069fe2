/* base/clock.h: the time that the mutator's thread has run. Pacing uses it to know what collections and the program
 * cost.
 *
 * The wall clock goes on while the process is stopped: by a busy neighbour, a container's quota, a debugger. By that
 * clock, one interrupted collection would look a hundred times as costly as it was. The thread's own clock stands still
 * then, but reading it is a system call, which takes a large part of a short collection. So the wall clock is read each
 * time. The thread's clock is read only if the wall clock has advanced by TNI_CLOCK_UNCHECKED since, or if the caller
 * asks; then the time that the thread did not run is subtracted from the last step. So the time between two readings is
 * never negative, and is too long by at most TNI_CLOCK_UNCHECKED.
 *
 * It copes with clocks that go backwards or stand still, as those of virtual machines do, and with a thread's clock
 * that advances only once in a while. Tests give it functions of their own. Owned by collect/pacing/pacing.c. */
#ifndef TNI_CLOCK_H
#define TNI_CLOCK_H

#include <stdint.h>

#define TNI_CLOCK_UNCHECKED UINT64_C(200000) /* ns */

typedef struct tni_clock {
    uint64_t (*wall)(void); /* ns; tni_os_now */
    uint64_t (*cpu)(void);  /* ns that the calling thread has run; tni_os_cpu */
    uint64_t at;            /* the last value of `wall` */
    uint64_t ran;           /* the last value that tni_clock_read returned */
    uint64_t cpu_at;        /* the last value of `cpu` that was believed */
    uint64_t unchecked;     /* how far the wall clock has advanced since then */
} tni_clock;

/* Call this first, and again whenever another thread takes over: from now on the calling thread is measured. */
void tni_clock_start(tni_clock *clock);
/* The ns that the measured threads have run since the start. */
uint64_t tni_clock_read(tni_clock *clock);
/* The same, but the thread's clock is read now, so that the result is exact: for readings that look suspicious. */
uint64_t tni_clock_check(tni_clock *clock);

#endif
