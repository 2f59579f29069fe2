/* base/machine.h: the machine. Every function that allocates, fails or looks something up gets it as its first
 * parameter. It holds the mutator, the VM's stack, and the registers: values that the interpreter holds in C. */
#ifndef SCHEME_BASE_MACHINE_H
#define SCHEME_BASE_MACHINE_H

#include "base/object.h"

/* The registers, which are one range of values (vm->reg). */
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

/* All symbols by name, weakly. tables/symbol.c owns it. */
typedef struct SymbolTable {
    tn_weak_array *const *slots; /* a global: the symbols */
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

#endif
