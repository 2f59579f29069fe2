/* The machine's limits: cgroup files laid out under a temporary root, as containers of both versions show them. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/system.h"

static char root[64];

/* Writes root + path, and the directories above it. */
static void put(const char *path, const char *text) {
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = 0;
        mkdir(full, 0700);
        *p = '/';
    }
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int make_root(void **state) {
    (void)state;
    strcpy(root, "/tmp/tenure-system-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state) {
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", root);
    return system(command);
}

#define assert_limit(n) assert_true(tni_cgroup_limit(root) == (uint64_t)(n))

static void none(void **state) {
    (void)state;
    assert_limit(UINT64_MAX); /* no file at all */
    put("/proc/self/cgroup", "0::/\n");
    assert_limit(UINT64_MAX);
    put("/sys/fs/cgroup/memory.max", "max\n");
    assert_limit(UINT64_MAX);
    put("/proc/self/cgroup", "no colons here\n\n:::\n");
    assert_limit(UINT64_MAX);
}

static void version_2(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/\n");
    put("/sys/fs/cgroup/memory.max", "536870912\n");
    assert_limit(512 << 20);
    put("/proc/self/cgroup", "0::/user.slice/app.scope\n");
    put("/sys/fs/cgroup/memory.max", "max\n");
    put("/sys/fs/cgroup/user.slice/app.scope/memory.max", "max\n");
    put("/sys/fs/cgroup/user.slice/memory.max", "1073741824\n");
    assert_limit(1 << 30);
    put("/sys/fs/cgroup/user.slice/app.scope/memory.max", "1048576\n");
    assert_limit(1 << 20); /* the tightest of the group and what is above it */
    put("/sys/fs/cgroup/user.slice/memory.max", "65536\n");
    assert_limit(65536);
    put("/proc/self/cgroup", "0::/docker/0123abc\n"); /* a path that only the machine outside knows */
    put("/sys/fs/cgroup/memory.max", "300000\n");
    assert_limit(300000);
}

static void version_1(void **state) {
    (void)state;
    put("/proc/self/cgroup", "12:pids:/a\n5:cpu,memory:/a/b\n1:name=systemd:/c\n0::/c\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
    assert_limit(UINT64_MAX);
    put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2147483648\n");
    assert_limit(2147483648);
    put("/proc/self/cgroup", "5:memoryless,cpu:/a/b\n");
    assert_limit(UINT64_MAX);
}

/* The kernel slows a group down from memory.high on: the heap must stay below that. */
static void soft_limit_of_version_2(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/a/b\n");
    put("/sys/fs/cgroup/a/b/memory.max", "1073741824\n");
    put("/sys/fs/cgroup/a/b/memory.high", "max\n");
    assert_limit(1 << 30);
    put("/sys/fs/cgroup/a/b/memory.high", "536870912\n");
    assert_limit(512 << 20);
    put("/sys/fs/cgroup/a/memory.high", "268435456\n");
    assert_limit(256 << 20);
    put("/sys/fs/cgroup/a/b/memory.max", "134217728\n");
    assert_limit(128 << 20);
}

/* A container of version 1 that sees its own group as the root still learns what the groups above it may use. */
static void hidden_ancestors_of_version_1(void **state) {
    (void)state;
    put("/proc/self/cgroup", "5:memory:/\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/memory.stat",
        "cache 4096\nrss 1048576\nhierarchical_memory_limit 4194304\ntotal_rss 3\n");
    assert_limit(4 << 20);
    put("/proc/self/cgroup", "5:memory:/docker/0123\n"); /* a path that only the machine outside knows */
    assert_limit(4 << 20);
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");
    assert_limit(2 << 20);
}

/* Both versions are mounted, and memory belongs to the first: the second has no files for it. */
static void hybrid(void **state) {
    (void)state;
    put("/proc/self/cgroup", "5:memory:/app\n0::/app\n");
    put("/proc/self/mountinfo", "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
                                "36 31 0:33 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                                "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
    put("/sys/fs/cgroup/unified/app/cgroup.procs", "1\n");
    assert_limit(UINT64_MAX);
    put("/sys/fs/cgroup/memory/app/memory.limit_in_bytes", "8388608\n");
    assert_limit(8 << 20);
    put("/sys/fs/cgroup/unified/app/memory.max", "4194304\n"); /* and where it belongs to the second */
    assert_limit(4 << 20);
}

/* The groups are mounted elsewhere: at a place with a blank, below a group of their own, behind a very long line. */
static void other_mount_points(void **state) {
    (void)state;
    static char info[12000];
    put("/proc/self/cgroup", "0::/box/app\n");
    put("/sys/fs/cgroup/box/app/memory.max", "1000000\n"); /* nobody's: it is not mounted there */
    memset(info, 'x', 10000);
    strcpy(info + 10000, "\n22 21 0:20 / /proc rw - proc proc rw\nnonsense\n- \n"
                         "31 23 0:28 /box /mnt/my\\040groups rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
                         "32 23 0:28 /other /mnt/other rw - cgroup2 cgroup2 rw");
    put("/proc/self/mountinfo", info);
    put("/mnt/other/memory.max", "4096\n"); /* a group that we are not in */
    assert_limit(UINT64_MAX);
    put("/mnt/my groups/app/memory.max", "3000000\n");
    assert_limit(3000000);
    put("/mnt/my groups/memory.high", "2000000\n");
    assert_limit(2000000);
    put("/proc/self/cgroup", "0::/boxes/app\n"); /* not below /box: the usual place is asked */
    assert_limit(UINT64_MAX);
    put("/sys/fs/cgroup/boxes/memory.max", "1500000\n");
    assert_limit(1500000);
    put("/proc/self/cgroup", "0::/../elsewhere\n");
    put("/sys/fs/cgroup/memory.max", "700000\n");
    assert_limit(700000);
}

static void nonsense(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/\n");
    put("/sys/fs/cgroup/memory.max", "99999999999999999999999999\n");
    assert_limit(UINT64_MAX);
    put("/sys/fs/cgroup/memory.max", "-5\n");
    assert_limit(UINT64_MAX);
}

/* Puts something else where a file should be. */
static void put_fifo(const char *path) {
    char full[512];
    put(path, "");
    snprintf(full, sizeof full, "%s%s", root, path);
    assert_int_equal(unlink(full), 0);
    assert_int_equal(mkfifo(full, 0600), 0);
}

static void put_long(const char *path, const char *begin, size_t bytes) {
    char *text = malloc(bytes + 1);
    assert_non_null(text);
    memset(text, '1', bytes);
    memcpy(text, begin, strlen(begin));
    text[bytes] = 0;
    put(path, text);
    free(text);
}

/* A FIFO that nobody writes to would block for ever. */
static void fifos(void **state) {
    (void)state;
    put_fifo("/proc/self/cgroup");
    assert_limit(UINT64_MAX);
    assert_int_equal(unlink(strcat(strcpy((char[128]){""}, root), "/proc/self/cgroup")), 0);
    put("/proc/self/cgroup", "0::/a\n");
    put("/sys/fs/cgroup/memory.max", "800000\n");
    put_fifo("/sys/fs/cgroup/a/memory.max");
    put_fifo("/proc/self/mountinfo");
    assert_limit(800000);
}

/* What is far too long is no limit, and no list of groups. */
static void long_files(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/a\n");
    put("/sys/fs/cgroup/memory.max", "800000\n");
    put_long("/sys/fs/cgroup/a/memory.max", "4096\n", 80000);
    assert_limit(800000);
    put_long("/sys/fs/cgroup/a/memory.max", "4096 ", 80000);
    assert_limit(800000);
    put("/sys/fs/cgroup/a/memory.max", "700000\n");
    assert_limit(700000);
    put_long("/proc/self/cgroup", "0::/a\n", 80000);
    assert_limit(UINT64_MAX);
}

static void this_machine(void **state) {
    (void)state;
    uint64_t all = tni_memory_available(), cache = tni_cache_size();
    assert_true(all >= 1 << 20 && all < UINT64_C(1) << 60);
    assert_true(cache >= 16 << 10 && cache <= 1 << 30);
    struct rlimit before, less;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    less = before;
    less.rlim_cur = (rlim_t)(all / 2);
    assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
    uint64_t now = tni_memory_available();
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_true(now == all / 2);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        T(none),   T(version_2),          T(version_1), T(soft_limit_of_version_2),    T(hidden_ancestors_of_version_1),
        T(hybrid), T(other_mount_points), T(nonsense),  T(fifos),
        T(long_files), cmocka_unit_test(this_machine)};
    return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
