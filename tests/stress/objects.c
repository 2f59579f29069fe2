/* objects.c: the oracle's operations on objects: new ones of every shape, stores, loads. Called by oracle.c's table.
 */
#include "world.h"

#include <string.h>

/* ---- picking and keeping ---- */

Picked pick(World *w) {
    void *address;
    Node *node = walk_random(w, &address);
    return (Picked){node ? TN_HANDLE(w->m, address) : NULL, node};
}

/* One with slots of the given sort that can be stored into. */
static bool is_container(const Node *n) { return n->slots > 0 && n->shape != WEAK; }
static bool is_mixed(const Node *n) { return n->shape == MIXED; }
static bool is_owner(const Node *n) { return n->shape == OWNER; }
bool is_weak(const Node *n) { return n->shape == WEAK || n->shape == WEAK_ARRAY; }
static bool is_large(const Node *n) { return shape_bytes(n) > TN_SMALL_MAX && n->slots > 0; }

Picked pick_some(World *w, bool (*wanted)(const Node *), int tries) {
    void *address;
    for (; tries > 0; tries--) {
        Node *node = walk_random(w, &address);
        if (node && wanted(node)) return (Picked){TN_HANDLE(w->m, address), node};
    }
    return (Picked){NULL, NULL};
}

bool room_to_keep(const World *w) { return w->handles - w->frame_handles < 40 && w->handles < HANDLES_MAX - 8; }

void store(World *w, Picked to, uint32_t slot, Picked what, unsigned how) {
    unsigned kind = shape_kind(to.node, slot);
    bool is_value = kind != KIND_REF;
    if (to.node->shape == UNION) is_value = chance(w, 50);
    if (to.node->unprotected && !is_weak(to.node) && chance(w, 60)) how = 3;
    Slot s = is_value ? value_random(w, what.h ? what.node->id : 0) : (Slot){what.h ? what.node->id : 0, false, 0};
    shape_store(w, to.node, to.h, slot, s, what.h, how);
}

/* Stores it at a random place of a random object. */
void link_somewhere(World *w, Picked what) {
    Picked to = pick_some(w, is_container, 4);
    if (to.h) store(w, to, below(w, to.node->slots), what, below(w, 3));
}

/* ---- new objects ---- */

Picked make(World *w, Shape shape, uint32_t count, Picked target) {
    Node *node;
    void *object = shape_make(w, shape, count, target.h, target.h ? target.node->id : 0, &node);
    return (Picked){object ? TN_HANDLE(w->m, object) : NULL, node};
}

/* A new object: filled without barrier, then stored somewhere, kept by a handle, or garbage at once. */
static void **make_and_link(World *w, Shape shape, uint32_t count) {
    TN_SCOPE(w->m);
    Picked a = pick(w), b = pick(w), none = {NULL, NULL};
    if (shape == WEAK && !a.h) return NULL;
    Picked made = make(w, shape, count, a);
    world_note(w, "new %s %u (%u) -> %s", shape_names[shape], made.node ? made.node->id : 0, count,
               made.h ? "made" : "out of memory");
    if (!made.h) return NULL;
    if (shape == OWNER) shape_owner_grow(made.node, *made.h, below(w, 9), below(w, 5));
    if (shape != WEAK)
        for (uint32_t i = 0; i < made.node->slots && i < 10; i++) {
            Picked what = below(w, 3) == 0 ? none : chance(w, 50) ? a : b;
            unsigned how = shape == WEAK_ARRAY ? 2 : shape == OWNER && i >= 2 ? 1 : chance(w, 60) ? 3 : below(w, 3);
            store(w, made, i < 3 ? i : below(w, made.node->slots), what, how);
        }
    if (chance(w, 60)) link_somewhere(w, made);
    if (chance(w, 25)) root_somewhere(w, made);
    if (!room_to_keep(w) || chance(w, 50)) return NULL;
    w->kept = made.node->id;
    return TN_ESCAPE(made.h);
}

void **op_new_pair(World *w) { return make_and_link(w, PAIR, 0); }
void **op_new_mixed(World *w) { return make_and_link(w, MIXED, 0); }
void **op_new_leaf(World *w) { return make_and_link(w, LEAF, 0); }
void **op_new_tiny(World *w) { return make_and_link(w, TINY, 0); }
void **op_new_union(World *w) { return make_and_link(w, UNION, 0); }
void **op_new_refs(World *w) { return make_and_link(w, REFS, below(w, 30)); }
void **op_new_values(World *w) { return make_and_link(w, VALUES, below(w, 30)); }
void **op_new_structs(World *w) { return make_and_link(w, STRUCTS, below(w, 12)); }
void **op_new_bytes(World *w) { return make_and_link(w, BYTES, below(w, 300)); }
void **op_new_born(World *w) { return make_and_link(w, BORN, below(w, 20)); }
void **op_new_owner(World *w) { return make_and_link(w, OWNER, 0); }
void **op_new_tracked(World *w) { return make_and_link(w, TRACKED, 0); }
void **op_new_wide(World *w) { return make_and_link(w, WIDE, 0); }
void **op_new_lines(World *w) { return make_and_link(w, LINES, below(w, 20)); }
void **op_new_weak(World *w) { return make_and_link(w, WEAK, 0); }
void **op_new_weak_array(World *w) { return make_and_link(w, WEAK_ARRAY, 1 + below(w, chance(w, 5) ? 3000 : 24)); }

/* Sizes about the border between small and large. */
void **op_new_boundary(World *w) {
    static const Shape shapes[] = {REFS, VALUES, STRUCTS, BYTES, TRACKED_BYTES, BORN, LINES};
    Shape shape = shapes[below(w, 7)];
    size_t unit = shape == STRUCTS ? 32 : shape == BYTES || shape == TRACKED_BYTES ? 1 : 8;
    Node fixed = {.shape = shape};
    size_t around = (TN_SMALL_MAX - shape_bytes(&fixed)) / unit;
    return make_and_link(w, shape, (uint32_t)around - 3 + below(w, 7));
}

/* Up to 2 MiB, mostly at the low end; not when the model is full of them. */
static void **new_large(World *w, Shape shape, size_t unit, size_t most) {
    size_t bytes = 10240 + below(w, 1u << (13 + below(w, 8)));
    if (bytes > most) bytes = most;
    size_t words = unit == 1 ? 0 : bytes / 8;
    if (w->live_slots + words > 400000 || w->live_bytes + bytes > 8u << 20) return NULL;
    return make_and_link(w, shape, (uint32_t)(bytes / unit));
}

void **op_new_large_refs(World *w) { return new_large(w, chance(w, 20) ? BORN : chance(w, 20) ? LINES : REFS, 8, 2u << 20); }
void **op_new_large_values(World *w) { return new_large(w, VALUES, 8, 2u << 20); }
void **op_new_large_structs(World *w) { return new_large(w, STRUCTS, 32, 256u << 10); }
void **op_new_large_bytes(World *w) { return new_large(w, chance(w, 30) ? TRACKED_BYTES : BYTES, 1, 2u << 20); }
void **op_new_huge(World *w) {
    if (w->live_bytes > 2u << 20 || (w->even && !chance(w, 10))) return NULL; /* takes as long as 1000 others */
    return make_and_link(w, BYTES, (3u << 20) + below(w, 2u << 20));
}

/* Many at once, without a link between them but a chain; now and then a deep one. */
void **op_new_chain(World *w) {
    TN_SCOPE(w->m);
    uint32_t length = 1 + below(w, !w->stressed && chance(w, 3) ? 6000 : 300);
    if (w->live > LIVE_MAX) return NULL;
    Picked head = {NULL, NULL};
    world_note(w, "a chain of %u", length);
    void **slot = TN_HANDLE(w->m, (void *)NULL);
    for (uint32_t i = 0; i < length; i++) {
        TN_SCOPE(w->m);
        Picked next = make(w, chance(w, 50) ? PAIR : MIXED, 0, head);
        if (!next.h) break;
        if (head.h) store(w, next, next.node->shape == PAIR ? 1 : 0, head, below(w, 4));
        *slot = *next.h;
        head = (Picked){slot, next.node};
    }
    if (!head.h) return NULL;
    link_somewhere(w, head);
    w->kept = head.node->id;
    return room_to_keep(w) ? TN_ESCAPE(slot) : NULL;
}

void **op_garbage(World *w) {
    uint32_t count = below(w, w->stressed ? 20 : chance(w, 10) ? 20000 : 500);
    world_note(w, "garbage: %u leaves", count);
    for (uint32_t i = 0; i < count; i++) {
        Node node = {.shape = LEAF};
        tn_clear_error(w->m);
        if (!tn_alloc_sized(w->m, TN_FIRST_TYPE + LEAF, shape_bytes(&node))) {
            if (tn_last_status(w->m) != TN_OUT_OF_MEMORY) world_fail(w, "garbage: %s", tn_last_error(w->m));
            w->outs++;
            break;
        }
    }
    return NULL;
}

/* ---- stores and loads ---- */

void **op_store(World *w) {
    TN_SCOPE(w->m);
    Picked to = pick_some(w, is_container, 6), what = pick(w);
    if (!to.h || !what.h) return NULL;
    uint32_t slot = below(w, to.node->slots), how = below(w, 3);
    world_note(w, "store %u slot %u = %u (%u)", to.node->id, slot, what.node->id, how);
    store(w, to, slot, what, how);
    return NULL;
}

void **op_clear(World *w) {
    TN_SCOPE(w->m);
    Picked to = pick_some(w, is_container, 6), none = {NULL, NULL};
    if (!to.h) return NULL;
    uint32_t slot = below(w, to.node->slots);
    world_note(w, "clear %u slot %u", to.node->id, slot);
    store(w, to, slot, none, below(w, 3));
    return NULL;
}

/* Into one slot, several times, and perhaps back: what the barrier recorded must not outlive it wrongly. */
void **op_store_twice(World *w) {
    TN_SCOPE(w->m);
    Picked to = pick_some(w, is_container, 6), a = pick(w), b = pick(w), none = {NULL, NULL};
    if (!to.h || !a.h || !b.h) return NULL;
    uint32_t slot = below(w, to.node->slots);
    world_note(w, "store %u slot %u: %u, %u, again", to.node->id, slot, a.node->id, b.node->id);
    for (uint32_t i = 1 + below(w, 5); i > 0; i--)
        store(w, to, slot, chance(w, 40) ? a : chance(w, 60) ? b : none, below(w, 3));
    return NULL;
}

/* Old objects get references to objects that are made for it. */
static void **old_to_young(World *w, bool (*wanted)(const Node *), uint32_t count) {
    TN_SCOPE(w->m);
    Picked to = pick_some(w, wanted, 12), none = {NULL, NULL};
    if (!to.h || w->live > LIVE_MAX) return NULL;
    world_note(w, "%u stores of new objects into %s %u (%s)", count, shape_names[to.node->shape], to.node->id,
               tn_is_young(w->m, *to.h) ? "young" : "old");
    for (uint32_t i = 0; i < count; i++) {
        TN_SCOPE(w->m);
        Picked made = make(w, chance(w, 70) ? LEAF : PAIR, 0, none);
        if (!made.h) return NULL;
        store(w, to, below(w, to.node->slots), made, below(w, 3));
    }
    return NULL;
}

void **op_old_to_young(World *w) { return old_to_young(w, is_container, 1 + below(w, 8)); }
void **op_large_to_young(World *w) { return old_to_young(w, is_large, 1 + below(w, 60)); }

void **op_put(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick(w);
    if (!p.h || is_weak(p.node)) return NULL;
    world_note(w, "put plain data of %u", p.node->id);
    p.node->salt++;
    shape_fill(w, p.node, *p.h);
    return NULL;
}

static bool is_resizable(const Node *n) {
    return n->shape == REFS || n->shape == VALUES || n->shape == STRUCTS || n->shape == BYTES || n->shape == BORN;
}

/* To any length that is not far from what it has; stores follow, into the new part as well. */
void **op_resize(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick_some(w, is_resizable, 12), what = pick(w);
    if (!p.h) return NULL;
    uint32_t least = p.node->shape == VALUES ? 0 : 1, before = p.node->count, most = before * 2 + 20;
    if (w->live_slots + most > 400000 || w->live_bytes + most > 8u << 20) most = before;
    uint32_t count = least + below(w, most + 1 - (most ? least : 0));
    Node *node = shape_resize(w, p.node, p.h, count);
    world_note(w, "resize %u from %u to %u: %u", p.node->id, before, count, node ? node->id : 0);
    if (!node) return NULL;
    p.node = node;
    for (uint32_t i = below(w, 4); i > 0 && node->slots; i--) store(w, p, below(w, node->slots), what, below(w, 3));
    link_somewhere(w, p);
    if (!room_to_keep(w) || chance(w, 50)) return NULL;
    w->kept = node->id;
    return TN_ESCAPE(p.h);
}

/* The prefix of the oracle's own struct, so that TN_GET has a type to work with. */
typedef struct MixedPrefix {
    uint64_t id;
    TN_FIELD(void) a;
    tn_value_field v;
} MixedPrefix;

void **op_get(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick_some(w, is_mixed, 8);
    if (!p.h || !room_to_keep(w)) return NULL;
    world_note(w, "get %u slot 0", p.node->id);
    void **h = TN_GET(w->m, (MixedPrefix **)(void *)p.h, a);
    w->kept = p.node->slot[0].id;
    return TN_ESCAPE(h);
}

/* No scope of its own: the value's handle stays in the frame. */
void **op_get_value(World *w) {
    if (w->values - w->frame_values > 20 || w->values > HANDLES_MAX - 8) return NULL;
    tn_value *h = NULL;
    Slot s = {0, true, 0};
    {
        TN_SCOPE(w->m);
        Picked p = pick_some(w, is_mixed, 8);
        if (!p.h) return NULL;
        world_note(w, "get %u slot 1 into a value handle", p.node->id);
        h = TN_ESCAPE_VALUE(TN_GET_VALUE(w->m, (MixedPrefix **)(void *)p.h, v));
        s = p.node->slot[1];
        s.is_value = true;
    }
    w->value[w->values++] = (ValueHandle){h, s};
    return NULL;
}

void **op_set_value_handle(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick(w);
    if (w->values == 0) return NULL;
    ValueHandle *v = &w->value[below(w, (uint32_t)w->values)];
    v->model = value_random(w, p.h && chance(w, 60) ? p.node->id : 0);
    *v->slot = value_encode(w, v->model, p.h ? *p.h : NULL);
    world_note(w, "value handle = %u", v->model.id);
    return NULL;
}

void **op_set_handle(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick(w);
    if (!p.h || !w->handles) return NULL;
    Handle *h = &w->handle[below(w, (uint32_t)w->handles)];
    world_note(w, "handle of %u = %u", h->id, p.node->id);
    *h->slot = *p.h;
    h->id = p.node->id;
    return NULL;
}

void **op_owner_write(World *w) {
    TN_SCOPE(w->m);
    Picked to = pick_some(w, is_owner, 24), what = pick(w);
    if (!to.h) return NULL;
    world_note(w, "owner %u: write its buffer", to.node->id);
    if (chance(w, 30) && to.node->slots < 200) {
        uint32_t refs, values;
        shape_owner_size(*to.h, &refs, &values);
        shape_owner_grow(to.node, *to.h, values ? 0 : below(w, 6), below(w, 4));
        tn_revisit_object(w->m, *to.h);
    }
    for (uint32_t i = below(w, 4); i > 0; i--) store(w, to, below(w, to.node->slots), what, below(w, 3));
    return NULL;
}

/* ---- rows ---- */

static bool has_row(const Node *n) {
    return n->shape == REFS || n->shape == VALUES || n->shape == BORN || n->shape == OWNER;
}

/* A part of two rows of these lengths; false when there is none. */
static bool choose_part(World *w, uint32_t to_length, uint32_t from_length, uint32_t *to, uint32_t *from, uint32_t *count) {
    uint32_t least = to_length < from_length ? to_length : from_length;
    if (!least) return false;
    *count = below(w, least + 1);
    *to = below(w, to_length - *count + 1);
    *from = below(w, from_length - *count + 1);
    return true;
}

static void need_ok(World *w, tn_status status, const char *what) {
    if (status != TN_OK) world_fail(w, "%s: %s", what, tn_last_error(w->m));
}

void **op_move(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick_some(w, has_row, 12);
    uint32_t first, length, to, from, count;
    if (!p.h || !shape_row(p.node, *p.h, &first, &length) || !choose_part(w, length, length, &to, &from, &count))
        return NULL;
    world_note(w, "move %u: %u slots from %u to %u", p.node->id, count, from, to);
    need_ok(w, shape_move(w, p.node, p.h, first + to, first + from, count), "move");
    memmove(p.node->slot + first + to, p.node->slot + first + from, count * sizeof *p.node->slot);
    return NULL;
}

void **op_copy(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick_some(w, has_row, 12), q = pick_some(w, has_row, 12);
    uint32_t first, length, other, other_length, to, from, count;
    if (!p.h || !q.h || (p.node->shape == VALUES) != (q.node->shape == VALUES)) return NULL;
    if (!shape_row(p.node, *p.h, &first, &length) || !shape_row(q.node, *q.h, &other, &other_length)) return NULL;
    if (!choose_part(w, length, other_length, &to, &from, &count)) return NULL;
    world_note(w, "copy %u slots of %u from %u to %u of %u", count, q.node->id, from, to, p.node->id);
    need_ok(w, shape_copy(w, p.node, p.h, first + to, q.node, q.h, other + from, count), "copy");
    memmove(p.node->slot + first + to, q.node->slot + other + from, count * sizeof *p.node->slot);
    return NULL;
}

/* ---- objects without a barrier ---- */

static bool is_unprotected(const Node *n) { return n->unprotected; }

void **op_unprotect(World *w) {
    TN_SCOPE(w->m);
    Picked p = chance(w, 50) ? pick(w) : pick_some(w, is_container, 6);
    if (!p.h) return NULL;
    world_note(w, "unprotect %u", p.node->id);
    if (TN_UNPROTECT(w->m, p.h) == TN_OK) p.node->unprotected = true;
    else if (world_out_of_memory(w, "TN_UNPROTECT")) w->outs++;
    return NULL;
}

void **op_protect(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick_some(w, is_unprotected, 30);
    if (!p.h) return NULL;
    world_note(w, "protect %u", p.node->id);
    need_ok(w, TN_PROTECT(w->m, p.h), "TN_PROTECT");
    p.node->unprotected = false;
    return NULL;
}
