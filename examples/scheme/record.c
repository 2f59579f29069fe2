/* record.c: records, and the procedures that are objects of a kind of their own (Applicable): constructors,
 * predicates, accessors and modifiers of records, parameters, and case-lambda. The VM does what they do most often
 * itself (vm.c, apply_applicable); the rest is in applicable_call. define.c makes the calls of %make-record-type and
 * its neighbours, forms.c those of %case-lambda and %parameterize. */
#include <string.h>

#include "opcode.h"
#include "scheme.h"

static const Value none = S_FALSE;

static Value make_applicable(Vm *vm, uint32_t kind, const Value *name, const Value *data, const Value *more,
                             size_t index) {
    Applicable *a = tn_alloc(vm->m, Applicable);
    if (!a) return out_of_memory(vm);
    tn_init_value(a, name, *name);
    tn_init_value(a, data, *data);
    tn_init_value(a, more, *more);
    a->kind = kind;
    a->index = (uint32_t)index;
    return value_of(a);
}

/* ---- record types and their procedures ---- */

/* (%make-record-type #f fields name): <point> is called point in messages. */
static Value p_make_record_type(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    const String *text = AS(String, tn_read_value(AS(Symbol, argv[2]), name));
    size_t n = text->length, cut = n > 2 && text->ch[0] == '<' && text->ch[n - 1] == '>';
    uint32_t wide[64];
    TN_SCOPE(vm->m);
    Value *name = TN_HANDLE_VALUE(vm->m, argv[2]);
    if (cut && n <= 64) {
        memcpy(wide, text->ch + 1, (n - 2) * sizeof *wide);
        if (!(*name = intern(vm, wide, n - 2))) return 0;
    }
    RecordType *type = tn_alloc(vm->m, RecordType);
    if (!type) return out_of_memory(vm);
    tn_init_value(type, name, *name);
    tn_init_value(type, fields, argv[1]);
    return value_of(type);
}

static size_t field_count(Value type) {
    return AS(Vector, tn_read_value(AS(RecordType, type), fields))->length;
}

static Value check_type(Vm *vm, Value type) {
    return IS(RecordType, type) ? type : fail_type(vm, WHO, "a record type", type);
}

/* (%record-constructor type indices-or-#f name), (%record-predicate type #f name), (%record-accessor type i name). */
static Value p_constructor(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_type(vm, argv[0])) return 0;
    size_t arguments = argv[1] == S_FALSE ? field_count(argv[0]) : AS(Vector, argv[1])->length;
    return make_applicable(vm, A_RECORD_MAKE, &argv[2], &argv[0], &argv[1], arguments);
}

static Value p_predicate(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return check_type(vm, argv[0]) ? make_applicable(vm, A_RECORD_IS, &argv[2], &argv[0], &none, 0) : 0;
}

static Value field_procedure(Vm *vm, uint32_t kind, const Value *argv) {
    size_t index = (size_t)fixnum_value(argv[1]) + 1; /* the type comes first */
    return check_type(vm, argv[0]) ? make_applicable(vm, kind, &argv[2], &argv[0], &none, index) : 0;
}

static Value p_accessor(Vm *vm, int argc, const Value *argv) { UNUSED; return field_procedure(vm, A_RECORD_GET, argv); }
static Value p_modifier(Vm *vm, int argc, const Value *argv) { UNUSED; return field_procedure(vm, A_RECORD_SET, argv); }
static Value p_record_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(Record, *argv)); }

/* ---- calls ---- */

static void cut_name(Vm *vm, Value symbol, char text[64]) {
    TEMP_BUFFER(name);
    print_value(vm, &name, symbol, false);
    snprintf(text, 64, "%s", name.length ? name.text : "procedure");
}

static bool is_instance(const Applicable *a, Value v) {
    return IS(Record, v) && tn_read_value(AS(Record, v), item[0]) == tn_read_value(a, data);
}

static Value fail_instance(Vm *vm, const Applicable *a, Value got) {
    char who[64], type[64], wanted[80];
    cut_name(vm, tn_read_value(a, name), who);
    cut_name(vm, tn_read_value(AS(RecordType, tn_read_value(a, data)), name), type);
    snprintf(wanted, sizeof wanted, strchr("aeiou", type[0]) ? "an %s" : "a %s", type);
    return fail_type(vm, who, wanted, got);
}

/* What the constructor has no argument for is #f. */
static Value make_record(Vm *vm, const Value *argv) {
    size_t n = field_count(tn_read_value(AS(Applicable, argv[-1]), data));
    Record *record = tn_alloc_tail(vm->m, Record, tn_value, n + 1);
    if (!record) return out_of_memory(vm);
    const Applicable *a = AS(Applicable, argv[-1]);
    record->length = n + 1;
    tn_init_value(record, item[0], tn_read_value(a, data));
    Value indices = tn_read_value(a, more);
    if (indices == S_FALSE) {
        for (size_t i = 0; i < n; i++) tn_init_value(record, item[i + 1], argv[i]);
        return value_of(record);
    }
    for (size_t i = 0; i < n; i++) tn_init_value(record, item[i + 1], S_FALSE);
    for (size_t i = 0; i < a->index; i++) {
        int64_t field = fixnum_value(tn_read_value(AS(Vector, indices), item[i]));
        tn_init_value(record, item[field + 1], argv[i]);
    }
    return value_of(record);
}

Value applicable_call(Vm *vm, int argc, const Value *argv) {
    static const int arguments[] = {[A_RECORD_IS] = 1, [A_RECORD_GET] = 1, [A_RECORD_SET] = 2, [A_PARAMETER] = 0};
    const Applicable *a = AS(Applicable, argv[-1]);
    int wanted = a->kind == A_RECORD_MAKE ? (int)a->index : arguments[a->kind];
    if (argc != wanted) {
        char who[64];
        cut_name(vm, tn_read_value(a, name), who);
        return fail_arity(vm, who, wanted, wanted, argc);
    }
    switch (a->kind) {
    case A_RECORD_MAKE:
        return make_record(vm, argv);
    case A_RECORD_IS:
        return boolean(is_instance(a, argv[0]));
    case A_RECORD_GET:
        if (!is_instance(a, argv[0])) return fail_instance(vm, a, argv[0]);
        return tn_read_value(AS(Record, argv[0]), item[a->index]);
    case A_RECORD_SET:
        if (!is_instance(a, argv[0])) return fail_instance(vm, a, argv[0]);
        tn_write_value(vm->m, AS(Record, argv[0]), item[a->index], argv[1]);
        return S_UNSPECIFIED;
    default: /* A_PARAMETER */
        return tn_read_value(a, data);
    }
}

/* ---- parameters: `data` is the value, `more` the converter or #f ---- */

static Value p_make_parameter(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    TN_SCOPE(vm->m);
    Value *name = TN_HANDLE_VALUE(vm->m, intern_c(vm, "parameter"));
    return *name ? make_applicable(vm, A_PARAMETER, name, &argv[0], &argv[1], 0) : 0;
}

/* The register that holds the value of one of the port parameters, which are primitives; -1: it is none of them. */
static int port_register(Value v) {
    static const struct { const char *name; int reg; } ports[] = {
        {"current-output-port", R_OUT}, {"current-error-port", R_ERR}, {"current-input-port", R_IN},
    };
    if (!IS(Primitive, v)) return -1;
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
        if (!strcmp(AS(Primitive, v)->desc->name, ports[i].name)) return ports[i].reg;
    return -1;
}

static bool is_parameter(Value v) {
    return IS(Applicable, v) && AS(Applicable, v)->kind == A_PARAMETER;
}

static Value p_converter(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (is_parameter(*argv)) return tn_read_value(AS(Applicable, *argv), more);
    return port_register(*argv) >= 0 ? (Value)S_FALSE : fail_type(vm, "parameterize", "a parameter", *argv);
}

/* (%parameter-swap! parameter value): gives it the value, and returns the one that it had. */
static Value p_swap(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    int reg = port_register(argv[0]);
    Value old;
    if (reg >= 0) {
        if (argv[1] != S_FALSE && !IS(Port, argv[1])) return fail_type(vm, "parameterize", "a port", argv[1]);
        old = vm->reg[reg];
        vm->reg[reg] = argv[1];
    } else {
        if (!is_parameter(argv[0])) return fail_type(vm, "parameterize", "a parameter", argv[0]);
        old = tn_read_value(AS(Applicable, argv[0]), data);
        tn_write_value(vm->m, AS(Applicable, argv[0]), data, argv[1]);
    }
    return old;
}

/* ---- case-lambda: `data` is a vector of closures ---- */

static Value p_case_lambda(Vm *vm, int argc, const Value *argv) {
    TN_SCOPE(vm->m);
    Value made = make_vector(vm, (size_t)argc, &none);
    if (!made) return 0;
    for (int i = 0; i < argc; i++) tn_init_value(AS(Vector, made), item[i], argv[i]);
    Value *closures = TN_HANDLE_VALUE(vm->m, made), *name = TN_HANDLE_VALUE(vm->m, intern_c(vm, "case-lambda"));
    return *name ? make_applicable(vm, A_CASES, name, closures, &none, 0) : 0;
}

const PrimitiveDesc builtins_record[] = {
    {"%make-record-type", p_make_record_type, 3, 3, 0, 0}, {"%record-constructor", p_constructor, 3, 3, 0, 0},
    {"%record-predicate", p_predicate, 3, 3, 0, 0},        {"%record-accessor", p_accessor, 3, 3, 0, 0},
    {"%record-modifier", p_modifier, 3, 3, 0, 0},          {"record?", p_record_p, 1, 1, 0, 0},
    {"%make-parameter", p_make_parameter, 2, 2, 0, 0},     {"%parameter-converter", p_converter, 1, 1, 0, 0},
    {"%parameter-swap!", p_swap, 2, 2, 0, 0},              {"%case-lambda", p_case_lambda, 0, -1, 0, 0},
    {0},
};
