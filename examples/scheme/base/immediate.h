/* base/immediate.h: the values that are no references. The lowest bits of the word say what it is:
 *
 *     ...xx1  a fixnum of 63 bits              ...010  #t #f () and other constants
 *     ...000  a reference to an object         ...110  a character (its code point)
 *     ...100  a flonum of usual size (numbers/flonum.h) */
#ifndef SCHEME_BASE_IMMEDIATE_H
#define SCHEME_BASE_IMMEDIATE_H

#include "base/object.h"

enum {
    S_FALSE = 0x02, S_TRUE = 0x0a, S_NIL = 0x12, S_EOF = 0x1a, S_UNSPECIFIED = 0x22, S_DEFAULT = 0x2a,
    S_UNDEFINED = 0x32, /* a variable before its definition has been run */
    S_UNBOUND = 0x3a,   /* a global that nobody has defined */
    S_DELETED = 0x42    /* the key of a deleted entry in a hash table */
};
static inline Value boolean(bool b) { return b ? S_TRUE : S_FALSE; }

#define FIXNUM_MAX (INT64_MAX >> 1)
#define FIXNUM_MIN (INT64_MIN >> 1)
static inline bool is_fixnum(Value v) { return v & 1; }
static inline int64_t fixnum_value(Value v) { return (int64_t)v >> 1; }
static inline Value fixnum(int64_t n) { return (Value)n << 1 | 1; }
static inline bool fits_fixnum(int64_t n) { return n >= FIXNUM_MIN && n <= FIXNUM_MAX; }

static inline bool is_char(Value v) { return (v & 7) == 6; }
static inline uint32_t char_value(Value v) { return (uint32_t)(v >> 3); }
static inline Value character(uint32_t c) { return (Value)c << 3 | 6; }

#endif
