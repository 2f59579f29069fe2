/* test_debug.c: the debug modes find mistakes that are planted for them. Each is made in a forked child, which ends
 * by the report; and the same work without a mistake ends well under the same mode. */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "debug/site.h"
#include "support.h"

/* Whether this host tells the library of its scopes and handles: with NDEBUG it does not. */
#ifdef NDEBUG
enum { HOST_IS_CHECKED = 0 };
#else
enum { HOST_IS_CHECKED = 1 };
#endif

static Child child;

static void must_be_fatal(void (*body)(void *), void *arg) {
    child_run(&child, body, arg);
    bool watched = support_watched() && child.code == CHILD_VALGRIND; /* which reports the trap first */
    if (child.code != CHILD_FATAL && !watched)
        FAIL("the mistake was not found: exit %d, signal %d: %s", child.code, child.signal, child.text);
}

/* An old pair with the number 7, in a heap under the options. */
static Pair **old_pair(Host *host, const char *options) {
    host_exact(host, options);
    Pair **p = TN_NEW(host->m, Pair);
    CHECK(p != NULL);
    (*p)->number = 7;
    support_collect(host->m, TN_MINOR);
    return p;
}

/* A store behind the collector's back. */
static void smuggle(void *slot, const void *pointer) { memcpy(slot, &pointer, sizeof pointer); }

/* ---- verify ---- */

static void store_without_barrier(void *arg) {
    bool correct = *(bool *)arg;
    Host host;
    Pair **old = old_pair(&host, "debug=verify");
    support_collect(host.m, TN_MINOR);
    support_collect(host.m, TN_MINOR);
    Pair *young = tn_alloc(host.m, Pair);
    if (correct) tn_write(host.m, *old, cdr, young);
    else smuggle((char *)*old + offsetof(Pair, cdr), young);
    support_collect(host.m, TN_MINOR);
    host_close(&host);
}

static void verify_finds_a_store_without_barrier(void **state) {
    (void)state;
    bool correct = false;
    must_be_fatal(store_without_barrier, &correct);
    CHECK_HAS(child.text, "Pair");         /* the type, */
    CHECK_HAS(child.text, "cdr");          /* the field, */
    CHECK_HAS(child.text, "pair 7");       /* the object as its describe callback tells it, */
    CHECK_HAS(child.text, "collection 4"); /* and which collection found it */
    correct = true;
    child_run(&child, store_without_barrier, &correct);
    CHECK_CHILD_OK(&child);
}

/* With a nursery that can grow no more, the old space is looked at in turns: so it takes a few collections. */
static void store_into_a_large_heap(void *arg) {
    bool correct = *(bool *)arg;
    Host host;
    host_exact(&host, "debug=verify nursery_max=256K pretenure=off");
    Pair **list = support_list(host.m, 800000);
    support_garbage(host.m, 1 << 20);
    Pair *old = *list;
    for (long i = 0; i < 400000; i++) old = tn_read(old, cdr);
    if (!correct) smuggle((char *)old + offsetof(Pair, car), tn_alloc(host.m, Pair));
    support_garbage(host.m, 64 << 20);
    if (correct) support_check_list(*list, 800000);
    host_close(&host);
}

static void verify_comes_to_all_of_a_large_heap(void **state) {
    (void)state;
    bool correct = false;
    must_be_fatal(store_into_a_large_heap, &correct);
    CHECK_HAS(child.text, "verify: before minor collection");
    CHECK_HAS(child.text, "field 'car' holds");
    correct = true;
    child_run(&child, store_into_a_large_heap, &correct);
    CHECK_CHILD_OK(&child);
}

static void value_without_barrier(void *arg) {
    bool correct = *(bool *)arg;
    Host host;
    host_exact(&host, "debug=verify");
    Values **old = TN_NEW_TAIL(host.m, Values, tn_value, 5000);
    support_collect(host.m, TN_MINOR);
    Pair *young = tn_alloc(host.m, Pair);
    if (correct) tn_write_value(host.m, *old, item[4321], (tn_value)(uintptr_t)young);
    else smuggle((char *)*old + sizeof(Values) + 8 * 4321, young);
    support_collect(host.m, TN_MINOR);
    host_close(&host);
}

static void verify_finds_a_value_in_a_large_array(void **state) {
    (void)state;
    bool correct = false;
    must_be_fatal(value_without_barrier, &correct);
    CHECK_HAS(child.text, "Values");
    CHECK_HAS(child.text, "4321");
    correct = true;
    child_run(&child, value_without_barrier, &correct);
    CHECK_CHILD_OK(&child);
}

static void buffer_without_remember(void *arg) {
    bool correct = *(bool *)arg;
    Host host;
    host_exact(&host, "debug=verify");
    Owner **owner = TN_NEW(host.m, Owner);
    (*owner)->buffer = calloc(4, sizeof(Pair *));
    (*owner)->count = 4;
    support_collect(host.m, TN_MINOR);
    Pair *young = tn_alloc(host.m, Pair);
    (*owner)->buffer[2] = young;
    if (correct) tn_revisit_object(host.m, *owner);
    support_collect(host.m, TN_MINOR);
    host_close(&host);
}

static void verify_finds_a_forgotten_tn_remember(void **state) {
    (void)state;
    bool correct = false;
    must_be_fatal(buffer_without_remember, &correct);
    CHECK_HAS(child.text, "Owner");
    correct = true;
    child_run(&child, buffer_without_remember, &correct);
    CHECK_CHILD_OK(&child);
}

static void reference_into_the_middle(void *arg) {
    Host host;
    Pair **old = old_pair(&host, "debug=verify"), **other = support_list(host.m, 3);
    support_collect(host.m, TN_MINOR);
    smuggle((char *)*old + offsetof(Pair, car), (char *)*other + *(size_t *)arg);
    support_collect(host.m, TN_MAJOR);
    host_close(&host);
}

static void verify_finds_a_reference_to_no_object(void **state) {
    (void)state;
    size_t offset = 8;
    must_be_fatal(reference_into_the_middle, &offset);
    CHECK_HAS(child.text, "Pair");
    CHECK_HAS(child.text, "car");
    offset = 0;
    child_run(&child, reference_into_the_middle, &offset);
    CHECK_CHILD_OK(&child);
}

static void smashed_header(void *arg) {
    Host host;
    Pair **old = old_pair(&host, "debug=verify");
    if (*(bool *)arg)
        ((uint64_t *)(void *)*old)[-1] = (uint64_t)12345 << 8; /* as a write behind the object before it does */
    support_collect(host.m, TN_MAJOR);
    host_close(&host);
}

static void verify_finds_a_smashed_header(void **state) {
    (void)state;
    bool smash = true;
    must_be_fatal(smashed_header, &smash);
    CHECK_HAS(child.text, "broken header");
    CHECK_HAS(child.text, "303900"); /* 12345 << 8 */
    smash = false;
    child_run(&child, smashed_header, &smash);
    CHECK_CHILD_OK(&child);
}

/* A trace callback that breaks its contract: it shows its reference only in one of its calls. */
typedef struct Fickle {
    Pair *hidden;
} Fickle;
static int fickle_call, fickle_shows;

static void fickle_trace(tn_tracer *tracer, void *object) {
    if (fickle_call++ == fickle_shows) tn_visit(tracer, &((Fickle *)object)->hidden);
}

static void inconsistent_marking(void *arg) {
    static const tn_type_desc desc = {.name = "Fickle", .size = sizeof(Fickle), .trace = fickle_trace};
    Host host;
    Pair **old = old_pair(&host, "debug=verify");
    tn_type type = tn_type_create(host.heap, &desc);
    CHECK(type != 0);
    fickle_shows = -1;
    Fickle **fickle = TN_HANDLE(host.m, (Fickle *)tn_alloc_sized(host.m, type, sizeof(Fickle)));
    support_collect(host.m, TN_MINOR);
    (*fickle)->hidden = *old;
    *old = NULL;
    fickle_call = 0;
    fickle_shows = *(int *)arg;
    support_collect(host.m, TN_MAJOR);
    fickle_shows = -1;
    host_close(&host);
}

/* In some call the marking sees what verify does not, or the other way round. */
static void verify_compares_the_marking_with_the_references(void **state) {
    (void)state;
    bool found = false;
    for (int call = 0; call < 8; call++) {
        child_run(&child, inconsistent_marking, &call);
        if (child.code == CHILD_FATAL && strstr(child.text, "after major")) found = true;
    }
    if (!found) FAIL("in no call: %s", child.text);
}

static void busy_heap(void *arg) {
    Host host;
    host_exact(&host, arg);
    TN_LOCAL(host.m, Pair, all);
    for (int i = 0; i < 30; i++) {
        TN_SCOPE(host.m);
        Pair **list = support_list(host.m, 50);
        Vector **v = TN_NEW_TAIL(host.m, Vector, Pair *, i % 10 == 0 ? 2000 : 20);
        TN_SET(host.m, v, item[7], list);
        Pair **p = TN_NEW(host.m, Pair);
        TN_SET(host.m, p, car, all);
        TN_SET(host.m, p, cdr, list);
        *all = i % 13 == 0 ? NULL : *p;
        CHECK(TN_WEAK_NEW(host.m, v) != NULL);
        CHECK(TN_NEW(host.m, File) != NULL);
        tn_hash_of(host.m, *p);
        if (i % 9 == 0) support_collect(host.m, (tn_collection_kind)(i / 9 % 3));
        if (i % 17 == 0) CHECK(TN_STABLE_ADDRESS(host.m, p) != NULL);
    }
    for (Pair *p = *all; p; p = tn_read(p, car)) support_check_list(tn_read(p, cdr), 50);
    host_close(&host);
}

static void every_mode_accepts_a_correct_host(void **state) {
    (void)state;
    static const char *const options[] = {"debug=verify",
                                          "debug=move",
                                          "debug=poison",
                                          "debug=stress=1",
                                          "debug=stress=7,verify",
                                          "debug=stress=1,move,verify,poison",
                                          "debug=move,poison heap_max=8M"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        child_run(&child, busy_heap, (void *)(uintptr_t)options[i]);
        if (child.code != 0) FAIL("%s: exit %d, signal %d: %s", options[i], child.code, child.signal, child.text);
    }
}

/* ---- move ---- */

static void stale_pointer(void *arg) {
    bool correct = *(bool *)arg;
    Host host;
    host_exact(&host, "debug=move");
    Pair **p = TN_NEW(host.m, Pair);
    (*p)->number = 55;
    volatile Pair *raw = *p;
    support_collect(host.m, TN_MINOR);
    long number = correct ? (*p)->number : raw->number; /* the mistake: the object has moved */
    CHECK_EQ(number, 55);
    host_close(&host);
}

static void move_makes_a_stale_pointer_fault(void **state) {
    (void)state;
    bool correct = false;
    must_be_fatal(stale_pointer, &correct);
    if (!support_watched()) CHECK_HAS(child.text, "stale pointer: ");
    correct = true;
    child_run(&child, stale_pointer, &correct);
    CHECK_CHILD_OK(&child);
}

static void missing_root(void *arg) {
    (void)arg;
    Host host;
    host_exact(&host, "debug=stress=1,move");
    volatile Pair *raw = tn_alloc(host.m, Pair);
    tn_alloc(host.m, Pair); /* collects */
    raw->number = 1;
    host_close(&host);
}

static void stress_and_move_make_a_missing_root_fault(void **state) {
    (void)state;
    must_be_fatal(missing_root, NULL);
    if (!support_watched()) CHECK_HAS(child.text, "stale pointer: ");
}

/* ---- sites and stale ---- */

enum { MOVED, DEAD, HEADER, TAIL };

static void use_stale(void *arg) {
    int how = *(int *)arg;
    Host host;
    host_exact(&host, "debug=stale");
    tn_site_set(host.m, "script.lua", 77);
    volatile Pair *raw = tn_alloc(host.m, Pair);
    tn_site_set(host.m, NULL, 0);
    volatile Vector *vector = tn_alloc_tail(host.m, Vector, void *, 100);
    TN_SCOPE(host.m);
    Pair **pair = TN_HANDLE(host.m, how == DEAD ? NULL : (Pair *)(uintptr_t)raw);
    Vector **held = TN_HANDLE(host.m, (Vector *)(uintptr_t)vector);
    CHECK(pair && held);
    tn_alloc(host.m, Pair);
    support_collect(host.m, TN_MINOR);
    for (int i = 0; i < 100; i++) tn_alloc(host.m, Pair);
    support_collect(host.m, TN_MINOR);
    if (how == HEADER) tn_write(host.m, (Pair *)(uintptr_t)raw, cdr, tn_alloc(host.m, Pair));
    else if (how == TAIL) CHECK(tn_read(vector, item[99]) == NULL);
    else raw->number = 1;
    host_close(&host);
}

static void stale_names_the_object_and_its_collection(void **state) {
    (void)state;
    for (int how = MOVED; how <= TAIL; how++) {
        must_be_fatal(use_stale, &how);
        CHECK_HAS(child.text, "stale pointer");
        CHECK_HAS(child.text, how == TAIL ? "into a 'Vector'" : "into a 'Pair'");
        CHECK_HAS(child.text, "test_debug.c:");
        CHECK_HAS(child.text, "collection 1 (asked by the host)");
        CHECK_HAS(child.text, how == DEAD ? "found dead" : "has moved to");
        CHECK(!strstr(child.text, "script.lua:77") == (how == TAIL));
    }
}

static void on_segv(int number) {
    (void)number;
    fprintf(stderr, "the host's own handler");
    _exit(42);
}

/* A fault that is no business of the collector's, and one that is, where the host's on_fatal returns. */
static void fault_with_a_handler(void *arg) {
    bool ours = *(bool *)arg;
    signal(SIGSEGV, on_segv);
    tn_config config = TN_CONFIG_INIT;
    config.options = "debug=stale";
    config.ignore_environment = true;
    tn_heap *heap = tn_heap_create(&config, NULL);
    CHECK(tn_type_create(heap, &support_types[0]));
    tn_mutator *m = tn_mutator_create(heap, NULL);
    volatile char *byte = (volatile char *)tn_alloc(m, Pair);
    support_collect(m, TN_MINOR);
    if (!ours) byte = (volatile char *)(uintptr_t)tn_heap_create_; /* the library's code: not to be written to */
    *byte = 1;
}

/* ---- the handler ---- */

static bool is_mine(void) {
    struct sigaction now;
    CHECK_EQ(sigaction(SIGSEGV, NULL, &now), 0);
    return !(now.sa_flags & SA_SIGINFO) && now.sa_handler == SIG_IGN;
}

/* It is there while one heap needs it, and the host's own is put back with the last one; but not over what the host has
 * put there since. */
static void the_hosts_handler_is_put_back(void **state) {
    (void)state;
    Host a, b;
    void (*before)(int) = signal(SIGSEGV, SIG_IGN);
    host_exact(&a, "debug=move");
    CHECK(!is_mine());
    host_exact(&b, "debug=verify");
    CHECK_EQ(tn_option_set(b.m->heap, "debug", "stale"), TN_OK);
    host_close(&a);
    CHECK(!is_mine());
    CHECK_EQ(tn_option_set(b.m->heap, "debug", "verify"), TN_OK);
    CHECK(is_mine());
    CHECK_EQ(tn_option_set(b.m->heap, "debug", "stale"), TN_OK);
    CHECK(!is_mine());
    signal(SIGSEGV, SIG_IGN);
    host_close(&b);
    CHECK(is_mine());
    signal(SIGSEGV, before);
}

/* What a scanner visits in every collection needs no barrier, though it is an old object's memory. */
static void visit_cell(tn_tracer *tracer, void *user) { tn_visit(tracer, user); }
static void scanned_slots_need_no_barrier(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=verify");
    Owner **owner = TN_NEW(host.m, Owner);
    (*owner)->buffer = calloc(4, sizeof(Pair *));
    (*owner)->count = 4;
    Pair **slot = &(*owner)->buffer[2];
    CHECK_EQ(tn_scanner_create(host.m, visit_cell, slot), TN_OK);
    support_collect(host.m, TN_MINOR);
    *slot = tn_alloc(host.m, Pair);
    (*slot)->number = 9;
    support_collect(host.m, TN_MINOR);
    CHECK_EQ((*slot)->number, 9);
    CHECK_EQ(tn_scanner_destroy(host.m, visit_cell, slot), TN_OK);
    host_close(&host);
}

static void stale_calls_the_hosts_handler(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool ours = i;
        child_run(&child, fault_with_a_handler, &ours);
        if (child.code != 42) FAIL("exit %d, signal %d: %s", child.code, child.signal, child.text);
        CHECK_HAS(child.text, "the host's own handler");
        CHECK(!!strstr(child.text, "stale pointer") == ours);
    }
}

static void store_without_barrier_with_sites(void *arg) {
    (void)arg;
    Host host;
    Pair **old = old_pair(&host, "debug=verify,sites");
    tn_site_set(host.m, "script.lua", 12);
    smuggle((char *)*old + offsetof(Pair, cdr), tn_alloc(host.m, Pair));
    support_collect(host.m, TN_MINOR);
    host_close(&host);
}

static void verify_names_both_allocation_sites(void **state) {
    (void)state;
    must_be_fatal(store_without_barrier_with_sites, NULL);
    const char *holder = strstr(child.text, "pair 7, allocated at "),
               *target = strstr(child.text, " for script.lua:12");
    CHECK(holder && strstr(holder, "test_debug.c:"));
    CHECK(target != NULL);
}

/* ---- handles ---- */

enum { AFTER_SCOPE, VALUE_AFTER_SCOPE, TWICE, NOT_LAST, LONGJMP, LONGJMP_SEEN_OUTSIDE, GOOD };

static jmp_buf target;

static Pair **escape_wrongly(tn_mutator *m, int how) {
    TN_SCOPE(m);
    Pair **a = TN_NEW(m, Pair), **b = TN_NEW(m, Pair);
    TN_LOCAL_VALUE(m, value);
    if (how == AFTER_SCOPE) return a;
    if (how == VALUE_AFTER_SCOPE) return (Pair **)(void *)value;
    Pair **escaped = TN_ESCAPE(a);
    if (how == TWICE) escaped = TN_ESCAPE(b);
    if (how == NOT_LAST) TN_HANDLE(m, *b);
    return escaped;
}

static void leave_by_longjmp(tn_mutator *m, int depth) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, kept);
    if (depth == 0) longjmp(target, 1);
    *kept = tn_alloc(m, Pair);
    leave_by_longjmp(m, depth - 1);
}

static void enter_a_scope(tn_mutator *m) {
    TN_SCOPE(m);
    TN_LOCAL(m, Pair, nothing);
    CHECK(*nothing == NULL);
}

static void use_handles(void *arg) {
    int how = *(int *)arg;
    Host host;
    host_exact(&host, "debug=handles handles=1M");
    {
        TN_SCOPE(host.m);
        tn_checkpoint mark = tn_save(host.m);
        if (how >= LONGJMP) {
            if (!setjmp(target)) leave_by_longjmp(host.m, 3);
            if (how == GOOD) tn_restore(host.m, mark);
            if (how == LONGJMP) enter_a_scope(host.m);
        }
        if (how != LONGJMP_SEEN_OUTSIDE) {
            Pair **pair = escape_wrongly(host.m, how);
            if (how == VALUE_AFTER_SCOPE) pair = TN_HANDLE(host.m, *(Pair **)(void *)pair);
            (*pair)->number = 1;
        }
    }
    host_close(&host);
}

static void handles_are_checked(void **state) {
    (void)state;
    if (!HOST_IS_CHECKED) support_skip("a host that is compiled with NDEBUG does not tell of its handles");
    static const char *const reports[] = {[AFTER_SCOPE] = "handle used after its scope: the handle made at",
                                          [VALUE_AFTER_SCOPE] = "handle used after its",
                                          [TWICE] = "two handles escape from the scope of",
                                          [NOT_LAST] = "TN_ESCAPE was not the last thing in the scope of",
                                          [LONGJMP] = "a longjmp out of it needs tn_save",
                                          [LONGJMP_SEEN_OUTSIDE] = "a longjmp out of it needs tn_save"};
    for (int how = 0; how < GOOD; how++) {
        must_be_fatal(use_handles, &how);
        CHECK_HAS(child.text, reports[how]);
        CHECK_HAS(child.text, "test_debug.c:");
    }
    int good = GOOD;
    child_run(&child, use_handles, &good);
    CHECK_CHILD_OK(&child);
}

/* ---- leaks ---- */

static void leave_much(void *arg) {
    bool sites = *(bool *)arg;
    tn_config config = TN_CONFIG_INIT;
    config.name = "untidy";
    config.options = sites ? "debug=sites log=leaks" : "log=leaks";
    config.ignore_environment = true;
    tn_heap *heap = tn_heap_create(&config, NULL);
    CHECK(tn_type_create(heap, &support_types[0]));
    tn_mutator *m = tn_mutator_create(heap, NULL);
    {
        TN_SCOPE(m);
        Pair **pair = TN_NEW(m, Pair);
        for (int i = 0; i < 3; i++) CHECK(TN_GLOBAL_CREATE(m, pair) != NULL);
        tn_weak **kept = TN_WEAK_NEW(m, pair), **lost = TN_WEAK_NEW(m, pair);
        CHECK(kept && lost);
        CHECK(TN_GLOBAL_CREATE(m, kept) != NULL);
        tn_external_adjust(heap, 4096);
    }
    CHECK_EQ(tn_mutator_destroy(m), TN_OK);
    CHECK_EQ(tn_heap_destroy(heap), TN_OK);
}

static void leaks_are_listed_by_place(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool sites = i;
        child_run(&child, leave_much, &sites);
        CHECK_CHILD_OK(&child);
        CHECK_HAS(child.text, sites ? "[leaks untidy] 3 globals left, made at " : "[leaks untidy] 4 globals left (");
        CHECK_HAS(child.text, "[leaks untidy] 1 weak references left");
        CHECK_HAS(child.text, "[leaks untidy] 4096 bytes of tn_external_adjust left");
        if (sites) CHECK_HAS(child.text, "test_debug.c:");
    }
}

static void nothing_is_left(void *arg) {
    (void)arg;
    Host host;
    Pair **pair = old_pair(&host, "log=leaks");
    Pair *const *global = TN_GLOBAL_CREATE(host.m, pair);
    CHECK_EQ(TN_GLOBAL_DESTROY(host.m, global), TN_OK);
    CHECK(TN_WEAK_NEW(host.m, pair) != NULL);
    host_close(&host);
}

static void no_leak_is_listed_where_there_is_none(void **state) {
    (void)state;
    child_run(&child, nothing_is_left, NULL);
    CHECK_CHILD_OK(&child);
    CHECK(!strstr(child.text, "leaks"));
}

/* ---- callbacks, heaps and threads ---- */

typedef struct Odd { long number; void *cell[2]; } Odd;
static int odd_calls;
enum { FICKLE, OUTSIDE, FAIR };
static int odd_kind;

static void odd_trace(tn_tracer *tracer, void *object) {
    Odd *odd = object;
    tn_visit_refs(tracer, odd->cell, odd_kind == FICKLE ? 1 + (size_t)(odd_calls++ & 1) : 2);
    if (odd_kind == OUTSIDE) tn_visit(tracer, (char *)object + sizeof(Odd) + 8);
}

static void trace_oddly(void *arg) {
    odd_kind = *(int *)arg;
    static const tn_type_desc desc = {
        .number = TN_FIRST_TYPE + 50, .name = "Odd", .size = sizeof(Odd), .trace = odd_trace};
    Host host;
    host_exact(&host, "debug=verify");
    CHECK(tn_type_create(host.heap, &desc));
    void **odd = tn_push_(host.m, tn_alloc_sized(host.m, desc.number, sizeof(Odd)));
    support_collect(host.m, TN_MINOR);
    support_collect(host.m, TN_MINOR);
    CHECK(*odd != NULL);
    host_close(&host);
}

static void trace_callbacks_are_checked(void **state) {
    (void)state;
    int kind = FICKLE;
    must_be_fatal(trace_oddly, &kind);
    CHECK_HAS(child.text, "the trace callback of type 'Odd' visits");
    CHECK_HAS(child.text, "though nothing has changed");
    kind = OUTSIDE;
    must_be_fatal(trace_oddly, &kind);
    CHECK_HAS(child.text, "the trace callback of type 'Odd' visits");
    CHECK_HAS(child.text, "outside of its object");
    kind = FAIR;
    child_run(&child, trace_oddly, &kind);
    CHECK_CHILD_OK(&child);
}

static void store_from_another_heap(void *arg) {
    (void)arg;
    tn_config config = TN_CONFIG_INIT;
    config.name = "elsewhere";
    config.options = "debug=verify";
    tn_heap *other = tn_heap_create(&config, NULL);
    CHECK(tn_type_create(other, &support_types[0]));
    tn_mutator *m = tn_mutator_create(other, NULL);
    Host host;
    Pair **old = old_pair(&host, "debug=verify");
    tn_write(host.m, *old, cdr, tn_alloc(m, Pair));
    support_collect(host.m, TN_MINOR);
}

static void verify_names_the_other_heap(void **state) {
    (void)state;
    must_be_fatal(store_from_another_heap, NULL);
    CHECK_HAS(child.text, "in heap 'elsewhere'");
    CHECK_HAS(child.text, "cdr");
}

static void *allocate_as_another(void *m) { return tn_alloc((tn_mutator *)m, Leaf); }

static void use_another_thread(void *arg) {
    (void)arg;
    Host host;
    host_exact(&host, "debug=threads,stress=1");
    tn_alloc(host.m, Leaf);
    pthread_t thread;
    pthread_create(&thread, NULL, allocate_as_another, host.m);
    pthread_join(thread, NULL);
}

static void another_thread_is_found(void **state) {
    (void)state;
    must_be_fatal(use_another_thread, NULL);
    CHECK_HAS(child.text, "used by another thread");
}

/* ---- many handles ---- */

static void make_many_handles(void *arg) {
    bool checked = *(bool *)arg;
    Host host;
    host_exact(&host, checked ? "debug=handles handles=1M handle_warn=1000" : "handle_warn=1000");
    for (int round = 0; round < 2; round++) {
        TN_SCOPE(host.m);
        for (int i = 0; i < 1500; i++) CHECK(TN_NEW(host.m, Pair) != NULL);
        support_collect(host.m, TN_MINOR);
    }
    for (int i = 0; i < 5000; i++) {
        TN_SCOPE(host.m);
        CHECK(TN_NEW(host.m, Pair) != NULL);
    }
    fputs(host.log, stderr);
    host_close(&host);
}

static void loops_without_a_scope_are_logged(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool checked = i;
        child_run(&child, make_many_handles, &checked);
        CHECK_CHILD_OK(&child);
        bool told = checked && HOST_IS_CHECKED;
        CHECK_HAS(child.text,
                  told ? "[handles heap] 1001 handles in the scope of" : "[handles heap] 1500 handles are live");
        if (told) CHECK_HAS(child.text, "test_debug.c:");
    }
}

/* ---- AddressSanitizer and Valgrind ---- */

enum { YOUNG, OLD, LARGE_ONE };

static void read_a_dead_object(void *arg) {
    int kind = *(int *)arg;
    Host host;
    host_exact(&host, NULL);
    volatile Leaf *leaf;
    volatile Vector *vector;
    {
        TN_SCOPE(host.m);
        Leaf **held = TN_NEW(host.m, Leaf), **neighbour = TN_NEW(host.m, Leaf);
        Vector **large = TN_NEW_TAIL(host.m, Vector, void *, 5000);
        CHECK(TN_GLOBAL_CREATE(host.m, neighbour) != NULL); /* its block stays */
        if (kind != YOUNG) support_collect(host.m, TN_MINOR);
        leaf = *held;
        vector = *large;
    }
    support_collect(host.m, kind == YOUNG ? TN_MINOR : TN_FULL);
    if (kind == LARGE_ONE) CHECK(tn_read(vector, item[4000]) == NULL);
    else CHECK_EQ(leaf->number, 0);
}

static void watchers_report_what_reads_dead_objects(void **state) {
    (void)state;
    if (!support_watched()) skip();
    for (int kind = YOUNG; kind <= LARGE_ONE; kind++) {
        child_run(&child, read_a_dead_object, &kind);
        CHECK(child_faulted(&child));
    }
}

/* ---- poison ---- */

static void read_the_dead(void *arg) {
    bool old = *(bool *)arg;
    Host host;
    host_exact(&host, "debug=poison");
    volatile Leaf *raw;
    {
        TN_SCOPE(host.m);
        Leaf **leaf = TN_NEW(host.m, Leaf), **neighbour = TN_NEW(host.m, Leaf);
        if (old) support_collect(host.m, TN_MINOR);
        CHECK(TN_GLOBAL_CREATE(host.m, neighbour) != NULL); /* its block stays */
        raw = *leaf;
        raw->number = 123456789;
        memset((void *)(uintptr_t)(*leaf)->bytes, 0x31, sizeof(*leaf)->bytes);
    }
    support_collect(host.m, old ? TN_FULL : TN_MINOR);
    if (raw->number == 123456789 || raw->bytes[20] == 0x31) FAIL("the dead object's contents can still be read");
    host_close(&host);
}

static void poison_overwrites_the_dead(void **state) {
    (void)state;
    for (int old = 0; old < 2; old++) {
        bool is_old = old;
        child_run(&child, read_the_dead, &is_old);
        if (child.code != 0 && !child_faulted(&child))
            FAIL("%s: exit %d, signal %d: %s", old ? "old" : "young", child.code, child.signal, child.text);
    }
}

/* ---- stress ---- */

static void stress_collects_at_each_nth_allocation(void **state) {
    (void)state;
    static const unsigned every[] = {1, 2, 10, 333};
    for (int i = 0; i < 4; i++) {
        char options[64];
        snprintf(options, sizeof options, "debug=stress=%u,fixed", every[i]);
        Host host;
        host_exact(&host, options);
        for (int k = 0; k < 1000; k++) CHECK(tn_alloc(host.m, Pair) != NULL);
        uint64_t minors = support_stats(host.m).minors, expected = 1000 / every[i];
        if (minors + 1 < expected || minors > expected + 1)
            FAIL("%s: %llu collections for 1000 allocations", options, (unsigned long long)minors);
        host_close(&host);
    }
}

/* How many allocations come before each collection. */
static void take_distances(const char *options, unsigned *distances, int count) {
    Host host;
    host_exact(&host, options);
    uint64_t minors = support_stats(host.m).minors;
    for (int i = 0; i < count; i++) {
        for (distances[i] = 0; support_stats(host.m).minors == minors; distances[i]++)
            CHECK(tn_alloc(host.m, Pair) != NULL);
        minors = support_stats(host.m).minors;
    }
    CHECK_EQ(host.lines, strstr(options, "seed") || strstr(options, "fixed") ? 0 : 1);
    host_close(&host);
}

/* The seed is in the log unless the host has said it; with it the same distances come again. */
static void distances_vary_by_a_seed(void **state) {
    (void)state;
    unsigned a[200], b[200], c[200], sum = 0, differ = 0, other = 0;
    take_distances("debug=stress=10,seed=7", a, 200);
    take_distances("debug=stress=10,seed=7", b, 200);
    take_distances("debug=stress=10,seed=8", c, 200);
    for (int i = 0; i < 200; i++) {
        CHECK_EQ(a[i], b[i]);
        if (a[i] < 1 || a[i] > 19) FAIL("%u allocations before a collection", a[i]);
        sum += a[i];
        differ += a[i] != a[0];
        other += a[i] != c[i];
    }
    if (sum < 1600 || sum > 2400 || differ < 150 || other < 150)
        FAIL("%u in all, %u differ, %u by the seed", sum, differ, other);
    take_distances("debug=stress=10", c, 1);
    take_distances("debug=stress=10,fixed", c, 200);
    for (int i = 0; i < 200; i++) CHECK_EQ(c[i], 10);
}

/* What a handle holds, a field, a range, a weak reference and a table by identity: each sees the new place. */
static void stress_moves_survivors_again_and_again(void **state) {
    (void)state;
    static const char *const options[] = {"debug=stress=1", "debug=stress=1,move",
                                          "debug=stress=1,stale,verify,barriers,poison", "debug=stress=1,all"};
    for (int i = 0; i < 4; i++) {
        Host host;
        host_exact(&host, options[i]);
        Pair **old = TN_NEW(host.m, Pair), **p = TN_NEW(host.m, Pair);
        support_collect(host.m, TN_MINOR);
        CHECK(!tn_is_young(host.m, *old));
        *p = tn_alloc(host.m, Pair);
        (*p)->number = 42;
        TN_SET(host.m, old, cdr, p);
        tn_weak **weak = TN_WEAK_NEW(host.m, p);
        uint64_t hash = tn_hash_of(host.m, *p), moved = 0;
        for (int k = 0; k < 10; k++) {
            uintptr_t before = (uintptr_t)*p;
            CHECK(tn_alloc(host.m, Pair) != NULL);
            CHECK(tn_is_young(host.m, *p));
            moved += (uintptr_t)*p != before;
            CHECK_EQ((*p)->number, 42);
            CHECK(tn_read(*old, cdr) == *p && tn_weak_read(host.m, *weak) == *p);
            CHECK_EQ(tn_hash_of(host.m, *p), hash);
        }
        CHECK_EQ(moved, 10);
        support_collect(host.m, TN_MINOR);
        CHECK(!tn_is_young(host.m, *p) && tn_read(*old, cdr) == *p);
        CHECK_EQ(tn_hash_of(host.m, *p), hash);
        host_close(&host);
    }
}

static void stress_can_be_set_and_taken_back(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    support_garbage(host.m, 1000);
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "stress=1"), TN_OK);
    support_collect(host.m, TN_MINOR); /* takes effect here at the latest */
    uint64_t minors = support_stats(host.m).minors;
    for (int i = 0; i < 50; i++) tn_alloc(host.m, Pair);
    CHECK(support_stats(host.m).minors >= minors + 50);
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "none"), TN_OK);
    support_collect(host.m, TN_MINOR);
    minors = support_stats(host.m).minors;
    for (int i = 0; i < 50; i++) tn_alloc(host.m, Pair);
    CHECK_EQ(support_stats(host.m).minors, minors);
    host_close(&host);
}

static void environment_turns_a_mode_on(void **state) {
    (void)state;
    setenv("TESTDEBUG_DEBUG", "stress=1", 1);
    Host host;
    tn_config config = TN_CONFIG_INIT;
    config.env_prefix = "TESTDEBUG_";
    host_config(&host, &config);
    for (int i = 0; i < 20; i++) tn_alloc(host.m, Pair);
    CHECK(support_stats(host.m).minors >= 19);
    host_close(&host);
    unsetenv("TESTDEBUG_DEBUG");
}

/* ---- raw windows ---- */

/* In every cycle the system refuses its first request: also when sealed memory is to be used again, after some ten. */
static void seal_and_refuse(void *arg) {
    (void)arg;
    Host host;
    host_exact(&host, "nursery=256K nursery_max=256K");
    for (int i = 0; i < 40; i++) {
        CHECK_EQ(tn_option_set(host.m->heap, "debug", "move,fail"), TN_OK);
        support_garbage(host.m, 200 << 10);
        support_collect(host.m, TN_MINOR);
    }
    CHECK_HAS(host.log, "[fault");
    host_close(&host);
}

static void move_survives_a_system_that_refuses(void **state) {
    (void)state;
    child_run(&child, seal_and_refuse, NULL);
    CHECK_CHILD_OK(&child);
}

static void scan_nothing(tn_tracer *tracer, void *user) { (void)tracer, (void)user; }

static void count_line(const char *line, void *user) {
    CHECK_HAS(line, "[fault ");
    ((Host *)user)->lines++;
}

enum { WINDOW_LINE = __LINE__ + 6 }; /* where the window below is opened */

static void allocate_in_a_window(void *arg) {
    Host host;
    host_exact(&host, arg);
    support_garbage(host.m, 1000);
    TN_NO_GC(host.m);
    support_garbage(host.m, 100 << 20); /* would collect, had the first of them been let pass */
}

static void allocation_in_a_window_is_fatal_and_names_the_window(void **state) {
    (void)state;
    char place[64];
    snprintf(place, sizeof place, "test_debug.c:%d", WINDOW_LINE);
    static const char *const options[] = {"nursery=256K", "debug=stress=1", "debug=verify"};
    for (int i = 0; i < 3; i++) {
        must_be_fatal(allocate_in_a_window, (void *)(uintptr_t)options[i]);
        CHECK_HAS(child.text, place);
    }
}

static void ignore_fatal(const char *text, void *user) { (void)text, (void)user; }

static void fatal_without_a_way_out(void *arg) {
    (void)arg;
    Host host;
    tn_config config = TN_CONFIG_INIT;
    config.on_fatal = ignore_fatal;
    host_config(&host, &config);
    signal(SIGABRT, SIG_DFL);
    TN_NO_GC(host.m);
    support_garbage(host.m, 100 << 20);
}

static void process_aborts_when_on_fatal_returns(void **state) {
    (void)state;
    child_run(&child, fatal_without_a_way_out, NULL);
    CHECK_EQ(child.signal, SIGABRT);
}

/* A scanner is one request, when the first has made room for some. The option counts from when it is set; what is set
 * beside it does not start it again. */
static void fail_fails_the_nth_request_and_no_other(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    CHECK_EQ(tn_scanner_create(host.m, scan_nothing, &host.log[0]), TN_OK);
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "fail=3"), TN_OK);
    for (int i = 1; i <= 5; i++) {
        if (i == 2) CHECK_EQ(tn_option_set(host.m->heap, "growth_min", "2M"), TN_OK);
        CHECK_EQ(tn_scanner_create(host.m, scan_nothing, &host.log[i]), i == 3 ? TN_OUT_OF_MEMORY : TN_OK);
        CHECK_EQ(host.lines, i >= 3);
    }
    CHECK_HAS(host.log, "[fault heap] request 3 to the system fails");
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "fail"), TN_OK);
    CHECK_EQ(tn_scanner_create(host.m, scan_nothing, &host.log[3]), TN_OUT_OF_MEMORY);
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "fail"), TN_OK);
    CHECK_EQ(tn_option_set(host.m->heap, "debug", "none"), TN_OK);
    CHECK_EQ(tn_scanner_create(host.m, scan_nothing, &host.log[3]), TN_OK);
    host_close(&host);
}

/* Until no request is left, each fails the creation of the heap, with a reason, or does no harm. */
static void fail_counts_from_the_creation_of_the_heap(void **state) {
    (void)state;
    int failed = 0;
    for (unsigned n = 1; n < 100; n++) {
        Host host = {.lines = 0};
        char options[64];
        tn_config config = TN_CONFIG_INIT;
        tn_error error = {TN_OK, ""};
        snprintf(options, sizeof options, "debug=fail=%u", n);
        config.options = options;
        config.log = count_line;
        config.user = &host;
        config.ignore_environment = true;
        tn_heap *heap = tn_heap_create(&config, &error);
        if (!heap) CHECK_EQ(error.status, TN_OUT_OF_MEMORY);
        CHECK(heap || host.lines == 1);
        failed += !heap;
        CHECK_EQ(tn_heap_destroy(heap), TN_OK);
        if (!host.lines) break;
    }
    CHECK(failed >= 3); /* the queue, the types, the stack of marking */
}

/* What died while the mode was off would have left its site to the next object at its place. */
static void sites_are_forgotten_when_they_are_off(void **state) {
    (void)state;
    Host host;
    host_exact(&host, "debug=sites");
    {
        TN_SCOPE(host.m);
        Pair **old = TN_NEW(host.m, Pair);
        support_collect(host.m, TN_MINOR);
        Pair **young = TN_NEW(host.m, Pair);
        CHECK(tni_site_number(host.heap, *old) && tni_site_number(host.heap, *young));
        CHECK_EQ(tn_option_set(host.heap, "debug", "none"), TN_OK);
        CHECK_EQ(tn_option_set(host.heap, "debug", "sites"), TN_OK);
        CHECK(!tni_site_number(host.heap, *old) && !tni_site_number(host.heap, *young));
        Pair **next = TN_NEW(host.m, Pair);
        CHECK(tni_site_number(host.heap, *next));
    }
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_finds_a_store_without_barrier),
        cmocka_unit_test(verify_comes_to_all_of_a_large_heap),
        cmocka_unit_test(verify_finds_a_value_in_a_large_array),
        cmocka_unit_test(verify_finds_a_forgotten_tn_remember),
        cmocka_unit_test(verify_finds_a_reference_to_no_object),
        cmocka_unit_test(verify_finds_a_smashed_header),
        cmocka_unit_test(verify_compares_the_marking_with_the_references),
        cmocka_unit_test(every_mode_accepts_a_correct_host),
        cmocka_unit_test(move_makes_a_stale_pointer_fault),
        cmocka_unit_test(stress_and_move_make_a_missing_root_fault),
        cmocka_unit_test(stale_names_the_object_and_its_collection),
        cmocka_unit_test(the_hosts_handler_is_put_back),
        cmocka_unit_test(scanned_slots_need_no_barrier),
        cmocka_unit_test(stale_calls_the_hosts_handler),
        cmocka_unit_test(verify_names_both_allocation_sites),
        cmocka_unit_test(handles_are_checked),
        cmocka_unit_test(leaks_are_listed_by_place),
        cmocka_unit_test(no_leak_is_listed_where_there_is_none),
        cmocka_unit_test(trace_callbacks_are_checked),
        cmocka_unit_test(verify_names_the_other_heap),
        cmocka_unit_test(another_thread_is_found),
        cmocka_unit_test(loops_without_a_scope_are_logged),
        cmocka_unit_test(watchers_report_what_reads_dead_objects),
        cmocka_unit_test(poison_overwrites_the_dead),
        cmocka_unit_test(stress_collects_at_each_nth_allocation),
        cmocka_unit_test(distances_vary_by_a_seed),
        cmocka_unit_test(sites_are_forgotten_when_they_are_off),
        cmocka_unit_test(stress_moves_survivors_again_and_again),
        cmocka_unit_test(stress_can_be_set_and_taken_back),
        cmocka_unit_test(environment_turns_a_mode_on),
        cmocka_unit_test(fail_fails_the_nth_request_and_no_other),
        cmocka_unit_test(move_survives_a_system_that_refuses),
        cmocka_unit_test(fail_counts_from_the_creation_of_the_heap),
        cmocka_unit_test(allocation_in_a_window_is_fatal_and_names_the_window),
        cmocka_unit_test(process_aborts_when_on_fatal_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
