/* stack.c: owns the VM's stack and the opening and closing of the machine. The stack is one malloc'd array that the
 * collector knows as a range with a low-water mark: a minor collection visits only what lies above it.
 *
 * Invariants: below vm->sp every slot holds a value (or 0), so the collector may read all of them; vm->low is at or
 * below every slot that has been written since the last collection, which raises it to vm->sp. */
#include <string.h>

#include "scheme.h"

enum { STACK_FIRST = 4096, STACK_EXTRA = 65536 };

/* Where the bottom frame returns to: OP_HALT. */
const uint32_t halt_code[1] = {0};

/* What may be used: the stack stays larger after an overflow than a program may have it. */
static size_t allowed(const Vm *vm) {
    size_t max = vm->max + (vm->overflowed ? STACK_EXTRA : 0);
    return vm->capacity < max ? vm->capacity : max;
}

static bool resize(Vm *vm, size_t capacity) {
    ptrdiff_t sp = vm->sp - vm->stack, low = vm->low - vm->stack;
    Value *stack = realloc(vm->stack, capacity * sizeof *stack);
    if (!stack) return false;
    vm->stack = stack; /* and with it all that points into it: nothing collects here */
    vm->sp = stack + sp;
    vm->low = stack + low;
    vm->capacity = capacity;
    vm->limit = stack + allowed(vm) - STACK_MARGIN;
    return true;
}

/* A handler of the overflow gets STACK_EXTRA slots more; if it needs even more than that, nobody can handle it. */
bool stack_grow(Vm *vm, size_t slots) {
    size_t used = (size_t)(vm->sp - vm->stack), wanted = used + slots + STACK_MARGIN;
    if (wanted <= allowed(vm)) return true;
    size_t max = vm->max + (vm->overflowed ? STACK_EXTRA : 0);
    if (wanted > max) {
        fail_at(vm, C_STACK, 0, 0, "stack too deep");
        if (vm->overflowed) vm->reg[R_HANDLERS] = S_NIL;
        vm->overflowed = true;
        return false;
    }
    size_t capacity = vm->capacity;
    while (capacity < wanted) capacity *= 2;
    if (capacity > max) capacity = max;
    if (resize(vm, capacity < vm->capacity ? vm->capacity : capacity)) return true;
    out_of_memory(vm);
    return false;
}

/* A throw has cut the stack: the next overflow is a new one. */
void stack_overflow_over(Vm *vm) {
    vm->overflowed = false;
    vm->limit = vm->stack + allowed(vm) - STACK_MARGIN;
}

/* Between programs: gives back what a deep recursion has taken. */
void stack_shrink(Vm *vm) {
    vm->sp = vm->low = vm->stack;
    stack_overflow_over(vm);
    if (vm->capacity > 16 * STACK_FIRST) resize(vm, STACK_FIRST);
}

/* The line of the instruction before `pc`: the last entry that begins at or before it. */
static int64_t code_line(const Code *code, const uint32_t *pc) {
    const Words *lines = AS(Words, tn_read_value(code, lines));
    size_t low = 0, high = lines->length / 2;
    uint32_t at = pc == code->start ? 0 : (uint32_t)(pc - 1 - code->start); /* 0: interrupted before it began */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (lines->word[2 * middle] <= at) low = middle;
        else high = middle;
    }
    return lines->length ? lines->word[2 * low + 1] : 0;
}

/* Stores where something has been raised: the innermost place that is not the prelude's. */
void note_line(Vm *vm, const Code *code, const uint32_t *pc, const Value *fp) {
    while (code->library && fp[-2] != fixnum(0)) {
        pc = (const uint32_t *)(uintptr_t)(fp[-3] - 1);
        fp -= fixnum_value(fp[-2]);
        code = AS(Code, tn_read_value(AS(Closure, fp[-1]), code));
    }
    Value raised = vm->reg[R_PENDING], file = tn_read_value(code, file);
    int64_t line = code_line(code, pc);
    if (!IS(Condition, raised)) {
        vm->raised_line = line;
        vm->reg[R_RAISED_FILE] = file;
        return;
    }
    Condition *condition = AS(Condition, raised);
    if (condition->line && raised != vm->reg[R_OUT_OF_MEMORY]) return; /* raised before */
    condition->line = line;
    tn_write_value(vm->m, condition, file, file);
}

/* ---- opening and closing ---- */

static bool open_registers(Vm *vm) {
    static const struct { int reg; const char *name; } names[] = {
        {R_QUOTE, "quote"}, {R_QUASIQUOTE, "quasiquote"}, {R_UNQUOTE, "unquote"},
        {R_UNQUOTE_SPLICING, "unquote-splicing"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!(vm->reg[names[i].reg] = intern_c(vm, names[i].name))) return false;
    if (!(vm->reg[R_FILE] = string_from_utf8(vm, "prelude", 7))) return false;

    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, text);
    Value *nil = TN_HANDLE_VALUE(vm->m, S_NIL), *none = TN_HANDLE_VALUE(vm->m, S_FALSE);
    if (!(*text = string_from_utf8(vm, "out of memory", 13))) return false;
    return (vm->reg[R_OUT_OF_MEMORY] = make_condition(vm, C_MEMORY, text, nil)) &&
           (vm->reg[R_SYSTEM] = environment_new(vm, none)) &&
           (vm->reg[R_USER] = environment_new(vm, &vm->reg[R_SYSTEM])) &&
           (vm->reg[R_LIBRARIES] = table_new(vm, TABLE_EQUAL)) &&
           (vm->reg[R_STDOUT] = port_new(vm, stdout, NULL, NULL)) &&
           (vm->reg[R_STDERR] = port_new(vm, stderr, NULL, NULL));
}

static Value system_value(Vm *vm, const char *name) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, symbol);
    if (!(*symbol = intern_c(vm, name))) return 0;
    Value cell = environment_cell(vm, &vm->reg[R_SYSTEM], symbol);
    return cell ? tn_read_value(AS(Global, cell), value) : 0;
}

/* Compiles and runs the prelude's definitions. */
static bool load_prelude(Vm *vm) {
    static const Value no_positions = S_FALSE;
    for (const char *const *text = prelude_text; *text; text++) {
        TN_SCOPE(vm->m);
        TN_LOCAL_VALUE(vm->m, form);
        Reader *reader = reader_text(*text, strlen(*text));
        if (!reader) return out_of_memory(vm);
        *form = read_datum(vm, reader, &no_positions);
        reader_close(reader);
        if (!*form) return false;
        Value procedure = compile(vm, form, &vm->reg[R_SYSTEM], &no_positions);
        if (!procedure || !vm_run(vm, procedure)) return false;
    }
    return (vm->reg[R_RAISE] = system_value(vm, "%raise")) && (vm->reg[R_REWIND] = system_value(vm, "%rewind"));
}

bool vm_open(Vm *vm, tn_mutator *m, size_t max_slots) {
    *vm = (Vm){.m = m, .heap = m->heap, .max = max_slots < STACK_FIRST ? STACK_FIRST : max_slots, .exit_code = -1};
    for (int i = 0; i < R_COUNT; i++) vm->reg[i] = i == R_HANDLERS || i == R_WINDERS ? S_NIL : S_FALSE;
    vm->reg_base = vm->reg;
    vm->reg_top = vm->reg + R_COUNT;
    if (!types_add(vm->heap) || !resize(vm, STACK_FIRST)) return false;
    tn_range_desc stack = {.base = &vm->stack, .top = &vm->sp, .low = &vm->low, .values = 1};
    tn_range_desc registers = {.base = &vm->reg_base, .top = &vm->reg_top, .values = 1};
    vm->stack_range = tn_range_create(m, &stack);
    vm->reg_range = tn_range_create(m, &registers);
    if (!vm->stack_range || !vm->reg_range) return false;
    vm->booting = true;
    interrupt_open(vm);
    if (!symbols_open(vm) || !open_registers(vm) || !expand_forms_define(vm) || !builtins_define(vm) ||
        !load_prelude(vm))
        return false;
    vm->booting = false;
    return true;
}

void vm_close(Vm *vm) {
    interrupt_close();
    symbols_close(vm);
    if (vm->stack_range) tn_range_destroy(vm->m, vm->stack_range);
    if (vm->reg_range) tn_range_destroy(vm->m, vm->reg_range);
    free(vm->stack);
}
