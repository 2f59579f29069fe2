/* space/range.h: the reserved address range in which regions of large objects lie.
 *
 * It begins where the nursery's range ends, so that one compare tells what can be young: an address in either. It is taken
 * in runs of units of 2 MiB. What is given back stays as it is, mapped and touched, so that it can be used again without
 * the system; tni_range_trim returns it.
 *
 *     L3  free units in a row below `top` are one run, and in the list of its length; from `top` on all are free
 *
 * A unit knows how many of its pages, from its start on, are not known to be zero. When the range is used up, or could not
 * be had, regions are mapped elsewhere (space/region.c), and their objects are born old. Knows nothing of regions.
 * Callers: space/region.c, space/large.c, heap/heap.c, debug/verify/. */
#ifndef TNI_RANGE_H
#define TNI_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/os.h"

#define TNI_UNIT TNI_HUGE_PAGE
enum { TNI_RUNS = 64 }; /* lists of free runs: by their length, and the last for all that are longer */

typedef struct tni_unit {
    uint32_t next, prev; /* of a free run's first unit: neighbours in the list, as number + 1; 0: none */
    uint32_t run;        /* of its first and last: the length */
    uint16_t pages;      /* from the unit's start on, that may hold anything */
    bool free;
    bool usable;         /* committed */
} tni_unit;

typedef struct tni_range {
    char *base;
    size_t bytes;       /* 0: there is none */
    tni_faults *faults;
    tni_unit *units;
    size_t top;         /* units from here on were never taken */
    size_t kept_bytes;  /* of touched pages in free units */
    uint32_t runs[TNI_RUNS]; /* heads of the lists, as number + 1 */
} tni_range;

/* Takes over reserved address space, which tni_range_free gives back; without memory for the table there is no range. */
void tni_range_init(tni_range *range, tni_faults *faults, char *base, size_t bytes);
void tni_range_free(tni_range *range);

static inline bool tni_range_has(const tni_range *range, const void *address) {
    return (uintptr_t)address - (uintptr_t)range->base < range->bytes;
}
/* A run of whole units for so many bytes; NULL when there is none. Its pages hold what they did. */
void *tni_range_take(tni_range *range, size_t bytes);
/* Makes a run that was taken for `from` bytes one for `to`; false when it is to be longer and what lies behind is not
 * free. */
bool tni_range_resize(tni_range *range, char *run, size_t from, size_t to);
/* How many pages of the unit at this address, from its start on, may hold anything. */
size_t tni_range_dirty(const tni_range *range, const void *unit);
/* Zeroes what may not be zero in [at, at + bytes) of a run that was just taken. */
void tni_range_zero(tni_range *range, char *at, size_t bytes);
/* From now on the first `bytes` of the run may hold anything. */
void tni_range_touch(tni_range *range, char *run, size_t bytes);
/* Gives a run of so many bytes back; it keeps its memory. */
void tni_range_give(tni_range *range, char *run, size_t bytes);
/* Returns at most `most` free units to the system, until no more than `keep` bytes are kept, or, if that is 0, no unit is
 * usable; how many it has returned. */
size_t tni_range_trim(tni_range *range, size_t keep, size_t most);

#endif
