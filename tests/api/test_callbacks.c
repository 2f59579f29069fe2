/* test_callbacks.c: every call of the API from every callback of the host. What a callback must not make is refused, in
 * every build: the call does nothing, returns NULL, 0 or TN_BAD_STATE, and (but in on_error and log) leaves a line that
 * names the call and the callback. on_out_of_memory may make all calls that neither allocate nor collect. The heap is
 * whole afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "heap/heap.h"
#include "support.h"

typedef struct Actor {
    TN_FIELD(Pair) pair;
} Actor;
enum { Actor_type = TN_FIRST_SPECIAL + 40, New_type = 900 };

typedef struct World {
    tn_heap *heap;
    tn_mutator *m;
    Pair **pair, **young;
    Vector **vector;
    Values **values;
    tn_weak **weak;
    tn_weak_array **weak_array;
    Pair *const *global;
    const tn_value *global_value;
    tn_range *range;
    const char *in;   /* the callback whose turn it is; NULL: none */
    unsigned made;    /* calls */
    bool silent;      /* failures are not reported there */
} World;

static World w;
static TN_FIELD(Pair) cell;
static tn_value_field value_cell, other_cell;
static void *slots[4], *base = slots, *top = slots;

static void scan_nothing(tn_tracer *tracer, void *user) { (void)tracer, (void)user; }
static bool walk_nothing(const void *object, tn_type type, size_t size, void *user) {
    (void)object, (void)type, (void)size, (void)user;
    return true;
}
static const tn_type_desc new_desc = {.number = New_type, .name = "New", .size = 16, .flags = TN_LEAF};

/* ---- the calls; each says whether it was refused ---- */

static bool no(const void *result) { return result == NULL; }
static bool bad(tn_status status) { return status == TN_BAD_STATE; }
/* Of a call without a result: only what it reports tells. */
static bool reported(void) { return w.silent || tn_last_status(w.m) == TN_BAD_STATE; }

static bool alloc_sized(void) { return no(tn_alloc_sized(w.m, Pair_type, sizeof(Pair))); }
static bool alloc_typed(void) { return no(tn_alloc(w.m, Pair)); }
static bool alloc_tail(void) { return no(tn_alloc_tail(w.m, Vector, tn_value, 3)); }
static bool alloc_slow(void) { return no(tn_alloc_slow(w.m, Pair_type, sizeof(Pair), 0, 0)); }
static bool alloc_large(void) { return no(tn_alloc_tail(w.m, Vector, tn_value, 5000)); }
static bool alloc_stable(void) { return no(tn_alloc_stable(w.m, Pair)); }
static bool new_handle(void) { return no(TN_NEW(w.m, Pair)); }
static bool new_stable(void) { return no(TN_NEW_STABLE(w.m, Pair)); }
static bool reserve(void) { return bad(tn_reserve(w.m, 64)); }
static bool resize_longer(void) { return bad(TN_RESIZE(w.m, w.vector, 2000)); }
static bool weak_new(void) { return no(TN_WEAK_NEW(w.m, w.pair)); }
static bool weak_array_new(void) { return no(TN_WEAK_ARRAY_NEW(w.m, 3)); }
static bool stable_address(void) { return no(TN_STABLE_ADDRESS(w.m, w.young)); }
static bool collect(void) { return bad(tn_collect(w.m, TN_MINOR)); }
static bool collect_fully(void) { return bad(tn_collect(w.m, TN_FULL)); }
static bool walk(void) { return bad(tn_heap_walk(w.m, walk_nothing, NULL)); }
static bool path(void) { return bad(tn_retaining_path(w.m, *w.pair, NULL, NULL)); }
static bool poll(void) { return tn_poll_slow(w.m), reported(); }
static bool mutator_create(void) { return no(tn_mutator_create(w.heap, NULL)); }
static bool mutator_destroy(void) { return bad(tn_mutator_destroy(w.m)); }
static bool heap_destroy(void) { return bad(tn_heap_destroy(w.heap)); }

static bool type_create(void) { return tn_type_create(w.heap, &new_desc) == 0; }
static bool option_set(void) { return bad(tn_option_set(w.heap, "cpu_target", "11")); }
static bool option_get(void) {
    char text[64];
    return bad(tn_option_get(w.heap, "cpu_target", text, sizeof text));
}
static bool stats_get(void) {
    tn_stats s;
    tn_stats_get(w.heap, &s);
    return s.allocated_bytes == 0;
}
static bool stats_text(void) {
    char text[2000];
    tn_stats_text(w.heap, text, sizeof text);
    return text[0] == 0;
}
static bool restore(void) { return tn_restore(w.m, tn_save(w.m)), reported(); }
static bool resize_shorter(void) { return bad(TN_RESIZE(w.m, w.vector, 90)); }
static bool weak_read(void) { return no(tn_weak_read(w.m, *w.weak)); }
static bool weak_array_read(void) { return tn_weak_array_read(w.m, *w.weak_array, 0) == 0 && reported(); }
static bool weak_array_write(void) { return bad(tn_weak_array_write(w.m, *w.weak_array, 0, 0)); }
static bool hash(void) { return TN_HASH_OF(w.m, w.pair) == 0; }
static bool unprotect(void) { return bad(TN_UNPROTECT(w.m, w.pair)); }
static bool protect(void) { return bad(TN_PROTECT(w.m, w.pair)); }
static bool revisit(void) { return TN_REVISIT_OBJECT(w.m, w.pair), reported(); }
static bool revisit_slot(void) { return tn_revisit_slot(w.m, *w.pair, *w.pair), reported(); }
static bool revisit_value_slot(void) { return tn_revisit_value_slot(w.m, *w.pair, *w.pair), reported(); }
static bool move_refs(void) { return bad(tn_move_refs(w.m, *w.pair, *w.pair, *w.pair, 1)); }
static bool move_values(void) {
    return bad(tn_move_values(w.m, *w.values, (tn_value *)(void *)(*w.values)->item,
                              (tn_value *)(void *)(*w.values)->item, 1));
}
static bool copy_refs(void) { return bad(tn_copy_refs(w.m, *w.pair, *w.pair, slots, 1)); }
static bool copy_values(void) {
    return bad(tn_copy_values(w.m, *w.values, (tn_value *)(void *)((*w.values)->item), (tn_value *)(void *)slots, 1));
}
static bool global_create(void) { return no(tn_global_create(w.m, NULL)); }
static bool global_create_value(void) { return no(tn_global_create_value(w.m, 0)); }
static bool global_store(void) { return bad(TN_GLOBAL_SET(w.m, w.global, w.pair)); }
static bool global_store_value(void) { return bad(tn_global_store_value(w.m, w.global_value, 0)); }
static bool root_create(void) { return bad(tn_root_create_value(w.m, &other_cell)); }
static bool root_store(void) { return bad(TN_ROOT_SET(w.m, &cell, w.pair)); }
static bool root_store_value(void) { return bad(tn_root_write_value(w.m, &value_cell, 0)); }
static bool range_suspend(void) { return bad(tn_range_suspend(w.m, w.range)); }
static bool range_resume(void) { return bad(tn_range_resume(w.m, w.range)); }
static bool range_create(void) { return no(tn_range_create(w.m, &(tn_range_desc){.base = &base, .top = &top})); }
static bool scanner_create(void) { return bad(tn_scanner_create(w.m, scan_nothing, slots)); }
/* These would take away what the others use: last. */
static bool scanner_destroy(void) { return bad(tn_scanner_destroy(w.m, scan_nothing, NULL)); }
static bool range_destroy(void) { return bad(tn_range_destroy(w.m, w.range)); }
static bool root_destroy(void) { return bad(tn_root_destroy(w.m, &cell)); }
static bool global_destroy(void) { return bad(TN_GLOBAL_DESTROY(w.m, w.global)); }
static bool external(void) { return tn_external_adjust(w.heap, 64), reported(); }

/* `name` begins the line. Those that allocate or collect are refused in on_out_of_memory too. */
static const struct Call {
    const char *name;
    bool (*refused)(void);
    bool allocates;
} calls[] = {
    {"tn_alloc", alloc_sized, true}, {"tn_alloc", alloc_typed, true}, {"tn_alloc_tail", alloc_tail, true},
    {"tn_alloc", alloc_slow, true}, {"tn_alloc_tail", alloc_large, true}, {"tn_alloc_stable", alloc_stable, true},
    {"tn_alloc", new_handle, true}, {"tn_alloc_stable", new_stable, true}, {"tn_reserve", reserve, true},
    {"TN_RESIZE", resize_longer, true}, {"TN_WEAK_NEW", weak_new, true},
    {"TN_WEAK_ARRAY_NEW", weak_array_new, true}, {"TN_STABLE_ADDRESS", stable_address, true},
    {"tn_collect", collect, true}, {"tn_collect", collect_fully, true}, {"tn_heap_walk", walk, true},
    {"tn_poll", poll, true}, {"", mutator_create, true}, {"tn_mutator_destroy", mutator_destroy, true},
    {"tn_heap_destroy", heap_destroy, true},
    {"tn_type_create", type_create, false}, {"tn_option_set", option_set, false},
    {"tn_option_get", option_get, false}, {"tn_stats_get", stats_get, false}, {"tn_stats_text", stats_text, false},
    {"TN_RESIZE", resize_shorter, false}, {"tn_weak_read", weak_read, false},
    {"tn_weak_array_read", weak_array_read, false}, {"tn_weak_array_write", weak_array_write, false},
    {"tn_hash_of", hash, false}, {"TN_UNPROTECT", unprotect, false}, {"TN_PROTECT", protect, false},
    {"tn_revisit_object", revisit, false}, {"tn_revisit_slot", revisit_slot, false},
    {"tn_revisit_value_slot", revisit_value_slot, false}, {"tn_move_refs", move_refs, false},
    {"tn_move_values", move_values, false}, {"tn_copy_refs", copy_refs, false}, {"tn_copy_values", copy_values, false},
    {"tn_global_create", global_create, false}, {"tn_global_create_value", global_create_value, false},
    {"tn_global_store", global_store, false}, {"tn_global_store_value", global_store_value, false},
    {"tn_root_create_value", root_create, false}, {"tn_root_store", root_store, false},
    {"tn_root_store_value", root_store_value, false}, {"tn_range_suspend", range_suspend, false},
    {"tn_range_resume", range_resume, false}, {"tn_range_create", range_create, false},
    {"tn_scanner_create", scanner_create, false}, {"tn_scanner_destroy", scanner_destroy, false},
    {"tn_range_destroy", range_destroy, false}, {"tn_root_destroy", root_destroy, false},
    {"tn_global_destroy", global_destroy, false}, {"tn_external_adjust", external, false},
    {"tn_restore", restore, false}, {"tn_retaining_path", path, false},
};
enum { CALLS = sizeof calls / sizeof *calls };

/* ---- the callbacks ---- */

static void check_report(const struct Call *call) {
    const char *text = tn_last_error(w.m);
    /* Trace callbacks run in hot loops, which do not say which it is. A mutator is a reason of its own. */
    if (!strcmp(w.in, "trace") && strstr(text, "a callback of a collection")) return;
    if (call->refused == heap_destroy && strstr(text, "has a mutator attached")) return;
    if (strncmp(text, call->name, strlen(call->name)) || !strstr(text, w.in))
        FAIL("%s in %s: the report is \"%s\"", call->name, w.in, text);
}

static void make_call(const struct Call *call) {
    tni_private(w.m)->last_status = TN_OK;
    tni_private(w.m)->last_error[0] = 0;
    bool hook = !strcmp(w.in, "on_out_of_memory"), refused = call->refused();
    bool allowed = (hook && !call->allocates) || (!strcmp(w.in, "dispose") && call->refused == external);
    if (refused == allowed)
        FAIL("call %zu, %s in %s: %s (\"%s\")", (size_t)(call - calls), call->name, w.in,
             refused ? "was refused" : "was carried out", tn_last_error(w.m));
    if (refused && !w.silent && *call->name) check_report(call);
    w.made++;
}

/* All calls, from the callback of this name, once. */
static void act(const char *name) {
    if (!w.in || strcmp(w.in, name) || w.made) return;
    w.silent = !strcmp(name, "on_error") || !strcmp(name, "log");
    for (size_t i = 0; i < CALLS; i++) make_call(&calls[i]);
}

static void trace(tn_tracer *tracer, void *object) {
    tn_visit(tracer, object);
    act("trace");
}
static void dispose(tn_heap *heap, void *object) {
    (void)heap, (void)object;
    act("dispose");
}
static void scan(tn_tracer *tracer, void *user) {
    (void)tracer, (void)user;
    act("scanner");
}
static bool out_of_memory(tn_mutator *m, size_t bytes, void *user) {
    (void)m, (void)bytes, (void)user;
    act("on_out_of_memory");
    return false;
}
static void on_error(tn_status status, const char *text, void *user) {
    (void)status, (void)text, (void)user;
    act("on_error");
}
static void log_line(const char *line, void *user) {
    (void)line, (void)user;
    act("log");
}
static size_t nursery_size(const tn_pacing *pacing, void *user) {
    (void)user;
    act("policy");
    return pacing->nursery;
}
static size_t old_limit(const tn_pacing *pacing, void *user) {
    (void)user;
    return pacing->live + ((size_t)4 << 20);
}

/* ---- a heap with all of them ---- */

static const tn_type_desc actor_desc = {
    .number = Actor_type, .name = "Actor", .size = sizeof(Actor), .trace = trace, .dispose = dispose};

static tn_heap *make_heap(void) {
    tn_policy policy = TN_POLICY_INIT;
    policy.nursery_size = nursery_size;
    policy.old_limit = old_limit;
    tn_config config = TN_CONFIG_INIT;
    config.options = "heap_max=64M nursery_max=1M log=gc pretenure=off";
    config.ignore_environment = true;
    config.policy = &policy;
    config.on_out_of_memory = out_of_memory;
    config.on_error = on_error;
    config.log = log_line;
    return tn_heap_create(&config, NULL);
}

static void make_objects(void) {
    w.pair = support_list(w.m, 5);
    w.vector = TN_NEW_TAIL(w.m, Vector, tn_value, 100);
    w.values = TN_NEW_TAIL(w.m, Values, tn_value, 5);
    w.weak = TN_WEAK_NEW(w.m, w.pair);
    w.weak_array = TN_WEAK_ARRAY_NEW(w.m, 3);
    w.global = TN_GLOBAL_CREATE(w.m, w.pair);
    w.global_value = tn_global_create_value(w.m, 0);
    w.range = tn_range_create(w.m, &(tn_range_desc){.base = &base, .top = &top});
    CHECK(w.vector && w.values && w.weak && w.weak_array && w.global && w.global_value && w.range);
    CHECK_EQ(tn_root_create(w.m, &cell), TN_OK);
    CHECK_EQ(tn_root_create_value(w.m, &value_cell), TN_OK);
    CHECK_EQ(tn_scanner_create(w.m, scan_nothing, NULL), TN_OK);
    CHECK_EQ(tn_scanner_create(w.m, scan, NULL), TN_OK);
    CHECK_EQ(TN_UNPROTECT(w.m, w.pair), TN_OK);
}

/* Brings the callback about. */
static void provoke(const char *name) {
    if (!strcmp(name, "on_error")) {
        CHECK_EQ(tn_reserve(w.m, SIZE_MAX), TN_BAD_SIZE);
    } else if (!strcmp(name, "on_out_of_memory")) {
        CHECK(tn_alloc_tail(w.m, Vector, tn_value, (size_t)1 << 24) == NULL);
    } else {
        Actor **owner = TN_NEW(w.m, Actor);
        CHECK(owner != NULL);
        if (!strcmp(name, "dispose")) *owner = NULL;
        support_garbage(w.m, 800 << 10);
        support_collect(w.m, TN_FULL);
    }
}

static void check_whole(void) {
    CHECK_EQ(tn_option_set(w.heap, "debug", "verify"), TN_OK);
    support_garbage(w.m, 300000);
    support_collect(w.m, TN_FULL);
    support_check_list(*w.pair, 5);
}

static void test_callback(void **state) {
    const char *name = *state;
    memset((void *)(uintptr_t)&cell, 0, sizeof cell);
    memset((void *)(uintptr_t)&value_cell, 0, sizeof value_cell);
    w = (World){.heap = make_heap()};
    CHECK(w.heap != NULL);
    w.m = tn_mutator_create(w.heap, NULL);
    CHECK(w.m != NULL);
    for (size_t i = 0; i < SUPPORT_TYPES; i++) CHECK(tn_type_create(w.heap, &support_types[i]) != 0);
    CHECK_EQ(tn_type_create(w.heap, &actor_desc), Actor_type);
    {
        TN_SCOPE(w.m);
        make_objects();
        support_collect(w.m, TN_MINOR);
        w.young = TN_NEW(w.m, Pair);
        CHECK(w.young != NULL);
        w.in = name;
        provoke(name);
        w.in = NULL;
        CHECK_EQ(w.made, CALLS);
        check_whole();
    }
    CHECK_EQ(tn_mutator_destroy(w.m), TN_OK);
    CHECK_EQ(tn_heap_destroy(w.heap), TN_OK);
}

/* The last dispose callbacks run in tn_heap_destroy, when there is no mutator. */
static void destroys_inside(tn_heap *heap, void *object) {
    (void)object;
    CHECK_EQ(tn_heap_destroy(heap), TN_BAD_STATE);
    CHECK(tn_mutator_create(heap, NULL) == NULL);
    CHECK_EQ(tn_type_create(heap, &new_desc), 0);
    w.made++;
}

static void test_destroy_in_destroy(void **state) {
    static const tn_type_desc desc = {
        .number = Actor_type, .name = "Actor", .size = sizeof(Actor), .flags = TN_LEAF, .dispose = destroys_inside};
    (void)state;
    w = (World){.heap = tn_heap_create(NULL, NULL)};
    tn_mutator *m = tn_mutator_create(w.heap, NULL);
    CHECK_EQ(tn_type_create(w.heap, &desc), Actor_type);
    CHECK(tn_alloc(m, Actor) != NULL);
    CHECK_EQ(tn_global_create(m, tn_alloc(m, Actor)) != NULL, true);
    CHECK_EQ(tn_mutator_destroy(m), TN_OK);
    CHECK_EQ(tn_heap_destroy(w.heap), TN_OK);
    CHECK_EQ(w.made, 2);
}

int main(void) {
    static const char *const names[] = {"dispose",  "trace", "scanner", "on_out_of_memory",
                                        "on_error", "log",   "policy"};
    enum { NAMES = sizeof names / sizeof *names };
    struct CMUnitTest tests[NAMES + 1];
    for (size_t i = 0; i < NAMES; i++)
        tests[i] = (struct CMUnitTest){names[i], test_callback, NULL, NULL, (void *)(uintptr_t)names[i]};
    tests[NAMES] = (struct CMUnitTest)cmocka_unit_test(test_destroy_in_destroy);
    return _cmocka_run_group_tests("callbacks", tests, NAMES + 1, NULL, NULL);
}
