/* print.c: owns the written form of values, and arrays and buffers of text that grow. Called by the output builtins, by reports,
 * and by number->string. It never allocates in the heap, so raw pointers and addresses are good throughout; its
 * stack is its own, so any depth will do; and cycles are written with labels, #0=(a . #0#). */
#include <string.h>
#include <wctype.h>

#include "scheme.h"

void *grown(void *at, size_t *room, size_t element) {
    size_t more = *room ? *room * 2 : 64;
    void *moved = realloc(at, more * element);
    if (moved) *room = more;
    return moved;
}

bool buffer_add(Buffer *b, const char *text, size_t length) {
    if (b->length + length + 1 > b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 64;
        while (capacity < b->length + length + 1) capacity *= 2;
        char *more = realloc(b->text, capacity);
        if (!more) return false;
        b->text = more;
        b->capacity = capacity;
    }
    memcpy(b->text + b->length, text, length);
    b->length += length;
    b->text[b->length] = 0;
    return true;
}

size_t utf8_encode(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00u >> n) | c);
    return n;
}

bool buffer_add_char(Buffer *b, uint32_t c) {
    char text[4];
    return buffer_add(b, text, utf8_encode(c, text));
}

/* ---- cycles: a depth-first walk that finds the objects that are reached from within themselves ---- */

/* An object's label: 0: on the walk's path, 1: done, 2: in a cycle (or shared), 3 + n: has been written as n. */
typedef struct Printer {
    Buffer *out;
    bool quoted;
    bool shared; /* all objects that are met twice get labels, not only those in cycles */
    Marks marks; /* empty when there are no labels */
    struct Todo *todo;
    size_t todo_n, todo_room;
    int labels;
} Printer;

/* What is still to be written, innermost last: a value; the rest of a list; the rest of a vector from `at`; a text. */
typedef struct Todo {
    enum { A_VALUE, A_TAIL, A_ITEMS, A_TEXT } kind;
    Value value;
    size_t at;
    const char *text;
} Todo;

static bool later(Printer *p, Todo t) {
    if (p->todo_n == p->todo_room) {
        Todo *more = grown(p->todo, &p->todo_room, sizeof *more);
        if (!more) return false;
        p->todo = more;
    }
    p->todo[p->todo_n++] = t;
    return true;
}

static Mark *mark_slot(Mark *marks, size_t room, Value object) {
    size_t i = (size_t)(object * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (room - 1);
    while (marks[i].object && marks[i].object != object) i = (i + 1) & (room - 1);
    return &marks[i];
}

Mark *mark_of(Marks *m, Value object, bool *fresh) {
    if (m->n * 2 >= m->room) {
        size_t room = m->room ? m->room * 2 : 1024;
        Mark *more = calloc(room, sizeof *more);
        if (!more) return NULL;
        for (size_t i = 0; i < m->room; i++)
            if (m->slots[i].object) *mark_slot(more, room, m->slots[i].object) = m->slots[i];
        free(m->slots);
        m->slots = more;
        m->room = room;
    }
    Mark *mark = mark_slot(m->slots, m->room, object);
    *fresh = !mark->object;
    if (*fresh) *mark = (Mark){object, 0}, m->n++;
    return mark;
}

/* Records are laid out like vectors. */
static bool is_row(Value v) { return IS(Vector, v) || IS(Record, v); }

static bool is_compound(Value v) {
    return IS(Pair, v) || is_row(v);
}

/* Small structures are the usual case: true if a walk of at most 2000 steps visits all of it, which no cycle
 * allows. (Whether something is shared, it does not say.) */
static bool is_small(Printer *p, Value v) {
    bool ok = later(p, (Todo){.value = v});
    for (int steps = 0; ok && p->todo_n > 0; steps++) {
        Value next = p->todo[--p->todo_n].value;
        if (steps > 2000) ok = false;
        else if (IS(Pair, next)) ok = later(p, (Todo){.value = cdr(next)}) && later(p, (Todo){.value = car(next)});
        else if (is_row(next) && AS(Vector, next)->length > 2000) ok = false;
        else if (is_row(next))
            for (size_t i = 0; i < AS(Vector, next)->length && ok; i++)
                ok = later(p, (Todo){.value = tn_read_value(AS(Vector, next), item[i])});
    }
    p->todo_n = 0;
    return ok;
}

/* Marks the objects that need labels, *found if there are any. */
static bool find_cycles(Printer *p, Value root, bool *found) {
    bool ok = later(p, (Todo){.kind = A_VALUE, .value = root}), fresh;
    while (ok && p->todo_n > 0) {
        Todo t = p->todo[--p->todo_n];
        if (t.kind == A_TEXT) { /* all inside has been seen */
            Mark *mark = mark_of(&p->marks, t.value, &fresh);
            if (!mark) ok = false;
            else if (mark->label == 0) mark->label = 1;
            continue;
        }
        if (!is_compound(t.value)) continue;
        Mark *mark = mark_of(&p->marks, t.value, &fresh);
        if (!mark) {
            ok = false;
        } else if (!fresh) {
            if (mark->label == 0 || p->shared) mark->label = 2, *found = true;
        } else {
            ok = later(p, (Todo){.kind = A_TEXT, .value = t.value});
            if (IS(Pair, t.value))
                ok = ok && later(p, (Todo){.value = cdr(t.value)}) && later(p, (Todo){.value = car(t.value)});
            else
                for (size_t i = 0; i < AS(Vector, t.value)->length && ok; i++)
                    ok = later(p, (Todo){.value = tn_read_value(AS(Vector, t.value), item[i])});
        }
    }
    p->todo_n = 0;
    if (!*found) {
        free(p->marks.slots);
        p->marks = (Marks){0};
    }
    return ok;
}

/* ---- writing ---- */

static bool add(Printer *p, const char *text) {
    return buffer_add(p->out, text, strlen(text));
}

static bool print_string(Printer *p, const String *s, uint32_t quote) {
    bool ok = !quote || buffer_add_char(p->out, quote);
    for (size_t i = 0; i < s->length && ok; i++) {
        uint32_t c = s->ch[i];
        if (!quote) ok = buffer_add_char(p->out, c);
        else if (c == quote || c == '\\') ok = add(p, "\\") && buffer_add_char(p->out, c);
        else if (c == '\n') ok = add(p, "\\n");
        else if (c == '\t') ok = add(p, "\\t");
        else if (c == '\r') ok = add(p, "\\r");
        else if (c < 32 || (c >= 127 && c < 0xa0)) {
            char text[16];
            snprintf(text, sizeof text, "\\x%x;", c);
            ok = add(p, text);
        } else ok = buffer_add_char(p->out, c);
    }
    return ok && (!quote || buffer_add_char(p->out, quote));
}

static bool print_char(Printer *p, uint32_t c) {
    static const char *const names[] = {[0] = "null", [7] = "alarm", [8] = "backspace", [9] = "tab", [10] = "newline",
                                        [13] = "return", [27] = "escape", [32] = "space"};
    if (!p->quoted) return buffer_add_char(p->out, c);
    if (!add(p, "#\\")) return false;
    if (c == 127) return add(p, "delete");
    if (c <= 32 || (c >= 128 && !iswprint((wint_t)c))) {
        char text[16];
        snprintf(text, sizeof text, "x%x", c);
        return add(p, c <= 32 && names[c] ? names[c] : text);
    }
    return buffer_add_char(p->out, c);
}

/* After a sign, what would be read as a number: a digit, a point and a digit, or a special name. */
static bool is_numeric(const uint32_t *s, size_t n) {
    static const char names[2][6] = {"inf.0", "nan.0"};
    if (n > 0 && *s == '.') s++, n--;
    if (n > 0 && *s >= '0' && *s <= '9') return true;
    if (n == 1 && (*s | 32) == 'i') return true;
    for (size_t k = 0; k < 2; k++) {
        size_t i = 0;
        while (i < 5 && i < n && (s[i] < 'A' ? s[i] : s[i] | 32) == (uint32_t)names[k][i]) i++;
        if (i == 5) return true;
    }
    return false;
}

/* A symbol is written between bars when its plain name would read as something else. */
static bool needs_bars(const String *s) {
    if (s->length == 0) return true;
    for (size_t i = 0; i < s->length; i++) {
        uint32_t c = s->ch[i];
        if (c <= 32 || c == 127 || strchr("()\"';`,|", (int)(c < 128 ? c : 'a'))) return true;
    }
    uint32_t c = s->ch[0];
    if (c == '#' || (c >= '0' && c <= '9')) return true;
    if (c == '.') return s->length == 1 || is_numeric(s->ch, s->length);
    return (c == '+' || c == '-') && is_numeric(s->ch + 1, s->length - 1);
}

static bool print_named(Printer *p, const char *kind, Value name) {
    bool named = IS(Symbol, name);
    return add(p, "#<") && add(p, kind) && add(p, named ? " " : "") &&
           (!named || print_string(p, AS(String, tn_read_value(AS(Symbol, name), name)), 0)) && add(p, ">");
}

static bool print_immediate(Printer *p, Value v) {
    if (is_fixnum(v) || is_flonum_immediate(v)) return format_number(p->out, v, 10);
    if (is_char(v)) return print_char(p, char_value(v));
    switch (v) {
    case S_FALSE: return add(p, "#f");
    case S_TRUE: return add(p, "#t");
    case S_NIL: return add(p, "()");
    case S_EOF: return add(p, "#<eof>");
    case S_DEFAULT: return add(p, "#<default>");
    case S_UNSPECIFIED: return add(p, "#<unspecified>");
    default: return add(p, "#<undefined>");
    }
}

static bool print_bytes(Printer *p, const Bytevector *bytes) {
    bool ok = add(p, "#u8(");
    for (size_t i = 0; i < bytes->length && ok; i++) {
        char text[8];
        snprintf(text, sizeof text, i ? " %d" : "%d", bytes->byte[i]);
        ok = add(p, text);
    }
    return ok && add(p, ")");
}

static bool print_simple(Printer *p, Value v) {
    switch (type_of(v)) {
    case Flonum_type: case Bignum_type: case Ratnum_type: case Complex_type: return format_number(p->out, v, 10);
    case String_type: return print_string(p, AS(String, v), p->quoted ? '"' : 0);
    case Symbol_type: {
        const String *name = AS(String, tn_read_value(AS(Symbol, v), name));
        return print_string(p, name, p->quoted && needs_bars(name) ? '|' : 0);
    }
    case Closure_type: {
        const Code *code = AS(Code, tn_read_value(AS(Closure, v), code));
        return print_named(p, "procedure", tn_read_value(code, name));
    }
    case Primitive_type: return add(p, "#<procedure ") && add(p, AS(Primitive, v)->desc->name) && add(p, ">");
    case Applicable_type: return print_named(p, "procedure", tn_read_value(AS(Applicable, v), name));
    case RecordType_type: return print_named(p, "record-type", tn_read_value(AS(RecordType, v), name));
    case Macro_type: return add(p, "#<syntax>");
    case Library_type: return add(p, "#<library>");
    case Continuation_type: return add(p, "#<continuation>");
    case Table_type: return add(p, "#<hashtable>");
    case Promise_type: return add(p, "#<promise>");
    case Environment_type: return add(p, "#<environment>");
    case Port_type: return add(p, "#<port>");
    case Bytevector_type: return print_bytes(p, AS(Bytevector, v));
    case WeakRef_type: return add(p, "#<weak-ref>");
    case Syntax_type: return add(p, "#<syntax>");
    case Values_type: return add(p, "#<values>");
    case Condition_type: {
        Value message = tn_read_value(AS(Condition, v), message);
        return add(p, "#<condition ") && (!IS(String, message) || print_string(p, AS(String, message), '"')) &&
               add(p, ">");
    }
    default: return add(p, "#<object>");
    }
}

/* Writes the label of an object in a cycle; *done when that is all, because it has been written before. */
static bool print_label(Printer *p, Value v, bool *done) {
    bool fresh;
    char text[24];
    *done = false;
    if (!p->marks.slots) return true;
    Mark *mark = mark_of(&p->marks, v, &fresh);
    if (!mark) return false;
    if (mark->label < 2) return true;
    *done = mark->label >= 3;
    if (!*done) mark->label = 3 + p->labels++;
    snprintf(text, sizeof text, *done ? "#%d#" : "#%d=", mark->label - 3);
    return add(p, text);
}

static bool has_label(Printer *p, Value v) {
    bool fresh;
    Mark *mark = p->marks.slots ? mark_of(&p->marks, v, &fresh) : NULL;
    return mark && mark->label >= 2;
}

static bool begins_with_at(Value v) {
    if (!IS(Symbol, v)) return false;
    const String *name = AS(String, tn_read_value(AS(Symbol, v), name));
    return name->length && name->ch[0] == '@';
}

/* 'x for (quote x), and so on. What would be read as another prefix is kept apart. */
static const char *prefix_of(Vm *vm, Value v) {
    if (!IS(Symbol, car(v)) || !IS(Pair, cdr(v)) || cdr(cdr(v)) != S_NIL) return NULL;
    if (car(v) == vm->reg[R_UNQUOTE] && begins_with_at(car(cdr(v)))) return ", ";
    return car(v) == vm->reg[R_QUOTE] ? "'" : car(v) == vm->reg[R_QUASIQUOTE] ? "`" : car(v) == vm->reg[R_UNQUOTE] ? ","
         : car(v) == vm->reg[R_UNQUOTE_SPLICING] ? ",@" : NULL;
}

static bool print_one(Vm *vm, Printer *p, Value v) {
    if (!is_reference(v)) return print_immediate(p, v);
    if (!is_compound(v)) return print_simple(p, v);
    bool done;
    if (!print_label(p, v, &done)) return false;
    if (done) return true;
    if (IS(Record, v)) {
        Value name = tn_read_value(AS(RecordType, tn_read_value(AS(Record, v), item[0])), name);
        const String *text = AS(String, tn_read_value(AS(Symbol, name), name));
        return add(p, "#<") && print_string(p, text, 0) && later(p, (Todo){.kind = A_ITEMS, .value = v, .at = 1});
    }
    if (IS(Vector, v)) return add(p, "#(") && later(p, (Todo){.kind = A_ITEMS, .value = v});
    const char *prefix = prefix_of(vm, v);
    if (prefix && !has_label(p, cdr(v))) return add(p, prefix) && later(p, (Todo){.value = car(cdr(v))});
    return add(p, "(") && later(p, (Todo){.kind = A_TAIL, .value = cdr(v)}) && later(p, (Todo){.value = car(v)});
}

static bool print_step(Vm *vm, Printer *p, Todo t) {
    switch (t.kind) {
    case A_VALUE:
        return print_one(vm, p, t.value);
    case A_TEXT:
        return add(p, t.text);
    case A_TAIL:
        if (t.value == S_NIL) return add(p, ")");
        if (IS(Pair, t.value) && !has_label(p, t.value))
            return add(p, " ") && later(p, (Todo){.kind = A_TAIL, .value = cdr(t.value)}) &&
                   later(p, (Todo){.value = car(t.value)});
        return add(p, " . ") && later(p, (Todo){.kind = A_TEXT, .text = ")"}) && later(p, (Todo){.value = t.value});
    case A_ITEMS:
        if (t.at == AS(Vector, t.value)->length) return add(p, IS(Record, t.value) ? ">" : ")");
        return add(p, t.at ? " " : "") && later(p, (Todo){.kind = A_ITEMS, .value = t.value, .at = t.at + 1}) &&
               later(p, (Todo){.value = tn_read_value(AS(Vector, t.value), item[t.at])});
    }
    return false;
}

int print_value_as(Vm *vm, Buffer *out, Value v, enum print_mode mode) {
    Printer p = {.out = out, .quoted = mode != PRINT_DISPLAY, .shared = mode == PRINT_SHARED};
    bool found = false, easy = !is_compound(v) || (mode != PRINT_SHARED && is_small(&p, v));
    bool ok = easy || find_cycles(&p, v, &found), refused = found && mode == PRINT_SIMPLE;
    ok = ok && !refused && later(&p, (Todo){.value = v});
    while (ok && p.todo_n > 0) ok = print_step(vm, &p, p.todo[--p.todo_n]);
    free(p.todo);
    free(p.marks.slots);
    return refused ? -1 : ok;
}

/* False without memory: what fits has been written. */
bool print_value(Vm *vm, Buffer *out, Value v, bool quoted) {
    return print_value_as(vm, out, v, quoted ? PRINT_WRITE : PRINT_DISPLAY) == 1;
}
