/* number.h: what the files of the numeric tower share, and nobody else needs: GMP's types, the exact numbers, and those
 * that are not real.
 *
 * An exact real number has one form: a fixnum if it fits, else a Bignum if it is whole, else a Ratnum in lowest terms
 * with a positive denominator. So numbers of different types are never equal, but for flonums, and for complex numbers
 * whose imaginary part is 0.0. */
#ifndef SCHEME_NUMBER_H
#define SCHEME_NUMBER_H

#include <complex.h>
#include <gmp.h>
#include <math.h>
#include <string.h>

#include "scheme.h"

/* Owns the limbs, which are C memory: it has a dispose callback, and says what they take with tn_external_adjust. */
typedef struct Bignum { mpz_t number; } Bignum;

/* Exact numbers as GMP reads them: of a fixnum, a copy; of a bignum, its own limbs. They stay where they are when the
 * object moves, so a view is good as long as its number is alive. Neither is written to, copied or cleared. */
typedef struct Integer { mpz_t z; mp_limb_t limb; } Integer;
typedef struct Rational { mpq_t q; Integer numerator, denominator; } Rational;
void integer_view(Integer *view, Value integer);
void rational_view(Rational *view, Value exact);

static inline bool is_exact_integer(Value v) { return is_fixnum(v) || IS(Bignum, v); }
static inline bool is_exact(Value v) { return is_exact_integer(v) || IS(Ratnum, v); } /* and real */
static inline Value real_part(Value v) { return IS(Complex, v) ? tn_read_value(AS(Complex, v), real) : v; }
static inline Value imaginary_part(Value v) {
    return IS(Complex, v) ? tn_read_value(AS(Complex, v), imaginary) : fixnum(0);
}

/* What C's CMPLX is, which not all compilers have; x + y * I would spoil infinities and signed zeros. */
static inline double complex complex_of(double x, double y) {
    const double parts[2] = {x, y};
    double complex z;
    memcpy(&z, parts, sizeof z);
    return z;
}

/* exact.c: the operands are exact and real, and integers where that is said. */
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
static inline bool in_range(double d) { return !(d < 1e-300) && isfinite(d); }
double exact_mantissa(Value v, long *exponent); /* of numbers that are out of the range of doubles, too */
Value exact_root(Vm *vm, const char *who, const Value *v, unsigned long k); /* not negative; S_FALSE: irrational */
Value exact_power(Vm *vm, const char *who, const Value *base, const Value *integer);

/* complex.c */
Value make_rectangular(Vm *vm, const Value *real, const Value *imaginary); /* of real numbers */
Value make_polar(Vm *vm, const Value *magnitude, const Value *angle);      /* the same */
Value make_complex(Vm *vm, double complex z);
bool complex_double(Vm *vm, const char *who, const Value *v, double complex *z); /* false: as num_to_double */
Value complex_exact(Vm *vm, const char *who, const Value *v);
Value complex_norm(Vm *vm, const Value *v); /* the square of the magnitude */
Value complex_arithmetic(Vm *vm, const char *who, const Value *a, const Value *b); /* who: "+", "-", "*" or "/" */
int complex_compare(Vm *vm, const char *who, const Value *a, const Value *b);

/* builtins_real.c, builtins_complex.c: where the real functions have no answer */
Value num_sqrt(Vm *vm, const Value *v);
Value complex_sqrt(Vm *vm, const Value *v);
Value complex_log(Vm *vm, int argc, const Value *argv);
Value complex_expt(Vm *vm, const Value *base, const Value *power);

/* number.c */
bool is_whole(Value v);
Value fail_real(Vm *vm, const char *who, Value got); /* got is no real number, and perhaps no number */
bool num_to_double(Vm *vm, const char *who, const Value *v, double *d); /* false: not real, or memory is out */
Value num_abs(Vm *vm, const char *who, const Value *v);
Value num_exact(Vm *vm, const char *who, const Value *v);
Value num_inexact(Vm *vm, const char *who, const Value *v);
enum { TRUNCATE_QUOTIENT, TRUNCATE_REMAINDER, FLOOR_QUOTIENT, FLOOR_REMAINDER };
Value num_divide(Vm *vm, const char *who, int kind, const Value *a, const Value *b);
Value two_values(Vm *vm, const Value *a, const Value *b);

#endif
