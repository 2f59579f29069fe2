/* io/report.c: prints the line for a condition, or another object, that nobody has caught. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "io/print.h"

/* What the heap says of it. The memory that was out may also have been the C library's. */
static void add_reason(Vm *vm, Buffer *line) {
    const char *reason = tn_last_error(vm->m);
    if (tn_last_status(vm->m) != TN_OUT_OF_MEMORY) return;
    buffer_add(line, ": ", 2);
    buffer_add(line, reason, strlen(reason));
    tn_clear_error(vm->m);
}

/* FILE:LINE: message: irritants. Does not allocate in the heap: memory may be out. */
void report(Vm *vm, Value raised) {
    TEMP_BUFFER(line);
    bool condition = IS(Condition, raised);
    Value file = condition ? tn_read_value(AS(Condition, raised), file) : vm->reg[R_RAISED_FILE];
    int64_t number = condition ? AS(Condition, raised)->line : vm->raised_line;
    if (!IS(String, file)) file = vm->reg[R_FILE];
    if (IS(String, file)) print_value(vm, &line, file, false);
    char text[32];
    int n = snprintf(text, sizeof text, number > 0 ? ":%lld: " : ": ", (long long)number);
    buffer_add(&line, text, (size_t)n);
    if (condition) {
        print_value(vm, &line, tn_read_value(AS(Condition, raised), message), false);
        Value list = tn_read_value(AS(Condition, raised), irritants);
        bool colon = line.length && line.text[line.length - 1] == ':'; /* as many messages end, by custom */
        for (const char *separator = colon ? " " : ": "; IS(Pair, list); list = cdr(list), separator = " ") {
            buffer_add(&line, separator, strlen(separator));
            print_value(vm, &line, car(list), true);
        }
        if (AS(Condition, raised)->kind == C_MEMORY) add_reason(vm, &line);
    } else {
        buffer_add(&line, "uncaught exception: ", 20);
        print_value(vm, &line, raised, true);
    }
    buffer_add(&line, "\n", 1);
    fflush(stdout);
    if (line.text) fwrite(line.text, 1, line.length, stderr);
}
