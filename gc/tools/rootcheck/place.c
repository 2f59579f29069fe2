/* place.c: variables and fields: what reading one means, what a collection makes of them, and what a store does. */
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "flow.h"

void finding(Flow *f, enum check check, const Node *at, const char *text, const Node *call, const Node *from) {
    char reason[512] = "";
    if (!f->loud || !f->now.reachable) return;
    if (call) call_reason(call, reason, sizeof reason);
    report(check, at->spot, text, call ? call->spot : (Spot){0}, call ? reason : NULL, from ? from->spot : (Spot){0},
           from ? "it was assigned here" : NULL);
}

/* ---- scopes ---- */

int scope_number(const Flow *f) {
    if (f->scopes == 0) return 0;
    for (int i = 0; i < f->known_scopes; i++)
        if (f->known_scope[i] == f->scope[f->scopes - 1]) return i + 1;
    return 0;
}

static bool is_open(const Flow *f, int scope) {
    if (scope == 0) return true;
    for (int i = 0; i < f->scopes; i++)
        if (f->scope[i] == f->known_scope[scope - 1]) return true;
    return false;
}

/* ---- reading ---- */

static const char *path_name(const Path *path, char *text, size_t size) {
    const char *join = !path->field ? "" : is_beyond(path) ? "->" : ".";
    snprintf(text, size, "%s%s%s", path->root->name, join, path->field ? path->field->is.name : "");
    return text;
}

/* T **tail, tn_value *, or a pointer to a TN_FIELD: what is stored through it is a reference. */
static bool points_to_reference(Type type) {
    if (has_value_base(type) || type.base == BASE_CELL) return type.pointers == 1;
    return type.base == BASE_RECORD && type.pointers == 2 && type.record && type.record->heap;
}

static void find_stale(Flow *f, const Path *path, const Entry *entry, const Node *node) {
    char name[128], text[256];
    const Type type = path->field ? path->field->is.type : path->root->type;
    bool whole = entry->kind == KIND_RAW || entry->kind == KIND_STRUCT;
    enum check check = whole ? CHECK_STALE : points_to_reference(type) ? CHECK_TAIL : CHECK_INTERIOR;
    static const char *const what[] = {
        [CHECK_STALE] = "'%s' is used after a call that may collect: its object may have moved or died",
        [CHECK_INTERIOR] = "'%s', which points into an object, is used after a call that may collect",
        [CHECK_TAIL] = "'%s', the address of a reference in an object, is used after a call that may collect",
    };
    snprintf(text, sizeof text, what[check], path_name(path, name, sizeof name));
    finding(f, check, node, text, entry->cause, entry->from);
}

static void find_closed(Flow *f, const Path *path, const Entry *entry, const Node *node) {
    char name[128], text[256];
    path_name(path, name, sizeof name);
    snprintf(text, sizeof text, "'%s', a handle, is used after its scope has ended", name);
    finding(f, CHECK_ESCAPE, node, text, NULL, entry->from);
}

void learn_bits(Flow *f, uint64_t *fact, uint64_t bits) {
    if (bits & ~*fact) *f->learned = true;
    *fact |= bits;
}

/* One use of what a path holds. What has been found is forgotten, so that one mistake is told once. */
void use_path(Flow *f, int number, const Node *node) {
    const Path *path = &f->paths.path[number];
    Entry *entry = &f->now.entry[number];
    if (!f->now.reachable) return;
    if (entry->kind == KIND_HANDLE && (entry->stale || !is_open(f, entry->tag))) {
        find_closed(f, path, entry, node);
        *entry = (Entry){.kind = KIND_NOTHING};
    } else if (entry->kind == KIND_BORROWED && entry->stale) {
        learn_bits(f, &f->function->late, entry->tag < 64 ? UINT64_C(1) << entry->tag : 0);
    } else if (entry->stale) {
        find_stale(f, path, entry, node);
        entry->stale = entry->stale_twice = false;
    }
}

/* A struct as a whole: each of its fields. */
static void use_fields(Flow *f, int number, const Node *node) {
    const Variable *root = f->paths.path[number].root;
    for (int i = 0; i < f->paths.count; i++) {
        const Path *path = &f->paths.path[i];
        if (path->root == root && path->field && !is_beyond(path)) use_path(f, i, node);
    }
}

static bool is_struct(Type type) { return type.base == BASE_RECORD && !type.pointers; }

/* A reference in a struct that was copied as a whole. */
static void use_copied(Flow *f, int number, const Node *node) {
    const Path *path = &f->paths.path[number];
    if (!path->field || is_beyond(path) || !is_raw(node->type)) return;
    if (f->now.entry[number].kind != KIND_UNKNOWN) return;
    int whole = path_number(&f->paths, path->root, NULL);
    if (whole >= 0 && f->now.entry[whole].kind == KIND_STRUCT) use_path(f, whole, node);
}

Value by_type(const Node *node) {
    Value value = {.kind = KIND_NOTHING};
    if (is_raw(node->type)) value = (Value){.kind = KIND_RAW, .raw = node};
    else if (is_object(node->type)) value.kind = KIND_FIXED;
    return value;
}

Value read_place(Flow *f, Place place, const Node *node) {
    if (node->type.array) return address_of(f, place, node);
    Value value = by_type(node);
    if (place.path >= 0) {
        if (is_struct(node->type)) use_fields(f, place.path, node);
        else use_path(f, place.path, node);
        use_copied(f, place.path, node);
        const Entry *entry = &f->now.entry[place.path];
        if (entry->kind != KIND_UNKNOWN && !is_struct(node->type))
            value = (Value){.kind = entry->kind, .tag = entry->tag};
        if (value.kind == KIND_RAW || value.kind == KIND_INTERIOR) value.raw = node;
    } else if (place.global && place.global->constant) {
        value = (Value){.kind = KIND_CONSTANT};
    }
    add_effects(&value, place.effects);
    return value;
}

Value address_of(Flow *f, Place place, const Node *node) {
    Value value = {.kind = KIND_FIXED};
    if (place.in_object) value = (Value){.kind = KIND_INTERIOR, .raw = node};
    else if (place.path >= 0 && !is_beyond(&f->paths.path[place.path]))
        value = (Value){.kind = KIND_LOCAL, .tag = (short)place.path};
    else if (place.path >= 0 || !place.global) value.kind = KIND_NOTHING;
    add_effects(&value, place.effects);
    return value;
}

/* ---- finding places ---- */

static Place at_path(int path) { return (Place){.path = path}; }

static Place field_through_pointer(Flow *f, const Node *node) {
    const Node *base = node->kid[0];
    Place place = {.path = -1, .effects = evaluate(f, base)};
    Value *value = &place.effects;
    place.in_object = value->kind == KIND_RAW || value->kind == KIND_INTERIOR;
    if (place.in_object && !value->raw) value->raw = base;
    if (value->kind == KIND_LOCAL && !f->paths.path[value->tag].field)
        place.path = path_number(&f->paths, f->paths.path[value->tag].root, node->field);
    else if (!place.in_object && base->kind == N_NAME && !base->variable->global)
        place.path = path_number(&f->paths, base->variable, node->field);
    return place;
}

static Place field_of_place(Flow *f, const Node *node) {
    Place place = place_of(f, node->kid[0]);
    place.field = node->field;
    if (place.path < 0) return place;
    const Path *path = &f->paths.path[place.path];
    bool cell = node->kid[0]->type.base == BASE_CELL; /* one with the field that it is the type of */
    if (!cell) place.path = path->field ? -1 : path_number(&f->paths, path->root, node->field);
    return place;
}

static Place element(Flow *f, const Node *node) {
    Value parts[2];
    Place place = {.path = -1, .effects = evaluate_parts(f, node->kid, 2, parts, CHECK_UNSEQUENCED)};
    place.in_object = parts[0].kind == KIND_RAW || parts[0].kind == KIND_INTERIOR;
    if (parts[0].kind == KIND_LOCAL) place.path = parts[0].tag;
    const Node *array = node->kid[0];
    if (array->type.array && array->kind == N_NAME && array->variable->global) place.global = array->variable;
    return place;
}

static Place referent(Flow *f, const Node *node) {
    Place place = {.path = -1, .effects = evaluate(f, node->kid[0])};
    place.in_object = place.effects.kind == KIND_RAW || place.effects.kind == KIND_INTERIOR;
    if (place.effects.kind == KIND_LOCAL) place.path = place.effects.tag;
    return place;
}

Place place_of(Flow *f, const Node *node) {
    switch (node->kind) {
    case N_NAME:
        if (node->variable->global) return (Place){.path = -1, .global = node->variable};
        return at_path(path_number(&f->paths, node->variable, NULL));
    case N_FIELD: return node->arrow ? field_through_pointer(f, node) : field_of_place(f, node);
    case N_INDEX: return element(f, node);
    case N_DEREF: return referent(f, node);
    case N_LITERAL: {
        Value effects = flow_initialise(f, node->variable, node);
        return (Place){.path = path_number(&f->paths, node->variable, NULL), .effects = effects};
    }
    default: return (Place){.path = -1, .effects = evaluate(f, node)};
    }
}

int quiet_path(Flow *f, const Node *node) {
    while (node->kind == N_CAST || node->kind == N_ASSIGN) node = node->kid[0];
    if (node->kind == N_NAME && !node->variable->global) return path_number(&f->paths, node->variable, NULL);
    if (node->kind != N_FIELD || node->kid[0]->kind != N_NAME || node->kid[0]->variable->global) return -1;
    if (node->arrow) {
        int base = path_number(&f->paths, node->kid[0]->variable, NULL);
        if (base < 0 || f->now.entry[base].kind >= KIND_LOCAL || is_object(node->kid[0]->type)) return -1;
    }
    return path_number(&f->paths, node->kid[0]->variable, node->field);
}

/* ---- storing ---- */

static void assign_path(Flow *f, int number, Value value, const Node *node) {
    const Path *path = &f->paths.path[number];
    Type type = path->field ? path->field->is.type : path->root->type;
    if (path->elements && type.array) type.array = false, type.pointers--;
    Entry entry = {.kind = converted(value.kind, type), .tag = value.tag, .from = node};
    if (is_struct(type) && value.kind != KIND_CONSTANT) entry.kind = KIND_STRUCT;
    Entry *now = &f->now.entry[number];
    if (path->elements) {
        if (now->kind > entry.kind) return;
        entry.stale = now->stale && now->kind == entry.kind;
        entry.cause = now->cause;
    }
    *now = entry;
    for (int i = 0; !path->field && i < f->paths.count; i++) /* the fields are new as well */
        if (f->paths.path[i].root == path->root && f->paths.path[i].field) f->now.entry[i] = (Entry){0};
}

static void assign_global(Flow *f, Place place, Value value, const Node *node) {
    const Variable *target = place.field ? &place.field->is : place.global;
    char text[256];
    Type type = target->type;
    if (type.array) type.array = false, type.pointers--;
    if (value.kind == KIND_HANDLE && value.tag != 0) {
        snprintf(text, sizeof text, "'%s', which outlives the scope, gets a handle", target->name);
        finding(f, CHECK_ESCAPE, node, text, NULL, NULL);
    }
    if (!is_raw(type) || converted(value.kind, type) != KIND_RAW) return;
    if (target->visited || place.global->visited) return;
    snprintf(text, sizeof text,
             "'%s', which is no root, gets a raw pointer: a collection may move or free its object", target->name);
    finding(f, CHECK_MEMORY, node, text, NULL, NULL);
}

/* *out = value */
static void assign_through(Flow *f, unsigned parameter, Value value) {
    uint64_t bit = parameter < 64 ? UINT64_C(1) << parameter : 0;
    f->now.overtaken &= ~bit;
    if (value.kind == KIND_RAW) f->now.written |= bit;
    else f->now.written &= ~bit;
}

void assign(Flow *f, Place place, Value value, const Node *node) {
    if (place.path < 0 && place.effects.kind == KIND_BORROWED) assign_through(f, (unsigned)place.effects.tag, value);
    if (place.path >= 0) assign_path(f, place.path, value, node);
    else if (place.global) assign_global(f, place, value, node);
}

/* ---- collections ---- */

void pass_collection(Flow *f, const Node *call) {
    f->now.overtaken |= f->now.written;
    if (!f->now.collected) f->now.collected = call;
    else if (f->now.collected != call) f->now.collected = MANY_CALLS;
    for (int i = 0; i < f->paths.count; i++) {
        Entry *entry = &f->now.entry[i];
        const Path *path = &f->paths.path[i];
        if (path->field && path->field->is.visited) continue;
        bool may_go = entry->kind == KIND_RAW || entry->kind == KIND_INTERIOR || entry->kind == KIND_BORROWED ||
                      entry->kind == KIND_STRUCT;
        if (!may_go) continue;
        if (entry->stale) {
            entry->stale_twice |= entry->cause != call;
            continue;
        }
        entry->stale = true;
        entry->cause = call;
    }
}

void take_back_collection(Flow *f, const Node *call) {
    if (f->now.collected == call) f->now.collected = NULL;
    for (int i = 0; i < f->paths.count; i++)
        if (f->now.entry[i].cause == call && !f->now.entry[i].stale_twice) f->now.entry[i].stale = false;
}
