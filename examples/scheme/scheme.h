/* scheme.h: what the files of the interpreter share: the format of values, the objects, and the machine.
 *
 * A value is a word. The lowest bits say what it is:
 *
 *     ...xx1  a fixnum of 63 bits              ...010  #t #f () and other constants
 *     ...000  a reference to an object         ...110  a character (its code point)
 *     ...100  a flonum whose exponent is one of the middle 256
 *
 * The collector is told so by tn_format_low_tag(7, 0). The word 0 is no Scheme value: a C function that returns a
 * Value returns 0 when it has failed, and the condition object is then in vm->reg[R_PENDING].
 *
 * Who holds what across a collection (everything that allocates may collect and move objects):
 *   - `const Value *` parameters are rooted slots (handles or slots of the VM stack); they may be read at any time;
 *   - `Value` parameters that refer to objects are good until the callee allocates; it makes handles if it must;
 *   - code objects and their instructions are born old and never move, so the VM keeps raw pointers into them. */
#ifndef SCHEME_H
#define SCHEME_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tenure.h"

typedef tn_value Value;

/* ---- immediates ---- */

enum {
    S_FALSE = 0x02, S_TRUE = 0x0a, S_NIL = 0x12, S_EOF = 0x1a, S_UNSPECIFIED = 0x22, S_DEFAULT = 0x2a,
    S_UNDEFINED = 0x32, /* a variable before its definition has been run */
    S_UNBOUND = 0x3a,   /* a global that nobody has defined */
    S_DELETED = 0x42    /* the key of a deleted entry in a hash table */
};

#define FIXNUM_MAX (INT64_MAX >> 1)
#define FIXNUM_MIN (INT64_MIN >> 1)

static inline bool is_fixnum(Value v) { return v & 1; }
static inline int64_t fixnum_value(Value v) { return (int64_t)v >> 1; }
static inline Value fixnum(int64_t n) { return (Value)n << 1 | 1; }
static inline bool fits_fixnum(int64_t n) { return n >= FIXNUM_MIN && n <= FIXNUM_MAX; }
static inline bool is_char(Value v) { return (v & 7) == 6; }
static inline uint32_t char_value(Value v) { return (uint32_t)(v >> 3); }
static inline Value character(uint32_t c) { return (Value)c << 3 | 6; }

/* Flonums from 2^-127 to 2^128, and the zeros, are immediates: with the sign rotated to the lowest bit and
 * FLONUM_OFFSET taken off, the exponent's upper three bits are 0 and make room for the tag. 0: not this one. (Spur, the
 * memory manager of Squeak, has them so.) All others are Flonum objects. */
#define FLONUM_OFFSET ((uint64_t)896 << 53)
static inline Value flonum_immediate(double number) {
    uint64_t w;
    memcpy(&w, &number, sizeof w);
    w = w << 1 | w >> 63;
    if (w > 1) {
        w -= FLONUM_OFFSET;
        if (w - 2 > UINT64_MAX / 8 - 2) return 0;
    }
    return w << 3 | 4;
}
static inline bool is_flonum_immediate(Value v) { return (v & 7) == 4; }
static inline double flonum_from_immediate(Value v) {
    double number;
    uint64_t w = v >> 3;
    if (w > 1) w += FLONUM_OFFSET;
    w = w >> 1 | w << 63;
    memcpy(&number, &w, sizeof number);
    return number;
}

static inline Value boolean(bool b) { return b ? S_TRUE : S_FALSE; }
static inline bool is_reference(Value v) { return (v & 7) == 0; }

/* ---- objects ---- */

typedef struct Pair { tn_value_field car, cdr; } Pair;
typedef struct Flonum { double number; } Flonum; /* a large or small one, an infinity or no number */
typedef struct Ratnum { tn_value_field numerator, denominator; } Ratnum; /* lowest terms; bignums are in number.h */
typedef struct Complex { tn_value_field real, imaginary; } Complex; /* both exact, or both flonums (complex.c) */
typedef struct String { size_t length; uint32_t ch[]; } String; /* code points: string-set! is simple and quick */
typedef struct Symbol { tn_value_field name; uint64_t hash; } Symbol;
typedef struct Vector { size_t length; tn_value_field item[]; } Vector;
typedef struct Box { tn_value_field value; } Box;               /* an assigned variable, shared by closures */
typedef struct Closure { tn_value_field code, free[]; } Closure;
typedef struct Values { size_t length; tn_value_field item[]; } Values;
typedef struct Promise { tn_value_field state; } Promise; /* a pair (done . value or thunk), perhaps shared */
typedef struct Syntax { size_t form; } Syntax;                  /* a special form: index into expand.c's table */
/* What a macro's template inserts: a name (a symbol, or again an alias) as it is seen where the macro was defined, at
 * the top level of an environment or, within one unit of compilation, in a scope there (ast.h). */
typedef struct Alias { tn_value_field name, environment; const void *scope; } Alias;
typedef struct Macro { tn_value_field rules, environment; const void *scope; } Macro; /* rules as syntax.c makes them */
typedef struct Index { size_t length; uint32_t slot[]; } Index; /* of a hash table: 0 free, else entry + 1 */

/* A variable of the top level. Compiled code holds the cell itself. `builtin`: has the value that the system gave
 * it, so that the compiler may inline what it stands for. */
typedef struct Global {
    tn_value_field value, name, home; /* home: the environment that owns it */
    bool builtin;
    bool defined;  /* by a definition with this very name */
    bool inserted; /* by a definition that a macro's template has inserted */
} Global;

/* Cells by name. A name that is found only in `parent` gets a cell of its own with the same value at first use: a
 * program may redefine anything without disturbing the system's own procedures. */
typedef struct Environment {
    tn_value_field table, parent;
    tn_value_field expected; /* a table of the names that a program will redefine, or #f */
    bool used;               /* a program has begun in it */
} Environment;

/* exports: a table from symbols to cells; thunk: evaluates the body, #f when that has begun. */
typedef struct Library { tn_value_field name, environment, exports, thunk; bool standard, ready; } Library;

typedef struct RecordType { tn_value_field name, fields; } RecordType;
typedef struct Record { size_t length; tn_value_field item[]; } Record; /* like a vector: the type, then the fields */

/* Procedures that are neither bytecode nor primitives (record.c): of records, parameters, case-lambda. */
typedef struct Applicable { tn_value_field name, data, more; uint32_t kind, index; } Applicable;
enum { A_RECORD_MAKE, A_RECORD_IS, A_RECORD_GET, A_RECORD_SET, A_PARAMETER, A_CASES };

/* Entries in the order of insertion (hash, key, value; three items each), so that programs see the same order
 * wherever objects happen to be. A weak table (by eq?) has its keys in `keys`, a tn_weak_array, instead. */
typedef struct Table { tn_value_field entries, index, keys; size_t count, used, swept; int kind; } Table;
enum { TABLE_EQ, TABLE_EQV, TABLE_EQUAL, TABLE_WEAK };

typedef struct Condition { tn_value_field message, irritants, file; int64_t line; int kind; } Condition;
enum { C_ERROR, C_SYNTAX, C_READ, C_MEMORY, C_STACK, C_FILE, C_INTERRUPT };

/* A copy of the stack below the frame that it returns to. An escape (guard's own) has no copy: it only cuts the
 * stack. */
typedef struct Continuation {
    tn_value_field winders, handlers, pc; /* pc: an address with the lowest bit set */
    size_t fp, sp;                        /* as indices */
    bool escape;
    size_t length;
    tn_value_field slot[];
} Continuation;

/* Instructions and line tables: words that never move. */
typedef struct Words { size_t length; uint32_t word[]; } Words;

typedef struct Code {
    tn_value_field name, file, instructions, lines;
    const uint32_t *start; /* = instructions->word */
    uint32_t required;     /* parameters */
    bool rest;
    bool library;          /* part of the prelude: errors name the line of its caller */
    bool ends_in_call;     /* such a part that is a tail call of the program's nevertheless */
    uint32_t frame;        /* the most slots that it uses above fp */
    size_t length;
    tn_value_field constant[];
} Code;

typedef struct Vm Vm;
/* argv: slots of the VM stack, rooted. They are read-only: the low-water mark may be above them (vm.c). */
typedef Value (*PrimitiveFn)(Vm *vm, int argc, const Value *argv);
typedef struct PrimitiveDesc {
    const char *name;
    PrimitiveFn fn;
    int min, max;        /* arguments; max < 0: any number */
    unsigned op;         /* the instruction that does the same for `max` arguments in line, or 0 */
    unsigned special;    /* SPECIAL_: the VM does it itself (vm.c) */
} PrimitiveDesc;
typedef struct Primitive { const PrimitiveDesc *desc; } Primitive;

typedef struct Bytevector { size_t length; uint8_t byte[]; } Bytevector;
typedef struct WeakRef { tn_value_field target; } WeakRef; /* a tn_weak, or an immediate */

/* Ports own C memory and files and are a special type: they have a dispose callback. */
typedef struct Buffer { char *text; size_t length, capacity; } Buffer;
typedef struct Reader Reader;
typedef struct Port {
    FILE *out;              /* one of these three: a file to write to, */
    Buffer *text;           /* text or bytes that are written to memory, */
    Reader *in;             /* or what is read from */
    size_t external;        /* the bytes that tn_external_adjust has been told of */
    bool binary, open, input;
    bool owned;             /* `out` is closed with the port */
} Port;

enum {
    Pair_type = TN_FIRST_TYPE, Flonum_type, String_type, Symbol_type, Vector_type, Box_type, Closure_type,
    Values_type, Promise_type, Syntax_type, Index_type, Global_type, Environment_type, Table_type, Condition_type,
    Continuation_type, Primitive_type, Bytevector_type, WeakRef_type, Ratnum_type, Alias_type, Macro_type, Library_type,
    RecordType_type, Record_type, Applicable_type, Complex_type
};
enum { Code_type = TN_FIRST_SPECIAL, Words_type, Port_type, Bignum_type };

static inline tn_type type_of(Value v) { return (tn_type)((uint32_t)TN_HEADER_(v) >> 8); }
static inline Value value_of(const void *object) { return (Value)(uintptr_t)object; }
#define UNUSED (void)vm, (void)argc, (void)argv /* what a primitive may have no use for */
#define AS(T, v) ((T *)(uintptr_t)(v))
#define IS(T, v) (is_reference(v) && type_of(v) == T##_type)

static inline Value car(Value pair) { return tn_read_value(AS(Pair, pair), car); }
static inline Value cdr(Value pair) { return tn_read_value(AS(Pair, pair), cdr); }
static inline bool is_flonum(Value v) { return is_flonum_immediate(v) || IS(Flonum, v); }
static inline double flonum_value(Value v) {
    return is_flonum_immediate(v) ? flonum_from_immediate(v) : AS(Flonum, v)->number;
}
static inline bool is_real(Value v) {
    return is_fixnum(v) || is_flonum(v) || IS(Bignum, v) || IS(Ratnum, v);
}
static inline bool is_number(Value v) { return is_real(v) || IS(Complex, v); }

/* ---- the machine ---- */

/* What the interpreter holds in C: one range of values (vm->reg). */
enum {
    R_PENDING,        /* what has been raised, while C code returns 0 */
    R_OUT_OF_MEMORY,  /* the condition for it, made at start-up */
    R_HANDLERS,       /* list of exception handlers, innermost first */
    R_WINDERS,        /* list of (before . after), innermost first */
    R_SYSTEM, R_USER, /* environments */
    R_FILE,           /* name of the file that is being compiled */
    R_RAISE, R_REWIND, /* procedures of the prelude that the VM calls */
    R_RAISED_FILE,    /* where the last object that is no condition was raised */
    R_QUOTE, R_QUASIQUOTE, R_UNQUOTE, R_UNQUOTE_SPLICING,
    R_LIBRARIES,      /* by name: an equal? table */
    R_PROGRAM,        /* name of the program's file */
    R_STDOUT, R_STDERR, R_STDIN,
    R_IN, R_OUT, R_ERR, /* the current ports; #f: the standard ones */
    R_COUNT
};

typedef struct SymbolTable {
    tn_weak_array *const *slots; /* a global: the symbols, weakly */
    uint32_t *hashes;            /* 0: the slot has never been used; else it is, or its symbol has died */
    size_t capacity, used;
} SymbolTable;

struct Vm {
    tn_mutator *m;
    tn_heap *heap;
    Value *stack, *sp, *low;  /* a range with a low-water mark; sp is right whenever something may collect */
    Value *limit;             /* frames end by here; STACK_MARGIN slots follow */
    size_t capacity;          /* slots that exist */
    size_t max;               /* slots that a program may use */
    bool overflowed;          /* its handler is running: it may use a little more */
    Value reg[R_COUNT];
    Value *reg_base, *reg_top;
    tn_range *stack_range, *reg_range;
    SymbolTable symbols;
    const PrimitiveDesc *primitive; /* the one that is running: for messages */
    int64_t raised_line;            /* and R_RAISED_FILE: where it was raised, if it is no condition */
    bool raised_again;              /* guard passes on what it does not handle: the line stays */
    int exit_code;                  /* >= 0: (exit) has been called */
    bool booting;                   /* the prelude is being compiled */
    int argc;                       /* the program and its arguments: (command-line) */
    char **argv;
    int load_depth;                 /* of libraries that import libraries */
    bool refuses_files;             /* programs may open, look for and delete no file (--no-files) */
};

#define FRAME_SLOTS 3   /* below fp: return address, distance to the caller's fp, the closure */
#define STACK_MARGIN 64 /* free slots above every frame, for the VM's own pushes */

/* types.c */
bool types_add(tn_heap *heap);
Value cons(Vm *vm, const Value *a, const Value *d);
Value make_flonum(Vm *vm, double number);
Value make_string(Vm *vm, size_t length); /* of zeros */
Value make_vector(Vm *vm, size_t length, const Value *fill);
Value make_bytevector(Vm *vm, size_t length); /* of zeros */
Value make_box(Vm *vm, const Value *value);
Value string_from_utf8(Vm *vm, const char *text, size_t bytes);
Value string_from_buffer(Vm *vm, Buffer *text); /* and frees the buffer */
size_t utf8_decode(const unsigned char *s, size_t left, uint32_t *c); /* one code point: the bytes that it takes */
int64_t list_length(Value list);                /* -1: no proper list */

/* symbol.c */
bool symbols_open(Vm *vm);
void symbols_close(Vm *vm);
Value intern(Vm *vm, const uint32_t *text, size_t length);
Value intern_c(Vm *vm, const char *text);
bool symbol_is(Value symbol, const char *text);
Value environment_new(Vm *vm, const Value *parent);
bool environment_expect(Vm *vm, const Value *environment, const Value *name); /* it will be redefined */
Value environment_cell(Vm *vm, const Value *environment, const Value *name); /* the Global, made if missing */
Value environment_define(Vm *vm, const Value *environment, const Value *name); /* the one that a definition defines */
Value environment_import(Vm *vm, const Value *environment, const Value *name, const Value *cell, bool copy);

/* error.c: all return 0 and leave the condition in R_PENDING */
Value out_of_memory(Vm *vm);
Value fail(Vm *vm, const char *message, Value irritant); /* irritant 0: none */
Value fail_at(Vm *vm, int kind, int64_t line, Value irritant, const char *message);
Value fail_type(Vm *vm, const char *who, const char *wanted, Value got);
Value fail_index(Vm *vm, const char *who, Value index);
Value fail_arity(Vm *vm, const char *who, int64_t min, int64_t max, int64_t got);
Value make_condition(Vm *vm, int kind, const Value *message, const Value *irritants);
void report(Vm *vm, Value raised); /* the one line on standard error */

/* For primitives: their own name; an index below `end`; optional start and end arguments from argv[at] on. */
#define WHO (vm->primitive->name)
bool check_index(Vm *vm, Value index, size_t end);
bool get_range(Vm *vm, int argc, const Value *argv, int at, size_t length, size_t *start, size_t *end);

/* table.c */
Value table_new(Vm *vm, int kind);
Value table_get(Vm *vm, Value table, Value key, Value missing);
Value table_set(Vm *vm, const Value *table, const Value *key, const Value *value); /* the table, or 0 */
bool table_delete(Vm *vm, Value table, Value key);
void table_clear(Vm *vm, Value table);
Value table_key(Vm *vm, Value table, size_t entry); /* S_DELETED, or 0 when it has died, for one that is not there */
void table_purge(Vm *vm, Value table); /* forgets the entries of a weak table whose keys have died */
bool is_eqv(Value a, Value b);
int is_equal(Vm *vm, Value a, Value b); /* -1: out of memory */

/* input.c */
Reader *reader_file(FILE *file, bool interactive);    /* owns it, unless it is stdin */
Reader *reader_text(const char *text, size_t length); /* the text must outlive it */
Reader *reader_own_text(char *text, size_t length);   /* frees it */
void reader_close(Reader *reader);
int reader_char(Reader *reader);      /* the next code point (of a binary port: byte), or -1 */
int reader_peek(Reader *reader);
bool reader_ready(Reader *reader);    /* it will not have to wait */
bool reader_check(Vm *vm, Reader *reader); /* false, with a condition, if -1 was an error and not the end */
void reader_skip_line(Reader *reader); /* after an error at a prompt */

/* reader.c: the next datum, S_EOF at the end. *positions is a table that gets the line of every list, or S_FALSE. */
Value read_datum(Vm *vm, Reader *reader, const Value *positions);

/* expand.c, compile.c: a procedure of no arguments that evaluates *form */
Value compile(Vm *vm, const Value *form, const Value *environment, const Value *positions);
Value compile_all(Vm *vm, const Value *forms, const Value *libraries, const Value *environment, const Value *positions);
Value expand_forms_define(Vm *vm); /* defines the special forms in R_SYSTEM */

/* ahead.c: the text of a program as a list of pairs, each a form and the lines of its lists, up to S_EOF. Where reading
 * has failed, the list ends before, and *error is the condition; else it is #f. */
Value read_ahead(Vm *vm, Reader *reader, const Value *environment, Value *error);
bool expect_definitions(Vm *vm, const Value *form, const Value *environment);

/* library.c: all return 0 with a condition pending when they fail */
Value read_source(Vm *vm, const Value *name, const Value *positions, bool fold, Value *path); /* the list of its data */
Value import_all(Vm *vm, const Value *sets, const Value *environment, int64_t line); /* the libraries to be started */
Value library_define(Vm *vm, const Value *form, const Value *positions, int64_t line);
int feature_holds(Vm *vm, const Value *requirement, int64_t line); /* 1 or 0; -1: it has failed */
extern const char *const feature_names[]; /* NULL at the end */

/* record.c */
Value applicable_call(Vm *vm, int argc, const Value *argv); /* argv[-1] is the procedure, and not A_CASES */

/* vm.c, stack.c */
bool vm_open(Vm *vm, tn_mutator *m, size_t max_slots);
void vm_close(Vm *vm);
Value vm_run(Vm *vm, Value procedure);  /* calls it with no arguments; 0: uncaught, in R_PENDING, or (exit) */
bool stack_grow(Vm *vm, size_t slots);  /* room for so many above sp, or false with a condition pending */
void stack_shrink(Vm *vm);
void stack_overflow_over(Vm *vm);
void note_line(Vm *vm, const Code *code, const uint32_t *pc, const Value *fp); /* of what has been raised */
extern const uint32_t halt_code[1];

/* print.c */
/* An array with room for more than *room elements, moved; NULL without memory: then nothing is changed. */
void *grown(void *at, size_t *room, size_t element);
bool buffer_add(Buffer *buffer, const char *text, size_t length);
bool buffer_add_char(Buffer *buffer, uint32_t c); /* as UTF-8 */
bool print_value(Vm *vm, Buffer *out, Value v, bool quoted);
enum print_mode { PRINT_DISPLAY, PRINT_WRITE, PRINT_SHARED, PRINT_SIMPLE };
/* 1, 0 without memory, -1: PRINT_SIMPLE of a cycle, of which nothing has been written. */
int print_value_as(Vm *vm, Buffer *out, Value v, enum print_mode mode);
size_t utf8_encode(uint32_t c, char *out);

/* A map from addresses to numbers, for walks over data while nothing collects: {0} is empty. */
typedef struct Mark { Value object; int label; } Mark;
typedef struct Marks { Mark *slots; size_t n, room; } Marks;
Mark *mark_of(Marks *marks, Value object, bool *fresh); /* made with the label 0; NULL without memory */

/* number.c, exact.c, complex.c, number_text.c: *a and *b are rooted */
typedef Value (*NumberFn)(Vm *vm, const Value *a, const Value *b);
Value num_add(Vm *vm, const Value *a, const Value *b);
Value num_sub(Vm *vm, const Value *a, const Value *b);
Value num_mul(Vm *vm, const Value *a, const Value *b);
Value num_div(Vm *vm, const Value *a, const Value *b);
Value num_quotient(Vm *vm, const Value *a, const Value *b);
Value num_remainder(Vm *vm, const Value *a, const Value *b);
enum { LESS = 1, EQUAL = 2, GREATER = 4 };
int num_compare(Vm *vm, const char *who, const Value *a, const Value *b); /* 0: an error; 8: not ordered */
bool num_eqv(Value a, Value b);
uint64_t num_hash(Value number); /* the same for numbers that are eqv? */
void bignum_dispose(tn_heap *heap, void *object);
Value parse_number(Vm *vm, const char *text, int radix); /* S_FALSE if it is none */
bool format_number(Buffer *out, Value number, int radix); /* false: memory is out */

/* prelude.c */
extern const char *const prelude_text[]; /* NULL at the end */

/* builtins_*.c */
extern const PrimitiveDesc builtins_number[], builtins_real[], builtins_list[], builtins_text[], builtins_data[];
extern const PrimitiveDesc builtins_system[], builtins_string[], builtins_table[], builtins_bytes[], builtins_port[];
extern const PrimitiveDesc builtins_file[], builtins_complex[];
extern const PrimitiveDesc builtins_record[], builtins_library[];
bool builtins_define(Vm *vm);
bool is_circular(Value list);
typedef int (*StringOrder)(const String *a, const String *b); /* LESS, EQUAL or GREATER */
Value string_chain(Vm *vm, int argc, const Value *argv, StringOrder compare, int accepted); /* each pair of neighbours */
uint32_t fold_case(uint32_t c); /* of one character */

/* port.c */
void port_dispose(tn_heap *heap, void *object);
Value port_new(Vm *vm, FILE *out, Buffer *text, Reader *in); /* owns text and in, also when it fails */
Value port_current(Vm *vm, int number); /* 0 input, 1 output, 2 errors; 0 on failure */
Port *port_output(Vm *vm, int argc, const Value *argv, int at, bool binary); /* argv[at] or the current one; NULL */
Port *port_input(Vm *vm, int argc, const Value *argv, int at, bool binary);  /* on failure */
bool port_put(Vm *vm, Port *port, const char *text, size_t length);
bool port_flush(Vm *vm, Port *port);
bool port_close(Vm *vm, Port *port);
Value fail_file(Vm *vm, const char *who, int error, const char *name); /* who: what errno says: "name" */

/* interrupt.c: SIGINT */
void interrupt_open(Vm *vm);
void interrupt_close(void);
bool interrupt_pending(void);
Value fail_interrupted(Vm *vm);

/* Frees a buffer at the end of the block. */
static inline void buffer_free(Buffer *buffer);
#define TEMP_BUFFER(name) Buffer name __attribute__((cleanup(buffer_free))) = {0}

#include <stdlib.h>
static inline void buffer_free(Buffer *buffer) {
    free(buffer->text);
    buffer->text = NULL;
    buffer->length = buffer->capacity = 0;
}

#endif
