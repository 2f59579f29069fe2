/* builtins_data.c: vectors, promises and condition objects. Stores into objects that may be old go
 * through the write barrier (tn_write_value); new objects are filled with tn_init_value, before anything else
 * allocates. */
#include <string.h>

#include "opcode.h"
#include "scheme.h"

static bool check_vector(Vm *vm, Value v) {
    return IS(Vector, v) || fail_type(vm, WHO, "a vector", v);
}

static Value item(Value vector, size_t i) { return tn_read_value(AS(Vector, vector), item[i]); }

/* ---- vectors ---- */

static Value p_vector_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(Vector, *argv)); }

static Value p_make_vector(Vm *vm, int argc, const Value *argv) {
    if (!is_fixnum(argv[0]) || fixnum_value(argv[0]) < 0) return fail_type(vm, WHO, "a length", argv[0]);
    const Value zero = fixnum(0);
    return make_vector(vm, (size_t)fixnum_value(argv[0]), argc > 1 ? &argv[1] : &zero);
}

static Value p_vector(Vm *vm, int argc, const Value *argv) {
    const Value none = S_FALSE;
    Value made = make_vector(vm, (size_t)argc, &none);
    if (!made) return 0;
    for (int i = 0; i < argc; i++) tn_init_value(AS(Vector, made), item[i], argv[i]);
    return made;
}

static Value p_vector_length(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return check_vector(vm, *argv) ? fixnum((int64_t)AS(Vector, *argv)->length) : 0;
}

static Value p_vector_ref(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_vector(vm, argv[0]) || !check_index(vm, argv[1], AS(Vector, argv[0])->length)) return 0;
    return item(argv[0], (size_t)fixnum_value(argv[1]));
}

static Value p_vector_set(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_vector(vm, argv[0]) || !check_index(vm, argv[1], AS(Vector, argv[0])->length)) return 0;
    tn_write_value(vm->m, AS(Vector, argv[0]), item[fixnum_value(argv[1])], argv[2]);
    return S_UNSPECIFIED;
}

static Value p_vector_to_list(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_vector(vm, argv[0])) return 0;
    if (!get_range(vm, argc, argv, 1, AS(Vector, argv[0])->length, &start, &end)) return 0;
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL), *v = TN_HANDLE_VALUE(vm->m, S_NIL);
    while (end-- > start && *list) {
        *v = item(argv[0], end);
        *list = cons(vm, v, list);
    }
    return *list;
}

static Value p_list_to_vector(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    const Value none = S_FALSE;
    int64_t n = list_length(*argv);
    if (n < 0) return fail_type(vm, WHO, "a list", *argv);
    Value made = make_vector(vm, (size_t)n, &none);
    if (!made) return 0;
    size_t i = 0;
    for (Value l = *argv; l != S_NIL; l = cdr(l)) tn_init_value(AS(Vector, made), item[i++], car(l));
    return made;
}

static Value p_vector_fill(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_vector(vm, argv[0])) return 0;
    if (!get_range(vm, argc, argv, 2, AS(Vector, argv[0])->length, &start, &end)) return 0;
    for (; start < end; start++) tn_write_value(vm->m, AS(Vector, argv[0]), item[start], argv[1]);
    return S_UNSPECIFIED;
}

static Value p_vector_copy(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    const Value none = S_FALSE;
    if (!check_vector(vm, argv[0])) return 0;
    if (!get_range(vm, argc, argv, 1, AS(Vector, argv[0])->length, &start, &end)) return 0;
    Value made = make_vector(vm, end - start, &none);
    if (!made) return 0;
    for (size_t i = start; i < end; i++) tn_init_value(AS(Vector, made), item[i - start], item(argv[0], i));
    return made;
}

/* (vector-copy! to at from [start [end]]). */
static Value p_vector_copy_to(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_vector(vm, argv[0]) || !check_vector(vm, argv[2])) return 0;
    size_t room = AS(Vector, argv[0])->length;
    if (!check_index(vm, argv[1], room + 1)) return 0;
    if (!get_range(vm, argc, argv, 3, AS(Vector, argv[2])->length, &start, &end)) return 0;
    size_t at = (size_t)fixnum_value(argv[1]), n = end - start;
    if (n > room - at) return fail_index(vm, WHO, argv[1]);
    for (size_t i = 0; i < n; i++) { /* in the direction that is right when they overlap */
        size_t j = start > at ? i : n - 1 - i;
        tn_write_value(vm->m, AS(Vector, argv[0]), item[at + j], item(argv[2], start + j));
    }
    return S_UNSPECIFIED;
}

static Value p_vector_append(Vm *vm, int argc, const Value *argv) {
    const Value none = S_FALSE;
    size_t length = 0, at = 0;
    for (int i = 0; i < argc; i++) {
        if (!check_vector(vm, argv[i])) return 0;
        length += AS(Vector, argv[i])->length;
    }
    Value made = make_vector(vm, length, &none);
    if (!made) return 0;
    for (int i = 0; i < argc; i++)
        for (size_t j = 0; j < AS(Vector, argv[i])->length; j++, at++)
            tn_init_value(AS(Vector, made), item[at], item(argv[i], j));
    return made;
}

/* ---- procedures, promises, conditions ---- */

static Value p_procedure_p(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return boolean(IS(Closure, *argv) || IS(Primitive, *argv) || IS(Continuation, *argv) || IS(Applicable, *argv));
}

/* (%make-promise state), (%promise-state p), (%promise-set! p state): state is a pair (done . value or thunk). */
static Value p_make_promise(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    Promise *promise = tn_alloc(vm->m, Promise);
    if (!promise) return out_of_memory(vm);
    tn_init_value(promise, state, *argv);
    return value_of(promise);
}

static Value p_promise_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(Promise, *argv)); }

static Value p_promise_state(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return IS(Promise, *argv) ? tn_read_value(AS(Promise, *argv), state) : fail_type(vm, WHO, "a promise", *argv);
}

static Value p_promise_set(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Promise, argv[0])) return fail_type(vm, WHO, "a promise", argv[0]);
    tn_write_value(vm->m, AS(Promise, argv[0]), state, argv[1]);
    return S_UNSPECIFIED;
}

/* (values x) is x. */
static Value p_values(Vm *vm, int argc, const Value *argv) {
    if (argc == 1) return argv[0];
    Values *values = tn_alloc_tail(vm->m, Values, tn_value, (size_t)argc);
    if (!values) return out_of_memory(vm);
    values->length = (size_t)argc;
    for (int i = 0; i < argc; i++) tn_init_value(values, item[i], argv[i]);
    return value_of(values);
}

/* (error message irritant ...), (raise object): both leave with R_PENDING. */
static Value p_error(Vm *vm, int argc, const Value *argv) {
    TN_SCOPE(vm->m);
    Value *irritants = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (int i = argc; i-- > 1;)
        if (!(*irritants = cons(vm, &argv[i], irritants))) return 0;
    Value condition = make_condition(vm, C_ERROR, &argv[0], irritants);
    if (condition) vm->reg[R_PENDING] = condition;
    return 0;
}

static Value p_raise(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->reg[R_PENDING] = *argv;
    return 0;
}

static Value p_raise_again(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->reg[R_PENDING] = *argv;
    vm->raised_again = true;
    return 0;
}

static Value p_assert(Vm *vm, int argc, const Value *argv) {
    return argv[0] != S_FALSE ? (Value)S_UNSPECIFIED : fail(vm, "assertion failed", argc > 1 ? argv[1] : 0);
}

static Value p_error_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(Condition, *argv)); }

static Value is_kind(Value v, int kind) { return boolean(IS(Condition, v) && AS(Condition, v)->kind == kind); }
static Value p_out_of_memory_p(Vm *vm, int argc, const Value *argv) { UNUSED; return is_kind(*argv, C_MEMORY); }
static Value p_stack_overflow_p(Vm *vm, int argc, const Value *argv) { UNUSED; return is_kind(*argv, C_STACK); }
static Value p_file_error_p(Vm *vm, int argc, const Value *argv) { UNUSED; return is_kind(*argv, C_FILE); }
static Value p_interrupt_p(Vm *vm, int argc, const Value *argv) { UNUSED; return is_kind(*argv, C_INTERRUPT); }
static Value p_read_error_p(Vm *vm, int argc, const Value *argv) { UNUSED; return is_kind(*argv, C_READ); }

static Value p_error_message(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Condition, *argv)) return fail_type(vm, WHO, "an error object", *argv);
    return tn_read_value(AS(Condition, *argv), message);
}

static Value p_error_irritants(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Condition, *argv)) return fail_type(vm, WHO, "an error object", *argv);
    return tn_read_value(AS(Condition, *argv), irritants);
}

static Value p_error_line(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return IS(Condition, *argv) ? fixnum(AS(Condition, *argv)->line) : fail_type(vm, WHO, "an error object", *argv);
}

const PrimitiveDesc builtins_data[] = {
    {"vector?", p_vector_p, 1, 1, 0, 0},           {"make-vector", p_make_vector, 1, 2, 0, 0},
    {"vector", p_vector, 0, -1, 0, 0},             {"vector-length", p_vector_length, 1, 1, 0, 0},
    {"vector-ref", p_vector_ref, 2, 2, OP_VECTOR_REF, 0}, {"vector-set!", p_vector_set, 3, 3, OP_VECTOR_SET, 0},
    {"vector->list", p_vector_to_list, 1, 3, 0, 0}, {"list->vector", p_list_to_vector, 1, 1, 0, 0},
    {"vector-fill!", p_vector_fill, 2, 4, 0, 0},   {"vector-copy", p_vector_copy, 1, 3, 0, 0},
    {"subvector", p_vector_copy, 3, 3, 0, 0},      {"vector-copy!", p_vector_copy_to, 3, 5, 0, 0},
    {"vector-append", p_vector_append, 0, -1, 0, 0},
    {"procedure?", p_procedure_p, 1, 1, 0, 0},     {"%make-promise", p_make_promise, 1, 1, 0, 0},
    {"promise?", p_promise_p, 1, 1, 0, 0},         {"%promise-state", p_promise_state, 1, 1, 0, 0},
    {"%promise-set!", p_promise_set, 2, 2, 0, 0},  {"values", p_values, 0, -1, 0, 0},
    {"error", p_error, 1, -1, 0, 0},               {"raise", p_raise, 1, 1, 0, 0},
    {"%raise-again", p_raise_again, 1, 1, 0, 0},   {"assert", p_assert, 1, 2, 0, 0},
    {"error-object?", p_error_p, 1, 1, 0, 0},      {"condition?", p_error_p, 1, 1, 0, 0},
    {"out-of-memory?", p_out_of_memory_p, 1, 1, 0, 0}, {"stack-overflow?", p_stack_overflow_p, 1, 1, 0, 0},
    {"file-error?", p_file_error_p, 1, 1, 0, 0},   {"interrupt?", p_interrupt_p, 1, 1, 0, 0},
    {"read-error?", p_read_error_p, 1, 1, 0, 0},   {"error-object-message", p_error_message, 1, 1, 0, 0},
    {"error-object-irritants", p_error_irritants, 1, 1, 0, 0}, {"error-object-line", p_error_line, 1, 1, 0, 0},
    {0},
};
