/* tenure/status.h: how a call says that it failed.
 *
 * A function that fails returns a NULL handle, a NULL pointer or a tn_status other than TN_OK, and leaves one line of
 * text in its mutator. The line names the call, what is wrong, and what to do. The heap is whole after every failure.
 * Nothing is printed. A host that wants to see each failure as it happens sets tn_config.on_error, or the option
 * log=errors (TENURE_LOG=errors), which sends each line to the log. */
#ifndef TENURE_STATUS_H
#define TENURE_STATUS_H

#include "base.h"

TN_BEGIN_DECLS_

typedef enum tn_status {
    TN_OK = 0,
    TN_OUT_OF_MEMORY,  /* the limit is reached and collecting did not help, or the system gives no more (heap.h) */
    TN_BAD_ARGUMENT,   /* a NULL or a handle where an object is needed, an index out of range, contradictory fields */
    TN_BAD_TYPE,       /* a type number that nobody registered, or a description that makes no sense */
    TN_BAD_SIZE,       /* a size of zero, one that contradicts the type, or one beyond what an address can hold */
    TN_BAD_OPTION,     /* an option's name or value */
    TN_BAD_STATE,      /* the right call at the wrong time: an attached mutator, a callback, a raw window */
    TN_WRONG_HEAP,     /* an object, root or mutator of another heap */
    TN_NOT_FOUND,      /* a root, global or range that is not registered (any more) */
    TN_WRONG_VERSION   /* the host was compiled with the headers of another version */
} tn_status;

/* A failure that has no mutator to be kept in: tn_heap_create and tn_mutator_create fill it. It keeps this size. */
typedef struct tn_error {
    tn_status status;
    char text[252];
} tn_error;

/* The general meaning of a status: a static string, never NULL. Any thread; never collects; also in callbacks. */
TN_API_ TN_NO_COLLECT const char *tn_status_text(tn_status status);

/* The last failure of this mutator: its status, and its line of text. The mutator owns the text, which is valid until
 * its next failure; it is "" when nothing has failed. Both stay until the next failure or tn_clear_error. With
 * m == NULL: TN_BAD_ARGUMENT and a text that says so. The mutator's thread; never collect. */
TN_API_ TN_NO_COLLECT tn_status tn_last_status(const tn_mutator *m);
TN_API_ TN_NO_COLLECT const char *tn_last_error(const tn_mutator *m);
TN_API_ TN_NO_COLLECT void tn_clear_error(tn_mutator *m);

TN_END_DECLS_
#endif
