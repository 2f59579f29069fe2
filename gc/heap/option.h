/* heap/option.h: the options of a heap: one table (option.c) that gives the parser, the environment names, the help and the
 * README's table. Owns no memory. Callers: heap.c at creation and for tn_option_set and tn_option_get. */
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
       TNI_DEBUG_HANDLES = 32, TNI_DEBUG_THREADS = 64 };
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
    unsigned cpu_max;      /* beyond this percent, with little freed, memory counts as out; 100: never */
    size_t reserve;        /* kept back, and given out first when memory is out */
    size_t handles;        /* the address range reserved for the handle stack, at creation */
    size_t handle_warn;    /* more live handles than this are worth a line; SIZE_MAX: none */
    bool huge_pages;
    unsigned log;          /* TNI_LOG_ bits */
    unsigned debug;        /* TNI_DEBUG_ bits */
    size_t stress;         /* collect at each n-th allocation; 0: no */
    size_t quarantine;     /* for so many collections what has died is inaccessible; 0: none */
    size_t memory;         /* what the machine and the container have for the process: no object is larger; no option */
    size_t fail;           /* the n-th request to the system fails; 0: none does */
    bool strict;           /* a bad option fails tn_heap_create */
    bool help;
} tni_settings;

typedef struct tni_options {
    tni_settings value;
    unsigned char origin[TNI_OPTIONS_MAX]; /* of each row of the table: built-in, config, environment, set */
} tni_options;

/* Where lines for the reader go, without the newline. */
typedef void (*tni_line_fn)(const char *line, void *user);

/* Fills *options: built-in values, then config->options, then the environment under config->env_prefix (unless
 * config->ignore_environment, an empty prefix, or a setuid program). Complaints, the help and the listing of log=config go to `line`. Returns
 * TN_OK, or TN_BAD_OPTION with *error filled (never NULL): for a bad config->options always, for the environment with strict=1. */
tn_status tni_options_load(tni_options *options, const tn_config *config, tni_line_fn line, void *user, tn_error *error);

/* At run time. TN_BAD_OPTION with *error filled; the options are then unchanged. */
tn_status tni_options_set(tni_options *options, const char *key, const char *value, tn_error *error);

/* The effective value as text that tni_options_set would accept, cut to size. TN_BAD_OPTION with *error filled for an unknown key. */
tn_status tni_options_get(const tni_options *options, const char *key, char *text, size_t size, tn_error *error);

/* The table as Markdown rows, for the README and its test; `prefix` as in the environment ("TENURE_"). */
void tni_options_markdown(const char *prefix, tni_line_fn line, void *user);

#endif
