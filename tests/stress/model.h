/* model.h: the plain graph that the oracle compares the heap with. It knows nothing of the collector: nodes with
 * numbers, slots that name their target's number or hold an immediate, and what has been observed of each node.
 *
 * Invariants: a node's number is never used again. Every id in a strong slot of a node in the model is in the model.
 * A node leaves the model only when the heap has had to find it dead. */
#ifndef ORACLE_MODEL_H
#define ORACLE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t Id; /* 0: none */

typedef struct Slot {
    Id id;         /* the target, or 0 */
    bool is_value; /* of a union: the word is a value, not a reference */
    uint64_t word; /* id: the bits of the value outside of the address; no id: the immediate, 0 in a reference */
} Slot;

typedef struct Node {
    Id id;
    unsigned shape;
    uint32_t count;   /* the tail's length */
    uint32_t slots;   /* how many there are */
    uint32_t salt;    /* changes with the plain data */
    uint32_t mark;    /* the last walk that reached it */
    uint32_t suspect; /* the last closure check that reached it */
    bool cleared;     /* a weak reference to it has been seen cleared: it must never be seen again */
    bool unprotected; /* stores into it need no barrier */
    bool intact;      /* in this walk, a weak reference to it has been seen uncleared */
    void *address;    /* at the last walk */
    void *fixed;      /* where it must stay, once it is old or stable */
    uint64_t hash;    /* once asked for */
    Slot *slot;
} Node;

typedef struct Model {
    Node **node; /* by id; NULL when it has left */
    size_t capacity;
    Id next;
    Id *all; /* the ids in the model */
    size_t count, all_capacity;
    unsigned char *disposals; /* by id, also of nodes that have left */
} Model;

/* Random numbers: splitmix64. */
uint64_t model_random(uint64_t *state);
uint64_t model_mix(uint64_t x);

/* A new node, with `slots` empty slots. Aborts when the test itself is out of memory, as all of these do. */
Node *model_add(Model *model, unsigned shape, uint32_t count, uint32_t slots);
Node *model_node(const Model *model, Id id);
void model_grow_slots(Node *node, uint32_t slots);
/* Takes out every node that walk `mark` did not reach. */
void model_drop_unreached(Model *model, uint32_t mark);
void model_free(Model *model);

/* A growing array of ids as a work list. */
typedef struct IdList {
    Id *id;
    size_t count, capacity;
} IdList;
void ids_push(IdList *list, Id id);

#endif
