/* debug/handle.c: see handle.h. */
#include "debug/handle.h"

#include <stdio.h>
#include <stdlib.h>

#include "heap/heap.h"
#include "base/memcheck.h"
#include "base/os.h"

enum { SOME = 512 }; /* so many slots get traps at a collection */

/* The bytes of a slot's traps. A fault so far from the slot's first trap counts as a use of its handle. */
#define TRAP ((size_t)64 * 1024)

static tni_handle_checks *checks_of(tn_mutator *m) { return m->heap->checks; }

/* The words of the handle stack are numbered from its start. */
static size_t number_of(const tn_mutator *m, const void *slot) {
    const tni_mutator *p = (const tni_mutator *)m;
    return (size_t)((void *const *)slot - p->handles_base);
}

static tn_place copy_of(const tn_place *place) { return place ? *place : (tn_place){0}; }

static void name_place(tn_place place, char text[200]) {
    if (place.file) snprintf(text, 200, "%.180s:%d", place.file, place.line);
    else snprintf(text, 200, "an unknown place");
}

/* ---- switching on and off ---- */

void tni_handles_forget(tn_heap *heap) {
    tni_handle_checks *c = heap->checks;
    free(c->open);
    if (c->trap) tni_os_unmap(c->trap, c->slots * TRAP);
    if (c->made) tni_os_unmap(c->made, c->slots * sizeof *c->made);
    *c = (tni_handle_checks){0};
    heap->mutators[0].pub.checks = 0;
    heap->mutators[0].open_scopes = 0;
}

void tni_handles_changed(tn_mutator *m) {
    tni_mutator *p = tni_private(m);
    tni_handle_checks *c = checks_of(m);
    bool wanted = m->heap->options.value.debug & TNI_DEBUG_HANDLES;
    if (wanted == (c->trap != NULL)) return;
    tni_handles_forget(m->heap);
    if (!wanted) return;
    c->slots = (size_t)((void **)p->values_end - p->handles_base);
    c->trap = tni_os_reserve(&m->heap->faults, c->slots * TRAP, TNI_PAGE);
    c->made = tni_os_map(&m->heap->faults, c->slots * sizeof *c->made, TNI_PAGE);
    if (c->trap && c->made) {
        m->checks = 1;
        return;
    }
    tni_handles_forget(m->heap);
    tni_log(&m->heap->host, "debug=handles: no address space for a trap for each handle: lower the option 'handles'");
}

/* ---- traps ---- */

/* A host that is compiled with NDEBUG does not know of the mode, and has told AddressSanitizer that the slots are dead.
 */
#define UNCHECKED __attribute__((no_sanitize_address))

static UNCHECKED void poison(tn_mutator *m, void **handle, void **end) {
    for (; handle < end; handle++) *handle = checks_of(m)->trap + number_of(m, handle) * TRAP;
}

static UNCHECKED void poison_values(tn_mutator *m, tn_value *value, tn_value *end) {
    const tn_format *f = &m->heap->format;
    for (; value < end; value++)
        *value = f->tag | (tn_value)(uintptr_t)(checks_of(m)->trap + number_of(m, value) * TRAP);
}

/* Warns of too many handles, for hosts that do not tell of their scopes. */
static void warn(tn_mutator *m) {
    tn_heap *heap = m->heap;
    char line[300];
    size_t count = tn_handle_count(m);
    if (heap->checks->warned || count <= heap->options.value.handle_warn) return;
    heap->checks->warned = true;
    snprintf(line, sizeof line,
             "[handles %s] %zu handles are live: a loop without a TN_SCOPE? A host without NDEBUG is told where by "
             "TENURE_DEBUG=handles",
             heap->host.name, count);
    tni_log(&heap->host, line);
}

static void warn_of_scope(tn_mutator *m, const tni_open_scope *scope, tn_place last, size_t count) {
    char line[600], in[200], at[200];
    name_place(scope->place, in);
    name_place(last, at);
    snprintf(line, sizeof line,
             "[handles %s] %zu handles in the scope of %s, the last made at %s: a loop without a TN_SCOPE of its own?",
             m->heap->host.name, count, in, at);
    tni_log(&m->heap->host, line);
}

void tni_handles_after(tn_heap *heap) {
    tni_mutator *p = tni_mutator_of(heap);
    if (!p) return;
    tn_mutator *m = &p->pub;
    warn(m);
    size_t free_slots = (size_t)((void **)m->values - m->handles), some = free_slots / 2 < SOME ? free_slots / 2 : SOME;
    if (!heap->checks->trap) {
        tni_undefine(m->handles, free_slots * sizeof *m->handles);
        return;
    }
    poison(m, m->handles, m->handles + some);
    poison_values(m, m->values - some, m->values);
}

bool tni_handle_text(tn_heap *heap, const void *address, char *text, size_t size) {
    const tni_handle_checks *c = heap->checks;
    size_t offset = (size_t)((const char *)address + 8 - c->trap); /* the header is part of it */
    if (!c->trap || offset >= c->slots * TRAP) return false;
    const tni_made *made = &c->made[offset / TRAP];
    char handle[200], scope[200];
    name_place(made->at, handle);
    name_place(made->scope, scope);
    snprintf(text, size,
             "handle used after its scope: the handle made at %s, in the scope of %s, which has closed: TN_ESCAPE it, "
             "or make it in an outer scope",
             handle, scope);
    return true;
}

void tni_handle_made_text(const tn_heap *heap, const void *slot, char *text, size_t size) {
    const tni_handle_checks *c = heap->checks;
    tn_place at = c->made ? c->made[number_of(&heap->mutators[0].pub, slot)].at : (tn_place){0};
    text[0] = 0;
    if (at.file) snprintf(text, size, ", made at %s:%d", at.file, at.line);
}

void tn_handle_stored_(tn_mutator *m, const void *word, bool value) {
    char text[500];
    const void *at = value ? tni_value_ref(&m->heap->format, *(const tn_value *)word) : *(void *const *)word;
    if (tni_handle_text(m->heap, at, text, sizeof text)) tni_fatal(m->heap, "%s", text);
}

/* ---- what the macros tell ---- */

static tni_open_scope *innermost(tn_mutator *m) {
    size_t count = tni_private(m)->open_scopes;
    return count ? &checks_of(m)->open[count - 1] : NULL;
}

static __attribute__((noreturn)) void report_skipped(tn_mutator *m, const tni_open_scope *scope) {
    char place[200];
    name_place(scope->place, place);
    tni_fatal(m->heap,
              "the scope of %s was left without being closed: a longjmp out of it needs tn_save and tn_restore", place);
}

void tn_scope_opened_(tn_scope_ *s) {
    tni_handle_checks *c = checks_of(s->m);
    const char *frame = __builtin_frame_address(0);
    tni_open_scope *outer = innermost(s->m);
    size_t *count = &tni_private(s->m)->open_scopes;
    if (outer && (outer->frame < frame || outer->at == s)) report_skipped(s->m, outer);
    if (*count == c->capacity) {
        tni_open_scope *open = tni_grown(c->open, &s->m->heap->faults, &c->capacity, sizeof *open);
        if (!open) { /* without memory the mode ends, not the program */
            tni_handles_forget(s->m->heap);
            return;
        }
        c->open = open;
    }
    c->open[(*count)++] = (tni_open_scope){
        .at = s, .frame = frame, .place = copy_of(s->place), .handles = s->handles, .values = s->values};
}

static void check_last(tn_mutator *m, const tni_open_scope *scope) {
    bool last = !scope->escaped_at || scope->escaped_at == m->handles;
    bool value_last = !scope->value_escaped_at || scope->value_escaped_at == m->values;
    if (last && value_last) return;
    char place[200];
    name_place(scope->place, place);
    tni_fatal(m->heap, "TN_ESCAPE was not the last thing in the scope of %s: handles were made after it, over its slot",
              place);
}

/* Called before the scope closes: the tops have not changed yet. */
void tn_scope_closed_(tn_scope_ *s) {
    tni_handle_checks *c = checks_of(s->m);
    size_t *count = &tni_private(s->m)->open_scopes, at = *count;
    while (at > 0 && c->open[at - 1].at != s) at--;
    if (!at) return; /* from before the option was on */
    if (at != *count) report_skipped(s->m, innermost(s->m));
    check_last(s->m, innermost(s->m));
    --*count;
    poison(s->m, s->handles, s->m->handles);
    poison_values(s->m, s->m->values, s->values);
}

/* The slot that it moves to belongs to the scope outside. */
static void note_escape(tn_scope_ *s, const void *handle, const void *slot) {
    tni_handle_checks *c = checks_of(s->m);
    size_t from = number_of(s->m, handle), open = tni_private(s->m)->open_scopes;
    const tn_place unknown = {0};
    c->made[number_of(s->m, slot)] = (tni_made){from < c->slots ? c->made[from].at : unknown,
                                                open > 1 ? c->open[open - 2].place : unknown};
}

void tn_scope_escaped_(tn_scope_ *s, const void *handle, bool value) {
    tni_open_scope *scope = innermost(s->m);
    if (!scope || scope->at != s) return;
    if (value ? scope->value_escaped_at != NULL : scope->escaped_at != NULL) {
        char place[200];
        name_place(scope->place, place);
        tni_fatal(s->m->heap, "two %s escape from the scope of %s: there is one slot for each kind",
                  value ? "handles of values" : "handles", place);
    }
    if (value) scope->value_escaped_at = s->m->values;
    else scope->escaped_at = s->m->handles;
    note_escape(s, handle, value ? (const void *)(s->values - 1) : (const void *)s->handles);
}

void tn_handle_made_(tn_mutator *m, const void *slot, const tn_place *place) {
    tni_handle_checks *c = checks_of(m);
    tni_open_scope *scope = innermost(m);
    c->made[number_of(m, slot)] = (tni_made){copy_of(place), scope ? scope->place : (tn_place){0}};
    size_t count = scope ? (size_t)(m->handles - scope->handles) + (size_t)(scope->values - m->values) : 0;
    if (!scope || scope->warned || count <= m->heap->options.value.handle_warn) return;
    scope->warned = c->warned = true;
    warn_of_scope(m, scope, copy_of(place), count);
}

/* The tops have not changed yet. */
void tni_scopes_restored(tn_mutator *m, void **to, tn_value *values, size_t scopes) {
    size_t *open = &tni_private(m)->open_scopes;
    *open = tni_min(*open, scopes);
    if (!checks_of(m)->trap) {
        tni_slots_die(m, to, m->handles);
        tni_slots_die(m, m->values, values);
        tni_undefine(to, (size_t)((char *)values - (char *)to));
        return;
    }
    poison(m, to, m->handles);
    poison_values(m, m->values, values);
}
