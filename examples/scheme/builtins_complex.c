/* builtins_complex.c: the procedures on complex numbers, and the functions of numbers that are not real or whose
 * results are not: roots, powers and logarithms. They have the principal values of R7RS 6.2.6; those of flonums are the
 * C library's, where the sign of a zero says on which side of a branch cut a number is. A real number is on no side:
 * there the formulas of the standard decide. Roots and powers of exact numbers are exact where they can be. */
#include "number.h"

/* ---- parts ---- */

static Value p_real_part(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return is_number(*argv) ? real_part(*argv) : fail_type(vm, WHO, "a number", *argv);
}

static Value p_imag_part(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return is_number(*argv) ? imaginary_part(*argv) : fail_type(vm, WHO, "a number", *argv);
}

static bool check_reals(Vm *vm, const Value *argv) {
    for (int i = 0; i < 2; i++)
        if (!is_real(argv[i])) return fail_real(vm, WHO, argv[i]);
    return true;
}

static Value p_make_rectangular(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return check_reals(vm, argv) ? make_rectangular(vm, &argv[0], &argv[1]) : 0;
}

static Value p_make_polar(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return check_reals(vm, argv) ? make_polar(vm, &argv[0], &argv[1]) : 0;
}

/* A number as c * 2^*exponent. The exponent is even, and 0 unless the number is exact and out of the
 * range of doubles. */
static bool get_scaled(Vm *vm, const Value *v, double complex *c, long *exponent) {
    long x_exponent, y_exponent;
    *exponent = 0;
    if (!complex_double(vm, WHO, v, c)) return false;
    Value real = real_part(*v), imaginary = imaginary_part(*v);
    if (!is_exact(real) || in_range(fmax(fabs(creal(*c)), fabs(cimag(*c))))) return true;
    double x = exact_mantissa(real, &x_exponent), y = exact_mantissa(imaginary, &y_exponent);
    *exponent = x == 0 || (y != 0 && y_exponent > x_exponent) ? y_exponent : x_exponent;
    *exponent += *exponent & 1;
    *c = complex_of(scalbln(x, x_exponent - *exponent), scalbln(y, y_exponent - *exponent));
    return true;
}

static Value p_magnitude(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Complex, *argv)) return num_abs(vm, WHO, argv);
    double complex z;
    if (!is_exact(real_part(*argv))) return complex_double(vm, WHO, argv, &z) ? make_flonum(vm, cabs(z)) : 0;
    TN_SCOPE(vm->m);
    const Value *norm = TN_HANDLE_VALUE(vm->m, complex_norm(vm, argv));
    return *norm ? num_sqrt(vm, norm) : 0;
}

static Value p_angle(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    double complex z;
    long exponent;
    if (is_exact(*argv) && exact_sign(*argv) >= 0) return fixnum(0);
    return get_scaled(vm, argv, &z, &exponent) ? make_flonum(vm, carg(z)) : 0;
}

/* ---- logarithms ---- */

static bool get_log(Vm *vm, const Value *v, double complex *result) {
    long exponent;
    if (!get_scaled(vm, v, result, &exponent)) return false;
    *result = clog(*result) + (double)exponent * log(2);
    return true;
}

Value complex_log(Vm *vm, int argc, const Value *argv) {
    double complex z, base;
    if (!get_log(vm, &argv[0], &z)) return 0;
    if (argc == 1) return make_complex(vm, z);
    if (!get_log(vm, &argv[1], &base)) return 0;
    return make_complex(vm, cimag(base) == 0 ? z / creal(base) : z / base);
}

/* ---- roots ---- */

/* The root of fn(size, x) / 2, or S_FALSE. */
static Value root_of_half(Vm *vm, NumberFn fn, const Value *size, const Value *x) {
    TN_SCOPE(vm->m);
    const Value two = fixnum(2);
    Value *sum = TN_HANDLE_VALUE(vm->m, fn(vm, size, x));
    return *sum && (*sum = num_div(vm, sum, &two)) ? exact_root(vm, WHO, sum, 2) : 0;
}

/* Of an exact number; S_FALSE if its parts are not rational. */
static Value exact_complex_root(Vm *vm, const Value *v) {
    TN_SCOPE(vm->m);
    bool negative = exact_sign(imaginary_part(*v)) < 0;
    const Value zero = fixnum(0), *real = TN_HANDLE_VALUE(vm->m, real_part(*v));
    Value *size = TN_HANDLE_VALUE(vm->m, complex_norm(vm, v));
    if (!*size || !(*size = exact_root(vm, WHO, size, 2)) || *size == S_FALSE) return *size;
    Value *x = TN_HANDLE_VALUE(vm->m, root_of_half(vm, num_add, size, real));
    if (!*x || *x == S_FALSE) return *x;
    Value *y = TN_HANDLE_VALUE(vm->m, root_of_half(vm, num_sub, size, real));
    if (!*y || *y == S_FALSE) return *y;
    if (negative && !(*y = num_sub(vm, &zero, y))) return 0;
    return make_rectangular(vm, x, y);
}

Value complex_sqrt(Vm *vm, const Value *v) {
    double complex z;
    long exponent;
    if (is_exact(real_part(*v))) {
        Value root = exact_complex_root(vm, v);
        if (root != S_FALSE) return root;
    }
    if (!get_scaled(vm, v, &z, &exponent)) return 0;
    z = csqrt(z);
    return make_complex(vm, complex_of(scalbln(creal(z), exponent / 2), scalbln(cimag(z), exponent / 2)));
}

/* ---- powers ---- */

/* (yi)^n, exactly. */
static Value imaginary_power(Vm *vm, const Value *y, const Value *power) {
    TN_SCOPE(vm->m);
    const Value zero = fixnum(0);
    Integer n;
    integer_view(&n, *power);
    unsigned long turns = mpz_fdiv_ui(n.z, 4);
    Value *size = TN_HANDLE_VALUE(vm->m, exact_power(vm, WHO, y, power));
    if (!*size || (turns >= 2 && !(*size = num_sub(vm, &zero, size)))) return 0;
    return turns & 1 ? make_rectangular(vm, &zero, size) : *size;
}

static Value common_denominator(Vm *vm, Value x, Value y) {
    TN_SCOPE(vm->m);
    const Value *a = TN_HANDLE_VALUE(vm->m, IS(Ratnum, x) ? tn_read_value(AS(Ratnum, x), denominator) : fixnum(1));
    const Value *b = TN_HANDLE_VALUE(vm->m, IS(Ratnum, y) ? tn_read_value(AS(Ratnum, y), denominator) : fixnum(1));
    return exact_integers(vm, WHO, mpz_lcm, a, b);
}

static double bits_of(Value integer) {
    Integer view;
    integer_view(&view, integer);
    return (double)mpz_sizeinbase(view.z, 2);
}

/* By squaring, of whole parts: ratios would be reduced at each step. */
static Value exact_complex_power(Vm *vm, const Value *base, const Value *power) {
    TN_SCOPE(vm->m);
    const Value *y = TN_HANDLE_VALUE(vm->m, imaginary_part(*base));
    if (real_part(*base) == fixnum(0)) return imaginary_power(vm, y, power);
    int64_t n = is_fixnum(*power) ? fixnum_value(*power) : 0;
    const Value size = fixnum(n < 0 ? -n : n);
    Value *divisor = TN_HANDLE_VALUE(vm->m, common_denominator(vm, real_part(*base), *y));
    Value *square = TN_HANDLE_VALUE(vm->m, *divisor ? num_mul(vm, base, divisor) : 0);
    if (!*square) return 0;
    double bits = bits_of(real_part(*square)) + bits_of(imaginary_part(*square)) + bits_of(*divisor);
    bits *= fabs((double)n);
    if (!exact_room(vm, WHO, n && bits < 1e15 ? (size_t)(bits / GMP_NUMB_BITS) + 4 : SIZE_MAX)) return 0;

    Value *result = TN_HANDLE_VALUE(vm->m, fixnum(1));
    for (int64_t left = fixnum_value(size);;) {
        if (left & 1 && !(*result = num_mul(vm, result, square))) return 0;
        if (!(left >>= 1)) break;
        if (!(*square = num_mul(vm, square, square))) return 0;
    }
    if (!(*divisor = exact_power(vm, WHO, divisor, &size))) return 0;
    return n < 0 ? num_div(vm, divisor, result) : num_div(vm, result, divisor);
}

/* z^n by squaring, which is more exact than exp and log while n is small. */
enum { SMALL_POWER = 1024 };
static double complex small_power(double complex z, int64_t n) {
    double complex result = complex_of(1, 0);
    for (int64_t left = n < 0 ? -n : n; left; left >>= 1, z *= z)
        if (left & 1) result *= z;
    return n < 0 ? 1 / result : result;
}

/* 0 to the power of z is 1 for 0, and 0 if the real part of z is positive. */
static Value power_of_zero(Vm *vm, const Value *base, const Value *power, double complex z) {
    if (z == 0) return make_flonum(vm, 1);
    if (creal(z) > 0) return is_exact(*base) ? fixnum(0) : make_flonum(vm, 0);
    return fail(vm, "expt: 0 has no such power", *power);
}

/* Base and power are numbers, and not both are exact and real, unless the base is negative. */
static Value complex_power(Vm *vm, const Value *base, const Value *power) {
    double complex z, w;
    bool exact = is_exact(real_part(*base));
    if (!complex_double(vm, WHO, base, &z) || !complex_double(vm, WHO, power, &w)) return 0;
    if (*power == fixnum(0) || *base == fixnum(1)) return fixnum(1);
    if (exact ? *base == fixnum(0) : z == 0) return power_of_zero(vm, base, power, w);
    if (exact && is_exact_integer(*power)) return exact_complex_power(vm, base, power);
    if (is_fixnum(*power) && fabs(creal(w)) <= SMALL_POWER)
        return make_complex(vm, small_power(z, fixnum_value(*power)));
    if (!get_log(vm, base, &z)) return 0;
    return make_complex(vm, cexp(is_real(*power) ? creal(w) * z : w * z));
}

/* Halves are exact where the root is. */
Value complex_expt(Vm *vm, const Value *base, const Value *power) {
    bool half = IS(Ratnum, *power) && tn_read_value(AS(Ratnum, *power), denominator) == fixnum(2);
    if (!half || !is_exact(real_part(*base))) return complex_power(vm, base, power);
    TN_SCOPE(vm->m);
    const Value *twice = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Ratnum, *power), numerator));
    const Value *root = TN_HANDLE_VALUE(vm->m, exact_complex_root(vm, base));
    if (!*root) return 0;
    return *root == S_FALSE ? complex_power(vm, base, power) : exact_complex_power(vm, root, twice);
}

const PrimitiveDesc builtins_complex[] = {
    {"make-rectangular", p_make_rectangular, 2, 2, 0, 0},
    {"make-polar", p_make_polar, 2, 2, 0, 0},
    {"real-part", p_real_part, 1, 1, 0, 0},
    {"imag-part", p_imag_part, 1, 1, 0, 0},
    {"magnitude", p_magnitude, 1, 1, 0, 0},
    {"angle", p_angle, 1, 1, 0, 0},
    {0},
};
