/* heap/option.h: the options of a heap. One table (in option.c, which says how to add an option) is the source of the
 * parser, the environment names, the help and the README's table. Owns no memory. */
#ifndef TNI_OPTION_H
#define TNI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/heap.h"
#include "tenure/status.h"

/* The words of an option's value, each with its constant, in the order of the help: X(constant, value, word, text).
 * The text is a line of the help; NULL where the table's text says enough. */

/* To add a sizing rule: a word here, and two functions in collect/pacing/policy.c beside fixed_limit, which
 * tni_policy_of chooses by this option. A host gives its own in tn_config.policy (tenure/heap.h). */
#define TNI_POLICIES(X)                             \
    X(TNI_POLICY_ADAPTIVE, 0, "adaptive", NULL)     \
    X(TNI_POLICY_FIXED, 1, "fixed", NULL)

#define TNI_PRETENURES(X)                           \
    X(TNI_PRETENURE_AUTO, 0, "auto", NULL)          \
    X(TNI_PRETENURE_OFF, 1, "off", NULL)            \
    X(TNI_PRETENURE_ON, 2, "on", NULL)

#define TNI_LOGS(X)                                                                                     \
    X(TNI_LOG_GC, 1, "gc", "a line for each collection")                                                \
    X(TNI_LOG_MAJORS, 16, "majors", "a line for each collection that is not minor")                     \
    X(TNI_LOG_SUMMARY, 32, "summary", "what the collector has done, when the heap is destroyed")        \
    X(TNI_LOG_CONFIG, 2, "config", "the options in effect, and where each comes from")                  \
    X(TNI_LOG_LEAKS, 4, "leaks", "what the host has not released when the heap is destroyed")           \
    X(TNI_LOG_ERRORS, 8, "errors", "a line for each call that fails")

#define TNI_LOG_FORMATS(X)                          \
    X(TNI_LOG_TEXT, 0, "text", NULL)                \
    X(TNI_LOG_JSON, 1, "json", NULL)

/* A word that takes a count ("stress=100") is COUNTED(field of tni_settings, word, text).
 *
 * To add a debug mode: a word here, the code in gc/debug, and a row in gc/debug/README.md. Then the mode in
 * `every_mode` of /meson.build, and a mistake that it finds in tests/mistakes. */
#define TNI_DEBUG_MODES(X, COUNTED)                                                                     \
    COUNTED(stress, "stress", "collect at each N-th allocation on average; survivors move each time")   \
    COUNTED(seed, "seed", "repeat the distances of the run that named this seed")                       \
    X(TNI_DEBUG_FIXED, 1, "fixed", "with stress: exactly each N-th allocation")                         \
    X(TNI_DEBUG_MOVE, 2, "move", "make the old place of each moved object inaccessible")                \
    X(TNI_DEBUG_VERIFY, 4, "verify", "check the heap before minor collections and after marking")       \
    X(TNI_DEBUG_BARRIERS, 8, "barriers", "check that each store of a reference has its barrier")        \
    X(TNI_DEBUG_DISPOSE, 16, "dispose", "check that a dispose callback changes no other object")        \
    X(TNI_DEBUG_WEAK, 1024, "weak", "warn where a cleared slot of a weak array is taken for an empty one")  \
    X(TNI_DEBUG_POISON, 32, "poison", "fill free memory with 0xDB")                                     \
    X(TNI_DEBUG_SITES, 64, "sites", "remember where each object was allocated")                         \
    X(TNI_DEBUG_STALE, 128, "stale", "name the object when a stale pointer is used; implies move and sites") \
    X(TNI_DEBUG_HANDLES, 256, "handles", "check scopes, and that no handle is used after its scope")    \
    X(TNI_DEBUG_THREADS, 512, "threads", "check that only its own thread uses a mutator")               \
    COUNTED(fail, "fail", "the N-th request of the heap for memory fails")                              \
    COUNTED(quarantine, "quarantine",                                                                   \
            "keep what has died inaccessible for N collections, at most 10000; implies stale")

/* The word "all" of the log. */
#define TNI_LOG_ALL (TNI_LOG_GC | TNI_LOG_CONFIG | TNI_LOG_LEAKS | TNI_LOG_ERRORS | TNI_LOG_SUMMARY)

#define TNI_CONSTANT_(constant, value, word, text) constant = (value),
#define TNI_NO_CONSTANT_(field, word, text)
enum { TNI_POLICIES(TNI_CONSTANT_) };
enum { TNI_PRETENURES(TNI_CONSTANT_) };
enum { TNI_LOGS(TNI_CONSTANT_) };
enum { TNI_LOG_FORMATS(TNI_CONSTANT_) };
enum { TNI_DEBUG_MODES(TNI_CONSTANT_, TNI_NO_CONSTANT_) };

/* The word "all": what any host can afford while it is debugged. `quarantine` takes too much memory, and `fail` breaks
 * something. */
enum { TNI_DEBUG_ALL = TNI_DEBUG_MOVE | TNI_DEBUG_VERIFY | TNI_DEBUG_POISON | TNI_DEBUG_SITES | TNI_DEBUG_STALE |
                       TNI_DEBUG_HANDLES | TNI_DEBUG_THREADS | TNI_DEBUG_BARRIERS | TNI_DEBUG_DISPOSE |
                       TNI_DEBUG_WEAK,
       TNI_STRESS_ALL = 100 };
enum { TNI_OPTIONS_MAX = 24 };

/* The effective values. Bytes, nanoseconds and percent. */
typedef struct tni_settings {
    size_t nursery;        /* 0: the policy adapts it ("auto") */
    size_t nursery_max;    /* the address range reserved for it, at creation */
    size_t heap_max;       /* the hard limit; SIZE_MAX: none */
    uint64_t pause_target; /* what a minor collection should take at most */
    unsigned policy;       /* TNI_POLICY_ */
    unsigned pretenure;    /* TNI_PRETENURE_ */
    size_t growth_min;     /* the least room between the live bytes and the next major collection */
    unsigned cpu_target;   /* percent of the time that the collector should take */
    unsigned cpu_max;      /* above this percent, if little is freed, memory is out; 100: never */
    size_t reserve;        /* kept back, and given out first when memory is out */
    size_t handles;        /* the address range reserved for the handle stack, at creation */
    size_t handle_warn;    /* more live handles than this are worth a line; SIZE_MAX: none */
    bool huge_pages;
    unsigned log;          /* TNI_LOG_ bits */
    unsigned log_format;   /* TNI_LOG_TEXT or TNI_LOG_JSON */
    unsigned debug;        /* TNI_DEBUG_ bits */
    size_t stress;         /* collect at each n-th allocation on average; 0: no */
    size_t seed;           /* of the distances between them; 0: any */
    size_t quarantine;     /* what has died stays inaccessible for this many collections; 0: off */
    size_t memory;         /* what the process may use: no object is larger. Not an option */
    bool heap_max_found;   /* heap_max is what "auto" means here. Not an option */
    size_t fail;           /* the n-th request to the system fails; 0: none */
    bool strict;           /* a bad option fails tn_heap_create */
    bool help;
} tni_settings;

typedef struct tni_options {
    tni_settings value;
    unsigned char origin[TNI_OPTIONS_MAX]; /* of each row of the table: built-in, config, environment, set */
} tni_options;

/* Takes a line of text for the user, without the newline. */
typedef void (*tni_line_fn)(const char *line, void *user);

/* Fills *options with the built-in values, then from config->options, then from the environment under
 * config->env_prefix. The environment is not read with config->ignore_environment, with an empty prefix, or in a setuid
 * program. Complaints, the help and the listing of log=config go to `line`. Returns TN_OK, or TN_BAD_OPTION with *error
 * filled (never NULL). Mistakes in config->options always fail; those in the environment fail only with strict=1. */
tn_status tni_options_load(tni_options *options, const tn_config *config, tni_line_fn line, void *user,
                           tn_error *error);

/* Sets an option at run time. On failure returns TN_BAD_OPTION with *error filled, and leaves the options unchanged. */
tn_status tni_options_set(tni_options *options, const char *key, const char *value, tn_error *error);

/* Writes the effective value as text that tni_options_set would accept, cut to `size`. For an unknown key returns
 * TN_BAD_OPTION with *error filled. */
tn_status tni_options_get(const tni_options *options, const char *key, char *text, size_t size, tn_error *error);

/* Prints the table as Markdown, for the README and its test. `prefix` is that of the environment ("TENURE_"). */
void tni_options_markdown(const char *prefix, tni_line_fn line, void *user);

#endif
