/* mutator/request.h: an allocation on its way: what is to be allocated, and the steps that it may take.
 *
 * alloc.c has the way of a request from the public call down. place.c tries to place it without a collection. no_room.c
 * collects for it, and gives up in the order of the contract (tenure/heap.h, "Memory is out"). window.c is what a raw
 * window allows. */
#ifndef TNI_REQUEST_H
#define TNI_REQUEST_H

#include "heap/heap.h"

/* A header and its cell. For tn_reserve the cell is all of it. */
typedef struct tni_request {
    tn_mutator *m;
    const char *function;  /* for reports */
    const tn_place *place; /* of the allocation, for reports; or NULL */
    const tni_layout *layout;
    tn_header header;
    size_t cell, align;
} tni_request;

/* Places the object without collecting; NULL when there is no room. */
typedef void *(*tni_try_fn)(const tni_request *r);
void *tni_try_young(const tni_request *r);
/* Of an object that need not be old: in the nursery, or in the old space while objects are born old. */
void *tni_try_ordinary(const tni_request *r);
/* A small object in the old space. The blocks that the nursery was promised (P1) are not touched. */
void *tni_try_old(const tni_request *r);
void *tni_try_large(const tni_request *r);
/* Where the cell would end in the nursery. */
char *tni_young_end(const tni_request *r);

/* Whether no collection can ever make room for so many bytes. */
bool tni_is_hopeless(const tn_heap *heap, size_t wanted);
/* Collects and tries, in the steps of the contract; NULL after all of them, with the failure reported. `wanted` bytes
 * are for the old space; 0: the nursery must hold the object. */
void *tni_collect_until(const tni_request *r, tni_try_fn attempt, size_t wanted, tni_cause cause);
/* An allocation in a raw window: from what was reserved, or else fatal. */
void *tni_allocate_in_window(const tni_request *r, bool young);

/* False, and reported, when the mutator may not allocate now. */
bool tni_may_allocate(tn_mutator *m, const char *function);

#endif
