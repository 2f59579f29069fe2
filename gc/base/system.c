/* base/system.c: see system.h. Owns nothing and keeps nothing: every call asks the system again, because limits change
 * while a process runs. Works before there is a heap. Reads digits itself, so that nothing depends on the locale. */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, LINE_SIZE = 4096, TEXT_SIZE = 4096 };
/* A longer file is not what it seems to be: a limit is one number, a process is in some ten groups; a machine may have
 * many mounts. */
enum { LIMIT_SIZE = 64, GROUPS_SIZE = 64 << 10, MOUNTS_SIZE = 8 << 20 };

/* Opens a regular file, as those of procfs and sysfs are; -1 when there is none. A FIFO or device in its place does not
 * block. */
static int open_regular(const char *path) {
    struct stat is;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || (fstat(fd, &is) == 0 && S_ISREG(is.st_mode))) return fd;
    close(fd);
    return -1;
}

/* Reads the start of a file as text, cut to the buffer's size. False if there is no such file. */
static bool read_text(const char *path, char *text, size_t size) {
    int fd = open_regular(path);
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

/* Reads digits; *end becomes what follows them. UINT64_MAX if there are none ("max"), or too many. */
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

/* ---- control groups ---- */

/* The state of a search for limits. It is in a struct of its own because it is too large for a small stack. */
typedef struct search {
    const char *root;        /* prefix of all paths: "", except in tests */
    uint64_t least;          /* the least limit so far */
    bool found[3];           /* [version]: a mount with our group has been found */
    char group[3][PATH_SIZE]; /* [version]: our group in /proc/self/cgroup; empty: none */
    char path[PATH_SIZE], line[LINE_SIZE], text[TEXT_SIZE];
    char data[LINE_SIZE];    /* [at, end) has been read from `file`, and not yet returned as lines */
    size_t at, end;
    size_t left;             /* so many bytes of it are still read */
    int file;
} search;

/* Opens a file for next_line. */
static bool open_lines(search *s, const char *path, size_t most) {
    int n = snprintf(s->path, PATH_SIZE, "%s%s", s->root, path);
    s->file = n > 0 && n < PATH_SIZE ? open_regular(s->path) : -1;
    s->at = s->end = 0;
    s->left = most;
    return s->file >= 0;
}

static int next_byte(search *s) {
    if (s->at == s->end) {
        ssize_t n;
        do n = read(s->file, s->data, s->left < sizeof s->data ? s->left : sizeof s->data);
        while (n < 0 && errno == EINTR);
        if (n <= 0) return EOF;
        s->left -= (size_t)n;
        s->at = 0;
        s->end = (size_t)n;
    }
    return (unsigned char)s->data[s->at++];
}

/* Puts the file's next line into s->line, cut to its size. Closes the file at its end. */
static bool next_line(search *s) {
    size_t used = 0;
    int c;
    while ((c = next_byte(s)) != EOF && c != '\n')
        if (used < LINE_SIZE - 1) s->line[used++] = (char)c;
    s->line[used] = 0;
    if (c != EOF || used) return true;
    close(s->file);
    return false;
}

static void take_limit(search *s, const char *text) {
    uint64_t limit = read_number(text, NULL);
    if (limit < s->least) s->least = limit;
}

/* Reads a file of the group whose directory is s->path[0 .. length). */
static bool read_of_group(search *s, size_t length, const char *file) {
    if (length + strlen(file) >= PATH_SIZE) return false;
    strcpy(s->path + length, file);
    bool there = read_text(s->path, s->text, TEXT_SIZE);
    s->path[length] = 0;
    return there;
}

/* Above memory.high the kernel slows a group down so much that a heap would get nothing done: it counts as a limit. */
static void read_group(search *s, size_t length, unsigned version) {
    static const char *const files[][2] = {{"", ""}, {"/memory.limit_in_bytes", ""}, {"/memory.max", "/memory.high"}};
    for (unsigned i = 0; i < 2 && *files[version][i]; i++)
        if (read_of_group(s, length, files[version][i]) && strlen(s->text) < LIMIT_SIZE) take_limit(s, s->text);
}

/* Version 1 reports the least limit of all ancestors, also of those that a container cannot see. */
static bool read_hidden_ancestors(search *s, size_t length) {
    static const char name[] = "hierarchical_memory_limit ";
    if (!read_of_group(s, length, "/memory.stat")) return false;
    const char *at = strstr(s->text, name);
    if (at) take_limit(s, at + sizeof name - 1);
    return true;
}

/* The least limit of a group below the mount at `point`, and of its ancestors. Missing files are passed over: a
 * container may show a path that exists only outside of it, and its own group is then the root of the mount. */
static void read_mount(search *s, const char *point, const char *group, unsigned version) {
    int n = snprintf(s->path, PATH_SIZE, "%s%s%s", s->root, point, strcmp(group, "/") == 0 ? "" : group);
    if (n <= 0 || n >= PATH_SIZE) return;
    size_t length = (size_t)n, least = strlen(s->root) + strlen(point);
    for (bool asked = version != 1;;) {
        if (!asked) asked = read_hidden_ancestors(s, length);
        read_group(s, length, version);
        if (length <= least) return;
        while (length > least && s->path[--length] != '/') {}
        s->path[length] = 0;
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

/* "0::/group" (version 2) or "5:cpu,memory:/group" (version 1). */
static void take_group(search *s) {
    char *controllers = strchr(s->line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) return;
    *group++ = 0;
    controllers++;
    unsigned version = *controllers == 0 ? 2 : has_memory(controllers) ? 1 : 0;
    if (version) strcpy(s->group[version], group); /* it fits: a line is not longer */
}

/* Ends the word at `*at`, and returns it with its escapes ("\\040" for a blank) replaced; *at becomes what follows. */
static char *take_word(char **at) {
    char *word = *at, *to = word, *from = word;
    for (; *from && *from != ' '; to++) {
        bool octal = from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3];
        *to = octal ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0') : *from;
        from += octal ? 4 : 1;
    }
    *at = *from ? from + 1 : from;
    *to = 0;
    return word;
}

/* The part of our group's path below the mount, whose root is the group `top`; NULL if it is not below it. */
static const char *below(const char *group, const char *top) {
    size_t n = strcmp(top, "/") == 0 ? 0 : strlen(top);
    bool is_below = strncmp(group, top, n) == 0 && (group[n] == '/' || group[n] == 0) && !strstr(group, "/..");
    return is_below && *group ? group + n : NULL;
}

/* "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw": after the dash come the type, the source and its options. */
static void take_mount(search *s) {
    char *dash = strstr(s->line, " - "), *rest = dash ? dash + 3 : NULL, *at = s->line;
    if (!rest) return;
    *dash = 0;
    const char *type = take_word(&rest);
    take_word(&rest);
    unsigned version = strcmp(type, "cgroup2") == 0 ? 2 : strcmp(type, "cgroup") == 0 && has_memory(rest) ? 1 : 0;
    if (!version) return;
    for (int i = 0; i < 3; i++) take_word(&at);
    const char *top = take_word(&at), *point = take_word(&at), *group = below(s->group[version], top);
    if (!group) return;
    s->found[version] = true;
    read_mount(s, point, group, version);
}

static void search_limits(search *s) {
    if (!open_lines(s, "/proc/self/cgroup", GROUPS_SIZE)) return;
    while (next_line(s)) take_group(s);
    if (!s->left) return;
    if (open_lines(s, "/proc/self/mountinfo", MOUNTS_SIZE))
        while (next_line(s)) take_mount(s);
    if (*s->group[2] && !s->found[2]) read_mount(s, "/sys/fs/cgroup", s->group[2], 2);
    if (*s->group[1] && !s->found[1]) read_mount(s, "/sys/fs/cgroup/memory", s->group[1], 1);
}

uint64_t tni_cgroup_limit(const char *root) {
    search *s = calloc(1, sizeof *s);
    if (!s) return UINT64_MAX;
    s->root = root;
    s->least = UINT64_MAX;
    search_limits(s);
    uint64_t least = s->least;
    free(s);
    /* In version 1, the largest multiple of a page in a signed word means "no limit". */
    return least >= (UINT64_C(1) << 62) ? UINT64_MAX : least;
}

/* ---- the machine ---- */

uint64_t tni_memory_available(void) {
    uint64_t least = tni_cgroup_limit("");
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0 && (uint64_t)pages * (uint64_t)page < least) least = (uint64_t)pages * (uint64_t)page;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && (uint64_t)limit.rlim_cur < least)
        least = (uint64_t)limit.rlim_cur;
    return least;
}

/* As much as the machine has; for a small heap, four times its limit, because the limit may be raised. Never more than
 * a part of the address space that the process may have. */
size_t tni_large_area(size_t heap_max) {
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
    for (int i = 0; i < 8; i++) { /* if the C library does not know, the kernel may */
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
