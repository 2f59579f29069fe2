/* space/area.h: the reserved address range in which the regions of large objects lie.
 *
 * It begins where the nursery's range ends, so one compare tells whether an address can be young: it can in either
 * range. Memory is taken in runs of units of 2 MiB. What is given back stays mapped and touched, so that it can be used
 * again without the system; tni_area_trim gives it back to the system.
 *
 *     L3  adjacent free units below `top` are one run, in the list of its length; from `top` on all are free
 *
 * A unit knows how many of its pages, from its start on, are not known to be zero. If the range is used up, or could
 * not be reserved, regions are mapped elsewhere (space/region.c), and their objects are born old. This file knows
 * nothing of regions. */
#ifndef TNI_AREA_H
#define TNI_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/os.h"

#define TNI_UNIT TNI_HUGE_PAGE
enum { TNI_RUNS = 64 }; /* lists of free runs, by length; list 0 is for all longer ones */

typedef struct tni_unit {
    uint32_t next, prev; /* in a free run's first unit: neighbours in the list, as number + 1; 0: none */
    uint32_t run;        /* in a free run's first and last unit: its length */
    uint16_t pages;      /* the number of pages, from its start, that may hold anything */
    bool free;
    bool usable;         /* committed */
} tni_unit;

typedef struct tni_area {
    char *base;
    size_t bytes;       /* 0: there is no range */
    tni_faults *faults;
    tni_unit *units;
    size_t top;         /* units from here on were never taken */
    size_t kept_bytes;  /* bytes of touched pages in free units */
    uint32_t runs[TNI_RUNS]; /* heads of the lists, as number + 1 */
} tni_area;

/* Takes over reserved address space; tni_area_free gives it back. Without memory for the table there is no range. */
void tni_area_init(tni_area *range, tni_faults *faults, char *base, size_t bytes);
void tni_area_free(tni_area *range);

static inline bool tni_area_has(const tni_area *range, const void *address) {
    return (uintptr_t)address - (uintptr_t)range->base < range->bytes;
}
/* Takes a run of whole units for this many bytes; NULL if there is none. Its pages keep their contents. */
void *tni_area_take(tni_area *range, size_t bytes);
/* Changes the length of a run from `from` to `to` bytes. False if it cannot grow because the units after it are not
 * free. */
bool tni_area_resize(tni_area *range, char *run, size_t from, size_t to);
/* How many pages at the start of the unit at this address may hold anything. */
size_t tni_area_dirty(const tni_area *range, const void *unit);
/* Zeroes the part of [at, at + bytes), in a run that was just taken, that may not be zero. */
void tni_area_zero(tni_area *range, char *at, size_t bytes);
/* Records that the first `bytes` of the run may hold anything from now on. */
void tni_area_touch(tni_area *range, char *run, size_t bytes);
/* Moves the contents of a whole unit to another one, without copying them; `from` is zero then. False, without any
 * change, if the system cannot do that. */
bool tni_area_move(tni_area *range, char *from, char *to);
/* Gives a run of this many bytes back; its memory stays mapped. */
void tni_area_give(tni_area *range, char *run, size_t bytes);
/* Gives at most `most` free units back to the system, until at most `keep` bytes are kept; if `keep` is 0, until no
 * free unit is usable. Returns their number. */
size_t tni_area_trim(tni_area *range, size_t keep, size_t most);

#endif
