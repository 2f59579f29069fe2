/* tenure.c: the roof: a heap is put together of its parts, and its options change at run time. It knows all floors,
 * and none of them knows it. */
#include <stdio.h>
#include <string.h>

#include "base/os.h"
#include "base/sized.h"
#include "base/system.h"
#include "collect/barrier.h"
#include "collect/collect.h"
#include "collect/pacing/pacing.h"
#include "collect/special.h"
#include "collect/stress.h"
#include "collect/sweep.h"
#include "collect/worker.h"
#include "debug/barriers.h"
#include "debug/cleared.h"
#include "debug/handle.h"
#include "debug/mode.h"
#include "debug/quarantine.h"
#include "debug/site.h"
#include "debug/verify.h"
#include "heap/heap.h"
#include "observe/stats.h"

/* A heap with the parts that upper floors add. */
typedef struct whole {
    tn_heap heap;
    tni_worker worker;
    tni_special special;
    tni_pacer pacing;
    tni_counters stats;
    tni_stress stress;
    tni_sites sites;
    tni_barriers barriers;
    tni_cleared cleared;
    tni_quarantine quarantine;
    tni_handle_checks checks;
    tni_verification verification;
} whole;

#define HEAP_BYTES tni_whole_pages(sizeof(whole))

static tn_heap *assemble(whole *w) {
    tn_heap *heap = &w->heap;
    heap->worker = &w->worker;
    heap->special = &w->special;
    heap->pacing = &w->pacing;
    heap->stats = &w->stats;
    heap->stress = &w->stress;
    heap->sites = &w->sites;
    heap->barriers = &w->barriers;
    heap->cleared = &w->cleared;
    heap->quarantine = &w->quarantine;
    heap->checks = &w->checks;
    heap->verification = &w->verification;
    heap->mutators[0].pub.heap = heap;
    return heap;
}

/* Who listens depends on the options. */
static void listen(tn_heap *heap) {
    tni_listen_none(heap);
    tni_stats_listen(heap);
    tni_modes_listen(heap);
    tni_stress_changed(heap);
    tni_announce(heap, TNI_OPTIONS_CHANGED, &(tni_event){0});
}

static const char *check_format(const tn_format *f) {
    uint64_t address = ((UINT64_C(1) << 47) - 1) & ~UINT64_C(7);
    if (f->tag & ~f->mask) return "the tag has bits outside of the mask";
    if (f->tag & f->payload) return "the tag has bits inside of the payload";
    if ((f->payload & address) != address) return "the payload must have bits 3 to 46, an address's";
    return NULL;
}

static void line_to_log(const char *line, void *host) { tni_log(host, line); }

static void take_config(tn_heap *heap, const tn_config *config) {
    snprintf(heap->host.name, sizeof heap->host.name, "%s", config->name ? config->name : "heap");
    heap->format = config->format;
    heap->host.user = config->user;
    heap->on_out_of_memory = config->on_out_of_memory;
    heap->host.on_error = config->on_error;
    heap->host.on_fatal = config->on_fatal;
    heap->host.log = config->log;
    heap->host.call_log = tni_call_log;
    heap->host.heap = heap;
}

static void free_parts(tn_heap *heap) {
    for (size_t i = heap->regions.all.count; i-- > 0;)
        tni_region_delete(&heap->regions, tni_region_at(&heap->regions, i));
    for (size_t i = 0; i < heap->regions.spare.count; i++)
        tni_os_unmap((void *)heap->regions.spare.at[i], TNI_REGION);
    tni_vector_free(&heap->regions.all);
    tni_vector_free(&heap->regions.spare);
    tni_nursery_free(&heap->nursery);
    tni_area_free(&heap->regions.area);
    tni_vector_free(&heap->mutators[0].young_large.at);
    if (heap->types.layouts) tni_types_free(&heap->types);
    tni_os_unmap(heap->worker->queue.at, heap->worker->queue.bytes);
    tni_barrier_free(heap);
    tni_roots_free(&heap->roots);
    tni_special_free(heap);
    tni_marker_free(&heap->worker->mark);
    tni_sites_free(heap->sites);
    tni_barriers_free(heap);
    tni_cleared_free(heap);
    tni_quarantine_free(heap->quarantine);
    tni_vector_free(&heap->verification->disposed);
}

/* The address space for the nursery. */
static size_t nursery_range(const tni_settings *o) {
    return tni_max(tni_max(o->nursery, o->nursery_max), tni_pacing_kept(o));
}

#define LITTLE ((size_t)64 << 20) /* of address space for large objects */

/* One range for the nursery and, after it, large objects. Where the address space is short, these get little or none,
 * for the process's next heap wants some as well. */
static bool reserve_range(tn_heap *heap) {
    tni_faults *faults = &heap->faults;
    size_t nursery = (nursery_range(&heap->options.value) + TNI_HUGE_PAGE - 1) & ~(TNI_HUGE_PAGE - 1);
    size_t large = tni_large_area(heap->options.value.heap_max);
    char *base;
    while (!(base = tni_os_reserve(faults, nursery + large, TNI_HUGE_PAGE)) && large)
        large = large > LITTLE ? LITTLE : 0;
    if (!base) return false;
    tni_nursery_init(&heap->nursery, faults, base, nursery);
    tni_area_init(&heap->regions.area, faults, base + nursery, large);
    return true;
}

static bool make_parts(tn_heap *heap) {
    const tni_settings *o = &heap->options.value;
    tni_faults *faults = &heap->faults;
    heap->old.paged = o->quarantine > 0;
    heap->regions.huge_pages = o->huge_pages && !heap->old.paged;
    heap->regions.faults = heap->sites->faults = faults;
    if (!reserve_range(heap)) return false;
    /* an entry of 8 bytes for each cell of 16, and for each young large object */
    heap->worker->queue.bytes = heap->nursery.reserved / 2 + TNI_YOUNG_MAX * sizeof(void *);
    heap->worker->queue.at = tni_os_map(faults, heap->worker->queue.bytes, TNI_PAGE);
    if (!heap->worker->queue.at || !tni_types_init(&heap->types, faults)) return false;
    if (!tni_marker_init(&heap->worker->mark, faults)) return false;
    tni_old_init(&heap->old, &heap->regions);
    tni_large_init(&heap->large, &heap->regions, heap->old.paged);
    return true;
}

/* Puts the function's name before what is wrong. */
static void name_creation(tn_error *error) {
    static const char name[] = "tn_heap_create: ";
    size_t length = sizeof name - 1;
    memmove(error->text + length, error->text, sizeof error->text - length);
    memcpy(error->text, name, length);
    error->text[sizeof error->text - 1] = 0;
}

static tn_heap *create(const tn_config *config, tn_error *error) {
    whole *memory = tni_os_map(NULL, HEAP_BYTES, TNI_PAGE);
    if (!memory)
        return tni_fail_error(error, TN_OUT_OF_MEMORY, "tn_heap_create: the system has no memory for a heap"), NULL;
    tn_heap *heap = assemble(memory);
    take_config(heap, config);
    if (tni_options_load(&heap->options, config, line_to_log, &heap->host, error) != TN_OK) {
        name_creation(error);
        tni_os_unmap(heap, HEAP_BYTES);
        return NULL;
    }
    tni_faults_start(&heap->faults, &heap->host, heap->options.value.fail);
    if (!make_parts(heap)) {
        size_t bytes = nursery_range(&heap->options.value);
        free_parts(heap);
        tni_os_unmap(heap, HEAP_BYTES);
        tni_fail_error(
            error, TN_OUT_OF_MEMORY,
            "tn_heap_create: the system has no address space: a nursery with a range of %zu bytes takes about twice "
            "that; lower nursery_max (or quarantine=N) or raise the process's limit",
            bytes);
        return NULL;
    }
    heap->stats->created_ns = tni_os_now();
    tni_pacing_init(heap, config->policy);
    listen(heap);
    tni_begin_cycle(heap);
    return heap;
}

static bool read_config(tn_config *known, const tn_config *config) {
    return tni_read_sized(known, sizeof *known, offsetof(tn_config, options), config, config->config_size);
}

/* Into a copy that the config refers to from now on. */
static bool read_policy(tn_policy *policy, tn_config *config) {
    const tn_policy *given = config->policy;
    config->policy = policy;
    return tni_read_sized(policy, sizeof *policy, sizeof given->policy_size, given, given->policy_size);
}

/* Until 1.0 each MINOR may differ in anything; from then on, each MAJOR. */
static bool is_same_interface(uint32_t version) { return version / 100 == TN_VERSION / 100; }

tn_heap *tn_heap_create_(uint32_t version, const tn_config *config, tn_error *error) {
    static const tn_config defaults = TN_CONFIG_INIT;
    tn_error unused;
    if (!error) error = &unused;
    *error = (tn_error){TN_OK, ""};
    if (!is_same_interface(version))
        return tni_fail_error(error, TN_WRONG_VERSION,
                              "tn_heap_create: the host was compiled with the headers of version %u.%u.%u, and the "
                              "library is version %s: compile the host with the library's headers",
                              version / 10000, version / 100 % 100, version % 100, tn_version()),
               NULL;
    if (!config) config = &defaults;
    tn_config known;
    tn_policy policy;
    const char *wrong = read_config(&known, config) ? NULL : "config_size";
    if (!wrong && known.policy && !read_policy(&policy, &known)) wrong = "policy_size";
    if (wrong) {
        tni_fail_error(error, TN_BAD_ARGUMENT,
                       "tn_heap_create: %s is not one that this version of the library (%s) knows: start from "
                       "TN_CONFIG_INIT and TN_POLICY_INIT, and compile with the headers of this version",
                       wrong, tn_version());
        return NULL;
    }
    wrong = check_format(&known.format);
    if (wrong)
        return tni_fail_error(error, TN_BAD_ARGUMENT, "tn_heap_create: the value format makes no sense: %s", wrong),
               NULL;
    return create(&known, error);
}

tn_status tn_heap_destroy(tn_heap *heap) {
    if (!heap) return TN_OK;
    if (!tni_check_heap(heap, "tn_heap_destroy")) return TN_BAD_STATE;
    if (tni_mutator_of(heap))
        return tni_fail_heap(heap, TN_BAD_STATE,
                             "tn_heap_destroy: heap '%s' has a mutator attached: call tn_mutator_destroy first",
                             heap->host.name);
    tni_announce(heap, TNI_HEAP_ENDS, &(tni_event){0});
    tni_sweep_dispose_all(heap);
    tni_announce(heap, TNI_HEAP_DISPOSED, &(tni_event){0});
    free_parts(heap);
    tni_os_unmap(heap, HEAP_BYTES);
    return TN_OK;
}

void *tn_heap_user(const tn_heap *heap) { return heap ? heap->host.user : NULL; }

tn_status tn_option_set(tn_heap *heap, const char *key, const char *value) {
    if (!heap) return TN_BAD_ARGUMENT;
    if (!tni_check_heap(heap, "tn_option_set")) return TN_BAD_STATE;
    if (!key || !value)
        return tni_fail_heap(heap, TN_BAD_ARGUMENT, "tn_option_set: the %s is NULL", key ? "value" : "key");
    tn_error error;
    if (tni_options_set(&heap->options, key, value, &error) != TN_OK)
        return tni_fail_heap(heap, error.status, "tn_option_set: %s", error.text);
    if (!strcmp(key, "debug")) tni_faults_start(&heap->faults, &heap->host, heap->options.value.fail);
    tni_pacing_changed(heap);
    listen(heap);
    tni_mutator *m = tni_mutator_of(heap);
    if (!m) return TN_OK;
    m->until_stress = tni_stress_distance(heap);
    tni_set_limit(m);
    return TN_OK;
}

tn_status tn_option_get(tn_heap *heap, const char *key, char *text, size_t size) {
    if (!heap) return TN_BAD_ARGUMENT;
    if (!tni_check_heap(heap, "tn_option_get")) return TN_BAD_STATE;
    if (!key || !text || !size)
        return tni_fail_heap(heap, TN_BAD_ARGUMENT, "tn_option_get: the %s is NULL or empty",
                             key ? "place for the text" : "key");
    tn_error error;
    if (tni_options_get(&heap->options, key, text, size, &error) != TN_OK)
        return tni_fail_heap(heap, error.status, "tn_option_get: %s", error.text);
    return TN_OK;
}
