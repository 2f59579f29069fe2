/* space/os.c: see os.h. */
#include "space/os.h"

#include <sys/mman.h>
#include <time.h>

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

void *tni_os_reserve(tni_faults *faults, size_t bytes, size_t align) {
    return tni_refused(faults) ? NULL : map_aligned(bytes, align, PROT_NONE);
}

void *tni_os_map(tni_faults *faults, size_t bytes, size_t align) {
    return tni_refused(faults) ? NULL : map_aligned(bytes, align, PROT_READ | PROT_WRITE);
}

void tni_os_unmap(void *at, size_t bytes) {
    if (at) munmap(at, bytes);
}

bool tni_os_commit(tni_faults *faults, void *at, size_t bytes) {
    return bytes == 0 || (!tni_refused(faults) && mprotect(at, bytes, PROT_READ | PROT_WRITE) == 0);
}

bool tni_os_protect(void *at, size_t bytes) {
    tni_os_forget(at, bytes);
    return bytes == 0 || mprotect(at, bytes, PROT_NONE) == 0;
}

bool tni_os_renew(void *at, size_t bytes) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (mmap(at, bytes, PROT_NONE, flags, -1, 0) == at) return true;
    tni_os_forget(at, bytes);
    return false;
}

void tni_os_forget(void *at, size_t bytes) {
    if (bytes) madvise(at, bytes, MADV_DONTNEED);
}

void tni_os_huge(void *at, size_t bytes) { madvise(at, bytes, MADV_HUGEPAGE); }

void tni_os_collapse(void *at) {
    const int collapse = 25; /* MADV_COLLAPSE, of Linux 6.1 */
    if (madvise(at, TNI_HUGE_PAGE, collapse)) tni_os_huge(at, TNI_HUGE_PAGE);
}

uint64_t tni_os_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
