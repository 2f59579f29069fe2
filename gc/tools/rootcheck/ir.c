/* ir.c: owns the arena, the tables by name, and the list of functions. See ir.h. */
#include "ir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Program program;

typedef struct Chunk {
    struct Chunk *before;
    size_t bytes;
} Chunk;

static Chunk *chunks; /* nobody frees them, but they can be reached */

static char *chunk_new(size_t bytes) {
    Chunk *chunk = calloc(1, sizeof *chunk + bytes);
    if (!chunk) {
        fputs("tenure-rootcheck: out of memory\n", stderr);
        exit(2);
    }
    *chunk = (Chunk){chunks, bytes};
    chunks = chunk;
    return (char *)(chunk + 1);
}

void *arena(size_t bytes) {
    static char *free_memory;
    static size_t left;
    bytes = (bytes + 15) & ~(size_t)15;
    if (bytes > left) {
        left = bytes > ((size_t)1 << 20) ? bytes : (size_t)1 << 20;
        free_memory = chunk_new(left);
    }
    void *result = free_memory;
    free_memory += bytes;
    left -= bytes;
    return result;
}

const char *arena_text(const char *text) {
    size_t bytes = strlen(text) + 1;
    return memcpy(arena(bytes), text, bytes);
}

/* ---- tables ---- */

struct TableEntry {
    const char *key;
    void *thing;
};

static struct TableEntry *slot_of(Table *table, const char *key) {
    uint64_t hash = 1469598103934665603u;
    for (const char *c = key; *c; c++) hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    size_t i = (hash ^ hash >> 29) & (table->room - 1);
    while (table->slot[i].key && strcmp(table->slot[i].key, key) != 0) i = (i + 1) & (table->room - 1);
    return &table->slot[i];
}

void **table_at(Table *table, const char *key) {
    if (table->count * 2 >= table->room) {
        Table larger = {.room = table->room ? table->room * 2 : 256, .count = table->count};
        larger.slot = arena(larger.room * sizeof *larger.slot);
        for (size_t i = 0; i < table->room; i++)
            if (table->slot[i].key) *slot_of(&larger, table->slot[i].key) = table->slot[i];
        *table = larger;
    }
    struct TableEntry *entry = slot_of(table, key);
    if (!entry->key) {
        entry->key = arena_text(key);
        table->count++;
    }
    return &entry->thing;
}

/* ---- files ---- */

static const char **file_paths;
static int file_count;

int file_number(const char *path) {
    static Table numbers; /* from 1 */
    void **known = table_at(&numbers, path);
    if (!*known) {
        const char **paths = realloc(file_paths, (size_t)(file_count + 1) * sizeof *paths);
        if (!paths) exit(2);
        file_paths = paths;
        file_paths[file_count++] = arena_text(path);
        *known = (void *)(uintptr_t)file_count;
    }
    return (int)(uintptr_t)*known - 1;
}

const char *file_path(int file) { return file_paths[file]; }

/* ---- functions and nodes ---- */

Function *function_named(const char *key) {
    static Table functions;
    static unsigned room;
    Function **known = (Function **)table_at(&functions, key);
    if (*known) return *known;
    if (program.functions == room) {
        room = room ? room * 2 : 256;
        program.function = realloc(program.function, room * sizeof *program.function);
        if (!program.function) exit(2);
    }
    *known = arena(sizeof **known);
    program.function[program.functions++] = *known;
    return *known;
}

Node *node_new(unsigned kind, Spot spot, unsigned kids) {
    Node *node = arena(sizeof *node);
    node->kind = (unsigned char)kind;
    node->spot = spot;
    node->count = kids;
    node->kid = kids ? arena(kids * sizeof *node->kid) : NULL;
    return node;
}

const Node *without_casts(const Node *node) {
    while (node->kind == N_CAST) node = node->kid[0];
    return node;
}

/* The node below the casts, or NULL if one of them is not as wide as the type. */
static const Node *below_casts(const Node *node, Type type) {
    for (; node->kind == N_CAST; node = node->kid[0])
        if (is_wide(node->type) != is_wide(type)) return NULL;
    return node;
}

bool keeps_width(const Node *node, Type type) {
    const Node *below = below_casts(node, type);
    return below && is_wide(below->type) == is_wide(type);
}

bool is_all_ones(const Node *constant, Type type) {
    const Node *number = below_casts(constant, type);
    if (!number) return false;
    return is_wide(type) ? number->ones == 64 : number->ones && !is_wide(number->type);
}
