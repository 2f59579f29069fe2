/* tenure/heap.h: creating, tuning, collecting and destroying a heap. */
#ifndef TENURE_HEAP_H
#define TENURE_HEAP_H

#include <stdbool.h>

#include "base.h"
#include "format.h"
#include "mutator.h"
#include "status.h"

TN_BEGIN_DECLS_

typedef enum tn_collection_kind {
    TN_MINOR, /* evacuates the nursery into the old space */
    TN_MAJOR, /* a minor, then marks the whole heap; sweeping follows lazily */
    TN_FULL   /* a major, sweeps at once, and gives free memory back to the system */
} tn_collection_kind;

/* What the pacing policy knows when it decides. All in bytes, but the times. */
typedef struct tn_pacing {
    size_t nursery;           /* the nursery's present size */
    size_t nursery_min, nursery_max;
    size_t survived;          /* by the last minor collection */
    uint64_t minor_ns;        /* what that took. Times are those that the mutator's thread has run, on a processor:
                               * no time in which it was stopped or waited is in them, and none of debug modes */
    uint64_t mutator_ns;      /* what the mutator took since the collection before it */
    uint64_t pause_target_ns;
    size_t live;              /* marked by the last major collection */
    size_t external;          /* off-heap bytes (tn_external_adjust) */
    uint64_t mark_ns;         /* what the last major collection took */
    uint64_t old_rate;        /* bytes a second that the old space and external bytes have grown by, lately */
    size_t heap_max;          /* the hard limit of all that the heap takes from the system, and of external */
} tn_pacing;

/* The policy as a table. Each function must be pure and quick; it must not call the API. The collector clamps what
 * they return to the options' ranges and the hard limit. */
typedef struct tn_policy {
    size_t (*nursery_size)(const tn_pacing *pacing, void *user); /* after each minor collection */
    size_t (*old_limit)(const tn_pacing *pacing,
                        void *user); /* after each major: the old and external bytes that start the next. External
                                      * bytes that its dead give back later are taken off. */
    void *user;
} tn_policy;

/* The host's settings. Start from TN_CONFIG_INIT and change what matters; everything is copied. */
typedef struct tn_config {
    size_t config_size;       /* sizeof(tn_config): set by TN_CONFIG_INIT */
    const char *name;         /* of the heap, for logs; NULL: "heap" */
    tn_format format;         /* of values (format.h) */
    const char *options;      /* "nursery=8M heap_max=1G": option.h's keys; NULL: none */
    const char *env_prefix;   /* NULL: "TENURE_" */
    bool ignore_environment;  /* it is ignored in setuid programs in any case */
    const tn_policy *policy;  /* NULL: by the option `policy` */
    void *user;               /* handed to the hooks below; tn_heap_user returns it */

    /* Memory is out ("Memory is out", below), `bytes` are wanted. It may drop caches, raise heap_max with
     * tn_option_set, or longjmp to a place that tn_restores. Returns true to try again, false to give up. It must not
     * allocate from this heap. */
    bool (*on_out_of_memory)(tn_mutator *m, size_t bytes, void *user);

    /* A call failed; the line that tn_last_error will return. It must not call the API. */
    void (*on_error)(tn_status status, const char *text, void *user);

    /* The heap is corrupt, or a raw window was violated: the line says what. If it returns, the process aborts. NULL:
     * the line goes to standard error. */
    void (*on_fatal)(const char *text, void *user);

    /* Takes the lines of TENURE_LOG, TENURE_HELP and TENURE_DEBUG=fail=N, and complaints about the environment, without
     * the newline. It must not call the API. NULL: standard error. */
    void (*log)(const char *line, void *user);
} tn_config;

#define TN_CONFIG_INIT {.config_size = sizeof(tn_config), .format = {0, 0, ~(uint64_t)0}}

/* Memory is out: what an allocation does that finds no room. A minor collection; a full one; then on_out_of_memory is
 * asked, and after each answer `true` there is another full collection. Then the call fails with TN_OUT_OF_MEMORY. For
 * an object that could never fit, nothing is collected: on_out_of_memory is asked at once.
 *
 * A host that asks again and again would do nothing but collect. So after four requests in a row for which a full
 * collection did not help, some do without one, and the text says so: at most one, then two, four, and so on up to 64
 * in a row, and for no longer than the program runs for four times what the last one took. A full collection is always
 * made when a request is smaller than those that have failed, when heap_max was raised, when external bytes or blocks
 * were freed, and when the hook has returned true; and one that helps ends the row. on_out_of_memory is asked in each
 * case. The collector cannot see that references were dropped: a host that has dropped data after four such failures,
 * and must know at once whether that was enough, calls tn_collect(m, TN_FULL). */

/* Creates a heap: NULL config means TN_CONFIG_INIT. On failure (no memory; a bad option with strict=1) returns NULL
 * and fills *error, which may be NULL. Any thread. */
TN_API_ TN_NO_COLLECT tn_heap *tn_heap_create(const tn_config *config, tn_error *error);

/* Disposes of every object and gives every byte back to the system. TN_BAD_STATE while a mutator is attached: the
 * heap then stays as it is. NULL is allowed. */
TN_API_ TN_NO_COLLECT tn_status tn_heap_destroy(tn_heap *heap);

/* The config's `user`. */
TN_API_ TN_NO_COLLECT void *tn_heap_user(const tn_heap *heap);

/* Collects now. TN_BAD_STATE from inside a callback or a raw window; TN_OUT_OF_MEMORY when the system has no memory
 * to collect with, which changes nothing. The mutator's thread. */
TN_API_ TN_MAY_COLLECT tn_status tn_collect(tn_mutator *m, tn_collection_kind kind);

/* Asks the mutator to collect at its next safepoint. Any thread, and signal handlers. */
TN_API_ TN_NO_COLLECT void tn_request_collection(tn_heap *heap);

/* Off-heap memory that objects own: `bytes` more, or fewer when negative. It counts in pacing and against heap_max, so
 * that small objects with large buffers are collected in time: between two major collections, where these are costly,
 * up to three times what is alive may come. Never collects itself; where it asks for a collection, that is a minor one
 * unless that frees too little. The mutator's thread, or a dispose callback. */
TN_API_ TN_NO_COLLECT void tn_external_adjust(tn_heap *heap, ptrdiff_t bytes);

TN_END_DECLS_
#endif
