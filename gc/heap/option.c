/* heap/option.c: one table, `rows`, says everything about an option. The parser, the names in the environment, the
 * help, the listing and the README's table are made from it.
 *
 * To add an option: add a field to tni_settings (option.h), a row to `rows`, and paste what build/tests/option_table
 * prints into README.md. Whoever needs the value reads heap->options.value.FIELD. If a change at run time must have an
 * effect at once, tn_option_set in tenure.c says so. tests/unit/test_option.c lists all keys.
 *
 * Invariants:
 * - A value is stored only after all of it has been read and is in range. So a failure leaves the settings as they
 *   were.
 * - Nothing depends on the locale: digits, blanks and letters are ASCII, and are read by hand.
 * - There is no state: the environment is read in tni_options_load and never again.
 * - A complaint is one line of less than LINE_SIZE bytes, whatever the text that it complains about. So a caller has
 *   room to put its name before it. */
#include "heap/option.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include "base/system.h"

enum { LINE_SIZE = 234, VALUE_SIZE = 64, NAME_SIZE = 64, HELP_SIZE = 400 };

/* Such a function is not inlined, so that its buffers are on the stack only while it runs. */
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

/* A word of a row, and the value or flag that it stands for. In a FLAGS row, COUNT(field) makes a word that takes a
 * count ("stress=100"), which is kept in that field; the word alone means 1. A list ends with a NULL name. */
typedef struct word {
    const char *name;
    uint64_t value;
    const char *text; /* a line of the help; NULL where the row's text says enough */
} word;

#define AT(field) offsetof(tni_settings, field)
#define COUNTED (UINT64_C(1) << 16) /* more than any flag */
#define QUARANTINE_MAX 10000        /* collections: each keeps address space of a nursery and of what died */
#define COUNT(field) (COUNTED + AT(field))

typedef struct row {
    const char *key;
    kind kind;
    bool fixed;         /* read at creation only: setting it at run time fails */
    size_t field;       /* its offset in tni_settings */
    const word *words;
    const char *initial; /* the built-in value, as a user would write it */
    uint64_t min, max;
    const char *text;
} row;

#define END_OF_WORDS {NULL, 0, NULL}
static const word no_words[] = {END_OF_WORDS};
static const word auto_nursery[] = {{"auto", 0, NULL}, END_OF_WORDS};
/* resolve() replaces "auto" when all sources have been read. No range contains 0, so no number can be taken for it. */
static const word heap_limits[] = {{"auto", 0, NULL}, {"none", SIZE_MAX, NULL}, END_OF_WORDS};
static const word off[] = {{"off", SIZE_MAX, NULL}, END_OF_WORDS};
/* The rows' words that have constants are in option.h. */
#define WORD(constant, value, word, text) {word, constant, text},
#define COUNTED_WORD(field, word, text) {word, COUNT(field), text},
static const word policies[] = {TNI_POLICIES(WORD) END_OF_WORDS};
static const word pretenures[] = {TNI_PRETENURES(WORD) END_OF_WORDS};
static const word logs[] = {TNI_LOGS(WORD) {"all", TNI_LOG_ALL, "all of these"}, END_OF_WORDS};
static const word log_formats[] = {TNI_LOG_FORMATS(WORD) END_OF_WORDS};
static const word debugs[] = {
    {"all", TNI_DEBUG_ALL, "the word to begin with: stress=100 and all modes but quarantine and fail"},
    TNI_DEBUG_MODES(WORD, COUNTED_WORD) END_OF_WORDS};
/* A value is shown as one of the first two. */
static const word switches[] = {{"off", 0, NULL}, {"on", 1, NULL},    {"0", 0, NULL},
                                {"1", 1, NULL},   {"no", 0, NULL},    {"yes", 1, NULL},
                                {"false", 0, NULL}, {"true", 1, NULL}, END_OF_WORDS};

static const row rows[] = {
    {"nursery", BYTES, false, AT(nursery), auto_nursery, "auto", KIB(64), GIB(1),
     "size of the nursery; auto: it adapts between 256K and nursery_max"},
    {"nursery_max", BYTES, true, AT(nursery_max), no_words, "64M", KIB(256), GIB(4),
     "address space reserved for the nursery; raised to nursery if that is larger"},
    {"heap_max", BYTES, false, AT(heap_max), heap_limits, "auto", MIB(1), TIB(128),
     "hard limit of all memory of the heap; auto: 7/8 of the memory that the process may use, less below 128M"},
    {"pause_target", TIME, false, AT(pause_target), no_words, "1ms", MICROSECONDS(10), SECONDS(10),
     "longest pause of a minor collection that an adapting nursery aims for"},
    {"policy", CHOICE, false, AT(policy), policies, "adaptive", 0, 0,
     "how sizes are chosen; fixed: only by the options and the live bytes, so every run is the same"},
    {"pretenure", CHOICE, false, AT(pretenure), pretenures, "auto", 0, 0,
     "allocate new objects in the old space; auto: while nearly all new objects survive"},
    {"growth_min", BYTES, false, AT(growth_min), no_words, "1M", KIB(64), TIB(1),
     "least growth between two major collections; policy=fixed: half of the live bytes if that is more"},
    {"cpu_target", PERCENT, false, AT(cpu_target), no_words, "10", 1, 90,
     "share of the time that major collections aim to take"},
    {"cpu_max", PERCENT, false, AT(cpu_max), no_words, "98", 10, 100,
     "collecting more than this share of the time, and freeing little, counts as out of memory; 100: never"},
    {"reserve", BYTES, false, AT(reserve), no_words, "64K", 0, GIB(1),
     "memory kept back for a host's out-of-memory error"},
    {"handles", BYTES, true, AT(handles), no_words, "16M", KIB(64), GIB(1),
     "address space reserved for the handles of a mutator"},
    {"handle_warn", NUMBER, false, AT(handle_warn), off, "100000", 1, 1000000000,
     "log a line when more handles than this are live (usually a loop without a TN_SCOPE)"},
    {"huge_pages", BOOL, true, AT(huge_pages), no_words, "on", 0, 1,
     "ask for huge pages for the growth of the old space and for large objects"},
    {"log", FLAGS, false, AT(log), logs, "none", 0, 0,
     "what to write to the log"},
    {"log_format", CHOICE, false, AT(log_format), log_formats, "text", 0, 0,
     "how the log writes of collections and the summary; json: an object a line (gc/observe/log.h)"},
    {"debug", FLAGS, false, AT(debug), debugs, "none", 1, GIB(1),
     "which mistakes of the host to look for: see gc/debug/README.md"},
    {"strict", BOOL, true, AT(strict), no_words, "off", 0, 1,
     "a bad value or an unknown name makes tn_heap_create fail"},
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

/* Where a word's count is kept; NULL if the word takes no count. */
static size_t *count_of(const word *w, tni_settings *s) {
    return w->value >= COUNTED ? (void *)((char *)s + (w->value - COUNTED)) : NULL;
}

/* ---- text ---- */

/* Text that need not end with a 0 byte. */
typedef struct slice {
    const char *text;
    size_t size;
} slice;

static slice slice_of(const char *text) { return (slice){text, strlen(text)}; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool same_any_case(slice a, const char *b) {
    size_t i = 0;
    while (i < a.size && b[i] && lower(a.text[i]) == lower(b[i])) i++;
    return i == a.size && b[i] == 0;
}

static bool same(slice a, const char *b) { return strlen(b) == a.size && memcmp(a.text, b, a.size) == 0; }

/* Appends `more`, cut to what fits. */
static void append(char *text, size_t size, const char *more) {
    size_t n = strlen(text);
    while (n + 1 < size && *more) text[n++] = *more++;
    text[n] = 0;
}

/* A piece of the user's text for a complaint: cut if it is long, and without control characters. */
static const char *shown(slice s, char *buffer, size_t size) {
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

/* Edit distance (insertions, deletions, substitutions); case does not matter. Both texts are cut to 31 bytes. */
static size_t distance(slice a, const char *b) {
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

static bool begins_with(const char *name, slice start) {
    size_t i = 0;
    while (i < start.size && name[i] && lower(start.text[i]) == lower(name[i])) i++;
    return start.size >= 2 && i == start.size;
}

/* How far a name is from one that was perhaps meant. A name that was cut off is near: HEAP is HEAP_MAX, not HELP. */
static size_t unlikeness(slice a, const char *b) { return begins_with(b, a) ? 1 : 2 * distance(a, b); }

static const row *nearest_row(slice key) {
    const row *best = &rows[0];
    for (const row *r = rows; r < rows + ROWS; r++)
        if (unlikeness(key, r->key) < unlikeness(key, best->key)) best = r;
    return best;
}

static const word *find_word(const row *r, slice name) {
    for (const word *w = words_of(r); w->name; w++)
        if (same_any_case(name, w->name)) return w;
    return NULL;
}

/* The first name in "stress=1,move". *number is the text after "=", and *rest what follows the comma; each has a NULL
 * text if there is none. */
static slice first_name(slice flags, slice *number, slice *rest) {
    const char *end = flags.text + flags.size, *comma = memchr(flags.text, ',', flags.size);
    slice part = {flags.text, (size_t)((comma ? comma : end) - flags.text)};
    const char *equals = memchr(part.text, '=', part.size), *stop = part.text + part.size;
    *rest = comma ? (slice){comma + 1, (size_t)(end - comma - 1)} : (slice){NULL, 0};
    *number = equals ? (slice){equals + 1, (size_t)(stop - equals - 1)} : (slice){NULL, 0};
    return equals ? (slice){part.text, (size_t)(equals - part.text)} : part;
}

/* The word that the user perhaps meant by a wrong one; NULL if none is similar. */
static const char *nearest_word(const row *r, slice value) {
    const char *best = NULL;
    if (r->kind == FLAGS) {
        slice rest = value, number;
        do value = first_name(rest, &number, &rest);
        while (find_word(r, value) && rest.text);
    }
    if (find_word(r, value)) return NULL;
    size_t least = 2 * (value.size / 2 + 1);
    for (const word *w = words_of(r); w->name; w++) {
        size_t d = unlikeness(value, w->name);
        if (d < least && d < 2 * strlen(w->name)) {
            best = w->name;
            least = d;
        }
    }
    return best;
}

/* ---- reading values: each function returns NULL, or what is wrong ---- */

/* A decimal number, "12" or "1.5", with up to six digits after the point; `s` becomes what follows it. */
static const char *read_number(slice *s, uint64_t *whole, uint64_t *millionths) {
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
    *s = (slice){s->text + i, s->size - i};
    return NULL;
}

/* A number times its unit. No unit is larger than 2^40, so the digits after the point fit. */
static const char *scale(uint64_t whole, uint64_t millionths, uint64_t unit, uint64_t *value) {
    if (unit == 1 && millionths) return "a fraction of the smallest unit";
    uint64_t part = millionths * unit / 1000000;
    if (whole > (UINT64_MAX - part) / unit) return "too large";
    *value = whole * unit + part;
    return NULL;
}

static const char *read_bytes(slice s, uint64_t *value) {
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

static const char *read_time(slice s, uint64_t *value) {
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

/* The number of a word with a count; without a text it is 1. */
static const char *read_count(const row *r, slice number, size_t *count) {
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
static const char *read_flags(const row *r, slice s, tni_settings *settings) {
    tni_settings next = *settings;
    uint64_t flags = 0;
    for (const word *w = r->words; w->name; w++)
        if (count_of(w, &next)) *count_of(w, &next) = 0;
    for (slice rest = same_any_case(s, "none") ? (slice){NULL, 0} : s, number; rest.text;) {
        slice name = first_name(rest, &number, &rest);
        const word *w = find_word(r, name);
        if (!name.size) return "an empty word, before or after a comma";
        if (!w) return "unknown word";
        size_t *count = count_of(w, &next);
        if (!count && number.text) return "a number where none is expected";
        if (!count) flags |= w->value;
        if (!count && w->value == TNI_DEBUG_ALL && !next.stress) next.stress = TNI_STRESS_ALL;
        const char *wrong = count ? read_count(r, number, count) : NULL;
        if (wrong) return wrong;
    }
    if (next.quarantine > QUARANTINE_MAX) return "quarantine is at most 10000";
    store(r, &next, flags);
    *settings = next;
    return NULL;
}

/* Reads a value and stores it. */
static const char *read_value(const row *r, slice s, tni_settings *settings) {
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

/* Writes the value in the largest unit that leaves no remainder, so that read_bytes and read_time can read it back. */
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
        if (!count && (counted || (flags & w->value) != w->value)) continue;
        if (!count && w->value & (w->value - 1)) continue; /* a word for several, which have been written */
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

/* What a row accepts, as "auto, 64K..1G"; with `units`, also how the number may be written. */
static ON_ITS_OWN void write_accepted(const row *r, bool units, char *text, size_t size) {
    char low[VALUE_SIZE], high[VALUE_SIZE], number[2 * VALUE_SIZE + 80];
    snprintf(text, size, "%s", r->kind == FLAGS ? "none, or any of " : "");
    for (const word *w = words_of(r); w->name; w++) {
        if (w != words_of(r)) append(text, size, r->kind == FLAGS ? "," : ", ");
        append(text, size, w->name);
        if (r->kind == FLAGS && w->value >= COUNTED) append(text, size, "=N");
        if (!units && r->kind == BOOL && w->value == 1) return; /* two spellings are enough */
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

/* Complaints are written into *error; what is longer than a line is cut. `name` is the option as the user wrote it,
 * with the prefix; `key` is without. */
static ON_ITS_OWN tn_status unknown_option(source from, slice name, slice key, slice value, tn_error *error) {
    char nearest[NAME_SIZE], help[NAME_SIZE], a[48], b[48];
    name_in(from, nearest_row(key)->key, nearest, sizeof nearest);
    name_in(from, "help", help, sizeof help);
    snprintf(error->text, LINE_SIZE, "%s=%s: no such option; accepted: those that %s=1 lists; the nearest is %s",
             shown(name, a, sizeof a), shown(value, b, sizeof b), help, nearest);
    return error->status = TN_BAD_OPTION;
}

/* `kept`: the settings that stay in effect, or NULL if the whole call fails. */
static ON_ITS_OWN tn_status bad_value(source from, const row *r, slice value, const char *wrong,
                                      const tni_settings *kept, tn_error *error) {
    char name[NAME_SIZE], accepted[192], b[40];
    const char *near = nearest_word(r, value);
    name_in(from, r->key, name, sizeof name);
    write_accepted(r, true, accepted, sizeof accepted);
    char share[VALUE_SIZE] = "";
    uint64_t bytes;
    if (r->kind == BYTES && value.size && value.text[value.size - 1] == '%' && !read_bytes(value, &bytes))
        snprintf(share, sizeof share, " (it is %.1f MiB here)", (double)bytes / 1048576);
    const char *const parts[] = {name, "=", shown(value, b, sizeof b), share, ": ", wrong, "; accepted: ", accepted,
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

static const row *find(slice key) {
    for (const row *r = rows; r < rows + ROWS; r++)
        if (same(key, r->key)) return r;
    return NULL;
}

/* ---- the sources ---- */

/* The limit that heap_max=auto means, given the memory that the process may use. An eighth is left to the host: for its
 * code, its stacks, what it takes from malloc without tn_external_adjust, and the kernel's page tables, which count
 * against a container's limit too. */
static size_t share_of(size_t memory) {
    size_t rest = memory / 8 > MIB(16) ? memory / 8 : MIB(16), share = memory - (rest < memory / 2 ? rest : memory / 2);
    return share < MIB(1) ? MIB(1) : share > TIB(128) ? TIB(128) : share;
}

/* Replaces heap_max=auto by a size, and sets the debug modes that others imply. */
static void resolve(tni_settings *s) {
    if (s->quarantine) s->debug |= TNI_DEBUG_STALE;
    if (s->debug & TNI_DEBUG_STALE) s->debug |= TNI_DEBUG_MOVE | TNI_DEBUG_SITES;
    if (s->heap_max != 0) s->heap_max_found = s->heap_max_found && s->heap_max == share_of(s->memory);
    if (s->heap_max != 0 && s->memory != 0) return;
    uint64_t memory = tni_memory_available();
    s->memory = memory < SIZE_MAX ? (size_t)memory : SIZE_MAX;
    if (s->heap_max != 0) return;
    s->heap_max = share_of(s->memory);
    s->heap_max_found = true;
}

static void load_built_in(tni_options *options) {
    memset(options, 0, sizeof *options);
    for (const row *r = rows; r < rows + ROWS; r++) read_value(r, slice_of(r->initial), &options->value);
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
        slice key = {start, (size_t)((equals ? equals : p) - start)};
        slice value = {equals ? equals + 1 : p, equals ? (size_t)(p - equals - 1) : 0};
        const row *r = find(key);
        if (!r) return unknown_option(from, key, key, value, error);
        const char *wrong = read_value(r, value, &options->value);
        if (wrong) return bad_value(from, r, value, wrong, NULL, error);
        options->origin[r - rows] = FROM_CONFIG;
    }
}

/* A program that runs with another user's rights ignores the environment. */
static bool is_privileged(void) {
#if defined(__linux__)
    return getauxval(AT_SECURE) != 0;
#else
    return geteuid() != getuid() || getegid() != getgid();
#endif
}

/* Whether the name is one of those in the list, which has blanks between them. */
static bool is_listed(slice name, const char *list) {
    while (list && *list) {
        while (is_blank(*list)) list++;
        slice next = {list, 0};
        while (list[next.size] && !is_blank(list[next.size])) next.size++;
        if (next.size && next.size == name.size && memcmp(next.text, name.text, name.size) == 0) return true;
        list += next.size;
    }
    return false;
}

/* Reads every variable under the prefix, but for the host's own. Without `line`, stops at the first mistake and
 * fails. */
static ON_ITS_OWN tn_status load_environment(tni_options *options, const char *prefix, const char *own_names,
                                             tni_line_fn line, void *user, tn_error *error) {
    source from = {FROM_ENVIRONMENT, prefix};
    size_t length = strlen(prefix);
    for (char **p = environ; p && *p; p++) {
        const char *equals = strchr(*p, '=');
        if (!equals || strncmp(*p, prefix, length) != 0 || (size_t)(equals - *p) < length) continue;
        if (!equals[1]) continue; /* empty: unset */
        slice name = {*p, (size_t)(equals - *p)}, key = {*p + length, name.size - length}, value = slice_of(equals + 1);
        if (is_listed(key, own_names)) continue;
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

/* Whether the config or the environment asks for strict=1. This must be known before the first complaint. */
static ON_ITS_OWN bool is_strict(const tni_options *options, const char *prefix) {
    char name[256];
    tni_settings s = options->value;
    snprintf(name, sizeof name, "%sSTRICT", prefix);
    size_t length = strlen(name);
    for (char **p = environ; p && *p; p++)
        if (strncmp(*p, name, length) == 0 && (*p)[length] == '=')
            read_value(find(slice_of("strict")), slice_of(*p + length + 1), &s);
    return s.strict;
}

/* ---- the table, printed ---- */

/* `text` has HELP_SIZE bytes. */
static void print_words(const row *r, char *text, tni_line_fn line, void *user) {
    char name[NAME_SIZE];
    for (const word *w = words_of(r); w->name; w++) {
        if (!w->text) continue;
        snprintf(name, sizeof name, "%s%s", w->name, r->kind == FLAGS && w->value >= COUNTED ? "=N" : "");
        snprintf(text, HELP_SIZE, "    %-20s %s", name, w->text);
        line(text, user);
    }
}

/* A line of the help: the columns of the name, of what is accepted, of the built-in value, and the text. */
static void write_help(const row *r, const char *prefix, char *text) {
    static const size_t accepted = 25, built_in = 68;
    environment_name(prefix, r->key, text, HELP_SIZE);
    size_t used = strlen(text);
    used += (size_t)snprintf(text + used, HELP_SIZE - used, "%*s", used < accepted ? (int)(accepted - used) : 1, "");
    write_accepted(r, false, text + used, HELP_SIZE - used);
    used = strlen(text);
    snprintf(text + used, HELP_SIZE - used, "%*s%-9s %s%s", used < built_in ? (int)(built_in - used) : 1, "",
             r->initial, r->text, r->fixed ? " (at creation only)" : "");
}

static ON_ITS_OWN void print_help(const char *prefix, tni_line_fn line, void *user) {
    char text[HELP_SIZE];
    snprintf(text, sizeof text, "%-24s %-42s %-9s %s", "option", "accepts", "built-in", "");
    line(text, user);
    for (const row *r = rows; r < rows + ROWS; r++) {
        write_help(r, prefix, text);
        line(text, user);
        print_words(r, text, line, user);
    }
    line("Sizes take K, M, G, T or KiB, MiB, GiB, TiB, or % of the memory that the process may use.", user);
    line("Times take ns, us, ms, s. 1.5G is a number. Case does not matter.", user);
    line("Several words have commas between them.", user);
    line("What takes on and off takes 1, 0, yes, no, true and false as well.", user);
}

static ON_ITS_OWN void print_settings(const tni_options *options, const char *heap, const char *prefix,
                                      tni_line_fn line, void *user) {
    for (const row *r = rows; r < rows + ROWS; r++) {
        char text[LINE_SIZE], value[VALUE_SIZE], name[NAME_SIZE];
        const char *origin = "built-in";
        write_value(r, &options->value, value, sizeof value);
        if (r->words == heap_limits && options->value.heap_max_found)
            snprintf(value, sizeof value, "auto: %.1f MiB", (double)options->value.heap_max / 1048576);
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

/* ---- for tenure.c ---- */

tn_status tni_options_load(tni_options *options, const tn_config *config, tni_line_fn line, void *user,
                           tn_error *error) {
    const char *prefix = config && config->env_prefix ? config->env_prefix : "TENURE_";
    load_built_in(options);
    tn_status status = config && config->options ? load_config(options, config->options, error) : TN_OK;
    /* With an empty prefix every variable of the system would be an unknown option. So it turns the environment off. */
    if (status == TN_OK && *prefix && !(config && config->ignore_environment) && !is_privileged())
        status = load_environment(options, prefix, config ? config->own_names : NULL,
                                  is_strict(options, prefix) ? NULL : line, user, error);
    resolve(&options->value);
    if (status != TN_OK) return status;
    if (options->value.nursery_max < options->value.nursery) { /* a nursery that was asked for gets its room */
        options->value.nursery_max = options->value.nursery;
        options->origin[find(slice_of("nursery_max")) - rows] = options->origin[find(slice_of("nursery")) - rows];
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
    slice k = slice_of(key), v = slice_of(value);
    const row *r = find(k);
    if (!r) return unknown_option(from, k, k, v, error);
    if (r->fixed) return bad_value(from, r, v, "fixed when the heap was created", &options->value, error);
    tni_settings next = options->value;
    const char *wrong = read_value(r, v, &next);
    if (!wrong && next.nursery > next.nursery_max) wrong = "more than nursery_max";
    if (!wrong && next.quarantine > options->value.quarantine) wrong = "quarantine is fixed when the heap is created";
    if (wrong) return bad_value(from, r, v, wrong, &options->value, error);
    resolve(&next);
    options->value = next;
    options->origin[r - rows] = FROM_SET;
    return TN_OK;
}

tn_status tni_options_get(const tni_options *options, const char *key, char *text, size_t size, tn_error *error) {
    source from = {FROM_SET, ""};
    slice k = slice_of(key ? key : "");
    const row *r = find(k);
    if (size > 0) text[0] = 0;
    if (!r) return unknown_option(from, k, k, slice_of(""), error);
    write_value(r, &options->value, text, size);
    return TN_OK;
}
