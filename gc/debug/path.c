/* debug/path.c: tn_retaining_path, a shortest chain of references from a root to an object (tenure/heap.h).
 *
 * The search is breadth-first: first the slots of roots, then those of the objects that these hold, and so on. So each
 * object is found at the end of one of its shortest chains. An object that is found is a step. It knows the slot that
 * holds it, and the root or the step that has the slot. The search visits what a marking visits, and writes nothing. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "collect/roots.h"
#include "debug/describe.h"
#include "debug/handle.h"
#include "debug/set.h"
#include "debug/site.h"
#include "heap/heap.h"

enum { SHOWN = 64 }; /* steps of a long path */

typedef struct step {
    const void *object, *slot;
    const tni_root_kind *kind; /* of the root that has the slot; NULL: an object has it */
    const void *root;          /* NULL: roots of this kind are not registered */
    size_t from;               /* the step of the object that has the slot */
} step;

typedef struct search {
    tn_tracer tracer;
    tn_heap *heap;
    const void *target, *except; /* the object that is looked for; a slot that does not count, or NULL */
    void (*line)(const char *text, void *user);
    void *user;
    tni_set seen;
    step *steps;
    size_t count, capacity;
    step next;                   /* what is the same for all slots that are visited now */
    bool found, no_memory;
    char text[1000], root[300], object[400]; /* for the lines: too much for the stack of a thread */
} search;

/* ---- the search ---- */

static bool add(search *s, const void *object, const void *slot) {
    tni_faults *faults = &s->heap->faults;
    if (s->count == s->capacity) {
        step *steps = tni_grown(s->steps, faults, &s->capacity, sizeof *steps);
        if (!steps) return false;
        s->steps = steps;
    }
    if (!tni_set_add(&s->seen, faults, (uintptr_t)object)) return false;
    step *last = &s->steps[s->count++];
    *last = s->next;
    last->object = object;
    last->slot = slot;
    return true;
}

static void reach(search *s, const void *slot, const void *object) {
    if (!object || s->found || s->no_memory || slot == s->except || tni_set_has(&s->seen, (uintptr_t)object)) return;
    s->no_memory = !add(s, object, slot);
    s->found = object == s->target;
}

static void reach_ref(tn_tracer *t, void **slot) { reach((search *)t, slot, *slot); }
static void reach_value(tn_tracer *t, tn_value *slot) {
    reach((search *)t, slot, tni_value_ref(&t->heap->format, *slot));
}
static void reach_refs(tn_tracer *t, void **first, size_t count) {
    for (size_t i = 0; i < count; i++) reach_ref(t, first + i);
}
static void reach_values(tn_tracer *t, tn_value *first, size_t count) {
    for (size_t i = 0; i < count; i++) reach_value(t, first + i);
}

static void visit_root(const void *root, void *user) {
    search *s = user;
    s->next.root = root;
    s->next.kind->visit_one(s->heap, root, &s->tracer);
}

static void visit_roots(search *s) {
    for (const tni_root_kind *kind = tni_root_kinds; kind < tni_root_kinds + TNI_ROOT_KINDS; kind++) {
        s->next = (step){.kind = kind};
        if (kind->each) kind->each(s->heap, visit_root, s);
        else if (kind->visit_all) kind->visit_all(s->heap, &s->tracer);
    }
}

static void visit_object(search *s, size_t number) {
    void *object = (void *)(uintptr_t)s->steps[number].object;
    tn_header header = tni_header(object);
    const tni_layout *layout = tni_layout_of(s->heap, header);
    tni_callback *callback = &s->heap->mutators[0].callback, before = *callback;
    if (layout->shape == TNI_LEAF_SHAPE) return;
    s->next = (step){.from = number};
    *callback = (tni_callback){"trace", layout->desc};
    tni_each_slot(&s->tracer, layout, object, header, reach_ref, reach_value);
    *callback = before;
}

static void find(search *s) {
    visit_roots(s);
    for (size_t i = 0; i < s->count && !s->found && !s->no_memory; i++) visit_object(s, i);
}

/* ---- the report ---- */

static __attribute__((format(printf, 2, 3))) void say(search *s, const char *format, ...) {
    va_list args;
    int n = snprintf(s->text, sizeof s->text, "[path %.64s] ", s->heap->host.name);
    va_start(args, format);
    vsnprintf(s->text + n, sizeof s->text - (size_t)n, format, args);
    va_end(args);
    if (s->line) s->line(s->text, s->user);
    else tni_log(&s->heap->host, s->text);
}

static __attribute__((noinline)) void say_root(search *s, const step *p) { /* only while it runs has it its buffer */
    char made[300] = "";
    p->kind->tell(s->heap, p->root, p->slot, s->root, sizeof s->root);
    if (p->root) tni_site_text(s->heap->sites, tni_site_held(s->heap, p->root), "made", made, sizeof made);
    else tni_handle_made_text(s->heap, p->slot, made, sizeof made);
    say(s, "  %s%s%s holds %s", s->root, made, made[0] ? "," : "", s->object);
}

static void say_field(search *s, const step *p, const void *from) {
    char field[64];
    tni_field_name(tni_layout_of(s->heap, tni_header(from)), from, p->slot, field, sizeof field);
    say(s, "  whose field '%s' holds %s", field, s->object);
}

/* Turns the links of the path round: from the root on, `from` is the step that follows. Returns the number of steps,
 * and that of the root's step in *first. */
static size_t turn(search *s, size_t *first) {
    size_t count = 1, at = s->count - 1, after = at;
    for (size_t from; !s->steps[at].kind; after = at, at = from, count++) {
        from = s->steps[at].from;
        s->steps[at].from = after;
    }
    s->steps[at].from = after;
    *first = at;
    return count;
}

static void say_path(search *s) {
    size_t at, count = turn(s, &at);
    const void *from = NULL;
    say(s, count == 1 ? "%s is held by %zu reference:" : "%s is held by %zu references:", s->object, count);
    for (size_t i = 0; i < count; i++) {
        const step *p = &s->steps[at];
        bool shown = count <= SHOWN || i < SHOWN / 2 || i >= count - SHOWN / 2;
        if (shown) tni_describe(s->heap, p->object, s->object, sizeof s->object);
        else if (i == SHOWN / 2) say(s, "  ... %zu more references ...", count - SHOWN);
        if (shown && p->kind) say_root(s, p);
        else if (shown) say_field(s, p, from);
        from = p->object;
        at = p->from;
    }
}

static void report(search *s) {
    tni_describe(s->heap, s->target, s->object, sizeof s->object);
    if (s->found) say_path(s);
    else say(s, "nothing holds %s: a collection will find it dead", s->object);
}

/* ---- the calls ---- */

static bool run(search *s) {
    tni_callback outer = tni_hook_begin(s->heap, "tn_retaining_path");
    find(s);
    if (!s->no_memory) report(s);
    tni_hook_end(s->heap, outer);
    return !s->no_memory;
}

static bool search_for(tn_heap *heap, const void *object, const void *except,
                       void (*line)(const char *text, void *user), void *user) {
    search *s = tni_calloc(&heap->faults, 1, sizeof *s);
    if (!s) return false;
    s->tracer = (tn_tracer){reach_refs, reach_values, heap, false};
    s->heap = heap;
    s->target = object;
    s->except = except;
    s->line = line;
    s->user = user;
    bool done = run(s);
    tni_set_free(&s->seen);
    free(s->steps);
    free(s);
    return done;
}

static tn_status retaining_path(tn_mutator *m, const void *object, const void *except,
                                void (*line)(const char *text, void *user), void *user) {
    if (!tni_check_owner(m, object, "tn_retaining_path")) return tn_last_status(m);
    if (!object) return tni_fail(m, TN_BAD_ARGUMENT, "tn_retaining_path: the object is NULL");
    if (search_for(m->heap, object, except, line, user)) return TN_OK;
    return tni_fail(m, TN_OUT_OF_MEMORY, "tn_retaining_path: no memory for the search");
}

tn_status (tn_retaining_path)(tn_mutator *m, const void *object, void (*line)(const char *text, void *user),
                              void *user) {
    return m ? retaining_path(m, object, NULL, line, user) : TN_BAD_ARGUMENT;
}

tn_status tn_retaining_path_(tn_mutator *m, const void *h, void (*line)(const char *text, void *user), void *user) {
    if (!m) return TN_BAD_ARGUMENT;
    if (!h) return tni_fail(m, TN_BAD_ARGUMENT, "tn_retaining_path: the handle is NULL");
    return retaining_path(m, *(void *const *)h, h, line, user);
}
