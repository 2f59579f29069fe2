/* debug/handle.h: scopes and handles are used as they should be (TENURE_DEBUG=handles).
 *
 * A host that is compiled without NDEBUG tells of every scope and handle (tenure/handle.h). For other hosts, slots
 * above the tops get traps at the next collection only, and nobody knows which handles they were.
 *
 *     H1  `open` has the scopes that are open, the innermost last, since the option was switched on
 *     H2  the slots of a closed scope hold their traps until they are used again. A trap is an address that nothing may
 *         touch. Each slot has traps of its own, so that a fault at one names the slot
 *     H3  `made` says for each slot where its last handle was made, and in which scope
 *
 * A host with several C stacks must leave the mode off, because it compares the depths of frames on the C stack to find
 * scopes that were left without being closed. */
#ifndef TNI_HANDLE_H
#define TNI_HANDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "tenure/handle.h"

typedef struct tni_open_scope {
    const tn_scope_ *at;
    const char *frame; /* of the function that it is in: the stack's top when it opened */
    tn_place place;
    void **handles;    /* the tops of the handle stack when it opened */
    tn_value *values;
    void **escaped_at; /* the tops when something escaped from it, or NULL */
    tn_value *value_escaped_at;
    bool warned;
} tni_open_scope;

typedef struct tni_made { tn_place at, scope; } tni_made; /* file NULL: unknown */

typedef struct tni_handle_checks {
    tni_open_scope *open;
    size_t capacity;     /* of `open`, of which the mutator's open_scopes are in use */
    tni_made *made;      /* for each word of the handle stack */
    char *trap;          /* NULL: the option is off */
    size_t slots;        /* words of the handle stack */
    bool warned;         /* of too many live handles */
} tni_handle_checks;

/* The option may have been switched on or off; the mutator has been attached. */
void tni_handles_changed(tn_mutator *m);
/* The mutator is detached, or the heap destroyed. */
void tni_handles_forget(tn_heap *heap);
/* A collection ends. Warns of too many handles, once, in any build of the host; and fills some slots above the tops
 * with traps, for hosts that do not tell of scopes. */
void tni_handles_after(tn_heap *heap);
/* tn_restore: handles from `to` on and values below `values` are gone, and `scopes` scopes remain open. */
void tni_scopes_restored(tn_mutator *m, void **to, tn_value *values, size_t scopes);

/* "handle used after its scope: ..." for an address that faulted; false when it is no trap of this heap. */
bool tni_handle_text(tn_heap *heap, const void *address, char *text, size_t size);
/* ", made at FILE:LINE" of a live handle, or an empty text when nobody knows. */
void tni_handle_made_text(const tn_heap *heap, const void *slot, char *text, size_t size);

#endif
