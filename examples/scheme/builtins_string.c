/* builtins_string.c: strings as wholes: their case, comparison without regard to it, and copies from and to other
 * sequences. Case is Unicode's full mapping as far as it concerns Latin and Greek letters: the sharp s and the
 * ligatures become several letters, and a sigma at the end of a word has a form of its own. */
#include <string.h>
#include <wctype.h>

#include "scheme.h"

static bool check_string(Vm *vm, Value v) {
    return IS(String, v) || fail_type(vm, WHO, "a string", v);
}

/* ---- case ---- */

enum { SIGMA = 0x3c3, SIGMA_FINAL = 0x3c2, SIGMA_CAPITAL = 0x3a3, EXPANDED_MAX = 3 };
typedef enum { UP, DOWN, FOLD } letter_case;

static const struct { uint32_t c; char lower[EXPANDED_MAX + 1]; } expanded[] = {
    {0xdf, "ss"}, {0x1e9e, "ss"}, {0xfb00, "ff"}, {0xfb01, "fi"}, {0xfb02, "fl"}, {0xfb03, "ffi"}, {0xfb04, "ffl"},
    {0xfb05, "st"}, {0xfb06, "st"},
};

/* What character number i of the string becomes: up to EXPANDED_MAX characters; how many. */
static size_t change_case(const String *s, size_t i, letter_case to, uint32_t *out) {
    uint32_t c = s->ch[i];
    if (c >= 0xdf && to != DOWN)
        for (size_t k = 0; k < sizeof expanded / sizeof expanded[0]; k++) {
            if (expanded[k].c != c || (to == UP && c == 0x1e9e)) continue;
            size_t n = strlen(expanded[k].lower);
            for (size_t j = 0; j < n; j++)
                out[j] = (uint32_t)expanded[k].lower[j] - (to == UP ? (uint32_t)('a' - 'A') : 0);
            return n;
        }
    *out = to == UP ? (uint32_t)towupper((wint_t)c) : to == FOLD ? fold_case(c) : (uint32_t)towlower((wint_t)c);
    if (c == SIGMA_CAPITAL && to == DOWN && i > 0 && iswalpha((wint_t)s->ch[i - 1]) &&
        (i + 1 == s->length || !iswalpha((wint_t)s->ch[i + 1])))
        *out = SIGMA_FINAL;
    return 1;
}

static Value in_case(Vm *vm, const Value *argv, letter_case to) {
    uint32_t letters[EXPANDED_MAX];
    if (!check_string(vm, *argv)) return 0;
    size_t length = 0;
    for (size_t i = 0; i < AS(String, *argv)->length; i++) length += change_case(AS(String, *argv), i, to, letters);
    Value made = make_string(vm, length);
    if (!made) return 0;
    uint32_t *out = AS(String, made)->ch;
    for (size_t i = 0; i < AS(String, *argv)->length; i++) {
        size_t n = change_case(AS(String, *argv), i, to, letters);
        memcpy(out, letters, n * sizeof *out);
        out += n;
    }
    return made;
}

static Value p_upcase(Vm *vm, int argc, const Value *argv) { UNUSED; return in_case(vm, argv, UP); }
static Value p_downcase(Vm *vm, int argc, const Value *argv) { UNUSED; return in_case(vm, argv, DOWN); }
static Value p_foldcase(Vm *vm, int argc, const Value *argv) { UNUSED; return in_case(vm, argv, FOLD); }

/* A string's characters, folded, one by one. */
typedef struct Folded { const String *s; size_t i, n, at; uint32_t out[EXPANDED_MAX]; } Folded;

static bool next_folded(Folded *f, uint32_t *c) {
    if (f->at == f->n) {
        if (f->i == f->s->length) return false;
        f->n = change_case(f->s, f->i++, FOLD, f->out);
        f->at = 0;
    }
    *c = f->out[f->at++];
    return true;
}

static int compare_folded(const String *a, const String *b) {
    Folded f = {.s = a}, g = {.s = b};
    uint32_t x, y;
    for (;;) {
        bool more_a = next_folded(&f, &x), more_b = next_folded(&g, &y);
        if (!more_a || !more_b) return more_a ? GREATER : more_b ? LESS : EQUAL;
        if (x != y) return x < y ? LESS : GREATER;
    }
}

#define CHAIN(name, accepted) \
    static Value name(Vm *vm, int argc, const Value *argv) { return string_chain(vm, argc, argv, compare_folded, accepted); }
CHAIN(p_ci_eq, EQUAL)
CHAIN(p_ci_lt, LESS)
CHAIN(p_ci_gt, GREATER)
CHAIN(p_ci_le, LESS | EQUAL)
CHAIN(p_ci_ge, GREATER | EQUAL)

/* ---- copies ---- */

/* (string-copy! to at from [start [end]]). */
static Value p_copy_to(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!check_string(vm, argv[0]) || !check_string(vm, argv[2])) return 0;
    size_t room = AS(String, argv[0])->length;
    if (!check_index(vm, argv[1], room + 1)) return 0;
    if (!get_range(vm, argc, argv, 3, AS(String, argv[2])->length, &start, &end)) return 0;
    size_t at = (size_t)fixnum_value(argv[1]);
    if (end - start > room - at) return fail_index(vm, WHO, argv[1]);
    memmove(AS(String, argv[0])->ch + at, AS(String, argv[2])->ch + start, (end - start) * sizeof(uint32_t));
    return S_UNSPECIFIED;
}

static Value p_to_vector(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    const Value none = S_FALSE;
    if (!check_string(vm, argv[0])) return 0;
    if (!get_range(vm, argc, argv, 1, AS(String, argv[0])->length, &start, &end)) return 0;
    Value made = make_vector(vm, end - start, &none);
    if (!made) return 0;
    for (size_t i = start; i < end; i++)
        TN_INIT_VALUE(AS(Vector, made), item[i - start], character(AS(String, argv[0])->ch[i]));
    return made;
}

static Value p_from_vector(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!IS(Vector, argv[0])) return fail_type(vm, WHO, "a vector", argv[0]);
    if (!get_range(vm, argc, argv, 1, AS(Vector, argv[0])->length, &start, &end)) return 0;
    for (size_t i = start; i < end; i++) {
        Value c = TN_READ_VALUE(AS(Vector, argv[0]), item[i]);
        if (!is_char(c)) return fail_type(vm, WHO, "a character", c);
    }
    Value made = make_string(vm, end - start);
    if (!made) return 0;
    for (size_t i = start; i < end; i++)
        AS(String, made)->ch[i - start] = char_value(TN_READ_VALUE(AS(Vector, argv[0]), item[i]));
    return made;
}

const PrimitiveDesc builtins_string[] = {
    {"string-upcase", p_upcase, 1, 1, 0, 0},     {"string-downcase", p_downcase, 1, 1, 0, 0},
    {"string-foldcase", p_foldcase, 1, 1, 0, 0}, {"string-ci=?", p_ci_eq, 1, -1, 0, 0},
    {"string-ci<?", p_ci_lt, 1, -1, 0, 0},       {"string-ci>?", p_ci_gt, 1, -1, 0, 0},
    {"string-ci<=?", p_ci_le, 1, -1, 0, 0},      {"string-ci>=?", p_ci_ge, 1, -1, 0, 0},
    {"string-copy!", p_copy_to, 3, 5, 0, 0},     {"string->vector", p_to_vector, 1, 3, 0, 0},
    {"vector->string", p_from_vector, 1, 3, 0, 0},
    {0},
};
