/* complex.c: owns the numbers that are not real: how they are made, their arithmetic and order. Called by number.c and
 * the procedures on numbers; their functions are in builtins_complex.c.
 *
 * A Complex has two real parts, both exact or both flonums: of one of each, both become flonums. The imaginary part may
 * be 0.0, but not the exact 0: such a number is its real part. So exact arithmetic comes back to the real numbers by
 * itself, and arithmetic with flonums does not.
 *
 * A real operand has no imaginary part, rather than one of 0.0: C, too, multiplies a complex by a real number without
 * making it complex, so that zeros keep their signs and infinities do not become NaN. */
#include <string.h>

#include "number.h"

/* ---- making ---- */

Value make_complex(Vm *vm, double complex z) {
    if (tn_reserve(vm->m, 2 * tn_cell_bytes(sizeof(Flonum)) + tn_cell_bytes(sizeof(Complex)))) return out_of_memory(vm);
    /* Room for all three: nothing collects or fails, so raw pointers are good. */
    Value real = make_flonum(vm, creal(z)), imaginary = make_flonum(vm, cimag(z));
    Complex *made = tn_alloc(vm->m, Complex);
    tn_init_value(made, real, real);
    tn_init_value(made, imaginary, imaginary);
    return value_of(made);
}

Value make_rectangular(Vm *vm, const Value *real, const Value *imaginary) {
    double x, y;
    if (*imaginary == fixnum(0)) return *real;
    if (is_exact(*real) && is_exact(*imaginary)) {
        Complex *made = tn_alloc(vm->m, Complex);
        if (!made) return out_of_memory(vm);
        tn_init_value(made, real, *real);
        tn_init_value(made, imaginary, *imaginary);
        return value_of(made);
    }
    if (!num_to_double(vm, "make-rectangular", real, &x)) return 0;
    if (!num_to_double(vm, "make-rectangular", imaginary, &y)) return 0;
    return make_complex(vm, complex_of(x, y));
}

Value make_polar(Vm *vm, const Value *magnitude, const Value *angle) {
    double m, a;
    if (*angle == fixnum(0) || *magnitude == fixnum(0)) return *magnitude;
    if (!num_to_double(vm, "make-polar", magnitude, &m) || !num_to_double(vm, "make-polar", angle, &a)) return 0;
    return make_complex(vm, complex_of(m * cos(a), m * sin(a)));
}

bool complex_double(Vm *vm, const char *who, const Value *v, double complex *z) {
    double x, y;
    TN_SCOPE(vm->m);
    const Value *real = TN_HANDLE_VALUE(vm->m, real_part(*v)), *imaginary = TN_HANDLE_VALUE(vm->m, imaginary_part(*v));
    if (!num_to_double(vm, who, real, &x) || !num_to_double(vm, who, imaginary, &y)) return false;
    *z = complex_of(x, y);
    return true;
}

Value complex_exact(Vm *vm, const char *who, const Value *v) {
    TN_SCOPE(vm->m);
    Value *real = TN_HANDLE_VALUE(vm->m, real_part(*v)), *imaginary = TN_HANDLE_VALUE(vm->m, imaginary_part(*v));
    if (!(*real = num_exact(vm, who, real)) || !(*imaginary = num_exact(vm, who, imaginary))) return 0;
    return make_rectangular(vm, real, imaginary);
}

/* ---- arithmetic ---- */

/* fn(a * b, c * d) */
static Value products(Vm *vm, NumberFn fn, const Value *a, const Value *b, const Value *c, const Value *d) {
    TN_SCOPE(vm->m);
    Value *x = TN_HANDLE_VALUE(vm->m, num_mul(vm, a, b));
    if (!*x) return 0;
    Value *y = TN_HANDLE_VALUE(vm->m, num_mul(vm, c, d));
    return *y ? fn(vm, x, y) : 0;
}

Value complex_norm(Vm *vm, const Value *v) {
    TN_SCOPE(vm->m);
    const Value *x = TN_HANDLE_VALUE(vm->m, real_part(*v)), *y = TN_HANDLE_VALUE(vm->m, imaginary_part(*v));
    return products(vm, num_add, x, x, y, y);
}

/* a / b is a times the conjugate of b, by the norm of b. */
static Value exact_arithmetic(Vm *vm, char operator, const Value *a, const Value *b) {
    TN_SCOPE(vm->m);
    const Value *ax = TN_HANDLE_VALUE(vm->m, real_part(*a)), *ay = TN_HANDLE_VALUE(vm->m, imaginary_part(*a));
    const Value *bx = TN_HANDLE_VALUE(vm->m, real_part(*b)), *by = TN_HANDLE_VALUE(vm->m, imaginary_part(*b));
    Value *x = TN_HANDLE_VALUE(vm->m, 0), *y = TN_HANDLE_VALUE(vm->m, 0);
    if (operator == '+' || operator == '-') {
        NumberFn fn = operator == '+' ? num_add : num_sub;
        if (!(*x = fn(vm, ax, bx)) || !(*y = fn(vm, ay, by))) return 0;
    } else {
        bool times = operator == '*';
        if (!(*x = products(vm, times ? num_sub : num_add, ax, bx, ay, by))) return 0;
        if (!(*y = products(vm, times ? num_add : num_sub, ay, bx, ax, by))) return 0;
        if (!times) {
            Value *norm = TN_HANDLE_VALUE(vm->m, complex_norm(vm, b));
            if (!*norm || !(*x = num_div(vm, x, norm)) || !(*y = num_div(vm, y, norm))) return 0;
        }
    }
    return make_rectangular(vm, x, y);
}

#define APPLY(operator, x, y) \
    ((operator) == '+' ? (x) + (y) : (operator) == '-' ? (x) - (y) : (operator) == '*' ? (x) * (y) : (x) / (y))

Value complex_arithmetic(Vm *vm, const char *who, const Value *a, const Value *b) {
    double complex x, y;
    if (is_exact(real_part(*a)) && is_exact(real_part(*b))) return exact_arithmetic(vm, *who, a, b);
    if (!complex_double(vm, who, a, &x) || !complex_double(vm, who, b, &y)) return 0;
    if (is_real(*a)) return make_complex(vm, APPLY(*who, creal(x), y));
    if (is_real(*b)) return make_complex(vm, APPLY(*who, x, creal(y)));
    return make_complex(vm, APPLY(*who, x, y));
}

/* ---- order: there is none, but numbers may be equal ---- */

int complex_compare(Vm *vm, const char *who, const Value *a, const Value *b) {
    bool equality = strcmp(who, "=") == 0;
    for (int i = 0; i < 2; i++) {
        Value v = i ? *b : *a;
        if (!is_number(v) || !(equality || is_real(v))) return fail_real(vm, who, v), 0;
    }
    TN_SCOPE(vm->m);
    const Value *ax = TN_HANDLE_VALUE(vm->m, real_part(*a)), *ay = TN_HANDLE_VALUE(vm->m, imaginary_part(*a));
    const Value *bx = TN_HANDLE_VALUE(vm->m, real_part(*b)), *by = TN_HANDLE_VALUE(vm->m, imaginary_part(*b));
    int order = num_compare(vm, who, ax, bx);
    if (order == EQUAL) order = num_compare(vm, who, ay, by);
    return order == 0 || order == EQUAL ? order : 8;
}
