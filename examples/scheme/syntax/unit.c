/* syntax/unit.c: owns what lives as long as one unit of compilation: its C memory, its pool of values, and the way
 * out when something is wrong. */
#include <string.h>

#include "base/error.h"
#include "tables/table.h"
#include "syntax/expand.h"

struct Chunk {
    struct Chunk *next;
    size_t used, size;
    _Alignas(16) char bytes[];
};

_Noreturn void unit_fail(Unit *u) {
    longjmp(u->failed, 1);
}

_Noreturn void syntax_error(Unit *u, const char *message, Value form) {
    Value line = form && IS(Pair, form) ? table_get(u->vm, *u->positions, form, 0) : 0;
    if (line) u->line = fixnum_value(line);
    if (form) {
        TN_SCOPE(u->vm->m);
        form = strip(u, TN_HANDLE_VALUE(u->vm->m, form));
    }
    fail_at(u->vm, C_SYNTAX, u->line, form, message);
    unit_fail(u);
}

_Noreturn void unit_no_memory(Unit *u) {
    out_of_memory(u->vm);
    unit_fail(u);
}

void *unit_alloc(Unit *u, size_t size) {
    size = (size + 15) & ~(size_t)15;
    struct Chunk *c = u->chunks;
    if (!c || c->size - c->used < size) {
        size_t room = size > 8192 ? size : 8192;
        c = calloc(1, sizeof *c + room);
        if (!c) unit_no_memory(u);
        c->size = room;
        c->next = u->chunks;
        u->chunks = c;
    }
    void *p = c->bytes + c->used;
    c->used += size;
    return p;
}

void *unit_more(Unit *u, const void *at, size_t n, size_t room, size_t element) {
    void *more = unit_alloc(u, room * element);
    if (n) memcpy(more, at, n * element);
    return more;
}

uint32_t unit_keep(Unit *u, Value v) {
    size_t n = (size_t)(u->pool_top - u->pool);
    if (n == u->pool_room) {
        Value *more = grown(u->pool, &u->pool_room, sizeof *more);
        if (!more || n > UINT32_MAX / 2) unit_no_memory(u);
        u->pool = more;
        u->pool_top = more + n;
    }
    *u->pool_top++ = v;
    return (uint32_t)n;
}

bool unit_open(Unit *u) {
    tn_range_desc pool = {.base = &u->pool, .top = &u->pool_top, .values = 1};
    u->range = tn_range_create(u->vm->m, &pool);
    return u->range != NULL;
}

void unit_close(Unit *u) {
    tn_range_destroy(u->vm->m, u->range);
    free(u->pool);
    while (u->chunks) {
        struct Chunk *next = u->chunks->next;
        free(u->chunks);
        u->chunks = next;
    }
}
