/* builtins/number.c: the procedures on numbers: kinds, comparisons, arithmetic, text. The arithmetic itself is in
 * numbers/number.c. The functions of real numbers are in real.c. */
#include <string.h>

#include "base/error.h"
#include "numbers/tower.h"
#include "compiler/opcode.h"
#include "builtins/builtins.h"

static Value check_numbers(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (!is_number(argv[i])) return fail_type(vm, WHO, "a number", argv[i]);
    return S_TRUE;
}

static Value check_reals(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (!is_real(argv[i])) return fail_real(vm, WHO, argv[i]);
    return S_TRUE;
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
    if (argc == 1 && is_flonum(*argv)) return make_flonum(vm, -flonum_value(*argv)); /* 0 - 0.0 is not -0.0 */
    if (argc == 1 && IS(Complex, *argv)) return fold(vm, num_mul, fixnum(-1), 0, argc, argv);
    if (argc == 1) return fold(vm, num_sub, fixnum(0), 0, argc, argv);
    return fold(vm, num_sub, argv[0], 1, argc, argv);
}

static Value p_div(Vm *vm, int argc, const Value *argv) {
    if (argc == 1) return fold(vm, num_div, fixnum(1), 0, argc, argv);
    return fold(vm, num_div, argv[0], 1, argc, argv);
}

/* ---- division of integers ---- */

static Value p_truncate_quotient(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return num_divide(vm, WHO, TRUNCATE_QUOTIENT, argv, argv + 1);
}

static Value p_truncate_remainder(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return num_divide(vm, WHO, TRUNCATE_REMAINDER, argv, argv + 1);
}

static Value p_floor_quotient(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return num_divide(vm, WHO, FLOOR_QUOTIENT, argv, argv + 1);
}

static Value p_floor_remainder(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return num_divide(vm, WHO, FLOOR_REMAINDER, argv, argv + 1);
}

/* Quotient and remainder, which follows its quotient in the enumeration. */
static Value both(Vm *vm, int kind, const Value *argv) {
    TN_SCOPE(vm->m);
    Value *quotient = TN_HANDLE_VALUE(vm->m, num_divide(vm, WHO, kind, argv, argv + 1));
    if (!*quotient) return 0;
    Value *rest = TN_HANDLE_VALUE(vm->m, num_divide(vm, WHO, kind + 1, argv, argv + 1));
    return *rest ? two_values(vm, quotient, rest) : 0;
}

static Value p_truncate_both(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return both(vm, TRUNCATE_QUOTIENT, argv);
}

static Value p_floor_both(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return both(vm, FLOOR_QUOTIENT, argv);
}

/* gcd or lcm of two integers; flonums make a flonum. */
static Value divisor(Vm *vm, const Value *a, const Value *b, IntegerFn fn) {
    for (int i = 0; i < 2; i++) {
        Value v = i ? *b : *a;
        if (!is_whole(v)) return fail_type(vm, WHO, "an integer", v);
    }
    TN_SCOPE(vm->m);
    Value *x = TN_HANDLE_VALUE(vm->m, num_exact(vm, WHO, a));
    if (!*x) return 0;
    Value *y = TN_HANDLE_VALUE(vm->m, num_exact(vm, WHO, b));
    if (!*y) return 0;
    bool exact = is_exact(*a) && is_exact(*b);
    *x = exact_integers(vm, WHO, fn, x, y);
    return !*x || exact ? *x : num_inexact(vm, WHO, x);
}

static Value num_gcd(Vm *vm, const Value *a, const Value *b) { return divisor(vm, a, b, mpz_gcd); }
static Value num_lcm(Vm *vm, const Value *a, const Value *b) { return divisor(vm, a, b, mpz_lcm); }
static Value p_gcd(Vm *vm, int argc, const Value *argv) { return fold(vm, num_gcd, fixnum(0), 0, argc, argv); }
static Value p_lcm(Vm *vm, int argc, const Value *argv) { return fold(vm, num_lcm, fixnum(1), 0, argc, argv); }

/* ---- comparisons ---- */

/* All neighbours in one of the accepted orders. */
static Value chain(Vm *vm, int argc, const Value *argv, int accepted) {
    if (!(accepted == EQUAL ? check_numbers : check_reals)(vm, argc, argv)) return 0;
    for (int i = 0; i + 1 < argc; i++) {
        int order = num_compare(vm, WHO, &argv[i], &argv[i + 1]);
        if (!(order & accepted)) return order ? (Value)S_FALSE : 0;
    }
    return S_TRUE;
}

static Value p_eq(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, EQUAL); }
static Value p_lt(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, LESS); }
static Value p_gt(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, GREATER); }
static Value p_le(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, LESS | EQUAL); }
static Value p_ge(Vm *vm, int argc, const Value *argv) { return chain(vm, argc, argv, GREATER | EQUAL); }

static Value compare_to_zero(Vm *vm, const Value *v, int accepted) {
    if (!is_real(*v)) return fail_real(vm, WHO, *v);
    double sign = is_flonum(*v) ? flonum_value(*v) : exact_sign(*v);
    return boolean((sign < 0 ? LESS : sign > 0 ? GREATER : sign == 0 ? EQUAL : 8) & accepted);
}

static Value p_zero(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    double complex z;
    if (!IS(Complex, *argv)) return compare_to_zero(vm, argv, EQUAL);
    return is_exact(real_part(*argv)) ? (Value)S_FALSE : complex_double(vm, WHO, argv, &z) ? boolean(z == 0) : 0;
}

static Value p_positive(Vm *vm, int argc, const Value *argv) { UNUSED; return compare_to_zero(vm, argv, GREATER); }
static Value p_negative(Vm *vm, int argc, const Value *argv) { UNUSED; return compare_to_zero(vm, argv, LESS); }

static Value parity(Vm *vm, const Value *v, bool odd) {
    if (is_fixnum(*v)) return boolean((fixnum_value(*v) & 1) == odd);
    if (!is_whole(*v)) return fail_type(vm, WHO, "an integer", *v);
    if (is_flonum(*v)) return boolean((fmod(flonum_value(*v), 2) != 0) == odd);
    Integer view;
    integer_view(&view, *v);
    return boolean((bool)mpz_odd_p(view.z) == odd);
}

static Value p_odd(Vm *vm, int argc, const Value *argv) { UNUSED; return parity(vm, argv, true); }
static Value p_even(Vm *vm, int argc, const Value *argv) { UNUSED; return parity(vm, argv, false); }

/* The least or greatest; a flonum if any argument is one. */
static Value extreme(Vm *vm, int argc, const Value *argv, int wanted) {
    if (!check_reals(vm, argc, argv)) return 0;
    int best = 0;
    bool inexact = is_flonum(argv[0]);
    for (int i = 1; i < argc; i++) {
        inexact |= is_flonum(argv[i]);
        int order = num_compare(vm, WHO, &argv[i], &argv[best]);
        if (!order) return 0;
        bool best_is_nan = is_flonum(argv[best]) && isnan(flonum_value(argv[best]));
        if (order & (wanted | 8) && !best_is_nan) best = i;
    }
    return inexact ? num_inexact(vm, WHO, &argv[best]) : argv[best];
}

static Value p_min(Vm *vm, int argc, const Value *argv) { return extreme(vm, argc, argv, LESS); }
static Value p_max(Vm *vm, int argc, const Value *argv) { return extreme(vm, argc, argv, GREATER); }

static Value p_abs(Vm *vm, int argc, const Value *argv) { UNUSED; return num_abs(vm, WHO, argv); }

/* ---- kinds ---- */

static Value p_number_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_number(*argv)); }
static Value p_real_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_real(*argv)); }
static Value p_integer_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_whole(*argv)); }
static Value p_fixnum_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_fixnum(*argv)); }
static Value p_exact_integer_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_exact_integer(*argv)); }

static Value p_exact_rational_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_exact(*argv)); }

static Value p_rational_p(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return boolean(is_exact(*argv) || (is_flonum(*argv) && isfinite(flonum_value(*argv))));
}

static Value p_exact_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(is_exact(real_part(*argv))) : 0;
}

static Value p_inexact_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(!is_exact(real_part(*argv))) : 0;
}

static bool is_nan(double d) { return isnan(d); }
static bool is_infinite(double d) { return isinf(d); }
static bool is_not_finite(double d) { return !isfinite(d); }

/* Whether the real or the imaginary part is a flonum that passes the test. */
static bool any_part(Value v, bool (*test)(double) TN_NO_COLLECT) {
    Value x = real_part(v), y = imaginary_part(v);
    return (is_flonum(x) && test(flonum_value(x))) || (is_flonum(y) && test(flonum_value(y)));
}

static Value p_nan_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(any_part(*argv, is_nan)) : 0;
}

static Value p_finite_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(!any_part(*argv, is_not_finite)) : 0;
}

static Value p_infinite_p(Vm *vm, int argc, const Value *argv) {
    return check_numbers(vm, argc, argv) ? boolean(any_part(*argv, is_infinite)) : 0;
}

static Value p_exact(Vm *vm, int argc, const Value *argv) { UNUSED; return num_exact(vm, WHO, argv); }
static Value p_inexact(Vm *vm, int argc, const Value *argv) { UNUSED; return num_inexact(vm, WHO, argv); }

/* ---- text ---- */

static bool get_radix(Vm *vm, int argc, const Value *argv, int *radix) {
    *radix = 10;
    if (argc < 2) return true;
    int64_t wanted = is_fixnum(argv[1]) ? fixnum_value(argv[1]) : 0;
    *radix = wanted >= 2 && wanted <= 36 ? (int)wanted : 0;
    if (*radix) return true;
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
    {"+", p_add, 0, -1, OP_ADD, 0},
    {"-", p_sub, 1, -1, OP_SUB, 0},
    {"*", p_mul, 0, -1, OP_MUL, 0},
    {"/", p_div, 1, -1, OP_DIV, 0},
    {"=", p_eq, 1, -1, OP_NUMEQ, 0},
    {"<", p_lt, 1, -1, OP_LT, 0},
    {">", p_gt, 1, -1, OP_GT, 0},
    {"<=", p_le, 1, -1, OP_LE, 0},
    {">=", p_ge, 1, -1, OP_GE, 0},
    {"quotient", p_truncate_quotient, 2, 2, OP_QUOTIENT, 0},
    {"remainder", p_truncate_remainder, 2, 2, OP_REMAINDER, 0},
    {"modulo", p_floor_remainder, 2, 2, 0, 0},
    {"truncate-quotient", p_truncate_quotient, 2, 2, 0, 0},
    {"truncate-remainder", p_truncate_remainder, 2, 2, 0, 0},
    {"truncate/", p_truncate_both, 2, 2, 0, 0},
    {"floor-quotient", p_floor_quotient, 2, 2, 0, 0},
    {"floor-remainder", p_floor_remainder, 2, 2, 0, 0},
    {"floor/", p_floor_both, 2, 2, 0, 0},
    {"gcd", p_gcd, 0, -1, 0, 0},
    {"lcm", p_lcm, 0, -1, 0, 0},
    {"zero?", p_zero, 1, 1, 0, 0},
    {"positive?", p_positive, 1, 1, 0, 0},
    {"negative?", p_negative, 1, 1, 0, 0},
    {"odd?", p_odd, 1, 1, 0, 0},
    {"even?", p_even, 1, 1, 0, 0},
    {"min", p_min, 1, -1, 0, 0},
    {"max", p_max, 1, -1, 0, 0},
    {"abs", p_abs, 1, 1, 0, 0},
    {"number?", p_number_p, 1, 1, 0, 0},
    {"complex?", p_number_p, 1, 1, 0, 0},
    {"real?", p_real_p, 1, 1, 0, 0},
    {"rational?", p_rational_p, 1, 1, 0, 0},
    {"integer?", p_integer_p, 1, 1, 0, 0},
    {"exact-integer?", p_exact_integer_p, 1, 1, 0, 0},
    {"exact-rational?", p_exact_rational_p, 1, 1, 0, 0},
    {"fixnum?", p_fixnum_p, 1, 1, 0, 0},
    {"exact?", p_exact_p, 1, 1, 0, 0},
    {"inexact?", p_inexact_p, 1, 1, 0, 0},
    {"nan?", p_nan_p, 1, 1, 0, 0},
    {"finite?", p_finite_p, 1, 1, 0, 0},
    {"infinite?", p_infinite_p, 1, 1, 0, 0},
    {"exact", p_exact, 1, 1, 0, 0},
    {"inexact", p_inexact, 1, 1, 0, 0},
    {"inexact->exact", p_exact, 1, 1, 0, 0},
    {"exact->inexact", p_inexact, 1, 1, 0, 0},
    {"number->string", p_number_to_string, 1, 2, 0, 0},
    {"string->number", p_string_to_number, 1, 2, 0, 0},
    {0},
};
