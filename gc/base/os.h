/* base/os.h: pages from the system. The only file that calls mmap and its kin. */
#ifndef TNI_OS_H
#define TNI_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* The granule of our own bookkeeping; the system's pages are no larger on the machines we run on. */
enum { TNI_PAGE = 4096 };
#define TNI_HUGE_PAGE ((size_t)2 << 20)

/* Bytes, or an address, up to the end of the page. */
static inline size_t tni_whole_pages(size_t bytes) { return (bytes + TNI_PAGE - 1) & ~(size_t)(TNI_PAGE - 1); }

/* The first three can fail, and do when `faults` says so (NULL: it never does). */

/* Address space that faults when touched, until tni_os_commit. `align` is a power of two. NULL when there is none. */
void *tni_os_reserve(tni_faults *faults, size_t bytes, size_t align);
/* Zeroed memory, touched or not. NULL when there is none. */
void *tni_os_map(tni_faults *faults, size_t bytes, size_t align);
/* Makes reserved pages usable; false when the system refuses. */
bool tni_os_commit(tni_faults *faults, void *at, size_t bytes);

void tni_os_unmap(void *at, size_t bytes);
/* Makes memory from tni_os_map longer, with zeros, or shorter, where it is; false when it cannot be longer. */
bool tni_os_resize(tni_faults *faults, void *at, size_t from, size_t to);

/* Drops the contents and makes the pages fault; false when the system refuses that: they then read as zero. */
bool tni_os_protect(void *at, size_t bytes);
/* Puts address space as of tni_os_reserve in the place of what was mapped there; false when the system refuses that: the
 * pages then read as zero. */
bool tni_os_renew(void *at, size_t bytes);
void tni_os_forget(void *at, size_t bytes); /* drops the contents; reads as zero from now on */

/* Asks for huge pages: a hint. Where the machine has used the memory before, touching one costs some 0.1 ms, a
 * fifth of 512 small ones; on a virtual machine whose host must find the memory first, 3 to 5 ms. */
void tni_os_huge(void *at, size_t bytes);

/* Puts a huge page in the place of the small ones at `at`, now if the system can do that, else some time. */
void tni_os_collapse(void *at);

/* Which pages of memory from tni_os_map were ever touched, as the system knows: all others are zero, and need no look.
 * What it says is good until the program touches more, so that it is forgotten with each use (tni_os_touched_end). A
 * struct of zeros is ready for use; it is large, for the system is asked for many pages at once. */
typedef struct tni_touched {
    enum { TNI_TOUCHED_UNASKED, TNI_TOUCHED_TOLD, TNI_TOUCHED_SECRET } state;
    int file;
    uintptr_t from, to;  /* the pages that `pages` tells of */
    uint64_t pages[512]; /* as /proc/self/pagemap has them */
} tni_touched;
/* The first address in [at, end) that was touched; *to is the end of what was touched from there on, or an earlier place
 * to ask again. `end`, when there is none. Where the system does not tell, everything was. */
char *tni_os_next_touched(tni_touched *t, tni_faults *faults, char *at, char *end, char **to);
void tni_os_touched_end(tni_touched *t);

/* Nanoseconds of a clock that never goes back. */
uint64_t tni_os_now(void);
/* Nanoseconds that the processor has worked for this thread. A call of the system: ten times as slow as tni_os_now. */
uint64_t tni_os_cpu(void);

#endif
