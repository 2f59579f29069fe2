/* cells.c: root cells that are used, and that nobody has registered.
 *
 * A cell is a variable of static storage, or a field, that a TN_ROOT_SET or tn_root_write stores into. Its address may
 * be taken to store into it, to read it and to destroy the root. If its address is taken for nothing else in the whole
 * program, nobody can have called tn_root_create for it. Any other use may be a registration: of an array by a loop, or
 * by a function that is handed the address. Then nothing is reported. */
#include "cells.h"

#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "facts.h"
#include "report.h"

/* What an address leads to: a variable, and the last field of it; or a field through a pointer, without a variable. */
typedef struct Cell {
    Variable *variable;
    Field *field;
} Cell;

static bool is_word_of_cell(const Node *node) {
    return node->kind == N_FIELD && (strcmp(node->field->is.name, "tn_ref_") == 0 ||
                                     strcmp(node->field->is.name, "tn_word_") == 0);
}

/* Follows &cell, cells + i, &x->cell and &(&cell)->tn_word_ down to what they lead to. */
static Cell cell_of(const Node *node) {
    Cell cell = {0};
    for (;;) {
        node = without_casts(node);
        if (node->kind == N_FIELD && !is_word_of_cell(node)) {
            if (!cell.field) cell.field = node->field;
            if (node->arrow) return cell;
        }
        bool leads_on = node->kind == N_ADDRESS || node->kind == N_FIELD || node->kind == N_INDEX ||
                        node->kind == N_ARITHMETIC;
        if (!leads_on || !node->count) break;
        node = node->kid[0];
    }
    if (node->kind == N_NAME && node->variable->global) cell.variable = node->variable;
    return cell;
}

/* The address of what it leads to goes elsewhere: it may be registered there. */
static void note_elsewhere(const Node *node) {
    Cell cell = cell_of(node);
    if (cell.field) cell.field->is.elsewhere = true;
    if (cell.variable) cell.variable->elsewhere = true;
}

static bool is_api_call(const Node *node, const char *const *names) {
    const Function *target = node->kind == N_CALL ? call_target(node) : NULL;
    for (; target && *names; names++)
        if (strcmp(target->name, *names) == 0) return true;
    return false;
}

static bool is_store(const Node *node) {
    static const char *const stores[] = {"tn_root_store", "tn_root_store_value", NULL};
    return is_api_call(node, stores) && node->count > 2;
}

static bool is_end(const Node *node) {
    static const char *const ends[] = {"tn_root_destroy", NULL};
    return is_api_call(node, ends) && node->count > 2;
}

static bool is_array_of_cells(Type t) { return t.array && t.base == BASE_CELL && t.pointers == 1; }

/* Finds every address that is not taken for a store, a read or the end of a root. */
static void find_elsewhere(const Node *node, bool used_up) {
    bool address = node->kind == N_ADDRESS || (node->kind == N_NAME && is_array_of_cells(node->type)) ||
                   (node->kind == N_FIELD && is_array_of_cells(node->type));
    if (address && !used_up) note_elsewhere(node);
    for (unsigned i = 0; i < node->count; i++) {
        bool of_root = i == 2 && (is_store(node) || is_end(node));
        bool read = i == 0 && (node->kind == N_FIELD || node->kind == N_INDEX || node->kind == N_DEREF);
        bool same = used_up && i == 0 && (node->kind == N_CAST || node->kind == N_ADDRESS || node->kind == N_FIELD ||
                                          node->kind == N_INDEX || node->kind == N_ARITHMETIC);
        find_elsewhere(node->kid[i], of_root || read || same);
    }
}

static void check_stores(const Node *node) {
    for (unsigned i = 0; i < node->count; i++) check_stores(node->kid[i]);
    if (!is_store(node)) return;
    Cell cell = cell_of(node->kid[2]);
    const Variable *what = cell.variable ? cell.variable : cell.field ? &cell.field->is : NULL;
    if (!what || what->visited || what->elsewhere) return;
    char text[256];
    snprintf(text, sizeof text, "'%s' is stored into as a root, but tn_root_create is called for it nowhere",
             cell.field ? cell.field->is.name : what->name);
    report(CHECK_CELL, node->spot, text, (Spot){0}, NULL, (Spot){0}, NULL);
}

void cells_note_initialiser(const Node *node) { find_elsewhere(node, false); }

void cells_check(void) {
    for (unsigned i = 0; i < program.functions; i++)
        if (program.function[i]->body) find_elsewhere(program.function[i]->body, false);
    for (unsigned i = 0; i < program.functions; i++)
        if (program.function[i]->body) check_stores(program.function[i]->body);
}
