/* tenure/heap.h: creating, collecting and destroying a heap; when memory is out; walking the heap; who holds an object.
 */
#ifndef TENURE_HEAP_H
#define TENURE_HEAP_H

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

/* What the pacing policy knows when it decides. All in bytes, but the times. New members are added at the end. */
typedef struct tn_pacing {
    size_t pacing_size;       /* sizeof(tn_pacing) in the library */
    size_t nursery;           /* the nursery's present size */
    size_t nursery_min, nursery_max;
    size_t survived;          /* the last minor collection */
    uint64_t minor_ns;        /* what that took. These times count only while the mutator's thread runs on a processor,
                               * not while it is stopped or waits, and they leave out debug modes */
    uint64_t mutator_ns;      /* what the mutator took since the collection before it */
    uint64_t pause_target_ns;
    size_t live;              /* marked by the last major collection */
    size_t external;          /* off-heap bytes (tn_external_adjust) */
    uint64_t mark_ns;         /* what the last major collection took */
    uint64_t old_rate;        /* bytes a second by which the old space and external bytes have grown recently */
    size_t heap_max;          /* the hard limit of all that the heap takes from the system, and of external */
} tn_pacing;

/* The policy as a table. Start from TN_POLICY_INIT. Each function must be pure and quick, and must not call the API:
 * such calls are refused. Where one is NULL, the library decides. The collector clamps what they return to the options'
 * ranges and the hard limit. */
typedef struct tn_policy {
    size_t policy_size; /* sizeof(tn_policy): set by TN_POLICY_INIT */

    /* After each minor collection: the nursery's next size. */
    size_t (*nursery_size)(const tn_pacing *pacing, void *user);

    /* After each major collection: the old and external bytes that start the next one. External bytes that dead objects
     * release later are subtracted from it. */
    size_t (*old_limit)(const tn_pacing *pacing, void *user);
    void *user;
} tn_policy;

#ifdef __cplusplus
#define TN_POLICY_INIT tn_policy_init_()
#else
#define TN_POLICY_INIT {.policy_size = sizeof(tn_policy)}
#endif

/* The host's settings. Start from TN_CONFIG_INIT and change what matters; everything is copied. New members are added
 * at the end. */
typedef struct tn_config {
    size_t config_size;       /* sizeof(tn_config): set by TN_CONFIG_INIT */
    const char *name;         /* of the heap, for logs; NULL: "heap" */
    tn_format format;         /* of values (format.h) */
    const char *options;      /* "nursery=8M heap_max=1G": option.h's keys, with spaces between; NULL: none */
    const char *env_prefix;   /* NULL: "TENURE_" */
    bool ignore_environment;  /* it is ignored in setuid programs in any case */
    const tn_policy *policy;  /* NULL: by the option `policy` */
    void *user;               /* handed to the hooks below; tn_heap_user returns it */

    /* Memory is out ("Memory is out", below); `bytes` are wanted. The hook may drop caches, raise heap_max with
     * tn_option_set, longjmp to a place that calls tn_restore, or throw an exception of C++. It returns true to try
     * again, false to give up.
     * It must not allocate from this heap, collect, or create or destroy a mutator: such calls are refused
     * (TN_BAD_STATE). */
    bool (*on_out_of_memory)(tn_mutator *m, size_t bytes, void *user);

    /* A call failed; `text` is the line that tn_last_error will return. It must return, and must not call the API:
     * calls are refused, and their failure is not reported in turn. */
    void (*on_error)(tn_status status, const char *text, void *user);

    /* The heap is corrupt, or a raw window was violated: `text` says what. If it returns, the process aborts. NULL: the
     * line goes to standard error. */
    void (*on_fatal)(const char *text, void *user);

    /* Takes the lines of TENURE_LOG, TENURE_HELP and TENURE_DEBUG=fail=N, and complaints about the environment, without
     * the newline. It must not call the API: calls are refused. NULL: standard error. */
    void (*log)(const char *line, void *user);

    /* Names with env_prefix that are the host's own, without the prefix and with spaces between: "HOME PATH" where
     * MYVM_HOME and MYVM_PATH are no options of the collector. NULL: none. */
    const char *own_names;
} tn_config;

#ifdef __cplusplus
#define TN_CONFIG_INIT tn_config_init_()
#else
#define TN_CONFIG_INIT {.config_size = sizeof(tn_config), .format = {0, 0, ~(uint64_t)0}}
#endif

/* Memory is out: what an allocation does that finds no room. It makes a minor collection, then a full one; then it asks
 * on_out_of_memory, and makes another full collection after each answer `true`. Then the call fails with
 * TN_OUT_OF_MEMORY. For an object that could never fit nothing is collected: on_out_of_memory is asked at once.
 *
 * A host that asks again and again would do nothing but collect. So after four successive requests for which a full
 * collection did not help, some fail without one, and the text says so. They are at most one, then two, four, and so
 * on, up to 64 in a row. They end when the program has run for four times what the last full collection took. A full
 * collection is always made when a request is smaller than those that have failed, when heap_max was raised, when
 * external bytes or blocks were freed, and when the hook has returned true. One that helps ends the series.
 * on_out_of_memory is asked in each case. The collector cannot see that references were dropped: a host that has
 * dropped data after four such failures, and must know at once whether it was enough, calls tn_collect(m, TN_FULL). */

/* What callbacks may call. The functions trace, dispose, describe, scanners, on_error, on_fatal, log and those of a
 * policy may call what their own contracts name. They may also ask: tn_version, tn_version_number, tn_status_text,
 * tn_heap_user, tn_last_status, tn_last_error, tn_handle_count, tn_save, tn_type_of, tn_length_of, tn_size_of and
 * tn_type_name. And they may call tn_request_collection, tn_interrupt and tn_clear_error. on_out_of_memory may call all
 * functions that neither allocate nor collect. Every other function refuses to run there, in every build. It does
 * nothing, returns NULL, 0 or TN_BAD_STATE, and says so like any failure. (Inline code that only reads or writes
 * memory, such as TN_HANDLE or tn_write, cannot find out where it is called.) */

/* tn_heap_create(config, error) creates a heap: NULL config means TN_CONFIG_INIT. On failure (no memory; a bad option
 * with strict=1; a config of a newer version that uses what this one does not know) returns NULL and fills *error,
 * which may be NULL. TN_WRONG_VERSION when the host was compiled with the headers of another MAJOR.MINOR than the
 * library's: until 1.0 their structs and inline functions need not agree. A binding passes the TN_VERSION that it was
 * made for. Any thread. */
TN_API_ TN_NO_COLLECT tn_heap *tn_heap_create_(uint32_t version, const tn_config *config, tn_error *error);
#define tn_heap_create(...) tn_heap_create_(TN_VERSION, __VA_ARGS__)

/* Disposes of every object and gives every byte back to the system. TN_BAD_STATE while there is a mutator, and in
 * callbacks: the heap then stays as it is. NULL is allowed. */
TN_API_ TN_NO_COLLECT tn_status tn_heap_destroy(tn_heap *heap);

/* The config's `user`. Any thread; also in callbacks. */
TN_API_ TN_NO_COLLECT void *tn_heap_user(const tn_heap *heap);

/* Collects now. TN_BAD_STATE in a callback or a raw window. TN_OUT_OF_MEMORY when the system has no memory to collect
 * with, which changes nothing. The mutator's thread. */
TN_API_ TN_MAY_COLLECT tn_status tn_collect(tn_mutator *m, tn_collection_kind kind);

/* Asks the mutator to collect at its next safepoint. Any thread, signal handlers, callbacks. */
TN_API_ TN_NO_COLLECT void tn_request_collection(tn_heap *heap);

/* Off-heap memory that objects own: `bytes` more, or fewer when negative. The sum is cut at PTRDIFF_MIN and PTRDIFF_MAX
 * instead of wrapping, and counts as 0 while it is negative. It counts in pacing and against heap_max, so that small
 * objects with large buffers are collected in time: between two major collections, where these are costly, up to three
 * times what is alive may come. Never collects itself; where it asks for a collection, that is a minor one unless that
 * frees too little. The mutator's thread; in callbacks, dispose alone. */
TN_API_ TN_NO_COLLECT void tn_external_adjust(tn_heap *heap, ptrdiff_t bytes);

/* Makes a full collection, then calls visit(object, type, size, user) once for each live object of the host's types, in
 * no particular order; `size` is tn_size_of. Objects that died since the last collection are not seen. Stops when visit
 * returns false. `visit` may read objects; it must not change references, and the calls that callbacks must not make
 * are refused in it. TN_BAD_STATE as for tn_collect. The mutator's thread; collects, before the first visit. */
typedef bool (*tn_walk_fn)(const void *object, tn_type type, size_t size, void *user);
TN_API_ TN_MAY_COLLECT tn_status tn_heap_walk(tn_mutator *m, tn_walk_fn visit, void *user);

/* Who holds an object: for one that should have died, such as one that only weak references should refer to. Reports
 * the retaining path, a shortest chain of references from a root to the object, by calling line(text, user) for the
 * object, and then for each step. With line == NULL the lines go to the log.
 *
 *     [path heap] 0x7f5e2c610028 (Pair: pair 1, allocated at eval.c:52) is held by 2 references:
 *     [path heap]   the global 0x55d0c2a4f5b8, made at eval.c:12, holds 0x7f5e2c610008 (Vector, allocated at eval.c:10)
 *     [path heap]   whose field 'tail[17]' holds 0x7f5e2c610028 (Pair: pair 1, allocated at eval.c:52)
 *
 * TENURE_DEBUG=sites adds the places. Of more than 64 steps those in the middle are left out. If no root leads to the
 * object, the only line says that nothing holds it.
 *
 * TN_RETAINING_PATH takes a handle (or a global), which does not count itself; all other handles do. `text` is valid
 * during the call of `line`, which must not call the API: calls are refused. Roots, trace callbacks and scanners are
 * visited as by a marking, so weak references do not count, and what is found dead later does not either. Takes time
 * and malloc'd memory for each object that is reached before this one: some 60 bytes, which heap_max does not count.
 * Fails with TN_OUT_OF_MEMORY when there is none, TN_BAD_ARGUMENT when the object is NULL or none, TN_WRONG_HEAP, and
 * TN_BAD_STATE in a callback. The mutator's thread, also in a raw window; never collects, and nothing moves. */
TN_API_ TN_NO_COLLECT tn_status tn_retaining_path(tn_mutator *m, const void *object,
                                                  void (*line)(const char *text, void *user), void *user);
TN_API_ TN_NO_COLLECT tn_status tn_retaining_path_(tn_mutator *m, const void *h,
                                                   void (*line)(const char *text, void *user), void *user);
#define tn_retaining_path(m, object, line, user) tn_retaining_path((m), TN_OBJECT_(object), (line), (user))
#define TN_RETAINING_PATH(m, h, line, user) tn_retaining_path_((m), TN_TYPED_(h), (line), (user))

TN_END_DECLS_

#ifdef __cplusplus
inline tn_policy tn_policy_init_() {
    tn_policy policy = {};
    policy.policy_size = sizeof policy;
    return policy;
}
inline tn_config tn_config_init_() {
    tn_config config = {};
    config.config_size = sizeof config;
    config.format = TN_FORMAT_POINTER;
    return config;
}
#endif
#endif
