/* builtins_real.c: the functions of real numbers: rounding, roots and powers, exponentials and angles. Exact numbers
 * give exact results where there are any, and what is too large for a flonum is still a number to log and sqrt. There
 * are no complex numbers: where only one would be right, the result is +nan.0. */
#include <math.h>

#include "number.h"

/* ---- rounding ---- */

/* In lowest terms there is a tie only with the denominator 2. */
static void round_quotient(mpz_ptr z, mpz_srcptr numerator, mpz_srcptr denominator) {
    mpz_t twice;
    mpz_init(twice);
    mpz_mul_2exp(twice, denominator, 1);
    mpz_mul_2exp(z, numerator, 1);
    mpz_add(z, z, denominator);
    mpz_fdiv_q(z, z, twice);
    mpz_clear(twice);
    if (mpz_cmp_ui(denominator, 2) == 0 && mpz_odd_p(z)) mpz_sub_ui(z, z, 1);
}

static Value rounded(Vm *vm, const Value *v, double (*fn)(double), IntegerFn exact_fn) {
    if (is_exact_integer(*v)) return *v;
    if (is_flonum(*v)) return make_flonum(vm, fn(flonum_value(*v)));
    if (!IS(Ratnum, *v)) return fail_type(vm, WHO, "a number", *v);
    TN_SCOPE(vm->m);
    const Value *numerator = TN_HANDLE_VALUE(vm->m, TN_READ_VALUE(AS(Ratnum, *v), numerator));
    const Value *denominator = TN_HANDLE_VALUE(vm->m, TN_READ_VALUE(AS(Ratnum, *v), denominator));
    return exact_integers(vm, WHO, exact_fn, numerator, denominator);
}

static Value p_floor(Vm *vm, int argc, const Value *argv) { UNUSED; return rounded(vm, argv, floor, mpz_fdiv_q); }
static Value p_ceiling(Vm *vm, int argc, const Value *argv) { UNUSED; return rounded(vm, argv, ceil, mpz_cdiv_q); }
static Value p_truncate(Vm *vm, int argc, const Value *argv) { UNUSED; return rounded(vm, argv, trunc, mpz_tdiv_q); }
static Value p_round(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return rounded(vm, argv, nearbyint, round_quotient);
}

/* Numerator or denominator; of a flonum, those of the exact number that it is. */
static Value part(Vm *vm, const Value *v, bool numerator) {
    TN_SCOPE(vm->m);
    Value *exact = TN_HANDLE_VALUE(vm->m, num_exact(vm, WHO, v));
    if (!*exact) return 0;
    if (!IS(Ratnum, *exact)) *exact = numerator ? *exact : fixnum(1);
    else if (numerator) *exact = TN_READ_VALUE(AS(Ratnum, *exact), numerator);
    else *exact = TN_READ_VALUE(AS(Ratnum, *exact), denominator);
    return is_flonum(*v) ? num_inexact(vm, WHO, exact) : *exact;
}

static Value p_numerator(Vm *vm, int argc, const Value *argv) { UNUSED; return part(vm, argv, true); }
static Value p_denominator(Vm *vm, int argc, const Value *argv) { UNUSED; return part(vm, argv, false); }

/* ---- exponentials and angles ---- */

static Value real_function(Vm *vm, const Value *v, double (*fn)(double)) {
    double d;
    return num_to_double(vm, WHO, v, &d) ? make_flonum(vm, fn(d)) : 0;
}

/* With f(0) = 0, exactly. */
static Value odd_function(Vm *vm, const Value *v, double (*fn)(double)) {
    return *v == fixnum(0) ? *v : real_function(vm, v, fn);
}

static Value p_sin(Vm *vm, int argc, const Value *argv) { UNUSED; return odd_function(vm, argv, sin); }
static Value p_tan(Vm *vm, int argc, const Value *argv) { UNUSED; return odd_function(vm, argv, tan); }
static Value p_asin(Vm *vm, int argc, const Value *argv) { UNUSED; return odd_function(vm, argv, asin); }

static Value p_exp(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return *argv == fixnum(0) ? fixnum(1) : real_function(vm, argv, exp);
}

static Value p_cos(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return *argv == fixnum(0) ? fixnum(1) : real_function(vm, argv, cos);
}

static Value p_acos(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return *argv == fixnum(1) ? fixnum(0) : real_function(vm, argv, acos);
}

static Value p_atan(Vm *vm, int argc, const Value *argv) {
    double y, x;
    if (argc == 1) return odd_function(vm, argv, atan);
    if (!num_to_double(vm, WHO, &argv[0], &y) || !num_to_double(vm, WHO, &argv[1], &x)) return 0;
    if (argv[0] == fixnum(0) && is_exact(argv[1])) {
        if (x > 0) return fixnum(0);
        if (x == 0) return fail(vm, "atan: undefined for 0 0", 0);
    }
    return make_flonum(vm, atan2(y, x));
}

/* A positive exact number as mantissa * 2^exponent: it may be out of the range of doubles. */
static double mantissa_of(Value exact, long *exponent) {
    long down;
    Rational x;
    rational_view(&x, exact);
    double mantissa = mpz_get_d_2exp(exponent, x.numerator.z);
    mantissa /= mpz_get_d_2exp(&down, x.denominator.z);
    *exponent -= down;
    return mantissa;
}

static bool in_range(double d) { return !(d < 1e-300) && isfinite(d); }

/* By the logarithm `fn`. */
static bool get_log(Vm *vm, const Value *v, double (*fn)(double), double *result) {
    long exponent;
    if (!num_to_double(vm, WHO, v, result)) return false;
    if (!is_exact(*v) || exact_sign(*v) <= 0 || in_range(*result)) {
        *result = fn(*result);
        return true;
    }
    double mantissa = mantissa_of(*v, &exponent);
    *result = fn(mantissa) + (double)exponent * fn(2);
    return true;
}

static Value p_log(Vm *vm, int argc, const Value *argv) {
    double d, base = 1;
    if (argc == 1 && argv[0] == fixnum(1)) return fixnum(0);
    bool two = argc == 2 && argv[1] == fixnum(2), ten = argc == 2 && argv[1] == fixnum(10);
    if (!get_log(vm, &argv[0], two ? log2 : ten ? log10 : log, &d)) return 0;
    if (argc == 2 && !two && !ten && !get_log(vm, &argv[1], log, &base)) return 0;
    return make_flonum(vm, d / base);
}

/* ---- roots and powers ---- */

/* The root of a number that is exact and not negative; S_FALSE if it is not rational. */
static Value exact_root(Vm *vm, const Value *v, unsigned long k) {
    if (!exact_room(vm, WHO, exact_limbs(*v) + 1)) return 0;
    Rational x;
    rational_view(&x, *v);
    mpq_t q;
    mpq_init(q);
    if (mpz_root(mpq_numref(q), x.numerator.z, k) && mpz_root(mpq_denref(q), x.denominator.z, k))
        return exact_take_ratio(vm, q);
    mpq_clear(q);
    return S_FALSE;
}

/* The largest integer whose square is not greater: sqrt of a double may be off by one. */
static int64_t integer_root(int64_t n) {
    int64_t root = (int64_t)sqrt((double)n);
    while (root > 0 && root > n / root) root--;
    while ((root + 1) <= n / (root + 1)) root++;
    return root;
}

/* Out of the range of doubles. */
static double wide_root(Value exact) {
    long exponent;
    double mantissa = mantissa_of(exact, &exponent);
    if (exponent & 1) mantissa *= 2;
    return ldexp(sqrt(mantissa), (int)((exponent - (exponent & 1)) / 2));
}

static Value p_sqrt(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    double d;
    if (!num_to_double(vm, WHO, argv, &d)) return 0;
    if (is_fixnum(*argv) && fixnum_value(*argv) >= 0) {
        int64_t n = fixnum_value(*argv), root = integer_root(n);
        return root * root == n ? fixnum(root) : make_flonum(vm, sqrt(d));
    }
    if (is_exact(*argv) && exact_sign(*argv) > 0) {
        Value root = exact_root(vm, argv, 2);
        if (root != S_FALSE) return root;
        if (!in_range(d)) return make_flonum(vm, wide_root(*argv));
    }
    return make_flonum(vm, sqrt(d));
}

static Value p_exact_integer_sqrt(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!is_exact_integer(*argv) || exact_sign(*argv) < 0)
        return fail_type(vm, WHO, "an exact integer, not negative", *argv);
    if (is_fixnum(*argv)) {
        int64_t n = fixnum_value(*argv), r = integer_root(n);
        Value small = fixnum(r), left = fixnum(n - r * r);
        return two_values(vm, &small, &left);
    }
    if (!exact_room(vm, WHO, exact_limbs(*argv) + 1)) return 0;
    TN_SCOPE(vm->m);
    Integer x;
    integer_view(&x, *argv);
    mpz_t z, over;
    mpz_init(z);
    mpz_init(over);
    mpz_sqrtrem(z, over, x.z);
    Value *root = TN_HANDLE_VALUE(vm->m, exact_take(vm, z));
    if (!*root) {
        mpz_clear(over);
        return 0;
    }
    Value *rest = TN_HANDLE_VALUE(vm->m, exact_take(vm, over));
    return *rest ? two_values(vm, root, rest) : 0;
}

/* An exact number to the power of an integer. */
static Value exact_power(Vm *vm, const Value *base, const Value *power) {
    int sign = exact_sign(*power);
    if (sign == 0 || *base == fixnum(1)) return fixnum(1);
    if (*base == fixnum(0)) return sign > 0 ? *base : fail(vm, "expt: division by zero", 0);
    Integer e;
    integer_view(&e, *power);
    if (*base == fixnum(-1)) return mpz_odd_p(e.z) ? *base : fixnum(1);

    Rational x;
    rational_view(&x, *base);
    double bits = (double)(mpz_sizeinbase(x.numerator.z, 2) + mpz_sizeinbase(x.denominator.z, 2));
    bits *= fabs(mpz_get_d(e.z));
    if (!exact_room(vm, WHO, bits < 1e15 ? (size_t)(bits / GMP_NUMB_BITS) + 2 : SIZE_MAX)) return 0;
    unsigned long n = mpz_get_ui(e.z);
    mpq_t q;
    mpq_init(q);
    mpz_pow_ui(mpq_numref(q), x.numerator.z, n);
    mpz_pow_ui(mpq_denref(q), x.denominator.z, n);
    if (sign < 0) mpq_inv(q, q);
    return exact_take_ratio(vm, q);
}

/* An exact number, not negative, to the power of a ratio: exact if the root is. */
static Value exact_root_power(Vm *vm, const Value *base, const Value *power) {
    TN_SCOPE(vm->m);
    const Value *n = TN_HANDLE_VALUE(vm->m, TN_READ_VALUE(AS(Ratnum, *power), numerator));
    Value k = TN_READ_VALUE(AS(Ratnum, *power), denominator);
    if (!is_fixnum(k)) return S_FALSE;
    Value *root = TN_HANDLE_VALUE(vm->m, exact_root(vm, base, (unsigned long)fixnum_value(k)));
    return !*root || *root == S_FALSE ? *root : exact_power(vm, root, n);
}

static Value p_expt(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    const Value *base = &argv[0], *power = &argv[1];
    double x, y;
    if (is_exact(*base) && is_exact_integer(*power)) return exact_power(vm, base, power);
    if (!num_to_double(vm, WHO, base, &x) || !num_to_double(vm, WHO, power, &y)) return 0;
    if (is_exact(*base) && IS(Ratnum, *power) && exact_sign(*base) >= 0) {
        Value exact = exact_root_power(vm, base, power);
        if (exact != S_FALSE) return exact;
    }
    if (is_exact(*base) && exact_sign(*base) > 0 && !in_range(x)) {
        double logarithm;
        return get_log(vm, base, log, &logarithm) ? make_flonum(vm, exp(logarithm * y)) : 0;
    }
    return make_flonum(vm, pow(x, y));
}

static Value p_square(Vm *vm, int argc, const Value *argv) { UNUSED; return num_mul(vm, argv, argv); }

/* ---- complex numbers that are real ---- */

static Value p_real_part(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return is_number(*argv) ? *argv : fail_type(vm, WHO, "a number", *argv);
}

static Value p_imag_part(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return is_number(*argv) ? fixnum(0) : fail_type(vm, WHO, "a number", *argv);
}

static Value p_angle(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    double d;
    if (!num_to_double(vm, WHO, argv, &d)) return 0;
    return d < 0 ? make_flonum(vm, atan2(0, -1)) : isnan(d) ? *argv : fixnum(0);
}

/* From x and y, or magnitude and angle: the second must be 0. */
static Value p_make_real(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    for (int i = 0; i < 2; i++)
        if (!is_number(argv[i])) return fail_type(vm, WHO, "a number", argv[i]);
    if (argv[1] == fixnum(0)) return argv[0];
    char message[96];
    snprintf(message, sizeof message, "%s: no complex numbers here", WHO);
    return fail(vm, message, argv[1]);
}

const PrimitiveDesc builtins_real[] = {
    {"floor", p_floor, 1, 1, 0, 0},
    {"ceiling", p_ceiling, 1, 1, 0, 0},
    {"truncate", p_truncate, 1, 1, 0, 0},
    {"round", p_round, 1, 1, 0, 0},
    {"numerator", p_numerator, 1, 1, 0, 0},
    {"denominator", p_denominator, 1, 1, 0, 0},
    {"exp", p_exp, 1, 1, 0, 0},
    {"log", p_log, 1, 2, 0, 0},
    {"sin", p_sin, 1, 1, 0, 0},
    {"cos", p_cos, 1, 1, 0, 0},
    {"tan", p_tan, 1, 1, 0, 0},
    {"asin", p_asin, 1, 1, 0, 0},
    {"acos", p_acos, 1, 1, 0, 0},
    {"atan", p_atan, 1, 2, 0, 0},
    {"sqrt", p_sqrt, 1, 1, 0, 0},
    {"exact-integer-sqrt", p_exact_integer_sqrt, 1, 1, 0, 0},
    {"expt", p_expt, 2, 2, 0, 0},
    {"square", p_square, 1, 1, 0, 0},
    {"real-part", p_real_part, 1, 1, 0, 0},
    {"imag-part", p_imag_part, 1, 1, 0, 0},
    {"angle", p_angle, 1, 1, 0, 0},
    {"make-rectangular", p_make_real, 2, 2, 0, 0},
    {"make-polar", p_make_real, 2, 2, 0, 0},
    {0},
};
