/* start/start.c: opens and closes a machine: its types, stack and registers, the symbols, the special forms, the
 * procedures in C, and the prelude. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "tables/environment.h"
#include "tables/symbol.h"
#include "tables/table.h"
#include "io/interrupt.h"
#include "io/port.h"
#include "reader/reader.h"
#include "syntax/expand.h"
#include "compiler/compile.h"
#include "vm/vm.h"
#include "builtins/builtins.h"
#include "start/start.h"

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
    *vm = (Vm){.m = m, .heap = m->heap, .exit_code = -1};
    for (int i = 0; i < R_COUNT; i++) vm->reg[i] = i == R_HANDLERS || i == R_WINDERS ? S_NIL : S_FALSE;
    if (!types_add(vm->heap) || !stack_open(vm, max_slots)) return false;
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
    stack_close(vm);
}
