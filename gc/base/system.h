/* base/system.h: what the machine and the container allow this process. */
#ifndef TNI_SYSTEM_H
#define TNI_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of the cgroup's memory limit, or UINT64_MAX if there is none. This is the least of memory.max and
 * memory.high (version 2) and memory.limit_in_bytes (version 1), over the process's group and its ancestors, wherever
 * the groups are mounted. `root` is "", except in tests, which put a tree of files under it (root + "/proc/self/cgroup"
 * and so on). */
uint64_t tni_cgroup_limit(const char *root);

/* The bytes of memory that the process may use: the least of physical memory, the cgroup's limit and RLIMIT_AS. A % in
 * an option is a percentage of this, and heap_max=auto is a share of it. */
uint64_t tni_memory_available(void);

/* How much address space a heap with this limit reserves for large objects. */
size_t tni_large_area(size_t heap_max);

/* The bytes of the second-level data cache of one core; 1 MiB if the system does not say. */
uint64_t tni_cache_size(void);

#endif
