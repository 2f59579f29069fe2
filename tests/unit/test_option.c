/* Options: every rule that the README and tenure/option.h promise, against the internal functions and the real
 * environment of the process. Each test starts without any variable under the two prefixes that are used here. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "heap/option.h"
#include "base/system.h"

enum { LINES_MAX = 64, LINE_MAX_SIZE = 1200 };

/* What an option complains, prints or lists. */
typedef struct lines {
    unsigned count;
    char text[LINES_MAX][LINE_MAX_SIZE];
} lines;

static void take_line(const char *line, void *user) {
    lines *l = user;
    assert_true(l->count < LINES_MAX);
    assert_true(strlen(line) < LINE_MAX_SIZE);
    assert_null(strchr(line, '\n'));
    strcpy(l->text[l->count++], line);
}

/* The first line that contains `part`, or NULL. */
static const char *find_line(const lines *l, const char *part) {
    for (unsigned i = 0; i < l->count; i++)
        if (strstr(l->text[i], part)) return l->text[i];
    return NULL;
}

#define assert_in(text, part)                                                                        \
    do {                                                                                             \
        if (!strstr((text), (part))) fail_msg("\"%s\" is not in: %s", (part), (text));               \
    } while (0)

typedef struct fixture {
    tni_options o;
    tn_error error;
    lines l;
} fixture;

static int clean(void **state) {
    char names[64][128];
    unsigned n = 0;
    for (char **p = environ; *p && n < 64; p++)
        if (strncmp(*p, "TENURE_", 7) == 0 || strncmp(*p, "SCHEME_", 7) == 0)
            snprintf(names[n++], sizeof names[0], "%.*s", (int)strcspn(*p, "="), *p);
    for (unsigned i = 0; i < n; i++) unsetenv(names[i]);
    *state = calloc(1, sizeof(fixture));
    return *state ? 0 : -1;
}

static int done(void **state) {
    free(*state);
    return 0;
}

static tn_status load(fixture *f, const char *options) {
    tn_config config = TN_CONFIG_INIT;
    config.options = options;
    f->l.count = 0;
    f->error = (tn_error){TN_OK, ""};
    return tni_options_load(&f->o, &config, take_line, &f->l, &f->error);
}

static void accepts(fixture *f, const char *key, const char *value, const char *shown) {
    char text[128];
    if (tni_options_set(&f->o, key, value, &f->error) != TN_OK) fail_msg("%s", f->error.text);
    assert_int_equal(tni_options_get(&f->o, key, text, sizeof text, &f->error), TN_OK);
    assert_string_equal(text, shown);
    if (tni_options_set(&f->o, key, text, &f->error) != TN_OK) fail_msg("not taken back: %s", f->error.text);
    assert_int_equal(tni_options_get(&f->o, key, text, sizeof text, &f->error), TN_OK);
    assert_string_equal(text, shown);
}

/* The value is refused, the line names key, value and `reason`, and nothing has changed. */
static void refuses(fixture *f, const char *key, const char *value, const char *reason) {
    tni_options before = f->o;
    char start[300];
    assert_int_equal(tni_options_set(&f->o, key, value, &f->error), TN_BAD_OPTION);
    assert_int_equal(f->error.status, TN_BAD_OPTION);
    snprintf(start, sizeof start, "%s=%.30s", key, value);
    if (*value >= ' ' && *value <= '~') assert_in(f->error.text, start);
    assert_in(f->error.text, reason);
    assert_in(f->error.text, "accepted: ");
    assert_true(strlen(f->error.text) < 234);
    assert_memory_equal(&before, &f->o, sizeof before);
}

/* heap_max=auto leaves an eighth of the memory to the host; of little memory 16 MiB, of very little half. */
static void assert_share(size_t heap_max, uint64_t memory) {
    uint64_t rest = memory / 8 > 16 << 20 ? memory / 8 : 16 << 20;
    assert_true(heap_max == memory - (rest < memory / 2 ? rest : memory / 2));
}

static void built_in_values(void **state) {
    fixture *f = *state;
    assert_int_equal(load(f, NULL), TN_OK);
    const tni_settings *v = &f->o.value;
    assert_int_equal(v->nursery, 0);
    assert_int_equal(v->nursery_max, 64 << 20);
    uint64_t memory = tni_memory_available();
    assert_share(v->heap_max, memory);
    assert_int_equal(v->pause_target, 1000000);
    assert_int_equal(v->policy, TNI_POLICY_ADAPTIVE);
    assert_int_equal(v->growth_min, 1 << 20);
    assert_int_equal(v->pretenure, TNI_PRETENURE_AUTO);
    assert_int_equal(v->cpu_target, 10);
    assert_int_equal(v->cpu_max, 98);
    assert_int_equal(v->reserve, 64 << 10);
    assert_int_equal(v->handles, 16 << 20);
    assert_true(v->huge_pages);
    assert_int_equal(v->log, 0);
    assert_int_equal(v->debug, 0);
    assert_int_equal(v->stress, 0);
    assert_false(v->strict);
    assert_false(v->help);
    assert_int_equal(f->l.count, 0);
}

static void bytes(void **state) {
    fixture *f = *state;
    load(f, NULL);
    accepts(f, "growth_min", "65536", "64K");
    accepts(f, "growth_min", "65537", "65537");
    accepts(f, "growth_min", "64k", "64K");
    accepts(f, "growth_min", "64KiB", "64K");
    accepts(f, "growth_min", "8m", "8M");
    accepts(f, "growth_min", "8mIb", "8M");
    accepts(f, "growth_min", "2G", "2G");
    accepts(f, "growth_min", "2gib", "2G");
    accepts(f, "growth_min", "1T", "1T");
    accepts(f, "growth_min", "1tib", "1T");
    accepts(f, "growth_min", "65536b", "64K");
    accepts(f, "growth_min", "1.5M", "1536K");
    accepts(f, "growth_min", "0.25G", "256M");
    accepts(f, "growth_min", "1.0M", "1M");
    assert_int_equal(f->o.value.growth_min, 1 << 20);
    accepts(f, "reserve", "0", "0");
    accepts(f, "nursery", "AUTO", "auto");
    accepts(f, "heap_max", "none", "none");
    assert_true(f->o.value.heap_max == SIZE_MAX);
    uint64_t memory = tni_memory_available();
    assert_int_equal(tni_options_set(&f->o, "heap_max", "auto", &f->error), TN_OK);
    assert_share(f->o.value.heap_max, memory);
    assert_true(f->o.value.memory == memory);

    refuses(f, "growth_min", "", "empty");
    refuses(f, "growth_min", "-1M", "negative");
    refuses(f, "growth_min", "1M ", "unknown unit");
    refuses(f, "growth_min", " 1M", "not a number");
    refuses(f, "growth_min", "+1M", "not a number");
    refuses(f, "growth_min", "1MB", "unknown unit");
    refuses(f, "growth_min", "1Mx", "unknown unit");
    refuses(f, "growth_min", "1.M", "not a number");
    refuses(f, "growth_min", ".5M", "not a number");
    refuses(f, "growth_min", "1,5M", "unknown unit");
    refuses(f, "growth_min", "65536.5", "fraction");
    refuses(f, "growth_min", "1.1234567M", "digits");
    refuses(f, "growth_min", "0x10000", "unknown unit");
    refuses(f, "growth_min", "64K..1M", "unknown unit");
    refuses(f, "growth_min", "65535", "too small");
    refuses(f, "growth_min", "1025G", "too large");
    refuses(f, "growth_min", "18446744073709551615", "too large");
    refuses(f, "growth_min", "18446744073709551616", "too large");
    refuses(f, "growth_min", "16777216T", "too large");
    refuses(f, "growth_min", "99999999999999999999999999K", "too large");
    refuses(f, "nursery", "0", "too small");
    refuses(f, "nursery", "none", "accepted: auto, 64K..1G");
    refuses(f, "heap_max", "1023K", "too small");
}

static void percent_of_memory(void **state) {
    fixture *f = *state;
    load(f, NULL);
    uint64_t all = tni_memory_available();
    assert_int_equal(tni_options_set(&f->o, "heap_max", "50%", &f->error), TN_OK);
    uint64_t half = f->o.value.heap_max;
    assert_true(half >= all / 2 - all / 100 && half <= all / 2 + all / 100);
    assert_int_equal(tni_options_set(&f->o, "heap_max", "12.5%", &f->error), TN_OK);
    uint64_t eighth = f->o.value.heap_max;
    assert_true(eighth >= all / 8 - all / 100 && eighth <= all / 8 + all / 100);
    assert_int_equal(tni_options_set(&f->o, "heap_max", "100%", &f->error), TN_OK);
    refuses(f, "heap_max", "101%", "more than 100%");
    refuses(f, "heap_max", "100.1%", "more than 100%");
    refuses(f, "heap_max", "0%", "too small");
    refuses(f, "heap_max", "%", "not a number");
    refuses(f, "heap_max", "-5%", "negative");
    refuses(f, "heap_max", "5%%", "unknown unit");
}

static void times(void **state) {
    fixture *f = *state;
    load(f, NULL);
    accepts(f, "pause_target", "10000ns", "10us");
    accepts(f, "pause_target", "250us", "250us");
    accepts(f, "pause_target", "2MS", "2ms");
    accepts(f, "pause_target", "10s", "10s");
    accepts(f, "pause_target", "0.5ms", "500us");
    accepts(f, "pause_target", "1.5ms", "1500us");
    assert_int_equal(f->o.value.pause_target, 1500000);
    refuses(f, "pause_target", "5", "no unit");
    refuses(f, "pause_target", "5m", "unknown unit");
    refuses(f, "pause_target", "9us", "too small");
    refuses(f, "pause_target", "11s", "too large");
    refuses(f, "pause_target", "99999999999s", "too large");
    refuses(f, "pause_target", "10000.5ns", "fraction");
    refuses(f, "pause_target", "10%", "unknown unit");
    assert_in(f->error.text, "10us..10s");
}

static void percents_and_choices(void **state) {
    fixture *f = *state;
    load(f, NULL);
    accepts(f, "cpu_target", "25", "25%");
    accepts(f, "cpu_target", "90%", "90%");
    refuses(f, "cpu_target", "0", "too small");
    refuses(f, "cpu_target", "91", "too large");
    refuses(f, "cpu_target", "10.5", "not a whole number");
    refuses(f, "cpu_target", "10x", "not a whole number");
    refuses(f, "cpu_target", "4294967306", "too large"); /* 2^32 + 10 */
    refuses(f, "cpu_max", "9", "accepted: 10%..100%");
    accepts(f, "policy", "Fixed", "fixed");
    assert_int_equal(f->o.value.policy, TNI_POLICY_FIXED);
    refuses(f, "policy", "adaptiv", "the nearest is adaptive");
    refuses(f, "policy", "1", "accepted: adaptive, fixed");
}

static void sets(void **state) {
    fixture *f = *state;
    load(f, NULL);
    accepts(f, "debug", "stress", "stress=1");
    accepts(f, "debug", "stress=100", "stress=100");
    accepts(f, "debug", "MOVE,stress=2,verify", "stress=2,move,verify");
    assert_int_equal(f->o.value.stress, 2);
    assert_int_equal(f->o.value.debug, TNI_DEBUG_MOVE | TNI_DEBUG_VERIFY);
    accepts(f, "debug", "poison", "poison");
    assert_int_equal(f->o.value.stress, 0);
    accepts(f, "debug", "fail=7", "fail=7");
    assert_int_equal(f->o.value.fail, 7);
    accepts(f, "debug", "fail,stress=2,poison", "stress=2,poison,fail=1");
    refuses(f, "debug", "stress=3,fail=0", "too small"); /* and stress stays 2 */
    refuses(f, "debug", "fail=2x", "not a whole number");
    accepts(f, "debug", "verify", "verify");
    assert_int_equal(f->o.value.fail, 0);
    accepts(f, "debug", "all",
            "stress=100,move,verify,barriers,dispose,weak,poison,sites,stale,handles,threads");
    accepts(f, "debug", "none", "none");
    accepts(f, "log", "gc,config", "gc,config");
    assert_int_equal(f->o.value.log, TNI_LOG_GC | TNI_LOG_CONFIG);
    refuses(f, "debug", "verify,stres=3", "the nearest is stress");
    refuses(f, "debug", "stress=0", "too small");
    refuses(f, "debug", "stress=", "not a number");
    refuses(f, "debug", "stress=1x", "not a whole number");
    refuses(f, "debug", "stress=-1", "negative");
    refuses(f, "debug", "stress=1.5", "not a whole number");
    refuses(f, "debug", "stress=1000000000000", "too large");
    refuses(f, "debug", "move=1", "a number where none is expected");
    refuses(f, "debug", "move,", "an empty word");
    refuses(f, "debug", ",move", "an empty word");
    refuses(f, "debug", "move verify", "unknown word");
    refuses(f, "debug", "none,move", "unknown word");
    refuses(f, "log", "", "empty");
}

static void config_text(void **state) {
    fixture *f = *state;
    assert_int_equal(load(f, "  nursery=8M\theap_max=1G\n debug=stress=1,move huge_pages=off "), TN_OK);
    assert_int_equal(f->o.value.nursery, 8 << 20);
    assert_int_equal(f->o.value.heap_max, 1 << 30);
    assert_int_equal(f->o.value.stress, 1);
    assert_int_equal(f->o.value.debug, TNI_DEBUG_MOVE);
    assert_false(f->o.value.huge_pages);
    assert_int_equal(load(f, "nursery=8M nursery=16M"), TN_OK);
    assert_int_equal(f->o.value.nursery, 16 << 20);
    assert_int_equal(load(f, ""), TN_OK);
    assert_int_equal(load(f, "   "), TN_OK);

    /* Always a failure: the host's text is not the user's. */
    assert_int_equal(load(f, "nursery=8M nursry=1M"), TN_BAD_OPTION);
    assert_in(f->error.text, "nursry=1M");
    assert_in(f->error.text, "the nearest is nursery");
    assert_int_equal(load(f, "heap_max = 1G"), TN_BAD_OPTION);
    assert_in(f->error.text, "heap_max=: empty");
    assert_int_equal(load(f, "huge_pages"), TN_BAD_OPTION);
    assert_int_equal(load(f, "=1"), TN_BAD_OPTION);
    assert_int_equal(load(f, "NURSERY=1M"), TN_BAD_OPTION);
    assert_in(f->error.text, "the nearest is nursery");
    assert_int_equal(load(f, "cpu_max=5"), TN_BAD_OPTION);
    assert_in(f->error.text, "cpu_max=5: too small; accepted: 10%..100%");
    assert_int_equal(f->l.count, 0);
}

static void switches(void **state) {
    fixture *f = *state;
    static const char *const on[] = {"1", "on", "yes", "true", "ON"}, *const off[] = {"0", "off", "no", "False"};
    char text[64];
    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++) {
        snprintf(text, sizeof text, "huge_pages=off huge_pages=%s", on[i]);
        assert_int_equal(load(f, text), TN_OK);
        assert_true(f->o.value.huge_pages);
    }
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        snprintf(text, sizeof text, "huge_pages=%s", off[i]);
        assert_int_equal(load(f, text), TN_OK);
        assert_false(f->o.value.huge_pages);
    }
    assert_int_equal(load(f, "huge_pages=2"), TN_BAD_OPTION);
}

static void environment(void **state) {
    fixture *f = *state;
    setenv("TENURE_NURSERY", "2M", 1);
    setenv("TENURE_HEAP_MAX", "1G", 1);
    assert_int_equal(load(f, "nursery=8M reserve=1M"), TN_OK);
    assert_int_equal(f->o.value.nursery, 2 << 20); /* wins over the config */
    assert_int_equal(f->o.value.heap_max, 1 << 30);
    assert_int_equal(f->o.value.reserve, 1 << 20);
    assert_int_equal(f->l.count, 0);
    assert_int_equal(tni_options_set(&f->o, "nursery", "4M", &f->error), TN_OK); /* wins over both */
    assert_int_equal(f->o.value.nursery, 4 << 20);
}

static void environment_mistakes(void **state) {
    fixture *f = *state;
    setenv("TENURE_NURSERY", "8Q", 1);
    setenv("TENURE_HAEP_MAX", "1G", 1);
    setenv("TENURE_heap_max", "1G", 1);
    setenv("TENURE_RESERVE", "", 1);
    setenv("TENURE_POLICY", "fxed", 1);
    setenv("TENURE", "1", 1); /* not under the prefix */
    assert_int_equal(load(f, "nursery=8M"), TN_OK);
    unsetenv("TENURE");
    assert_int_equal(f->error.status, TN_OK);
    assert_int_equal(f->l.count, 4); /* an empty variable counts as unset */
    const char *line = find_line(&f->l, "TENURE_NURSERY=8Q");
    assert_non_null(line);
    assert_string_equal(line,
                        "TENURE_NURSERY=8Q: unknown unit; accepted: auto, 64K..1G (K, M, G, T, KiB.., or % of memory); "
                        "stays 8M");
    line = find_line(&f->l, "TENURE_HAEP_MAX=1G");
    assert_non_null(line);
    assert_string_equal(line,
                        "TENURE_HAEP_MAX=1G: no such option; accepted: those that TENURE_HELP=1 lists; the nearest is "
                        "TENURE_HEAP_MAX");
    line = find_line(&f->l, "TENURE_heap_max=1G");
    assert_non_null(line);
    assert_in(line, "the nearest is TENURE_HEAP_MAX");
    assert_null(find_line(&f->l, "TENURE_RESERVE"));
    line = find_line(&f->l, "TENURE_POLICY=fxed");
    assert_non_null(line);
    assert_in(line, "the nearest is fixed");
    assert_int_equal(f->o.value.nursery, 8 << 20);
    assert_int_equal(f->o.value.reserve, 64 << 10);
    assert_int_equal(f->o.value.policy, TNI_POLICY_ADAPTIVE);
}

static void strictness(void **state) {
    fixture *f = *state;
    setenv("TENURE_NURSERY", "8Q", 1);
    setenv("TENURE_STRICT", "1", 1);
    assert_int_equal(load(f, NULL), TN_BAD_OPTION);
    assert_in(f->error.text, "TENURE_NURSERY=8Q");
    assert_null(strstr(f->error.text, "stays"));
    assert_int_equal(f->l.count, 0);
    setenv("TENURE_NURSERY", "8M", 1);
    assert_int_equal(load(f, NULL), TN_OK);
    setenv("TENURE_NUSERY", "8M", 1);
    assert_int_equal(load(f, NULL), TN_BAD_OPTION);
    assert_in(f->error.text, "TENURE_NUSERY=8M");
    setenv("TENURE_STRICT", "0", 1); /* the environment may lift what the host asked for */
    assert_int_equal(load(f, "strict=1"), TN_OK);
    assert_int_equal(f->l.count, 1);
    unsetenv("TENURE_STRICT");
    assert_int_equal(load(f, "strict=1"), TN_BAD_OPTION);
}

static void prefix_and_refusal(void **state) {
    fixture *f = *state;
    tn_config config = TN_CONFIG_INIT;
    setenv("TENURE_NURSERY", "2M", 1);
    setenv("SCHEME_NURSERY", "4M", 1);
    setenv("SCHEME_NURSRY", "4M", 1);
    config.env_prefix = "SCHEME_";
    assert_int_equal(tni_options_load(&f->o, &config, take_line, &f->l, &f->error), TN_OK);
    assert_int_equal(f->o.value.nursery, 4 << 20);
    assert_int_equal(f->l.count, 1);
    assert_in(f->l.text[0], "SCHEME_NURSRY=4M");
    assert_in(f->l.text[0], "the nearest is SCHEME_NURSERY");
    assert_in(f->l.text[0], "SCHEME_HELP=1");

    f->l.count = 0;
    config.ignore_environment = true;
    assert_int_equal(tni_options_load(&f->o, &config, take_line, &f->l, &f->error), TN_OK);
    assert_int_equal(f->o.value.nursery, 0);
    config.ignore_environment = false;
    config.env_prefix = "";
    assert_int_equal(tni_options_load(&f->o, &config, take_line, &f->l, &f->error), TN_OK);
    assert_int_equal(f->l.count, 0);

    setenv("TENURE_HELP", "1", 1); /* without a config, the defaults */
    assert_int_equal(tni_options_load(&f->o, NULL, take_line, &f->l, &f->error), TN_OK);
    assert_int_equal(f->o.value.nursery, 2 << 20);
}

static const char *const keys[] = {"nursery",    "nursery_max", "heap_max", "pause_target", "policy",  "pretenure",
                                   "growth_min", "cpu_target",  "cpu_max",  "reserve",      "handles", "handle_warn",
                                   "huge_pages", "log",         "log_format", "debug",      "strict",  "help"};
enum { KEYS = sizeof keys / sizeof keys[0] };

static void help_and_listing(void **state) {
    fixture *f = *state;
    setenv("TENURE_HELP", "1", 1);
    assert_int_equal(load(f, NULL), TN_OK);
    assert_non_null(find_line(&f->l, "TENURE_HEAP_MAX "));
    assert_true(f->l.count >= KEYS);
    static const char *const words[] = {"stress=N", "move", "verify", "quarantine=N", "leaks", "config"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        char part[64];
        snprintf(part, sizeof part, "    %-20s ", words[i]); /* each word of a set has a line of its own */
        assert_non_null(find_line(&f->l, part));
    }
    unsetenv("TENURE_HELP");

    setenv("TENURE_LOG", "config", 1);
    setenv("TENURE_NURSERY", "2M", 1);
    setenv("TENURE_HEAP_MAX", "3G", 1);
    assert_int_equal(load(f, "reserve=1M"), TN_OK);
    assert_int_equal(f->l.count, KEYS);
    for (unsigned i = 0; i < KEYS; i++) {
        char part[64];
        snprintf(part, sizeof part, "[config heap] %s = ", keys[i]);
        assert_non_null(find_line(&f->l, part));
    }
    assert_non_null(find_line(&f->l, "nursery = 2M (TENURE_NURSERY)"));
    assert_non_null(find_line(&f->l, "heap_max = 3G (TENURE_HEAP_MAX)"));
    assert_non_null(find_line(&f->l, "reserve = 1M (the host's config)"));
    assert_non_null(find_line(&f->l, "growth_min = 1M (built-in)"));
}

/* Complaints help: a name that was cut off, an empty word, a share of the machine's memory. */
static void complaints_help(void **state) {
    fixture *f = *state;
    load(f, NULL);
    refuses(f, "heap", "5", "the nearest is heap_max");
    refuses(f, "log", "sum", "the nearest is summary");
    refuses(f, "debug", "verify,,stale", "an empty word");
    refuses(f, "debug", "verify,", "an empty word");
    refuses(f, "nursery", "100%", " MiB here): too large");
    accepts(f, "log", "majors,summary", "majors,summary");
    accepts(f, "log", "all", "gc,summary,config,leaks,errors");
}

/* The host's own names under its prefix are no complaint, also with strict. */
static void own_names(void **state) {
    fixture *f = *state;
    tn_config config = TN_CONFIG_INIT;
    config.env_prefix = "MYVM_";
    config.own_names = " HOME  PATH";
    setenv("MYVM_HOME", "/opt", 1);
    setenv("MYVM_PATH", "x", 1);
    setenv("MYVM_STRICT", "1", 1);
    assert_int_equal(tni_options_load(&f->o, &config, take_line, &f->l, &f->error), TN_OK);
    assert_int_equal(f->l.count, 0);
    setenv("MYVM_PAT", "y", 1);
    assert_int_equal(tni_options_load(&f->o, &config, take_line, &f->l, &f->error), TN_BAD_OPTION);
    assert_in(f->error.text, "MYVM_PAT=y");
    unsetenv("MYVM_HOME"), unsetenv("MYVM_PATH"), unsetenv("MYVM_PAT"), unsetenv("MYVM_STRICT");
}

/* The limit that "auto" has found is said; one that was set is not called so. */
static void auto_says_what_it_found(void **state) {
    fixture *f = *state;
    setenv("TENURE_LOG", "config", 1);
    load(f, NULL);
    const char *line = find_line(&f->l, "heap_max = auto: ");
    assert_non_null(line);
    assert_in(line, " MiB (built-in)");
    f->l.count = 0;
    load(f, "heap_max=3G");
    assert_non_null(find_line(&f->l, "heap_max = 3G (the host's config)"));
    unsetenv("TENURE_LOG");
}

static void markdown(void **state) {
    fixture *f = *state;
    tni_options_markdown("SCHEME_", take_line, &f->l);
    assert_int_equal(f->l.count, KEYS + 2);
    for (unsigned i = 0; i < KEYS; i++) assert_non_null(find_line(&f->l, keys[i]));
    assert_non_null(find_line(&f->l, "`SCHEME_HEAP_MAX`"));
    for (unsigned i = 0; i < f->l.count; i++) { /* as many columns in each row */
        unsigned bars = 0;
        for (const char *p = f->l.text[i]; *p; p++) bars += *p == '|';
        assert_int_equal(bars, 7);
    }
}

static void numbers(void **state) {
    fixture *f = *state;
    load(f, NULL);
    accepts(f, "handle_warn", "1", "1");
    accepts(f, "handle_warn", "1000000000", "1000000000");
    accepts(f, "handle_warn", "off", "off");
    refuses(f, "handle_warn", "0", "too small");
    refuses(f, "handle_warn", "1000000001", "too large");
    refuses(f, "handle_warn", "10%", "not a whole number");
    refuses(f, "handle_warn", "10K", "not a whole number");
    refuses(f, "handle_warn", "1.5", "not a whole number");
    refuses(f, "handle_warn", "some", "not a number");
}

static void run_time(void **state) {
    fixture *f = *state;
    char text[4] = "abc";
    load(f, NULL);
    refuses(f, "nursery_max", "1G", "fixed when the heap was created");
    refuses(f, "handles", "1M", "fixed");
    refuses(f, "huge_pages", "off", "fixed");
    refuses(f, "strict", "1", "fixed");
    refuses(f, "help", "1", "fixed");
    refuses(f, "nursery", "65M", "more than nursery_max");
    accepts(f, "nursery", "64M", "64M");
    refuses(f, "nursery", "\x7f\x1b", "=??: not a number");
    refuses(f, "heapmax", "1G", "the nearest is heap_max");
    assert_int_equal(tni_options_set(&f->o, NULL, NULL, &f->error), TN_BAD_OPTION);
    assert_int_equal(tni_options_get(&f->o, "nop", text, sizeof text, &f->error), TN_BAD_OPTION);
    assert_in(f->error.text, "nop");
    assert_string_equal(text, "");
    assert_int_equal(tni_options_get(&f->o, "policy", text, sizeof text, &f->error), TN_OK);
    assert_string_equal(text, "ada"); /* cut to size */
    assert_int_equal(tni_options_get(&f->o, "log", text, sizeof text, &f->error), TN_OK);
    assert_string_equal(text, "non");
    assert_int_equal(tni_options_get(&f->o, "policy", NULL, 0, &f->error), TN_OK);
}

static void nursery_raises_its_maximum(void **state) {
    fixture *f = *state;
    setenv("TENURE_NURSERY", "128M", 1);
    assert_int_equal(load(f, NULL), TN_OK);
    assert_int_equal(f->o.value.nursery_max, 128 << 20);
}

/* Whatever text comes, the complaint is one short line of printable characters. */
static void complaints_are_short(void **state) {
    fixture *f = *state;
    char value[2000];
    load(f, NULL);
    for (size_t n = 1; n < sizeof value; n = n * 2 + 1) {
        for (size_t i = 0; i < n; i++) value[i] = (char)(1 + (i * 37) % 255);
        value[n] = 0;
        for (unsigned k = 0; k <= KEYS; k++) {
            const char *key = k < KEYS ? keys[k] : value;
            if (tni_options_set(&f->o, key, value, &f->error) == TN_OK) continue;
            assert_true(strlen(f->error.text) < 234);
            for (const char *p = f->error.text; *p; p++) assert_true(*p >= ' ' && *p <= '~');
        }
    }
    memset(value, 'N', sizeof value - 1);
    value[sizeof value - 1] = 0;
    memcpy(value, "TENURE_", 7);
    setenv(value, value, 1);
    assert_int_equal(load(f, NULL), TN_OK);
    unsetenv(value);
    assert_int_equal(f->l.count, 1);
    assert_true(strlen(f->l.text[0]) < 234);
    assert_in(f->l.text[0], "the nearest is TENURE_");
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, clean, done)
    const struct CMUnitTest tests[] = {
        T(built_in_values), T(bytes), T(percent_of_memory), T(times), T(percents_and_choices), T(sets), T(config_text),
        T(switches), T(environment), T(environment_mistakes), T(strictness), T(prefix_and_refusal), T(help_and_listing),
        T(markdown), T(complaints_help), T(auto_says_what_it_found), T(own_names), T(numbers), T(run_time),
        T(nursery_raises_its_maximum), T(complaints_are_short),
    };
    return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
