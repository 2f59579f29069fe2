/* compiler/opcode.h: the instructions. A word holds the instruction in its low 8 bits and an operand `a` of 24 bits,
 * signed where it is a number. Further words follow where said. The machine has an accumulator, and a stack of frames:
 * fp[-3] the address to return to, fp[-2] the distance to the caller's fp, fp[-1] the closure, fp[0] ... arguments,
 * variables and intermediate values.
 *
 *     k  a constant of the code      i  a slot of the frame or a free variable      j  a distance to jump, in words
 *
 * Families: a comparison has six neighbours, in the order (stack, local, small integer) x (value, jump when false);
 * the compiler counts on it. The operand of a jumping one is the second operand, and the distance follows in a word. */
#ifndef SCHEME_COMPILER_OPCODE_H
#define SCHEME_COMPILER_OPCODE_H

#define COMPARISON(X, name) X(name) X(name##_L) X(name##_I) X(J##name) X(J##name##_L) X(J##name##_I)

#define OPCODES(X)                                                                                       \
    X(HALT)                                                                                              \
    X(CONST)       /* k */ X(IMM) /* acc = a, as a word */                                               \
    X(LOCAL)       /* i */ X(LOCAL_CHECK) /* i: an error before its definition */ X(FREE) /* i */        \
    X(BOX_LOCAL)   /* i */ X(BOX_FREE) /* i: what the box holds */ X(GLOBAL) /* k */                     \
    X(PUSH) X(PUSH_CONST) X(PUSH_IMM) X(PUSH_LOCAL) X(PUSH_FREE) X(PUSH_GLOBAL)                          \
    X(FRAME)       /* room for the return information */ X(FRAME_GLOBAL) /* k: and a procedure */        \
    X(SET_LOCAL) X(SET_BOX_LOCAL) X(SET_BOX_FREE) X(SET_GLOBAL) X(DEFINE) X(MAKE_BOX) /* i */            \
    X(POP)         /* a slots */                                                                         \
    X(JUMP) X(JUMP_FALSE) X(JUMP_TRUE) /* j */                                                           \
    X(CLOSURE)     /* k; a word n; n words: index << 1, + 1 for a local */                               \
    X(FIX)         /* i: free variable i of the procedure in acc becomes what is in the slot (word) */   \
    X(CALL) X(TAIL_CALL) /* a arguments */ X(RETURN)                                                     \
    X(LOOP)        /* i; a word n; j: the n words on top become fp[i] ..., and nothing is above them */  \
    X(LOOP_1)      /* i; j: likewise with acc */                                                         \
    X(PRIM)        /* a arguments; a word k: the primitive */                                            \
    /* with acc as the only operand */                                                                   \
    X(CAR) X(CDR) X(CAAR) X(CADR) X(CDDR) X(NOT) X(NULLP) X(PAIRP) X(JNULLP) X(JPAIRP)                   \
    /* first operand on the stack, second in acc; _L: first in acc, second fp[a]; _I: second is a */     \
    X(CONS) X(SET_CAR) X(SET_CDR) X(VECTOR_REF) X(STRING_REF) X(MUL) X(DIV) X(QUOTIENT) X(REMAINDER)     \
    X(ADD) X(ADD_L) X(ADD_I) X(SUB) X(SUB_L) X(SUB_I)                                                    \
    COMPARISON(X, EQ) COMPARISON(X, LT) COMPARISON(X, GT) COMPARISON(X, LE) COMPARISON(X, GE) COMPARISON(X, NUMEQ) \
    /* two operands on the stack, the third in acc */                                                    \
    X(VECTOR_SET)

#define AS_ENUM(name) OP_##name,
enum { OPCODES(AS_ENUM) OP_COUNT };
#undef AS_ENUM

/* What the VM does itself, for procedures that change the flow of control. */
enum {
    SPECIAL_NONE, SPECIAL_APPLY, SPECIAL_APPLY_VALUES, SPECIAL_CALLCC, SPECIAL_ESCAPE, SPECIAL_THROW, SPECIAL_EVAL
};

#endif
