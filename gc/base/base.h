/* base/base.h: the words that every file of the collector needs. */
#ifndef TNI_BASE_H
#define TNI_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/base.h"

#define TNI_INLINE static inline __attribute__((always_inline, unused))

TNI_INLINE size_t tni_min(size_t a, size_t b) { return a < b ? a : b; }
TNI_INLINE size_t tni_max(size_t a, size_t b) { return a > b ? a : b; }

#endif
