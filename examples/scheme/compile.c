/* compile.c: the compiler's entrance, its memory, and the first of two walks over the tree that expand.c has made:
 * it finds out which function owns each variable, which variables closures capture, and which must live in a box.
 * The second walk is codegen.c. compile() is called by main.c, by the prelude's loader and by (eval). */
#include <string.h>

#include "ast.h"

/* ---- units ---- */

struct Chunk {
    struct Chunk *next;
    size_t used, size;
    _Alignas(16) char bytes[];
};

_Noreturn void unit_fail(Unit *u) {
    longjmp(u->failed, 1);
}

_Noreturn void syntax_error(Unit *u, const char *message, Value form) {
    Value line = form && IS(Pair, form) ? table_get(u->vm, *u->positions, form, 0) : 0;
    if (line) u->line = fixnum_value(line);
    if (form) {
        TN_SCOPE(u->vm->m);
        form = strip(u, TN_HANDLE_VALUE(u->vm->m, form));
    }
    fail_at(u->vm, C_SYNTAX, u->line, form, message);
    unit_fail(u);
}

_Noreturn void unit_no_memory(Unit *u) {
    out_of_memory(u->vm);
    unit_fail(u);
}

void *unit_alloc(Unit *u, size_t size) {
    size = (size + 15) & ~(size_t)15;
    struct Chunk *c = u->chunks;
    if (!c || c->size - c->used < size) {
        size_t room = size > 8192 ? size : 8192;
        c = calloc(1, sizeof *c + room);
        if (!c) unit_no_memory(u);
        c->size = room;
        c->next = u->chunks;
        u->chunks = c;
    }
    void *p = c->bytes + c->used;
    c->used += size;
    return p;
}

void *unit_more(Unit *u, const void *at, size_t n, size_t room, size_t element) {
    void *more = unit_alloc(u, room * element);
    if (n) memcpy(more, at, n * element);
    return more;
}

uint32_t unit_keep(Unit *u, Value v) {
    size_t n = (size_t)(u->pool_top - u->pool);
    if (n == u->pool_room) {
        Value *more = grown(u->pool, &u->pool_room, sizeof *more);
        if (!more || n > UINT32_MAX / 2) unit_no_memory(u);
        u->pool = more;
        u->pool_top = more + n;
    }
    *u->pool_top++ = v;
    return (uint32_t)n;
}

/* ---- the first walk ---- */

static void analyse(Unit *u, Function *f, Node *node);

static void analyse_all(Unit *u, Function *f, Node **list, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) analyse(u, f, list[i]);
}

static void own(Function *f, Var **vars, uint32_t count, bool ready) {
    for (uint32_t i = 0; i < count; i++)
        if (vars[i]) vars[i]->owner = f, vars[i]->ready = ready;
}

/* Adds a variable to the free variables of f, and of the functions between f and its owner. */
static void capture(Unit *u, Function *f, Var *var) {
    for (; f != var->owner; f = f->outer) {
        for (uint32_t i = 0; i < f->free_count; i++)
            if (f->free[i] == var) return;
        if (f->free_count == f->free_room) {
            f->free_room = f->free_room ? f->free_room * 2 : 4;
            f->free = unit_more(u, f->free, f->free_count, f->free_room, sizeof *f->free);
        }
        f->free[f->free_count++] = var;
    }
}

static void analyse_use(Unit *u, Function *f, Var *var) {
    if (var->owner == f) {
        if (!var->ready) var->checked = true;
    } else {
        if (!var->ready) var->early = true;
        capture(u, f, var);
    }
}

static void analyse_body(Unit *u, Function *f, Node *node) {
    own(f, node->vars, node->count, false);
    for (uint32_t i = 0; i < node->count;) {
        uint32_t end = i;
        while (is_fixed(node, end)) node->vars[end++]->ready = true;
        if (end > i) {
            for (; i < end; i++) analyse(u, f, node->list[i]);
        } else {
            analyse(u, f, node->list[i]);
            if (node->vars[i]) node->vars[i]->ready = true;
            i++;
        }
    }
    analyse(u, f, node->a);
}

static void analyse_lambda(Unit *u, Function *f, Function *inner) {
    inner->outer = f;
    own(inner, inner->params, inner->count, true);
    analyse(u, inner, inner->body);
}

static void analyse(Unit *u, Function *f, Node *node) {
    u->line = node->line;
    if (++u->depth > TREE_DEPTH_MAX) syntax_error(u, "expressions nested too deeply", 0);
    switch (node->kind) {
    case N_CONST: case N_GLOBAL:
        break;
    case N_LOCAL:
        analyse_use(u, f, node->var);
        break;
    case N_SET:
        analyse_use(u, f, node->var);
        analyse(u, f, node->a);
        break;
    case N_SET_GLOBAL: case N_DEFINE:
        analyse(u, f, node->a);
        break;
    case N_IF:
        analyse(u, f, node->a);
        analyse(u, f, node->b);
        analyse(u, f, node->c);
        break;
    case N_LAMBDA:
        analyse_lambda(u, f, node->function);
        break;
    case N_CALL:
        analyse(u, f, node->a);
        analyse_all(u, f, node->list, node->count);
        break;
    case N_SEQ: case N_AND: case N_OR: case N_NEXT:
        analyse_all(u, f, node->list, node->count);
        break;
    case N_LET: case N_LOOP:
        analyse_all(u, f, node->list, node->count);
        own(f, node->vars, node->count, true);
        analyse(u, f, node->a);
        break;
    case N_BODY:
        analyse_body(u, f, node);
        break;
    }
    u->depth--;
}

/* ---- the entrance ---- */

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
    tn_range_desc pool = {.base = &unit.pool, .top = &unit.pool_top, .values = 1};
    unit.range = tn_range_create(vm->m, &pool);
    if (!unit.range) return out_of_memory(vm);
    Value closure = compile_unit(&unit, form, libraries);
    vm->reg[R_FILE] = *file; /* an error in an included file has left it */
    tn_range_destroy(vm->m, unit.range);
    free(unit.pool);
    while (unit.chunks) {
        struct Chunk *next = unit.chunks->next;
        free(unit.chunks);
        unit.chunks = next;
    }
    return closure;
}

Value compile(Vm *vm, const Value *form, const Value *environment, const Value *positions) {
    return compile_all(vm, form, NULL, environment, positions);
}

Value expand_forms_define(Vm *vm) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, name);
    TN_LOCAL_VALUE(vm->m, cell);
    for (size_t i = 0; i < forms_count; i++) {
        if (!(*name = intern_c(vm, forms[i].name))) return 0;
        if (!(*cell = environment_cell(vm, &vm->reg[R_SYSTEM], name))) return 0;
        Syntax *syntax = tn_alloc(vm->m, Syntax);
        if (!syntax) return out_of_memory(vm);
        syntax->form = i;
        tn_write_value(vm->m, AS(Global, *cell), value, value_of(syntax));
    }
    return S_UNSPECIFIED;
}
