/* numbers/number.h: what the rest of the interpreter sees of numbers: arithmetic on any two of them, comparison, text.
 * Parameters *a and *b are rooted. tower.h is what the room's own files and the procedures on numbers share. */
#ifndef SCHEME_NUMBERS_NUMBER_H
#define SCHEME_NUMBERS_NUMBER_H

#include "base/immediate.h"
#include "base/object.h"
#include "numbers/flonum.h"

typedef struct Ratnum { tn_value_field numerator, denominator; } Ratnum; /* lowest terms; Bignum is in tower.h */
typedef struct Complex { tn_value_field real, imaginary; } Complex; /* both exact, or both flonums (complex.c) */

static inline bool is_real(Value v) { return is_fixnum(v) || is_flonum(v) || IS(Bignum, v) || IS(Ratnum, v); }
static inline bool is_number(Value v) { return is_real(v) || IS(Complex, v); }

typedef Value (*NumberFn)(Vm *vm, const Value *a, const Value *b);
Value num_add(Vm *vm, const Value *a, const Value *b);
Value num_sub(Vm *vm, const Value *a, const Value *b);
Value num_mul(Vm *vm, const Value *a, const Value *b);
Value num_div(Vm *vm, const Value *a, const Value *b);
Value num_quotient(Vm *vm, const Value *a, const Value *b);
Value num_remainder(Vm *vm, const Value *a, const Value *b);

enum { LESS = 1, EQUAL = 2, GREATER = 4 };
int num_compare(Vm *vm, const char *who, const Value *a, const Value *b); /* 0: an error; 8: not ordered */
bool num_eqv(Value a, Value b);
uint64_t num_hash(Value number); /* the same for numbers that are eqv? */

Value parse_number(Vm *vm, const char *text, int radix); /* S_FALSE if the text is not a number */
bool format_number(Buffer *out, Value number, int radix); /* false: memory is out */
void bignum_dispose(tn_heap *heap, void *object);         /* for start/types.c */

#endif
