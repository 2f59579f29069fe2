/* builtins_text.c: characters, strings and symbols. A string is an array of code points, so a place in it is found
 * at once. What depends on Unicode (which letters there are, and their case) is the C library's knowledge, in its
 * UTF-8 locale; case and copying of strings are in builtins_string.c. */
#include <string.h>
#include <wctype.h>

#include "opcode.h"
#include "scheme.h"

/* ---- characters ---- */

/* Unicode's simple folding: mostly to small letters. The Turkish i without a dot, and with one, fold to themselves, and
 * Cherokee, whose small letters are younger, to its capitals. */
uint32_t fold_case(uint32_t c) {
    if (c == 0x130 || c == 0x131) return c;
    wint_t capital = towupper((wint_t)c);
    return (uint32_t)(capital >= 0x13a0 && capital < 0x13f6 ? capital : towlower(capital));
}

/* The zeros of the decimal digits (Unicode 14): nine more follow each. */
static const uint32_t zeros[] = {
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
};

/* The value of a decimal digit, or -1. */
static int digit_value(uint32_t c) {
    size_t low = 0, high = sizeof zeros / sizeof zeros[0];
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (zeros[middle] <= c) low = middle;
        else high = middle;
    }
    return c >= zeros[low] && c - zeros[low] < 10 ? (int)(c - zeros[low]) : -1;
}

/* All neighbours in order: `accepted` is LESS, EQUAL, GREATER bits. */
static Value char_chain(Vm *vm, int argc, const Value *argv, int accepted, bool fold) {
    for (int i = 0; i < argc; i++)
        if (!is_char(argv[i])) return fail_type(vm, WHO, "a character", argv[i]);
    for (int i = 0; i + 1 < argc; i++) {
        uint32_t a = char_value(argv[i]), b = char_value(argv[i + 1]);
        if (fold) a = fold_case(a), b = fold_case(b);
        if (!((a < b ? LESS : a > b ? GREATER : EQUAL) & accepted)) return S_FALSE;
    }
    return S_TRUE;
}

#define CHAIN(name, accepted, fold) \
    static Value name(Vm *vm, int argc, const Value *argv) { return char_chain(vm, argc, argv, accepted, fold); }
CHAIN(p_char_eq, EQUAL, false)
CHAIN(p_char_lt, LESS, false)
CHAIN(p_char_gt, GREATER, false)
CHAIN(p_char_le, LESS | EQUAL, false)
CHAIN(p_char_ge, GREATER | EQUAL, false)
CHAIN(p_char_ci_eq, EQUAL, true)
CHAIN(p_char_ci_lt, LESS, true)
CHAIN(p_char_ci_gt, GREATER, true)
CHAIN(p_char_ci_le, LESS | EQUAL, true)
CHAIN(p_char_ci_ge, GREATER | EQUAL, true)

#define CHAR_PROCEDURE(name, expression)                                            \
    static Value name(Vm *vm, int argc, const Value *argv) {                        \
        UNUSED;                                                                 \
        if (!is_char(*argv)) return fail_type(vm, WHO, "a character", *argv);       \
        wint_t c = (wint_t)char_value(*argv);                                       \
        return expression;                                                          \
    }
CHAR_PROCEDURE(p_char_upcase, character((uint32_t)towupper(c)))
CHAR_PROCEDURE(p_char_downcase, character((uint32_t)towlower(c)))
CHAR_PROCEDURE(p_char_foldcase, character(fold_case((uint32_t)c)))
CHAR_PROCEDURE(p_char_alphabetic, boolean(iswalpha(c) != 0 && digit_value((uint32_t)c) < 0))
CHAR_PROCEDURE(p_char_numeric, boolean(digit_value((uint32_t)c) >= 0))
CHAR_PROCEDURE(p_char_whitespace, boolean(iswspace(c) != 0 || c == 0xa0 || c == 0x2007 || c == 0x202f))
CHAR_PROCEDURE(p_char_upper, boolean(iswupper(c) != 0))
CHAR_PROCEDURE(p_char_lower, boolean(iswlower(c) != 0))
CHAR_PROCEDURE(p_char_to_integer, fixnum((int64_t)c))
CHAR_PROCEDURE(p_digit_value, digit_value((uint32_t)c) >= 0 ? fixnum(digit_value((uint32_t)c)) : (Value)S_FALSE)

static Value p_char_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(is_char(*argv)); }

static Value p_integer_to_char(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    int64_t c = is_fixnum(*argv) ? fixnum_value(*argv) : -1;
    if (c < 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return fail_type(vm, WHO, "a code point", *argv);
    return character((uint32_t)fixnum_value(*argv));
}

/* ---- strings ---- */

static bool check_strings(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (!IS(String, argv[i])) return fail_type(vm, WHO, "a string", argv[i]);
    return true;
}

static int compare_strings(const String *a, const String *b) {
    size_t n = a->length < b->length ? a->length : b->length;
    for (size_t i = 0; i < n; i++) {
        if (a->ch[i] != b->ch[i]) return a->ch[i] < b->ch[i] ? LESS : GREATER;
    }
    return a->length < b->length ? LESS : a->length > b->length ? GREATER : EQUAL;
}

Value string_chain(Vm *vm, int argc, const Value *argv, StringOrder compare, int accepted) {
    if (!check_strings(vm, argc, argv)) return 0;
    for (int i = 0; i + 1 < argc; i++)
        if (!(compare(AS(String, argv[i]), AS(String, argv[i + 1])) & accepted)) return S_FALSE;
    return S_TRUE;
}

#define STRING_CHAIN(name, accepted) \
    static Value name(Vm *vm, int argc, const Value *argv) { return string_chain(vm, argc, argv, compare_strings, accepted); }
STRING_CHAIN(p_string_eq, EQUAL)
STRING_CHAIN(p_string_lt, LESS)
STRING_CHAIN(p_string_gt, GREATER)
STRING_CHAIN(p_string_le, LESS | EQUAL)
STRING_CHAIN(p_string_ge, GREATER | EQUAL)

static Value p_string_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(String, *argv)); }

static Value p_make_string(Vm *vm, int argc, const Value *argv) {
    if (!is_fixnum(argv[0]) || fixnum_value(argv[0]) < 0) return fail_type(vm, WHO, "a length", argv[0]);
    if (argc > 1 && !is_char(argv[1])) return fail_type(vm, WHO, "a character", argv[1]);
    Value made = make_string(vm, (size_t)fixnum_value(argv[0]));
    if (!made) return 0;
    String *s = AS(String, made);
    for (size_t i = 0; i < s->length; i++) s->ch[i] = argc > 1 ? char_value(argv[1]) : ' ';
    return made;
}

static Value p_string(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (!is_char(argv[i])) return fail_type(vm, WHO, "a character", argv[i]);
    Value made = make_string(vm, (size_t)argc);
    if (!made) return 0;
    for (int i = 0; i < argc; i++) AS(String, made)->ch[i] = char_value(argv[i]);
    return made;
}

static Value p_string_length(Vm *vm, int argc, const Value *argv) {
    return check_strings(vm, argc, argv) ? fixnum((int64_t)AS(String, *argv)->length) : 0;
}

static Value p_string_ref(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_strings(vm, 1, argv) || !check_index(vm, argv[1], AS(String, argv[0])->length)) return 0;
    return character(AS(String, argv[0])->ch[fixnum_value(argv[1])]);
}

static Value p_string_set(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_strings(vm, 1, argv) || !check_index(vm, argv[1], AS(String, argv[0])->length)) return 0;
    if (!is_char(argv[2])) return fail_type(vm, WHO, "a character", argv[2]);
    AS(String, argv[0])->ch[fixnum_value(argv[1])] = char_value(argv[2]);
    return S_UNSPECIFIED;
}

/* (substring s start [end]), (string-copy s [start [end]]). */
static Value p_string_copy(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_strings(vm, 1, argv)) return 0;
    if (!get_range(vm, argc, argv, 1, AS(String, argv[0])->length, &start, &end)) return 0;
    Value made = make_string(vm, end - start);
    if (!made) return 0;
    memcpy(AS(String, made)->ch, AS(String, argv[0])->ch + start, (end - start) * sizeof(uint32_t));
    return made;
}

static Value p_string_append(Vm *vm, int argc, const Value *argv) {
    if (!check_strings(vm, argc, argv)) return 0;
    size_t length = 0;
    for (int i = 0; i < argc; i++) length += AS(String, argv[i])->length;
    Value made = make_string(vm, length);
    if (!made) return 0;
    uint32_t *to = AS(String, made)->ch;
    for (int i = 0; i < argc; i++) {
        const String *s = AS(String, argv[i]);
        memcpy(to, s->ch, s->length * sizeof *to);
        to += s->length;
    }
    return made;
}

static Value p_string_to_list(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_strings(vm, 1, argv)) return 0;
    if (!get_range(vm, argc, argv, 1, AS(String, argv[0])->length, &start, &end)) return 0;
    TN_SCOPE(vm->m);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL), *c = TN_HANDLE_VALUE(vm->m, S_NIL);
    while (end-- > start && *list) {
        *c = character(AS(String, argv[0])->ch[end]);
        *list = cons(vm, c, list);
    }
    return *list;
}

static Value p_list_to_string(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    int64_t n = list_length(*argv);
    if (n < 0) return fail_type(vm, WHO, "a list", *argv);
    for (Value l = *argv; l != S_NIL; l = cdr(l))
        if (!is_char(car(l))) return fail_type(vm, WHO, "a list of characters", *argv);
    Value made = make_string(vm, (size_t)n);
    if (!made) return 0;
    uint32_t *to = AS(String, made)->ch;
    for (Value l = *argv; l != S_NIL; l = cdr(l)) *to++ = char_value(car(l));
    return made;
}

static Value p_string_fill(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_strings(vm, 1, argv)) return 0;
    if (!is_char(argv[1])) return fail_type(vm, WHO, "a character", argv[1]);
    if (!get_range(vm, argc, argv, 2, AS(String, argv[0])->length, &start, &end)) return 0;
    for (; start < end; start++) AS(String, argv[0])->ch[start] = char_value(argv[1]);
    return S_UNSPECIFIED;
}

/* (string-search-forward pattern string start), (string-index string char): the place, or #f. */
static Value p_string_search(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_strings(vm, 2, argv)) return 0;
    const String *pattern = AS(String, argv[0]), *s = AS(String, argv[1]);
    if (!get_range(vm, argc, argv, 2, s->length, &start, &end)) return 0;
    for (size_t i = start; i + pattern->length <= s->length; i++)
        if (memcmp(s->ch + i, pattern->ch, pattern->length * sizeof(uint32_t)) == 0) return fixnum((int64_t)i);
    return S_FALSE;
}

static Value p_string_index(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!check_strings(vm, 1, argv)) return 0;
    if (!is_char(argv[1])) return fail_type(vm, WHO, "a character", argv[1]);
    for (size_t i = 0; i < AS(String, argv[0])->length; i++)
        if (AS(String, argv[0])->ch[i] == char_value(argv[1])) return fixnum((int64_t)i);
    return S_FALSE;
}

/* ---- symbols ---- */

static Value p_symbol_p(Vm *vm, int argc, const Value *argv) { UNUSED; return boolean(IS(Symbol, *argv)); }

static Value p_symbol_eq(Vm *vm, int argc, const Value *argv) {
    for (int i = 0; i < argc; i++)
        if (!IS(Symbol, argv[i])) return fail_type(vm, WHO, "a symbol", argv[i]);
    for (int i = 1; i < argc; i++)
        if (argv[i] != argv[0]) return S_FALSE;
    return S_TRUE;
}

static Value copy_string(Vm *vm, Value source) {
    TN_SCOPE(vm->m);
    Value *from = TN_HANDLE_VALUE(vm->m, source);
    Value made = make_string(vm, AS(String, source)->length);
    if (made) memcpy(AS(String, made)->ch, AS(String, *from)->ch, AS(String, *from)->length * sizeof(uint32_t));
    return made;
}

static Value p_symbol_to_string(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    if (!IS(Symbol, *argv)) return fail_type(vm, WHO, "a symbol", *argv);
    return copy_string(vm, tn_read_value(AS(Symbol, *argv), name));
}

static Value p_string_to_symbol(Vm *vm, int argc, const Value *argv) {
    if (!check_strings(vm, argc, argv)) return 0;
    size_t length = AS(String, *argv)->length;
    uint32_t *copy = malloc((length + 1) * sizeof *copy); /* interning may move the string */
    if (!copy) return out_of_memory(vm);
    memcpy(copy, AS(String, *argv)->ch, length * sizeof *copy);
    Value symbol = intern(vm, copy, length);
    free(copy);
    return symbol;
}

const PrimitiveDesc builtins_text[] = {
    {"char?", p_char_p, 1, 1, 0, 0},             {"char=?", p_char_eq, 1, -1, 0, 0},
    {"char<?", p_char_lt, 1, -1, 0, 0},          {"char>?", p_char_gt, 1, -1, 0, 0},
    {"char<=?", p_char_le, 1, -1, 0, 0},         {"char>=?", p_char_ge, 1, -1, 0, 0},
    {"char-ci=?", p_char_ci_eq, 1, -1, 0, 0},    {"char-upcase", p_char_upcase, 1, 1, 0, 0},
    {"char-downcase", p_char_downcase, 1, 1, 0, 0}, {"char-foldcase", p_char_foldcase, 1, 1, 0, 0},
    {"char-alphabetic?", p_char_alphabetic, 1, 1, 0, 0}, {"char-numeric?", p_char_numeric, 1, 1, 0, 0},
    {"char-whitespace?", p_char_whitespace, 1, 1, 0, 0}, {"char-upper-case?", p_char_upper, 1, 1, 0, 0},
    {"char-lower-case?", p_char_lower, 1, 1, 0, 0}, {"char->integer", p_char_to_integer, 1, 1, 0, 0},
    {"integer->char", p_integer_to_char, 1, 1, 0, 0}, {"digit-value", p_digit_value, 1, 1, 0, 0},
    {"string?", p_string_p, 1, 1, 0, 0},         {"make-string", p_make_string, 1, 2, 0, 0},
    {"string", p_string, 0, -1, 0, 0},           {"string-length", p_string_length, 1, 1, 0, 0},
    {"string-ref", p_string_ref, 2, 2, OP_STRING_REF, 0}, {"string-set!", p_string_set, 3, 3, 0, 0},
    {"string=?", p_string_eq, 1, -1, 0, 0},      {"string<?", p_string_lt, 1, -1, 0, 0},
    {"string>?", p_string_gt, 1, -1, 0, 0},      {"string<=?", p_string_le, 1, -1, 0, 0},
    {"string>=?", p_string_ge, 1, -1, 0, 0},     {"char-ci<?", p_char_ci_lt, 1, -1, 0, 0},
    {"substring", p_string_copy, 2, 3, 0, 0},    {"string-copy", p_string_copy, 1, 3, 0, 0},
    {"string-append", p_string_append, 0, -1, 0, 0}, {"string->list", p_string_to_list, 1, 3, 0, 0},
    {"list->string", p_list_to_string, 1, 1, 0, 0}, {"char-ci>?", p_char_ci_gt, 1, -1, 0, 0},
    {"char-ci<=?", p_char_ci_le, 1, -1, 0, 0},   {"char-ci>=?", p_char_ci_ge, 1, -1, 0, 0},
    {"symbol=?", p_symbol_eq, 1, -1, 0, 0},      {"string-fill!", p_string_fill, 2, 4, 0, 0},
    {"string-search-forward", p_string_search, 2, 3, 0, 0}, {"string-index", p_string_index, 2, 2, 0, 0},
    {"symbol?", p_symbol_p, 1, 1, 0, 0},         {"symbol->string", p_symbol_to_string, 1, 1, 0, 0},
    {"string->symbol", p_string_to_symbol, 1, 1, 0, 0},
    {0},
};
