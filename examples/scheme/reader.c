/* reader.c: owns the reading of text: from a file, or from memory; and turns it into data. Called by main.c for
 * programs, by the prelude's loader, and by (read). A recursive descent, with a limit on nesting. Reading collects
 * as it makes pairs, so all data is in handles here. Errors carry the line of the text where the offending item
 * begins. */
#include <string.h>

#include "scheme.h"

enum { NESTING_MAX = 2000 };

struct Reader {
    FILE *file;
    const char *text, *end;
    char *owned;
    int peeked;      /* a code point that has been looked at, -1 the end, -2 none */
    bool interactive;
    int64_t line;    /* of the next character */
    int depth;
};

static Reader *reader_new(void) {
    Reader *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->peeked = -2;
    r->line = 1;
    return r;
}

Reader *reader_file(FILE *file, bool interactive) {
    Reader *r = reader_new();
    if (r) r->file = file, r->interactive = interactive;
    return r;
}

Reader *reader_text(const char *text, size_t length) {
    Reader *r = reader_new();
    if (r) r->text = text, r->end = text + length;
    return r;
}

Reader *reader_own_text(char *text, size_t length) {
    Reader *r = reader_text(text, length);
    if (r) r->owned = text;
    return r;
}

void reader_close(Reader *r) {
    if (!r) return;
    if (r->file && r->file != stdin) fclose(r->file);
    free(r->owned);
    free(r);
}

static int byte(Reader *r) {
    if (r->file) return getc(r->file);
    return r->text < r->end ? (unsigned char)*r->text++ : -1;
}

/* The next code point. Bytes that are no UTF-8 stand for themselves. */
static int decode(Reader *r) {
    int c = byte(r);
    if (c < 0xc2 || c >= 0xf5) return c;
    int more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    int value = c & (0x3f >> more);
    while (more-- > 0) {
        int next = byte(r);
        if (next < 0) return value;
        value = value << 6 | (next & 0x3f);
    }
    return value;
}

int reader_peek(Reader *r) {
    if (r->peeked == -2) r->peeked = decode(r);
    return r->peeked;
}

int reader_char(Reader *r) {
    int c = reader_peek(r);
    if (c != -1 || !r->file) r->peeked = c == -1 ? -1 : -2;
    if (c == '\n') r->line++;
    return c;
}

void reader_skip_line(Reader *r) {
    for (int c = reader_peek(r); c != -1 && c != '\n'; c = reader_peek(r)) reader_char(r);
}

static Value bad(Vm *vm, int64_t line, const char *message) {
    return fail_at(vm, C_READ, line, 0, message);
}

static bool is_delimiter(int c) {
    return c == -1 || c == '(' || c == ')' || c == '"' || c == ';' || c == '\'' || c == ' ' || (c >= '\t' && c <= '\r');
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
    if (v == S_EOF) return bad(vm, line, "unexpected end of file in a list");
    return v;
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
            TN_WRITE_VALUE(vm->m, AS(Pair, *last), cdr, pair);
            *last = pair;
        }
    }
    if (*head == S_NIL) return bad(vm, r->line, "unexpected .");
    *item = read_inside(vm, r, positions, line);
    if (!*item) return 0;
    if (*item == S_DEFAULT || *item == S_UNDEFINED) return bad(vm, r->line, "expected one datum after .");
    TN_WRITE_VALUE(vm->m, AS(Pair, *last), cdr, *item);
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
    for (Value l = *rooted; l != S_NIL; l = cdr(l)) TN_INIT_VALUE(AS(Vector, vector), item[i++], car(l));
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
        if (e != ';' || digits == 0 || value > 0x10ffff) return bad(vm, line, "bad \\x escape");
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

static Value read_token(Vm *vm, Reader *r, Buffer *token, int64_t line) {
    while (!is_delimiter(reader_peek(r)))
        if (!buffer_add_char(token, (uint32_t)reader_char(r))) return out_of_memory(vm);
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
    if (!buffer_add_char(&token, (uint32_t)first)) return out_of_memory(vm);
    while (!is_delimiter(reader_peek(r)))
        if (!buffer_add_char(&token, (uint32_t)reader_char(r))) return out_of_memory(vm);
    for (size_t i = 0; i < sizeof char_names / sizeof char_names[0]; i++)
        if (!strcmp(token.text, char_names[i].name)) return character(char_names[i].c);
    if (first == 'x') {
        char *end;
        unsigned long code = strtoul(token.text + 1, &end, 16);
        if (!*end && code <= 0x10ffff) return character((uint32_t)code);
    }
    return bad(vm, line, "unknown character name");
}

static Value read_hash(Vm *vm, Reader *r, const Value *positions, int64_t line) {
    TEMP_BUFFER(token);
    int c = reader_peek(r);
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
    case ';': {
        reader_char(r);
        Value skipped = read_item(vm, r, positions);
        if (!skipped) return 0;
        if (skipped == S_EOF || skipped == S_DEFAULT || skipped == S_UNDEFINED)
            return bad(vm, line, "expected a datum after #;");
        return S_UNBOUND;
    }
    default:
        break;
    }
    if (!buffer_add(&token, "#", 1)) return out_of_memory(vm);
    while (!is_delimiter(reader_peek(r)))
        if (!buffer_add_char(&token, (uint32_t)reader_char(r))) return out_of_memory(vm);
    if (!strcmp(token.text, "#t") || !strcmp(token.text, "#true")) return S_TRUE;
    if (!strcmp(token.text, "#f") || !strcmp(token.text, "#false")) return S_FALSE;
    if (line == 1 && token.length > 1 && token.text[1] == '!') { /* #! on the first line: a script */
        reader_skip_line(r);
        return S_UNBOUND;
    }
    Value number = parse_number(vm, token.text, 10);
    return number != S_FALSE ? number : bad(vm, line, "unknown # syntax");
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

Value read_datum(Vm *vm, Reader *r, const Value *positions) {
    r->depth = 0;
    Value v = read_item(vm, r, positions);
    if (v == S_DEFAULT) return bad(vm, r->line, "unexpected )");
    return v == S_UNDEFINED ? bad(vm, r->line, "unexpected .") : v;
}
