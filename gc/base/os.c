/* base/os.c: see os.h. */
#include "base/os.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void *map_aligned(size_t bytes, size_t align, int protection) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    char *at = mmap(NULL, bytes, protection, flags, -1, 0);
    if (at == MAP_FAILED) return NULL;
    if (((uintptr_t)at & (align - 1)) == 0) return at;
    munmap(at, bytes);
    if (bytes + align < bytes) return NULL;
    at = mmap(NULL, bytes + align, protection, flags, -1, 0);
    if (at == MAP_FAILED) return NULL;
    size_t before = (size_t)(-(uintptr_t)at & (align - 1));
    if (before) munmap(at, before);
    if (align - before) munmap(at + before + bytes, align - before);
    return at + before;
}

/* The range is left out of core dumps, which would otherwise walk through all of it. */
void *tni_os_reserve(tni_faults *faults, size_t bytes, size_t align) {
    void *at = tni_refused(faults) ? NULL : map_aligned(bytes, align, PROT_NONE);
    if (at) madvise(at, bytes, MADV_DONTDUMP);
    return at;
}

void *tni_os_map(tni_faults *faults, size_t bytes, size_t align) {
    return tni_refused(faults) ? NULL : map_aligned(bytes, align, PROT_READ | PROT_WRITE);
}

void tni_os_unmap(void *at, size_t bytes) {
    if (at) munmap(at, bytes);
}

bool tni_os_resize(tni_faults *faults, void *at, size_t from, size_t to) {
    if (to <= from) return munmap((char *)at + to, from - to) == 0 || from == to;
    return !tni_refused(faults) && mremap(at, from, to, 0) == at;
}

bool tni_os_commit(tni_faults *faults, void *at, size_t bytes) {
    if (bytes == 0) return true;
    if (tni_refused(faults) || mprotect(at, bytes, PROT_READ | PROT_WRITE) != 0) return false;
    madvise(at, bytes, MADV_DODUMP);
    return true;
}

bool tni_os_protect(void *at, size_t bytes) {
    tni_os_forget(at, bytes);
    return bytes == 0 || mprotect(at, bytes, PROT_NONE) == 0;
}

bool tni_os_renew(void *at, size_t bytes) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (mmap(at, bytes, PROT_NONE, flags, -1, 0) == at) return madvise(at, bytes, MADV_DONTDUMP), true;
    tni_os_forget(at, bytes);
    return false;
}

void tni_os_forget(void *at, size_t bytes) {
    if (bytes) madvise(at, bytes, MADV_DONTNEED);
}

bool tni_os_move(tni_faults *faults, void *from, void *to, size_t bytes) {
    const int keep_mapped = 4; /* MREMAP_DONTUNMAP */
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | keep_mapped;
    return !tni_refused(faults) && mremap(from, bytes, bytes, flags, to) == to;
}

void tni_os_huge(void *at, size_t bytes) { madvise(at, bytes, MADV_HUGEPAGE); }

void tni_os_collapse(void *at) {
    const int collapse = 25; /* MADV_COLLAPSE, since Linux 6.1 */
    if (madvise(at, TNI_HUGE_PAGE, collapse)) tni_os_huge(at, TNI_HUGE_PAGE);
}

/* ---- touched pages ---- */

/* Bits in a word of /proc/self/pagemap: the page is in memory, or is swapped out. */
#define IS_TOUCHED (UINT64_C(3) << 62)

static bool read_pages(int file, uintptr_t at, uint64_t *pages, size_t count) {
    ssize_t bytes = (ssize_t)(count * sizeof *pages);
    return pread(file, pages, (size_t)bytes, (off_t)(at / TNI_PAGE * sizeof *pages)) == bytes;
}

/* Opens the file, and tests that it says of a touched page that it was touched. The file describes the process that
 * opened it, so it must not stay open: the next caller may be a fork. */
static bool ask(tni_touched *t, tni_faults *faults) {
    t->state = TNI_TOUCHED_SECRET;
    if (tni_refused(faults) || sysconf(_SC_PAGESIZE) != TNI_PAGE) return false;
    t->file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (t->file < 0) return false;
    t->state = TNI_TOUCHED_TOLD;
    t->pages[0] = 0;
    if (read_pages(t->file, (uintptr_t)t, t->pages, 1) && t->pages[0] & IS_TOUCHED) return true;
    tni_os_touched_end(t);
    t->state = TNI_TOUCHED_SECRET;
    return false;
}

/* Makes sure that `pages` describes the page at this address; false if it cannot. */
static bool tell(tni_touched *t, tni_faults *faults, uintptr_t at, uintptr_t end) {
    if (at - t->from < t->to - t->from) return true;
    if (t->state == TNI_TOUCHED_SECRET || (t->state == TNI_TOUCHED_UNASKED && !ask(t, faults))) return false;
    uintptr_t first = at & ~(uintptr_t)(TNI_PAGE - 1);
    size_t count = tni_whole_pages(end - first) / TNI_PAGE, most = sizeof t->pages / sizeof *t->pages;
    if (count > most) count = most;
    t->from = t->to = 0;
    if (!read_pages(t->file, first, t->pages, count)) return false;
    t->from = first;
    t->to = first + count * TNI_PAGE;
    return true;
}

/* The first page in `pages` that was touched, or was not; `to` if there is none. */
static uintptr_t next_page(const tni_touched *t, uintptr_t at, bool touched) {
    at &= ~(uintptr_t)(TNI_PAGE - 1);
    while (at < t->to && !(t->pages[(at - t->from) / TNI_PAGE] & IS_TOUCHED) == touched) at += TNI_PAGE;
    return at;
}

char *tni_os_next_touched(tni_touched *t, tni_faults *faults, char *at, char *end, char **to) {
    for (*to = end; at < end && tell(t, faults, (uintptr_t)at, (uintptr_t)end); at = (char *)t->to) {
        uintptr_t first = next_page(t, (uintptr_t)at, true), last = next_page(t, first, false);
        if (first == t->to) continue;
        if (last < (uintptr_t)end) *to = (char *)last;
        return first > (uintptr_t)at ? (char *)first : at;
    }
    return at < end ? at : end;
}

void tni_os_touched_end(tni_touched *t) {
    if (t->state == TNI_TOUCHED_TOLD) close(t->file);
    t->state = TNI_TOUCHED_UNASKED;
    t->from = t->to = 0;
}

static uint64_t read_clock(clockid_t clock) {
    struct timespec t = {0};
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t tni_os_now(void) { return read_clock(CLOCK_MONOTONIC); }
uint64_t tni_os_cpu(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }
