/* builtins_string.c: strings as wholes: their case, comparison without regard to it, and copies from and to other
 * sequences. Case is Unicode's full mapping: some letters become several, and a sigma at the end of a word has a form of
 * its own. */
#include <string.h>
#include <wctype.h>

#include "scheme.h"

static bool check_string(Vm *vm, Value v) {
    return IS(String, v) || fail_type(vm, WHO, "a string", v);
}

/* ---- case ---- */

enum { SIGMA = 0x3c3, SIGMA_FINAL = 0x3c2, SIGMA_CAPITAL = 0x3a3, EXPANDED_MAX = 3 };
typedef enum { UP, DOWN, FOLD } letter_case;

/* The letters whose capitals are several characters: what Unicode's SpecialCasing says of no language in particular, and
 * without regard to neighbours. In order. Those with an iota below, from 0x1f80 on, follow a rule. */
typedef struct Expansion { uint16_t c, capitals[EXPANDED_MAX]; } Expansion;
static const Expansion expanded[] = {
    {0xdf, {0x53, 0x53}}, {0x149, {0x2bc, 0x4e}}, {0x1f0, {0x4a, 0x30c}}, {0x390, {0x399, 0x308, 0x301}},
    {0x3b0, {0x3a5, 0x308, 0x301}}, {0x587, {0x535, 0x552}}, {0x1e96, {0x48, 0x331}}, {0x1e97, {0x54, 0x308}},
    {0x1e98, {0x57, 0x30a}}, {0x1e99, {0x59, 0x30a}}, {0x1e9a, {0x41, 0x2be}}, {0x1f50, {0x3a5, 0x313}},
    {0x1f52, {0x3a5, 0x313, 0x300}}, {0x1f54, {0x3a5, 0x313, 0x301}}, {0x1f56, {0x3a5, 0x313, 0x342}},
    {0x1fb2, {0x1fba, 0x399}}, {0x1fb3, {0x391, 0x399}}, {0x1fb4, {0x386, 0x399}}, {0x1fb6, {0x391, 0x342}},
    {0x1fb7, {0x391, 0x342, 0x399}}, {0x1fbc, {0x391, 0x399}}, {0x1fc2, {0x1fca, 0x399}}, {0x1fc3, {0x397, 0x399}},
    {0x1fc4, {0x389, 0x399}}, {0x1fc6, {0x397, 0x342}}, {0x1fc7, {0x397, 0x342, 0x399}}, {0x1fcc, {0x397, 0x399}},
    {0x1fd2, {0x399, 0x308, 0x300}}, {0x1fd3, {0x399, 0x308, 0x301}}, {0x1fd6, {0x399, 0x342}},
    {0x1fd7, {0x399, 0x308, 0x342}}, {0x1fe2, {0x3a5, 0x308, 0x300}}, {0x1fe3, {0x3a5, 0x308, 0x301}},
    {0x1fe4, {0x3a1, 0x313}}, {0x1fe6, {0x3a5, 0x342}}, {0x1fe7, {0x3a5, 0x308, 0x342}}, {0x1ff2, {0x1ffa, 0x399}},
    {0x1ff3, {0x3a9, 0x399}}, {0x1ff4, {0x38f, 0x399}}, {0x1ff6, {0x3a9, 0x342}}, {0x1ff7, {0x3a9, 0x342, 0x399}},
    {0x1ffc, {0x3a9, 0x399}}, {0xfb00, {0x46, 0x46}}, {0xfb01, {0x46, 0x49}}, {0xfb02, {0x46, 0x4c}},
    {0xfb03, {0x46, 0x46, 0x49}}, {0xfb04, {0x46, 0x46, 0x4c}}, {0xfb05, {0x53, 0x54}}, {0xfb06, {0x53, 0x54}},
    {0xfb13, {0x544, 0x546}}, {0xfb14, {0x544, 0x535}}, {0xfb15, {0x544, 0x53b}}, {0xfb16, {0x54e, 0x546}},
    {0xfb17, {0x544, 0x53d}},
};
enum { IOTA_FIRST = 0x1f80, IOTA_END = 0x1fb0, IOTA_CAPITAL = 0x399 };
enum { SHARP_S = 0xdf, SHARP_S_CAPITAL = 0x1e9e, I_DOT_CAPITAL = 0x130, DOT_ABOVE = 0x307 };

static int compare_expansions(const void *key, const void *entry) {
    uint32_t c = *(const uint32_t *)key, other = ((const Expansion *)entry)->c;
    return c < other ? -1 : c > other;
}

/* The capitals of c, or none. */
static Expansion find_expansion(uint32_t c) {
    static const uint16_t alpha_eta_omega[] = {0x1f08, 0x1f28, 0x1f68};
    if (c >= IOTA_FIRST && c < IOTA_END)
        return (Expansion){(uint16_t)c, {(uint16_t)(alpha_eta_omega[(c - IOTA_FIRST) / 16] + c % 8), IOTA_CAPITAL}};
    size_t count = sizeof expanded / sizeof expanded[0];
    const Expansion *found = bsearch(&c, expanded, count, sizeof expanded[0], compare_expansions);
    return found ? *found : (Expansion){0};
}

/* The characters that c becomes if they are several; else 0. Folded, a letter is the small letters of its capitals. */
static size_t expand(uint32_t c, letter_case to, uint32_t *out) {
    size_t n = 0;
    if (c < SHARP_S) return 0;
    if (c == I_DOT_CAPITAL && to != UP) {
        out[n++] = 'i';
        out[n++] = DOT_ABOVE;
    } else if (to != DOWN) {
        Expansion e = find_expansion(c == SHARP_S_CAPITAL && to == FOLD ? SHARP_S : c);
        for (; n < EXPANDED_MAX && e.capitals[n]; n++) out[n] = to == UP ? e.capitals[n] : fold_case(e.capitals[n]);
    }
    return n;
}

/* What character number i of the string becomes: up to EXPANDED_MAX characters; how many. */
static size_t change_case(const String *s, size_t i, letter_case to, uint32_t *out) {
    uint32_t c = s->ch[i];
    size_t n = expand(c, to, out);
    if (n) return n;
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
        tn_init_value(AS(Vector, made), item[i - start], character(AS(String, argv[0])->ch[i]));
    return made;
}

static Value p_from_vector(Vm *vm, int argc, const Value *argv) {
    size_t start, end;
    if (!IS(Vector, argv[0])) return fail_type(vm, WHO, "a vector", argv[0]);
    if (!get_range(vm, argc, argv, 1, AS(Vector, argv[0])->length, &start, &end)) return 0;
    for (size_t i = start; i < end; i++) {
        Value c = tn_read_value(AS(Vector, argv[0]), item[i]);
        if (!is_char(c)) return fail_type(vm, WHO, "a character", c);
    }
    Value made = make_string(vm, end - start);
    if (!made) return 0;
    for (size_t i = start; i < end; i++)
        AS(String, made)->ch[i - start] = char_value(tn_read_value(AS(Vector, argv[0]), item[i]));
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
