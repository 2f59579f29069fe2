/* base/memcheck.h: tells AddressSanitizer or Valgrind which memory of the heap holds no object, so that they report its
 * use as they report that of freed memory. This is: holes and free pages of the old space, and the nursery except for
 * what has been handed out.
 *
 * Valgrind's requests for memory pools do not fit. They want to know when each block is made and freed. But objects are
 * made by six inline instructions in the host, and freed in bulk, by bits that only say what lives. If whole ranges
 * were the blocks of a pool, a report would name the oldest block that was freed at its address (Valgrind 3.19): some
 * collection long ago. A named range costs one request in each collection, and its report shows the number, the cause
 * and the call stack of the last one. Collections also make the slots of dead handles undefined, so the host need not
 * ask before it uses them again.
 *
 * The build chooses the tool (meson's option `memcheck`); without one these functions do nothing. */
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

/* The memory must be written before it is read again. For Valgrind only. */
static inline void tni_undefine(const void *at, size_t bytes) { TNI_UNDEFINE_(at, bytes); }

/* Names a range for Valgrind's reports ("8 bytes inside a TEXT of size ..."), which then show the current call stack as
 * well. Replaces the range's earlier name; *name is 0 while there is none. */
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
