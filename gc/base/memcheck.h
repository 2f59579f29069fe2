/* base/memcheck.h: tells AddressSanitizer or Valgrind which memory of the heap holds no object, so that they report
 * its use like that of freed memory: holes and free pages of the old space, the nursery but for what is handed out.
 *
 * Valgrind's requests for memory pools do not fit. They want to know of each block when it is made and freed: objects
 * are made by five inline instructions in the host, and freed in bulk, by bits that say only what lives. With a pool
 * whose blocks are whole ranges, a report names the oldest block that was freed at its address (Valgrind 3.19): some
 * collection long ago. A range with a name costs one request in each collection, and its report shows the number, the
 * cause and the call stack of the last one. Slots of dead handles are made undefined in collections: so the host need
 * not ask before it uses them again.
 *
 * Chosen by the build (meson's option `memcheck`); in others these do nothing. Callers: space/, collect/, debug/. */
#ifndef TNI_MEMCHECK_H
#define TNI_MEMCHECK_H

#include <stddef.h>

#if defined TNI_MEMCHECK_ASAN
#include <sanitizer/asan_interface.h>
#define TNI_FORBID_(at, bytes) ASAN_POISON_MEMORY_REGION((at), (bytes))
#define TNI_ALLOW_(at, bytes) ASAN_UNPOISON_MEMORY_REGION((at), (bytes))
#elif defined TNI_MEMCHECK_VALGRIND
#include <valgrind/memcheck.h>
#define TNI_FORBID_(at, bytes) ((void)VALGRIND_MAKE_MEM_NOACCESS((at), (bytes)))
#define TNI_ALLOW_(at, bytes) ((void)VALGRIND_MAKE_MEM_DEFINED((at), (bytes)))
#define TNI_UNDEFINE_(at, bytes) ((void)VALGRIND_MAKE_MEM_UNDEFINED((at), (bytes)))
#define TNI_NAME_(at, bytes, text) ((unsigned)VALGRIND_CREATE_BLOCK((at), (bytes), (text)))
#define TNI_UNNAME_(number) ((void)VALGRIND_DISCARD(number))
#else
#define TNI_FORBID_(at, bytes) ((void)(at), (void)(bytes))
#define TNI_ALLOW_(at, bytes) ((void)(at), (void)(bytes))
#endif

#if defined TNI_MEMCHECK_VALGRIND
enum { TNI_NAMED = 1 };
#else
enum { TNI_NAMED = 0 };
#define TNI_UNDEFINE_(at, bytes) ((void)(at), (void)(bytes))
#define TNI_NAME_(at, bytes, text) ((void)(at), (void)(bytes), (void)(text), 0u)
#define TNI_UNNAME_(number) ((void)(number))
#endif

static inline void tni_forbid(const void *at, size_t bytes) { TNI_FORBID_(at, bytes); }
static inline void tni_allow(const void *at, size_t bytes) { TNI_ALLOW_(at, bytes); }

/* May be written at any time, and must be before it is read: for Valgrind only. */
static inline void tni_undefine(const void *at, size_t bytes) { TNI_UNDEFINE_(at, bytes); }

/* Where reports of Valgrind find an address, with the call stack of now: "8 bytes inside a TEXT of size ...". It takes
 * the place of the range's name before; *name is 0 while there is none. */
static inline void tni_unname(unsigned *name) {
    if (*name) TNI_UNNAME_(*name - 1);
    *name = 0;
}
static inline void tni_name(unsigned *name, const void *at, size_t bytes, const char *text) {
    tni_unname(name);
    *name = TNI_NAME_(at, bytes, text) + 1;
}

#if defined TNI_MEMCHECK_ASAN || defined TNI_MEMCHECK_VALGRIND
enum { TNI_MEMCHECKED = 1 };
#else
enum { TNI_MEMCHECKED = 0 };
#endif

#endif
