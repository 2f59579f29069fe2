/* invoke.c: calls: what they do to the state, and what their arguments must not be. */
#include <stdio.h>
#include <stdlib.h>

#include "calls.h"
#include "facts.h"
#include "flow.h"

/* ---- roots on the stack ---- */

int root_of_call(const Flow *f, const Node *call) {
    for (int i = 0; i < f->roots; i++)
        if (f->root[i].call == call) return i;
    return -1;
}

static int add_root(Flow *f, const Node *call, Variable *variable, bool range) {
    int root = root_of_call(f, call);
    if (root < 0 && f->roots < ROOTS_MAX) {
        root = f->roots++;
        f->root[root] = (Root){variable, call, range};
    }
    if (root >= 0) f->now.roots |= UINT32_C(1) << root;
    return root;
}

/* The local variable whose address a description of a range has. */
static Variable *range_variable(const Flow *f, Value description) {
    if (description.kind != KIND_LOCAL) return NULL;
    for (int i = 0; i < f->paths.count; i++) {
        const Entry *entry = &f->now.entry[i];
        if (f->paths.path[i].root == f->paths.path[description.tag].root && entry->kind == KIND_LOCAL &&
            !f->paths.path[entry->tag].root->memory)
            return f->paths.path[entry->tag].root;
    }
    return NULL;
}

static Variable *local_variable(const Flow *f, Value address) {
    if (address.kind != KIND_LOCAL || f->paths.path[address.tag].root->memory) return NULL;
    return f->paths.path[address.tag].root;
}

static void remove_roots(Flow *f, const Variable *variable, bool ranges) {
    for (int i = 0; i < f->roots; i++)
        if (ranges ? f->root[i].range : f->root[i].variable == variable) f->now.roots &= ~(UINT32_C(1) << i);
}

static Value change_roots(Flow *f, const Node *call, enum role role, const Value *values, Value result) {
    Variable *variable = NULL;
    if (role == ROLE_ROOT_ADD && call->count > 2) variable = local_variable(f, values[2]);
    if (role == ROLE_SCANNER_ADD && call->count > 3) variable = local_variable(f, values[3]);
    if (role == ROLE_RANGE_ADD && call->count > 2) variable = range_variable(f, values[2]);
    if (variable) {
        result.kind = KIND_STATUS;
        result.tag = (short)add_root(f, call, variable, role == ROLE_RANGE_ADD);
        if (result.tag < 0) result.kind = KIND_NOTHING;
    }
    if (role == ROLE_ROOT_REMOVE && call->count > 2) remove_roots(f, local_variable(f, values[2]), false);
    if (role == ROLE_SCANNER_REMOVE && call->count > 3) remove_roots(f, local_variable(f, values[3]), false);
    if (role == ROLE_RANGE_REMOVE) remove_roots(f, NULL, true);
    return result;
}

/* ---- arguments ---- */

/* Sets of parameters are bits; those beyond are not followed. */
static uint64_t bit_of(unsigned parameter) { return parameter < 64 ? UINT64_C(1) << parameter : 0; }

/* Does the callee read what the argument points to after it may have collected? */
static bool reads_late(const Function *target, unsigned argument) {
    if (!target || !target->body) return true;
    return target->late & bit_of(argument);
}

static bool is_written(const Function *target, unsigned argument) {
    return !target || argument >= target->parameters || !target->parameter[argument]->type.read_only;
}

static void pass_borrowed(Flow *f, Value argument) {
    learn_bits(f, &f->function->late, bit_of((unsigned)argument.tag));
}

static void find_passed_interior(Flow *f, const Node *call, const Node *argument) {
    char text[256];
    const Function *target = call_target(call);
    snprintf(text, sizeof text,
             "a pointer into an object is passed to '%s', which reads through it after it may have collected",
             target ? target->name : "the callee");
    finding(f, CHECK_INTERIOR, argument, text, call, NULL);
}

static void find_passed_slot(Flow *f, const Node *call, const Node *argument, const Path *path) {
    char text[256];
    const Function *target = call_target(call);
    snprintf(text, sizeof text,
             "the address of '%s', which is not rooted, is passed to '%s', which reads it after it may have collected",
             path->root->name, target ? target->name : "the callee");
    finding(f, CHECK_SLOT, argument, text, call, NULL);
}

static void check_late(Flow *f, const Node *call, const Node *argument, Value value, int depth);

/* A local variable by its address, with its fields, and with what these point to. */
static void check_local(Flow *f, const Node *call, const Node *argument, int number, int depth) {
    const Path *path = &f->paths.path[number];
    for (int i = 0; i < f->paths.count; i++) {
        const Path *part = &f->paths.path[i];
        bool inside = i == number || (!path->field && part->root == path->root && part->field && !is_beyond(part));
        const Entry *entry = &f->now.entry[i];
        if (part->field && part->field->is.visited) continue;
        if (inside && entry->kind == KIND_RAW) {
            find_passed_slot(f, call, argument, path);
            return;
        }
        if (inside) check_late(f, call, argument, (Value){.kind = entry->kind, .tag = entry->tag}, depth + 1);
    }
}

static void check_late(Flow *f, const Node *call, const Node *argument, Value value, int depth) {
    if (value.kind == KIND_BORROWED) pass_borrowed(f, value);
    if (value.kind == KIND_INTERIOR) find_passed_interior(f, call, argument);
    if (value.kind == KIND_LOCAL && depth < 4) check_local(f, call, argument, value.tag, depth);
}

/* An object as void *: the callee does not know it for one. */
static bool is_disguised(const Function *target, unsigned i, Value value) {
    return value.kind == KIND_RAW && target && target->body && i <= target->parameters &&
           !is_raw(target->parameter[i - 1]->type);
}

static void check_arguments(Flow *f, const Node *call, const Value *values) {
    const Function *target = call_target(call);
    for (unsigned i = 1; i < call->count; i++)
        if (reads_late(target, i - 1)) {
            check_late(f, call, call->kid[i], values[i], 0);
            if (is_disguised(target, i, values[i])) find_passed_interior(f, call, call->kid[i]);
        }
}

static void make_fresh(Flow *f, int number, const Node *call, bool early) {
    const Path *path = &f->paths.path[number];
    Type type = path->field ? path->field->is.type : path->root->type;
    if (type.array) type.array = false, type.pointers--;
    f->now.entry[number] = (Entry){.kind = is_raw(type) ? KIND_RAW : KIND_UNKNOWN, .from = call};
    f->now.entry[number].stale = is_raw(type) && early;
    f->now.entry[number].cause = call;
}

/* A local variable whose address the call gets: the callee may write it, and then it is fresh, unless that was
 * early. */
static void pass_address(Flow *f, const Node *call, int number, bool early) {
    const Path *path = &f->paths.path[number];
    make_fresh(f, number, call, early);
    for (int i = 0; !path->field && i < f->paths.count; i++)
        if (f->paths.path[i].root == path->root && f->paths.path[i].field && !is_beyond(&f->paths.path[i]))
            make_fresh(f, i, call, false);
}

static void take_results(Flow *f, const Node *call, const Value *values) {
    const Function *target = call_target(call);
    for (unsigned i = 1; i < call->count; i++) {
        bool early = target && target->early & bit_of(i - 1);
        if (values[i].kind == KIND_LOCAL && is_written(target, i - 1) && !(target && role_of(target) != ROLE_NONE))
            pass_address(f, call, values[i].tag, early);
        if (values[i].kind == KIND_BORROWED && early) f->now.overtaken |= bit_of((unsigned)values[i].tag);
    }
}

/* ---- results ---- */

static Value returned(Flow *f, const Node *call, const Function *target, const Value *values) {
    Value result = by_type(call);
    if (!target || !target->body) return result;
    result.kind = converted(target->returns == KIND_UNKNOWN ? KIND_CONSTANT : target->returns, call->type);
    result.raw = NULL;
    if (result.kind == KIND_HANDLE) result.tag = (short)scope_number(f);
    if (result.kind == KIND_LOCAL || result.kind == KIND_STATUS) result.kind = KIND_NOTHING;
    if (result.kind == KIND_BORROWED) {
        unsigned argument = (unsigned)target->returned_parameter + 1;
        result.kind = argument < call->count ? converted(values[argument].kind, call->type) : KIND_NOTHING;
        result.tag = argument < call->count ? values[argument].tag : 0;
    }
    if (result.kind == KIND_RAW || result.kind == KIND_INTERIOR) result.raw = call;
    return result;
}

static Value result_of(Flow *f, const Node *call, enum role role, const Value *values) {
    switch (role) {
    case ROLE_OBJECT: return (Value){.kind = KIND_RAW, .raw = call};
    case ROLE_FIXED: return (Value){.kind = KIND_FIXED};
    case ROLE_MEMORY: {
        int path = path_number(&f->paths, call->variable, NULL);
        return path < 0 ? (Value){.kind = KIND_FIXED} : (Value){.kind = KIND_LOCAL, .tag = (short)path};
    }
    case ROLE_WITHIN:
        if (call->count > 1 && values[1].kind == KIND_RAW) return (Value){.kind = KIND_INTERIOR, .raw = call};
        return call->count > 1 ? values[1] : (Value){0};
    case ROLE_HANDLE: return (Value){.kind = KIND_HANDLE, .tag = (short)scope_number(f)};
    case ROLE_ESCAPE: {
        int scopes = f->scopes;
        if (f->scopes > 0) f->scopes--;
        Value result = {.kind = KIND_HANDLE, .tag = (short)scope_number(f)};
        f->scopes = scopes;
        return result;
    }
    default: return returned(f, call, call_target(call), values);
    }
}

/* ---- the call ---- */

static void collect_in(Flow *f, const Node *call, const Value *values) {
    if (f->windows) {
        const Node *window = f->window[f->windows - 1];
        char text[128];
        snprintf(text, sizeof text, "a call that may collect within TN_NO_GC, which begins in line %u",
                 window->spot.line);
        finding(f, CHECK_WINDOW, call, text, call, NULL);
    }
    check_arguments(f, call, values);
    f->now.reserved = false;
    pass_collection(f, call);
}

static void read_arguments(Flow *f, const Node *call, const Value *values) {
    for (unsigned i = 1; i < call->count; i++)
        if (values[i].kind == KIND_LOCAL && !is_written(call_target(call), i - 1) &&
            f->now.entry[values[i].tag].kind != KIND_STRUCT)
            use_path(f, values[i].tag, call->kid[i]);
}

static Value finish(Flow *f, const Node *call, const Value *values, Value effects) {
    const Function *target = call_target(call);
    read_arguments(f, call, values);
    enum role role = target ? role_of(target) : ROLE_NONE;
    unsigned how = call_collects(call);
    if (how == ALLOCATES && f->now.reserved) how = 0;
    if (how) collect_in(f, call, values);
    if (role == ROLE_RESERVE) f->now.reserved = true;
    take_results(f, call, values);
    Value result = change_roots(f, call, role, values, result_of(f, call, role, values));
    add_effects(&result, effects);
    if (how && !result.call) result.call = call;
    if (target && target->noreturn) f->now.reachable = false;
    return result;
}

Value invoke(Flow *f, const Node *call) {
    const Function *target = call_target(call);
    bool store = target && role_of(target) == ROLE_STORE;
    Value *values = calloc(call->count + 1, sizeof *values);
    if (!values) exit(2);
    Value effects = evaluate_parts(f, call->kid, call->count, values, store ? CHECK_STORE : CHECK_UNSEQUENCED);
    Value result = finish(f, call, values, effects);
    free(values);
    return result;
}
