/* oracle.c: random operations on a heap and on a plain model of it, side by side; after every forced collection, and
 * every few dozen steps, everything that the roots reach must agree (walk.c). What the operations are, and on what,
 * is drawn from w->draw: see main.c, and tests/fuzz/api.c. */
#include "world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reports ---- */

void world_print(const World *w) {
    uint64_t first = w->ring_next > RING ? w->ring_next - RING : 0;
    fflush(stdout);
    fprintf(stderr, "the last operations:\n");
    for (uint64_t i = first; i < w->ring_next; i++) fprintf(stderr, "  %s\n", w->ring[i % RING]);
    fprintf(stderr,
            "oracle: seed %" PRIu64 ", format %d, options \"%s\", step %" PRIu64 ", depth %u, %" PRIu64
            " forced collections, walk %u\n",
            w->seed, w->format_number, w->options, w->step, w->depth, w->collections, w->walk);
}

void world_fail(World *w, const char *format, ...) {
    va_list arguments;
    world_print(w);
    w->reported = true;
    fprintf(stderr, "oracle: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    abort();
}

bool world_out_of_memory(World *w, const char *what) {
    if (tn_last_status(w->m) != TN_OUT_OF_MEMORY) world_fail(w, "%s: %s", what, tn_last_error(w->m));
    tn_clear_error(w->m);
    return true;
}

void world_note(World *w, const char *format, ...) {
    char *line = w->ring[w->ring_next++ % RING];
    int n = snprintf(line, sizeof w->ring[0], "%" PRIu64 ": ", w->step);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + n, sizeof w->ring[0] - (size_t)n, format, arguments);
    va_end(arguments);
    if (w->print) fprintf(stderr, "%s\n", line);
}

static void on_fatal(const char *text, void *user) { world_fail(user, "on_fatal: %s", text); }

/* The handle that an operation has escaped becomes one of the frame's. */
static void keep(World *w, void **h) {
    if (!h) return;
    if (w->handles == HANDLES_MAX) world_fail(w, "the oracle's own mistake: too many handles");
    w->handle[w->handles++] = (Handle){h, w->kept};
}

/* ---- weak references, hashes, addresses ---- */

static void **op_weak_get(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick_some(w, is_weak, 24);
    if (!p.h || !room_to_keep(w)) return NULL;
    uint32_t i = below(w, p.node->slots);
    Slot s = p.node->slot[i];
    if (!s.id) return NULL;
    void **h = NULL;
    if (p.node->shape == WEAK) {
        h = TN_WEAK_GET(w->m, void, (tn_weak *const *)(void *)p.h);
    } else {
        uint64_t word = shape_load(w, p.node, *p.h, i);
        h = TN_HANDLE(w->m, (void *)(uintptr_t)(word & w->format.payload));
    }
    world_note(w, "weak %u slot %u: object %u is %s", p.node->id, i, s.id, *h ? "there" : "gone");
    if (!*h) return NULL;
    /* Whatever the model thought of it: it is reachable from now on. */
    if (w->model.disposals[s.id]) world_fail(w, "weak %u slot %u: object %u is disposed of", p.node->id, i, s.id);
    w->kept = s.id;
    return TN_ESCAPE(h);
}

static void **op_hash(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick(w);
    if (!p.h) return NULL;
    uint64_t hash = TN_HASH_OF(w->m, p.h);
    world_note(w, "hash of %u", p.node->id);
    if (hash == 0) world_fail(w, "tn_hash_of: 0");
    if (p.node->hash && p.node->hash != hash) world_fail(w, "object %u: its hash has changed", p.node->id);
    p.node->hash = hash;
    return NULL;
}

enum { PATH_SIZE = 400 };

static void note_path(const char *text, void *user) { snprintf(user, PATH_SIZE, "%s", text); }

/* The handle that was picked does not count in the second one. */
static void **op_path(World *w) {
    TN_SCOPE(w->m);
    char last[PATH_SIZE] = "", address[32];
    Picked p = pick(w);
    if (!p.h) return NULL;
    tn_clear_error(w->m);
    snprintf(address, sizeof address, " %p (", *p.h);
    tn_status status = chance(w, 50) ? tn_retaining_path(w->m, *p.h, note_path, last)
                                     : tn_retaining_path_(w->m, p.h, note_path, last);
    world_note(w, "path of %u: %s", p.node->id, last);
    if (status != TN_OK && status != TN_OUT_OF_MEMORY) world_fail(w, "tn_retaining_path: %s", tn_last_error(w->m));
    if (status == TN_OK && !strstr(last, address)) world_fail(w, "tn_retaining_path: '%s' ends elsewhere", last);
    return NULL;
}

static void **op_stable(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick(w);
    if (!p.h) return NULL;
    tn_clear_error(w->m);
    void *address = TN_STABLE_ADDRESS(w->m, p.h);
    world_note(w, "stable %u at %p", p.node->id, address);
    if (!address) {
        if (tn_last_status(w->m) != TN_OUT_OF_MEMORY) world_fail(w, "TN_STABLE_ADDRESS: %s", tn_last_error(w->m));
        w->outs++;
        return NULL;
    }
    if (*p.h != address) world_fail(w, "TN_STABLE_ADDRESS: %p, but the handle holds %p", address, *p.h);
    if (tn_is_young(w->m, address)) world_fail(w, "TN_STABLE_ADDRESS: object %u is still young", p.node->id);
    if (p.node->fixed && p.node->fixed != address)
        world_fail(w, "TN_STABLE_ADDRESS: object %u was fixed at %p", p.node->id, p.node->fixed);
    p.node->fixed = address;
    return NULL;
}

/* ---- raw tier ---- */

/* Reserved room: a burst of raw allocations in a window, linked by raw pointers. */
static void **op_reserve(World *w) {
    TN_SCOPE(w->m);
    uint32_t count = 1 + below(w, 200);
    size_t bytes = 0;
    Shape shape[200];
    for (uint32_t i = 0; i < count; i++) {
        Node node = {.shape = shape[i] = chance(w, 50) ? PAIR : chance(w, 50) ? MIXED : REFS, .count = 5};
        bytes += tn_cell_bytes(shape_bytes(&node));
    }
    world_note(w, "reserve %zu for %u objects", bytes, count);
    tn_status status = tn_reserve(w->m, bytes);
    if (status == TN_OUT_OF_MEMORY) return w->outs++, NULL;
    if (status != TN_OK) world_fail(w, "tn_reserve: %s", tn_last_error(w->m));
    tn_stats before, after;
    tn_stats_get(w->m->heap, &before);
    void *head = NULL;
    Node *head_node = NULL;
    {
        TN_NO_GC(w->m);
        for (uint32_t i = 0; i < count; i++) {
            Node *node;
            void *object = shape_make(w, shape[i], shape[i] == REFS ? 5 : 0, NULL, 0, &node);
            if (!object) world_fail(w, "allocation %u of %u after tn_reserve: %s", i, count, tn_last_error(w->m));
            if (head) shape_store(w, node, &object, 0, (Slot){head_node->id, false, 0}, &head, below(w, 4));
            head = object;
            head_node = node;
        }
    }
    tn_stats_get(w->m->heap, &after);
    if (before.minors != after.minors) world_fail(w, "tn_reserve: %u allocations have collected", count);
    Picked made = {TN_HANDLE(w->m, head), head_node};
    link_somewhere(w, made);
    if (!room_to_keep(w)) return NULL;
    w->kept = head_node->id;
    return TN_ESCAPE(made.h);
}

/* A window: pointers picked before stay good through stores and reads. */
static void **op_window(World *w) {
    TN_SCOPE(w->m);
    Picked p = pick(w), q = pick(w);
    if (!p.h || !q.h) return NULL;
    void *raw = *p.h;
    world_note(w, "a window");
    TN_NO_GC(w->m);
    for (int i = 0; i < 4; i++) {
        TN_NO_GC(w->m);
        if (p.node->slots && p.node->shape != WEAK) store(w, p, below(w, p.node->slots), q, below(w, 3));
    }
    tn_poll(w->m);
    if (*p.h != raw) world_fail(w, "object %u has moved in a window", p.node->id);
    return NULL;
}

/* ---- collections and options ---- */

static void **collect(World *w, tn_collection_kind kind) {
    static const char *const names[] = {"minor", "major", "full"};
    tn_stats before, after;
    tn_stats_get(w->m->heap, &before);
    world_note(w, "collect: %s", names[kind]);
    tn_status status = tn_collect(w->m, kind);
    if (status == TN_OUT_OF_MEMORY) return w->outs++, NULL;
    if (status != TN_OK) world_fail(w, "tn_collect: %s", tn_last_error(w->m));
    tn_stats_get(w->m->heap, &after);
    if (after.minors <= before.minors || after.majors < before.majors + (kind != TN_MINOR))
        world_fail(w, "tn_collect: minors %" PRIu64 " -> %" PRIu64 ", majors %" PRIu64 " -> %" PRIu64, before.minors,
                   after.minors, before.majors, after.majors);
    for (int i = 0; i < RANGES; i++)
        if (w->range[i].range && w->range[i].marked && w->range[i].low != w->range[i].top)
            world_fail(w, "range %d: its mark was not raised to its top", i);
    w->collections++;
    walk(w, (int)kind);
    return NULL;
}

static void **op_minor(World *w) { return collect(w, TN_MINOR); }
static void **op_major(World *w) { return collect(w, TN_MAJOR); }
static void **op_full(World *w) { return collect(w, TN_FULL); }

static bool note_seen(const void *object, tn_type type, size_t size, void *user) {
    World *w = user;
    if (type != tn_type_of(object) || size != tn_size_of(w->heap, object))
        world_fail(w, "tn_heap_walk: %p has type %u and %zu bytes, not %u and %zu", object, tn_type_of(object),
                   tn_size_of(w->heap, object), type, size);
    if (w->seen_count == w->seen_room) {
        w->seen_room = w->seen_room ? 2 * w->seen_room : 1024;
        w->seen = realloc(w->seen, w->seen_room * sizeof *w->seen);
        if (!w->seen) abort();
    }
    w->seen[w->seen_count++] = object;
    return true;
}

static void **op_heap_walk(World *w) {
    world_note(w, "walk the heap");
    w->seen_count = 0;
    tn_status status = tn_heap_walk(w->m, note_seen, w);
    if (status == TN_OUT_OF_MEMORY) return w->outs++, NULL;
    if (status != TN_OK) world_fail(w, "tn_heap_walk: %s", tn_last_error(w->m));
    w->collections++;
    walk(w, TN_FULL);
    walk_check_seen(w);
    return NULL;
}

static void **op_request(World *w) {
    tn_stats before, after;
    tn_stats_get(w->m->heap, &before);
    world_note(w, "request a collection");
    tn_request_collection(w->heap);
    tn_poll(w->m);
    tn_stats_get(w->m->heap, &after);
    if (after.minors == before.minors) world_fail(w, "tn_request_collection: tn_poll did not collect");
    walk(w, -1);
    return NULL;
}

static void **op_external(World *w) {
    ptrdiff_t bytes = (ptrdiff_t)below(w, 1u << 20);
    if (chance(w, 50)) bytes = bytes > w->external ? -w->external : -bytes;
    else if (w->external > 32 << 20) return NULL;
    world_note(w, "external %td", bytes);
    tn_external_adjust(w->heap, bytes);
    w->external += bytes;
    return NULL;
}

static void set_option(World *w, const char *key, const char *value) {
    world_note(w, "option %s=%s", key, value);
    if (tn_option_set(w->m->heap, key, value) != TN_OK) world_fail(w, "tn_option_set: %s", tn_last_error(w->m));
}

static void **op_nursery(World *w) {
    static const char *const sizes[] = {"64K", "100000", "256K", "1M", "3M", "auto"};
    set_option(w, "nursery", sizes[below(w, 6)]);
    return NULL;
}

static void **op_debug(World *w) {
    static const char *const modes[] = {"none", "verify",      "verify,poison",
                                        "move", "move,poison", "stress=300,verify"};
    if (w->debug_chosen) return NULL; /* by whoever runs the test */
    set_option(w, "debug", modes[chance(w, 60) ? 0 : below(w, 6)]);
    return NULL;
}

static void **op_tuning(World *w) {
    static const char *const options[][2] = {{"growth_min", "64K"},    {"growth_min", "4M"}, {"cpu_target", "50"},
                                             {"cpu_target", "10"},     {"policy", "fixed"},  {"policy", "adaptive"},
                                             {"pause_target", "100us"}};
    uint32_t i = below(w, w->seed % 2 ? 7 : 4);
    set_option(w, options[i][0], options[i][1]);
    return NULL;
}

/* ---- frames: scopes, escapes, longjmp ---- */

static void run(World *w, uint64_t steps);

static void frame_end(World *w, size_t handles, size_t values, size_t frame_handles, size_t frame_values) {
    w->handles = handles;
    w->values = values;
    w->frame_handles = frame_handles;
    w->frame_values = frame_values;
    w->depth--;
}

/* A scope with operations in it; what one handle and one value hold comes out of it. */
static void **scope(World *w, Slot *value, tn_value **value_handle) {
    TN_SCOPE(w->m);
    size_t handles = w->handles, values = w->values, frame_handles = w->frame_handles, frame_values = w->frame_values;
    w->frame_handles = handles;
    w->frame_values = values;
    w->depth++;
    run(w, 1 + below(w, 60));
    void **h = NULL;
    tn_value *v = NULL;
    if (w->handles > handles && chance(w, 60)) {
        Handle *mine = &w->handle[handles + below(w, (uint32_t)(w->handles - handles))];
        w->kept = mine->id;
        h = mine->slot;
    }
    if (w->values > values && chance(w, 60)) {
        ValueHandle *mine = &w->value[values + below(w, (uint32_t)(w->values - values))];
        *value = mine->model;
        v = mine->slot;
    }
    frame_end(w, handles, values, frame_handles, frame_values);
    *value_handle = v ? TN_ESCAPE_VALUE(v) : NULL;
    return h ? TN_ESCAPE(h) : NULL;
}

static void **op_scope(World *w) {
    if (w->depth > 6 || w->handles > HANDLES_MAX / 2) return NULL;
    Slot value = {0, true, 0};
    tn_value *v = NULL;
    world_note(w, "a scope opens");
    void **h = scope(w, &value, &v);
    if (v) w->value[w->values++] = (ValueHandle){v, value};
    world_note(w, "a scope closes");
    return h;
}

/* Goes deeper, with scopes, operations and perhaps a window open, then jumps out. */
static void deeper(World *w, unsigned levels, jmp_buf *out) {
    TN_SCOPE(w->m);
    w->frame_handles = w->handles;
    w->frame_values = w->values;
    w->depth++;
    run(w, below(w, 12));
    if (levels > 0) deeper(w, levels - 1, out);
    TN_NO_GC(w->m);
    longjmp(*out, 1);
}

static void **op_longjmp(World *w) {
    if (w->depth > 6 || w->handles > HANDLES_MAX / 2) return NULL;
    size_t handles = w->handles, values = w->values, frame_handles = w->frame_handles, frame_values = w->frame_values;
    unsigned depth = w->depth;
    tn_checkpoint mark = tn_save(w->m);
    jmp_buf out;
    world_note(w, "save");
    if (setjmp(out) == 0) deeper(w, below(w, 4), &out);
    tn_restore(w->m, mark);
    w->depth = depth + 1;
    frame_end(w, handles, values, frame_handles, frame_values);
    world_note(w, "restore");
    return NULL;
}

/* ---- the table and the driver ---- */

static const struct {
    const char *name;
    op_fn *run;
    unsigned weight;
} ops[] = {
    {"new_pair", op_new_pair, 60},
    {"new_mixed", op_new_mixed, 60},
    {"new_leaf", op_new_leaf, 20},
    {"new_tiny", op_new_tiny, 20},
    {"new_union", op_new_union, 25},
    {"new_refs", op_new_refs, 40},
    {"new_values", op_new_values, 40},
    {"new_structs", op_new_structs, 40},
    {"new_bytes", op_new_bytes, 20},
    {"new_born", op_new_born, 25},
    {"new_owner", op_new_owner, 25},
    {"new_tracked", op_new_tracked, 25},
    {"new_wide", op_new_wide, 20},
    {"new_lines", op_new_lines, 20},
    {"new_weak", op_new_weak, 40},
    {"new_weak_array", op_new_weak_array, 20},
    {"new_boundary", op_new_boundary, 6},
    {"new_large_refs", op_new_large_refs, 4},
    {"new_large_values", op_new_large_values, 4},
    {"new_large_structs", op_new_large_structs, 3},
    {"new_large_bytes", op_new_large_bytes, 3},
    {"new_huge", op_new_huge, 1},
    {"new_chain", op_new_chain, 20},
    {"garbage", op_garbage, 12},
    {"store", op_store, 150},
    {"clear", op_clear, 20},
    {"store_twice", op_store_twice, 40},
    {"old_to_young", op_old_to_young, 50},
    {"large_to_young", op_large_to_young, 10},
    {"put", op_put, 40},
    {"get", op_get, 25},
    {"get_value", op_get_value, 25},
    {"set_value_handle", op_set_value_handle, 20},
    {"set_handle", op_set_handle, 20},
    {"owner_write", op_owner_write, 30},
    {"resize", op_resize, 60},
    {"global_new", op_global_new, 40},
    {"global_set", op_global_set, 30},
    {"global_free", op_global_free, 10},
    {"cell", op_cell, 40},
    {"range_push", op_range_push, 60},
    {"range_pop", op_range_pop, 50},
    {"range_write", op_range_write, 40},
    {"range_move", op_range_move, 8},
    {"range_toggle", op_range_toggle, 2},
    {"range_switch", op_range_switch, 12},
    {"scanner", op_scanner, 25},
    {"drop_globals", op_drop_globals, 1},
    {"drop_roots", op_drop_roots, 1},
    {"weak_get", op_weak_get, 40},
    {"hash", op_hash, 30},
    {"stable", op_stable, 6},
    {"reserve", op_reserve, 6},
    {"window", op_window, 15},
    {"minor", op_minor, 14},
    {"major", op_major, 4},
    {"full", op_full, 2},
    {"heap_walk", op_heap_walk, 1},
    {"request", op_request, 5},
    {"external", op_external, 6},
    {"nursery", op_nursery, 2},
    {"debug", op_debug, 2},
    {"tuning", op_tuning, 2},
    {"scope", op_scope, 20},
    {"longjmp", op_longjmp, 8},
    {"move", op_move, 25},
    {"copy", op_copy, 25},
    {"unprotect", op_unprotect, 12},
    {"protect", op_protect, 8},
    {"path", op_path, 1},
};
enum { OPS = sizeof ops / sizeof *ops };

static unsigned op_at(uint32_t ticket) {
    unsigned i = 0;
    while (ticket >= ops[i].weight) ticket -= ops[i++].weight;
    return i;
}

static void run(World *w, uint64_t steps) {
    uint32_t weights = 0;
    for (unsigned i = 0; i < OPS; i++) weights += ops[i].weight;
    for (; steps > 0 && w->step < w->steps; steps--) {
        w->step++;
        unsigned next = w->even ? below(w, OPS) : op_at(below(w, weights));
        keep(w, ops[next].run(w));
        if (w->step >= w->next_walk) walk(w, -1);
        uint64_t outs = w->outs;
        if (w->live > LIVE_MAX || w->outs > 0) {
            op_drop_roots(w);
            collect(w, TN_MAJOR);
            if (outs) w->outs = 0;
        }
        if (w->model.count > 60000) collect(w, TN_MAJOR); /* forgets what is unreachable in the model */
    }
}

/* Called in every collection. */
static void count_collection(tn_tracer *tracer, void *user) {
    (void)tracer;
    ((World *)user)->epoch++;
}

/* False when there is no memory for it. */
static bool make_heap(World *w) {
    const tn_format presets[4] = {TN_FORMAT_POINTER, tn_format_low_tags(1, 1, 7), tn_format_nan_box(0xFFFC),
                                         tn_format_low_tag(7, 0)};
    tn_error error = {TN_OK, ""};
    tn_config config = TN_CONFIG_INIT;
    w->format = config.format = presets[w->format_number];
    config.name = "oracle";
    config.options = w->options;
    config.user = w;
    config.on_fatal = on_fatal;
    config.log = w->log;
    w->heap = tn_heap_create(&config, &error);
    w->m = w->heap ? tn_mutator_create(w->heap, &error) : NULL;
    if (w->m) return true;
    tn_heap_destroy(w->heap);
    if (error.status != TN_OUT_OF_MEMORY) world_fail(w, "%s", error.text);
    return false;
}

/* What fails here for want of memory is tried once more. */
static void fill_heap(World *w) {
    char debug[64];
    if (tn_option_get(w->m->heap, "debug", debug, sizeof debug) != TN_OK)
        world_fail(w, "tn_option_get: %s", tn_last_error(w->m));
    w->stressed = strstr(debug, "stress") != NULL;
    w->debug_chosen = strcmp(debug, "none") != 0;
    shapes_register(w);
    if (tn_scanner_create(w->m, count_collection, w) != TN_OK && world_out_of_memory(w, "tn_scanner_create") &&
        tn_scanner_create(w->m, count_collection, w) != TN_OK)
        world_fail(w, "tn_scanner_create: %s", tn_last_error(w->m));
    for (int i = 0; i < RANGES; i++) {
        w->range[i].values = i & 1;
        w->range[i].marked = i < 2;
        range_add(w, &w->range[i]);
    }
}

static void finish(World *w) {
    collect(w, TN_FULL);
    if (tn_mutator_destroy(w->m) != TN_OK) world_fail(w, "tn_mutator_destroy failed");
    if (tn_heap_destroy(w->heap) != TN_OK) world_fail(w, "tn_heap_destroy failed");
    if (w->disposed != w->disposables)
        world_fail(w, "at the end %" PRIu64 " objects with dispose were made, and %" PRIu64 " disposed of",
                   w->disposables, w->disposed);
    for (int i = 0; i < RANGES; i++) {
        free(w->range[i].base);
        free(w->range[i].model);
    }
    w->objects = w->model.next ? w->model.next - 1 : 0;
    model_free(&w->model);
    walk_free(w);
}

bool oracle(World *w) {
    if (!make_heap(w)) return false;
    fill_heap(w);
    run(w, w->steps);
    finish(w);
    return true;
}
