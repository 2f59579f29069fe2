/* compiler/compile.c: the compiler's entrance. It expands the datum into a tree of nodes (syntax/), and walks over
 * the tree twice: analyse.c, codegen.c. */
#include "base/error.h"
#include "tables/table.h"
#include "syntax/expand.h"
#include "compiler/compile.h"
#include "compiler/walk.h"

/* The body of a library: starts the libraries that it uses, then evaluates its forms. */
static Node *expand_library(Unit *u, const Value *forms_list, const Value *libraries) {
    TN_SCOPE(u->vm->m);
    Value *rest = TN_HANDLE_VALUE(u->vm->m, *libraries);
    uint32_t starts = (uint32_t)list_length(*libraries), n = starts + (uint32_t)list_length(*forms_list), i = 0;
    Node *sequence = new_node(u, N_SEQ, n + 1);
    for (; i < starts; i++, *rest = cdr(*rest))
        sequence->list[i] = call_system(u, "%start-library", const_node(u, car(*rest)), NULL);
    for (*rest = *forms_list; i < n; i++, *rest = cdr(*rest)) sequence->list[i] = expand_nth(u, NULL, rest, 0);
    sequence->list[n] = const_node(u, S_UNSPECIFIED);
    return sequence;
}

/* Everything that may fail with a longjmp is below here; the unit is the caller's, so it survives that. */
static Value compile_unit(Unit *u, const Value *form, const Value *libraries) {
    tn_checkpoint mark = tn_save(u->vm->m);
    if (setjmp(u->failed)) {
        tn_restore(u->vm->m, mark);
        if (u->vm->reg[R_PENDING] == u->vm->reg[R_OUT_OF_MEMORY])
            AS(Condition, u->vm->reg[R_PENDING])->line = u->line;
        return 0;
    }
    unit_keep(u, S_FALSE); /* number 0 */
    Function *f = new_function(u, 0);
    f->body = libraries ? expand_library(u, form, libraries) : expand_toplevel(u, form);
    u->depth = 0;
    analyse(u, f, f->body);
    u->depth = 0;
    uint32_t code = unit_keep(u, gen_function(u, f));
    Closure *closure = tn_alloc_tail(u->vm->m, Closure, tn_value, 0);
    if (!closure) unit_no_memory(u);
    tn_init_value(closure, code, u->pool[code]);
    return value_of(closure);
}

Value compile_all(Vm *vm, const Value *form, const Value *libraries, const Value *environment, const Value *positions) {
    TN_SCOPE(vm->m);
    Value *table = TN_HANDLE_VALUE(vm->m, *positions), *file = TN_HANDLE_VALUE(vm->m, vm->reg[R_FILE]);
    if (*table == S_FALSE && !(*table = table_new(vm, TABLE_EQ))) return 0;
    Unit unit = {.vm = vm, .environment = environment, .positions = table};
    if (!unit_open(&unit)) return out_of_memory(vm);
    Value closure = compile_unit(&unit, form, libraries);
    vm->reg[R_FILE] = *file; /* an error in an included file has left it */
    unit_close(&unit);
    return closure;
}

Value compile(Vm *vm, const Value *form, const Value *environment, const Value *positions) {
    return compile_all(vm, form, NULL, environment, positions);
}
