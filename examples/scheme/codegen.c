/* codegen.c: the second walk over the tree: emits instructions (opcode.h). Called by compile.c.
 *
 * Boxes: a variable that is assigned lives in a box, captured or not, for a continuation that is entered again must
 * see the assignment, while its copy of the stack does not. All other variables are copied into closures.
 * Procedures that refer to each other are made first and get each other afterwards (FIX), so they need no box. */
#include <string.h>

#include "ast.h"
#include "opcode.h"

enum { OPERAND_MAX = (1 << 23) - 1 };

typedef struct Array {
    uint32_t *at;
    uint32_t n, room;
} Array;

typedef struct Gen {
    Unit *u;
    const Function *f;
    Array code, constants, lines; /* constants: numbers of the pool; lines: pairs of a place and its line */
    uint32_t depth, deepest;      /* slots above fp */
    int64_t line;
} Gen;

static void array_add(Unit *u, Array *a, uint32_t word) {
    if (a->n == a->room) {
        a->room = a->room ? a->room * 2 : 32;
        a->at = unit_more(u, a->at, a->n, a->room, sizeof *a->at);
    }
    a->at[a->n++] = word;
}

static void emit_word(Gen *g, uint32_t word) {
    array_add(g->u, &g->code, word);
}

static void emit(Gen *g, uint32_t op, int64_t operand) {
    if (operand > OPERAND_MAX || operand < -OPERAND_MAX - 1) syntax_error(g->u, "the code is too large", 0);
    Array *lines = &g->lines;
    if (lines->n == 0 || lines->at[lines->n - 1] != (uint32_t)g->line) {
        array_add(g->u, lines, g->code.n);
        array_add(g->u, lines, (uint32_t)g->line);
    }
    emit_word(g, op | (uint32_t)operand << 8);
}

static void deeper(Gen *g, uint32_t slots) {
    g->depth += slots;
    if (g->depth > g->deepest) g->deepest = g->depth;
}

/* The number of a constant in the code under construction; a word that is there already is shared. */
static uint32_t constant(Gen *g, uint32_t pool_index) {
    Value v = g->u->pool[pool_index];
    for (uint32_t i = 0; i < g->constants.n && i < 200; i++)
        if (g->u->pool[g->constants.at[i]] == v) return i;
    array_add(g->u, &g->constants, pool_index);
    return g->constants.n - 1;
}

/* A label is the last jump to it; each jump holds the place of the one before, until the label is placed. */
typedef uint32_t Label;
#define NO_JUMP UINT32_MAX

static void emit_jump_word(Gen *g, uint32_t op, Label *label) {
    uint32_t before = *label == NO_JUMP ? 0 : *label + 1;
    *label = g->code.n;
    if (before > OPERAND_MAX) syntax_error(g->u, "the code is too large", 0);
    emit_word(g, op | before << 8);
}

static void emit_jump(Gen *g, uint32_t op, Label *label) {
    emit(g, op, 0); /* for the line table */
    g->code.n--;
    emit_jump_word(g, op, label);
}

static void place_label(Gen *g, Label *label) {
    for (uint32_t at = *label; at != NO_JUMP;) {
        uint32_t word = g->code.at[at], before = word >> 8;
        g->code.at[at] = (word & 0xff) | (g->code.n - at - 1) << 8;
        at = before ? before - 1 : NO_JUMP;
    }
    *label = NO_JUMP;
}

static void emit_jump_back(Gen *g, uint32_t target) {
    emit_word(g, (uint32_t)((int32_t)target - (int32_t)g->code.n - 1) << 8);
}

static void gen(Gen *g, Node *node, bool tail_position);

static void value_done(Gen *g, bool tail_position) {
    if (tail_position) emit(g, OP_RETURN, 0);
}

static bool is_small(Value v) {
    return !is_reference(v) && (int64_t)v <= OPERAND_MAX && (int64_t)v >= -OPERAND_MAX - 1;
}

static int64_t free_index(const Gen *g, const Var *var) {
    for (uint32_t i = 0; i < g->f->free_count; i++)
        if (g->f->free[i] == var) return i;
    return -1;
}

/* A variable that is simply in the frame. */
static bool is_plain_local(const Gen *g, const Node *node) {
    return node->kind == N_LOCAL && node->var->owner == g->f && !is_boxed(node->var) && !node->var->checked;
}

static void gen_ref(Gen *g, const Var *var) {
    if (var->owner == g->f)
        emit(g, is_boxed(var) ? OP_BOX_LOCAL : var->checked ? OP_LOCAL_CHECK : OP_LOCAL, var->slot);
    else
        emit(g, is_boxed(var) ? OP_BOX_FREE : OP_FREE, free_index(g, var));
}

static void gen_push(Gen *g, Node *node) {
    g->line = node->line;
    if (node->kind == N_CONST && is_small(g->u->pool[node->index])) {
        emit(g, OP_PUSH_IMM, (int64_t)g->u->pool[node->index]);
    } else if (node->kind == N_CONST) {
        emit(g, OP_PUSH_CONST, constant(g, node->index));
    } else if (is_plain_local(g, node)) {
        emit(g, OP_PUSH_LOCAL, node->var->slot);
    } else if (node->kind == N_LOCAL && node->var->owner != g->f && !is_boxed(node->var)) {
        emit(g, OP_PUSH_FREE, free_index(g, node->var));
    } else if (node->kind == N_GLOBAL) {
        emit(g, OP_PUSH_GLOBAL, constant(g, node->index));
    } else {
        gen(g, node, false);
        emit(g, OP_PUSH, 0);
    }
    deeper(g, 1);
}

static void gen_lambda(Gen *g, const Function *f) {
    Value code = gen_function(g->u, f);
    uint32_t index = unit_keep(g->u, code);
    if (f->free_count == 0) { /* one closure will do for all time */
        Closure *closure = tn_alloc(g->u->vm->m, Closure);
        if (!closure) unit_no_memory(g->u);
        tn_init_value(closure, code, g->u->pool[index]);
        emit(g, OP_CONST, constant(g, unit_keep(g->u, value_of(closure))));
        return;
    }
    emit(g, OP_CLOSURE, constant(g, index));
    emit_word(g, f->free_count);
    for (uint32_t i = 0; i < f->free_count; i++) {
        const Var *var = f->free[i];
        bool local = var->owner == g->f;
        emit_word(g, (local ? var->slot : (uint32_t)free_index(g, var)) << 1 | local);
    }
}

static void box_vars(Gen *g, Var **vars, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (vars[i] && is_boxed(vars[i])) emit(g, OP_MAKE_BOX, vars[i]->slot);
}

static void gen_let(Gen *g, Node *node, bool tail_position) {
    for (uint32_t i = 0; i < node->count; i++) {
        node->vars[i]->slot = g->depth;
        gen_push(g, node->list[i]);
    }
    node->base = g->depth - node->count;
    node->index = g->code.n;
    box_vars(g, node->vars, node->count); /* in a loop: new boxes each time */
    gen(g, node->a, tail_position);
    if (!tail_position && node->count) emit(g, OP_POP, node->count);
    g->depth -= node->count;
}

/* After the procedures [first, end) of a body have been made: gives them those of them that were not there yet. What is
 * in a box is reached through it; but a procedure that is in a box itself wants its neighbours like any other. */
static void gen_fix(Gen *g, const Node *node, uint32_t first, uint32_t end) {
    for (uint32_t i = first; i < end; i++) {
        const Function *f = node->list[i]->function;
        bool in_acc = false;
        for (uint32_t k = 0; k < f->free_count; k++)
            for (uint32_t j = i; j < end; j++) {
                if (f->free[k] != node->vars[j] || is_boxed(node->vars[j])) continue;
                if (!in_acc) gen_ref(g, node->vars[i]);
                in_acc = true;
                emit(g, OP_FIX, k);
                emit_word(g, node->vars[j]->slot);
            }
    }
}

static void gen_body_item(Gen *g, const Node *node, uint32_t i) {
    gen(g, node->list[i], false);
    const Var *var = node->vars[i];
    if (var) emit(g, is_boxed(var) ? OP_SET_BOX_LOCAL : OP_SET_LOCAL, var->slot);
}

static void gen_body(Gen *g, Node *node, bool tail_position) {
    uint32_t slots = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        if (!node->vars[i]) continue;
        node->vars[i]->slot = g->depth;
        emit(g, OP_PUSH_IMM, S_UNDEFINED);
        deeper(g, 1);
        slots++;
    }
    box_vars(g, node->vars, node->count);
    for (uint32_t i = 0; i < node->count;) {
        uint32_t end = i;
        for (; is_fixed(node, end); end++) gen_body_item(g, node, end);
        if (end > i) gen_fix(g, node, i, end);
        else gen_body_item(g, node, end++);
        i = end;
    }
    gen(g, node->a, tail_position);
    if (!tail_position && slots) emit(g, OP_POP, slots);
    g->depth -= slots;
}

static void gen_next(Gen *g, Node *node) {
    const Node *loop = node->b;
    uint32_t depth = g->depth;
    if (node->count == 1) {
        gen(g, node->list[0], false);
        emit(g, OP_LOOP_1, loop->base);
    } else {
        for (uint32_t i = 0; i < node->count; i++) gen_push(g, node->list[i]);
        emit(g, OP_LOOP, loop->base);
        emit_word(g, node->count);
    }
    emit_jump_back(g, loop->index);
    g->depth = depth;
}

/* ---- calls ---- */

/* The primitive that a call may be compiled to directly: the system's own, with a number of arguments that it
 * takes. */
static const PrimitiveDesc *inline_primitive(const Gen *g, const Node *call) {
    if (call->kind != N_CALL || call->a->kind != N_GLOBAL) return NULL;
    const Global *cell = AS(Global, g->u->pool[call->a->index]);
    Value value = tn_read_value(cell, value);
    if (!cell->builtin || !IS(Primitive, value)) return NULL;
    const PrimitiveDesc *desc = AS(Primitive, value)->desc;
    int n = (int)call->count;
    return desc->special || n < desc->min || (desc->max >= 0 && n > desc->max) ? NULL : desc;
}

static bool is_comparison(uint32_t op) { return op >= OP_EQ && op < OP_VECTOR_SET; }
static bool has_variants(uint32_t op) { return op == OP_ADD || op == OP_SUB || is_comparison(op); }
static uint32_t op_operands(uint32_t op) { return op < OP_CONS ? 1 : op == OP_VECTOR_SET ? 3 : 2; }

static bool is_small_integer(const Gen *g, const Node *node) {
    if (node->kind != N_CONST) return false;
    Value v = g->u->pool[node->index];
    return is_fixnum(v) && fixnum_value(v) <= OPERAND_MAX && fixnum_value(v) >= -OPERAND_MAX - 1;
}

/* Emits the operands of a two-operand instruction and chooses its variant. `jump`: 3 for the jumping ones. */
static void gen_binary(Gen *g, uint32_t op, const Node *call, uint32_t jump) {
    Node *x = call->list[0], *y = call->list[1];
    bool commutes = op == OP_ADD || op == OP_EQ || op == OP_NUMEQ;
    if (commutes && is_small_integer(g, x)) x = call->list[1], y = call->list[0];
    bool variants = has_variants(op);
    if (variants && is_small_integer(g, y)) {
        gen(g, x, false);
        g->line = call->line;
        emit(g, op + 2 + jump, fixnum_value(g->u->pool[y->index]));
    } else if (variants && is_plain_local(g, y)) {
        gen(g, x, false);
        g->line = call->line;
        emit(g, op + 1 + jump, y->var->slot);
    } else {
        gen_push(g, x);
        gen(g, y, false);
        g->line = call->line;
        emit(g, op + jump, 0);
        g->depth--;
    }
}

static void gen_primitive(Gen *g, const PrimitiveDesc *desc, Node *call) {
    uint32_t op = desc->op, n = call->count;
    if (op && n > 2 && (op == OP_ADD || op == OP_MUL)) { /* (+ a b c) is (+ (+ a b) c) */
        Node first = *call;
        first.count = n - 1;
        Node *list[2] = {&first, call->list[n - 1]};
        Node outer = *call;
        outer.count = 2;
        outer.list = list;
        gen_binary(g, op, &outer, 0);
    } else if (op && n == op_operands(op) && n == 2) {
        gen_binary(g, op, call, 0);
    } else if (op && n == op_operands(op)) {
        for (uint32_t i = 0; i + 1 < n; i++) gen_push(g, call->list[i]);
        gen(g, call->list[n - 1], false);
        g->line = call->line;
        emit(g, op, 0);
        g->depth -= n - 1;
    } else {
        for (uint32_t i = 0; i < n; i++) gen_push(g, call->list[i]);
        g->line = call->line;
        emit(g, OP_PRIM, n);
        emit_word(g, constant(g, unit_keep(g->u, tn_read_value(AS(Global, g->u->pool[call->a->index]), value))));
        g->depth -= n;
    }
}

static void gen_call(Gen *g, Node *call, bool tail_position) {
    const PrimitiveDesc *desc = inline_primitive(g, call);
    if (desc) {
        gen_primitive(g, desc, call);
        value_done(g, tail_position);
        return;
    }
    uint32_t depth = g->depth;
    g->line = call->line;
    if (!tail_position && call->a->kind == N_GLOBAL) {
        emit(g, OP_FRAME_GLOBAL, constant(g, call->a->index));
        deeper(g, 3);
    } else {
        if (!tail_position) {
            emit(g, OP_FRAME, 0);
            deeper(g, 2);
        }
        gen_push(g, call->a);
    }
    for (uint32_t i = 0; i < call->count; i++) gen_push(g, call->list[i]);
    g->line = call->line;
    emit(g, tail_position ? OP_TAIL_CALL : OP_CALL, call->count);
    value_done(g, tail_position); /* the VM may have made an ordinary call of it */
    g->depth = depth;
}

/* ---- tests: a jump to *label when the value is (when) true or false ---- */

static void gen_test(Gen *g, Node *node, Label *label, bool when);

static void gen_test_all(Gen *g, Node *node, Label *label, bool when, bool stops) {
    Label out = NO_JUMP;
    for (uint32_t i = 0; i + 1 < node->count; i++) gen_test(g, node->list[i], when == stops ? label : &out, stops);
    gen_test(g, node->list[node->count - 1], label, when);
    place_label(g, &out);
}

static void gen_test(Gen *g, Node *node, Label *label, bool when) {
    if (node->kind == N_AND || node->kind == N_OR) {
        gen_test_all(g, node, label, when, node->kind == N_OR);
        return;
    }
    const PrimitiveDesc *desc = inline_primitive(g, node);
    uint32_t op = desc ? desc->op : 0;
    if (op == OP_NOT) {
        gen_test(g, node->list[0], label, !when);
    } else if (!when && is_comparison(op) && node->count == 2) {
        gen_binary(g, op, node, 3);
        emit_jump_word(g, 0, label);
    } else if (!when && (op == OP_NULLP || op == OP_PAIRP)) {
        gen(g, node->list[0], false);
        emit_jump(g, op == OP_NULLP ? OP_JNULLP : OP_JPAIRP, label);
    } else {
        gen(g, node, false);
        emit_jump(g, when ? OP_JUMP_TRUE : OP_JUMP_FALSE, label);
    }
}

static void gen_if(Gen *g, Node *node, bool tail_position) {
    Label otherwise = NO_JUMP, end = NO_JUMP;
    gen_test(g, node->a, &otherwise, false);
    gen(g, node->b, tail_position);
    if (!tail_position) emit_jump(g, OP_JUMP, &end);
    place_label(g, &otherwise);
    gen(g, node->c, tail_position);
    place_label(g, &end);
}

static void gen_logic(Gen *g, Node *node, bool tail_position) {
    Label end = NO_JUMP;
    for (uint32_t i = 0; i + 1 < node->count; i++) {
        gen(g, node->list[i], false);
        emit_jump(g, node->kind == N_AND ? OP_JUMP_FALSE : OP_JUMP_TRUE, &end);
    }
    gen(g, node->list[node->count - 1], tail_position);
    place_label(g, &end);
    value_done(g, tail_position);
}

static void gen_set(Gen *g, const Node *node, bool tail_position) {
    gen(g, node->a, false);
    g->line = node->line;
    if (node->kind == N_SET && node->var->owner == g->f) emit(g, OP_SET_BOX_LOCAL, node->var->slot);
    else if (node->kind == N_SET) emit(g, OP_SET_BOX_FREE, free_index(g, node->var));
    else emit(g, node->kind == N_DEFINE ? OP_DEFINE : OP_SET_GLOBAL, constant(g, node->index));
    emit(g, OP_IMM, S_UNSPECIFIED);
    value_done(g, tail_position);
}

/* Code that leaves the node's value in acc, or, in tail position, returns it. */
static void gen_node(Gen *g, Node *node, bool tail_position) {
    switch (node->kind) {
    case N_CONST: {
        Value v = g->u->pool[node->index];
        if (is_small(v)) emit(g, OP_IMM, (int64_t)v);
        else emit(g, OP_CONST, constant(g, node->index));
        value_done(g, tail_position);
        break;
    }
    case N_LOCAL:
        gen_ref(g, node->var);
        value_done(g, tail_position);
        break;
    case N_GLOBAL:
        emit(g, OP_GLOBAL, constant(g, node->index));
        value_done(g, tail_position);
        break;
    case N_SET: case N_SET_GLOBAL: case N_DEFINE:
        gen_set(g, node, tail_position);
        break;
    case N_IF:
        gen_if(g, node, tail_position);
        break;
    case N_LAMBDA:
        gen_lambda(g, node->function);
        value_done(g, tail_position);
        break;
    case N_SEQ:
        for (uint32_t i = 0; i + 1 < node->count; i++)
            if (node->list[i]->kind != N_CONST) gen(g, node->list[i], false);
        gen(g, node->list[node->count - 1], tail_position);
        break;
    case N_AND: case N_OR:
        gen_logic(g, node, tail_position);
        break;
    case N_CALL:
        gen_call(g, node, tail_position);
        break;
    case N_LET: case N_LOOP:
        gen_let(g, node, tail_position);
        break;
    case N_BODY:
        gen_body(g, node, tail_position);
        break;
    case N_NEXT:
        gen_next(g, node);
        break;
    }
}

static void gen(Gen *g, Node *node, bool tail_position) {
    g->u->line = g->line = node->line;
    if (++g->u->depth > TREE_DEPTH_MAX) syntax_error(g->u, "expressions nested too deeply", 0);
    gen_node(g, node, tail_position);
    g->u->depth--;
}

/* Words in the heap, as a number of the pool. */
static uint32_t make_words(Unit *u, const Array *array) {
    Words *words = tn_alloc_tail(u->vm->m, Words, uint32_t, array->n);
    if (!words) unit_no_memory(u);
    words->length = array->n;
    memcpy(words->word, array->at, array->n * sizeof words->word[0]);
    return unit_keep(u, value_of(words));
}

/* Procedures of the prelude whose last step is a call of the program's own, which R7RS wants to be a tail call. */
static bool ends_in_call(Value name) {
    static const char *const names[] = {"call-with-values", "%guard", "%guard-else", "call-with-escape-continuation"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (IS(Symbol, name) && symbol_is(name, names[i])) return true;
    return false;
}

Value gen_function(Unit *u, const Function *f) {
    Gen gen_here = {.u = u, .f = f, .line = f->body->line};
    Gen *g = &gen_here;
    for (uint32_t i = 0; i < f->count; i++) f->params[i]->slot = i;
    deeper(g, f->count);
    box_vars(g, f->params, f->count);
    gen(g, f->body, true);

    uint32_t instructions = make_words(u, &g->code), lines = make_words(u, &g->lines);
    Code *code = tn_alloc_tail(u->vm->m, Code, tn_value, g->constants.n);
    if (!code) unit_no_memory(u);
    tn_init_value(code, name, base_name(u->pool[f->name]));
    tn_init_value(code, file, u->pool[f->file]);
    tn_init_value(code, instructions, u->pool[instructions]);
    tn_init_value(code, lines, u->pool[lines]);
    code->start = AS(Words, u->pool[instructions])->word;
    code->required = f->count - f->rest;
    code->rest = f->rest;
    code->library = u->vm->booting;
    code->ends_in_call = code->library && ends_in_call(tn_read_value(code, name));
    code->frame = g->deepest;
    code->length = g->constants.n;
    for (uint32_t i = 0; i < g->constants.n; i++) tn_init_value(code, constant[i], u->pool[g->constants.at[i]]);
    return value_of(code);
}
