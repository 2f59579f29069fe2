/* main.c: the command line. Makes a heap, opens the machine on it, runs a program form by form, and takes
 * everything down again, so that leak checkers have nothing to say. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scheme.h"

enum { STACK_BYTES = 256 << 20 };

typedef struct Options {
    const char *file, *expression; /* neither: standard input */
    size_t stack_bytes;
    bool stats, no_files;
    int argc; /* of (command-line): the program and what follows it */
    char **argv;
} Options;

static void usage(FILE *out) {
    fputs("usage: tenure-scheme [--stats] [--stack=BYTES] [--no-files] [FILE ARGUMENT ... | -e EXPR]\n"
          "  without FILE or EXPR: a program on standard input, or a prompt if that is a terminal\n"
          "  --stats        the collector's summary on standard error at exit\n"
          "  --stack=BYTES  how deep recursion may become (K, M or G may follow; 256M)\n"
          "  --no-files     the program may open, look for and delete no file\n"
          "  the collector's own options: TENURE_HELP=1 tenure-scheme -e 0\n", out);
}

static bool parse_bytes(const char *text, size_t *bytes) {
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    int shift = *end == 'K' || *end == 'k' ? 10 : *end == 'M' || *end == 'm' ? 20 : *end == 'G' || *end == 'g' ? 30 : 0;
    if (shift) end++;
    if (end == text || *end || errno || n == 0 || n > SIZE_MAX >> shift >> 1) return false;
    *bytes = (size_t)n << shift;
    return true;
}

/* -1: go on; else the exit status. */
static int parse_options(int argc, char **argv, Options *o) {
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (!strcmp(a, "--help")) {
            usage(stdout);
            return 0;
        }
        if (!strcmp(a, "--stats")) o->stats = true;
        else if (!strcmp(a, "--no-files")) o->no_files = true;
        else if (!strcmp(a, "-e") && i + 1 < argc) o->expression = argv[++i];
        else if (!strncmp(a, "--stack=", 8) && parse_bytes(a + 8, &o->stack_bytes)) continue;
        else if ((a[0] == '-' && a[1]) || o->expression) {
            usage(stderr);
            return 2;
        } else if (strcmp(a, "-")) {
            o->file = a;
            o->argc = argc - i;
            o->argv = argv + i;
            break;
        }
    }
    return -1;
}

static bool is_interrupted(const Vm *vm) {
    Value raised = vm->reg[R_PENDING];
    return IS(Condition, raised) && AS(Condition, raised)->kind == C_INTERRUPT;
}

/* The forms come from the reader one by one, or from what has been read ahead. */
typedef struct Program { Reader *reader; bool prompt, ahead; Value *forms, *error; } Program;

static bool next_form(Vm *vm, const Program *p, Value *form, Value *positions) {
    if (!p->ahead)
        return (*positions = table_new(vm, TABLE_EQ)) && (*form = read_datum(vm, p->reader, positions));
    if (*p->forms == S_NIL) {
        vm->reg[R_PENDING] = *p->error;
        return false;
    }
    *form = car(car(*p->forms));
    *positions = cdr(car(*p->forms));
    *p->forms = cdr(*p->forms);
    return true;
}

/* Compiles and runs form after form. At a prompt, values are shown and errors do not end it. */
static int run(Vm *vm, const Program *p) {
    bool prompt = p->prompt;
    for (;;) {
        TN_SCOPE(vm->m);
        TN_LOCAL_VALUE(vm->m, form);
        TN_LOCAL_VALUE(vm->m, positions);
        if (prompt) {
            fputs("> ", stdout);
            fflush(stdout);
        }
        Value value = 0;
        if (next_form(vm, p, form, positions)) {
            if (*form == S_EOF) return 0;
            Value procedure = compile(vm, form, &vm->reg[R_USER], positions);
            *positions = 0; /* the program's own data is not to be kept by its text */
            *form = 0;
            if (procedure) value = vm_run(vm, procedure);
        } else if (prompt && !is_interrupted(vm)) {
            reader_skip_line(p->reader);
        }
        if (vm->exit_code >= 0) return vm->exit_code;
        if (!value) report(vm, vm->reg[R_PENDING]);
        else if (prompt && value != S_UNSPECIFIED) {
            TEMP_BUFFER(text);
            print_value(vm, &text, value, true);
            if (text.text) puts(text.text);
        }
        bool interrupted = is_interrupted(vm);
        vm->reg[R_PENDING] = S_FALSE;
        vm->reg[R_HANDLERS] = vm->reg[R_WINDERS] = S_NIL;
        vm->reg[R_IN] = vm->reg[R_OUT] = vm->reg[R_ERR] = S_FALSE;
        stack_shrink(vm);
        if (!value && !prompt) return interrupted ? 130 : 1; /* as a shell says of SIGINT */
    }
}

/* Reads ahead what is there as a whole. Standard input is not: what follows a form may be data for it. */
static int run_text(Vm *vm, Reader *reader, bool ahead) {
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, forms);
    TN_LOCAL_VALUE(vm->m, error);
    if (ahead) *forms = read_ahead(vm, reader, &vm->reg[R_USER], error);
    return run(vm, &(Program){.reader = reader, .ahead = ahead, .forms = forms, .error = error});
}

static bool is_regular(FILE *file) {
    struct stat status;
    return fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode);
}

/* Opens what the options say; standard input becomes the port that (read) reads from, so that data may follow the
 * program. */
static int run_program(Vm *vm, const Options *o) {
    const char *name = o->expression ? "-e" : o->file ? o->file : "stdin";
    bool prompt = !o->expression && !o->file && isatty(STDIN_FILENO);
    FILE *file = o->expression ? NULL : o->file ? fopen(o->file, "r") : stdin;
    if (!file && !o->expression) {
        fprintf(stderr, "tenure-scheme: %s: %s\n", o->file, strerror(errno));
        return 1;
    }
    Reader *reader = file ? reader_file(file, prompt) : reader_text(o->expression, strlen(o->expression));
    Value text = string_from_utf8(vm, name, strlen(name));
    if (text) vm->reg[R_FILE] = vm->reg[R_PROGRAM] = text;
    AS(Environment, vm->reg[R_USER])->used = prompt; /* an import hides nothing there */
    int status = 1;
    if (reader && text && file == stdin) {
        Value port = port_new(vm, NULL, NULL, reader); /* owns the reader */
        if (!port) return 1;
        vm->reg[R_STDIN] = port;
        status = run(vm, &(Program){.reader = reader, .prompt = prompt});
    } else {
        if (reader && text) status = run_text(vm, reader, !file || is_regular(file));
        reader_close(reader);
    }
    return status;
}

static int run_heap(tn_heap *heap, const Options *o) {
    tn_error error;
    tn_mutator *m = tn_mutator_create(heap, &error);
    if (!m) {
        fprintf(stderr, "tenure-scheme: %s\n", error.text);
        return 1;
    }
    Vm vm;
    int status = 1;
    if (vm_open(&vm, m, o->stack_bytes / sizeof(Value))) {
        vm.refuses_files = o->no_files;
        vm.argc = o->argc;
        vm.argv = o->argv;
        status = run_program(&vm, o);
    } else if (IS(Condition, vm.reg[R_PENDING]))
        report(&vm, vm.reg[R_PENDING]);
    else
        fprintf(stderr, "tenure-scheme: cannot start: %s\n", tn_last_error(m));
    fflush(stdout);
    if (o->stats) {
        char text[4096];
        tn_stats_text(m->heap, text, sizeof text);
        fputs(text, stderr);
    }
    vm_close(&vm);
    tn_mutator_destroy(m);
    return status;
}

int main(int argc, char **argv) {
    Options o = {.stack_bytes = STACK_BYTES};
    int status = parse_options(argc, argv, &o);
    if (status >= 0) return status;
    if (!setlocale(LC_CTYPE, "C.UTF-8")) setlocale(LC_CTYPE, ""); /* for the case of letters */

    tn_config config = TN_CONFIG_INIT;
    config.name = "scheme";
    config.format = tn_format_low_tag(7, 0);
    config.options = "growth_min=8M"; /* most programs are small and short: what they would save is less than that */
    tn_error error;
    tn_heap *heap = tn_heap_create(&config, &error);
    if (!heap) {
        fprintf(stderr, "tenure-scheme: %s\n", error.text);
        return 1;
    }
    status = run_heap(heap, &o);
    tn_heap_destroy(heap);
    return status;
}
