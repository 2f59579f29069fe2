/* number.c: owns arithmetic beyond the VM's fast paths, and the text of numbers. The numeric tower has two floors
 * for now: fixnums of 63 bits, and flonums, which also take what does not fit. Operands come as rooted slots, so
 * that a later representation may allocate between reading them. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "scheme.h"

double num_double(Value v) {
    return is_fixnum(v) ? (double)fixnum_value(v) : AS(Flonum, v)->number;
}

/* The exact integer if it is wanted, the number is one, and it fits. */
Value num_from_double(Vm *vm, double number, bool exact, const char *who) {
    if (!exact) return make_flonum(vm, number);
    if (number == floor(number) && number >= (double)FIXNUM_MIN && number < -(double)FIXNUM_MIN)
        return fixnum((int64_t)number);
    char message[96];
    snprintf(message, sizeof message, "%s: no exact integer of this size", who);
    Value flonum = make_flonum(vm, number);
    return flonum ? fail(vm, message, flonum) : 0;
}

static Value wrong(Vm *vm, const char *who, const Value *a, const Value *b) {
    return fail_type(vm, who, "a number", is_number(*a) ? *b : *a);
}

static Value from_int(Vm *vm, int64_t n) {
    return fits_fixnum(n) ? fixnum(n) : make_flonum(vm, (double)n);
}

#define BOTH_NUMBERS(who) \
    if (!is_number(*a) || !is_number(*b)) return wrong(vm, who, a, b)

Value num_add(Vm *vm, const Value *a, const Value *b) {
    BOTH_NUMBERS("+");
    if (is_fixnum(*a) && is_fixnum(*b)) return from_int(vm, fixnum_value(*a) + fixnum_value(*b));
    return make_flonum(vm, num_double(*a) + num_double(*b));
}

Value num_sub(Vm *vm, const Value *a, const Value *b) {
    BOTH_NUMBERS("-");
    if (is_fixnum(*a) && is_fixnum(*b)) return from_int(vm, fixnum_value(*a) - fixnum_value(*b));
    return make_flonum(vm, num_double(*a) - num_double(*b));
}

Value num_mul(Vm *vm, const Value *a, const Value *b) {
    BOTH_NUMBERS("*");
    int64_t product;
    if (is_fixnum(*a) && is_fixnum(*b) && !__builtin_mul_overflow(fixnum_value(*a), fixnum_value(*b), &product))
        return from_int(vm, product);
    return make_flonum(vm, num_double(*a) * num_double(*b));
}

Value num_div(Vm *vm, const Value *a, const Value *b) {
    BOTH_NUMBERS("/");
    if (*b == fixnum(0)) return fail(vm, "/: division by zero", 0);
    if (is_fixnum(*a) && is_fixnum(*b) && fixnum_value(*a) % fixnum_value(*b) == 0)
        return from_int(vm, fixnum_value(*a) / fixnum_value(*b));
    return make_flonum(vm, num_double(*a) / num_double(*b));
}

/* What the three divisions of integers share. */
static Value divide(Vm *vm, const char *who, const Value *a, const Value *b, int64_t (*ints)(int64_t, int64_t),
                    double (*doubles)(double, double)) {
    char message[64];
    if (*b == fixnum(0)) {
        snprintf(message, sizeof message, "%s: division by zero", who);
        return fail(vm, message, 0);
    }
    if (is_fixnum(*a) && is_fixnum(*b)) return from_int(vm, ints(fixnum_value(*a), fixnum_value(*b)));
    for (int i = 0; i < 2; i++) {
        Value v = i ? *b : *a;
        if (!is_number(v) || num_double(v) != floor(num_double(v)) || isinf(num_double(v)))
            return fail_type(vm, who, "an integer", v);
    }
    if (num_double(*b) == 0) {
        snprintf(message, sizeof message, "%s: division by zero", who);
        return fail(vm, message, 0);
    }
    return make_flonum(vm, doubles(num_double(*a), num_double(*b)));
}

static int64_t quotient(int64_t a, int64_t b) { return a / b; } /* fixnums: even FIXNUM_MIN / -1 fits */
static int64_t remain(int64_t a, int64_t b) { return b == -1 ? 0 : a % b; }
static int64_t modulo(int64_t a, int64_t b) {
    int64_t r = remain(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
static double quotient_d(double a, double b) { return trunc(a / b); }
static double modulo_d(double a, double b) {
    double r = fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

Value num_quotient(Vm *vm, const Value *a, const Value *b) {
    return divide(vm, "quotient", a, b, quotient, quotient_d);
}
Value num_remainder(Vm *vm, const Value *a, const Value *b) { return divide(vm, "remainder", a, b, remain, fmod); }
Value num_modulo(Vm *vm, const Value *a, const Value *b) { return divide(vm, "modulo", a, b, modulo, modulo_d); }

/* A fixnum and a flonum are compared exactly: a double would round the fixnum. */
static int compare_mixed(int64_t n, double d) {
    if (isnan(d)) return 8;
    if (d >= 9.3e18) return LESS;
    if (d <= -9.3e18) return GREATER;
    double whole = floor(d);
    int64_t i = (int64_t)whole;
    if (n != i) return n < i ? LESS : GREATER;
    return d > whole ? LESS : EQUAL;
}

int num_compare(Vm *vm, const char *who, const Value *a, const Value *b) {
    if (!is_number(*a) || !is_number(*b)) {
        wrong(vm, who, a, b);
        return 0;
    }
    if (is_fixnum(*a)) {
        if (!is_fixnum(*b)) return compare_mixed(fixnum_value(*a), AS(Flonum, *b)->number);
        int64_t x = fixnum_value(*a), y = fixnum_value(*b);
        return x < y ? LESS : x > y ? GREATER : EQUAL;
    }
    double x = AS(Flonum, *a)->number;
    if (is_fixnum(*b)) {
        int c = compare_mixed(fixnum_value(*b), x);
        return c == LESS ? GREATER : c == GREATER ? LESS : c;
    }
    double y = AS(Flonum, *b)->number;
    return x < y ? LESS : x > y ? GREATER : x == y ? EQUAL : 8;
}

/* ---- text ---- */

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* An integer of digits alone; false if there is anything else. What does not fit is left to the caller as a double. */
static bool parse_integer(const char *s, int radix, int64_t *n, double *big) {
    bool negative = *s == '-', fits = true;
    if (*s == '+' || *s == '-') s++;
    if (!*s) return false;
    *n = 0;
    *big = 0;
    for (; *s; s++) {
        int d = digit(*s);
        if (d >= radix) return false;
        *big = *big * radix + d;
        if (__builtin_mul_overflow(*n, (int64_t)radix, n) ||
            __builtin_add_overflow(*n, (int64_t)(negative ? -d : d), n))
            fits = false;
    }
    if (negative) *big = -*big;
    if (!fits || !fits_fixnum(*n)) *n = INT64_MAX;
    return true;
}

/* Sign, digits with at most one point, exponent: strtod takes more than Scheme does. */
static bool is_decimal(const char *s) {
    int digits = 0;
    if (*s == '+' || *s == '-') s++;
    for (; *s >= '0' && *s <= '9'; s++) digits++;
    if (*s == '.')
        for (s++; *s >= '0' && *s <= '9'; s++) digits++;
    if (!digits) return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '+' || *s == '-') s++;
        if (!(*s >= '0' && *s <= '9')) return false;
        while (*s >= '0' && *s <= '9') s++;
    }
    return !*s;
}

static Value parse_real(Vm *vm, const char *text, int radix, char exactness) {
    int64_t n;
    double d;
    if (parse_integer(text, radix, &n, &d)) {
        if (n != INT64_MAX && exactness != 'i') return fixnum(n);
        if (radix == 10) d = strtod(text, NULL);
    } else if (radix == 10 && is_decimal(text)) {
        d = strtod(text, NULL);
    } else if (!strcmp(text, "+inf.0")) {
        d = INFINITY;
    } else if (!strcmp(text, "-inf.0")) {
        d = -INFINITY;
    } else if (!strcmp(text, "+nan.0") || !strcmp(text, "-nan.0")) {
        d = NAN;
    } else {
        return S_FALSE;
    }
    return num_from_double(vm, d, exactness == 'e', "exact");
}

Value parse_number(Vm *vm, const char *text, int radix) {
    char exactness = 0;
    for (; text[0] == '#'; text += 2) {
        switch (text[1] | 32) {
        case 'x': radix = 16; break;
        case 'b': radix = 2; break;
        case 'o': radix = 8; break;
        case 'd': radix = 10; break;
        case 'e': exactness = 'e'; break;
        case 'i': exactness = 'i'; break;
        default: return S_FALSE;
        }
    }
    const char *slash = strchr(text, '/');
    if (!slash) return parse_real(vm, text, radix, exactness);

    /* A ratio: the integer that it is, or the nearest flonum. */
    char top[80];
    int64_t n, m;
    double dn, dm;
    if (slash - text >= (ptrdiff_t)sizeof top) return S_FALSE;
    snprintf(top, sizeof top, "%.*s", (int)(slash - text), text);
    if (!parse_integer(top, radix, &n, &dn) || slash[1] == '-' || slash[1] == '+' ||
        !parse_integer(slash + 1, radix, &m, &dm) || m == 0)
        return S_FALSE;
    if (n != INT64_MAX && m != INT64_MAX && n % m == 0 && exactness != 'i') return fixnum(n / m);
    return num_from_double(vm, dn / dm, exactness == 'e', "exact");
}

static bool format_integer(Buffer *out, int64_t n, int radix) {
    char text[72];
    size_t at = sizeof text;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do text[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % (unsigned)radix];
    while (rest /= (unsigned)radix);
    if (n < 0) text[--at] = '-';
    return buffer_add(out, text + at, sizeof text - at);
}

/* The fewest digits that read back as the same number; as 123.5, 0.001 or, far from 1, 1.5e-10. */
static bool format_flonum(Buffer *out, double d) {
    if (isnan(d)) return buffer_add(out, "+nan.0", 6);
    if (isinf(d)) return buffer_add(out, d > 0 ? "+inf.0" : "-inf.0", 6);
    char text[40], digits[24];
    for (int precision = 14; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, fabs(d));
        if (strtod(text, NULL) == fabs(d)) break;
    }
    int n = 0, exponent = atoi(strchr(text, 'e') + 1);
    for (const char *s = text; *s != 'e'; s++)
        if (*s != '.') digits[n++] = *s;
    while (n > 1 && digits[n - 1] == '0') n--;

    bool ok = signbit(d) ? buffer_add(out, "-", 1) : true;
    if (exponent >= 21 || exponent < -7) {
        ok = ok && buffer_add(out, digits, 1);
        if (n > 1) ok = ok && buffer_add(out, ".", 1) && buffer_add(out, digits + 1, (size_t)n - 1);
        int length = snprintf(text, sizeof text, "e%d", exponent);
        return ok && buffer_add(out, text, (size_t)length);
    }
    if (exponent < 0) {
        ok = ok && buffer_add(out, "0.", 2) && buffer_add(out, "0000000", (size_t)(-exponent - 1));
        return ok && buffer_add(out, digits, (size_t)n);
    }
    int whole = exponent + 1 < n ? exponent + 1 : n;
    ok = ok && buffer_add(out, digits, (size_t)whole);
    for (int i = whole; i < exponent + 1; i++) ok = ok && buffer_add(out, "0", 1);
    ok = ok && buffer_add(out, ".", 1);
    return ok && (whole < n ? buffer_add(out, digits + whole, (size_t)(n - whole)) : buffer_add(out, "0", 1));
}

bool format_number(Buffer *out, Value number, int radix) {
    if (is_fixnum(number)) return format_integer(out, fixnum_value(number), radix);
    return format_flonum(out, AS(Flonum, number)->number);
}
