/* space/memcheck.h: tells AddressSanitizer or Valgrind which memory of the heap holds no object, so that they report its use
 * like that of freed memory: holes and free pages of the old space, and the nursery but for what is handed out.
 *
 * Chosen by the build (meson's option `memcheck`); in all others these do nothing. Callers: space/, collect/. */
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
#else
#define TNI_FORBID_(at, bytes) ((void)(at), (void)(bytes))
#define TNI_ALLOW_(at, bytes) ((void)(at), (void)(bytes))
#endif

static inline void tni_forbid(const void *at, size_t bytes) { TNI_FORBID_(at, bytes); }
static inline void tni_allow(const void *at, size_t bytes) { TNI_ALLOW_(at, bytes); }

#if defined TNI_MEMCHECK_ASAN || defined TNI_MEMCHECK_VALGRIND
enum { TNI_MEMCHECKED = 1 };
#else
enum { TNI_MEMCHECKED = 0 };
#endif

#endif
