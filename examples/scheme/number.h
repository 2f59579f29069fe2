/* number.h: what the files of the numeric tower share, and nobody else needs: GMP's types, and the exact numbers.
 *
 * An exact number has one form: a fixnum if it fits, else a Bignum if it is whole, else a Ratnum in lowest terms with
 * a positive denominator. So numbers of different types are never equal, but for flonums. */
#ifndef SCHEME_NUMBER_H
#define SCHEME_NUMBER_H

#include <gmp.h>

#include "scheme.h"

/* Owns the limbs, which are C memory: it has a dispose callback, and says what they take with tn_external. */
typedef struct Bignum { mpz_t number; } Bignum;

/* Exact numbers as GMP reads them: of a fixnum, a copy; of a bignum, its own limbs. They stay where they are when the
 * object moves, so a view is good as long as its number is alive. Neither is written to, copied or cleared. */
typedef struct Integer { mpz_t z; mp_limb_t limb; } Integer;
typedef struct Rational { mpq_t q; Integer numerator, denominator; } Rational;
void integer_view(Integer *view, Value integer);
void rational_view(Rational *view, Value exact);

static inline bool is_exact_integer(Value v) { return is_fixnum(v) || IS(Bignum, v); }
static inline bool is_exact(Value v) { return is_exact_integer(v) || IS(Ratnum, v); }

/* exact.c: the operands are exact, and integers where that is said. */
size_t exact_limbs(Value exact); /* of numerator and denominator together */
bool exact_room(Vm *vm, const char *who, size_t limbs); /* before GMP makes a result of at most so many */
bool exact_ready(size_t limbs);              /* the same where nothing may collect: false when memory is out */
Value exact_take(Vm *vm, mpz_t integer);     /* a value of it; clears it, also on failure */
Value exact_take_ratio(Vm *vm, mpq_t ratio); /* the same; the ratio is in lowest terms */
Value exact_from_int(Vm *vm, int64_t n);
Value exact_from_double(Vm *vm, double finite);
typedef void (*IntegerFn)(mpz_ptr, mpz_srcptr, mpz_srcptr);
Value exact_integers(Vm *vm, const char *who, IntegerFn fn, const Value *a, const Value *b);
typedef void (*RationalFn)(mpq_ptr, mpq_srcptr, mpq_srcptr);
Value exact_numbers(Vm *vm, const char *who, IntegerFn integers, RationalFn ratios, const Value *a, const Value *b);
Value exact_divide(Vm *vm, const Value *a, const Value *b); /* b is not 0 */
int exact_compare(Vm *vm, const char *who, const Value *a, const Value *b);
int exact_compare_double(Vm *vm, const char *who, const Value *a, double b);
int exact_sign(Value v);
double exact_double(Value v); /* the nearest; after exact_room for its limbs, if it is a ratio */

/* number.c */
bool is_whole(Value v);
bool num_to_double(Vm *vm, const char *who, const Value *v, double *d); /* false: no number, or memory is out */
Value num_exact(Vm *vm, const char *who, const Value *v);
Value num_inexact(Vm *vm, const char *who, const Value *v);
enum { TRUNCATE_QUOTIENT, TRUNCATE_REMAINDER, FLOOR_QUOTIENT, FLOOR_REMAINDER };
Value num_divide(Vm *vm, const char *who, int kind, const Value *a, const Value *b);
Value two_values(Vm *vm, const Value *a, const Value *b);

#endif
