/* mistakes.c: see mistakes.h. */
#define _GNU_SOURCE
#include "mistakes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PLACES = 10 };

/* Everything together. The traps for 16 MiB of handles are more than Valgrind has addresses for. */
static const char ALL_MODES[] = "debug=" EVERY_MODE ",stress=1 log=leaks handles=1M"; /* tests/meson.build */

static tn_format format_of(unsigned number) {
    const tn_format formats[FORMATS] = {
        [POINTER] = TN_FORMAT_POINTER,
        [LOW_TAG] = tn_format_low_tag(7, 5),
        [LOW_TAGS] = tn_format_low_tags(1, 1, 7),
        [NAN_BOX] = tn_format_nan_box(0xFFFC),
    };
    return formats[number];
}

static tn_format format;
static tn_place *places; /* shared with the child */

/* ---- what the cases use ---- */

void mistakes_mark(int number, const char *file, int line) { places[number] = (tn_place){file, line}; }

tn_value value_of(const void *object) { return support_value(&format, object); }
void *object_of(tn_value value) { return support_address(&format, value); }

void minor(tn_mutator *m) { support_collect(m, TN_MINOR); }
void full(tn_mutator *m) { support_collect(m, TN_FULL); }

void smuggle(void *slot, const void *pointer) { memcpy(slot, &pointer, sizeof pointer); }
void smuggle_value(tn_value_field *slot, tn_value value) { memcpy((void *)slot, &value, sizeof value); }

long look(const volatile void *memory) { return *(const volatile long *)memory; }
void touch(volatile void *memory) { *(volatile long *)memory = 1; }

/* ---- a run ---- */

typedef struct Run {
    const Case *of;
    bool mended;
    const char *options;
} Run;

static void print_error_line(tn_status status, const char *text, void *user) {
    (void)status, (void)user;
    fprintf(stderr, "error: %s\n", text);
}

static void run_case(void *arg) {
    const Run *run = arg;
    tn_config config = TN_CONFIG_INIT;
    config.name = "host";
    config.format = format = format_of(run->of->format);
    config.options = run->options;
    config.ignore_environment = true;
    config.on_error = print_error_line;
    tn_error error = {TN_OK, ""};
    tn_heap *heap = tn_heap_create(&config, &error);
    if (!heap) FAIL("%s", error.text);
    for (size_t i = 0; i < SUPPORT_TYPES; i++) CHECK(tn_type_create(heap, &support_types[i]));
    tn_mutator *m = tn_mutator_create(heap, NULL);
    CHECK(m != NULL);
    {
        TN_SCOPE(m);
        run->of->run(m, run->mended);
    }
    full(m);
    CHECK_EQ(tn_mutator_destroy(m), TN_OK);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
}

/* ---- reports ---- */

static const char *skip_number(const char *text, int base) {
    if (base == 16 && strncmp(text, "0x", 2) != 0) return NULL;
    const char *end = base == 16 ? text + 2 : text;
    while (base == 16 ? isxdigit((unsigned char)*end) : isdigit((unsigned char)*end)) end++;
    return end > text ? end : NULL;
}

static const char *skip_place(const char *text, int number) {
    char place[200];
    snprintf(place, sizeof place, "%s:%d", places[number].file ? places[number].file : "?", places[number].line);
    size_t length = strlen(place);
    return strncmp(text, place, length) || isdigit((unsigned char)text[length]) ? NULL : text + length;
}

static bool matches(const char *text, const char *pattern);

static bool somewhere(const char *text, const char *pattern, bool lines) {
    while (!matches(text, pattern)) {
        if (!*text || (*text == '\n' && !lines)) return false;
        text++;
    }
    return true;
}

static bool matches(const char *text, const char *pattern) {
    for (; *pattern && text; pattern++) {
        bool lines = pattern[0] == '%' && pattern[1] == '*';
        if (*pattern == '*' || lines) return somewhere(text, pattern + (lines ? 2 : 1), lines);
        if (*pattern == '%' && pattern[1] == 'p') text = skip_number(text, 16), pattern++;
        else if (*pattern == '%' && pattern[1] == 'n') text = skip_number(text, 10), pattern++;
        else if (*pattern == '@' && isdigit((unsigned char)pattern[1])) text = skip_place(text, *++pattern - '0');
        else text = *text == *pattern ? text + 1 : NULL;
    }
    return text && !*text;
}

static bool failed(const Case *c, const char *what, const Child *child) {
    printf("  FAILED: %s: %s: exit %d, signal %d\n    %s", c->name, what, child->code, child->signal, child->text);
    return true;
}

static bool check(const Case *c) {
    static Child child;
    bool bad = false;
    Run run = {c, false, c->options};
    memset(places, 0, PLACES * sizeof *places);
    child_run(&child, run_case, &run);
    if (!matches(child.text, c->report)) {
        bad = failed(c, "the mistake got another report", &child);
        printf("    expected: %s", c->report);
        for (int i = 1; i < PLACES; i++)
            if (places[i].file) printf("    @%d is %s:%d\n", i, places[i].file, places[i].line);
    } else if (getenv("MISTAKES_SHOW")) {
        printf("  %s:\n    %s", c->name, child.text);
    }
    const char *silent[] = {c->options, ALL_MODES};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        run = (Run){c, true, silent[i]};
        child_run(&child, run_case, &run);
        if (child.code != 0 || child.text[0]) bad = failed(c, "mended, it is not silent", &child);
    }
    return bad;
}

/* ---- a class ---- */

static int lacks(const Case *cases, size_t count, unsigned sizes) {
    unsigned tiers = 0, used = 0, sized = 0;
    for (size_t i = 0; i < count; i++) {
        tiers |= 1u << cases[i].tier;
        used |= 1u << cases[i].format;
        sized |= 1u << cases[i].size;
    }
    bool ok = count >= 8 && tiers == 3 && used == (1u << FORMATS) - 1 && (sized & sizes) == sizes;
    if (!ok)
        printf("  FAILED: the table lacks cases: %zu, tiers %x, formats %x, sizes %x\n", count, tiers, used, sized);
    return !ok;
}

int mistakes_run(const char *name, const Case *cases, size_t count, unsigned sizes) {
    places = mmap(NULL, PLACES * sizeof *places, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (places == MAP_FAILED) return 1;
    printf("%s: %zu cases\n", name, count);
    int failures = lacks(cases, count, sizes);
    for (size_t i = 0; i < count; i++) failures += check(&cases[i]);
    munmap(places, PLACES * sizeof *places);
    return failures ? 1 : 0;
}
