/* compiler/analyse.c: the first of two walks over the tree. It finds out which function owns each variable, which
 * variables closures capture, and which variables must live in a box. */
#include "compiler/walk.h"

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

void analyse(Unit *u, Function *f, Node *node) {
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
