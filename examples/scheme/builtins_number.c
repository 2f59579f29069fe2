/* builtins_number.c: the procedures on numbers. The arithmetic itself is in number.c. */
#include <math.h>
#include <string.h>

#include "opcode.h"
#include "scheme.h"

static Value check_numbers(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (!is_number(argv[i])) return fail_type(vm, WHO, "a number", argv[i]);
    return S_TRUE;
}

static bool is_whole(Value v) {
    if (is_fixnum(v)) return true;
    return IS(Flonum, v) && isfinite(AS(Flonum, v)->number) && AS(Flonum, v)->number == floor(AS(Flonum, v)->number);
}

/* Folds a two-operand function over the arguments; the intermediate result is in a handle. */
static Value fold(Vm *vm, NumberFn fn, Value first, int from, int argc, const Value *argv) {
    TN_SCOPE(vm->m);
    Value *total = TN_HANDLE_VALUE(vm->m, first);
    for (int i = from; i < argc && *total; i++) *total = fn(vm, total, &argv[i]);
    return *total;
}

static Value p_add(Vm *vm, int argc, const Value *argv) { return fold(vm, num_add, fixnum(0), 0, argc, argv); }
static Value p_mul(Vm *vm, int argc, const Value *argv) { return fold(vm, num_mul, fixnum(1), 0, argc, argv); }

static Value p_sub(Vm *vm, int argc, const Value *argv) {
    if (argc == 1) return fold(vm, num_sub, fixnum(0), 0, argc, argv);
    return fold(vm, num_sub, argv[0], 1, argc, argv);
}

static Value p_div(Vm *vm, int argc, const Value *argv) {
    if (argc == 1) return fold(vm, num_div, fixnum(1), 0, argc, argv);
    return fold(vm, num_div, argv[0], 1, argc, argv);
}

static Value p_quotient(Vm *vm, int argc, const Value *argv) { UNUSED; return num_quotient(vm, argv, argv + 1); }
static Value p_remainder(Vm *vm, int argc, const Value *argv) { UNUSED; return num_remainder(vm, argv, argv + 1); }
static Value p_modulo(Vm *vm, int argc, const Value *argv) { UNUSED; return num_modulo(vm, argv, argv + 1); }

/* All neighbours in one of the accepted orders. */
static Value chain(Vm *vm, int argc, const Value *argv, int accepted) {
    if (!check_numbers(vm, argc, argv)) return 0;
    for (int i = 0; i + 1 < argc; i++)
        if (!(num_compare(vm, WHO, &argv[i], &argv[i + 1]) & accepted)) return S_FALSE;
    return S_TRUE;
}

static Value p_eq(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, EQUAL); }
static Value p_lt(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, LESS); }
static Value p_gt(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, GREATER); }
static Value p_le(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, LESS | EQUAL); }
static Value p_ge(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, GREATER | EQUAL); }

static Value compare_to_zero(Vm *vm, const Value *v, int accepted) {
    Value zero = fixnum(0);
    int order = num_compare(vm, WHO, v, &zero);
    return order ? boolean(order & accepted) : 0;
}

static Value p_zero(Vm *vm, int argc, const Value *argv) { UNUSED; return compare_to_zero(vm, argv, EQUAL); }
static Value p_positive(Vm *vm, int argc, const Value *argv) { UNUSED; return compare_to_zero(vm, argv, GREATER); }
static Value p_negative(Vm *vm, int argc, const Value *argv) { UNUSED; return compare_to_zero(vm, argv, LESS); }

static Value parity(Vm *vm, const Value *v, bool odd) {
    if (!is_whole(*v)) return fail_type(vm, WHO, "an integer", *v);
    bool is_odd = is_fixnum(*v) ? fixnum_value(*v) & 1 : fmod(AS(Flonum, *v)->number, 2) != 0;
    return boolean(is_odd == odd);
}

static Value p_odd(Vm *vm, int argc, const Value *argv) { UNUSED; return parity(vm, argv, true); }
static Value p_even(Vm *vm, int argc, const Value *argv) { UNUSED; return parity(vm, argv, false); }

/* The least or greatest; a flonum if any argument is one. */
static Value extreme(Vm *vm, int argc, const Value *argv, int wanted) {
    if (!check_numbers(vm, argc, argv)) return 0;
    int best = 0;
    bool inexact = false;
    for (int i = 0; i < argc; i++) {
        inexact |= !is_fixnum(argv[i]);
        int order = num_compare(vm, WHO, &argv[i], &argv[best]);
        if (order & (wanted | 8)) best = i;
        if (isnan(num_double(argv[best]))) break;
    }
    return inexact && is_fixnum(argv[best]) ? make_flonum(vm, num_double(argv[best])) : argv[best];
}

static Value p_min(Vm *vm, int argc, const Value *argv) { return extreme(vm, argc, argv, LESS); }
static Value p_max(Vm *vm, int argc, const Value *argv) { return extreme(vm, argc, argv, GREATER); }

static Value p_abs(Vm *vm, int argc, const Value *argv) {
    if (!check_numbers(vm, argc, argv)) return 0;
    if (!is_fixnum(*argv)) return make_flonum(vm, fabs(AS(Flonum, *argv)->number));
    return fixnum_value(*argv) < 0 ? fold(vm, num_sub, fixnum(0), 0, 1, argv) : *argv;
}

static Value p_gcd(Vm *vm, int argc, const Value *argv) {
    int64_t a = 0;
    for (int i = 0; i < argc; i++) {
        if (!is_fixnum(argv[i])) return fail_type(vm, WHO, "an exact integer", argv[i]);
        for (int64_t b = fixnum_value(argv[i]); b;) {
            int64_t r = b == -1 ? 0 : a % b;
            a = b;
            b = r;
        }
    }
    if (a < 0) a = -a; /* of a fixnum: no overflow */
    return fits_fixnum(a) ? fixnum(a) : make_flonum(vm, (double)a);
}

static Value p_lcm(Vm *vm, int argc, const Value *argv) {
    int64_t result = 1;
    for (int i = 0; i < argc; i++) {
        if (!is_fixnum(argv[i])) return fail_type(vm, WHO, "an exact integer", argv[i]);
        int64_t n = fixnum_value(argv[i]), a = result, b = n;
        if (n == 0) return fixnum(0);
        while (b) {
            int64_t r = a % b;
            a = b;
            b = r;
        }
        if (__builtin_mul_overflow(result / a, n, &result) || !fits_fixnum(result))
            return fail(vm, "lcm: the result is too large", argv[i]);
        if (result < 0) result = -result;
    }
    return fixnum(result);
}

/* ---- kinds ---- */

static Value p_number_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_number(*argv)); }
static Value p_integer_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_whole(*argv)); }
static Value p_exact_integer_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_fixnum(*argv)); }

static Value p_rational_p(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return boolean(is_number(*argv) && isfinite(num_double(*argv)));
}

static Value p_exact_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(is_fixnum(*argv)) : 0;
}

static Value p_inexact_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(!is_fixnum(*argv)) : 0;
}

static Value p_nan_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(isnan(num_double(*argv))) : 0;
}

static Value p_finite_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(isfinite(num_double(*argv))) : 0;
}

static Value p_infinite_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(isinf(num_double(*argv))) : 0;
}

static Value p_exact(Vm *vm, int argc, const Value *argv) {
    if (!check_numbers(vm, argc, argv)) return 0;
    return is_fixnum(*argv) ? *argv : num_from_double(vm, AS(Flonum, *argv)->number, true, WHO);
}

static Value p_inexact(Vm *vm, int argc, const Value *argv) {
    if (!check_numbers(vm, argc, argv)) return 0;
    return is_fixnum(*argv) ? make_flonum(vm, num_double(*argv)) : *argv;
}

/* ---- functions of one real ---- */

static Value rounded(Vm *vm, int argc, const Value *argv, double (*fn)(double)) {
    if (!check_numbers(vm, argc, argv)) return 0;
    return is_fixnum(*argv) ? *argv : make_flonum(vm, fn(AS(Flonum, *argv)->number));
}

static Value p_floor(Vm *vm, int argc, const Value *argv) { return rounded(vm, argc, argv, floor); }
static Value p_ceiling(Vm *vm, int argc, const Value *argv) { return rounded(vm, argc, argv, ceil); }
static Value p_truncate(Vm *vm, int argc, const Value *argv) { return rounded(vm, argc, argv, trunc); }
static Value p_round(Vm *vm, int argc, const Value *argv) { return rounded(vm, argc, argv, nearbyint); }

static Value real_function(Vm *vm, int argc, const Value *argv, double (*fn)(double)) {
    if (!check_numbers(vm, argc, argv)) return 0;
    return make_flonum(vm, fn(num_double(*argv)));
}

static Value p_exp(Vm *vm, int argc, const Value *argv) {
    return argv[0] == fixnum(0) ? fixnum(1) : real_function(vm, argc, argv, exp);
}
static Value p_sin(Vm *vm, int argc, const Value *argv) { return real_function(vm, argc, argv, sin); }
static Value p_cos(Vm *vm, int argc, const Value *argv) { return real_function(vm, argc, argv, cos); }
static Value p_tan(Vm *vm, int argc, const Value *argv) { return real_function(vm, argc, argv, tan); }
static Value p_asin(Vm *vm, int argc, const Value *argv) { return real_function(vm, argc, argv, asin); }
static Value p_acos(Vm *vm, int argc, const Value *argv) { return real_function(vm, argc, argv, acos); }

static Value p_log(Vm *vm, int argc, const Value *argv) {
    if (!check_numbers(vm, argc, argv)) return 0;
    if (argc == 1) return make_flonum(vm, log(num_double(argv[0])));
    return make_flonum(vm, log(num_double(argv[0])) / log(num_double(argv[1])));
}

static Value p_atan(Vm *vm, int argc, const Value *argv) {
    if (!check_numbers(vm, argc, argv)) return 0;
    if (argc == 1) return make_flonum(vm, atan(num_double(argv[0])));
    return make_flonum(vm, atan2(num_double(argv[0]), num_double(argv[1])));
}

/* The largest integer whose square is not greater: sqrt of a double may be off by one. */
static int64_t integer_root(int64_t n) {
    int64_t root = (int64_t)sqrt((double)n);
    while (root > 0 && root > n / root) root--;
    while ((root + 1) <= n / (root + 1)) root++;
    return root;
}

static Value p_sqrt(Vm *vm, int argc, const Value *argv) {
    if (!check_numbers(vm, argc, argv)) return 0;
    if (is_fixnum(*argv) && fixnum_value(*argv) >= 0) {
        int64_t n = fixnum_value(*argv), root = integer_root(n);
        if (root * root == n) return fixnum(root);
    }
    return make_flonum(vm, sqrt(num_double(*argv)));
}

static Value p_exact_integer_sqrt(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!is_fixnum(*argv) || fixnum_value(*argv) < 0)
        return fail_type(vm, WHO, "an exact integer, not negative", *argv);
    int64_t n = fixnum_value(*argv), root = integer_root(n);
    Values *values = TN_ALLOC_TAIL(vm->m, Values, tn_value, 2);
    if (!values) return out_of_memory(vm);
    values->length = 2;
    TN_INIT_VALUE(values, item[0], fixnum(root));
    TN_INIT_VALUE(values, item[1], fixnum(n - root * root));
    return value_of(values);
}

static Value p_expt(Vm *vm, int argc, const Value *argv) {
    if (!check_numbers(vm, argc, argv)) return 0;
    if (!is_fixnum(argv[0]) || !is_fixnum(argv[1]) || fixnum_value(argv[1]) < 0)
        return make_flonum(vm, pow(num_double(argv[0]), num_double(argv[1])));
    int64_t base = fixnum_value(argv[0]), result = 1;
    bool fits = true;
    for (int64_t e = fixnum_value(argv[1]); e > 0 && fits;) {
        if (e & 1) fits = !__builtin_mul_overflow(result, base, &result) && fits_fixnum(result);
        e >>= 1;
        if (e && fits) fits = !__builtin_mul_overflow(base, base, &base);
    }
    return fits ? fixnum(result) : make_flonum(vm, pow(num_double(argv[0]), num_double(argv[1])));
}

static Value p_square(Vm *vm, int argc, const Value *argv) { UNUSED; return num_mul(vm, argv, argv); }

/* ---- text ---- */

static bool get_radix(Vm *vm, int argc, const Value *argv, int *radix) {
    *radix = 10;
    if (argc < 2) return true;
    if (is_fixnum(argv[1])) *radix = (int)fixnum_value(argv[1]);
    if (is_fixnum(argv[1]) && *radix >= 2 && *radix <= 36) return true;
    return fail_type(vm, WHO, "a radix from 2 to 36", argv[1]);
}

static Value p_number_to_string(Vm *vm, int argc, const Value *argv) {
    int radix;
    TEMP_BUFFER(text);
    if (!check_numbers(vm, 1, argv) || !get_radix(vm, argc, argv, &radix)) return 0;
    if (!format_number(&text, argv[0], radix)) return out_of_memory(vm);
    return string_from_buffer(vm, &text);
}

static Value p_string_to_number(Vm *vm, int argc, const Value *argv) {
    int radix;
    if (!IS(String, argv[0])) return fail_type(vm, WHO, "a string", argv[0]);
    if (!get_radix(vm, argc, argv, &radix)) return 0;
    TEMP_BUFFER(text);
    const String *s = AS(String, argv[0]);
    for (size_t i = 0; i < s->length; i++)
        if (!buffer_add_char(&text, s->ch[i] ? s->ch[i] : ' ')) return out_of_memory(vm);
    return text.text ? parse_number(vm, text.text, radix) : (Value)S_FALSE;
}

const PrimitiveDesc builtins_number[] = {
    {"+", p_add, 0, -1, OP_ADD, 0},          {"-", p_sub, 1, -1, OP_SUB, 0},
    {"*", p_mul, 0, -1, OP_MUL, 0},          {"/", p_div, 1, -1, OP_DIV, 0},
    {"=", p_eq, 1, -1, OP_NUMEQ, 0},         {"<", p_lt, 1, -1, OP_LT, 0},
    {">", p_gt, 1, -1, OP_GT, 0},            {"<=", p_le, 1, -1, OP_LE, 0},
    {">=", p_ge, 1, -1, OP_GE, 0},
    {"quotient", p_quotient, 2, 2, OP_QUOTIENT, 0}, {"remainder", p_remainder, 2, 2, OP_REMAINDER, 0},
    {"modulo", p_modulo, 2, 2, 0, 0},        {"truncate-quotient", p_quotient, 2, 2, 0, 0},
    {"truncate-remainder", p_remainder, 2, 2, 0, 0}, {"floor-remainder", p_modulo, 2, 2, 0, 0},
    {"zero?", p_zero, 1, 1, 0, 0},           {"positive?", p_positive, 1, 1, 0, 0},
    {"negative?", p_negative, 1, 1, 0, 0},   {"odd?", p_odd, 1, 1, 0, 0},
    {"even?", p_even, 1, 1, 0, 0},           {"min", p_min, 1, -1, 0, 0},
    {"max", p_max, 1, -1, 0, 0},             {"abs", p_abs, 1, 1, 0, 0},
    {"magnitude", p_abs, 1, 1, 0, 0},        {"gcd", p_gcd, 0, -1, 0, 0},
    {"lcm", p_lcm, 0, -1, 0, 0},             {"number?", p_number_p, 1, 1, 0, 0},
    {"complex?", p_number_p, 1, 1, 0, 0},    {"real?", p_number_p, 1, 1, 0, 0},
    {"rational?", p_rational_p, 1, 1, 0, 0}, {"integer?", p_integer_p, 1, 1, 0, 0},
    {"exact-integer?", p_exact_integer_p, 1, 1, 0, 0}, {"fixnum?", p_exact_integer_p, 1, 1, 0, 0},
    {"exact?", p_exact_p, 1, 1, 0, 0},       {"inexact?", p_inexact_p, 1, 1, 0, 0},
    {"nan?", p_nan_p, 1, 1, 0, 0},           {"finite?", p_finite_p, 1, 1, 0, 0},
    {"infinite?", p_infinite_p, 1, 1, 0, 0}, {"exact", p_exact, 1, 1, 0, 0},
    {"inexact", p_inexact, 1, 1, 0, 0},      {"inexact->exact", p_exact, 1, 1, 0, 0},
    {"exact->inexact", p_inexact, 1, 1, 0, 0}, {"floor", p_floor, 1, 1, 0, 0},
    {"ceiling", p_ceiling, 1, 1, 0, 0},      {"truncate", p_truncate, 1, 1, 0, 0},
    {"round", p_round, 1, 1, 0, 0},          {"exp", p_exp, 1, 1, 0, 0},
    {"log", p_log, 1, 2, 0, 0},              {"sin", p_sin, 1, 1, 0, 0},
    {"cos", p_cos, 1, 1, 0, 0},              {"tan", p_tan, 1, 1, 0, 0},
    {"asin", p_asin, 1, 1, 0, 0},            {"acos", p_acos, 1, 1, 0, 0},
    {"atan", p_atan, 1, 2, 0, 0},            {"sqrt", p_sqrt, 1, 1, 0, 0},
    {"exact-integer-sqrt", p_exact_integer_sqrt, 1, 1, 0, 0}, {"expt", p_expt, 2, 2, 0, 0},
    {"square", p_square, 1, 1, 0, 0},        {"number->string", p_number_to_string, 1, 2, 0, 0},
    {"string->number", p_string_to_number, 1, 2, 0, 0},
    {0},
};
