/* reader/ahead.c: reads a whole program before it runs, and notes which names it will define or assign. The compiler
 * inlines primitives only for names that keep their values. So if a program redefines one of the system's names
 * further down, the forms before that have the new meaning as well.
 *
 * Only the text is inspected, before anything is expanded: definitions at the top level, and assignments anywhere. A
 * name too many costs a little speed. A name that a macro inserts is not seen. */
#include "base/list.h"
#include "tables/environment.h"
#include "tables/symbol.h"
#include "tables/table.h"
#include "reader/reader.h"

/* Where a form stands. A clause is a cond-expand's: its parts are at the top level. */
typedef enum { TOP, CLAUSE, INSIDE } Place;

/* Data may be circular: there is a limit to the depth and to the steps. */
typedef struct Scan { Vm *vm; const Value *environment; int depth, steps; } Scan;
enum { DEPTH_MAX = 2000, STEPS_MAX = 1000000 };

/* All names in the data. */
static bool expect_names(Scan *s, Value data) {
    TN_SCOPE(s->vm->m);
    Value *rest = TN_HANDLE_VALUE(s->vm->m, data);
    bool ok = s->depth-- > 0;
    for (; ok && IS(Pair, *rest) && --s->steps > 0; *rest = cdr(*rest)) ok = expect_names(s, car(*rest));
    s->depth++;
    return !IS(Symbol, *rest) || (ok && environment_expect(s->vm, s->environment, rest));
}

/* The name in (define name ...), (define (name ...) ...), (define ((name ...) ...) ...). */
static bool expect_target(Scan *s, Value target) {
    while (IS(Pair, target) && --s->steps > 0) target = car(target);
    return IS(Pair, target) || expect_names(s, target);
}

/* The names that a form defines or assigns itself. */
static bool expect_of_form(Scan *s, Value form, Place place) {
    Value head = car(form), second = IS(Pair, cdr(form)) ? car(cdr(form)) : S_NIL;
    if (is_symbol(head, "set!")) return expect_names(s, second);
    if (place != TOP) return true;
    if (is_symbol(head, "define")) return expect_target(s, second);
    if (is_symbol(head, "define-values")) return expect_names(s, second);
    return !is_symbol(head, "define-record-type") || expect_names(s, cdr(form));
}

static bool scan(Scan *s, Value form, Place place) {
    if (!IS(Pair, form) || s->depth == 0) return true;
    if (is_symbol(car(form), "quote") || is_symbol(car(form), "define-library")) return true;
    Place inside = place == CLAUSE ? TOP : INSIDE;
    if (place == TOP && is_symbol(car(form), "begin")) inside = TOP;
    if (place == TOP && is_symbol(car(form), "cond-expand")) inside = CLAUSE;
    TN_SCOPE(s->vm->m);
    Value *rest = TN_HANDLE_VALUE(s->vm->m, form);
    bool ok = expect_of_form(s, form, place);
    s->depth--;
    for (; ok && IS(Pair, *rest) && --s->steps > 0; *rest = cdr(*rest)) ok = scan(s, car(*rest), inside);
    s->depth++;
    return ok;
}

bool expect_definitions(Vm *vm, const Value *form, const Value *environment) {
    Scan s = {.vm = vm, .environment = environment, .depth = DEPTH_MAX, .steps = STEPS_MAX};
    return scan(&s, *form, TOP);
}

/* One more form, with the lines of its lists; the end of the text, S_EOF, too. */
static bool add_form(Vm *vm, Reader *reader, const Value *environment, Value *list) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, form);
    Value *positions = TN_HANDLE_VALUE(vm->m, table_new(vm, TABLE_EQ));
    if (!*positions || !(*form = read_datum(vm, reader, positions))) return false;
    if (!expect_definitions(vm, form, environment)) return false;
    Value pair = cons(vm, form, positions);
    return pair && push(vm, list, pair);
}

Value read_ahead(Vm *vm, Reader *reader, const Value *environment, Value *error) {
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    bool ok = true;
    while (ok && (*list == S_NIL || car(car(*list)) != S_EOF)) ok = add_form(vm, reader, environment, list);
    *error = ok ? (Value)S_FALSE : vm->reg[R_PENDING];
    return reversed(vm, *list);
}
