/* base/clock.c: see clock.h. */
#include "base/clock.h"

void tni_clock_start(tni_clock *clock) {
    clock->at = clock->wall();
    clock->cpu_at = clock->cpu();
    clock->unchecked = 0;
}

static uint64_t step(tni_clock *clock) {
    uint64_t now = clock->wall(), went = now > clock->at ? now - clock->at : 0;
    clock->at = now;
    clock->ran += went;
    clock->unchecked += went;
    return went;
}

/* Subtracts from the last step, of `went` ns, the time that the thread did not run. The thread's clock is not always
 * believed. It may not have moved, for its tick may be coarse. It may have gone backwards, for it is that of another
 * thread. Or it may have gone too far, for the wall clock was set back meanwhile. */
static uint64_t check(tni_clock *clock, uint64_t went) {
    uint64_t cpu = clock->cpu(), ran = cpu - clock->cpu_at;
    if (!ran) return clock->ran;
    if (cpu > clock->cpu_at && ran < clock->unchecked) {
        uint64_t lost = clock->unchecked - ran;
        clock->ran -= lost < went ? lost : went;
    }
    clock->cpu_at = cpu;
    clock->unchecked = 0;
    return clock->ran;
}

uint64_t tni_clock_read(tni_clock *clock) {
    uint64_t went = step(clock);
    return clock->unchecked < TNI_CLOCK_UNCHECKED ? clock->ran : check(clock, went);
}

uint64_t tni_clock_check(tni_clock *clock) { return check(clock, step(clock)); }
