/* builtins_list.c: equivalence, pairs and lists. Those that call procedures (map, for-each, ...) are in prelude.c. */
#include <string.h>

#include "opcode.h"
#include "scheme.h"

#define PREDICATE(name, test)                                             \
    static Value name(Vm *vm, int argc, const Value *argv) {              \
        UNUSED;                                                       \
        return boolean(test);                                             \
    }

PREDICATE(p_eq_p, argv[0] == argv[1])
PREDICATE(p_eqv_p, is_eqv(argv[0], argv[1]))
PREDICATE(p_not, argv[0] == S_FALSE)
PREDICATE(p_null_p, argv[0] == S_NIL)
PREDICATE(p_pair_p, IS(Pair, argv[0]))
PREDICATE(p_list_p, list_length(argv[0]) >= 0)
PREDICATE(p_boolean_p, argv[0] == S_TRUE || argv[0] == S_FALSE)

static Value p_boolean_eq(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (argv[i] != S_TRUE && argv[i] != S_FALSE) return fail_type(vm, WHO, "a boolean", argv[i]);
    for (int i = 1; i < argc; i++)
        if (argv[i] != argv[0]) return S_FALSE;
    return S_TRUE;
}

static Value p_equal_p(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    int same = is_equal(vm, argv[0], argv[1]);
    return same < 0 ? 0 : boolean(same);
}

/* True of a list without end. */
bool is_circular(Value list) {
    Value slow = list;
    for (size_t n = 1; IS(Pair, list); n++) {
        list = cdr(list);
        if (n % 2 == 0) slow = cdr(slow);
        if (n > 1 && IS(Pair, list) && list == slow) return true;
    }
    return false;
}

static Value p_cons(Vm *vm, int argc, const Value *argv) { UNUSED; return cons(vm, argv, argv + 1); }

/* car, cdr, caar ... cddddr: the letters between c and r, from the last to the first. */
static Value p_cxr(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Value v = *argv;
    const char *name = WHO;
    for (const char *s = name + strlen(name) - 2; s > name; s--) {
        if (!IS(Pair, v)) return fail_type(vm, name, "a pair", v);
        v = *s == 'a' ? car(v) : cdr(v);
    }
    return v;
}

static Value p_set_car(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Pair, argv[0])) return fail_type(vm, WHO, "a pair", argv[0]);
    tn_write_value(vm->m, AS(Pair, argv[0]), car, argv[1]);
    return S_UNSPECIFIED;
}

static Value p_set_cdr(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Pair, argv[0])) return fail_type(vm, WHO, "a pair", argv[0]);
    tn_write_value(vm->m, AS(Pair, argv[0]), cdr, argv[1]);
    return S_UNSPECIFIED;
}

/* (list x ...), and (cons* x ... tail) with `*last` as the tail. */
static Value list_of(Vm *vm, int n, const Value *items, Value last) {
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, last);
    for (int i = n; i-- > 0 && *list;) *list = cons(vm, &items[i], list);
    return *list;
}

static Value p_list(Vm *vm, int argc, const Value *argv) { return list_of(vm, argc, argv, S_NIL); }
static Value p_cons_star(Vm *vm, int argc, const Value *argv) { return list_of(vm, argc - 1, argv, argv[argc - 1]); }

static Value p_make_list(Vm *vm, int argc, const Value *argv) {
    if (!is_fixnum(argv[0]) || fixnum_value(argv[0]) < 0) return fail_type(vm, WHO, "a length", argv[0]);
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    Value *fill = TN_HANDLE_VALUE(vm->m, argc > 1 ? argv[1] : (Value)S_UNSPECIFIED);
    for (int64_t i = fixnum_value(argv[0]); i > 0 && *list; i--) *list = cons(vm, fill, list);
    return *list;
}

static Value p_length(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    int64_t n = list_length(*argv);
    return n < 0 ? fail_type(vm, WHO, "a list", *argv) : fixnum(n);
}

/* A copy of `*list` in front of `*rest`, or of its own tail (rest NULL), made from the first pair to the last. */
static Value copy_onto(Vm *vm, const Value *list, const Value *rest) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, head);
    TN_LOCAL_VALUE(vm->m, last);
    TN_LOCAL_VALUE(vm->m, item);
    Value *from = TN_HANDLE_VALUE(vm->m, *list);
    Value *end = TN_HANDLE_VALUE(vm->m, S_NIL);
    if (!IS(Pair, *from)) return rest ? *rest : *from;
    for (; IS(Pair, *from); *from = cdr(*from)) {
        *item = car(*from);
        if (IS(Pair, cdr(*from))) *end = S_NIL;
        else *end = rest ? *rest : cdr(*from);
        Value pair = cons(vm, item, end);
        if (!pair) return 0;
        if (*head) tn_write_value(vm->m, AS(Pair, *last), cdr, pair);
        else *head = pair;
        *last = pair;
    }
    return *head;
}

static Value p_append(Vm *vm, int argc, const Value *argv) {
    if (argc == 0) return S_NIL;
    TN_SCOPE(vm->m);
    Value *result = TN_HANDLE_VALUE(vm->m, argv[argc - 1]);
    for (int i = argc - 1; i-- > 0 && *result;) {
        if (list_length(argv[i]) < 0) return fail_type(vm, WHO, "a list", argv[i]);
        *result = copy_onto(vm, &argv[i], result);
    }
    return *result;
}

static Value p_list_copy(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return is_circular(*argv) ? fail_type(vm, WHO, "a list", *argv) : copy_onto(vm, argv, NULL);
}

/* Pair number argv[1] of the list argv[0], or 0. */
static Value nth_pair(const Value *argv) {
    Value list = argv[0];
    int64_t n = is_fixnum(argv[1]) ? fixnum_value(argv[1]) : -1;
    for (; n > 0 && IS(Pair, list); n--) list = cdr(list);
    return n == 0 && IS(Pair, list) ? list : 0;
}

static Value p_list_set(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Value pair = nth_pair(argv);
    if (!pair) return fail_index(vm, WHO, argv[1]);
    tn_write_value(vm->m, AS(Pair, pair), car, argv[2]);
    return S_UNSPECIFIED;
}

/* (append-reverse list tail), (reverse list). */
static Value p_append_reverse(Vm *vm, int argc, const Value *argv) {
    if (list_length(argv[0]) < 0) return fail_type(vm, WHO, "a list", argv[0]);
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, argc > 1 ? argv[1] : (Value)S_NIL);
    Value *from = TN_HANDLE_VALUE(vm->m, argv[0]);
    Value *item = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (; *from != S_NIL; *from = cdr(*from)) {
        *item = car(*from);
        if (!(*list = cons(vm, item, list))) return 0;
    }
    return *list;
}

static Value p_list_tail(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Value list = argv[0];
    int64_t n = is_fixnum(argv[1]) ? fixnum_value(argv[1]) : -1;
    for (; n > 0 && IS(Pair, list); n--) list = cdr(list);
    return n == 0 ? list : fail_index(vm, WHO, argv[1]);
}

static Value p_list_ref(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Value pair = nth_pair(argv);
    return pair ? car(pair) : fail_index(vm, WHO, argv[1]);
}

static Value p_last_pair(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Value list = *argv;
    if (!IS(Pair, list)) return fail_type(vm, WHO, "a pair", list);
    if (is_circular(list)) return fail_type(vm, WHO, "a list", list);
    while (IS(Pair, cdr(list))) list = cdr(list);
    return list;
}

/* Advances *slow at every other step of a walk along a list: true when it has met `list`, which is circular then. */
static bool meets(Value *slow, size_t *steps, Value list) {
    if (++*steps & 1) return false;
    *slow = cdr(*slow);
    return *slow == list;
}

/* 1, 0, or -1 for an error. */
static int same(Vm *vm, char kind, Value a, Value b) {
    return kind == 'q' ? a == b : kind == 'v' ? is_eqv(a, b) : is_equal(vm, a, b);
}

static Value member(Vm *vm, char kind, const Value *argv) {
    Value list = argv[1], slow = list;
    for (size_t steps = 0; IS(Pair, list);) {
        int found = same(vm, kind, argv[0], car(list));
        if (found) return found < 0 ? 0 : list;
        list = cdr(list);
        if (meets(&slow, &steps, list)) break;
    }
    return list == S_NIL ? (Value)S_FALSE : fail_type(vm, WHO, "a list", argv[1]);
}

static Value association(Vm *vm, char kind, const Value *argv) {
    Value list = argv[1], slow = list;
    for (size_t steps = 0; IS(Pair, list);) {
        if (!IS(Pair, car(list))) return fail_type(vm, WHO, "a pair", car(list));
        int found = same(vm, kind, argv[0], car(car(list)));
        if (found) return found < 0 ? 0 : car(list);
        list = cdr(list);
        if (meets(&slow, &steps, list)) break;
    }
    return list == S_NIL ? (Value)S_FALSE : fail_type(vm, WHO, "a list", argv[1]);
}

static Value p_memq(Vm *vm, int argc, const Value *argv) { UNUSED; return member(vm, 'q', argv); }
static Value p_memv(Vm *vm, int argc, const Value *argv) { UNUSED; return member(vm, 'v', argv); }
static Value p_member(Vm *vm, int argc, const Value *argv) { UNUSED; return member(vm, 'e', argv); }
static Value p_assq(Vm *vm, int argc, const Value *argv) { UNUSED; return association(vm, 'q', argv); }
static Value p_assv(Vm *vm, int argc, const Value *argv) { UNUSED; return association(vm, 'v', argv); }
static Value p_assoc(Vm *vm, int argc, const Value *argv) { UNUSED; return association(vm, 'e', argv); }

static Value p_iota(Vm *vm, int argc, const Value *argv) {
    if (!is_fixnum(argv[0]) || fixnum_value(argv[0]) < 0) return fail_type(vm, WHO, "a length", argv[0]);
    for (int i = 1; i < argc; i++)
        if (!is_number(argv[i])) return fail_type(vm, WHO, "a number", argv[i]);
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, item);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL);
    Value *start = TN_HANDLE_VALUE(vm->m, argc > 1 ? argv[1] : fixnum(0));
    Value *step = TN_HANDLE_VALUE(vm->m, argc > 2 ? argv[2] : fixnum(1));
    Value *index = TN_HANDLE_VALUE(vm->m, fixnum(0));
    for (int64_t i = fixnum_value(argv[0]); i-- > 0;) {
        *index = fixnum(i);
        if (!(*item = num_mul(vm, index, step)) || !(*item = num_add(vm, start, item))) return 0;
        if (!(*list = cons(vm, item, list))) return 0;
    }
    return *list;
}

#define CXR(name) {name, p_cxr, 1, 1, 0, 0}
const PrimitiveDesc builtins_list[] = {
    {"eq?", p_eq_p, 2, 2, OP_EQ, 0},       {"eqv?", p_eqv_p, 2, 2, 0, 0},
    {"equal?", p_equal_p, 2, 2, 0, 0},     {"not", p_not, 1, 1, OP_NOT, 0},
    {"null?", p_null_p, 1, 1, OP_NULLP, 0}, {"pair?", p_pair_p, 1, 1, OP_PAIRP, 0},
    {"list?", p_list_p, 1, 1, 0, 0},       {"boolean?", p_boolean_p, 1, 1, 0, 0},
    {"cons", p_cons, 2, 2, OP_CONS, 0},    {"set-car!", p_set_car, 2, 2, OP_SET_CAR, 0},
    {"set-cdr!", p_set_cdr, 2, 2, OP_SET_CDR, 0},
    {"car", p_cxr, 1, 1, OP_CAR, 0},       {"cdr", p_cxr, 1, 1, OP_CDR, 0},
    {"caar", p_cxr, 1, 1, OP_CAAR, 0},     {"cadr", p_cxr, 1, 1, OP_CADR, 0},
    CXR("cdar"),                           {"cddr", p_cxr, 1, 1, OP_CDDR, 0},
    CXR("caaar"), CXR("caadr"), CXR("cadar"), CXR("caddr"), CXR("cdaar"), CXR("cdadr"), CXR("cddar"), CXR("cdddr"),
    CXR("caaaar"), CXR("caaadr"), CXR("caadar"), CXR("caaddr"), CXR("cadaar"), CXR("cadadr"), CXR("caddar"),
    CXR("cadddr"), CXR("cdaaar"), CXR("cdaadr"), CXR("cdadar"), CXR("cdaddr"), CXR("cddaar"), CXR("cddadr"),
    CXR("cdddar"), CXR("cddddr"),
    {"list", p_list, 0, -1, 0, 0},         {"cons*", p_cons_star, 1, -1, 0, 0},
    {"make-list", p_make_list, 1, 2, 0, 0}, {"length", p_length, 1, 1, 0, 0},
    {"append", p_append, 0, -1, 0, 0},     {"reverse", p_append_reverse, 1, 1, 0, 0},
    {"append-reverse", p_append_reverse, 2, 2, 0, 0}, {"list-copy", p_list_copy, 1, 1, 0, 0},
    {"list-tail", p_list_tail, 2, 2, 0, 0}, {"list-ref", p_list_ref, 2, 2, 0, 0},
    {"list-set!", p_list_set, 3, 3, 0, 0},
    {"boolean=?", p_boolean_eq, 1, -1, 0, 0}, {"last-pair", p_last_pair, 1, 1, 0, 0}, {"memq", p_memq, 2, 2, 0, 0},
    {"memv", p_memv, 2, 2, 0, 0},          {"%member", p_member, 2, 2, 0, 0},
    {"assq", p_assq, 2, 2, 0, 0},          {"assv", p_assv, 2, 2, 0, 0},
    {"%assoc", p_assoc, 2, 2, 0, 0},       {"iota", p_iota, 1, 3, 0, 0},
    {0},
};
