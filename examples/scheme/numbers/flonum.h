/* numbers/flonum.h: flonums. Those from 2^-127 to 2^128 in size, and the zeros, are immediates with the tag ...100. All
 * others are objects. */
#ifndef SCHEME_NUMBERS_FLONUM_H
#define SCHEME_NUMBERS_FLONUM_H

#include <string.h>

#include "base/object.h"

typedef struct Flonum { double number; } Flonum; /* a large or small one, an infinity or no number */

/* How a double fits beside a tag (Spur, the memory manager of Squeak, has this encoding): the sign is rotated to the
 * lowest bit, and FLONUM_OFFSET is subtracted. The upper three bits of the exponent are then 0 and make room for the
 * tag. If they are not 0, the result is 0: this number is no immediate. */
#define FLONUM_OFFSET ((uint64_t)896 << 53)
static inline Value flonum_immediate(double number) {
    uint64_t w;
    memcpy(&w, &number, sizeof w);
    w = w << 1 | w >> 63;
    if (w > 1) {
        w -= FLONUM_OFFSET;
        if (w - 2 > UINT64_MAX / 8 - 2) return 0;
    }
    return w << 3 | 4;
}
static inline bool is_flonum_immediate(Value v) { return (v & 7) == 4; }
static inline double flonum_from_immediate(Value v) {
    double number;
    uint64_t w = v >> 3;
    if (w > 1) w += FLONUM_OFFSET;
    w = w >> 1 | w << 63;
    memcpy(&number, &w, sizeof number);
    return number;
}

static inline bool is_flonum(Value v) { return is_flonum_immediate(v) || IS(Flonum, v); }
static inline double flonum_value(Value v) {
    return is_flonum_immediate(v) ? flonum_from_immediate(v) : AS(Flonum, v)->number;
}
Value make_flonum(Vm *vm, double number); /* number.c */

#endif
