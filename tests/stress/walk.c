/* walk.c: compares heap and model, from the roots. What must hold after a collection of each kind is here. Called by
 * oracle.c.
 *
 * The walk follows the model's edges and checks at each that the heap's word leads to an object that is the node:
 * then the nodes that it reaches are the ones that are strongly reachable, in both. Weak slots are looked at when all
 * of them are known. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- edges ---- */

static bool decode(const World *w, uint64_t word, void **address) {
    *address = (void *)(uintptr_t)(word & w->format.payload);
    return (word & w->format.mask) == w->format.tag && *address != NULL;
}

/* The target of a word that the model says to be `s`. */
static Node *target_of(World *w, const char *where, Id owner, uint32_t i, Slot s, bool is_value, uint64_t word,
                       void **address) {
    if (!is_value) {
        *address = (void *)(uintptr_t)word;
        if ((word != 0) != (s.id != 0))
            world_fail(w, "%s %u slot %u: holds the reference %#llx, must be of object %u", where, owner, i,
                       (unsigned long long)word, s.id);
    } else {
        bool reference = decode(w, word, address);
        if (!s.id && word != s.word)
            world_fail(w, "%s %u slot %u: holds the value %#llx, must be the immediate %#llx", where, owner, i,
                       (unsigned long long)word, (unsigned long long)s.word);
        if (s.id && (!reference || (word & ~w->format.payload) != s.word))
            world_fail(w, "%s %u slot %u: holds the value %#llx, must be of object %u with the bits %#llx", where,
                       owner, i, (unsigned long long)word, s.id, (unsigned long long)s.word);
    }
    if (!s.id) return NULL;
    Node *node = model_node(&w->model, s.id);
    if (!node)
        world_fail(w, "the oracle's own mistake: %s %u slot %u: node %u has left the model", where, owner, i, s.id);
    return node;
}

Node *walk_slot(World *w, const Node *node, void *object, uint32_t slot, void **address) {
    unsigned kind = shape_kind(node, slot);
    if (kind == KIND_WEAK) return NULL;
    return target_of(w, shape_names[node->shape], node->id, slot, node->slot[slot], kind == KIND_VALUE,
                     shape_load(w, node, object, slot), address);
}

/* ---- one object ---- */

static bool has_dispose(const Node *node) {
    return node->shape == OWNER || node->shape == TRACKED || node->shape == TRACKED_BYTES;
}

static void check_object(World *w, Node *node, void *object) {
    const char *name = shape_names[node->shape];
    shape_check(w, node, object, w->walk % 16 == 0);
    if (w->model.disposals[node->id]) world_fail(w, "%s %u: disposed of, but reachable", name, node->id);
    if (node->cleared) world_fail(w, "%s %u: reachable, but a weak reference to it has been cleared", name, node->id);
    if (node->hash && tn_hash_of(w->m, object) != node->hash)
        world_fail(w, "%s %u: its hash was %#llx and is %#llx", name, node->id, (unsigned long long)node->hash,
                   (unsigned long long)tn_hash_of(w->m, object));
    if (node->fixed && node->fixed != object)
        world_fail(w, "%s %u: old or stable at %p, has moved to %p", name, node->id, node->fixed, object);
    if (!tn_is_young(w->m, object)) node->fixed = object;
    else if (node->fixed) world_fail(w, "%s %u: old or stable at %p, and young now", name, node->id, object);
}

static void reach(World *w, Node *node, void *object) {
    if (!node) return;
    if (node->mark == w->walk) {
        if (node->address != object)
            world_fail(w, "%s %u: is at %p and at %p at once", shape_names[node->shape], node->id, node->address,
                       object);
        return;
    }
    node->mark = w->walk;
    node->address = object;
    check_object(w, node, object);
    w->live++;
    w->live_slots += node->slots;
    w->live_bytes += node->count;
    ids_push(&w->reached, node->id);
    if (node->shape == WEAK || node->shape == WEAK_ARRAY) ids_push(&w->weaks, node->id);
    else if (node->slots) ids_push(&w->work, node->id);
}

/* ---- roots ---- */

static void reach_root(World *w, const char *where, uint32_t i, Slot s, uint64_t word) {
    void *address;
    Node *node = target_of(w, where, 0, i, s, s.is_value, word, &address);
    reach(w, node, address);
}

static void reach_roots(World *w) {
    for (uint32_t i = 0; i < w->handles; i++)
        reach_root(w, "handle", i, (Slot){w->handle[i].id, false, 0}, (uint64_t)(uintptr_t)*w->handle[i].slot);
    for (uint32_t i = 0; i < w->values; i++) reach_root(w, "value handle", i, w->value[i].model, *w->value[i].slot);
    for (uint32_t i = 0; i < GLOBALS; i++)
        if (w->global[i].slot)
            reach_root(w, "global", i, GLOBAL_MODEL(w, i), (uint64_t)(uintptr_t)*w->global[i].slot);
    for (uint32_t i = 0; i < CELLS; i++)
        if (w->cell[i].added) reach_root(w, "root", i, CELL_MODEL(w, i), cell_word(&w->cell[i], i % 2));
    for (uint32_t r = 0; r < RANGES; r++)
        for (uint32_t i = 0; w->range[r].range && i < w->range[r].top - w->range[r].base; i++)
            reach_root(w, "range", r << 24 | i, w->range[r].model[i], w->range[r].base[i]);
    for (uint32_t k = 0; k < SCANNERS; k++)
        for (uint32_t i = 0; w->scanner[k].added && i < SCANNED; i++) {
            reach_root(w, "scanner", i, w->scanner[k].refs[i], (uint64_t)(uintptr_t)w->scanner[k].ref[i]);
            reach_root(w, "scanner's value", i, w->scanner[k].values[i], w->scanner[k].value[i]);
        }
}

static Node *random_root(World *w, void **address) {
    *address = NULL;
    uint32_t i = 0;
    Slot s = {0, false, 0};
    uint64_t word = 0;
    Range *r = &w->range[below(w, RANGES)];
    Scanner *scanner = &w->scanner[below(w, SCANNERS)];
    switch (below(w, 8)) {
    case 0:
    case 1:
        if (!w->handles) return NULL;
        i = below(w, (uint32_t)w->handles);
        s.id = w->handle[i].id, word = (uint64_t)(uintptr_t)*w->handle[i].slot;
        break;
    case 2:
        if (!w->values) return NULL;
        i = below(w, (uint32_t)w->values);
        s = w->value[i].model, word = *w->value[i].slot;
        break;
    case 3:
    case 4:
        i = below(w, GLOBALS);
        if (!w->global[i].slot) return NULL;
        s = GLOBAL_MODEL(w, i), word = (uint64_t)(uintptr_t)*w->global[i].slot;
        break;
    case 5:
        i = below(w, CELLS);
        if (!w->cell[i].added) return NULL;
        s = CELL_MODEL(w, i), word = cell_word(&w->cell[i], i % 2);
        break;
    case 6:
        if (!r->range || r->top == r->base) return NULL;
        i = below(w, (uint32_t)(r->top - r->base));
        s = r->model[i], word = r->base[i];
        break;
    default:
        if (!scanner->added) return NULL;
        i = below(w, SCANNED);
        s = scanner->values[i], word = scanner->value[i];
        if (chance(w, 50)) s = scanner->refs[i], word = (uint64_t)(uintptr_t)scanner->ref[i];
        break;
    }
    return target_of(w, "a root", 0, i, s, s.is_value, word, address);
}

Node *walk_random(World *w, void **address) {
    Node *node = NULL;
    if (w->epoch == w->walk_epoch && w->reached.count && chance(w, 75)) {
        /* Perhaps unreachable by now; but it is still there, and a raw pointer to it still good. */
        node = model_node(&w->model, w->reached.id[below(w, (uint32_t)w->reached.count)]);
        *address = node->address;
        shape_check(w, node, *address, false);
        return node;
    }
    for (int tries = 0; !node && tries < 16; tries++) node = random_root(w, address);
    if (!node) return NULL;
    for (uint32_t steps = below(w, 14); steps > 0; steps--) {
        Node *next = NULL;
        void *there = NULL;
        for (int tries = 0; !next && tries < 5 && node->slots; tries++)
            next = walk_slot(w, node, *address, below(w, node->slots), &there);
        if (!next) break;
        node = next;
        *address = there;
    }
    shape_check(w, node, *address, false);
    return node;
}

/* ---- weak slots ---- */

static void check_weak_slot(World *w, int kind, Node *node, uint32_t i) {
    Slot *s = &node->slot[i];
    uint64_t word = shape_load(w, node, node->address, i);
    const char *name = shape_names[node->shape];
    void *address;
    if (!s->id) {
        if (word != s->word)
            world_fail(w, "%s %u slot %u: holds %#llx, must be %#llx", name, node->id, i, (unsigned long long)word,
                       (unsigned long long)s->word);
        return;
    }
    Node *target = model_node(&w->model, s->id);
    if (!target)
        world_fail(w, "the oracle's own mistake: %s %u slot %u: node %u has left the model", name, node->id, i,
                   s->id);
    bool reachable = target->mark == w->walk;
    if (word == 0) {
        if (reachable)
            world_fail(w, "%s %u slot %u: cleared, but %s %u is reachable", name, node->id, i,
                       shape_names[target->shape], s->id);
        if (target->intact)
            world_fail(w, "%s %u slot %u: cleared, but another weak reference still has object %u", name, node->id, i,
                       s->id);
        target->cleared = true;
        *s = (Slot){0, s->is_value, 0};
        return;
    }
    target_of(w, name, node->id, i, *s, node->shape == WEAK_ARRAY, word, &address);
    if (reachable) {
        if (address != target->address)
            world_fail(w, "%s %u slot %u: leads to %p, but object %u is at %p", name, node->id, i, address, s->id,
                       target->address);
        return;
    }
    if (kind >= TN_MAJOR)
        world_fail(w, "%s %u slot %u: %s %u is dead after a major collection, but not cleared", name, node->id, i,
                   shape_names[target->shape], s->id);
    if (target->cleared)
        world_fail(w, "%s %u slot %u: still has object %u, but another was cleared", name, node->id, i, s->id);
    if (w->model.disposals[s->id])
        world_fail(w, "%s %u slot %u: still has object %u, which is disposed of", name, node->id, i, s->id);
    shape_check(w, target, address, false);
    target->intact = true;
}

/* What a weak reference still leads to is alive, with all that it refers to: none of that may have been cleared or
 * disposed of. */
static void check_closure(World *w, Node *from) {
    IdList *work = &w->work;
    if (from->suspect == w->walk) return;
    from->suspect = w->walk;
    ids_push(work, from->id);
    while (work->count) {
        Node *node = model_node(&w->model, work->id[--work->count]);
        if (node->mark == w->walk) continue;
        if (node->cleared || w->model.disposals[node->id])
            world_fail(w, "object %u: dead, but object %u, which leads to it, is still seen by a weak reference",
                       node->id, from->id);
        for (uint32_t i = 0; i < node->slots; i++) {
            if (!node->slot[i].id || shape_kind(node, i) == KIND_WEAK) continue;
            Node *next = model_node(&w->model, node->slot[i].id);
            if (!next)
                world_fail(w, "the oracle's own mistake: node %u has left the model before %u", node->slot[i].id,
                           node->id);
            if (next->suspect == w->walk) continue;
            next->suspect = w->walk;
            ids_push(work, next->id);
        }
    }
}

static void check_weaks(World *w, int kind) {
    IdList intact = {NULL, 0, 0};
    for (size_t k = 0; k < w->weaks.count; k++) {
        Node *node = model_node(&w->model, w->weaks.id[k]);
        for (uint32_t i = 0; i < node->slots; i++) {
            check_weak_slot(w, kind, node, i);
            if (node->slot[i].id && model_node(&w->model, node->slot[i].id)->intact)
                ids_push(&intact, node->slot[i].id);
        }
    }
    for (size_t k = 0; k < intact.count; k++) check_closure(w, model_node(&w->model, intact.id[k]));
    for (size_t k = 0; k < intact.count; k++) model_node(&w->model, intact.id[k])->intact = false;
    free(intact.id);
}

/* ---- the whole ---- */

static int by_address(const void *a, const void *b) {
    uintptr_t x = (uintptr_t)(*(Node *const *)a)->address, y = (uintptr_t)(*(Node *const *)b)->address;
    return (x > y) - (x < y);
}

/* No two objects share memory, headers included. */
static void check_overlap(World *w) {
    Node **node = malloc((w->live + 1) * sizeof *node);
    size_t n = 0;
    if (!node) abort();
    for (size_t i = 0; i < w->model.count; i++) {
        Node *each = model_node(&w->model, w->model.all[i]);
        if (each->mark == w->walk) node[n++] = each;
    }
    qsort(node, n, sizeof *node, by_address);
    for (size_t i = 0; i + 1 < n; i++)
        if ((uintptr_t)node[i]->address + shape_bytes(node[i]) >
                (uintptr_t)node[i + 1]->address - sizeof(tn_header) ||
            node[i]->address == node[i + 1]->address)
            world_fail(w, "%s %u at %p (%zu bytes) and %s %u at %p overlap", shape_names[node[i]->shape], node[i]->id,
                       node[i]->address, shape_bytes(node[i]), shape_names[node[i + 1]->shape], node[i + 1]->id,
                       node[i + 1]->address);
    free(node);
}

static void check_dead(World *w, int kind) {
    if (kind < TN_MAJOR) return;
    uint64_t living = 0;
    for (size_t i = 0; i < w->model.count; i++) {
        Node *node = model_node(&w->model, w->model.all[i]);
        if (!has_dispose(node)) continue;
        if (node->mark == w->walk) living++;
        else if (kind == TN_FULL && !w->model.disposals[node->id])
            world_fail(w, "%s %u: dead, but not disposed of by a full collection", shape_names[node->shape],
                       node->id);
    }
    if (kind == TN_FULL && living + w->disposed != w->disposables)
        world_fail(w, "after a full collection: %llu objects with dispose made, %llu disposed of, %llu reachable",
                   (unsigned long long)w->disposables, (unsigned long long)w->disposed, (unsigned long long)living);
    check_overlap(w);
    model_drop_unreached(&w->model, w->walk);
}

static void check_stats(World *w) {
    tn_stats stats;
    tn_stats_get(w->m->heap, &stats);
    if (stats.minors < w->minors_seen || stats.majors < w->majors_seen)
        world_fail(w, "tn_stats: a counter has gone back");
    if (stats.minors < stats.majors) world_fail(w, "tn_stats: fewer minors than majors");
    if (stats.external_bytes != (uint64_t)w->external)
        world_fail(w, "tn_stats: external_bytes is %llu, not %lld", (unsigned long long)stats.external_bytes,
                   (long long)w->external);
    w->minors_seen = stats.minors;
    w->majors_seen = stats.majors;
}

void walk(World *w, int kind) {
    w->walk++;
    w->work.count = w->weaks.count = w->reached.count = 0;
    w->live = w->live_slots = w->live_bytes = 0;
    reach_roots(w);
    while (w->work.count) {
        Node *node = model_node(&w->model, w->work.id[--w->work.count]);
        for (uint32_t i = 0; i < node->slots; i++) {
            void *address;
            Node *next = walk_slot(w, node, node->address, i, &address);
            if (next) reach(w, next, address);
        }
    }
    if (w->live > w->live_most) w->live_most = w->live;
    check_weaks(w, kind);
    check_dead(w, kind);
    check_stats(w);
    if (tn_handle_count(w->m) != w->handles + w->values)
        world_fail(w, "tn_handle_count is %zu, must be %zu", tn_handle_count(w->m), w->handles + w->values);
    w->walk_epoch = w->epoch;
    w->next_walk = w->step + 48 + (w->live + w->live_slots) / 128;
}

static int by_pointer(const void *a, const void *b) {
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

void walk_check_seen(World *w) {
    size_t expected = 0;
    if (w->seen_count) qsort(w->seen, w->seen_count, sizeof *w->seen, by_pointer);
    for (size_t i = 1; i < w->seen_count; i++)
        if (w->seen[i] == w->seen[i - 1]) world_fail(w, "tn_heap_walk: %p was visited twice", w->seen[i]);
    for (size_t i = 0; i < w->reached.count; i++) {
        const Node *node = model_node(&w->model, w->reached.id[i]);
        if (is_weak(node)) continue; /* objects of the library */
        expected++;
        if (!w->seen_count || !bsearch(&node->address, w->seen, w->seen_count, sizeof *w->seen, by_pointer))
            world_fail(w, "tn_heap_walk: %s %u at %p was not visited", shape_names[node->shape], node->id,
                       node->address);
    }
    if (w->seen_count != expected)
        world_fail(w, "tn_heap_walk: visited %zu objects, but %zu are alive", w->seen_count, expected);
}

void walk_free(World *w) {
    free(w->seen);
    free(w->work.id);
    free(w->weaks.id);
    free(w->reached.id);
}
