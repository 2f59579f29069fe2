/* value.c: what expressions yield. */
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "flow.h"

void add_effects(Value *to, Value from) {
    if (!to->raw) to->raw = from.raw;
    if (!to->call) to->call = from.call;
}

static Value with_kind(Value value, unsigned char kind) {
    value.kind = kind;
    return value;
}

/* What a value is when it has been stored in, or cast to, this type. */
unsigned char converted(unsigned char kind, Type to) {
    bool held = kind == KIND_RAW || kind == KIND_TAGGED || kind == KIND_INTERIOR;
    if (is_object(to)) {
        if (kind == KIND_CONSTANT || kind == KIND_FIXED || kind == KIND_LOCAL || kind == KIND_STATUS) return kind;
        return to.record->fixed ? KIND_FIXED : KIND_RAW;
    }
    if (is_value(to)) return held ? KIND_RAW : kind;
    if (is_pointer(to)) {
        bool to_reference = to.base == BASE_VOID || has_value_base(to) || to.base == BASE_CELL;
        if (kind == KIND_TAGGED && !to_reference) return KIND_NOTHING;
        if (!held) return kind;
        return kind == KIND_RAW && to.base == BASE_VOID && to.pointers == 1 ? KIND_RAW : KIND_INTERIOR;
    }
    if (to.base == BASE_WORD || to.base == BASE_RECORD) return kind;
    return kind == KIND_CONSTANT || kind == KIND_STATUS ? kind : KIND_NOTHING;
}

/* ---- parts whose order is open ---- */

static void find_unsequenced(Flow *f, const Node *raw, const Node *call, enum check check) {
    const char *text = check == CHECK_STORE
                           ? "the object of this store is raw, and may have moved: the rest of the store may collect"
                           : "this raw pointer may be read before another part of the expression collects";
    finding(f, check, raw, text, call, NULL);
}

/* Each part from the state before all of them; the first two that clash are told. */
Value evaluate_parts(Flow *f, Node *const *kid, unsigned count, Value *values, enum check check) {
    unsigned collecting = 0;
    Value all = {.kind = KIND_NOTHING};
    for (unsigned i = 0; i < count; i++) collecting += kid[i]->collects;
    State before = f->now, after = {0};
    for (unsigned i = 0; i < count; i++) {
        if (collecting) f->now = before;
        values[i] = evaluate(f, kid[i]);
        add_effects(&all, values[i]);
        if (collecting) state_join(&after, &f->now, f->paths.count);
    }
    if (!collecting) return all;
    f->now = after;
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < count; j++) {
            if (i == j || !values[i].raw || !values[j].call) continue;
            find_unsequenced(f, values[i].raw, values[j].call, check);
            return all;
        }
    return all;
}

static Value evaluate_others(Flow *f, const Node *node) {
    Value *values = calloc(node->count + 1, sizeof *values);
    if (!values) exit(2);
    Value all = evaluate_parts(f, node->kid, node->count, values, CHECK_UNSEQUENCED);
    free(values);
    return all;
}

/* va_arg: the caller's arguments are raw, and read as late as it is called. */
static Value evaluate_other(Flow *f, const Node *node) {
    Value value = evaluate_others(f, node);
    const Record *list = node->count == 1 ? node->kid[0]->type.record : NULL;
    if (!list || strcmp(list->name, "__va_list_tag") != 0 || !is_raw(node->type)) return value;
    if (f->now.collected)
        finding(f, CHECK_STALE, node, "an argument of a variable number is read after a call that may collect",
                f->now.collected == MANY_CALLS ? NULL : f->now.collected, NULL);
    return by_type(node);
}

static Value evaluate_arithmetic(Flow *f, const Node *node) {
    Value values[2] = {0};
    Value result = evaluate_parts(f, node->kid, node->count, values, CHECK_UNSEQUENCED);
    for (unsigned i = 0; i < node->count; i++) {
        unsigned char kind = values[i].kind;
        bool held = kind == KIND_RAW || kind == KIND_INTERIOR || kind == KIND_TAGGED;
        if (is_pointer(node->type) && (is_pointer(node->kid[i]->type) || held)) { /* p + n */
            result.kind = held ? KIND_INTERIOR : kind;
            result.tag = values[i].tag;
        } else if (held && node->op != OP_SHIFT) {
            result.kind = KIND_TAGGED;
        }
    }
    return result;
}

/* ---- conditions ---- */

static bool is_constant(const Node *node) { return without_casts(node)->kind == N_CONSTANT; }

/* x of __builtin_expect(!!(x), 1). */
static const Node *without_hint(const Node *node) {
    while (node->kind == N_CALL && call_target(node) && strcmp(call_target(node)->name, "__builtin_expect") == 0)
        node = node->kid[1];
    return node;
}

static Value evaluate_logical(Flow *f, const Node *node) {
    State yes, no;
    Value result = branch(f, node, &yes, &no);
    f->now = yes;
    state_join(&f->now, &no, f->paths.count);
    return result;
}

/* What is only tested is not used. */
static Value evaluate_condition(Flow *f, const Node *node) {
    node = without_hint(node);
    switch (node->kind) {
    case N_NAME:
    case N_FIELD:
        if (quiet_path(f, node) >= 0) return (Value){.kind = KIND_NOTHING};
        return with_kind(evaluate(f, node), KIND_NOTHING);
    case N_NOT:
    case N_CAST: return evaluate_condition(f, node->kid[0]);
    case N_LOGICAL: return evaluate_logical(f, node);
    case N_COMPARE:
        if (is_constant(node->kid[1])) return evaluate_condition(f, node->kid[0]);
        if (is_constant(node->kid[0])) return evaluate_condition(f, node->kid[1]);
        return with_kind(evaluate_others(f, node), KIND_NOTHING);
    default: return with_kind(evaluate(f, node), KIND_NOTHING);
    }
}

/* The call that a node yields the result of, or NULL. */
static const Node *call_in(const Node *node) {
    while (node && (node->kind == N_CAST || node->kind == N_ASSIGN || node->kind == N_DECLARE))
        node = node->kind == N_DECLARE && !node->count ? NULL : node->kid[node->count - 1];
    return node && node->kind == N_CALL ? node : NULL;
}

/* A registration that has failed is none: NULL for a range, else not TN_OK. */
static void assume_root(Flow *f, int path, const Node *call, bool zero) {
    int root = call ? root_of_call(f, call) : -1;
    if (path >= 0 && f->now.entry[path].kind == KIND_STATUS) root = f->now.entry[path].tag;
    if (root >= 0 && zero == f->root[root].range) f->now.roots &= ~(UINT32_C(1) << root);
}

/* What is tested is known to be a constant, mostly 0 (equal), or not. Many functions collect only when they fail. */
static void assume_constant(Flow *f, const Node *node, bool equal, const Node *constant) {
    bool zero = without_casts(constant)->zero;
    int path = quiet_path(f, node);
    const Node *call = call_in(node);
    if (!call && path >= 0 && !f->now.entry[path].mixed) call = call_in(f->now.entry[path].from);
    if (zero || !equal) assume_root(f, path, call, equal);
    const Function *target = call ? call_target(call) : NULL;
    bool with_body = target && target->body && !equal;
    if (with_body && zero && !target->collects_well) take_back_collection(f, call);
    bool ones = with_body && keeps_width(node, target->result) && is_all_ones(constant, target->result);
    if (ones && !target->collects_otherwise) take_back_collection(f, call);
    if (path >= 0 && equal && f->now.entry[path].kind >= KIND_HANDLE && !f->paths.path[path].elements)
        f->now.entry[path] = (Entry){.kind = KIND_CONSTANT};
}

/* What the truth of a plain condition tells. */
static void assume(Flow *f, const Node *node, bool truth) {
    static const Node zero = {.kind = N_CONSTANT, .zero = true};
    switch (node->kind) {
    case N_COMPARE: {
        unsigned side = is_constant(node->kid[1]) ? 0 : 1;
        bool equal = truth == (node->op == OP_EQUAL);
        if (is_constant(node->kid[!side])) assume_constant(f, node->kid[side], equal, node->kid[!side]);
        break;
    }
    case N_CONSTANT: /* while (1), do ... while (0) */
        if (truth ? node->zero : node->not_zero) f->now.reachable = false;
        break;
    case N_NAME: case N_FIELD: case N_ASSIGN: case N_CALL: assume_constant(f, node, !truth, &zero); break;
    default: break;
    }
}

static Value branch_logical(Flow *f, const Node *node, State *yes, State *no) {
    State first_yes, first_no;
    Value result = branch(f, node->kid[0], &first_yes, &first_no);
    f->now = node->op == OP_AND ? first_yes : first_no;
    add_effects(&result, branch(f, node->kid[1], yes, no));
    if (node->op == OP_AND) state_join(no, &first_no, f->paths.count);
    else state_join(yes, &first_yes, f->paths.count);
    return result;
}

Value branch(Flow *f, const Node *node, State *yes, State *no) {
    node = without_hint(node);
    if (node->kind == N_NOT) return branch(f, node->kid[0], no, yes);
    if (node->kind == N_CAST) return branch(f, node->kid[0], yes, no);
    if (node->kind == N_LOGICAL) return branch_logical(f, node, yes, no);
    Value result = evaluate_condition(f, node);
    State before = f->now;
    assume(f, node, true);
    *yes = f->now;
    f->now = before;
    assume(f, node, false);
    *no = f->now;
    return with_kind(result, KIND_NOTHING);
}

static Value evaluate_choice(Flow *f, const Node *node) {
    State yes, no;
    Value result = branch(f, node->kid[0], &yes, &no), first, second = {0};
    f->now = yes;
    first = evaluate(f, node->kid[1]);
    yes = f->now;
    f->now = no;
    if (node->count > 2) second = evaluate(f, node->kid[2]);
    state_join(&f->now, &yes, f->paths.count);
    add_effects(&result, first);
    add_effects(&result, second);
    const Value *stronger = first.kind >= second.kind ? &first : &second;
    result.kind = stronger->kind;
    result.tag = stronger->tag;
    return result;
}

/* ---- stores ---- */

/* *p++ = f(): where it goes is found before or after f is called. */
static Value evaluate_assignment(Flow *f, const Node *node) {
    const Node *left = node->kid[0], *right = node->kid[1];
    State before = f->now;
    Value value = evaluate(f, right);
    State after = f->now;
    if (value.call) f->now = before;
    Place place = place_of(f, left);
    if (value.call) {
        f->now = after;
        if (place.effects.raw) find_unsequenced(f, place.effects.raw, value.call, CHECK_STORE);
    }
    assign(f, place, value, node);
    if (is_raw(left->type)) value.kind = converted(value.kind, left->type);
    add_effects(&value, place.effects);
    return value;
}

/* x++, x += y: it keeps what it is. */
static Value evaluate_update(Flow *f, const Node *node) {
    State before = f->now;
    Value value = {0};
    if (node->count > 1) value = evaluate(f, node->kid[1]);
    State after = f->now;
    if (value.call) f->now = before;
    Place place = place_of(f, node->kid[0]);
    Value old = read_place(f, place, node->kid[0]);
    if (value.call) {
        f->now = after;
        if (old.raw) find_unsequenced(f, old.raw, value.call, place.in_object ? CHECK_STORE : CHECK_UNSEQUENCED);
    }
    add_effects(&old, value);
    return old;
}

static Value evaluate_cast(Flow *f, const Node *node) {
    Value value = evaluate(f, node->kid[0]);
    value.kind = converted(value.kind, node->type);
    if (value.kind == KIND_RAW && !value.raw) value.raw = node;
    return value;
}

static Value evaluate_sequence(Flow *f, const Node *node) {
    Value value = {.kind = KIND_NOTHING}, all = value;
    for (unsigned i = 0; i < node->count; i++) {
        value = evaluate(f, node->kid[i]);
        add_effects(&all, value);
    }
    add_effects(&value, all);
    return value;
}

Value evaluate(Flow *f, const Node *node) {
    switch (node->kind) {
    case N_CONSTANT: return (Value){.kind = KIND_CONSTANT};
    case N_NAME:
    case N_FIELD:
    case N_INDEX:
    case N_LITERAL:
    case N_DEREF: return read_place(f, place_of(f, node), node);
    case N_ADDRESS: return address_of(f, place_of(f, node->kid[0]), node);
    case N_CAST: return evaluate_cast(f, node);
    case N_CALL: return invoke(f, node);
    case N_ASSIGN: return evaluate_assignment(f, node);
    case N_UPDATE: return evaluate_update(f, node);
    case N_LOGICAL:
    case N_COMPARE:
    case N_NOT: return with_kind(evaluate_condition(f, node), KIND_NOTHING);
    case N_COMMA:
    case N_DESIGNATED: return evaluate_sequence(f, node);
    case N_ARITHMETIC: return evaluate_arithmetic(f, node);
    case N_CONDITIONAL: return evaluate_choice(f, node);
    case N_BLOCK_VALUE: return flow_block(f, node->kid[0]);
    case N_LIST: return evaluate_others(f, node);
    case N_OTHER: return evaluate_other(f, node);
    case N_FUNCTION:
    case N_LABEL_ADDRESS: return (Value){.kind = KIND_FIXED};
    default:
        flow_statement(f, node);
        return (Value){.kind = KIND_NOTHING};
    }
}
