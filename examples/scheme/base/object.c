/* base/object.c: makes the simple objects. Every constructor may collect. When memory is out, it returns 0, and the
 * condition for that is pending. */
#include <string.h>

#include "base/error.h"

Value cons(Vm *vm, const Value *a, const Value *d) {
    Pair *pair = tn_alloc(vm->m, Pair);
    if (!pair) return out_of_memory(vm);
    tn_init_value(pair, car, *a);
    tn_init_value(pair, cdr, *d);
    return value_of(pair);
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
