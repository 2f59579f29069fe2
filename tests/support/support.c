/* support.c: see support.h. Called by every unit test and by the misuse table; links with cmocka. */
#define _GNU_SOURCE
#include "support.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static bool in_child; /* a failed check must not jump back into the test runner's copy */

void support_fail(const char *file, int line, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (in_child) {
        fprintf(stderr, "%s:%d: %s\n", file, line, text);
        fflush(stderr);
        _exit(CHILD_FAILED);
    }
    print_error("%s\n", text);
    _fail(file, line);
    abort();
}

void support_has(const char *file, int line, const char *text, const char *part) {
    if (!strstr(text, part)) support_fail(file, line, "\"%s\" does not contain \"%s\"", text, part);
}

void support_skip(const char *why) {
    print_message("skipped: %s\n", why);
    skip();
    abort();
}

/* ---- types ---- */

static void file_dispose(tn_heap *heap, void *object) {
    (void)heap;
    File *file = object;
    if (file->disposed) ++*file->disposed;
}

static void owner_trace(tn_tracer *tracer, void *object) {
    Owner *owner = object;
    tn_visit_refs(tracer, owner->buffer, owner->count);
}

static void owner_dispose(tn_heap *heap, void *object) {
    (void)heap;
    Owner *owner = object;
    free(owner->buffer);
}

static void pair_describe(const void *object, char *text, size_t size) {
    snprintf(text, size, "pair %ld", ((const Pair *)object)->number);
}

const tn_type_desc support_types[SUPPORT_TYPES] = {
    TN_DESC(Pair, TN_REFS(Pair, car, cdr), .describe = pair_describe),
    TN_DESC(Box, TN_VALUES(Box, value)),
    TN_DESC(Leaf, .flags = TN_LEAF),
    TN_DESC(Vector, TN_TAIL(sizeof(void *), 1, 0)),
    TN_DESC(Values, TN_TAIL(sizeof(tn_value), 0, 1)),
    TN_DESC(Bytes, .flags = TN_LEAF, .tail_size = 1),
    TN_DESC(File, .flags = TN_LEAF, .dispose = file_dispose),
    TN_DESC(Fixed, TN_REFS(Fixed, pair), TN_VALUES(Fixed, value), .flags = TN_BORN_OLD),
    TN_DESC(Owner, .trace = owner_trace, .dispose = owner_dispose),
};

/* ---- a host ---- */

static void note_error(tn_status status, const char *text, void *user) {
    Host *host = user;
    host->errors++;
    host->status = status;
    snprintf(host->error, sizeof host->error, "%s", text);
}

static void note_line(const char *line, void *user) {
    Host *host = user;
    host->lines++;
    size_t length = strlen(line);
    if (host->log_used + length + 2 > sizeof host->log) return;
    memcpy(host->log + host->log_used, line, length);
    host->log_used += length;
    host->log[host->log_used++] = '\n';
    host->log[host->log_used] = 0;
}

static void note_fatal(const char *text, void *user) {
    (void)user;
    fprintf(stderr, "fatal: %s\n", text);
    fflush(stderr);
    if (in_child) _exit(CHILD_FATAL);
}

void host_config(Host *host, const tn_config *given) {
    memset(host, 0, sizeof *host);
    tn_config config = *given;
    config.user = host;
    if (!config.on_error) config.on_error = note_error;
    if (!config.on_fatal) config.on_fatal = note_fatal;
    if (!config.log) config.log = note_line;
    tn_error error = {TN_OK, ""};
    host->heap = tn_heap_create(&config, &error);
    if (!host->heap) FAIL("tn_heap_create: %s", error.text);
    host->m = tn_mutator_create(host->heap, &error);
    if (!host->m) FAIL("tn_mutator_create: %s", error.text);
    for (size_t i = 0; i < SUPPORT_TYPES; i++)
        if (tn_type_create(host->heap, &support_types[i]) != support_types[i].number)
            FAIL("tn_type_create %s: %s", support_types[i].name, tn_last_error(host->m));
}

void host_open(Host *host, const char *options) {
    tn_config config = TN_CONFIG_INIT;
    config.options = options;
    host_config(host, &config);
}

void host_exact(Host *host, const char *options) {
    tn_config config = TN_CONFIG_INIT;
    config.options = options;
    config.ignore_environment = true;
    host_config(host, &config);
}

void host_close(Host *host) {
    CHECK_EQ(tn_mutator_destroy(host->m), TN_OK);
    CHECK_EQ(tn_heap_destroy(host->heap), TN_OK);
    host->heap = NULL;
    host->m = NULL;
}

void host_each_format(void (*fn)(Host *host, const tn_format *format)) {
    const tn_format formats[3] = {TN_FORMAT_POINTER, tn_format_low_tags(1, 1, 7), tn_format_nan_box(0xFFFC)};
    for (int i = 0; i < 3; i++) {
        Host host;
        tn_config config = TN_CONFIG_INIT;
        config.format = formats[i];
        config.ignore_environment = true;
        config.options = "debug=verify";
        host_config(&host, &config);
        fn(&host, &formats[i]);
        host_close(&host);
    }
}

/* Low-bit tags: the second bit is the host's own, and must survive every move. */
tn_value support_value(const tn_format *format, const void *object) {
    tn_value word = (tn_value)(uintptr_t)object | format->tag;
    if (format->mask == 1 && format->payload == ~UINT64_C(7)) word |= 2;
    return object ? word : 0;
}

tn_value support_immediate(const tn_format *format, unsigned n) {
    if (format->mask == 0) return 0;
    if (format->mask == 1) return (tn_value)n << 1;
    return UINT64_C(0x7FF8) << 48 | n;
}

void *support_address(const tn_format *format, tn_value value) {
    if ((value & format->mask) != format->tag) return NULL;
    return (void *)(uintptr_t)(value & format->payload);
}

Pair **support_list(tn_mutator *m, long length) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, head);
    for (long i = 0; i < length; i++) {
        TN_SCOPE(m);
        Pair **p = TN_NEW(m, Pair);
        CHECK(p != NULL);
        TN_PUT(m, p, number, i);
        TN_SET(m, p, cdr, head);
        *head = *p;
    }
    return TN_ESCAPE(head);
}

void support_check_list(const Pair *list, long length) {
    for (long i = length - 1; i >= 0; i--) {
        if (!list) FAIL("the list ends %ld pairs early", i + 1);
        CHECK_EQ(list->number, i);
        list = tn_read(list, cdr);
    }
    CHECK(list == NULL);
}

void support_garbage(tn_mutator *m, size_t bytes) {
    for (size_t done = 0; done < bytes; done += tn_cell_bytes(sizeof(Pair)))
        if (!tn_alloc(m, Pair)) FAIL("no memory for garbage: %s", tn_last_error(m));
}

tn_stats support_stats(tn_mutator *m) {
    tn_stats stats;
    tn_stats_get(m->heap, &stats);
    return stats;
}

void support_collect(tn_mutator *m, tn_collection_kind kind) {
    tn_status status = tn_collect(m, kind);
    if (status != TN_OK) FAIL("tn_collect: %s", tn_last_error(m));
}

/* ---- forked children ---- */

void child_run(Child *child, void (*body)(void *arg), void *arg) {
    memset(child, 0, sizeof *child);
    int ends[2];
    if (pipe(ends)) FAIL("pipe failed");
    fflush(stdout);
    fflush(stderr);
    pid_t pid = fork();
    if (pid < 0) FAIL("fork failed");
    if (pid == 0) {
        static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
            signal(crashes[i], SIG_DFL); /* the test runner catches them, and a crash must look like one */
        in_child = true;
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        alarm(1200);
        body(arg);
        fflush(stderr);
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    char spill[512];
    for (;;) {
        bool room = used + 1 < sizeof child->text;
        ssize_t n =
            read(ends[0], room ? child->text + used : spill, room ? sizeof child->text - 1 - used : sizeof spill);
        if (n <= 0) break;
        if (room) used += (size_t)n;
    }
    close(ends[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    child->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    child->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

bool child_faulted(const Child *child) {
    if (UNDER_ASAN && strstr(child->text, "AddressSanitizer")) return true;
    if (support_watched() && child->code == CHILD_VALGRIND) return true;
    return child->signal == SIGSEGV || child->signal == SIGBUS;
}

/* ---- the process ---- */

size_t support_rss(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long total = 0, resident = 0;
    if (!file || fscanf(file, "%lu %lu", &total, &resident) != 2) FAIL("cannot read /proc/self/statm");
    fclose(file);
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

size_t support_maps(void) {
    FILE *file = fopen("/proc/self/maps", "r");
    if (!file) FAIL("cannot read /proc/self/maps");
    size_t lines = 0;
    for (int c; (c = getc(file)) != EOF;) lines += c == '\n';
    fclose(file);
    return lines;
}

uint64_t support_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
