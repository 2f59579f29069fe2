/* fuzz.c: the interpreter for libFuzzer. Each input is a program for a machine of its own; built with READ_ONLY, it is
 * read and not run, and what was read is written and must read as the same again. An input may say what it likes and
 * meet any error; what must not happen is a crash, a leak, or a machine that nobody can interrupt.
 *
 * Programs may not touch files (vm->refuses_files), get 64 MiB of heap and 1 MiB of stack, and are interrupted by a
 * timer, again and again, for they may catch it. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "../scheme.h"

enum { PATIENCE = 20 /* interrupts */, INTERVAL_US = 50000, STACK_SLOTS = 1 << 17 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef READ_ONLY

/* Data that was read is written so that it reads as equal data. */
static void use(Vm *vm, Value *form, const Value *positions) {
    TEMP_BUFFER(text);
    TN_SCOPE(vm->m);
    if (!print_value(vm, &text, *form, true)) return; /* out of memory */
    Reader *reader = reader_text(text.text ? text.text : "", text.length);
    if (!reader) return;
    Value *again = TN_HANDLE_VALUE(vm->m, 0);
    *again = read_datum(vm, reader, positions);
    reader_close(reader);
    bool out_of_memory = !*again && vm->reg[R_PENDING] == vm->reg[R_OUT_OF_MEMORY];
    if (out_of_memory || is_equal(vm, *form, *again) != 0) return;
    fprintf(stderr, "not read as the same again: %.*s\n", (int)text.length, text.text);
    abort();
}

static void watch(Vm *vm, bool on) { (void)vm, (void)on; }

#else

static Vm *watched;
static int interrupts;

/* Whoever catches the interrupts must end as well. */
static void interrupt(int signal) {
    (void)signal;
    if (++interrupts > PATIENCE) watched->exit_code = 130;
    raise(SIGINT);
}

static void watch(Vm *vm, bool on) {
    struct itimerval every = {{0, on ? INTERVAL_US : 0}, {0, on ? INTERVAL_US : 0}};
    if (on) watched = vm, interrupts = 0;
    setitimer(ITIMER_REAL, &every, NULL);
}

static void use(Vm *vm, Value *form, const Value *positions) {
    Value procedure = compile(vm, form, &vm->reg[R_USER], positions);
    if (procedure) vm_run(vm, procedure);
    vm->reg[R_HANDLERS] = vm->reg[R_WINDERS] = S_NIL;
    stack_shrink(vm);
}

#endif

static void run(Vm *vm, const char *text, size_t size) {
    Reader *reader = reader_text(text, size);
    if (!reader) return;
    for (bool more = true; more && vm->exit_code < 0;) {
        TN_SCOPE(vm->m);
        TN_LOCAL_VALUE(vm->m, form);
        TN_LOCAL_VALUE(vm->m, positions);
        more = (*positions = table_new(vm, TABLE_EQ)) && (*form = read_datum(vm, reader, positions)) && *form != S_EOF;
        if (more) use(vm, form, positions);
        vm->reg[R_PENDING] = S_FALSE;
    }
    reader_close(reader);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "r", stdin)) return 1;
#ifndef READ_ONLY
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGALRM, &action, NULL);
#endif
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tn_config config = TN_CONFIG_INIT;
    config.name = "fuzz";
    config.format = tn_format_low_tag(7, 0);
    config.options = "heap_max=64M nursery=256K";
    tn_heap *heap = tn_heap_create(&config, NULL);
    tn_mutator *m = heap ? tn_mutator_create(heap, NULL) : NULL;
    if (!m) abort();
    Vm vm;
    if (!vm_open(&vm, m, STACK_SLOTS)) abort();
    vm.refuses_files = true;
    watch(&vm, true);
    run(&vm, (const char *)data, size);
    watch(&vm, false);
    vm_close(&vm);
    tn_mutator_destroy(m);
    tn_heap_destroy(heap);
    return 0;
}
