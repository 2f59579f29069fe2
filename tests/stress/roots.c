/* roots.c: the oracle's operations on globals, roots, ranges and scanners. Called by oracle.c's table. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* ---- roots ---- */

/* A value that refers to the object. */
static tn_value as_value(const World *w, Picked p) {
    return value_encode(w, (Slot){p.node->id, true, w->format.tag}, *p.h);
}

static void *const *global_create(World *w, bool value, Picked p) {
    if (value) return (void *const *)(const void *)tn_global_create_value(w->m, as_value(w, p));
    return TN_GLOBAL_CREATE(w->m, p.h);
}

static void global_set(World *w, Global *g, Picked p) {
    bool value = (g - w->global) % 2;
    tn_status status = value ? tn_global_store_value(w->m, (const tn_value *)(const void *)g->slot, as_value(w, p))
                             : TN_GLOBAL_SET(w->m, g->slot, p.h);
    if (status != TN_OK) world_fail(w, "tn_global_store: %s", tn_last_error(w->m));
    g->id = p.node->id;
}

void **op_global_new(World *w) {
    TN_SCOPE(w->m);
    Global *g = &w->global[below(w, GLOBALS)];
    Picked p = pick(w);
    if (g->slot || !p.h) return NULL;
    world_note(w, "global %td = new of %u", g - w->global, p.node->id);
    g->slot = global_create(w, (g - w->global) % 2, p);
    g->id = p.node->id;
    if (!g->slot) world_out_of_memory(w, "tn_global_create");
    return NULL;
}

void **op_global_set(World *w) {
    TN_SCOPE(w->m);
    Global *g = &w->global[below(w, GLOBALS)];
    Picked p = pick(w);
    if (!g->slot || !p.h) return NULL;
    world_note(w, "global %td = %u", g - w->global, p.node->id);
    global_set(w, g, p);
    return NULL;
}

static void global_free(World *w, Global *g) {
    if (g->slot && TN_GLOBAL_DESTROY(w->m, g->slot) != TN_OK)
        world_fail(w, "tn_global_destroy: %s", tn_last_error(w->m));
    *g = (Global){NULL, 0};
}

void **op_global_free(World *w) {
    Global *g = &w->global[below(w, GLOBALS)];
    world_note(w, "global %td: free", g - w->global);
    global_free(w, g);
    return NULL;
}

static tn_status cell_create(World *w, Cell *c, bool value) {
    static const Cell empty;
    if (c->id == 0) memcpy(c, &empty, sizeof *c);
    return value ? tn_root_create_value(w->m, &c->value) : tn_root_create(w->m, &c->cell);
}

/* NULL: nothing. */
static tn_status cell_set(World *w, Cell *c, const Picked *p) {
    bool value = (c - w->cell) % 2;
    c->id = p ? p->node->id : 0;
    if (value) return tn_root_write_value(w->m, &c->value, p ? as_value(w, *p) : 0);
    return p && chance(w, 50) ? TN_ROOT_SET(w->m, &c->cell, p->h) : tn_root_write(w->m, &c->cell, p ? *p->h : NULL);
}

void **op_cell(World *w) {
    TN_SCOPE(w->m);
    Cell *c = &w->cell[below(w, CELLS)];
    bool value = (c - w->cell) % 2;
    tn_status status = TN_OK;
    if (!c->added) {
        world_note(w, "root %td: add", c - w->cell);
        status = cell_create(w, c, value);
        c->added = status == TN_OK;
        if (!c->added && world_out_of_memory(w, "tn_root_create")) return NULL;
    } else if (chance(w, 15)) {
        world_note(w, "root %td: remove", c - w->cell);
        status = tn_root_destroy(w->m, value ? (void *)&c->value : (void *)&c->cell);
        c->added = false;
        c->id = 0;
    } else {
        Picked p = pick(w);
        bool some = p.h && chance(w, 90);
        world_note(w, "root %td = %u", c - w->cell, some ? p.node->id : 0);
        status = cell_set(w, c, some ? &p : NULL);
    }
    if (status != TN_OK) world_fail(w, "root: %s", tn_last_error(w->m));
    return NULL;
}

static void range_resume(World *w, Range *r) {
    if (r->suspended && tn_range_resume(w->m, r->range) != TN_OK)
        world_fail(w, "tn_range_resume: %s", tn_last_error(w->m));
    r->suspended = false;
}

static void range_set(World *w, Range *r, size_t i, Picked p) {
    range_resume(w, r);
    Slot s = r->values ? value_random(w, p.h ? p.node->id : 0) : (Slot){p.h ? p.node->id : 0, false, 0};
    r->model[i] = s;
    r->base[i] = s.is_value ? value_encode(w, s, p.h ? *p.h : NULL) : (uint64_t)(uintptr_t)(p.h ? *p.h : NULL);
    if (r->marked && r->base + i < r->low) r->low = r->base + i;
}

static void range_move(Range *r, size_t capacity) {
    size_t top = (size_t)(r->top - r->base), low = (size_t)(r->low - r->base);
    uint64_t *base = malloc(capacity * sizeof *base);
    Slot *model = realloc(r->model, capacity * sizeof *model);
    if (!base || !model) abort();
    if (top) memcpy(base, r->base, top * sizeof *base);
    free(r->base);
    r->base = base;
    r->top = base + top;
    r->low = base + low;
    r->model = model;
    r->capacity = capacity;
}

void range_add(World *w, Range *r) {
    tn_range_desc desc = {&r->base, &r->top, r->marked ? &r->low : NULL, r->values};
    if (!r->base) range_move(r, 64);
    r->range = tn_range_create(w->m, &desc);
    if (!r->range) world_out_of_memory(w, "tn_range_create");
}

void **op_range_push(World *w) {
    TN_SCOPE(w->m);
    Range *r = &w->range[below(w, RANGES)];
    uint32_t n = 1 + below(w, chance(w, 5) ? 300 : 12);
    size_t used = (size_t)(r->top - r->base);
    if (!r->range || used + n > 3000) return NULL;
    range_resume(w, r);
    world_note(w, "range %td: push %u on %zu", r - w->range, n, used);
    if (used + n > r->capacity) range_move(r, r->capacity * 2 > used + n ? r->capacity * 2 : used + n);
    for (uint32_t i = 0; i < n; i++) {
        TN_SCOPE(w->m);
        Picked p = pick(w), none = {NULL, NULL};
        size_t at = (size_t)(r->top - r->base);
        r->top++;
        range_set(w, r, at, chance(w, 80) ? p : none);
    }
    return NULL;
}

static void range_pop(World *w, Range *r, size_t n) {
    range_resume(w, r);
    r->top -= n;
    if (r->top < r->low) r->low = r->top;
}

void **op_range_pop(World *w) {
    Range *r = &w->range[below(w, RANGES)];
    size_t used = (size_t)(r->top - r->base), n = below(w, chance(w, 5) ? 1000 : 14);
    if (!r->range) return NULL;
    if (n > used) n = used;
    world_note(w, "range %td: pop %zu of %zu", r - w->range, n, used);
    range_pop(w, r, n);
    return NULL;
}

void **op_range_write(World *w) {
    TN_SCOPE(w->m);
    Range *r = &w->range[below(w, RANGES)];
    Picked p = pick(w);
    if (!r->range || r->top == r->base) return NULL;
    size_t i = below(w, (uint32_t)(r->top - r->base));
    world_note(w, "range %td: slot %zu = %u", r - w->range, i, p.node ? p.node->id : 0);
    range_set(w, r, i, p);
    return NULL;
}

void **op_range_move(World *w) {
    Range *r = &w->range[below(w, RANGES)];
    if (!r->range) return NULL;
    world_note(w, "range %td: moves", r - w->range);
    range_move(r, (size_t)(r->top - r->base) + 1 + below(w, 400));
    return NULL;
}

void **op_range_toggle(World *w) {
    Range *r = &w->range[below(w, RANGES)];
    if (r->range) {
        world_note(w, "range %td: remove", r - w->range);
        if (tn_range_destroy(w->m, r->range) != TN_OK) world_fail(w, "tn_range_destroy: %s", tn_last_error(w->m));
        r->range = NULL;
        r->suspended = false;
        r->top = r->low = r->base;
    } else {
        world_note(w, "range %td: add", r - w->range);
        range_add(w, r);
    }
    return NULL;
}

/* A stack that does not run for a while; what changes it resumes it before. */
void **op_range_switch(World *w) {
    Range *r = &w->range[below(w, RANGES)];
    if (!r->range) return NULL;
    world_note(w, "range %td: %s", r - w->range, r->suspended ? "resume" : "suspend");
    if (r->suspended) range_resume(w, r);
    else if (tn_range_suspend(w->m, r->range) == TN_OK) r->suspended = true;
    else world_fail(w, "tn_range_suspend: %s", tn_last_error(w->m));
    return NULL;
}

static void scan(tn_tracer *tracer, void *user) {
    Scanner *s = user;
    tn_visit_refs(tracer, s->ref, SCANNED / 2);
    for (int i = SCANNED / 2; i < SCANNED; i++) tn_visit(tracer, &s->ref[i]);
    tn_visit_values(tracer, s->value, SCANNED / 2);
    for (int i = SCANNED / 2; i < SCANNED; i++) tn_visit_value(tracer, &s->value[i]);
}

void **op_scanner(World *w) {
    TN_SCOPE(w->m);
    Scanner *s = &w->scanner[below(w, SCANNERS)];
    if (!s->added) {
        memset(s, 0, sizeof *s);
        world_note(w, "scanner %td: add", s - w->scanner);
        if (tn_scanner_create(w->m, scan, s) != TN_OK && world_out_of_memory(w, "tn_scanner_create")) return NULL;
        for (int i = 0; i < SCANNED; i++) s->values[i].is_value = true;
        s->added = true;
    } else if (chance(w, 5)) {
        world_note(w, "scanner %td: remove", s - w->scanner);
        if (tn_scanner_destroy(w->m, scan, s) != TN_OK) world_fail(w, "tn_scanner_destroy: %s", tn_last_error(w->m));
        s->added = false;
    } else {
        Picked p = pick(w);
        uint32_t i = below(w, SCANNED);
        world_note(w, "scanner %td: slots %u = %u", s - w->scanner, i, p.node ? p.node->id : 0);
        s->refs[i].id = p.h ? p.node->id : 0;
        s->ref[i] = p.h ? *p.h : NULL;
        s->values[i] = value_random(w, p.h && chance(w, 70) ? p.node->id : 0);
        s->value[i] = value_encode(w, s->values[i], p.h ? *p.h : NULL);
    }
    return NULL;
}

void **op_drop_globals(World *w) {
    if (chance(w, 70)) return NULL;
    world_note(w, "drop half of the globals");
    for (int i = 0; i < GLOBALS; i++)
        if (chance(w, 50)) global_free(w, &w->global[i]);
    return NULL;
}

/* Now and then, and when the graph has grown too large. */
void **op_drop_roots(World *w) {
    if (w->live < LIVE_MAX && !chance(w, 15)) return NULL;
    world_note(w, "drop most of the roots");
    for (int i = 0; i < GLOBALS; i++)
        if (chance(w, 90)) global_free(w, &w->global[i]);
    for (int i = 0; i < RANGES; i++)
        if (chance(w, 80)) range_pop(w, &w->range[i], (size_t)(w->range[i].top - w->range[i].base));
    for (int i = 0; i < CELLS; i++)
        if (w->cell[i].added && chance(w, 80)) cell_set(w, &w->cell[i], NULL);
    for (size_t i = 0; i < w->handles; i++) {
        *w->handle[i].slot = NULL;
        w->handle[i].id = 0;
    }
    for (size_t i = 0; i < w->values; i++) {
        *w->value[i].slot = 0;
        w->value[i].model = (Slot){0, true, 0};
    }
    for (int i = 0; i < SCANNERS; i++)
        for (int k = 0; k < SCANNED; k++) {
            w->scanner[i].ref[k] = NULL;
            w->scanner[i].value[k] = 0;
            w->scanner[i].refs[k] = (Slot){0, false, 0};
            w->scanner[i].values[k] = (Slot){0, true, 0};
        }
    return NULL;
}

/* Stores an object, mostly a new one, into a random root of a random kind, if there is one. */
void root_somewhere(World *w, Picked what) {
    Range *r = &w->range[below(w, RANGES)];
    Scanner *s = &w->scanner[below(w, SCANNERS)];
    Cell *c = &w->cell[below(w, CELLS)];
    Global *g = &w->global[below(w, GLOBALS)];
    uint32_t i = below(w, SCANNED);
    switch (below(w, 6)) {
    case 0:
        if (!g->slot) break;
        global_set(w, g, what);
        break;
    case 1:
        if (!c->added) break;
        if (cell_set(w, c, &what) != TN_OK) world_fail(w, "tn_root_store: %s", tn_last_error(w->m));
        break;
    case 2:
        if (r->range && r->top > r->base) range_set(w, r, below(w, (uint32_t)(r->top - r->base)), what);
        break;
    case 3:
        if (!s->added) break;
        s->refs[i] = (Slot){what.node->id, false, 0};
        s->ref[i] = *what.h;
        i = below(w, SCANNED);
        s->values[i] = value_random(w, what.node->id);
        s->value[i] = value_encode(w, s->values[i], *what.h);
        break;
    case 4:
        if (!w->values) break;
        i = below(w, (uint32_t)w->values);
        w->value[i].model = value_random(w, what.node->id);
        *w->value[i].slot = value_encode(w, w->value[i].model, *what.h);
        break;
    default:
        if (!w->handles) break;
        i = below(w, (uint32_t)w->handles);
        w->handle[i].id = what.node->id;
        *w->handle[i].slot = *what.h;
        break;
    }
}
