/* base/object.h: the objects of the interpreter. Read this header first.
 *
 * A `Value` is a word: a reference to an object, or a small datum in the word itself (base/immediate.h). The three
 * lowest bits of a reference are 0, and the other words have a bit set there. tn_format_low_tag(7, 0) in start/main.c
 * tells the collector so. The word 0 is no Scheme value: a C function that returns a Value returns 0 when it has
 * failed, and vm->reg[R_PENDING] then holds the condition object (base/error.h).
 *
 * Each object is a plain C struct. Fields that hold values have the type tn_value_field, and start/types.c tells the
 * collector where they are.
 *
 * Who holds what across a collection (whatever allocates may collect, and a collection moves objects):
 *   - A `const Value *` parameter points to a rooted slot: a handle, or a slot of the VM's stack. It may be read at any
 *     time.
 *   - A `Value` parameter that refers to an object is good until the callee allocates. The callee makes a handle if it
 *     needs the value after that.
 *   - Code objects and their instructions are born old and never move. So the VM keeps raw pointers into them. */
#ifndef SCHEME_BASE_OBJECT_H
#define SCHEME_BASE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure.h"

#include "base/text.h"

typedef tn_value Value;
typedef struct Vm Vm; /* base/machine.h */

/* ---- the types ---- */

/* The number of struct T is T_type. The structs are in the header of the room that owns them. */
enum {
    Pair_type = TN_FIRST_TYPE, Flonum_type, String_type, Symbol_type, Vector_type, Box_type, Closure_type,
    Values_type, Promise_type, Syntax_type, Index_type, Global_type, Environment_type, Table_type, Condition_type,
    Continuation_type, Primitive_type, Bytevector_type, WeakRef_type, Ratnum_type, Alias_type, Macro_type, Library_type,
    RecordType_type, Record_type, Applicable_type, Complex_type
};
enum { Code_type = TN_FIRST_SPECIAL, Words_type, Port_type, Bignum_type }; /* special types: start/types.c says why */

static inline bool is_reference(Value v) { return (v & 7) == 0; }
static inline tn_type type_of(Value v) { return (tn_type)((uint32_t)TN_HEADER_(v) >> 8); }
static inline Value value_of(const void *object) { return (Value)(uintptr_t)object; }
#define AS(T, v) ((T *)(uintptr_t)(v))                       /* the object that v refers to */
#define IS(T, v) (is_reference(v) && type_of(v) == T##_type) /* v refers to a T */

/* ---- data ---- */

typedef struct Pair { tn_value_field car, cdr; } Pair;
typedef struct String { size_t length; uint32_t ch[]; } String; /* code points: string-set! is simple and quick */
typedef struct Symbol { tn_value_field name; uint64_t hash; } Symbol;
typedef struct Vector { size_t length; tn_value_field item[]; } Vector;
typedef struct Bytevector { size_t length; uint8_t byte[]; } Bytevector;
typedef struct Box { tn_value_field value; } Box; /* an assigned variable, which closures share */
typedef struct Values { size_t length; tn_value_field item[]; } Values;
typedef struct RecordType { tn_value_field name, fields; } RecordType;
typedef struct Record { size_t length; tn_value_field item[]; } Record; /* like a vector: the type, then the fields */

static inline Value car(Value pair) { return tn_read_value(AS(Pair, pair), car); }
static inline Value cdr(Value pair) { return tn_read_value(AS(Pair, pair), cdr); }

/* ---- procedures ---- */

typedef struct Closure { tn_value_field code, free[]; } Closure;

/* Instructions and line tables: words that never move. */
typedef struct Words { size_t length; uint32_t word[]; } Words;

typedef struct Code {
    tn_value_field name, file, instructions, lines;
    const uint32_t *start; /* = instructions->word */
    uint32_t required;     /* parameters */
    bool rest;
    bool library;          /* part of the prelude: errors name the line of its caller */
    bool ends_in_call;     /* part of the prelude, but it ends in a tail call of the program's procedure */
    uint32_t frame;        /* the most slots that it uses above fp */
    size_t length;
    tn_value_field constant[];
} Code;

/* A procedure in C. argv: slots of the VM's stack, which are rooted. They are read-only, because the low-water mark may
 * be above them (vm/vm.c). */
typedef Value (*PrimitiveFn)(Vm *vm, int argc, const Value *argv);
typedef struct PrimitiveDesc {
    const char *name;
    PrimitiveFn fn;
    int min, max;        /* arguments; max < 0: any number */
    unsigned op;         /* the instruction that does the same in line for `max` arguments, or 0 */
    unsigned special;    /* SPECIAL_: the VM does it itself (vm/vm.c) */
} PrimitiveDesc;
typedef struct Primitive { const PrimitiveDesc *desc; } Primitive;
#define UNUSED (void)vm, (void)argc, (void)argv /* for a primitive that needs only some of its parameters */

/* Procedures that are neither bytecode nor primitives (vm/record.c): of records, parameters, case-lambda. */
typedef struct Applicable { tn_value_field name, data, more; uint32_t kind, index; } Applicable;
enum { A_RECORD_MAKE, A_RECORD_IS, A_RECORD_GET, A_RECORD_SET, A_PARAMETER, A_CASES };

/* ---- object.c: makes the simple ones. Each function may collect, and returns 0 when memory is out. ---- */

Value cons(Vm *vm, const Value *a, const Value *d);
Value make_string(Vm *vm, size_t length); /* of zeros */
Value make_vector(Vm *vm, size_t length, const Value *fill);
Value make_bytevector(Vm *vm, size_t length); /* of zeros */
Value make_box(Vm *vm, const Value *value);
Value string_from_utf8(Vm *vm, const char *text, size_t bytes);
Value string_from_buffer(Vm *vm, Buffer *text); /* and frees the buffer */

/* These two allocate nothing. */
int64_t list_length(Value list); /* -1: not a proper list */
bool is_circular(Value list);

#endif
