/* options.c: the option parser for libFuzzer. An input is lines of text: the first is a host's config string, the
 * others are KEY=VALUE. Each of these is set at run time, and each is put into the environment.
 *
 * A bad one must give one line of report, and leave all values as they were; a good one must be shown in words that are
 * taken back and shown the same. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap/option.h"
#include "fuzz.h"

enum { LINES = 32, LINE_SIZE = 234, VALUE_SIZE = 64 };

#define CHECK(x) ((x) ? (void)0 : wrong(#x, __LINE__))

static void wrong(const char *what, int line) {
    fprintf(stderr, "options.c:%d: does not hold: %s\n", line, what);
    abort();
}

/* ---- what is reported ---- */

typedef struct Report {
    unsigned complaints; /* beside what help and log=config print */
} Report;

static void check_line(const char *line) {
    for (const char *p = line; *p; p++) CHECK(*p >= ' ' && *p <= '~');
}

static void take_line(const char *line, void *user) {
    check_line(line);
    if (!strstr(line, "; accepted: ")) return;
    CHECK(strlen(line) < LINE_SIZE);
    ((Report *)user)->complaints++;
}

static void check_error(const tn_error *error) {
    check_line(error->text);
    CHECK(error->status == TN_BAD_OPTION && strlen(error->text) < LINE_SIZE && strstr(error->text, "; accepted: "));
}

static tn_status load(tni_options *options, const char *text, bool environment, Report *report) {
    tn_config config = TN_CONFIG_INIT;
    tn_error error = {TN_OK, ""};
    config.options = text;
    config.ignore_environment = !environment;
    config.name = "fuzz";
    report->complaints = 0;
    tn_status status = tni_options_load(options, &config, take_line, report, &error);
    if (status != TN_OK) check_error(&error);
    return status;
}

/* ---- at run time ---- */

/* What was set is shown in words that set it again. Percentages of the memory are shown as bytes. */
static void check_round(tni_options *options, const char *key) {
    char shown[VALUE_SIZE], again[VALUE_SIZE];
    tn_error error = {TN_OK, ""};
    tni_options before = *options;
    CHECK(tni_options_get(options, key, shown, sizeof shown, &error) == TN_OK && shown[0]);
    CHECK(tni_options_set(options, key, shown, &error) == TN_OK);
    CHECK(tni_options_get(options, key, again, sizeof again, &error) == TN_OK && !strcmp(shown, again));
    CHECK(!memcmp(&before, options, sizeof before));
}

static void set(tni_options *options, const char *key, const char *value) {
    tn_error error = {TN_OK, ""};
    tni_options before;
    memcpy(&before, options, sizeof before);
    if (tni_options_set(options, key, value, &error) == TN_OK) {
        check_round(options, key);
        return;
    }
    check_error(&error);
    CHECK(!memcmp(&before, options, sizeof before));
}

/* ---- the environment ---- */

static bool same_values(const tni_options *a, const tni_options *b) { return !memcmp(a, b, sizeof *a); }

/* Each variable alone is good, or gives one complaint and changes nothing of what the config says; all of them together
 * give as many. Where strict is on, a complaint is an error. */
static void check_environment(const char *config, char **variables, unsigned count) {
    tni_options base, with;
    Report report;
    char *none[] = {NULL}, **all = environ;
    unsigned bad = 0;
    environ = none;
    CHECK(load(&base, config, true, &report) == TN_OK && !report.complaints);
    for (unsigned i = 0; i < count; i++) {
        char *one[] = {variables[i], NULL};
        environ = one;
        bool loaded = load(&with, config, true, &report) == TN_OK;
        CHECK(loaded ? report.complaints <= 1 : base.value.strict && !report.complaints);
        CHECK(!report.complaints || same_values(&base, &with));
        bad += !loaded || report.complaints;
    }
    environ = variables;
    if (load(&with, config, true, &report) == TN_OK) CHECK(with.value.strict ? !bad : report.complaints == bad);
    else CHECK(bad && !report.complaints); /* strict */
    environ = all;
}

/* ---- the input ---- */

static void split(char *line, char **key, char **value) {
    char *equals = strchr(line, '=');
    *key = line;
    *value = equals ? equals + 1 : line + strlen(line);
    if (equals) *equals = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), *rest = text, *config = NULL, *variables[LINES + 1] = {NULL};
    unsigned count = 0;
    Report report;
    tni_options options;
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    config = strsep(&rest, "\n");
    if (load(&options, config, false, &report) != TN_OK) config = NULL;
    CHECK(!report.complaints); /* what is wrong with a config is an error */
    load(&options, NULL, false, &report);
    while (rest && count < LINES) {
        char *line = strsep(&rest, "\n"), *key, *value;
        if (!strchr(line, '=')) continue;
        if (asprintf(&variables[count], "TENURE_%s", line) < 0) abort();
        for (char *p = variables[count]; *p && *p != '='; p++)
            if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 32);
        count++;
        split(line, &key, &value);
        set(&options, key, value);
    }
    check_environment(config, variables, count);
    for (unsigned i = 0; i < count; i++) free(variables[i]);
    free(text);
    return 0;
}
