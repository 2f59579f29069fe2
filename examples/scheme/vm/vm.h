/* vm/vm.h: the machine that runs bytecode, and its stack. */
#ifndef SCHEME_VM_VM_H
#define SCHEME_VM_VM_H

#include "base/machine.h"

#define FRAME_SLOTS 3   /* below fp: return address, distance to the caller's fp, the closure */
#define STACK_MARGIN 64 /* free slots above every frame, for the VM's own pushes */

/* A copy of the stack below the frame that it returns to. An escape (guard's own) has no copy: it only cuts the
 * stack. */
typedef struct Continuation {
    tn_value_field winders, handlers, pc; /* pc: an address with the lowest bit set */
    size_t fp, sp;                        /* as indices */
    bool escape;
    size_t length;
    tn_value_field slot[];
} Continuation;

Value vm_run(Vm *vm, Value procedure);  /* calls it with no arguments; 0: uncaught, in R_PENDING, or (exit) */

/* stack.c */
bool stack_open(Vm *vm, size_t max_slots); /* the stack and the registers, as ranges */
void stack_close(Vm *vm);
bool stack_grow(Vm *vm, size_t slots);  /* room for so many above sp, or false with a condition pending */
void stack_shrink(Vm *vm);
void stack_overflow_over(Vm *vm);
void note_line(Vm *vm, const Code *code, const uint32_t *pc, const Value *fp); /* of what has been raised */
extern const uint32_t halt_code[1];

/* record.c */
Value applicable_call(Vm *vm, int argc, const Value *argv); /* argv[-1] is the procedure, and not A_CASES */
extern const PrimitiveDesc builtins_record[];

#endif
