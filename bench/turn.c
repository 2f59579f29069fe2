/* bench/turn.c: one turn of one benchmark. Runs a program on one CPU, and prints the JSON object that it printed,
 * preceded by the wall time and the largest resident set of the whole process.
 *
 *     turn [--pin N|last|any] [--limit SECONDS] NAME=VALUE... -- PROGRAM [NAME=NUMBER...]
 *
 * The pairs on both sides of -- become members of the object. If the program fails, or prints anything but one object,
 * the output has a member "failed" with the reason and no figures, and the exit status is 1. The default CPU is the
 * last one that this process may use, because most kernels put their own work on the first.
 *
 * This is C because the kernel remembers the largest resident set across exec: that of an interpreter would hide that
 * of a small program. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 16 };

typedef struct turn {
    const char *pin;
    unsigned limit;  /* seconds */
    char **names;    /* the pairs before --, up to it */
    char **program;
    int status;      /* as wait4 gives it */
    double seconds;
    long rss_kib;
    char out[TEXT_MAX], err[TEXT_MAX];
} turn;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...) {
    va_list list;
    va_start(list, format);
    fputs("turn: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    exit(2);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the arguments ---- */

static unsigned number(const char *text) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (!*text || *end) die("%s is not a number", text);
    return (unsigned)value;
}

static void check_pair(const char *text) {
    if (!strchr(text, '=')) die("%s is not NAME=VALUE", text);
}

static void parse(turn *t, char **argv) {
    t->pin = "last";
    for (; *argv && strncmp(*argv, "--", 2) == 0 && argv[0][2]; argv += 2) {
        if (!argv[1]) die("%s needs a value", argv[0]);
        if (strcmp(argv[0], "--pin") == 0) t->pin = argv[1];
        else if (strcmp(argv[0], "--limit") == 0) t->limit = number(argv[1]);
        else die("%s is not known", argv[0]);
    }
    t->names = argv;
    for (; *argv && strcmp(*argv, "--") != 0; argv++) check_pair(*argv);
    if (!*argv || !argv[1]) die("no program after --");
    t->program = argv + 1;
    for (argv += 2; *argv; argv++) check_pair(*argv);
}

/* ---- the program ---- */

#ifdef __linux__
static unsigned last_cpu(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) die("sched_getaffinity: %s", strerror(errno));
    unsigned last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(last, &allowed)) last--;
    return last;
}

static void pin(const char *cpu) {
    if (strcmp(cpu, "any") == 0) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(strcmp(cpu, "last") == 0 ? last_cpu() : number(cpu), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) die("CPU %s: %s", cpu, strerror(errno));
}
#else
static void pin(const char *cpu) { (void)cpu; }
#endif

/* Files, not pipes: nobody has to read while the program is timed. */
static FILE *scratch(void) {
    FILE *f = tmpfile();
    if (!f) die("no temporary file: %s", strerror(errno));
    fcntl(fileno(f), F_SETFD, FD_CLOEXEC);
    return f;
}

static void read_back(FILE *f, char *text) {
    rewind(f);
    text[fread(text, 1, TEXT_MAX - 1, f)] = 0;
    fclose(f);
}

static void run(turn *t) {
    FILE *out = scratch(), *err = scratch();
    double began = now();
    pid_t child = fork();
    if (child < 0) die("fork: %s", strerror(errno));
    if (child == 0) {
        if (dup2(fileno(out), STDOUT_FILENO) < 0 || dup2(fileno(err), STDERR_FILENO) < 0) _exit(127);
        pin(t->pin);
        alarm(t->limit); /* stays set across exec, and ends the program */
        execv(t->program[0], t->program);
        die("%s: %s", t->program[0], strerror(errno));
    }
    struct rusage usage;
    while (wait4(child, &t->status, 0, &usage) < 0)
        if (errno != EINTR) die("wait4: %s", strerror(errno));
    t->seconds = now() - began;
#ifdef __APPLE__
    t->rss_kib = usage.ru_maxrss / 1024;
#else
    t->rss_kib = usage.ru_maxrss;
#endif
    read_back(out, t->out);
    read_back(err, t->err);
}

/* ---- the line ---- */

static void print_string(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if ((unsigned char)*text < ' ') putchar(' ');
        else if (*text == '"' || *text == '\\') printf("\\%c", *text);
        else putchar(*text);
    }
    putchar('"');
}

static void print_pairs(char **pairs) {
    for (; *pairs && strcmp(*pairs, "--") != 0; pairs++) {
        const char *equals = strchr(*pairs, '='), *value = equals + 1;
        printf("\"%.*s\": ", (int)(equals - *pairs), *pairs);
        if (*value && !value[strspn(value, "0123456789")]) fputs(value, stdout);
        else print_string(value);
        fputs(", ", stdout);
    }
}

static void print_arguments(char **arguments) {
    fputs("\"arguments\": \"", stdout);
    for (char **at = arguments; *at; at++) printf("%s%s", at == arguments ? "" : " ", *at);
    fputs("\", ", stdout);
}

/* What was printed, if it is one object; without its braces. */
static char *members(char *text) {
    size_t length = strlen(text);
    if (length < 3 || text[0] != '{' || strcmp(text + length - 2, "}\n") != 0) return NULL;
    if (strchr(text, '\n') != text + length - 1) return NULL;
    text[length - 2] = 0;
    return text + 1;
}

static void print_failure(const turn *t) {
    char text[TEXT_MAX + 100], how[64];
    if (!WIFSIGNALED(t->status)) snprintf(how, sizeof how, "exit status %d", WEXITSTATUS(t->status));
    else if (WTERMSIG(t->status) == SIGALRM) snprintf(how, sizeof how, "not ready after %u s", t->limit);
    else snprintf(how, sizeof how, "ended by %s", strsignal(WTERMSIG(t->status)));
    snprintf(text, sizeof text, "%s: %s", how, t->err[0] ? t->err : t->status ? "without a word" : "no result");
    fputs("\"failed\": ", stdout);
    print_string(text);
    puts("}");
}

int main(int argc, char **argv) {
    static turn t;
    (void)argc;
    parse(&t, argv + 1);
    run(&t);
    putchar('{');
    print_pairs(t.names);
    print_arguments(t.program + 1);
    print_pairs(t.program + 1);
    char *figures = t.status == 0 ? members(t.out) : NULL;
    if (figures) printf("\"seconds\": %.6f, \"rss_kib\": %ld, %s}\n", t.seconds, t.rss_kib, figures);
    else print_failure(&t);
    return figures ? 0 : 1;
}
