/* builtins/bytes.c: bytevectors, a leaf type: the collector never looks inside. */
#include <string.h>

#include "base/error.h"
#include "builtins/builtins.h"

static bool check_bytes(Vm *vm, Value v) {
    return IS(Bytevector, v) || fail_type(vm, WHO, "a bytevector", v);
}

static bool check_byte(Vm *vm, Value v) {
    return (is_fixnum(v) && fixnum_value(v) >= 0 && fixnum_value(v) <= 255) || fail_type(vm, WHO, "a byte", v);
}

static Value p_bytevector_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(Bytevector, *argv)); }

static Value p_make_bytevector(Vm *vm, int argc, const Value *argv) {
    if (!is_fixnum(argv[0]) || fixnum_value(argv[0]) < 0) return fail_type(vm, WHO, "a length", argv[0]);
    if (argc > 1 && !check_byte(vm, argv[1])) return 0;
    Value made = make_bytevector(vm, (size_t)fixnum_value(argv[0]));
    if (made && argc > 1) memset(AS(Bytevector, made)->byte, (int)fixnum_value(argv[1]), AS(Bytevector, made)->length);
    return made;
}

static Value p_bytevector(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (!check_byte(vm, argv[i])) return 0;
    Value made = make_bytevector(vm, (size_t)argc);
    if (!made) return 0;
    for (int i = 0; i < argc; i++) AS(Bytevector, made)->byte[i] = (uint8_t)fixnum_value(argv[i]);
    return made;
}

static Value p_length(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return check_bytes(vm, *argv) ? fixnum((int64_t)AS(Bytevector, *argv)->length) : 0;
}

static Value p_ref(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_bytes(vm, argv[0]) || !check_index(vm, argv[1], AS(Bytevector, argv[0])->length)) return 0;
    return fixnum(AS(Bytevector, argv[0])->byte[fixnum_value(argv[1])]);
}

static Value p_set(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_bytes(vm, argv[0]) || !check_index(vm, argv[1], AS(Bytevector, argv[0])->length)) return 0;
    if (!check_byte(vm, argv[2])) return 0;
    AS(Bytevector, argv[0])->byte[fixnum_value(argv[1])] = (uint8_t)fixnum_value(argv[2]);
    return S_UNSPECIFIED;
}

static Value p_copy(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_bytes(vm, argv[0])) return 0;
    if (!get_range(vm, argc, argv, 1, AS(Bytevector, argv[0])->length, &start, &end)) return 0;
    Value made = make_bytevector(vm, end - start);
    if (made) memcpy(AS(Bytevector, made)->byte, AS(Bytevector, argv[0])->byte + start, end - start);
    return made;
}

/* (bytevector-copy! to at from [start [end]]). */
static Value p_copy_to(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_bytes(vm, argv[0]) || !check_bytes(vm, argv[2])) return 0;
    size_t room = AS(Bytevector, argv[0])->length;
    if (!check_index(vm, argv[1], room + 1)) return 0;
    if (!get_range(vm, argc, argv, 3, AS(Bytevector, argv[2])->length, &start, &end)) return 0;
    size_t at = (size_t)fixnum_value(argv[1]);
    if (end - start > room - at) return fail_index(vm, WHO, argv[1]);
    memmove(AS(Bytevector, argv[0])->byte + at, AS(Bytevector, argv[2])->byte + start, end - start);
    return S_UNSPECIFIED;
}

/* (bytevector-fill! bytes byte [start [end]]). */
static Value p_fill(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_bytes(vm, argv[0]) || !check_byte(vm, argv[1])) return 0;
    if (!get_range(vm, argc, argv, 2, AS(Bytevector, argv[0])->length, &start, &end)) return 0;
    memset(AS(Bytevector, argv[0])->byte + start, (int)fixnum_value(argv[1]), end - start);
    return S_UNSPECIFIED;
}

static Value p_append(Vm *vm, int argc, const Value *argv) {
    size_t length = 0;
    for (int i = 0; i < argc; i++) {
        if (!check_bytes(vm, argv[i])) return 0;
        length += AS(Bytevector, argv[i])->length;
    }
    Value made = make_bytevector(vm, length);
    if (!made) return 0;
    uint8_t *to = AS(Bytevector, made)->byte;
    for (int i = 0; i < argc; i++) {
        memcpy(to, AS(Bytevector, argv[i])->byte, AS(Bytevector, argv[i])->length);
        to += AS(Bytevector, argv[i])->length;
    }
    return made;
}

/* Through C memory, for making the string may move the bytes. */
static Value p_to_string(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_bytes(vm, argv[0])) return 0;
    if (!get_range(vm, argc, argv, 1, AS(Bytevector, argv[0])->length, &start, &end)) return 0;
    Buffer text = {0};
    if (!buffer_add(&text, (const char *)AS(Bytevector, argv[0])->byte + start, end - start)) return out_of_memory(vm);
    return string_from_buffer(vm, &text);
}

static Value p_from_string(Vm *vm, int argc, const Value *argv) {
    size_t start, end, length = 0;
    char text[4];
    if (!IS(String, argv[0])) return fail_type(vm, WHO, "a string", argv[0]);
    if (!get_range(vm, argc, argv, 1, AS(String, argv[0])->length, &start, &end)) return 0;
    for (size_t i = start; i < end; i++) length += utf8_encode(AS(String, argv[0])->ch[i], text);
    Value made = make_bytevector(vm, length);
    if (!made) return 0;
    uint8_t *to = AS(Bytevector, made)->byte;
    for (size_t i = start; i < end; i++) {
        size_t n = utf8_encode(AS(String, argv[0])->ch[i], text);
        memcpy(to, text, n);
        to += n;
    }
    return made;
}

const PrimitiveDesc builtins_bytes[] = {
    {"bytevector?", p_bytevector_p, 1, 1, 0, 0}, {"make-bytevector", p_make_bytevector, 1, 2, 0, 0},
    {"bytevector", p_bytevector, 0, -1, 0, 0},   {"bytevector-length", p_length, 1, 1, 0, 0},
    {"bytevector-u8-ref", p_ref, 2, 2, 0, 0},    {"bytevector-u8-set!", p_set, 3, 3, 0, 0},
    {"bytevector-copy", p_copy, 1, 3, 0, 0},     {"bytevector-copy!", p_copy_to, 3, 5, 0, 0},
    {"bytevector-fill!", p_fill, 2, 4, 0, 0},    {"bytevector-append", p_append, 0, -1, 0, 0},
    {"utf8->string", p_to_string, 1, 3, 0, 0},   {"string->utf8", p_from_string, 1, 3, 0, 0},
    {0},
};
