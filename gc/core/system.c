/* core/system.c: see system.h. Owns nothing and keeps nothing: every call asks the system again, because limits change
 * while a process runs. Reads small files into the stack, so that it works before there is a heap. Parses digits itself: nothing
 * here depends on the locale. Callers: option.c (limits and percentages), heap.c (the nursery's first size). */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, FILE_SIZE = 8192 };

/* Reads the start of a file as text. False when there is no such file; what is longer than the buffer is cut. */
static bool read_text(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    size_t used = 0;
    while (used < size - 1) {
        ssize_t n = read(fd, text + used, size - 1 - used);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        used += (size_t)n;
    }
    text[used] = 0;
    close(fd);
    return used > 0;
}

/* Reads digits; *end is what follows them. UINT64_MAX when there are none ("max"), or too many. */
static uint64_t read_number(const char *text, const char **end) {
    uint64_t n = 0;
    bool huge = *text < '0' || *text > '9';
    for (; *text >= '0' && *text <= '9'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (n > (UINT64_MAX - digit) / 10) huge = true;
        else n = n * 10 + digit;
    }
    if (end) *end = text;
    return huge ? UINT64_MAX : n;
}

/* The least limit of a group and its ancestors: a container may show a path that exists only outside of it, and its own
 * group is then the mount's root, so missing files are passed over. Changes `group`. */
static uint64_t least_limit(const char *root, const char *mount, char *group, const char *file) {
    uint64_t least = UINT64_MAX;
    for (;;) {
        char path[PATH_SIZE], text[64];
        int n = snprintf(path, sizeof path, "%s%s%s/%s", root, mount, strcmp(group, "/") == 0 ? "" : group, file);
        if (n > 0 && (size_t)n < sizeof path && read_text(path, text, sizeof text)) {
            uint64_t limit = read_number(text, NULL);
            if (limit < least) least = limit;
        }
        char *slash = strrchr(group, '/');
        if (!slash) return least;
        *slash = 0;
    }
}

/* Is "memory" one of the controllers in "cpu,memory"? */
static bool has_memory(const char *controllers) {
    for (const char *p = controllers; *p; p++) {
        size_t n = strcspn(p, ",");
        if (n == 6 && memcmp(p, "memory", 6) == 0) return true;
        p += n;
        if (!*p) return false;
    }
    return false;
}

uint64_t tni_cgroup_limit(const char *root) {
    char path[PATH_SIZE], text[FILE_SIZE];
    int n = snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    if (n <= 0 || (size_t)n >= sizeof path || !read_text(path, text, sizeof text)) return UINT64_MAX;

    uint64_t least = UINT64_MAX;
    char *next;
    for (char *line = text; *line; line = next) { /* "0::/group" (v2) or "5:cpu,memory:/group" (v1) */
        next = line + strcspn(line, "\n");
        if (*next) *next++ = 0;
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group) continue;
        *group++ = 0;
        controllers++;
        uint64_t limit = UINT64_MAX;
        if (*controllers == 0) limit = least_limit(root, "/sys/fs/cgroup", group, "memory.max");
        else if (has_memory(controllers))
            limit = least_limit(root, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
        if (limit < least) least = limit;
    }
    /* v1 says "no limit" with the largest multiple of a page that a signed word holds. */
    return least >= (UINT64_C(1) << 62) ? UINT64_MAX : least;
}

uint64_t tni_memory_available(void) {
    uint64_t least = tni_cgroup_limit("");
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0 && (uint64_t)pages * (uint64_t)page < least) least = (uint64_t)pages * (uint64_t)page;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && (uint64_t)limit.rlim_cur < least)
        least = (uint64_t)limit.rlim_cur;
    return least;
}

/* As much as the machine has; four times the limit of a small heap, for that may be raised; and never more than a part
 * of the address space that the process may have. */
size_t tni_large_range(size_t heap_max) {
    const uint64_t least = UINT64_C(64) << 20, most = UINT64_C(256) << 30;
    uint64_t bytes = most;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0 && (uint64_t)pages * (uint64_t)page < bytes) bytes = (uint64_t)pages * (uint64_t)page;
    if (heap_max < bytes / 4) bytes = heap_max * (uint64_t)4;
    if (bytes < least) bytes = least;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && (uint64_t)limit.rlim_cur / 8 < bytes)
        bytes = (uint64_t)limit.rlim_cur / 8;
    return (size_t)(bytes & ~((UINT64_C(2) << 20) - 1));
}

uint64_t tni_cache_size(void) {
#ifdef _SC_LEVEL2_CACHE_SIZE
    long known = sysconf(_SC_LEVEL2_CACHE_SIZE);
    if (known > 0) return (uint64_t)known;
#endif
    for (int i = 0; i < 8; i++) { /* where the C library does not know, the kernel may */
        char path[96], text[32];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
        if (!read_text(path, text, sizeof text) || text[0] != '2') continue;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        if (!read_text(path, text, sizeof text)) continue;
        const char *unit;
        uint64_t n = read_number(text, &unit);
        if (n == 0 || n > (UINT64_C(1) << 32)) continue;
        return n * (*unit == 'K' ? 1024 : *unit == 'M' ? 1024 * 1024 : 1);
    }
    return UINT64_C(1) << 20;
}
