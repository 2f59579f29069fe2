/* builtins_system.c: the collector, and the hooks that the prelude builds control on. Also defines all primitives in
 * the system's environment (builtins_define). */
#define _POSIX_C_SOURCE 200809L
#include <string.h>
#include <time.h>

#include "opcode.h"
#include "scheme.h"

/* ---- the collector ---- */

static Value p_gc(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return tn_collect(vm->m, TN_FULL) == TN_OK ? (Value)S_UNSPECIFIED : out_of_memory(vm);
}

static Value p_gc_minor(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return tn_collect(vm->m, TN_MINOR) == TN_OK ? (Value)S_UNSPECIFIED : out_of_memory(vm);
}

/* An association list of what tn_stats_get tells. */
static Value p_gc_stats(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    tn_stats s;
    tn_stats_get(vm->m->heap, &s);
    const struct { const char *name; uint64_t value; } rows[] = {
        {"minors", s.minors}, {"majors", s.majors}, {"allocated", s.allocated_bytes},
        {"promoted", s.promoted_bytes}, {"live", s.live_bytes}, {"used", s.used_bytes},
        {"committed", s.committed_bytes}, {"external", s.external_bytes}, {"nursery", s.nursery_bytes},
        {"old-limit", s.old_limit_bytes}, {"pause-p50-ns", s.pause_p50_ns}, {"pause-p99-ns", s.pause_p99_ns},
        {"pause-max-ns", s.pause_max_ns}, {"minor-max-ns", s.minor_max_ns}, {"major-max-ns", s.major_max_ns},
        {"gc-ns", s.gc_ns}, {"total-ns", s.total_ns},
    };
    TN_SCOPE(vm->m);
    TN_LOCAL_VALUE(vm->m, pair);
    Value *list = TN_HANDLE_VALUE(vm->m, S_NIL), *number = TN_HANDLE_VALUE(vm->m, S_NIL);
    for (size_t i = sizeof rows / sizeof rows[0]; i-- > 0;) {
        *number = fixnum((int64_t)(rows[i].value & INT64_MAX >> 1));
        if (!(*pair = intern_c(vm, rows[i].name))) return 0;
        if (!(*pair = cons(vm, pair, number)) || !(*list = cons(vm, pair, list))) return 0;
    }
    return *list;
}

/* Displays the summary. */
static Value p_gc_summary(Vm *vm, int argc, const Value *argv) {
    char text[4096];
    tn_stats_text(vm->m->heap, text, sizeof text);
    Port *port = port_output(vm, argc, argv, 0, false);
    return port && port_put(vm, port, text, strlen(text)) ? (Value)S_UNSPECIFIED : 0;
}

/* ---- the system ---- */

static Value p_exit(Vm *vm, int argc, const Value *argv) {
    vm->exit_code = argc == 0 || argv[0] == S_TRUE ? 0 : is_fixnum(argv[0]) ? (int)(fixnum_value(argv[0]) & 255) : 1;
    return 0; /* the VM leaves, for no condition is raised */
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static Value p_jiffy(Vm *vm, int argc, const Value *argv) { UNUSED; return fixnum(now()); }
static Value p_jiffies(Vm *vm, int argc, const Value *argv) { UNUSED; return fixnum(1000000000); }
static Value p_runtime(Vm *vm, int argc, const Value *argv) { UNUSED; return make_flonum(vm, (double)now() / 1e9); }
static Value p_void(Vm *vm, int argc, const Value *argv) { UNUSED; return S_UNSPECIFIED; }
static Value p_environment(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_USER]; }

/* What the prelude keeps in the VM: the handlers and winders, and where an object was raised. */
static Value p_handlers(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_HANDLERS]; }
static Value p_winders(Vm *vm, int argc, const Value *argv) { UNUSED; return vm->reg[R_WINDERS]; }

static Value p_set_handlers(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->reg[R_HANDLERS] = *argv;
    return S_UNSPECIFIED;
}

static Value p_set_winders(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->reg[R_WINDERS] = *argv;
    return S_UNSPECIFIED;
}

static Value p_continuation_winders(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    return tn_read_value(AS(Continuation, *argv), winders);
}

static Value p_raised_line(Vm *vm, int argc, const Value *argv) { UNUSED; return fixnum(vm->raised_line); }

static Value p_set_raised_line(Vm *vm, int argc, const Value *argv) {
    UNUSED;
    vm->raised_line = fixnum_value(*argv);
    return S_UNSPECIFIED;
}

const PrimitiveDesc builtins_system[] = {
    {"gc", p_gc, 0, 0, 0, 0},
    {"gc-minor", p_gc_minor, 0, 0, 0, 0},        {"gc-stats", p_gc_stats, 0, 0, 0, 0},
    {"gc-summary", p_gc_summary, 0, 1, 0, 0},    {"%exit", p_exit, 0, 1, 0, 0},
    {"emergency-exit", p_exit, 0, 1, 0, 0},
    {"current-jiffy", p_jiffy, 0, 0, 0, 0},      {"jiffies-per-second", p_jiffies, 0, 0, 0, 0},
    {"runtime", p_runtime, 0, 0, 0, 0},          {"void", p_void, 0, -1, 0, 0},
    {"interaction-environment", p_environment, 0, 0, 0, 0}, {"%handlers", p_handlers, 0, 0, 0, 0},
    {"%set-handlers!", p_set_handlers, 1, 1, 0, 0}, {"%winders", p_winders, 0, 0, 0, 0},
    {"%set-winders!", p_set_winders, 1, 1, 0, 0}, {"%continuation-winders", p_continuation_winders, 1, 1, 0, 0},
    {"%raised-line", p_raised_line, 0, 0, 0, 0}, {"%set-raised-line!", p_set_raised_line, 1, 1, 0, 0},
    {"apply", NULL, 2, -1, 0, SPECIAL_APPLY},    {"%apply-values", NULL, 2, 2, 0, SPECIAL_APPLY_VALUES},
    {"call-with-current-continuation", NULL, 1, 1, 0, SPECIAL_CALLCC}, {"call/cc", NULL, 1, 1, 0, SPECIAL_CALLCC},
    {"%call/ec", NULL, 1, 1, 0, SPECIAL_ESCAPE}, {"%throw", NULL, 2, 2, 0, SPECIAL_THROW},
    {"eval", NULL, 1, 2, 0, SPECIAL_EVAL},
    {0},
};

static bool define_all(Vm *vm, const PrimitiveDesc *desc) {
    for (; desc->name; desc++) {
        TN_SCOPE(vm->m);
        TN_LOCAL_VALUE(vm->m, name);
        if (!(*name = intern_c(vm, desc->name))) return false;
        Value found = environment_cell(vm, &vm->reg[R_SYSTEM], name);
        if (!found) return false;
        Value *cell = TN_HANDLE_VALUE(vm->m, found);
        Primitive *primitive = tn_alloc(vm->m, Primitive);
        if (!primitive) return out_of_memory(vm);
        primitive->desc = desc;
        tn_write_value(vm->m, AS(Global, *cell), value, value_of(primitive));
        AS(Global, *cell)->builtin = true;
    }
    return true;
}

bool builtins_define(Vm *vm) {
    const PrimitiveDesc *const all[] = {
        builtins_number, builtins_real,   builtins_list,  builtins_text, builtins_data, builtins_system,
        builtins_string, builtins_table,  builtins_bytes, builtins_port, builtins_file, builtins_complex,
        builtins_record, builtins_library,
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!define_all(vm, all[i])) return false;
    return true;
}
