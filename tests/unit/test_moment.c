/* test_moment.c: which moments a collection announces, in which order, and what their events tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap/heap.h"
#include "support.h"

enum { MOST = 400 };

/* What was heard, in its order. */
typedef struct heard {
    tni_moment moment;
    tni_phase phase;
    int kind; /* of the collection; -1: the event names none */
    const void *object;
    size_t bytes;
} heard;
static heard record[MOST];
static size_t count;

static void listen(tn_heap *heap, tni_moment moment, const tni_event *event) {
    CHECK(count < MOST);
    record[count++] = (heard){.moment = moment, .phase = heap->phase, .object = event->object,
                           .kind = event->collection ? (int)event->collection->kind : -1, .bytes = event->bytes};
}

/* Everything but the memory that comes and goes, which depends on the machine. */
static void listen_to_all(tn_heap *heap) {
    for (int i = 0; i < TNI_MOMENTS; i++)
        if (i != TNI_MEMORY_TAKEN && i != TNI_MEMORY_GIVEN_BACK && i != TNI_BLOCK_SWEPT)
            tni_listen(heap, (tni_moment)i, listen);
    count = 0;
}

static void check_heard(const tni_moment *moments, const tni_phase *phases, size_t expected) {
    CHECK_EQ(count, expected);
    for (size_t i = 0; i < expected; i++) {
        CHECK_EQ(record[i].moment, moments[i]);
        CHECK_EQ(record[i].phase, phases[i]);
    }
}

static void a_minor_collection_announces_its_moments_in_order(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    listen_to_all(host.heap);
    support_collect(host.m, TN_MINOR);
    static const tni_moment moments[] = {TNI_COLLECTION_BEGINS, TNI_EVACUATION_BEGINS, TNI_EVACUATION_ENDS,
                                         TNI_PHASE_ENDS, TNI_CYCLE_BEGINS, TNI_PHASE_ENDS, TNI_COLLECTION_ENDS};
    static const tni_phase phases[] = {TNI_PHASE_NONE, TNI_PHASE_MINOR, TNI_PHASE_MINOR, TNI_PHASE_MINOR,
                                       TNI_PHASE_MEMORY, TNI_PHASE_MEMORY, TNI_PHASE_NONE};
    check_heard(moments, phases, sizeof moments / sizeof *moments);
    for (size_t i = 0; i < count; i++) CHECK(record[i].kind == TN_MINOR || record[i].moment == TNI_CYCLE_BEGINS);
    host_close(&host);
}

static void a_major_collection_announces_its_phases(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    listen_to_all(host.heap);
    support_collect(host.m, TN_FULL);
    static const tni_moment moments[] = {TNI_COLLECTION_BEGINS, TNI_EVACUATION_BEGINS, TNI_EVACUATION_ENDS,
                                         TNI_PHASE_ENDS, TNI_PHASE_ENDS, TNI_PHASE_ENDS, TNI_MARKING_ENDS,
                                         TNI_PHASE_ENDS,
                                         TNI_CYCLE_BEGINS, TNI_PHASE_ENDS, TNI_COLLECTION_ENDS};
    static const tni_phase phases[] = {TNI_PHASE_NONE, TNI_PHASE_MINOR, TNI_PHASE_MINOR, TNI_PHASE_MINOR,
                                       TNI_PHASE_MARK, TNI_PHASE_WEAK, TNI_PHASE_SWEEP, TNI_PHASE_SWEEP,
                                       TNI_PHASE_MEMORY, TNI_PHASE_MEMORY, TNI_PHASE_NONE};
    check_heard(moments, phases, sizeof moments / sizeof *moments);
    host_close(&host);
}

static void a_large_array_comes_and_goes(tn_mutator *m) {
    TN_SCOPE(m);
    Vector **array = TN_NEW_TAIL(m, Vector, Pair *, 500000);
    CHECK(array != NULL);
    support_collect(m, TN_MINOR);
    CHECK(record[count - 1].moment == TNI_MEMORY_TAKEN && record[count - 1].bytes > 500000 * sizeof(void *));
    *array = NULL;
    support_collect(m, TN_FULL);
    CHECK(record[count - 1].moment == TNI_MEMORY_GIVEN_BACK && record[count - 1].bytes > 500000 * sizeof(void *));
}

/* The objects of a test are allocated by slow paths while somebody listens to births. */
static void births_roots_and_memory_are_told(void **state) {
    (void)state;
    Host host;
    host_exact(&host, NULL);
    tni_listen(host.heap, TNI_OBJECT_BORN, listen);
    tni_listen(host.heap, TNI_ROOT_ADDED, listen);
    tni_listen(host.heap, TNI_MEMORY_TAKEN, listen);
    tni_listen(host.heap, TNI_MEMORY_GIVEN_BACK, listen);
    tni_set_limit(tni_private(host.m));
    count = 0;
    Pair *pair = tn_alloc(host.m, Pair);
    CHECK(count == 1 && record[0].moment == TNI_OBJECT_BORN && record[0].object == pair);
    void *const *global = tn_global_create(host.m, pair);
    CHECK(count == 2 && record[1].moment == TNI_ROOT_ADDED && record[1].object == global);
    a_large_array_comes_and_goes(host.m);
    CHECK_EQ(tn_global_destroy(host.m, global), TN_OK);
    host_close(&host);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minor_collection_announces_its_moments_in_order),
        cmocka_unit_test(a_major_collection_announces_its_phases),
        cmocka_unit_test(births_roots_and_memory_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
