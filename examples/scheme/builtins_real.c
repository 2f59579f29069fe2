/* builtins_real.c: the functions of real numbers: rounding, roots and powers, exponentials and angles. Exact numbers
 * give exact results where there are any, and what is too large for a flonum is still a number to log and sqrt. Where
 * an argument or the result is not real, builtins_complex.c has the answer, or the C library. */
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
    if (!IS(Ratnum, *v)) return fail_real(vm, WHO, *v);
    TN_SCOPE(vm->m);
    const Value *numerator = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Ratnum, *v), numerator));
    const Value *denominator = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Ratnum, *v), denominator));
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
    if (!is_real(*v)) return fail_real(vm, WHO, *v);
    Value *exact = TN_HANDLE_VALUE(vm->m, num_exact(vm, WHO, v));
    if (!*exact) return 0;
    if (!IS(Ratnum, *exact)) *exact = numerator ? *exact : fixnum(1);
    else if (numerator) *exact = tn_read_value(AS(Ratnum, *exact), numerator);
    else *exact = tn_read_value(AS(Ratnum, *exact), denominator);
    return is_flonum(*v) ? num_inexact(vm, WHO, exact) : *exact;
}

static Value p_numerator(Vm *vm, int argc, const Value *argv) { UNUSED; return part(vm, argv, true); }
static Value p_denominator(Vm *vm, int argc, const Value *argv) { UNUSED; return part(vm, argv, false); }

/* ---- exponentials and angles ---- */

typedef double (*RealFn)(double);
typedef double complex (*ComplexFn)(double complex);

static Value function(Vm *vm, const Value *v, RealFn fn, ComplexFn complex_fn) {
    double d;
    double complex z;
    if (IS(Complex, *v)) return complex_double(vm, WHO, v, &z) ? make_complex(vm, complex_fn(z)) : 0;
    return num_to_double(vm, WHO, v, &d) ? make_flonum(vm, fn(d)) : 0;
}

/* With f(0) = 0, exactly. */
static Value odd_function(Vm *vm, const Value *v, RealFn fn, ComplexFn complex_fn) {
    return *v == fixnum(0) ? *v : function(vm, v, fn, complex_fn);
}

/* With f(0) = 1, exactly. */
static Value even_function(Vm *vm, const Value *v, RealFn fn, ComplexFn complex_fn) {
    return *v == fixnum(0) ? fixnum(1) : function(vm, v, fn, complex_fn);
}

static Value p_exp(Vm *vm, int argc, const Value *argv) { UNUSED; return even_function(vm, argv, exp, cexp); }
static Value p_sin(Vm *vm, int argc, const Value *argv) { UNUSED; return odd_function(vm, argv, sin, csin); }
static Value p_cos(Vm *vm, int argc, const Value *argv) { UNUSED; return even_function(vm, argv, cos, ccos); }
static Value p_tan(Vm *vm, int argc, const Value *argv) { UNUSED; return odd_function(vm, argv, tan, ctan); }

/* asin or acos. Beyond 1 and -1 it is not real; there the numbers are continuous with those below the real axis, and
 * above it. */
static Value arc(Vm *vm, const Value *v, RealFn fn, ComplexFn complex_fn) {
    double d;
    if (IS(Complex, *v)) return function(vm, v, fn, complex_fn);
    if (!num_to_double(vm, WHO, v, &d)) return 0;
    return fabs(d) > 1 ? make_complex(vm, complex_fn(complex_of(d, d > 0 ? -0.0 : 0.0))) : make_flonum(vm, fn(d));
}

static Value p_asin(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return *argv == fixnum(0) ? *argv : arc(vm, argv, asin, casin);
}

static Value p_acos(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return *argv == fixnum(1) ? fixnum(0) : arc(vm, argv, acos, cacos);
}

/* Of 0, and of what has an exact 0 as its real part: the cut below -i is continuous with the numbers left of it. */
static Value imaginary_atan(Vm *vm, const Value *v) {
    double complex z;
    if (*v == fixnum(0)) return *v;
    if (!complex_double(vm, WHO, v, &z)) return 0;
    return make_complex(vm, catan(cimag(z) < 0 ? complex_of(-0.0, cimag(z)) : z));
}

static Value p_atan(Vm *vm, int argc, const Value *argv) {
    double y, x;
    if (argc == 1 && real_part(*argv) == fixnum(0)) return imaginary_atan(vm, argv);
    if (argc == 1) return function(vm, argv, atan, catan);
    if (!num_to_double(vm, WHO, &argv[0], &y) || !num_to_double(vm, WHO, &argv[1], &x)) return 0;
    if (argv[0] == fixnum(0) && is_exact(argv[1])) {
        if (x > 0) return fixnum(0);
        if (x == 0) return fail(vm, "atan: undefined for 0 0", 0);
    }
    return make_flonum(vm, atan2(y, x));
}

static bool is_negative(Value v) {
    return is_flonum(v) ? flonum_value(v) < 0 : is_exact(v) && exact_sign(v) < 0;
}

/* By the logarithm `fn`. */
static bool get_log(Vm *vm, const Value *v, double (*fn)(double), double *result) {
    long exponent;
    if (!num_to_double(vm, WHO, v, result)) return false;
    if (!is_exact(*v) || exact_sign(*v) <= 0 || in_range(*result)) {
        *result = fn(*result);
        return true;
    }
    double mantissa = exact_mantissa(*v, &exponent);
    *result = fn(mantissa) + (double)exponent * fn(2);
    return true;
}

static Value p_log(Vm *vm, int argc, const Value *argv) {
    double d, base = 1;
    for (int i = 0; i < argc; i++)
        if (IS(Complex, argv[i]) || is_negative(argv[i])) return complex_log(vm, argc, argv);
    if (argc == 1 && argv[0] == fixnum(1)) return fixnum(0);
    bool two = argc == 2 && argv[1] == fixnum(2), ten = argc == 2 && argv[1] == fixnum(10);
    if (!get_log(vm, &argv[0], two ? log2 : ten ? log10 : log, &d)) return 0;
    if (argc == 2 && !two && !ten && !get_log(vm, &argv[1], log, &base)) return 0;
    return make_flonum(vm, d / base);
}

/* ---- roots and powers ---- */

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
    double mantissa = exact_mantissa(exact, &exponent);
    if (exponent & 1) mantissa *= 2;
    return ldexp(sqrt(mantissa), (int)((exponent - (exponent & 1)) / 2));
}

Value num_sqrt(Vm *vm, const Value *v) {
    double d;
    if (IS(Complex, *v) || is_negative(*v)) return complex_sqrt(vm, v);
    if (!num_to_double(vm, WHO, v, &d)) return 0;
    if (is_fixnum(*v)) {
        int64_t n = fixnum_value(*v), root = integer_root(n);
        return root * root == n ? fixnum(root) : make_flonum(vm, sqrt(d));
    }
    if (is_exact(*v)) {
        Value root = exact_root(vm, WHO, v, 2);
        if (root != S_FALSE) return root;
        if (!in_range(d)) return make_flonum(vm, wide_root(*v));
    }
    return make_flonum(vm, sqrt(d));
}

static Value p_sqrt(Vm *vm, int argc, const Value *argv) { UNUSED; return num_sqrt(vm, argv); }

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

/* An exact number, not negative, to the power of a ratio: exact if the root is. */
static Value exact_root_power(Vm *vm, const Value *base, const Value *power) {
    TN_SCOPE(vm->m);
    const Value *n = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Ratnum, *power), numerator));
    Value k = tn_read_value(AS(Ratnum, *power), denominator);
    if (!is_fixnum(k)) return S_FALSE;
    Value *root = TN_HANDLE_VALUE(vm->m, exact_root(vm, WHO, base, (unsigned long)fixnum_value(k)));
    return !*root || *root == S_FALSE ? *root : exact_power(vm, WHO, root, n);
}

static Value p_expt(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    const Value *base = &argv[0], *power = &argv[1];
    double x, y;
    if (is_exact(*base) && is_exact_integer(*power)) return exact_power(vm, WHO, base, power);
    if (IS(Complex, *base) || IS(Complex, *power)) return complex_expt(vm, base, power);
    if (!num_to_double(vm, WHO, base, &x) || !num_to_double(vm, WHO, power, &y)) return 0;
    if (is_negative(*base) && isfinite(y) && y != floor(y)) return complex_expt(vm, base, power);
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
    {0},
};
