/* base/os.h: pages from the system. No other file calls mmap and related functions. */
#ifndef TNI_OS_H
#define TNI_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* The page size of our own bookkeeping. The system's pages are not larger on the machines that we run on. */
enum { TNI_PAGE = 4096 };
#define TNI_HUGE_PAGE ((size_t)2 << 20)

/* Rounds bytes, or an address, up to the end of the page. */
static inline size_t tni_whole_pages(size_t bytes) { return (bytes + TNI_PAGE - 1) & ~(size_t)(TNI_PAGE - 1); }

/* A function that takes `faults` can fail, and `faults` may make it fail (NULL: never). */

/* Reserves address space, which faults when it is touched before tni_os_commit. `align` is a power of two. NULL if
 * there is none. */
void *tni_os_reserve(tni_faults *faults, size_t bytes, size_t align);
/* Maps zeroed memory. NULL if there is none. */
void *tni_os_map(tni_faults *faults, size_t bytes, size_t align);
/* Makes reserved pages usable; false if the system refuses. */
bool tni_os_commit(tni_faults *faults, void *at, size_t bytes);

void tni_os_unmap(void *at, size_t bytes);
/* Makes memory from tni_os_map longer (with zeros) or shorter, without moving it; false if it cannot grow. */
bool tni_os_resize(tni_faults *faults, void *at, size_t from, size_t to);

/* Drops the contents and makes the pages fault. False if the system refuses; the pages then read as zero. */
bool tni_os_protect(void *at, size_t bytes);
/* Replaces what is mapped there by address space as tni_os_reserve gives it. False if the system refuses; the pages
 * then read as zero. */
bool tni_os_renew(void *at, size_t bytes);
/* Drops the contents: the pages read as zero from now on. */
void tni_os_forget(void *at, size_t bytes);
/* Moves the contents of whole pages, without copying them, to pages of the same number, whose contents are lost. Both
 * are mapped; `from` reads as zero from now on. False, without any change, if the system cannot do that: before Linux
 * 5.7, under Valgrind, or if [from, from + bytes) consists of several mappings. */
bool tni_os_move(tni_faults *faults, void *from, void *to, size_t bytes);

/* Asks for huge pages. This is a hint. Touching one can take milliseconds, where the machine must find the memory first
 * (gc/HISTORY.md). */
void tni_os_huge(void *at, size_t bytes);

/* Replaces the small pages at `at` by a huge one: now if the system can do that, else at some later time. */
void tni_os_collapse(void *at);

/* Which pages of memory from tni_os_map were ever touched, as the system knows. All others are zero and need not be
 * read. The answer is valid until the program touches more, so it is dropped after each use (tni_os_touched_end). A
 * struct of zeros is ready for use. It is large because the system is asked about many pages at once. */
typedef struct tni_touched {
    enum { TNI_TOUCHED_UNASKED, TNI_TOUCHED_TOLD, TNI_TOUCHED_SECRET } state;
    int file;
    uintptr_t from, to;  /* `pages` describes the pages in [from, to) */
    uint64_t pages[512]; /* as /proc/self/pagemap has them */
} tni_touched;
/* The first address in [at, end) that was touched; `end` if there is none. *to is the end of the touched memory that
 * begins there, or an earlier place at which to ask again. If the system does not say, everything counts as touched. */
char *tni_os_next_touched(tni_touched *t, tni_faults *faults, char *at, char *end, char **to);
void tni_os_touched_end(tni_touched *t);

/* Nanoseconds of a clock that never goes back. */
uint64_t tni_os_now(void);
/* Nanoseconds that the processor has worked for this thread. A system call, ten times as slow as tni_os_now. */
uint64_t tni_os_cpu(void);

#endif
