/* vm.c: the machine that runs bytecode (opcode.h). vm_run is its only entrance, and it is not re-entered:
 * procedures that call procedures are bytecode themselves (prelude.c), or are done here (SPECIAL_), so that a
 * continuation is nothing but a copy of the stack.
 *
 * Raw pointers, and what may collect. `acc`, `sp`, `fp`, `pc` and `code` are C locals. Code and instructions never
 * move, and sp and fp point into the stack, which only GROW moves. A value in acc or in a C local is lost by a
 * collection; so whatever may collect goes between SAVE (all that is needed is in the stack, vm->sp says how far)
 * and LOWER, and values are read from the stack again afterwards.
 *
 * The low-water mark. While the machine runs, vm->low <= fp - FRAME_SLOTS, and it writes nowhere below. A
 * collection raises the mark: hence LOWER after each one; and after each change of fp to a lower frame. A call only
 * makes fp higher. */
#include <string.h>

#include "opcode.h"
#include "scheme.h"

#define SAVE() (vm->sp = sp)
#define LOWER()                                                                  \
    do {                                                                         \
        if (TN_UNLIKELY_(vm->low > fp - FRAME_SLOTS)) vm->low = fp - FRAME_SLOTS; \
    } while (0)
#define NEXT()                          \
    do {                                \
        word = *pc++;                   \
        goto *labels[word & 0xff];      \
    } while (0)
#define CASE(name) L_##name
#define A (word >> 8)                   /* an index */
#define SIGNED_A ((int32_t)word >> 8)   /* a number */
#define CONSTANT(k) tn_read_value(code, constant[k])
#define FREE_VAR(i) tn_read_value(AS(Closure, fp[-1]), free[i])
#define CODE_OF(closure) AS(Code, tn_read_value(AS(Closure, closure), code))
#define BOTH_FIXNUMS(a, b) ((a) & (b) & 1)
#define RAISE(expression)   \
    do {                    \
        SAVE();             \
        (void)(expression); \
        goto raise;         \
    } while (0)
#define GROW(slots, ok)                                 \
    do {                                                \
        ptrdiff_t offset_ = fp - vm->stack;             \
        SAVE();                                         \
        ok = stack_grow(vm, (slots));                   \
        sp = vm->sp;                                    \
        fp = vm->stack + offset_;                       \
        LOWER(); /* a failure has made a condition */   \
    } while (0)

/* What does not fit the fast paths. The operands are put above the stack, where they are rooted. */
static __attribute__((noinline)) Value slow_number(Vm *vm, Value *sp, Value a, Value b, NumberFn fn);
static __attribute__((noinline)) int slow_compare(Vm *vm, Value *sp, Value a, Value b, const char *who, int accepted);

static Value slow_number(Vm *vm, Value *sp, Value a, Value b, NumberFn fn) {
    sp[0] = a;
    sp[1] = b;
    vm->sp = sp + 2;
    return fn(vm, sp, sp + 1);
}

/* 1 or 0; -1: an error. */
static int slow_compare(Vm *vm, Value *sp, Value a, Value b, const char *who, int accepted) {
    sp[0] = a;
    sp[1] = b;
    vm->sp = sp + 2;
    int order = num_compare(vm, who, sp, sp + 1);
    return order == 0 ? -1 : (order & accepted) != 0;
}

/* The continuation of a call: what a frame that ends at `top` would return to. */
static Continuation *capture(Vm *vm, size_t length, bool escape) {
    Continuation *k = tn_alloc_tail(vm->m, Continuation, tn_value, escape ? 0 : length);
    if (!k) {
        out_of_memory(vm);
        return NULL;
    }
    tn_init_value(k, winders, vm->reg[R_WINDERS]);
    tn_init_value(k, handlers, vm->reg[R_HANDLERS]);
    k->sp = length;
    k->escape = escape;
    k->length = escape ? 0 : length;
    for (size_t i = 0; i < k->length; i++) tn_init_value(k, slot[i], vm->stack[i]);
    return k;
}

/* The arguments from number `first` on become a list in their first slot, which there is room for. */
static bool collect_rest(Vm *vm, Value *first, size_t count) {
    Value *list = first + count; /* vm->sp: one more slot, for the list */
    *list = S_NIL;
    vm->sp = list + 1;
    for (size_t i = count; i-- > 0;) {
        Pair *pair = tn_alloc(vm->m, Pair);
        if (vm->low > first) vm->low = first; /* a collection has raised it, and *list is written next */
        if (!pair) {
            out_of_memory(vm);
            return false;
        }
        tn_init_value(pair, car, first[i]);
        tn_init_value(pair, cdr, *list);
        *list = value_of(pair);
    }
    *first = *list;
    vm->sp = first + 1;
    return true;
}

static Value make_values(Vm *vm, size_t count, const Value *items) {
    Values *values = tn_alloc_tail(vm->m, Values, tn_value, count);
    if (!values) return out_of_memory(vm);
    values->length = count;
    for (size_t i = 0; i < count; i++) tn_init_value(values, item[i], items[i]);
    return value_of(values);
}

/* The first procedure of a case-lambda that takes n arguments, or 0. */
static Value choose_case(const Applicable *a, size_t n) {
    const Vector *closures = AS(Vector, tn_read_value(a, data));
    for (size_t i = 0; i < closures->length; i++) {
        Value closure = tn_read_value(closures, item[i]);
        const Code *code = CODE_OF(closure);
        if (code->rest ? n >= code->required : n == code->required) return closure;
    }
    return 0;
}

static Value fail_name(Vm *vm, const char *message, const Global *cell) {
    return fail(vm, message, tn_read_value(cell, name));
}

/* The name of a procedure, for a message; cut to size. */
static const char *code_name(Vm *vm, const Code *code, char text[64]) {
    TEMP_BUFFER(name);
    Value symbol = tn_read_value(code, name);
    if (symbol != S_FALSE) print_value(vm, &name, symbol, false);
    snprintf(text, 64, "%s", name.length ? name.text : "anonymous procedure");
    return text;
}

Value vm_run(Vm *vm, Value procedure) {
#define AS_LABEL(name) &&L_##name,
    static const void *const labels[] = {OPCODES(AS_LABEL)};
#undef AS_LABEL
    tn_mutator *m = vm->m;
    Value *sp, *fp, acc = S_UNSPECIFIED;
    const uint32_t *pc;
    const Code *code;
    uint32_t word;
    size_t n;           /* arguments of the call in progress */
    bool tail_call;     /* and its kind */
    bool ok;

    vm->stack[0] = value_of(halt_code) | 1;
    vm->stack[1] = fixnum(0);
    vm->stack[2] = procedure;
    vm->low = vm->stack;
    fp = sp = vm->stack + FRAME_SLOTS;
    code = CODE_OF(procedure);
    pc = code->start;
    GROW(code->frame, ok);
    if (!ok) return 0;
    NEXT();

    CASE(HALT):
    vm->sp = vm->low = vm->stack;
    return acc;

    /* ---- values ---- */
    CASE(CONST): acc = CONSTANT(A); NEXT();
    CASE(IMM): acc = (Value)(int64_t)SIGNED_A; NEXT();
    CASE(LOCAL): acc = fp[A]; NEXT();
    CASE(LOCAL_CHECK):
    acc = fp[A];
    if (acc == S_UNDEFINED) RAISE(fail(vm, "a variable is used before its definition", 0));
    NEXT();
    CASE(FREE): acc = FREE_VAR(A); NEXT();
    CASE(BOX_LOCAL):
    acc = tn_read_value(AS(Box, fp[A]), value);
    if (TN_UNLIKELY_(acc == S_UNDEFINED)) RAISE(fail(vm, "a variable is used before its definition", 0));
    NEXT();
    CASE(BOX_FREE):
    acc = tn_read_value(AS(Box, FREE_VAR(A)), value);
    if (TN_UNLIKELY_(acc == S_UNDEFINED)) RAISE(fail(vm, "a variable is used before its definition", 0));
    NEXT();
    CASE(GLOBAL):
    acc = tn_read_value(AS(Global, CONSTANT(A)), value);
    if (TN_UNLIKELY_(acc == S_UNBOUND)) RAISE(fail_name(vm, "unbound variable", AS(Global, CONSTANT(A))));
    NEXT();
    CASE(PUSH): *sp++ = acc; NEXT();
    CASE(PUSH_CONST): *sp++ = CONSTANT(A); NEXT();
    CASE(PUSH_IMM): *sp++ = (Value)(int64_t)SIGNED_A; NEXT();
    CASE(PUSH_LOCAL): *sp++ = fp[A]; NEXT();
    CASE(PUSH_FREE): *sp++ = FREE_VAR(A); NEXT();
    CASE(FRAME): sp[0] = sp[1] = 0; sp += 2; NEXT();
    CASE(FRAME_GLOBAL): sp[0] = sp[1] = 0; sp += 2; /* fall through */
    CASE(PUSH_GLOBAL):
    *sp = tn_read_value(AS(Global, CONSTANT(A)), value);
    if (TN_UNLIKELY_(*sp == S_UNBOUND)) RAISE(fail_name(vm, "unbound variable", AS(Global, CONSTANT(A))));
    sp++;
    NEXT();
    CASE(SET_LOCAL): fp[A] = acc; NEXT();
    CASE(SET_BOX_LOCAL): tn_write_value(m, AS(Box, fp[A]), value, acc); NEXT();
    CASE(SET_BOX_FREE): tn_write_value(m, AS(Box, FREE_VAR(A)), value, acc); NEXT();
    CASE(SET_GLOBAL): {
        Global *cell = AS(Global, CONSTANT(A));
        if (tn_read_value(cell, value) == S_UNBOUND) RAISE(fail_name(vm, "set!: unbound variable", cell));
        tn_write_value(m, cell, value, acc);
        NEXT();
    }
    CASE(DEFINE): {
        Global *cell = AS(Global, CONSTANT(A));
        tn_write_value(m, cell, value, acc);
        NEXT();
    }
    CASE(MAKE_BOX): {
        SAVE();
        Box *box = tn_alloc(m, Box);
        LOWER();
        if (!box) RAISE(out_of_memory(vm));
        tn_init_value(box, value, fp[A]);
        fp[A] = value_of(box);
        NEXT();
    }
    CASE(POP): sp -= A; NEXT();
    CASE(JUMP): pc += SIGNED_A; NEXT();
    CASE(JUMP_FALSE): if (acc == S_FALSE) pc += SIGNED_A; NEXT();
    CASE(JUMP_TRUE): if (acc != S_FALSE) pc += SIGNED_A; NEXT();

    /* ---- closures ---- */
    CASE(CLOSURE): {
        uint32_t count = *pc++;
        SAVE();
        Closure *closure = tn_alloc_tail(m, Closure, tn_value, count);
        LOWER();
        if (!closure) RAISE(out_of_memory(vm));
        tn_init_value(closure, code, CONSTANT(A));
        for (uint32_t i = 0; i < count; i++, pc++)
            tn_init_value(closure, free[i], *pc & 1 ? fp[*pc >> 1] : FREE_VAR(*pc >> 1));
        acc = value_of(closure);
        NEXT();
    }
    CASE(FIX):
    tn_write_value(m, AS(Closure, acc), free[A], fp[pc[0]]);
    pc++;
    NEXT();

    /* ---- calls ---- */
    CASE(CALL): {
        n = A;
        Value f = sp[-(ptrdiff_t)n - 1];
        tail_call = false;
        if (TN_UNLIKELY_(!IS(Closure, f))) goto apply;
        const Code *callee = CODE_OF(f);
        if (TN_UNLIKELY_(callee->required != n || callee->rest || sp + callee->frame > vm->limit)) goto apply;
        Value *args = sp - n;
        args[-3] = value_of(pc) | 1;
        args[-2] = fixnum(args - fp);
        fp = args;
        code = callee;
        pc = code->start;
        if (TN_UNLIKELY_(AO_load(&m->stop))) goto poll;
        NEXT();
    }
    CASE(TAIL_CALL): {
        n = A;
        Value f = sp[-(ptrdiff_t)n - 1];
        tail_call = true;
        if (TN_UNLIKELY_(!IS(Closure, f))) goto apply;
        const Code *callee = CODE_OF(f);
        if (TN_UNLIKELY_(callee->required != n || callee->rest || callee->library || sp + callee->frame > vm->limit))
            goto apply;
        Value *from = sp - n - 1, *to = fp - 1;
        while (from < sp) *to++ = *from++;
        sp = to;
        code = callee;
        pc = code->start;
        if (TN_UNLIKELY_(AO_load(&m->stop))) goto poll;
        NEXT();
    }
    CASE(RETURN):
    do_return: {
        Value address = fp[-3];
        sp = fp - FRAME_SLOTS;
        fp -= fixnum_value(fp[-2]);
        pc = (const uint32_t *)(uintptr_t)(address - 1);
        code = CODE_OF(fp[-1]);
        if (TN_UNLIKELY_(vm->low > fp - FRAME_SLOTS)) vm->low = fp - FRAME_SLOTS;
        NEXT();
    }
    CASE(LOOP): {
        Value *to = fp + A;
        for (const Value *from = sp - *pc; from < sp;) *to++ = *from++;
        sp = to;
        pc += 2 + ((int32_t)pc[1] >> 8);
        if (TN_UNLIKELY_(AO_load(&m->stop))) goto poll;
        NEXT();
    }
    CASE(LOOP_1):
    fp[A] = acc;
    sp = fp + A + 1;
    pc += 1 + ((int32_t)pc[0] >> 8);
    if (TN_UNLIKELY_(AO_load(&m->stop))) goto poll;
    NEXT();
    CASE(PRIM): {
        const PrimitiveDesc *desc = AS(Primitive, CONSTANT(*pc))->desc;
        pc++;
        vm->primitive = desc;
        SAVE();
        acc = desc->fn(vm, (int)A, sp - A);
        LOWER();
        if (TN_UNLIKELY_(!acc)) goto raise;
        sp -= A;
        NEXT();
    }

    /* ---- one operand ---- */
#define PAIR_OR_RAISE(who, v)  if (TN_UNLIKELY_(!IS(Pair, v))) RAISE(fail_type(vm, who, "a pair", v))
    CASE(CAR): PAIR_OR_RAISE("car", acc); acc = car(acc); NEXT();
    CASE(CDR): PAIR_OR_RAISE("cdr", acc); acc = cdr(acc); NEXT();
    CASE(CAAR): PAIR_OR_RAISE("caar", acc); acc = car(acc); PAIR_OR_RAISE("caar", acc); acc = car(acc); NEXT();
    CASE(CADR): PAIR_OR_RAISE("cadr", acc); acc = cdr(acc); PAIR_OR_RAISE("cadr", acc); acc = car(acc); NEXT();
    CASE(CDDR): PAIR_OR_RAISE("cddr", acc); acc = cdr(acc); PAIR_OR_RAISE("cddr", acc); acc = cdr(acc); NEXT();
    CASE(NOT): acc = boolean(acc == S_FALSE); NEXT();
    CASE(NULLP): acc = boolean(acc == S_NIL); NEXT();
    CASE(PAIRP): acc = boolean(IS(Pair, acc)); NEXT();
    CASE(JNULLP): if (acc != S_NIL) pc += SIGNED_A; NEXT();
    CASE(JPAIRP): if (!IS(Pair, acc)) pc += SIGNED_A; NEXT();

    /* ---- two and three operands ---- */
    CASE(CONS): {
        *sp++ = acc;
        SAVE();
        Pair *pair = tn_alloc(m, Pair);
        LOWER();
        if (!pair) RAISE(out_of_memory(vm));
        sp -= 2;
        tn_init_value(pair, car, sp[0]);
        tn_init_value(pair, cdr, sp[1]);
        acc = value_of(pair);
        NEXT();
    }
    CASE(SET_CAR): {
        Value pair = *--sp;
        PAIR_OR_RAISE("set-car!", pair);
        tn_write_value(m, AS(Pair, pair), car, acc);
        acc = S_UNSPECIFIED;
        NEXT();
    }
    CASE(SET_CDR): {
        Value pair = *--sp;
        PAIR_OR_RAISE("set-cdr!", pair);
        tn_write_value(m, AS(Pair, pair), cdr, acc);
        acc = S_UNSPECIFIED;
        NEXT();
    }
    CASE(VECTOR_REF): {
        Value v = *--sp;
        if (TN_UNLIKELY_(!IS(Vector, v))) RAISE(fail_type(vm, "vector-ref", "a vector", v));
        if (TN_UNLIKELY_(!is_fixnum(acc) || (uint64_t)fixnum_value(acc) >= AS(Vector, v)->length))
            RAISE(fail_index(vm, "vector-ref", acc));
        acc = tn_read_value(AS(Vector, v), item[fixnum_value(acc)]);
        NEXT();
    }
    CASE(VECTOR_SET): {
        sp -= 2;
        Value v = sp[0], index = sp[1];
        if (TN_UNLIKELY_(!IS(Vector, v))) RAISE(fail_type(vm, "vector-set!", "a vector", v));
        if (TN_UNLIKELY_(!is_fixnum(index) || (uint64_t)fixnum_value(index) >= AS(Vector, v)->length))
            RAISE(fail_index(vm, "vector-set!", index));
        tn_write_value(m, AS(Vector, v), item[fixnum_value(index)], acc);
        acc = S_UNSPECIFIED;
        NEXT();
    }
    CASE(STRING_REF): {
        Value s = *--sp;
        if (TN_UNLIKELY_(!IS(String, s))) RAISE(fail_type(vm, "string-ref", "a string", s));
        if (TN_UNLIKELY_(!is_fixnum(acc) || (uint64_t)fixnum_value(acc) >= AS(String, s)->length))
            RAISE(fail_index(vm, "string-ref", acc));
        acc = character(AS(String, s)->ch[fixnum_value(acc)]);
        NEXT();
    }

#define SLOW(a, b, fn)                              \
    do {                                            \
        acc = slow_number(vm, sp, a, b, fn);        \
        LOWER();                                    \
        if (TN_UNLIKELY_(!acc)) goto raise;          \
    } while (0)
#define BOTH_FLONUMS(a, b) (is_flonum_immediate(a) && is_flonum_immediate(b))
#define FLOAT(a, b, operation)                                                                       \
    if (BOTH_FLONUMS(a, b)) {                                                                        \
        Value flonum_ = flonum_immediate(flonum_from_immediate(a) operation flonum_from_immediate(b)); \
        if (TN_LIKELY_(flonum_)) {                                                                    \
            acc = flonum_;                                                                           \
            NEXT();                                                                                  \
        }                                                                                            \
    }
    /* x + (y - 1) and x - (y - 1) are right for tagged words, and overflow when the numbers do */
#define ARITHMETIC(a, b, overflow, operation, fn)                                                       \
    do {                                                                                                \
        Value a_ = (a), b_ = (b);                                                                       \
        int64_t r_;                                                                                     \
        if (TN_LIKELY_(BOTH_FIXNUMS(a_, b_)) && !overflow((int64_t)a_, (int64_t)(b_ - 1), &r_)) {        \
            acc = (Value)r_;                                                                            \
            NEXT();                                                                                     \
        }                                                                                               \
        FLOAT(a_, b_, operation)                                                                        \
        SLOW(a_, b_, fn);                                                                               \
        NEXT();                                                                                         \
    } while (0)
    CASE(ADD): sp--; ARITHMETIC(*sp, acc, __builtin_add_overflow, +, num_add);
    CASE(ADD_L): ARITHMETIC(acc, fp[A], __builtin_add_overflow, +, num_add);
    CASE(ADD_I): ARITHMETIC(acc, fixnum(SIGNED_A), __builtin_add_overflow, +, num_add);
    CASE(SUB): sp--; ARITHMETIC(*sp, acc, __builtin_sub_overflow, -, num_sub);
    CASE(SUB_L): ARITHMETIC(acc, fp[A], __builtin_sub_overflow, -, num_sub);
    CASE(SUB_I): ARITHMETIC(acc, fixnum(SIGNED_A), __builtin_sub_overflow, -, num_sub);
    CASE(MUL): {
        Value a = *--sp, b = acc;
        int64_t r;
        if (BOTH_FIXNUMS(a, b) && !__builtin_mul_overflow((int64_t)(a - 1), fixnum_value(b), &r)) {
            acc = (Value)r + 1;
            NEXT();
        }
        FLOAT(a, b, *)
        SLOW(a, b, num_mul);
        NEXT();
    }
    CASE(DIV): {
        Value a = *--sp, b = acc;
        FLOAT(a, b, /)
        SLOW(a, b, num_div);
        NEXT();
    }
    CASE(QUOTIENT): {
        Value a = *--sp, b = acc;
        if (BOTH_FIXNUMS(a, b) && fixnum_value(b) > 0) acc = fixnum(fixnum_value(a) / fixnum_value(b));
        else SLOW(a, b, num_quotient);
        NEXT();
    }
    CASE(REMAINDER): {
        Value a = *--sp, b = acc;
        if (BOTH_FIXNUMS(a, b) && fixnum_value(b) > 0) acc = fixnum(fixnum_value(a) % fixnum_value(b));
        else SLOW(a, b, num_remainder);
        NEXT();
    }

#define VALUE_OF_TEST() acc = boolean(ok); NEXT()
#define JUMP_OF_TEST() pc += ok ? 1 : 1 + ((int32_t)*pc >> 8); NEXT()
#define COMPARE(a, b, operator, who, accepted)                                       \
    do {                                                                             \
        Value a_ = (a), b_ = (b);                                                    \
        if (TN_LIKELY_(BOTH_FIXNUMS(a_, b_))) {                                       \
            ok = (int64_t)a_ operator (int64_t)b_;                                   \
        } else if (BOTH_FLONUMS(a_, b_)) {                                           \
            ok = flonum_from_immediate(a_) operator flonum_from_immediate(b_);       \
        } else {                                                                     \
            int result_ = slow_compare(vm, sp, a_, b_, who, accepted);               \
            LOWER();                                                                 \
            if (TN_UNLIKELY_(result_ < 0)) goto raise;                                \
            ok = result_;                                                            \
        }                                                                            \
    } while (0)
#define COMPARISONS(name, operator, who, accepted)                                                           \
    CASE(name): sp--; COMPARE(*sp, acc, operator, who, accepted); VALUE_OF_TEST();                           \
    CASE(name##_L): COMPARE(acc, fp[A], operator, who, accepted); VALUE_OF_TEST();                           \
    CASE(name##_I): COMPARE(acc, fixnum(SIGNED_A), operator, who, accepted); VALUE_OF_TEST();                \
    CASE(J##name): sp--; COMPARE(*sp, acc, operator, who, accepted); JUMP_OF_TEST();                         \
    CASE(J##name##_L): COMPARE(acc, fp[A], operator, who, accepted); JUMP_OF_TEST();                         \
    CASE(J##name##_I): COMPARE(acc, fixnum(SIGNED_A), operator, who, accepted); JUMP_OF_TEST();
    COMPARISONS(LT, <, "<", LESS)
    COMPARISONS(GT, >, ">", GREATER)
    COMPARISONS(LE, <=, "<=", LESS | EQUAL)
    COMPARISONS(GE, >=, ">=", GREATER | EQUAL)
    COMPARISONS(NUMEQ, ==, "=", EQUAL)
    CASE(EQ): ok = *--sp == acc; VALUE_OF_TEST();
    CASE(EQ_L): ok = acc == fp[A]; VALUE_OF_TEST();
    CASE(EQ_I): ok = acc == fixnum(SIGNED_A); VALUE_OF_TEST();
    CASE(JEQ): ok = *--sp == acc; JUMP_OF_TEST();
    CASE(JEQ_L): ok = acc == fp[A]; JUMP_OF_TEST();
    CASE(JEQ_I): ok = acc == fixnum(SIGNED_A); JUMP_OF_TEST();

poll: /* somebody has asked for a safepoint; nothing is held in C */
    SAVE();
    tn_poll(m);
    LOWER();
    if (tn_interrupted(m)) RAISE(fail_interrupted(vm));
    NEXT();

    /* ---- calls of every kind: sp[-n - 1] is applied to the n values above it. An ordinary call has two free slots
     * below; a tail call has not, and leaves them to be made if it is none after all. ---- */
apply: {
    Value f = sp[-(ptrdiff_t)n - 1];
    if (!is_reference(f)) RAISE(fail(vm, "not a procedure", f));
    switch (type_of(f)) {
    case Closure_type: break;
    case Primitive_type: goto apply_primitive;
    case Continuation_type: goto apply_continuation;
    case Applicable_type: goto apply_applicable;
    default: RAISE(fail(vm, "not a procedure", f));
    }
    const Code *callee = CODE_OF(f);
    if (n < callee->required || (n > callee->required && !callee->rest)) {
        char name[64];
        int64_t max = callee->rest ? -1 : (int64_t)callee->required;
        RAISE(fail_arity(vm, code_name(vm, callee, name), callee->required, max, (int64_t)n));
    }
    if (callee->rest) {
        SAVE();
        ok = collect_rest(vm, sp - (n - callee->required), n - callee->required);
        LOWER();
        if (!ok) goto raise;
        sp = vm->sp;
        n = callee->required + 1;
    }
    GROW(callee->frame + 2, ok);
    if (!ok) goto raise; /* the stack may have moved, but f is not used any more, and code does not move */
    Value *start = sp - n - 1;
    if (tail_call && callee->library && !callee->ends_in_call && !code->library) {
        /* A procedure of the prelude is called, not jumped to, so that its errors can name the line of this call. */
        memmove(start + 2, start, (n + 1) * sizeof *start);
        sp += 2;
        tail_call = false;
    }
    if (tail_call) {
        memmove(fp - 1, start, (n + 1) * sizeof *start);
        sp = fp + n;
    } else {
        Value *args = sp - n;
        args[-3] = value_of(pc) | 1;
        args[-2] = fixnum(args - fp);
        fp = args;
    }
    code = callee;
    pc = code->start;
    NEXT();
}

apply_primitive: {
    const PrimitiveDesc *desc = AS(Primitive, sp[-(ptrdiff_t)n - 1])->desc;
    if ((int64_t)n < desc->min || (desc->max >= 0 && (int64_t)n > desc->max))
        RAISE(fail_arity(vm, desc->name, desc->min, desc->max, (int64_t)n));
    vm->primitive = desc;
    switch (desc->special) {
    case SPECIAL_NONE: break;
    case SPECIAL_APPLY: goto apply_apply;
    case SPECIAL_APPLY_VALUES: goto apply_values;
    case SPECIAL_CALLCC: case SPECIAL_ESCAPE: goto apply_callcc;
    case SPECIAL_THROW: acc = sp[-1]; sp[-1] = sp[-2]; goto throw; /* (%throw k value) */
    case SPECIAL_EVAL: goto apply_eval;
    }
    SAVE();
    acc = desc->fn(vm, (int)n, sp - n);
    LOWER();
    if (TN_UNLIKELY_(!acc)) goto raise;
    if (tail_call) goto do_return;
    sp -= n + FRAME_SLOTS;
    NEXT();
}

apply_applicable: { /* record.c; the accessors of records and the choice of case-lambda are done here */
    const Applicable *a = AS(Applicable, sp[-(ptrdiff_t)n - 1]);
    if (a->kind == A_CASES) {
        Value chosen = choose_case(a, n);
        if (!chosen) RAISE(fail(vm, "case-lambda: no clause takes so many arguments", fixnum((int64_t)n)));
        sp[-(ptrdiff_t)n - 1] = chosen;
        goto apply;
    }
    if (a->kind == A_RECORD_GET && n == 1 && IS(Record, sp[-1]) &&
        tn_read_value(AS(Record, sp[-1]), item[0]) == tn_read_value(a, data)) {
        acc = tn_read_value(AS(Record, sp[-1]), item[a->index]);
    } else {
        SAVE();
        acc = applicable_call(vm, (int)n, sp - n);
        LOWER();
        if (TN_UNLIKELY_(!acc)) goto raise;
    }
    if (tail_call) goto do_return;
    sp -= n + FRAME_SLOTS;
    NEXT();
}

apply_apply: { /* (apply f x ... list): the same call with everything spread out */
    Value list = sp[-1];
    int64_t length = list_length(list);
    if (length < 0) RAISE(fail_type(vm, "apply", "a list", list));
    memmove(sp - n - 1, sp - n, (n - 1) * sizeof *sp);
    sp -= 2;
    sp[0] = list;
    sp++; /* rooted there while the stack grows */
    GROW((size_t)length, ok);
    if (!ok) goto raise;
    list = *--sp;
    for (; list != S_NIL; list = cdr(list)) *sp++ = car(list);
    n = n - 2 + (size_t)length;
    goto apply;
}

apply_values: { /* (%apply-values f values) */
    Value values = sp[-1];
    sp[-3] = sp[-2];
    sp[-2] = values;
    sp--;
    n = 1;
    if (IS(Values, values)) {
        n = AS(Values, values)->length;
        GROW(n, ok);
        if (!ok) goto raise;
        sp--;
        values = *sp;
        for (size_t i = 0; i < n; i++) *sp++ = tn_read_value(AS(Values, values), item[i]);
    }
    goto apply;
}

apply_callcc: { /* (call/cc f), (%call/ec f): f applied to what this call would return to */
    const Value *top = tail_call ? fp - FRAME_SLOTS : sp - FRAME_SLOTS - 1;
    Value address = tail_call ? fp[-3] : value_of(pc) | 1;
    const Value *caller = tail_call ? fp - fixnum_value(fp[-2]) : fp;
    SAVE();
    Continuation *k = capture(vm, (size_t)(top - vm->stack), vm->primitive->special == SPECIAL_ESCAPE);
    LOWER();
    if (!k) goto raise;
    tn_init_value(k, pc, address); /* tn-rootcheck-ok: an address in instructions, which never move */
    k->fp = (size_t)(caller - vm->stack);
    sp[-2] = sp[-1];
    sp[-1] = value_of(k);
    goto apply;
}

apply_eval: { /* (eval form [environment]) */
    static const Value no_positions = S_FALSE;
    const Value *place = n > 1 ? sp - 1 : &vm->reg[R_USER];
    if (!IS(Environment, *place)) RAISE(fail_type(vm, "eval", "an environment", *place));
    SAVE();
    acc = compile(vm, sp - n, place, &no_positions);
    LOWER();
    if (!acc) goto raise;
    sp -= n;
    sp[-1] = acc;
    n = 0;
    goto apply;
}

apply_continuation: {
    if (TN_UNLIKELY_(AO_load(&m->stop))) { /* this may be the only call of a loop; all that is held is on the stack */
        SAVE();
        tn_poll(m);
        LOWER();
        if (interrupt_pending()) RAISE(fail_interrupted(vm));
    }
    acc = n == 1 ? sp[-1] : 0;
    if (n != 1) {
        SAVE();
        acc = make_values(vm, n, sp - n);
        LOWER();
        if (!acc) goto raise;
    }
    sp -= n; /* sp[-1] is the continuation */
    if (tn_read_value(AS(Continuation, sp[-1]), winders) == vm->reg[R_WINDERS]) goto throw;
    sp[0] = sp[-1]; /* (%rewind k value) leaves and enters dynamic-winds, then throws */
    sp[-1] = vm->reg[R_REWIND];
    sp[1] = acc;
    sp += 2;
    n = 2;
    goto apply;
}

throw: { /* to the continuation in sp[-1], with acc */
    const Continuation *k = AS(Continuation, sp[-1]);
    vm->reg[R_HANDLERS] = tn_read_value(k, handlers);
    if (!k->escape) {
        size_t used = (size_t)(sp - vm->stack);
        if (k->sp > used) {
            GROW(k->sp - used, ok); /* does not collect, unless it fails */
            if (!ok) goto raise;
        }
        for (size_t i = 0; i < k->length; i++) vm->stack[i] = tn_read_value(k, slot[i]);
        vm->low = vm->stack;
    }
    sp = vm->stack + k->sp;
    stack_overflow_over(vm);
    if (k->sp == 0) goto CASE(HALT); /* what the bottom frame returns to */
    fp = vm->stack + k->fp;
    pc = (const uint32_t *)(uintptr_t)(tn_read_value(k, pc) - 1);
    code = CODE_OF(fp[-1]);
    LOWER();
    if (sp + code->frame > vm->limit) {
        sp[0] = acc;
        sp++;
        GROW(code->frame, ok);
        acc = *--sp;
        if (!ok) goto raise;
    }
    NEXT();
}

raise: /* R_PENDING is raised by the instruction before pc: a call of %raise, if there is a handler */
    sp = vm->sp;
    LOWER();
    if (vm->exit_code >= 0) return 0;
    if (!vm->raised_again) note_line(vm, code, pc, fp);
    vm->raised_again = false;
    if (vm->reg[R_HANDLERS] == S_NIL) return 0;
    sp[0] = sp[1] = 0;
    sp[2] = vm->reg[R_RAISE];
    sp[3] = vm->reg[R_PENDING];
    sp += 4;
    vm->reg[R_PENDING] = S_FALSE;
    n = 1;
    tail_call = false;
    goto apply;
}
