/* compiler/walk.h: the two walks over the tree of nodes (syntax/ast.h), and what they must agree on. */
#ifndef SCHEME_COMPILER_WALK_H
#define SCHEME_COMPILER_WALK_H

#include "syntax/ast.h"
#include "syntax/unit.h"

enum { TREE_DEPTH_MAX = 4000 };
static inline bool is_boxed(const Var *var) {
    return var->assigned || var->early;
}
/* A procedure of a body that is made together with its neighbours, so that they may refer to each other without
 * boxes. */
static inline bool is_fixed(const Node *body, uint32_t i) {
    return i < body->count && body->vars[i] && body->list[i]->kind == N_LAMBDA && !body->vars[i]->assigned;
}

void analyse(Unit *u, Function *f, Node *node);  /* analyse.c: the first walk */
Value gen_function(Unit *u, const Function *f);  /* codegen.c: the second one: the function's code object */

#endif
