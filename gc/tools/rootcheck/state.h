/* state.h: what is known at one point of a function about what its variables hold.
 *
 * A path is a variable, or a field of one (v.f, or v->f where *v is no object), or the elements of an array. Paths are
 * numbered per function as they are met. A state has an entry for each; one that has never been assigned is
 * KIND_UNKNOWN, and read by its type. Joining states is monotonous: raw beats constant, stale beats fresh. */
#ifndef ROOTCHECK_STATE_H
#define ROOTCHECK_STATE_H

#include "ir.h"

/* What a value is; of two, the later one here is the stronger. */
enum kind {
    KIND_UNKNOWN,
    KIND_NOTHING,  /* nothing that the collector cares for */
    KIND_CONSTANT, /* an immediate, NULL */
    KIND_FIXED,    /* the address of what does not move */
    KIND_STATUS,   /* whether a root has been registered; `tag` is its number */
    KIND_BORROWED, /* what a parameter points to; `tag` is its number */
    KIND_LOCAL,    /* the address of a local variable; `tag` is its path */
    KIND_HANDLE,   /* `tag` is its scope */
    KIND_STRUCT,   /* a struct that was copied as a whole: its references are as raw as those that it came from */
    KIND_TAGGED,   /* computed from something raw */
    KIND_RAW,
    KIND_INTERIOR  /* an address within an object */
};

typedef struct Entry {
    unsigned char kind;
    bool stale, stale_twice; /* twice: by more than one call */
    bool mixed;              /* `from` is only one of the places where it was assigned */
    short tag;
    const Node *cause; /* the call that has made it stale */
    const Node *from;  /* where it was assigned */
} Entry;

extern const Node many_calls[1];
#define MANY_CALLS many_calls

enum { PATHS_MAX = 384, ROOTS_MAX = 32 };

typedef struct State {
    bool reachable;
    bool reserved;  /* tn_reserve has made room */
    uint32_t roots; /* local variables that are registered, by number */
    uint64_t written, overtaken; /* parameters that something raw was stored through; and a collection has followed */
    const Node *collected; /* the call on the way here that may have collected; MANY_CALLS if there is more than one */
    Entry entry[PATHS_MAX];
} State;

typedef struct Path {
    Variable *root;
    Field *field;  /* or NULL: the variable itself */
    bool elements; /* of an array: stores add to what is there */
} Path;

typedef struct Paths {
    Path path[PATHS_MAX];
    int count;
} Paths;

/* The path's number, or -1 when there are too many. */
int path_number(Paths *paths, Variable *root, Field *field);

bool state_join(State *into, const State *from, int paths); /* true: `into` has changed */

/* A field of what a pointer refers to, which outlives the function. */
static inline bool is_beyond(const Path *path) {
    return path->field && path->root->type.pointers > 0 && !path->root->type.array;
}

#endif
