/* model.c: see model.h. Called by oracle.c, walk.c and shapes.c. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *old, size_t bytes) {
    void *p = realloc(old, bytes);
    if (!p) {
        fprintf(stderr, "oracle: the test itself is out of memory\n");
        abort();
    }
    return p;
}

uint64_t model_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

uint64_t model_random(uint64_t *state) {
    *state += UINT64_C(0x9E3779B97F4A7C15);
    return model_mix(*state);
}

Node *model_add(Model *model, unsigned shape, uint32_t count, uint32_t slots) {
    if (model->next == 0) model->next = 1;
    if (model->next >= model->capacity) {
        size_t old = model->capacity, now = old ? old * 2 : 4096;
        model->node = grow(model->node, now * sizeof *model->node);
        model->disposals = grow(model->disposals, now);
        memset(model->node + old, 0, (now - old) * sizeof *model->node);
        memset(model->disposals + old, 0, now - old);
        model->capacity = now;
    }
    if (model->count == model->all_capacity) {
        model->all_capacity = model->all_capacity ? model->all_capacity * 2 : 1024;
        model->all = grow(model->all, model->all_capacity * sizeof *model->all);
    }
    Node *node = grow(NULL, sizeof *node);
    memset(node, 0, sizeof *node);
    node->id = model->next++;
    node->shape = shape;
    node->count = count;
    model->node[node->id] = node;
    model->all[model->count++] = node->id;
    model_grow_slots(node, slots);
    return node;
}

Node *model_node(const Model *model, Id id) { return id < model->capacity ? model->node[id] : NULL; }

void model_grow_slots(Node *node, uint32_t slots) {
    if (slots <= node->slots) return;
    node->slot = grow(node->slot, slots * sizeof *node->slot);
    memset(node->slot + node->slots, 0, (slots - node->slots) * sizeof *node->slot);
    node->slots = slots;
}

void model_drop_unreached(Model *model, uint32_t mark) {
    size_t kept = 0;
    for (size_t i = 0; i < model->count; i++) {
        Node *node = model->node[model->all[i]];
        if (node->mark == mark) {
            model->all[kept++] = node->id;
            continue;
        }
        model->node[node->id] = NULL;
        free(node->slot);
        free(node);
    }
    model->count = kept;
}

void model_free(Model *model) {
    model_drop_unreached(model, UINT32_MAX);
    free(model->node);
    free(model->all);
    free(model->disposals);
    memset(model, 0, sizeof *model);
}

void ids_push(IdList *list, Id id) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 1024;
        list->id = grow(list->id, list->capacity * sizeof *list->id);
    }
    list->id[list->count++] = id;
}
