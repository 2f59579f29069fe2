/* numbers/exact.c: owns the exact numbers that are no fixnums: bignums, whose limbs are C memory that GMP manages,
 * and ratnums, whose parts are values.
 *
 * GMP ends the process when it gets no memory, and a host may not leave it with longjmp. So memory must never be out
 * inside of GMP. Three rules see to that:
 *
 *   - If the result would have more than MAX_LIMBS, the operation is refused before it begins ("number too large").
 *   - A large operation begins with a trial: everything that it can need is allocated and freed again.
 *   - For the others there is a reserve. When malloc has no more, GMP's allocator gives the reserve back to malloc, and
 *     the operation goes on. The next operation begins with getting the reserve again, or fails with `out of memory`.
 *     (A process has only one GMP allocator. It belongs to this interpreter.)
 *
 * A trial and a reserve that fail ask the collector first: a full collection disposes of the bignums that nobody
 * needs any more.
 *
 * The bytes of the limbs are counted with tn_external_adjust. So a loop that makes garbage of large numbers is
 * collected in time, although the objects are small. The limit is the heap's (the option heap_max): the limbs are
 * counted before the object is allocated, so the allocation fails if they do not fit. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "numbers/tower.h"

_Static_assert(GMP_NUMB_BITS == 64, "a limb is a word");

#define MAX_LIMBS ((size_t)1 << 24) /* 2^30 bits, 323 million digits */
#define RESERVE ((size_t)1 << 20)
#define SCRATCH 8                   /* the most that operations take, as a multiple of the operands and the result */
#define SMALL_LIMBS (RESERVE / 2 / (SCRATCH * sizeof(mp_limb_t)))

/* ---- memory ---- */

static void *reserve;

static void *after_failure(void *old, size_t bytes) {
    free(reserve);
    reserve = NULL;
    void *memory = realloc(old, bytes);
    if (memory) return memory;
    fputs("tenure-scheme: out of memory in arithmetic\n", stderr);
    abort();
}

static void *gmp_allocate(size_t bytes) {
    void *memory = malloc(bytes);
    return memory ? memory : after_failure(NULL, bytes);
}

static void *gmp_reallocate(void *old, size_t old_bytes, size_t bytes) {
    (void)old_bytes;
    void *memory = realloc(old, bytes);
    return memory ? memory : after_failure(old, bytes);
}

static void gmp_free(void *memory, size_t bytes) {
    (void)bytes;
    free(memory);
}

bool exact_ready(size_t limbs) {
    if (!reserve) {
        mp_set_memory_functions(gmp_allocate, gmp_reallocate, gmp_free);
        reserve = malloc(RESERVE);
    }
    if (!reserve || limbs <= SMALL_LIMBS) return reserve;
    void *volatile trial = malloc(limbs * SCRATCH * sizeof(mp_limb_t)); /* volatile: not to be left out */
    free(trial);
    return trial;
}

bool exact_room(Vm *vm, const char *who, size_t limbs) {
    if (reserve && limbs <= SMALL_LIMBS) return true;
    if (limbs > MAX_LIMBS) {
        char message[96];
        snprintf(message, sizeof message, "%s: number too large", who);
        return fail(vm, message, 0);
    }
    if (exact_ready(limbs)) return true;
    tn_collect(vm->m, TN_FULL);
    return exact_ready(limbs) || out_of_memory(vm);
}

static ptrdiff_t bytes_of(mpz_srcptr integer) {
    return (ptrdiff_t)((size_t)integer->_mp_alloc * sizeof(mp_limb_t) + 2 * sizeof(size_t)); /* and malloc's own */
}

void bignum_dispose(tn_heap *heap, void *object) {
    Bignum *b = object;
    tn_external_adjust(heap, -bytes_of(b->number));
    mpz_clear(b->number);
}

/* ---- between values and GMP ---- */

void integer_view(Integer *view, Value integer) {
    if (!is_fixnum(integer)) {
        *view->z = *AS(Bignum, integer)->number;
        return;
    }
    int64_t n = fixnum_value(integer);
    view->limb = (mp_limb_t)(n < 0 ? -n : n);
    mpz_roinit_n(view->z, &view->limb, n < 0 ? -1 : 1);
}

void rational_view(Rational *view, Value exact) {
    bool ratio = IS(Ratnum, exact);
    integer_view(&view->numerator, ratio ? tn_read_value(AS(Ratnum, exact), numerator) : exact);
    integer_view(&view->denominator, ratio ? tn_read_value(AS(Ratnum, exact), denominator) : fixnum(1));
    *mpq_numref(view->q) = *view->numerator.z;
    *mpq_denref(view->q) = *view->denominator.z;
}

size_t exact_limbs(Value exact) {
    if (is_fixnum(exact)) return 1;
    if (IS(Bignum, exact)) return mpz_size(AS(Bignum, exact)->number);
    const Ratnum *ratio = AS(Ratnum, exact);
    return exact_limbs(tn_read_value(ratio, numerator)) + exact_limbs(tn_read_value(ratio, denominator));
}

Value exact_take(Vm *vm, mpz_t integer) {
    if (mpz_fits_slong_p(integer) && fits_fixnum(mpz_get_si(integer))) {
        Value small = fixnum(mpz_get_si(integer));
        mpz_clear(integer);
        return small;
    }
    size_t size = mpz_size(integer);
    if ((size_t)integer->_mp_alloc > size + size / 4 + 2) mpz_realloc2(integer, size * GMP_NUMB_BITS);
    ptrdiff_t bytes = bytes_of(integer);
    tn_external_adjust(vm->heap, bytes); /* before the allocation, which may fail for it */
    Bignum *b = tn_alloc(vm->m, Bignum);
    if (!b) {
        tn_external_adjust(vm->heap, -bytes);
        mpz_clear(integer);
        return out_of_memory(vm);
    }
    *b->number = *integer;
    return value_of(b);
}

static Value make_ratnum(Vm *vm, const Value *numerator, const Value *denominator) {
    Ratnum *ratio = tn_alloc(vm->m, Ratnum);
    if (!ratio) return out_of_memory(vm);
    tn_init_value(ratio, numerator, *numerator);
    tn_init_value(ratio, denominator, *denominator);
    return value_of(ratio);
}

Value exact_take_ratio(Vm *vm, mpq_t ratio) {
    TN_SCOPE(vm->m);
    bool whole = mpz_cmp_ui(mpq_denref(ratio), 1) == 0;
    Value *numerator = TN_HANDLE_VALUE(vm->m, exact_take(vm, mpq_numref(ratio)));
    if (!*numerator || whole) {
        mpz_clear(mpq_denref(ratio));
        return *numerator;
    }
    Value *denominator = TN_HANDLE_VALUE(vm->m, exact_take(vm, mpq_denref(ratio)));
    return *denominator ? make_ratnum(vm, numerator, denominator) : 0;
}

Value exact_from_int(Vm *vm, int64_t n) {
    if (fits_fixnum(n)) return fixnum(n);
    if (!exact_room(vm, "integer", 1)) return 0;
    mpz_t z;
    mpz_init_set_si(z, n);
    return exact_take(vm, z);
}

Value exact_from_double(Vm *vm, double finite) {
    bool whole = finite == floor(finite);
    if (whole && finite >= (double)FIXNUM_MIN && finite < -(double)FIXNUM_MIN) return fixnum((int64_t)finite);
    if (!exact_room(vm, "exact", 40)) return 0;
    mpq_t q;
    mpq_init(q);
    mpq_set_d(q, finite);
    return exact_take_ratio(vm, q);
}

/* ---- arithmetic ---- */

Value exact_integers(Vm *vm, const char *who, IntegerFn fn, const Value *a, const Value *b) {
    if (!exact_room(vm, who, exact_limbs(*a) + exact_limbs(*b))) return 0;
    Integer x, y;
    integer_view(&x, *a);
    integer_view(&y, *b);
    mpz_t z;
    mpz_init(z);
    fn(z, x.z, y.z);
    return exact_take(vm, z);
}

Value exact_numbers(Vm *vm, const char *who, IntegerFn integers, RationalFn ratios, const Value *a, const Value *b) {
    if (!IS(Ratnum, *a) && !IS(Ratnum, *b)) return exact_integers(vm, who, integers, a, b);
    if (!exact_room(vm, who, exact_limbs(*a) + exact_limbs(*b))) return 0;
    Rational x, y;
    rational_view(&x, *a);
    rational_view(&y, *b);
    mpq_t q;
    mpq_init(q);
    ratios(q, x.q, y.q);
    return exact_take_ratio(vm, q);
}

/* Of fixnums, without GMP. */
static Value small_ratio(Vm *vm, int64_t a, int64_t b) {
    int64_t x = a, y = b;
    while (y) {
        int64_t rest = y == -1 ? 0 : x % y;
        x = y;
        y = rest;
    }
    if ((x < 0) != (b < 0)) x = -x;
    if (b / x == 1) return exact_from_int(vm, a / x);
    TN_SCOPE(vm->m);
    Value *numerator = TN_HANDLE_VALUE(vm->m, exact_from_int(vm, a / x));
    if (!*numerator) return 0;
    Value *denominator = TN_HANDLE_VALUE(vm->m, exact_from_int(vm, b / x));
    return *denominator ? make_ratnum(vm, numerator, denominator) : 0;
}

Value exact_divide(Vm *vm, const Value *a, const Value *b) {
    if (is_fixnum(*a) && is_fixnum(*b)) return small_ratio(vm, fixnum_value(*a), fixnum_value(*b));
    if (!exact_room(vm, "/", exact_limbs(*a) + exact_limbs(*b))) return 0;
    Rational x, y;
    rational_view(&x, *a);
    rational_view(&y, *b);
    mpq_t q;
    mpq_init(q);
    mpq_div(q, x.q, y.q);
    return exact_take_ratio(vm, q);
}

/* ---- roots and powers ---- */

Value exact_root(Vm *vm, const char *who, const Value *v, unsigned long k) {
    if (!exact_room(vm, who, exact_limbs(*v) + 1)) return 0;
    Rational x;
    rational_view(&x, *v);
    mpq_t q;
    mpq_init(q);
    if (mpz_root(mpq_numref(q), x.numerator.z, k) && mpz_root(mpq_denref(q), x.denominator.z, k))
        return exact_take_ratio(vm, q);
    mpq_clear(q);
    return S_FALSE;
}

Value exact_power(Vm *vm, const char *who, const Value *base, const Value *integer) {
    int sign = exact_sign(*integer);
    if (sign == 0 || *base == fixnum(1)) return fixnum(1);
    if (*base == fixnum(0)) return sign > 0 ? *base : fail(vm, "expt: division by zero", 0);
    Integer e;
    integer_view(&e, *integer);
    if (*base == fixnum(-1)) return mpz_odd_p(e.z) ? *base : fixnum(1);

    Rational x;
    rational_view(&x, *base);
    double bits = (double)(mpz_sizeinbase(x.numerator.z, 2) + mpz_sizeinbase(x.denominator.z, 2));
    bits *= fabs(mpz_get_d(e.z));
    if (!exact_room(vm, who, bits < 1e15 ? (size_t)(bits / GMP_NUMB_BITS) + 2 : SIZE_MAX)) return 0;
    unsigned long n = mpz_get_ui(e.z);
    mpq_t q;
    mpq_init(q);
    mpz_pow_ui(mpq_numref(q), x.numerator.z, n);
    mpz_pow_ui(mpq_denref(q), x.denominator.z, n);
    if (sign < 0) mpq_inv(q, q);
    return exact_take_ratio(vm, q);
}

/* ---- order ---- */

static int order_of(int difference) { return difference < 0 ? LESS : difference > 0 ? GREATER : EQUAL; }

int exact_sign(Value v) {
    if (IS(Ratnum, v)) v = tn_read_value(AS(Ratnum, v), numerator);
    if (!is_fixnum(v)) return mpz_sgn(AS(Bignum, v)->number);
    return fixnum_value(v) < 0 ? -1 : fixnum_value(v) > 0;
}

int exact_compare(Vm *vm, const char *who, const Value *a, const Value *b) {
    if (is_exact_integer(*a) && is_exact_integer(*b)) {
        Integer x, y;
        integer_view(&x, *a);
        integer_view(&y, *b);
        return order_of(mpz_cmp(x.z, y.z));
    }
    if (!exact_room(vm, who, exact_limbs(*a) + exact_limbs(*b))) return 0;
    Rational x, y;
    rational_view(&x, *a);
    rational_view(&y, *b);
    return order_of(mpq_cmp(x.q, y.q));
}

/* Exactly: as a double, the other would be rounded. */
int exact_compare_double(Vm *vm, const char *who, const Value *a, double b) {
    if (isnan(b)) return 8;
    if (isinf(b)) return b > 0 ? LESS : GREATER;
    if (is_exact_integer(*a)) {
        Integer x;
        integer_view(&x, *a);
        return order_of(mpz_cmp_d(x.z, b));
    }
    if (!exact_room(vm, who, exact_limbs(*a) + 40)) return 0;
    Rational x;
    rational_view(&x, *a);
    mpq_t q;
    mpq_init(q);
    mpq_set_d(q, b);
    int order = order_of(mpq_cmp(x.q, q));
    mpq_clear(q);
    return order;
}

bool num_eqv(Value a, Value b) {
    if (a == b) return true;
    if (!is_reference(a) || !is_reference(b) || type_of(a) != type_of(b)) return false;
    if (IS(Flonum, a)) return memcmp(AS(Flonum, a), AS(Flonum, b), sizeof(Flonum)) == 0;
    if (IS(Bignum, a)) return mpz_cmp(AS(Bignum, a)->number, AS(Bignum, b)->number) == 0;
    if (IS(Complex, a)) return num_eqv(real_part(a), real_part(b)) && num_eqv(imaginary_part(a), imaginary_part(b));
    const Ratnum *x = AS(Ratnum, a), *y = AS(Ratnum, b);
    return num_eqv(tn_read_value(x, numerator), tn_read_value(y, numerator)) &&
           num_eqv(tn_read_value(x, denominator), tn_read_value(y, denominator));
}

uint64_t num_hash(Value v) {
    uint64_t h = 0;
    if (is_fixnum(v)) return v;
    if (is_flonum(v)) {
        double number = flonum_value(v);
        memcpy(&h, &number, sizeof h);
        return h;
    }
    if (IS(Ratnum, v)) {
        const Ratnum *ratio = AS(Ratnum, v);
        return num_hash(tn_read_value(ratio, numerator)) * 31 + num_hash(tn_read_value(ratio, denominator));
    }
    if (IS(Complex, v)) return num_hash(real_part(v)) * 37 + num_hash(imaginary_part(v));
    mpz_srcptr z = AS(Bignum, v)->number;
    for (size_t i = 0; i < mpz_size(z); i++) h = (h ^ mpz_getlimbn(z, (mp_size_t)i)) * UINT64_C(0xff51afd7ed558ccd);
    return mpz_sgn(z) < 0 ? ~h : h;
}

/* ---- the nearest double: GMP's own conversions cut off ---- */

/* bits * 2^exponent, correctly rounded. The lowest of the 64 bits stands for all bits that were cut off after it. */
static double scaled(uint64_t bits, long exponent) {
    if (exponent + 64 > -1022) return ldexp((double)bits, (int)(exponent > 2000 ? 2000 : exponent));
    long drop = -1074 - exponent; /* a denormal: it must be rounded once only, to a multiple of 2^-1074 */
    if (drop > 64) return 0;
    uint64_t kept = drop == 64 ? 0 : bits >> drop;
    uint64_t half = UINT64_C(1) << (drop - 1), rest = bits & (half | (half - 1));
    if (rest > half || (rest == half && kept & 1)) kept++;
    return ldexp((double)kept, -1074);
}

/* The highest 64 bits of z > 0, the lowest of them with what is below; *exponent is what they are to be scaled by. */
static uint64_t leading_bits(mpz_srcptr z, long *exponent) {
    size_t bits = mpz_sizeinbase(z, 2), n = mpz_size(z);
    uint64_t top = mpz_getlimbn(z, (mp_size_t)n - 1);
    *exponent = (long)bits - 64;
    unsigned shift = (unsigned)(64 * n - bits);
    if (shift) top = top << shift | (n > 1 ? mpz_getlimbn(z, (mp_size_t)n - 2) >> (64 - shift) : 0);
    if (bits > 64 && mpz_scan1(z, 0) < bits - 64) top |= 1;
    return top;
}

static double ratio_double(mpz_srcptr n, mpz_srcptr d) {
    mpz_t a, b, rest;
    mpz_init(a);
    mpz_init(b);
    mpz_init(rest);
    long shift = 66 - ((long)mpz_sizeinbase(n, 2) - (long)mpz_sizeinbase(d, 2)); /* for at least 65 bits */
    mpz_abs(a, n);
    mpz_set(b, d);
    if (shift > 0) mpz_mul_2exp(a, a, (mp_bitcnt_t)shift);
    else mpz_mul_2exp(b, b, (mp_bitcnt_t)-shift);
    mpz_tdiv_qr(a, rest, a, b);
    long exponent;
    uint64_t bits = leading_bits(a, &exponent) | (mpz_sgn(rest) != 0);
    mpz_clear(a);
    mpz_clear(b);
    mpz_clear(rest);
    double result = scaled(bits, exponent - shift);
    return mpz_sgn(n) < 0 ? -result : result;
}

double exact_double(Value v) {
    if (is_fixnum(v)) return (double)fixnum_value(v);
    if (IS(Ratnum, v)) {
        Rational x;
        rational_view(&x, v);
        return ratio_double(x.numerator.z, x.denominator.z);
    }
    long exponent;
    uint64_t bits = leading_bits(AS(Bignum, v)->number, &exponent);
    double result = scaled(bits, exponent);
    return exact_sign(v) < 0 ? -result : result;
}

double exact_mantissa(Value v, long *exponent) {
    long down;
    Rational x;
    rational_view(&x, v);
    double mantissa = mpz_get_d_2exp(exponent, x.numerator.z);
    mantissa /= mpz_get_d_2exp(&down, x.denominator.z);
    *exponent -= down;
    return mantissa;
}
