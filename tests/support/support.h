/* support.h: what the unit tests and the misuse table share: checks that also work in a forked child, a host with one
 * heap and one mutator, a set of types, forked children, and the process's memory figures.
 *
 * Invariant: nothing here calls the library behind a test's back but host_open*, host_close and the small builders.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tenure.h"
#include "watched.h"

/* ---- checks: fail the test; in a forked child, print and exit ---- */

__attribute__((noreturn, format(printf, 3, 4))) void support_fail(const char *file, int line, const char *format,
                                                                  ...);

#define FAIL(...) support_fail(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(x)                                 \
    do {                                         \
        if (!(x)) FAIL("does not hold: %s", #x); \
    } while (0)
#define CHECK_EQ(a, b)                                                                                         \
    do {                                                                                                       \
        long long check_a = (long long)(a), check_b = (long long)(b);                                          \
        if (check_a != check_b)                                                                                \
            FAIL("%s is %lld (0x%llx), but %s is %lld (0x%llx)", #a, check_a, (unsigned long long)check_a, #b, \
                 check_b, (unsigned long long)check_b);                                                        \
    } while (0)
/* Text contains part. */
#define CHECK_HAS(text, part) support_has(__FILE__, __LINE__, (text), (part))
void support_has(const char *file, int line, const char *text, const char *part);

/* Ends the running test as skipped, saying why. */
__attribute__((noreturn)) void support_skip(const char *why);

/* ---- types: every shape that the tests need ---- */

typedef struct Pair { /* two references and plain data */
    TN_FIELD(struct Pair) car, cdr;
    long number;
} Pair;
typedef struct Box { /* a value and plain data */
    tn_value_field value;
    long number;
} Box;
typedef struct Leaf { /* no reference */
    long number;
    unsigned char bytes[40];
} Leaf;
typedef struct Vector { /* a tail of references */
    long number;
    TN_FIELD(Pair) item[];
} Vector;
typedef struct Values { /* a tail of values */
    long number;
    tn_value_field item[];
} Values;
typedef struct Bytes { /* a tail of plain bytes */
    long number;
    unsigned char byte[];
} Bytes;
typedef struct File { /* counts its disposals */
    long number;
    int *disposed;
} File;
typedef struct Fixed { /* born old */
    TN_FIELD(Pair) pair;
    tn_value_field value;
    long number;
} Fixed;
typedef struct Owner { /* owns a malloc'd buffer of references, which its trace callback visits */
    Pair **buffer;
    size_t count;
    long number;
} Owner;

enum { Pair_type = TN_FIRST_TYPE, Box_type, Leaf_type, Vector_type, Values_type, Bytes_type };
enum { File_type = TN_FIRST_SPECIAL, Fixed_type, Owner_type };
enum { SUPPORT_TYPES = 9 };
extern const tn_type_desc support_types[SUPPORT_TYPES];

/* ---- a host ---- */

typedef struct Host {
    tn_heap *heap;
    tn_mutator *m;
    unsigned errors; /* on_error's calls, and the last of them */
    tn_status status;
    char error[512];
    size_t lines; /* config.log's lines, each with a newline, as far as they fit */
    size_t log_used;
    char log[32768];
} Host;

/* A heap with support_types, an attached mutator and the hooks on_error, log and (in a child) on_fatal. `options` may
 * be NULL. host_open honours the environment; host_exact ignores it, for tests that count collections. Fails the test
 * on failure. */
void host_open(Host *host, const char *options);
void host_exact(Host *host, const char *options);
/* The same from a config, whose user and NULL hooks are filled in. */
void host_config(Host *host, const tn_config *config);
/* Detaches and destroys; both must succeed. */
void host_close(Host *host);

/* Runs fn with a fresh host_exact heap for each of the three presets: pointers, low-bit tags, NaN-boxing. */
void host_each_format(void (*fn)(Host *host, const tn_format *format));
/* A reference to `object` as a value of the format (host bits 2 of a low-bit tag); an immediate that is no reference:
 * 0 in the format of plain pointers. */
tn_value support_value(const tn_format *format, const void *object);
tn_value support_immediate(const tn_format *format, unsigned n);
void *support_address(const tn_format *format, tn_value value);

/* Builds a list of `length` pairs through cdr, numbers length-1 .. 0, as a handle in the caller's scope. */
Pair **support_list(tn_mutator *m, long length);
/* Checks one: its length and all its numbers. Does not collect. */
void support_check_list(const Pair *list, long length);
/* Allocates garbage pairs of at least `bytes` together. */
void support_garbage(tn_mutator *m, size_t bytes);
/* The statistics now. */
tn_stats support_stats(tn_mutator *m);
void support_collect(tn_mutator *m, tn_collection_kind kind);

/* ---- forked children ---- */

typedef struct Child {
    int code;         /* exit code, or -1 */
    int signal;       /* that killed it, or 0 */
    char text[16384]; /* its standard error */
} Child;
/* Runs body(arg) in a forked child, which exits with 0 after it, with 97 when a check failed, with 98 from host's
 * on_fatal, and with 99 after a report of Valgrind (--error-exitcode, in tests/meson.build). */
void child_run(Child *child, void (*body)(void *arg), void *arg);
enum { CHILD_FAILED = 97, CHILD_FATAL = 98, CHILD_VALGRIND = 99 };
#define CHECK_CHILD_OK(child)                                                                     \
    do {                                                                                          \
        if ((child)->code != 0)                                                                   \
            FAIL("child: exit %d, signal %d: %s", (child)->code, (child)->signal, (child)->text); \
    } while (0)
/* The child ended by touching memory that it may not, or AddressSanitizer or Valgrind said so. */
bool child_faulted(const Child *child);

/* ---- the process ---- */

size_t support_rss(void);  /* bytes */
size_t support_maps(void); /* lines of /proc/self/maps */
uint64_t support_ns(void);

#endif
