/* report.h: what has been found, and how it is told. */
#ifndef ROOTCHECK_REPORT_H
#define ROOTCHECK_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "ir.h"

enum check {
    CHECK_STALE,       /* a raw pointer or value that is used after a call that may collect */
    CHECK_INTERIOR,    /* a pointer into an object likewise */
    CHECK_TAIL,        /* the address of a field that holds a reference likewise: T **tail */
    CHECK_UNSEQUENCED, /* a raw pointer beside a call that may collect, in one expression */
    CHECK_STORE,       /* a store into a raw object of what a call that may collect returns */
    CHECK_SLOT,        /* the address of a local value that is not rooted, for a callee that reads it too late */
    CHECK_ESCAPE,      /* a handle outlives its scope */
    CHECK_WINDOW,      /* a call that may collect in a raw window */
    CHECK_STACK_ROOT,  /* a variable of the stack is a root still when its function returns */
    CHECK_MEMORY,      /* a raw pointer in a static variable, or in memory, that the collector does not know */
    CHECK_CELL,        /* a root cell that is stored into and registered nowhere */
    CHECK_FIELD,       /* a reference or value of a struct that its description leaves out */
    CHECK_EXCEPTION,   /* an exception without reason, or that excuses nothing */
    CHECKS
};

/* Remembers the working directory, before libclang changes it. */
void report_open(void);

/* A finding, with up to two notes; the same one is kept once. */
void report(enum check check, Spot spot, const char *text, Spot note_spot, const char *note, Spot also_spot,
            const char *also);

/* Takes out what the sources excuse, and complains of exceptions that excuse nothing. Then prints all in the order of
 * the sources. Returns the number of findings. */
unsigned report_print(FILE *out, bool summary);
bool report_sarif(FILE *out);

#endif
