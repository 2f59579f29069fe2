/* standard.c: what the standard libraries export, and the names of the features that the system has. A name that the
 * system has no definition of is an unbound variable to who imports it; (%missing-exports) tells them. */
#include <string.h>

#include "library.h"

#define CXR "caaar caadr cadar caddr cdaar cdadr cddar cdddr caaaar caaadr caadar caaddr cadaar cadadr caddar cadddr " \
            "cdaaar cdaadr cdadar cdaddr cddaar cddadr cdddar cddddr "

static const struct { const char *name, *exports; } standard[] = { /* exports NULL: all that there is */
    {"base",
     "* + - ... / < <= = => > >= _ abs and append apply assoc assq assv begin binary-port? boolean=? boolean? "
     "bytevector "
     "bytevector-append bytevector-copy bytevector-copy! bytevector-length bytevector-u8-ref bytevector-u8-set! "
     "bytevector? caar cadr call-with-current-continuation call-with-port call-with-values call/cc car case cdar cddr "
     "cdr ceiling char->integer char-ready? char<=? char<? char=? char>=? char>? char? close-input-port "
     "close-output-port close-port complex? cond cond-expand cons current-error-port current-input-port "
     "current-output-port define define-record-type define-syntax define-values denominator do dynamic-wind else "
     "eof-object eof-object? eq? equal? eqv? error error-object-irritants error-object-message error-object? even? "
     "exact exact-integer-sqrt exact-integer? exact? expt features file-error? floor floor-quotient floor-remainder "
     "floor/ flush-output-port for-each gcd get-output-bytevector get-output-string guard if include include-ci "
     "inexact inexact? input-port-open? input-port? integer->char integer? lambda lcm length let let* let*-values "
     "let-syntax let-values letrec letrec* letrec-syntax list list->string list->vector list-copy list-ref list-set! "
     "list-tail list? make-bytevector make-list make-parameter make-string make-vector map max member memq memv min "
     "modulo negative? newline not null? number->string number? numerator odd? open-input-bytevector "
     "open-input-string open-output-bytevector open-output-string or output-port-open? output-port? pair? port? "
     "parameterize peek-char peek-u8 positive? procedure? quasiquote quote quotient raise raise-continuable rational? "
     "rationalize read-bytevector read-bytevector! read-char read-error? read-line read-string read-u8 real? "
     "remainder reverse round set! set-car! set-cdr! square string string->list string->number string->symbol "
     "string->utf8 string->vector string-append string-copy string-copy! string-fill! string-for-each string-length "
     "string-map string-ref string-set! string<=? string<? string=? string>=? string>? string? substring "
     "symbol->string symbol=? symbol? syntax-error syntax-rules textual-port? truncate truncate-quotient "
     "truncate-remainder truncate/ u8-ready? unless unquote unquote-splicing utf8->string values vector vector->list "
     "vector->string vector-append vector-copy vector-copy! vector-fill! vector-for-each vector-length vector-map "
     "vector-ref vector-set! vector? when with-exception-handler write-bytevector write-char write-string write-u8 "
     "zero?"},
    {"case-lambda", "case-lambda"},
    {"char",
     "char-alphabetic? char-ci<=? char-ci<? char-ci=? char-ci>=? char-ci>? char-downcase char-foldcase "
     "char-lower-case? char-numeric? char-upcase char-upper-case? char-whitespace? digit-value string-ci<=? "
     "string-ci<? string-ci=? string-ci>=? string-ci>? string-downcase string-foldcase string-upcase"},
    {"complex", "angle imag-part magnitude make-polar make-rectangular real-part"},
    {"cxr", CXR},
    {"eval", "environment eval"},
    {"file",
     "call-with-input-file call-with-output-file delete-file file-exists? open-binary-input-file "
     "open-binary-output-file open-input-file open-output-file with-input-from-file with-output-to-file"},
    {"inexact", "acos asin atan cos exp finite? infinite? log nan? sin sqrt tan"},
    {"lazy", "delay delay-force force make-promise promise?"},
    {"load", "load"},
    {"process-context", "command-line emergency-exit exit get-environment-variable get-environment-variables"},
    {"read", "read"},
    {"repl", "interaction-environment"},
    {"time", "current-jiffy current-second jiffies-per-second"},
    {"write", "display write write-shared write-simple"},
    {"r5rs",
     "* + - / < <= = > >= abs acos and angle append apply asin assoc assq assv atan begin boolean? caar cadr cdar cddr "
     CXR "call-with-current-continuation call-with-input-file call-with-output-file call-with-values car case cdr "
     "ceiling char->integer char-alphabetic? char-ci<=? char-ci<? char-ci=? char-ci>=? char-ci>? char-downcase "
     "char-lower-case? char-numeric? char-ready? char-upcase char-upper-case? char-whitespace? char<=? char<? char=? "
     "char>=? char>? char? close-input-port close-output-port complex? cond cons cos current-input-port "
     "current-output-port define define-syntax delay denominator display do dynamic-wind eof-object? eq? equal? eqv? "
     "eval even? exact->inexact exact? exp expt floor for-each force gcd if imag-part inexact->exact inexact? "
     "input-port? integer->char integer? interaction-environment lambda lcm length let let* let-syntax letrec "
     "letrec-syntax list list->string list->vector list-ref list-tail list? load log magnitude make-polar "
     "make-rectangular make-string make-vector map max member memq memv min modulo negative? newline not "
     "null-environment null? number->string number? numerator odd? open-input-file open-output-file or output-port? "
     "pair? peek-char positive? procedure? quasiquote quote quotient rational? rationalize read read-char real-part "
     "real? remainder reverse round scheme-report-environment set! set-car! set-cdr! sin sqrt string string->list "
     "string->number string->symbol string-append string-ci<=? string-ci<? string-ci=? string-ci>=? string-ci>? "
     "string-copy string-fill! string-length string-ref string-set! string<=? string<? string=? string>=? string>? "
     "string? substring symbol->string symbol? tan truncate values vector vector->list vector-fill! vector-length "
     "vector-ref vector-set! vector? with-input-from-file with-output-to-file write write-char zero?"},
    {"tenure", NULL},
};
enum { STANDARD_COUNT = sizeof standard / sizeof standard[0] };

/* (scheme NAME), and (tenure). */
int standard_number(Value name) {
    bool scheme = list_length(name) == 2 && is_symbol(car(name), "scheme");
    if (!scheme && list_length(name) != 1) return -1;
    Value last = scheme ? car(cdr(name)) : car(name);
    for (int i = 0; i < STANDARD_COUNT; i++)
        if (is_symbol(last, standard[i].name) && scheme == (standard[i].exports != NULL)) return i;
    return -1;
}

/* Puts the cells of the names into the table, and the names that have no value (if wanted) into the list *missing. */
static bool add_names(Vm *vm, const char *names, const Value *table, Value *missing) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, name);
    TN_LOCAL_VALUE(vm->m, cell);
    for (const char *at = names; *at;) {
        char text[64];
        size_t n = strcspn(at, " ");
        snprintf(text, sizeof text, "%.*s", (int)n, at);
        if (!(*name = intern_c(vm, text))) return false;
        if (!(*cell = environment_cell(vm, &vm->reg[R_SYSTEM], name))) return false;
        if (!table_set(vm, table, name, cell)) return false;
        bool there = tn_read_value(AS(Global, *cell), value) != S_UNBOUND;
        if (!there && missing && !push(vm, missing, *name)) return false;
        at += n + strspn(at + n, " ");
    }
    return true;
}

/* Entries of a table (table.c) that keep their places while nothing is added to it: false when there are no more. */
bool next_entry(Value table, size_t *at, Value *key, Value *value) {
    const Table *t = AS(Table, table);
    while (*at < t->used) {
        const Vector *entries = AS(Vector, tn_read_value(t, entries));
        size_t i = 3 * (*at)++;
        *key = tn_read_value(entries, item[i + 1]);
        *value = tn_read_value(entries, item[i + 2]);
        if (*key != S_DELETED) return true;
    }
    return false;
}

static bool add_everything(Vm *vm, const Value *table) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, name);
    TN_LOCAL_VALUE(vm->m, cell);
    Value *all = TN_HANDLE_VALUE(vm->m, tn_read_value(AS(Environment, vm->reg[R_SYSTEM]), table));
    for (size_t at = 0; next_entry(*all, &at, name, cell);) {
        const String *text = AS(String, tn_read_value(AS(Symbol, *name), name));
        if (text->length && text->ch[0] == '%') continue;
        if (tn_read_value(AS(Global, *cell), value) == S_UNBOUND) continue;
        if (!table_set(vm, table, name, cell)) return false;
    }
    return true;
}

bool standard_exports(Vm *vm, int number, const Value *table) {
    const char *names = standard[number].exports;
    return names ? add_names(vm, names, table, NULL) : add_everything(vm, table);
}

/* The names that the standard libraries should export and the system does not have. */
Value p_missing_exports(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TN_SCOPE(vm->m);
    Value *missing = TN_HANDLE_VALUE(vm->m, S_NIL), *table = TN_HANDLE_VALUE(vm->m, table_new(vm, TABLE_EQ));
    if (!*table) return 0;
    for (int i = 0; i < STANDARD_COUNT; i++)
        if (standard[i].exports && !add_names(vm, standard[i].exports, table, missing)) return 0;
    return reversed(vm, *missing);
}
