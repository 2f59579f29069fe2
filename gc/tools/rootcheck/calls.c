/* calls.c: infers through the call graph which functions may collect. These are the ones that are declared so
 * (TN_MAY_COLLECT), those that nothing is known of, and those that call such a function. Calls that do not return
 * (noreturn) do not count. What is declared, TN_MAY_COLLECT or TN_NO_COLLECT, is believed. */
#include "calls.h"

#include <stdio.h>
#include <string.h>

#include "facts.h"

Function *call_target(const Node *call) {
    const Node *callee = call->kid[0];
    while (callee->kind == N_CAST || callee->kind == N_DEREF || callee->kind == N_ADDRESS) callee = callee->kid[0];
    return callee->kind == N_FUNCTION ? callee->function : NULL;
}

unsigned call_collects(const Node *call) {
    const Function *target = call_target(call);
    if (target) return target->collects;
    return call->no_collect ? 0 : COLLECTS;
}

static bool is_allocation(const Function *function) {
    return strcmp(function->name, "tn_alloc_slow") == 0 || strcmp(function->name, "tn_alloc_slow_at_") == 0;
}

static void begin(Function *function) {
    if (is_named_quiet(function->name)) function->declared_quiet = true; /* the user knows better than its body */
    if (function->declared_quiet) return;
    if (function->declared_collecting) function->collects = is_allocation(function) ? ALLOCATES : COLLECTS;
    else if (!function->body && !is_quiet_external(function->name)) function->collects = COLLECTS;
}

/* What the calls in a tree may do, and the first function with which it is so. */
static unsigned effects_of(const Node *node, Function **through) {
    unsigned all = 0;
    if (node->kind == N_CALL) {
        Function *target = call_target(node);
        if (!target || !target->noreturn) all = call_collects(node);
        if (all && !*through) *through = target;
    }
    for (unsigned i = 0; i < node->count; i++) all |= effects_of(node->kid[i], through);
    return all;
}

/* One round over all functions, so that the chains of reasons are as short as can be. */
static bool propagate(void) {
    bool changed = false;
    for (unsigned i = program.functions; i-- > 0;) {
        Function *function = program.function[i], *through = NULL;
        if (!function->body || function->declared_quiet || function->declared_collecting) continue;
        unsigned effects = effects_of(function->body, &through);
        if (effects == function->collects) continue;
        if (!function->collects) function->through = through;
        function->collects = effects;
        changed = true;
    }
    return changed;
}

static bool mark_nodes(Node *node) {
    bool inside = node->kind == N_CALL && call_collects(node);
    for (unsigned i = 0; i < node->count; i++) inside |= mark_nodes(node->kid[i]);
    return node->collects = inside;
}

/* ---- what the collector is told of ---- */

/* Every variable and field whose address is in the tree. */
static void mark_visited(Node *node) {
    if (node->kind == N_NAME) node->variable->visited = true;
    if (node->kind == N_FIELD) node->field->is.visited = true;
    if (node->kind == N_FIELD && node->arrow) return; /* not the pointer to the struct */
    for (unsigned i = 0; i < node->count; i++) mark_visited(node->kid[i]);
}

static void find_visited(Node *node) {
    const Function *target = node->kind == N_CALL ? call_target(node) : NULL;
    enum role role = target ? role_of(target) : ROLE_NONE;
    if ((role == ROLE_VISIT || role == ROLE_ROOT_ADD) && node->count > 2) mark_visited(node->kid[2]);
    bool range = node->kind == N_LIST && node->type.record && strcmp(node->type.record->name, "tn_range_desc") == 0;
    if (range && !node->type.pointers) mark_visited(node);
    for (unsigned i = 0; i < node->count; i++) find_visited(node->kid[i]);
}

void calls_infer(void) {
    for (unsigned i = 0; i < program.functions; i++) begin(program.function[i]);
    while (propagate()) {}
    for (unsigned i = 0; i < program.functions; i++)
        if (program.function[i]->body) {
            mark_nodes(program.function[i]->body);
            find_visited(program.function[i]->body);
        }
}

static bool is_api(const Function *function) { return strncmp(function->name, "tn_", 3) == 0; }

/* The length of the name as its user knows it: what macros call, "tn_alloc_at_", is named by what it does. */
static int known_name(const Function *function) {
    const char *name = function->name;
    size_t length = strlen(name);
    if (is_api(function) && length > 4 && strcmp(name + length - 4, "_at_") == 0) length -= 4;
    else if (is_api(function) && name[length - 1] == '_') length--;
    return (int)length;
}

void call_reason(const Node *call, char *text, size_t size) {
    const Function *function = call_target(call);
    if (!function) {
        snprintf(text, size, "a call through a pointer is assumed to collect");
        return;
    }
    size_t used = (size_t)snprintf(text, size, "'%.*s' may collect", known_name(function), function->name);
    for (const char *join = ": it calls "; !is_api(function) && function->through && used < size;
         join = ", which calls ") {
        function = function->through;
        used += (size_t)snprintf(text + used, size - used, "%s'%.*s'", join, known_name(function), function->name);
    }
    if (used >= size || is_api(function)) return;
    bool unknown = !function->body && !function->declared_collecting;
    const char *end = unknown ? " (nothing is known of it)" : function->body ? " (through a pointer)" : "";
    snprintf(text + used, size - used, "%s", end);
}
