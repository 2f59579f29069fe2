/* state.c: owns paths and the joining of states. See state.h. */
#include "state.h"

#include <string.h>

int path_number(Paths *paths, Variable *root, Field *field) {
    for (int i = 0; i < paths->count; i++)
        if (paths->path[i].root == root && paths->path[i].field == field) return i;
    if (paths->count == PATHS_MAX) return -1;
    const Type *type = field ? &field->is.type : &root->type;
    paths->path[paths->count] = (Path){root, field, type->array || (field && root->type.array)};
    return paths->count++;
}

const Node many_calls[1];

static bool set(bool *flag) {
    bool changed = !*flag;
    *flag = true;
    return changed;
}

static bool join_entry(Entry *into, const Entry *from) {
    bool changed = false;
    if (from->mixed || (into->from && from->from && into->from != from->from)) changed |= set(&into->mixed);
    if (from->stale_twice || (into->stale && from->stale && into->cause != from->cause))
        changed |= set(&into->stale_twice);
    if (from->kind > into->kind) {
        Entry stronger = *from;
        stronger.stale |= into->stale;
        stronger.stale_twice = into->stale_twice;
        stronger.mixed = into->mixed;
        if (!stronger.cause) stronger.cause = into->cause;
        *into = stronger;
        changed = true;
    } else if (from->stale && !into->stale) {
        into->stale = true;
        into->cause = from->cause;
        if (from->from && from->kind == into->kind) into->from = from->from;
        changed = true;
    }
    return changed;
}

bool state_join(State *into, const State *from, int paths) {
    if (!from->reachable) return false;
    if (!into->reachable) {
        *into = *from;
        return true;
    }
    bool changed = (from->roots & ~into->roots) || (from->written & ~into->written) ||
                   (from->overtaken & ~into->overtaken) || (into->reserved && !from->reserved);
    into->written |= from->written;
    into->overtaken |= from->overtaken;
    if (from->collected && from->collected != into->collected && into->collected != MANY_CALLS) {
        into->collected = into->collected ? MANY_CALLS : from->collected;
        changed = true;
    }
    into->roots |= from->roots;
    into->reserved &= from->reserved;
    for (int i = 0; i < paths; i++) changed |= join_entry(&into->entry[i], &from->entry[i]);
    return changed;
}
