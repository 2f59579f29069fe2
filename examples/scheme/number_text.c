/* number_text.c: owns the text of numbers: what the reader and string->number accept, and what is printed. Whatever
 * is printed reads back as the same number, in the same radix.
 *
 *     number   prefixes complex      prefixes: #x #o #d #b and #e #i, one of each at most
 *     complex  real, real@real (polar), real+real i, +real i, real+i, +i, and with - for the +
 *     real     +inf.0 -inf.0 +nan.0 -nan.0, or a sign, and digits, digits/digits, or digits with a point and, in radix
 *              10, an exponent
 *
 * A decimal is a flonum unless #e says otherwise. In radix 10 strtod makes it; else, and for #e, it is a ratio with a
 * power of the radix, and that is exact, or correctly rounded. */
#include <string.h>

#include "number.h"

/* ---- reading ---- */

/* A real number, taken apart. The pointers are into the text. */
typedef struct Parts {
    const char *text; /* with its sign */
    bool negative;
    char special;     /* i: infinite, n: no number; the rest is empty */
    const char *whole, *fraction, *bottom; /* digits; fraction: NULL without a point, bottom: without a slash */
    size_t whole_n, fraction_n, bottom_n;
    bool decimal; /* a point or an exponent */
    int64_t exponent;
} Parts;

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

static size_t count_digits(const char *s, const char *end, int radix) {
    size_t n = 0;
    while (s + n < end && digit(s[n]) < radix) n++;
    return n;
}

/* An exponent beyond all limits stays there. */
static const char *take_exponent(const char *s, int64_t *exponent) {
    bool negative = *s == '-';
    if (*s == '+' || *s == '-') s++;
    if (digit(*s) > 9) return NULL;
    for (*exponent = 0; digit(*s) < 10; s++)
        if (*exponent < INT64_C(1) << 40) *exponent = *exponent * 10 + digit(*s);
    if (negative) *exponent = -*exponent;
    return s;
}

static bool begins_with(const char *text, const char *lower) {
    for (; *lower; text++, lower++)
        if ((*text >= 'A' && *text <= 'Z' ? *text | 32 : *text) != *lower) return false;
    return true;
}

/* The real number at the beginning of s, no further than `end`: what follows it, or NULL if there is none. */
static const char *take_real(const char *s, const char *end, int radix, Parts *p) {
    *p = (Parts){.text = s, .negative = *s == '-'};
    if (*s == '+' || *s == '-') {
        s++;
        if (begins_with(s, "inf.0") || begins_with(s, "nan.0")) {
            p->special = (char)(*s | 32);
            return s + 5;
        }
    }
    p->whole = s;
    s += p->whole_n = count_digits(s, end, radix);
    if (*s == '/' && p->whole_n) {
        p->bottom = ++s;
        p->bottom_n = count_digits(s, end, radix);
        return p->bottom_n ? s + p->bottom_n : NULL;
    }
    if (*s == '.') {
        p->fraction = ++s;
        s += p->fraction_n = count_digits(s, end, radix);
        p->decimal = true;
    }
    if (p->whole_n + p->fraction_n == 0) return NULL;
    if (radix == 10 && (*s | 32) == 'e') {
        p->decimal = true;
        s = take_exponent(s + 1, &p->exponent);
    }
    return s;
}

/* A sign and a real number without one, or the sign alone, for 1: all of the text from s to `end`. */
static bool take_imaginary(const char *s, const char *end, int radix, Parts *p) {
    if (*s != '+' && *s != '-') return false;
    if (s + 1 < end) return take_real(s, end, radix, p) == end;
    *p = (Parts){.text = *s == '-' ? "-1" : "+1", .negative = *s == '-', .whole = "1", .whole_n = 1};
    return true;
}

/* The limbs that so many digits take, at most. */
static size_t limbs_for(size_t digits, int radix) {
    double bits = (double)digits * log2(radix) + 64;
    return bits < 1e12 ? (size_t)(bits / GMP_NUMB_BITS) + 1 : SIZE_MAX / 2;
}

/* Two runs of digits as one number. The room has been asked for. */
static bool set_digits(mpz_t z, const char *a, size_t a_n, const char *b, size_t b_n, int radix) {
    TEMP_BUFFER(text);
    if (!buffer_add(&text, "0", 1) || !buffer_add(&text, a, a_n) || (b_n && !buffer_add(&text, b, b_n))) return false;
    return mpz_set_str(z, text.text, radix) == 0;
}

static bool has_digit(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (s[i] != '0') return true;
    return false;
}

/* The exact value: whole and fraction as one integer, by a power of the radix or by the bottom. S_FALSE: n/0. */
static Value exact_value(Vm *vm, const Parts *p, int radix) {
    if (p->bottom && !has_digit(p->bottom, p->bottom_n)) return S_FALSE;
    bool zero = !has_digit(p->whole, p->whole_n) && !has_digit(p->fraction, p->fraction_n);
    int64_t power = zero ? 0 : p->exponent - (int64_t)p->fraction_n;
    size_t digits = p->whole_n + p->fraction_n + p->bottom_n + (size_t)(power < 0 ? -power : power);
    if (!exact_room(vm, "string->number", limbs_for(digits, radix))) return 0;

    mpq_t q;
    mpz_t scale;
    mpq_init(q);
    mpz_init(scale);
    mpz_ui_pow_ui(scale, (unsigned long)radix, (unsigned long)(power < 0 ? -power : power));
    bool ok = set_digits(mpq_numref(q), p->whole, p->whole_n, p->fraction, p->fraction_n, radix);
    if (p->bottom) ok = ok && set_digits(mpq_denref(q), p->bottom, p->bottom_n, NULL, 0, radix);
    else if (power < 0) mpz_swap(mpq_denref(q), scale);
    else mpz_mul(mpq_numref(q), mpq_numref(q), scale);
    mpz_clear(scale);
    if (!ok) {
        mpq_clear(q);
        return out_of_memory(vm);
    }
    if (p->negative) mpq_neg(q, q);
    if (mpz_cmp_ui(mpq_denref(q), 1) != 0) mpq_canonicalize(q);
    return exact_take_ratio(vm, q);
}

/* The usual: an integer of a word. */
static bool small_integer(const Parts *p, int radix, Value *result) {
    int64_t n = 0;
    if (p->decimal || p->bottom) return false;
    for (size_t i = 0; i < p->whole_n; i++)
        if (__builtin_mul_overflow(n, (int64_t)radix, &n) || __builtin_add_overflow(n, (int64_t)digit(p->whole[i]), &n))
            return false;
    if (p->negative) n = -n;
    *result = fixnum(n);
    return fits_fixnum(n);
}

/* S_FALSE: it has no value. */
static Value real_value(Vm *vm, const Parts *p, int radix, char exactness) {
    if (p->special && exactness == 'e') return S_FALSE;
    if (p->special == 'n') return make_flonum(vm, NAN);
    if (p->special) return make_flonum(vm, p->negative ? -INFINITY : INFINITY);
    bool inexact = exactness == 'i' || (p->decimal && exactness != 'e');
    if (inexact && radix == 10 && !p->bottom) return make_flonum(vm, strtod(p->text, NULL));
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, exact);
    if (!small_integer(p, radix, exact)) *exact = exact_value(vm, p, radix);
    if (!inexact || !*exact || *exact == S_FALSE) return *exact;
    if (*exact == fixnum(0) && p->negative) return make_flonum(vm, -0.0);
    return num_inexact(vm, "string->number", exact);
}

static Value rectangular(Vm *vm, const Parts *real, const Parts *imaginary, int radix, char exactness) {
    TN_SCOPE(vm->m);
    Value *x = TN_HANDLE_VALUE(vm->m, real ? real_value(vm, real, radix, exactness) : fixnum(0));
    if (!*x || *x == S_FALSE) return *x;
    Value *y = TN_HANDLE_VALUE(vm->m, real_value(vm, imaginary, radix, exactness));
    return !*y || *y == S_FALSE ? *y : make_rectangular(vm, x, y);
}

static Value polar(Vm *vm, const Parts *magnitude, const Parts *angle, int radix, char exactness) {
    double complex z;
    TN_SCOPE(vm->m);
    Value *x = TN_HANDLE_VALUE(vm->m, real_value(vm, magnitude, radix, exactness));
    if (!*x || *x == S_FALSE) return *x;
    Value *y = TN_HANDLE_VALUE(vm->m, real_value(vm, angle, radix, exactness));
    if (!*y || *y == S_FALSE) return *y;
    *x = make_polar(vm, x, y);
    if (!*x || is_exact(*x) || exactness != 'e') return *x;
    if (!complex_double(vm, "string->number", x, &z)) return 0;
    return isfinite(creal(z)) && isfinite(cimag(z)) ? num_exact(vm, "string->number", x) : (Value)S_FALSE;
}

/* Without prefixes. In a radix that has i among its digits, +i is a real number, and 0+i is not. */
static Value parse_complex(Vm *vm, const char *text, int radix, char exactness) {
    Parts first, second;
    if (digit(*text) >= radix && *text != '+' && *text != '-' && *text != '.') return S_FALSE; /* most are names */
    const char *end = text + strlen(text), *rest = take_real(text, end, radix, &first);
    if (rest == end) return real_value(vm, &first, radix, exactness);
    if (rest && *rest == '@') {
        if (take_real(rest + 1, end, radix, &second) != end) return S_FALSE;
        return polar(vm, &first, &second, radix, exactness);
    }
    if (end == text || (*--end | 32) != 'i') return S_FALSE;
    if (take_imaginary(text, end, radix, &second)) return rectangular(vm, NULL, &second, radix, exactness);
    if (!rest || !take_imaginary(rest, end, radix, &second)) return S_FALSE;
    return rectangular(vm, &first, &second, radix, exactness);
}

Value parse_number(Vm *vm, const char *text, int radix) {
    char exactness = 0;
    bool radix_given = false;
    for (; text[0] == '#'; text += 2) {
        char c = (char)(text[1] | 32);
        if (c == 'e' || c == 'i') {
            if (exactness) return S_FALSE;
            exactness = c;
        } else {
            if (radix_given) return S_FALSE;
            radix_given = true;
            radix = c == 'x' ? 16 : c == 'b' ? 2 : c == 'o' ? 8 : c == 'd' ? 10 : 0;
            if (!radix) return S_FALSE;
        }
    }
    return parse_complex(vm, text, radix, exactness);
}

/* ---- printing ---- */

static bool format_integer(Buffer *out, int64_t n, int radix) {
    char text[72];
    size_t at = sizeof text;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do text[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % (unsigned)radix];
    while (rest /= (unsigned)radix);
    if (n < 0) text[--at] = '-';
    return buffer_add(out, text + at, sizeof text - at);
}

static bool format_bignum(Buffer *out, mpz_srcptr z, int radix) {
    if (!exact_ready(2 * mpz_size(z))) return false;
    char *text = malloc(mpz_sizeinbase(z, radix) + 2); /* a sign and the final 0 */
    if (!text) return false;
    mpz_get_str(text, radix, z);
    bool ok = buffer_add(out, text, strlen(text));
    free(text);
    return ok;
}

/* `n` digits with a point after the first `whole` of them, and zeros where there are none; or, far from 1 in radix 10,
 * with an exponent. */
static bool format_digits(Buffer *out, const char *digits, int n, int whole, bool exponents) {
    bool ok = true;
    if (exponents && (whole > 21 || whole < -6)) {
        char text[16];
        ok = buffer_add(out, digits, 1);
        if (n > 1) ok = ok && buffer_add(out, ".", 1) && buffer_add(out, digits + 1, (size_t)n - 1);
        int length = snprintf(text, sizeof text, "e%d", whole - 1);
        return ok && buffer_add(out, text, (size_t)length);
    }
    if (whole <= 0) {
        ok = buffer_add(out, "0.", 2);
        for (int i = whole; i < 0; i++) ok = ok && buffer_add(out, "0", 1);
        return ok && buffer_add(out, digits, (size_t)n);
    }
    int before = whole < n ? whole : n;
    ok = buffer_add(out, digits, (size_t)before);
    for (int i = before; i < whole; i++) ok = ok && buffer_add(out, "0", 1);
    ok = ok && buffer_add(out, ".", 1);
    return ok && (before < n ? buffer_add(out, digits + before, (size_t)(n - before)) : buffer_add(out, "0", 1));
}

/* The fewest digits that read back as the same number. 15 are always right, but for the denormals, which have fewer. */
static bool format_decimal(Buffer *out, double d) {
    char text[40], digits[24];
    for (int precision = d < 2.3e-308 ? 0 : 14; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, d);
        if (strtod(text, NULL) == d) break;
    }
    int n = 0, exponent = atoi(strchr(text, 'e') + 1);
    for (const char *s = text; *s != 'e'; s++)
        if (*s != '.') digits[n++] = *s;
    while (n > 1 && digits[n - 1] == '0') n--;
    return format_digits(out, digits, n, exponent + 1, true);
}

/* Rounded to a multiple of radix^-places, which is at most half the distance of the doubles around d: so it reads back
 * as d. In a radix that is a power of 2 these are all digits of d. */
static bool format_in_radix(Buffer *out, double d, int radix) {
    int exponent;
    frexp(d, &exponent);
    int bits = exponent - 53 < -1074 ? 1074 : exponent < 53 ? 53 - exponent : 0; /* behind the point */
    int places = (int)ceil((bits + 1) / log2(radix));
    if (!exact_ready(256)) return false;
    mpq_t q;
    mpz_t scale;
    mpq_init(q);
    mpz_init(scale);
    mpq_set_d(q, d);
    mpz_ui_pow_ui(scale, (unsigned long)radix, (unsigned long)places);
    mpz_mul(mpq_numref(q), mpq_numref(q), scale);
    mpz_mul_2exp(mpq_numref(q), mpq_numref(q), 1); /* round: floor((2n + d) / 2d) */
    mpz_add(mpq_numref(q), mpq_numref(q), mpq_denref(q));
    mpz_mul_2exp(mpq_denref(q), mpq_denref(q), 1);
    mpz_fdiv_q(scale, mpq_numref(q), mpq_denref(q));
    mpq_clear(q);
    char *digits = malloc(mpz_sizeinbase(scale, radix) + 2);
    bool ok = digits;
    if (ok) {
        mpz_get_str(digits, radix, scale);
        int n = (int)strlen(digits), whole = n - places;
        while (n > 1 && digits[n - 1] == '0') n--;
        ok = format_digits(out, digits, n, whole, false);
    }
    free(digits);
    mpz_clear(scale);
    return ok;
}

static bool format_flonum(Buffer *out, double d, int radix) {
    if (isnan(d)) return buffer_add(out, "+nan.0", 6);
    if (isinf(d)) return buffer_add(out, d > 0 ? "+inf.0" : "-inf.0", 6);
    if (signbit(d) && !buffer_add(out, "-", 1)) return false;
    if (d == 0) return buffer_add(out, "0.0", 3);
    return radix == 10 ? format_decimal(out, fabs(d)) : format_in_radix(out, fabs(d), radix);
}

/* A real part of +0.0 is left out, which reads back as the same: the other part makes it inexact. */
static bool format_complex(Buffer *out, Value x, Value y, int radix) {
    bool flonum = is_flonum(y), i_is_digit = radix > 'i' - 'a' + 10;
    double real = flonum ? flonum_value(x) : 0, imaginary = flonum ? flonum_value(y) : 0;
    bool left_out = flonum ? real == 0 && !signbit(real) : x == fixnum(0);
    if ((!left_out || i_is_digit) && !format_number(out, x, radix)) return false;
    bool signless = flonum ? isfinite(imaginary) && !signbit(imaginary) : exact_sign(y) > 0;
    if (signless && !buffer_add(out, "+", 1)) return false;
    if (y == fixnum(-1)) return buffer_add(out, "-i", 2);
    return (y == fixnum(1) || format_number(out, y, radix)) && buffer_add(out, "i", 1);
}

bool format_number(Buffer *out, Value number, int radix) {
    if (is_fixnum(number)) return format_integer(out, fixnum_value(number), radix);
    if (is_flonum(number)) return format_flonum(out, flonum_value(number), radix);
    if (IS(Ratnum, number)) {
        const Ratnum *ratio = AS(Ratnum, number);
        return format_number(out, tn_read_value(ratio, numerator), radix) && buffer_add(out, "/", 1) &&
               format_number(out, tn_read_value(ratio, denominator), radix);
    }
    if (IS(Complex, number)) return format_complex(out, real_part(number), imaginary_part(number), radix);
    Integer view;
    integer_view(&view, number);
    return format_bignum(out, view.z, radix);
}
