/* observe/log.h: what the log says of collections. */
#ifndef TNI_LOG_H
#define TNI_LOG_H

#include "heap/moment.h"

/* One line through the config's log. Sizes are in MiB, times in ms, but for the time since the heap was created.
 *
 *     [gc heap] 1.204 s, process 4711, #7 minor (nursery full): 26.40 -> 25.91 MiB, committed 31.02 of 1024.00,
 *     external 0.00; live 24.80, next major at 28.50, nursery 0.50; survived 0.43, 87.5 %; pause 0.589 ms, minor 0.580,
 *     memory 0.009; collecting 3.2 %
 *
 * The first two sizes are the bytes in use, before and after. "committed" is all that the heap has from the system, of
 * the limit. "live" is what the last marking found. "survived" is of the nursery, in MiB and percent. The last figure
 * is the share of the time since the heap was created. Parts of the pause that took no time are left out. *
 * With log_format=json the line is an object with these names, in this order. They stay; new ones come at the end.
 * Sizes are in bytes, times in nanoseconds; "nursery" is 0 while objects are born old; "limit" is left out when there
 * is none.
 *
 *     event ("collection"), heap, process, time_ns, number, kind ("minor", "major", "full"), cause, before, after,
 *     limit, committed, external, live, next_major, nursery, survived, pause_ns, minor_ns, mark_ns, weak_ns, sweep_ns,
 *     memory_ns, collecting_ns */
void tni_log_collection(tn_heap *heap, const tni_collection *c);
/* What tn_stats_text says, with a line for each of its lines; or one object: event ("summary"), heap, process, time_ns,
 * minors, majors, promoted, the same sizes, minor_pause_p50_ns, _p99_ns and _max_ns, those of major pauses, and
 * collecting_ns. Lines of the log about other things are text in either format. */
void tni_log_summary(tn_heap *heap);

#endif
