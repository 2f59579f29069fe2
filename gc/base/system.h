/* base/system.h: what the machine and the container allow this process. */
#ifndef TNI_SYSTEM_H
#define TNI_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of the cgroup's memory limit, or UINT64_MAX when there is none: the least of memory.max and memory.high (v2) and of
 * memory.limit_in_bytes (v1), of the process's group and its ancestors, wherever the groups are mounted. `root` is "" but in
 * tests, which lay a tree of files under it (root + "/proc/self/cgroup" and so on). */
uint64_t tni_cgroup_limit(const char *root);

/* The bytes of memory that the process may use: the least of physical memory, the cgroup's limit and RLIMIT_AS. What % in options
 * is a percentage of, and heap_max=auto a share. */
uint64_t tni_memory_available(void);

/* How much address space a heap with this limit reserves for large objects. */
size_t tni_large_range(size_t heap_max);

/* The bytes of the second-level data cache of one core; 1 MiB where the system does not say. */
uint64_t tni_cache_size(void);

#endif
