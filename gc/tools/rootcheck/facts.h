/* facts.h: what is known of functions by their names. */
#ifndef ROOTCHECK_FACTS_H
#define ROOTCHECK_FACTS_H

#include <stdbool.h>

#include "ir.h"

/* What the analysis must know of a function of the API (or of C) beyond whether it collects. */
enum role {
    ROLE_NONE,
    ROLE_OBJECT,        /* returns a raw pointer to an object, although its type is void * */
    ROLE_FIXED,         /* returns what never moves */
    ROLE_MEMORY,        /* returns memory that is not the heap's */
    ROLE_WITHIN,        /* returns a pointer into what its first argument points to */
    ROLE_HANDLE,        /* returns a handle in the innermost scope */
    ROLE_ESCAPE,        /* returns a handle in the scope around that */
    ROLE_STORE,         /* stores into its second argument */
    ROLE_RESERVE,       /* the next allocations do not collect */
    ROLE_ROOT_ADD, ROLE_RANGE_ADD, ROLE_SCANNER_ADD,
    ROLE_ROOT_REMOVE, ROLE_RANGE_REMOVE, ROLE_SCANNER_REMOVE,
    ROLE_VISIT          /* the collector's way to what is not in the heap */
};
enum role role_of(const Function *function);

/* Of functions that nobody has annotated and whose bodies are not seen: those that are known not to collect. */
bool is_quiet_external(const char *name);

/* Is it in a file of --no-collect? Then it does not collect, whatever its body calls. */
bool is_named_quiet(const char *name);

/* Adds the names and patterns (with a * at the end) of a file, one a line; # begins a comment. False: it cannot be
 * read. */
bool quiet_externals_add(const char *path);

#endif
