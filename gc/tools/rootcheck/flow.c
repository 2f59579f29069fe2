/* flow.c: statements, and the order in which functions are walked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "flow.h"

/* ---- labels ---- */

static Label *label_named(Flow *f, const char *name) {
    for (int i = 0; i < f->labels; i++)
        if (strcmp(f->label[i].name, name) == 0) return &f->label[i];
    if (f->labels == LABELS_MAX) return NULL;
    f->label[f->labels].name = name;
    return &f->label[f->labels++];
}

static void go_to(Flow *f, Label *label) {
    if (label && state_join(&label->state, &f->now, f->paths.count)) f->labels_changed = true;
}

/* goto *next: which instruction of the interpreted program comes next, and what it still needs, is not to be seen here.
 * So every instruction begins with fresh variables. */
static void refresh(Flow *f) {
    for (int i = 0; i < f->paths.count; i++) f->now.entry[i].stale = f->now.entry[i].stale_twice = false;
}

static void walk_goto(Flow *f, const Node *node) {
    if (node->kind == N_GOTO) go_to(f, label_named(f, node->label));
    else {
        evaluate(f, node->kid[0]);
        refresh(f);
        for (int i = 0; i < f->labels; i++)
            if (f->label[i].address_taken) go_to(f, &f->label[i]);
    }
    f->now.reachable = false;
}

static void walk_label(Flow *f, const Node *node) {
    Label *label = label_named(f, node->label);
    if (label) state_join(&f->now, &label->state, f->paths.count);
    if (node->count) flow_statement(f, node->kid[0]);
}

static void find_addresses(Flow *f, const Node *node) {
    if (node->kind == N_LABEL_ADDRESS) {
        Label *label = label_named(f, node->label);
        if (label) label->address_taken = true;
    }
    for (unsigned i = 0; i < node->count; i++) find_addresses(f, node->kid[i]);
}

/* ---- scopes and windows ---- */

static void close_scope(Flow *f) {
    int number = scope_number(f);
    for (int i = 0; i < f->paths.count; i++)
        if (f->now.entry[i].kind == KIND_HANDLE && f->now.entry[i].tag == number) f->now.entry[i].stale = true;
    f->scopes--;
}

static void open_scope(Flow *f, const Node *declaration) {
    if (f->scopes == SCOPES_MAX) return;
    int known = 0;
    while (known < f->known_scopes && f->known_scope[known] != declaration) known++;
    if (known == f->known_scopes && known < SCOPES_MAX) f->known_scope[f->known_scopes++] = declaration;
    f->scope[f->scopes++] = declaration;
    close_scope(f); /* the last turn's */
    f->scopes++;
}

Value flow_block(Flow *f, const Node *node) {
    Value value = {.kind = KIND_NOTHING};
    int scopes = f->scopes, windows = f->windows;
    for (unsigned i = 0; i < node->count; i++) {
        const Node *statement = node->kid[i];
        if (statement->kind < N_BLOCK && f->now.reachable) value = evaluate(f, statement);
        else flow_statement(f, statement);
    }
    while (f->scopes > scopes) close_scope(f);
    f->windows = windows;
    return value;
}

/* ---- declarations ---- */

static bool is_record_named(Type type, const char *name) {
    return type.base == BASE_RECORD && !type.pointers && type.record && strcmp(type.record->name, name) == 0;
}

static const Node *list_in(const Node *node) {
    while (node->kind == N_CAST || node->kind == N_LITERAL) node = node->kid[0];
    return node->kind == N_LIST ? node : NULL;
}

/* T v = {a, .f = b}: what the fields, or the elements, hold. */
static void declare_parts(Flow *f, Variable *variable, const Node *list) {
    for (unsigned i = 0; i < list->count; i++) {
        const Node *part = list->kid[i], *inner = part->kind == N_DESIGNATED ? part->kid[0] : part;
        Place place = {.path = path_number(&f->paths, variable, part->kind == N_DESIGNATED ? part->field : NULL)};
        if (part->kind != N_DESIGNATED && !variable->type.array) continue;
        if (list_in(inner)) declare_parts(f, variable, list_in(inner)); /* of an array of structs */
        assign(f, place, part->collects ? by_type(inner) : evaluate(f, part), part); /* it has been called already */
    }
}

/* T v = ..., (T){...}: `node` has the initialiser. Yields its effects. */
Value flow_initialise(Flow *f, Variable *variable, const Node *node) {
    Place place = {.path = variable->global ? -1 : path_number(&f->paths, variable, NULL)};
    const Node *list = list_in(node->kid[0]);
    Value value = evaluate(f, list ? list : node->kid[0]);
    if (list && place.path >= 0) f->now.entry[place.path] = (Entry){.kind = KIND_CONSTANT};
    else if (!variable->global) assign(f, place, value, node);
    if (list && !variable->global) declare_parts(f, variable, list);
    return value;
}

static void walk_declaration(Flow *f, const Node *node) {
    Variable *variable = node->variable;
    if (is_record_named(variable->type, "tn_scope_")) {
        open_scope(f, node);
        return;
    }
    if (is_record_named(variable->type, "tn_window_") && f->windows < SCOPES_MAX) f->window[f->windows++] = node;
    if (node->count) {
        flow_initialise(f, variable, node);
        return;
    }
    Place place = {.path = variable->global ? -1 : path_number(&f->paths, variable, NULL)};
    assign(f, place, (Value){.kind = KIND_CONSTANT}, node);
}

/* ---- branches and loops ---- */

static void walk_if(Flow *f, const Node *node) {
    State yes, no;
    branch(f, node->kid[0], &yes, &no);
    f->now = yes;
    flow_statement(f, node->kid[1]);
    yes = f->now;
    f->now = no;
    if (node->count > 2) flow_statement(f, node->kid[2]);
    state_join(&f->now, &yes, f->paths.count);
}

static void test_loop(Flow *f, const Node *condition, State *out) {
    State yes, no;
    if (condition->kind == N_NOTHING) return;
    branch(f, condition, &yes, &no);
    state_join(out, &no, f->paths.count);
    f->now = yes;
}

/* One turn: condition, body, step; for `do`, the condition comes last. */
static void walk_turn(Flow *f, const Node *condition, const Node *body, const Node *step, bool test_first, State *out) {
    State continues = {0}, *outer = f->continues;
    if (test_first) test_loop(f, condition, out);
    f->continues = &continues;
    flow_statement(f, body);
    state_join(&f->now, &continues, f->paths.count);
    f->continues = outer;
    if (!test_first) test_loop(f, condition, out);
    if (f->now.reachable) evaluate(f, step);
}

static void walk_loop(Flow *f, const Node *condition, const Node *body, const Node *step, bool test_first) {
    State entry = f->now, out = {0}, *outer = f->breaks;
    f->breaks = &out;
    do {
        f->now = entry;
        walk_turn(f, condition, body, step, test_first, &out);
    } while (state_join(&entry, &f->now, f->paths.count));
    f->breaks = outer;
    f->now = out;
}

static void walk_for(Flow *f, const Node *node) {
    if (node->kid[0]->kind != N_NOTHING) evaluate(f, node->kid[0]);
    walk_loop(f, node->kid[1], node->kid[3], node->kid[2], true);
}

static void walk_switch(Flow *f, const Node *node) {
    evaluate(f, node->kid[0]);
    State from = f->now, out = {0}, *breaks = f->breaks, *switches = f->switches;
    bool had_default = f->switch_has_default;
    f->breaks = &out;
    f->switches = &from;
    f->switch_has_default = false;
    f->now.reachable = false;
    flow_statement(f, node->kid[1]);
    state_join(&out, &f->now, f->paths.count);
    if (!f->switch_has_default) state_join(&out, &from, f->paths.count);
    f->breaks = breaks;
    f->switches = switches;
    f->switch_has_default = had_default;
    f->now = out;
}

static void walk_case(Flow *f, const Node *node) {
    if (f->switches) state_join(&f->now, f->switches, f->paths.count);
    if (node->is_default) f->switch_has_default = true;
    if (node->count) flow_statement(f, node->kid[0]);
}

/* ---- the end of the function ---- */

/* Handles of a scope of this function must not be left where others find them. */
static void find_left_handles(Flow *f) {
    for (int i = 0; i < f->paths.count; i++) {
        const Entry *entry = &f->now.entry[i];
        const Path *path = &f->paths.path[i];
        if (!is_beyond(path) || entry->kind != KIND_HANDLE || entry->tag == 0) continue;
        char text[256];
        snprintf(text, sizeof text, "'%s->%s' still has this handle when its scope ends", path->root->name,
                 path->field->is.name);
        finding(f, CHECK_ESCAPE, entry->from, text, NULL, NULL);
    }
}

static void find_left_roots(Flow *f, const Node *node) {
    for (int i = 0; i < f->roots; i++) {
        if (!(f->now.roots & UINT32_C(1) << i)) continue;
        char text[256];
        snprintf(text, sizeof text, "'%s', a variable of this function, is still registered as a root when it returns",
                 f->root[i].variable->name);
        if (f->loud)
            report(CHECK_STACK_ROOT, node->spot, text, f->root[i].call->spot, "it is registered here", (Spot){0}, NULL);
    }
}

static void leave(Flow *f, const Node *node) {
    if (!f->now.reachable) return;
    learn_bits(f, &f->function->early, f->now.overtaken);
    find_left_handles(f);
    find_left_roots(f, node);
}

static void learn(Flow *f, bool *fact) {
    if (!*fact) *f->learned = true;
    *fact = true;
}

/* Does the expression always yield 0? */
static bool is_failure(const Node *node) {
    node = without_casts(node);
    const Function *target = node->kind == N_CALL ? call_target(node) : NULL;
    return node->zero || (target && target->body && !target->succeeds);
}

/* The caller who goes on after a test of the result: may something have been collected? If the only call that may have
 * collected is the one whose result is returned, it is as this one says. */
static void learn_collection(Flow *f, const Node *returned) {
    const Node *expression = without_casts(returned);
    const Function *target = expression->kind == N_CALL ? call_target(expression) : NULL;
    bool passed_on = target && target->body && f->now.collected == expression;
    Type result = f->function->result;
    if (!f->now.collected) return;
    if (!is_failure(expression) && !(passed_on && !target->collects_well)) learn(f, &f->function->collects_well);
    passed_on = passed_on && keeps_width(returned, target->result) && is_wide(target->result) == is_wide(result);
    if (!is_all_ones(returned, result) && !(passed_on && !target->collects_otherwise))
        learn(f, &f->function->collects_otherwise);
}

/* Memory from malloc that holds raw pointers: nobody will visit them. */
static void find_returned_memory(Flow *f, const Node *node, const Variable *memory) {
    static const char text[] = "memory from malloc is returned, and a call may have made raw pointers in it stale";
    for (int i = 0; memory->memory && i < f->paths.count; i++) {
        const Entry *entry = &f->now.entry[i];
        if (f->paths.path[i].root == memory && entry->kind == KIND_RAW && entry->stale)
            finding(f, CHECK_MEMORY, node, text, entry->cause, entry->from);
    }
}

static void return_value(Flow *f, const Node *node, const Node *expression);

/* return a ? b : c, and && and ||, as if they were statements: what is known differs. */
static void return_choice(Flow *f, const Node *node, const Node *choice) {
    static const Node one = {.kind = N_CONSTANT}, zero = {.kind = N_CONSTANT, .zero = true};
    bool conditional = choice->kind == N_CONDITIONAL, conjunction = choice->op == OP_AND;
    State yes, no;
    branch(f, choice->kid[0], &yes, &no);
    f->now = yes;
    return_value(f, node, conditional || conjunction ? choice->kid[1] : &one);
    f->now = no;
    return_value(f, node, conditional ? choice->kid[2] : conjunction ? &zero : choice->kid[1]);
}

static void return_value(Flow *f, const Node *node, const Node *expression) {
    while (expression->kind == N_CAST && expression->kid[0]->kind >= N_LOGICAL) expression = expression->kid[0];
    if (expression->kind == N_LOGICAL || (expression->kind == N_CONDITIONAL && expression->count == 3)) {
        return_choice(f, node, expression);
        return;
    }
    Value value = evaluate(f, expression);
    if (!f->now.reachable) return;
    if (value.kind == KIND_HANDLE && value.tag != 0)
        finding(f, CHECK_ESCAPE, node, "a handle is returned from within its scope: TN_ESCAPE moves it to the caller's",
                NULL, NULL);
    if (value.kind == KIND_LOCAL) find_returned_memory(f, node, f->paths.path[value.tag].root);
    unsigned char kind = converted(value.kind, f->function->result);
    if (kind > f->function->returns) {
        f->function->returns = kind;
        f->function->returned_parameter = value.tag;
        *f->learned = true;
    }
    if (!is_failure(expression)) learn(f, &f->function->succeeds);
    learn_collection(f, expression);
    leave(f, node);
}

static void walk_return(Flow *f, const Node *node) {
    if (node->count) return_value(f, node, node->kid[0]);
    else leave(f, node);
    f->now.reachable = false;
}

/* ---- all ---- */

static void jump(Flow *f, State *target) {
    if (target) state_join(target, &f->now, f->paths.count);
    f->now.reachable = false;
}

void flow_statement(Flow *f, const Node *node) {
    bool has_labels = f->labels > 0 || f->switches; /* then what follows may be reached */
    if (!f->now.reachable && !has_labels && node->kind != N_DECLARE) return;
    switch (node->kind) {
    case N_BLOCK: flow_block(f, node); break;
    case N_DECLARE: walk_declaration(f, node); break;
    case N_IF: walk_if(f, node); break;
    case N_WHILE: walk_loop(f, node->kid[0], node->kid[1], &(Node){.kind = N_NOTHING}, true); break;
    case N_DO: walk_loop(f, node->kid[1], node->kid[0], &(Node){.kind = N_NOTHING}, false); break;
    case N_FOR: walk_for(f, node); break;
    case N_SWITCH: walk_switch(f, node); break;
    case N_CASE: walk_case(f, node); break;
    case N_LABEL: walk_label(f, node); break;
    case N_GOTO:
    case N_GOTO_ANY: walk_goto(f, node); break;
    case N_BREAK: jump(f, f->breaks); break;
    case N_CONTINUE: jump(f, f->continues); break;
    case N_RETURN: walk_return(f, node); break;
    case N_NOTHING: break;
    default: evaluate(f, node); break;
    }
}

static void begin(Flow *f) {
    f->now = (State){.reachable = true};
    for (unsigned i = 0; i < f->function->parameters; i++) {
        Variable *variable = f->function->parameter[i];
        int path = path_number(&f->paths, variable, NULL);
        if (path < 0) continue;
        Entry *entry = &f->now.entry[path];
        if (is_raw(variable->type)) entry->kind = KIND_RAW;
        else if (is_object(variable->type)) entry->kind = KIND_FIXED;
        else if (is_pointer(variable->type)) *entry = (Entry){.kind = KIND_BORROWED, .tag = (short)i};
    }
}

static void collect_labels(Flow *f, const Node *node) {
    if (node->kind == N_LABEL) label_named(f, node->label);
    for (unsigned i = 0; i < node->count; i++) collect_labels(f, node->kid[i]);
}

/* Returns whether something has been learned of the function. */
static bool walk_function(Function *function, bool loud) {
    static Flow flow;
    static Label labels[LABELS_MAX];
    bool learned = false;
    memset(&flow, 0, sizeof flow);
    memset(labels, 0, sizeof labels);
    flow.function = function;
    flow.label = labels;
    flow.loud = loud;
    flow.learned = &learned;
    collect_labels(&flow, function->body);
    find_addresses(&flow, function->body);
    do {
        flow.labels_changed = false;
        flow.scopes = flow.windows = 0;
        begin(&flow);
        flow_statement(&flow, function->body);
        Node end = {.spot = function->spot};
        leave(&flow, &end);
    } while (flow.labels_changed);
    return learned;
}

/* The API's own inline functions handle raw pointers as they please. */
static bool is_ours(const Function *function) { return strncmp(function->name, "tn_", 3) == 0; }

void flow_learn_all(void) {
    for (bool learned = true; learned;) {
        learned = false;
        for (unsigned i = 0; i < program.functions; i++)
            if (program.function[i]->body) learned |= walk_function(program.function[i], false);
    }
    for (unsigned i = 0; i < program.functions; i++)
        if (program.function[i]->body && !is_ours(program.function[i])) walk_function(program.function[i], true);
}
