/* types.c: tells the collector what the objects of scheme.h are made of, and makes the simple ones. Called by
 * everybody. Every constructor may collect, and returns 0 with `out of memory` pending when there is none. */
#include <math.h>
#include <string.h>

#include "number.h"
#include "scheme.h"

static void describe_symbol(const void *object, char *text, size_t size) {
    const Symbol *symbol = object;
    snprintf(text, size, "symbol, hash %llx", (unsigned long long)symbol->hash);
}

static void describe_code(const void *object, char *text, size_t size) {
    const Code *code = object;
    snprintf(text, size, "code, %u parameters, %zu constants", code->required, code->length);
}

static void describe_primitive(const void *object, char *text, size_t size) {
    const Primitive *primitive = object;
    snprintf(text, size, "primitive %s", primitive->desc->name);
}

/* A tail of values: one word an element, and that is a value. */
#define TAIL_OF_VALUES TN_TAIL(sizeof(tn_value), 0, 1)

static const tn_type_desc types[] = {
    TN_DESC(Pair, TN_VALUES(Pair, car, cdr)),
    TN_DESC(Flonum, .flags = TN_LEAF),
    TN_DESC(String, .flags = TN_LEAF, TN_TAIL(sizeof(uint32_t), 0, 0)),
    TN_DESC(Symbol, TN_VALUES(Symbol, name), .describe = describe_symbol),
    TN_DESC(Vector, TAIL_OF_VALUES),
    TN_DESC(Box, TN_VALUES(Box, value)),
    TN_DESC(Closure, TN_VALUES(Closure, code), TAIL_OF_VALUES),
    TN_DESC(Values, TAIL_OF_VALUES),
    TN_DESC(Promise, TN_VALUES(Promise, state)),
    TN_DESC(Syntax, .flags = TN_LEAF),
    TN_DESC(Index, .flags = TN_LEAF, TN_TAIL(sizeof(uint32_t), 0, 0)),
    TN_DESC(Global, TN_VALUES(Global, value, name, home)),
    TN_DESC(Environment, TN_VALUES(Environment, table, parent, expected)),
    TN_DESC(Table, TN_VALUES(Table, entries, index, keys)),
    TN_DESC(Condition, TN_VALUES(Condition, message, irritants, file)),
    TN_DESC(Continuation, TN_VALUES(Continuation, winders, handlers, pc), TAIL_OF_VALUES),
    TN_DESC(Primitive, .flags = TN_LEAF, .describe = describe_primitive),
    TN_DESC(Bytevector, .flags = TN_LEAF, TN_TAIL(1, 0, 0)),
    TN_DESC(WeakRef, TN_VALUES(WeakRef, target)),
    TN_DESC(Ratnum, TN_VALUES(Ratnum, numerator, denominator)),
    TN_DESC(Alias, TN_VALUES(Alias, name, environment)),
    TN_DESC(Macro, TN_VALUES(Macro, rules, environment)),
    TN_DESC(Library, TN_VALUES(Library, name, environment, exports, thunk)),
    TN_DESC(RecordType, TN_VALUES(RecordType, name, fields)),
    TN_DESC(Record, TAIL_OF_VALUES),
    TN_DESC(Applicable, TN_VALUES(Applicable, name, data, more)),
    TN_DESC(Complex, TN_VALUES(Complex, real, imaginary)),

    /* Special types: code never moves, so that the VM may hold addresses in it; ports and bignums have something
     * to dispose of. */
    TN_DESC(Code, TN_VALUES(Code, name, file, instructions, lines), TAIL_OF_VALUES, .flags = TN_BORN_OLD,
            .describe = describe_code),
    TN_DESC(Words, .flags = TN_LEAF | TN_BORN_OLD, TN_TAIL(sizeof(uint32_t), 0, 0)),
    TN_DESC(Port, .flags = TN_LEAF, .dispose = port_dispose),
    TN_DESC(Bignum, .flags = TN_LEAF, .dispose = bignum_dispose),
};

bool types_add(tn_heap *heap) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (!tn_type_create(heap, &types[i])) return false;
    return true;
}

Value cons(Vm *vm, const Value *a, const Value *d) {
    Pair *pair = tn_alloc(vm->m, Pair);
    if (!pair) return out_of_memory(vm);
    tn_init_value(pair, car, *a);
    tn_init_value(pair, cdr, *d);
    return value_of(pair);
}

Value make_flonum(Vm *vm, double number) {
    Value immediate = flonum_immediate(number);
    if (immediate) return immediate;
    Flonum *flonum = tn_alloc(vm->m, Flonum);
    if (!flonum) return out_of_memory(vm);
    flonum->number = isnan(number) ? NAN : number; /* one for all: programs see neither its sign nor its payload */
    return value_of(flonum);
}

Value make_box(Vm *vm, const Value *value) {
    Box *box = tn_alloc(vm->m, Box);
    if (!box) return out_of_memory(vm);
    tn_init_value(box, value, *value);
    return value_of(box);
}

Value make_string(Vm *vm, size_t length) {
    String *string = tn_alloc_tail(vm->m, String, uint32_t, length);
    if (!string) return out_of_memory(vm);
    string->length = length;
    return value_of(string);
}

Value make_vector(Vm *vm, size_t length, const Value *fill) {
    Vector *vector = tn_alloc_tail(vm->m, Vector, tn_value, length);
    if (!vector) return out_of_memory(vm);
    vector->length = length;
    for (size_t i = 0; i < length; i++) tn_init_value(vector, item[i], *fill);
    return value_of(vector);
}

Value make_bytevector(Vm *vm, size_t length) {
    Bytevector *bytes = tn_alloc_tail(vm->m, Bytevector, uint8_t, length);
    if (!bytes) return out_of_memory(vm);
    bytes->length = length;
    return value_of(bytes);
}

/* A byte that does not begin a proper sequence (no overlong form, no surrogate, nothing cut off) stands for itself,
 * as in Latin-1: no input is an error, and what was Latin-1 comes out right. */
size_t utf8_decode(const unsigned char *s, size_t left, uint32_t *c) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0xc2 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 1;
    uint32_t value = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));
    *c = s[0];
    if (n > left) return 1;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 1;
        value = value << 6 | (s[i] & 0x3f);
    }
    if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return 1;
    *c = value;
    return n;
}

Value string_from_utf8(Vm *vm, const char *text, size_t bytes) {
    const unsigned char *s = (const unsigned char *)text;
    size_t length = 0;
    uint32_t c;
    for (size_t i = 0; i < bytes; length++) i += utf8_decode(s + i, bytes - i, &c);
    Value string = make_string(vm, length);
    if (!string) return 0;
    size_t at = 0;
    for (size_t i = 0; i < bytes; at++) {
        i += utf8_decode(s + i, bytes - i, &c);
        AS(String, string)->ch[at] = c;
    }
    return string;
}

Value string_from_buffer(Vm *vm, Buffer *text) {
    Value string = string_from_utf8(vm, text->text ? text->text : "", text->length);
    buffer_free(text);
    return string;
}

int64_t list_length(Value list) {
    int64_t n = 0;
    Value slow = list;
    for (; IS(Pair, list); list = cdr(list)) {
        n++;
        if ((n & 1) == 0) slow = cdr(slow);
        if (n > 2 && list == slow) return -1;
    }
    return list == S_NIL ? n : -1;
}
