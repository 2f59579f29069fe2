/* number.c: owns arithmetic beyond the VM's fast paths: which numbers meet, and what comes of it. Two exact numbers
 * make an exact one (exact.c); with a flonum the result is a flonum, but comparisons are exact; where a number is not
 * real, complex.c does the rest. Operands come as rooted slots, for whatever allocates may move them. */
#include <math.h>
#include <string.h>

#include "number.h"

bool is_whole(Value v) {
    if (is_exact_integer(v)) return true;
    return is_flonum(v) && isfinite(flonum_value(v)) && flonum_value(v) == floor(flonum_value(v));
}

/* What programs mix most: fixnums and flonums. */
static inline bool quick_double(Value v, double *d) {
    if (is_fixnum(v)) *d = (double)fixnum_value(v);
    else if (is_flonum(v)) *d = flonum_value(v);
    else return false;
    return true;
}

Value fail_real(Vm *vm, const char *who, Value got) {
    return fail_type(vm, who, IS(Complex, got) ? "a real number" : "a number", got);
}

bool num_to_double(Vm *vm, const char *who, const Value *v, double *d) {
    if (quick_double(*v, d)) return true;
    if (!is_real(*v)) return fail_real(vm, who, *v), false;
    if (IS(Ratnum, *v) && !exact_room(vm, who, 2 * exact_limbs(*v) + 4)) return false;
    *d = exact_double(*v);
    return true;
}

Value num_exact(Vm *vm, const char *who, const Value *v) {
    if (is_exact(*v)) return *v;
    if (IS(Complex, *v)) return complex_exact(vm, who, v);
    if (!is_number(*v)) return fail_type(vm, who, "a number", *v);
    double d = flonum_value(*v);
    return isfinite(d) ? exact_from_double(vm, d) : fail_type(vm, who, "a finite number", *v);
}

Value num_inexact(Vm *vm, const char *who, const Value *v) {
    double d;
    double complex z;
    if (is_flonum(real_part(*v))) return *v;
    if (IS(Complex, *v)) return complex_double(vm, who, v, &z) ? make_complex(vm, z) : 0;
    return num_to_double(vm, who, v, &d) ? make_flonum(vm, d) : 0;
}

Value num_abs(Vm *vm, const char *who, const Value *v) {
    if (!is_real(*v)) return fail_real(vm, who, *v);
    if (is_flonum(*v)) return make_flonum(vm, fabs(flonum_value(*v)));
    if (exact_sign(*v) >= 0) return *v;
    const Value zero = fixnum(0);
    return num_sub(vm, &zero, v);
}

/* Not both are exact and real: one is a flonum or complex, or no number. `who` is the operator. */
static Value other(Vm *vm, const char *who, const Value *a, const Value *b) {
    double x, y;
    if (IS(Complex, *a) || IS(Complex, *b)) return complex_arithmetic(vm, who, a, b);
    if (!num_to_double(vm, who, a, &x) || !num_to_double(vm, who, b, &y)) return 0;
    switch (*who) {
    case '+': return make_flonum(vm, x + y);
    case '-': return make_flonum(vm, x - y);
    case '*': return make_flonum(vm, x * y);
    default: return make_flonum(vm, x / y);
    }
}

Value num_add(Vm *vm, const Value *a, const Value *b) {
    double x, y;
    if (is_fixnum(*a) && is_fixnum(*b)) return exact_from_int(vm, fixnum_value(*a) + fixnum_value(*b));
    if (quick_double(*a, &x) && quick_double(*b, &y)) return make_flonum(vm, x + y);
    if (is_exact(*a) && is_exact(*b)) return exact_numbers(vm, "+", mpz_add, mpq_add, a, b);
    return other(vm, "+", a, b);
}

Value num_sub(Vm *vm, const Value *a, const Value *b) {
    double x, y;
    if (is_fixnum(*a) && is_fixnum(*b)) return exact_from_int(vm, fixnum_value(*a) - fixnum_value(*b));
    if (quick_double(*a, &x) && quick_double(*b, &y)) return make_flonum(vm, x - y);
    if (is_exact(*a) && is_exact(*b)) return exact_numbers(vm, "-", mpz_sub, mpq_sub, a, b);
    return other(vm, "-", a, b);
}

Value num_mul(Vm *vm, const Value *a, const Value *b) {
    double x, y;
    int64_t product;
    if (is_fixnum(*a) && is_fixnum(*b)) {
        if (!__builtin_mul_overflow(fixnum_value(*a), fixnum_value(*b), &product)) return exact_from_int(vm, product);
    } else if (quick_double(*a, &x) && quick_double(*b, &y)) {
        return make_flonum(vm, x * y);
    }
    if (is_exact(*a) && is_exact(*b)) return exact_numbers(vm, "*", mpz_mul, mpq_mul, a, b);
    return other(vm, "*", a, b);
}

static Value by_zero(Vm *vm, const char *who) {
    char message[64];
    snprintf(message, sizeof message, "%s: division by zero", who);
    return fail(vm, message, 0);
}

Value num_div(Vm *vm, const Value *a, const Value *b) {
    double x, y;
    if (*b == fixnum(0) && is_number(*a)) return by_zero(vm, "/");
    if (is_fixnum(*a) && is_fixnum(*b)) return exact_divide(vm, a, b);
    if (quick_double(*a, &x) && quick_double(*b, &y)) return make_flonum(vm, x / y);
    if (is_exact(*a) && is_exact(*b)) return exact_divide(vm, a, b);
    return other(vm, "/", a, b);
}

/* ---- division of integers ---- */

/* Of fixnums: even the quotient of FIXNUM_MIN and -1 fits a word. */
static int64_t divide_ints(int kind, int64_t a, int64_t b) {
    int64_t quotient = a / b, rest = b == -1 ? 0 : a % b;
    bool down = rest != 0 && (rest < 0) != (b < 0); /* floor and truncation differ */
    switch (kind) {
    case TRUNCATE_QUOTIENT: return quotient;
    case TRUNCATE_REMAINDER: return rest;
    case FLOOR_QUOTIENT: return down ? quotient - 1 : quotient;
    default: return down ? rest + b : rest;
    }
}

/* fmod is exact; the quotient of what it leaves is whole, but for rounding. */
static double divide_doubles(int kind, double a, double b) {
    double rest = fmod(a, b);
    if (kind >= FLOOR_QUOTIENT && rest != 0 && (rest < 0) != (b < 0)) rest += b;
    if (kind == TRUNCATE_REMAINDER || kind == FLOOR_REMAINDER) return rest;
    return nearbyint((a - rest) / b);
}

/* Whether d, which is of v, has not been rounded. */
static bool is_same(Value v, double d) { return !is_fixnum(v) || (fabs(d) < 0x1p62 && (int64_t)d == fixnum_value(v)); }

Value num_divide(Vm *vm, const char *who, int kind, const Value *a, const Value *b) {
    static const IntegerFn functions[] = {mpz_tdiv_q, mpz_tdiv_r, mpz_fdiv_q, mpz_fdiv_r};
    for (int i = 0; i < 2; i++) {
        Value v = i ? *b : *a;
        if (!is_whole(v)) return fail_type(vm, who, "an integer", v);
    }
    if (*b == fixnum(0) || (is_flonum(*b) && flonum_value(*b) == 0)) return by_zero(vm, who);
    if (is_fixnum(*a) && is_fixnum(*b))
        return exact_from_int(vm, divide_ints(kind, fixnum_value(*a), fixnum_value(*b)));
    if (is_exact(*a) && is_exact(*b)) return exact_integers(vm, who, functions[kind], a, b);
    double x, y;
    if (quick_double(*a, &x) && quick_double(*b, &y) && is_same(*a, x) && is_same(*b, y))
        return make_flonum(vm, divide_doubles(kind, x, y));

    /* A flonum and an integer that is none. */
    TN_SCOPE(vm->m);
    Value *exact_a = TN_HANDLE_VALUE(vm->m, num_exact(vm, who, a));
    if (!*exact_a) return 0;
    Value *exact_b = TN_HANDLE_VALUE(vm->m, num_exact(vm, who, b));
    if (!*exact_b) return 0;
    *exact_a = exact_integers(vm, who, functions[kind], exact_a, exact_b);
    return *exact_a ? num_inexact(vm, who, exact_a) : 0;
}

Value two_values(Vm *vm, const Value *a, const Value *b) {
    Values *values = tn_alloc_tail(vm->m, Values, tn_value, 2);
    if (!values) return out_of_memory(vm);
    values->length = 2;
    tn_init_value(values, item[0], *a);
    tn_init_value(values, item[1], *b);
    return value_of(values);
}

Value num_quotient(Vm *vm, const Value *a, const Value *b) {
    return num_divide(vm, "quotient", TRUNCATE_QUOTIENT, a, b);
}

Value num_remainder(Vm *vm, const Value *a, const Value *b) {
    return num_divide(vm, "remainder", TRUNCATE_REMAINDER, a, b);
}

/* ---- order ---- */

static int compare_ints(int64_t x, int64_t y) { return x < y ? LESS : x > y ? GREATER : EQUAL; }
static int compare_doubles(double x, double y) { return x < y ? LESS : x > y ? GREATER : x == y ? EQUAL : 8; }

int num_compare(Vm *vm, const char *who, const Value *a, const Value *b) {
    if (is_fixnum(*a) && is_fixnum(*b)) return compare_ints(fixnum_value(*a), fixnum_value(*b));
    if (is_flonum(*a) && is_flonum(*b)) return compare_doubles(flonum_value(*a), flonum_value(*b));
    if (!is_real(*a) || !is_real(*b)) return complex_compare(vm, who, a, b);
    if (is_flonum(*b)) return exact_compare_double(vm, who, a, flonum_value(*b));
    if (!is_flonum(*a)) return exact_compare(vm, who, a, b);
    int order = exact_compare_double(vm, who, b, flonum_value(*a));
    return order == LESS ? GREATER : order == GREATER ? LESS : order;
}
