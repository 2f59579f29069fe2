/* reader.c: turns text (input.c) into data. Called by main.c for programs, by the prelude's loader, and by (read). A
 * recursive descent, with a limit on nesting. Reading collects as it makes pairs, so all data is in handles here.
 * Errors carry the line of the text where the offending item begins.
 *
 * Labels: #1=datum is kept in a table; #1# within the datum itself yields a placeholder, a Box, which no datum has
 * otherwise, and when all has been read the placeholders are replaced (patch_labels). */
#include <string.h>
#include <strings.h>

#include "reader.h"

enum { NESTING_MAX = 2000 };

static Value bad(Vm *vm, int64_t line, const char *message) {
    return fail_at(vm, C_READ, line, 0, message);
}

static bool is_delimiter(int c) {
    return c == -1 || (c > 0 && c < 128 && strchr("()\";|' ", c)) || (c >= '\t' && c <= '\r');
}

/* Skips blanks and comments to the end of the line; the others begin with # (read_hash). */
static void skip_blank(Reader *r) {
    for (int c = reader_peek(r); c == ';' || c == ' ' || (c >= '\t' && c <= '\r'); c = reader_peek(r)) {
        if (c == ';') reader_skip_line(r);
        else reader_char(r);
    }
}

static bool block_comment(Vm *vm, Reader *r, int64_t line) {
    for (int depth = 1, last = 0; depth > 0;) {
        int c = reader_char(r);
        if (c == -1) return bad(vm, line, "unterminated comment");
        if (last == '|' && c == '#') depth--, c = 0;
        else if (last == '#' && c == '|') depth++, c = 0;
        last = c;
    }
    return true;
}

static Value read_item(Vm *vm, Reader *r, const Value *positions);

/* Something that is not a closing parenthesis; the end of the file is an error of the list that began at `line`. */
static Value read_inside(Vm *vm, Reader *r, const Value *positions, int64_t line) {
    Value v = read_item(vm, r, positions);
    if (v != S_EOF) return v;
    return reader_check(vm, r) ? bad(vm, line, "unexpected end of file in a list") : 0;
}

/* S_DEFAULT stands for `)`, S_UNDEFINED for a dot; read_item returns them only to lists. */
static Value read_list(Vm *vm, Reader *r, const Value *positions, int64_t line) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, head);
    TN_LOCAL_VALUE(vm->m, last);
    TN_LOCAL_VALUE(vm->m, item);
    Value *nil = TN_HANDLE_VALUE(vm->m, S_NIL);
    *head = S_NIL;
    for (;;) {
        *item = read_inside(vm, r, positions, line);
        if (!*item) return 0;
        if (*item == S_DEFAULT) return *head;
        if (*item == S_UNDEFINED) break;
        Value pair = cons(vm, item, nil);
        if (!pair) return 0;
        if (*head == S_NIL) {
            *head = *last = pair;
            if (*positions != S_FALSE) {
                Value *number = TN_HANDLE_VALUE(vm->m, fixnum(line));
                if (!table_set(vm, positions, head, number)) return 0;
            }
        } else {
            tn_write_value(vm->m, AS(Pair, *last), cdr, pair);
            *last = pair;
        }
    }
    if (*head == S_NIL) return bad(vm, r->line, "unexpected .");
    *item = read_inside(vm, r, positions, line);
    if (!*item) return 0;
    if (*item == S_DEFAULT || *item == S_UNDEFINED) return bad(vm, r->line, "expected one datum after .");
    tn_write_value(vm->m, AS(Pair, *last), cdr, *item);
    *item = read_inside(vm, r, positions, line);
    if (!*item) return 0;
    if (*item != S_DEFAULT) return bad(vm, r->line, "expected ) after the datum that follows .");
    return *head;
}

static Value list_to_vector(Vm *vm, Value list) {
    TN_SCOPE(vm->m);
    Value *rooted = TN_HANDLE_VALUE(vm->m, list);
    Value *fill = TN_HANDLE_VALUE(vm->m, S_FALSE);
    Value vector = make_vector(vm, (size_t)list_length(list), fill);
    if (!vector) return 0;
    size_t i = 0;
    for (Value l = *rooted; l != S_NIL; l = cdr(l)) tn_init_value(AS(Vector, vector), item[i++], car(l));
    return vector;
}

/* 'x and its kin: (symbol datum). */
static Value read_prefixed(Vm *vm, Reader *r, const Value *positions, const Value *symbol, int64_t line) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, list);
    Value *nil = TN_HANDLE_VALUE(vm->m, S_NIL);
    Value v = read_item(vm, r, positions);
    if (!v) return 0;
    if (v == S_EOF || v == S_DEFAULT || v == S_UNDEFINED) return bad(vm, line, "expected a datum after a quote");
    *list = v;
    if (!(*list = cons(vm, list, nil))) return 0;
    if (!(*list = cons(vm, symbol, list))) return 0;
    if (*positions != S_FALSE && !table_set(vm, positions, list, TN_HANDLE_VALUE(vm->m, fixnum(line)))) return 0;
    return *list;
}

static bool is_code_point(int64_t c) {
    return c >= 0 && c <= 0x10ffff && (c < 0xd800 || c >= 0xe000);
}

/* \x41; or a simple escape; *c is -2 for one that stands for nothing (the end of a line). */
static bool read_escape(Vm *vm, Reader *r, int64_t line, int *c) {
    static const char from[] = "abtnr\"\\|", to[] = "\a\b\t\n\r\"\\|";
    int e = reader_char(r);
    const char *at = e > 0 && e < 128 ? strchr(from, e) : NULL;
    if (at) {
        *c = to[at - from];
        return true;
    }
    if (e == 'x' || e == 'X') {
        int value = 0, digits = 0;
        for (e = reader_char(r); e != ';' && digits < 7; e = reader_char(r), digits++) {
            int d = e >= '0' && e <= '9' ? e - '0' : (e | 32) >= 'a' && (e | 32) <= 'f' ? (e | 32) - 'a' + 10 : -1;
            if (d < 0) return bad(vm, line, "bad \\x escape");
            value = value * 16 + d;
        }
        if (e != ';' || digits == 0 || !is_code_point(value)) return bad(vm, line, "bad \\x escape");
        *c = value;
        return true;
    }
    while (e == ' ' || e == '\t') e = reader_char(r);
    if (e != '\n') return bad(vm, line, "bad escape in a string");
    while (reader_peek(r) == ' ' || reader_peek(r) == '\t') reader_char(r);
    *c = -2;
    return true;
}

static bool read_quoted(Vm *vm, Reader *r, int close, int64_t line, Buffer *text) {
    for (;;) {
        int c = reader_char(r);
        if (c == close) return true;
        if (c == -1) return bad(vm, line, close == '"' ? "unterminated string" : "unterminated symbol");
        if (c == '\\' && !read_escape(vm, r, line, &c)) return false;
        if (c != -2 && !buffer_add_char(text, (uint32_t)c)) return out_of_memory(vm);
    }
}

static Value symbol_of(Vm *vm, const char *text, size_t length) {
    Value string = string_from_utf8(vm, text, length);
    if (!string) return 0;
    size_t n = AS(String, string)->length;
    uint32_t *copy = malloc((n + 1) * sizeof *copy); /* intern may move the string */
    if (!copy) return out_of_memory(vm);
    memcpy(copy, AS(String, string)->ch, n * sizeof *copy);
    Value symbol = intern(vm, copy, n);
    free(copy);
    return symbol;
}

/* Adds what comes up to the next delimiter. */
static bool add_token(Vm *vm, Reader *r, Buffer *token) {
    while (!is_delimiter(reader_peek(r))) {
        uint32_t c = (uint32_t)reader_char(r);
        if (!buffer_add_char(token, r->fold ? fold_case(c) : c)) return out_of_memory(vm);
    }
    return true;
}

static Value read_token(Vm *vm, Reader *r, Buffer *token, int64_t line) {
    if (!add_token(vm, r, token)) return 0;
    if (token->length == 0) return bad(vm, line, "unexpected character");
    if (token->length == 1 && token->text[0] == '.') return S_UNDEFINED;
    Value number = parse_number(vm, token->text, 10);
    return number != S_FALSE ? number : symbol_of(vm, token->text, token->length);
}

static const struct { const char *name; uint32_t c; } char_names[] = {
    {"space", ' '}, {"newline", '\n'}, {"tab", '\t'}, {"return", '\r'}, {"null", 0}, {"nul", 0}, {"alarm", 7},
    {"backspace", 8}, {"delete", 127}, {"escape", 27}, {"linefeed", '\n'},
};

static Value read_character(Vm *vm, Reader *r, int64_t line) {
    TEMP_BUFFER(token);
    int first = reader_char(r);
    if (first == -1) return bad(vm, line, "unexpected end of file after #\\");
    if (is_delimiter(reader_peek(r))) return character((uint32_t)first);
    uint32_t c = (uint32_t)first;
    if (!buffer_add_char(&token, r->fold ? fold_case(c) : c)) return out_of_memory(vm);
    if (!add_token(vm, r, &token)) return 0;
    for (size_t i = 0; i < sizeof char_names / sizeof char_names[0]; i++)
        if (!strcmp(token.text, char_names[i].name)) return character(char_names[i].c);
    if (first == 'x' || first == 'X') {
        size_t digits = strspn(token.text + 1, "0123456789abcdefABCDEF");
        int64_t code = digits < 10 ? strtoll(token.text + 1, NULL, 16) : -1;
        if (token.length == digits + 1 && is_code_point(code)) return character((uint32_t)code);
    }
    return bad(vm, line, "unknown character name");
}

/* The bytes of #u8(...). */
static Value read_bytes(Vm *vm, Reader *r, int64_t line) {
    const Value no_positions = S_FALSE;
    TN_SCOPE(vm->m);
    Value read = read_list(vm, r, &no_positions, line);
    if (!read) return 0;
    Value *list = TN_HANDLE_VALUE(vm->m, read);
    int64_t n = list_length(*list);
    for (Value l = *list; IS(Pair, l); l = cdr(l))
        if (!is_fixnum(car(l)) || fixnum_value(car(l)) < 0 || fixnum_value(car(l)) > 255) n = -1;
    if (n < 0) return bad(vm, line, "expected bytes in #u8(...)");
    Value made = make_bytevector(vm, (size_t)n);
    if (!made) return 0;
    size_t i = 0;
    for (Value l = *list; IS(Pair, l); l = cdr(l)) AS(Bytevector, made)->byte[i++] = (uint8_t)fixnum_value(car(l));
    return made;
}

/* #n=datum. The label stands for a placeholder, a box, until the datum has been read, which goes into the box. */
static Value read_labelled(Vm *vm, Reader *r, const Value *positions, Value label, int64_t line) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, box);
    Value *number = TN_HANDLE_VALUE(vm->m, label), *none = TN_HANDLE_VALUE(vm->m, S_UNDEFINED);
    if (*r->labels == S_FALSE && !(*r->labels = table_new(vm, TABLE_EQV))) return 0;
    if (table_get(vm, *r->labels, *number, 0)) return bad(vm, line, "the same label twice in a datum");
    if (!(*box = make_box(vm, none)) || !table_set(vm, r->labels, number, box)) return 0;
    Value datum = read_item(vm, r, positions);
    if (!datum) return 0;
    if (datum == S_EOF || datum == S_DEFAULT || datum == S_UNDEFINED || datum == *box)
        return bad(vm, line, "expected a datum after a label");
    tn_write_value(vm->m, AS(Box, *box), value, datum);
    return datum;
}

/* #n#: the datum, or its placeholder within itself. */
static Value read_reference(Vm *vm, Reader *r, Value label, int64_t line) {
    Value box = *r->labels == S_FALSE ? 0 : table_get(vm, *r->labels, label, 0);
    if (!box) return bad(vm, line, "a label that has not been defined");
    Value datum = tn_read_value(AS(Box, box), value);
    if (datum != S_UNDEFINED) return datum;
    r->patch = true;
    return box;
}

/* #n= and #n#, after the number's first digit is known to come. */
static Value read_label(Vm *vm, Reader *r, const Value *positions, int64_t line) {
    int64_t n = 0;
    while (reader_peek(r) >= '0' && reader_peek(r) <= '9') {
        n = n * 10 + reader_char(r) - '0';
        if (n > INT32_MAX) return bad(vm, line, "a label that is too large");
    }
    int c = reader_char(r);
    if (c == '=') return read_labelled(vm, r, positions, fixnum(n), line);
    return c == '#' ? read_reference(vm, r, fixnum(n), line) : bad(vm, line, "unknown # syntax");
}

/* #; and the datum that it makes a comment of. */
static Value skip_datum(Vm *vm, Reader *r, const Value *positions, int64_t line) {
    Value skipped = read_item(vm, r, positions);
    if (!skipped) return 0;
    if (skipped == S_EOF || skipped == S_DEFAULT || skipped == S_UNDEFINED)
        return bad(vm, line, "expected a datum after #;");
    return S_UNBOUND;
}

/* What begins with #, a word. */
static Value read_hash_word(Vm *vm, Reader *r, int64_t line) {
    TEMP_BUFFER(token);
    if (!buffer_add(&token, "#", 1)) return out_of_memory(vm);
    if (!add_token(vm, r, &token)) return 0;
    if (!strcasecmp(token.text, "#t") || !strcasecmp(token.text, "#true")) return S_TRUE;
    if (!strcasecmp(token.text, "#f") || !strcasecmp(token.text, "#false")) return S_FALSE;
    if (reader_peek(r) == '(' && (!strcmp(token.text, "#u8") || !strcmp(token.text, "#U8"))) {
        reader_char(r);
        return read_bytes(vm, r, line);
    }
    if (!strcmp(token.text, "#!fold-case") || !strcmp(token.text, "#!no-fold-case")) {
        r->fold = token.text[2] == 'f';
        return S_UNBOUND;
    }
    if (line == 1 && token.length > 1 && token.text[1] == '!') { /* #! on the first line: a script */
        reader_skip_line(r);
        return S_UNBOUND;
    }
    Value number = parse_number(vm, token.text, 10);
    return number != S_FALSE ? number : bad(vm, line, "unknown # syntax");
}

static Value read_hash(Vm *vm, Reader *r, const Value *positions, int64_t line) {
    int c = reader_peek(r);
    if (c >= '0' && c <= '9') return read_label(vm, r, positions, line);
    switch (c) {
    case '(': {
        reader_char(r);
        Value list = read_list(vm, r, positions, line);
        if (!list) return 0;
        if (list_length(list) < 0) return bad(vm, line, "a dot in a vector");
        return list_to_vector(vm, list);
    }
    case '\\':
        reader_char(r);
        return read_character(vm, r, line);
    case '|':
        reader_char(r);
        return block_comment(vm, r, line) ? (Value)S_UNBOUND : 0;
    case ';':
        reader_char(r);
        return skip_datum(vm, r, positions, line);
    default:
        return read_hash_word(vm, r, line);
    }
}

/* One item of the text; S_DEFAULT for `)`, S_UNDEFINED for `.`, S_UNBOUND for a comment, S_EOF. */
static Value read_any(Vm *vm, Reader *r, const Value *positions) {
    TEMP_BUFFER(token);
    skip_blank(r);
    int64_t line = r->line;
    switch (reader_peek(r)) {
    case -1:
        return S_EOF;
    case '(':
        reader_char(r);
        return read_list(vm, r, positions, line);
    case ')':
        reader_char(r);
        return S_DEFAULT;
    case '\'':
        reader_char(r);
        return read_prefixed(vm, r, positions, &vm->reg[R_QUOTE], line);
    case '`':
        reader_char(r);
        return read_prefixed(vm, r, positions, &vm->reg[R_QUASIQUOTE], line);
    case ',':
        reader_char(r);
        if (reader_peek(r) != '@') return read_prefixed(vm, r, positions, &vm->reg[R_UNQUOTE], line);
        reader_char(r);
        return read_prefixed(vm, r, positions, &vm->reg[R_UNQUOTE_SPLICING], line);
    case '"':
        reader_char(r);
        return read_quoted(vm, r, '"', line, &token) ? string_from_buffer(vm, &token) : 0;
    case '|':
        reader_char(r);
        return read_quoted(vm, r, '|', line, &token) ? symbol_of(vm, token.text ? token.text : "", token.length) : 0;
    case '#':
        reader_char(r);
        return read_hash(vm, r, positions, line);
    default:
        return read_token(vm, r, &token, line);
    }
}

static Value read_item(Vm *vm, Reader *r, const Value *positions) {
    if (r->depth >= NESTING_MAX) return bad(vm, r->line, "data nested too deeply");
    r->depth++;
    Value v;
    do v = read_any(vm, r, positions);
    while (v == S_UNBOUND);
    r->depth--;
    return v;
}

/* ---- labels that were used before their data were complete ---- */

typedef struct Patch {
    Vm *vm;
    Marks seen;
    Value *todo;
    size_t n, room;
} Patch;

static bool patch_later(Patch *p, Value v) {
    bool fresh;
    if (!IS(Pair, v) && !IS(Vector, v)) return true;
    if (!mark_of(&p->seen, v, &fresh)) return false;
    if (!fresh) return true;
    if (p->n == p->room) {
        Value *more = grown(p->todo, &p->room, sizeof *more);
        if (!more) return false;
        p->todo = more;
    }
    p->todo[p->n++] = v;
    return true;
}

/* What stands for v: what is in the box, if it is one. */
static Value patched(Value v) {
    while (IS(Box, v)) v = tn_read_value(AS(Box, v), value);
    return v;
}

static bool patch_one(Patch *p, Value v) {
    if (IS(Pair, v)) {
        Value a = patched(car(v)), d = patched(cdr(v));
        tn_write_value(p->vm->m, AS(Pair, v), car, a);
        tn_write_value(p->vm->m, AS(Pair, v), cdr, d);
        return patch_later(p, d) && patch_later(p, a);
    }
    for (size_t i = 0; i < AS(Vector, v)->length; i++) {
        Value item = patched(tn_read_value(AS(Vector, v), item[i]));
        tn_write_value(p->vm->m, AS(Vector, v), item[i], item);
        if (!patch_later(p, item)) return false;
    }
    return true;
}

/* Replaces the placeholders in a datum by what they stand for. Nothing here allocates in the heap. */
static bool patch_labels(Vm *vm, Value datum) {
    TN_NO_GC(vm->m);
    Patch p = {.vm = vm};
    bool ok = patch_later(&p, datum);
    while (ok && p.n > 0) ok = patch_one(&p, p.todo[--p.n]);
    free(p.todo);
    free(p.seen.slots);
    return ok;
}

Value read_datum(Vm *vm, Reader *r, const Value *positions) {
    TN_SCOPE(vm->m);
    r->labels = TN_HANDLE_VALUE(vm->m, S_FALSE);
    r->patch = false;
    r->depth = 0;
    Value v = read_item(vm, r, positions);
    r->labels = NULL;
    if (v == S_EOF && (reader_char(r), !reader_check(vm, r))) return 0;
    if (v == S_DEFAULT) return bad(vm, r->line, "unexpected )");
    if (v == S_UNDEFINED) return bad(vm, r->line, "unexpected .");
    return v && r->patch && !patch_labels(vm, v) ? out_of_memory(vm) : v;
}
