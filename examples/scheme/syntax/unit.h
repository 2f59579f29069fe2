/* syntax/unit.h: what lives as long as one unit of compilation: the memory of nodes, and the pool, a range of values
 * that the collector knows. Errors leave with longjmp: unit_fail closes the handle scopes that were open
 * (tn_restore), and compile() returns 0. */
#ifndef SCHEME_SYNTAX_UNIT_H
#define SCHEME_SYNTAX_UNIT_H

#include <setjmp.h>

#include "base/machine.h"

typedef struct Unit {
    Vm *vm;
    const Value *environment, *positions;
    Value *pool, *pool_top; /* a range; number 0 is #f */
    size_t pool_room;
    tn_range *range;
    struct Chunk *chunks;
    int64_t line;   /* of the form that is being expanded */
    int depth;      /* of nesting, bounded for the C stack's sake */
    size_t made;    /* by macros: pairs and aliases, bounded */
    jmp_buf failed;
} Unit;

bool unit_open(Unit *u); /* the pool becomes a range; false: out of memory */
void unit_close(Unit *u);
void *unit_alloc(Unit *u, size_t size); /* zeroed; freed with the unit */
/* The n elements at `at`, moved to where there is room for so many. */
void *unit_more(Unit *u, const void *at, size_t n, size_t room, size_t element);
uint32_t unit_keep(Unit *u, Value v);   /* its number in the pool */
_Noreturn void unit_fail(Unit *u);      /* a condition is pending */
_Noreturn void unit_no_memory(Unit *u);
static inline Value unit_check(Unit *u, Value v) {
    if (!v) unit_fail(u);
    return v;
}
_Noreturn void syntax_error(Unit *u, const char *message, Value form);

#endif
