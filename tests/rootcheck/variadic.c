/* variadic.c: raw arguments that va_arg takes late. */
#include <stdarg.h>
#include "host.h"

Value list_variadic(Interp *in, int n, ...) {
    va_list arguments;
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL);
    va_start(arguments, n);
    while (n-- > 0) {
        Value *item = TN_HANDLE_VALUE(in->m, va_arg(arguments, Value)); // expect: stale-pointer
        *list = cons(in, item, list);
    }
    va_end(arguments);
    return *list;
}

Value list_variadic_mended(Interp *in, int n, ...) {
    va_list arguments;
    TN_SCOPE(in->m);
    Value *list = TN_HANDLE_VALUE(in->m, NIL), *items[8];
    va_start(arguments, n);
    for (int i = 0; i < n && i < 8; i++) items[i] = TN_HANDLE_VALUE(in->m, va_arg(arguments, Value));
    va_end(arguments);
    while (n-- > 0) *list = cons(in, items[n], list);
    return *list;
}

void print_variadic(Interp *in, int n, ...) {
    va_list arguments;
    va_start(arguments, n);
    while (n-- > 0) print(in, MAKE_INT(va_arg(arguments, int)));
    va_end(arguments);
}
