/* mistakes.h: mistakes of hosts, each as people make it, with the report that it must get and its mended twin, which
 * must get none. Every class of mistakes has a program (class01_barrier.c ...) with a table of cases.
 *
 * A case runs in forked children, in a heap called 'host'. With the mistake it runs under the options of its row, and
 * everything on standard error must match the report. Mended it runs under the same options and under all modes
 * together, and nothing may be written. In a report %p stands for an address, %n for a number, @1 .. @9 for the places
 * that the case has marked with AT, * for anything within a line, and %* for anything; the rest must be exact. */
#ifndef MISTAKES_H
#define MISTAKES_H

#include <stdbool.h>
#include <stddef.h>

#include "support.h"

typedef enum Tier { HANDLES, RAW } Tier;
typedef enum Format { POINTER, LOW_TAG, LOW_TAGS, NAN_BOX, FORMATS } Format;
/* What the mistake is made with: an object of a few words, an array in the nursery, an array that is born old. */
typedef enum Size { SMALL, ARRAY, LARGE, SIZES } Size;
enum { LARGE_LENGTH = 5000 };

typedef struct Case {
    const char *name;
    void (*run)(tn_mutator *m, bool mended);
    Tier tier;
    Format format;
    Size size;
    const char *options; /* with the mistake */
    const char *report;  /* each line with its newline */
} Case;

/* Checks all cases, and that there are at least 8, over both tiers, all formats and the sizes of `sizes` (bits).
 * The number of failures, for main to return. */
int mistakes_run(const char *name, const Case *cases, size_t count, unsigned sizes);
#define ALL_SIZES (1u << SMALL | 1u << ARRAY | 1u << LARGE)

/* Evaluates the expression, and remembers this line as @number. */
#define AT(number, ...) (mistakes_mark((number), __FILE__, __LINE__), __VA_ARGS__)
void mistakes_mark(int number, const char *file, int line);

/* The case's format: a reference as a value, and back. */
tn_value value_of(const void *object);
void *object_of(tn_value value);

void minor(tn_mutator *m);
void full(tn_mutator *m);

/* A store that no macro makes. */
void smuggle(void *slot, const void *pointer);
void smuggle_value(tn_value_field *slot, tn_value value);
/* Reads and writes that no compiler leaves out. */
long look(const volatile void *memory);
void touch(volatile void *memory);

#endif
