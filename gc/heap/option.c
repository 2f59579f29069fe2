/* heap/option.c: see option.h. One table, `rows`, says everything about an option; the parser, the names in the
 * environment, the help, the listing and the README's table are made from it. Adding an option is adding a row and a field
 * of tni_settings.
 *
 * Invariants:
 * - A value is stored only after it was read whole and is in its range: a failure leaves the settings as they were.
 * - Nothing depends on the locale: digits, blanks and letters are ASCII, read by hand.
 * - No state: the environment is looked at in tni_options_load and never again.
 * - A complaint is one line of less than 234 bytes, whatever was in the text complained about: there is room for a caller to
 *   put its name before it.
 *
 * Callers: heap.c. */
#include "heap/option.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include "base/system.h"

enum { LINE_SIZE = 234, VALUE_SIZE = 64, NAME_SIZE = 64, HELP_SIZE = 800 };

/* The texts of such a function are on the stack while it runs, and not while its caller does. */
#define ON_ITS_OWN __attribute__((noinline))
enum { FROM_BUILT_IN, FROM_CONFIG, FROM_ENVIRONMENT, FROM_SET };

#define KIB(n) (UINT64_C(n) << 10)
#define MIB(n) (UINT64_C(n) << 20)
#define GIB(n) (UINT64_C(n) << 30)
#define TIB(n) (UINT64_C(n) << 40)
#define MICROSECONDS(n) (UINT64_C(n) * 1000)
#define SECONDS(n) (UINT64_C(n) * 1000000000)

/* ---- the table ---- */

typedef enum kind {
    BYTES,   /* size_t: a number with a unit or %, or one of the row's words */
    TIME,    /* uint64_t: nanoseconds */
    PERCENT, /* unsigned */
    NUMBER,  /* size_t: how many, or one of the row's words */
    CHOICE,  /* unsigned: one of the row's words */
    FLAGS,   /* unsigned: a set of the row's words, or "none" */
    BOOL
} kind;

/* A word of a row, and the value or the flag that it stands for. In a FLAGS row COUNT(field) is a word that takes
 * a count, "stress=100", which is kept in that field; the word alone means 1. A list ends with a NULL name. */
typedef struct word {
    const char *name;
    uint64_t value;
} word;

#define AT(field) offsetof(tni_settings, field)
#define COUNTED (UINT64_C(1) << 16) /* no flag is so large */
#define QUARANTINE_MAX 10000        /* cycles: each keeps address space of a nursery and of what died */
#define COUNT(field) (COUNTED + AT(field))

typedef struct row {
    const char *key;
    kind kind;
    bool fixed;         /* read at creation only: setting it at run time fails */
    size_t field;       /* its offset in tni_settings */
    const word *words;
    const char *initial; /* the built-in value, in the words that a user would write */
    uint64_t min, max;
    const char *text;
} row;

static const word no_words[] = {{NULL, 0}};
static const word auto_nursery[] = {{"auto", 0}, {NULL, 0}};
/* "auto" is settled when all sources have been read: see settle(). No range holds 0, so it cannot be meant otherwise. */
static const word heap_limits[] = {{"auto", 0}, {"none", SIZE_MAX}, {NULL, 0}};
static const word off[] = {{"off", SIZE_MAX}, {NULL, 0}};
static const word policies[] = {{"adaptive", TNI_POLICY_ADAPTIVE}, {"fixed", TNI_POLICY_FIXED}, {NULL, 0}};
static const word pretenures[] = {{"auto", TNI_PRETENURE_AUTO}, {"off", TNI_PRETENURE_OFF}, {"on", TNI_PRETENURE_ON}, {NULL, 0}};
static const word logs[] = {{"gc", TNI_LOG_GC},       {"config", TNI_LOG_CONFIG}, {"leaks", TNI_LOG_LEAKS},
                            {"errors", TNI_LOG_ERRORS}, {NULL, 0}};
static const word debugs[] = {{"stress", COUNT(stress)},     {"move", TNI_DEBUG_MOVE},       {"verify", TNI_DEBUG_VERIFY},
                              {"poison", TNI_DEBUG_POISON}, {"sites", TNI_DEBUG_SITES},     {"stale", TNI_DEBUG_STALE},
                              {"handles", TNI_DEBUG_HANDLES}, {"threads", TNI_DEBUG_THREADS}, {"fail", COUNT(fail)},
                              {"quarantine", COUNT(quarantine)}, {NULL, 0}};
/* The first two are what a value is shown as. */
static const word switches[] = {{"off", 0}, {"on", 1},    {"0", 0},    {"1", 1}, {"no", 0},
                                {"yes", 1}, {"false", 0}, {"true", 1}, {NULL, 0}};

static const row rows[] = {
    {"nursery", BYTES, false, AT(nursery), auto_nursery, "auto", KIB(64), GIB(1),
     "size of the nursery; auto: adapts between 256K and nursery_max"},
    {"nursery_max", BYTES, true, AT(nursery_max), no_words, "64M", KIB(256), GIB(4),
     "address space reserved for the nursery; raised to nursery if that is more"},
    {"heap_max", BYTES, false, AT(heap_max), heap_limits, "auto", MIB(1), TIB(128),
     "hard limit of all that the heap takes; auto: 7/8 of the memory of the machine or its container (cgroup), below 128M "
     "all but 16M, below 32M half; no object is larger than that memory, whatever the limit"},
    {"pause_target", TIME, false, AT(pause_target), no_words, "1ms", MICROSECONDS(10), SECONDS(10),
     "longest pause that an adapting nursery aims for"},
    {"policy", CHOICE, false, AT(policy), policies, "adaptive", 0, 0,
     "how sizes are chosen; fixed: from these options and the live bytes alone, the same in each run"},
    {"pretenure", CHOICE, false, AT(pretenure), pretenures, "auto", 0, 0,
     "objects are born old; auto: while nearly all that is born survives"},
    {"growth_min", BYTES, false, AT(growth_min), no_words, "1M", KIB(64), TIB(1),
     "least growth of the old space between two major collections; policy=fixed: or half of the live bytes"},
    {"cpu_target", PERCENT, false, AT(cpu_target), no_words, "10", 1, 90,
     "share of the time that major collections aim to take"},
    {"cpu_max", PERCENT, false, AT(cpu_max), no_words, "98", 10, 100,
     "share of the time beyond which memory counts as out; 100: never"},
    {"reserve", BYTES, false, AT(reserve), no_words, "64K", 0, GIB(1),
     "memory kept back for a host's out-of-memory error"},
    {"handles", BYTES, true, AT(handles), no_words, "16M", KIB(64), GIB(1),
     "address space reserved for the handles of a mutator"},
    {"handle_warn", NUMBER, false, AT(handle_warn), off, "100000", 1, 1000000000,
     "so many live handles are a line in the log: a loop without a scope?"},
    {"huge_pages", BOOL, true, AT(huge_pages), no_words, "on", 0, 1,
     "back what major collections add to the old space, and large objects, with huge pages"},
    {"log", FLAGS, false, AT(log), logs, "none", 0, 0,
     "gc: a line for each collection; config: the options in effect and where they come from; leaks: what the host has "
     "left when the heap is destroyed; errors: a line for each call that fails"},
    {"debug", FLAGS, false, AT(debug), debugs, "none", 1, GIB(1),
     "stress=N: collect at each N-th allocation; move: make the old places of what moves inaccessible; verify: check the "
     "heap around collections; poison: fill free memory; sites: remember where objects were allocated; stale: move, "
     "sites, and uses of old places are named; handles: check scopes and escapes; threads: check who uses a mutator; "
     "quarantine=N (at creation, at most 10000): stale, and what died is inaccessible for N collections; fail=N: the "
     "N-th request to the system fails, and the log says so"},
    {"strict", BOOL, true, AT(strict), no_words, "off", 0, 1,
     "a bad value or unknown name fails the creation of the heap"},
    {"help", BOOL, true, AT(help), no_words, "off", 0, 1, "print this table"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };
_Static_assert(LINE_SIZE <= sizeof((tn_error *)0)->text, "tn_error.text is too short");
_Static_assert((int)ROWS <= (int)TNI_OPTIONS_MAX, "tni_options.origin is too short");

static const word *words_of(const row *r) { return r->kind == BOOL ? switches : r->words; }

static void store(const row *r, tni_settings *s, uint64_t value) {
    void *field = (char *)s + r->field;
    switch (r->kind) {
    case BYTES:
    case NUMBER: *(size_t *)field = (size_t)value; break;
    case TIME: *(uint64_t *)field = value; break;
    case PERCENT:
    case CHOICE:
    case FLAGS: *(unsigned *)field = (unsigned)value; break;
    case BOOL: *(bool *)field = value != 0; break;
    }
}

static uint64_t load(const row *r, const tni_settings *s) {
    const void *field = (const char *)s + r->field;
    switch (r->kind) {
    case BYTES:
    case NUMBER: return *(const size_t *)field;
    case TIME: return *(const uint64_t *)field;
    case PERCENT:
    case CHOICE:
    case FLAGS: return *(const unsigned *)field;
    case BOOL: return *(const bool *)field;
    }
    return 0;
}

/* Where a word's count is kept; NULL of a word that takes none. */
static size_t *count_of(const word *w, tni_settings *s) {
    return w->value >= COUNTED ? (void *)((char *)s + (w->value - COUNTED)) : NULL;
}

/* ---- text ---- */

/* Text that need not end with a 0. */
typedef struct span {
    const char *text;
    size_t size;
} span;

static span span_of(const char *text) { return (span){text, strlen(text)}; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool same_any_case(span a, const char *b) {
    size_t i = 0;
    while (i < a.size && b[i] && lower(a.text[i]) == lower(b[i])) i++;
    return i == a.size && b[i] == 0;
}

static bool same(span a, const char *b) { return strlen(b) == a.size && memcmp(a.text, b, a.size) == 0; }

/* Appends, and cuts what does not fit. */
static void append(char *text, size_t size, const char *more) {
    size_t n = strlen(text);
    while (n + 1 < size && *more) text[n++] = *more++;
    text[n] = 0;
}

/* A piece of the user's text for a complaint: cut when long, and no control characters. */
static const char *shown(span s, char *buffer, size_t size) {
    size_t n = s.size < size - 1 ? s.size : size - 4;
    for (size_t i = 0; i < n; i++) buffer[i] = s.text[i] >= ' ' && s.text[i] <= '~' ? s.text[i] : '?';
    snprintf(buffer + n, size - n, "%s", n < s.size ? "..." : "");
    return buffer;
}

/* "heap_max" under "TENURE_" is "TENURE_HEAP_MAX". */
static void environment_name(const char *prefix, const char *key, char *name, size_t size) {
    size_t n = 0;
    for (; *prefix && n < size - 1; prefix++) name[n++] = *prefix;
    for (; *key && n < size - 1; key++) name[n++] = upper(*key);
    name[n] = 0;
}

/* Edit distance, letters in any case: insertions, deletions and substitutions. Both are cut to 31 bytes. */
static size_t distance(span a, const char *b) {
    size_t width = strlen(b);
    if (width > 31) width = 31;
    if (a.size > 31) a.size = 31;
    size_t line[32];
    for (size_t j = 0; j <= width; j++) line[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t diagonal = line[0];
        line[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t best = diagonal + (lower(a.text[i - 1]) != lower(b[j - 1]));
            diagonal = line[j];
            if (line[j] + 1 < best) best = line[j] + 1;
            if (line[j - 1] + 1 < best) best = line[j - 1] + 1;
            line[j] = best;
        }
    }
    return line[width];
}

static const row *nearest_row(span key) {
    const row *best = &rows[0];
    for (const row *r = rows; r < rows + ROWS; r++)
        if (distance(key, r->key) < distance(key, best->key)) best = r;
    return best;
}

static const word *find_word(const row *r, span name) {
    for (const word *w = words_of(r); w->name; w++)
        if (same_any_case(name, w->name)) return w;
    return NULL;
}

/* The first part of "stress=1,move", without its number; *rest is what follows the comma, or has a NULL text. */
static span first_name(span flags, span *number, span *rest) {
    const char *end = flags.text + flags.size, *comma = memchr(flags.text, ',', flags.size);
    span part = {flags.text, (size_t)((comma ? comma : end) - flags.text)};
    const char *equals = memchr(part.text, '=', part.size), *stop = part.text + part.size;
    *rest = comma ? (span){comma + 1, (size_t)(end - comma - 1)} : (span){NULL, 0};
    *number = equals ? (span){equals + 1, (size_t)(stop - equals - 1)} : (span){NULL, 0};
    return equals ? (span){part.text, (size_t)(equals - part.text)} : part;
}

/* The word that was perhaps meant by the one that is wrong, or NULL when none is near. */
static const char *nearest_word(const row *r, span value) {
    const char *best = NULL;
    if (r->kind == FLAGS) {
        span rest = value, number;
        do value = first_name(rest, &number, &rest);
        while (find_word(r, value) && rest.text);
    }
    if (find_word(r, value)) return NULL;
    size_t least = value.size / 2 + 1;
    for (const word *w = words_of(r); w->name; w++) {
        size_t d = distance(value, w->name);
        if (d < least && d < strlen(w->name)) {
            best = w->name;
            least = d;
        }
    }
    return best;
}

/* ---- reading values: each returns NULL, or what is wrong ---- */

/* A decimal number, "12" or "1.5", with up to six digits after the point; `s` is then what follows it. */
static const char *read_number(span *s, uint64_t *whole, uint64_t *millionths) {
    size_t i = 0;
    *whole = *millionths = 0;
    if (s->size > 0 && s->text[0] == '-') return "negative";
    if (s->size == 0 || !is_digit(s->text[0])) return "not a number";
    for (; i < s->size && is_digit(s->text[i]); i++) {
        uint64_t digit = (uint64_t)(s->text[i] - '0');
        if (*whole > (UINT64_MAX - digit) / 10) return "too large";
        *whole = *whole * 10 + digit;
    }
    if (i < s->size && s->text[i] == '.') {
        uint64_t scale = 1000000;
        if (++i == s->size || !is_digit(s->text[i])) return "not a number";
        for (; i < s->size && is_digit(s->text[i]); i++) {
            scale /= 10;
            if (scale == 0) return "more than six digits after the point";
            *millionths += (uint64_t)(s->text[i] - '0') * scale;
        }
    }
    *s = (span){s->text + i, s->size - i};
    return NULL;
}

/* A number times its unit. Every unit is at most 2^40, so the part behind the point fits. */
static const char *scale(uint64_t whole, uint64_t millionths, uint64_t unit, uint64_t *value) {
    if (unit == 1 && millionths) return "a fraction of the smallest unit";
    uint64_t part = millionths * unit / 1000000;
    if (whole > (UINT64_MAX - part) / unit) return "too large";
    *value = whole * unit + part;
    return NULL;
}

static const char *read_bytes(span s, uint64_t *value) {
    static const char units[][2][4] = {{"", "b"}, {"k", "kib"}, {"m", "mib"}, {"g", "gib"}, {"t", "tib"}};
    uint64_t whole, millionths;
    const char *wrong = read_number(&s, &whole, &millionths);
    if (wrong) return wrong;
    if (same(s, "%")) {
        if (whole > 100 || (whole == 100 && millionths)) return "more than 100%";
        uint64_t all = tni_memory_available(), part = whole * 1000000 + millionths, hundred = 100000000;
        *value = all / hundred * part + all % hundred * part / hundred;
        return NULL;
    }
    for (unsigned i = 0; i < 5; i++)
        if (same_any_case(s, units[i][0]) || same_any_case(s, units[i][1]))
            return scale(whole, millionths, UINT64_C(1) << (10 * i), value);
    return "unknown unit";
}

static const char *read_time(span s, uint64_t *value) {
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    uint64_t whole, millionths;
    const char *wrong = read_number(&s, &whole, &millionths);
    if (wrong) return wrong;
    for (size_t i = 0; i < 4; i++)
        if (same_any_case(s, units[i].name)) return scale(whole, millionths, units[i].ns, value);
    return s.size == 0 ? "no unit" : "unknown unit";
}

/* The number of a counted word; NULL is "1". */
static const char *read_count(const row *r, span number, size_t *count) {
    uint64_t whole = 1, millionths = 0;
    const char *wrong = number.text ? read_number(&number, &whole, &millionths) : NULL;
    if (wrong) return wrong;
    if (number.text && (number.size || millionths)) return "not a whole number";
    if (whole < r->min) return "too small";
    if (whole > r->max) return "too large";
    *count = (size_t)whole;
    return NULL;
}

/* "stress=1,move", or "none". */
static const char *read_flags(const row *r, span s, tni_settings *settings) {
    tni_settings next = *settings;
    uint64_t flags = 0;
    for (const word *w = r->words; w->name; w++)
        if (count_of(w, &next)) *count_of(w, &next) = 0;
    for (span rest = same_any_case(s, "none") ? (span){NULL, 0} : s, number; rest.text;) {
        const word *w = find_word(r, first_name(rest, &number, &rest));
        if (!w) return "unknown word";
        size_t *count = count_of(w, &next);
        if (!count && number.text) return "a number where none belongs";
        if (!count) flags |= w->value;
        const char *wrong = count ? read_count(r, number, count) : NULL;
        if (wrong) return wrong;
    }
    if (next.quarantine > QUARANTINE_MAX) return "quarantine is at most 10000";
    store(r, &next, flags);
    *settings = next;
    return NULL;
}

/* Reads a value and stores it. */
static const char *read_value(const row *r, span s, tni_settings *settings) {
    uint64_t value = 0, millionths;
    const char *wrong = NULL;
    if (s.size == 0) return "empty";
    if (r->kind == FLAGS) return read_flags(r, s, settings);
    const word *w = find_word(r, s);
    if (w) {
        store(r, settings, w->value);
        return NULL;
    }
    switch (r->kind) {
    case BYTES: wrong = read_bytes(s, &value); break;
    case TIME: wrong = read_time(s, &value); break;
    case PERCENT:
    case NUMBER:
        wrong = read_number(&s, &value, &millionths);
        if (!wrong && r->kind == PERCENT && same(s, "%")) s.size = 0;
        if (!wrong && (millionths || s.size)) wrong = "not a whole number";
        break;
    default: return "unknown word";
    }
    if (wrong) return wrong;
    if (value < r->min) return "too small";
    if (value > r->max) return "too large";
    store(r, settings, value);
    return NULL;
}

/* ---- writing values ---- */

/* In the largest unit that leaves no rest: what read_bytes and read_time take back. */
static void write_scaled(uint64_t value, bool time, char *text, size_t size) {
    static const char *const bytes[] = {"", "K", "M", "G", "T"}, *const times[] = {"ns", "us", "ms", "s"};
    unsigned step = time ? 1000 : 1024, unit = 0, last = time ? 3 : 4;
    while (value != 0 && value % step == 0 && unit < last) {
        value /= step;
        unit++;
    }
    snprintf(text, size, "%llu%s", (unsigned long long)value, time ? times[unit] : bytes[unit]);
}

static void write_flags(const row *r, const tni_settings *settings, char *text, size_t size) {
    tni_settings s = *settings;
    uint64_t flags = load(r, &s);
    text[0] = 0;
    for (const word *w = r->words; w->name; w++) {
        size_t *counted = count_of(w, &s), count = counted ? *counted : 0;
        if (!count && (counted || !(flags & w->value))) continue;
        if (text[0]) append(text, size, ",");
        append(text, size, w->name);
        if (count) {
            char number[32];
            snprintf(number, sizeof number, "=%zu", count);
            append(text, size, number);
        }
    }
    if (!text[0]) append(text, size, "none");
}

static void write_value(const row *r, const tni_settings *settings, char *text, size_t size) {
    uint64_t value = load(r, settings);
    if (size == 0) return;
    if (r->kind == FLAGS) {
        write_flags(r, settings, text, size);
        return;
    }
    for (const word *w = words_of(r); w->name; w++)
        if (w->value == value) {
            snprintf(text, size, "%s", w->name);
            return;
        }
    if (r->kind == PERCENT) snprintf(text, size, "%u%%", (unsigned)value);
    else if (r->kind == NUMBER) snprintf(text, size, "%llu", (unsigned long long)value);
    else write_scaled(value, r->kind == TIME, text, size);
}

/* What a row accepts: "auto, 64K..1G", and with `units` also how the number may be written. */
static void write_accepted(const row *r, bool units, char *text, size_t size) {
    char low[VALUE_SIZE], high[VALUE_SIZE], number[2 * VALUE_SIZE + 80];
    snprintf(text, size, "%s", r->kind == FLAGS ? "none, or any of " : "");
    for (const word *w = words_of(r); w->name; w++) {
        if (w != words_of(r)) append(text, size, r->kind == FLAGS ? "," : ", ");
        append(text, size, w->name);
        if (r->kind == FLAGS && w->value >= COUNTED) append(text, size, "=N");
        if (!units && r->kind == BOOL && w->value == 1) return; /* two of the spellings will do */
    }
    if (r->kind == PERCENT) {
        snprintf(number, sizeof number, "%llu%%..%llu%%", (unsigned long long)r->min, (unsigned long long)r->max);
    } else if (r->kind == NUMBER) {
        snprintf(number, sizeof number, "%llu..%llu", (unsigned long long)r->min, (unsigned long long)r->max);
    } else if (r->kind == BYTES || r->kind == TIME) {
        write_scaled(r->min, r->kind == TIME, low, sizeof low);
        write_scaled(r->max, r->kind == TIME, high, sizeof high);
        snprintf(number, sizeof number, "%s..%s%s", low, high,
                 !units ? "" : r->kind == TIME ? " (ns, us, ms, s)" : " (K, M, G, T, KiB.., or % of memory)");
    } else {
        return;
    }
    if (text[0]) append(text, size, ", ");
    append(text, size, number);
}

/* ---- complaints ---- */

typedef struct source {
    int from;
    const char *prefix; /* of the names: of the environment, else "" */
} source;

static void name_in(source from, const char *key, char *name, size_t size) {
    if (from.from == FROM_ENVIRONMENT) environment_name(from.prefix, key, name, size);
    else snprintf(name, size, "%s", key);
}

/* Complaints are written where they are read: what is longer than a line is cut. `name` is as the user wrote it, with the
 * prefix; `key` without. */
static ON_ITS_OWN tn_status unknown_option(source from, span name, span key, span value, tn_error *error) {
    char nearest[NAME_SIZE], help[NAME_SIZE], a[48], b[48];
    name_in(from, nearest_row(key)->key, nearest, sizeof nearest);
    name_in(from, "help", help, sizeof help);
    snprintf(error->text, LINE_SIZE, "%s=%s: no such option; accepted: those that %s=1 lists; the nearest is %s",
             shown(name, a, sizeof a), shown(value, b, sizeof b), help, nearest);
    return error->status = TN_BAD_OPTION;
}

/* `kept`: the settings that stay in force, or NULL when the whole call fails. */
static ON_ITS_OWN tn_status bad_value(source from, const row *r, span value, const char *wrong,
                                      const tni_settings *kept, tn_error *error) {
    char name[NAME_SIZE], accepted[192], b[40];
    const char *near = nearest_word(r, value);
    name_in(from, r->key, name, sizeof name);
    write_accepted(r, true, accepted, sizeof accepted);
    const char *const parts[] = {name, "=", shown(value, b, sizeof b), ": ", wrong, "; accepted: ", accepted,
                                 near ? "; the nearest is " : "", near ? near : ""};
    error->text[0] = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) append(error->text, LINE_SIZE, parts[i]);
    if (kept) {
        char now[VALUE_SIZE];
        write_value(r, kept, now, sizeof now);
        append(error->text, LINE_SIZE, "; stays ");
        append(error->text, LINE_SIZE, now);
    }
    return error->status = TN_BAD_OPTION;
}

static const row *find(span key) {
    for (const row *r = rows; r < rows + ROWS; r++)
        if (same(key, r->key)) return r;
    return NULL;
}

/* ---- the sources ---- */

/* What heap_max=auto is of the memory that the process may use. An eighth is left to the host: its code, stacks, what it
 * takes from malloc and does not count (tn_external_adjust), and the kernel's page tables, which a container pays for too. */
static size_t share_of(size_t memory) {
    size_t rest = memory / 8 > MIB(16) ? memory / 8 : MIB(16), share = memory - (rest < memory / 2 ? rest : memory / 2);
    return share < MIB(1) ? MIB(1) : share > TIB(128) ? TIB(128) : share;
}

/* The word "auto" of heap_max becomes what it stands for now. */
static void settle(tni_settings *s) {
    if (s->quarantine) s->debug |= TNI_DEBUG_STALE;
    if (s->debug & TNI_DEBUG_STALE) s->debug |= TNI_DEBUG_MOVE | TNI_DEBUG_SITES;
    if (s->heap_max != 0 && s->memory != 0) return;
    uint64_t memory = tni_memory_available();
    s->memory = memory < SIZE_MAX ? (size_t)memory : SIZE_MAX;
    if (s->heap_max == 0) s->heap_max = share_of(s->memory);
}

static void load_built_in(tni_options *options) {
    memset(options, 0, sizeof *options);
    for (const row *r = rows; r < rows + ROWS; r++) read_value(r, span_of(r->initial), &options->value);
}

/* "nursery=8M heap_max=1G". Stops at the first mistake. */
static tn_status load_config(tni_options *options, const char *p, tn_error *error) {
    source from = {FROM_CONFIG, ""};
    for (;;) {
        while (is_blank(*p)) p++;
        if (*p == 0) return TN_OK;
        const char *start = p, *equals = NULL;
        for (; *p && !is_blank(*p); p++)
            if (*p == '=' && !equals) equals = p;
        span key = {start, (size_t)((equals ? equals : p) - start)};
        span value = {equals ? equals + 1 : p, equals ? (size_t)(p - equals - 1) : 0};
        const row *r = find(key);
        if (!r) return unknown_option(from, key, key, value, error);
        const char *wrong = read_value(r, value, &options->value);
        if (wrong) return bad_value(from, r, value, wrong, NULL, error);
        options->origin[r - rows] = FROM_CONFIG;
    }
}

/* Programs that run with another user's rights do not obey the environment. */
static bool is_privileged(void) {
#if defined(__linux__)
    return getauxval(AT_SECURE) != 0;
#else
    return geteuid() != getuid() || getegid() != getgid();
#endif
}

/* Reads every variable under the prefix. Without `line`, stops at the first mistake and fails. */
static ON_ITS_OWN tn_status load_environment(tni_options *options, const char *prefix, tni_line_fn line, void *user,
                                             tn_error *error) {
    source from = {FROM_ENVIRONMENT, prefix};
    size_t length = strlen(prefix);
    for (char **p = environ; p && *p; p++) {
        const char *equals = strchr(*p, '=');
        if (!equals || strncmp(*p, prefix, length) != 0 || (size_t)(equals - *p) < length) continue;
        if (!equals[1]) continue; /* empty: unset */
        span name = {*p, (size_t)(equals - *p)}, key = {*p + length, name.size - length}, value = span_of(equals + 1);
        const row *found = NULL;
        for (const row *r = rows; r < rows + ROWS && !found; r++) {
            char known[NAME_SIZE];
            environment_name("", r->key, known, sizeof known);
            if (same(key, known)) found = r;
        }
        const char *wrong = found ? read_value(found, value, &options->value) : NULL;
        if (found && !wrong) {
            options->origin[found - rows] = FROM_ENVIRONMENT;
            continue;
        }
        tn_error complaint;
        if (wrong) bad_value(from, found, value, wrong, line ? &options->value : NULL, &complaint);
        else unknown_option(from, name, key, value, &complaint);
        if (!line) {
            *error = complaint;
            return TN_BAD_OPTION;
        }
        line(complaint.text, user);
    }
    return TN_OK;
}

/* Whether the environment, or the config before it, asks for strictness: it must be known before the first complaint. */
static ON_ITS_OWN bool is_strict(const tni_options *options, const char *prefix) {
    char name[256];
    tni_settings s = options->value;
    snprintf(name, sizeof name, "%sSTRICT", prefix);
    size_t length = strlen(name);
    for (char **p = environ; p && *p; p++)
        if (strncmp(*p, name, length) == 0 && (*p)[length] == '=')
            read_value(find(span_of("strict")), span_of(*p + length + 1), &s);
    return s.strict;
}

/* ---- the table, printed ---- */

static ON_ITS_OWN void print_help(const char *prefix, tni_line_fn line, void *user) {
    char text[HELP_SIZE], name[NAME_SIZE], accepted[192];
    snprintf(text, sizeof text, "%-24s %-42s %-9s %s", "option", "accepts", "built-in", "");
    line(text, user);
    for (const row *r = rows; r < rows + ROWS; r++) {
        environment_name(prefix, r->key, name, sizeof name);
        write_accepted(r, false, accepted, sizeof accepted);
        snprintf(text, sizeof text, "%-24s %-42s %-9s %s%s", name, accepted, r->initial, r->text,
                 r->fixed ? " (at creation only)" : "");
        line(text, user);
    }
    line("Bytes take K, M, G, T or KiB, MiB, GiB, TiB, or % of the memory that the process may use; times take ns, us,", user);
    line("ms, s. 1.5G is a number. Letters may have any case. Several words have commas between them.", user);
}

static ON_ITS_OWN void print_settings(const tni_options *options, const char *heap, const char *prefix, tni_line_fn line,
                           void *user) {
    for (const row *r = rows; r < rows + ROWS; r++) {
        char text[LINE_SIZE], value[VALUE_SIZE], name[NAME_SIZE];
        const char *origin = "built-in";
        write_value(r, &options->value, value, sizeof value);
        environment_name(prefix, r->key, name, sizeof name);
        switch (options->origin[r - rows]) {
        case FROM_CONFIG: origin = "the host's config"; break;
        case FROM_ENVIRONMENT: origin = name; break;
        case FROM_SET: origin = "set at run time"; break;
        }
        snprintf(text, sizeof text, "[config %.64s] %s = %s (%s)", heap, r->key, value, origin);
        line(text, user);
    }
}

void tni_options_markdown(const char *prefix, tni_line_fn line, void *user) {
    char text[HELP_SIZE], name[NAME_SIZE], accepted[192];
    line("| option | environment | accepts | built-in | run time | meaning |", user);
    line("|---|---|---|---|---|---|", user);
    for (const row *r = rows; r < rows + ROWS; r++) {
        environment_name(prefix, r->key, name, sizeof name);
        write_accepted(r, false, accepted, sizeof accepted);
        snprintf(text, sizeof text, "| `%s` | `%s` | %s | %s | %s | %s |", r->key, name, accepted, r->initial,
                 r->fixed ? "no" : "yes", r->text);
        line(text, user);
    }
}

/* ---- for heap.c ---- */

tn_status tni_options_load(tni_options *options, const tn_config *config, tni_line_fn line, void *user, tn_error *error) {
    const char *prefix = config && config->env_prefix ? config->env_prefix : "TENURE_";
    load_built_in(options);
    tn_status status = config && config->options ? load_config(options, config->options, error) : TN_OK;
    /* An empty prefix would make every variable of the system an unknown option: it counts as a refusal. */
    if (status == TN_OK && *prefix && !(config && config->ignore_environment) && !is_privileged())
        status = load_environment(options, prefix, is_strict(options, prefix) ? NULL : line, user, error);
    settle(&options->value);
    if (status != TN_OK) return status;
    if (options->value.nursery_max < options->value.nursery) { /* who asks for a nursery gets the room for it */
        options->value.nursery_max = options->value.nursery;
        options->origin[find(span_of("nursery_max")) - rows] = options->origin[find(span_of("nursery")) - rows];
    }
    if (options->value.help) print_help(prefix, line, user);
    if (options->value.log & TNI_LOG_CONFIG)
        print_settings(options, config && config->name ? config->name : "heap", prefix, line, user);
    return TN_OK;
}

tn_status tni_options_set(tni_options *options, const char *key, const char *value, tn_error *error) {
    source from = {FROM_SET, ""};
    if (!key) key = "";
    if (!value) value = "";
    span k = span_of(key), v = span_of(value);
    const row *r = find(k);
    if (!r) return unknown_option(from, k, k, v, error);
    if (r->fixed) return bad_value(from, r, v, "fixed when the heap was created", &options->value, error);
    tni_settings next = options->value;
    const char *wrong = read_value(r, v, &next);
    if (!wrong && next.nursery > next.nursery_max) wrong = "more than nursery_max";
    if (!wrong && next.quarantine > options->value.quarantine) wrong = "quarantine is fixed when the heap is created";
    if (wrong) return bad_value(from, r, v, wrong, &options->value, error);
    settle(&next);
    options->value = next;
    options->origin[r - rows] = FROM_SET;
    return TN_OK;
}

tn_status tni_options_get(const tni_options *options, const char *key, char *text, size_t size, tn_error *error) {
    source from = {FROM_SET, ""};
    span k = span_of(key ? key : "");
    const row *r = find(k);
    if (size > 0) text[0] = 0;
    if (!r) return unknown_option(from, k, k, span_of(""), error);
    write_value(r, &options->value, text, size);
    return TN_OK;
}
