/* heap/option.h: the options of a heap. One table (in option.c, which says how to add an option) is the source of the
 * parser, the environment names, the help and the README's table. Owns no memory. */
#ifndef TNI_OPTION_H
#define TNI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure/heap.h"
#include "tenure/status.h"

enum { TNI_POLICY_ADAPTIVE, TNI_POLICY_FIXED };
enum { TNI_PRETENURE_AUTO, TNI_PRETENURE_OFF, TNI_PRETENURE_ON };
enum { TNI_LOG_GC = 1, TNI_LOG_CONFIG = 2, TNI_LOG_LEAKS = 4, TNI_LOG_ERRORS = 8 };
enum { TNI_DEBUG_MOVE = 1, TNI_DEBUG_VERIFY = 2, TNI_DEBUG_POISON = 4, TNI_DEBUG_SITES = 8, TNI_DEBUG_STALE = 16,
       TNI_DEBUG_HANDLES = 32, TNI_DEBUG_THREADS = 64, TNI_DEBUG_BARRIERS = 128, TNI_DEBUG_DISPOSE = 256,
       TNI_DEBUG_FIXED = 512 };
/* The word "all": what any host can afford while it is debugged. `quarantine` takes too much memory, and `fail` breaks
 * something. */
enum { TNI_DEBUG_ALL = TNI_DEBUG_MOVE | TNI_DEBUG_VERIFY | TNI_DEBUG_POISON | TNI_DEBUG_SITES | TNI_DEBUG_STALE |
                       TNI_DEBUG_HANDLES | TNI_DEBUG_THREADS | TNI_DEBUG_BARRIERS | TNI_DEBUG_DISPOSE,
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
    unsigned debug;        /* TNI_DEBUG_ bits */
    size_t stress;         /* collect at each n-th allocation on average; 0: no */
    size_t seed;           /* of the distances between them; 0: any */
    size_t quarantine;     /* what has died stays inaccessible for this many collections; 0: off */
    size_t memory;         /* what the process may use: no object is larger. Not an option */
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
